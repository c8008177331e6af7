"""Counts and sums, exact to the last decimal, at both levels."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sepa.rules import totals
from sepa.rules.totals import Tally, Totals
from sepa.scheme.money import cents
from tests.build import case, profile, said

AM18 = ("BAT-03", "AM18", "group_header.number_of_transactions", "reject")
AM10 = ("BAT-03", "AM10", "group_header.control_sum", "reject")


def tally(*amounts: str | None) -> Tally:
    found = Tally()
    for amount in amounts:
        found.add(amount, cents(amount) if amount is not None else None)
    return found


def findings(subject: str, declared: Totals, **settings: object) -> set[tuple[str, str, str, str]]:
    judged = case(bank=profile(**settings))
    rules = [rule for rule in totals.RULES if rule.subject == subject]
    return said(tuple(found for rule in rules for found in rule.check(declared, judged)))


@pytest.mark.parametrize(
    ("number", "total", "amounts", "expected"),
    [
        pytest.param("2", "3500.00", ("3000.00", "500.00"), set(), id="right"),
        pytest.param("2", "3500.0", ("3000.00", "500.00"), set(), id="one decimal"),
        pytest.param("2", "3500", ("3000.00", "500.00"), set(), id="no decimals"),
        pytest.param("02", "3500.000", ("3000.00", "500.00"), set(), id="zeros around"),
        pytest.param("2", "3500.01", ("3000.00", "500.00"), {AM10}, id="a cent too much"),
        pytest.param("2", "3499.99", ("3000.00", "500.00"), {AM10}, id="a cent too little"),
        pytest.param("3", "3500.00", ("3000.00", "500.00"), {AM18}, id="one order too few"),
        pytest.param("1", "3500.00", ("3000.00", "500.00"), {AM18}, id="one order too many"),
        pytest.param("2", "0.015", ("0.005", "0.01"), set(), id="half a cent counts"),
        pytest.param("2", "0.01", ("0.005", "0.01"), {AM10}, id="half a cent is not dropped"),
        pytest.param("1", "-100.00", ("100.00",), {AM10}, id="signed sum"),
        pytest.param("1", "1E2", ("100.00",), {AM10}, id="exponent"),
        pytest.param("1", "100.00", (None,), set(), id="an amount that cannot be read: sum not judged"),
        pytest.param("two", "1.00", ("1.00",), {AM18}, id="a word for a number"),
        pytest.param("10", "0.10", ("0.01",) * 10, set(), id="ten cents are exactly 0.10"),
    ],
)
def test_group_header_totals(
    number: str, total: str, amounts: tuple[str | None, ...], expected: set[tuple[str, str, str, str]]
) -> None:
    assert findings("message", Totals(number, total, tally(*amounts))) == expected


def test_block_totals_name_the_block() -> None:
    wrong = findings("payment-information", Totals("2", "1.01", tally("1.00")))
    assert wrong == {
        ("BAT-03", "AM18", "number_of_transactions", "reject"),
        ("BAT-03", "AM10", "control_sum", "reject"),
    }
    assert findings("payment-information", Totals("1", "1.00", tally("1.00"))) == set()


@pytest.mark.parametrize("effect", ["warn", "reject"])
def test_missing_totals_do_what_the_profile_says(effect: str) -> None:
    absent = Totals(None, None, tally("1.00"))
    assert findings("payment-information", absent, batch__control_sum_mandatory=effect) == {
        ("TOT-02", "CH21", "number_of_transactions", effect),
        ("TOT-02", "CH21", "control_sum", effect),
    }
    header = Totals("1", None, tally("1.00"))
    assert findings("message", header, batch__control_sum_mandatory=effect) == {
        ("TOT-01", "CH21", "group_header.control_sum", effect)
    }


@pytest.mark.parametrize(
    ("most", "refused"), [pytest.param(2, False, id="2 of 2"), pytest.param(1, True, id="2 of 1")]
)
def test_a_message_holds_no_more_orders_than_we_take(most: int, refused: bool) -> None:
    declared = Totals("2", "2.00", tally("1.00", "1.00"))
    expected = {("BAT-03", "FF01", "group_header.number_of_transactions", "reject")} if refused else set()
    assert findings("message", declared, batch__max_transactions=most) == expected


def test_a_payment_information_id_is_used_once() -> None:
    first, again = (Totals("1", "1.00", tally("1.00"), "PMT-1", repeated) for repeated in (False, True))
    assert findings("payment-information", first) == set()
    assert findings("payment-information", again) == {("TOT-03", "DU02", "id", "reject")}


@given(st.lists(st.decimals(0, 10**12, places=5, allow_nan=False), max_size=30))
def test_sums_are_exact(amounts: list[Decimal]) -> None:
    texts = [f"{amount:f}" for amount in amounts]
    found = tally(*texts)
    exact = sum((int(amount.scaleb(5)) for amount in amounts), 0)
    assert int(Decimal(found.sum_text).scaleb(5)) == exact
    assert findings("message", Totals(str(len(texts)), found.sum_text, found)) == set()
