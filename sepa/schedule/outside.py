"""The days of a transfer outside SEPA: its family's cut-off, its furthest day, and when the payee's bank is paid.

Source: terms V.3.1(40) to (43), V.3.2(45) to (47), V.3.2(51), V.3.2(52), V.2.1(24)(b); catalogue CUT-05 to CUT-10,
EXE-06, NSP-05, NSP-10 and the reading A-04.
"""

import datetime

from sepa.model.dating import Dated, Move, Refusal
from sepa.model.profile import Profile
from sepa.model.verdict import Family
from sepa.schedule.clock import local_instant, submission_day
from sepa.schedule.days import bank_days
from sepa.scheme.calendar import months_after

SAME_DAY: frozenset[Family] = frozenset(
    {"priority_domestic", "on_us_foreign_currency", "on_us_conversion", "otp_express"}
)
"""Families whose payee is credited on the day of the debit."""
AT_HOME: frozenset[Family] = frozenset({"priority_domestic", "on_us_foreign_currency", "on_us_conversion"})
"""Families that never leave the country; all others are foreign payments (V.3.2)."""


def cut_off_outside(family: Family, profile: Profile, *, with_deal: bool = False) -> datetime.time:
    """The hour until which an order of a family counts for today. `with_deal`: an agreed currency deal underlies it."""
    cutoffs = profile.cutoffs
    match family:
        case "priority_domestic":
            return cutoffs.priority_domestic
        case "on_us_foreign_currency":
            return cutoffs.on_us_foreign_currency
        case "on_us_conversion":
            return cutoffs.on_us_conversion
        case "otp_express":
            return cutoffs.otp_express
        case _:
            return cutoffs.foreign_with_fx_deal if with_deal else cutoffs.foreign_other


def date_outside(
    requested_on: datetime.date,
    received_at: datetime.datetime,
    family: Family,
    *,
    profile: Profile,
    with_deal: bool = False,
    euro_in_eea: bool = False,
) -> Dated | Refusal:
    """Date one transfer outside SEPA, or say why it cannot be dated.

    The booking date is the day on which it is handed over; the settlement date the last on which the payee's
    bank may get the money. `euro_in_eea` as in EXE-06.
    """
    local = local_instant(received_at, profile)
    arrived_on = local.date()
    calendar = bank_days(profile)
    cut_off = cut_off_outside(family, profile, with_deal=with_deal)
    submitted_on = submission_day(local, cut_off, calendar)
    terms = profile.orders.due_date
    same_day = family == "on_us_conversion" and terms.with_conversion == "same_day"

    last_possible = months_after(submitted_on, 12 * terms.max_years_ahead)
    if family not in AT_HOME:
        last_possible = calendar.add(submitted_on, profile.non_sepa.due_date_max_working_days)
    due = submitted_on
    moves: tuple[Move, ...] = ()
    if requested_on < arrived_on:
        if terms.past == "reject":
            return Refusal("DAT-03", "CH04", "past", requested_on, submitted_on, submitted_on)
        moves = (Move("DAT-03", "DT06", "past", requested_on, due),)
    elif requested_on > last_possible and not same_day:
        foreign = family not in AT_HOME
        return Refusal(
            "NSP-10" if foreign else "DAT-03", "CH03", "too-far", requested_on, last_possible, submitted_on
        )
    elif (rolled := calendar.roll_forward(requested_on)) < submitted_on:
        if profile.cutoffs.late_action == "reject":
            return Refusal("DAT-09", "TM01", "late", requested_on, submitted_on, submitted_on, cut_off)
        moves = (Move("DAT-09", "DT06", "late", requested_on, due, cut_off),)
    elif same_day and rolled != submitted_on:
        return Refusal("DAT-04", "DT04", "not-same-day", requested_on, submitted_on, submitted_on)
    elif (due := rolled) != requested_on:
        moves = (Move("DAT-08", "DT06", "non-working-day", requested_on, due),)
    reaches_on = calendar.add(due, _working_days(family, profile, euro_in_eea))
    return Dated(submitted_on, due, due, reaches_on, moves)


def correspondent_day(
    booking_date: datetime.date, payee_bank_by: datetime.date, profile: Profile
) -> datetime.date | None:
    """The last day for our correspondent to get the money (EXE-06); None where the payee's bank has it by then."""
    latest = bank_days(profile).add(booking_date, profile.non_sepa.execution.other_to_correspondent)
    return latest if latest < payee_bank_by else None


def _working_days(family: Family, profile: Profile, euro_in_eea: bool) -> int:
    """Urgent payments get the nearest value that is possible; the promise is that of a payment in the EEA."""
    execution = profile.non_sepa.execution
    if family in SAME_DAY:
        return 0
    if family == "standard" and not euro_in_eea:
        return execution.other_to_payee_bank
    return execution.eur_eea
