"""The last look at a file before it leaves: our own schema, and totals that agree. Nothing leaves unseen."""

import io
import re
import sys
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, NamedTuple

from lxml import etree

from sepa.model.broken import BrokenPromise
from sepa.scheme.money import amount_text, cents
from sepa.wire.glance import Names, Seen, all_seen, glance
from sepa.wire.outline import outline

_TRANSACTION = {
    "pacs.008.001.08": "CdtTrfTxInf",
    "pacs.003.001.08": "DrctDbtTxInf",
    "camt.056.001.08": "TxInf",
    "pain.002.001.10": "TxInfAndSts",
    "pain.002.001.03": "TxInfAndSts",
}
KINDS = tuple(_TRANSACTION)
_BULKS = ("pacs.008.001.08", "pacs.003.001.08")
"""What may hold a hundred thousand orders, each on a line of its own: looked at quickly first."""
_REPORTS = ("pain.002.001.10", "pain.002.001.03")
"""What may hold as many, and blocks around them: of their orders the schema is shown those that no pattern fits."""


_AMOUNT, _STATED, _TOTAL = "IntrBkSttlmAmt", "NbOfTxs", "TtlIntrBkSttlmAmt"


def schema_folder() -> Path:
    """Where the schemas of what we emit lie."""
    return Path(__file__).resolve().parents[2] / "schemas"


def schema_name(kind: str) -> str:
    """The file name of the schema that a message of `kind` is checked against."""
    if kind not in KINDS:
        raise ValueError(f"no schema for {kind}: this desk does not emit it")
    return f"{kind}.xsd"


WORTH_A_LOOK = 100
"""Fewer transactions of a block are looked at with their file."""


class Stretch(NamedTuple):
    """Where in a report so many transactions stand, a line each, that `all_fit` took for valid."""

    begin: int
    end: int
    lines: int


def all_fit(text: bytes, kind: str, count: int, *, schemas: Path) -> bool:
    """Whether `text` is surely just so many valid transactions of a report, each on a line of its own."""
    fits = outline(schemas / schema_name(kind), _TRANSACTION[kind], "")
    at = lines = 0
    for fit in iter(fits.scanner(text).match, None):  # type: ignore[attr-defined]
        at, lines = fit.end(), lines + 1
    return at == len(text) and lines == count


def check_emitted(
    written: Path | BinaryIO, kind: str, *, schemas: Path | None = None, fitting: Sequence[Stretch] = ()
) -> int:
    """Read a finished file once, in constant memory; return how many transactions it holds.

    What stands in the `fitting` stretches of a report was looked at before, and need not be read again.

    `kind` is a full message name such as `pacs.008.001.08`. Raises BrokenPromise, naming the line, when the
    file is not valid by our schema, or when count or total in its header are not those of its orders. A bulk of which
    the quick look is unsure is read once more, by the schema alone, which then says what is wrong, if anything is.
    """
    if not isinstance(written, Path):
        return _look(written, kind, schemas or schema_folder(), fitting)
    with written.open("rb") as stream:
        return _look(stream, kind, schemas or schema_folder(), fitting)


def look_at(part: bytes, kind: str, *, opening: str, closing: str, schemas: Path) -> Seen | None:
    """The quick look at some orders of a bulk, as they stand in its file between `opening` and `closing`.

    The looks at all of them, put together (`all_seen`), say as much as one at the whole file.
    """
    return _glance(io.BytesIO(b"".join((opening.encode(), part, closing.encode()))), kind, schemas)


def _glance(stream: BinaryIO, kind: str, schemas: Path) -> Seen | None:
    path, space, order = schemas / schema_name(kind), _space(kind), _TRANSACTION[kind]
    names = Names(space + order, space + _AMOUNT, space + _STATED, space + _TOTAL)
    return glance(stream, names, _schema(path), outline(path, order, _AMOUNT))


def _look(stream: BinaryIO, kind: str, schemas: Path, fitting: Sequence[Stretch]) -> int:
    path = schemas / schema_name(kind)
    if kind in _BULKS:
        start = stream.tell()
        total = all_seen([_glance(stream, kind, schemas)])
        if total is not None:
            return total.count
        stream.seek(start)
    fits = outline(path, _TRANSACTION[kind], "") if kind in _REPORTS else None
    return _check(_Lines(stream, fits, fitting), kind, _schema(path))


_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'


_NOWHERE = Stretch(sys.maxsize, 0, 0)


class _Lines:
    """Hands a stream to the parser line by line, so that a fault is known before the next line is read.

    The parser itself tells no line for what a schema refuses; our writers put each transaction on its own.

    A line that `fits` is one whole transaction, and valid. The first of several in a row is handed on, for the schema
    to say that it stands in its place; what follows stands there as well and is only `counted`, its line left empty.
    That goes for what stands in the `fitting` stretches, which are known to fit and not read.
    Where anything in the file could make a line mean something else, all from there on are handed on.
    """

    def __init__(
        self, stream: BinaryIO, fits: re.Pattern[bytes] | None = None, fitting: Sequence[Stretch] = ()
    ) -> None:
        self._stream = stream
        self._fits = fits
        self._fitting = iter(fitting)
        self._stretch = next(self._fitting, _NOWHERE)
        self._of_stretch = 0
        self._at = 0
        self._row_begun = False
        self.number = self.counted = 0

    def read(self, size: int) -> bytes:
        left_out = self._passed_over()
        while line := self._stream.readline(size):
            self.number += 1
            self._at += len(line)
            self._of_stretch += self._stretch.begin < self._at and line.endswith(b"\n")
            if self._fits is None:
                break
            fit = self._fits.fullmatch(line) is not None
            if not (fit and self._row_begun):
                self._row_begun = fit
                if not fit and self._is_odd(line):
                    self._fits = None
                break
            left_out += 1 + self._passed_over()
            if left_out >= size:
                line = b""
                break
        self.counted += left_out
        return b"\n" * left_out + line

    def _passed_over(self) -> int:
        """How many lines are left out here, in the midst of a row, because they were looked at before."""
        passed = 0
        while (
            self._row_begun and self._fits is not None and self._stretch.begin <= self._at < self._stretch.end
        ):
            self._stream.seek(self._stretch.end - self._at, io.SEEK_CUR)
            passed += self._stretch.lines - self._of_stretch
            self._at, self._of_stretch = self._stretch.end, 0
            self._stretch = next(self._fitting, _NOWHERE)
        self.number += passed
        return passed

    def _is_odd(self, line: bytes) -> bool:
        if self.number == 1:
            return line != _DECLARATION
        return b"<!" in line or b"<?" in line or not line.endswith(b"\n")


def _check(lines: _Lines, kind: str, schema: etree.XMLSchema) -> int:
    space = _space(kind)
    transaction, block = space + _TRANSACTION[kind], space + "OrgnlPmtInfAndSts"
    amount, stated, total = space + _AMOUNT, space + _STATED, space + _TOTAL
    header: dict[str, str] = {}
    count = sum_cents = 0
    # No resolve_entities=False here: together with a schema, lxml 6.1 then takes broken XML for whole.
    elements = etree.iterparse(
        lines,
        events=("end",),
        tag=(transaction, block, amount, stated, total),
        schema=schema,
        no_network=True,
    )
    try:
        for _, element in elements:
            if element.tag == amount:
                sum_cents += cents(element.text or "") or 0
                continue
            if elements.error_log:  # lxml itself would raise only at the end of the file
                break
            if element.tag in (transaction, block):
                count += element.tag == transaction
                _forget(element)
            else:
                header[str(element.tag)] = element.text or ""
    except etree.XMLSyntaxError as error:
        raise _unfit(kind, error.lineno or lines.number, error.msg) from error
    if elements.error_log:
        raise _unfit(kind, lines.number, elements.error_log[0].message)
    said = header.get(stated), header.get(total, amount_text(sum_cents))  # a recall states no sum
    if header and said != (str(count), amount_text(sum_cents)):
        says = f"the header says {said[0]} orders of {said[1]} EUR"
        raise _unfit(kind, 2, f"{says}, the file holds {count} of {amount_text(sum_cents)}")
    return count + lines.counted


@lru_cache(maxsize=8)
def _schema(path: Path) -> etree.XMLSchema:
    return etree.XMLSchema(file=str(path))


def _space(kind: str) -> str:
    return "{urn:iso:std:iso:20022:tech:xsd:" + kind + "}"


def _unfit(kind: str, line: int, fault: object) -> BrokenPromise:
    return BrokenPromise(f"{kind} is not fit to leave, line {line}: {fault}")


def _forget(element: "etree._Element") -> None:
    """Empty a finished element and drop those before it, so that memory stays flat."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]
