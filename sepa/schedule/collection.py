"""The days of a collection.

Source: terms V.2.2(38), V.2.1(24)(a), VII.7(30); catalogue DDL-01 to DDL-06, DAT-03. DDL-07 is the scheme's
first day of sending, 14 calendar days before the collection date (Core rulebook, timelines).
"""

import datetime
from typing import Literal

from sepa.model.dating import Dated, Move, Refusal
from sepa.model.profile import LeadDays, Profile
from sepa.model.verdict import Route
from sepa.schedule.clock import local_instant, submission_day
from sepa.schedule.days import bank_days, settlement_days
from sepa.scheme.calendar import months_after


def date_collection(
    requested_on: datetime.date,
    sequence_type: str | None,
    delivered_at: datetime.datetime,
    *,
    profile: Profile,
    route: Route,
) -> Dated | Refusal:
    """Date one collection, or say why it cannot be dated. Receipt, debit and settlement are one day.

    On-us the bank is the payer's, and `late_action` decides on a late delivery (DDL-03); towards the
    clearing it is the payee's, and `creditor_late_action` does (DDL-05). A sequence type that is missing
    or unknown counts with the longest lead.
    """
    local = local_instant(delivered_at, profile)
    arrived_on = local.date()
    submitted_on = submission_day(local, profile.cutoffs.sdd.pain008, bank_days(profile))
    due = requested_on
    moves: tuple[Move, ...] = ()
    if requested_on < arrived_on:
        if profile.orders.due_date.past == "reject":
            return Refusal("DAT-03", "CH04", "past", requested_on, submitted_on, submitted_on)
        due = submitted_on
        moves = (Move("DAT-03", "CH19", "past", requested_on, due),)
    too_soon = _too_soon(requested_on, arrived_on, submitted_on, profile)
    if too_soon is not None:
        return too_soon

    calendar = bank_days(profile) if route == "on-us" else settlement_days(profile)
    collected_on = calendar.roll_forward(due)
    if collected_on != due:
        moves = (*moves, Move("DDL-06", "CH19", "non-working-day", due, collected_on))

    direct_debit = profile.direct_debit
    lead = lead_days(sequence_type, direct_debit.lead_days)
    last_delivery = calendar.add(collected_on, -lead)
    if submitted_on <= last_delivery:
        return Dated(submitted_on, collected_on, collected_on, collected_on, moves)

    action = direct_debit.late_action if route == "on-us" else direct_debit.creditor_late_action
    cut_off = profile.cutoffs.sdd.pain008
    if action == "reject":
        return Refusal(
            "DDL-02" if sequence_type in ("RCUR", "FNAL") else "DDL-01",
            "TM01", "lead-time", requested_on, last_delivery, submitted_on, cut_off,
        )  # fmt: skip
    late_day = (
        calendar.roll_forward(max(collected_on, submitted_on))
        if action == "execute"
        else calendar.roll_forward(calendar.add(submitted_on, lead))
    )
    if late_day != collected_on:
        rule: Literal["DDL-03", "DDL-05"] = "DDL-03" if action == "execute" else "DDL-05"
        moves = (*moves, Move(rule, "CH19", "lead-time", collected_on, late_day, cut_off))
    return Dated(submitted_on, late_day, late_day, late_day, moves)


def lead_days(sequence_type: str | None, leads: LeadDays) -> int:
    """Working days between delivery and collection (DDL-01, DDL-02); the longest for an unknown type."""
    by_type = {"OOFF": leads.OOFF, "FRST": leads.FRST, "RCUR": leads.RCUR, "FNAL": leads.FNAL}
    return by_type.get(sequence_type or "", max(by_type.values()))


def _too_soon(
    requested_on: datetime.date, arrived_on: datetime.date, submitted_on: datetime.date, profile: Profile
) -> Refusal | None:
    last_possible = months_after(submitted_on, 12 * profile.orders.due_date.max_years_ahead)
    if requested_on > last_possible:
        return Refusal("DAT-03", "CH03", "too-far", requested_on, last_possible, submitted_on)
    earliest = profile.direct_debit.earliest_calendar_days
    if earliest is not None and (requested_on - arrived_on).days > earliest:
        first_delivery = requested_on - datetime.timedelta(days=earliest)
        return Refusal("DDL-07", "CH03", "too-early", requested_on, first_delivery, submitted_on)
    return None
