"""The days of a credit transfer.

Source: terms V.1(7), V.2.1(23) to (29); catalogue DAT-01 to DAT-09, EXE-01, EXE-02, EXE-05, FND-07, REV-01
and the readings A-04, A-05, A-07, A-11, A-22, A-27.
"""

import datetime

from sepa.model.dating import Dated, Move, Refusal
from sepa.model.journal import RecallReason
from sepa.model.profile import Profile
from sepa.model.reference import Account
from sepa.model.verdict import Route
from sepa.schedule.clock import cut_off_for_transfer, is_on_time, local_instant, submission_day, windows_of
from sepa.schedule.days import bank_days, settlement_days
from sepa.scheme.calendar import months_after


def date_transfer(
    requested_on: datetime.date | None,
    received_at: datetime.datetime,
    *,
    profile: Profile,
    account_currency: str,
    route: Route,
    on_us_conversion: bool = False,
) -> Dated | Refusal:
    """Date one transfer, or say why it cannot be dated.

    `received_at` is any aware instant. `account_currency` is the debtor account's; `on_us_conversion`
    as in `cut_off_for_transfer`. The year ahead (DAT-03) runs from the day the order counts as handed in.
    """
    local = local_instant(received_at, profile)
    arrived_on = local.date()
    calendar = bank_days(profile)
    cut_off = cut_off_for_transfer(profile, account_currency, on_us_conversion)
    submitted_on = submission_day(local, cut_off, calendar)
    asked_for = requested_on or arrived_on
    conversion = on_us_conversion or account_currency != profile.scope.currency
    terms = profile.orders.due_date
    same_day = conversion and terms.with_conversion == "same_day"

    last_possible = months_after(submitted_on, 12 * terms.max_years_ahead)
    due = submitted_on
    moves: tuple[Move, ...] = ()
    if asked_for < arrived_on:
        if terms.past == "reject":
            return Refusal(
                "DAT-04" if same_day else "DAT-03", "CH04", "past", asked_for, submitted_on, submitted_on
            )
        moves = (Move("DAT-03", "DT06", "past", asked_for, due),)
    elif asked_for > last_possible:
        return Refusal("DAT-03", "CH03", "too-far", asked_for, last_possible, submitted_on)
    elif (rolled := calendar.roll_forward(asked_for)) < submitted_on:
        if profile.cutoffs.late_action == "reject":
            return Refusal("DAT-09", "TM01", "late", asked_for, submitted_on, submitted_on, cut_off)
        moves = (
            Move("CUT-04" if requested_on is None else "DAT-09", "DT06", "late", asked_for, due, cut_off),
        )
    elif same_day and rolled != submitted_on:
        return Refusal("DAT-04", "DT04", "not-same-day", asked_for, submitted_on, submitted_on)
    elif (due := rolled) != asked_for:
        moves = (Move("DAT-08", "DT06", "non-working-day", asked_for, due),)

    # Debited on the due date, which is the legal receipt as well (EXE-05, DAT-05, A-22).
    settles_on = due if route == "on-us" else interbank_day(local, due, profile)
    return Dated(submitted_on, due, due, settles_on, moves)


def interbank_day(
    ready_at: datetime.datetime, booking_date: datetime.date, profile: Profile
) -> datetime.date:
    """The interbank settlement day of a payment booked on `booking_date` that is ready at `ready_at`.

    It is the booking date when the clearing is open then and a window that settles the same day is still
    to come, else the next day between banks: never more than one working day later (EXE-01).
    """
    local = local_instant(ready_at, profile)
    calendar = settlement_days(profile)
    day = max(booking_date, local.date())
    if not calendar.is_working_day(day):
        return calendar.roll_forward(day)
    same_day = [hour for hour in profile.clearing.windows if hour <= profile.clearing.interbank_until]
    if same_day and (local.date() < day or is_on_time(local.time(), same_day[-1])):
        return day
    return calendar.add(day, 1)


def in_time_until(booking_date: datetime.date, profile: Profile) -> datetime.datetime | None:
    """The last window that still brings a transfer of `booking_date` to the other bank as promised (EXE-01).

    None where no window from its day on does.
    """
    bound = profile.execution.interbank_max_working_days
    latest = settlement_days(profile).add(booking_date, bound)
    day = latest
    while day >= booking_date:
        for window in reversed(windows_of(day, profile)):
            if interbank_day(window, booking_date, profile) <= latest:
                return window
        day -= datetime.timedelta(days=1)
    return None


def last_retry_day(booking_date: datetime.date, days: int) -> datetime.date:
    """The last calendar day of the agreed retries (FND-07); the booking date itself when `days` is 0."""
    return booking_date + datetime.timedelta(days=days)


def retry_days(account: Account, profile: Profile) -> int:
    """For how many calendar days an order of this account is tried again: as agreed, within the terms (FND-07)."""
    retry = profile.funds.retry
    return min(account.retry_days or retry.default_days, retry.max_days)


def last_attempt_day(booking_date: datetime.date, days: int, profile: Profile) -> datetime.date:
    """The last working day inside the retries: a holiday at their end does not extend them (A-05)."""
    calendar = bank_days(profile)
    return calendar.add(last_retry_day(booking_date, days) + datetime.timedelta(days=1), -1)


def recall_deadline(reason: RecallReason, settled_on: datetime.date, profile: Profile) -> datetime.date:
    """The last day on which a transfer settled on `settled_on` may be asked back.

    Source: SCT rulebook on recalls and requests for recall by the originator; periods in the profile.
    """
    periods = profile.revocation.recall
    if reason in ("DUPL", "TECH"):
        return settlement_days(profile).add(settled_on, periods.bank_fault_days)
    return months_after(settled_on, periods.months)


def revocation_deadline(booking_date: datetime.date, profile: Profile) -> datetime.date:
    """The last day on which a transfer can be withdrawn: the working day before its due date (REV-01)."""
    return bank_days(profile).add(booking_date, -profile.revocation.deadline_working_days)
