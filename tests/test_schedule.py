"""Dates: every example of the catalogue that names days and hours, then what must always hold."""

import datetime
from datetime import UTC, date, time
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sepa.model.dating import Dated, Move, Refusal
from sepa.model.profile import Profile
from sepa.schedule import (
    bank_days,
    cancellation_effective_from,
    consent_deadline,
    consent_effective_from,
    cut_off_for_transfer,
    date_collection,
    date_transfer,
    in_time_until,
    interbank_day,
    is_final_window,
    last_attempt_day,
    last_retry_day,
    local_instant,
    mandate_lapsed,
    next_window,
    period_of,
    revocation_deadline,
    settlement_days,
    submission_day,
    time_to_cut_off,
    windows_of,
)
from sepa.scheme.calendar import is_target_day, months_after
from sepa.store.profiles import load_profile

OTP = load_profile("otp-sk")
TODAY = load_profile("sepa-2026")
BRATISLAVA = ZoneInfo("Europe/Bratislava")


def at(text: str) -> datetime.datetime:
    """An instant written in local time of Bratislava, or with its own offset."""
    instant = datetime.datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=BRATISLAVA)


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def vary(profile: Profile, path: str, value: Any) -> Profile:
    """The profile with one parameter changed."""

    def changed(section: Any, steps: list[str]) -> Any:
        inner = value if len(steps) == 1 else changed(getattr(section, steps[0]), steps[1:])
        return msgspec.structs.replace(section, **{steps[0]: inner})

    result: Profile = changed(profile, path.split("."))
    return result


REJECTING_LATE = vary(OTP, "cutoffs.late_action", "reject")
ROLLING_PAST = vary(OTP, "orders.due_date.past", "roll")
TARGET_ONLY = vary(OTP, "calendar.working_day_basis", "target")
EXECUTING_LATE = vary(OTP, "direct_debit.late_action", "execute")
SHIFTING = vary(OTP, "direct_debit.creditor_late_action", "shift")


def transfer(
    requested: str | None, received: str, profile: Profile = OTP, currency: str = "EUR", **more: Any
) -> Dated | Refusal:
    keywords = {"route": "clearing", **more}
    return date_transfer(day(requested), at(received), profile=profile, account_currency=currency, **keywords)


def told(dating: Dated | Refusal) -> str:
    """One line per dating: rule, code, and the days that matter."""
    if isinstance(dating, Refusal):
        return f"{dating.rule} {dating.code}"
    moves = "".join(f"{move.rule} {move.code} {move.from_date} to {move.to_date}, " for move in dating.moves)
    return f"{moves}debit {dating.booking_date}, settles {dating.settlement_date}"


def debit(on: str, settles: str | None = None) -> str:
    return f"debit {on}, settles {settles or on}"


TRANSFERS = [
    pytest.param(None, "2026-04-02 10:00", OTP, debit("2026-04-02"), id="DAT-01 no date"),
    pytest.param("2026-04-15", "2026-04-02 10:00", OTP, debit("2026-04-15"), id="DAT-02 later day"),
    pytest.param("2026-04-01", "2026-04-02 10:00", OTP, "DAT-03 CH04", id="DAT-03 yesterday"),
    pytest.param(
        "2026-04-01",
        "2026-04-02 10:00",
        ROLLING_PAST,
        "DAT-03 DT06 2026-04-01 to 2026-04-02, " + debit("2026-04-02"),
        id="DAT-03 yesterday, rolling profile",
    ),
    pytest.param("2027-04-02", "2026-04-02 10:00", OTP, debit("2027-04-02"), id="DAT-03 one year"),
    pytest.param("2027-04-03", "2026-04-02 10:00", OTP, "DAT-03 CH03", id="DAT-03 a year and a day"),
    pytest.param("2029-02-28", "2028-02-29 10:00", OTP, debit("2029-02-28"), id="DAT-03 leap day clamps"),
    pytest.param("2029-03-01", "2028-02-29 10:00", OTP, "DAT-03 CH03", id="DAT-03 leap day and a day"),
    pytest.param("9999-12-31", "2026-04-02 10:00", OTP, "DAT-03 CH03", id="DAT-03 end of time"),
    pytest.param("0001-01-01", "2026-04-02 10:00", OTP, "DAT-03 CH04", id="DAT-03 beginning of time"),
    pytest.param("2026-04-09", "2026-04-09 20:00", OTP, debit("2026-04-09", "2026-04-10"), id="DAT-07"),
    pytest.param(
        "2026-04-03",
        "2026-04-02 10:00",
        OTP,
        "DAT-08 DT06 2026-04-03 to 2026-04-07, " + debit("2026-04-07"),
        id="DAT-08 Good Friday",
    ),
    pytest.param(
        "2026-04-11",
        "2026-04-02 10:00",
        OTP,
        "DAT-08 DT06 2026-04-11 to 2026-04-13, " + debit("2026-04-13"),
        id="DAT-08 Saturday",
    ),
    pytest.param(
        "2026-12-24",
        "2026-12-01 10:00",
        OTP,
        "DAT-08 DT06 2026-12-24 to 2026-12-28, " + debit("2026-12-28"),
        id="DAT-08 Christmas Eve at home",
    ),
    pytest.param(
        "2026-12-24", "2026-12-01 10:00", TARGET_ONLY, debit("2026-12-24"), id="DAT-08 Christmas Eve, TARGET"
    ),
    pytest.param(
        "2026-04-11",
        "2026-04-11 10:00",
        OTP,
        "DAT-08 DT06 2026-04-11 to 2026-04-13, " + debit("2026-04-13"),
        id="DAT-08 arrives on Saturday for Saturday",
    ),
    pytest.param("2026-04-10", "2026-04-11 10:00", OTP, "DAT-03 CH04", id="DAT-03 on Saturday for Friday"),
    pytest.param(
        "2026-04-02",
        "2026-04-02 21:30",
        OTP,
        "DAT-09 DT06 2026-04-02 to 2026-04-07, " + debit("2026-04-07"),
        id="DAT-09 A-07 late",
    ),
    pytest.param("2026-04-02", "2026-04-02 21:30", REJECTING_LATE, "DAT-09 TM01", id="DAT-09 late refused"),
    pytest.param(
        "2026-04-07", "2026-04-02 21:30", REJECTING_LATE, debit("2026-04-07"), id="DAT-09 late for later"
    ),
    pytest.param(
        "2026-04-02",
        "2026-04-02 21:00:00",
        OTP,
        debit("2026-04-02", "2026-04-07"),
        id="CUT-02 A-08 on the second",
    ),
    pytest.param(
        "2026-04-02",
        "2026-04-02 21:00:01",
        OTP,
        "DAT-09 DT06 2026-04-02 to 2026-04-07, " + debit("2026-04-07"),
        id="CUT-02 a second late",
    ),
    pytest.param(
        None,
        "2026-12-23 22:00",
        OTP,
        "CUT-04 DT06 2026-12-23 to 2026-12-28, " + debit("2026-12-28"),
        id="CUT-04",
    ),
    pytest.param(
        None,
        "2026-04-09 23:10",
        OTP,
        "CUT-04 DT06 2026-04-09 to 2026-04-10, " + debit("2026-04-10"),
        id="CUT-11 A-27 reduced service",
    ),
    pytest.param(
        "2026-04-02",
        "2026-04-02T19:00:00+00:00",
        OTP,
        debit("2026-04-02", "2026-04-07"),
        id="CUT-12 summer time",
    ),
    pytest.param(
        "2026-01-08",
        "2026-01-08T20:00:00+00:00",
        OTP,
        debit("2026-01-08", "2026-01-09"),
        id="CUT-12 winter time",
    ),
    pytest.param(
        "2026-01-08",
        "2026-01-08T20:00:01+00:00",
        OTP,
        "DAT-09 DT06 2026-01-08 to 2026-01-09, " + debit("2026-01-09"),
        id="CUT-12 winter time, late",
    ),
    pytest.param(
        "2026-03-30",
        "2026-03-29T22:30:00+00:00",
        OTP,
        debit("2026-03-30"),
        id="CUT-12 the day is the bank's: Monday there, Sunday in UTC",
    ),
    pytest.param(
        "2026-04-08",
        "2026-04-08 16:00",
        OTP,
        debit("2026-04-08", "2026-04-09"),
        id="EXE-01 after the clearing",
    ),
    pytest.param("2026-04-08", "2026-04-08 15:30", OTP, debit("2026-04-08"), id="EXE-01 in the last window"),
    pytest.param(
        "2026-12-23", "2026-12-23 20:00", OTP, debit("2026-12-23", "2026-12-28"), id="EXE-01 before Christmas"
    ),
    pytest.param("2026-04-14", "2026-04-02 10:00", OTP, debit("2026-04-14"), id="EXE-05"),
]


@pytest.mark.parametrize(("requested", "received", "profile", "expected"), TRANSFERS)
def test_transfer(requested: str | None, received: str, profile: Profile, expected: str) -> None:
    assert told(transfer(requested, received, profile)) == expected


CONVERSIONS = [
    pytest.param("2026-04-02", "2026-04-02 11:00", OTP, debit("2026-04-02"), id="DAT-04 today"),
    pytest.param("2026-04-07", "2026-04-02 11:00", OTP, "DAT-04 DT04", id="DAT-04 a later day"),
    pytest.param("2026-04-03", "2026-04-02 11:00", OTP, "DAT-04 DT04", id="DAT-04 a closing day"),
    pytest.param("2026-04-01", "2026-04-02 11:00", OTP, "DAT-04 CH04", id="DAT-04 yesterday"),
    pytest.param(
        "2026-04-02",
        "2026-04-02 15:30",
        OTP,
        "DAT-09 DT06 2026-04-02 to 2026-04-07, " + debit("2026-04-07"),
        id="DAT-04 A-04 late",
    ),
    pytest.param(
        "2026-04-02", "2026-04-02 15:30", REJECTING_LATE, "DAT-09 TM01", id="DAT-04 A-04 late, refused"
    ),
    pytest.param(
        "2026-04-07", "2026-04-02 15:30", OTP, debit("2026-04-07"), id="DAT-04 late for the next day"
    ),
    pytest.param("2026-04-02", "2026-04-02 15:00:00", OTP, debit("2026-04-02"), id="CUT-03 on the second"),
    pytest.param(
        "2026-04-02",
        "2026-04-02 15:00:01",
        OTP,
        "DAT-09 DT06 2026-04-02 to 2026-04-07, " + debit("2026-04-07"),
        id="CUT-03 a second late",
    ),
    pytest.param(
        "2026-04-15",
        "2026-04-02 11:00",
        vary(OTP, "orders.due_date.with_conversion", "any"),
        debit("2026-04-15"),
        id="DAT-04 any day, by profile",
    ),
]


@pytest.mark.parametrize(("requested", "received", "profile", "expected"), CONVERSIONS)
def test_transfer_from_a_foreign_currency_account(
    requested: str, received: str, profile: Profile, expected: str
) -> None:
    assert told(transfer(requested, received, profile, "USD")) == expected


@pytest.mark.parametrize(
    ("received", "conversion", "expected"),
    [
        pytest.param("2026-04-02 10:00", False, debit("2026-04-02"), id="EXE-02 same day"),
        pytest.param("2026-04-02 20:55", False, debit("2026-04-02"), id="CUT-07 EXE-02 same evening"),
        pytest.param("2026-04-02 15:00:00", True, debit("2026-04-02"), id="CUT-08 on the second"),
        pytest.param(
            "2026-04-02 15:00:01",
            True,
            "DAT-09 DT06 2026-04-02 to 2026-04-07, " + debit("2026-04-07"),
            id="CUT-08 a second late",
        ),
    ],
)
def test_transfer_on_us(received: str, conversion: bool, expected: str) -> None:
    dating = transfer("2026-04-02", received, route="on-us", on_us_conversion=conversion)
    assert told(dating) == expected


def test_dat_05_receipt_is_the_due_date_and_submission_stays_a_fact() -> None:
    dating = transfer("2026-04-15", "2026-04-02 10:00")
    assert isinstance(dating, Dated)
    assert (dating.submitted_on, dating.received_on) == (date(2026, 4, 2), date(2026, 4, 15))
    assert dating.settlement_date <= date(2026, 4, 16)


def test_a_move_and_a_refusal_carry_the_facts_of_their_sentence() -> None:
    late = transfer("2026-04-02", "2026-04-02 21:30")
    assert isinstance(late, Dated)
    assert late.moves == (Move("DAT-09", "DT06", "late", date(2026, 4, 2), date(2026, 4, 7), time(21)),)
    assert transfer("2027-04-03", "2026-04-02 10:00") == Refusal(
        "DAT-03", "CH03", "too-far", date(2027, 4, 3), date(2027, 4, 2), date(2026, 4, 2)
    )


def test_a_window_after_the_clearing_closes_does_not_settle_the_same_day() -> None:
    evenings_only = vary(OTP, "clearing.windows", (time(21, 15),))
    assert told(transfer("2026-04-08", "2026-04-02 10:00", evenings_only)) == debit(
        "2026-04-08", "2026-04-09"
    )


def test_settlement_waits_for_target_where_the_bank_works_alone() -> None:
    national = vary(OTP, "calendar.working_day_basis", "national")
    assert not settlement_days(national).is_working_day(date(2026, 4, 3))
    assert bank_days(national) != settlement_days(national)
    assert bank_days(TARGET_ONLY) == settlement_days(TARGET_ONLY)


@pytest.mark.parametrize(
    ("ready", "booking", "expected"),
    [
        pytest.param("2026-04-07 08:00", "2026-04-07", "2026-04-07", id="cover came in the morning"),
        pytest.param("2026-04-07 21:15", "2026-04-07", "2026-04-08", id="cover came in the evening"),
        pytest.param("2026-04-09 10:00", "2026-04-07", "2026-04-09", id="sealed days later, never backwards"),
        pytest.param("2026-04-03 10:00", "2026-04-02", "2026-04-07", id="sealed on a closing day"),
    ],
)
def test_interbank_day(ready: str, booking: str, expected: str) -> None:
    assert interbank_day(at(ready), date.fromisoformat(booking), OTP) == date.fromisoformat(expected)


PROMPT = vary(OTP, "execution.interbank_max_working_days", 0)
EARLY = vary(OTP, "clearing.interbank_until", time(8))
NEVER = vary(EARLY, "execution.interbank_max_working_days", 0)


@pytest.mark.parametrize(
    ("booking", "bank", "expected"),
    [
        pytest.param(
            "2026-04-08", OTP, "2026-04-09 15:30", id="EXE-01 Wednesday: Thursday's last window of the day"
        ),
        pytest.param("2026-04-02", OTP, "2026-04-07 15:30", id="EXE-01 over Easter"),
        pytest.param("2026-12-23", OTP, "2026-12-28 15:30", id="EXE-01 over Christmas"),
        pytest.param("2026-04-08", PROMPT, "2026-04-08 15:30", id="EXE-01 promised for the same day"),
        pytest.param(
            "2026-04-08", EARLY, "2026-04-08 21:15", id="EXE-01 a clearing that closes before the windows"
        ),
        pytest.param("2026-04-08", NEVER, None, id="EXE-01 a promise that no window keeps"),
    ],
)
def test_in_time_until(booking: str, bank: Profile, expected: str | None) -> None:
    window = in_time_until(date.fromisoformat(booking), bank)
    assert (f"{window:%Y-%m-%d %H:%M}" if window is not None else None) == expected


@pytest.mark.parametrize(
    ("received", "cut_off", "expected"),
    [
        pytest.param("2026-12-23 21:30", time(21), "2026-12-28", id="DAT-06 after 23 December"),
        pytest.param("2026-01-05 21:30", time(21), "2026-01-07", id="DAT-06 after 5 January"),
        pytest.param("2026-04-02 15:00:01", time(15), "2026-04-07", id="CUT-05 priority"),
        pytest.param("2026-04-02 20:00", time(21), "2026-04-02", id="CUT-06 on-us foreign currency"),
        pytest.param("2026-04-02 11:00:00", time(11), "2026-04-02", id="CUT-09 express"),
        pytest.param("2026-04-02 11:00:01", time(11), "2026-04-07", id="CUT-09 express, late"),
        pytest.param("2026-04-09 13:45", time(13, 30), "2026-04-10", id="CUT-10 without a deal"),
        pytest.param("2026-04-09 13:45", time(14, 30), "2026-04-09", id="CUT-10 with a deal"),
        pytest.param("2026-04-09 21:00:00.999999", time(21), "2026-04-09", id="CUT-12 to the second"),
        pytest.param("2026-04-09 23:59:59", None, "2026-04-09", id="CUT-14 no cut-off"),
        pytest.param("2026-04-11 08:00", None, "2026-04-13", id="CUT-14 Saturday"),
    ],
)
def test_submission_day(received: str, cut_off: time | None, expected: str) -> None:
    assert submission_day(at(received), cut_off, bank_days(OTP)) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        pytest.param("2026-12-23 21:30", "2026-12-24", id="DAT-06 after 23 December"),
        pytest.param("2026-01-05 21:30", "2026-01-06", id="DAT-06 after 5 January"),
    ],
)
def test_submission_day_by_target_alone(received: str, expected: str) -> None:
    assert submission_day(at(received), time(21), bank_days(TARGET_ONLY)) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("currency", "on_us_conversion", "expected"),
    [
        pytest.param("EUR", False, time(21), id="CUT-02"),
        pytest.param("USD", False, time(15), id="CUT-03"),
        pytest.param("EUR", True, time(14), id="CUT-08 from a EUR account"),
        pytest.param("USD", True, time(14), id="CUT-08 from a foreign-currency account"),
    ],
)
def test_cut_off_for_transfer(currency: str, on_us_conversion: bool, expected: time) -> None:
    profile = vary(OTP, "cutoffs.on_us_conversion", time(14))
    assert cut_off_for_transfer(profile, currency, on_us_conversion) == expected


def collection(
    requested: str, sequence_type: str | None, delivered: str, profile: Profile, route: Any
) -> Dated | Refusal:
    return date_collection(
        date.fromisoformat(requested), sequence_type, at(delivered), profile=profile, route=route
    )


COLLECTIONS = [
    pytest.param(
        "2026-04-13", "OOFF", "2026-04-02 10:00", OTP, debit("2026-04-13"), id="DDL-01 DDL-04 in time"
    ),
    pytest.param(
        "2026-04-13", "FRST", "2026-04-02 23:59", OTP, debit("2026-04-13"), id="DDL-01 first, midnight"
    ),
    pytest.param("2026-04-13", "OOFF", "2026-04-07 00:00", OTP, "DDL-01 TM01", id="DDL-01 DDL-03 late"),
    pytest.param("2026-04-13", "FRST", "2026-04-04 10:00", OTP, "DDL-01 TM01", id="DDL-01 on a closing day"),
    pytest.param(
        "2026-04-13", "OOFF", "2026-04-10 10:00", TODAY, debit("2026-04-13"), id="DDL-01 today's scheme"
    ),
    pytest.param(
        "2026-04-13", "OOFF", "2026-04-13 10:00", TODAY, "DDL-01 TM01", id="DDL-01 today's scheme, late"
    ),
    pytest.param("2026-04-13", "RCUR", "2026-04-09 10:00", OTP, debit("2026-04-13"), id="DDL-02 in time"),
    pytest.param("2026-04-13", "RCUR", "2026-04-10 10:00", OTP, "DDL-02 TM01", id="DDL-02 late"),
    pytest.param("2026-04-08", "RCUR", "2026-04-02 10:00", OTP, debit("2026-04-08"), id="DDL-02 over Easter"),
    pytest.param("2026-04-08", "FNAL", "2026-04-07 10:00", OTP, "DDL-02 TM01", id="DDL-02 over Easter, late"),
    pytest.param(
        "2026-04-13", None, "2026-04-09 10:00", OTP, "DDL-01 TM01", id="no type counts as the longest"
    ),
    pytest.param("2026-04-13", "WXYZ", "2026-04-09 10:00", OTP, "DDL-01 TM01", id="unknown type as well"),
    pytest.param(
        "2026-04-13",
        "OOFF",
        "2026-04-07 10:00",
        EXECUTING_LATE,
        debit("2026-04-13"),
        id="DDL-03 A-10 executed",
    ),
    pytest.param(
        "2026-04-11",
        "OOFF",
        "2026-04-11 10:00",
        EXECUTING_LATE,
        "DDL-06 CH19 2026-04-11 to 2026-04-13, " + debit("2026-04-13"),
        id="DDL-03 executed on the day",
    ),
    pytest.param(
        "2026-04-09",
        "RCUR",
        "2026-04-09 17:30",
        vary(EXECUTING_LATE, "cutoffs.sdd.pain008", time(17)),
        "DDL-03 CH19 2026-04-09 to 2026-04-10, " + debit("2026-04-10"),
        id="DDL-03 executed after its day's cut-off",
    ),
    pytest.param(
        "2026-04-13",
        "RCUR",
        "2026-04-09 17:30",
        vary(OTP, "cutoffs.sdd.pain008", time(17)),
        "DDL-02 TM01",
        id="CUT-14 with a cut-off",
    ),
    pytest.param(
        "2026-04-03",
        "RCUR",
        "2026-03-20 10:00",
        OTP,
        "DDL-06 CH19 2026-04-03 to 2026-04-07, " + debit("2026-04-07"),
        id="DDL-06",
    ),
    pytest.param(
        "2026-04-03",
        "RCUR",
        "2026-04-01 10:00",
        OTP,
        "DDL-06 CH19 2026-04-03 to 2026-04-07, " + debit("2026-04-07"),
        id="DDL-06 lead counted from the moved day",
    ),
    pytest.param("2026-04-03", "RCUR", "2026-04-02 10:00", OTP, "DDL-02 TM01", id="DDL-06 late even so"),
    pytest.param("2026-04-01", "RCUR", "2026-04-02 10:00", OTP, "DAT-03 CH04", id="DAT-03 past"),
    pytest.param("2027-04-02", "RCUR", "2026-04-02 10:00", OTP, debit("2027-04-02"), id="DAT-03 one year"),
    pytest.param("2027-04-03", "RCUR", "2026-04-02 10:00", OTP, "DAT-03 CH03", id="DAT-03 a year and a day"),
    pytest.param(
        "2026-04-01",
        "RCUR",
        "2026-04-02 10:00",
        vary(EXECUTING_LATE, "orders.due_date.past", "roll"),
        "DAT-03 CH19 2026-04-01 to 2026-04-02, " + debit("2026-04-02"),
        id="DAT-03 past, rolling profile",
    ),
    pytest.param(
        "2026-04-23",
        "RCUR",
        "2026-04-09 10:00",
        vary(OTP, "direct_debit.earliest_calendar_days", 14),
        debit("2026-04-23"),
        id="DDL-07 14 days before",
    ),
    pytest.param(
        "2026-04-23",
        "RCUR",
        "2026-04-08 23:59",
        vary(OTP, "direct_debit.earliest_calendar_days", 14),
        "DDL-07 CH03",
        id="DDL-07 15 days before",
    ),
]


@pytest.mark.parametrize(("requested", "sequence_type", "delivered", "profile", "expected"), COLLECTIONS)
def test_collection_from_our_customer(
    requested: str, sequence_type: str | None, delivered: str, profile: Profile, expected: str
) -> None:
    assert told(collection(requested, sequence_type, delivered, profile, "on-us")) == expected


@pytest.mark.parametrize(
    ("requested", "delivered", "profile", "expected"),
    [
        pytest.param("2026-04-13", "2026-04-09 10:00", SHIFTING, debit("2026-04-13"), id="in time"),
        pytest.param(
            "2026-04-10",
            "2026-04-09 10:00",
            SHIFTING,
            "DDL-05 CH19 2026-04-10 to 2026-04-13, " + debit("2026-04-13"),
            id="DDL-05 shifted",
        ),
        pytest.param("2026-04-10", "2026-04-09 10:00", OTP, "DDL-02 TM01", id="DDL-05 refused"),
        pytest.param(
            "2026-04-10", "2026-04-09 10:00", EXECUTING_LATE, "DDL-02 TM01", id="late_action is the payer's"
        ),
    ],
)
def test_collection_to_be_forwarded(requested: str, delivered: str, profile: Profile, expected: str) -> None:
    assert told(collection(requested, "RCUR", delivered, profile, "clearing")) == expected


def test_a_late_collection_names_the_last_day_of_delivery() -> None:
    refused = collection("2026-04-13", "OOFF", "2026-04-07 10:00", OTP, "on-us")
    assert isinstance(refused, Refusal)
    assert refused.bound == date(2026, 4, 2)


@pytest.mark.parametrize(
    ("delivered", "last_lodging"),
    [
        pytest.param("2026-04-02", "2026-04-01", id="DD-01 DDL-04"),
        pytest.param("2026-04-07", "2026-04-02", id="DD-01 over Easter"),
        pytest.param("2026-04-05", "2026-04-02", id="DD-01 delivered on Easter Sunday"),
    ],
)
def test_consent_deadline(delivered: str, last_lodging: str) -> None:
    assert consent_deadline(date.fromisoformat(delivered), OTP) == date.fromisoformat(last_lodging)


def test_dd_03_a_consent_counts_from_the_next_working_day() -> None:
    assert consent_effective_from(date(2026, 4, 2), OTP) == date(2026, 4, 7)
    assert consent_effective_from(date(2026, 4, 8), OTP) == date(2026, 4, 9)


@pytest.mark.parametrize(
    ("cancelled", "no_longer_from"),
    [
        pytest.param("2026-04-08", "2026-04-09", id="DD-07 due 8 April stands, 9 April does not"),
        pytest.param("2026-04-02", "2026-04-07", id="DD-08 CUT-13 due 7 April does not stand"),
        pytest.param("2026-04-07", "2026-04-08", id="DD-08 due 7 April stands"),
    ],
)
def test_cancellation_effective_from(cancelled: str, no_longer_from: str) -> None:
    assert cancellation_effective_from(date.fromisoformat(cancelled), OTP) == date.fromisoformat(
        no_longer_from
    )


@pytest.mark.parametrize(
    ("periodicity", "first", "last"),
    [
        pytest.param("weekly", "2026-12-28", "2027-01-03", id="weekly"),
        pytest.param("monthly", "2026-12-01", "2026-12-31", id="monthly"),
        pytest.param("quarterly", "2026-10-01", "2026-12-31", id="quarterly"),
        pytest.param("half-yearly", "2026-07-01", "2026-12-31", id="half-yearly"),
        pytest.param("yearly", "2026-01-01", "2026-12-31", id="yearly"),
    ],
)
def test_period_of(periodicity: Any, first: str, last: str) -> None:
    period = (date.fromisoformat(first), date.fromisoformat(last))
    assert period_of(date(2026, 12, 30), periodicity) == period
    assert period_of(period[1], periodicity) == period
    assert period_of(period[1] + datetime.timedelta(days=1), periodicity) != period


def test_dd_05_two_collections_in_april_one_in_may() -> None:
    april = period_of(date(2026, 4, 9), "monthly")
    assert period_of(date(2026, 4, 30), "monthly") == april
    assert period_of(date(2026, 5, 4), "monthly") != april


def test_a_mandate_lapses_after_36_months_to_the_day() -> None:
    assert not mandate_lapsed(date(2023, 4, 9), date(2026, 4, 9), 36)
    assert mandate_lapsed(date(2023, 4, 9), date(2026, 4, 10), 36)
    assert not mandate_lapsed(date(2024, 2, 29), date(2027, 2, 28), 36)


@pytest.mark.parametrize(
    ("days", "last_day", "last_attempt"),
    [
        pytest.param(0, "2026-04-02", "2026-04-02", id="FND-07 no agreement"),
        pytest.param(4, "2026-04-06", "2026-04-02", id="FND-07 A-05 ends on a holiday"),
        pytest.param(5, "2026-04-07", "2026-04-07", id="FND-07 five days"),
    ],
)
def test_retries(days: int, last_day: str, last_attempt: str) -> None:
    due = date(2026, 4, 2)
    assert last_retry_day(due, days) == date.fromisoformat(last_day)
    assert last_attempt_day(due, days, OTP) == date.fromisoformat(last_attempt)


@pytest.mark.parametrize(
    ("due", "deadline"),
    [
        pytest.param("2026-04-07", "2026-04-02", id="REV-01 over Easter"),
        pytest.param("2026-04-15", "2026-04-14", id="REV-01 an ordinary day"),
    ],
)
def test_revocation_deadline(due: str, deadline: str) -> None:
    assert revocation_deadline(date.fromisoformat(due), OTP) == date.fromisoformat(deadline)


def test_windows_of_a_working_day_and_of_none() -> None:
    assert [window.time() for window in windows_of(date(2026, 4, 2), OTP)] == list(OTP.clearing.windows)
    assert windows_of(date(2026, 4, 3), OTP) == []


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        pytest.param("2026-04-02 00:00", "2026-04-02T08:30:00+02:00", id="first of the day"),
        pytest.param("2026-04-02 08:30", "2026-04-02T08:30:00+02:00", id="at the very instant"),
        pytest.param("2026-04-02 08:30:01", "2026-04-02T11:30:00+02:00", id="a second later"),
        pytest.param("2026-04-02 21:15:01", "2026-04-07T08:30:00+02:00", id="over Easter"),
        pytest.param("2026-04-03 10:00", "2026-04-07T08:30:00+02:00", id="from a closing day"),
        pytest.param("2026-03-27 21:16", "2026-03-30T08:30:00+02:00", id="over the start of summer time"),
        pytest.param("2026-10-23 21:16", "2026-10-26T08:30:00+01:00", id="over its end"),
    ],
)
def test_next_window(instant: str, expected: str) -> None:
    assert next_window(at(instant), OTP).isoformat() == expected


@pytest.mark.parametrize(
    ("instant", "check", "expected"),
    [
        pytest.param("2026-04-02 08:30", "last_run_of_day", False, id="FND-08 first run"),
        pytest.param("2026-04-02 15:30", "last_run_of_day", False, id="FND-08 a later run"),
        pytest.param("2026-04-02 21:15", "last_run_of_day", True, id="FND-08 last run"),
        pytest.param("2026-04-01 21:15", "last_run_of_day", False, id="FND-08 the evening before"),
        pytest.param("2026-04-03 08:30", "last_run_of_day", True, id="FND-08 the day after"),
        pytest.param("2026-04-02 08:30", "first_run", True, id="FND-08 first run decides, by profile"),
        pytest.param("2026-04-02 08:29", "first_run", False, id="FND-08 before the first run"),
    ],
)
def test_final_window(instant: str, check: str, expected: bool) -> None:
    profile = vary(OTP, "funds.final_check", check)
    assert is_final_window(at(instant), date(2026, 4, 2), profile) is expected


@pytest.mark.parametrize(
    ("instant", "hours"),
    [
        pytest.param("2026-04-02 20:00", 1, id="an hour left"),
        pytest.param("2026-04-02 21:00:00.5", 0, id="the very second"),
        pytest.param("2026-03-27 22:00", 24 * 3 - 2, id="over the start of summer time"),
        pytest.param("2026-10-23 22:00", 24 * 3, id="over its end"),
    ],
)
def test_time_to_cut_off(instant: str, hours: int) -> None:
    assert time_to_cut_off(at(instant), OTP) == datetime.timedelta(hours=hours)


def test_an_instant_without_a_zone_is_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        local_instant(datetime.datetime(2026, 4, 2, 10), OTP)  # noqa: DTZ001


PROFILES = st.sampled_from([OTP, TODAY, ROLLING_PAST, SHIFTING, EXECUTING_LATE])
INSTANTS = st.datetimes(datetime.datetime(2015, 1, 1), datetime.datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
AHEAD = st.integers(0, 400)
ROUTES = st.sampled_from(["on-us", "clearing"])


@given(INSTANTS, AHEAD, st.sampled_from(["EUR", "USD"]), ROUTES, PROFILES)
def test_days_of_a_transfer_are_in_order(
    instant: datetime.datetime, ahead: int, currency: str, route: Any, profile: Profile
) -> None:
    requested = local_instant(instant, profile).date() + datetime.timedelta(days=ahead)
    dating = date_transfer(requested, instant, profile=profile, account_currency=currency, route=route)
    if isinstance(dating, Refusal):
        assert dating.why in ("too-far", "not-same-day")
        return
    assert dating.submitted_on <= dating.booking_date <= dating.settlement_date
    assert requested <= dating.booking_date
    assert bank_days(profile).is_working_day(dating.booking_date)
    assert dating.settlement_date <= settlement_days(profile).add(dating.booking_date, 1)
    assert route == "on-us" or is_target_day(dating.settlement_date)
    assert (dating.booking_date == requested) == (dating.moves == ())


@given(INSTANTS, AHEAD, ROUTES, PROFILES)
def test_dating_twice_changes_nothing(
    instant: datetime.datetime, ahead: int, route: Any, profile: Profile
) -> None:
    requested = local_instant(instant, profile).date() + datetime.timedelta(days=ahead)
    keywords: dict[str, Any] = {"profile": profile, "account_currency": "EUR", "route": route}
    once = date_transfer(requested, instant, **keywords)
    if isinstance(once, Dated):
        again = date_transfer(once.booking_date, instant, **keywords)
        assert isinstance(again, Dated | Refusal)
        if isinstance(again, Refusal):  # the year ran out while rolling
            assert again.why == "too-far"
        else:
            assert again == msgspec.structs.replace(once, moves=())


@given(INSTANTS, st.integers(0, 60 * 60 * 24 * 14), AHEAD, ROUTES)
def test_a_later_receipt_never_means_an_earlier_day(
    instant: datetime.datetime, seconds: int, ahead: int, route: Any
) -> None:
    later = instant + datetime.timedelta(seconds=seconds)
    requested = local_instant(later, OTP).date() + datetime.timedelta(days=ahead)
    keywords: dict[str, Any] = {"profile": OTP, "account_currency": "EUR", "route": route}
    first = date_transfer(requested, instant, **keywords)
    second = date_transfer(requested, later, **keywords)
    if isinstance(first, Dated):
        assert isinstance(second, Dated)
        assert first.submitted_on <= second.submitted_on
        assert first.booking_date <= second.booking_date
        assert first.settlement_date <= second.settlement_date


@given(INSTANTS, AHEAD, st.sampled_from(["OOFF", "FRST", "RCUR", "FNAL"]), ROUTES, PROFILES)
def test_a_collection_has_one_day_and_its_lead(
    instant: datetime.datetime, ahead: int, sequence_type: str, route: Any, profile: Profile
) -> None:
    requested = local_instant(instant, profile).date() + datetime.timedelta(days=ahead)
    dating = date_collection(requested, sequence_type, instant, profile=profile, route=route)
    if isinstance(dating, Refusal):
        assert dating.why in ("lead-time", "too-far")
        return
    assert dating.booking_date == dating.settlement_date == dating.received_on >= requested
    assert dating.submitted_on <= dating.booking_date
    assert is_target_day(dating.settlement_date)
    if profile.direct_debit.late_action == "reject":
        lead = getattr(profile.direct_debit.lead_days, sequence_type)
        assert settlement_days(profile).add(dating.settlement_date, -lead) >= dating.submitted_on


@given(INSTANTS, st.integers(1, 36))
def test_months_after_keeps_the_day_or_the_end_of_the_month(instant: datetime.datetime, months: int) -> None:
    start = instant.date()
    end = months_after(start, months)
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == months
    assert end.day == start.day or (end + datetime.timedelta(days=1)).day == 1
