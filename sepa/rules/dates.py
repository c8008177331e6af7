"""The requested date: given, and a day that can be read."""

import datetime
import re

from sepa.model.finding import NOTHING, Findings
from sepa.model.message import PaymentInformation
from sepa.rules.rule import Case, Rule, rule

_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_ZONE = re.compile(r"(?:Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII)


def requested_day(block: PaymentInformation) -> datetime.date | None:
    """The day the block asks for, or None where it names none that can be read; a rule says why not."""
    if block.requested_date is not None:
        return _day(block.requested_date)
    if block.requested_time is not None:
        return _day(block.requested_time[:10])
    return None


def _day(text: str) -> datetime.date | None:
    if _ISO_DATE.fullmatch(text) is None:
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None


@rule(
    "CT-03",
    subject="payment-information",
    source="otp-sk V.2.1(22)(a)",
    codes=("DT01",),
    message="The payment block names no date.",
    remedy="Fill in the date on which the orders are to be carried out.",
)
def given(subject: PaymentInformation, case: Case) -> Findings:
    """An electronic order names its date."""
    if subject.requested_date is not None or subject.requested_time is not None:
        return NOTHING
    return (given.finding("DT01", "requested_date", None, "a date"),)


@rule(
    "SCH-13",
    subject="payment-information",
    source="ISO 20022, ISODate",
    codes=("DT01",),
    message="{found} is not a date.",
    remedy="Write the date as year, month and day: 2026-04-02.",
)
def readable(subject: PaymentInformation, case: Case) -> Findings:
    """The requested date is a day of the calendar, without a time zone."""
    text = subject.requested_date
    if text is None or _day(text) is not None:
        return NOTHING
    zoned = _day(text[:10]) is not None and _ZONE.fullmatch(text[10:]) is not None
    expected = "a date without a time zone" if zoned else "a date such as 2026-04-02"
    message = ZONED if zoned else None
    return (readable.finding("DT01", "requested_date", text, expected, message=message),)


ZONED = "The date {found} carries a time zone, so the day it means is not certain."


@rule(
    "SCH-14",
    subject="payment-information",
    source="EPC132-08 2025, ReqdExctnDt",
    codes=("DT01",),
    message="The payment block asks for the instant {found}; only instant payments may.",
    remedy="Give a date without a time.",
    parameters=("scope.sct_inst",),
)
def no_instant(subject: PaymentInformation, case: Case) -> Findings:
    """Only instant payments ask for an hour of the day."""
    if subject.requested_time is None:
        return NOTHING
    kind = subject.payment_type
    instant = kind is not None and kind.local_instrument == "INST" and case.profile.scope.sct_inst
    if instant and requested_day(subject) is not None:
        return NOTHING
    return (no_instant.finding("DT01", "requested_time", subject.requested_time, "a date"),)


RULES: tuple[Rule, ...] = (given, readable, no_instant)
