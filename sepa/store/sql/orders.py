"""Orders as they stand, and what people decide about them."""

import datetime
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from sepa.model.broken import BrokenPromise
from sepa.model.journal import Approval, BlockRow, Decision, Move, OrderRow, Recall, ReportDue
from sepa.store.journal import Overtaken
from sepa.store.sql.connection import Connected, insert_once
from sepa.store.sql.judging import REFUSED, due, stands_elsewhere
from sepa.store.sql.kept import Kept
from sepa.store.sql.leaving import take_out
from sepa.store.sql.moves import PROJECTED, Standing, move, standing
from sepa.store.sql.recalls import ask_back
from sepa.store.sql.rows import ORDER, block_row, instant_of, instant_text, order_row, says
from sepa.store.tables import approvals, blocks, decisions, file_verdicts, files, history, orders

_last = history.alias("last_line")
_IS_LAST = sa.and_(_last.c.key == orders.c.key, _last.c.step == orders.c.step)
_CAUSE = sa.func.coalesce(_last.c.cause, sa.literal("judged:") + file_verdicts.c.judged_at)

_first = history.alias("first_line")
_IS_FIRST = sa.and_(_first.c.key == orders.c.key, _first.c.step == 0)
_JUDGED: dict[str, sa.ColumnElement[Any]] = {
    name: sa.case((_first.c.key.is_not(None), _first.c[name]), else_=orders.c[name])
    for name in PROJECTED
    if name not in ("state", "step")
}
"""What the judgement said of an order: its line 0 where there is one, else still its own row."""


def _as_judged(wanted: Any) -> Any:
    outcome = _JUDGED["outcome"]
    known = _JUDGED | {
        "state": sa.case((outcome.in_(("accepted", "rolled")), "waiting"), else_=outcome),
        "step": sa.literal(0),
    }
    columns = [
        known[each.name].label(each.name) if each.name in known else each for each in wanted.selected_columns
    ]
    return wanted.with_only_columns(*columns).join(_first, _IS_FIRST, isouter=True)


_KEY: sa.BindParameter[str] = sa.bindparam("key")
_BLOCKS = Kept(sa.select(blocks).where(blocks.c.file_key == _KEY).order_by(blocks.c.position))


@cache
def _of_file(as_judged: bool, states: tuple[str, ...] | None, has_cause: bool, some: bool) -> Kept:
    wanted = _as_judged(ORDER) if as_judged else ORDER
    wanted = wanted.where(orders.c.file_key == _KEY).order_by(orders.c.position)
    if states is not None:
        state = _JUDGED["outcome"] if as_judged else orders.c.state
        wanted = wanted.where(state.in_(states))
    if has_cause:
        cause = sa.bindparam("cause", type_=sa.Text)
        wanted = wanted.join(_last, _IS_LAST, isouter=True).where(_CAUSE.is_not_distinct_from(cause))
    if some:
        first, last = (sa.bindparam(name, type_=sa.Integer) for name in ("first", "last"))
        wanted = wanted.where(orders.c.position.between(first, last))
    return Kept(wanted)


@cache
def _counted(as_judged: bool) -> Kept:
    line = orders.c
    state = (_JUDGED["outcome"] if as_judged else line.state).label("state")
    cents = _JUDGED["amount_cents"] if as_judged else line.amount_cents
    counted = sa.select(line.block, state, sa.func.count(), sa.func.sum(cents)).where(line.file_key == _KEY)
    counted = counted.group_by(line.block, state).order_by(line.block, state)
    return Kept(counted.join(_first, _IS_FIRST, isouter=True) if as_judged else counted)


class Orders(Connected):
    """The journal's part for orders and decisions; see `sepa.store.journal.Journal`."""

    def blocks(self, file_key: str) -> list[BlockRow]:
        with self.reading() as connection:
            return [block_row(row) for row in _BLOCKS.named(connection, key=file_key)]

    def orders(
        self,
        file_key: str,
        *,
        states: Collection[str] | None = None,
        cause: str | None = None,
        as_judged: bool = False,
        positions: tuple[int, int] | None = None,
        batch: int = 5000,
    ) -> Iterator[OrderRow]:
        sorted_states = tuple(sorted(states)) if states is not None else None
        wanted = _of_file(as_judged, sorted_states, cause is not None, positions is not None)
        asked: dict[str, Any] = {"key": file_key} | ({"cause": cause} if cause is not None else {})
        if positions is not None:
            asked |= dict(zip(("first", "last"), positions, strict=True))
        with self.reading() as connection:
            for rows in wanted.pieces(connection, batch, **asked):
                yield from map(order_row, rows)

    def order(self, key: str) -> OrderRow | None:
        with self.reading() as connection:
            row = connection.execute(ORDER.where(orders.c.key == key)).first()
            return order_row(row) if row is not None else None

    def find_orders(
        self,
        *,
        start: datetime.datetime | None = None,
        end: datetime.datetime | None = None,
        partner: str | None = None,
        end_to_end_id: str | None = None,
        iban: str | None = None,
        amount_cents: int | None = None,
        batch: int = 200,
    ) -> Iterator[OrderRow]:
        line = orders.c
        wanted = ORDER.order_by(files.c.received_at, files.c.key, line.position)
        if start is not None:
            wanted = wanted.where(files.c.received_at >= instant_text(start))
        if end is not None:
            wanted = wanted.where(files.c.received_at < instant_text(end))
        if partner is not None:
            wanted = wanted.where(files.c.partner == partner)
        if amount_cents is not None:
            wanted = wanted.where(line.amount_cents == amount_cents)
        if iban is not None:
            wanted = wanted.where(sa.or_(line.debtor_iban == iban, line.creditor_iban == iban))
        with self.reading() as connection:
            if end_to_end_id is not None:
                wanted = wanted.where(says(connection.dialect, "end_to_end_id", end_to_end_id))
            for rows in connection.execute(wanted, execution_options={"yield_per": batch}).partitions():
                yield from map(order_row, rows)

    def state_counts(
        self, file_key: str, *, as_judged: bool = False
    ) -> dict[tuple[int, str], tuple[int, int]]:
        with self.reading() as connection:
            return {
                (block, state): (count, int(cents or 0))
                for block, state, count, cents in _counted(as_judged).rows(connection, key=file_key)
            }

    def decide(
        self,
        decision: Decision,
        moves: Sequence[Move],
        *,
        report: ReportDue | None,
        approvals: Sequence[Approval] = (),
        recalls: Sequence[Recall] = (),
    ) -> int:
        if any(each.to in ("paid", "handed-over") for each in moves):
            raise BrokenPromise(f"decision {decision.id} would pay; only a sealed window pays and hands over")
        with self.writing() as connection:
            line = {
                "id": decision.id,
                "at": instant_text(decision.at),
                "by": decision.by,
                "act": decision.act,
                "subject": decision.subject,
                "reason": decision.reason,
                "asked_on": decision.asked_on,
            }
            if not insert_once(connection, decisions, line):
                return 0
            named = (moves, approvals, recalls)
            stood = standing(connection, [each.key for some in named for each in some])
            for approval in approvals:
                _approve(connection, approval, stood[approval.key])
            for recall in recalls:
                ask_back(connection, recall, stood[recall.key])
            _refuse_twins(connection, moves, stood)
            take_out(connection, decision.id, moves, stood)
            move(connection, moves, stood)
            if report is not None:
                due(connection, report.file_key, report.occasion, report.partner, instant_text(report.at))
            return len(moves)

    def approvals(self, file_key: str | None = None) -> list[Approval]:
        line, order = approvals.c, orders.c
        wanted = (
            sa.select(approvals)
            .join(orders, sa.and_(order.key == line.key, order.step == line.step))
            .where(order.state == "held")
            .order_by(line.at, line.key)
        )
        if file_key is not None:
            wanted = wanted.where(order.file_key == file_key)
        with self.reading() as connection:
            return [
                Approval(**{**row, "at": instant_of(row["at"])})
                for row in connection.execute(wanted).mappings()
            ]

    def refused_by_people(self, file_key: str) -> set[str]:
        ordered = sa.and_(_last.c.cause == "decision:" + decisions.c.id, decisions.c.act == "refuse")
        wanted = sa.select(orders.c.key).join(_last, _IS_LAST).join(decisions, ordered)
        wanted = wanted.where(orders.c.file_key == file_key, orders.c.state == "rejected")
        with self.reading() as connection:
            return set(connection.scalars(wanted))

    def decisions(self, subject: str) -> list[Decision]:
        line = decisions.c
        wanted = sa.select(decisions).where(line.subject == subject).order_by(line.at, line.id)
        with self.reading() as connection:
            return [
                Decision(**{**row, "at": instant_of(row["at"])})
                for row in connection.execute(wanted).mappings()
            ]


def _refuse_twins(connection: sa.Connection, moves: Sequence[Move], stood: dict[str, Standing]) -> None:
    """Overtaken when a refused order would stand of which another sender's twin, out of the same bytes, does."""
    revived = {
        stood[each.key].file_key
        for each in moves
        if stood[each.key].state in REFUSED and each.to not in REFUSED
    }
    if any(stands_elsewhere(connection, file_key) for file_key in revived):
        raise Overtaken("another sender's orders out of the same bytes stand meanwhile")


def _approve(connection: sa.Connection, approval: Approval, stood: Standing) -> None:
    """Write the first of two words. Overtaken when the order moved on or somebody else gave theirs meanwhile."""
    if approval.step != stood.step:
        raise Overtaken(f"order {approval.key} is at step {stood.step}, not {approval.step}")
    if stood.state != "held":
        raise BrokenPromise(f"order {approval.key} is {stood.state}: only what is held is approved")
    line = {
        "key": approval.key,
        "step": approval.step,
        "by": approval.by,
        "at": instant_text(approval.at),
        "decision": approval.decision,
    }
    if not insert_once(connection, approvals, line):
        raise Overtaken(f"order {approval.key} was approved at the same time")
