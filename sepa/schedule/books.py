"""The day to which the core system is set, and the hours in which its books are closed.

Source: terms II "Banking day", VI.2(13); catalogue DAT-07, CUT-11, EB-04.
"""

import datetime
from collections.abc import Sequence

from sepa.model.profile import Profile
from sepa.model.reference import BankingDay
from sepa.schedule.clock import banking_day, local_instant
from sepa.schedule.days import bank_days

Told = Sequence[BankingDay] | None
"""What the core system told of its days, oldest first; None where it tells nothing."""


def books_day(instant: datetime.datetime, told: Told, profile: Profile) -> datetime.date | None:
    """The day under which is booked what is posted at an aware instant; None while the books are closed.

    The core system's word counts while it can be true: a day that is neither the last working day before the local
    one, nor a later one, up to the next working day, is taken for a system that has fallen silent, and nothing is
    posted. Where it tells nothing at all it is the local day.
    """
    local = local_instant(instant, profile)
    told = _counting(told, profile)
    if told is None:
        return local.date()
    last = _last(told, instant)
    if last is None or (last.closed_at is not None and last.closed_at <= instant):
        return None
    calendar = bank_days(profile)
    believable = calendar.add(local.date(), -1) <= last.day <= calendar.add(local.date(), 1)
    return last.day if believable else None


def next_books_day(instant: datetime.datetime, told: Told, profile: Profile) -> datetime.date:
    """The working day under which is booked what a person orders at an instant: today's while the books are open, else
    the day that opens next."""
    day, calendar = books_day(instant, told, profile), bank_days(profile)
    if day is not None:
        return calendar.roll_forward(day)
    today = calendar.roll_forward(local_instant(instant, profile).date())
    last = _last(told or (), instant)
    return max(today, calendar.add(last.day, 1)) if last is not None else today


def waits_for_opening(instant: datetime.datetime, told: Told, profile: Profile) -> bool:
    """Whether files of this instant are kept until the core system opens its day (CUT-11).

    On a day off, and in the night before one, nothing opens: files are judged when they come. So they are where the
    core system says nothing.
    """
    if _counting(told, profile) is None or books_day(instant, told, profile) is not None:
        return False
    return bank_days(profile).is_working_day(_morning(instant, profile))


def day_of_limits(received_at: datetime.datetime, told: Told, profile: Profile) -> datetime.date:
    """The banking day on which an order counts as ordered: the core system's, where it told one by then (EB-04)."""
    told = _counting(told, profile)
    if told is None or _last(told, received_at) is None:
        return banking_day(received_at, profile)
    return next_books_day(received_at, told, profile)


def _counting(told: Told, profile: Profile) -> Told:
    return told if profile.calendar.banking_date_source == "core_system" else None


def _last(told: Sequence[BankingDay], instant: datetime.datetime) -> BankingDay | None:
    opened = [each for each in told if each.opened_at <= instant]
    return opened[-1] if opened else None


def _morning(instant: datetime.datetime, profile: Profile) -> datetime.date:
    """The day on whose morning the books open next, as the clock has it."""
    local, night = local_instant(instant, profile), profile.calendar.reduced_service_window
    return local.date() + datetime.timedelta(days=night is not None and local.time() >= night.start)
