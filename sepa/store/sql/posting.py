"""The lines of a window's bulks and postings: made wherever it is decided, looked at again where they are written.

A digest is taken of the very bytes in which a line travels, so who writes need not make them again.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import compress, count
from operator import itemgetter
from typing import Any

import msgspec
import sqlalchemy as sa

from sepa.model.broken import BrokenPromise
from sepa.model.payment import Bulk, Settlement
from sepa.store.journal import POSTINGS_AT_ONCE
from sepa.store.sql.chain import DIGEST_BYTES, chain_of, digests_of, with_digests
from sepa.store.sql.connection import pour, slices
from sepa.store.sql.kept import add_told
from sepa.store.sql.rows import day_text, json_text
from sepa.store.tables import bulk_members, postings

Line = tuple[Any, ...]
_ALL = tuple(postings.columns.keys())
_IN_EURO = _ALL[: _ALL.index("currency")]
"""The columns of a posting on an account in euro: the others stay empty."""
_MEMBER = ("key", "bulk", "position")
_MEMBER_TOLD = {"key": "value", "bulk": "?", "position": "? + key"}
_SIGNS = {"credit": 1, "debit": -1}
_decode = msgspec.msgpack.Decoder(tuple[bytes, list[tuple[Any, ...]]]).decode

Lines = tuple[bytes, list[Line]]
"""Lines, and before them their digests; none where nobody took them yet."""


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
    for lines in slices(_lines(part, owners_of(part)), POSTINGS_AT_ONCE):
        yield with_digests(lines)


def unpacked(pieces: Iterable[bytes]) -> Iterator[Lines]:
    return map(_decode, pieces)


def lines_at_once(part: Settlement, owners: Mapping[str, str]) -> Iterator[Lines]:
    """As `unpacked` of `packed_postings`, without digests."""
    return ((b"", lines) for lines in slices(_lines(part, owners), POSTINGS_AT_ONCE))


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
    connection: sa.Connection, bulks: Iterable[Bulk], owners: Mapping[str, str], pieces: Iterable[Lines]
) -> None:
    """Write the lines of a part, each of an order that is paid and each in its turn.

    BrokenPromise unless debits are credits in each bulk, to the cent.
    """
    paying = [bulk.id for bulk in bulks if bulk.kind != "hand-over"]
    numbers, balance = {bulk: count(1) for bulk in paying}, dict.fromkeys(paying, 0)
    for digests, lines in pieces:
        _look_at(lines, owners, numbers, balance)
        for columns in (_IN_EURO, _ALL):
            alike = [len(line) == len(columns) for line in lines]
            pour(connection, postings, columns, list(compress(lines, alike)), _chosen(digests, alike))
    _prove(balance)


def _look_at(
    lines: list[Line],
    owners: Mapping[str, str],
    numbers: Mapping[str, Iterator[int]],
    balance: dict[str, int],
) -> None:
    """Column by column: of each bulk, `numbers` has the next line's, and `balance` is kept."""
    bulks, told, keys, sides, amounts = (list(map(itemgetter(place), lines)) for place in (0, 1, 2, 4, 5))
    if list(map(owners.get, keys)) != bulks or not numbers.keys() >= {*bulks}:
        raise _stray(next(key for key, bulk in zip(keys, bulks, strict=True) if owners.get(key) != bulk))
    if min(amounts) <= 0:
        raise BrokenPromise(f"a posting of {keys[amounts.index(min(amounts))]} is of {min(amounts)} cents")
    for bulk, number, turn in zip(bulks, told, map(next, map(numbers.__getitem__, bulks)), strict=True):
        if number != turn:
            raise BrokenPromise(f"posting {number} of bulk {bulk} is not in its turn")
    if not _SIGNS.keys() >= {*sides}:
        raise BrokenPromise(f"a posting in bulk {bulks[0]} is neither debit nor credit")
    for bulk, sign, amount_cents in zip(bulks, map(_SIGNS.__getitem__, sides), amounts, strict=True):
        balance[bulk] += sign * amount_cents


def _chosen(digests: bytes, which: list[bool]) -> bytes:
    if all(which):
        return digests
    places = compress(range(0, len(digests), DIGEST_BYTES), which)
    return b"".join([digests[place : place + DIGEST_BYTES] for place in places])


def _prove(balance: Mapping[str, int]) -> None:
    for bulk_id, difference in balance.items():
        if difference:
            raise BrokenPromise(f"the postings of bulk {bulk_id} differ by {difference} cents")


def _stray(key: str) -> BrokenPromise:
    return BrokenPromise(f"a posting belongs to {key}, which this window does not pay")


# --- members ---


def digests_of_members(bulks: Iterable[Bulk]) -> bytes:
    """The digests of the lines of their members. Asks no database."""
    return b"".join([digests_of(_members(bulk.id, bulk.keys, 1)) for bulk in bulks])


def pour_members(connection: sa.Connection, bulks: Iterable[Bulk], digests: bytes) -> None:
    """Write the places of orders in their bulks; `digests` as of `digests_of_members`, or none."""
    taken = 0
    for bulk in bulks:
        first = 1
        for keys in slices(bulk.keys):
            end = taken + DIGEST_BYTES * len(keys) if digests else 0
            _pour_members(connection, bulk.id, keys, first, digests[taken:end])
            first, taken = first + len(keys), end
    if taken != len(digests):
        raise BrokenPromise("there is not one digest for each row of bulk_members")


def _pour_members(connection: sa.Connection, bulk: str, keys: list[str], first: int, digests: bytes) -> None:
    lines = _members(bulk, keys, first)
    if connection.dialect.name != "sqlite":
        pour(connection, bulk_members, _MEMBER, list(lines), digests)
        return
    chain_of(connection).note_keys(bulk_members, _MEMBER, keys, digests or digests_of(lines))
    add_told(connection, bulk_members, _MEMBER_TOLD, json_text(keys), (bulk, first))


def _members(bulk: str, keys: Iterable[str], first: int) -> Iterator[Line]:
    return ((key, bulk, number) for number, key in enumerate(keys, first))
