"""Prove: totals of a day, and what is wrong inside the journal itself."""

import datetime
import hashlib
from collections import Counter
from collections.abc import Callable, Collection
from typing import Any

import msgspec
import sqlalchemy as sa

from sepa.model.payment import Bulk
from sepa.store.sql.connection import Connected, among, slices
from sepa.store.sql.emission import read_bulks
from sepa.store.sql.faults import find_faults
from sepa.store.sql.leaving import still_in
from sepa.store.sql.rows import AS_SENT, EMPTY, instant_text, says
from sepa.store.tables import (
    NOT_LINKED,
    blocks,
    bulks,
    columns_told,
    file_verdicts,
    metadata,
    orders,
    postings,
    transactions,
)

_OPEN = ("waiting", "pending-funds", "held")
Total = tuple[str, str, str, str, int, int]
Group = tuple[str, str, str, str, str]
Which = Callable[[sa.Dialect], tuple[sa.ColumnElement[str], sa.ColumnElement[bool]]]


class _Main(msgspec.Struct):
    """Of a finding, what totals are counted by."""

    rule: str
    code: str
    effect: str = "reject"


_line = msgspec.json.Encoder()
_mains = msgspec.json.Decoder(list[_Main])


class Proof(Connected):
    """The journal's part for the end of the day; see `sepa.store.journal.Journal`."""

    def bulks_sealed_between(self, start: datetime.datetime, end: datetime.datetime) -> list[Bulk]:
        at = bulks.c.window
        with self.reading() as connection:
            found = read_bulks(connection, at >= instant_text(start), at < instant_text(end))
        return [bulk for bulk in found if bulk.keys]

    def order_totals(self, file_keys: Collection[str]) -> list[Total]:
        counted = self._counted(file_keys)
        return [(*group, count, cents) for (*group, _), count, cents in counted]  # type: ignore[misc]

    def totals_in_others(
        self, file_keys: Collection[str], currency: str
    ) -> list[tuple[str, str, str, str, str, int, int]]:
        counted = self._counted(file_keys, lambda dialect: _other_currency(dialect, currency))
        return [(*group, count, cents) for group, count, cents in counted]

    def _counted(
        self, file_keys: Collection[str], which: Which | None = None
    ) -> list[tuple[Group, int, int]]:
        """Orders counted, all of them or those `which` means by what was sent."""
        line = orders.c
        counts: Counter[Group] = Counter()
        cents: Counter[Group] = Counter()
        with self.reading() as connection:
            currency, meant = which(connection.dialect) if which else (sa.literal(""), sa.true())
            for part in slices(file_keys):
                grouped = (
                    line.file_key, line.state, currency, line.findings, blocks.c.findings, file_verdicts.c.findings,
                )  # fmt: skip
                wanted = (
                    sa.select(
                        line.file_key,
                        line.state,
                        currency,
                        line.findings,
                        sa.func.coalesce(blocks.c.findings, EMPTY),
                        file_verdicts.c.findings,
                        sa.func.count(),
                        sa.func.coalesce(sa.func.sum(line.amount_cents), 0),
                    )
                    .join(file_verdicts, file_verdicts.c.file_key == line.file_key)
                    .join(
                        blocks,
                        sa.and_(blocks.c.file_key == line.file_key, blocks.c.position == line.block),
                        isouter=True,
                    )
                    .where(among(line.file_key, part, connection.dialect), meant)
                    .group_by(*grouped)
                )
                if which is not None:
                    wanted = wanted.join(transactions, AS_SENT)
                for file_key, state, of, *findings, count, total in connection.execute(wanted):
                    group = (file_key, state, *_main(state, findings), of)
                    counts[group] += count
                    cents[group] += int(total)
        return [(group, counts[group], cents[group]) for group in sorted(counts)]

    def posting_totals(
        self, start: datetime.datetime, end: datetime.datetime
    ) -> list[tuple[str, str, int, int]]:
        line = postings.c
        wanted = (
            sa.select(line.account, line.side, sa.func.count(), sa.func.sum(line.amount_cents))
            .join(bulks, bulks.c.id == line.bulk)
            .where(
                bulks.c.window >= instant_text(start),
                bulks.c.window < instant_text(end),
                still_in(line.key),
            )
            .group_by(line.account, line.side)
            .order_by(line.account, line.side)
        )
        with self.reading() as connection:
            return [
                (account, side, count, int(cents))
                for account, side, count, cents in connection.execute(wanted)
            ]

    def waiting(self) -> list[tuple[datetime.date | None, str, int, int]]:
        line = orders.c
        wanted = (
            sa.select(
                line.booking_date,
                line.state,
                sa.func.count(),
                sa.func.coalesce(sa.func.sum(line.amount_cents), 0),
            )
            .where(line.state.in_(_OPEN))
            .group_by(line.booking_date, line.state)
        )
        with self.reading() as connection:
            found = [
                (day, state, count, int(cents)) for day, state, count, cents in connection.execute(wanted)
            ]
        return sorted(found, key=lambda each: (each[0] or datetime.date.max, each[1]))

    def digest(self) -> str:
        lines = hashlib.sha256()
        with self.reading() as connection:
            for table in (each for each in metadata.sorted_tables if each.name not in NOT_LINKED):
                lines.update(table.name.encode())
                wanted = _told(table).order_by(*table.primary_key.columns)
                for row in connection.execution_options(yield_per=5000).execute(wanted):
                    lines.update(_line.encode(tuple(row)))
        return lines.hexdigest()

    def faults(self) -> list[str]:
        with self.reading() as connection:
            return list(find_faults(connection))


def _told(table: sa.Table) -> sa.Select[Any]:
    if table is not orders:
        return sa.select(table)
    own = [orders.c[name] for name in columns_told(orders) if name != "transaction"]
    return sa.select(*own, transactions.c.transaction).join_from(orders, transactions, AS_SENT)


def _other_currency(dialect: sa.Dialect, usual: str) -> tuple[sa.ColumnElement[str], sa.ColumnElement[bool]]:
    """The currency of an order as sent, and whether it is another one than `usual`. No column holds it: few ask."""
    text = transactions.c.transaction
    as_json = sa.type_coerce(text, sa.JSON) if dialect.name == "sqlite" else sa.cast(text, sa.JSON)
    currency = as_json["currency"].as_string()
    return currency, sa.and_(~says(dialect, "currency", usual), currency.is_not(None))


def _main(state: str, levels: list[str]) -> tuple[str, str]:
    """Rule and code that decided: of the order; if it was refused without one, of its block or its file."""
    for level, text in enumerate(levels):
        if text == EMPTY:
            continue
        found = _mains.decode(text)
        refusals = [each for each in found if each.effect == "reject"]
        if level == 0 and (refusals or state not in ("rejected", "not-executed")):
            main = (refusals or found)[0]
            return main.rule, main.code
        if level and refusals and state in ("rejected", "not-executed"):
            return refusals[0].rule, refusals[0].code
    return "", ""
