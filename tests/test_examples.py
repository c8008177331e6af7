"""The pair beside every rule holds: the rule speaks of what it refuses, and is silent about its nearest neighbour."""

import datetime
from importlib import resources
from pathlib import Path

import msgspec
import pytest
import yaml

from sepa.cli.examples import Example, base_of, example_of, merged, notation
from sepa.cli.rules_page import rule_line, selected, shown_value
from sepa.cli.tables import sentence_of, told_event
from sepa.model.finding import Effect, Finding
from sepa.model.journal import Event
from sepa.model.profile import AT_CHOICE, Profile
from sepa.pipeline.check import reason_line
from sepa.pipeline.status import reason
from sepa.rules import RULES
from sepa.rules.rule import Rule
from sepa.tell.catalogue import Catalogue
from sepa.tell.parts import speaker
from sepa.tell.parts import told as told_in_letter
from tests.played import Said, play, scene

NOON = datetime.datetime(2026, 4, 2, 10, tzinfo=datetime.UTC)
STOPS: tuple[Effect, ...] = ("reject", "hold", "route")
PLAYED = [pytest.param(rule, id=f"{rule.id} {rule.name}") for rule in RULES if example_of(rule) is not None]


def pair_of(rule: Rule) -> Example:
    pair = example_of(rule)
    assert pair is not None
    return pair


def side(rule: Rule, name: str, folder: Path) -> Said:
    pair = pair_of(rule)
    changes = merged(pair.given, getattr(pair, name))
    return play(scene(base_of(rule, pair), changes, folder / "tables"), folder / "home")


def test_every_rule_has_a_pair() -> None:
    lacking = [f"{rule.id} {rule.name}" for rule in RULES if example_of(rule) is None]
    assert not lacking, f"put a pair into sepa/rules/examples/<family>.yaml for {', '.join(lacking)}"


def test_every_pair_has_its_rule() -> None:
    known = {(rule.name.partition(".")[0], f"{rule.id} {rule.name.partition('.')[2]}") for rule in RULES}
    for file in (resources.files("sepa.rules") / "examples").iterdir():
        keys = [key.value for key, _ in yaml.compose(file.read_text("utf-8")).value]
        assert len(keys) == len(set(keys)), f"{file.name}: a rule stands twice"
        assert {(file.name.removesuffix(".yaml"), key) for key in keys} <= known, file.name


@pytest.mark.parametrize("rule", PLAYED)
def test_the_rule_speaks_of_what_it_refuses(rule: Rule, tmp_path: Path) -> None:
    said = side(rule, "refused", tmp_path)
    found = [each for each in said.of(rule.id, rule.name) if each.effect == rule.effect]
    assert found, [(each.rule, each.name, each.effect) for each in said.findings]
    for each in found:
        assert each.code in rule.codes
        assert (each.source, each.remedy.text) == (rule.source, rule.remedy)
        assert_told_alike(each, rule)
    assert pair_of(rule).element in [said.element(each) for each in found]


@pytest.mark.parametrize("rule", [rule for rule in PLAYED if rule.values[0].name in AT_CHOICE])
def test_ct_06_a_bank_chooses_whether_the_rule_refuses_or_only_warns(rule: Rule, tmp_path: Path) -> None:
    pair = pair_of(rule)
    played = scene(base_of(rule, pair), merged(pair.given, pair.refused), tmp_path)
    wanted = "warn" if rule.effect == "reject" else "reject"
    choice = {"severity": {rule.name: wanted}}
    settings = msgspec.to_builtins(played.profile) | {"rejection": choice}
    played.profile = msgspec.convert(settings, Profile)
    played.profile_changes |= {"rejection": choice}
    said = play(played, tmp_path / "home")
    assert [each.effect for each in said.of(rule.id, rule.name)] == [wanted]
    refused = {"rejected", "not-executed"}.intersection(said.outcomes)
    assert bool(refused) == (wanted == "reject")


def test_a_choice_of_one_rule_leaves_its_neighbours_alone() -> None:
    """Money is safe: what is at choice is a list, and no rule about money, dates or rights of the payer is in it."""
    names = {rule.name for rule in RULES}
    assert names >= AT_CHOICE
    guarded = {
        "amounts",
        "funds",
        "consents",
        "screening",
        "accounts",
        "payers",
        "contract",
        "signatures",
        "limits",
    }
    assert guarded.isdisjoint(name.partition(".")[0] for name in AT_CHOICE)
    assert {rule.effect for rule in RULES if rule.name in AT_CHOICE} == {"reject", "warn"}


def assert_told_alike(found: Finding, rule: Rule) -> None:
    """Wherever a person meets the finding, its words are the same, and the rule named there has this sentence."""
    assert sentence_of(found) == rule.sentence  # sepa explain
    (explained,) = told_event(Event(NOON, "judged", "desk", "", {}, (found,)))["findings"]
    assert (explained["rule"], explained["name"], explained["sentence"]) == (
        rule.id,
        rule.name,
        rule.sentence,
    )
    assert (explained["message"], explained["remedy"]) == (str(found.message), str(found.remedy))
    assert rule_line(rule, {})["sentence"] == rule.sentence  # sepa rules --json
    shown = {each.sentence for each in selected(RULES, [found.rule]) if each.name == found.name}
    assert shown == {rule.sentence}

    checked, reported = reason_line(found, ""), reason(found)  # sepa check, pain.002
    assert (checked["message"], checked["remedy"]) == (str(found.message), str(found.remedy))
    assert (reported.code, reported.sentence) == (found.code, f"{found.message} {found.remedy}")
    letter = told_in_letter(found, speaker(Catalogue({}), "en"))
    assert {checked["rule"], reported.rule, letter.small.rpartition("rule ")[2]} == {found.told_rule}
    assert (found.told_rule == rule.id) is not bool(found.inside)
    assert selected(RULES, [found.told_rule])  # what is named can be looked up


@pytest.mark.parametrize("language", Catalogue.load().languages())
def test_every_rule_has_its_sentences_in_every_language(language: str) -> None:
    words = Catalogue.load()
    lacking = [
        text
        for rule in RULES
        for text in (rule.sentence, rule.message, rule.remedy)
        if not words.translation(text, language)
    ]
    assert lacking == []


@pytest.mark.parametrize("rule", PLAYED)
def test_the_rule_is_silent_about_the_nearest_that_it_accepts(rule: Rule, tmp_path: Path) -> None:
    said = side(rule, "accepted", tmp_path)
    assert said.of(rule.id, rule.name) == []
    stopped = {each.rule for each in said.findings if each.effect in STOPS}
    assert stopped == set(pair_of(rule).still)


@pytest.mark.parametrize("base", ["transfer", "collection"])
def test_the_sound_files_are_sound(base: str, tmp_path: Path) -> None:
    said = play(scene(base, {}, tmp_path), tmp_path)
    assert (said.findings, said.outcomes) == ([], ["accepted"])


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"Amt/InstdAmt": "0.01"}, "Amt/InstdAmt 0.01"),
        ({"Cdtr/Nm": "none"}, "no Cdtr/Nm"),
        ({"RmtInf/Ustrd": ["a", "b"]}, "RmtInf/Ustrd a + b"),
        ({"consent": {"limit": "40.00", "cancelled_on": ""}}, "consent with limit 40.00, no cancelled_on"),
        ({"another order": {}}, "another order"),
        ({"Cdtr/Nm": "a\u200bb"}, "Cdtr/Nm a<U+200B>b"),
    ],
)
def test_the_notation(changes: dict[str, str | list[str] | dict[str, str]], told: str) -> None:
    assert notation(changes) == [told]


def test_two_changes_of_one_row_become_one() -> None:
    whole = merged({"consent": {"limit": "1.00"}, "sender": "a"}, {"consent": {"id": "c"}, "sender": "b"})
    assert whole == {"consent": {"limit": "1.00", "id": "c"}, "sender": "b"}


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (["sch-07"], ["amounts.more_than_zero"]),
        (["amounts.at_most"], ["amounts.at_most"]),
        (["extras"], ["extras.block", "extras.order"]),
        (["at_most", "SCH-07"], ["amounts.more_than_zero", "amounts.at_most"]),
        (["nothing"], []),
    ],
)
def test_rules_are_found_by_id_name_and_family(wanted: list[str], names: list[str]) -> None:
    assert [rule.name for rule in selected(RULES, wanted)] == names


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, "nothing"),
        (True, "true"),
        ((), "none"),
        (("a", "b"), "a, b"),
        ({"iso": "SLEV", "alias": ["SHAR"]}, "iso SLEV, alias SHAR"),
        ([{"valid_from": "2015-01-01", "codes": ["AT", "SK"]}], "2 countries since 2015-01-01"),
        ([{"valid_from": "2015-01-01", "cents": 1500000}], "valid_from 2015-01-01, cents 1500000"),
        ("x" * 81, "x" * 79 + "…"),
    ],
)
def test_values_of_parameters_read_like_words(value: object, told: str) -> None:
    assert shown_value(value) == told
