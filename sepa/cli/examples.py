"""Beside every rule a pair: what it refuses, and the nearest that it accepts, in the trade's notation.

The pairs stand in `sepa/rules/examples/<family>.yaml`, all texts: an amount is never a float. A test plays out every
one of them. Only the commands that show rules read them; judging never does.
"""

from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from importlib import resources
from typing import Literal

import msgspec
import yaml

from sepa.cli.options import shown
from sepa.rules.rule import Rule
from sepa.wire import element_path

Value = str | list[str] | dict[str, str]
Changes = dict[str, Value]
"""Place → what stands there instead; the places are told in docs/house.md."""

NOTHING_THERE = "none"
THE_FILE = "the file"
_NEWEST = {"credit-transfer": "pain.001.001.09", "collection": "pain.008.001.08"}


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is changed in a sound file so that a rule speaks (`refused`), and so that it just does not (`accepted`).

    `given` is changed in both, and `still` are rules that refuse, hold or route the accepted side all the same.
    `element` is the field that the rule's finding names (`creditor_account.iban`), or "the file". `of` is the sound
    file; None: as the rule's messages say.
    """

    element: str
    refused: Changes
    accepted: Changes
    given: Changes = {}
    still: tuple[str, ...] = ()
    of: Literal["transfer", "collection"] | None = None


def base_of(rule: Rule, example: Example) -> Literal["transfer", "collection"]:
    """The sound file that is changed: a collection only where the rule judges nothing else, or the pair says so."""
    return example.of or ("collection" if rule.kinds == ("collection",) else "transfer")


def paths_of(rule: Rule, example: Example) -> dict[str, str]:
    """Where the rule's finding points to, by the kinds of message that have the place; nothing for the whole file."""
    paths: dict[str, str] = {}
    for kind in rule.kinds if example.element != THE_FILE else ():
        with suppress(KeyError):  # an hour of execution has no place in a collection
            paths[kind] = element_path(example.element, _NEWEST[kind])
    return paths


def example_of(rule: Rule) -> Example | None:
    """The pair of a rule, or None when it has none yet. A family's file that cannot be read is an error of ours."""
    family, _, name = rule.name.partition(".")
    return _of_family(family).get(f"{rule.id} {name}")


@cache
def _of_family(family: str) -> Mapping[str, Example]:
    file = resources.files("sepa.rules") / "examples" / f"{family}.yaml"
    if not file.is_file():
        return {}
    # The base loader knows texts only: no date, no truth, and above all no float.
    texts = yaml.load(file.read_text("utf-8"), Loader=yaml.BaseLoader)
    return msgspec.convert(texts, dict[str, Example])


def notation(changes: Changes) -> list[str]:
    """Each change as a reader meets it: `Amt/InstdAmt 0.01`, `no Cdtr/Nm`, `consent with limit 40.00`."""
    return [_told(place, value) for place, value in changes.items()]


def _told(place: str, value: Value) -> str:
    if isinstance(value, dict):
        return f"{place} with {', '.join(notation(dict(value)))}" if value else place
    if isinstance(value, list):
        return f"{place} {' + '.join(value)}"
    if value in (NOTHING_THERE, ""):
        return f"no {place}"
    return shown(f"{place} {value}")


def merged(given: Changes, changes: Changes) -> Changes:
    """What both sides change and what one side does, in this order; two rows of one table become one."""
    whole = dict(given)
    for place, value in changes.items():
        before = whole.get(place)
        whole[place] = before | value if isinstance(before, dict) and isinstance(value, dict) else value
    return whole
