"""Days of payments outside SEPA: cut-offs, how far ahead, and when the payee's bank has the money."""

import datetime
from typing import Any

import pytest

from sepa.model.dating import Dated, Refusal
from sepa.model.verdict import Family
from sepa.schedule import correspondent_day, date_outside
from tests.build import OTP, instant, profile

DAY = datetime.date
LATE_REFUSED = profile(cutoffs__late_action="reject")


def dated(requested: str, received: str, family: Family, bank: Any = OTP, **more: bool) -> Dated | Refusal:
    return date_outside(DAY.fromisoformat(requested), instant(received), family, profile=bank, **more)


@pytest.mark.parametrize(
    ("family", "hour", "more"),
    [
        pytest.param("priority_domestic", "15:00:00", {}, id="CUT-05"),
        pytest.param("on_us_foreign_currency", "21:00:00", {}, id="CUT-06"),
        pytest.param("on_us_conversion", "15:00:00", {}, id="CUT-08"),
        pytest.param("otp_express", "11:00:00", {}, id="CUT-09"),
        pytest.param("regulated", "13:30:00", {}, id="CUT-10 regulated"),
        pytest.param("urgent_regulated", "13:30:00", {}, id="CUT-10 urgent regulated"),
        pytest.param("standard", "13:30:00", {}, id="CUT-10 standard"),
        pytest.param("urgent", "13:30:00", {}, id="CUT-10 urgent"),
        pytest.param("standard", "14:30:00", {"with_deal": True}, id="CUT-10 with a currency deal"),
    ],
)
def test_the_hour_of_each_family(family: Family, hour: str, more: dict[str, bool]) -> None:
    in_time = dated("2026-04-02", f"2026-04-02T{hour}", family, **more)
    late = dated("2026-04-02", f"2026-04-02T{hour[:-2]}01", family, **more)
    assert isinstance(in_time, Dated)
    assert isinstance(late, Dated)
    assert (in_time.booking_date, in_time.moves) == (DAY(2026, 4, 2), ())
    assert (late.booking_date, late.received_on) == (DAY(2026, 4, 7), DAY(2026, 4, 7))
    assert [(move.rule, move.code, move.cut_off) for move in late.moves] == [
        ("DAT-09", "DT06", datetime.time.fromisoformat(hour))
    ]
    refused = dated("2026-04-02", f"2026-04-02T{hour[:-2]}01", family, LATE_REFUSED, **more)
    assert isinstance(refused, Refusal)
    assert (refused.rule, refused.code) == ("DAT-09", "TM01")


@pytest.mark.parametrize(
    ("family", "euro", "reaches", "correspondent"),
    [
        pytest.param("standard", False, DAY(2026, 4, 10), DAY(2026, 4, 8), id="EXE-06 USD"),
        pytest.param("standard", True, DAY(2026, 4, 7), None, id="EXE-06 EUR within the EEA"),
        pytest.param("urgent", False, DAY(2026, 4, 7), None, id="EXE-06 urgent"),
        pytest.param("regulated", True, DAY(2026, 4, 7), None, id="EXE-06 regulated"),
        pytest.param("priority_domestic", True, DAY(2026, 4, 2), None, id="NSP-02 the same day"),
        pytest.param("otp_express", False, DAY(2026, 4, 2), None, id="CUT-09 value T"),
    ],
)
def test_when_the_payees_bank_has_the_money(
    family: Family, euro: bool, reaches: DAY, correspondent: DAY | None
) -> None:
    days = dated("2026-04-02", "2026-04-02T10:00", family, euro_in_eea=euro)
    assert isinstance(days, Dated)
    assert days.settlement_date == reaches
    assert correspondent_day(days.booking_date, days.settlement_date, OTP) == correspondent


@pytest.mark.parametrize(
    ("requested", "family", "expected"),
    [
        pytest.param("2026-04-10", "standard", DAY(2026, 4, 10), id="NSP-10 the fifth working day"),
        pytest.param("2026-04-13", "standard", ("NSP-10", "CH03"), id="NSP-10 the sixth"),
        pytest.param("2026-04-03", "standard", DAY(2026, 4, 7), id="NSP-10 a day off"),
        pytest.param("2026-03-31", "standard", ("DAT-03", "CH04"), id="NSP-10 before submission"),
        pytest.param("2027-04-01", "priority_domestic", DAY(2027, 4, 1), id="DAT-03 a year ahead"),
        pytest.param("2027-04-02", "priority_domestic", ("DAT-03", "CH03"), id="DAT-03 over a year ahead"),
        pytest.param("2026-04-01", "on_us_conversion", DAY(2026, 4, 1), id="NSP-05 today"),
        pytest.param("2026-04-02", "on_us_conversion", ("DAT-04", "DT04"), id="NSP-05 tomorrow"),
    ],
)
def test_how_far_ahead(requested: str, family: Family, expected: Any) -> None:
    days = dated(requested, "2026-04-01T10:00", family)
    assert (days.booking_date if isinstance(days, Dated) else (days.rule, days.code)) == expected


def test_a_day_that_passed_moves_where_the_terms_let_it() -> None:
    days = dated("2026-03-31", "2026-04-01T10:00", "standard", profile(orders__due_date__past="roll"))
    assert isinstance(days, Dated)
    assert [(move.rule, move.why, move.to_date) for move in days.moves] == [
        ("DAT-03", "past", DAY(2026, 4, 1))
    ]
