"""The journal's contract over every store that keeps it: seal and emit, alone and two at once."""

import datetime
import threading
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from msgspec import json
from msgspec.structs import replace

from sepa.model.broken import BrokenPromise
from sepa.model.journal import (
    Correction,
    ReportDue,
    Withheld,
    window_cause,
)
from sepa.model.message import PaymentType, Transaction
from sepa.model.payment import Paying, Payment, Posting, Settlement, Unpaid
from sepa.model.sheet import OfBlock, Sheet, sheet_of
from sepa.model.verdict import transaction_key
from sepa.store.journal import Journal, Overtaken, Part
from sepa.store.sql import SqlJournal
from sepa.store.tables import orders
from tests.build import A1, A2, B1, CI1, M1, collection, transfer
from tests.store.conftest import Store
from tests.store.lines import (
    DAY,
    EVENING,
    LATER,
    NEXT_DAY,
    RECEIVED,
    SECOND,
    WINDOW,
    accepted,
    both_sides,
    bulk,
    close,
    decide,
    decision,
    delivery,
    file_verdict,
    finding,
    judge,
    key_of,
    move,
    pay_all,
    paying,
    postings_of,
    publication,
    states,
    unpublished,
    verdict,
)

# --- seal ---


def test_a_payment_carries_what_funding_needs(journal: Journal) -> None:
    told = collection(debtor_iban=A2).transaction
    block = {"batch_booking": True, "payment_type": PaymentType(category_purpose="!EXPRESS")}
    judge(journal, verdict(key_of("a"), transaction=told, route="on-us"), built=collection(block=block))
    (payment,) = list(journal.due(WINDOW, DAY))
    assert payment == Payment(
        key=transaction_key(key_of("a"), 1),
        file_key=key_of("a"),
        position=1,
        block=1,
        partner="partner",
        kind="collection",
        route="on-us",
        amount_cents=10_000,
        debtor_iban=A2,
        creditor_iban=B1,
        received_at=RECEIVED,
        booking_date=DAY,
        settlement_date=DAY,
        batch_booking=True,
        local_instrument="CORE",
        sequence_type="RCUR",
        creditor_identifier=CI1,
        mandate_id=M1,
        category_purpose="!EXPRESS",
    )


@pytest.mark.parametrize(
    ("received_at", "changes", "is_due"),
    [
        pytest.param(WINDOW, {}, True, id="received-at-the-window"),
        pytest.param(WINDOW + SECOND, {}, False, id="received-a-second-later"),
        pytest.param(RECEIVED, {"booking_date": DAY - datetime.timedelta(days=1)}, True, id="booked-before"),
        pytest.param(RECEIVED, {"booking_date": NEXT_DAY}, False, id="booked-later"),
        pytest.param(RECEIVED, {"outcome": "rolled"}, True, id="rolled"),
        pytest.param(RECEIVED, {"outcome": "pending-funds"}, True, id="pending-funds"),
        pytest.param(RECEIVED, {"outcome": "held"}, False, id="held"),
        pytest.param(RECEIVED, {"outcome": "rejected"}, False, id="rejected"),
    ],
)
def test_what_is_due(
    journal: Journal, received_at: datetime.datetime, changes: dict[str, Any], is_due: bool
) -> None:
    judge(journal, verdict(key_of("a"), **changes), received_at=received_at)
    assert len(list(journal.due(WINDOW, DAY))) == is_due


@pytest.mark.parametrize(("route", "is_due"), [("clearing", True), ("on-us", False)])
def test_collections_for_the_clearing_leave_before_their_day(
    journal: Journal, route: Any, is_due: bool
) -> None:
    told = collection().transaction
    ahead = verdict(key_of("a"), transaction=told, route=route, booking_date=NEXT_DAY)
    judge(journal, ahead, built=collection())
    assert len(list(journal.due(WINDOW, DAY))) == is_due


def test_who_is_to_be_reviewed_is_due_before_its_day(journal: Journal) -> None:
    accepted(journal, name="early", booking_date=NEXT_DAY)
    key = key_of("early")[:24] + "-1"

    def due(partner: str, since: datetime.datetime, before: datetime.datetime) -> list[str]:
        return [each.key for each in list(journal.due(WINDOW, DAY, also=[(partner, since, before)]))]

    assert due("partner", RECEIVED, RECEIVED + SECOND) == [key]
    assert due("partner", RECEIVED - SECOND, RECEIVED) == []
    assert due("partner", RECEIVED + SECOND, LATER) == []
    assert due("somebody", RECEIVED, LATER) == []
    (payment,) = list(journal.due(WINDOW, NEXT_DAY))
    assert payment.released_at is None
    journal.seal(Settlement(WINDOW, (), (), (Unpaid(payment, "held", finding(effect="hold")),)), by="desk")
    at = WINDOW + SECOND
    assert journal.decide(
        decision("d", at=at), [move(key, "waiting", 1, at=at, cause="decision:d")], report=None
    )
    (released,) = list(journal.due(LATER, NEXT_DAY))
    assert released.released_at == at
    span = ("partner", RECEIVED, at)
    assert list(journal.due(LATER, DAY, also=[span])) == []
    assert [each.key for each in list(journal.due(LATER, DAY, also=[("partner", RECEIVED, LATER)]))] == [key]
    assert journal.faults() == []


def test_due_payments_stand_in_order_of_receipt_file_and_position(journal: Journal) -> None:
    names = sorted("abc", key=key_of)
    for name in reversed(names[:2]):
        accepted(journal, 11, name)
    judge(journal, verdict(key_of(names[2])), name=names[2], received_at=RECEIVED - SECOND)
    order = [(payment.file_key, payment.position) for payment in list(journal.due(WINDOW, DAY))]
    expected = [(key_of(names[2]), 1)]
    expected += [(key_of(name), position) for name in names[:2] for position in range(1, 12)]
    assert order == expected


def test_a_sealed_window_is_written_whole(journal: Journal) -> None:
    file_key = accepted(journal, 12)
    due = list(journal.due(WINDOW, DAY))
    paid, refused = list(reversed(due[:10])), due[10:]
    poor = finding("FUN-01", "AM04")
    unpaid = [Unpaid(refused[0], "pending-funds", poor), Unpaid(refused[1], "unsettled", poor)]
    assert journal.seal(paying(paid, unpaid), by="desk")
    assert states(journal, file_key) == ["paid"] * 10 + ["pending-funds", "unsettled"]
    assert journal.bulk("BULK-1") == bulk(paid)
    left = [key for sheet in journal.bulk_sheets("BULK-1", 3) for key in sheet.keys]
    assert left == [transaction_key(file_key, position) for position in range(10, 0, -1)]
    assert postings_of(journal, "BULK-1", batch=3) == [side for each in paid for side in both_sides(each)]
    assert journal.booked() == {A1: -100_000, "CLEARING:SCT": 100_000}
    pending = journal.order(refused[0].key)
    assert pending is not None
    assert (pending.findings, pending.outcome, pending.step) == ((poor,), "accepted", 1)
    assert ReportDue(file_key, window_cause(WINDOW), "partner", WINDOW) in journal.reports_due()
    assert len(list(journal.orders(file_key, cause=window_cause(WINDOW)))) == 12
    assert journal.faults() == []


def test_members_of_a_bulk_come_with_their_transactions(journal: Journal) -> None:
    file_key = key_of("a")
    orders = [transfer(end_to_end_id=f"E2E-{number}").transaction for number in (1, 2)]
    judged = [verdict(file_key, number, transaction=order) for number, order in enumerate(orders, 1)]
    judge(journal, *judged)
    due = pay_all(journal)
    (sheet,) = journal.bulk_sheets("BULK-1")
    assert [json.decode(text, type=Transaction) for text in sheet.transactions] == [
        each.transaction for each in judged
    ]
    for payment, each in zip(due, judged, strict=True):
        assert journal.paid_order(payment.key) == (payment, each.transaction)


@pytest.mark.parametrize(
    ("asked", "due"), [("2026-04-01", "2026-04-01"), (None, "2026-04-02")], ids=["asked for", "by the order"]
)
def test_a_sheet_tells_what_the_orders_and_their_blocks_say(
    journal: Journal, asked: str | None, due: str
) -> None:
    file_key = key_of("a")
    built = transfer(block={"requested_date": asked, "batch_booking": True})
    judge(journal, verdict(file_key, 1), verdict(file_key, 2), built=built)
    payments = pay_all(journal)
    (sheet,) = journal.bulk_sheets("BULK-1")
    told = sheet_of(payments, ())
    block = OfBlock(f"{file_key[:24]}-block-1", "credit-transfer", True, asked)
    assert sheet.blocks == (block, block)
    assert sheet.blocks[0] is sheet.blocks[1]
    assert {str(day) for day in sheet.due} == {due}
    known = ("keys", "amounts_cents", "debtors", "creditors")
    assert [getattr(sheet, name) for name in known] == [getattr(told, name) for name in known]


def test_of_many_files_each_says_its_own(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sepa.store.sql.sheets.KNOWN", 2)
    told = {}
    for number in range(1, 8):
        block = {"requested_date": f"2026-04-0{number}", "batch_booking": number % 2 == 0}
        file_key = judge(journal, verdict(key_of(f"{number}")), name=f"{number}", built=transfer(block=block))
        told[transaction_key(file_key, 1)] = block
    due = pay_all(journal)
    assert {each.key: each.batch_booking for each in due} == {
        key: each["batch_booking"] for key, each in told.items()
    }
    for sheet in journal.bulk_sheets("BULK-1", 3):
        for key, found in zip(sheet.keys, sheet.blocks, strict=True):
            assert {"requested_date": found.requested, "batch_booking": found.batch_booking} == told[key]
            assert found.key == f"{key[:24]}-block-1"


def _shared(journal: Journal, shares: int) -> list[list[Sheet]]:
    return [list(journal.bulk_sheets("BULK-1", 3, share=share, shares=shares)) for share in range(shares)]


def test_the_sheets_of_a_bulk_are_shared_in_turns(journal: Journal) -> None:
    accepted(journal, 10)
    pay_all(journal)
    (whole,) = _shared(journal, 1)
    assert [len(sheet.keys) for sheet in whole] == [3, 3, 3, 1]
    assert _shared(journal, 2) == [[whole[0], whole[2]], [whole[1], whole[3]]]
    assert _shared(journal, 3) == [[whole[0], whole[3]], [whole[1]], [whole[2]]]


def test_a_bulk_from_which_something_was_taken_is_not_shared(journal: Journal) -> None:
    file_key = accepted(journal, 7)
    due = pay_all(journal)
    decide(journal, move(due[3].key, "revoked", 1))
    (whole,) = _shared(journal, 1)
    assert [len(sheet.keys) for sheet in whole] == [3, 3]
    assert _shared(journal, 2) == [whole, []]
    assert states(journal, file_key).count("paid") == 6


def test_what_was_found_of_a_paid_order_stays_in_its_history(journal: Journal) -> None:
    """Its judgement spoke of a finding; its row does no more once it is paid, so line 0 is written."""
    file_key = key_of("a")
    told = finding("FUN-01", "AM04")
    judge(journal, replace(verdict(file_key, 1), findings=(told,)), verdict(file_key, 2))
    pay_all(journal)
    assert states(journal, file_key) == ["paid", "paid"]
    stories = [journal.story(each.key) for each in journal.orders(file_key)]
    assert [[event.findings for event in story if event.findings] for story in stories] == [[(told,)], []]
    assert journal.faults() == []


def test_what_was_tried_in_a_window_is_due_in_the_next(journal: Journal) -> None:
    accepted(journal)
    (payment,) = list(journal.due(WINDOW, DAY))
    poor = Unpaid(payment, "pending-funds", finding("FUN-01", "AM04"))
    assert journal.seal(paying([], [poor]), by="desk")
    assert list(journal.due(WINDOW, DAY)) == []
    assert list(journal.due(LATER, DAY)) == [payment]
    before = journal.digest()
    with pytest.raises(Overtaken):
        journal.seal(paying([], [poor]), by="desk")
    assert journal.digest() == before


def test_who_goes_on_waiting_for_cover_is_not_told_again(journal: Journal) -> None:
    file_key = accepted(journal)
    told = []
    for window in (WINDOW, LATER):
        (payment,) = list(journal.due(window, DAY))
        poor = Unpaid(payment, "pending-funds", finding("FUN-01", "AM04"))
        assert journal.seal(replace(paying([], [poor]), window=window), by="desk")
        told.append([report.occasion for report in journal.reports_due()])
    assert told == [["judged", window_cause(WINDOW)]] * 2
    assert [order.step for order in journal.orders(file_key, cause=window_cause(LATER))] == [2]


@pytest.mark.parametrize("outcome", ["pending-funds", "unsettled", "not-executed", "rejected"])
def test_what_becomes_of_an_unpaid_order(journal: Journal, outcome: Any) -> None:
    file_key = accepted(journal)
    (payment,) = list(journal.due(WINDOW, DAY))
    assert journal.seal(paying([], [Unpaid(payment, outcome, finding())]), by="desk")
    assert states(journal, file_key) == [outcome]
    assert journal.booked() == {}
    assert unpublished(journal) == []


def test_a_window_with_nothing_to_write_writes_nothing(journal: Journal) -> None:
    accepted(journal)
    before = journal.digest()
    assert not journal.seal(paying([]), by="desk")
    assert journal.digest() == before


def test_sealing_twice_pays_once(journal: Journal) -> None:
    accepted(journal, 3)
    settlement = paying(list(journal.due(WINDOW, DAY)))
    assert journal.seal(settlement, by="desk")
    before = journal.digest()
    with pytest.raises(Overtaken):
        journal.seal(settlement, by="desk")
    with pytest.raises(Overtaken):
        journal.seal(replace(settlement, bulks=(replace(settlement.bulks[0], id="BULK-2"),)), by="desk")
    assert journal.digest() == before


def test_a_window_is_sealed_in_parts_as_if_in_one(journal: Journal) -> None:
    file_key = accepted(journal, 4)
    due = list(journal.due(WINDOW, DAY))
    poor = Unpaid(due[3], "pending-funds", finding("FUN-01", "AM04"))
    first, second = paying(due[:2]), paying(due[2:3], [poor], id="BULK-2")
    assert journal.seal(first, by="desk", then=[paying([]), second])
    assert states(journal, file_key) == ["paid"] * 3 + ["pending-funds"]
    assert [bulk.id for bulk in unpublished(journal)] == ["BULK-1", "BULK-2"]
    assert journal.bulks_to_publish() == ["BULK-1", "BULK-2"]
    occasions = [report.occasion for report in journal.reports_due()]
    assert occasions == ["judged", window_cause(WINDOW)]
    assert len(list(journal.orders(file_key, cause=window_cause(WINDOW)))) == 4
    assert journal.faults() == []


def test_postings_that_come_as_lines_are_as_those_that_come_whole(journal: Journal) -> None:
    accepted(journal, 3)
    whole = paying(list(journal.due(WINDOW, DAY)))
    lines = list(journal.posting_lines(whole))
    part = Part(replace(whole, postings=()), lines)
    assert journal.seal(paying([]), by="desk", then=[part])
    assert tuple(postings_of(journal, "BULK-1")) == whole.postings
    assert journal.faults() == []


def test_orders_may_be_paid_before_their_bulk_is_told(journal: Journal) -> None:
    file_key = accepted(journal, 4)
    due = list(journal.due(WINDOW, DAY))
    one, two, three, four = [each.key for each in due]
    first, second = paying([due[0], due[2]]), paying([due[1], due[3]], id="BULK-2")
    told = [
        Paying({one: (one,), two: (two,)}),
        Paying({one: (three,)}),
        first,
        Paying({two: (four,)}),
        second,
    ]
    assert journal.seal(paying([]), by="desk", then=told)
    assert states(journal, file_key) == ["paid"] * 4
    assert len(list(journal.orders(file_key, cause=window_cause(WINDOW)))) == 4
    assert journal.faults() == []


def test_an_order_that_is_paid_has_a_bulk(journal: Journal) -> None:
    accepted(journal, 2)
    one, other = list(journal.due(WINDOW, DAY))
    before = journal.digest()
    with pytest.raises(BrokenPromise, match="is in no bulk"):
        journal.seal(paying([]), by="desk", then=[Paying({other.key: (other.key,)}), paying([one])])
    poor = Unpaid(one, "pending-funds", finding("FUN-01", "AM04"))
    with pytest.raises(Overtaken):
        journal.seal(paying([]), by="desk", then=[Paying({one.key: (one.key,)}), paying([other], [poor])])
    assert journal.digest() == before


@pytest.mark.parametrize(
    ("told", "said"),
    [
        pytest.param([{1: (1,)}], "other orders than were paid", id="one of two"),
        pytest.param([{1: (1, 2, 3)}], "other orders than were paid", id="one too many"),
        pytest.param([{1: (1,)}, {1: (3,)}], "other orders than were paid", id="another"),
        pytest.param([{1: (2, 1)}], "other orders than were paid", id="in another order"),
        pytest.param([{1: (1, 2, 2)}], "told twice", id="twice at once"),
        pytest.param([{1: (1,), 2: (1, 2)}], "told twice", id="in two bulks"),
    ],
)
def test_a_bulk_has_just_the_orders_that_were_told_as_paid_for_it(
    journal: Journal, told: list[dict[int, tuple[int, ...]]], said: str
) -> None:
    accepted(journal, 3)
    due = list(journal.due(WINDOW, DAY))
    before = journal.digest()
    paid = [
        Paying(
            {
                due[first - 1].key: tuple(due[each - 1].key for each in members)
                for first, members in some.items()
            }
        )
        for some in told
    ]
    with pytest.raises(BrokenPromise, match=said):
        journal.seal(paying([]), by="desk", then=[*paid, paying(due[:2])])
    assert journal.digest() == before


def test_what_is_told_as_paid_comes_to_the_sum_of_its_bulk(journal: Journal) -> None:
    accepted(journal, 2)
    due = list(journal.due(WINDOW, DAY))
    whole, keys = paying(due), tuple(each.key for each in due)
    (sealed,) = whole.bulks
    wrong = replace(whole, bulks=(replace(sealed, sum_cents=sealed.sum_cents + 1),))
    before = journal.digest()
    with pytest.raises(BrokenPromise, match="cents, its orders are"):
        journal.seal(paying([]), by="desk", then=[Paying({keys[0]: keys}), wrong])
    assert journal.digest() == before


def test_an_order_that_is_told_as_paid_again_or_handed_over_undoes_the_window(journal: Journal) -> None:
    accepted(journal, 2)
    one, other = list(journal.due(WINDOW, DAY))
    told = Paying({one.key: (one.key,)})
    away = replace(paying([one]), postings=())
    away = replace(away, bulks=(replace(away.bulks[0], kind="hand-over", scheme="desk/standard/EUR"),))
    before = journal.digest()
    for then in ([told, told, paying([one])], [told, away], [told, paying([other, one])]):
        with pytest.raises(Overtaken):
            journal.seal(paying([]), by="desk", then=then)
    assert journal.digest() == before


def test_an_order_that_waited_for_cover_is_paid_as_soon_as_it_is_told(journal: Journal) -> None:
    assert isinstance(journal, SqlJournal)
    judge(journal, verdict(key_of("a"), outcome="pending-funds", findings=(finding("FUN-01", "AM04"),)))
    (one,) = journal.due(WINDOW, DAY)
    stood: list[list[str]] = []

    def parts() -> Iterator[Settlement | Paying]:
        yield Paying({one.key: (one.key,)})
        with journal.reading() as connection:
            stood.append([*connection.execute(sa.select(orders.c.state)).scalars()])
        yield paying([one])

    with journal.together():
        assert journal.seal(paying([]), by="desk", then=parts())
    assert stood == [["paid"]]
    assert journal.faults() == []


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda lines: [*lines[:1], *lines[2:]], "not in its turn"),
        (lambda lines: [*lines, lines[0]], "not in its turn"),
        (lambda lines: lines[:-1], "differ by"),
        (lambda lines: [["BULK-2", *lines[0][1:]], *lines[1:]], "does not pay"),
        (lambda lines: [[*lines[0][:2], "strange", *lines[0][3:]], *lines[1:]], "does not pay"),
        (lambda lines: [[*lines[0][:4], "neither", *lines[0][5:]], *lines[1:]], "neither debit nor credit"),
        (lambda lines: [[*lines[0][:5], 0, *lines[0][6:]], *lines[1:]], "is of 0 cents"),
    ],
)
def test_lines_of_postings_are_looked_at_again(
    journal: Journal, spoil: Callable[[list[Any]], list[Any]], said: str
) -> None:
    accepted(journal, 2)
    whole = paying(list(journal.due(WINDOW, DAY)))
    before = journal.digest()
    (packed,) = journal.posting_lines(whole)
    digests, told = msgspec.msgpack.decode(packed)
    other = spoil(told)
    lines = [msgspec.msgpack.encode((digests[: 16 * len(other)], other))]
    with pytest.raises(BrokenPromise, match=said):
        journal.seal(paying([]), by="desk", then=[Part(replace(whole, postings=()), lines)])
    assert journal.digest() == before


def test_a_part_that_fails_undoes_those_before_it(journal: Journal) -> None:
    accepted(journal, 2)
    one, other = list(journal.due(WINDOW, DAY))
    before = journal.digest()
    unbalanced = replace(paying([other], id="BULK-2"), postings=_cent_more(both_sides(other)))
    with pytest.raises(BrokenPromise, match="differ"):
        journal.seal(paying([one]), by="desk", then=[unbalanced])
    again = paying([one], id="BULK-2")
    with pytest.raises(Overtaken):
        journal.seal(paying([one]), by="desk", then=[again])
    assert journal.digest() == before


@pytest.mark.parametrize(
    "order",
    [
        ("amount", "due_date", "received_at", "file_sequence"),
        ("received_at", "file_sequence", "amount", "due_date"),
        ("file_sequence", "received_at", "due_date", "amount"),
        ("due_date",),
    ],
)
def test_due_payments_come_in_the_order_asked_for(journal: Journal, order: tuple[str, ...]) -> None:
    """As Python sorts them: the database's order is that of allocation."""
    earlier = DAY - datetime.timedelta(days=1)
    for number, name in enumerate("abc"):
        file_key = key_of(name)
        verdicts = [
            verdict(file_key, position, amount_cents=1000 + position * 7 % 5, booking_date=day)
            for position, day in ((1, DAY), (2, earlier), (10, DAY), (11, earlier))
        ]
        judge(journal, *verdicts, name=name, received_at=RECEIVED + number % 2 * SECOND / 2)
    names = {"amount": "amount_cents", "due_date": "booking_date", "file_sequence": "position"}
    sorts = attrgetter(*(names.get(each, each) for each in order), "key")
    found = list(journal.due(WINDOW, DAY, order=order))
    assert len(found) == 12
    assert found == sorted(found, key=sorts)


def _cent_more(sides: Sequence[Posting]) -> tuple[Posting, ...]:
    return (replace(sides[0], amount_cents=sides[0].amount_cents + 1), *sides[1:])


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda s: replace(s, postings=_cent_more(s.postings)), id="a-cent-more-debited"),
        pytest.param(lambda s: replace(s, postings=s.postings[1:]), id="one-side-missing"),
        pytest.param(
            lambda s: replace(s, bulks=(replace(s.bulks[0], sum_cents=s.bulks[0].sum_cents - 1),)),
            id="sum-differs",
        ),
        pytest.param(
            lambda s: replace(s, bulks=(s.bulks[0], replace(s.bulks[0], id="B"))), id="in-two-bulks"
        ),
        pytest.param(
            lambda s: replace(s, bulks=(replace(s.bulks[0], keys=s.bulks[0].keys * 2),)), id="twice-in-a-bulk"
        ),
        pytest.param(lambda s: replace(s, bulks=(*s.bulks, bulk((), id="B"))), id="empty-bulk"),
        pytest.param(
            lambda s: replace(s, postings=(*s.postings, *(replace(p, key="x-1") for p in s.postings[:2]))),
            id="posting-of-another",
        ),
        pytest.param(
            lambda s: replace(
                s, postings=(*s.postings, *(replace(p, amount_cents=0) for p in s.postings[:2]))
            ),
            id="posting-of-nothing",
        ),
        pytest.param(lambda s: replace(s, bulks=()), id="postings-without-a-bulk"),
        pytest.param(
            lambda s: replace(s, bulks=(replace(s.bulks[0], keys=(*s.bulks[0].keys[1:], "x-1")),)),
            id="unknown-order",
        ),
    ],
)
def test_a_settlement_that_does_not_agree_is_our_fault(
    journal: Journal, spoil: Callable[[Settlement], Settlement]
) -> None:
    accepted(journal, 2)
    sound = paying(list(journal.due(WINDOW, DAY)))
    before = journal.digest()
    with pytest.raises(BrokenPromise):
        journal.seal(spoil(sound), by="desk")
    assert journal.digest() == before
    assert journal.seal(sound, by="desk")


def test_paid_and_not_paid_at_once_is_our_fault(journal: Journal) -> None:
    accepted(journal, 2)
    due = list(journal.due(WINDOW, DAY))
    with pytest.raises(BrokenPromise, match="both paid and not paid"):
        journal.seal(paying(due, [Unpaid(due[0], "unsettled", finding())]), by="desk")


def test_postings_must_balance_in_each_bulk(journal: Journal) -> None:
    accepted(journal, 2)
    first, second = list(journal.due(WINDOW, DAY))
    debit, credit = both_sides(first)[0], both_sides(second)[1]
    crossed = Settlement(WINDOW, (bulk([first], id="B1"), bulk([second], id="B2")), (debit, credit), ())
    with pytest.raises(BrokenPromise, match="differ by"):
        journal.seal(crossed, by="desk")


def test_a_window_that_touches_a_file_again_is_told_again(journal: Journal) -> None:
    file_key = key_of("a")
    judge(
        journal, *(verdict(file_key, number, outcome) for number, outcome in ((1, "accepted"), (2, "held")))
    )
    pay_all(journal)
    decide(journal, move(transaction_key(file_key, 2), "waiting"))
    pay_all(journal, id="BULK-2")
    occasion = window_cause(WINDOW)
    told = [report.occasion for report in journal.reports_due() if report.occasion != "judged"]
    assert told == [occasion, f"{occasion}#2"]
    assert [order.position for order in journal.orders(file_key, cause=f"{occasion}#2")] == [2]


def test_a_window_in_the_banks_zone_is_the_same_window(journal: Journal) -> None:
    file_key = accepted(journal)
    local = WINDOW.astimezone(datetime.timezone(datetime.timedelta(hours=2)))
    pay_all(journal, window=local)
    assert [each.window for each in unpublished(journal)] == [WINDOW]
    assert len(list(journal.orders(file_key, cause=window_cause(WINDOW)))) == 1


def test_the_last_window_is_told(journal: Journal) -> None:
    assert journal.last_window() is None
    for name, window in (("a", LATER), ("b", WINDOW)):
        accepted(journal, name=name)
        pay_all(journal, window, id=name)
    assert journal.last_window() == LATER


def test_an_express_window_is_never_the_last_unless_it_was_a_full_one_too(journal: Journal) -> None:
    accepted(journal, name="a")
    journal.seal(replace(paying(list(journal.due(WINDOW, DAY)), id="a"), express=True), by="desk")
    assert journal.last_window() is None
    accepted(journal, name="b")
    pay_all(journal, id="b")
    assert journal.last_window() == WINDOW


def test_booked_counts_windows_after_an_instant(journal: Journal) -> None:
    accepted(journal, 1, "a")
    pay_all(journal)
    accepted(journal, 2, "b")
    pay_all(journal, LATER, id="BULK-2")
    assert journal.booked() == {A1: -30_000, "CLEARING:SCT": 30_000}
    assert journal.booked(WINDOW) == {A1: -20_000, "CLEARING:SCT": 20_000}
    assert journal.booked(LATER) == {}


def test_what_is_booked_on_a_later_day_is_not_there_yet(journal: Journal) -> None:
    accepted(journal)
    pay_all(journal)
    assert journal.booked(by=DAY) == journal.booked() != {}
    assert journal.booked(by=DAY - datetime.timedelta(days=1)) == {}


def test_only_paid_collections_of_our_own_debtors_use_consents(journal: Journal) -> None:
    file_key = key_of("a")
    told = collection().transaction
    judge(
        journal,
        verdict(file_key, 1, transaction=told, route="on-us", booking_date=DAY),
        verdict(file_key, 2, transaction=told, route="on-us", booking_date=DAY - datetime.timedelta(days=31)),
        verdict(file_key, 3, transaction=told, route="clearing"),
        verdict(file_key, 4, transaction=told, route="on-us", booking_date=NEXT_DAY),
        verdict(file_key, 5, transaction=told, route="on-us", booking_date=DAY),
        built=collection(),
    )
    accepted(journal, 1, "b", route="on-us")
    assert journal.consent_uses() == {}
    pay_all(journal)
    assert journal.consent_uses() == {(A1, CI1, M1): (DAY - datetime.timedelta(days=31), DAY)}


# --- two at once ---


def at_once(store: Store, act: Callable[[SqlJournal], Any], workers: int = 4) -> list[Any]:
    """What `act` returned or raised in each of several workers, each with a journal of its own, let go together."""
    journals = [store.open() for _ in range(workers)]
    gate = threading.Barrier(workers)
    results: list[Any] = []

    def work(journal: SqlJournal) -> None:
        gate.wait()
        try:
            results.append(act(journal))
        except (Overtaken, BrokenPromise) as refused:
            results.append(type(refused))

    threads = [threading.Thread(target=work, args=(journal,)) for journal in journals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_of_several_who_seal_the_same_orders_one_wins(store: Store) -> None:
    journal = store.open()
    accepted(journal, 50)
    settlement = paying(list(journal.due(WINDOW, DAY)))
    results = at_once(store, lambda each: each.seal(settlement, by="desk"))
    assert sorted(results, key=str) == [Overtaken] * 3 + [True]
    assert journal.booked() == {A1: -500_000, "CLEARING:SCT": 500_000}
    assert journal.faults() == []


def test_of_several_who_judge_the_same_file_one_does(store: Store) -> None:
    journal = store.open()
    journal.deliver(delivery())

    def judge_it(each: SqlJournal) -> bool:
        with each.judging(key_of("a")) as sealing:
            if sealing is None:
                return False
            sealing.add([verdict(key_of("a"))])
            close(sealing, file_verdict(1))
            return True

    assert sorted(at_once(store, judge_it)) == [False, False, False, True]
    assert len(list(journal.orders(key_of("a")))) == 1


def test_of_several_who_deliver_the_same_bytes_one_is_first(store: Store) -> None:
    ids = iter("1234")
    firsts = at_once(store, lambda each: each.deliver(delivery(id=next(ids))).first)
    assert sorted(firsts) == [False, False, False, True]


def test_of_several_who_decide_the_same_one_does(store: Store) -> None:
    file_key = judge(store.open(), verdict(key_of("a"), 1, "held"))
    key = transaction_key(file_key, 1)
    assert sorted(at_once(store, lambda each: decide(each, move(key, "waiting")))) == [0, 0, 0, 1]


def test_a_seal_and_a_decision_on_one_order_do_not_both_happen(store: Store) -> None:
    journal = store.open()
    file_key = accepted(journal)
    settlement = paying(list(journal.due(WINDOW, DAY)))
    key = transaction_key(file_key, 1)
    acts = iter(
        [lambda each: each.seal(settlement, by="desk"), lambda each: decide(each, move(key, "rejected"))]
    )
    results = at_once(store, lambda each: next(acts)(each), workers=2)
    assert results.count(Overtaken) == 1
    assert states(journal, file_key) in (["paid"], ["rejected"])
    assert journal.faults() == []


# --- emit ---


def test_a_bulk_is_unpublished_until_it_is_told(journal: Journal) -> None:
    accepted(journal)
    pay_all(journal)
    assert [each.id for each in unpublished(journal)] == ["BULK-1"]
    journal.published([publication("b.xml"), publication("a.xml")])
    assert [each.id for each in unpublished(journal)] == ["BULK-1"]
    journal.published([publication("b.xml")], settles="BULK-1")
    assert unpublished(journal) == []
    assert [each.path for each in journal.publications("BULK-1")] == ["a.xml", "b.xml"]


def test_a_letter_that_is_not_written_is_noted_once_and_told_with_its_account_s_orders(
    journal: Journal,
) -> None:
    file_key = accepted(journal)
    (order, *_) = journal.orders(file_key)
    assert order.debtor_iban
    silent = Withheld(file_key, "judged", "rejected", order.debtor_iban, "III.1(8)", LATER)
    other = Withheld(file_key, "judged", "rejected", "SK0000", "III.1(8)", LATER)
    (due,) = journal.reports_due()
    journal.published([publication(subject=file_key), other, silent], settles=due)
    digest = journal.digest()
    journal.published([silent], settles=due)
    assert journal.digest() == digest
    assert journal.withheld(file_key) == sorted((silent, other), key=lambda each: each.account)
    assert journal.withheld("somebody") == []
    (told,) = [event for event in journal.story(order.key) if event.what == "letter not written"]
    assert (told.at, told.cause) == (LATER, "judged")
    assert told.detail == {"letter": "rejected", "why": "III.1(8)"}
    assert journal.faults() == []


def test_a_report_is_due_until_it_is_told(journal: Journal) -> None:
    accepted(journal, name="a")
    judge(journal, name="b", received_at=RECEIVED)
    first, second = journal.reports_due()
    assert [first.file_key, second.file_key] == sorted((key_of("a"), key_of("b")))
    journal.published([publication(subject=first.file_key)], settles=first)
    assert journal.reports_due() == [second]
    journal.published([], settles=second)
    assert journal.reports_due() == []


def test_publishing_again_is_fine_with_the_same_bytes_only(journal: Journal) -> None:
    journal.published([publication()])
    before = journal.digest()
    journal.published([publication(), publication(at=EVENING)])
    assert journal.digest() == before
    with pytest.raises(BrokenPromise, match="other bytes"):
        journal.published([publication("new.xml"), publication(sha256="1" * 64)], settles="BULK-1")
    assert journal.digest() == before


# --- correct ---


def correction(key: str, **changes: Any) -> Correction:
    facts: dict[str, Any] = {
        "decision": "d-2",
        "initiator": "own_bank",
        "code": "DUPL",
        "proof": "case 7",
        "at": LATER,
        "booking_date": NEXT_DAY,
    }
    return Correction(key, **(facts | changes))


def test_a_payment_is_booked_back_once(journal: Journal) -> None:
    accepted(journal, 2, route="on-us")
    paid, other = pay_all(journal, kind="on-us")
    asked = decision("d-2", paid.key, "correct")
    with pytest.raises(BrokenPromise, match="can still be taken out"):
        journal.correct(asked, correction(paid.key))
    journal.begin_emission("BULK-1", WINDOW)
    before = journal.booked()
    assert journal.correct(asked, correction(paid.key))
    assert not journal.correct(decision("d-3", paid.key, "correct"), correction(paid.key, decision="d-3"))
    assert [each.id for each in journal.decisions(paid.key)] == ["d-2"]
    assert journal.corrections_unpublished() == [correction(paid.key)]
    assert journal.correction(paid.key) == correction(paid.key)
    assert journal.correction(other.key) is None
    sent, _, undone = journal.correction_bookings(paid.key)
    assert sent == paid
    assert [(each.account, each.side, each.booking_date, each.value_date) for each in undone] == [
        (A1, "credit", NEXT_DAY, DAY),
        ("CLEARING:SCT", "debit", NEXT_DAY, DAY),
    ]
    assert journal.booked() == {account: cents // 2 for account, cents in before.items()}
    assert journal.booked(by=DAY) == before
    assert journal.booked(LATER) == {}
    assert journal.booked(WINDOW) == {A1: 10_000, "CLEARING:SCT": -10_000}
    assert journal.faults() == []
    journal.published([publication()], settles=f"correction:{paid.key}")
    assert journal.corrections_unpublished() == []
    told = journal.story(paid.key)
    assert ("booked back", "case 7") in [(event.what, event.detail.get("proof")) for event in told]


@pytest.mark.parametrize("route", ["clearing", None], ids=["left", "not paid"])
def test_only_what_we_paid_to_ourselves_is_booked_back(journal: Journal, route: str | None) -> None:
    file_key = accepted(journal, 1, route=route or "on-us")
    if route:
        pay_all(journal)
    with pytest.raises(BrokenPromise, match="not paid between accounts of ours"):
        journal.correct(decision("d-2", file_key), correction(f"{file_key[:24]}-1"))
    assert journal.decisions(file_key) == []


def test_a_correction_of_what_was_not_paid_is_found(store: Store) -> None:
    journal = store.open()
    accepted(journal, 1, route="on-us")
    (paid,) = pay_all(journal, kind="on-us")
    journal.begin_emission("BULK-1", WINDOW)
    journal.correct(decision("d-2", paid.key, "correct"), correction(paid.key))
    store.tamper("UPDATE orders SET route = 'clearing'")
    assert [fault for fault in journal.faults() if "booked back" in fault]


def test_an_account_in_another_currency_moves_in_it(journal: Journal) -> None:
    """EXE-09: euro cents balance; what is booked, and what is booked back, is the currency's own amount."""
    accepted(journal, 1, route="on-us", amount_cents=10_000)
    (payment,) = list(journal.due(WINDOW, DAY))
    debit, credit = both_sides(payment)
    dollars = replace(debit, currency="USD", own_cents=10_900, rate=1_090_000)
    unknown = replace(credit, account=A2, currency="GBP")
    settlement = replace(paying([payment], kind="on-us"), postings=(dollars, unknown))
    assert journal.seal(settlement, by="desk")
    assert postings_of(journal, "BULK-1") == [dollars, unknown]
    assert journal.booked() == {A1: -10_900, A2: 0}
    assert journal.posting_totals(WINDOW, LATER) == [(A1, "debit", 1, 10_000), (A2, "credit", 1, 10_000)]
    posted = [event.detail for event in journal.story(payment.key) if event.what == "posted"]
    assert [(each.get("in_its_currency"), each.get("rate")) for each in posted] == [
        ("USD 109.00", "1.0900"),
        (None, None),
    ]
    assert journal.faults() == []
    journal.begin_emission("BULK-1", WINDOW)
    journal.correct(decision("d-2", payment.key, "correct"), correction(payment.key))
    _, _, undone = journal.correction_bookings(payment.key)
    assert [(each.side, each.currency, each.own_cents, each.rate) for each in undone] == [
        ("credit", "USD", 10_900, 1_090_000),
        ("debit", "GBP", None, None),
    ]
    assert journal.booked() == {A1: 0, A2: 0}


def test_the_story_tells_by_which_tables_a_window_decided(journal: Journal) -> None:
    """SLO-01: the snapshot stands beside what was paid and beside each attempt, also when a window seals again."""
    accepted(journal, 2)
    paid, poor = list(journal.due(WINDOW, DAY))
    short = Unpaid(poor, "pending-funds", finding("FND-01", "AM04"), rate=1_080_000)
    journal.seal(paying([paid], [short]), by="desk")
    last = Unpaid(poor, "unsettled", finding("FND-01", "AM04"))
    again = replace(paying([], [last], window=LATER), reference_digest=key_of("other tables"))
    journal.seal(again, by="desk")

    def told(key: str) -> list[tuple[str, str | None, str | None]]:
        story = [event for event in journal.story(key) if event.cause.startswith("window:")]
        return [(each.what, each.detail.get("reference_digest"), each.detail.get("rate")) for each in story]

    assert told(paid.key)[:2] == [("paid", None, None), ("sealed", key_of("tables"), None)]
    assert told(poor.key) == [
        ("pending-funds", key_of("tables"), "1.0800"),
        ("unsettled", key_of("other tables"), None),
    ]
