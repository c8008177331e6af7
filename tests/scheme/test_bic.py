"""BIC: form, country, and when two codes name one office."""

import pycountry
import pytest

from sepa.scheme.bic import bic8, bic_country, bic_fault, same_office
from sepa.scheme.countries import is_country


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("OTPVSKBX", None, id="8 characters"),
        pytest.param("OTPVSKBXXXX", None, id="11 characters"),
        pytest.param("1234SKBX", None, id="ISO 9362:2014, digits in the first four"),
        pytest.param("NCBVXKPR", None, id="Kosovo"),
        pytest.param("TATRSKB", "a BIC of 8 or 11 characters, not 7", id="IDN-02 7 characters"),
        pytest.param("TATRSKBX1", "a BIC of 8 or 11 characters, not 9", id="9 characters"),
        pytest.param("", "a BIC of 8 or 11 characters, not 0", id="empty"),
        pytest.param("tatrSKBX", "capital letters and digits only; character 1 is t", id="small letters"),
        pytest.param("TATR SKBX", "capital letters and digits only; character 5 is U+0020", id="space"),
        pytest.param("TATRSKBX\n", "capital letters and digits only; character 9 is U+000A", id="line end"),
        pytest.param(
            "TATRS1BX", "the code of a country as characters 5 and 6, not S1", id="digit in the country"
        ),
        pytest.param("TATRZZBX", "the code of a country as characters 5 and 6, not ZZ", id="no such country"),
    ],
)
def test_form(text: str, expected: str | None) -> None:
    fault = bic_fault(text)
    assert (None if fault is None else str(fault)) == expected


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("OTPVSKBX", "OTPVSKBXXXX", True, id="IDN-02 8 and 8 with XXX"),
        pytest.param("OTPVSKBXXXX", "OTPVSKBXXXX", True, id="equal"),
        pytest.param("OTPVSKBX", "OTPVSKBX001", False, id="a branch"),
        pytest.param("OTPVSKBX", "TATRSKBX", False, id="another bank"),
    ],
)
def test_same_office(one: str, other: str, same: bool) -> None:
    assert same_office(one, other) is same
    assert same_office(other, one) is same


def test_parts() -> None:
    assert bic_country("OTPVSKBX001") == "SK"
    assert bic8("OTPVSKBX001") == "OTPVSKBX"


def test_countries_are_those_of_iso_3166_and_kosovo() -> None:
    published = {country.alpha_2 for country in pycountry.countries} | {"XK"}
    possible = {
        first + second for first in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" for second in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    }
    assert {code for code in possible if is_country(code)} == published
