"""Two independent schema libraries and our own reader give one verdict on messages made from the schemas themselves.

The reader validates a file piece by piece with lxml; xmlschema reads it whole. `told_apart` says where they differ.
"""

import io
import random
from functools import cache
from importlib.resources import files

import pytest
import xmlschema
from generated import SPOILERS, Grammar
from incoming import read_bytes
from lxml import etree

from sepa.model.finding import Unreadable
from sepa.wire.schema import READABLE, schema_of

FULLNESS = (0.0, 1.0, 0.15, 0.4)
SPOILT = [(spoiler, fullness) for spoiler in SPOILERS for fullness in FULLNESS]
PADDED = "\n\t {} "

DATES = ("xs:date", "xs:dateTime")


def told_apart(base: str, text: str) -> bool:
    """Where lxml refuses what xmlschema takes; nothing is taken by lxml alone.

    libxml2 takes no white space around a date, which XML Schema would drop; xmlschema drops it inside a number, too.
    """
    return text != text.strip() if base in DATES else base == "xs:decimal" and len(text.split()) > 1


@cache
def grammar(name: str) -> Grammar:
    return Grammar(name)


@cache
def other_library(name: str) -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(files("sepaxml").joinpath("schemas", f"{name}.xsd")))


def opinions(name: str, content: bytes) -> tuple[bool, bool, bool]:
    """Whether lxml, our reader in pieces and xmlschema take a message."""
    read = not isinstance(read_bytes(content, piece=1 << 12)[-1], Unreadable)
    whole = schema_of(name).validate(etree.fromstring(content))
    return whole, read, other_library(name).is_valid(io.BytesIO(content))


def holds_one_told_apart(name: str, root: etree._Element) -> bool:
    told = grammar(name)
    leaves = [each for each in root.iter("{*}*") if not len(each) and told.knows(each)]
    return any(told_apart(told.base_of(each), each.text or "") for each in leaves)


@pytest.mark.parametrize("name", READABLE)
def test_what_is_made_from_the_schema_is_valid(name: str) -> None:
    dice = random.Random(name)  # noqa: S311
    for fullness in FULLNESS:
        root = grammar(name).message(dice, fullness)
        assert opinions(name, etree.tostring(root)) == (True, True, True)


@pytest.mark.parametrize("name", READABLE)
def test_one_verdict_on_what_is_spoilt(name: str) -> None:
    dice, verdicts = random.Random(name), set()  # noqa: S311
    for spoil, fullness in SPOILT:
        root = grammar(name).message(dice, fullness)
        spoil(root, grammar(name), dice)
        whole, read, other = opinions(name, etree.tostring(root))
        told = f"{spoil.__name__}, {fullness}: {etree.tostring(root).decode()}"
        assert whole is read, told
        assert whole is other or (other and holds_one_told_apart(name, root)), told
        verdicts.add((spoil.__name__, whole))
    assert {spoil for spoil, taken in verdicts if not taken} == {each.__name__ for each in SPOILERS} - {
        "interrupt"
    }


@pytest.mark.parametrize("name", READABLE)
def test_one_verdict_on_every_facet_at_its_bounds(name: str) -> None:
    told = grammar(name)
    schema = told.with_an_element_of_each_type()
    one, other = etree.XMLSchema(etree.fromstring(schema)), xmlschema.XMLSchema(schema.decode())
    types = told.simple_types()
    assert len(types) > 30
    for kind in types:
        values = told.values(kind)
        for text, taken in [*((each, True) for each in values.good), *((each, False) for each in values.bad)]:
            for shown in (text, PADDED.format(text)):
                element = etree.Element(f"{{{told.space}}}{kind}")
                element.text = shown
                by_lxml, by_other = one.validate(element), other.is_valid(element)
                if told_apart(told.base_of_type(kind), shown):
                    assert not by_lxml, (kind, shown)
                else:
                    assert by_lxml is by_other, (kind, shown)
                    assert shown != text or by_lxml is taken, (kind, shown)
