"""Slovak symbols in an EndToEndId."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sepa.scheme.symbols import Symbols, build_symbols, parse_symbols, symbol_fault


@pytest.mark.parametrize(
    ("end_to_end_id", "expected"),
    [
        pytest.param("/VS012345/SS/KS0308", Symbols("012345", "", "0308"), id="SYM-07 empty SS, zeros stay"),
        pytest.param("/VS/SS/KS", Symbols(), id="all empty"),
        pytest.param(
            "/VS1234567890/SS1234567890/KS1234", Symbols("1234567890", "1234567890", "1234"), id="longest"
        ),
        pytest.param(
            "/VS12-345/SS/KS", Symbols("12-345", "", ""), id="SYM-01 faulty symbol is still a symbol"
        ),
        pytest.param("/VS12/345/SS/KS", Symbols("12/345", "", ""), id="SYM-01 slash inside"),
        pytest.param("/KS0308/VS1", None, id="SYM-07 wrong order, KS before VS"),
        pytest.param("/VS1/KS0308", None, id="a tag missing"),
        pytest.param("/SS1/VS1/KS1", None, id="wrong order, SS before VS"),
        pytest.param("VS1/SS/KS", None, id="no slash in front"),
        pytest.param("/vs1/ss/ks", None, id="small letters"),
        pytest.param("INV-7", None, id="a reference"),
        pytest.param("NOTPROVIDED", None, id="no reference"),
        pytest.param("", None, id="empty"),
    ],
)
def test_parse(end_to_end_id: str, expected: Symbols | None) -> None:
    assert parse_symbols(end_to_end_id) == expected


digits = st.text("0123456789", max_size=10)


@given(digits, digits, digits)
def test_what_is_built_is_read_back(vs: str, ss: str, ks: str) -> None:
    assert parse_symbols(build_symbols(vs, ss, ks)) == Symbols(vs, ss, ks)


def test_longest_form_fits() -> None:
    assert len(build_symbols("1" * 10, "1" * 10, "1" * 4)) == 33


def test_building_with_anything_but_digits_is_our_error() -> None:
    with pytest.raises(ValueError, match="digits only"):
        build_symbols(vs="12-3")


@pytest.mark.parametrize(
    ("symbol", "digits_max", "accepted"),
    [
        pytest.param("0012345", 10, True, id="SYM-01 zeros in front"),
        pytest.param("1234567890", 10, True, id="SYM-02 ten"),
        pytest.param("12345678901", 10, False, id="SYM-01 eleven"),
        pytest.param("12-345", 10, False, id="SYM-01 dash"),
        pytest.param("0308", 4, True, id="SYM-03 four"),
        pytest.param("03080", 4, False, id="SYM-03 five"),
        pytest.param("", 4, True, id="not given"),
        pytest.param("\u0661", 4, False, id="Arabic digit"),
        pytest.param("1\n", 4, False, id="line end"),
    ],
)
def test_symbol_fault(symbol: str, digits_max: int, accepted: bool) -> None:
    fault = symbol_fault(symbol, digits_max)
    assert (fault is None) is accepted
    assert fault is None or str(fault) == f"at most {digits_max} digits and nothing else"
