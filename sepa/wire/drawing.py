"""Sheets of a bulk drawn: for each the orders as its message carries them, and their bookings.

One sheet needs nothing of another, so that several may be drawn at once; put together in their order they are the same
files however many hands drew them.
"""

import datetime
from collections.abc import Callable

import msgspec

from sepa.model.broken import BrokenPromise
from sepa.model.message import Transaction
from sepa.model.payment import BulkKind, Payment
from sepa.model.sheet import Sheet
from sepa.scheme.iban import bank_code, iban_country
from sepa.wire import pacs003, pacs008
from sepa.wire.bookings import Booked, booked
from sepa.wire.bulk import Drawn, drawn

_transactions = msgspec.json.Decoder(Transaction)


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
    """What is the same for all sheets of a bulk."""

    kind: BulkKind
    banks: Banks
    batch_unless_said: bool


class DrawnSheet(msgspec.Struct, frozen=True):
    """A sheet as it stands in the bulk's files; `message` is empty where no other bank is told (on-us)."""

    message: Drawn
    bookings: Booked


def draw(ground: Ground, sheet: Sheet) -> DrawnSheet:
    """Draw one sheet. BrokenPromise as in `pacs008`, `pacs003` and `bookings`."""
    orders = [
        (payment, _transactions.decode(text))
        for payment, text in zip(sheet.payments, sheet.transactions, strict=True)
    ]
    told = orders if ground.kind in LINES else []
    return DrawnSheet(
        message=drawn(told, LINES[ground.kind](ground, sheet)) if told else Drawn((), 0, ""),
        bookings=booked(orders, sheet.postings, batch_unless_said=ground.batch_unless_said),
    )


Line = Callable[[Payment, Transaction], str]


def _transfers(ground: Ground, sheet: Sheet) -> Line:
    return pacs008.order_line(ground.banks.bic, ground.banks.bic_of)


def _collections(ground: Ground, sheet: Sheet) -> Line:
    asked = dict(zip((payment.key for payment in sheet.payments), sheet.requested, strict=True))

    def requested_on(payment: Payment) -> datetime.date:
        """The day a creditor asked for (ReqdColltnDt), which stands even where settlement moved."""
        day = asked[payment.key]
        return datetime.date.fromisoformat(day) if day else payment.settlement_date

    return pacs003.order_line(ground.banks.bic_of, requested_on)


LINES: dict[BulkKind, Callable[[Ground, Sheet], Line]] = {"pacs.008": _transfers, "pacs.003": _collections}
"""How the orders of a bulk are written, for those that leave in a message."""
