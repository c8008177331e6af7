"""The requested date, and the sentences for what the calendar made of it."""

import datetime
from typing import Any

import pytest

from sepa.model.dating import Dated, Move, Refusal
from sepa.model.message import PaymentType
from sepa.rules import dates, days
from tests.build import case, judged, profile, said, transfer

DAY = datetime.date(2026, 4, 2)
LATER = datetime.date(2026, 4, 7)
INSTANT = {"requested_date": None, "requested_time": "2026-04-02T10:00:00"}


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        pytest.param({}, set(), id="a date"),
        pytest.param(
            {"requested_date": None}, {("CT-03", "DT01", "requested_date", "reject")}, id="CT-03 none"
        ),
        pytest.param(
            {"requested_date": "2026-02-30"},
            {("SCH-13", "DT01", "requested_date", "reject")},
            id="30 February",
        ),
        pytest.param(
            {"requested_date": "20260402"}, {("SCH-13", "DT01", "requested_date", "reject")}, id="no hyphens"
        ),
        pytest.param(
            {"requested_date": "2026-04-02Z"}, {("SCH-13", "DT01", "requested_date", "reject")}, id="UTC"
        ),
        pytest.param(
            {"requested_date": "2026-04-02+02:00"},
            {("SCH-13", "DT01", "requested_date", "reject")},
            id="zone",
        ),
        pytest.param(
            {"requested_date": "٢٠٢٦-04-02"},
            {("SCH-13", "DT01", "requested_date", "reject")},
            id="other digits",
        ),
        pytest.param(INSTANT, {("SCH-14", "DT01", "requested_time", "reject")}, id="an instant"),
    ],
)
def test_requested_date(block: dict[str, Any], expected: set[tuple[str, str, str, str]]) -> None:
    built = transfer(block=block)
    found = set().union(*(judged(rule, built) for rule in dates.RULES))
    assert found == expected


def test_an_instant_may_be_asked_for_by_instant_payments() -> None:
    kind = PaymentType(service_level="SEPA", local_instrument="INST")
    built = transfer(payment_type=kind, block=INSTANT)
    assert judged(dates.no_instant, built, bank=profile(scope__sct_inst=True)) == set()
    assert judged(dates.no_instant, built) != set()
    assert dates.requested_day(built.block) == DAY


@pytest.mark.parametrize(
    ("refusal", "whole_block"),
    [
        pytest.param(Refusal("DAT-03", "CH04", "past", DAY, LATER, LATER), True, id="DAT-03 past"),
        pytest.param(Refusal("DAT-03", "CH03", "too-far", DAY, LATER, LATER), True, id="DAT-03 too far"),
        pytest.param(Refusal("DAT-04", "CH04", "past", DAY, LATER, LATER), True, id="DAT-04 past"),
        pytest.param(Refusal("DAT-04", "DT04", "not-same-day", DAY, LATER, LATER), False, id="DAT-04 later"),
        pytest.param(
            Refusal("DAT-09", "TM01", "late", DAY, LATER, LATER, datetime.time(21)), True, id="DAT-09 late"
        ),
        pytest.param(Refusal("DDL-01", "TM01", "lead-time", DAY, LATER, LATER), False, id="DDL-01"),
        pytest.param(Refusal("DDL-02", "TM01", "lead-time", DAY, LATER, LATER), False, id="DDL-02"),
        pytest.param(Refusal("DDL-07", "CH03", "too-early", DAY, LATER, LATER), True, id="DDL-07"),
    ],
)
def test_a_refused_date_is_told_by_the_rule_that_refused_it(refusal: Refusal, whole_block: bool) -> None:
    expected = {(refusal.rule, refusal.code, "requested_date", "reject")}
    assert said((days.refused_date(refusal),)) == expected
    assert days.is_for_whole_block(refusal) is whole_block
    assert days.dating_of(refusal) is None
    (judge,) = [rule for rule in days.RULES if rule.check(refusal, case())]
    assert judge.subject == ("payment-information" if whole_block else "transaction")


@pytest.mark.parametrize(
    "move",
    [
        pytest.param(Move("DAT-03", "DT06", "past", DAY, LATER), id="DAT-03"),
        pytest.param(Move("DAT-08", "DT06", "non-working-day", DAY, LATER), id="DAT-08"),
        pytest.param(Move("DAT-09", "DT06", "late", DAY, LATER, datetime.time(21)), id="DAT-09"),
        pytest.param(Move("CUT-04", "DT06", "late", DAY, LATER, datetime.time(21)), id="CUT-04"),
        pytest.param(Move("DDL-03", "CH19", "lead-time", DAY, LATER), id="DDL-03"),
        pytest.param(Move("DDL-05", "CH19", "lead-time", DAY, LATER), id="DDL-05"),
        pytest.param(Move("DDL-06", "CH19", "non-working-day", DAY, LATER), id="DDL-06"),
    ],
)
def test_a_moved_date_is_told_by_the_rule_that_moved_it(move: Move) -> None:
    dated = Dated(DAY, LATER, LATER, LATER, (move,))
    dating = days.dating_of(dated)
    assert dating is not None
    assert said(dating.moved) == {(move.rule, move.code, "requested_date", "move")}
    assert [rule.id for rule in days.MOVES if rule.check(dated, case())] == [move.rule]
    assert not any(rule.check(dated, case()) for rule in days.REFUSALS)
