"""The journal's contract over every store that keeps it: claim, judge, and what people decide."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from sepa.model.broken import BrokenPromise
from sepa.model.journal import (
    MOVES,
    Approval,
    Move,
    ReportDue,
    State,
)
from sepa.model.payment import Settlement, sealed_bulk
from sepa.model.verdict import BlockVerdict, transaction_key
from sepa.store.journal import Journal, Overtaken, Sealing
from tests.build import A1, B1, collection, transfer
from tests.store.lines import (
    DAY,
    JUDGED,
    LATER,
    NEXT_DAY,
    RECEIVED,
    SECOND,
    WINDOW,
    accepted,
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
    states,
    verdict,
)

# --- claim ---


def test_the_first_delivery_makes_the_file(journal: Journal) -> None:
    assert journal.deliver(delivery()) == delivery()
    assert journal.delivery("delivery-a") == delivery()
    file = journal.file(key_of("a"))
    assert file is not None
    assert (file.partner, file.name, file.size_bytes, file.received_at) == ("partner", "a.xml", 940, RECEIVED)
    assert not file.judged
    assert journal.unjudged() == [key_of("a")]
    assert journal.reports_due() == []


def test_a_delivery_written_twice_is_one(journal: Journal) -> None:
    journal.deliver(delivery())
    before = journal.digest()
    assert journal.deliver(delivery()) == delivery()
    assert journal.digest() == before


def test_the_same_bytes_again_make_a_report_due_and_nothing_else(journal: Journal) -> None:
    journal.deliver(delivery())
    again = delivery(id="delivery-2", partner="other", received_at=LATER)
    assert journal.deliver(again) == replace(again, first=False)
    assert journal.deliver(again) == replace(again, first=False)
    assert journal.reports_due() == [ReportDue(key_of("a"), "repeat:delivery-2", "other", LATER)]
    assert len(journal.find_files()) == 1
    file = journal.file(key_of("a"))
    assert file is not None
    assert file.partner == "partner"


def test_deliveries_are_counted_by_partner_name_and_instant(journal: Journal) -> None:
    for number, name in enumerate("abc"):
        at = RECEIVED if number < 2 else LATER
        journal.deliver(replace(delivery(name, received_at=at), name="same.xml"))
    assert journal.deliveries_of("partner", "same.xml", RECEIVED) == 2
    assert journal.deliveries_of("partner", "same.xml", LATER) == 1
    assert journal.deliveries_of("other", "same.xml", RECEIVED) == 0


def test_when_a_partner_last_brought_a_file_under_its_name(journal: Journal) -> None:
    journal.deliver(delivery())
    for number, changes in enumerate(({}, {"name": "b.xml"}, {"partner": "other"}), 2):
        at = LATER + number * datetime.timedelta(hours=1)
        journal.deliver(replace(delivery(id=f"delivery-{number}", received_at=at), **changes))
    two = LATER + 2 * datetime.timedelta(hours=1)
    assert journal.last_brought("partner", "a.xml", key_of("a")) == two
    assert journal.last_brought("partner", "b.xml", key_of("a")) == two + datetime.timedelta(hours=1)
    assert journal.last_brought("other", "b.xml", key_of("a")) is None
    assert journal.last_brought("partner", "a.xml", key_of("b")) is None


def test_what_was_never_delivered_is_not_there(journal: Journal) -> None:
    assert journal.file("0" * 64) is None
    assert journal.delivery("none") is None
    assert journal.order("none-1") is None
    assert journal.bulk("none") is None
    assert journal.story("none-1") == []


@pytest.mark.parametrize(
    "instant",
    [
        pytest.param(datetime.datetime(2026, 4, 2, 7, 30, tzinfo=datetime.UTC), id="whole-second"),
        pytest.param(datetime.datetime(2026, 4, 2, 7, 30, 0, 1, tzinfo=datetime.UTC), id="microsecond"),
        pytest.param(
            datetime.datetime(2026, 4, 2, 9, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=2))),
            id="zone",
        ),
    ],
)
def test_instants_come_back_exactly_and_in_utc(journal: Journal, instant: datetime.datetime) -> None:
    received_at = journal.deliver(delivery(received_at=instant)).received_at
    assert received_at == instant
    assert received_at.tzinfo == datetime.UTC


def test_an_instant_without_a_zone_is_refused(journal: Journal) -> None:
    with pytest.raises(ValueError, match="zone"):
        journal.deliver(delivery(received_at=datetime.datetime(2026, 4, 2)))  # noqa: DTZ001


def test_files_are_found_by_key_partner_and_receipt_in_order(journal: Journal) -> None:
    journal.deliver(delivery("a", received_at=LATER))
    journal.deliver(delivery("b", received_at=RECEIVED + datetime.timedelta(microseconds=1)))
    journal.deliver(delivery("c", received_at=RECEIVED, partner="other"))
    names = [file.name for file in journal.find_files()]
    assert names == ["c.xml", "b.xml", "a.xml"]
    assert journal.unjudged() == [key_of("c"), key_of("b"), key_of("a")]
    assert [file.name for file in journal.find_files(partner="partner")] == ["b.xml", "a.xml"]
    assert [file.name for file in journal.find_files(prefix=key_of("b")[:8])] == ["b.xml"]
    assert journal.find_files(prefix=key_of("b")[:8], partner="other") == []
    between = journal.received_between(RECEIVED, LATER)
    assert [file.name for file in between] == ["c.xml", "b.xml"]


# --- judge ---


def test_a_judged_file_says_what_was_decided(journal: Journal) -> None:
    fault = finding("TOT-01", "AM10")
    file_key = judge(journal, verdict(key_of("a")), status="PART", findings=(fault,))
    file = journal.file(file_key)
    assert file is not None
    assert (file.judged, file.status, file.count, file.sum_text) == (True, "PART", 1, "100.00")
    assert (file.message_name, file.message_id, file.created) == (
        "pain.001.001.09",
        "MSG-a",
        "2026-04-02T09:00:00",
    )
    assert (file.declared_count, file.declared_sum) == ("1", "100.00")
    assert (file.findings, file.not_judged) == ((fault,), ("participants",))
    assert (file.profile, file.profile_digest, file.reference_digest) == ("otp-sk", "p" * 64, "r" * 64)
    assert (file.judged_at, file.received_at) == (JUDGED, RECEIVED)
    assert journal.unjudged() == []
    assert journal.reports_due() == [ReportDue(file_key, "judged", "partner", JUDGED)]


def test_blocks_come_back_as_judged_by_position(journal: Journal) -> None:
    built = transfer(block={"batch_booking": True, "id": "PMT-ž"})
    fault = finding("TOT-02", "AM10")
    blocks = tuple(
        BlockVerdict(replace(built.block, position=position), "RJCT", (fault,), 1, "1.00")
        for position in (2, 1)
    )
    file_key = key_of("a")
    journal.deliver(delivery())
    with journal.judging(file_key) as sealing:
        assert sealing is not None
        close(sealing, replace(file_verdict(0), blocks=blocks))
    first, second = journal.blocks(file_key)
    assert (first.position, second.position) == (1, 2)
    assert (first.id, first.status, first.batch_booking, first.requested_date) == (
        "PMT-ž",
        "RJCT",
        True,
        "2026-04-02",
    )
    assert (first.declared_count, first.declared_sum, first.count, first.sum_text) == (
        "1",
        "100.00",
        1,
        "1.00",
    )
    assert first.findings == (fault,)


def test_orders_come_back_as_they_were_judged(journal: Journal) -> None:
    file_key = key_of("a")
    told = collection(remittance=None, end_to_end_id="E2E-ž").transaction
    first = verdict(
        file_key, 1, "rolled", transaction=told, route="on-us", booking_date=NEXT_DAY, fingerprint="f"
    )
    unread = verdict(
        file_key, 2, "rejected", amount_cents=None, route=None, booking_date=None, settlement_date=None
    )
    judge(journal, first, unread, built=collection(head={"message_id": "MSG-a"}))
    order = journal.order(first.key)
    assert order is not None
    assert order.transaction == first.transaction
    assert (order.key, order.file_key, order.position, order.block) == (first.key, file_key, 1, 1)
    assert (order.partner, order.kind, order.end_to_end_id) == ("partner", "collection", "E2E-ž")
    assert (order.amount_text, order.currency, order.amount_cents) == ("50.00", "EUR", 10_000)
    assert (order.debtor_iban, order.creditor_iban, order.route) == (A1, B1, "on-us")
    assert (order.outcome, order.state, order.step, order.findings) == (
        "rolled",
        "waiting",
        0,
        first.findings,
    )
    assert (order.received_at, order.received_on) == (RECEIVED, DAY)
    assert (order.booking_date, order.settlement_date) == (NEXT_DAY, DAY)
    refused = journal.order(unread.key)
    assert refused is not None
    assert (refused.state, refused.amount_cents, refused.route, refused.booking_date) == (
        "rejected",
        None,
        None,
        None,
    )


def test_orders_stream_in_the_order_of_the_file(journal: Journal) -> None:
    file_key = accepted(journal, 12)
    assert [order.position for order in journal.orders(file_key, batch=5)] == list(range(1, 13))
    stream = journal.orders(file_key, batch=5)
    next(stream)
    assert decide(journal, move(transaction_key(file_key, 12), "held")) == 1
    assert [order.state for order in stream][-1] == "waiting"
    assert states(journal, file_key)[-1] == "held"


def test_a_file_is_judged_once(journal: Journal) -> None:
    file_key = accepted(journal)
    before = journal.digest()
    with journal.judging(file_key) as sealing:
        assert sealing is None
    assert journal.digest() == before


def test_a_file_never_delivered_cannot_be_judged(journal: Journal) -> None:
    with pytest.raises(BrokenPromise, match="never delivered"), journal.judging("0" * 64):
        pass


def test_an_exception_undoes_the_judging(journal: Journal) -> None:
    journal.deliver(delivery())
    before = journal.digest()

    def judge_and_fall() -> None:
        with journal.judging(key_of("a")) as sealing:
            assert sealing is not None
            sealing.add([verdict(key_of("a"))])
            close(sealing, file_verdict(1))
            raise ConnectionError("cable pulled")

    with pytest.raises(ConnectionError):
        judge_and_fall()
    assert journal.digest() == before
    accepted(journal)


def test_leaving_without_a_verdict_is_our_fault_and_undone(journal: Journal) -> None:
    journal.deliver(delivery())
    before = journal.digest()

    def judge_and_leave() -> None:
        with journal.judging(key_of("a")) as sealing:
            assert sealing is not None
            sealing.add([verdict(key_of("a"))])

    with pytest.raises(BrokenPromise, match="without a verdict"):
        judge_and_leave()
    assert journal.digest() == before


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(lambda sealing: sealing.add([verdict(key_of("a"), 2)]), id="add"),
        pytest.param(lambda sealing: sealing.discard(), id="discard"),
        pytest.param(lambda sealing: close(sealing, file_verdict(1)), id="close"),
    ],
)
def test_nothing_follows_the_verdict(journal: Journal, act: Callable[[Sealing], None]) -> None:
    journal.deliver(delivery())

    def act_after_close() -> None:
        with journal.judging(key_of("a")) as sealing:
            assert sealing is not None
            close(sealing, file_verdict(0))
            act(sealing)

    with pytest.raises(BrokenPromise, match="nothing can follow"):
        act_after_close()
    assert journal.unjudged() == [key_of("a")]


def test_discarded_verdicts_are_forgotten(journal: Journal) -> None:
    file_key = key_of("a")
    journal.deliver(delivery())
    with journal.judging(file_key) as sealing:
        assert sealing is not None
        sealing.add([verdict(file_key, 1), verdict(file_key, 2)])
        sealing.discard()
        unread = replace(
            file_verdict(0, ()), head=None, status="RJCT", message_id="MSG-1", message_name="pain.001"
        )
        close(sealing, unread)
    assert list(journal.orders(file_key)) == []
    file = journal.file(file_key)
    assert file is not None
    assert (file.status, file.message_id, file.message_name, file.created) == (
        "RJCT",
        "MSG-1",
        "pain.001",
        None,
    )
    assert journal.faults() == []


def test_a_refused_block_refuses_all_inside_and_nothing_beside(journal: Journal) -> None:
    file_key = key_of("a")
    outcomes = ("accepted", "held", "not-executed", "rolled")
    inside = [verdict(file_key, number, outcome, block=2) for number, outcome in enumerate(outcomes, 2)]
    beside = (verdict(file_key, 1), verdict(file_key, 6, block=3))
    judge(journal, beside[0], *inside, beside[1], blocks=(1, 2, 3), refused_blocks=(2,))
    expected = ["waiting", "rejected", "rejected", "not-executed", "rejected", "waiting"]
    assert states(journal, file_key) == expected
    assert [order.state for order in journal.orders(file_key, as_judged=True)] == expected
    assert [order.findings for order in journal.orders(file_key)][1:5] == [each.findings for each in inside]
    assert journal.faults() == []


@pytest.mark.parametrize("missing", ["amount_cents", "route", "booking_date", "settlement_date"])
def test_an_order_cannot_wait_without(journal: Journal, missing: str) -> None:
    with pytest.raises(BrokenPromise, match="cannot wait"):
        judge(journal, verdict(key_of("a"), **{missing: None}))
    judge(journal, verdict(key_of("a"), outcome="rejected", **{missing: None}))


@pytest.mark.parametrize("side", ["debtor", "creditor"])
def test_an_order_cannot_wait_without_an_account(journal: Journal, side: str) -> None:
    order = transfer(**{f"{side}_iban": None}).transaction
    with pytest.raises(BrokenPromise, match="cannot wait"):
        judge(journal, verdict(key_of("a"), transaction=order))


def test_a_message_id_belongs_to_the_first_file_of_its_partner(journal: Journal) -> None:
    first = judge(journal, name="a", message_id="MSG-1")
    second = judge(journal, name="b", message_id="MSG-1")
    journal.deliver(delivery("c"))
    with journal.judging(key_of("c")) as sealing:
        assert sealing is not None
        assert sealing.message_id_owner("partner", "MSG-1") == first
        assert sealing.message_id_owner("partner", "MSG-2") is None
        assert sealing.message_id_owner("other", "MSG-1") is None
        close(sealing, file_verdict(0, message_id="MSG-3"))
        assert sealing.message_id_owner("partner", "MSG-3") is None
    assert second != first


def test_an_unreadable_file_takes_no_message_id(journal: Journal) -> None:
    judge(journal, head=None, name="a", message_id="MSG-1")
    journal.deliver(delivery("b"))
    with journal.judging(key_of("b")) as sealing:
        assert sealing is not None
        assert sealing.message_id_owner("partner", "MSG-1") is None
        close(sealing, file_verdict(0))


def test_fingerprints_of_other_files_that_were_not_refused_are_seen(journal: Journal) -> None:
    file_key = key_of("a")
    outcomes = ("accepted", "held", "rejected", "not-executed", "unsettled")
    judge(
        journal,
        *(verdict(file_key, n, outcome, fingerprint=f"f{n}") for n, outcome in enumerate(outcomes, 1)),
    )
    asked = ["f1", "f2", "f3", "f4", "f5", "f6", ""]
    journal.deliver(delivery("b"))
    with journal.judging(key_of("b")) as sealing:
        assert sealing is not None
        sealing.add([verdict(key_of("b"), 1, fingerprint="f6"), verdict(key_of("b"), 2)])
        assert sealing.seen(asked) == {"f1", "f2", "f5"}
        assert sealing.seen([]) == set()
        close(sealing, file_verdict(2))
    assert journal.seen(key_of("b"), asked) == {"f1", "f2", "f5"}
    assert journal.seen(file_key, asked) == {"f6"}


def test_the_same_bytes_of_another_sender_are_another_file(journal: Journal) -> None:
    """It says whether the first one's orders stand; while they do, a refused order of it is not revived."""
    sha256 = key_of("a")
    assert journal.file_key("partner", sha256) == journal.file_key("other", sha256) == sha256
    journal.deliver(delivery(partner="other"))
    assert journal.file_key("other", sha256) == sha256
    own = journal.file_key("partner", sha256)
    assert own not in (sha256, journal.file_key("third", sha256))
    journal.deliver(delivery("b", file_key=own, sha256=sha256))
    file = journal.file(own)
    assert file is not None
    assert (file.partner, file.sha256) == ("partner", sha256)
    assert journal.reports_due() == []

    with journal.judging(own) as sealing:
        assert sealing is not None
        assert not sealing.stands_elsewhere()
        sealing.add([verdict(own, outcome="rejected")])
        close(sealing, file_verdict(1))
    assert not journal.stands_elsewhere(own)
    judge(journal, verdict(sha256))
    assert journal.stands_elsewhere(own)
    assert not journal.stands_elsewhere(sha256)
    revived = move(transaction_key(own, 1), "held")
    with pytest.raises(Overtaken):
        journal.decide(decision(), [revived], report=None)
    assert states(journal, own) == ["rejected"]


def test_orders_are_chosen_by_state_and_by_what_moved_them(journal: Journal) -> None:
    file_key = key_of("a")
    outcomes = ("accepted", "held", "rolled", "rejected")
    keys = [transaction_key(file_key, number) for number in range(1, 5)]
    judge(journal, *(verdict(file_key, number, outcome) for number, outcome in enumerate(outcomes, 1)))
    decide(journal, move(keys[1], "waiting", findings=(finding(effect="warn"),)))

    def chosen(**which: Any) -> list[int]:
        return [order.position for order in journal.orders(file_key, **which)]

    assert chosen(states=("waiting",)) == [1, 2, 3]
    assert chosen(states=("waiting", "rejected")) == [1, 2, 3, 4]
    assert chosen(states=()) == []
    assert chosen(cause="decision:d-1") == [2]
    assert chosen(cause=f"judged:{JUDGED.isoformat()}") == [1, 3, 4]
    assert chosen(states=("rejected",), cause="decision:d-1") == []
    assert chosen(states=("held", "rolled"), as_judged=True) == [2, 3]
    assert chosen(positions=(2, 3)) == chosen(positions=(2, 3), as_judged=True) == [2, 3]
    assert chosen(states=("held", "rolled"), as_judged=True, positions=(3, 9)) == [3]


def test_the_first_judgement_can_be_read_after_any_move(journal: Journal) -> None:
    file_key = key_of("a")
    first = verdict(
        file_key, 1, "held", amount_cents=None, route=None, booking_date=None, settlement_date=None
    )
    judge(journal, first, verdict(file_key, 2, "rolled"))
    as_judged = list(journal.orders(file_key, as_judged=True))
    counted = journal.state_counts(file_key, as_judged=True)
    assert counted == {(1, "held"): (1, 0), (1, "rolled"): (1, 10_000)}
    judged_again = move(
        first.key,
        "waiting",
        outcome="accepted",
        amount_cents=500,
        route="on-us",
        booking_date=NEXT_DAY,
        settlement_date=NEXT_DAY,
    )
    decide(journal, judged_again)
    decide(journal, move(first.key, "rejected", 1, findings=(finding("PPL-01"),)), id="d-2")
    order = journal.order(first.key)
    assert order is not None
    assert (order.state, order.step, order.outcome, order.amount_cents) == ("rejected", 2, "accepted", 500)
    assert (order.route, order.booking_date, order.settlement_date) == ("on-us", NEXT_DAY, NEXT_DAY)
    assert [each.rule for each in order.findings] == ["PPL-01"]
    assert list(journal.orders(file_key, as_judged=True)) == as_judged
    assert journal.state_counts(file_key, as_judged=True) == counted
    assert journal.state_counts(file_key) == {(1, "rejected"): (1, 500), (1, "waiting"): (1, 10_000)}
    assert journal.faults() == []


# --- people ---


def test_a_decision_is_written_with_its_moves_and_its_report(journal: Journal) -> None:
    file_key = key_of("a")
    judge(journal, verdict(file_key, 1, "held"), verdict(file_key, 2, "held"))
    made = decision(subject=file_key)
    report = ReportDue(file_key, "decision:d-1", "partner", LATER)
    moves = [move(transaction_key(file_key, 1), "waiting"), move(transaction_key(file_key, 2), "rejected")]
    assert journal.decide(made, moves, report=report) == 2
    assert states(journal, file_key) == ["waiting", "rejected"]
    assert journal.decisions(file_key) == [made]
    assert report in journal.reports_due()


def test_the_same_decision_again_does_nothing(journal: Journal) -> None:
    file_key = judge(journal, verdict(key_of("a"), 1, "held"))
    key = transaction_key(file_key, 1)
    assert decide(journal, move(key, "held")) == 1
    before = journal.digest()
    assert decide(journal, move(key, "waiting", 1)) == 0
    assert journal.digest() == before


def test_a_decision_on_what_has_moved_on_is_refused_whole(journal: Journal) -> None:
    file_key = key_of("a")
    judge(journal, verdict(file_key, 1, "held"), verdict(file_key, 2, "held"))
    first, second = (transaction_key(file_key, number) for number in (1, 2))
    decide(journal, move(second, "rejected"))
    before = journal.digest()
    with pytest.raises(Overtaken):
        decide(journal, move(first, "waiting"), move(second, "waiting"), id="d-2")
    assert journal.digest() == before


def approval(key: str, by: str = "Eva", step: int = 0, id: str = "d-1") -> Approval:
    return Approval(key, step, by, LATER, id)


def test_an_approval_counts_until_its_order_moves(journal: Journal) -> None:
    file_key = key_of("a")
    judge(journal, verdict(file_key, 1, "held"), verdict(file_key, 2, "held"))
    first, second = (transaction_key(file_key, number) for number in (1, 2))
    given = [approval(first), approval(second)]
    assert journal.decide(decision(), [], report=None, approvals=given) == 0
    assert journal.approvals() == journal.approvals(file_key) == sorted(given, key=lambda each: each.key)
    assert journal.approvals(key_of("b")) == []
    decide(journal, move(first, "held"), id="d-2")
    assert journal.approvals() == [approval(second)]
    assert states(journal, file_key) == ["held", "held"]
    assert journal.faults() == []


@pytest.mark.parametrize(
    ("outcome", "step", "fault"),
    [
        pytest.param("held", 1, Overtaken, id="it moved on"),
        pytest.param("accepted", 0, BrokenPromise, id="it is not held"),
    ],
)
def test_only_what_is_held_is_approved(journal: Journal, outcome: Any, step: int, fault: Any) -> None:
    file_key = judge(journal, verdict(key_of("a"), 1, outcome))
    before = journal.digest()
    with pytest.raises(fault):
        journal.decide(
            decision(), [], report=None, approvals=[approval(transaction_key(file_key, 1), step=step)]
        )
    assert journal.digest() == before


def test_of_two_who_approve_at_once_one_is_overtaken(journal: Journal) -> None:
    key = transaction_key(judge(journal, verdict(key_of("a"), 1, "held")), 1)
    journal.decide(decision(), [], report=None, approvals=[approval(key)])
    before = journal.digest()
    with pytest.raises(Overtaken):
        journal.decide(decision("d-2"), [], report=None, approvals=[approval(key, "Jano", id="d-2")])
    assert journal.digest() == before


@pytest.mark.parametrize("state", MOVES)
def test_orders_move_as_the_table_allows(journal: Journal, state: State) -> None:
    file_key = key_of("a")
    first: Any = {"waiting": "accepted", "paid": "accepted", "handed-over": "routed"}.get(state, state)
    judge(journal, *(verdict(file_key, number, first) for number in range(1, len(MOVES) + 1)))
    keys = [order.key for order in journal.orders(file_key)]
    if state == "paid":
        pay_all(journal)
    if state == "handed-over":
        away = sealed_bulk("hand-over", LATER, DAY, "desk/standard/USD", keys, 10_000 * len(keys))
        journal.seal(Settlement(window=LATER, bulks=(away,), postings=(), unpaid=()), by="desk")

    def moves(key: str, to: State) -> bool:
        try:
            return decide(journal, move(key, to, int(state in ("paid", "handed-over"))), id=f"to {to}") == 1
        except BrokenPromise:
            return False

    moved = {to for key, to in zip(keys, MOVES, strict=True) if moves(key, to)}
    assert moved == MOVES[state] - {"paid", "handed-over"}, "only a sealed window pays and hands over"
    assert states(journal, file_key) == [to if to in moved else state for to in MOVES]
    assert {each.id for each in journal.decisions("")} == {f"to {to}" for to in moved}
    assert journal.faults() == []


@pytest.mark.parametrize(
    "moves",
    [
        pytest.param([move("0" * 24 + "-9", "held")], id="unknown-order"),
        pytest.param([move(transaction_key(key_of("a"), 1), "held")] * 2, id="twice"),
        pytest.param([move(transaction_key(key_of("a"), 2), "waiting")], id="waiting-without-days"),
    ],
)
def test_moves_that_cannot_be_are_our_fault(journal: Journal, moves: list[Move]) -> None:
    undated = {"booking_date": None, "settlement_date": None}
    judge(journal, verdict(key_of("a"), 1), verdict(key_of("a"), 2, "held", **undated))
    before = journal.digest()
    with pytest.raises(BrokenPromise):
        decide(journal, *moves)
    assert journal.digest() == before


def test_what_a_person_refused_is_told_until_it_moves_again(journal: Journal) -> None:
    """Not what the rules refused, and not what another word than a refusal moved."""
    file_key = judge(journal, *(verdict(key_of("a"), number, "held") for number in (1, 2, 3)))
    keys = [transaction_key(file_key, number) for number in (1, 2, 3)]
    refuse, again = (decision(id=act, act=act, subject=file_key) for act in ("refuse", "judge-again"))
    for said, each in ((refuse, keys[:2]), (again, keys[2:])):
        moves = [
            Move(key, 0, "rejected", LATER, "operator", f"decision:{said.id}", findings=(finding(),))
            for key in each
        ]
        journal.decide(said, moves, report=None)
    assert journal.refused_by_people(file_key) == set(keys[:2])
    release = decision(id="release", act="release", subject=keys[0])
    move_on = Move(keys[0], 1, "held", LATER, "operator", "decision:release", findings=(finding(),))
    journal.decide(release, [move_on], report=None)
    assert journal.refused_by_people(file_key) == {keys[1]}
    assert journal.refused_by_people(key_of("b")) == set()


def test_decisions_are_told_by_subject_in_order(journal: Journal) -> None:
    for id, subject, at in (
        ("d-2", "a", LATER),
        ("d-1", "a", LATER),
        ("d-3", "a", WINDOW),
        ("d-4", "b", WINDOW),
    ):
        journal.decide(decision(id, subject, at=at), (), report=None)
    assert [each.id for each in journal.decisions("a")] == ["d-3", "d-1", "d-2"]


# --- find ---


def test_orders_are_found_by_what_people_know_of_them(journal: Journal) -> None:
    year = datetime.timedelta(days=365)
    named = replace(transfer().transaction, end_to_end_id='E"1\\ž')
    old = judge(
        journal,
        verdict(key_of("old"), 1, transaction=named),
        verdict(key_of("old"), 2, "rejected", amount_cents=None),
        name="old",
        received_at=RECEIVED - year,
    )
    new = judge(journal, verdict(key_of("new"), 1, amount_cents=5), name="new")

    def found(**what: Any) -> list[str]:
        return [order.key for order in journal.find_orders(batch=1, **what)]

    first, second, third = f"{old[:24]}-1", f"{old[:24]}-2", f"{new[:24]}-1"
    assert found() == [first, second, third]
    assert found(end_to_end_id='E"1\\ž') == [first]
    assert found(end_to_end_id='"1') == found(end_to_end_id='e"1\\ž') == []
    assert found(amount_cents=5) == [third]
    assert found(iban=named.debtor_account.iban) == found(iban=named.creditor_account.iban) == found()
    assert found(iban="SK00") == found(partner="nobody") == []
    assert found(partner="partner") == found()
    assert found(end=RECEIVED) == [first, second]
    assert found(start=RECEIVED, end=RECEIVED + SECOND) == [third]
    assert found(start=RECEIVED + SECOND) == []
    assert found(iban=named.debtor_account.iban, amount_cents=5, start=RECEIVED - year) == [third]
