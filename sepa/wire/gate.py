"""The gate: what a file must be before any parser sees all of it.

Order of the questions: is there anything, is it small enough, is it UTF-8, does it leave document types
alone, does it begin as XML, is no part of it overlong, is its root a message we know, and is that message on
offer. The scan reads raw bytes in fixed pieces, so it needs the same small memory for any size.

UTF-8 is the only encoding (EPC132-08, section 1.3). A byte order mark of UTF-8 is let through; a mark of
UTF-16 or UTF-32, a declared other encoding, a byte that is not UTF-8 and a NUL are `not-utf8`. The word
`<!DOCTYPE` or `<!ENTITY` is refused wherever it stands, in a comment too: no honest payment file needs it.

From one `<` to the next there may be STRETCH_BYTES_MAX bytes: this bounds each tag, all its attributes and each
text. In one such stretch `xmlns` may stand NAMESPACES_MAX times, for libxml2 looks through all of an element's
namespaces one by one for each element below it. Before the root there may be ROOT_BYTES_MAX bytes. How deep
elements may nest (256 levels) and how many bytes may lie between two orders, the roads behind the gate watch.
"""

import codecs
import re
from collections.abc import Callable
from typing import BinaryIO, Final

import msgspec
from lxml import etree

from sepa.model.finding import Fault, Unreadable
from sepa.scheme.letters import shortened
from sepa.scheme.phrase import Phrase
from sepa.wire.faults import broken
from sepa.wire.schema import ISO_NAMESPACE, is_known
from sepa.wire.xml import elements, local_name, stream_parser

SCAN_BYTES: Final = 1 << 20
STRETCH_BYTES_MAX: Final = 1 << 16
NAMESPACES_MAX: Final = 64
ROOT_BYTES_MAX: Final = 1 << 17
_OVERLAP: Final = 16
_HEAD_BYTES: Final = 1 << 16
_ROOT_PIECE_BYTES: Final = 1 << 11
"""Most roots are in the first of them: what follows is not parsed twice."""
_ENCODING: Final = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_FOREIGN_MARKS: Final = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DOCUMENT_TAG: Final = re.compile(rb"<(?:[\w.-]+:)?Document\s[^<>]*>", re.ASCII)
_DISGUISES: Final = (b"xmlns", b"SplmtryData")
# One that is never closed hides all that follows; to give up there would mean to try again from each of its kind.
_COMMENT: Final = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_MESSAGE_ID: Final = re.compile(r"<(?:[\w.-]+:)?MsgId>([^<&]{1,35})</", re.ASCII)
_NAMESPACES: Final = re.compile(rb"""\sxmlns(?::[\w.-]+)?\s*=\s*["']([^"'<>]+)["']""", re.ASCII)
_MESSAGE_NAME: Final = re.compile(
    r"[a-z]{4}\.[0-9]{3}\.[0-9]{3}\.[0-9]{2}(?:\.[a-z]{2}\.[0-9]{2})?", re.ASCII
)


class Admitted(msgspec.Struct, frozen=True):
    """A file that may be parsed: its message, and whether its bytes are free of anything that could disguise
    a tag.

    Plain means: behind the XML declaration no comment, CDATA or processing instruction, only one namespace
    declaration, no SupplementaryData, in all the file.
    """

    message_name: str
    message_id: str | None
    plain: bool


def gate(source: BinaryIO, *, offered: tuple[str, ...], size_bytes_max: int) -> Admitted | Unreadable:
    """Look through all bytes of `source` and let it pass, or say what is wrong. The position afterwards is
    undefined.

    An error of the disk passes through as OSError.
    """
    size = source.seek(0, 2)
    source.seek(0)
    head = source.read(_HEAD_BYTES)
    seen = _Seen(head)
    if not head or (size <= _HEAD_BYTES and not head.removeprefix(codecs.BOM_UTF8).strip()):
        return seen.refused("empty", "the file", f"{size}", Phrase("a file that holds a message"))
    if size > size_bytes_max:
        expected = Phrase("at most {bytes} bytes", {"bytes": str(size_bytes_max)})
        return seen.refused("too-large", "the file", str(size), expected)
    scanned = _scan(source, head, seen)
    if isinstance(scanned, Unreadable):
        return scanned
    root = _root(source, seen)
    if isinstance(root, Unreadable):
        return root
    return scanned.overlong or _message(root, offered, seen, plain=scanned.plain)


class _Seen:
    """What the beginning of a file says about itself; every refusal repeats it."""

    def __init__(self, head: bytes) -> None:
        text = _COMMENT.sub("", head.decode("utf-8", "replace"))
        named = _MESSAGE_ID.search(text)
        tag = _DOCUMENT_TAG.search(head)
        spaces = b" ".join(_NAMESPACES.findall(tag[0])) if tag is not None else b""
        name = _MESSAGE_NAME.search(spaces.decode("utf-8", "replace"))
        # Only what may stand in an answer: neither control signs nor what is no character at all.
        self.message_id = named[1] if named and named[1].isprintable() and "\ufffd" not in named[1] else None
        self.message_name = name[0] if name else None

    def refused(self, fault: Fault, where: str, found: str, expected: Phrase) -> Unreadable:
        return Unreadable(fault, where, shortened(found), expected, self.message_id, self.message_name)


class _Scanned(msgspec.Struct, frozen=True):
    """What the bytes of a file show. Its first overlong part is told once it is known for XML."""

    plain: bool
    overlong: Unreadable | None


def _scan(source: BinaryIO, head: bytes, seen: _Seen) -> _Scanned | Unreadable:
    """Read every byte once."""
    encoding = _declared_encoding(head)
    if encoding is not None:
        return seen.refused("not-utf8", "line 1", encoding, Phrase("a file in UTF-8"))
    declaration = head.find(b"?>") + 2 if head.removeprefix(codecs.BOM_UTF8).startswith(b"<?xml") else 0
    tag = _DOCUMENT_TAG.search(head, declaration)
    disguised = tag is None or b"<?" in head[declaration : tag.end()]
    decode = codecs.getincrementaldecoder("utf-8")().decode
    source.seek(0)
    line, last = 1, b""  # of the bytes before, those from the last `<` on
    overlong: Unreadable | None = None
    unread = tag.end() if tag is not None else 0
    while chunk := source.read(SCAN_BYTES):
        fault = _not_text(decode, chunk, line, seen)
        if fault is not None:
            return fault
        window = last + chunk
        if b"!" in window and b"<!" in window:  # one byte is looked for a hundred times faster than two
            disguised = True
            for word in (b"<!DOCTYPE", b"<!ENTITY"):
                if word in window:
                    place = line - last.count(b"\n") + window[: window.index(word)].count(b"\n")
                    return seen.refused(
                        "dtd", f"line {place}", word.decode(), Phrase("no document type and no entities")
                    )
        disguised = disguised or window.find(b"?", unread) >= 0 <= window.find(b"<?", unread)
        disguised = disguised or any(window.find(mark, unread) >= 0 for mark in _DISGUISES)
        if overlong is None and (found := _overlong(window)) is not None:
            place, told, expected = found
            place = line - last.count(b"\n") + window.count(b"\n", 0, place)
            overlong = seen.refused("overlong", f"after line {place}", told, expected)
        unread = 0
        line += chunk.count(b"\n")
        last = window[window.rfind(b"<") if overlong is None else -_OVERLAP :]
    return _not_text(decode, b"", line, seen) or _Scanned(not disguised, overlong)


def _overlong(window: bytes) -> tuple[int, str, Phrase] | None:
    """Where in the bytes, which begin with a `<` or the file, the first overlong stretch begins, and what is wrong."""
    place = 0
    while place + STRETCH_BYTES_MAX < len(window):
        following = window.rfind(b"<", place + 1, place + STRETCH_BYTES_MAX + 1)
        if following < 0:
            expected = Phrase(
                "at most {bytes} bytes from one < to the next", {"bytes": str(STRETCH_BYTES_MAX)}
            )
            return place, f"more than {STRETCH_BYTES_MAX}", expected
        place = following
    if window.count(b"xmlns") > NAMESPACES_MAX:
        place = 0
        for stretch in window.split(b"<"):
            if (found := stretch.count(b"xmlns")) > NAMESPACES_MAX:
                return (
                    place,
                    f"{found} × xmlns",
                    Phrase("at most {number} namespaces", {"number": str(NAMESPACES_MAX)}),
                )
            place += len(stretch) + 1
    return None


def _not_text(
    decode: Callable[[bytes, bool], str], chunk: bytes, line: int, seen: "_Seen"
) -> Unreadable | None:
    """Refuse bytes that are not UTF-8. No bytes at all mean the end of the file."""
    try:
        decode(chunk, not chunk)
    except UnicodeDecodeError as error:
        line += error.object[: error.start].count(b"\n")
        found = "0x" + error.object[error.start : error.end].hex()
        if not chunk:
            return seen.refused("truncated", f"line {line}", found, Phrase("a complete last character"))
        return seen.refused("not-utf8", f"line {line}", found, Phrase("a file in UTF-8"))
    if b"\0" in chunk:
        line += chunk[: chunk.index(b"\0")].count(b"\n")
        return seen.refused("not-utf8", f"line {line}", "0x00", Phrase("a file in UTF-8 without NUL bytes"))
    return None


def _declared_encoding(head: bytes) -> str | None:
    """The name of an encoding other than UTF-8 that the file's first bytes announce."""
    for mark in _FOREIGN_MARKS:
        if head.startswith(mark):
            return "UTF-32" if len(mark) == 4 else "UTF-16"
    if head[:2] in (b"<\0", b"\0<") or head[:4] == b"\0\0\0<":
        return "UTF-16"
    declared = _ENCODING.match(head.removeprefix(codecs.BOM_UTF8))
    if declared is None or declared[1].upper() == b"UTF-8":
        return None
    return declared[1].decode("ascii")


def _root(source: BinaryIO, seen: _Seen) -> str | Unreadable:
    """The root element's tag with its namespace, or why there is none."""
    source.seek(0)
    parser = stream_parser("start")
    while source.tell() < ROOT_BYTES_MAX and (chunk := source.read(_ROOT_PIECE_BYTES)):
        try:
            parser.feed(chunk)
        except etree.XMLSyntaxError as error:
            for element in elements(parser):
                return str(element.tag)
            return broken(error, source, seen.message_id, seen.message_name)
        for element in elements(parser):
            return str(element.tag)
    if source.read(1):
        expected = Phrase("at most {bytes} bytes before the first element", {"bytes": str(ROOT_BYTES_MAX)})
        return seen.refused("overlong", "line 1", f"more than {ROOT_BYTES_MAX}", expected)
    try:
        parser.close()
    except etree.XMLSyntaxError as error:
        return broken(error, source, seen.message_id, seen.message_name, ended=True)
    return seen.refused("not-xml", "line 1", "", Phrase("an XML document"))


def _message(root: str, offered: tuple[str, ...], seen: _Seen, *, plain: bool) -> Admitted | Unreadable:
    space = root[1 : root.rindex("}")] if root.startswith("{") else ""
    if local_name(root) != "Document" or not space:
        found = f"{local_name(root)} in {space}" if space else root
        expected = Phrase("a Document in the namespace of an ISO 20022 message")
        return seen.refused("wrong-root", "the root element", found, expected)
    # The parser, not the pattern, has the last word on the name.
    message = space.removeprefix(ISO_NAMESPACE)
    listed = Phrase("one of {messages}", {"messages": ", ".join(offered)})
    if not space.startswith(ISO_NAMESPACE) or not is_known(message):
        return seen.refused("unknown-message", "Document", space, listed)
    if message not in offered:
        return Unreadable("message-not-offered", "Document", message, listed, seen.message_id, message)
    return Admitted(message, seen.message_id, plain)
