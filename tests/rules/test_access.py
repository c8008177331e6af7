"""Who may order what: CT-10, EB-06, EB-10, SWI-05 and the creditors that a payer bars (DD-16)."""

import datetime
from typing import Any

import msgspec
import pytest

from sepa.decide import Desk, Judging
from sepa.model.reference import Authority, Partner
from sepa.rules import contract, ebanking, payers
from sepa.rules.reviews import Waiting, looked_at, review_spans
from tests.build import (
    A1,
    A2,
    CI1,
    OTP,
    PARTNER,
    SEPA_2026,
    case,
    collection,
    instant,
    judged,
    profile,
    reference,
    said,
    transfer,
)
from tests.build import accounts as own_accounts
from tests.test_settle import collected, fate, payment, run, tables

REVOKED = instant("2026-04-01T15:00")
WHO = "group_header.initiating_party"


def agreed(**changes: Any) -> Partner:
    return msgspec.structs.replace(PARTNER, **changes)


def judge(partner: Partner, received: str) -> tuple[str, set[tuple[str, str]]]:
    """Outcome of the standard order under an agreement, with every finding of message and block."""
    built = transfer()
    judging = Judging(Desk(OTP, reference(), instant(received), partner, partner.id), "0" * 64)
    judging.head(built.head)
    (verdict,) = judging.piece(built.piece)
    file = judging.close()
    found = (*file.findings, *file.blocks[0].findings, *verdict.findings)
    return verdict.outcome, {(each.rule, each.code) for each in found}


@pytest.mark.parametrize(
    ("partner", "received", "outcome"),
    [
        pytest.param(agreed(revoked_at=REVOKED), "2026-04-01T14:59", "accepted", id="revoked 15:00, 14:59"),
        pytest.param(agreed(revoked_at=REVOKED), "2026-04-01T14:59:59", "accepted", id="the second before"),
        pytest.param(agreed(revoked_at=REVOKED), "2026-04-01T15:00", "rejected", id="at 15:00"),
        pytest.param(agreed(revoked_at=REVOKED), "2026-04-01T15:01", "rejected", id="revoked 15:00, 15:01"),
        pytest.param(agreed(in_doubt=True), "2026-04-01T10:00", "held", id="in doubt"),
        pytest.param(
            agreed(authorities=(Authority(A1, until=REVOKED),)), "2026-04-01T14:59", "accepted", id="A1 14:59"
        ),
        pytest.param(
            agreed(authorities=(Authority(A1, until=REVOKED),)), "2026-04-01T15:00", "rejected", id="A1 15:00"
        ),
        pytest.param(
            agreed(authorities=(Authority(A1, since=REVOKED),)), "2026-04-01T14:59", "rejected", id="A1 early"
        ),
        pytest.param(
            agreed(authorities=(Authority(A1, since=REVOKED),)), "2026-04-01T15:00", "accepted", id="A1 begun"
        ),
        pytest.param(
            agreed(authorities=(Authority(A1, until=REVOKED), Authority(A1, since=REVOKED))),
            "2026-04-01T15:00",
            "accepted",
            id="A1 given anew at once",
        ),
        pytest.param(
            agreed(authorities=(Authority(A2, until=REVOKED),)),
            "2026-04-01T16:00",
            "accepted",
            id="A2 revoked",
        ),
        pytest.param(
            agreed(authorities=(Authority(A1, in_doubt=True),)), "2026-04-01T10:00", "held", id="A1 in doubt"
        ),
        pytest.param(
            agreed(authorities=(Authority(A1, in_doubt=True), Authority(A1))),
            "2026-04-01T10:00",
            "accepted",
            id="A1 in doubt by one of two",
        ),
        pytest.param(
            agreed(authorities=(Authority(A1, until=REVOKED, in_doubt=True),)),
            "2026-04-01T16:00",
            "rejected",
            id="A1 in doubt and revoked",
        ),
    ],
)
def test_ct_10_power_of_attorney(partner: Partner, received: str, outcome: str) -> None:
    found = judge(partner, received)
    assert found[0] == outcome
    assert (("CT-10", "DS0H") in found[1]) is (outcome != "accepted")


def test_the_refusal_tells_both_moments_in_the_banks_time() -> None:
    built = transfer()
    partner = agreed(revoked_at=REVOKED.astimezone(datetime.UTC))
    (found,) = contract.agreement_not_revoked.check(
        built.head, case(built, partner=partner, received="2026-04-01T15:01")
    )
    assert (found.found, str(found.expected)) == ("2026-04-01 15:01:00", "a file before 2026-04-01 15:00:00")


def test_an_authority_binds_however_the_account_is_written() -> None:
    built = transfer(debtor_iban=A1.lower())
    facts = case(built, partner=agreed(authorities=(Authority(A1, until=REVOKED),)))
    found = contract.authority_in_force.check(built.block, facts)
    assert said(found) == {("CT-10", "DS0H", "account.iban", "reject")}


# --- electronic banking ---

BLOCKED, OPENED = instant("2026-04-02T10:00"), instant("2026-04-03T09:00")


@pytest.mark.parametrize(
    ("received", "refused"),
    [
        pytest.param("2026-04-02T09:59:59", False, id="the second before"),
        pytest.param("2026-04-02T10:00", True, id="at the block"),
        pytest.param("2026-04-02T10:05", True, id="EB-10 10:05"),
        pytest.param("2026-04-03T08:59:59", True, id="still blocked"),
        pytest.param("2026-04-03T09:00", False, id="open again"),
    ],
)
def test_eb_10_nothing_is_taken_while_access_is_blocked(received: str, refused: bool) -> None:
    built = transfer()
    facts = case(built, partner=agreed(blocked_at=BLOCKED, unblocked_at=OPENED), received=received)
    found = ebanking.access_open.check(built.head, facts)
    assert said(found) == ({("EB-10", "DS0H", WHO, "reject")} if refused else set())


def test_eb_10_a_block_without_end_lasts() -> None:
    outcome, found = judge(agreed(blocked_at=BLOCKED), "2026-06-02T10:00")
    assert (outcome, ("EB-10", "DS0H") in found) == ("rejected", True)


@pytest.mark.parametrize(
    ("received", "released", "expected"),
    [
        pytest.param("2026-04-02T09:30", None, "held EB-10 DS0H", id="EB-10 09:30"),
        pytest.param("2026-04-01T10:00", None, "held EB-10 DS0H", id="24 hours before"),
        pytest.param("2026-04-01T09:59:59", None, "paid", id="a second longer before"),
        pytest.param(
            "2026-04-02T10:00", None, "rejected EB-10 DS0H", id="at the block, taken before it was known"
        ),
        pytest.param(
            "2026-04-02T09:30", "2026-04-02T09:59", "held EB-10 DS0H", id="released before the block"
        ),
        pytest.param("2026-04-02T09:30", "2026-04-02T10:00", "paid", id="released since"),
    ],
)
def test_eb_10_what_came_shortly_before_is_held(received: str, released: str | None, expected: str) -> None:
    known = tables(partners={"partner": agreed(blocked_at=BLOCKED)})
    order = payment(
        received_at=instant(received).astimezone(datetime.UTC),
        released_at=instant(released) if released else None,
    )
    assert fate(run(order, known=known)) == {1: expected}


def test_eb_10_an_order_due_later_is_held_at_once() -> None:
    known = tables(partners={"partner": agreed(blocked_at=BLOCKED)})
    tomorrow = payment(received_at=instant("2026-04-02T09:30"), booking_date=datetime.date(2026, 4, 7))
    settlement = run(tomorrow, known=known)
    assert fate(settlement) == {1: "held EB-10 DS0H"}
    assert settlement.unpaid[0].finding.found == "2026-04-02 09:30:00"
    assert settlement.unpaid[0].finding.effect == "hold"


def test_eb_10_forwarded_collections_are_held_as_well() -> None:
    known = tables(partners={"partner": agreed(blocked_at=BLOCKED)})
    order = collected(route="clearing", received_at=instant("2026-04-02T09:30"))
    assert fate(run(order, known=known)) == {1: "held EB-10 DS0H"}


def test_eb_10_hours_and_spans_are_the_profiles() -> None:
    bank = profile(ebanking__block={"review_hours_before": 2})
    known = tables(partners={"a": agreed(id="a"), "b": agreed(id="b", blocked_at=BLOCKED)})
    assert review_spans(known, bank) == (("b", instant("2026-04-02T08:00"), BLOCKED),)
    assert review_spans(reference(partners=None), bank) == ()
    order = Waiting(instant("2026-04-02T07:59:59"), None, BLOCKED, 2)
    assert looked_at.check(order, case()) == ()
    later = msgspec.structs.replace(order, received_at=instant("2026-04-02T08:00"))
    assert said(looked_at.check(later, case())) == {("EB-10", "DS0H", "end_to_end_id", "hold")}


def account(iban: str, **changes: Any) -> Any:
    table = own_accounts()
    table[iban] = msgspec.structs.replace(table[iban], **changes)
    return reference(accounts=table)


@pytest.mark.parametrize(
    ("changes", "bank", "refused"),
    [
        pytest.param({}, OTP, False, id="active"),
        pytest.param({"ebanking": "passive"}, OTP, True, id="EB-06 passive"),
        pytest.param({"ebanking": "passive"}, SEPA_2026, True, id="EB-06 passive today"),
        pytest.param(
            {"ebanking": "passive"}, profile(ebanking__account_flag_check=False), False, id="never asked"
        ),
    ],
)
def test_eb_06_a_passive_account_is_not_debited(changes: Any, bank: Any, refused: bool) -> None:
    found = judged(ebanking.account_active, transfer(), tables=account(A1, **changes), bank=bank)
    assert found == ({("EB-06", "AG01", "account.iban", "reject")} if refused else set())
    assert judged(ebanking.account_active, transfer(), tables=account(A2, **changes), bank=bank) == set()


def test_eb_06_the_block_of_a2_is_refused_and_that_of_a1_stands() -> None:
    judging = Judging(Desk(OTP, account(A2, ebanking="passive"), instant(), PARTNER, "partner"), "0" * 64)
    first = transfer(head={"number_of_transactions": "2", "control_sum": "200.00"})
    second = transfer(debtor_iban=A2, block={"position": 2, "id": "PMT-2"})
    judging.head(first.head)
    judging.piece(first.piece)
    judging.piece(second.piece)
    assert [block.status for block in judging.close().blocks] == ["ACCP", "RJCT"]


@pytest.mark.parametrize(
    ("received", "refused"),
    [
        pytest.param("2026-04-02T10:59:59", False, id="the second before"),
        pytest.param("2026-04-02T11:00", True, id="at the event"),
        pytest.param("2026-04-02T11:05", True, id="SWI-05 event 11:00, order 11:05"),
    ],
)
def test_swi_05_electronic_banking_ends_at_once(received: str, refused: bool) -> None:
    known = account(A1, ebanking_until=instant("2026-04-02T11:00").astimezone(datetime.UTC))
    found = judged(ebanking.service_not_ended, transfer(), tables=known, received=received)
    assert found == ({("SWI-05", "AG08", "account.iban", "reject")} if refused else set())


def test_without_tables_or_agreement_nothing_is_said() -> None:
    built = transfer()
    facts = case(built, tables=reference(accounts=None), partner=None)
    for rule in (*ebanking.RULES, *contract.RULES):
        assert rule.check(built.head if rule.subject == "message" else built.block, facts) == ()
    assert all(rule.needs for rule in ebanking.RULES)


# --- creditors that a payer bars ---

OTHER = "SK89ZZZ70000000023"


@pytest.mark.parametrize(
    ("barred", "bank", "refused"),
    [
        pytest.param((), OTP, False, id="nobody barred"),
        pytest.param((CI1,), OTP, True, id="DD-16 barred"),
        pytest.param((CI1[:4] + "ABC" + CI1[7:],), OTP, True, id="DD-16 barred for another line of business"),
        pytest.param((OTHER,), OTP, False, id="another is barred"),
        pytest.param((OTHER, CI1), SEPA_2026, True, id="DD-16 one of two, today"),
        pytest.param((CI1,), profile(direct_debit__controls=["block_all"]), False, id="not offered"),
    ],
)
def test_dd_16_single_creditors_are_barred(barred: tuple[str, ...], bank: Any, refused: bool) -> None:
    known = account(A1, barred_creditors=barred)
    found = judged(payers.creditor_allowed, collection(), tables=known, bank=bank)
    assert found == ({("DD-16", "SL12", "creditor_identifier", "reject")} if refused else set())
    due = fate(run(collected(), known=known, bank=bank))
    assert (due == {1: "not-executed DD-16 SL12"}) is refused
    nameless = collection(creditor_identifier=None)
    assert judged(payers.creditor_allowed, nameless, tables=known, bank=bank) == set()


def test_dd_16_blocking_everything_is_a_choice_of_the_bank() -> None:
    known = account(A1, collections_blocked=True)
    bank = profile(direct_debit__controls=["blacklist"])
    assert judged(payers.collections_allowed, collection(), tables=known, bank=bank) == set()
    assert judged(payers.collections_allowed, collection(), tables=known) != set()
