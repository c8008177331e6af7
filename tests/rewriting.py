"""The same message written otherwise: prefixes, white space, comments, CDATA, quotes, references to characters."""

import random
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

_PREFIXES = ("", "p", "ns0", "PmtInf", "_x.1")


def rewritten(content: bytes, dice: random.Random) -> bytes:
    """Write `content` anew, so that every element has the name and the text it had."""
    root = etree.fromstring(content)
    spaces = {etree.QName(each).namespace for each in root.iter("{*}*")}
    named = {space: f"f{number}" for number, space in enumerate(sorted(spaces))}
    named[etree.QName(root).namespace] = dice.choice(_PREFIXES)
    declared = "".join(
        f" xmlns{':' * bool(prefix)}{prefix}={quoteattr(space)}" for space, prefix in named.items()
    )
    mark = dice.choice(("", "\N{ZERO WIDTH NO-BREAK SPACE}"))
    head = dice.choice(
        ("", '<?xml version="1.0"?>', "<?xml version='1.0' encoding='utf-8' standalone='yes' ?>\n")
    )
    around = _between(dice).replace("\N{NO-BREAK SPACE}", " ")
    return f"{mark}{head}{around}{_element(root, named, dice, declared)}{around}".encode()


def _element(made: Any, named: dict[str, str], dice: random.Random, declared: str = "") -> str:
    name = etree.QName(made)
    tag = f"{named[name.namespace]}:{name.localname}".removeprefix(":")
    attributes = "".join(
        f"{_gap(dice)}{key}{dice.choice(('=', ' = '))}{quoteattr(value)}"
        for key, value in made.attrib.items()
    )
    if len(made):
        inside = "".join(_between(dice) + _element(each, named, dice) for each in made) + _between(dice)
    else:
        inside = _text(made.text or "", dice)
    return (
        f"<{tag}{declared}{attributes}{dice.choice(('', ' '))}>{inside}</{tag}{dice.choice(('', chr(10)))}>"
    )


def _text(text: str, dice: random.Random) -> str:
    cut = dice.randint(0, len(text))
    comment = dice.choice(("", "", "<!-- between -->", "<!--<Ustrd>no</Ustrd>-->"))
    return _said(text[:cut], dice) + comment + _said(text[cut:], dice)


def _said(text: str, dice: random.Random) -> str:
    if text and "]]>" not in text and "\r" not in text and dice.random() < 0.3:
        return f"<![CDATA[{text}]]>"
    if dice.random() < 0.2:
        return "".join(
            f"&#{'x' if (hexed := dice.random() < 0.5) else ''}{ord(each):{'x' if hexed else 'd'}};"
            for each in text
        )
    return escape(text, {"\r": "&#13;"})


def _between(dice: random.Random) -> str:
    return dice.choice(
        ("", "", "\n", "\r\n\t ", " <!-- a <CdtTrfTxInf> & more --> ", "<!--</PmtInf>-->\n", "  \n" * 40)
    )


def _gap(dice: random.Random) -> str:
    return dice.choice((" ", "\n", "\t "))
