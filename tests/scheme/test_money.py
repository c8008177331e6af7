"""The one reading of an amount: digits, a point, and no more than whole cents."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sepa.scheme.money import amount_text, cents


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0),
        ("1", 100),
        ("1.2", 120),
        ("1.23", 123),
        ("1.2300", 123),
        ("1.230000", 123),
        ("007.05", 705),
        ("9999999999999999.99", 999_999_999_999_999_999),
        ("10000000000000000", None),
        ("1.234", None),
        ("1.2301", None),
        ("1.", None),
        (".5", None),
        ("", None),
        ("-1.00", None),
        ("+1.00", None),
        ("1e2", None),
        ("1_0", None),
        ("1,00", None),
        (" 1.00", None),
        ("1.00 ", None),
        ("1.00\n", None),
        ("١.٠٠", None),
        ("１.00", None),
    ],
)
def test_cents(text: str, expected: int | None) -> None:
    assert cents(text) == expected


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "0.00"), (5, "0.05"), (99, "0.99"), (100, "1.00"), (1230, "12.30"), (-5, "-0.05")],
)
def test_amount_text(amount: int, text: str) -> None:
    assert amount_text(amount) == text
    assert amount < 0 or cents(text) == amount


@given(st.integers(0, 10**18))
def test_an_amount_is_euros_and_two_digits(amount: int) -> None:
    assert amount_text(amount) == f"{amount // 100}.{amount % 100:02d}"


@given(
    st.from_regex(r"[0-9.]{0,6}\.?[0-9]{0,16}\.?[0-9]{0,4}\n?")
    | st.text("0123456789.-+ _e\u0663\uff11", max_size=22)
    | st.decimals(0, 10**17, places=2).map(str)
)
def test_every_way_to_write_an_amount_has_one_reading(text: str) -> None:
    whole = re.fullmatch(r"[0-9]{1,16}(\.[0-9]{1,2}0*)?", text)
    assert cents(text) == (int(Decimal(text) * 100) if whole else None)
