"""Creditor identifiers: EPC262-08, with python-stdnum as second opinion on the check digits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.eu import at_02

from sepa.scheme.creditor_id import creditor_id_fault, creditor_id_key

GOOD = [
    pytest.param("SK36ZZZ70000000007", id="SK"),
    pytest.param("SK36ABC70000000007", id="IDN-11 another business code"),
    pytest.param("sk36zzz70000000007", id="small letters"),
    pytest.param("DE98ZZZ09999999999", id="DE"),
    pytest.param("AT61ZZZ01234567890", id="AT"),
    pytest.param("NL79ZZZ999999990000", id="NL"),
    pytest.param("FR72ZZZ123456", id="FR"),
    pytest.param("BE69ZZZ050D000000008", id="BE of 20"),
    pytest.param("IT66ZZZA1B2C3D4E5F6G7H8", id="IT"),
    pytest.param("ES23ZZZ47690558N", id="ES"),
]


def sealed(country: str, rest: str) -> str:
    """An identifier with check digits that agree."""
    return country + at_02.calc_check_digits(f"{country}00{rest}") + rest


@pytest.mark.parametrize("text", GOOD)
def test_accepts(text: str) -> None:
    assert creditor_id_fault(text) is None


def test_punctuation_is_allowed_and_not_counted() -> None:
    assert creditor_id_fault(sealed("PT", "ZZZ1+2/3")) is None
    assert sealed("PT", "ZZZ1+2/3")[:4] == sealed("PT", "ZZZ123")[:4]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "SK37ZZZ70000000007",
            "check digits that agree with the creditor identifier, not 37",
            id="IDN-11 wrong digits",
        ),
        pytest.param(
            "SK36ZZZ7000000000", "a creditor identifier of 18 characters for SK, not 17", id="SK too short"
        ),
        pytest.param(
            "BE69ZZZ050D00000000",
            "a creditor identifier of 17 / 20 characters for BE, not 19",
            id="BE neither length",
        ),
        pytest.param("SK36ZZZ", "a creditor identifier of 8 to 35 characters, not 7", id="no national part"),
        pytest.param(
            "LU36ZZZ" + "1" * 29, "a creditor identifier of 8 to 35 characters, not 36", id="36 characters"
        ),
        pytest.param(
            "US36ZZZ70000000007", "the code of a country with SEPA direct debits, not US", id="not in SEPA"
        ),
        pytest.param(
            "RS36ZZZ70000000007",
            "the code of a country with SEPA direct debits, not RS",
            id="Serbia has transfers only",
        ),
        pytest.param(
            "SK99ZZZ70000000007", "check digits from 02 to 98 as characters 3 and 4, not 99", id="99"
        ),
        pytest.param(
            "SKX6ZZZ70000000007",
            "check digits from 02 to 98 as characters 3 and 4, not X6",
            id="letter as digit",
        ),
        pytest.param(
            "SK36 ZZZ70000000007",
            "letters, digits and + ? / - : ( ) . , ' only; character 5 is U+0020",
            id="space",
        ),
        pytest.param(
            "SK36ZZZ7000000000\u0667",
            "letters, digits and + ? / - : ( ) . , ' only; character 18 is U+0667",
            id="Arabic digit",
        ),
        pytest.param(
            "PT36ZZZ---",
            "a national identifier of letters or digits from character 8 on, not ---",
            id="punctuation only",
        ),
    ],
)
def test_each_fault_says_what_is_expected(text: str, expected: str) -> None:
    assert str(creditor_id_fault(text)) == expected


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("SK36ZZZ70000000007", "SK36ABC70000000007", True, id="business code"),
        pytest.param("SK36ZZZ70000000007", "sk36 zzz 7000 0000 007", True, id="case and spaces"),
        pytest.param("SK36ZZZ70000000007", "SK36ZZZ70000000008", False, id="another creditor"),
    ],
)
def test_identity(one: str, other: str, same: bool) -> None:
    assert (creditor_id_key(one) == creditor_id_key(other)) is same


@given(st.text(max_size=40))
def test_no_text_is_an_error(text: str) -> None:
    fault = creditor_id_fault(text)
    assert fault is None or str(fault)
    creditor_id_key(text)
