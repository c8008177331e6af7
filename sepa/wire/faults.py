"""What a parser or a schema has against a file, in words a person can act on.

libxml2 speaks to programmers; here each of its complaints becomes an Unreadable with the place, what stood
there and what the schema expects. Names of elements are shown without their namespace.
"""

import re
from typing import BinaryIO, Final

from lxml import etree

from sepa.model.finding import Unreadable
from sepa.scheme.letters import SHOWN_CHARS, shortened
from sepa.scheme.phrase import Phrase
from sepa.wire.xml import complaints

_EXCERPT_CHARS: Final = SHOWN_CHARS // 2
# How much of libxml2's sentence is looked through: a sender's text in its middle may be as long as a part of the file.
_SENTENCE_START: Final = 500
_SENTENCE_END: Final = 2000
_TOO_DEEP: Final = "Excessive depth"
# How far from the last byte libxml2 may place its complaint about a file that ends too early.
_END_SLACK: Final = 16
_WELL_FORMED: Final = {
    4: Phrase("a file that begins with <"),
    5: Phrase("nothing after the closing tag of the document"),
    9: Phrase("characters that XML allows"),
    26: Phrase("only the entities &amp; &lt; &gt; &quot; and &apos;"),
    38: Phrase("&lt; instead of < inside an attribute"),
    39: Phrase("attribute values in quotation marks"),
    41: Phrase("attributes with a value"),
    42: Phrase("each attribute once"),
    62: Phrase("]]&gt; instead of ]]> inside a text"),
    64: Phrase("the XML declaration at the very beginning"),
    68: Phrase("&amp; instead of & inside a text"),
    76: Phrase("each tag closed by its own closing tag"),
    201: Phrase("prefixes that are declared"),
}
_MISMATCH: Final = re.compile(r"Opening and ending tag mismatch: (\S+) line (\d+) and (\S+)")
_EXPECTED_ELEMENTS: Final = re.compile(r"Expected is (?:one of )?\( (.*?) \)")
_NAMESPACED: Final = re.compile(r"\{[^}]*\}")
_VALUE: Final = re.compile(
    r"'(.*)' is not a valid value of the (?:atomic|local atomic|union|list) type '(?:\{[^}]*\})?(.*?)'",
    re.DOTALL,
)
_FACET_VALUE: Final = re.compile(r"The value '(.*)' (?:is not|has|is (?:less|greater))", re.DOTALL)
_LENGTH: Final = re.compile(r"has a length of '(\d+)'.*length of '(\d+)'", re.DOTALL)
_QUOTED_LAST: Final = re.compile(r"'([^']*)'\)?\.$")
_CODES: Final = re.compile(r"element of the set \{(.*)\}\.$", re.DOTALL)
_PATTERN: Final = re.compile(r"not accepted by the pattern '(.*)'\.$", re.DOTALL)
_ATTRIBUTE: Final = re.compile(r"The attribute '([^']*)'")
_TYPES: Final = {
    "ISODate": Phrase("a date such as 2026-04-02"),
    "date": Phrase("a date such as 2026-04-02"),
    "ISODateTime": Phrase("a date and time such as 2026-04-02T09:30:00"),
    "dateTime": Phrase("a date and time such as 2026-04-02T09:30:00"),
    "boolean": Phrase("true or false"),
    "BatchBookingIndicator": Phrase("true or false"),
    "TrueFalseIndicator": Phrase("true or false"),
    "DecimalNumber": Phrase("a number such as 12.30"),
    "decimal": Phrase("a number such as 12.30"),
}


def broken(
    error: etree.XMLSyntaxError,
    source: BinaryIO,
    message_id: str | None,
    name: str | None,
    *,
    ended: bool = False,
) -> Unreadable:
    """Say why a file is not XML. `ended` tells that the parser had been given all of it: then it may be cut
    off.

    Reads `source` again up to the place, for the excerpt.
    """
    entries = complaints(error.error_log)
    last = entries[-1] if entries and not error.lineno else None
    code = int(last.type if last is not None else getattr(error, "code", None) or 0)
    text = last.message if last is not None else error.msg or ""
    line, column = (
        (last.line, last.column) if last is not None else (error.lineno or 1, (error.offset or 0) + 1)
    )
    where = f"line {line}, column {column}"
    if ended and _at_end(source, line, column):
        expected = Phrase("a complete file that ends with the closing tag of the document")
        return Unreadable("truncated", where, excerpt(source, line, column), expected, message_id, name)
    if _TOO_DEEP in text:
        return Unreadable(
            "too-deep",
            where,
            "",
            Phrase("at most {levels} levels of elements", {"levels": "256"}),
            message_id,
            name,
        )
    mismatch = _MISMATCH.search(text)
    if mismatch is not None:
        names = shortened(mismatch[1]), shortened(mismatch[3].rstrip(","))
        found = f"<{names[0]}> (line {mismatch[2]}) </{names[1]}>"
        return Unreadable("not-xml", where, found, _WELL_FORMED[76], message_id, name)
    expected = _WELL_FORMED.get(code, Phrase("well-formed XML"))
    return Unreadable("not-xml", where, excerpt(source, line, column), expected, message_id, name)


def _at_end(source: BinaryIO, line: int, column: int) -> bool:
    """Whether a place lies at the end of the file, in bytes of its last line."""
    source.seek(0)
    lines, length = 1, 0
    while chunk := source.read(1 << 20):
        lines += chunk.count(b"\n")
        newline = chunk.rfind(b"\n")
        length = len(chunk) - newline - 1 if newline >= 0 else length + len(chunk)
    return line >= lines and column > length - _END_SLACK


def excerpt(source: BinaryIO, line: int, column: int) -> str:
    """Return a few characters of a line of `source` around a column, blanks trimmed."""
    source.seek(0)
    current = 1
    while chunk := source.readline(1 << 16):
        if current == line:
            text = chunk.decode("utf-8", "replace")
            start = max(0, min(column, len(text)) - 1 - _EXCERPT_CHARS // 2)
            return text[start : start + _EXCERPT_CHARS].strip()
        current += chunk.endswith(b"\n")
    return ""


def invalid(entry: etree._LogEntry, line: int, path: str, message_id: str | None, name: str) -> Unreadable:
    """Say what the schema has against an element at `line` and `path`."""
    where = ", ".join(filter(None, (f"line {line}" if line else "", shortened(path))))
    found, expected = _told(entry.type_name or "", entry.message or "", path.rpartition("/")[2])
    return Unreadable("schema", where, shortened(found), expected, message_id, name)


def _told(kind: str, message: str, element: str) -> tuple[str, Phrase]:
    """What was found and what is expected, out of one of libxml2's sentences."""
    if len(message) > _SENTENCE_START + _SENTENCE_END:
        message = message[:_SENTENCE_START] + message[-_SENTENCE_END:]
    head, _, text = message.partition(": ")
    named = _NAMESPACED.sub("", head).removeprefix("Element ").strip("'")
    value = _FACET_VALUE.search(text)
    shown = value[1] if value else ""
    wanted = _EXPECTED_ELEMENTS.search(text)
    if wanted is not None:
        names = ", ".join(sorted({_NAMESPACED.sub("", tag).strip() for tag in wanted[1].split(",")}))
        if text.startswith("Missing child"):
            return "", Phrase("{element} with {elements} inside", {"element": named, "elements": names})
        return named, Phrase("one of {elements} here", {"elements": names})
    if (length := _LENGTH.search(text)) is not None:
        bound = {"number": length[2]}
        if "maxLength" in text:
            return f"{length[1]}", Phrase("at most {number} characters", bound)
        return f"{length[1]}", Phrase("at least {number} characters", bound)
    if (codes := _CODES.search(text)) is not None:
        return shown, Phrase("one of {codes}", {"codes": codes[1].replace("'", "")})
    if (pattern := _PATTERN.search(text)) is not None:
        return shown, Phrase("a text of the form {pattern}", {"pattern": pattern[1]})
    if (typed := _VALUE.search(text)) is not None:
        return typed[1], _TYPES.get(typed[2], Phrase("a value of the type {type}", {"type": typed[2]}))
    if (attribute := _ATTRIBUTE.search(text)) is not None:
        if "required but missing" in text:
            return "", Phrase("the attribute {attribute}", {"attribute": attribute[1]})
        return attribute[1], Phrase("no such attribute")
    if "[facet 'fractionDigits']" in text or "[facet 'totalDigits']" in text:
        limit = _QUOTED_LAST.search(text)
        digits = {"number": limit[1] if limit else ""}
        if "fraction" in text:
            return shown, Phrase("at most {number} decimals", digits)
        return shown, Phrase("at most {number} digits", digits)
    if "Character content" in text:
        return element, Phrase("no text between the elements")
    if "This element is not expected" in text:
        return named, Phrase("no such element here")
    return shown or named, Phrase("what the schema of the message allows")
