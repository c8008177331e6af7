"""Which days count: the bank's own, the clearing's, and whole months on."""

import calendar
import datetime

from sepa.model.profile import Profile
from sepa.scheme.calendar import WorkingDays, working_days


def bank_days(profile: Profile) -> WorkingDays:
    """The working days of the bank itself: receipt, lead times, consents, on-us bookings (DAT-06, A-28)."""
    return working_days(profile.calendar.working_day_basis, profile.calendar.national)


def settlement_days(profile: Profile) -> WorkingDays:
    """The days on which money moves between banks: the bank's working days on which TARGET is open too."""
    basis = profile.calendar.working_day_basis
    between_banks = "target_and_national" if basis == "national" else basis
    return working_days(between_banks, profile.calendar.national)


def months_after(day: datetime.date, months: int) -> datetime.date:
    """The same day `months` later, or the last of that month (29 February becomes 28)."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
