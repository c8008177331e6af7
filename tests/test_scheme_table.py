"""docs/scheme.yaml tells the truth: every row has rules of ours and a test, or a reason; no element is forgotten."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from sepa.rules import RULES
from tests.test_coverage import TOOL

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / ".." / "shared" / "reference" / "sepa-scheme.md"
TABLE: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load(
    (ROOT / "docs" / "scheme.yaml").read_text("utf-8")
)
NAMES = {rule.name for rule in RULES}


def faults(row: dict[str, Any]) -> list[str]:
    """What is not true of a row, in short."""
    wrong = [f"no key {key}" for key in row if key not in ("rules", "where", "tests", "outside")]
    if "outside" in row:
        return wrong + (["outside with more than a reason"] if len(row) > 1 or not row["outside"] else [])
    if not row.get("tests") or not (row.get("rules") or row.get("where")):
        wrong.append("neither shown nor outside")
    wrong += [f"no rule {name}" for name in row.get("rules", ()) if name not in NAMES]
    wrong += [f"no code {name}" for name in row.get("where", ()) if not TOOL.exists(name)]
    return wrong + [f"no test {test}" for test in row.get("tests", ()) if not TOOL.is_test(test)]


def test_every_row_is_true() -> None:
    told = {
        f"{section}: {name}": faults(row) for section, rows in TABLE.items() for name, row in rows.items()
    }
    assert len(told) > 80
    assert {name: wrong for name, wrong in told.items() if wrong} == {}


@pytest.mark.parametrize(
    ("row", "told"),
    [
        pytest.param(
            {"rules": ["names.nobody"], "tests": ["tests/test_decide.py::test_x"]}, 2, id="no such names"
        ),
        pytest.param({"where": ["sepa.wire.nothing"]}, 2, id="no such code, no test"),
        pytest.param({"outside": ""}, 1, id="no reason"),
        pytest.param({"outside": "so", "rules": ["names.length"]}, 1, id="both"),
        pytest.param({"outside": "so", "remark": "x"}, 2, id="unknown key"),
        pytest.param({"outside": "so"}, 0, id="outside"),
    ],
)
def test_what_is_not_true_is_told(row: dict[str, Any], told: int) -> None:
    assert len(faults(row)) == told


@pytest.mark.skipif(not REFERENCE.is_file(), reason="the reference does not lie beside the checkout")
@pytest.mark.parametrize("section", ["5 pain.001.001.09", "6 pain.008.001.08"])
def test_every_element_of_the_reference_has_its_row(section: str) -> None:
    text = REFERENCE.read_text("utf-8")
    chapter = text.split(f"\n## {section[0]}. ")[1].split("\n## ")[0]
    cells = {match.strip() for match in re.findall(r"^\|([^|]+)\|", chapter, re.MULTILINE)}
    elements = {cell for cell in cells if not re.fullmatch(r"-+|Element|Changed", cell)}
    assert len(elements) > 20
    assert elements - set(TABLE[section]) == set()


@pytest.mark.skipif(not REFERENCE.is_file(), reason="the reference does not lie beside the checkout")
def test_the_sections_are_those_of_the_reference() -> None:
    text = REFERENCE.read_text("utf-8")
    for section in TABLE:
        number, title = section.split(" ", 1)
        assert re.search(rf"^## {number}\. {re.escape(title)}", text, re.MULTILINE), section
