"""A sheet: some consecutive orders of a bulk, with all that their files are drawn from."""

import msgspec

from sepa.model.payment import Payment, Posting


class Sheet(msgspec.Struct, frozen=True):
    """Orders in the bulk's order, and their postings.

    `transactions` are the orders' Transactions as JSON, `requested` the dates that their blocks ask for, as sent; both
    stand one to one with `payments`, whose `released_at` is not told here.
    """

    payments: tuple[Payment, ...]
    transactions: tuple[str, ...]
    requested: tuple[str | None, ...]
    postings: tuple[Posting, ...]
