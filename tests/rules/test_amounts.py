"""Amounts: given, whole cents, above zero, below the scheme's limit."""

from typing import Any

import pytest

from sepa.rules import amounts
from tests.build import case, collection, profile, said, transfer

_TABLE: list[tuple[str | None, tuple[str, str] | None]] = [
    ("100.00", None),
    ("100", None),
    ("0.01", None),
    ("100.000", None),
    ("49999999.99", None),
    ("999999999.99", ("EYE-01", "MS03")),
    (None, ("CT-01", "AM12")),
    ("0", ("SCH-07", "AM01")),
    ("0.00", ("SCH-07", "AM01")),
    ("0.001", ("SCH-06", "CH20")),
    ("100.005", ("SCH-06", "CH20")),
    ("-1.00", ("SCH-06", "AM12")),
    ("1E2", ("SCH-06", "AM12")),
    ("1,00", ("SCH-06", "AM12")),
    ("1_000", ("SCH-06", "AM12")),
    ("١٢", ("SCH-06", "AM12")),
    ("", ("SCH-06", "AM12")),
]


@pytest.mark.parametrize("kind", [transfer, collection])
@pytest.mark.parametrize(("amount", "expected"), [pytest.param(*row, id=str(row[0])) for row in _TABLE])
def test_amount(kind: Any, amount: str | None, expected: tuple[str, str] | None) -> None:
    built = kind(amount=amount)
    found = tuple(each for rule in amounts.RULES for each in rule.check(built.transaction, case(built)))
    effect = "hold" if expected and expected[0] == "EYE-01" else "reject"
    assert said(found) == ({(*expected, "amount", effect)} if expected else set())


def test_more_than_the_scheme_carries_is_refused_and_large() -> None:
    built = transfer(amount="1000000000.00")
    found = tuple(each for rule in amounts.RULES for each in rule.check(built.transaction, case(built)))
    assert said(found) == {("SCH-08", "AM02", "amount", "reject"), ("EYE-01", "MS03", "amount", "hold")}


def test_the_limit_is_the_profiles() -> None:
    bank = profile(orders__amount_max_cents=5000)
    for amount, refused in (("50.00", False), ("50.01", True)):
        built = transfer(amount=amount)
        assert bool(amounts.at_most.check(built.transaction, case(built, bank=bank))) is refused


@pytest.mark.parametrize("kind", [transfer, collection])
@pytest.mark.parametrize(
    ("amount", "from_cents", "held"),
    [
        pytest.param("49.99", 5000, False, id="a cent less"),
        pytest.param("50.00", 5000, True, id="EYE-01 the very amount"),
        pytest.param("50", 5000, True, id="written without cents"),
        pytest.param("999999999.99", None, False, id="no amount in the profile"),
        pytest.param("x", 5000, False, id="no amount in the order"),
        pytest.param(None, 5000, False, id="none at all"),
    ],
)
def test_two_people_are_asked_from_an_amount_on(
    kind: Any, amount: str | None, from_cents: int | None, held: bool
) -> None:
    built = kind(amount=amount)
    bank = profile(four_eyes__from_cents=from_cents)
    found = amounts.large.check(built.transaction, case(built, bank=bank))
    assert said(found) == ({("EYE-01", "MS03", "amount", "hold")} if held else set())


def test_an_equivalent_amount_is_no_missing_amount() -> None:
    built = transfer(amount=None, currency=None, extras=("Amt/EqvtAmt",))
    assert amounts.given.check(built.transaction, case(built)) == ()
