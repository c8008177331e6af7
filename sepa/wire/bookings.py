"""Writes the bank's own bookings of a bulk or window as CSV, for its ledger and for any spreadsheet.

UTF-8, `;` between fields, a header, one booking a line, amounts as text of whole cents ("12.30").
`pandas.read_csv(path, sep=";", dtype=str)` reads it back as it is.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Literal

import msgspec

from sepa.model.broken import BrokenPromise
from sepa.model.message import Transaction
from sepa.model.payment import Bulk, Payment, Posting
from sepa.scheme.money import amount_text
from sepa.wire.booking import FIELDS, Booking, opened, row, single
from sepa.wire.manifest import Counted, Written


class Booked(msgspec.Struct, frozen=True):
    """The bookings of some consecutive orders: their lines as text, how many, what they come to, and open batches."""

    text: str
    lines: int
    debit_cents: int
    credit_cents: int
    batches: tuple[Booking, ...]


def booked(
    orders: Iterable[tuple[Payment, Transaction]],
    postings: Iterable[Posting],
    *,
    batch_unless_said: bool = False,
) -> Booked:
    """Book some consecutive orders; both streams are read once, and a posting has its order's key.

    One line a posting, except where the sender asked for batch booking, or said nothing and the bank books
    `batch_unless_said` (BAT-06): then the postings on the sender's own account (debits of orders, credits of
    collections) are one batch a block. A refused order has no posting, so it is never in such a sum.
    BrokenPromise when order and posting do not meet.
    """
    buffer = io.StringIO(newline="")
    table = csv.writer(buffer, delimiter=";", lineterminator="\n")
    batches: dict[tuple[object, ...], Booking] = {}
    lines = 0
    sums = {"debit": 0, "credit": 0}
    for posting, payment, transaction in _met(orders, postings):
        said = payment.batch_booking
        as_batch = batch_unless_said if said is None else said
        if as_batch and posting.side == _senders_side(payment):
            _put(batches, opened(posting, payment))
            continue
        table.writerow(row(single(posting, transaction)))
        lines += 1
        sums[posting.side] += posting.amount_cents
    return Booked(buffer.getvalue(), lines, sums["debit"], sums["credit"], tuple(batches.values()))


class BookingsFile:
    """The bookings of one bulk being written: a header, the lines of the orders in their order, then the batches.

    Batches come in the order in which their blocks first appeared, each with its count.
    """

    def __init__(self, out: BinaryIO, bulk: Bulk) -> None:
        self._sink, self._bulk = Counted(out), bulk
        self._lines = 0
        self._sums = {"debit": 0, "credit": 0}
        self._batches: dict[tuple[object, ...], Booking] = {}
        self._sink.write(";".join(FIELDS) + "\n")

    def add(self, part: Booked) -> None:
        """Write what the next orders book singly, and keep their batches."""
        self._sink.write(part.text)
        self._lines += part.lines
        self._sums["debit"] += part.debit_cents
        self._sums["credit"] += part.credit_cents
        for batch in part.batches:
            _put(self._batches, batch)

    def close(self) -> tuple[Written, dict[str, str | int]]:
        """Write the batches; return what was written and the control totals for the manifest.

        Written counts the orders and sums the debits. BrokenPromise when debits, credits and the sealed sum differ.
        """
        buffer = io.StringIO(newline="")
        table = csv.writer(buffer, delimiter=";", lineterminator="\n")
        for batch in self._batches.values():
            table.writerow(row(batch))
            self._sums[batch.side] += batch.amount_cents
        self._sink.write(buffer.getvalue())
        lines = self._lines + len(self._batches)
        control: dict[str, str | int] = {"lines": lines} | {
            side: amount_text(cents) for side, cents in self._sums.items()
        }
        if not self._sums["debit"] == self._sums["credit"] == self._bulk.sum_cents:
            sealed = amount_text(self._bulk.sum_cents)
            told = f"sealed {sealed}, booked {control}"
            raise BrokenPromise(f"bookings of bulk {self._bulk.id} do not balance: {told}")
        return self._sink.written(self._bulk.count, self._sums["debit"]), control


def write_bookings(
    out: BinaryIO,
    bulk: Bulk,
    orders: Iterable[tuple[Payment, Transaction]],
    postings: Iterable[Posting],
    *,
    batch_unless_said: bool = False,
) -> tuple[Written, dict[str, str | int]]:
    """Write a whole `BookingsFile` of so few orders that they are in memory at once."""
    file = BookingsFile(out, bulk)
    file.add(booked(orders, postings, batch_unless_said=batch_unless_said))
    return file.close()


def _met(
    orders: Iterable[tuple[Payment, Transaction]], postings: Iterable[Posting]
) -> Iterator[tuple[Posting, Payment, Transaction]]:
    """Each posting beside its order; every order has at least one."""
    posted = iter(postings)
    posting = next(posted, None)
    for payment, transaction in orders:
        if posting is None or posting.key != payment.key:
            raise BrokenPromise(f"order {payment.key} has no posting in its turn")
        while posting is not None and posting.key == payment.key:
            yield posting, payment, transaction
            posting = next(posted, None)
    if posting is not None:
        raise BrokenPromise(f"posting {posting.key} belongs to no order")


def _senders_side(payment: Payment) -> Literal["debit", "credit"]:
    """Who sends transfers is debited; who sends collections is credited, itself or through its bank."""
    return "debit" if payment.kind == "credit-transfer" else "credit"


def _put(batches: dict[tuple[object, ...], Booking], more: Booking) -> None:
    """Add to the batch of the same block, account, days and rate."""
    same = (more.key, more.account, more.booking_date, more.value_date, more.currency, more.rate)
    before = batches.get(same)
    if before is None:
        batches[same] = more
        return
    before.amount_cents += more.amount_cents
    before.count += more.count
    before.own_cents = None if more.own_cents is None else (before.own_cents or 0) + more.own_cents
