"""One line of the file of bookings: what it says, and how it is spelled."""

import re
from functools import lru_cache
from typing import Final

import msgspec

from sepa.model.message import Remittance, Transaction
from sepa.model.sheet import Day
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
"""`count` is how many orders a line stands for: one, or all those of a block on the account of who sent it. Such a sum
has the block's key, no end-to-end id and no counterparty. `creditor_identifier` and `mandate` are those of a single
collection, for the payer's statement (DD-14). On an account in another currency (EXE-09) the last two say what moves
there and the rate, of a sum the sum of its orders', each rounded half up. They are empty where the desk had no rate:
then whoever keeps the account converts the amount."""
SAID_OF_BATCH: Final = ";;batch;;"
"""What stands for a batch in place of `said`."""

_search_quoted: Final = re.compile('[;"\n\r]').search


def line(
    booked: Day,
    valued: Day,
    side: str,
    account: str,
    amount: str,
    count: int,
    key: str,
    said: str,
    moved: str,
) -> str:
    """A whole line; `amount` as `amount_text` gives it, `said` and `moved` as the functions below."""
    return f"{booked};{valued};{side};{_often(account)};{amount};EUR;{count};{key};{said};{moved}\n"


def said(order: Transaction, counterparty: str | None) -> str:
    """The fields that say what an order is for, as its sender told it."""
    sent = order.remittance
    text = _remittance_text(sent) if sent is not None else ""
    told = f"{cell(order.end_to_end_id)};{_often(inert(counterparty or ''))};{cell(inert(text))};"
    if order.mandate is None and order.creditor_identifier is None:
        return f"{told};"
    mandate = order.mandate.mandate_id if order.mandate is not None else None
    return f"{told}{_often(inert(order.creditor_identifier or ''))};{cell(inert(mandate or ''))}"


def moved(amount: str, currency: str | None, own_cents: int | None, rate: int | None) -> str:
    """The fields of the account's own currency: the amount itself in euro, nothing where no rate was known."""
    if currency is None:
        return f"EUR;{amount};"
    if own_cents is None or rate is None:
        return f"{cell(currency)};;"
    return f"{cell(currency)};{amount_text(own_cents)};{rate_text(rate)}"


def cell(text: str) -> str:
    """A text as one field of the file, in quotes where it holds what would end the field or the line."""
    return text if _search_quoted(text) is None else '"' + text.replace('"', '""') + '"'


_often = lru_cache(maxsize=4_096)(cell)
"""As `cell`, for what stands in many lines."""


def _remittance_text(sent: Remittance) -> str:
    if not sent.structured:
        return " ".join(sent.unstructured)
    return " ".join([*sent.unstructured, *(each.reference for each in sent.structured if each.reference)])


class Batch(msgspec.Struct):
    """Postings of one block on the account of who sent it, with the same days and rate: one line of their sum."""

    key: str
    account: str
    side: str
    booking_date: str
    value_date: str
    currency: str | None
    rate: int | None
    amount_cents: int = 0
    count: int = 0
    own_cents: int | None = None

    @property
    def same(self) -> tuple[object, ...]:
        """What all its postings have in common."""
        return self.key, self.account, self.booking_date, self.value_date, self.currency, self.rate

    def add(self, amount_cents: int, count: int, own_cents: int | None) -> None:
        self.amount_cents += amount_cents
        self.count += count
        self.own_cents = None if own_cents is None else (self.own_cents or 0) + own_cents

    def line(self) -> str:
        amount = amount_text(self.amount_cents)
        return line(
            self.booking_date, self.value_date, self.side, self.account, amount, self.count, self.key,
            SAID_OF_BATCH, moved(amount, self.currency, self.own_cents, self.rate),
        )  # fmt: skip
