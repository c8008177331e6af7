"""The calendar: every example of the bank's terms, then the `holidays` package as second opinion."""

import datetime
from typing import Any

import holidays
import pytest
import QuantLib
from dateutil.easter import easter as dateutil_easter
from hypothesis import given
from hypothesis import strategies as st

from sepa.scheme.calendar import (
    Basis,
    easter,
    is_slovak_rest_day,
    is_target_day,
    slovak_rest_days,
    slovene_rest_days,
    target_closing_days,
    working_days,
)

BOTH = working_days("target_and_national", "SK")
TARGET = working_days("target")
SLOVAK = working_days("national", "SK")


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def every_day(year: int) -> list[datetime.date]:
    first = datetime.date(year, 1, 1)
    return [first + datetime.timedelta(n) for n in range((datetime.date(year + 1, 1, 1) - first).days)]


def closed_for(calendar: Any, year: int) -> set[datetime.date]:
    """Days on which a calendar of QuantLib's does no business, weekends included."""
    return {
        day
        for day in every_day(year)
        if not calendar.isBusinessDay(QuantLib.Date(day.day, day.month, day.year))
    }


@pytest.mark.parametrize(
    ("basis", "start", "n", "end"),
    [
        pytest.param(
            "target_and_national", "2026-12-23", 1, "2026-12-28", id="DAT-06 Christmas Eve is a rest day"
        ),
        pytest.param("target", "2026-12-23", 1, "2026-12-24", id="DAT-06 TARGET works on Christmas Eve"),
        pytest.param("target_and_national", "2026-01-05", 1, "2026-01-07", id="DAT-06 Epiphany"),
        pytest.param("target", "2026-01-05", 1, "2026-01-06", id="DAT-06 TARGET works on Epiphany"),
        pytest.param("target_and_national", "2026-04-02", 1, "2026-04-07", id="DAT-09 over Easter"),
        pytest.param("target_and_national", "2026-04-13", -5, "2026-04-02", id="DDL-01 first and one-off"),
        pytest.param("target_and_national", "2026-04-13", -6, "2026-04-01", id="DDL-04 last lodging"),
        pytest.param("target_and_national", "2026-04-13", -2, "2026-04-09", id="DDL-02 following"),
        pytest.param("target_and_national", "2026-04-08", -2, "2026-04-02", id="DDL-02 holidays are skipped"),
        pytest.param("target_and_national", "2026-04-13", -1, "2026-04-10", id="DDL-01 today's scheme"),
        pytest.param("target_and_national", "2026-04-12", -1, "2026-04-10", id="back from a Sunday"),
        pytest.param("target_and_national", "2026-04-12", 1, "2026-04-13", id="on from a Sunday"),
        pytest.param("target_and_national", "2026-04-12", 0, "2026-04-12", id="no step is no move"),
        pytest.param("national", "2026-05-07", 1, "2026-05-08", id="D-24 8 May 2026 is worked"),
        pytest.param("national", "2027-05-07", 1, "2027-05-10", id="D-24 8 May 2027 is a Saturday anyway"),
        pytest.param("target", "9999-12-31", 3, "9999-12-31", id="the last day there is"),
        pytest.param("target", "0001-01-01", -3, "0001-01-01", id="the first day there is"),
    ],
)
def test_add(basis: Basis, start: str, n: int, end: str) -> None:
    assert working_days(basis, "SK").add(day(start), n) == day(end)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param("2026-04-02", "2026-04-02", id="a working day stays"),
        pytest.param("2026-04-03", "2026-04-07", id="DAT-08, DDL-06 Good Friday"),
        pytest.param("2026-04-11", "2026-04-13", id="DAT-08 Saturday"),
        pytest.param("2026-12-24", "2026-12-28", id="DAT-08 Christmas Eve"),
        pytest.param("2026-01-31", "2026-02-02", id="into the next month, never back"),
        pytest.param("2026-12-31", "2026-12-31", id="New Year's Eve is worked"),
        pytest.param("2027-01-01", "2027-01-04", id="New Year"),
    ],
)
def test_roll_forward(start: str, end: str) -> None:
    assert BOTH.roll_forward(day(start)) == day(end)


@pytest.mark.parametrize(
    ("on", "rests"),
    [
        pytest.param("2023-09-01", True, id="D-24 1 September, last year at rest"),
        pytest.param("2025-09-01", False, id="D-24 1 September, worked since 2024"),
        pytest.param("2022-11-17", True, id="D-24 17 November, at rest"),
        pytest.param("2025-11-17", False, id="D-24 17 November, worked since 2025"),
        pytest.param("2025-05-08", True, id="D-24 8 May, the year before"),
        pytest.param("2026-05-08", False, id="D-24 8 May, worked in 2026"),
        pytest.param("2028-05-08", True, id="D-24 8 May, at rest again"),
        pytest.param("2025-09-15", True, id="D-24 15 September, the year before"),
        pytest.param("2026-09-15", False, id="D-24 15 September, worked in 2026"),
        pytest.param("2027-09-15", True, id="D-24 15 September, at rest again"),
        pytest.param("2018-10-30", True, id="a single day in 2018"),
        pytest.param("2019-10-30", False, id="not the year after"),
        pytest.param("2026-01-06", True, id="Epiphany"),
        pytest.param("2026-12-24", True, id="Christmas Eve"),
        pytest.param("2026-04-11", True, id="Saturday"),
    ],
)
def test_slovak_rest_days(on: str, rests: bool) -> None:
    assert is_slovak_rest_day(day(on)) is rests


@pytest.mark.parametrize("year", [2024, 2025])
def test_days_by_year_that_fall_on_a_weekend_are_still_told_apart(year: int) -> None:
    assert (datetime.date(year, 9, 1) in slovak_rest_days(year)) is False
    assert (datetime.date(year, 11, 17) in slovak_rest_days(year)) is (year == 2024)


@pytest.mark.parametrize(
    ("year", "weekday_closings"),
    [
        pytest.param(2026, ["01-01", "04-03", "04-06", "05-01", "12-25"], id="2026"),
        pytest.param(
            2027, ["01-01", "03-26", "03-29"], id="2027, most fall on weekends and none is made up for"
        ),
        pytest.param(2029, ["01-01", "03-30", "04-02", "05-01", "12-25", "12-26"], id="2029"),
    ],
)
def test_target_closing_days(year: int, weekday_closings: list[str]) -> None:
    closings = sorted(closed for closed in target_closing_days(year) if closed.weekday() < 5)
    assert closings == [day(f"{year}-{text}") for text in weekday_closings]
    assert not any(is_target_day(closed) for closed in closings)


@pytest.mark.parametrize("year", range(2002, 2100))
def test_agrees_with_the_holidays_package(year: int) -> None:
    """From 2002 to 2099 there is no difference, weekend days included."""
    assert target_closing_days(year) == set(holidays.financial_holidays("XECB", years=year))
    assert slovak_rest_days(year) == set(holidays.country_holidays("SK", years=year))
    assert slovene_rest_days(year) == set(holidays.country_holidays("SI", years=year))


@pytest.mark.parametrize("year", range(2002, 2100))
def test_target_agrees_with_quantlib(year: int) -> None:
    """From 2002 to 2099 there is no difference."""
    assert {day for day in every_day(year) if not is_target_day(day)} == closed_for(QuantLib.TARGET(), year)


@pytest.mark.parametrize("year", range(2002, 2100))
def test_slovak_rest_days_agree_with_quantlib(year: int) -> None:
    """QuantLib knows the stock exchange of Bratislava, which has not heard of the newer laws; the rest is the same.

    At the turn of 2004 and 2005 the exchange also rested between the years. Days that were given back to work
    (1 September, 17 November, and 8 May and 15 September of 2026) are days of rest there; 30 October 2018 is not.
    """
    exchange = closed_for(QuantLib.Slovakia(), year)
    desk = {day for day in every_day(year) if is_slovak_rest_day(day)}
    given_back = {(9, 1): year >= 2024, (11, 17): year >= 2025, (5, 8): year == 2026, (9, 15): year == 2026}
    told = {datetime.date(year, *on) for on, worked in given_back.items() if worked}
    if year in (2004, 2005):
        told |= {datetime.date(year, 12, on) for on in range(27, 32)}
    assert exchange - desk == {day for day in told if day.weekday() < 5}
    assert desk - exchange == ({datetime.date(2018, 10, 30)} if year == 2018 else set())


@pytest.mark.parametrize("year", range(2002, 2100))
def test_slovene_rest_days_agree_with_quantlib(year: int) -> None:
    """QuantLib knows the stock exchange of Ljubljana, which also rests on Good Friday and before the feasts of winter.

    It is open on 8 February, 27 April and 1 November, and has heard neither of the years in which 2 January was a
    working day nor of 14 August 2023.
    """
    exchange = closed_for(QuantLib.Slovenia(), year)
    desk = {day for day in every_day(year) if day.weekday() > 4 or day in slovene_rest_days(year)}
    own = {easter(year) - datetime.timedelta(2), datetime.date(year, 12, 24), datetime.date(year, 12, 31)}
    assert exchange - desk <= own | {datetime.date(year, 1, 2)}
    untold = {(2, 8), (4, 27), (8, 14), (11, 1)}
    assert {(day.month, day.day) for day in desk - exchange} <= untold


def test_easter_agrees_with_dateutil() -> None:
    assert [easter(year) for year in range(1583, 4100)] == [
        dateutil_easter(year) for year in range(1583, 4100)
    ]


@pytest.mark.parametrize(
    ("basis", "country"),
    [
        pytest.param("national", "CZ", id="no rest days known"),
        pytest.param("target_and_national", "", id="no country"),
        pytest.param("bank", "SK", id="no such basis"),
    ],
)
def test_a_calendar_is_never_guessed(basis: Basis, country: str) -> None:
    with pytest.raises(ValueError, match=r"known|built"):
        working_days(basis, country)


days = st.dates(datetime.date(1990, 1, 1), datetime.date(2100, 1, 1))
calendars = st.sampled_from([TARGET, SLOVAK, BOTH])


@given(calendars, days)
def test_rolling_lands_on_the_nearest_working_day_and_stays(
    calendar: type(BOTH), start: datetime.date
) -> None:
    end = calendar.roll_forward(start)
    assert calendar.is_working_day(end)
    assert calendar.roll_forward(end) == end
    assert not any(calendar.is_working_day(start + datetime.timedelta(n)) for n in range((end - start).days))


@given(calendars, days, st.integers(1, 30))
def test_steps_forward_and_back_undo_each_other(calendar: type(BOTH), start: datetime.date, n: int) -> None:
    working = calendar.roll_forward(start)
    assert calendar.add(calendar.add(working, n), -n) == working
    assert calendar.add(calendar.add(working, 1), n - 1) == calendar.add(working, n)


@given(st.dates())
def test_both_work_when_each_works_and_no_date_is_an_error(on: datetime.date) -> None:
    assert BOTH.is_working_day(on) == (TARGET.is_working_day(on) and SLOVAK.is_working_day(on))
    BOTH.roll_forward(on)
