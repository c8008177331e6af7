"""Writes docs/parameters.md: every parameter of a profile, its values, where they come from and what reads it.

`python tools/parameters.py` writes the page; sources are the comments beside the values in the profiles.
"""

import ast
import json
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from sepa.rules import RULES
from sepa.store.profiles import load_profile, parameters

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "parameters.md"
PROFILES = ("otp-sk", "sepa-2026")
ROOMS = ("schedule", "decide", "settle", "wire", "tell", "store", "pipeline", "rules", "cli", "orchestration")
HEAD = """# Parameters of a profile

Written by `tools/parameters.py` from the profiles and the code; `tests/test_parameters.py` keeps it true.
The source is that of the value in otp-sk: the paragraph of the terms, `ext` for a public rule, `prop` for our choice,
`gap` where the terms are silent.
What `sepa-2026` changes stands beside it.
"""


def page() -> str:
    values = [parameters(load_profile(name)) for name in PROFILES]
    source, readers = sources(PROFILES[0]), rules_by_parameter()
    rooms = words_by_room()
    parts = [HEAD]
    for section, names in groupby(values[0], key=lambda name: name.split(".")[0]):
        parts.append(f"\n## {section}\n")
        if section == "stated":
            parts.append(
                "Nothing here computes with these: the desk keeps to them as a matter of course, or another"
            )
            parts.append("system of the bank reads them.\n")
        parts += ["| Parameter | otp-sk | sepa-2026 | Source | Read by |", "|---|---|---|---|---|"]
        for name in names:
            other = values[1].get(name)
            cells = (
                f"`{name.removeprefix('stated.')}`",
                shown(values[0][name]),
                "" if other == values[0][name] else shown(other),
                source.get(name, ""),
                "" if section == "stated" else ", ".join(readers.get(name) or rooms_of(name, rooms)),
            )
            parts.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(parts) + "\n"


def shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join("dated" if isinstance(each, dict) else str(each) for each in value)
    return "open" if value is None else f"`{value if isinstance(value, str) else json.dumps(value)}`"


def rules_by_parameter() -> dict[str, list[str]]:
    """The ids of the rules that say they read a parameter, or a section it stands in."""
    found: dict[str, list[str]] = {}
    for name in parameters(load_profile(PROFILES[0])):
        ids = {
            rule.id
            for rule in RULES
            for read in rule.parameters
            if name == read or name.startswith(f"{read}.")
        }
        found[name] = sorted(ids)
    return found


def words_by_room() -> dict[str, frozenset[str]]:
    """The attributes that each room of the house reads off anything."""
    found = {}
    for room in ROOMS:
        place = ROOT / "sepa" / room
        files = sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]
        trees = [ast.parse(file.read_text("utf-8")) for file in files if not file.name.startswith("profile")]
        nodes = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Attribute))
        found[room] = frozenset(node.attr for node in nodes)
    return found


def rooms_of(name: str, rooms: dict[str, frozenset[str]]) -> Iterator[str]:
    steps = set(name.split("."))
    yield from (f"`{room}`" for room, words in rooms.items() if steps <= words)


def sources(profile: str) -> dict[str, str]:
    """The comment beside each value, by the dotted name of the value."""
    found, path = {}, []
    for line in (ROOT / "sepa" / "profiles" / f"{profile}.yaml").read_text("utf-8").splitlines():
        match = re.fullmatch(r"( *)([\w.]+):(.*?)(?:\s#\s+(.*))?", line)
        if match is None:
            continue
        indent, key, rest, comment = match.groups()
        path[len(indent) // 2 :] = [key]
        name = ".".join(path)
        if not comment:
            continue
        found[name] = comment
        for inner in re.findall(r"(\w+):", rest if rest.lstrip().startswith("{") else ""):
            found[f"{name}.{inner}"] = comment
    return found


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
