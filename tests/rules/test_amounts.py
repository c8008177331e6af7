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
    ("999999999.99", None),
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
    ("1000000000.00", ("SCH-08", "AM02")),
]


@pytest.mark.parametrize("kind", [transfer, collection])
@pytest.mark.parametrize(("amount", "expected"), [pytest.param(*row, id=str(row[0])) for row in _TABLE])
def test_amount(kind: Any, amount: str | None, expected: tuple[str, str] | None) -> None:
    built = kind(amount=amount)
    found = tuple(each for rule in amounts.RULES for each in rule.check(built.transaction, case(built)))
    assert said(found) == ({(*expected, "amount", "reject")} if expected else set())


def test_the_limit_is_the_profiles() -> None:
    bank = profile(orders__amount_max_cents=5000)
    for amount, refused in (("50.00", False), ("50.01", True)):
        built = transfer(amount=amount)
        assert bool(amounts.at_most.check(built.transaction, case(built, bank=bank))) is refused


def test_an_equivalent_amount_is_no_missing_amount() -> None:
    built = transfer(amount=None, currency=None, extras=("Amt/EqvtAmt",))
    assert amounts.given.check(built.transaction, case(built)) == ()
