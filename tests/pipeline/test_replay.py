"""A day lived again from the first day on comes out the same to the byte, and whatever was changed is found."""

import datetime
import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sepa.cli import app
from sepa.pipeline.audit import audit, seal_day
from sepa.pipeline.correct import correct, emit_corrections
from sepa.pipeline.day import end_of_day
from sepa.pipeline.replay import Replayed, replay
from sepa.pipeline.replay_compare import NothingToReplay
from tests.pipeline.house import DAY, House
from tools.sample_bank import A2, B1, TRADER, order, transfers


def lived_again(house: House, day: datetime.date, into: Path) -> Replayed:
    with house.open() as home:
        return replay(home, day, into)


def _close(house: House, instant: str) -> None:
    with house.open() as home:
        day = datetime.date.fromisoformat(instant[:10])
        end_of_day(home, day, house.at(instant))
        seal_day(home, day, house.at(instant))


@pytest.fixture(scope="module")
def week(sample_thursday: House, tmp_path_factory: pytest.TempPathFactory) -> House:
    """The sample day and the week after it. Look, do not touch.

    In it: a hold, a release by two people, a withdrawal, a recall, a correction by two people, a message that came
    twice, orders judged again, a report asked for, new terms from Wednesday on, and tables that changed between runs.
    """
    house = House(tmp_path_factory.mktemp("week") / "home")
    shutil.copytree(sample_thursday.root, house.root)
    mine = [order("E-ONUS", "10.00", "Oceliareň", A2), order("E-OUT", "11.00", "Kotva", B1)]
    key = house.drop("stavebniny", "mine.xml", transfers("M-MINE", TRADER, mine))
    ahead = [order("E-AHEAD", "5.00", "Oceliareň", A2), order("E-LATER", "6.00", "Kotva", B1)]
    later = house.drop("stavebniny", "ahead.xml", transfers("M-AHEAD", TRADER, ahead, due="2026-04-08"))
    house.run("2026-04-02T11:30")
    house.reprocess("recall", "2026-04-02T12:00", key=f"{key[:24]}-2")
    house.reprocess("hold", "2026-04-02T12:10", key=f"{later[:24]}-1")
    house.reprocess("revoke", "2026-04-02T12:20", key=f"{later[:24]}-2")
    house.reprocess("report-again", "2026-04-02T12:30", key=key)
    house.run("2026-04-02T15:30")
    for number, name in enumerate(("Eva", "Ján")):
        with house.open() as home:
            at = house.at(f"2026-04-02T16:0{number}")
            correct(home, f"{key[:24]}-1", by=name, initiator="own_bank", code="TECH", proof="case 7", at=at)
            emit_corrections(home, at)
    house.drop("stavebniny", "again.xml", transfers("M-MINE", TRADER, mine))
    house.run("2026-04-02T21:15")
    _close(house, "2026-04-02T22:00")
    house.set_account(TRADER, balance="999999.00")
    house.release("2026-04-07T08:00", partner="stavebniny", day=DAY)
    house.run("2026-04-07T08:30")
    house.reprocess("judge-again", "2026-04-07T09:00", partner="stavebniny", day=DAY)
    house.run("2026-04-07T21:15")
    _close(house, "2026-04-07T22:00")
    terms = {"effective_from": "2026-04-08", "announced_on": "2026-01-01"}
    house.set_profile("profile-2026-04-08.yaml", profile=terms, cutoffs={"sct": {"eur_account": "12:00:00"}})
    house.set_profile("profile.yaml", profile={"effective_from": "2015-01-01"})
    new = [order("E-NEW", "7.00", "Kotva", B1)]
    house.drop("stavebniny", "new.xml", transfers("M-NEW", TRADER, new, due="2026-04-08"))
    house.run("2026-04-08T13:00")
    house.run("2026-04-09T08:30")
    _close(house, "2026-04-09T22:00")
    return house


@pytest.fixture
def copied(week: House, tmp_path: Path) -> House:
    shutil.copytree(week.root, tmp_path / "home")
    return House(tmp_path / "home")


def test_the_week_holds_all_that_it_says(week: House) -> None:
    with week.open() as home:
        acts = {
            decision.act
            for file in home.journal.find_files()
            for decision in home.journal.decisions(file.key)
        }
        orders = [order.key for file in home.journal.find_files() for order in home.journal.orders(file.key)]
        acts |= {decision.act for key in orders for decision in home.journal.decisions(key)}
        assert acts == {"hold", "release", "revoke", "recall", "correct", "report-again", "judge-again"}
        assert home.journal.recalls()
        assert any(home.journal.correction(key) for key in orders)
        assert len(home.journal.snapshots()) == 3
        assert len(home.versions) == 2
        new = [file for file in home.journal.find_files() if file.name == "new.xml"]
        (rolled,) = home.journal.orders(new[0].key)
        assert (rolled.outcome, rolled.booking_date) == (
            "rolled",
            datetime.date(2026, 4, 9),
        )  # by the new cut-off
        assert audit(home, all_files=True).flaws == ()


@pytest.mark.slow
def test_every_day_of_the_week_comes_out_the_same(week: House, tmp_path: Path) -> None:
    before = week.digest(), week.bytes_of()
    found = lived_again(week, datetime.date(2026, 4, 9), tmp_path / "again")  # plays every day before it, too
    assert found.difference is None
    assert found.fetched == 0
    assert found.files > 0
    assert (week.digest(), week.bytes_of()) == before
    again = House(tmp_path / "again")
    assert again.digest() == week.digest()
    outside = ("inbox", "reference", "archive/reference", "archive/book")
    mine, other = (
        {path: digest for path, digest in each.bytes_of().items() if not path.startswith(outside)}
        for each in (week, again)
    )
    assert mine == other
    with week.open() as home, again.open() as second:
        head = home.journal.head()
        assert home.journal.link(head) == second.journal.link(head)


def test_a_day_on_which_nothing_was_written(week: House, tmp_path: Path) -> None:
    with pytest.raises(NothingToReplay, match="Nothing was written on 2026-04-05"):
        lived_again(week, datetime.date(2026, 4, 5), tmp_path / "again")


def test_a_published_file_that_was_changed_is_found_with_its_place(copied: House, tmp_path: Path) -> None:
    path = sorted(copied.root.glob("clearing/out/bookings_2026-04-02*.csv"))[0]
    raw = path.read_bytes()
    place = raw.index(b"\n") + 6
    path.write_bytes(raw[:place] + b"#" + raw[place + 1 :])
    found = lived_again(copied, DAY, tmp_path / "again")
    assert found.difference is not None
    assert found.difference.place == str(path.relative_to(copied.root))
    assert f"at byte {place + 1} (line 2)" in found.difference.sentence


def test_a_fetched_file_is_compared_by_its_digest(copied: House, tmp_path: Path) -> None:
    sorted(copied.root.glob("clearing/out/bookings_2026-04-02*.csv"))[0].unlink()
    found = lived_again(copied, DAY, tmp_path / "again")
    assert (found.difference, found.fetched) == (None, 1)


def test_an_archived_file_that_was_changed_or_purged_ends_it(copied: House, tmp_path: Path) -> None:
    path = sorted(path for path in copied.root.glob("archive/[0-9a-f]*/*") if path.is_file())[0]
    kept = path.read_bytes()
    path.unlink()
    gone = lived_again(copied, DAY, tmp_path / "one").difference
    assert gone is not None
    assert "it is not there" in gone.sentence
    path.write_bytes(kept + b" ")
    changed = lived_again(copied, DAY, tmp_path / "two").difference
    assert changed is not None
    assert "was changed" in changed.sentence


def test_what_was_decided_otherwise_is_found_with_its_column(copied: House, tmp_path: Path) -> None:
    """Somebody changes whom an order pays, and its digest in the chain with it. A replay knows what was sent."""
    import sqlalchemy as sa

    from sepa.store.sql.chain import digests_of
    from sepa.store.sql.flaws import BATCHES, written_of
    from sepa.store.sql.read_back import lines_of
    from sepa.store.tables import chained, orders

    engine = sa.create_engine(f"sqlite:///{copied.root / 'journal.db'}")
    with engine.begin() as connection:
        row = connection.execute(BATCHES.where(chained.c.of == "orders")).mappings().first()
        assert row is not None
        written = written_of(row)
        change = orders.update().where(orders.c.key == written.keys[0]).values(creditor_iban="SK00")
        connection.execute(change)
        new = digests_of(line for line in lines_of(connection, orders, written.columns, written.keys) if line)
        mine = sa.and_(chained.c.link == row["link"], chained.c.place == row["place"])
        connection.execute(chained.update().where(mine).values(digests=new))
    engine.dispose()
    found = lived_again(copied, DAY, tmp_path / "again").difference
    assert found is not None
    assert found.place == f"orders {written.keys[0]}"
    assert "creditor_iban 'SK00', again" in found.sentence


def test_a_lost_snapshot_is_said(copied: House, tmp_path: Path) -> None:
    shutil.rmtree(copied.root / "archive" / "reference")
    found = lived_again(copied, DAY, tmp_path / "again").difference
    assert found is not None
    assert "cannot be read" in found.sentence


def test_the_command(copied: House, tmp_path: Path) -> None:
    run = CliRunner().invoke
    same = run(app, ["replay", "2026-04-02", "--home", str(copied.root)])
    assert (same.exit_code, "2026-04-02 came out the same" in same.stdout) == (0, True)
    assert not list(copied.root.parent.glob("replay-*"))
    into = tmp_path / "kept"
    sorted(copied.root.glob("outbox/*/*.xml"))[0].write_bytes(b"")
    asked = ["replay", "2026-04-02", "--home", str(copied.root), "--into", str(into), "--json"]
    differs = run(app, asked)
    told = json.loads(differs.stdout)
    assert (differs.exit_code, told["kind"], told["same"]) == (1, "replay", False)
    assert told["difference"]["place"].startswith("outbox/")
    assert (into / "journal.db").exists()
    assert "is not empty" in str(run(app, asked).exception)
    assert "Nothing was written on" in str(
        run(app, ["replay", "2026-04-05", "--home", str(copied.root)]).exception
    )
