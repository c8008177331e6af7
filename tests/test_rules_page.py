"""docs/rules.md is what `sepa rules --markdown` writes today."""

from pathlib import Path

from sepa.cli.rules_page import rules_markdown
from sepa.rules import RULES
from sepa.store.profiles import load_profile, parameters, profile_names

PAGE = Path(__file__).resolve().parents[1] / "docs" / "rules.md"


def test_the_page_of_rules_is_up_to_date() -> None:
    profiles = {name: parameters(load_profile(name)) for name in profile_names()}
    assert len(RULES) > 100
    assert PAGE.read_text() == rules_markdown(RULES, profiles), (
        "write it again: sepa rules --markdown > docs/rules.md"
    )
