"""The fast road: a plain file, cut at transaction boundaries into small documents that are checked alone.

A file is P B1 ... Bn E: the prologue up to the first block, the blocks, the closing tags. It is cut only
behind the closing tag of a transaction (and of its block, where that follows), into slabs S1 ... Sk. Slab i
becomes the document

    P + H + Si + closing tags

where H is the head of the block the cut fell into (from its opening tag to its first transaction), or
nothing.

Why this may stand for the whole file. The gate has found no comment, CDATA section, processing instruction,
document type or further namespace declaration, so each `<` in the bytes opens a tag: the bytes
`</CdtTrfTxInf>` are a closing tag, whatever stands around them (`>` in texts and attributes is harmless,
since we search from the `<`).

1. Well-formed. Behind P + H the open elements are Document, root, block. Each document is well-formed with
   fixed closing tags, so behind Si the same three are open. The slabs therefore fit together end to end.
2. Valid. The schemas hold no key, no unique and no ID, so validity is a matter of each element and its
   children. A complete element lies in one document, except the root and the blocks that were cut. The
   root's children are the header and blocks in any number. A cut block's children are a head, seen with its
   first transaction, and then transactions only: every further slab begins with a transaction tag, or the
   fast road gives up.
3. Nothing is counted twice or lost: the slabs are the file's bytes in order, and the number of blocks found
   in each document must be the number of block tags in its bytes.

Most orders need no document of their own: those in the usual form (`sepa.wire.usual`) are taken out of a slab, and
its document is made of what is left. This may be, since

4. such an order is well-formed and valid by itself: the form is made from the schema;
5. it stands right behind the closing tag of another order, so both have one parent. The first of such a row stays in
   its document, and is valid where it stands, or the row begins a slab of a block whose head is known;
6. a block takes orders in any number, but not none: each keeps its first, except a slab that lies in one block with
   more to come on both sides.

Whatever does not fit this picture is a doubt, never a verdict: `FastRoadLeft` sends the file to the slow
road.
"""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

import msgspec
from lxml import etree

from sepa.wire.fields import table
from sepa.wire.rows import SEPARATORS
from sepa.wire.schema import namespace, schema_of
from sepa.wire.usual import sifted
from sepa.wire.xml import piece_parser

HEAD_BYTES_MAX: Final = 1 << 14
_END_BYTES_MAX: Final = 1 << 10
TRANSACTION_BYTES_MAX: Final = 1 << 19
_BLANKS: Final = b" \t\r\n"
_DOCUMENT: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:<\?xml[^<>]*\?>)?[ \t\r\n]*<(?:([A-Za-z_][\w.-]*):)?Document([\s][^<>]*)>",
    re.ASCII,
)
_DECLARATION: Final = re.compile(
    rb"""\sxmlns(?::([A-Za-z_][\w.-]*))?\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.ASCII
)
# A separator in disguise: its character reference, in decimal or hexadecimal.
_SEPARATOR: Final = re.compile(b"|".join(sign.encode() for sign in SEPARATORS[1:]))
_SEPARATOR_REFERENCE: Final = re.compile(
    b"&#(?:%s);" % b"|".join(b"0*%d|x0*%x" % (ord(sign), ord(sign)) for sign in SEPARATORS), re.IGNORECASE
)


class FastRoadLeft(Exception):
    """The bytes do not look as the fast road needs them; the slow road decides. Never leaves this package."""


class Slab(msgspec.Struct, frozen=True):
    """Consecutive transactions, valid: a parsed document, and the usual orders that were left out of it.

    `usual` are those before its first order, those behind its first, and so on; empty where all are in the document.
    There is no document where all are usual. `continued` tells that the first block began in an earlier slab.
    """

    document: Any  # an lxml element, or None
    continued: bool
    usual: list[list[re.Match[str]]] = []


class _Marks(msgspec.Struct, frozen=True):
    """This file's own spelling of the tags, prefix included."""

    block: bytes
    block_end: bytes
    transaction: bytes
    transaction_end: bytes
    root_end: bytes
    end: bytes


class Cut(msgspec.Struct, frozen=True):
    """Bytes between two places where a file may be cut, and what makes a plain file of them."""

    before: bytes
    text: bytes
    after: bytes
    continued: bool
    blocks: int
    transactions: int
    ends_inside: bool


def slabs(source: BinaryIO, name: str, piece_bytes: int) -> Iterator[Slab]:
    """Yield the file's slabs of about `piece_bytes` bytes, parsed and valid. FastRoadLeft at any doubt."""
    for cut in cuts(source, name, piece_bytes):
        rest, usual = sifted(cut.text, name, all_may_go=cut.continued and cut.blocks == 1 and cut.ends_inside)
        if usual and not rest.strip(_BLANKS):
            yield Slab(None, cut.continued, usual)
            continue
        _refuse_separators(rest)
        document = _parsed(cut.before + rest + cut.after, name)
        blocks = document[0].findall(f"{{{namespace(name)}}}PmtInf")
        if len(blocks) != cut.blocks:
            raise FastRoadLeft("a block tag is spelt in an unusual way")
        if usual and sum(_orders_in(block, name) for block in blocks) != len(usual) - 1:
            raise FastRoadLeft("an order's tag is spelt in an unusual way")
        yield Slab(document, cut.continued, usual)


def cuts(source: BinaryIO, name: str, size: int) -> Iterator[Cut]:
    """Yield a plain file in parts of about `size` bytes, none of them parsed. FastRoadLeft at any doubt."""
    source.seek(0)
    reading = _Reading(source, max(size, 1))
    first = reading.find(b"PmtInf>", HEAD_BYTES_MAX)
    prologue = reading.take(max(reading.buffer.rfind(b"<", 0, max(first, 0)), 0))
    _refuse_separators(prologue)
    marks = _marks(prologue, name)
    if not reading.buffer.startswith(marks.block):
        raise FastRoadLeft("no block after the prologue")
    head = b""
    while True:
        place, last = reading.cut(marks)
        text = reading.take(place)
        if head and not text.lstrip(_BLANKS).startswith(marks.transaction):
            raise FastRoadLeft("something else than a transaction follows a transaction")
        open_block = not last and not text.endswith(marks.block_end)
        closing = b"" if last else (marks.block_end if open_block else b"") + marks.end
        yield Cut(
            prologue + head,
            text,
            closing,
            bool(head),
            text.count(marks.block) + bool(head),
            text.count(marks.transaction),
            open_block,
        )
        if last:
            return
        head = _head_of_last_block(text, marks, head) if open_block else b""


class _Reading:
    """A window on the source that grows until it holds what is looked for."""

    def __init__(self, source: BinaryIO, step: int) -> None:
        self.buffer = b""
        self.ended = False
        self._source = source
        self._step = step

    def grow(self, size: int) -> None:
        """Hold at least `size` bytes, or all there are."""
        while len(self.buffer) < size and not self.ended:
            more = self._source.read(max(size - len(self.buffer), 1))
            self.ended = not more
            self.buffer += more

    def find(self, wanted: bytes, limit: int) -> int:
        self.grow(limit)
        return self.buffer.find(wanted, 0, limit)

    def take(self, size: int) -> bytes:
        taken, self.buffer = self.buffer[:size], self.buffer[size:]
        return taken

    def cut(self, marks: _Marks) -> tuple[int, bool]:
        """Return where to cut, and whether that is the end of the file.

        The cut falls behind the last transaction in a step, and behind its block where that ends there.
        """
        size = self._step
        while True:
            self.grow(size)
            place = self.buffer.rfind(marks.transaction_end, 0, size)
            if place >= 0:
                place += len(marks.transaction_end)
                following = self._past_blanks(place)
                if self.buffer.startswith(marks.block_end, following):
                    place = following + len(marks.block_end)
                    following = self._past_blanks(place)
                if self.buffer.startswith(marks.transaction, following) or self.buffer.startswith(
                    marks.block, following
                ):
                    return place, False
                if self._ends_within(following, marks):
                    return len(self.buffer), True
                raise FastRoadLeft("something unexpected follows a transaction")
            if size >= len(self.buffer) and (self.ended or size > TRANSACTION_BYTES_MAX):
                raise FastRoadLeft("no end of a transaction in sight")
            size *= 2

    def _past_blanks(self, place: int) -> int:
        """The place of the next byte that is no blank, with enough bytes behind it to see a tag."""
        while True:
            rest = self.buffer[place : place + 256].lstrip(_BLANKS)
            if rest:
                found = place + min(256, len(self.buffer) - place) - len(rest)
                self.grow(found + 256)
                return found
            if self.ended:
                return len(self.buffer)
            place = min(place + 256, len(self.buffer))
            self.grow(place + 256)
            if place > TRANSACTION_BYTES_MAX + self._step:
                raise FastRoadLeft("too many blanks")

    def _ends_within(self, place: int, marks: _Marks) -> bool:
        """Whether the root's closing tag stands at `place` and little more than blanks can follow it."""
        self.grow(place + _END_BYTES_MAX)
        return self.ended and self.buffer.startswith(marks.root_end, place)


def _marks(prologue: bytes, name: str) -> _Marks:
    """Read the prefix off the Document tag, which must declare the message's namespace once, as its own."""
    tag = _DOCUMENT.match(prologue)
    declared = _DECLARATION.findall(tag[2]) if tag is not None else []
    prefixes = [prefix for prefix, *uri in declared if namespace(name).encode() in uri]
    if (
        tag is None or prefixes != [tag[1] or b""] or b"&" in tag[2]
    ):  # a reference may hide a second prefix of ours
        raise FastRoadLeft("an unusual Document tag")
    prefix = tag[1] + b":" if tag[1] else b""
    places = table(name)
    block, transaction = prefix + b"PmtInf", prefix + places.transaction_tag.encode()
    root_end = b"</%s%s>" % (prefix, places.root.encode())
    return _Marks(
        b"<%s>" % block, b"</%s>" % block, b"<%s" % transaction, b"</%s>" % transaction, root_end,
        root_end + b"</%sDocument>" % prefix,
    )  # fmt: skip


def _refuse_separators(text: bytes) -> None:
    # One byte is looked for ten times faster than two; the five long ones begin alike, so one pattern does.
    if (
        SEPARATORS[0].encode() in text
        or _SEPARATOR.search(text)
        or (b"#" in text and _SEPARATOR_REFERENCE.search(text))
    ):
        raise FastRoadLeft("a text holds one of our separators")


def _head_of_last_block(slab: bytes, marks: _Marks, head: bytes) -> bytes:
    """The head of the block that a cut leaves open: from its tag to its first transaction."""
    start = slab.rfind(marks.block)
    if start < 0:
        return head
    found = slab[start : slab.index(marks.transaction, start)]
    if len(found) > HEAD_BYTES_MAX:
        raise FastRoadLeft("a very long head of a block")
    return found


def _orders_in(block: etree._Element, name: str) -> int:
    return len(block.findall(f"{{{namespace(name)}}}{table(name).transaction_tag}"))


def _parsed(text: bytes, name: str) -> etree._Element:
    """Parse and check one small document."""
    try:
        # libxml2 may take blanks before a carriage return for a line break between tags; with one about, keep
        # all.
        document = etree.fromstring(text, piece_parser(drop_blanks=b"\r" not in text))
    except etree.XMLSyntaxError as error:
        raise FastRoadLeft("not well-formed") from error
    if not schema_of(name).validate(document):
        raise FastRoadLeft("not valid")
    return document
