"""A file counts from its arrival, whenever it is taken; and whoever waits is told (REC-06, EB-08, CT-07)."""

import datetime
import hashlib
import os
from pathlib import Path
from typing import Any

import pytest

from sepa.model.journal import Delivery
from sepa.pipeline.acknowledge import PATIENCE, acknowledge
from sepa.pipeline.arrival import arrived_at
from sepa.pipeline.batches import batches
from sepa.pipeline.claim import claim
from sepa.pipeline.judge import judge_all
from sepa.pipeline.run import run
from tests.pipeline.house import THURSDAY, House, StatusReport
from tools.sample_bank import GOOD

A = "stavebniny"
SWEPT_AFTER = datetime.timedelta(minutes=5)
A_DAY = datetime.timedelta(days=1)


def path_of(house: House, name: str = "a.xml") -> Path:
    return house.root / "inbox" / A / name


def changed(path: Path) -> datetime.datetime:
    """The kernel's own word, to the microsecond."""
    return datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(
        microseconds=os.lstat(path).st_ctime_ns // 1000
    )


def take(house: House, at: datetime.datetime, *, by_clock: bool = True) -> list[Delivery]:
    with house.open() as home:
        return claim(home, at, by_clock=by_clock)


def test_a_file_is_received_when_it_arrives_not_when_it_is_taken(house: House) -> None:
    house.drop(A, "a.xml", GOOD)
    arrived = changed(path_of(house))
    (delivery,) = take(house, arrived + SWEPT_AFTER)
    assert delivery.received_at == arrived
    assert house.files()[0].received_at == arrived


@pytest.mark.parametrize("days", [-3000, 3000], ids=["back", "ahead"])
def test_a_sender_cannot_move_the_stamp(house: House, days: int) -> None:
    house.drop(A, "a.xml", GOOD)
    before = changed(path_of(house))
    os.utime(path_of(house), (before.timestamp() + days * 86400,) * 2)
    arrived = changed(path_of(house))
    assert before <= arrived
    assert take(house, arrived + SWEPT_AFTER)[0].received_at == arrived


def test_giving_the_final_name_is_the_arrival(house: House) -> None:
    house.drop(A, "a.xml.part", GOOD)
    unfinished = changed(path_of(house, "a.xml.part"))
    path_of(house, "a.xml.part").rename(path_of(house))
    arrived = changed(path_of(house))
    assert unfinished <= arrived == arrived_at(path_of(house))


@pytest.mark.parametrize("mark", [".ok", ".sha256"])
def test_a_mark_that_comes_later_completes_the_file(house: House, mark: str) -> None:
    house.drop(A, "a.xml", GOOD)
    house.drop(A, f"a.xml{mark}", "")
    one = changed(path_of(house))
    while changed(path_of(house, f"a.xml{mark}")) <= one:  # the kernel's clock ticks every few milliseconds
        path_of(house, f"a.xml{mark}").touch()
    assert arrived_at(path_of(house)) == changed(path_of(house, f"a.xml{mark}"))


@pytest.mark.parametrize(
    ("by_clock", "source", "late"),
    [
        pytest.param(False, "gateway", SWEPT_AFTER, id="an instant that was asked for"),
        pytest.param(True, "sweep", SWEPT_AFTER, id="a bank that counts from the sweep"),
        pytest.param(True, "gateway", -A_DAY, id="a clock that was set back"),
    ],
)
def test_otherwise_the_sweep_counts(
    house: House, by_clock: bool, source: str, late: datetime.timedelta
) -> None:
    house.set_profile(records={"receipt_stamp_source": source})
    house.drop(A, "a.xml", GOOD)
    at = changed(path_of(house)) + late
    assert take(house, at, by_clock=by_clock)[0].received_at == at


def arrives(monkeypatch: pytest.MonkeyPatch, house: House, instant: str) -> None:
    """Let files have come at `instant`: nobody can set the kernel's time of change, which is the point of it."""
    monkeypatch.setattr("sepa.pipeline.claim.arrived_at", lambda _: house.at(instant))


@pytest.mark.parametrize(
    ("lands", "booked"),
    [
        pytest.param("2026-04-02T20:59:58", "2026-04-02", id="in time"),
        pytest.param("2026-04-02T21:00:00", "2026-04-02", id="at the very hour"),
        pytest.param("2026-04-02T21:00:01", "2026-04-07", id="late"),
    ],
)
def test_lands_before_the_cut_off_and_is_swept_after_it(
    house: House, monkeypatch: pytest.MonkeyPatch, lands: str, booked: str
) -> None:
    key = house.drop(A, "a.xml", GOOD)
    arrives(monkeypatch, house, lands)
    with house.open() as home:
        run(home, house.at("2026-04-02T21:05"), by_clock=True)
    (order,) = house.orders(key)
    assert str(order.booking_date) == booked


def test_a_kill_after_the_taking_keeps_the_stamp(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    key = house.drop(A, "a.xml", GOOD)
    arrived = changed(path_of(house))

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("sepa.pipeline.claim.copy_hashed", killed)
        with pytest.raises(KeyboardInterrupt):
            take(house, arrived + SWEPT_AFTER)
    take(house, arrived + A_DAY)
    assert house.file(key).received_at == arrived


# --- the answer names the moment ---


def test_the_status_report_names_the_moment_of_receipt(house: House) -> None:
    key = house.drop(A, "a.xml", GOOD)
    house.run()
    told = house.status_report(key).texts("OrgnlGrpInfAndSts/StsRsnInf/AddtlInf")
    assert told == ["Received 2026-04-02T10:00:00+02:00"]
    house.drop(A, "b.xml", GOOD)
    house.run("2026-04-02T11:30")
    (again,) = [path for path in house.published(key, "repeat:") if path.suffix == ".xml"]
    assert "Received 2026-04-02T11:30:00+02:00" in StatusReport(again).sentences


# --- maintenance ---


def pause(house: House, mode: str = "store_only") -> None:
    house.set_profile(ebanking={"maintenance_mode": mode})
    (house.root / "reference" / "maintenance.txt").write_text("new disks")


def test_in_maintenance_a_file_is_stored_and_acknowledged_and_its_receipt_counts(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """EB-08: handed in at 20:50 during maintenance, processed at 22:00, counts for the same day."""
    pause(house)
    key = house.drop(A, "a.xml", GOOD)
    arrives(monkeypatch, house, "2026-04-02T20:50")
    with house.open() as home:
        ran = run(home, house.at("2026-04-02T20:55"), by_clock=True)
        assert (len(ran.deliveries), ran.judged, ran.sealed.maintenance) == (1, (), True)
        assert batches(home, house.at(THURSDAY)) == []
    (receipt,) = house.published(key, "received")
    words = " ".join(receipt.read_text().split())
    assert "2 April 2026, 20:50" in words
    assert "as soon as our systems are open again" in words
    assert house.run("2026-04-02T20:58").published == ()  # told once
    (house.root / "reference" / "maintenance.txt").unlink()
    house.run("2026-04-02T22:00")
    (order,) = house.orders(key)
    assert (order.state, str(order.booking_date)) == ("paid", "2026-04-02")


def test_a_mode_that_takes_nothing_lets_files_wait(house: House) -> None:
    pause(house, "nothing")
    key = house.drop(A, "a.xml", GOOD)
    assert house.run().deliveries == ()
    assert path_of(house).exists()
    (house.root / "reference" / "maintenance.txt").unlink()
    house.run("2026-04-02T11:00")
    assert house.states(key) == {"REF-1": "paid"}


def test_nothing_is_paid_in_maintenance_and_all_of_it_afterwards(house: House) -> None:
    key = house.drop(A, "a.xml", GOOD)
    house.claim()
    with house.open() as home:
        judge_all(home, [key], at=house.at(THURSDAY))
    pause(house)
    house.run("2026-04-02T11:30")
    assert house.states(key) == {"REF-1": "waiting"}
    (house.root / "reference" / "maintenance.txt").unlink()
    house.run("2026-04-02T15:30")
    assert house.states(key) == {"REF-1": "paid"}


# --- a checksum that does not agree ---


def told(house: House, at: datetime.datetime, *, by_clock: bool = True) -> list[str]:
    with house.open() as home:
        return acknowledge(home, at, by_clock=by_clock)


def test_a_checksum_that_does_not_agree_is_told_once_and_after_a_while(house: House) -> None:
    house.drop(A, "a.xml", GOOD)
    house.drop(A, "a.xml.sha256", "0" * 64)
    there = arrived_at(path_of(house))
    assert told(house, there + PATIENCE - datetime.timedelta(microseconds=1)) == []
    (path,) = told(house, there + PATIENCE)
    words = " ".join((house.root / path).read_text().split())
    assert "0" * 64 in words.replace(" ", "")
    assert "is not taken" in words
    (house.root / path).unlink()  # its partner fetched it
    assert told(house, there + A_DAY) == []
    house.drop(A, "a.xml.sha256", "1" * 64)
    assert len(told(house, there + A_DAY)) == 1
    assert house.claim() == []


@pytest.mark.parametrize(
    "mark",
    [
        pytest.param("", id="still being written"),
        pytest.param(None, id="none"),
        pytest.param(GOOD, id="agrees"),
    ],
)
def test_nobody_is_told_of_a_checksum_that_may_still_agree(house: House, mark: str | None) -> None:
    house.drop(A, "a.xml", GOOD)
    if mark is not None:
        house.drop(A, "a.xml.sha256", hashlib.sha256(mark.encode()).hexdigest() if mark else "")
    assert told(house, house.at(THURSDAY), by_clock=False) == []


def test_by_another_clock_it_is_told_at_once(house: House) -> None:
    house.drop(A, "a.xml", GOOD)
    house.drop(A, "a.xml.sha256", "no checksum at all")
    assert len(told(house, house.at(THURSDAY), by_clock=False)) == 1
