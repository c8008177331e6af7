"""A transfer withdrawn in time and entered late: sealed, beginning to leave, or gone (REV-01, REV-06)."""

import datetime
from pathlib import Path
from typing import Any

import pytest

from sepa.pipeline.confirm import NotConfirmed, confirmation
from sepa.pipeline.emit import emit_bulks
from sepa.pipeline.reprocess import Mistaken
from sepa.pipeline.settle import seal_window
from tests.pipeline.house import TUESDAY, House
from tests.store.lines import unpublished
from tools.sample_bank import A1, B1, TRADER, order, transfers

A = "stavebniny"
TUESDAY_8_40, IN_TIME, LATE = (
    "2026-04-07T08:40",
    datetime.date(2026, 4, 2),
    datetime.date(2026, 4, 3),
)
EASTER = datetime.date(2026, 4, 7)
TWO = transfers(
    "EASTER-1",
    TRADER,
    [order("OUT", "10.00", "Oceliareň", B1), order("STAYS", "20.50", "Oceliareň", B1)],
    due="2026-04-07",
)
OUT = slice(0, 24)


@pytest.fixture
def sealed(house: House) -> str:
    """A file of two transfers, sealed on the Tuesday after Easter; nobody has begun to write them."""
    key = house.drop(A, "two.xml", TWO)
    house.run()
    seal(house)
    return key


def seal(house: House, window: str = TUESDAY) -> None:
    with house.open() as home:
        assert seal_window(home, house.at(window)).bulks


def withdraw(house: House, key: str, asked_on: datetime.date | None = IN_TIME, **what: Any) -> Any:
    (done,) = house.reprocess("revoke", TUESDAY_8_40, key=f"{key[OUT]}-1", asked_on=asked_on, **what)
    return done


def in_bulks(house: House) -> list[str]:
    """What the files for the clearing name."""
    texts = [path.read_text("utf-8") for path in house.clearing("pacs.008")]
    return [id for id in ("OUT", "STAYS") for text in texts if f"<EndToEndId>{id}<" in text]


def test_a_sealed_order_is_taken_out_and_the_rest_leaves(house: House, sealed: str) -> None:
    assert withdraw(house, sealed).moved == 1
    assert house.states(sealed) == {"OUT": "revoked DS02 REV-01", "STAYS": "paid"}
    report = house.status_report(sealed, "decision:")
    assert (report.transactions, report.codes) == ({"OUT": "RJCT"}, ["DS02"])
    house.run(TUESDAY_8_40)
    assert in_bulks(house) == ["STAYS"]
    (bookings,) = (path for path in Path(house.root, "clearing", "out").glob("bookings*.csv"))
    assert ("OUT" in bookings.read_text("utf-8"), "STAYS" in bookings.read_text("utf-8")) == (False, True)
    proof = house.prove(EASTER, "2026-04-07T23:00")
    assert proof.faults == ()
    assert [(bulk.total.count, bulk.total.cents) for bulk in proof.figures.bulks] == [(1, 2050)]
    with house.open() as home:
        assert sum(home.journal.booked().values()) == 0
        assert home.journal.booked()[TRADER] == -2050


def test_what_may_still_be_taken_out_is_not_confirmed(house: House, sealed: str) -> None:
    with house.open() as home, pytest.raises(NotConfirmed, match="not begun to leave"):
        confirmation(home, f"{sealed[OUT]}-1", house.at(TUESDAY))


def test_a_bulk_of_which_all_is_withdrawn_has_no_files(house: House, sealed: str) -> None:
    withdraw(house, sealed)
    house.reprocess("revoke", TUESDAY_8_40, key=f"{sealed[OUT]}-2", asked_on=IN_TIME)
    house.run(TUESDAY_8_40)
    assert house.clearing("pacs.008") == []
    with house.open() as home:
        assert unpublished(home.journal) == []
    assert house.prove(EASTER, "2026-04-07T23:00").faults == ()


@pytest.mark.parametrize(
    ("asked_on", "why"),
    [
        pytest.param(LATE, "It is too late to withdraw", id="asked on Good Friday"),
        pytest.param(None, "It is too late to withdraw", id="REV-03 asked on the day itself"),
    ],
)
def test_a_late_request_takes_nothing_out(
    house: House, sealed: str, asked_on: datetime.date | None, why: str
) -> None:
    done = withdraw(house, sealed, asked_on)
    assert (done.moved, why in done.sentence) == (0, True)
    house.run(TUESDAY_8_40)
    assert in_bulks(house) == ["OUT", "STAYS"]


def test_what_has_begun_to_leave_is_never_taken_out(house: House, sealed: str) -> None:
    """REV-06: killed after its first line, the bulk leaves whole all the same."""
    with house.open() as home:
        (bulk,) = unpublished(home.journal)
        home.journal.begin_emission(bulk.id, house.at(TUESDAY))
    assert withdraw(house, sealed).moved == 0
    house.run(TUESDAY_8_40)
    assert in_bulks(house) == ["OUT", "STAYS"]
    assert house.prove(EASTER, "2026-04-07T23:00").faults == ()


def test_who_begins_to_write_while_a_withdrawal_is_looked_at_wins(
    house: House, sealed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line is written between the look and the decision; nothing is changed, and the operator is told."""
    with house.open() as home:
        looked, begins = type(home.journal).unsent, home.journal

        def unsent(journal: Any, file_key: str) -> set[str]:
            found = looked(journal, file_key)
            (bulk,) = unpublished(begins)
            begins.begin_emission(bulk.id, house.at(TUESDAY))
            return found

        monkeypatch.setattr(type(home.journal), "unsent", unsent)
        done = withdraw(house, sealed)
    assert (done.moved, done.sentence) == (
        0,
        "Orders moved on meanwhile; nothing was changed. Try again.",
    )
    assert set(house.states(sealed).values()) == {"paid"}


def test_in_our_own_books_what_is_sealed_is_done(house: House) -> None:
    key = house.drop(
        A, "own.xml", transfers("OWN-1", TRADER, [order("OUT", "10.00", "Sused", A1)], due="2026-04-07")
    )
    house.run()
    seal(house)
    done = withdraw(house, key)
    assert (done.moved, "paid already" in done.sentence) == (0, True)


def test_a_bank_may_keep_what_is_sealed(house: House, sealed: str) -> None:
    house.set_profile(revocation={"stage_matrix": {"in_file_not_sent": "keep"}})
    assert withdraw(house, sealed).moved == 0


def test_the_money_of_what_was_taken_out_may_be_spent_again(house: House, sealed: str) -> None:
    withdraw(house, sealed)
    house.run(TUESDAY_8_40)
    with house.open() as home:
        before = home.journal.booked()
        assert emit_bulks(home, house.at(TUESDAY_8_40)) == []
        assert home.journal.booked() == before


# --- handed in on an earlier day ---


@pytest.mark.parametrize(
    ("asked_on", "state"),
    [
        pytest.param(IN_TIME, "revoked DS02 REV-01", id="REV-01 handed in on Thursday, entered on Tuesday"),
        pytest.param(LATE, "waiting", id="handed in on Good Friday"),
    ],
)
def test_the_day_it_was_handed_in_decides(house: House, asked_on: datetime.date, state: str) -> None:
    key = house.drop(A, "two.xml", TWO)
    house.run()
    withdraw(house, key, asked_on)
    assert house.states(key)["OUT"] == state


@pytest.mark.parametrize(
    ("act", "asked_on", "why"),
    [
        pytest.param("revoke", datetime.date(2026, 4, 8), "is yet to come", id="tomorrow"),
        pytest.param(
            "revoke", datetime.date(2026, 4, 1), "the order came on 2026-04-02", id="before receipt"
        ),
        pytest.param("hold", IN_TIME, "only a withdrawal", id="another act"),
    ],
)
def test_a_day_on_which_nothing_can_have_been_asked(
    house: House, act: Any, asked_on: datetime.date, why: str
) -> None:
    key = house.drop(A, "two.xml", TWO)
    house.run()
    before = house.digest()
    with pytest.raises(Mistaken, match=why):
        house.reprocess(act, TUESDAY_8_40, key=key, asked_on=asked_on)
    assert house.digest() == before


@pytest.mark.parametrize("asked_on", [datetime.date(2026, 4, 2), datetime.date(2026, 4, 7)])
def test_the_days_of_receipt_and_of_entry_are_possible(house: House, asked_on: datetime.date) -> None:
    key = house.drop(A, "two.xml", TWO)
    house.run()
    house.reprocess("revoke", TUESDAY_8_40, key=key, asked_on=asked_on)
    with house.open() as home:
        (decision,) = home.journal.decisions(key)
    assert decision.asked_on == asked_on


def test_told_again_the_judgement_says_nothing_of_what_came_later(house: House, sealed: str) -> None:
    """Paid, then taken out: neither move changed the answer of the day it was judged."""
    with house.open() as home:
        before = [(each.outcome, each.findings) for each in home.journal.orders(sealed, as_judged=True)]
    assert withdraw(house, sealed).moved == 1
    with house.open() as home:
        after = [(each.outcome, each.findings) for each in home.journal.orders(sealed, as_judged=True)]
        assert home.journal.faults() == []
    assert after == before
