"""A journal restored to an earlier point, when files have left already: nothing is paid twice, nothing is lost."""

import datetime
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from sepa.model.broken import BrokenPromise
from sepa.pipeline.book import JournalBehind, departing, forget, unknown
from sepa.pipeline.catch_up import CaughtUp, catch_up
from sepa.pipeline.claim import claim
from sepa.pipeline.correct import correct
from sepa.pipeline.emit import emit_bulks
from sepa.pipeline.home import Home, read_instant
from sepa.pipeline.judge import judge_all
from sepa.pipeline.reprocess import reprocess
from sepa.pipeline.run import run
from sepa.pipeline.settle import seal_window
from tests.pipeline.house import DAY, THURSDAY, House
from tools.sample_bank import A2, B1, GOOD, ONE, POOR, TRADER, order, transfers

A = "stavebniny"
NOON, WINDOW = "2026-04-02T12:00", "2026-04-02T15:30"
LATER = transfers(
    "LATER-1",
    TRADER,
    [order("ABROAD", "10.00", "Oceliareň", B1), order("HOUSE", "20.00", "Domácnosť", A2)],
    due="2026-04-07",
)


def backup(house: House) -> Callable[[], None]:
    """Copy the journal; returned is what puts the copy back."""
    kept = house.root.parent / "backup.db"
    with house.open():
        pass
    shutil.copyfile(house.root / "journal.db", kept)

    def restore() -> None:
        for left in house.root.glob("journal.db*"):
            left.unlink()
        shutil.copyfile(kept, house.root / "journal.db")

    return restore


def caught_up(house: House) -> CaughtUp:
    with house.open() as home:
        return catch_up(home, read_instant(WINDOW, home.profile))


@pytest.fixture
def lived(house: House) -> tuple[House, Callable[[], None]]:
    """After the backup a file came and was paid, another waits, of which a person stopped an order; one lacks money."""
    restore = backup(house)
    house.drop(A, "01.xml", GOOD)
    later = house.drop(A, "02.xml", LATER)
    house.drop(A, "03.xml", transfers("POOR-1", POOR, [order("LACK", "900.00", "Oceliareň", B1)]))
    house.run()
    house.reprocess("hold", NOON, key=f"{later[:24]}-1")
    return house, restore


def test_caught_up_it_is_as_never_restored(lived: tuple[House, Callable[[], None]]) -> None:
    house, restore = lived
    before, files = house.all_orders(), house.bytes_of()
    restore()
    assert house.all_orders() == []
    told = caught_up(house)
    assert told == CaughtUp(came=3, ordered=1, settled=1, left=1, sent=1, conflicts=())
    assert [(each.key, each.state, each.step) for each in house.all_orders()] == [
        (each.key, each.state, each.step) for each in before
    ]
    house.run(WINDOW)
    assert {path: digest for path, digest in house.bytes_of().items() if path in files} == files
    assert len(house.clearing("pacs.008")) == 1
    assert house.prove().faults == ()
    assert caught_up(house) == CaughtUp(came=0, ordered=0, settled=0, left=0, sent=0, conflicts=())


def test_a_window_of_several_full_bulks_is_caught_up_as_it_was_sealed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sepa.settle.UNPAID_AT_ONCE", 2)
    house.set_profile(clearing={"max_transactions_per_file": 2})
    restore = backup(house)
    many = [order(f"REF-{number}", "5.00", "Oceliareň", B1) for number in range(5)]
    house.drop(A, "01.xml", transfers("MANY-1", TRADER, many))
    lacking = [order(f"LACK-{number}", "900.00", "Oceliareň", B1) for number in range(5)]
    house.drop(A, "02.xml", transfers("POOR-1", POOR, lacking))
    house.run()
    before, files = house.all_orders(), house.bytes_of()
    entries = [*(house.root / "archive" / "book" / "settled").rglob("*.json")]
    assert len(entries) == 5, "three bulks, and five unpaid by twos"
    restore()
    told = caught_up(house)
    assert (told.settled, told.left, told.conflicts) == (5, 3, ())
    house.run()
    assert house.all_orders() == before
    assert house.bytes_of() == files, "nobody is told anything twice"
    assert house.prove().faults == ()


@pytest.mark.parametrize(
    "work",
    [
        pytest.param(lambda home, at: run(home, at), id="run"),
        pytest.param(lambda home, at: claim(home, at), id="claim"),
        pytest.param(lambda home, at: judge_all(home, [], at=at), id="judge"),
        pytest.param(lambda home, at: seal_window(home, at), id="seal"),
        pytest.param(
            lambda home, at: reprocess(home, act="hold", reason="r", by="b", at=at, key="0" * 24), id="order"
        ),
        pytest.param(
            lambda home, at: correct(
                home, "0-1", by="b", initiator="own_bank", code="TECH", proof="p", at=at
            ),
            id="correct",
        ),
    ],
)
def test_until_then_nothing_is_done(
    lived: tuple[House, Callable[[], None]], work: Callable[[Home, object], object]
) -> None:
    house, restore = lived
    restore()
    house.drop(A, "04.xml", transfers("GOOD-0002", TRADER, ONE))
    before = house.bytes_of()
    with house.open() as home, pytest.raises(JournalBehind, match="sepa catch-up"):
        work(home, read_instant(WINDOW, home.profile))
    assert house.bytes_of() == before


def test_a_sealed_bulk_is_not_written_by_a_journal_that_is_behind(house: House) -> None:
    """It knows the bulk; it does not know what was ordered of it since."""
    house.drop(A, "01.xml", GOOD)
    with house.open() as home:
        at = read_instant(THURSDAY, home.profile)
        claim(home, at)
        judge_all(home, home.journal.unjudged(), at=at)
        seal_window(home, at)
    restore = backup(house)
    house.reprocess("report-again", NOON, key=house.files()[0].key)
    restore()
    with house.open() as home, pytest.raises(JournalBehind, match="ordered"):
        emit_bulks(home, read_instant(WINDOW, home.profile))
    assert house.clearing("pacs.008") == []


def test_what_was_fetched_does_not_lie_there_again(lived: tuple[House, Callable[[], None]]) -> None:
    house, restore = lived
    for path in (house.root / "clearing" / "out").iterdir():
        path.unlink()
    restore()
    caught_up(house)
    house.run(WINDOW)
    assert house.clearing("pacs.008") == []
    assert house.prove().faults == ()


def test_what_contradicts_the_journal_is_named_and_everything_stays_stopped(
    lived: tuple[House, Callable[[], None]],
) -> None:
    """A table was changed meanwhile, and what left would be refused today."""
    house, restore = lived
    restore()
    house.set_account(TRADER, closed_on="2026-04-01")
    told = caught_up(house)
    assert [each.split(":")[0].split("/")[2] for each in told.conflicts] == ["settled", "left"]
    with pytest.raises(JournalBehind):
        house.run(WINDOW)


def test_what_a_killed_worker_left_pending_is_settled_by_the_journal(house: House, tmp_path: Path) -> None:
    """Known to the journal it is an entry; unknown to it, it never came to be."""
    house.drop(A, "01.xml", GOOD)
    house.run()
    (entry,) = (house.root / "archive" / "book" / "settled").rglob("*.json")
    pending = entry.with_name(f".pending-{entry.name}")
    entry.rename(pending)
    stranger = pending.with_name(pending.name.replace(entry.name[:9], "20260401T"))
    other = stranger.with_name(stranger.name.replace(entry.stem.split("_")[1], "0" * 24))
    shutil.copyfile(pending, other)
    with house.open() as home:
        assert unknown(home) == []
    assert [path.name for path in entry.parent.iterdir()] == [entry.name]


def test_a_bulk_never_begins_to_leave_as_another(house: House) -> None:
    house.drop(A, "01.xml", transfers("TWO-1", TRADER, [*ONE, order("REF-2", "5.00", "Oceliareň", B1)]))
    house.run()
    with house.open() as home:
        at = read_instant(NOON, home.profile)
        (bulk,) = (
            each for each in home.journal.bulks_sealed_between(at.replace(hour=0), at) if each.count == 2
        )
        with departing(home, bulk, at):
            pass
        other = departing(home, msgspec.structs.replace(bulk, keys=bulk.keys[:1]), at)
        with pytest.raises(BrokenPromise, match="began to leave with other orders"), other:
            pytest.fail("it may not begin")


def test_a_purge_takes_old_entries_away(lived: tuple[House, Callable[[], None]]) -> None:
    house, _ = lived
    entries = [*(house.root / "archive" / "book").rglob("*.json")]
    with house.open() as home:
        forget(home, DAY)
        assert [*(house.root / "archive" / "book").rglob("*.json")] == entries
        forget(home, DAY + datetime.timedelta(days=1))
    assert [*(house.root / "archive" / "book").rglob("*.json")] == []
