"""The journal's contract over every store that keeps it: orders that come ready to be paid are proved all the same."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from sepa.model.broken import BrokenPromise
from sepa.model.journal import window_cause
from sepa.model.payment import Payment, Unpaid
from sepa.store.journal import Journal, Overtaken, Part, Ready
from tests.store.lines import DAY, LATER, WINDOW, accepted, finding, judge, key_of, paying, states, verdict

STOOD, CAUSE, FILES, CENTS, DIGESTS = range(5)


def due(journal: Journal) -> list[Payment]:
    return list(journal.due(WINDOW, DAY))


def ready(journal: Journal, payments: list[Payment], first: str = "") -> Ready:
    keys = tuple(each.key for each in payments)
    return Ready({first or keys[0]: keys}, journal.paying_lines(payments, WINDOW, by="desk"))


def spoiled(told: Ready, spoil: Callable[[list[Any]], object]) -> Ready:
    """The same, with something else in the lines of its first orders that stood alike."""
    lines = msgspec.msgpack.decode(told.lines)
    spoil(lines[0])
    return Ready(told.keys, msgspec.msgpack.encode(lines))


def whole(journal: Journal, payments: list[Payment]) -> Part:
    settlement = paying(payments)
    lines = list(journal.posting_lines(settlement))
    return Part(replace(settlement, postings=()), lines, journal.member_digests(settlement))


def test_what_comes_ready_is_written_as_what_is_made_here(journal: Journal) -> None:
    """An auditor finds that every digest that came along is that of what was written."""
    file_key = accepted(journal, 7)
    payments = due(journal)
    told = [ready(journal, payments[:3]), ready(journal, payments[3:], payments[0].key)]
    assert journal.seal(paying([]), by="desk", then=[*told, whole(journal, payments)])
    assert states(journal, file_key) == ["paid"] * 7
    orders = list(journal.orders(file_key, cause=window_cause(WINDOW)))
    assert [order.step for order in orders] == [1] * 7
    assert (journal.faults(), journal.audit()) == ([], [])


def test_who_is_odd_is_told_beside_what_is_due(journal: Journal) -> None:
    """Nothing was found of it, and it never moved: only then its Payment tells how it stands."""
    file_key = key_of("a")
    judge(
        journal,
        verdict(file_key, 1),
        replace(verdict(file_key, 2), findings=(finding("FUN-01", "AM04"),)),
        verdict(file_key, 3, outcome="rolled"),
        verdict(file_key, 4),
    )
    waits = Unpaid(due(journal)[3], "pending-funds", finding("FUN-01", "AM04"))
    assert journal.seal(paying([], [waits]), by="desk")
    odd: set[str] = set()
    found = {each.key[-1]: each.key in odd for each in journal.due(LATER, DAY, odd=odd)}
    assert found == {"1": False, "2": True, "3": True, "4": True}


def test_odd_ones_are_paid_beside_those_that_are_ready(journal: Journal) -> None:
    file_key = key_of("a")
    told = finding("FUN-01", "AM04")
    judge(
        journal, verdict(file_key, 1), replace(verdict(file_key, 2), findings=(told,)), verdict(file_key, 3)
    )
    one, two, three = due(journal)
    lines = journal.paying_lines([one, three], WINDOW, by="desk")
    ahead = Ready({one.key: (one.key, two.key, three.key)}, lines)
    assert journal.seal(paying([]), by="desk", then=[ahead, paying([one, two, three])])
    assert states(journal, file_key) == ["paid"] * 3
    assert (journal.faults(), journal.audit()) == ([], [])


def test_orders_of_several_files_keep_the_cause_of_each(journal: Journal) -> None:
    """A window that pays once more in a file, after a release, is told under `#2`."""
    first, second = accepted(journal, 2, "a"), accepted(journal, 1, "b")
    payments = due(journal)
    mine = [each for each in payments if each.file_key == first]
    assert journal.seal(paying(mine[:1]), by="desk")
    rest = [each for each in payments if each is not mine[0]]
    assert journal.seal(paying([]), by="desk", then=[ready(journal, rest), paying(rest, id="BULK-2")])
    again = f"{window_cause(WINDOW)}#2"
    assert [each.key for each in journal.orders(first, cause=again)] == [mine[1].key]
    assert len(list(journal.orders(second, cause=window_cause(WINDOW)))) == 1
    assert {(each.file_key, each.occasion) for each in journal.reports_due()} >= {
        (first, again),
        (second, window_cause(WINDOW)),
    }
    assert (journal.faults(), journal.audit()) == ([], [])


def _stood(place: int, value: Any) -> Callable[[list[Any]], object]:
    return lambda alike: alike[STOOD].__setitem__(place, value)


def _cent_more(alike: list[Any]) -> None:
    key = next(iter(alike[CENTS]))
    alike[CENTS][key] += 1


def _stranger(alike: list[Any]) -> None:
    alike[CENTS] = {key.replace("-2", "-99"): cents for key, cents in alike[CENTS].items()}


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param(_stood(0, "pending-funds"), "not stand as is told", id="state"),
        pytest.param(_stood(0, "held"), "cannot go from held to paid", id="a state that is never paid"),
        pytest.param(_stood(0, "paid"), "cannot go from paid to paid", id="paid before"),
        pytest.param(_stood(1, 1), "not stand as is told", id="step"),
        pytest.param(_stood(2, "rolled"), "not stand as is told", id="outcome"),
        pytest.param(_stood(3, "on-us"), "not stand as is told", id="route"),
        pytest.param(_stood(4, "2026-04-03"), "not stand as is told", id="booking date"),
        pytest.param(_stood(5, "2026-04-03"), "not stand as is told", id="settlement date"),
        pytest.param(_cent_more, "not stand as is told", id="amount"),
        pytest.param(_stranger, "not stand as is told", id="no order"),
        pytest.param(
            lambda alike: alike.__setitem__(CAUSE, alike[CAUSE] + "#2"), "a report fell due", id="cause"
        ),
        pytest.param(lambda alike: alike[FILES].append(key_of("b")), "files that are told", id="a file more"),
        pytest.param(lambda alike: alike[FILES].clear(), "files that are told", id="a file less"),
        pytest.param(
            lambda alike: alike.__setitem__(DIGESTS, alike[DIGESTS][:-1]), "one digest", id="a digest less"
        ),
        pytest.param(lambda alike: alike[CENTS].popitem(), "one digest", id="an order less"),
    ],
)
def test_what_does_not_stand_as_it_was_made_ready_undoes_the_window(
    journal: Journal, spoil: Callable[[list[Any]], object], said: str
) -> None:
    accepted(journal, 2)
    accepted(journal, 1, "b")
    payments = [each for each in due(journal) if each.file_key == key_of("a")]
    before = journal.digest()
    told = spoiled(ready(journal, payments), spoil)
    with pytest.raises((Overtaken, BrokenPromise), match=said):
        journal.seal(paying([]), by="desk", then=[told, whole(journal, payments)])
    assert journal.digest() == before


def test_who_moved_since_it_was_made_ready_undoes_the_window(journal: Journal) -> None:
    accepted(journal, 3)
    payments = due(journal)
    told, part = ready(journal, payments), whole(journal, payments)
    assert journal.seal(paying(payments[1:2], id="BULK-2", window=LATER), by="desk")
    before = journal.digest()
    with pytest.raises(Overtaken, match="1 orders do not stand"):
        journal.seal(paying([]), by="desk", then=[told, part])
    assert journal.digest() == before


def test_nothing_is_ready_but_what_is_paid_and_once(journal: Journal) -> None:
    accepted(journal, 3)
    one, two, three = due(journal)
    lines = journal.paying_lines([one, two, three], WINDOW, by="desk")
    before = journal.digest()
    told = Ready({one.key: (one.key, two.key)}, lines)
    with pytest.raises(BrokenPromise, match="made ready that is not paid"):
        journal.seal(paying([]), by="desk", then=[told, paying([one, two])])
    twice = ready(journal, [one, two])
    with pytest.raises(Overtaken):
        journal.seal(paying([]), by="desk", then=[twice, twice, paying([one, two])])
    with pytest.raises(BrokenPromise, match="is in no bulk"):
        journal.seal(paying([]), by="desk", then=[ready(journal, [two]), paying([one])])
    assert journal.digest() == before


def test_a_digest_that_came_along_and_is_of_something_else_is_found_by_an_auditor(journal: Journal) -> None:
    """Who writes does not take it again, no more than at intake."""
    accepted(journal, 2)
    payments = due(journal)
    told = spoiled(ready(journal, payments), lambda alike: alike.__setitem__(DIGESTS, bytes(32)))
    assert journal.seal(paying([]), by="desk", then=[told, whole(journal, payments)])
    assert [flaw.place for flaw in journal.audit()] == [f"history {each.key} 1" for each in payments]


def test_members_come_with_one_digest_each(journal: Journal) -> None:
    accepted(journal, 2)
    part = whole(journal, due(journal))
    before = journal.digest()
    for members in (part.members[:-1], part.members + bytes(16)):
        with pytest.raises(BrokenPromise, match="one digest for each"):
            journal.seal(paying([]), by="desk", then=[part._replace(members=members)])
    assert journal.digest() == before
