"""Messages made from a schema itself: every element it allows, every facet at its bounds, and ways to spoil them.

All chance comes from the dice that a test throws, so a seed names a message.
"""

import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from importlib.resources import files
from typing import Any, NamedTuple

from lxml import etree

from sepa.wire.schema import ISO_NAMESPACE

_XS = "{http://www.w3.org/2001/XMLSchema}"
FOREIGN = "urn:somebody:else"
Element = Any

PATTERNS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # pattern: what fits it, shortest and longest; what just does not
    "[0-9]{1,15}": (("0", "9" * 15), ("", "9" * 16, "1a", "-1")),
    "[0-9]{2}": (("00",), ("0", "000")),
    "[A-Z0-9]{18,18}[0-9]{2,2}": (("A0" * 9 + "00",), ("A0" * 9 + "0A", "A0" * 9 + "000")),
    "[A-Z0-9]{4,4}[A-Z]{2,2}[A-Z0-9]{2,2}([A-Z0-9]{3,3}){0,1}": (
        ("0TATSK00", "TATRSKBXAB0"), ("TATR0KBX", "TATRSKBXAB", "tatrskbx"),
    ),
    "[A-Z]{2,2}": (("SK",), ("S", "SKK", "sk", "Š" + "K")),
    "[A-Z]{2,2}[0-9]{2,2}[a-zA-Z0-9]{1,30}": (
        ("SK310", "SK31" + "z" * 30), ("SK31", "SK31" + "z" * 31, "Sk310", "SK31 0"),
    ),
    "[A-Z]{3,3}": (("EUR",), ("EU", "EURO", "eur")),
    "[A-Z]{6,6}[A-Z2-9][A-NP-Z0-9]([A-Z0-9]{3,3}){0,1}": (
        ("TATRSKB0", "TATRSK2XAB0"), ("TATRSK1X", "TATRSKBO", "TATRSKBXAB"),
    ),
    "[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89ab][a-f0-9]{3}-[a-f0-9]{12}": (
        ("00000000-0000-4000-8000-000000000000",), ("00000000-0000-5000-8000-000000000000",),
    ),
    "[a-zA-Z0-9]{4}": (("a0Z9",), ("a0Z", "a0Z99", "a0-9")),
    r"\+[0-9]{1,3}-[0-9()+\-]{1,30}": (("+0-0", "+999-" + "(" * 30), ("+-0", "+9999-0", "+421-" + "0" * 31)),
}  # fmt: skip
"""Every pattern of the official schemas; one that is not here fails the tests."""

BASES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "xs:boolean": (("true", "false", "0", "1", " 1\n"), ("TRUE", "2", "")),
    "xs:date": (
        ("2024-02-29", "2026-04-02Z", "2026-04-02+14:00", "0001-01-01"),
        ("2026-02-29", "2026-4-2", "2026-04-02+14:01", "02.04.2026", "", "2026-13-01"),
    ),
    "xs:dateTime": (
        ("2026-04-02T00:00:00", "2026-04-02T23:59:59.999999+02:00", "2026-04-02T10:00:00Z"),
        ("2026-04-02", "2026-04-02T24:00:01", "2026-04-02 10:00:00", "2026-04-02T10:00", ""),
    ),
}


class Values(NamedTuple):
    """Texts that a simple type takes at its bounds, and texts just beyond them."""

    good: tuple[str, ...]
    bad: tuple[str, ...]


class Grammar:
    """What a schema of ISO says, as far as messages are made from it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.space = f"{ISO_NAMESPACE}{name}"
        root = etree.fromstring(files("sepaxml").joinpath("schemas", f"{name}.xsd").read_bytes())
        self._complex = {each.get("name"): each for each in root.iter(f"{_XS}complexType")}
        self._simple = {each.get("name"): each for each in root.iter(f"{_XS}simpleType")}
        (self._document,) = root.iterfind(f"{_XS}element")

    def message(self, dice: random.Random, fullness: float) -> Element:
        """A valid message. `fullness` is the share of what may be left out that is there: 0 nothing, 1 all of it."""
        return self._element(self._document, dice, fullness)

    def part(self, tag: str, dice: random.Random, fullness: float) -> Element:
        """An element of this name as it may stand in a valid message."""
        kinds = (kind.iter(f"{_XS}element") for kind in self._complex.values())
        declared = next(each for kind in kinds for each in kind if each.get("name") == tag)
        return self._element(declared, dice, fullness)

    def simple_types(self) -> list[str]:
        return sorted(self._simple)

    def with_an_element_of_each_type(self) -> bytes:
        """The schema with one more element for each simple type, of its name, so that a text can stand alone."""
        root = etree.fromstring(files("sepaxml").joinpath("schemas", f"{self.name}.xsd").read_bytes())
        for name in self.simple_types():
            etree.SubElement(root, f"{_XS}element", name=name, type=name)
        return etree.tostring(root)

    def values(self, type_name: str) -> Values:
        """The bounds of a simple type, and what lies just beyond them."""
        (restriction,) = self._simple[type_name]
        facets = {etree.QName(each).localname: each.get("value") for each in restriction}
        if codes := [each.get("value") for each in restriction.iterfind(f"{_XS}enumeration")]:
            return Values((codes[0], codes[-1]), ("", codes[0].lower(), codes[0] + "X"))
        if "pattern" in facets:
            return Values(*PATTERNS[facets["pattern"]])
        if "totalDigits" in facets:
            return _decimals(
                int(facets["totalDigits"]), int(facets["fractionDigits"]), facets.get("minInclusive")
            )
        base = restriction.get("base")
        if base != "xs:string":
            return Values(*BASES[base])
        shortest, longest = int(facets.get("minLength", 0)), int(facets.get("maxLength", 500))
        long = ("x" * longest, "č" * longest, "&" * longest, "\N{MONEY BAG}" * longest)
        too_long = ("x" * (longest + 1), "\N{MONEY BAG}" * (longest + 1)) if "maxLength" in facets else ()
        return Values(("x" * shortest, *long, "a  b"), ("",) * (shortest > 0) + too_long)

    def simple_of(self, element: Element) -> str:
        """The simple type of an element that holds a text, its own or that under its attributes."""
        kind = element.get("type")
        complex_type = self._complex.get(kind)
        extension = None if complex_type is None else complex_type.find(f".//{_XS}extension")
        return kind if extension is None else extension.get("base")

    def base_of_type(self, type_name: str) -> str:
        """The type of XML Schema that a simple type narrows."""
        (restriction,) = self._simple[type_name]
        return str(restriction.get("base"))

    def base_of(self, made: Element) -> str:
        """The type of XML Schema that the text of an element has."""
        return self.base_of_type(self.simple_of(self.place_of(made)))

    def knows(self, made: Element) -> bool:
        """Whether a spoilt message still has this element where its schema has it, with a text in it."""
        try:
            return self.simple_of(self.place_of(made)) in self._simple
        except (KeyError, StopIteration):
            return False

    def place_of(self, made: Element) -> Element:
        """The declaration of an element of a message made here."""
        steps = [etree.QName(each).localname for each in (*reversed(list(made.iterancestors())), made)]
        found = self._document
        for step in steps[1:]:
            kind = self._complex[found.get("type")]
            found = next(each for each in kind.iter(f"{_XS}element") if each.get("name") == step)
        return found

    def _element(self, declared: Element, dice: random.Random, fullness: float) -> Element:
        made = etree.Element(f"{{{self.space}}}{declared.get('name')}", nsmap={None: self.space})
        kind = self._complex.get(declared.get("type"))
        if kind is None or kind.find(f"{_XS}simpleContent") is not None:
            made.text = dice.choice(self.values(self.simple_of(declared)).good)
            for attribute in () if kind is None else kind.iter(f"{_XS}attribute"):
                if attribute.get("use") == "required" or dice.random() < fullness:
                    made.set(attribute.get("name"), dice.choice(self.values(attribute.get("type")).good))
            return made
        for group in kind:
            made.extend(self._repeated(group, dice, fullness))
        return made

    def _repeated(self, part: Element, dice: random.Random, fullness: float) -> Iterator[Element]:
        least, most = int(part.get("minOccurs", 1)), part.get("maxOccurs", "1")
        there = max(least, int(dice.random() < fullness))
        if there and most != "1" and dice.random() < fullness / 2:
            there = int(most) if most != "unbounded" and part.get("type") in self._simple else 2
        for _ in range(there):
            if part.tag == f"{_XS}any":
                yield etree.Element(f"{{{FOREIGN}}}Anything", nsmap={None: FOREIGN})
            elif part.tag == f"{_XS}choice":
                yield from self._repeated(dice.choice(part), dice, fullness)
            elif part.tag == f"{_XS}sequence":
                for each in part:
                    yield from self._repeated(each, dice, fullness)
            else:
                yield self._element(part, dice, fullness)


def _decimals(total: int, fraction: int, least: str | None) -> Values:
    whole = "9" * (total - fraction)
    good = (
        "0",
        "0.0",
        "0." + "0" * (fraction - 1) + "1" if fraction else "1",
        "9" * total,
        "+1",
        "007",
        "1.",
        " 1 ",
    )
    good += (f"{whole}.{'9' * fraction}",) if fraction else ()
    bad = ("9" * (total + 1), "0." + "0" * fraction + "1", "1,00", "1e3", "", "NaN", "INF", "1 000")
    return Values(good, (*bad, "-0.1", "-1") if least == "0" else bad)


# --- ways to spoil a message ---


def drop(root: Element, grammar: Grammar, dice: random.Random) -> None:
    """Take one element away."""
    gone = _any(root, dice)
    gone.getparent().remove(gone)


def repeat(root: Element, grammar: Grammar, dice: random.Random) -> None:
    """Put an element twice more beside itself."""
    chosen = _any(root, dice)
    for _ in range(2):
        chosen.addnext(deepcopy(chosen))


def swap(root: Element, grammar: Grammar, dice: random.Random) -> None:
    """Exchange an element with the one before it."""
    chosen = _any(root, dice)
    before = chosen.getprevious()
    if before is not None:
        chosen.addnext(before)


def overstep(root: Element, grammar: Grammar, dice: random.Random) -> None:
    """Put a text just beyond the bounds of its type."""
    leaf = dice.choice(_texts(root, grammar))
    bad = grammar.values(grammar.simple_of(grammar.place_of(leaf))).bad
    leaf.text = dice.choice(bad) if bad else leaf.text


def surround(root: Element, grammar: Grammar, dice: random.Random) -> None:
    """Put white space around a text: fit for some types, part of the text for others."""
    leaf = dice.choice(_texts(root, grammar))
    leaf.text = f"\n\t {leaf.text} "


def estrange(root: Element, grammar: Grammar, dice: random.Random) -> None:
    """Move an element, without what is in it, into another namespace."""
    chosen = _any(root, dice)
    chosen.tag = f"{{{FOREIGN}}}{etree.QName(chosen).localname}"


def attach(root: Element, grammar: Grammar, dice: random.Random) -> None:
    """Give an element an attribute that it does not have."""
    _any(root, dice).set(dice.choice(["Ccy", "x", f"{{{FOREIGN}}}x"]), "EUR")


def detach(root: Element, grammar: Grammar, dice: random.Random) -> None:
    """Take away what attributes an element has, or misspell the value of one."""
    having = [each for each in _made(root) if each.attrib] or [root]
    chosen = dice.choice(having)
    for name in chosen.attrib:
        chosen.attrib.pop(name) if dice.random() < 0.5 else chosen.set(name, "eur")


def chatter(root: Element, grammar: Grammar, dice: random.Random) -> None:
    """Write a text where only elements may stand."""
    dice.choice([each for each in _made(root) if len(each)]).text = "hello"


def invent(root: Element, grammar: Grammar, dice: random.Random) -> None:
    """Put in an element that nobody knows."""
    _any(root, dice).addnext(etree.Element(f"{{{grammar.space}}}Invented"))


def interrupt(root: Element, grammar: Grammar, dice: random.Random) -> None:
    """Put a comment into a text, which changes nothing."""
    leaf = dice.choice(_texts(root, grammar))
    comment = etree.Comment("between")
    comment.tail = leaf.text
    leaf.text = None
    leaf.append(comment)


SPOILERS: tuple[Callable[[Element, Grammar, random.Random], None], ...] = (
    drop, repeat, swap, overstep, surround, estrange, attach, detach, chatter, invent, interrupt,
)  # fmt: skip


def _made(root: Element) -> list[Element]:
    return [each for each in root.iter("{*}*") if etree.QName(each).namespace != FOREIGN]


def _texts(root: Element, grammar: Grammar) -> list[Element]:
    return [each for each in _made(root) if not len(each) and grammar.knows(each)]


def _any(root: Element, dice: random.Random) -> Element:
    """Any element but the root and the message in it, without which nothing is told to be spoilt."""
    return dice.choice(_made(root)[2:])
