"""Flaws: the chain followed from its first link, and every line held against what it was when it was written."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

import sqlalchemy as sa

from sepa.model.chain import Flaw, Written
from sepa.store.sql.batch import keys_of
from sepa.store.sql.chain import DIGEST_BYTES, ORIGIN, digests_of, link_digest
from sepa.store.sql.faults import find_faults
from sepa.store.sql.read_back import lines_of, plain
from sepa.store.tables import (
    NOT_LINKED,
    chained,
    columns_told,
    decisions,
    links,
    metadata,
    orders,
    seals,
    transactions,
)

_AT_ONCE = 5000
BATCHES = sa.select(chained).order_by(chained.c.link, chained.c.place)
"""What links say they wrote, in their order."""


def find_flaws(connection: sa.Connection) -> Iterator[Flaw]:
    """Whatever is not as it was written, link by link, then table by table, then in the sense of what is told."""
    broken = False
    for flaw in (*_links(connection), *_seals(connection)):
        broken = True
        yield flaw
    for table in metadata.sorted_tables:
        if table.name not in NOT_LINKED:
            yield from _table(connection, table)
    yield from _of_nobody(connection)
    if not broken:
        yield from _rewritten(connection)
    for sentence in find_faults(connection):
        yield Flaw("orders and sums", "changed", sentence)


# --- the chain itself ---


def _links(connection: sa.Connection) -> Iterator[Flaw]:
    """Numbers without a gap, and each digest what follows from the one before."""
    stands = connection.execute(sa.select(links).order_by(links.c.number)).mappings().all()
    batches = groupby(connection.execute(BATCHES).mappings(), key=lambda row: row["link"])
    link, rows = next(batches, (None, iter(())))
    expected, before = 1, ORIGIN.hex()
    for row in stands:
        number = row["number"]
        while link is not None and link < number:
            yield Flaw(f"link {link}", "removed", f"Link {link} is gone; what it wrote is still named.", link)
            link, rows = next(batches, (None, iter(())))
        if number != expected:
            yield Flaw(
                f"link {expected}", "removed", f"Link {expected} is not there; {number} follows.", expected
            )
        own = list(rows) if link == number else []
        if link == number:
            link, rows = next(batches, (None, iter(())))
        if link_digest(before, number, row["snapshot"], own) != row["digest"] or not own:
            wrote = ", ".join(sorted({each["of"] for each in own})) or "nothing"
            told = f"Link {number} ({wrote}) is not what followed the link before it."
            yield Flaw(f"link {number}", "changed", told, number)
        expected, before = number + 1, row["digest"]
    while link is not None:
        yield Flaw(f"link {link}", "removed", f"Link {link} is gone; what it wrote is still named.", link)
        link, rows = next(batches, (None, iter(())))


def _seals(connection: sa.Connection) -> Iterator[Flaw]:
    """Every seal says the digest of its link."""
    wanted = (
        sa.select(seals.c.day, seals.c.link, links.c.digest)
        .join_from(seals, links, links.c.number == seals.c.link, isouter=True)
        .where(links.c.digest.is_distinct_from(seals.c.digest), seals.c.link > 0)
        .order_by(seals.c.link)
    )
    for day, link, digest in connection.execute(wanted):
        what = "is not there" if digest is None else "has another digest"
        yield Flaw(
            f"seal of {day}", "broken", f"The day {day} was sealed at link {link}, which {what}.", link
        )


# --- rows ---


class _Asked(NamedTuple):
    key: Any
    digest: bytes
    link: int


def _table(connection: sa.Connection, table: sa.Table) -> Iterator[Flaw]:
    """Every row of a table is as its link says, none is missing, and none is there that no link wrote."""
    waiting: defaultdict[tuple[str, ...], list[_Asked]] = defaultdict(list)
    later: dict[Any, tuple[tuple[str, ...], bytes, int]] = {}
    count = missing = 0
    of_table = BATCHES.where(chained.c.of == table.name)
    for link, written, flaw in _read(connection, of_table.where(chained.c.rewritten)):
        if flaw is None:
            for key, digest in zip(written.keys, written.digests, strict=True):
                later[key] = written.columns, digest, link
    for link, written, flaw in _read(connection, of_table.where(~chained.c.rewritten)):
        if flaw is not None:
            yield flaw
            continue
        count += len(written.keys)
        for key, digest in zip(written.keys, written.digests, strict=True):
            columns, digest, link_of = later.get(key, (written.columns, digest, link))
            waiting[columns].append(_Asked(key, digest, link_of))
        for columns, asked in waiting.items():
            if len(asked) >= _AT_ONCE:
                for flaw in _compare(connection, table, columns, asked):
                    missing += flaw.what == "removed"
                    yield flaw
                asked.clear()
    for columns, asked in waiting.items():
        for flaw in _compare(connection, table, columns, asked):
            missing += flaw.what == "removed"
            yield flaw
    there = connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
    if there != count - missing:
        yield from _added(connection, table)


def _read(connection: sa.Connection, wanted: Any) -> Iterator[tuple[int, Written, Flaw | None]]:
    for row in connection.execute(wanted).mappings():
        link = row["link"]
        try:
            yield link, written_of(row), None
        except ValueError as fault:
            told = f"What link {link} wrote into {row['of']} cannot be followed: {fault}."
            yield link, Written("", (), False, (), ()), Flaw(f"link {link}", "changed", told, link)


def _compare(
    connection: sa.Connection, table: sa.Table, columns: tuple[str, ...], asked: list[_Asked]
) -> Iterator[Flaw]:
    if not set(columns) <= set(columns_told(table)):
        yield Flaw(
            str(table.name), "broken", f"Link {asked[0].link} names columns that {table.name} has not."
        )
        return
    found = lines_of(connection, table, columns, [each.key for each in asked])
    for one, line in zip(asked, found, strict=True):
        if line is None:
            told = "is gone, or holds what it did not hold"
            yield _flaw(table, one.key, "removed", told, one.link)
        elif digests_of([line]) != one.digest:
            yield _flaw(table, one.key, "changed", "is not as it was written", one.link)


def _added(connection: sa.Connection, table: sa.Table) -> Iterator[Flaw]:
    known: set[Any] = set()
    for _, written, _flaw_of in _read(connection, BATCHES.where(chained.c.of == table.name)):
        known.update(written.keys)
    key = list(table.primary_key)
    for row in connection.execute(sa.select(*key).order_by(*key)):
        own = plain(row[0]) if len(key) == 1 else tuple(map(plain, row))
        if own not in known:
            yield _flaw(table, own, "added", "was written by no link", None)


def _of_nobody(connection: sa.Connection) -> Iterator[Flaw]:
    """Every Transaction belongs to an order, by whose digest it is held."""
    line, theirs = transactions.c, sa.select(orders.c.number)
    for number in connection.scalars(
        sa.select(line.number).where(line.number.not_in(theirs)).order_by(line.number)
    ):
        yield _flaw(transactions, number, "added", "belongs to no order", None)


def _flaw(table: sa.Table, key: Any, what: Any, told: str, link: int | None) -> Flaw:
    name = " ".join(map(str, key)) if isinstance(key, tuple) else str(key)
    by = f" (link {link})" if link is not None else ""
    return Flaw(f"{table.name} {name}", what, f"{table.name} {name} {told}{by}.", link)


# --- purges ---


def _rewritten(connection: sa.Connection) -> Iterator[Flaw]:
    """Rows were left with less only by a link that holds the decision to purge their file."""
    again = sa.select(chained.c.link).where(chained.c.rewritten).distinct().order_by(chained.c.link)
    for link in connection.scalars(again).all():
        of_link = [written for _, written, _ in _read(connection, BATCHES.where(chained.c.link == link))]
        ids = [key for each in of_link if each.of == "decisions" for key in each.keys]
        line = decisions.c
        asked = sa.select(line.subject).where(line.id.in_(ids), line.act == "purge")
        allowed = tuple(subject[:24] for subject in connection.scalars(asked))
        for each in of_link:
            for key in each.keys if each.rewritten and each.of != "charges" else ():
                first = key[0] if isinstance(key, tuple) else key
                if not allowed or not first.startswith(allowed):
                    told = f"Link {link} took something away without a purge of that file."
                    yield Flaw(f"{each.of} {first}", "changed", told, link)


def written_of(row: Any) -> Written:
    """A row of `chained`, read. ValueError when it cannot be."""
    keys, digests = keys_of(row["keys"]), bytes(row["digests"])
    if len(digests) != DIGEST_BYTES * len(keys):
        raise ValueError("it has not one digest for each key")
    parts = [digests[start : start + DIGEST_BYTES] for start in range(0, len(digests), DIGEST_BYTES)]
    names = tuple(row["columns"].split())
    hashable = tuple(tuple(key) if isinstance(key, list) else key for key in keys)
    return Written(row["of"], names, bool(row["rewritten"]), hashable, tuple(parts))
