"""Orders in the usual form are read without a tree: nothing that the schema refuses is taken, and no record differs."""

import io
import random
from collections.abc import Callable
from functools import cache

import pytest
from generated import SPOILERS, Grammar
from incoming import blocks, orders, read_bytes, read_slowly, transactions
from lxml import etree

from sepa.model.finding import Unreadable
from sepa.wire.fields import table
from sepa.wire.pieces import slabs
from sepa.wire.schema import READABLE, schema_of
from sepa.wire.usual import sifted, usual_form, usual_places

NASTY = (
    " ",
    "\t",
    "a\nb",
    "\r",
    "\x7f",
    "\x85",
    "\x90",
    "&",
    "a&b<c>d]]>",
    "&amp;",
    "'\"",
    "!",
    "\u2028",
    "\U0001f4b0",
    "",
)


@cache
def grammar(name: str) -> Grammar:
    return Grammar(name)


def tag(name: str) -> str:
    return table(name).transaction_tag


def end(name: str) -> bytes:
    return usual_form(name).end.encode()


def begin(name: str) -> bytes:
    return end(name).replace(b"</", b"<")


def in_a_file(name: str, *middle: bytes) -> bytes:
    """A sound file whose second order and those after it are `middle`; a sound one stands behind them."""
    content = orders(name, 3)
    first, second, rest = content.split(end(name), 2)
    assert second.startswith(begin(name))
    return end(name).join([first, second, b"".join(middle) + rest])


@cache
def usual_orders(name: str) -> tuple[bytes, ...]:
    """Valid orders of elements that may stand in a usual one, texts at their bounds; the form takes most of them."""
    dice, kept = random.Random(name), {path for path in usual_places(name) if "@" not in path}  # noqa: S311
    found: dict[bool, list[bytes]] = {True: [], False: []}
    while len(found[True]) < 30 or len(found[False]) < 10:
        order = grammar(name).part(tag(name), dice, dice.choice((0.2, 0.5, 0.8)))
        _prune(order, "", kept)
        text = text_of(order, name)
        if is_valid(in_a_file(name, text), name):
            found[taken(text, name)].append(text)
    return (*found[True][:30], *found[False][:10])


def usual_order(name: str, dice: random.Random) -> etree._Element:
    """One of them, where it would stand in a message."""
    above = b'<Document xmlns="%s"><%s><PmtInf>' % (grammar(name).space.encode(), table(name).root.encode())
    below = b"</PmtInf></%s></Document>" % table(name).root.encode()
    return etree.fromstring(above + dice.choice(usual_orders(name)) + below)[0][0][0]


def is_valid(content: bytes, name: str) -> bool:
    return schema_of(name).validate(etree.fromstring(content))


def _prune(element: etree._Element, above: str, kept: set[str]) -> None:
    for child in list(element):
        path = f"{above}/{etree.QName(child).localname}".lstrip("/")
        leaf = child.text is not None and not len(child)
        _prune(child, path, kept)
        if path not in kept if leaf else not len(child):
            element.remove(child)


def text_of(order: etree._Element, name: str) -> bytes:
    """An order as it stands in a file that declares its namespace above."""
    return (
        etree.tostring(order, encoding="UTF-8")
        .split(b"?>\n", 1)[-1]
        .replace(f' xmlns="{grammar(name).space}"'.encode(), b"")
    )


def taken(text: bytes, name: str) -> bool:
    return any(sifted(text, name, all_may_go=True)[1])


def one_reading(content: bytes, name: str) -> bool:
    """Whether a file is read; both roads must agree, record by record."""
    fast, slow = read_bytes(content), read_slowly(content, name)
    if isinstance(slow[-1], Unreadable):
        assert isinstance(fast[-1], Unreadable), content.decode()
        return False
    assert transactions(fast) == transactions(slow), content.decode()
    assert blocks(fast) == blocks(slow)
    return True


@pytest.mark.parametrize("name", READABLE)
def test_a_usual_order_is_read_like_any_other(name: str) -> None:
    for text in usual_orders(name):
        assert one_reading(in_a_file(name, text), name)


@pytest.mark.parametrize("name", READABLE)
def test_no_spoilt_order_is_taken_for_a_usual_one(name: str) -> None:
    dice, verdicts = random.Random(name), []  # noqa: S311
    for spoil in SPOILERS:
        for _ in range(25):
            order = usual_order(name, dice)
            spoil(_Inside(order), grammar(name), dice)  # type: ignore[arg-type]
            text = text_of(order, name)
            verdicts.append((one_reading(in_a_file(name, text), name), taken(text, name)))
    assert (False, True) not in verdicts
    assert {(True, True), (True, False), (False, False)} <= set(verdicts)


class _Inside:
    """What of a message may be spoilt: what is inside of this order."""

    def __init__(self, order: etree._Element) -> None:
        self._order = order

    def iter(self, *_: str) -> list[etree._Element]:
        return [self._order, *self._order.iter()]


def mutilated(text: bytes, dice: random.Random) -> bytes:
    """A few bytes of an order taken away, doubled, exchanged or put in."""
    place = dice.randrange(len(text))
    size = dice.choice((1, 1, 2, 5, 20))
    change: Callable[[], bytes] = dice.choice(
        (
            lambda: text[:place] + text[place + size :],
            lambda: text[: place + size] + text[place:],
            lambda: text[:place] + dice.choice(NASTY).encode() + text[place:],
            lambda: text[:place] + text[place + 1 : place + 2] + text[place : place + 1] + text[place + 2 :],
            lambda: text.replace(b">", b" >", 1) if place % 2 else text.replace(b"><", b">\r\n<", place % 7),
            lambda: text.replace(b"</", b"<!-- x --></", 1) if place % 2 else text.replace(b'"', b"'"),
        )
    )
    return change()


@pytest.mark.parametrize("name", READABLE)
def test_mutilated_orders_have_one_reading(name: str) -> None:
    dice, read = random.Random(name), []  # noqa: S311
    for _ in range(250):
        text = text_of(usual_order(name, dice), name)
        read.append(one_reading(in_a_file(name, mutilated(text, dice)), name))
    assert set(read) == {True, False}


@pytest.mark.parametrize("name", READABLE)
def test_each_text_of_a_usual_order_ends_where_the_schema_says(name: str) -> None:
    dice, met, told = random.Random(name), set(), grammar(name)  # noqa: S311
    for _ in range(25):
        order = usual_order(name, dice)
        for leaf in [each for each in order.iter() if not len(each)]:
            sound, values = leaf.text, told.values(told.simple_of(told.place_of(leaf)))
            for text in (*values.good, *values.bad, *NASTY):
                leaf.text = text if text.isprintable() or text in "\t\n\r" else "a\nb"
                if taken(text_of(order, name), name):
                    met.add(etree.QName(leaf).localname)
                    assert is_valid(in_a_file(name, text_of(order, name)), name), (leaf, text)
            leaf.text = sound
    wanted = {path.rpartition("/")[2] for path in usual_places(name) if "@" not in path}
    assert {"EndToEndId", "InstdAmt", "IBAN", "Ctry", "Ref", "Ustrd"} <= met & wanted


@pytest.mark.parametrize("name", READABLE)
def test_what_the_schema_has_the_usual_form_has(name: str) -> None:
    """But for the elements that this message does not know."""
    missing = set(usual_places(name).values()) - set(usual_form(name).places)
    later = ("room", "floor", "post_box", "town_location_name", "district_name", "building_name")
    assert {field.rpartition(".")[2] for field in missing} == {
        *(later if name[-2:] in ("02", "03") else ()),
        *(("sequence_type",) if name.startswith("pain.001") else ()),
    }


STRANGE = b"<PmtId><InstrId>I</InstrId><EndToEndId>&#69;2E</EndToEndId></PmtId>"


def strange(name: str) -> bytes:
    """A sound order that is not usual: a letter is written by its number."""
    text = orders(name, 1).split(begin(name))[1].split(end(name))[0]
    return begin(name) + STRANGE + text[text.index(b"</PmtId>") + 8 :] + end(name)


@pytest.mark.parametrize("name", READABLE)
@pytest.mark.parametrize("piece", [1, 2500, 1 << 18])
def test_usual_and_other_orders_keep_their_places(name: str, piece: int) -> None:
    sound = orders(name, 24, per_block=9)
    first, *others = sound.split(end(name))
    mixed = first + end(name)
    for number, rest in enumerate(others):
        mixed += (
            strange(name) * (number in (1, 2, 5, 8, 12, 20)) + rest + end(name) * (rest is not others[-1])
        )
    fast, slow = read_bytes(mixed, piece=piece), read_slowly(mixed, name)
    assert transactions(fast) == transactions(slow)
    assert blocks(fast) == blocks(slow)
    assert [order.position for order in transactions(fast)] == list(range(1, 31))
    assert sum(order.end_to_end_id == "E2E" for order in transactions(fast)) == 6


def test_what_is_left_of_a_slab_is_little() -> None:
    name = READABLE[0]
    content = orders(name, 40, per_block=20)
    (whole,) = slabs(io.BytesIO(content), name, 1 << 20)
    assert [len(run) for run in whole.usual] == [0, 19, 19]
    one, *between, last = slabs(io.BytesIO(orders(name, 40)), name, 4000)
    assert (one.document, last.document) != (None, None)
    assert between
    assert all(slab.document is None and len(slab.usual) == 1 for slab in between)


def test_a_slab_of_unusual_orders_stays_as_it_is() -> None:
    name = READABLE[0]
    text = strange(name) * 3
    assert sifted(text, name, all_may_go=True) == (text, [])


@pytest.mark.parametrize("hidden", [b"\0", b"\xef\xbf\xbe", b"\xef\xbf\xbf", b"\xff"])
def test_what_is_no_character_is_left_to_the_parser(hidden: bytes) -> None:
    name = READABLE[0]
    usual = orders(name, 2).split(end(name))[1] + end(name)
    assert taken(usual, name)
    assert not taken(usual.replace(b"Invoice", b"Inv" + hidden), name)


@pytest.mark.parametrize(
    "around",
    [b"<Strange>%s</Strange>", b"</PmtInf>%s<PmtInf>", b"</PmtInf><Strange>%s</Strange><PmtInf>", b"text%s"],
)
def test_an_order_is_usual_only_where_orders_stand(around: bytes) -> None:
    name = READABLE[0]
    usual = orders(name, 2).split(end(name))[1] + end(name)
    content = in_a_file(name, around % (usual + usual))
    assert not one_reading(content, name)
