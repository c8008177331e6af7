"""A sheet: some consecutive orders of a bulk, column by column, with all that their files are drawn from."""

import datetime
from collections.abc import Iterable

import msgspec

from sepa.model.message import Kind
from sepa.model.payment import Payment, Posting
from sepa.model.verdict import block_key

Day = str | datetime.date
"""A day as the database gives it: as an ISO text in SQLite."""
Line = tuple[str, str, str, int, Day, Day, str | None, int | None, int | None]
"""The fields of a Posting, in their order."""


class OfBlock(msgspec.Struct, frozen=True, gc=False):
    """What a block says for all its orders; `key` is its `block_key`, `requested` the day it asks for, as sent."""

    key: str
    kind: Kind
    batch_booking: bool | None = None
    requested: str | None = None


class Sheet(msgspec.Struct, frozen=True):
    """Orders in the bulk's order, one to one in every column, and their postings.

    `debtors` and `creditors` are IBANs. `due` are the days their blocks ask for, of those that ask for none the orders'
    own days of settlement. `transactions` are Transactions as JSON.
    """

    keys: tuple[str, ...]
    blocks: tuple[OfBlock, ...]
    amounts_cents: tuple[int, ...]
    debtors: tuple[str, ...]
    creditors: tuple[str, ...]
    due: tuple[Day, ...]
    transactions: tuple[str | bytes, ...]
    postings: tuple[Line, ...]


def sheet_of(payments: Iterable[Payment], postings: Iterable[Posting]) -> Sheet:
    """A sheet of payments and their postings, without Transactions."""
    known = tuple(payments)
    return Sheet(
        keys=tuple(each.key for each in known),
        blocks=tuple(
            OfBlock(block_key(each.file_key, each.block), each.kind, each.batch_booking) for each in known
        ),
        amounts_cents=tuple(each.amount_cents for each in known),
        debtors=tuple(each.debtor_iban for each in known),
        creditors=tuple(each.creditor_iban for each in known),
        due=tuple(each.settlement_date for each in known),
        transactions=(),
        postings=tuple(map(msgspec.structs.astuple, postings)),
    )
