"""The figures of one business day, as the report and the reconciliation show them. Money in integer cents."""

import datetime

import msgspec

from sepa.model.fee import FeeEvent
from sepa.scheme.phrase import Phrase

EURO = "EUR"


class Tally(msgspec.Struct, frozen=True):
    """So many orders and so much money."""

    count: int = 0
    cents: int = 0


class FileFigures(msgspec.Struct, frozen=True):
    """One file of the day, as far as its orders are in `currency`: a file has one of these for each currency in it.

    `message` and `status` are empty where the file is no message, or not judged yet. `accepted` and `rolled` say
    how its orders were judged.

    The other tallies say where each order stands now; an order is in exactly one of them, and together
    they are `received`. An order without a readable amount counts with no cents.
    """

    partner: str
    name: str
    received_at: datetime.datetime
    message: str
    status: str
    received: Tally = Tally()
    accepted: Tally = Tally()
    rolled: Tally = Tally()
    paid: Tally = Tally()
    waiting: Tally = Tally()
    held: Tally = Tally()
    routed: Tally = Tally()
    handed_over: Tally = Tally()
    rejected: Tally = Tally()
    unsettled: Tally = Tally()
    revoked: Tally = Tally()
    currency: str = EURO


class Refusal(msgspec.Struct, frozen=True):
    """All refusals of the day under one rule and one ISO code, in one currency. `sentence` is the rule's."""

    rule: str
    code: str
    sentence: Phrase
    total: Tally
    currency: str = EURO


class WaitingDay(msgspec.Struct, frozen=True):
    """Orders accepted and not yet paid, by the day on which they will be booked."""

    booking_date: datetime.date
    total: Tally


class BulkFigures(msgspec.Struct, frozen=True):
    """One bulk that left today; its total is in hundredths of `currency`."""

    id: str
    kind: str
    settlement_date: datetime.date
    total: Tally
    currency: str = EURO


class Charged(msgspec.Struct, frozen=True):
    """What costs a fee and was listed for the core system on the day: one kind of event.

    `total` counts all of them and adds up the amounts that the price list names; `open` of them have none there.
    """

    event: FeeEvent
    total: Tally
    open: int = 0


class BookedBack(msgspec.Struct, frozen=True):
    """A payment that was our mistake, booked back. `by` are the two who ordered it, `at` is in the bank's zone."""

    key: str
    code: str
    by: tuple[str, ...]
    cents: int
    at: datetime.datetime


class Approved(msgspec.Struct, frozen=True):
    """A held order that one person has approved, and that waits for another to release it.

    `at` is in the bank's zone.
    """

    key: str
    by: str
    at: datetime.datetime


class Recalled(msgspec.Struct, frozen=True):
    """A transfer that has left and was asked back; the other bank's answer is awaited. `at` is in the bank's zone."""

    key: str
    reason: str
    by: str
    at: datetime.datetime


class AccountPostings(msgspec.Struct, frozen=True):
    """What was posted to one account today."""

    account: str
    debit: Tally = Tally()
    credit: Tally = Tally()


class Check(msgspec.Struct, frozen=True):
    """A sum that must equal the sum of its parts, to the cent."""

    name: Phrase
    whole: tuple[Phrase, Tally]
    parts: tuple[tuple[Phrase, Tally], ...]
    currency: str = EURO

    @property
    def difference(self) -> Tally:
        """The whole less its parts; both figures are zero when the check holds."""
        return Tally(
            self.whole[1].count - sum(part.count for _, part in self.parts),
            self.whole[1].cents - sum(part.cents for _, part in self.parts),
        )

    @property
    def holds(self) -> bool:
        return self.difference == Tally()


class DayFigures(msgspec.Struct, frozen=True):
    """Everything the report of a day is made from.

    Instants are in the bank's zone. `cutoff` is the last moment for electronic orders of the day, None
    when the bank has none. `checks` are further sums of the caller's, shown beside the report's own.
    """

    day: datetime.date
    bank: str
    as_of: datetime.datetime
    cutoff: datetime.time | None = None
    files: tuple[FileFigures, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    waiting: tuple[WaitingDay, ...] = ()
    bulks: tuple[BulkFigures, ...] = ()
    approved: tuple[Approved, ...] = ()
    recalled: tuple[Recalled, ...] = ()
    booked_back: tuple[BookedBack, ...] = ()
    charged: tuple[Charged, ...] = ()
    postings: tuple[AccountPostings, ...] = ()
    checks: tuple[Check, ...] = ()
