"""One booking: what it says, and how that stands in a line of the file of bookings."""

import datetime
from typing import Literal

import msgspec

from sepa.model.message import Remittance, Transaction
from sepa.model.payment import Payment, Posting
from sepa.scheme.letters import inert
from sepa.scheme.money import amount_text
from sepa.scheme.rates import rate_text

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


class Booking(msgspec.Struct):
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


def single(posting: Posting, transaction: Transaction) -> Booking:
    """The booking of one posting."""
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


def opened(posting: Posting, payment: Payment) -> Booking:
    """A batch of one posting so far."""
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


def _remittance_text(sent: Remittance | None) -> str:
    if sent is None:
        return ""
    return " ".join([*sent.unstructured, *(each.reference for each in sent.structured if each.reference)])


def row(booking: Booking) -> tuple[str | int, ...]:
    """The fields of a booking, in the order of FIELDS."""
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
