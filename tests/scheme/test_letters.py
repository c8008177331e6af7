"""Letters as numbers, and how they are shown."""

import pytest

from sepa.scheme.letters import inert


@pytest.mark.parametrize(
    "text", ["=1+1", "+49", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠SUM(A1)"]
)
def test_a_formula_is_made_inert(text: str) -> None:
    assert inert(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Platba", "1=1", "a@b", " =1", "'=1"])
def test_another_text_stays(text: str) -> None:
    assert inert(text) == text
