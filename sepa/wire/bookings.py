"""Writes the bank's own bookings of a bulk or window as CSV, for its ledger and for any spreadsheet.

UTF-8, `;` between fields, a header, one booking a line, amounts as text of whole cents ("12.30").
`pandas.read_csv(path, sep=";", dtype=str)` reads it back as it is.
"""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

import msgspec

from sepa.model.broken import BrokenPromise
from sepa.model.message import Transaction
from sepa.model.payment import Bulk, Payment, Posting
from sepa.model.sheet import OfBlock, Sheet, sheet_of
from sepa.scheme.money import amount_text
from sepa.wire.booking import FIELDS, Batch, line, moved, said
from sepa.wire.manifest import Counted, Written


class Booked(msgspec.Struct, frozen=True):
    """The bookings of some consecutive orders: their lines as text, how many, what they come to, and open batches."""

    text: bytes
    lines: int
    debit_cents: int
    credit_cents: int
    batches: tuple[Batch, ...]


class Bookings:
    """Books consecutive orders one after the other.

    One line a posting, except where the sender asked for batch booking, or said nothing and the bank books
    `batch_unless_said` (BAT-06): then the postings on the sender's own account (debits of orders, credits of
    collections) are one batch a block. A refused order has no posting, so it is never in such a sum.
    """

    def __init__(self, *, batch_unless_said: bool = False) -> None:
        self._batch_unless_said = batch_unless_said
        self._batches: dict[tuple[object, ...], Batch] = {}
        self._lines = 0
        self._sums = {"debit": 0, "credit": 0}

    def lines_of(self, sheet: Sheet, orders: Iterable[Transaction]) -> Iterator[str]:
        """Book the orders of a sheet; give the lines of each as text, empty where it is in batches alone.

        A posting has its order's key. BrokenPromise when order and posting do not meet.
        """
        of_block, batched = None, ""
        postings = iter(sheet.postings)
        posting = next(postings, None)
        for key, block, order in zip(sheet.keys, sheet.blocks, orders, strict=True):
            if posting is None or posting[0] != key:
                raise BrokenPromise(f"order {key} has no posting in its turn")
            if block is not of_block:
                of_block, batched = block, self._batched_side(block)
            lines = ""
            while posting is not None and posting[0] == key:
                _, account, side, cents, booked_on, valued_on, currency, own_cents, rate = posting
                if side == batched:
                    same = block.key, account, booked_on, valued_on, currency, rate
                    batch = self._batches.get(same)
                    if batch is None:
                        batch = Batch(
                            block.key, account, side, str(booked_on), str(valued_on), currency, rate
                        )
                        self._batches[same] = batch
                    batch.add(cents, 1, own_cents)
                else:
                    amount = amount_text(cents)
                    other = order.creditor if side == "debit" else order.debtor
                    told, on_account = said(order, other.name), moved(amount, currency, own_cents, rate)
                    lines += line(booked_on, valued_on, side, account, amount, 1, key, told, on_account)
                    self._lines += 1
                    self._sums[side] += cents
                posting = next(postings, None)
            yield lines
        if posting is not None:
            raise BrokenPromise(f"posting {posting[0]} belongs to no order")

    def booked(self, lines: Iterable[str]) -> Booked:
        """All that was booked, with the `lines` of all orders."""
        text, sums = "".join(lines).encode(), self._sums
        return Booked(text, self._lines, sums["debit"], sums["credit"], tuple(self._batches.values()))

    def _batched_side(self, block: OfBlock) -> str:
        """The side on which a block's orders are one sum, empty where they are not.

        Who sends transfers is debited; who sends collections is credited, itself or through its bank.
        """
        said = block.batch_booking
        if not (self._batch_unless_said if said is None else said):
            return ""
        return "debit" if block.kind == "credit-transfer" else "credit"


class BookingsFile:
    """The bookings of one bulk being written: a header, the lines of the orders in their order, then the batches.

    Batches come in the order in which their blocks first appeared, each with its count.
    """

    def __init__(self, out: BinaryIO, bulk: Bulk) -> None:
        self._sink, self._bulk = Counted(out), bulk
        self._lines = 0
        self._sums = {"debit": 0, "credit": 0}
        self._batches: dict[tuple[object, ...], Batch] = {}
        self._sink.write(";".join(FIELDS) + "\n")

    def add(self, part: Booked) -> None:
        """Write what the next orders book singly, and keep their batches."""
        self._sink.write_encoded(part.text)
        self._lines += part.lines
        self._sums["debit"] += part.debit_cents
        self._sums["credit"] += part.credit_cents
        for batch in part.batches:
            before = self._batches.setdefault(batch.same, batch)
            if before is not batch:
                before.add(batch.amount_cents, batch.count, batch.own_cents)

    def close(self) -> tuple[Written, dict[str, str | int]]:
        """Write the batches; return what was written and the control totals for the manifest.

        Written counts the orders and sums the debits. BrokenPromise when debits, credits and the sealed sum differ.
        """
        for batch in self._batches.values():
            self._sums[batch.side] += batch.amount_cents
        self._sink.write("".join(batch.line() for batch in self._batches.values()))
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
    known = list(orders)
    sheet = sheet_of((payment for payment, _ in known), postings)
    file = BookingsFile(out, bulk)
    bookings = Bookings(batch_unless_said=batch_unless_said)
    file.add(bookings.booked(bookings.lines_of(sheet, [order for _, order in known])))
    return file.close()
