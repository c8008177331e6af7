"""Under which day is booked, and when the books are closed: DAT-07, CUT-11, EB-04."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from sepa.model.reference import BankingDay
from sepa.schedule import books_day, day_of_limits, next_books_day, waits_for_opening
from tests.build import OTP

ZONE = ZoneInfo("Europe/Bratislava")


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(f"2026-{text}").replace(tzinfo=ZONE)


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(f"2026-{text}")


def told(*lines: tuple[str, str, str | None]) -> tuple[BankingDay, ...]:
    return tuple(BankingDay(day(a), at(b), at(c) if c else None) for a, b, c in lines)


WEDNESDAY = ("04-08", "04-08T03:05", "04-08T22:10")
THURSDAY = ("04-09", "04-09T03:02", "04-09T21:40")
OPEN_THURSDAY = ("04-09", "04-09T03:02", None)
FRIDAY = ("04-10", "04-10T03:07", None)


@pytest.mark.parametrize(
    ("instant", "lines", "booked"),
    [
        pytest.param("04-10T00:40", [WEDNESDAY, OPEN_THURSDAY], "04-09", id="DAT-07 the core date is still Thursday"),
        pytest.param("04-10T00:40", [THURSDAY], None, id="CUT-11 its books are closed"),
        pytest.param("04-09T21:39:59", [THURSDAY], "04-09", id="CUT-11 a second before day end"),
        pytest.param("04-09T21:40", [THURSDAY], None, id="CUT-11 day end"),
        pytest.param("04-10T03:06:59", [THURSDAY, FRIDAY], None, id="CUT-11 03:00 has passed, the signal has not come"),
        pytest.param("04-10T03:07", [THURSDAY, FRIDAY], "04-10", id="CUT-11 the signal"),
        pytest.param("04-09T22:30", [OPEN_THURSDAY], "04-09", id="the core system works on after 21:30"),
        pytest.param("04-09T12:00", [WEDNESDAY, THURSDAY], "04-09", id="asked later about then, the same"),
        pytest.param("04-07T10:00", [OPEN_THURSDAY], None, id="before the first line nothing is known"),
        pytest.param("04-10T23:59:59", [OPEN_THURSDAY], "04-09", id="silent for a day"),
        pytest.param("04-13T00:00", [OPEN_THURSDAY], None, id="silent for two: nothing is posted"),
        pytest.param("04-07T10:00", [("04-02", "04-02T03:00", None)], "04-02", id="over Easter it may stand still"),
        pytest.param("04-09T20:00", [("04-10", "04-09T19:30", None)], "04-10", id="already on the next day"),
        pytest.param("04-09T20:00", [("04-13", "04-09T19:30", None)], None, id="two days ahead is a mistake"),
        pytest.param("04-09T23:10", None, "04-09", id="without the table the clock, at night too"),
        pytest.param("04-10T00:00", None, "04-10", id="which changes at midnight"),
    ],
)  # fmt: skip
def test_under_which_day_is_booked(
    instant: str, lines: list[tuple[str, str, str | None]] | None, booked: str | None
) -> None:
    known = told(*lines) if lines is not None else None
    assert books_day(at(instant), known, OTP) == (day(booked) if booked else None)


def test_a_bank_whose_core_system_is_not_asked_goes_by_the_clock() -> None:
    bank = replace(OTP, calendar=replace(OTP.calendar, banking_date_source="calendar"))
    instant, lines = at("04-10T00:40"), told(OPEN_THURSDAY)
    assert (books_day(instant, lines, OTP), books_day(instant, lines, bank)) == (day("04-09"), day("04-10"))
    assert not waits_for_opening(at("04-09T23:10"), told(THURSDAY), bank)
    assert next_books_day(at("04-09T23:10"), told(THURSDAY), bank) == day("04-09")
    assert day_of_limits(at("04-10T00:30"), lines, bank) == day("04-10")


@pytest.mark.parametrize(
    ("hour", "evening"),
    [
        pytest.param("21:29:59", False, id="CUT-11 before 21:30 a Friday's end waits for the same day"),
        pytest.param(
            "21:30:00", True, id="CUT-11 from 21:30 on the morning is Saturday's, which opens nothing"
        ),
    ],
)
def test_from_when_an_evening_belongs_to_the_next_day(hour: str, evening: bool) -> None:
    closed = told(("04-10", "04-10T03:07", "04-10T20:00"))
    assert waits_for_opening(at(f"04-10T{hour}"), closed, OTP) is not evening
    no_night = replace(OTP, calendar=replace(OTP.calendar, reduced_service_window=None))
    assert waits_for_opening(at(f"04-10T{hour}"), closed, no_night)


@pytest.mark.parametrize(
    ("instant", "lines", "booked"),
    [
        pytest.param("04-09T12:00", None, "04-09", id="while the books are open"),
        pytest.param("04-11T12:00", None, "04-13", id="on a Saturday"),
        pytest.param("04-10T00:30", None, "04-10", id="after midnight the new one"),
        pytest.param("04-10T23:10", [(*FRIDAY[:2], "04-10T22:00")], "04-13", id="on a Friday night Monday"),
        pytest.param("04-09T23:10", [THURSDAY], "04-10", id="after day end the next"),
        pytest.param("04-10T00:40", [OPEN_THURSDAY], "04-09", id="on a working night still that"),
        pytest.param("04-20T10:00", [THURSDAY], "04-20", id="a core system that fell silent"),
        pytest.param("04-08T10:00", [THURSDAY], "04-08", id="before its first word"),
    ],
)
def test_when_the_order_of_a_person_is_booked(
    instant: str, lines: list[tuple[str, str, str | None]] | None, booked: str
) -> None:
    assert next_books_day(at(instant), told(*lines) if lines else None, OTP) == day(booked)


@pytest.mark.parametrize(
    ("instant", "lines", "waits"),
    [
        pytest.param("04-09T23:10", [THURSDAY], True, id="CUT-11 Thu 9 April 23:10"),
        pytest.param("04-10T03:06", [THURSDAY, FRIDAY], True, id="CUT-11 until the signal"),
        pytest.param("04-10T03:07", [THURSDAY, FRIDAY], False, id="CUT-11 after the signal"),
        pytest.param("04-09T12:00", [THURSDAY], False, id="by day"),
        pytest.param("04-10T23:10", [(*FRIDAY[:2], "04-10T22:00")], False, id="before a Saturday nothing opens"),
        pytest.param("04-11T12:00", [(*FRIDAY[:2], "04-10T22:00")], False, id="on a Saturday"),
        pytest.param("04-12T23:10", [(*FRIDAY[:2], "04-10T22:00")], True, id="before Monday"),
        pytest.param("04-09T23:10", None, False, id="without the core system's word"),
    ],
)  # fmt: skip
def test_whether_files_wait(
    instant: str, lines: list[tuple[str, str, str | None]] | None, waits: bool
) -> None:
    assert waits_for_opening(at(instant), told(*lines) if lines else None, OTP) == waits


@pytest.mark.parametrize(
    ("instant", "lines", "counts"),
    [
        pytest.param("04-09T20:00", [OPEN_THURSDAY], "04-09", id="EB-04 at 20:00"),
        pytest.param("04-09T21:00:01", [OPEN_THURSDAY], "04-09", id="EB-04 the cut-off changes nothing"),
        pytest.param("04-10T00:30", [OPEN_THURSDAY], "04-09", id="EB-04 at 00:30, banking date unchanged"),
        pytest.param("04-10T00:30", [THURSDAY], "04-10", id="EB-04 after day end"),
        pytest.param("04-08T12:00", [OPEN_THURSDAY], "04-08", id="before the core system's first word"),
        pytest.param("04-09T21:00:01", None, "04-10", id="without it the cut-off"),
    ],
)
def test_on_which_day_a_limit_counts(
    instant: str, lines: list[tuple[str, str, str | None]] | None, counts: str
) -> None:
    assert day_of_limits(at(instant), told(*lines) if lines else None, OTP) == day(counts)
