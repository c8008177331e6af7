"""The list that is enclosed with a long letter: all of its orders with every reason, for a spreadsheet.

It says what the letter would say of each order, in the same words: both are made of the same sections.
"""

import csv
import hashlib
import io
from collections.abc import Iterator
from typing import BinaryIO, Final

from sepa.model.notice import Notice, NoticeItem
from sepa.scheme.letters import inert
from sepa.scheme.phrase import Phrase
from sepa.tell.catalogue import Catalogue
from sepa.tell.notice import section
from sepa.tell.page import Reason, Section
from sepa.tell.parts import speaker

_FACTS: Final = (
    Phrase("Reference"),
    Phrase("Payee's account"),
    Phrase("Payer's account"),
    Phrase("Due date"),
    Phrase("Booked on"),
    Phrase("Day between the banks"),
    Phrase("Batch"),
    Phrase("Our number"),
)
_HEADINGS: Final = (
    *(Phrase("Reason"), Phrase("Found"), Phrase("Expected"), Phrase("What to do"), Phrase("Source")),
    *(Phrase("Also noticed"), Phrase("Fee")),
)
_MARK: Final = "\N{BYTE ORDER MARK}"  # without it a spreadsheet takes the letters for others
_CHARS_AT_ONCE: Final = 1 << 18


class Enclosure:
    """Writes the list of `notice`, item by item. UTF-8 with a mark, `;` between fields, one line for each reason."""

    def __init__(self, out: BinaryIO, notice: Notice, catalogue: Catalogue) -> None:
        self._out = out
        self._notice = notice
        self._catalogue = catalogue
        self._say = speaker(catalogue, notice.language)
        self._facts = [self._say(each) for each in _FACTS]
        self._found, self._expected = (self._say(each) for each in _HEADINGS[1:3])
        self._digest = hashlib.sha256()
        self._text = io.StringIO(newline="")
        self._table = csv.writer(self._text, delimiter=";", lineterminator="\n")
        self._count = 0
        self._text.write(_MARK)
        order, amount = self._say(Phrase("Order")), self._say(Phrase("Amount"))
        self._table.writerow(["", order, amount, *self._facts, *map(self._say, _HEADINGS)])

    def add(self, item: NoticeItem) -> None:
        self._count += 1
        told = section(item, str(self._count), self._notice, self._catalogue)
        for row in self._rows(told):
            self._table.writerow(map(inert, row))
        if self._text.tell() > _CHARS_AT_ONCE:
            self._write()

    def close(self) -> str:
        """Write what is left; return the SHA-256 of the whole in hex."""
        self._write()
        self._out.flush()
        return self._digest.hexdigest()

    def _rows(self, told: Section) -> Iterator[list[str]]:
        known = {fact.label: fact.value for fact in told.facts}
        opening = [told.counter, told.heading, told.amount, *(known.get(label, "") for label in self._facts)]
        nothing = ["", "", "", "", ""]
        for reason in told.reasons or ((None,) if not told.remarks else ()):
            yield [*opening, *(self._reason(reason) if reason is not None else nothing), "", told.closing]
        for remark in told.remarks:
            yield [*opening, *self._reason(remark), "×", told.closing]

    def _reason(self, reason: Reason) -> list[str]:
        facts = {fact.label: fact.value for fact in reason.facts}
        found, expected = facts.get(self._found, ""), facts.get(self._expected, "")
        return [reason.sentence, found, expected, reason.advice, reason.small]

    def _write(self) -> None:
        raw = self._text.getvalue().encode()
        self._digest.update(raw)
        self._out.write(raw)
        self._text.seek(0)
        self._text.truncate()
