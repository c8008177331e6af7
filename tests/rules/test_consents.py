"""The payer's consent: DD-01, DD-03 to DD-08, DD-11, SDD-12."""

import datetime
from typing import Any

import pytest

from sepa.model.message import Mandate, PaymentType
from sepa.model.payment import Payment
from sepa.model.profile import Profile
from sepa.model.reference import Consent
from sepa.model.verdict import Dating
from sepa.rules import consents
from tests.build import (
    A1,
    A2,
    B1,
    CI1,
    M1,
    OTP,
    SEPA_2026,
    case,
    collection,
    consent,
    instant,
    reference,
    said,
)

DAY = datetime.date
CI2 = "SK48ZZZ70000000021"


def judge(
    *lodged: Consent,
    due: str = "2026-04-13",
    delivered: str = "2026-04-02",
    bank: Profile = OTP,
    used: tuple[DAY, ...] = (),
    in_file: tuple[DAY, ...] = (),
    **changes: Any,
) -> set[tuple[str, str]]:
    """Rules and codes that a collection of EUR 50.00 meets with at intake."""
    built = collection(block={"requested_date": due}, **changes)
    booking, submitted = DAY.fromisoformat(due), DAY.fromisoformat(delivered)
    table: dict[str, tuple[Consent, ...]] = {A1: lodged} if lodged else {}
    facts = case(
        built,
        bank=bank,
        tables=reference(consents=table, consent_uses={"consent-1": used} if used else {}),
        days=Dating(submitted, booking, booking, booking),
        uses={"consent-1": in_file} if in_file else {},
    )
    found: set[tuple[str, str]] = set()
    for rule in consents.RULES:
        assert rule.needs == ("consents",)
        found |= {(rule_id, code) for rule_id, code, _, _ in said(rule.check(built.transaction, facts))}
    return found


def of(sequence: str, instrument: str = "CORE") -> PaymentType:
    return PaymentType(service_level="SEPA", local_instrument=instrument, sequence_type=sequence)


def one_off(**changes: Any) -> Consent:
    return consent(one_off=True, periodicity=None, **changes)


@pytest.mark.parametrize(
    ("lodged", "settings", "expected"),
    [
        pytest.param((consent(),), {}, set(), id="covered"),
        pytest.param((), {}, {("DD-01", "SL01")}, id="DD-01 no consent"),
        pytest.param((), {"debtor_iban": B1}, set(), id="payer elsewhere: his bank judges"),
        pytest.param((), {"debtor_iban": A2}, {("DD-01", "SL01")}, id="DD-01 no consent for this account"),
        pytest.param((), {"creditor_identifier": None}, set(), id="no creditor identifier: another rule"),
        pytest.param((), {"mandate": None}, set(), id="no mandate: another rule"),
        pytest.param(
            (consent(lodged_on=DAY(2026, 4, 1)),), {}, set(), id="lodged Wed 1, delivered Thu 2 April"
        ),
        pytest.param(
            (consent(lodged_on=DAY(2026, 4, 2)),),
            {},
            {("DD-01", "SL01")},
            id="DD-01 lodged and delivered Thu 2",
        ),
        pytest.param(
            (consent(lodged_on=DAY(2026, 4, 2)),),
            {"delivered": "2026-04-07", "due": "2026-04-14"},
            set(),
            id="DD-03 lodged Thu 2, delivered Tue 7 April",
        ),
        pytest.param(
            (consent(effective_from=DAY(2026, 4, 14)),),
            {},
            {("DD-03", "SL01")},
            id="DD-03 agreed to count later",
        ),
        pytest.param((consent(effective_from=DAY(2026, 4, 13)),), {}, set(), id="counts from the due date"),
        pytest.param(
            (consent(cancelled_on=DAY(2026, 4, 13)),), {}, set(), id="DD-07 cancelled on the due date"
        ),
        pytest.param(
            (consent(cancelled_on=DAY(2026, 4, 10)),),
            {},
            {("DD-07", "MD01")},
            id="DD-07 cancelled the day before",
        ),
    ],
)
def test_a_consent_lodged_and_in_force(
    lodged: tuple[Consent, ...], settings: dict[str, Any], expected: set[tuple[str, str]]
) -> None:
    assert judge(*lodged, **settings) == expected


@pytest.mark.parametrize(
    ("changes", "element"),
    [
        pytest.param({}, None, id="all three agree"),
        pytest.param({"mandate": Mandate("mnd-2026-001 ")}, None, id="case and trailing blanks do not count"),
        pytest.param({"creditor_identifier": "SK36ABC70000000007"}, None, id="business code does not count"),
        pytest.param({"debtor_iban": A1.lower()}, None, id="small letters of the account do not count"),
        pytest.param({"mandate": Mandate("MND-2026-002")}, "mandate.mandate_id", id="DD-06 mandate differs"),
        pytest.param({"creditor_identifier": CI2}, "creditor_identifier", id="DD-06 creditor differs"),
        pytest.param(
            {"creditor_identifier": CI2, "mandate": Mandate("X")},
            "creditor_identifier",
            id="DD-06 both differ",
        ),
    ],
)
def test_match_keys_and_which_one_differs(changes: dict[str, Any], element: str | None) -> None:
    built = collection(**changes)
    found = said(consents.keys_agree.check(built.transaction, case(built)))
    assert found == ({("DD-06", "MD01", element, "reject")} if element else set())


@pytest.mark.parametrize(
    ("amount", "refused"),
    [pytest.param("100.00", False, id="at the limit"), pytest.param("100.01", True, id="DD-04 a cent above")],
)
@pytest.mark.parametrize("bank", [OTP, SEPA_2026], ids=["consent required", "not required"])
def test_limit(amount: str, refused: bool, bank: Profile) -> None:
    assert judge(consent(), amount=amount, bank=bank) == ({("DD-04", "SL14")} if refused else set())


@pytest.mark.parametrize(
    ("lodged", "sequence", "refused"),
    [
        *(
            pytest.param(consent(), known, False, id=f"recurring, {known}")
            for known in ("FRST", "RCUR", "FNAL")
        ),
        pytest.param(consent(), "OOFF", True, id="DD-05 recurring, OOFF"),
        pytest.param(one_off(), "OOFF", False, id="one-off, OOFF"),
        pytest.param(one_off(), "RCUR", True, id="DD-05 one-off, RCUR"),
        pytest.param(one_off(), "XXXX", False, id="unknown type: another rule"),
    ],
)
def test_type(lodged: Consent, sequence: str, refused: bool) -> None:
    assert judge(lodged, payment_type=of(sequence)) == ({("DD-05", "AG02")} if refused else set())


@pytest.mark.parametrize(
    ("periodicity", "earlier", "due", "refused"),
    [
        pytest.param("monthly", "2026-04-09", "2026-04-30", True, id="DD-05 second in April"),
        pytest.param("monthly", "2026-04-09", "2026-05-04", False, id="first in May"),
        pytest.param("weekly", "2026-04-09", "2026-04-10", True, id="DD-05 second in the week"),
        pytest.param("weekly", "2026-04-10", "2026-04-13", False, id="Monday begins a week"),
        pytest.param("quarterly", "2026-04-09", "2026-06-30", True, id="DD-05 second in the quarter"),
        pytest.param("yearly", "2025-12-30", "2026-04-13", False, id="first in the year"),
        pytest.param(None, "2026-04-09", "2026-04-30", False, id="no rhythm set"),
    ],
)
@pytest.mark.parametrize("known_from", ["journal", "file", "register"])
def test_rhythm(periodicity: Any, earlier: str, due: str, refused: bool, known_from: str) -> None:
    day = DAY.fromisoformat(earlier)
    lodged = consent(periodicity=periodicity, last_collected_on=day if known_from == "register" else None)
    used = (day,) if known_from == "journal" else ()
    in_file = (day,) if known_from == "file" else ()
    found = judge(lodged, due=due, used=used, in_file=in_file)
    assert found == ({("DD-05", "SL13")} if refused else set())


@pytest.mark.parametrize(
    ("lodged", "used", "refused"),
    [
        pytest.param((one_off(),), (), False, id="not used"),
        pytest.param((one_off(),), (DAY(2026, 4, 13),), True, id="DD-11 used once"),
        pytest.param(
            (one_off(), one_off(id="consent-2", lodged_on=DAY(2026, 3, 2))),
            (DAY(2026, 2, 2),),
            False,
            id="lodged again after its use",
        ),
    ],
)
@pytest.mark.parametrize("bank", [OTP, SEPA_2026], ids=["consent required", "not required"])
def test_one_off_is_used_up(
    lodged: tuple[Consent, ...], used: tuple[DAY, ...], refused: bool, bank: Profile
) -> None:
    found = judge(*lodged, used=used, due="2026-04-14", payment_type=of("OOFF"), bank=bank)
    assert found == ({("DD-11", "SL01")} if refused else set())


@pytest.mark.parametrize(
    ("last", "refused"),
    [
        pytest.param(DAY(2023, 4, 13), False, id="36 months to the day"),
        pytest.param(DAY(2023, 4, 12), True, id="SDD-12 a day more"),
    ],
)
def test_a_mandate_lapses(last: DAY, refused: bool) -> None:
    assert judge(consent(last_collected_on=last)) == ({("SDD-12", "MD01")} if refused else set())


@pytest.mark.parametrize(
    ("lodged", "changes", "expected"),
    [
        pytest.param((), {}, set(), id="no consent"),
        pytest.param((consent(mandate_id="X"),), {}, set(), id="a consent for another mandate"),
        pytest.param((consent(lodged_on=DAY(2026, 4, 2)),), {}, set(), id="lodged late"),
        pytest.param(
            (consent(limit_cents=1, effective_from=DAY(2027, 1, 1)),), {}, set(), id="limit still to come"
        ),
        pytest.param((consent(cancelled_on=DAY(2026, 4, 2)),), {}, {("DD-07", "MD01")}, id="DD-07 withdrawn"),
        pytest.param(
            (), {"payment_type": of("RCUR", "B2B")}, {("DD-01", "MD01")}, id="DD-01 B2B is confirmed first"
        ),
    ],
)
def test_where_no_consent_is_required(
    lodged: tuple[Consent, ...], changes: dict[str, Any], expected: set[tuple[str, str]]
) -> None:
    assert judge(*lodged, bank=SEPA_2026, **changes) == expected


@pytest.mark.parametrize(
    ("instrument", "code"),
    [
        pytest.param("CORE", "SL01", id="a service in Core"),
        pytest.param("B2B", "MD01", id="the mandate in B2B"),
    ],
)
@pytest.mark.parametrize(
    ("lodged", "sequence", "rule"),
    [
        pytest.param((), "RCUR", "DD-01", id="not confirmed"),
        pytest.param((consent(lodged_on=DAY(2026, 4, 2)),), "RCUR", "DD-01", id="confirmed on delivery"),
        pytest.param((consent(effective_from=DAY(2026, 4, 14)),), "RCUR", "DD-03", id="counts later"),
        pytest.param((one_off(last_collected_on=DAY(2026, 4, 9)),), "OOFF", "DD-11", id="used up"),
    ],
)
def test_b2b_has_no_services_only_a_mandate_that_the_payer_confirmed(
    lodged: tuple[Consent, ...], sequence: str, rule: str, instrument: str, code: str
) -> None:
    asked = of(sequence, instrument)
    assert judge(*lodged, bank=OTP, payment_type=asked) == {(rule, code)}
    confirmed = one_off() if sequence == "OOFF" else consent()
    assert judge(confirmed, bank=OTP, payment_type=asked) == set()


def test_the_consent_in_force_speaks_when_there_are_several() -> None:
    ended = consent(id="old", limit_cents=1, cancelled_on=DAY(2026, 3, 2))
    to_come = consent(id="new", limit_cents=1, lodged_on=DAY(2026, 4, 13))
    assert judge(ended, consent(), to_come) == set()


def test_consent_for_finds_the_one_lodged_last() -> None:
    built = collection()
    newer = consent(id="newer", lodged_on=DAY(2026, 1, 5))
    tables = reference(consents={A1: (consent(), newer)})
    assert consents.consent_for(built.transaction, tables) == newer
    assert consents.consent_for(collection(debtor_iban=A2).transaction, tables) is None
    assert consents.consent_for(collection(mandate=None).transaction, tables) is None


def test_without_a_table_of_consents_nothing_is_said() -> None:
    built = collection()
    facts = case(built, tables=reference(consents=None))
    assert [rule.check(built.transaction, facts) for rule in consents.RULES] == [()] * len(consents.RULES)


def payment(**changes: Any) -> Payment:
    facts: dict[str, Any] = {
        "key": "0" * 24 + "-1", "file_key": "0" * 64, "position": 1, "block": 1, "partner": "bank",
        "kind": "collection", "route": "on-us", "amount_cents": 5_000, "debtor_iban": A1, "creditor_iban": B1,
        "received_at": instant("2026-03-26T10:00:00"), "booking_date": DAY(2026, 4, 7),
        "settlement_date": DAY(2026, 4, 7), "local_instrument": "CORE", "sequence_type": "RCUR",
        "creditor_identifier": CI1, "mandate_id": M1,
    }  # fmt: skip
    return Payment(**(facts | changes))


@pytest.mark.parametrize(
    ("lodged", "changes", "rules"),
    [
        pytest.param((consent(),), {}, [], id="covered"),
        pytest.param(
            (consent(cancelled_on=DAY(2026, 4, 2)),), {}, ["DD-07"], id="DD-08 cancelled Thu 2, due Tue 7"
        ),
        pytest.param((consent(cancelled_on=DAY(2026, 4, 7)),), {}, [], id="DD-08 cancelled on the due date"),
        pytest.param((), {}, ["DD-01"], id="taken out of the register"),
        pytest.param((consent(limit_cents=4_999),), {}, ["DD-04"], id="limit lowered"),
        pytest.param((), {"route": "clearing", "debtor_iban": B1}, [], id="payer elsewhere"),
        pytest.param((), {"kind": "credit-transfer"}, [], id="a transfer"),
    ],
)
def test_asked_again_on_the_due_date(
    lodged: tuple[Consent, ...], changes: dict[str, Any], rules: list[str]
) -> None:
    tables = reference(consents={A1: lodged} if lodged else {})
    found = consents.consent_findings(payment(**changes), reference=tables, profile=OTP, uses={})
    assert [each.rule for each in found] == rules
