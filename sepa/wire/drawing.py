"""Sheets of a bulk drawn: for each the orders as its message carries them, and their bookings.

One sheet needs nothing of another, so that several may be drawn at once; put together in their order they are the same
files however many hands drew them.
"""

import datetime
from collections.abc import Callable, Iterator
from itertools import repeat, tee
from pathlib import Path
from typing import NamedTuple

import msgspec

from sepa.model.broken import BrokenPromise
from sepa.model.message import Transaction
from sepa.model.payment import Bulk, BulkKind
from sepa.model.profile import Profile
from sepa.model.sheet import Sheet
from sepa.scheme.iban import bank_code, iban_country
from sepa.wire import pacs003, pacs008
from sepa.wire.bookings import Booked, Bookings
from sepa.wire.bulk import Drawn, drawn
from sepa.wire.emitted import look_at
from sepa.wire.glance import Seen

_read = msgspec.json.Decoder(Transaction).decode


class Banks(msgspec.Struct, frozen=True):
    """Ours, and every participant's BIC by country and national code, such as `SK/0200`."""

    bic: str
    country: str
    code: str | None
    participants: dict[str, str]

    def bic_of(self, iban: str) -> str:
        """The BIC of the bank that keeps an account. An unknown bank is BrokenPromise.

        No order to an unknown bank can have passed the judges (SC-05).
        """
        country, code = iban_country(iban), bank_code(iban) or ""
        if (country, code) == (self.country, self.code):
            return self.bic
        participant = self.participants.get(f"{country}/{code}")
        if participant is None:
            raise BrokenPromise(
                f"no participant is known for bank {code} in {country}, yet an order to it was accepted"
            )
        return participant


class Ground(msgspec.Struct, frozen=True):
    """What is the same for all sheets of a bulk; `opening` stands before its orders in a message."""

    kind: BulkKind
    banks: Banks
    batch_unless_said: bool
    opening: str = ""


class DrawnSheet(msgspec.Struct, frozen=True):
    """A sheet as it stands in the bulk's files; `message` is empty where no other bank is told (on-us).

    `seen` is what the quick look says of the message, None where it is not sure.
    """

    message: Drawn
    bookings: Booked
    seen: Seen | None


class Form(NamedTuple):
    """The message that a kind of bulk leaves in: its full name, how it opens, its orders, and how it ends."""

    name: str
    opening: Callable[[Bulk, Profile, datetime.datetime], str]
    orders: Callable[[Banks, Sheet, Iterator[Transaction]], Iterator[str]]
    closing: str


def draw(ground: Ground, sheet: Sheet, schemas: Path) -> DrawnSheet:
    """Draw one sheet and look at it. BrokenPromise as in `pacs008`, `pacs003` and `bookings`.

    Each order is read, drawn and booked before the next is read: so it is still at hand for the processor.
    """
    form = FORMS.get(ground.kind)
    books = Bookings(batch_unless_said=ground.batch_unless_said)
    message: list[str] = []
    booked: list[str] = []
    one, other = tee(map(_read, sheet.transactions))
    lines = form.orders(ground.banks, sheet, one) if form is not None else repeat("", len(sheet.keys))
    for line, bookings in zip(lines, books.lines_of(sheet, other), strict=True):
        message.append(line)
        booked.append(bookings)
    part, seen = Drawn((), 0, b""), None
    if form is not None and message:
        part = drawn(sheet, message)
        seen = look_at(part.text, form.name, opening=ground.opening, closing=form.closing, schemas=schemas)
    return DrawnSheet(part, books.booked(booked), seen)


def _transfers(banks: Banks, sheet: Sheet, orders: Iterator[Transaction]) -> Iterator[str]:
    return pacs008.orders(sheet, orders, banks.bic, banks.bic_of)


def _collections(banks: Banks, sheet: Sheet, orders: Iterator[Transaction]) -> Iterator[str]:
    return pacs003.orders(sheet, orders, banks.bic_of)


FORMS: dict[BulkKind, Form] = {
    "pacs.008": Form(pacs008.NAME, pacs008.opening, _transfers, pacs008.CLOSING),
    "pacs.003": Form(pacs003.NAME, pacs003.opening, _collections, pacs003.CLOSING),
}
"""The messages in which bulks leave; an on-us bulk has none."""
