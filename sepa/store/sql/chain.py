"""The chain: what a transaction wrote is digested while it is written, and hangs on all that was written before.

One link for each transaction: SHA-256 over the link before it, the snapshot that the desk worked by, and, in batches,
keys and digests of the rows. A row's digest is taken of the very values that are inserted, so that a file of a million
orders costs about a microsecond an order and nothing is read again.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache, partial
from itertools import islice
from operator import itemgetter
from typing import Any

import msgspec
import sqlalchemy as sa

from sepa.model.broken import BrokenPromise
from sepa.store.sql.aside import Aside
from sepa.store.sql.batch import Batch
from sepa.store.sql.read_back import lines_of
from sepa.store.tables import chained, links, metadata

LAST = 0x5E9A_0002
"""The advisory lock under which PostgreSQL lets one worker at a time add a link; held to the end of its transaction."""
DIGEST_BYTES = 16
ORIGIN = bytes(32)
"""What the first link hangs on."""
BATCH_ROWS = 1000
_LINES_TOGETHER = 100

_encode = msgspec.msgpack.Encoder().encode
_sha256 = hashlib.sha256


class Chain:
    """What one transaction has written so far."""

    def __init__(self, aside: Aside) -> None:
        self._aside = aside
        self._batches: list[Batch] = []
        self._open: dict[tuple[str, tuple[str, ...], bool], Batch] = {}

    def note(
        self,
        table: sa.Table,
        columns: tuple[str, ...],
        lines: Iterable[Sequence[Any]],
        *,
        rewritten: bool = False,
        digests: bytes = b"",
    ) -> None:
        """Rows as they were inserted, values in the order of `columns`; or, `rewritten`, as they were left.

        `digests` are theirs, as of `digests_of`, where somebody took them already. In how many calls rows come changes
        nothing: a batch is full at BATCH_ROWS.
        """
        rest, taken, key_of = iter(lines), 0, _key_of(table.name, columns)
        while more := list(islice(rest, BATCH_ROWS)):
            known = digests[taken : taken + DIGEST_BYTES * len(more)]
            self.note_keys(
                table, columns, list(map(key_of, more)), known or digests_of(more), rewritten=rewritten
            )
            taken += len(known)
        if taken != len(digests):
            raise _miscounted(table)

    def note_keys(
        self,
        table: sa.Table,
        columns: tuple[str, ...],
        keys: Sequence[Any],
        digests: bytes,
        *,
        rewritten: bool = False,
    ) -> None:
        """As `note`, of rows that are told by their keys and digests alone."""
        if len(digests) != DIGEST_BYTES * len(keys):
            raise _miscounted(table)
        place, start = (table.name, columns, rewritten), 0
        while start < len(keys):
            batch = self._open.get(place)
            if batch is None:
                batch = self._open[place] = Batch(table, columns, rewritten)
                self._batches.append(batch)
            end = start + BATCH_ROWS - len(batch.keys)
            batch.add(keys[start:end], digests[start * DIGEST_BYTES : end * DIGEST_BYTES])
            start = end
            if len(batch.keys) == BATCH_ROWS:
                batch.pack(self._aside)
                del self._open[place]

    def forget(self, table: sa.Table) -> None:
        """The rows that this transaction wrote into `table` were taken back in it."""
        self._batches = [each for each in self._batches if each.table is not table]
        self._open = {place: each for place, each in self._open.items() if each.table is not table}

    def look_again(self, connection: sa.Connection, table: sa.Table) -> None:
        """The rows that this transaction wrote into `table` were changed in it: digest them as they are now."""
        for batch in self._batches:
            if batch.table is table:
                as_they_are = partial(_digested, connection, table, batch.columns)
                batch.digest_again(self._aside, as_they_are)
        self._open = {place: each for place, each in self._open.items() if each.table is not table}

    def part(self) -> "Chain":
        """What a part of the transaction writes, for `absorb`."""
        return Chain(self._aside)

    def absorb(self, part: "Chain") -> None:
        """Take over what a part of the transaction wrote, after all that was written before it."""
        for batch in part._batches:
            place = batch.table.name, batch.columns, batch.rewritten
            mine = self._open.get(place)
            if mine is not None and batch.keys and len(mine.keys) + len(batch.keys) <= BATCH_ROWS:
                mine.keys.extend(batch.keys)
                mine.digests += batch.digests
                continue
            self._batches.append(batch)
            self._open.pop(place, None)
            if batch.keys:
                self._open[place] = batch

    def close(self, connection: sa.Connection, snapshot: Callable[[], str | None]) -> None:
        """Write the link, if there is anything to link."""
        if not self._batches:
            return
        said = snapshot()
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LAST)))
        number, before = head(connection)
        digest = link_digest(before, number + 1, said, self._lines(number + 1))
        connection.execute(sa.insert(links), {"number": number + 1, "digest": digest, "snapshot": said})
        lines = self._lines(number + 1)
        while some := list(islice(lines, _LINES_TOGETHER)):
            connection.execute(sa.insert(chained), some)

    def _lines(self, link: int) -> Iterator[dict[str, Any]]:
        return (each.line(link, place, self._aside) for place, each in enumerate(self._batches))


def _miscounted(table: sa.Table) -> BrokenPromise:
    return BrokenPromise(f"there is not one digest for each row of {table.name}")


@contextmanager
def chaining(connection: sa.Connection, snapshot: Callable[[], str | None]) -> Iterator[None]:
    """Link what is written on `connection` inside; an exception leaves no link, as it leaves nothing else."""
    with closing(Aside()) as aside:
        connection.info["chain"] = chain = Chain(aside)
        try:
            yield
            chain.close(connection, snapshot)
        finally:
            del connection.info["chain"]


@contextmanager
def part_of_chain(connection: sa.Connection) -> Iterator[None]:
    """Link what is written inside with all else of the open transaction; an exception leaves nothing of it."""
    whole = chain_of(connection)
    connection.info["chain"] = part = whole.part()
    try:
        yield
        whole.absorb(part)
    finally:
        connection.info["chain"] = whole


def chain_of(connection: sa.Connection) -> Chain:
    """The chain of the open transaction. KeyError in one that must not write."""
    chain: Chain = connection.info["chain"]
    return chain


def head(connection: sa.Connection) -> tuple[int, str]:
    """Number and digest of the newest link; 0 and the origin while there is none."""
    newest = sa.select(links.c.number, links.c.digest).order_by(links.c.number.desc()).limit(1)
    found = connection.execute(newest).first()
    return (found[0], found[1]) if found is not None else (0, ORIGIN.hex())


def link_digest(before: str, number: int, snapshot: str | None, batches: Iterable[Any]) -> str:
    """The digest of a link in hex, from the digest before it and its rows of `chained`, by place."""
    whole = _sha256(before.encode() + _encode([number, snapshot]))
    for row in batches:
        keys, digests = bytes(row["keys"]), bytes(row["digests"])
        told = [row["place"], row["of"], row["columns"], bool(row["rewritten"]), len(keys), len(digests)]
        whole.update(_encode(told))
        whole.update(keys)
        whole.update(digests)
    return whole.hexdigest()


def digests_of(lines: Iterable[Sequence[Any]]) -> bytes:
    """The digests of rows, one after the other."""
    return _digests(map(_encode, lines))


def with_digests(lines: Iterable[Sequence[Any]]) -> bytes:
    """Rows behind their digests, as msgpack: each is packed once, and its digest is of these bytes."""
    packed = list(map(_encode, lines))
    return _encode((_digests(packed), list(map(msgspec.Raw, packed))))


def _digests(lines: Iterable[bytes]) -> bytes:
    return b"".join([_sha256(line).digest()[:DIGEST_BYTES] for line in lines])


def _digested(connection: sa.Connection, table: sa.Table, columns: tuple[str, ...], keys: list[Any]) -> bytes:
    return digests_of(line for line in lines_of(connection, table, columns, keys) if line is not None)


@cache
def _key_of(name: str, columns: tuple[str, ...]) -> Callable[[Sequence[Any]], Any]:
    return itemgetter(*(columns.index(each.name) for each in metadata.tables[name].primary_key))
