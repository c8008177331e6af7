"""What the agreement with the sender covers: CT-09, EB-02, SC-08."""

import pytest

from sepa.model.message import AccountId
from sepa.model.reference import Partner
from sepa.rules import contract
from tests.build import A1, A2, B1, OTP, SEPA_2026, case, collection, said, transfer


@pytest.mark.parametrize(
    ("agreed", "debtor", "codes"),
    [
        pytest.param((A1,), A1, set(), id="A1 agreed, debit of A1"),
        pytest.param((A1,), A1.lower(), set(), id="A1 agreed, debit of A1 in small letters"),
        pytest.param((A1,), A2, {"DS0H"}, id="CT-09 A1 agreed, debit of A2"),
        pytest.param(("*",), A2, set(), id="every account agreed"),
        pytest.param((), A1, {"DS0H"}, id="CT-09 no account agreed"),
        pytest.param((A1,), B1, set(), id="not ours: another rule speaks"),
        pytest.param((A1,), None, set(), id="missing: another rule speaks"),
    ],
)
def test_accounts_of_the_agreement(agreed: tuple[str, ...], debtor: str | None, codes: set[str]) -> None:
    built = transfer(block={"account": AccountId(iban=debtor)})
    found = contract.account_agreed.check(built.block, case(built, partner=Partner("p", "P", agreed)))
    assert {code for _, code, _, _ in said(found)} == codes


@pytest.mark.parametrize(
    ("messages", "refused"),
    [
        pytest.param((), False, id="no list: every message"),
        pytest.param(("pain.001.001.09",), False, id="named"),
        pytest.param(("pain.008.001.08",), True, id="EB-02 another is named"),
    ],
)
def test_messages_of_the_agreement(messages: tuple[str, ...], refused: bool) -> None:
    built = transfer()
    partner = Partner("p", "P", ("*",), messages=messages)
    found = contract.message_agreed.check(built.head, case(built, partner=partner))
    assert said(found) == ({("EB-02", "DS0G", "name", "reject")} if refused else set())


@pytest.mark.parametrize(
    ("bic", "bank", "refused"),
    [
        pytest.param("TATRSKBX", OTP, False, id="a bank collects"),
        pytest.param(None, OTP, True, id="SC-08 a company collects"),
        pytest.param(None, SEPA_2026, False, id="a company collects where we offer it"),
    ],
)
def test_who_may_collect(bic: str | None, bank: object, refused: bool) -> None:
    built = collection()
    facts = case(built, bank=bank, partner=Partner("p", "P", (), bic=bic))  # type: ignore[arg-type]
    found = contract.collections_from_banks.check(built.head, facts)
    assert said(found) == ({("SC-08", "AG03", "name", "reject")} if refused else set())


def test_without_an_agreement_at_hand_nothing_is_said() -> None:
    for built in (transfer(), collection()):
        facts = case(built, partner=None)
        for rule in contract.RULES:
            subject = built.head if rule.subject == "message" else built.block
            assert rule.check(subject, facts) == ()
            assert rule.needs == ("partners",)
