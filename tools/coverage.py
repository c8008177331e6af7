"""Writes docs/coverage.md: what the desk does about each rule of the bank's terms, from docs/coverage.yaml.

`python tools/coverage.py` checks and writes it; `--check` only says whether it is right and up to date.
Every function named must exist, every test as well, and a rule that the code carries must stand as implemented.
"""

import ast
import importlib
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

from sepa.model.profile import Profile, Section
from sepa.rules import RULES

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "docs" / "coverage.yaml"
PAGE = ROOT / "docs" / "coverage.md"

Standing = Literal["implemented", "configuration only", "needs the clearing's answers", "not yet", "outside"]
SIGNS: dict[Standing, str] = {
    "implemented": "█",
    "configuration only": "▓",
    "needs the clearing's answers": "▒",
    "not yet": "░",
    "outside": "·",
}
SAYS: dict[Standing, str] = {
    "implemented": "the code does it and a test shows it",
    "configuration only": "a value of the profile says it",
    "needs the clearing's answers": "needs messages that come from the clearing, or leave as an answer to them",
    "not yet": "missing, with what is missing",
    "outside": "not this desk's business",
}
NEEDS: dict[Standing, tuple[str, ...]] = {
    "implemented": ("where", "tests"),
    "configuration only": ("keys", "note"),
    "needs the clearing's answers": ("missing",),
    "not yet": ("missing", "work"),
    "outside": ("reason",),
}


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule of the terms. `missing` of an implemented one is what is left of it."""

    title: str
    standing: Standing
    where: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    missing: str = ""
    work: Literal["small", "medium", "large", ""] = ""
    reason: str = ""
    note: str = ""


class Coverage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole table; groups and rules in the order of the terms."""

    groups: dict[str, str]
    remarks: dict[str, str]
    rules: dict[str, Entry]

    def of(self, group: str) -> dict[str, Entry]:
        """The rules whose id begins with `group`."""
        return {id: entry for id, entry in self.rules.items() if id.rpartition("-")[0] == group}


def load(path: Path = SOURCE) -> Coverage:
    """Read the table; an unknown key, standing or a rule written twice is an error."""
    return msgspec.convert(yaml.load(path.read_text("utf-8"), Loader=_Once), Coverage)


class _Once(yaml.SafeLoader):
    """YAML lets a later key win in silence; here it must not."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        names = [key.value for key, _ in node.value]
        twice = [name for name, count in Counter(names).items() if count > 1]
        if twice:
            raise ValueError(f"{', '.join(twice)}: written twice")
        return super().construct_mapping(node, deep)


# --- is it true? ---


def faults(coverage: Coverage) -> Iterator[str]:
    """What is wrong with the table, in sentences; nothing when all of it holds."""
    for id, entry in coverage.rules.items():
        if id.rpartition("-")[0] not in coverage.groups:
            yield f"{id}: no such group"
        yield from (
            f"{id}: {entry.standing} without {need}"
            for need in NEEDS[entry.standing]
            if not getattr(entry, need)
        )
        yield from (f"{id}: there is no {name}" for name in entry.where if not exists(name))
        yield from (f"{id}: there is no test {test}" for test in entry.tests if not is_test(test))
        yield from (f"{id}: the profile has no {key}" for key in entry.keys if key not in profile_keys())
    yield from (f"{group}: a group without a rule" for group in coverage.groups if not coverage.of(group))
    for rule in RULES:
        if rule.id not in coverage.rules:
            continue  # a rule of the scheme, or one of our own
        entry = coverage.rules[rule.id]
        if entry.standing != "implemented":
            yield f"{rule.id}: {entry.standing}, but sepa.rules has {rule.name}"
        own = f"sepa.rules.{rule.name}"
        if exists(own) and own not in entry.where:
            yield f"{rule.id}: {own} is not named"


def exists(dotted: str) -> bool:
    """Whether a dotted name is a module of ours or something inside one."""
    parts = dotted.split(".")
    for count in range(len(parts), 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:count]))
        except ModuleNotFoundError:
            continue
        for name in parts[count:]:
            found = getattr(found, name, None)
        return parts[0] == "sepa" and found is not None
    return False


def is_test(test: str) -> bool:
    """Whether `tests/...py::test_name` is there."""
    path, _, name = test.partition("::")
    return name.startswith("test_") and name in _functions(path)


@cache
def _functions(path: str) -> frozenset[str]:
    file = ROOT / path
    if not path.startswith("tests/") or not file.is_file():
        return frozenset()
    body = ast.parse(file.read_text("utf-8"), path).body
    return frozenset(node.name for node in body if isinstance(node, ast.FunctionDef))


@cache
def profile_keys() -> frozenset[str]:
    """Dotted names of all values a profile holds."""
    return frozenset(_keys(Profile))


def _keys(kind: type[Section], prefix: str = "") -> Iterator[str]:
    for field in msgspec.structs.fields(kind):
        if isinstance(field.type, type) and issubclass(field.type, Section):
            yield from _keys(field.type, f"{prefix}{field.name}.")
        else:
            yield prefix + field.name


# --- the page ---


def page(coverage: Coverage) -> str:
    """docs/coverage.md, the same for the same table."""
    return "\n".join(
        [*_head(coverage), *_left(coverage), *(line for group in coverage.groups for line in _group(coverage, group))]
    ).rstrip() + "\n"  # fmt: skip


def counts(entries: dict[str, Entry]) -> dict[Standing, int]:
    """How many rules have each standing, all standings named."""
    found = Counter(entry.standing for entry in entries.values())
    return {standing: found[standing] for standing in SIGNS}


def bar(found: dict[Standing, int], rules_a_sign: int = 1) -> str:
    """The counts as a bar; a sign that is only partly filled is a sign all the same."""
    return "".join(SIGNS[standing] * -(-count // rules_a_sign) for standing, count in found.items())


def _head(coverage: Coverage) -> Iterator[str]:
    found = counts(coverage.rules)
    partly = sum(1 for entry in coverage.rules.values() if entry.standing == "implemented" and entry.missing)
    yield "# What the desk does about each rule of the bank's terms"
    yield ""
    yield "Written by `tools/coverage.py` from `docs/coverage.yaml`; `tests/test_coverage.py` keeps both true."
    yield "Ids are those of the catalogue of the bank's terms, titles are ours."
    yield ""
    yield f"```\n{bar(found, rules_a_sign=4)}\n```"
    yield ""
    yield "| | Standing | Rules | Means |"
    yield "|---|---|--:|---|"
    for standing, count in found.items():
        yield f"| {SIGNS[standing]} | {standing} | {count} | {SAYS[standing]} |"
    yield f"| | **all** | **{sum(found.values())}** | |"
    yield ""
    yield f"Of the implemented ones {partly} have a part still missing; it stands beside them."
    yield ""
    yield "| Rules | | " + " | ".join(SIGNS.values()) + " | all |"
    yield "|---|---|" + "--:|" * (len(SIGNS) + 1)
    for group, name in coverage.groups.items():
        own = counts(coverage.of(group))
        cells = " | ".join(str(count or "") for count in own.values())
        yield f"| [{group}](#{_anchor(group, name)}) | {name} | {cells} | {sum(own.values())} |"
    yield ""


def _left(coverage: Coverage) -> Iterator[str]:
    yield "## Not yet, by work"
    yield ""
    yield "Small is hours, medium is days, large is weeks."
    yield ""
    for work in ("large", "medium", "small"):
        ids = [id for id, entry in coverage.rules.items() if entry.work == work]
        yield f"- **{work}** ({len(ids)}): {', '.join(ids)}"
    yield ""


def _group(coverage: Coverage, group: str) -> Iterator[str]:
    own = coverage.of(group)
    yield f"## {group} {coverage.groups[group]}"
    yield ""
    told = ", ".join(f"{count} {standing}" for standing, count in counts(own).items() if count)
    yield f"`{bar(counts(own))}` {told}"
    yield ""
    if group in coverage.remarks:
        yield coverage.remarks[group]
        yield ""
    yield "| Rule | Title | Standing | Where, and what shows it | Still missing, reason, remark |"
    yield "|---|---|---|---|---|"
    for id, entry in own.items():
        yield f"| {id} | {entry.title} | {_standing(entry)} | {_places(entry)} | {_remarks(entry)} |"
    yield ""


def _anchor(group: str, name: str) -> str:
    return f"{group} {name}".lower().replace(" ", "-")


def _standing(entry: Entry) -> str:
    return f"{SIGNS[entry.standing]} {entry.standing}" + (f", {entry.work}" if entry.work else "")


def _places(entry: Entry) -> str:
    """Functions, tests and profile keys, one a line."""
    functions = [f"`{name}`" for name in entry.where]
    tests = [f"[{test}](../{test.partition('::')[0]})" for test in entry.tests]
    keys = [f"profile `{key}`" for key in entry.keys]
    return "<br>".join([*functions, *tests, *keys])


def _remarks(entry: Entry) -> str:
    missing = (
        f"Missing: {entry.missing}" if entry.standing == "implemented" and entry.missing else entry.missing
    )
    reason = entry.reason[:1].upper() + entry.reason[1:] + "." if entry.reason else ""
    return " ".join(filter(None, (missing, reason, entry.note)))


def main(arguments: list[str]) -> int:
    """0: right and written, or up to date; 1: wrong, or not up to date."""
    coverage = load()
    wrong = list(faults(coverage))
    if wrong:
        sys.stderr.write("\n".join(wrong) + "\n")
        return 1
    text = page(coverage)
    if "--check" in arguments:
        return 0 if PAGE.is_file() and PAGE.read_text("utf-8") == text else 1
    PAGE.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
