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

Between the ends of two transactions there may be PART_BYTES_MAX bytes; more is `too-large`.
"""

import copy
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from lxml import etree

from sepa.model.finding import Unreadable
from sepa.model.message import MessageHead, Piece
from sepa.scheme.phrase import Phrase
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
                del element[:]
        if read - walk.progress > PART_BYTES_MAX:
            yield refusal or _too_long(message_id, name, walk.line)
            return
    refusal = refusal or walk.closed(root)
    if refusal is not None:
        yield refusal


def _too_long(message_id: str | None, name: str, line: int) -> Unreadable:
    found, bound = f"more than {PART_BYTES_MAX}", {"bytes": str(PART_BYTES_MAX)}
    expected = Phrase("at most {bytes} bytes between the ends of two transactions", bound)
    return Unreadable("too-large", f"after line {line}", found, expected, message_id, name)


def _fed(parser: etree.XMLPullParser, chunk: bytes) -> etree._Element | None:
    """Feed a chunk, or close the parser when there is none: then the root is known."""
    if chunk:
        parser.feed(chunk)
        return None
    return parser.close()


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
        misplaced = _forget_earlier_blocks(block, self._block_tag)
        if misplaced is not None:
            yield self._refuse(misplaced)
            return
        head, fresh = self._parts(block, len(block) if last is None or complete else block.index(last) + 1)
        if not fresh and self._done is not None:
            return
        document, origin = _document(block, [*head, *fresh], open_end=not complete)
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
        element = _element_at(document, entry.path)
        path = "/".join(
            etree.QName(step).localname for step in [*reversed(list(element.iterancestors())), element][2:]
        )
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


def _document(
    block: etree._Element, children: list[etree._Element], *, open_end: bool
) -> tuple[etree._Element, dict[etree._Element, etree._Element]]:
    """Copy a block with some of its children, and all that stands before it, into a document of its own.

    Return it with the origin of each copy. With `open_end` the text behind the last child is not known yet.
    """
    body = block.getparent()
    top = body.getparent() if body is not None else None
    if body is None or top is None:
        raise ValueError("a block stands in a Document")
    origin: dict[etree._Element, etree._Element] = {}

    def shell(element: etree._Element) -> etree._Element:
        made = _shell(element)
        origin[made] = element
        return made

    def full(element: etree._Element) -> etree._Element:
        made = copy.deepcopy(element)
        made.tail = element.tail
        origin[made] = element
        return made

    document, inner, last = shell(top), shell(body), shell(block)
    document.append(inner)
    inner.extend(full(before) for before in reversed(list(block.itersiblings(preceding=True))))
    inner.append(last)
    last.extend(full(child) for child in children)
    if open_end and len(last):
        last[-1].tail = None
    return document, origin


def _shell(element: etree._Element) -> etree._Element:
    """A copy without children. What lxml has no name for (a namespace that is no URI) loses its namespace."""
    declared: Any = element.nsmap
    namespaces: Any = {prefix: uri for prefix, uri in declared.items() if _can_set("a", {"p": uri})}
    made = etree.Element(element.tag, nsmap=namespaces)
    made.text = element.text
    for name, value in element.attrib.items():
        made.set(name if _can_set(str(name)) else local_name(str(name)).replace(":", "_"), value)
    return made


def _can_set(name: str, namespaces: dict[str, str] | None = None) -> bool:
    try:
        etree.Element("a", {name: ""}, nsmap=namespaces)
    except ValueError:
        return False
    return True


def _forget_earlier_blocks(block: etree._Element, block_tag: str) -> tuple[int, str] | None:
    """Take the blocks before `block` off the tree. Return line and words of a text that follows one."""
    body = block.getparent()
    for earlier in list(block.itersiblings(block_tag, preceding=True)):
        if (earlier.tail or "").strip():
            return line_of(earlier), str(earlier.tail).strip()[:80]
        if body is not None:
            body.remove(earlier)
    return None


def _element_at(document: etree._Element, path: str | None) -> etree._Element:
    """The element that libxml2 names by `path`; the document itself if it names none."""
    prefixes = {str(prefix): space for prefix, space in document.nsmap.items() if prefix}
    try:
        found = document.getroottree().xpath(path, namespaces=prefixes) if path else []
    except etree.XPathError:  # The path names a prefix that the file never declared.
        found = []
    first = found[0] if isinstance(found, list) and found else document
    return first if isinstance(first, etree._Element) else document
