"""What the agreement with the sender covers: CT-09, EB-01, EB-02, EB-11, SC-08."""

import datetime

import msgspec
import pytest

from sepa.decide.judging import Desk, Judging
from sepa.model.message import AccountId
from sepa.model.reference import Partner
from sepa.rules import contract
from tests.build import (
    A1,
    A2,
    B1,
    OTP,
    PARTNER,
    SEPA_2026,
    case,
    collection,
    instant,
    reference,
    said,
    transfer,
)


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


FIRST, LAST = datetime.date(2026, 4, 13), datetime.date(2026, 4, 30)


@pytest.mark.parametrize(
    ("received", "rule"),
    [
        pytest.param("2026-04-10T10:00", "EB-01", id="EB-01 Fri 10 April, agreed from Mon 13 April"),
        pytest.param("2026-04-12T23:59:59", "EB-01", id="EB-01 the second before"),
        pytest.param("2026-04-13T00:00", None, id="EB-01 the first day"),
        pytest.param("2026-04-12T22:30+00:00", None, id="EB-01 the first day, by our own clock"),
        pytest.param("2026-04-30T23:59:59", None, id="EB-11 the last day"),
        pytest.param("2026-05-01T00:00", "EB-11", id="EB-11 the day after"),
    ],
)
def test_days_of_the_agreement(received: str, rule: str | None) -> None:
    partner = msgspec.structs.replace(PARTNER, since=FIRST, until=LAST)
    built = transfer()
    facts = case(built, partner=partner, received=received)
    found = contract.agreement_begun.check(built.head, facts)
    found += contract.agreement_not_ended.check(built.head, facts)
    element = "group_header.initiating_party"
    assert said(found) == ({(rule, "DS27", element, "reject")} if rule else set())


def test_a_file_after_the_last_day_is_refused_whole() -> None:
    partner = msgspec.structs.replace(PARTNER, until=datetime.date(2026, 4, 1))
    built = transfer()
    judging = Judging(Desk(OTP, reference(), instant("2026-04-02T10:00"), partner, partner.id), "0" * 64)
    judging.head(built.head)
    (verdict,) = judging.piece(built.piece)
    assert verdict.outcome == "rejected"
    assert judging.close().status == "RJCT"
