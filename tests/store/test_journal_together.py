"""The journal's contract over every store that keeps it: many calls in one transaction, each whole or not at all."""

import pytest

from sepa.model.broken import BrokenPromise
from sepa.model.verdict import transaction_key
from sepa.store.journal import Journal
from tests.store.conftest import Store
from tests.store.lines import close, delivery, file_verdict, judge, key_of, verdict


def judge_two(journal: Journal) -> None:
    judge(journal, verdict(key_of("a"), 1), verdict(key_of("a"), 2, "rejected"))
    judge(
        journal,
        verdict(key_of("b"), 1),
        verdict(key_of("b"), 2, block=2),
        name="b",
        blocks=(1, 2),
        refused_blocks=(2,),
    )


def states(journal: Journal, name: str) -> list[str]:
    return [order.state for order in journal.orders(key_of(name))]


def test_all_of_it_is_one_link(journal: Journal) -> None:
    with journal.together():
        judge_two(journal)
    assert journal.head() == 1
    link = journal.link(1)
    assert link is not None
    orders = [each.keys for each in link.written if each.of == "orders"]
    assert [key for keys in orders for key in keys] == [
        transaction_key(key_of(name), position) for name in "ab" for position in (1, 2)
    ]
    assert (states(journal, "a"), states(journal, "b")) == (["waiting", "rejected"], ["waiting", "rejected"])
    assert journal.audit() == []


def test_inside_it_is_seen_already(journal: Journal) -> None:
    with journal.together():
        judge_two(journal)
        assert journal.file(key_of("a")).judged  # type: ignore[union-attr]
        assert states(journal, "a") == ["waiting", "rejected"]
        assert journal.unjudged() == []


def test_others_see_it_at_the_end(store: Store) -> None:
    journal, other = store.open(), store.open()
    with journal.together():
        judge_two(journal)
        assert other.find_files() == []
    assert len(other.find_files()) == 2


def test_an_exception_leaves_nothing(journal: Journal) -> None:
    with pytest.raises(KeyError):
        _judge_two_and_fail(journal)
    assert (journal.find_files(), journal.head()) == ([], 0)
    judge_two(journal)
    assert journal.head() == 4


def _judge_two_and_fail(journal: Journal) -> None:
    with journal.together():
        judge_two(journal)
        raise KeyError


def test_a_part_that_fails_leaves_nothing_and_keeps_no_other_back(journal: Journal) -> None:
    with journal.together():
        for name in "abc":
            journal.deliver(delivery(name))
        for name in "abc":
            try:
                _judged(journal, name, fails=name == "b")
            except ZeroDivisionError:
                assert name == "b"
    assert journal.unjudged() == [key_of("b")]
    assert (states(journal, "a"), states(journal, "b"), states(journal, "c")) == (
        ["waiting"],
        [],
        ["waiting"],
    )
    assert journal.audit() == []


def _judged(journal: Journal, name: str, *, fails: bool) -> None:
    with journal.judging(key_of(name)) as sealing:
        assert sealing is not None
        sealing.add([verdict(key_of(name), 1)])
        if fails:
            raise ZeroDivisionError
        close(sealing, file_verdict(1, message_id=name))


def test_a_part_without_a_verdict_is_undone(journal: Journal) -> None:
    with journal.together():
        journal.deliver(delivery("a"))
        with pytest.raises(BrokenPromise, match="without a verdict"):
            _add(journal, "a")
    assert (states(journal, "a"), journal.unjudged()) == ([], [key_of("a")])


def _add(journal: Journal, name: str) -> None:
    with journal.judging(key_of(name)) as sealing:
        assert sealing is not None
        sealing.add([verdict(key_of(name), 1)])


def test_discarding_one_file_forgets_no_other(journal: Journal) -> None:
    with journal.together():
        judge(journal, verdict(key_of("a"), 1))
        journal.deliver(delivery("b"))
        with journal.judging(key_of("b")) as sealing:
            assert sealing is not None
            sealing.add([verdict(key_of("b"), 1)])
            sealing.discard()
            close(sealing, file_verdict(0, message_id="b"))
    assert (states(journal, "a"), states(journal, "b")) == (["waiting"], [])
    assert journal.audit() == []


def test_more_rows_than_a_batch_holds(journal: Journal) -> None:
    with journal.together():
        for name in "abc":
            judge(journal, *(verdict(key_of(name), position) for position in range(1, 451)), name=name)
    link = journal.link(1)
    assert link is not None
    assert [len(each.keys) for each in link.written if each.of == "orders"] == [900, 450]
    assert journal.audit() == []


def test_a_thread_writes_together_with_itself_alone(journal: Journal) -> None:
    with journal.together():
        with journal.together():
            journal.deliver(delivery("a"))
        journal.deliver(delivery("b"))
    journal.deliver(delivery("c"))
    assert journal.head() == 2
