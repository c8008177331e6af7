"""The fast road and the slow road: the same records for every file both can read, and no way to slip past either."""

import io
import re
from collections.abc import Callable
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from incoming import blocks, orders, read_bytes, read_slowly, refusal, rich, transactions
from lxml import etree

from sepa.model.finding import Unreadable
from sepa.model.message import MessageHead, Piece
from sepa.wire.pieces import FastRoadLeft, slabs
from sepa.wire.rows import SEPARATORS, separators_free_of
from sepa.wire.schema import ISO_NAMESPACE, READABLE, schema_of

MODERN = "pain.001.001.09"
MANY = orders(MODERN, 40, per_block=7, lines=True)
XSD = "{http://www.w3.org/2001/XMLSchema}"


def all_slabs(content: bytes, piece: int = 1000, name: str = MODERN) -> int:
    return sum(1 for _ in slabs(io.BytesIO(content), name, piece))


@pytest.mark.parametrize("name", READABLE)
@pytest.mark.parametrize("per_block", [1, 3, 1000])
def test_both_roads_read_the_same(name: str, per_block: int) -> None:
    content = orders(name, 25, per_block=per_block, lines=True)
    fast, slow = read_bytes(content, piece=3000), read_slowly(content, name)
    assert fast[0] == slow[0]
    assert transactions(fast) == transactions(slow)
    assert blocks(fast) == blocks(slow)
    assert [transaction.position for transaction in transactions(fast)] == list(range(1, 26))
    assert [block.position for block in blocks(fast)] == list(range(1, -(-25 // per_block) + 1))


@given(piece=st.integers(1, 60_000))
@settings(max_examples=60, deadline=None)
def test_the_size_of_pieces_changes_no_record(piece: int) -> None:
    items = read_bytes(MANY, piece=piece)
    assert transactions(items) == transactions(read_bytes(MANY))
    assert len(blocks(items)) == 6, "all pieces of a block share one PaymentInformation"
    for item in items[1:]:
        assert isinstance(item, Piece)
        assert {transaction.block for transaction in item.transactions} == {item.payment_information.position}
        assert all(transaction.debtor is item.payment_information.party for transaction in item.transactions)


def prefixed(content: bytes) -> bytes:
    """The same file with every tag under a prefix."""
    return content.replace(b"</", b"</p:").replace(b"<", b"<p:").replace(b"<p:/p:", b"</p:").replace(
        b"<p:?", b"<?").replace(b"xmlns=", b"xmlns:p=")  # fmt: skip


DISGUISES: dict[str, Callable[[bytes], bytes]] = {
    "comment with a closing tag": lambda text: text.replace(
        b"<Purp>", b"<!-- </CdtTrfTxInf></PmtInf> --><Purp>"
    ),
    "comment between orders": lambda text: text.replace(
        b"</CdtTrfTxInf>", b"</CdtTrfTxInf><!-- <CdtTrfTxInf> -->"
    ),
    "comment inside a text": lambda text: text.replace(b"Invoice", b"Inv<!-- </Ustrd> -->oice"),
    "CDATA": lambda text: text.replace(b"Invoice", b"<![CDATA[Invoice]]>"),
    "instruction between orders": lambda text: text.replace(
        b"</CdtTrfTxInf>", b"</CdtTrfTxInf><?tool </PmtInf>?>"
    ),
    "stylesheet in the prologue": lambda text: text.replace(
        b"<Document", b'<?xml-stylesheet href="x"?><Document'
    ),
    "prefix": prefixed,
    "namespaces further down": lambda text: text.replace(b"<PmtInf>", b'<PmtInf xmlns:q="urn:q">'),
    "prefix in one block": lambda text: text.replace(
        b"<PmtId>", f'<q:PmtId xmlns:q="{ISO_NAMESPACE}{MODERN}">'.encode()
    ).replace(b"</PmtId>", b"</q:PmtId>"),
    "two spellings of the namespace": lambda text: (
        text.replace(b"<Document ", f'<Document xmlns:q="{ISO_NAMESPACE}{MODERN}" '.encode())
        .replace(b"<PmtInf>", b"<q:PmtInf>", 1)
        .replace(b"</PmtInf>", b"</q:PmtInf>", 1)
    ),
    "namespace hidden in a reference": lambda text: (
        text.replace(b"<Document ", f'<Document xmlns:q="urn&#58;{ISO_NAMESPACE[4:]}{MODERN}" '.encode())
        .replace(b"<CdtTrfTxInf>", b"<q:CdtTrfTxInf>", 1)
        .replace(b"</CdtTrfTxInf>", b"</q:CdtTrfTxInf>", 1)
    ),
    "blanks inside tags": lambda text: text.replace(b"<PmtInf>", b"<PmtInf \n>").replace(
        b"</CdtTrfTxInf>", b"</CdtTrfTxInf\t>"
    ),
    "some blanks inside block tags": lambda text: text.replace(b"<PmtInf>", b"<PmtInf >", 2),
    "carriage returns": lambda text: text.replace(b"\n", b"\r\n"),
    "greater-than in an attribute": lambda text: text.replace(
        b"<Document ",
        b'<Document xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation=">a b" ',
    ),
    "references": lambda text: text.replace(b"Invoice", b"&#x49;nvo&#105;ce"),
    "byte order mark": lambda text: b"\xef\xbb\xbf" + text,
    "single quotes": lambda text: text.replace(b'Ccy="EUR"', b"Ccy = 'EUR'"),
    "many blanks between orders": lambda text: text.replace(
        b"</CdtTrfTxInf>", b"</CdtTrfTxInf>" + b" \n" * 700
    ),
    "no blanks": lambda text: text.replace(b">\n <", b"><"),
}


@pytest.mark.parametrize("disguise", DISGUISES.values(), ids=DISGUISES)
@pytest.mark.parametrize("piece", [1, 1500, 1 << 18])
def test_disguises_change_no_record(disguise: Callable[[bytes], bytes], piece: int) -> None:
    content = disguise(MANY)
    assert content != MANY or disguise is DISGUISES["no blanks"]
    items = read_bytes(content, piece=piece)
    assert transactions(items) == transactions(read_bytes(MANY))
    assert transactions(items) == transactions(read_slowly(content, MODERN))
    assert len(blocks(items)) == 6


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        pytest.param("></CdtTrfTxInf>".replace("<", "&lt;"), "></CdtTrfTxInf>", id="a closing tag as text"),
        pytest.param("  \r\nX", "  \nX", id="blanks before a line break"),
        pytest.param("\r\n  X", "\n  X", id="a line break before blanks"),
        pytest.param(" &#13; X ", " \r X ", id="a carriage return by reference"),
        pytest.param("&#32;", " ", id="a blank by reference"),
        pytest.param(" ", " ", id="only a blank"),
        pytest.param("<![CDATA[&amp;<]]>", "&amp;<", id="CDATA"),
    ],
)
def test_texts_stand_as_sent(sent: str, meant: str) -> None:
    content = re.sub(rb"<Ustrd>.*?</Ustrd>", lambda _: f"<Ustrd>{sent}</Ustrd>".encode(), MANY)
    for items in (read_bytes(content, piece=1500), read_slowly(content, MODERN)):
        free = [order.remittance.unstructured for order in transactions(items) if order.remittance]
        assert set(free) == {(meant,), ()}


SLIPS: dict[str, tuple[bytes, str]] = {
    "an element behind an order": (
        MANY.replace(b"</CdtTrfTxInf>", b"</CdtTrfTxInf><ChrgBr>SLEV</ChrgBr>", 3),
        "PmtInf/ChrgBr",
    ),
    "a text behind an order": (MANY.replace(b"</CdtTrfTxInf>", b"</CdtTrfTxInf>lost", 5), "PmtInf"),
    "a text between blocks": (MANY.replace(b"</PmtInf>", b"</PmtInf>lost", 2), "PmtInf"),
    "a second header": (MANY.replace(b"</PmtInf>", b"</PmtInf><GrpHdr/>", 1), "GrpHdr"),
    "a block without orders": (MANY.replace(b"</PmtInf>", b"</PmtInf><PmtInf></PmtInf>", 1), "PmtInf"),
    "something behind the last block": (MANY.replace(b"</CstmrCdt", b"<Foo/></CstmrCdt"), "Foo"),
    "something behind the root": (MANY.replace(b"</Document>", b"<Foo/></Document>"), "Foo"),
    "a text behind the root": (MANY.replace(b"</Document>", b"lost</Document>"), "Document"),
    "a bad field in the last order": (
        b"CHF1".join(MANY.rsplit(b"EUR", 1)),
        "PmtInf/CdtTrfTxInf/Amt/InstdAmt",
    ),
    "an order inside an order": (
        MANY.replace(b"<Purp>", b"<CdtTrfTxInf></CdtTrfTxInf><Purp>", 1),
        "PmtInf/CdtTrfTxInf/CdtTrfTxInf",
    ),
    "a block inside a block": (
        MANY.replace(b"</CdtTrfTxInf>", b"</CdtTrfTxInf><PmtInf></PmtInf>", 1),
        "PmtInf/PmtInf",
    ),
}


@pytest.mark.parametrize(("content", "path"), SLIPS.values(), ids=SLIPS)
@pytest.mark.parametrize("piece", [1, 1500, 1 << 18])
def test_nothing_slips_past(content: bytes, path: str, piece: int) -> None:
    unreadable = refusal(content, piece=piece)
    assert unreadable.fault == "schema"
    assert unreadable.where.endswith(", " + path)
    slow = read_slowly(content, MODERN)[-1]
    assert isinstance(slow, Unreadable)
    assert (slow.where, slow.found, slow.expected) == (
        unreadable.where,
        unreadable.found,
        unreadable.expected,
    )


def test_plain_files_take_the_fast_road() -> None:
    assert all_slabs(MANY) > 10
    assert all_slabs(MANY, piece=1 << 20) == 1
    assert all_slabs(prefixed(MANY), piece=2000) > 5


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(
            MANY.replace(b"</CdtTrfTxInf>", b"</CdtTrfTxInf><ChrgBr>SLEV</ChrgBr>", 3), id="not only orders"
        ),
        pytest.param(MANY.replace(b"Invoice", SEPARATORS[2].encode(), 1), id="a separator in a text"),
        pytest.param(MANY.replace(b"Invoice", b"&#x8F;", 1), id="a separator as hexadecimal reference"),
        pytest.param(MANY.replace(b"Invoice", b"&#0129;", 1), id="a separator as decimal reference"),
        pytest.param(MANY.replace(b"<MsgId>", b"<MsgId>\x7f", 1), id="a separator in the header"),
        pytest.param(MANY.replace(b"<PmtInf>", b"<PmtInf >", 3), id="block tags in two spellings"),
        pytest.param(MANY.replace(b"EUR", b"EU", 1), id="not valid"),
        pytest.param(MANY.replace(b"</Nm>", b"</Nn>", 9), id="not well-formed"),
        pytest.param(MANY.replace(b"Invoice", b"&foo;", 1), id="undeclared entity"),
        pytest.param(MANY.replace(b"</CstmrCdtTrfInitn>", b""), id="no end"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_any_doubt_leaves_the_fast_road(content: bytes) -> None:
    with pytest.raises(FastRoadLeft):
        all_slabs(content)


@pytest.mark.parametrize("sign", SEPARATORS)
def test_a_message_id_may_hold_our_separators(sign: str) -> None:
    (head, *_) = read_bytes(MANY.replace(b"<MsgId>", b"<MsgId>" + sign.encode(), 1))
    assert isinstance(head, MessageHead)
    assert head.group_header.message_id.startswith(sign)


@pytest.mark.parametrize("sign", [*SEPARATORS, "&#x81;", "&#157;", "\U00020000", "\ue000"])
def test_texts_may_hold_our_separators(sign: str) -> None:
    content = MANY.replace(b"Invoice", sign.encode())
    remittances = [order.remittance for order in transactions(read_bytes(content)) if order.remittance]
    texts = [text for remittance in remittances for text in remittance.unstructured]
    shown = {"&#x81;": "\x81", "&#157;": "\x9d"}.get(sign, sign)
    assert texts
    assert all(text.startswith(shown + " 2026/") for text in texts)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=50))
def test_separators_are_never_in_the_text(text: str) -> None:
    for used in (text, text + SEPARATORS, text + SEPARATORS + "".join(map(chr, range(0x20000, 0x20010)))):
        chosen = separators_free_of(used)
        assert len(set(chosen)) == len(SEPARATORS)
        assert not set(chosen) & set(used)


@pytest.mark.parametrize("name", READABLE)
def test_a_piece_can_stand_for_the_whole(name: str) -> None:
    """The argument for pieces needs schemas without uniqueness rules, and wildcards only in SplmtryData."""
    schema = etree.fromstring(files("sepaxml").joinpath("schemas", f"{name}.xsd").read_bytes())
    assert schema_of(name) is schema_of(name)
    assert not list(schema.iter(*(XSD + tag for tag in ("unique", "key", "keyref"))))
    assert not {node.get("type") for node in schema.iter()} & {"xs:ID", "xs:IDREF", "xs:IDREFS", "xs:ENTITY"}
    types = [kind for node in schema.iter(XSD + "any") for kind in node.iterancestors(XSD + "complexType")]
    assert {kind.get("name") for kind in types} <= {"SupplementaryDataEnvelope1"}


@pytest.mark.parametrize("place", [1, 20, 39])
def test_a_late_fault_ends_the_reading(place: int) -> None:
    parts = MANY.split(b"<CdtTrfTxInf>")
    parts[place] = parts[place].replace(b'Ccy="EUR"', b"")
    items = read_bytes(b"<CdtTrfTxInf>".join(parts), piece=1500)
    assert isinstance(items[-1], Unreadable)
    assert items[-1].where.endswith(", PmtInf/CdtTrfTxInf/Amt/InstdAmt")
    assert str(items[-1].expected) == "the attribute Ccy"
    assert all(not isinstance(item, Unreadable) for item in items[:-1])


@pytest.mark.parametrize("place", range(0, 40, 3))
def test_leaving_the_fast_road_midway_yields_nothing_twice(place: int) -> None:
    """A separator in one order is a doubt there; the slow road goes on behind what was handed out."""
    before, *behind = MANY.split(b"<Purp>")
    behind[place] = behind[place].replace(b"<Ustrd>", b"<Ustrd>\x7f").replace(b"<Ref>", b"<Ref>\x7f")
    content = b"<Purp>".join([before, *behind])
    assert content != MANY
    items = read_bytes(content, piece=1500)
    assert [order.position for order in transactions(items)] == list(range(1, 41))
    assert transactions(items) == transactions(read_slowly(content, MODERN))
    assert len(blocks(items)) == 6


@pytest.mark.parametrize("name", READABLE)
def test_rich_orders_read_alike_on_both_roads(name: str) -> None:
    fast, slow = read_bytes(rich(name)), read_slowly(rich(name), name)
    assert fast == slow
