"""The list of rules as a catalogue: named once, sourced, with permitted codes and real parameters."""

from operator import attrgetter

import pytest

from sepa.model.finding import Fault
from sepa.rules import RULES, files
from sepa.rules.rule import Rule
from sepa.scheme.reasons import is_permitted
from tests.build import OTP

_each_rule = pytest.mark.parametrize(
    "rule", [pytest.param(rule, id=f"{rule.id} {rule.name}") for rule in RULES]
)


def test_the_catalogue_is_not_empty() -> None:
    assert len(RULES) > 100


def test_no_two_rules_share_id_and_name() -> None:
    names = [(rule.id, rule.name) for rule in RULES]
    assert len(set(names)) == len(names)


def test_no_two_rules_share_a_name_for_one_kind_of_subject() -> None:
    names = [(rule.name, rule.subject, rule.id) for rule in RULES]
    assert len(set(names)) == len(names)


@_each_rule
def test_a_rule_can_be_read_aloud_and_looked_up(rule: Rule) -> None:
    assert rule.sentence.endswith(".")
    assert rule.message.endswith(".")
    assert rule.remedy.endswith(".")
    assert rule.source.strip()


@_each_rule
def test_a_rule_speaks_in_codes_a_customer_may_be_told(rule: Rule) -> None:
    assert rule.codes
    assert [code for code in rule.codes if not is_permitted(code, "pain.002")] == []


@_each_rule
def test_the_parameters_of_a_rule_stand_in_the_profile(rule: Rule) -> None:
    for parameter in rule.parameters:
        attrgetter(parameter)(OTP)


def test_every_fault_of_a_file_has_its_rule() -> None:
    assert len(files.UNREADABLE) == len(Fault.__args__)  # type: ignore[attr-defined]
