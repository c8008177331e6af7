"""The journal's contract over every store that keeps it: between the seal of a bulk and its first byte."""

import datetime
import threading

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from msgspec.structs import replace

import sepa.store.migrations
from sepa.model.broken import BrokenPromise
from sepa.model.journal import Recall
from sepa.model.payment import Bulk
from sepa.model.verdict import transaction_key
from sepa.store.journal import Journal, Overtaken
from sepa.store.sql import open_journal
from sepa.store.sql.connection import engine_of
from tests.build import A1
from tests.store.conftest import Store
from tests.store.lines import (
    DAY,
    EVENING,
    LATER,
    WINDOW,
    accepted,
    decide,
    decision,
    key_of,
    move,
    pay_all,
    postings_of,
    publication,
    states,
    unpublished,
)

KEYS = [transaction_key(key_of("a"), number) for number in (1, 2, 3)]


def sealed(journal: Journal) -> str:
    """A file of three orders, paid in one bulk."""
    file_key = accepted(journal, 3)
    pay_all(journal)
    return file_key


def withdraw(journal: Journal, *keys: str, id: str = "d-1") -> int:
    return decide(journal, *(move(key, "revoked", 1) for key in keys), id=id)


def test_an_order_is_taken_out_of_a_bulk_that_has_not_begun_to_leave(journal: Journal) -> None:
    file_key = sealed(journal)
    assert journal.unsent(file_key) == set(KEYS)
    assert withdraw(journal, KEYS[1]) == 1
    assert states(journal, file_key) == ["paid", "revoked", "paid"]
    (left,) = unpublished(journal)
    assert (left.keys, left.sum_cents, left.id) == ((KEYS[0], KEYS[2]), 20_000, "BULK-1")
    assert journal.bulk("BULK-1") == left
    assert journal.bulks_sealed_between(WINDOW, LATER) == [left]
    assert [sheet.keys for sheet in journal.bulk_sheets("BULK-1")] == [(KEYS[0], KEYS[2])]
    assert [posting.key for posting in postings_of(journal, "BULK-1")] == [KEYS[0]] * 2 + [KEYS[2]] * 2
    assert journal.unsent(file_key) == {KEYS[0], KEYS[2]}
    assert journal.faults() == []


def test_what_was_taken_out_is_booked_nowhere(journal: Journal) -> None:
    sealed(journal)
    withdraw(journal, KEYS[1])
    assert journal.booked() == {A1: -20_000, "CLEARING:SCT": 20_000}
    assert journal.posting_totals(WINDOW, LATER) == [
        ("CLEARING:SCT", "credit", 2, 20_000),
        (A1, "debit", 2, 20_000),
    ]


def test_a_bulk_of_which_all_was_taken_out_leaves_without_orders(journal: Journal) -> None:
    sealed(journal)
    withdraw(journal, *KEYS)
    empty = journal.begin_emission("BULK-1", LATER)
    assert (empty.keys, empty.sum_cents) == ((), 0)
    assert journal.bulks_sealed_between(WINDOW, LATER) == []
    assert journal.booked() == {}
    assert journal.faults() == []


def test_of_what_has_begun_to_leave_nothing_is_taken_out(journal: Journal) -> None:
    file_key = sealed(journal)
    withdraw(journal, KEYS[0])
    began = journal.begin_emission("BULK-1", LATER)
    assert began.keys == tuple(KEYS[1:])
    assert journal.unsent(file_key) == set()
    before = journal.digest()
    with pytest.raises(Overtaken):
        withdraw(journal, KEYS[1], id="d-2")
    assert journal.begin_emission("BULK-1", EVENING) == began, "a repeat after a kill"
    assert journal.digest() == before
    assert journal.faults() == []


def test_a_bulk_begins_to_leave_as_it_was_told_to_the_second_book_or_not_at_all(journal: Journal) -> None:
    sealed(journal)
    withdraw(journal, KEYS[0])

    def disk_error(_: Bulk) -> None:
        raise OSError("the disk says no")

    with pytest.raises(OSError, match="says no"):
        journal.begin_emission("BULK-1", LATER, as_it_leaves=disk_error)
    assert journal.known({"left": ["BULK-1"]}) == {"left": set()}
    told: list[Bulk] = []
    assert [journal.begin_emission("BULK-1", LATER, as_it_leaves=told.append)] == told


def test_the_journal_tells_what_it_knows_of_the_second_book(journal: Journal) -> None:
    file_key = accepted(journal)
    pay_all(journal)
    (bulk,) = unpublished(journal)
    said = decision(id="said", subject=file_key)
    journal.decide(said, [], report=None)
    names = {
        "came": ["delivery-a", "delivery-b"],
        "ordered": ["said", "unsaid"],
        "settled": [bulk.id, WINDOW.isoformat(), LATER.isoformat()],
        "left": [bulk.id],
        "sent": [bulk.id],
    }
    known = {"came": {"delivery-a"}, "ordered": {"said"}, "settled": {bulk.id, WINDOW.isoformat()}}
    assert journal.known(names) == known | {"left": set(), "sent": set()}
    journal.begin_emission(bulk.id, WINDOW)
    assert journal.known(names) == known | {"left": {bulk.id}, "sent": set()}
    journal.published([], settles=bulk.id)
    assert journal.known({"sent": [bulk.id]}) == {"sent": {bulk.id}}


def test_an_unknown_bulk_cannot_leave(journal: Journal) -> None:
    with pytest.raises(BrokenPromise):
        journal.begin_emission("none", LATER)


def test_what_began_to_leave_otherwise_is_our_fault(store: Store) -> None:
    journal = store.open()
    sealed(journal)
    journal.begin_emission("BULK-1", LATER)
    store.tamper("UPDATE emissions SET count = 2")
    with pytest.raises(BrokenPromise, match="other orders"):
        journal.begin_emission("BULK-1", LATER)


def test_of_a_withdrawal_and_an_emission_at_once_the_bulk_knows_who_was_first(store: Store) -> None:
    """Whoever comes first: what leaves is what the journal says leaves, and the withdrawn order is not in it."""
    journal, other = store.open(), store.open()
    sealed(journal)
    barrier, seen = threading.Barrier(2), {}

    def emit() -> None:
        barrier.wait()
        seen["left"] = journal.begin_emission("BULK-1", LATER).keys

    def take() -> None:
        barrier.wait()
        try:
            seen["taken"] = withdraw(other, KEYS[0])
        except Overtaken:
            seen["taken"] = 0

    workers = [threading.Thread(target=each) for each in (emit, take)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert (KEYS[0] in seen["left"]) == (seen["taken"] == 0)
    assert journal.faults() == []


def test_the_story_tells_that_an_order_left_its_bulk_again(journal: Journal) -> None:
    sealed(journal)
    withdraw_on = decision(subject=KEYS[0], act="revoke")
    journal.decide(withdraw_on, [move(KEYS[0], "revoked", 1)], report=None)
    (out,) = [event for event in journal.story(KEYS[0]) if event.what == "taken out"]
    assert (out.at, out.by, out.cause, out.detail) == (LATER, "Eva", "decision:d-1", {"bulk": "BULK-1"})


@pytest.mark.parametrize("asked_on", [None, datetime.date(2026, 4, 1)])
def test_the_day_of_a_request_comes_back(journal: Journal, asked_on: datetime.date | None) -> None:
    key = transaction_key(accepted(journal), 1)
    made = replace(decision(subject=key, act="revoke"), asked_on=asked_on)
    journal.decide(made, [], report=None)
    assert journal.decisions(key) == [made]
    (told,) = [event for event in journal.story(key) if event.what == "revoke"]
    assert told.detail.get("asked_on") == (str(asked_on) if asked_on else None)


def test_a_bulk_sealed_before_there_was_such_a_line_counts_as_leaving(new_url: str) -> None:
    """Nobody noted when it began, so nothing of it may be taken out."""
    engine = engine_of(new_url)
    config = Config()
    config.set_main_option("script_location", str(sepa.store.migrations.__path__[0]))
    with engine.execution_options(writing=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.execute(sa.text("INSERT INTO windows VALUES ('2026-04-02T08:00:00+00:00', 'desk')"))
        connection.execute(
            sa.text(
                "INSERT INTO bulks VALUES ('OLD', '2026-04-02T08:00:00+00:00', 'pacs.008', "
                f"'{DAY.isoformat()}', '', 3, 300)"
            )
        )
    engine.dispose()
    journal = open_journal(new_url)
    with journal.reading() as connection:
        lines = connection.execute(sa.text("SELECT bulk, count, sum_cents FROM emissions")).all()
    journal.close()
    assert [tuple(line) for line in lines] == [("OLD", 3, 300)]


# --- recalls ---


def back(key: str = KEYS[0], bulk: str = "BULK-1", id: str = "d-1") -> Recall:
    return Recall(key, bulk, "FRAD", id, LATER, "Eva")


def test_what_has_left_is_asked_back_once_and_stays_paid(journal: Journal) -> None:
    file_key = sealed(journal)
    assert journal.sent(file_key) == {}
    began = journal.begin_emission("BULK-1", LATER)
    assert journal.sent(file_key) == dict.fromkeys(KEYS, began)
    assert journal.decide(decision(), [], report=None, recalls=[back()]) == 0
    assert journal.recalls() == journal.recalls(file_key) == [back()]
    assert journal.recalls(key_of("b")) == []
    assert states(journal, file_key) == ["paid", "paid", "paid"]
    before = journal.digest()
    with pytest.raises(Overtaken):
        journal.decide(decision("d-2"), [], report=None, recalls=[back(id="d-2")])
    assert journal.digest() == before
    assert journal.faults() == []


def test_a_recall_is_written_after_the_transfer_and_once(journal: Journal) -> None:
    sealed(journal)
    journal.begin_emission("BULK-1", LATER)
    journal.decide(decision(), [], report=None, recalls=[back()])
    assert journal.recalls_unpublished() == []
    journal.published([], settles="BULK-1")
    assert journal.recalls_unpublished() == [back()]
    journal.published([publication("clearing/out/r.xml", subject=KEYS[0])], recalled=KEYS[0])
    assert journal.recalls_unpublished() == []


def test_an_order_that_was_taken_out_has_not_left(journal: Journal) -> None:
    file_key = sealed(journal)
    withdraw(journal, KEYS[0])
    journal.begin_emission("BULK-1", LATER)
    assert set(journal.sent(file_key)) == set(KEYS[1:])


def test_under_which_digest_a_path_was_published(journal: Journal) -> None:
    journal.published([publication("clearing/out/a.xml"), publication("outbox/b.xml", sha256="1" * 64)])
    assert journal.published_as(["outbox/b.xml", "outbox/unknown.xml"]) == {"outbox/b.xml": "1" * 64}
    assert journal.published_as([]) == {}


def test_in_our_own_books_nothing_leaves(journal: Journal) -> None:
    file_key = accepted(journal, 1)
    pay_all(journal, kind="on-us")
    journal.begin_emission("BULK-1", LATER)
    assert journal.sent(file_key) == {}


@pytest.mark.parametrize(
    ("begun", "recall"),
    [
        pytest.param(False, back(), id="not begun to leave"),
        pytest.param(True, back(bulk="BULK-2"), id="in another bulk"),
    ],
)
def test_what_has_not_left_cannot_be_asked_back(journal: Journal, begun: bool, recall: Recall) -> None:
    sealed(journal)
    if begun:
        journal.begin_emission("BULK-1", LATER)
    before = journal.digest()
    with pytest.raises(BrokenPromise, match="cannot be recalled"):
        journal.decide(decision(), [], report=None, recalls=[recall])
    assert journal.digest() == before
