"""Rates of exchange: one strict reading, one writing, and how cents are converted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sepa.scheme.rates import RATE_UNITS, in_currency, rate_text, rate_units, with_margin


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("1.0900", 1_090_000), ("1", 1_000_000), ("0.000001", 1), ("16875.1234560", 16_875_123_456),
        ("0", None), ("0.000000", None), ("1.0000001", None), ("-1.09", None), ("1,09", None), ("1.", None),
        ("", None), (" 1", None), ("1e3", None), ("١", None),
    ],
)  # fmt: skip
def test_a_rate_is_read_to_the_millionth(text: str, rate: int | None) -> None:
    assert rate_units(text) == rate


@pytest.mark.parametrize(
    ("rate", "text"), [(1_090_000, "1.0900"), (1, "0.000001"), (166_875_120, "166.87512")]
)
def test_a_rate_is_written_as_quoted(rate: int, text: str) -> None:
    assert rate_text(rate) == text


@given(st.integers(1, 10**15 - 1))
def test_what_is_written_is_read_again(rate: int) -> None:
    assert rate_units(rate_text(rate)) == rate


@pytest.mark.parametrize(
    ("cents", "rate", "own"),
    [
        pytest.param(10_000, 1_090_000, 10_900, id="EUR 100.00 are USD 109.00"),
        pytest.param(1, 1_499_999, 1, id="below a half"),
        pytest.param(1, 1_500_000, 2, id="a half counts as one"),
        pytest.param(99_999_999_999, RATE_UNITS, 99_999_999_999, id="one for one"),
    ],
)
def test_cents_are_converted_half_up(cents: int, rate: int, own: int) -> None:
    assert in_currency(cents, rate) == own


@pytest.mark.parametrize(
    ("rate", "per_mille", "more"), [(1_090_000, 10, 1_100_900), (1_000_001, 1, 1_001_002), (7, 0, 7)]
)
def test_a_margin_is_rounded_up(rate: int, per_mille: int, more: int) -> None:
    assert with_margin(rate, per_mille) == more
