"""One of our own schemas as a pattern for a whole element: a quick look that says yes several times faster.

What fits the pattern is valid. What does not may be valid too, since a pattern knows no comments, of the letters beyond
ASCII only those of Latin scripts, and counts bytes where the schema counts characters: that is for the schema itself to
say. Source: XML Schema 1.0, part 2, facets.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import Final

from lxml import etree

_XS = "{http://www.w3.org/2001/XMLSchema}"
_PLAIN = "[ !#$%'-;=?-~]"
"""What is one byte in a file and stands there for itself."""
_ONE_IN_MORE = r"(?:[\xc3-\xc5][\x80-\xbf]|&(?:amp|lt|gt|quot);)"
"""One character in several bytes: a letter between U+00C0 and U+017F, or a sign that we write escaped."""
_TEXT = f"{_PLAIN}*+(?:{_ONE_IN_MORE}{_PLAIN}*+)*+"
_DAY = (
    "(?!0000)[0-9]{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
    "|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
)
_BUILT_IN: Final = {
    "xs:string": _TEXT,
    "xs:date": _DAY,
    "xs:boolean": "(?:true|false)",
    "xs:decimal": "[0-9]+[.][0-9]{2}",
}
_MANY_OF_A_CLASS = re.compile(r"(\[[^\]]+\])([+*])")
# A class of plain signs, or one of these signs itself; parts, choices and how often. No escape but for `\-` and `\.`.
_PLAIN_PATTERN = re.compile(
    r"(?:\[(?:[A-Za-z0-9/?:().,'+ -]|\\-)+\]|[A-Z0-9:/-]|\\\.|[()|?+*]|\{[0-9]+(?:,[0-9]*)?\})+"
)
_SMALLEST = "0.01"
_DECIMALS = 2


class TooRich(Exception):
    """The schema says something that no pattern here can say."""


@lru_cache(maxsize=8)
def outline(schema: Path, element: str, amount: str) -> re.Pattern[bytes]:
    """The pattern of `element` as the schema wants it, and a line's end; the group `amount` holds that element's text.

    Whatever fits, in UTF-8, is valid by the schema. TooRich where nothing can be promised.
    """
    read = _Schema(schema)
    return re.compile(f"{read.named(element, amount)}\n".encode())


class _Schema:
    """A schema and what it includes, as texts."""

    def __init__(self, path: Path) -> None:
        roots = [etree.parse(path).getroot()]
        for include in roots[0].findall(f"{_XS}include"):
            roots.append(etree.parse(path.parent / include.get("schemaLocation", "")).getroot())
        self._elements = {each.get("name"): each for each in roots[0].iter(f"{_XS}element")}
        self._types = {each.get("name"): each for root in roots for each in root if each.get("name")}

    def named(self, name: str, amount: str) -> str:
        return self._one(self._elements[name], amount)

    def _one(self, element: "etree._Element", amount: str) -> str:
        """The element with its tags."""
        name = element.get("name", "")
        tag, inside = self._content(element, amount)
        if name == amount:
            inside = f"(?P<amount>{inside})"
        return f"<{name}{tag}>{inside}</{name}>"

    def _many(self, element: "etree._Element", amount: str) -> str:
        """The element as often as it may stand."""
        one = self._one(element, amount)
        least, most = element.get("minOccurs", "1"), element.get("maxOccurs", "1")
        if least == most == "1":
            return one
        if (least, most) == ("0", "1"):
            return f"(?:{one}|)"  # the same as `?`, which costs more
        return f"(?:{one}){{{least},{'' if most == 'unbounded' else most}}}"

    def _content(self, element: "etree._Element", amount: str) -> tuple[str, str]:
        """What stands behind the name in its opening tag, and between the tags."""
        kind = self._kind(element)
        if isinstance(kind, str):
            return "", kind
        (inside,) = _children(kind)
        if inside.tag == f"{_XS}restriction":
            return "", self._text(kind)
        if inside.tag == f"{_XS}simpleContent":
            (extension,) = _children(inside)
            attributes = (f' {each.get("name")}="{self._plain(each)}"' for each in _children(extension))
            return "".join(attributes), self._text(self._types[extension.get("base")])
        parts = [self._many(each, amount) for each in _children(inside)]
        if inside.tag == f"{_XS}choice":
            return "", f"(?:{'|'.join(parts)})"
        if inside.tag == f"{_XS}sequence":
            return "", "".join(parts)
        raise TooRich(inside.tag)

    def _kind(self, stated: "etree._Element") -> "etree._Element | str":
        """The type that an element or an attribute has, or the pattern of one that is built in."""
        name = stated.get("type")
        if name is None:
            (inner,) = _children(stated)
            return inner
        return _built_in(name) if name.startswith("xs:") else self._types[name]

    def _plain(self, stated: "etree._Element") -> str:
        if stated.get("use") != "required":
            raise TooRich("an attribute that may be missing")
        kind = self._kind(stated)
        return kind if isinstance(kind, str) else self._text(kind)

    def _text(self, kind: "etree._Element") -> str:
        """The texts of a simple type."""
        (restriction,) = _children(kind)
        base = restriction.get("base", "")
        inside = _built_in(base) if base.startswith("xs:") else self._text(self._types[base])
        facets: dict[str, list[str]] = {}
        for each in _children(restriction):
            facets.setdefault(etree.QName(each).localname, []).append(each.get("value", ""))
        return _narrowed(inside, facets, whole=base == "xs:string")


def _children(element: "etree._Element") -> list["etree._Element"]:
    """What an element of a schema holds, its comments left out."""
    return [each for each in element if isinstance(each.tag, str)]


def _built_in(name: str) -> str:
    if name not in _BUILT_IN:
        raise TooRich(name)
    return _BUILT_IN[name]


def _narrowed(inside: str, facets: dict[str, list[str]], *, whole: bool) -> str:
    """`inside` narrowed by all `facets`. `whole`: it is any text, so that a pattern alone says as much."""
    is_amount = inside == _BUILT_IN["xs:decimal"]
    values, patterns = facets.pop("enumeration", None), facets.pop("pattern", [])
    if values is not None:
        patterns = [*patterns, "|".join(values)]
    for pattern in patterns:
        if _PLAIN_PATTERN.fullmatch(pattern) is None:
            raise TooRich(pattern)
        inside = (f"(?:{pattern})" if "|" in pattern else pattern) if whole else f"(?=(?:{pattern})<){inside}"
        whole = False
    if facets.get("minInclusive") == [_SMALLEST]:
        inside = f"(?![0.]+<){inside}"
    elif facets.get("minInclusive", ["0"]) != ["0"]:  # no sign is let in: nothing is smaller
        raise TooRich("a smallest amount other than a cent")
    facets.pop("minInclusive", None)
    if is_amount and int(facets.pop("fractionDigits", ["2"])[0]) >= _DECIMALS and "totalDigits" in facets:
        inside = f"(?=[0-9.]{{1,{int(facets.pop('totalDigits')[0]) + 1}}}<){inside}"
    least = int(facets.pop("minLength", ["0"])[0])
    (most,) = facets.pop("maxLength", [""])
    if facets:
        raise TooRich(str(facets))
    if not least and not most:
        return inside
    if inside == _TEXT:  # a character has at least one byte, so as many bytes are enough; as few are not
        if least > 1:
            raise TooRich("a text of two characters or more")
        return f"(?:{_PLAIN}{{{least},{most}}}+(?=<)|(?=[^<]{{{least},{most}}}<){_TEXT})"
    class_of = _MANY_OF_A_CLASS.fullmatch(inside)
    if class_of is not None:
        least = max(least, int(class_of[2] == "+"))
        return f"{class_of[1]}{{{least},{most}}}"
    return f"(?=[^<]{{{least},{most}}}<){inside}"
