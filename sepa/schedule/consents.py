"""The days of a payer's consent and of a mandate.

Source: terms V.2.2(31), (33) to (35); catalogue DD-01, DD-03, DD-05, DD-07, DD-08, A-09;
Core rulebook, 36 months.
"""

import datetime
from typing import Literal

from sepa.model.profile import Profile
from sepa.schedule.days import bank_days
from sepa.scheme.calendar import months_after

Periodicity = Literal["weekly", "monthly", "quarterly", "half-yearly", "yearly"]

_MONTHS: dict[str, int] = {"monthly": 1, "quarterly": 3, "half-yearly": 6, "yearly": 12}


def consent_deadline(delivered_on: datetime.date, profile: Profile) -> datetime.date:
    """The last day to lodge the consent for a collection that is delivered on `delivered_on` (DD-01)."""
    days_before = profile.direct_debit.consent_deadline_working_days_before_delivery
    return bank_days(profile).add(delivered_on, -days_before)


def consent_effective_from(lodged_on: datetime.date, profile: Profile) -> datetime.date:
    """The first day on which a consent lodged on `lodged_on` counts (DD-03)."""
    return bank_days(profile).add(lodged_on, profile.direct_debit.consent_effective_after_working_days)


def cancellation_effective_from(cancelled_on: datetime.date, profile: Profile) -> datetime.date:
    """The first day on which a consent cancelled on `cancelled_on` no longer counts (DD-07, DD-08)."""
    return bank_days(profile).add(
        cancelled_on, profile.direct_debit.cancellation_effective_after_working_days
    )


def period_of(day: datetime.date, periodicity: Periodicity) -> tuple[datetime.date, datetime.date]:
    """First and last day of the calendar period `day` lies in (DD-05, A-09). A week begins on Monday."""
    if periodicity == "weekly":
        monday = day - datetime.timedelta(days=day.weekday())
        return monday, monday + datetime.timedelta(days=6)
    months = _MONTHS[periodicity]
    first = datetime.date(day.year, (day.month - 1) // months * months + 1, 1)
    return first, months_after(first, months) - datetime.timedelta(days=1)


def mandate_lapsed(last_collected_on: datetime.date, due: datetime.date, months: int) -> bool:
    """True when `due` is more than `months` after the last collection: the mandate is no longer good."""
    return due > months_after(last_collected_on, months)
