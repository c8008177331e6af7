"""The lines of a window's postings: made wherever the window is decided, looked at again where they are written."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
import sqlalchemy as sa

from sepa.model.broken import BrokenPromise
from sepa.model.payment import Bulk, Settlement
from sepa.store.journal import POSTINGS_AT_ONCE
from sepa.store.sql.connection import pour, slices
from sepa.store.sql.rows import day_text
from sepa.store.tables import postings

Line = tuple[Any, ...]
_ALL = tuple(postings.columns.keys())
_IN_EURO = _ALL[: _ALL.index("currency")]
"""The columns of a posting on an account in euro: the others stay empty."""
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[tuple[Any, ...]]).decode


def owners_of(part: Settlement) -> dict[str, str]:
    """The bulk of each paid order. An order in two bulks is BrokenPromise."""
    owners = {key: bulk.id for bulk in part.bulks for key in bulk.keys}
    if len(owners) != sum(bulk.count for bulk in part.bulks):
        raise BrokenPromise("an order is in a bulk twice, or in two bulks")
    if not all(bulk.keys for bulk in part.bulks):
        raise BrokenPromise("a bulk has no orders")
    return owners


def packed_postings(part: Settlement) -> Iterator[bytes]:
    """The lines of a part's postings, POSTINGS_AT_ONCE at a time. Asks no database."""
    return map(_encode, slices(_lines(part, owners_of(part)), POSTINGS_AT_ONCE))


def unpacked(pieces: Iterable[bytes]) -> Iterator[list[Line]]:
    return map(_decode, pieces)


def lines_at_once(part: Settlement, owners: Mapping[str, str]) -> Iterator[list[Line]]:
    """As `unpacked` of `packed_postings`."""
    return slices(_lines(part, owners), POSTINGS_AT_ONCE)


def _lines(part: Settlement, owners: Mapping[str, str]) -> Iterator[Line]:
    numbers = dict.fromkeys([bulk.id for bulk in part.bulks], 0)
    for each in part.postings:
        key = each.key
        bulk = owners.get(key)
        if bulk is None:
            raise _stray(key)
        numbers[bulk] = number = numbers[bulk] + 1
        line = (
            bulk, number, key, each.account, each.side, each.amount_cents,
            day_text(each.booking_date), day_text(each.value_date),
        )  # fmt: skip
        yield line if each.currency is None else (*line, each.currency, each.own_cents, each.rate)


def pour_postings(
    connection: sa.Connection, bulks: Iterable[Bulk], owners: Mapping[str, str], pieces: Iterable[list[Line]]
) -> None:
    """Write the lines of a part, each of an order that is paid and each in its turn.

    BrokenPromise unless debits are credits in each bulk, to the cent.
    """
    paying = [bulk.id for bulk in bulks if bulk.kind != "hand-over"]
    numbers, balance = dict.fromkeys(paying, 0), dict.fromkeys(paying, 0)
    for lines in pieces:
        for bulk, number, key, _, side, amount_cents, *_ in lines:
            if owners.get(key) != bulk or bulk not in numbers:
                raise _stray(key)
            if amount_cents <= 0:
                raise BrokenPromise(f"a posting of {key} is of {amount_cents} cents")
            if number != numbers[bulk] + 1:
                raise BrokenPromise(f"posting {number} of bulk {bulk} is not in its turn")
            numbers[bulk] = number
            balance[bulk] += amount_cents if side == "credit" else -amount_cents
        pour(connection, postings, _IN_EURO, [line for line in lines if len(line) == len(_IN_EURO)])
        pour(connection, postings, _ALL, [line for line in lines if len(line) == len(_ALL)])
    _prove(balance)


def _prove(balance: Mapping[str, int]) -> None:
    for bulk_id, difference in balance.items():
        if difference:
            raise BrokenPromise(f"the postings of bulk {bulk_id} differ by {difference} cents")


def _stray(key: str) -> BrokenPromise:
    return BrokenPromise(f"a posting belongs to {key}, which this window does not pay")
