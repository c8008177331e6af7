"""partners.yaml of the folder `reference/`: who may drop files, and what its contract says."""

import re
from collections.abc import Callable
from typing import Any, get_args

import yaml

from sepa.model.authorisation import AuthorisationKind, SignatureForm, SigningKey
from sepa.model.reference import Authority, Partner
from sepa.store import cells as cell
from sepa.store.cells import Unfit
from sepa.store.csv_table import ReferenceFault
from sepa.store.strict_yaml import StrictLoader

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,34}", re.ASCII)


def _own_account(found: str) -> str:
    return found if found == "*" else cell.iban(found)


Reader = Callable[[str], Any]

KEYS: dict[str, Reader] = {
    "id": cell.matching(
        _ID, "at most 35 letters, digits, points, hyphens and underscores, as its inbox is named"
    ),
    "name": cell.text,
    "accounts": _own_account,
    "bic": cell.bic,
    "settlement_account": cell.iban,
    "language": cell.language,
    "generation": cell.one_of("2009", "2019"),
    "messages": cell.text,
    "since": cell.day,
    "until": cell.day,
    "revoked_at": cell.instant,
    "in_doubt": cell.truth,
    "blocked_at": cell.instant,
    "unblocked_at": cell.instant,
    "authorisation": cell.one_of(*get_args(AuthorisationKind)),
    "signature": cell.one_of(*get_args(SignatureForm)),
    "keys": cell.text,
}
AUTHORITY_KEYS: dict[str, Reader] = {
    "iban": cell.iban,
    "since": cell.instant,
    "until": cell.instant,
    "in_doubt": cell.truth,
}
KEY_KEYS: dict[str, Reader] = {
    "file": cell.text,
    "since": cell.day,
    "until": cell.day,
    "revoked_at": cell.instant,
}
ENTRIES: dict[str, tuple[type[Authority] | type[SigningKey], str, dict[str, Reader]]] = {
    "accounts": (Authority, "iban", AUTHORITY_KEYS),
    "keys": (SigningKey, "file", KEY_KEYS),
}
"""Lists whose items may be mappings: what such an item becomes, its required key, its keys."""
LISTS = ("accounts", "messages", "keys")
REQUIRED = ("id", "name", "accounts")
NEVER_NULL = (*REQUIRED, *LISTS, "generation", "iban", "in_doubt", "authorisation", "signature", "file")


def read_partners(file: str, content: bytes | None) -> dict[str, Partner] | None:
    """The partners by id; None when there is no file. A ReferenceFault names line and key."""
    if content is None:
        return None
    try:
        root = yaml.compose(content.decode("utf-8"), Loader=StrictLoader)
    except UnicodeDecodeError as fault:
        raise ReferenceFault(file, 0, "", f"byte {fault.start + 1}", "UTF-8 text") from fault
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 0
        raise ReferenceFault(file, line, "", str(getattr(fault, "problem", fault)), "YAML") from fault
    listed = root.value if isinstance(root, yaml.MappingNode) else []
    if [key.value for key, _ in listed] != ["partners"] or not isinstance(listed[0][1], yaml.SequenceNode):
        raise ReferenceFault(file, 1, "", "something else", "the one key partners, with a list")
    partners: dict[str, Partner] = {}
    for entry in listed[0][1].value:
        partner = _partner(file, entry)
        if partner.id in partners:
            raise ReferenceFault(file, entry.start_mark.line + 1, "id", partner.id, "each partner once")
        partners[partner.id] = partner
    return partners


def _partner(file: str, entry: yaml.Node) -> Partner:
    values = _values(file, entry, KEYS, "keys and values of a partner")
    for name in REQUIRED:
        if name not in values:
            raise ReferenceFault(file, entry.start_mark.line + 1, name, "nothing", f"the key {name}")
    accounts = values["accounts"]
    values["authorities"] = tuple(each for each in accounts if isinstance(each, Authority))
    values["accounts"] = tuple(each.iban if isinstance(each, Authority) else each for each in accounts)
    return Partner(**values)


def _values(file: str, entry: yaml.Node, keys: dict[str, Reader], expected: str) -> dict[str, Any]:
    """What a mapping of `keys` says. Those of LISTS hold a list, all others one value."""
    if not isinstance(entry, yaml.MappingNode):
        raise ReferenceFault(file, entry.start_mark.line + 1, "", str(entry.value), expected)
    values: dict[str, Any] = {}
    for key, node in entry.value:
        line = key.start_mark.line + 1
        if key.value not in keys or key.value in values:
            raise ReferenceFault(
                file, line, str(key.value), str(key.value), "each once, of " + ", ".join(keys)
            )
        many = key.value in LISTS
        if isinstance(node, yaml.SequenceNode) != many:
            kind = "a list" if many else "one value"
            raise ReferenceFault(file, line, key.value, node.start_mark.get_snippet() or "", kind)
        if many:
            values[key.value] = tuple(_item(file, key.value, item, keys[key.value]) for item in node.value)
        else:
            values[key.value] = _scalar(file, key.value, node, keys[key.value])
    return values


def _item(file: str, key: str, node: yaml.Node, read: Reader) -> Any:
    """One of a list: a text, or an account with the times of the right to dispose of it, or a key with its days."""
    if key not in ENTRIES or (key == "accounts" and not isinstance(node, yaml.MappingNode)):
        return _scalar(file, key, node, read)
    make, needed, keys = ENTRIES[key]
    values = _values(file, node, keys, "keys and values, such as file: a.pem")
    if needed not in values:
        raise ReferenceFault(file, node.start_mark.line + 1, needed, "nothing", f"the key {needed}")
    return make(**values)


def _scalar(file: str, key: str, node: yaml.Node, read: Reader) -> Any:
    """The value of a text, which may stand with or without quotes; null is none."""
    line = node.start_mark.line + 1
    if not isinstance(node, yaml.ScalarNode):
        raise ReferenceFault(file, line, key, "a nested value", "a text")
    if node.tag == "tag:yaml.org,2002:null" and key not in NEVER_NULL:
        return None
    try:
        return read(str(node.value))
    except Unfit as unfit:
        raise ReferenceFault(file, line, key, str(node.value), str(unfit)) from unfit
