"""The table of the bank's terms tells the truth: every rule stands in it, and what it names is there."""

import ast
import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from sepa.rules import RULES

ROOT = Path(__file__).resolve().parents[1]
TERMS = ROOT / ".." / "shared" / "reference" / "bank-terms.md"
EXAMPLES = "tests/rules/test_terms_examples.py"


def tool() -> ModuleType:
    """`tools/coverage.py`, which is no package, loaded from its place under a name of its own."""
    specification = importlib.util.spec_from_file_location("terms_coverage", ROOT / "tools" / "coverage.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules["terms_coverage"] = module
    specification.loader.exec_module(module)
    return module


TOOL = tool()
COVERAGE = TOOL.load()


def test_the_table_is_true() -> None:
    assert list(TOOL.faults(COVERAGE)) == []


def test_the_page_is_up_to_date() -> None:
    assert TOOL.PAGE.read_text("utf-8") == TOOL.page(COVERAGE)


def test_the_table_is_that_of_the_terms() -> None:
    assert len(COVERAGE.rules) == 291
    assert sum(len(COVERAGE.of(group)) for group in COVERAGE.groups) == 291


@pytest.mark.skipif(not TERMS.is_file(), reason="the catalogue of the terms does not lie beside the checkout")
def test_every_rule_of_the_terms_stands_in_the_table_in_its_order() -> None:
    headings = re.findall(r"^#### ([A-Z]+-[0-9]+) ", TERMS.read_text("utf-8"), re.MULTILINE)
    assert list(COVERAGE.rules) == headings


def test_an_example_that_is_named_is_played_out() -> None:
    """A rule that leans on the table of examples has a row there that begins with its id."""
    texts = (
        node.value
        for node in ast.walk(ast.parse((ROOT / EXAMPLES).read_text("utf-8")))
        if isinstance(node, ast.Constant)
    )
    ids = {id for text in texts if isinstance(text, str) for id in re.findall(r"[A-Z]{2,3}-[0-9]{2}", text)}
    leaning = {
        id
        for id, entry in COVERAGE.rules.items()
        if {f"{EXAMPLES}::test_at_the_door", f"{EXAMPLES}::test_in_a_window"} & {*entry.tests}
    }
    assert leaning
    assert leaning - ids == set()


def changed(id: str, **changes: Any) -> list[str]:
    """The faults of the table with one entry changed."""
    rules = COVERAGE.rules | {id: msgspec.structs.replace(COVERAGE.rules[id], **changes)}
    return list(TOOL.faults(msgspec.structs.replace(COVERAGE, rules=rules)))


@pytest.mark.parametrize(
    ("id", "changes", "told"),
    [
        pytest.param("SC-01", {"where": ("sepa.rules.instrument.methods",)}, "there is no sepa", id="function"),
        pytest.param("SC-01", {"where": ("os.path.join",)}, "there is no os", id="not ours"),
        pytest.param("SC-01", {"tests": ("tests/test_decide.py::test_x",)}, "there is no test", id="test"),
        pytest.param("SC-01", {"tests": ("sepa/cli/__init__.py::test_x",)}, "there is no test", id="no test file"),
        pytest.param("SC-01", {"tests": ()}, "implemented without tests", id="no test named"),
        pytest.param("SC-01", {"keys": ("scope.currencies",)}, "the profile has no", id="profile key"),
        pytest.param("SC-01", {"standing": "not yet"}, "but sepa.rules has", id="a rule of ours not yet"),
        pytest.param("SC-01", {"where": ("sepa.settle.settle",)}, "is not named", id="a rule of ours not named"),
        pytest.param("STO-01", {"reason": ""}, "outside without reason", id="no reason"),
        pytest.param("STO-01", {"standing": "not yet", "work": ""}, "not yet without work", id="no work"),
    ],
)  # fmt: skip
def test_what_is_not_true_is_told(id: str, changes: dict[str, Any], told: str) -> None:
    assert any(fault.startswith(id) and told in fault for fault in changed(id, **changes))


def test_a_rule_written_twice_is_told(tmp_path: Path) -> None:
    """In YAML the second would hide the first."""
    twice = tmp_path / "coverage.yaml"
    twice.write_text("groups: {}\nremarks: {}\nrules:\n  SC-01: {}\n  SC-01: {}\n", "utf-8")
    with pytest.raises(ValueError, match="SC-01: written twice"):
        TOOL.load(twice)


def test_rules_of_the_terms_are_in_the_code() -> None:
    ours = {rule.id for rule in RULES} & set(COVERAGE.rules)
    assert len(ours) > 50
    assert {COVERAGE.rules[id].standing for id in ours} == {"implemented"}
