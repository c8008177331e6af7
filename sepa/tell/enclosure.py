"""The list that is enclosed with a long letter: all of its orders with every reason, for a spreadsheet.

It says what the letter would say of each order, in the same words: both are made of the same parts.
"""

import csv
import hashlib
import io
import re
from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from typing import BinaryIO, Final

from sepa.model.alike import Alike, Blanked, Texts
from sepa.model.finding import Findings
from sepa.model.notice import Notice, NoticeItem
from sepa.scheme.letters import FORMULA, inert_all
from sepa.scheme.phrase import Phrase
from sepa.tell.catalogue import Catalogue
from sepa.tell.notice import closing, reasons_told
from sepa.tell.order_words import FACTS, order_words
from sepa.tell.page import Reason
from sepa.tell.parts import SHOWN, speaker

_HEADINGS: Final = (
    *(Phrase("Reason"), Phrase("Found"), Phrase("Expected"), Phrase("What to do"), Phrase("Source")),
    *(Phrase("Also noticed"), Phrase("Fee")),
)
_MARK: Final = "\N{BYTE ORDER MARK}"  # without it a spreadsheet takes the letters for others
_LINES_AT_ONCE: Final = 1000
_stays_plain: Final = re.compile('[^;"\t\r\n=+@\uff1d\uff0b\uff0d\uff20-][^;"\r\n]*').fullmatch
"""A text that changes nothing of how the cell is written in which it stands, be it in front."""


class Lines:
    """The lines of the list of `notice`: one for each reason of an order, and where it has none, one all the same."""

    def __init__(self, notice: Notice, catalogue: Catalogue) -> None:
        self._notice = notice
        self._catalogue = catalogue
        self._told = reasons_told(notice, catalogue)
        self._reasons = Alike(self._reason_cells, self._pattern)
        say = speaker(catalogue, notice.language)
        self._found, self._expected = (say(each) for each in _HEADINGS[1:3])
        first = ("", say(Phrase("Order")), say(Phrase("Amount")))
        self.head = _cells((*first, *map(say, FACTS), *map(say, _HEADINGS))) + "\n"

    def of(self, item: NoticeItem) -> bytes:
        """The lines on an order in UTF-8; a zero byte stands for its number, which only the whole list knows."""
        heading, amount, facts = order_words(item, self._notice, self._catalogue)
        opening = _cells((heading, amount, *[value or "" for value in facts])).encode()
        ending = _cell(closing(item, self._notice, self._catalogue))
        return b"".join([b"\0;%b;%b;%b\n" % (opening, each, ending) for each in self._reasons(item.findings)])

    def _reason_cells(self, findings: Findings) -> list[bytes]:
        return [_cells(each).encode() for each in self._rows(findings)]

    def _rows(self, findings: Findings) -> list[Sequence[str]]:
        reasons, remarks = self._told(findings)
        told = [self._row(each, "") for each in reasons] + [self._row(each, "×") for each in remarks]
        return told or [[""] * 6]

    def _row(self, reason: Reason, mark: str) -> Sequence[str]:
        facts = {fact.label: fact.value for fact in reason.facts}
        found, expected = facts.get(self._found, ""), facts.get(self._expected, "")
        return reason.sentence, found, expected, reason.advice, reason.small, mark

    def _pattern(self, findings: Findings) -> Callable[[Texts], list[bytes]]:
        """The same of findings with these marks, whatever was found: what a spreadsheet takes for itself stands there
        as it stands in a line, unless a text that is filled in changes how a cell is written."""
        rows = self._rows(findings)
        lines, cells = [Blanked(_cells(row)) for row in rows], [[*map(Blanked, row)] for row in rows]
        wanted = [
            (each, int(each[:-1]), SHOWN[each[-1]]) for each in {m for line in lines for m in line.marks}
        ]

        def filled(texts: Texts) -> list[bytes]:
            shown = {marked: show(texts[number]) for marked, number, show in wanted}
            if all(map(_stays_plain, shown.values())):
                return [line.filled(shown).encode() for line in lines]
            return [_cells([cell.filled(shown) for cell in row]).encode() for row in cells]

        return filled


class Enclosure:
    """Writes the list of `notice`, item by item. UTF-8 with a mark, `;` between fields, one line for each reason."""

    def __init__(self, out: BinaryIO, notice: Notice, catalogue: Catalogue) -> None:
        self._out = out
        self._lines = Lines(notice, catalogue)
        self._digest = hashlib.sha256()
        self._count = 0
        self._waiting = [f"{_MARK}{self._lines.head}".encode()]

    def add(self, item: NoticeItem) -> None:
        self.add_lines([self._lines.of(item)])

    def add_lines(self, orders: Collection[bytes]) -> None:
        """Add orders by the `Lines` on each."""
        numbered = enumerate(orders, self._count + 1)
        self._waiting += [lines.replace(b"\0", b"%d" % number) for number, lines in numbered]
        self._count += len(orders)
        if len(self._waiting) >= _LINES_AT_ONCE:
            self._write()

    def close(self) -> str:
        """Write what is left; return the SHA-256 of the whole in hex."""
        self._write()
        self._out.flush()
        return self._digest.hexdigest()

    def _write(self) -> None:
        raw = b"".join(self._waiting)
        self._digest.update(raw)
        self._out.write(raw)
        self._waiting.clear()


def _cells(values: Sequence[str]) -> str:
    """Values as they stand in a line, one after the other, none of which a spreadsheet runs."""
    line = ";".join(values)
    plain = FORMULA.isdisjoint([value[:1] for value in values]) and line.count(";") == len(values) - 1
    if plain and '"' not in line and "\n" not in line and "\r" not in line:
        return line
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";", lineterminator="\n").writerow(inert_all(values))
    return out.getvalue().removesuffix("\n")


@lru_cache(maxsize=64)
def _cell(value: str) -> bytes:
    return _cells(("", value))[1:].encode()
