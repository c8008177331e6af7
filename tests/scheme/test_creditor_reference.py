"""ISO 11649 references, with python-stdnum as second opinion."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iso11649

from sepa.scheme.creditor_reference import creditor_reference_fault
from sepa.scheme.letters import mod97_digits


def sealed(rest: str) -> str:
    return f"RF{98 - int(mod97_digits(rest + 'RF') + '00') % 97:02d}{rest}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("RF18539007547034", None, id="published example"),
        pytest.param("rf18539007547034", None, id="small letters"),
        pytest.param(sealed("1"), None, id="shortest"),
        pytest.param(sealed("A" * 21), None, id="longest"),
        pytest.param(
            "RF19539007547034", "check digits that agree with the reference, not 19", id="wrong digits"
        ),
        pytest.param(
            "RF18539007547043",
            "check digits that agree with the reference, not 18",
            id="two digits exchanged",
        ),
        pytest.param(
            "RF18 5390 0754 7034",
            "a reference of letters and digits only; character 5 is U+0020",
            id="printed form",
        ),
        pytest.param("XF18539007547034", "a reference that begins with RF, not XF", id="not RF"),
        pytest.param("", "a reference that begins with RF, not ", id="empty"),
        pytest.param("RF18", "a reference of 5 to 25 characters, not 4", id="nothing behind the digits"),
        pytest.param("RF18" + "1" * 22, "a reference of 5 to 25 characters, not 26", id="too long"),
        pytest.param(
            "RF01539007547034", "check digits from 02 to 98 after RF, not 01", id="01 is never issued"
        ),
        pytest.param("RF1A539007547034", "check digits from 02 to 98 after RF, not 1A", id="letter as digit"),
    ],
)
def test_form(text: str, expected: str | None) -> None:
    fault = creditor_reference_fault(text)
    assert (None if fault is None else str(fault)) == expected


@given(st.from_regex(r"[A-Z0-9]{1,22}", fullmatch=True), st.integers(2, 98))
def test_agrees_with_stdnum(rest: str, digits: int) -> None:
    """Where they differ: stdnum takes separators out, and accepts 00, 01 and 99."""
    for text in (f"RF{digits:02d}{rest}", sealed(rest)):
        assert (creditor_reference_fault(text) is None) == iso11649.is_valid(text)
