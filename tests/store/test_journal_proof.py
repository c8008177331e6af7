"""The journal's contract over every store that keeps it: stories, totals, faults, and the form of its tables."""

import stat
import subprocess
import sys
from pathlib import Path

import alembic.config
import alembic.script
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import sepa.store.migrations
from sepa.model.journal import (
    MOVES,
    Recall,
    first_state,
    window_cause,
)
from sepa.model.message import Transaction
from sepa.model.payment import Unpaid
from sepa.model.verdict import BlockVerdict, transaction_key
from sepa.store.journal import Journal
from sepa.store.sql import open_journal
from sepa.store.sql.judging import CARRIED
from sepa.store.sql.kept import many
from sepa.store.sql.rows import json_text, transaction_of
from sepa.store.tables import HEAD, metadata
from tests.build import A1, transfer
from tests.store.conftest import Store
from tests.store.lines import (
    DAY,
    EVENING,
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
    paying,
    publication,
    verdict,
)

# --- prove ---


def test_the_whole_story_of_an_order(journal: Journal) -> None:
    poor = finding("FUN-01", "AM04")
    file_key = judge(journal, verdict(key_of("a"), 1, "held"))
    key = transaction_key(file_key, 1)
    journal.decide(decision(subject=file_key, at=JUDGED), [move(key, "waiting", at=JUDGED)], report=None)
    (payment,) = list(journal.due(WINDOW, DAY))
    journal.seal(paying([], [Unpaid(payment, "pending-funds", poor)]), by="desk")
    journal.deliver(delivery(id="delivery-2", received_at=WINDOW + SECOND))
    pay_all(journal, LATER)
    journal.published([publication(at=EVENING)], settles="BULK-1")
    journal.published([publication("outbox/partner/r.xml", subject=file_key, at=EVENING)])
    story = journal.story(key)
    assert [(event.at, event.what, event.by) for event in story] == [
        (RECEIVED, "delivered", "partner"),
        (JUDGED, "judged", "otp-sk"),
        (JUDGED, "release", "Eva"),
        (JUDGED, "waiting", "Eva"),
        (WINDOW, "pending-funds", "desk"),
        (WINDOW + SECOND, "delivered again", "partner"),
        (LATER, "paid", "desk"),
        (LATER, "sealed", "desk"),
        (LATER, "posted", "desk"),
        (LATER, "posted", "desk"),
        (EVENING, "published", "desk"),
        (EVENING, "published", "desk"),
    ]
    assert [event.findings for event in story if event.findings] == [(finding(),), (poor,)]
    told = {event.what: event for event in story}
    assert told["judged"].detail["outcome"] == "held"
    assert told["release"].detail["reason"] == "asked by phone"
    assert told["paid"].cause == window_cause(LATER)
    assert told["sealed"].detail["bulk"] == "BULK-1"
    assert told["posted"].detail["amount"] == "100.00"


def test_a_refused_block_tells_the_story_of_its_orders(journal: Journal) -> None:
    fault = finding("TOT-02", "AM10")
    file_key = key_of("a")
    built = transfer()
    journal.deliver(delivery())
    with journal.judging(file_key) as sealing:
        assert sealing is not None
        sealing.add([verdict(file_key)])
        blocks = (BlockVerdict(built.block, "RJCT", (finding("X", "Y", "warn"), fault), 1, "100.00"),)
        close(sealing, replace(file_verdict(1), blocks=blocks, status="RJCT"), (1,))
    judged = journal.story(transaction_key(file_key, 1))[1]
    assert (judged.what, judged.findings, judged.detail["outcome"]) == ("judged", (fault,), "rejected")
    assert journal.order_totals([file_key]) == [(file_key, "rejected", "TOT-02", "AM10", 1, 10_000)]


def test_totals_of_orders_are_counted_by_their_main_finding(journal: Journal) -> None:
    file_key = key_of("a")
    warning, fault = finding("TXT-01", "CH16", "warn"), finding("IDN-02", "AC04")
    judge(
        journal,
        verdict(file_key, 1),
        verdict(file_key, 2, findings=(warning,)),
        verdict(file_key, 3, "rejected", findings=(warning, fault)),
        verdict(file_key, 4, "rejected", findings=(fault,), amount_cents=None),
    )
    other = accepted(journal, 2, "b")
    assert journal.order_totals([file_key]) == [
        (file_key, "rejected", "IDN-02", "AC04", 2, 10_000),
        (file_key, "waiting", "", "", 1, 10_000),
        (file_key, "waiting", "TXT-01", "CH16", 1, 10_000),
    ]
    assert len(journal.order_totals([file_key, other])) == 4
    assert journal.order_totals([]) == []


def test_totals_in_other_currencies_are_told_apart(journal: Journal) -> None:
    file_key = key_of("a")
    dollars, nothing = transfer(currency="USD").transaction, transfer(amount=None, currency=None).transaction
    fault = finding("SCH-05", "AM03")
    judge(
        journal,
        verdict(file_key, 1),
        verdict(file_key, 2, "rejected", findings=(fault,), transaction=dollars),
        verdict(file_key, 3, "rejected", findings=(fault,), transaction=dollars),
        verdict(file_key, 4, "rejected", findings=(fault,), transaction=nothing, amount_cents=None),
    )
    assert journal.totals_in_others([file_key], "EUR") == [
        (file_key, "rejected", "SCH-05", "AM03", "USD", 2, 20_000)
    ]
    assert [line[-2:] for line in journal.totals_in_others([file_key], "USD")] == [(1, 10_000)]
    assert journal.totals_in_others([], "EUR") == []
    assert sum(line[4] for line in journal.order_totals([file_key])) == 4


def test_totals_of_windows(journal: Journal) -> None:
    accepted(journal, 2, "a")
    pay_all(journal)
    accepted(journal, 1, "b")
    pay_all(journal, LATER, id="BULK-2")
    assert [each.id for each in journal.bulks_sealed_between(WINDOW, LATER)] == ["BULK-1"]
    assert [each.id for each in journal.bulks_sealed_between(WINDOW, EVENING)] == ["BULK-1", "BULK-2"]
    assert journal.posting_totals(WINDOW, LATER) == [
        ("CLEARING:SCT", "credit", 2, 20_000),
        (A1, "debit", 2, 20_000),
    ]
    assert journal.posting_totals(EVENING, EVENING + SECOND) == []


def test_what_waits_is_told_by_day_and_state(journal: Journal) -> None:
    file_key = key_of("a")
    judge(
        journal,
        verdict(file_key, 1, "held", booking_date=None, amount_cents=None),
        verdict(file_key, 2, booking_date=NEXT_DAY),
        verdict(file_key, 3),
        verdict(file_key, 4, "pending-funds"),
        verdict(file_key, 5),
        verdict(file_key, 6, "rejected"),
    )
    assert journal.waiting() == [
        (DAY, "pending-funds", 1, 10_000),
        (DAY, "waiting", 2, 20_000),
        (NEXT_DAY, "waiting", 1, 10_000),
        (None, "held", 1, 0),
    ]


def _a_day(journal: Journal) -> str:
    file_key = key_of("a")
    judge(
        journal,
        verdict(file_key, 1),
        verdict(file_key, 2),
        verdict(file_key, 3, "held"),
        verdict(file_key, 4, "rejected"),
        verdict(file_key, 5, booking_date=NEXT_DAY),
    )
    decide(journal, move(transaction_key(file_key, 3), "rejected", findings=(finding("PPL-01"),)))
    pay_all(journal)
    journal.begin_emission("BULK-1", LATER)
    back = Recall(transaction_key(file_key, 2), "BULK-1", "CUST", "d-2", LATER, "Eva")
    journal.decide(decision("d-2", act="recall"), [], report=None, recalls=[back])
    return file_key


KEY = transaction_key(key_of("a"), 1)
HELD = transaction_key(key_of("a"), 3)
WAITING = transaction_key(key_of("a"), 5)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        pytest.param(
            f"UPDATE orders SET state = 'waiting' WHERE key = '{KEY}'",
            "does not say what its line",
            id="state",
        ),
        pytest.param(
            f"UPDATE orders SET booking_date = '2026-04-03' WHERE key = '{KEY}'",
            "does not say what its line",
            id="booking-date",
        ),
        pytest.param(
            f"UPDATE orders SET amount_cents = 9 WHERE key = '{KEY}'",
            "does not say what its line",
            id="amount",
        ),
        pytest.param(f"UPDATE orders SET step = 0 WHERE key = '{KEY}'", "stands at step 0", id="step"),
        pytest.param(
            f"DELETE FROM history WHERE key = '{KEY}'", "its last line is step 0", id="line-removed"
        ),
        pytest.param(
            f"UPDATE history SET step = 2 WHERE key = '{KEY}'", "its last one is number 2", id="line-skipped"
        ),
        pytest.param(
            f"UPDATE orders SET state = 'held' WHERE key = '{WAITING}'", "never moved", id="first-state"
        ),
        pytest.param(
            f"UPDATE history SET state = 'paid' WHERE key = '{HELD}' AND step = 1", "not allowed", id="move"
        ),
        pytest.param(
            f"UPDATE history SET state = 'paid' WHERE key = '{KEY}' AND step = 1", None, id="nothing-changed"
        ),
        pytest.param("UPDATE bulks SET sum_cents = sum_cents + 1", "Bulk BULK-1 says", id="bulk-sum"),
        pytest.param("UPDATE bulks SET count = 3", "Bulk BULK-1 says", id="bulk-count"),
        pytest.param(f"DELETE FROM bulk_members WHERE key = '{KEY}'", "is in no bulk", id="member-removed"),
        pytest.param(
            f"UPDATE bulk_members SET key = '{WAITING}' WHERE key = '{KEY}'",
            "it is waiting, not paid",
            id="member",
        ),
        pytest.param(
            f"UPDATE bulk_members SET key = 'x-1' WHERE key = '{KEY}'",
            "it is unknown, not paid",
            id="member-unknown",
        ),
        pytest.param("UPDATE emissions SET count = 9", "began to leave with 9 orders", id="emission-count"),
        pytest.param("UPDATE emissions SET sum_cents = 9", "began to leave with", id="emission-sum"),
        pytest.param(
            f"INSERT INTO taken_out VALUES ('{KEY}', 'BULK-1', 'd-1')",
            "is not withdrawn",
            id="paid-taken-out",
        ),
        pytest.param(
            f"UPDATE recalls SET key = '{WAITING}'", "it has not left in bulk BULK-1", id="recall-of-another"
        ),
        pytest.param("DELETE FROM emissions", "it has not left in bulk BULK-1", id="recall-too-soon"),
        pytest.param("UPDATE postings SET amount_cents = 1 WHERE line = 1", "differ by", id="posting"),
        pytest.param(
            "UPDATE postings SET currency = 'USD', rate = 1090000, own_cents = 10901 WHERE line = 1",
            "does not move what its rate says",
            id="rate",
        ),
        pytest.param("DELETE FROM postings WHERE line = 2", "differ by", id="posting-removed"),
        pytest.param(
            "UPDATE postings SET key = 'x-1' WHERE line = 1", "not in the bulk", id="posting-of-another"
        ),
        pytest.param(f"DELETE FROM orders WHERE key = '{WAITING}'", "but 4 are here", id="order-lost"),
        pytest.param("DELETE FROM file_verdicts", "orders but no verdict", id="verdict-lost"),
    ],
)
def test_tampering_is_found(store: Store, statement: str, told: str | None) -> None:
    journal = store.open()
    _a_day(journal)
    assert journal.faults() == []
    store.tamper(statement)
    faults = journal.faults()
    if told is None:
        assert faults == []
    else:
        assert any(told in fault for fault in faults), faults


def test_every_store_keeps_the_same_lines(stores: list[Store]) -> None:
    journals = [each.open() for each in stores]
    empty = {journal.digest() for journal in journals}
    for journal in journals:
        _a_day(journal)
    full = {journal.digest() for journal in journals}
    assert len(empty) == len(full) == 1
    assert empty != full


# --- the form ---


def test_several_may_open_a_new_journal_at_once(new_url: str, tmp_path: Path) -> None:
    program = f"from sepa.store.sql import open_journal; print(open_journal({new_url!r}).unjudged())"
    workers = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    assert [worker.communicate()[0].strip() for worker in workers] == ["[]"] * 3
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith("journal.db")] == []


def test_nobody_else_may_read_a_journal(tmp_path: Path) -> None:
    file = tmp_path / "journal.db"
    journal = open_journal(f"sqlite:///{file}")
    assert journal.unjudged() == []
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
    journal.close()


def test_sqlite_is_durable_and_patient(sqlite_store: Store) -> None:
    asked = ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
    with sqlite_store.open().reading() as connection:
        assert [connection.execute(sa.text(f"PRAGMA {name}")).scalar() for name in asked] == [
            "wal",
            2,
            60_000,
            1,
        ]


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(ValueError, match="not in mysql"):
        open_journal("mysql://somewhere/else")


def test_head_is_the_newest_version() -> None:
    config = alembic.config.Config()
    config.set_main_option("script_location", str(Path(sepa.store.migrations.__path__[0])))
    assert alembic.script.ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_fingerprints_are_looked_up_in_their_index(store: Store) -> None:
    """A search that misses it reads every order there is, for every piece of every file."""
    journal = store.open()
    with journal.reading() as connection:
        begins = many(["f" * 16], connection.dialect)
        statement, values = CARRIED.spelled(connection.dialect, key=key_of("a"), begins=begins)
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(
                "SET LOCAL enable_seqscan = off"
            )  # a table so small is read whole otherwise
        plan = connection.exec_driver_sql(f"EXPLAIN {_PLAN[connection.dialect.name]}{statement}", values)
        assert "ix_orders_fingerprint" in " ".join(str(line) for line in plan)


_PLAN = {"sqlite": "QUERY PLAN ", "postgresql": ""}


def test_the_migrated_form_is_the_form_of_the_tables(store: Store) -> None:
    engine = sa.create_engine(store.url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


@settings(max_examples=50, deadline=None)
@given(st.from_type(Transaction))
def test_any_transaction_comes_back_as_it_was_written(transaction: Transaction) -> None:
    assert transaction_of(json_text(transaction)) == transaction


def test_every_first_state_has_moves() -> None:
    outcomes = (
        "accepted",
        "rolled",
        "held",
        "routed",
        "rejected",
        "unsettled",
        "pending-funds",
        "not-executed",
    )
    assert {first_state(outcome) for outcome in (*outcomes, "revoked")} | {"paid", "handed-over"} == set(
        MOVES
    )


# --- purge ---


def test_what_ended_before_is_forgotten_once(journal: Journal) -> None:
    ended = judge(journal, verdict(key_of("a"), 1, "rejected"), verdict(key_of("a"), 2, "held"))
    second = transaction_key(ended, 2)
    for due in journal.reports_due():
        journal.published([], settles=due)
    assert journal.purgeable(EVENING) == []  # one is still held
    decide(journal, move(second, "rejected", findings=(finding(),)))
    assert [file.key for file in journal.purgeable(EVENING)] == [ended]
    assert journal.purgeable(LATER) == []  # it moved at that very instant
    asked = decision("d-9", ended, "purge", EVENING)
    assert (journal.purge(asked), journal.purge(asked)) == (2, 0)
    assert journal.purgeable(EVENING) == []
    assert [(order.state, order.amount_cents, order.debtor_iban) for order in journal.orders(ended)] == [
        ("rejected", 10_000, None)
    ] * 2
    bare, same = (order.findings for order in journal.orders(ended))
    assert bare == same
    assert [(each.rule, each.code, each.found, str(each.message)) for each in bare] == [
        ("IDN-01", "AC01", "", "")
    ]
    assert journal.faults() == []
    assert journal.order_totals([ended]) == [(ended, "rejected", "IDN-01", "AC01", 2, 20_000)]


def test_what_is_due_or_sealed_and_not_told_is_kept(journal: Journal) -> None:
    accepted(journal, 1)
    pay_all(journal)
    assert journal.purgeable(EVENING) == []
    for due in journal.reports_due():
        journal.published([], settles=due)
    assert journal.purgeable(EVENING) == []
    journal.published([publication()], settles="BULK-1")
    assert [file.key for file in journal.purgeable(EVENING)] == [key_of("a")]
