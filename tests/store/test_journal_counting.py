"""The journal's contract over every store: what a sender's files of a day come to (EB-04)."""

import datetime
import threading
from typing import Any

from msgspec.structs import replace

from sepa.model.verdict import transaction_key
from sepa.store.journal import Journal
from tests.store.conftest import Store
from tests.store.lines import (
    DAY,
    JUDGED,
    NEXT_DAY,
    SECOND,
    close,
    decide,
    delivery,
    file_verdict,
    key_of,
    move,
    verdict,
)


def counted(
    journal: Journal,
    name: str,
    *outcomes: str,
    day: datetime.date | None = DAY,
    at: datetime.datetime = JUDGED,
    **changes: Any,
) -> str:
    """Judge a file of orders of EUR 100.00 that counts on `day`; returns its key."""
    file_key = key_of(name)
    journal.deliver(delivery(name, **changes))
    with journal.judging(file_key) as sealing:
        assert sealing is not None
        sealing.add([verdict(file_key, number, outcome) for number, outcome in enumerate(outcomes, 1)])
        told = replace(file_verdict(len(outcomes), message_id=f"MSG-{name}"), counts_on=day)
        close(sealing, told, at=at)
    return file_key


def asked(journal: Journal, day: datetime.date = DAY, **changes: Any) -> int:
    """What a new file would count, one without orders that counts towards no day itself."""
    file_key = key_of(f"asking for {day} {changes}")
    journal.deliver(delivery(f"asking for {day} {changes}", **changes))
    with journal.judging(file_key) as sealing:
        assert sealing is not None
        found = sealing.ordered(day)
        close(sealing, file_verdict(0, (), message_id=file_key))
    return found


def test_on_a_day_without_orders_nothing_counts(journal: Journal) -> None:
    assert asked(journal) == 0


def test_files_of_one_sender_and_day_count_together(journal: Journal) -> None:
    counted(journal, "a", "accepted", "accepted")
    counted(journal, "b", "accepted")
    counted(journal, "of another day", "accepted", day=NEXT_DAY)
    counted(journal, "of another sender", "accepted", partner="other")
    counted(journal, "of no day", "accepted", day=None)
    assert asked(journal) == 30_000
    assert asked(journal, NEXT_DAY) == 10_000
    assert asked(journal, partner="other") == 10_000


def test_what_waits_and_what_is_held_counts_and_what_was_refused_does_not(journal: Journal) -> None:
    counted(journal, "a", "accepted", "rolled", "held", "rejected", "not-executed", "routed")
    assert asked(journal) == 30_000


def test_an_order_refused_later_counts_no_more_and_a_withdrawn_one_still_does(journal: Journal) -> None:
    file_key = counted(journal, "a", "held", "accepted", "accepted")
    assert decide(journal, move(transaction_key(file_key, 1), "rejected")) == 1
    assert decide(journal, move(transaction_key(file_key, 2), "revoked"), id="d-2") == 1
    assert asked(journal) == 20_000


def test_a_file_judged_again_counts_what_was_judged_before_it(journal: Journal) -> None:
    first = counted(journal, "b", "accepted")
    second = counted(journal, "a", "accepted", "accepted", at=JUDGED + SECOND)
    third = counted(journal, "c", "accepted", at=JUDGED + SECOND)
    counted(journal, "of another sender", "accepted", partner="other")
    assert [journal.ordered(key, DAY) for key in (first, second, third)] == [0, 10_000, 30_000]
    assert journal.ordered(third, NEXT_DAY) == 0


def test_of_two_files_judged_at_once_the_second_counts_the_first(store: Store) -> None:
    """A limit of EUR 150.00 a day and two orders of EUR 100.00: one of them is refused, whoever comes first."""
    journals = [store.open(), store.open()]
    names = ("a", "b")
    for name in names:
        journals[0].deliver(delivery(name))
    gate = threading.Barrier(2)
    outcomes: list[str] = []

    def judge(journal: Journal, name: str) -> None:
        file_key = key_of(name)
        gate.wait()
        with journal.judging(file_key) as sealing:
            assert sealing is not None
            outcome = "accepted" if sealing.ordered(DAY) + 10_000 <= 15_000 else "rejected"
            sealing.add([verdict(file_key, 1, outcome)])
            close(sealing, replace(file_verdict(1, message_id=f"MSG-{name}"), counts_on=DAY))
            outcomes.append(outcome)

    workers = [threading.Thread(target=judge, args=pair) for pair in zip(journals, names, strict=True)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(outcomes) == ["accepted", "rejected"]
    assert journals[0].faults() == []
