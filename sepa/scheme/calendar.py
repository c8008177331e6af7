"""Working days: TARGET closing days, Slovak and Slovene rest days, by rule and by year.

TARGET is run by the Eurosystem; its closing days stand since 2002 (ECB decision of 14 December 2000).
Slovak rest days: Act 241/1993 as amended. Slovene rest days: the Act on public holidays and days off (Zakon o
praznikih in dela prostih dneh v Republiki Sloveniji, 1991, as amended). Bank terms DAT-06, DAT-08, item D-24. Years
before 2002 are answered by the rules of 2002.

A payment day is counted in whole dates; nothing here knows an hour.
"""

import datetime
from calendar import monthrange
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

import msgspec

Basis = Literal["target", "national", "target_and_national"]

_DAY = datetime.timedelta(days=1)
_SATURDAY = 5


@lru_cache(maxsize=256)
def easter(year: int) -> datetime.date:
    """Easter Sunday of the Gregorian calendar, for any year of a date."""
    century = year // 100
    leaps = century - century // 4 - (8 * century + 13) // 25
    epact = (19 * (year % 19) + leaps + 15) % 30
    # The two latest full moons are brought forward a day, as the church tables have it.
    full_moon = epact - (epact // 28) * (1 - (29 // (epact + 1)) * ((21 - year % 19) // 11))
    weekday = (year + year // 4 + full_moon + 2 - century + century // 4) % 7
    days_from_march_28 = full_moon - weekday
    month = 3 + (days_from_march_28 + 40) // 44
    return datetime.date(year, month, days_from_march_28 + 28 - 31 * (month // 4))


def target_closing_days(year: int) -> frozenset[datetime.date]:
    """TARGET's closing days of a year besides weekends; some may fall on one. No substitute days."""
    sunday = easter(year)
    fixed = ((1, 1), (5, 1), (12, 25), (12, 26))
    return frozenset({sunday - 2 * _DAY, sunday + _DAY, *(datetime.date(year, *day) for day in fixed)})


def slovak_rest_days(year: int) -> frozenset[datetime.date]:
    """Public holidays and other rest days of Slovakia besides weekends; some may fall on one."""
    sunday = easter(year)
    return frozenset({sunday - 2 * _DAY, sunday + _DAY, *_of_year(_SLOVAK_REST_DAYS, year)})


def slovene_rest_days(year: int) -> frozenset[datetime.date]:
    """Public holidays and other rest days of Slovenia besides weekends; some may fall on one, Easter and Whitsun do."""
    sunday = easter(year)
    return frozenset({sunday, sunday + _DAY, sunday + 49 * _DAY, *_of_year(_SLOVENE_REST_DAYS, year)})


def _of_year(table: "_Fixed", year: int) -> Iterator[datetime.date]:
    for month, day, first, last, but_not_in in table:
        if first <= year <= last and year not in but_not_in:
            yield datetime.date(year, month, day)


# Month, day, first year, last year, years without. Amendments that turned rest days into working days:
# 1 September from 2024 (Act 530/2023); 17 November from 2025; 8 May and 15 September in 2026 only
# (Act 261/2025). 30 October 2018 was a single day, a hundred years after the Martin Declaration.
_Fixed = tuple[tuple[int, int, int, int, tuple[int, ...]], ...]
_SLOVAK_REST_DAYS: _Fixed = (
    (1, 1, 1, 9999, ()),
    (1, 6, 1, 9999, ()),
    (5, 1, 1, 9999, ()),
    (5, 8, 1, 9999, (2026,)),
    (7, 5, 1, 9999, ()),
    (8, 29, 1, 9999, ()),
    (9, 1, 1, 2023, ()),
    (9, 15, 1, 9999, (2026,)),
    (10, 30, 2018, 2018, ()),
    (11, 1, 1, 9999, ()),
    (11, 17, 1, 2024, ()),
    (12, 24, 1, 9999, ()),
    (12, 25, 1, 9999, ()),
    (12, 26, 1, 9999, ()),
)

# 2 January was a working day from 2013 to 2016; 14 August 2023 was a single day of solidarity after the floods.
_SLOVENE_REST_DAYS: _Fixed = (
    (1, 1, 1, 9999, ()),
    (1, 2, 1, 9999, (2013, 2014, 2015, 2016)),
    (2, 8, 1, 9999, ()),
    (4, 27, 1, 9999, ()),
    (5, 1, 1, 9999, ()),
    (5, 2, 1, 9999, ()),
    (6, 25, 1, 9999, ()),
    (8, 14, 2023, 2023, ()),
    (8, 15, 1, 9999, ()),
    (10, 31, 1, 9999, ()),
    (11, 1, 1, 9999, ()),
    (12, 25, 1, 9999, ()),
    (12, 26, 1, 9999, ()),
)

_REST_DAYS_OF = {"SK": slovak_rest_days, "SI": slovene_rest_days}


def months_after(day: datetime.date, months: int) -> datetime.date:
    """The same day `months` later, or the last of that month (29 February becomes 28)."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return datetime.date(year, month, min(day.day, monthrange(year, month)[1]))


def is_target_day(day: datetime.date) -> bool:
    """Whether TARGET settles on `day`."""
    return _TARGET.is_working_day(day)


def is_slovak_rest_day(day: datetime.date) -> bool:
    """Whether Slovakia rests on `day`: a weekend, a public holiday or another rest day."""
    return not _SLOVAK.is_working_day(day)


class WorkingDays(msgspec.Struct, frozen=True):
    """A calendar that answers which days are worked; made by `working_days`.

    The last day a date can name, 9999-12-31, and the first, 0001-01-01, are walls: a walk that
    would pass them ends there, so that no date a customer may write is an error here.
    """

    basis: Basis
    country: str

    def is_working_day(self, day: datetime.date) -> bool:
        """Whether payments are worked on `day`."""
        return day.weekday() < _SATURDAY and day not in _closed(self.basis, self.country, day.year)

    def roll_forward(self, day: datetime.date) -> datetime.date:
        """`day` itself if it is a working day, else the next one: the convention is always "following"."""
        return day if self.is_working_day(day) else self.add(day, 1)

    def add(self, day: datetime.date, n: int) -> datetime.date:
        """The n-th working day after `day`, before it for a negative n, `day` not counted; 0 gives `day`.

        Five working days before a due date is `add(due, -5)`, whether or not the due date is a working day.
        """
        return _add(self, day, n)


@lru_cache(maxsize=16)
def working_days(basis: Basis, country: str = "SK") -> WorkingDays:
    """The calendar of a basis: `target`, `national` (of `country`), or days that both work.

    A basis that is not one of the three, or a country without a table of rest days where one is
    needed, is a ValueError: a calendar is never guessed.
    """
    if basis not in ("target", "national", "target_and_national"):
        raise ValueError(f"no calendar is built on {basis!r}")
    if basis == "target":
        return WorkingDays(basis, "")
    if country not in _REST_DAYS_OF:
        raise ValueError(f"no rest days are known for {country!r}")
    return WorkingDays(basis, country)


@lru_cache(maxsize=512)
def _closed(basis: Basis, country: str, year: int) -> frozenset[datetime.date]:
    days: frozenset[datetime.date] = frozenset()
    if basis != "national":
        days |= target_closing_days(year)
    if basis != "target":
        days |= _REST_DAYS_OF[country](year)
    return days


@lru_cache(maxsize=8_192)
def _add(calendar: WorkingDays, day: datetime.date, n: int) -> datetime.date:
    step, wall = (_DAY, datetime.date.max) if n > 0 else (-_DAY, datetime.date.min)
    left = abs(n)
    while left and day != wall:
        day += step
        left -= calendar.is_working_day(day)
    return day


_TARGET = working_days("target")
_SLOVAK = working_days("national", "SK")
