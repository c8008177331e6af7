"""The one way in which an order changes its state: a line of history, and the projection that follows it."""

import datetime
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from sepa.model.broken import BrokenPromise
from sepa.model.journal import MOVES, Move, first_state
from sepa.store.journal import Overtaken
from sepa.store.sql.connection import among, pour, slices
from sepa.store.sql.rows import day_text, findings_text, instant_text
from sepa.store.tables import file_verdicts, history, orders

PROJECTED = (
    "state", "step", "outcome", "route", "amount_cents", "booking_date", "settlement_date", "findings",
)  # fmt: skip
"""What the orders row shows of its last line of history."""

LINE = ("key", *PROJECTED, "at", "by", "cause")


class Standing(NamedTuple):
    """An order as it stands before a move."""

    key: str
    state: str
    step: int
    outcome: str
    route: str | None
    amount_cents: int | None
    booking_date: datetime.date | None
    settlement_date: datetime.date | None
    findings: str
    file_key: str


_STANDING = sa.select(*(orders.c[name] for name in Standing._fields))


def standing(connection: sa.Connection, keys: Collection[str]) -> dict[str, Standing]:
    """How each of `keys` stands now. A key without an order is BrokenPromise."""
    found = {
        row[0]: Standing._make(row)
        for part in slices(keys)
        for row in connection.execute(_STANDING.where(among(orders.c.key, part, connection.dialect))).all()
    }
    if len(found) != len(set(keys)):
        missing = next(key for key in keys if key not in found)
        raise BrokenPromise(f"there is no order {missing}")
    return found


def move(connection: sa.Connection, moves: Sequence[Move], stood: dict[str, Standing]) -> None:
    """Write `moves`, checked against `MOVES`, from how the orders `stood`.

    Overtaken when an order is no longer at the step that was seen; BrokenPromise when the move is not
    allowed, when an order moves twice, or when it would wait without a day, a route or an amount.
    """
    if len({each.key for each in moves}) != len(moves):
        raise BrokenPromise("an order can move only once in a transaction")
    lines = [_line(each, stood[each.key]) for each in moves]
    changed = [line[0] for line in lines if _changes(line, stood[line[0]])]
    later = [key for key in changed if stood[key].step]
    told = _judgements_told(connection, later) if later else frozenset()
    changed = [key for key in changed if key not in told]
    try:
        pour(connection, history, LINE, list(_judgements(connection, changed, stood)))
        pour(connection, history, LINE, lines)
    except sa.exc.IntegrityError as twice:
        raise Overtaken("an order was moved at the same time") from twice
    _project(connection, [line[0] for line in lines])


def _line(move: Move, before: Standing) -> tuple[Any, ...]:
    if move.from_step != before.step:
        raise Overtaken(f"order {move.key} is at step {before.step}, not {move.from_step}")
    if move.to not in MOVES[before.state]:  # type: ignore[index]
        raise BrokenPromise(f"order {move.key} cannot go from {before.state} to {move.to}")
    route = move.route if move.route is not None else before.route
    amount_cents = move.amount_cents if move.amount_cents is not None else before.amount_cents
    booked, settled = move.booking_date or before.booking_date, move.settlement_date or before.settlement_date
    if move.to == "waiting" and None in (route, amount_cents, booked, settled):
        raise BrokenPromise(f"order {move.key} cannot wait without an amount, a route and its days")
    return (
        move.key, move.to, before.step + 1, move.outcome or before.outcome, route, amount_cents,
        day_text(booked), day_text(settled), findings_text(move.findings),
        instant_text(move.at), move.by, move.cause,
    )  # fmt: skip


def _judgements_told(connection: sa.Connection, keys: Collection[str]) -> frozenset[str]:
    """Which of `keys` have their judgement in their history already; of the others the own row still tells it."""
    first = sa.select(history.c.key).where(history.c.step == 0)
    return frozenset(
        key
        for part in slices(keys)
        for key in connection.scalars(first.where(among(history.c.key, part, connection.dialect)))
    )


def _changes(line: tuple[Any, ...], before: Standing) -> bool:
    """Whether the line says anything else of the order than its row did, besides its state."""
    days = day_text(before.booking_date), day_text(before.settlement_date)
    return line[3:9] != (before.outcome, before.route, before.amount_cents, *days, before.findings)


def _judgements(
    connection: sa.Connection, keys: Iterable[str], stood: dict[str, Standing]
) -> Iterator[tuple[Any, ...]]:
    """Step 0 of orders whose own rows are about to stop telling it."""
    by_file: dict[str, list[str]] = {}
    for key in keys:
        by_file.setdefault(stood[key].file_key, []).append(key)
    verdicts = file_verdicts.c
    for part in slices(by_file):
        columns = sa.select(verdicts.file_key, verdicts.judged_at, verdicts.profile)
        wanted = columns.where(among(verdicts.file_key, part, connection.dialect))
        for file_key, at, profile in connection.execute(wanted):
            for key in by_file[file_key]:
                before = stood[key]
                days = day_text(before.booking_date), day_text(before.settlement_date)
                state = before.state if before.step == 0 else first_state(before.outcome)  # type: ignore[arg-type]
                judged = (key, state, 0, *before[3:6], *days, before.findings)
                yield (*judged, at, profile, f"judged:{at}")


_following = sa.and_(history.c.key == orders.c.key, history.c.step == orders.c.step + 1)
_PROJECT = sa.update(orders).values({name: history.c[name] for name in PROJECTED}).where(_following)


def _project(connection: sa.Connection, keys: list[str]) -> None:
    for part in slices(keys):
        moved = connection.execute(_PROJECT.where(among(orders.c.key, part, connection.dialect))).rowcount
        if moved != len(part):
            raise Overtaken(f"{len(part) - moved} orders were moved at the same time")
