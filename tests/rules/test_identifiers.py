"""Accounts and banks by their names."""

from typing import Any

import pytest

from sepa.model.message import AccountId, Agent, PaymentType
from sepa.rules import identifiers
from sepa.rules.rule import Rule
from tests import build
from tests.build import A1, B1, C1, collection, judged, profile, transfer
from tests.test_decide import judge

SHORT = B1[:-1]
WRONG_DIGITS = "SK3212000000198742637541"
SPACED = "SK31 1200 0000 1987 4263 7541"

_IBANS = [
    pytest.param(B1, None, id="B1"),
    pytest.param(C1, None, id="C1"),
    pytest.param(B1.lower(), None, id="IDN-01 small letters"),
    pytest.param(SHORT, "IDN-01", id="IDN-01 23 characters"),
    pytest.param(WRONG_DIGITS, "IDN-01", id="IDN-01 check digits"),
    pytest.param(SPACED, "IDN-01", id="IDN-09 separators"),
    pytest.param("XX6552000000000005566783", "IDN-01", id="no such country"),
    pytest.param(None, "IDN-01", id="CT-01 no account"),
]


@pytest.mark.parametrize(("iban", "rule"), _IBANS)
def test_iban_of_the_other_side(iban: str | None, rule: str | None) -> None:
    payee = judged(identifiers.creditor_iban, transfer(creditor_account=AccountId(iban=iban)))
    payer = judged(identifiers.debtor_iban, collection(debtor_account=AccountId(iban=iban)))
    assert payee == ({(rule, "AC03", "creditor_account.iban", "reject")} if rule else set())
    assert payer == ({(rule, "AC02", "debtor_account.iban", "reject")} if rule else set())


@pytest.mark.parametrize(("iban", "rule"), _IBANS)
def test_iban_of_the_block(iban: str | None, rule: str | None) -> None:
    payer = judged(identifiers.own_iban, transfer(debtor_account=AccountId(iban=iban)))
    payee = judged(identifiers.own_iban, collection(creditor_account=AccountId(iban=iban)))
    assert payer == ({(rule, "AC02", "account.iban", "reject")} if rule else set())
    assert payee == ({(rule, "AC03", "account.iban", "reject")} if rule else set())


OLD = "SK0352000000001234567890"  # remainder 2 by modulus 11

_NATIONAL = [
    pytest.param(OLD, True, id="IDN-07 modulus 11"),
    pytest.param("DE12500105175001478962", True, id="IDN-07 German bank's method"),
    pytest.param(A1, False, id="IDN-07 agrees"),
    pytest.param(C1, False, id="a country without a check of its own"),
    pytest.param(WRONG_DIGITS, False, id="the form comes first"),
    pytest.param(None, False, id="no IBAN"),
]


@pytest.mark.parametrize(("iban", "warned"), _NATIONAL)
def test_national_check_digits_only_warn(iban: str | None, warned: bool) -> None:
    payee = judged(identifiers.creditor_national_digits, transfer(creditor_account=AccountId(iban=iban)))
    payer = judged(identifiers.debtor_national_digits, collection(debtor_account=AccountId(iban=iban)))
    own = judged(identifiers.own_national_digits, transfer(debtor_account=AccountId(iban=iban)))
    assert payee == ({("IDN-07", "AC01", "creditor_account.iban", "warn")} if warned else set())
    assert payer == ({("IDN-07", "AC01", "debtor_account.iban", "warn")} if warned else set())
    assert own == ({("IDN-07", "AC01", "account.iban", "warn")} if warned else set())


@pytest.mark.parametrize("iban", [pytest.param(OLD, id="IDN-07 modulus 11")])
def test_a_sound_form_is_an_iban_whatever_its_national_digits(iban: str) -> None:
    assert judged(identifiers.creditor_iban, transfer(creditor_account=AccountId(iban=iban))) == set()
    assert judged(identifiers.own_iban, transfer(debtor_account=AccountId(iban=iban))) == set()


@pytest.mark.parametrize(
    ("rule", "kind", "changes", "expected"),
    [
        pytest.param(
            identifiers.creditor_account_form,
            transfer,
            {"creditor_account": AccountId(other="19-8742637541/1200")},
            ("IDN-05", "AC01", "creditor_account.other"),
            id="IDN-05 BBAN of the payee",
        ),
        pytest.param(
            identifiers.debtor_account_form,
            collection,
            {"debtor_account": AccountId(other="5566783/5200")},
            ("IDN-08", "AC01", "debtor_account.other"),
            id="IDN-08 BBAN of the payer",
        ),
        pytest.param(
            identifiers.own_account_form,
            transfer,
            {"debtor_account": AccountId(other="5566783/5200")},
            ("IDN-05", "AC01", "account.other"),
            id="IDN-05 BBAN of the block",
        ),
    ],
)
def test_accounts_are_named_by_iban_only(
    rule: Rule, kind: Any, changes: dict[str, Any], expected: tuple[str, str, str]
) -> None:
    assert judged(rule, kind(**changes)) == {(*expected, "reject")}
    assert judged(rule, kind()) == set()


@pytest.mark.parametrize(
    ("bic", "refused"),
    [
        pytest.param(None, False, id="IDN-03 none"),
        pytest.param("TATRSKBX", False, id="8"),
        pytest.param("OTPVSKBXXXX", False, id="11"),
        pytest.param("1234SKBX", False, id="digits in front, ISO 9362:2014"),
        pytest.param("TATRSKB", True, id="IDN-02 7"),
        pytest.param("TATRSKBX1", True, id="9"),
        pytest.param("TATRQQBX", True, id="no such country"),
        pytest.param("tatrskbx", True, id="small letters"),
    ],
)
def test_bic_form(bic: str | None, refused: bool) -> None:
    payee = judged(identifiers.creditor_bic, transfer(creditor_bic=bic))
    payer = judged(identifiers.debtor_bic, collection(debtor_bic=bic))
    own = judged(identifiers.own_bic, transfer(debtor_bic=bic))
    assert payee == ({("IDN-02", "RC01", "creditor_agent.bic", "reject")} if refused else set())
    assert payer == ({("IDN-02", "RC01", "debtor_agent.bic", "reject")} if refused else set())
    assert own == ({("IDN-02", "RC01", "agent.bic", "reject")} if refused else set())


@pytest.mark.parametrize(
    ("iban", "bic", "warned"),
    [
        pytest.param(B1, "TATRSKBX", False, id="SK and SK"),
        pytest.param(B1, "OPSKATWW", True, id="SK and AT"),
        pytest.param("FR1420041010050500013M02606", "PSSTRERX", False, id="FR and Réunion"),
        pytest.param("GB29NWBK60161331926819", "RBOSGGSX", False, id="GB and Guernsey"),
        pytest.param("FR1420041010050500013M02606", "RBOSGGSX", True, id="FR and Guernsey"),
        pytest.param(B1, "TATRSKB", False, id="no BIC at all: another rule"),
    ],
)
def test_bic_and_iban_share_a_country(iban: str, bic: str, warned: bool) -> None:
    payee = judged(identifiers.creditor_bic_country, transfer(creditor_iban=iban, creditor_bic=bic))
    payer = judged(identifiers.debtor_bic_country, collection(debtor_iban=iban, debtor_bic=bic))
    assert payee == ({("IDN-02", "RC07", "creditor_agent.bic", "warn")} if warned else set())
    assert payer == ({("IDN-02", "RC06", "debtor_agent.bic", "warn")} if warned else set())


def test_another_identification_of_a_bank_is_no_bic() -> None:
    built = collection(debtor_agent=Agent(other="NOTPROVIDED"), debtor_account=AccountId(iban=A1))
    assert judged(identifiers.debtor_bic, built) == set()


@pytest.mark.parametrize(
    "asks",
    [
        pytest.param({"payment_type": PaymentType(service_level="URGP")}, id="urgent"),
        pytest.param({"payment_type": PaymentType("HIGH", service_level="SEPA")}, id="high priority"),
        pytest.param({"currency": "USD"}, id="in dollars"),
        pytest.param({"charge_bearer": "DEBT"}, id="all charges to the payer"),
    ],
)
@pytest.mark.parametrize(
    ("account", "bic", "expected"),
    [
        pytest.param(AccountId(other="93860111947"), "DNBANOKK", "IDN-13", id="IDN-13 to Norway"),
        pytest.param(AccountId(iban="NO9386011117947"), "DNBANOKK", None, id="IDN-13 to Norway by IBAN"),
        pytest.param(AccountId(other="0210-12345"), "CHASUS33", None, id="NSP-07 to the USA"),
        pytest.param(AccountId(other="0210-12345"), None, "IDN-05", id="IDN-05 nobody knows where to"),
        pytest.param(AccountId(other="0210-12345"), "CHASUS3", "IDN-05", id="IDN-05 by a wrong BIC"),
    ],
)
def test_an_account_outside_sepa(
    asks: dict[str, Any], account: AccountId, bic: str | None, expected: str | None
) -> None:
    built = transfer(creditor_account=account, creditor_bic=bic, **asks)
    forms = (identifiers.creditor_account_form, identifiers.creditor_iban_in_eea)
    routing = profile(non_sepa__action="route")
    told = {said[0] for rule in forms for said in judged(rule, built, bank=routing)}
    assert told == ({expected} if expected else set())
    (verdict,), _ = judge(built, bank=build.routing(non_sepa__mandatory=[]))
    assert verdict.outcome == ("rejected" if expected else "routed")


@pytest.mark.parametrize(
    ("bic", "expected"),
    [pytest.param("DNBANOKK", "IDN-13", id="IDN-13 to Norway"), pytest.param("CHASUS33", "IDN-05", id="to the USA")],
)  # fmt: skip
def test_where_nothing_is_routed_the_missing_iban_is_told_once(bic: str, expected: str) -> None:
    built = transfer(creditor_account=AccountId(other="93860111947"), creditor_bic=bic, currency="USD")
    forms = (identifiers.creditor_account_form, identifiers.creditor_iban_in_eea)
    assert [said[0] for rule in forms for said in judged(rule, built)] == [expected]


def test_a_sepa_payment_always_asks_for_the_iban() -> None:
    built = transfer(creditor_account=AccountId(other="93860111947"), creditor_bic="DNBANOKK")
    assert judged(identifiers.creditor_iban_in_eea, built) == set()
    assert judged(identifiers.creditor_account_form, built) == {
        ("IDN-05", "AC01", "creditor_account.other", "reject")
    }
