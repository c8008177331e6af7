"""Hours of the day: receipt against the cut-off, and the bank's settlement windows.

Source: terms V.2.1(28), V.3.1(43), V.2.1(27); catalogue CUT-01 to CUT-14, FND-08.
"""

import datetime
from zoneinfo import ZoneInfo

from sepa.model.profile import OfOneBank, Profile
from sepa.schedule.days import bank_days
from sepa.scheme.calendar import WorkingDays


def local_instant(instant: datetime.datetime, profile: OfOneBank) -> datetime.datetime:
    """The same instant in the bank's zone (CUT-12). A ValueError if it has no zone of its own."""
    if instant.utcoffset() is None:
        raise ValueError(f"instant {instant.isoformat()} has no time zone")
    return instant.astimezone(ZoneInfo(profile.bank.timezone))


def is_on_time(local_time: datetime.time, cut_off: datetime.time | None) -> bool:
    """True up to and including the second of the cut-off (CUT-12); without a cut-off always (CUT-14)."""
    return cut_off is None or local_time.replace(microsecond=0, tzinfo=None) <= cut_off


def submission_day(
    received_at: datetime.datetime, cut_off: datetime.time | None, calendar: WorkingDays
) -> datetime.date:
    """The working day on which an order counts as handed in (CUT-02, CUT-04, DAT-08).

    `received_at` is in the bank's zone. After the cut-off, or on a day off, it is the next working day.
    """
    day = received_at.date()
    if calendar.is_working_day(day) and not is_on_time(received_at.time(), cut_off):
        return calendar.add(day, 1)
    return calendar.roll_forward(day)


def banking_day(received_at: datetime.datetime, profile: Profile) -> datetime.date:
    """The bank's own day at an instant: it changes at the cut-off for transfers in euro, and never on a day off.

    Source: otp-sk II "Banking day"; reading: where the core system names no date, it is the day of submission.
    """
    local = local_instant(received_at, profile)
    return submission_day(local, profile.cutoffs.sct.eur_account, bank_days(profile))


def cut_off_for_transfer(
    profile: Profile, account_currency: str, on_us_conversion: bool = False
) -> datetime.time:
    """The hour until which an electronic transfer counts for today.

    `account_currency` is the debtor account's (CUT-02, CUT-03). `on_us_conversion` is true for a EUR
    transfer between two accounts of ours of which at least one has another currency (CUT-08).
    """
    if on_us_conversion:
        return profile.cutoffs.on_us_conversion
    if account_currency == profile.scope.currency:
        return profile.cutoffs.sct.eur_account
    return profile.cutoffs.sct.fx_account


def time_to_cut_off(
    instant: datetime.datetime, profile: Profile, account_currency: str = "EUR"
) -> datetime.timedelta:
    """Real time until the next cut-off for transfers; zero at the very second, never negative."""
    local = local_instant(instant, profile).replace(microsecond=0)
    cut_off = cut_off_for_transfer(profile, account_currency)
    day = submission_day(local, cut_off, bank_days(profile))
    return _at(day, cut_off, profile).astimezone(datetime.UTC) - local.astimezone(datetime.UTC)


def windows_of(day: datetime.date, profile: Profile) -> list[datetime.datetime]:
    """The settlement windows of `day` in the bank's zone, earliest first; none on a day off."""
    if not bank_days(profile).is_working_day(day):
        return []
    return [_at(day, hour, profile) for hour in profile.clearing.windows]


def next_window(instant: datetime.datetime, profile: Profile) -> datetime.datetime:
    """The first window at `instant` or after it."""
    local = local_instant(instant, profile)
    day = bank_days(profile).roll_forward(local.date())
    for window in windows_of(day, profile):
        if window >= local:
            return window
    return windows_of(bank_days(profile).add(day, 1), profile)[0]


def is_final_window(instant: datetime.datetime, booking_date: datetime.date, profile: Profile) -> bool:
    """True when a lack of funds at `instant` is final for a payment booked on `booking_date` (FND-08).

    `instant` is the window being run. Final is the last window of the day, or the first where
    `funds.final_check` says so, and everything after it.
    """
    local = local_instant(instant, profile)
    if local.date() != booking_date:
        return local.date() > booking_date
    last = profile.funds.final_check == "last_run_of_day"
    decisive = profile.clearing.windows[-1 if last else 0]
    return local.time() >= decisive


def _at(day: datetime.date, hour: datetime.time, profile: Profile) -> datetime.datetime:
    return datetime.datetime.combine(day, hour, tzinfo=ZoneInfo(profile.bank.timezone))
