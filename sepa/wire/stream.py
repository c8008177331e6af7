"""The slow road: any file the gate lets through, in one stream, whatever its comments, CDATA, prefixes and
spelling.

It has the last word. The parser drops comments, processing instructions and CDATA marks while it builds the
tree; what is complete is copied into small documents, checked there, and taken off the tree, so memory stays
small. The three facts that carry the fast road (`sepa.wire.pieces`) carry this one too, on elements instead
of bytes:

- every document repeats all of the root's children before its block, so one in a wrong place is seen;
- where something else follows a transaction, the document begins with that transaction, so it is seen as
  well;
- a text between elements is copied, or refused when the element before it leaves the tree.

Between the ends of two transactions there may be PART_BYTES_MAX bytes; more is `overlong`.
"""

from collections.abc import Iterator
from typing import BinaryIO, Final

from lxml import etree

from sepa.model.finding import Unreadable
from sepa.model.message import MessageHead, Piece
from sepa.scheme.phrase import Phrase
from sepa.wire.copies import document_of, element_at, forget_earlier_blocks
from sepa.wire.faults import broken, invalid
from sepa.wire.fields import table
from sepa.wire.records import Builder, message_head
from sepa.wire.rows import separators_free_of
from sepa.wire.schema import namespace, schema_of
from sepa.wire.xml import complaints, elements, line_of, local_name, stream_parser

FEED_BYTES: Final = 1 << 16
FLUSH_BYTES: Final = 1 << 18
PART_BYTES_MAX: Final = 1 << 19

Item = MessageHead | Piece | Unreadable


def stream(source: BinaryIO, name: str, message_id: str | None) -> Iterator[Item]:
    """Yield the head, then the pieces; an Unreadable ends it, whenever it comes.

    What is not well-formed is told as that, even where the schema had a complaint about an earlier place.
    """
    source.seek(0)
    space = "{" + namespace(name) + "}"
    parser = stream_parser("end", (space + table(name).transaction_tag, space + "PmtInf"))
    walk = _Walk(name, message_id)
    refusal: Unreadable | None = None
    root = None
    read = 0
    while root is None:
        chunk = source.read(FEED_BYTES)
        read += len(chunk)
        try:
            root = _fed(parser, chunk)
        except etree.XMLSyntaxError as error:
            yield broken(error, source, message_id, name, ended=not chunk)
            return
        for element in elements(parser):
            for item in walk.ended(element, read) if refusal is None else ():
                if isinstance(item, Unreadable):
                    refusal = item
                else:
                    yield item
            if refusal is not None:
                walk.progress = read
                _forget(element)
        if read - walk.progress > PART_BYTES_MAX:
            yield refusal or _too_long(message_id, name, walk.line)
            return
    refusal = refusal or walk.closed(root)
    if refusal is not None:
        yield refusal


def _too_long(message_id: str | None, name: str, line: int) -> Unreadable:
    found, bound = f"more than {PART_BYTES_MAX}", {"bytes": str(PART_BYTES_MAX)}
    expected = Phrase("at most {bytes} bytes between the ends of two transactions", bound)
    return Unreadable("overlong", f"after line {line}", found, expected, message_id, name)


def _fed(parser: etree.XMLPullParser, chunk: bytes) -> etree._Element | None:
    """Feed a chunk, or close the parser when there is none: then the root is known."""
    if chunk:
        parser.feed(chunk)
        return None
    return parser.close()


def _forget(element: etree._Element) -> None:
    """Keep the tree small where nothing of it is wanted any more."""
    del element[:]
    parent = element.getparent()
    if parent is not None:
        for earlier in list(element.itersiblings(preceding=True)):
            parent.remove(earlier)


class _Walk:
    """Follows the ends of transactions and blocks, and turns what is complete into documents.

    The tree keeps the root's own children, the open block's head, `_done` (the last checked transaction of
    the open block) and what has not been checked yet.
    """

    def __init__(self, name: str, message_id: str | None) -> None:
        self.progress = 0
        self.line = 1
        self._name = name
        self._message_id = message_id
        self._block_tag = f"{{{namespace(name)}}}PmtInf"
        self._transaction_tag = f"{{{namespace(name)}}}{table(name).transaction_tag}"
        self._above = [f"{{{namespace(name)}}}{tag}" for tag in (table(name).root, "Document")]
        self._builder = Builder(name)
        self._headed = False
        self._done: etree._Element | None = None
        self._flushed = 0

    def ended(self, element: etree._Element, read: int) -> Iterator[Item]:
        """A transaction or a block is complete; `read` bytes of the file have been seen."""
        block = element.getparent() if element.tag == self._transaction_tag else element
        above = [str(step.tag) for step in block.iterancestors()] if block is not None else []
        if block is None or block.tag != self._block_tag or above != self._above:
            return  # Not a place where these stand: the document that holds it will be refused.
        self.progress = read
        self.line = line_of(element) or self.line
        if element is block or read - self._flushed >= FLUSH_BYTES:
            self._flushed = read
            last = element if element is not block else block[-1] if len(block) else None
            yield from self._check(block, complete=element is block, last=last)
            self._done = None if element is block else element

    def closed(self, root: etree._Element) -> Unreadable | None:
        """All has been read. What is left of the tree shows what stands around and behind the blocks."""
        return None if schema_of(self._name).validate(root) else self._refusal(root, {})

    def _check(self, block: etree._Element, *, complete: bool, last: etree._Element | None) -> Iterator[Item]:
        """Check and read what is new in the block up to `last`, then take all but `last` off the tree."""
        misplaced = forget_earlier_blocks(block, self._block_tag)
        if misplaced is not None:
            yield self._refuse(misplaced)
            return
        head, fresh = self._parts(block, len(block) if last is None or complete else block.index(last) + 1)
        if not fresh and self._done is not None:
            return
        document, origin = document_of(block, [*head, *fresh], open_end=not complete)
        if not schema_of(self._name).validate(document):
            yield self._refusal(document, origin)
            return
        separators = separators_free_of(str(etree.tostring(document, encoding="unicode", method="text")))
        if not self._headed:
            self._headed = True
            yield message_head(document, self._name, separators)
        yield from self._builder.pieces(document, continued=self._done is not None, separators=separators)
        for checked in list(block)[len(head) : block.index(fresh[-1])]:
            block.remove(checked)

    def _parts(self, block: etree._Element, upto: int) -> tuple[list[etree._Element], list[etree._Element]]:
        """The block's head, and the children to check now."""
        children = list(block)[:upto]
        first = next(
            (place for place, child in enumerate(children) if child.tag == self._transaction_tag), upto
        )
        start = first
        if self._done is not None:
            start = block.index(self._done) + 1
            others = any(child.tag != self._transaction_tag for child in children[start:])
            start -= others or bool((self._done.tail or "").strip())
        return children[:first], children[start:]

    def _refuse(self, misplaced: tuple[int, str]) -> Unreadable:
        line, text = misplaced
        expected = Phrase("no text between the elements")
        return Unreadable("schema", f"line {line}, PmtInf", text, expected, self._message_id, self._name)

    def _refusal(self, document: etree._Element, origin: dict[etree._Element, etree._Element]) -> Unreadable:
        """The schema's first complaint about `document`, at the place in the file it was copied from."""
        entry = complaints(schema_of(self._name).error_log)[0]
        element = element_at(document, entry.path)
        line = [*reversed(list(element.iterancestors())), element]
        path = "/".join(local_name(str(step.tag)) for step in line[2:])
        steps = []
        copied = element
        while copied not in origin and (parent := copied.getparent()) is not None:
            steps.append(parent.index(copied))
            copied = parent
        original = origin.get(copied, copied)
        for step in reversed(steps):
            original = original[step]
        return invalid(
            entry, line_of(original), path or local_name(str(element.tag)), self._message_id, self._name
        )
