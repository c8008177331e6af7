"""Dates as pure functions: instants and a profile go in, days come out. No clock is read here.

An order is dated by `date_transfer`, `date_collection` or, outside SEPA, `date_outside`. All return one of
two values of `sepa.model.dating`, and never a Finding:

    Dated(submitted_on, received_on, booking_date, settlement_date, moves)
        the four days of `Dating`; `moves` says what moved: Move(rule, code, why, from_date, to_date, cut_off)
    Refusal(rule, code, why, requested_on, bound, submitted_on, cut_off)
        no such day can be kept; `bound` is the nearest one that would have done

| rule | code | value | when |
|---|---|---|---|
| DAT-03 | CH04, CH03 | Refusal past, too-far | the due date is before arrival, or over a year ahead |
| DAT-03 | DT06, CH19 | Move past | the same, where the profile rolls past dates |
| DAT-04 | DT04, CH04 | Refusal not-same-day, past | a conversion order asks for another day than receipt |
| DAT-08 | DT06 | Move non-working-day | the due date (without one: arrival) is no working day |
| DAT-09 | DT06 | Move late | due on the day of arrival, arrived after the cut-off |
| DAT-09 | TM01 | Refusal late | the same, where the profile refuses |
| CUT-04 | DT06 | Move late | no due date, arrived after the cut-off |
| NSP-10 | CH03 | Refusal too-far | a foreign payment asks for a day more than five working days ahead |
| DDL-01, DDL-02 | TM01 | Refusal lead-time | delivered too late: one-off and first, following |
| DDL-03 | CH19 | Move lead-time | late, executed all the same, and its day is over already |
| DDL-05 | CH19 | Move lead-time | late, to be forwarded, and the profile shifts |
| DDL-06 | CH19 | Move non-working-day | the collection date is a closing day |
| DDL-07 | CH03 | Refusal too-early | delivered before the first day the profile allows |

Dates of consents and mandates: `consents`. Cut-offs and the windows of settlement: `clock`.
The core system's day: `books`.
"""

from sepa.schedule.books import books_day, day_of_limits, next_books_day, waits_for_opening
from sepa.schedule.clock import (
    banking_day,
    cut_off_for_transfer,
    is_final_window,
    local_instant,
    next_window,
    submission_day,
    time_to_cut_off,
    windows_of,
)
from sepa.schedule.collection import date_collection
from sepa.schedule.consents import (
    cancellation_effective_from,
    consent_deadline,
    consent_effective_from,
    mandate_lapsed,
    period_of,
)
from sepa.schedule.days import bank_days, settlement_days
from sepa.schedule.outside import AT_HOME, correspondent_day, date_outside
from sepa.schedule.transfer import (
    date_transfer,
    in_time_until,
    interbank_day,
    last_attempt_day,
    last_retry_day,
    recall_deadline,
    retry_days,
    revocation_deadline,
)

__all__ = [
    "AT_HOME",
    "bank_days",
    "banking_day",
    "books_day",
    "cancellation_effective_from",
    "consent_deadline",
    "consent_effective_from",
    "correspondent_day",
    "cut_off_for_transfer",
    "date_collection",
    "date_outside",
    "date_transfer",
    "day_of_limits",
    "in_time_until",
    "interbank_day",
    "is_final_window",
    "last_attempt_day",
    "last_retry_day",
    "local_instant",
    "mandate_lapsed",
    "next_books_day",
    "next_window",
    "period_of",
    "recall_deadline",
    "retry_days",
    "revocation_deadline",
    "settlement_days",
    "submission_day",
    "time_to_cut_off",
    "waits_for_opening",
    "windows_of",
]
