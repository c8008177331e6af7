"""Between seal and emission: a bulk begins to leave, or an order is taken out of it; never the second last."""

import datetime
from collections.abc import Collection, Iterable

import sqlalchemy as sa

from sepa.model.broken import BrokenPromise
from sepa.model.journal import Move
from sepa.store.journal import Overtaken
from sepa.store.sql.connection import among, insert_once, pour, slices
from sepa.store.sql.moves import Standing
from sepa.store.sql.rows import instant_text
from sepa.store.tables import bulk_members, emissions, orders, taken_out


def still_in(key: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Whether the order `key` was not taken out of its bulk. Its lines there count for nothing once it was."""
    return ~sa.exists().where(taken_out.c.key == key)


def unsent(connection: sa.Connection, file_key: str) -> set[str]:
    """Orders of a file that are paid in a bulk which nobody has begun to write."""
    wanted = (
        sa.select(orders.c.key)
        .join(bulk_members, bulk_members.c.key == orders.c.key)
        .where(
            orders.c.file_key == file_key,
            orders.c.state == "paid",
            ~sa.exists().where(emissions.c.bulk == bulk_members.c.bulk),
        )
    )
    return set(connection.scalars(wanted))


def begin(connection: sa.Connection, bulk_id: str, at: datetime.datetime, count: int, sum_cents: int) -> None:
    """Write that the bulk begins to leave with so many orders and cents. Only the first time is written.

    BrokenPromise when it began before as another: something was taken out of what was leaving.
    """
    line = {"bulk": bulk_id, "at": instant_text(at), "count": count, "sum_cents": sum_cents}
    if insert_once(connection, emissions, line):
        return
    asked = sa.select(emissions.c.count, emissions.c.sum_cents).where(emissions.c.bulk == bulk_id)
    if tuple(connection.execute(asked).one()) != (count, sum_cents):
        raise BrokenPromise(f"bulk {bulk_id} began to leave with other orders")


def take_out(
    connection: sa.Connection, decision: str, moves: Iterable[Move], stood: dict[str, Standing]
) -> None:
    """Take the orders that `moves` withdraw, and that were paid, out of their bulks.

    Overtaken when a bulk has begun to leave. The caller moves the orders in the same transaction.
    """
    paid = [each.key for each in moves if stood[each.key].state == "paid" and each.to == "revoked"]
    rows = [(key, bulk, decision) for key, bulk in _bulks_of(connection, paid)]
    leaving = emissions.c.bulk
    for part in slices({bulk for _, bulk, _ in rows}):
        begun = connection.scalar(sa.select(leaving).where(among(leaving, part, connection.dialect)).limit(1))
        if begun is not None:
            raise Overtaken(f"bulk {begun} has begun to leave")
    pour(connection, taken_out, ("key", "bulk", "decision"), rows)


def _bulks_of(connection: sa.Connection, keys: Collection[str]) -> list[tuple[str, str]]:
    member = bulk_members.c
    return [
        (key, bulk)
        for part in slices(keys)
        for key, bulk in connection.execute(
            sa.select(member.key, member.bulk).where(among(member.key, part, connection.dialect))
        )
    ]
