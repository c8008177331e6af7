"""Writes the bank's own bookings of a bulk or window as CSV, for its ledger and for any spreadsheet.

UTF-8, `;` between fields, a header, one booking a line, amounts as text of whole cents ("12.30").
`pandas.read_csv(path, sep=";", dtype=str)` reads it back as it is.
"""

import csv
import datetime
import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Literal

import msgspec

from sepa.model.broken import BrokenPromise
from sepa.model.message import Remittance, Transaction
from sepa.model.payment import Bulk, Payment, Posting
from sepa.scheme.money import amount_text
from sepa.scheme.rates import rate_text
from sepa.wire.manifest import Counted, Written

FIELDS = (
    "booking_date",
    "value_date",
    "side",
    "account",
    "amount",
    "currency",
    "count",
    "key",
    "end_to_end_id",
    "counterparty",
    "text",
    "creditor_identifier",
    "mandate",
    "account_currency",
    "account_amount",
    "rate",
)
_LINES_AT_ONCE = 256


class Booking(msgspec.Struct, frozen=True):
    """One line: a posting of one order, or the sum of a block's orders on the account of who sent the block.

    `count` is how many orders it stands for; of more than one there is no end-to-end id and no counterparty.
    `creditor_identifier` and `mandate` are those of a single collection, for the payer's statement (DD-14).
    `key` is the order's key, or that of the block: 24 hex digits of its file, `-block-`, its position.
    On an account in another `currency` (None: in euro) it moves `own_cents` of that currency at `rate`, in millionths
    for one euro (EXE-09); of a sum that is the sum of its orders', each rounded half up. Both are None where the desk
    had no rate; then whoever keeps the account converts the amount.
    """

    booking_date: datetime.date
    value_date: datetime.date
    side: Literal["debit", "credit"]
    account: str
    amount_cents: int
    count: int
    key: str
    end_to_end_id: str
    counterparty: str
    text: str
    creditor_identifier: str = ""
    mandate: str = ""
    currency: str | None = None
    own_cents: int | None = None
    rate: int | None = None


def write_bookings(
    out: BinaryIO,
    bulk: Bulk,
    orders: Iterable[tuple[Payment, Transaction]],
    postings: Iterable[Posting],
    *,
    batch_unless_said: bool = False,
) -> tuple[Written, dict[str, str | int]]:
    """Write the bookings of `bulk`; return what was written and the control totals for its manifest.

    One line a posting, except where the sender asked for batch booking, or said nothing and the bank books
    `batch_unless_said` (BAT-06): then the postings on the
    sender's own account (debits of orders, credits of collections) are one line a block, with their count,
    after all others and in the order their blocks first appeared. A refused order has no posting, so it is
    never in such a sum. Both streams are read once, in the order of the bulk; a posting has its order's key.
    Written counts the orders and sums the debits. Raises BrokenPromise when debits, credits and the sealed
    sum differ, or when order and posting do not meet.
    """
    sink = Counted(out)
    lines = 0
    sums = {"debit": 0, "credit": 0}
    buffer = io.StringIO(newline="")
    table = csv.writer(buffer, delimiter=";", lineterminator="\n")
    table.writerow(FIELDS)
    for booking in bookings(_met(bulk, orders, postings), batch_unless_said):
        table.writerow(_row(booking))
        lines += 1
        sums[booking.side] += booking.amount_cents
        if lines % _LINES_AT_ONCE == 0:
            _drain(buffer, sink)
    _drain(buffer, sink)
    control: dict[str, str | int] = {"lines": lines} | {
        side: amount_text(cents) for side, cents in sums.items()
    }
    if not sums["debit"] == sums["credit"] == bulk.sum_cents:
        sealed = amount_text(bulk.sum_cents)
        raise BrokenPromise(f"bookings of bulk {bulk.id} do not balance: sealed {sealed}, booked {control}")
    return sink.written(bulk.count, sums["debit"]), control


def _met(
    bulk: Bulk, orders: Iterable[tuple[Payment, Transaction]], postings: Iterable[Posting]
) -> Iterator[tuple[Posting, Payment, Transaction]]:
    """Each posting beside its order; every order has at least one."""
    posted = iter(postings)
    posting = next(posted, None)
    for payment, transaction in orders:
        if posting is None or posting.key != payment.key:
            raise BrokenPromise(f"bulk {bulk.id}: order {payment.key} has no posting in its turn")
        while posting is not None and posting.key == payment.key:
            yield posting, payment, transaction
            posting = next(posted, None)
    if posting is not None:
        raise BrokenPromise(f"bulk {bulk.id}: posting {posting.key} belongs to no order")


def bookings(
    booked: Iterable[tuple[Posting, Payment, Transaction]], batch_unless_said: bool = False
) -> Iterator[Booking]:
    """Singles as they come, then one line for each block that is booked as a batch."""
    batches: dict[tuple[object, ...], Booking] = {}
    for posting, payment, transaction in booked:
        said = payment.batch_booking
        as_batch = batch_unless_said if said is None else said
        if not (as_batch and posting.side == _senders_side(payment)):
            yield _single(posting, transaction)
            continue
        days = (posting.booking_date, posting.value_date)
        batch = (payment.file_key, payment.block, posting.account, *days, posting.currency, posting.rate)
        before = batches.get(batch)
        batches[batch] = _opened(posting, payment) if before is None else _added(before, posting)
    yield from batches.values()


def _senders_side(payment: Payment) -> Literal["debit", "credit"]:
    """Who sends transfers is debited; who sends collections is credited, itself or through its bank."""
    return "debit" if payment.kind == "credit-transfer" else "credit"


def _single(posting: Posting, transaction: Transaction) -> Booking:
    other = transaction.creditor if posting.side == "debit" else transaction.debtor
    return Booking(
        booking_date=posting.booking_date,
        value_date=posting.value_date,
        side=posting.side,
        account=posting.account,
        amount_cents=posting.amount_cents,
        count=1,
        key=posting.key,
        end_to_end_id=transaction.end_to_end_id,
        counterparty=other.name or "",
        text=_remittance_text(transaction.remittance),
        creditor_identifier=transaction.creditor_identifier or "",
        mandate=(transaction.mandate.mandate_id or "") if transaction.mandate is not None else "",
        currency=posting.currency,
        own_cents=posting.own_cents,
        rate=posting.rate,
    )


def _opened(posting: Posting, payment: Payment) -> Booking:
    return Booking(
        booking_date=posting.booking_date,
        value_date=posting.value_date,
        side=posting.side,
        account=posting.account,
        amount_cents=posting.amount_cents,
        count=1,
        key=f"{payment.key.rsplit('-', 1)[0]}-block-{payment.block}",
        end_to_end_id="",
        counterparty="",
        text="batch",
        currency=posting.currency,
        own_cents=posting.own_cents,
        rate=posting.rate,
    )


def _added(before: Booking, posting: Posting) -> Booking:
    own_cents = None if posting.own_cents is None else (before.own_cents or 0) + posting.own_cents
    return msgspec.structs.replace(
        before,
        amount_cents=before.amount_cents + posting.amount_cents,
        count=before.count + 1,
        own_cents=own_cents,
    )


def _remittance_text(sent: Remittance | None) -> str:
    if sent is None:
        return ""
    return " ".join([*sent.unstructured, *(each.reference for each in sent.structured if each.reference)])


def _row(booking: Booking) -> tuple[str | int, ...]:
    return (
        booking.booking_date.isoformat(),
        booking.value_date.isoformat(),
        booking.side,
        booking.account,
        amount_text(booking.amount_cents),
        "EUR",
        booking.count,
        booking.key,
        booking.end_to_end_id,
        inert(booking.counterparty),
        inert(booking.text),
        inert(booking.creditor_identifier),
        inert(booking.mandate),
        booking.currency or "EUR",
        *_in_its_currency(booking),
    )


def _in_its_currency(booking: Booking) -> tuple[str, str]:
    """What moves on the account, and the rate: the amount itself on one in euro, nothing where no rate was known."""
    if booking.currency is None:
        return amount_text(booking.amount_cents), ""
    if booking.own_cents is None or booking.rate is None:
        return "", ""
    return amount_text(booking.own_cents), rate_text(booking.rate)


def inert(told: str) -> str:
    """A sender's text must not run as a formula in whoever's spreadsheet: an apostrophe goes before it."""
    return f"'{told}" if told.startswith(("=", "+", "-", "@", "\t", "\r")) else told


def _drain(buffer: io.StringIO, sink: Counted) -> None:
    sink.write(buffer.getvalue())
    buffer.seek(0)
    buffer.truncate()
