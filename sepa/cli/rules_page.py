"""The catalogue of rules as people and machines read it: a page, a card at the terminal, a line of JSON.

Everything stands in the code and beside it; nothing here is a second copy.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sepa.cli.examples import Changes, base_of, example_of, notation, paths_of
from sepa.model.profile import AT_CHOICE
from sepa.rules.rule import Rule

Profiles = Mapping[str, Mapping[str, Any]]
"""Profile → dotted parameter → value."""

_EFFECTS: Final = {
    "reject": "Refuses",
    "hold": "Holds for a person",
    "route": "Routes elsewhere",
    "move": "Moves the date of",
    "warn": "Remarks on",
}
_SUBJECTS: Final = {
    "message": "the message",
    "payment-information": "each payment block",
    "transaction": "each order",
}
_KINDS: Final = {"credit-transfer": "transfers", "collection": "collections"}
_VALUE_MAX: Final = 80

_INTRO: Final = """\
# Rules

What the desk asks of every file, block and order, in the order of reporting. Written by `sepa rules --markdown`; change
the rules, not this page. At a terminal `sepa rules IDN-01` shows one of them.

**The pairs.** Beside each rule stands what it refuses and the nearest that it takes. Both are changes to a sound file
that came on Thursday 2026-04-02 at 10:00, judged by `otp-sk` with the sample bank's tables:

- a **transfer** of EUR 100.00, due the same day, from Stavebniny (SK3552000000003000000100) to Energia Bratislava
  (SK3112000000198742637541), 931 bytes long; the payer's owner number is o-trader;
- a **collection** of EUR 50.00, CORE and RCUR, due on Monday 2026-04-13, by Energia Bratislava from a household
  (SK9152000000002000145305) with a monthly consent up to EUR 120.00.

A change names an element by its path from the order on (`Cdtr/Nm`), from its block (`PmtInf/…`) or the message
(`GrpHdr/…`), a parameter of the profile (`batch.max_transactions`), or a row of the bank's tables in words; `2 × a` is
`aa`, and `as read` stands before what no schema lets through. Paths are those of pain.001.001.09 and pain.008.001.08. A
test plays out every pair through the real reader and desk.
"""


def selected(rules: Iterable[Rule], wanted: Sequence[str]) -> list[Rule]:
    """The rules whose id, name or family is among `wanted`, in the order of reporting; all when nothing is wanted."""
    asked = {each.lower() for each in wanted}
    return [
        rule
        for rule in rules
        if not asked
        or asked & {rule.id.lower(), rule.name, rule.name.partition(".")[0], rule.name.partition(".")[2]}
    ]


def rule_line(rule: Rule, profiles: Profiles) -> dict[str, Any]:
    """One rule as `sepa rules --json` shows it."""
    pair = example_of(rule)
    return {
        "kind": "rule",
        "id": rule.id,
        "name": rule.name,
        "sentence": rule.sentence,
        "source": rule.source,
        "codes": list(rule.codes),
        "severity": rule.effect,
        "subject": rule.subject,
        "messages": list(rule.kinds),
        "message": rule.message,
        "remedy": rule.remedy,
        "parameters": list(rule.parameters),
        "needs": list(rule.needs),
        "profiles": {
            profile: {name: _value_of(name, values) for name in rule.parameters}
            for profile, values in profiles.items()
        },
        "element": paths_of(rule, pair) if pair else {},
        "example": pair
        and {
            "base": base_of(rule, pair),
            "given": notation(pair.given),
            "refused": notation(pair.refused),
            "accepted": notation(pair.accepted),
            "still": list(pair.still),
        },
    }


def show_rules(screen: Console, rules: Iterable[Rule]) -> None:
    """All rules, a line each."""
    table = Table(
        "rule", "sentence", "codes", "effect", "source", header_style="bold", box=None, padding=(0, 1)
    )
    for rule in rules:
        table.add_row(rule.id, Text(rule.sentence), " ".join(rule.codes), rule.effect, Text(rule.source))
    screen.print(table)


def show_card(screen: Console, rule: Rule, profiles: Profiles) -> None:
    """One rule with everything that is known of it."""
    screen.print(Text.assemble((rule.id, "bold"), "  ", (rule.name, "dim")))
    screen.print(Text(rule.sentence, "bold"))
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    for label, text in _facts(rule, profiles, str):
        table.add_row(label, Text(text))
    screen.print(table)
    screen.print()


def rules_markdown(rules: Iterable[Rule], profiles: Profiles) -> str:
    """The catalogue as a page: how to read it, a table of contents by family, and a card a rule."""
    families = [(family, list(members)) for family, members in groupby(rules, key=_family)]
    lines = [_INTRO, "| Family | What it asks | Rules |", "|---|---|---|"]
    for family, members in families:
        links = " ".join(f"[{rule.id}](#{_anchor(rule)})" for rule in members)
        lines.append(f"| [{family}](#{family}) | {_asks(members[0])} | {links} |")
    lines.append("")
    for family, members in families:
        lines += [f"## {family}", "", _asks(members[0]), ""]
        for rule in members:
            lines += [f"### {rule.id} `{rule.name}`", "", f"**{rule.sentence}**", ""]
            lines += [f"- {_label(label)}: {text}" for label, text in _facts(rule, profiles, _code)]
            lines.append("")
    return "\n".join(lines)


def _facts(rule: Rule, profiles: Profiles, code: Any) -> list[tuple[str, str]]:
    """Everything but the sentence, as label and text. `code` marks what is taken from a message or a profile."""
    pair = example_of(rule)
    kinds = " and ".join(_KINDS[kind] for kind in rule.kinds)
    facts: list[tuple[str, str]] = []
    if pair is not None:
        if pair.of or pair.given:
            base = f"a {base_of(rule, pair)}" if pair.of else ""
            facts.append(("Given", ", ".join(filter(None, (base, _told(pair.given, code))))))
        facts.append((_EFFECTS[rule.effect], _told(pair.refused, code)))
        still = f" ({', '.join(pair.still)} still speaks)" if pair.still else ""
        nothing_more = "no more than that" if pair.given else "the sound file as it stands"
        facts.append(("Takes", (_told(pair.accepted, code) or nothing_more) + still))
    paths = dict.fromkeys(paths_of(rule, pair).values() if pair is not None else ())
    element = f"{' or '.join(map(code, paths))} of " if paths else ""
    facts.append(("Looks at", f"{element}{_SUBJECTS[rule.subject]}, in {kinds}"))
    facts += [("Says", f"{', '.join(rule.codes)}: {rule.message}"), ("Remedy", rule.remedy)]
    facts += [("Parameter", f"{code(name)} = {_values(name, profiles, code)}") for name in rule.parameters]
    if rule.name in AT_CHOICE:
        other = "only remark" if rule.effect == "reject" else "refuse"
        facts.append(("Choice", f"a profile may have it {other} instead, by {code('rejection.severity')}"))
    if rule.needs:
        facts.append(("Needs", f"the bank's table of {', '.join(rule.needs)}"))
    return [*facts, ("Source", rule.source)]


def _label(label: str) -> str:
    """The pair stands out, so that an eye that runs down the page sees where each rule begins to bite."""
    return f"**{label}**" if label in (*_EFFECTS.values(), "Takes") else label


def _told(changes: Changes, code: Any) -> str:
    return ", ".join(map(code, notation(changes)))


def _code(text: str) -> str:
    return f"``{text}``" if "`" in text else f"`{text}`"


def _values(name: str, profiles: Profiles, code: Any) -> str:
    """What the profiles say of a parameter: once where they agree."""
    by_value: dict[str, list[str]] = {}
    for profile, values in profiles.items():
        by_value.setdefault(shown_value(_value_of(name, values)), []).append(profile)
    if len(by_value) == 1:
        return f"{code(next(iter(by_value)))} in every profile"
    return "; ".join(f"{code(value)} in {', '.join(names)}" for value, names in by_value.items())


def _value_of(name: str, values: Mapping[str, Any]) -> Any:
    """The value of a parameter; of a whole section, its values by name."""
    if name in values:
        return values[name]
    inside = {
        key.removeprefix(name + "."): value for key, value in values.items() if key.startswith(name + ".")
    }
    return inside or None


def shown_value(value: Any) -> str:
    """A value of a profile in words and figures, cut where it would fill the page."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        text = ", ".join(f"{key} {shown_value(each)}" for key, each in value.items()) or "none"
    elif isinstance(value, list | tuple) and value and isinstance(value[0], dict) and "codes" in value[0]:
        text = ", ".join(f"{len(each['codes'])} countries since {each['valid_from']}" for each in value)
    elif isinstance(value, list | tuple):
        text = ", ".join(map(shown_value, value)) or "none"
    else:
        text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= _VALUE_MAX else f"{text[: _VALUE_MAX - 1]}…"


def _family(rule: Rule) -> str:
    return rule.name.partition(".")[0]


def _asks(rule: Rule) -> str:
    """What a family asks: the first line of its module."""
    return (sys.modules[f"sepa.rules.{_family(rule)}"].__doc__ or "").strip().splitlines()[0]


def _anchor(rule: Rule) -> str:
    """The address of a rule's heading, as sites that show Markdown make it."""
    return f"{rule.id}-{rule.name}".lower().replace(".", "")
