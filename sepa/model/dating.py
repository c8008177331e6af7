"""What the calendar says about an order: its days with every move they made, or why it has none.

`sepa.schedule` makes these; the rules of dates turn them into Findings.
"""

import datetime
from typing import Literal

import msgspec

MoveReason = Literal["non-working-day", "late", "past", "lead-time"]
RefusalReason = Literal["past", "too-far", "not-same-day", "late", "lead-time", "too-early"]


class Move(msgspec.Struct, frozen=True):
    """A day of the order moved from `from_date` to `to_date`; the order stands.

    `code` is what the sender is told (DT06 for transfers, CH19 for collections). `cut_off` is the
    hour that was missed, where one was.
    """

    rule: Literal["DAT-03", "DAT-08", "DAT-09", "CUT-04", "DDL-03", "DDL-05", "DDL-06"]
    code: Literal["DT06", "CH19"]
    why: MoveReason
    from_date: datetime.date
    to_date: datetime.date
    cut_off: datetime.time | None = None


class Refusal(msgspec.Struct, frozen=True):
    """The order cannot be dated. `requested_on` was asked for; `bound` is the nearest day that would do.

    `bound` by `why`: past, not-same-day, late: the first due date still possible; too-far: the last due
    date possible; lead-time: the last day on which delivery was in time; too-early: the first such day.
    """

    rule: Literal["DAT-03", "DAT-04", "DAT-09", "NSP-10", "DDL-01", "DDL-02", "DDL-05", "DDL-07"]
    code: Literal["CH03", "CH04", "DT04", "TM01"]
    why: RefusalReason
    requested_on: datetime.date
    bound: datetime.date
    submitted_on: datetime.date
    cut_off: datetime.time | None = None


class Dated(msgspec.Struct, frozen=True):
    """The days of an order: the same four as in `Dating`, with the moves in the order they were made."""

    submitted_on: datetime.date
    received_on: datetime.date
    booking_date: datetime.date
    settlement_date: datetime.date
    moves: tuple[Move, ...] = ()
