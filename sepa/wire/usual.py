"""The usual form of an order: one pattern, made from the official schema and the field table, that catches its fields.

It says yes only to a complete order that the schema takes: each element in its place, each text within its facets,
nothing that would have to be unfolded first. A no decides nothing; then a tree is made of the order and asked. What the
table does not name, an attribute but the currency's, a reference but `&amp;`, and what hardly any file has
(`_UNUSUAL`), is never usual.
"""

import re
from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec
from lxml import etree

from sepa.wire.fields import (
    REFERENCE_PATHS,
    Code,
    Field,
    Group,
    Identified,
    Presence,
    Reference,
    table,
)

AMPERSAND: Final = "\0"
"""Stands for `&amp;` while a pattern is asked: no file holds it (`sepa.wire.gate`)."""
_NO_CHARACTERS: Final = (b"\0", b"\xef\xbf\xbe", b"\xef\xbf\xbf")
"""What UTF-8 can write and XML cannot."""
BLANKS: Final = "[ \\t\\r\\n]*+"
_TEXT: Final = "[^<>&\\x01-\\x1f\\x7f-\\x9f]"
_DATE: Final = (
    "(?:19|20)[0-9]{2}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)"
    "|(?:0[13578]|1[02])-31)"
)
_SIMPLE_PATTERN: Final = re.compile(r"(?:\[[A-Za-z0-9-]+\]|\{[0-9]+(?:,[0-9]+)?\}|[()0-9-])+")
_UNUSUAL: Final = ("ultimate_debtor.address", "ultimate_creditor.address", "mandate.amendment")
_XS: Final = "{http://www.w3.org/2001/XMLSchema}"


class Form(msgspec.Struct, frozen=True):
    """The usual form of one message's orders.

    `pattern` matches one order and the blanks before it. `places` names its groups like the fields of our model: of a
    choice the proprietary value is `purpose!`, of several texts all but the first are `creditor.address.lines+`, and a
    record is caught whole, so that one knows whether it is there. `never` is a group that catches nothing.
    """

    pattern: re.Pattern[str]
    places: dict[str, int]
    end: str
    never: int

    def places_of(self, *names: str) -> tuple[int, ...]:
        """The groups of these fields, in their order; `never` for what the message has no place for."""
        return tuple(self.places.get(name, self.never) for name in names)


@cache
def usual_form(name: str) -> Form:
    """Return the usual form of the orders of a readable message."""
    places = table(name)
    schema = _Schema(name, usual_places(name))
    pattern = re.compile(f"{BLANKS}(?:((?!)))?{schema.order(places.transaction_tag)}", re.ASCII)
    slots = {field: number for number, field in enumerate(schema.caught, 2)}
    return Form(pattern, slots, f"</{places.transaction_tag}>", 1)


def sifted(text: bytes, name: str, *, all_may_go: bool) -> tuple[bytes, list[list[re.Match[str]]]]:
    """Take the usual orders out of a plain cut: return the rest, and the runs of orders between those that stay.

    The runs are those before the first order that stays, behind the first, and so on; none at all where nothing was
    taken. What is taken stands right behind another order, so it stands where an order may. Each block keeps its first,
    but for one that began in an earlier cut and goes on in the next: `all_may_go`.
    """
    if any(sign in text for sign in _NO_CHARACTERS):
        return text, []
    try:
        whole = text.decode().replace("&amp;", AMPERSAND)
    except UnicodeDecodeError:
        return text, []
    form = usual_form(name)
    match, end = form.pattern.match, form.end
    kept: list[str] = []
    runs: list[list[re.Match[str]]] = [[]]
    place, kept_from = 0, 0
    order = match(whole) if all_may_go else None
    while True:
        if order is not None:
            kept.append(whole[kept_from:place])
            while order is not None:
                runs[-1].append(order)
                kept_from = place = order.end()
                order = match(whole, place)
        found = whole.find(end, place)
        if found < 0:
            break
        runs.append([])
        place = found + len(end)
        order = match(whole, place)
    if not any(runs):
        return text, []
    kept.append(whole[kept_from:])
    return "".join(kept).replace(AMPERSAND, "&amp;").encode(), runs


def usual_places(name: str) -> dict[str, str]:
    """What may stand in a usual order, by its path: what the texts there are called in our model."""
    caught: dict[str, str] = {}
    _name_all(table(name).transaction, "", "", caught)
    return caught


def _name_all(fields: dict[str, Field], path: str, above: str, caught: dict[str, str]) -> None:
    for name, field in fields.items():
        name = f"{above}{name}"
        place = "/".join(part for part in (path, field.path.replace("[1]", "")) if part)
        match field:
            case Identified() | Presence():
                continue
            case _ if name in _UNUSUAL:
                continue
            case Group():
                caught[place] = name
                _name_all(field.fields, place, f"{name}.", caught)
            case Reference():
                caught[place] = name
                for part in ("reference", "issuer"):
                    caught[f"{place}/{REFERENCE_PATHS[part]}"] = f"{name}.{part}"
                _name_choice(f"{place}/{REFERENCE_PATHS['type']}", f"{name}.type", caught)
            case Code():
                _name_choice(place, name, caught)
            case _:
                caught[place] = name


def _name_choice(place: str, name: str, caught: dict[str, str]) -> None:
    caught[f"{place}/Cd"], caught[f"{place}/Prtry"] = name, f"{name}!"


class _Schema:
    """Writes the pattern of an element from the schema. An empty pattern means: never usual."""

    def __init__(self, name: str, names: dict[str, str]) -> None:
        root: Any = etree.fromstring(files("sepaxml").joinpath("schemas", f"{name}.xsd").read_bytes())
        self.caught: list[str] = []
        self._types = {each.get("name"): each for each in root if each.get("name") and len(each)}
        self._elements = {each.get("name"): each for each in root.iter(f"{_XS}element")}
        self._names = names

    def order(self, tag: str) -> str:
        (content,) = self._types[self._elements[tag].get("type")]
        return f"<{tag}>{BLANKS}{self._group(content, '')}</{tag}>"

    def _element(self, declared: Any, above: str) -> str:
        tag, kind = declared.get("name"), self._types[declared.get("type")]
        path = f"{above}/{tag}" if above else tag
        field, before = self._names.get(path), len(self.caught)
        opening, inner = f"<{tag}>", ""
        if kind.tag == f"{_XS}simpleType":
            inner = self._caught(field, _value(kind)) if field is not None else ""
        elif kind[0].tag == f"{_XS}simpleContent":
            extension = kind[0][0]
            (attribute,) = extension
            currency = self._caught(
                self._names.get(f"{path}/@Ccy"), _value(self._types[attribute.get("type")])
            )
            opening = f'<{tag} {attribute.get("name")}="{currency}">'
            inner = self._caught(field, _value(self._types[extension.get("base")]))
        else:
            if field is not None:
                self.caught.append(field)
            inner = self._group(kind[0], path)
            if inner and field is not None:
                return f"({opening}{BLANKS}(?!</){inner}</{tag}>)"
            inner = (
                inner and f"{BLANKS}(?!</){inner}"
            )  # an empty one is valid, but nothing would show that it is there
        if not inner:
            del self.caught[before:]
            return ""
        if declared.get("maxOccurs", "1") != "1" and field is not None:
            self.caught.append(f"{field}+")
            most = "*+" if (told := declared.get("maxOccurs")) == "unbounded" else f"{{0,{int(told) - 1}}}+"
            more = f"{BLANKS}{opening}{inner.replace('(', '(?:', 1)}</{tag}>"
            return f"{opening}{inner}</{tag}>((?:{more}){most})"
        return f"{opening}{inner}</{tag}>"

    def _group(self, group: Any, path: str) -> str:
        """A sequence or a choice. What may be left out is; what must be there and is never usual spoils a sequence."""
        parts: list[str] = []
        choice, before = group.tag == f"{_XS}choice", len(self.caught)
        for child in group:
            part = self._element(child, path) if child.tag == f"{_XS}element" else self._group(child, path)
            if part:
                part += BLANKS
                parts.append(f"(?:{part})?+" if child.get("minOccurs") == "0" and not choice else part)
            elif child.get("minOccurs") != "0" and not choice:
                del self.caught[before:]
                return ""
        return (f"(?:{'|'.join(parts)})" if parts else "") if choice else "".join(parts)

    def _caught(self, field: str | None, value: str) -> str:
        if field is None or not value:
            return ""
        self.caught.append(field)
        return f"({value})"


def _value(simple: Any) -> str:
    """A pattern of texts that all fit a simple type; an empty one where none is known."""
    (restriction,) = simple
    base, told = (
        restriction.get("base"),
        {each.tag.removeprefix(_XS): each.get("value") for each in restriction},
    )
    facets = set(told)
    if base == "xs:string" and facets == {"minLength", "maxLength"}:
        return f"{_TEXT}{{{int(told['minLength'])},{int(told['maxLength'])}}}+"
    if base == "xs:string" and facets == {"enumeration"}:
        codes = [each.get("value") for each in restriction]
        return f"(?:{'|'.join(codes)})" if all(code.isalnum() for code in codes) else ""
    if base == "xs:string" and facets == {"pattern"} and len(restriction) == 1:
        return told["pattern"].replace("(", "(?:") if _SIMPLE_PATTERN.fullmatch(told["pattern"]) else ""
    if base == "xs:decimal" and facets == {"fractionDigits", "totalDigits", "minInclusive"}:
        decimals = int(told["fractionDigits"])
        whole = int(told["totalDigits"]) - decimals
        return f"[0-9]{{1,{whole}}}+(?:\\.[0-9]{{1,{decimals}}}+)?+" if told["minInclusive"] == "0" else ""
    if base == "xs:date" and not facets:
        return _DATE
    return "(?:true|false|1|0)" if base == "xs:boolean" and not facets else ""
