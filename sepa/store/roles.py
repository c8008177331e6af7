"""roles.yaml of the folder `reference/`: which people have which roles, and what these may order."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from sepa.model.roles import RIGHTS, Roles, folded
from sepa.store.csv_table import ReferenceFault

FILE = "roles.yaml"


def load_roles(folder: Path) -> Roles:
    """The bank's roles; without the file everybody may order everything. ReferenceFault says what is wrong with it."""
    place = folder / FILE
    if not place.exists():
        return Roles()
    root = _read(place)
    roles = {
        name: frozenset(_known(listed, RIGHTS, name)) for name, listed in _mapping(root, "roles").items()
    }
    rights: dict[str, frozenset[str]] = {}
    names: dict[str, str] = {}
    for name, said in _mapping(root, "people").items():
        held, others = _person(name, said)
        person = folded(name)
        rights[person] = frozenset().union(*(roles[role] for role in _known(held, roles, name)))
        for each in (name, *others):
            if folded(each) in names:
                raise ReferenceFault(FILE, 0, name, each, "a name of one person alone")
            names[folded(each)] = person
    return Roles(rights, names)


def _read(place: Path) -> Any:
    try:
        text = place.read_text("utf-8")
        for line, key in _repeated(yaml.compose(text, Loader=yaml.SafeLoader)):
            raise ReferenceFault(FILE, line, key, key, "each key once")
        return yaml.safe_load(text)
    except UnicodeDecodeError as fault:
        raise ReferenceFault(FILE, 0, "", f"byte {fault.start + 1}", "UTF-8 text") from fault
    except yaml.YAMLError as fault:
        raise ReferenceFault(FILE, 0, "", str(getattr(fault, "problem", fault)), "YAML") from fault


def _repeated(node: yaml.Node | None) -> Iterator[tuple[int, str]]:
    """Keys that stand twice in one mapping: YAML would let the last one win."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield key.start_mark.line + 1, str(key.value)
            seen.add(key.value)
            yield from _repeated(value)


def _mapping(root: Any, section: str) -> dict[str, Any]:
    if not isinstance(root, dict) or set(root) != {"roles", "people"}:
        raise ReferenceFault(FILE, 0, "", "something else", "the keys roles and people")
    found = root[section]
    if not isinstance(found, dict) or not all(isinstance(name, str) and name.strip() for name in found):
        raise ReferenceFault(FILE, 0, section, "something else", "a name for each line")
    return found


def _person(name: str, said: Any) -> tuple[Any, list[str]]:
    """The roles of a person, and the other names by which the same person is known."""
    if not isinstance(said, dict):
        return said, []
    others = said.get("also", [])
    if not set(said) <= {"roles", "also"} or "roles" not in said or not _are_texts(others):
        raise ReferenceFault(FILE, 0, name, "something else", "roles, and also with a list of other names")
    return said["roles"], others


def _known(listed: Any, known: Iterable[str], name: str) -> list[str]:
    """A list of texts, all of them in `known`."""
    wanted = ", ".join(known)
    if not _are_texts(listed):
        raise ReferenceFault(FILE, 0, name, "something else", f"a list, of {wanted}")
    for each in listed:
        if each not in known:
            raise ReferenceFault(FILE, 0, name, each, f"one of {wanted}")
    return list(listed)


def _are_texts(listed: Any) -> bool:
    return isinstance(listed, list) and all(isinstance(each, str) and each.strip() for each in listed)
