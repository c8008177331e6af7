"""Orders outside SEPA: those to be handed over to another channel, and those of a hand-over."""

import datetime
from collections.abc import Iterable, Iterator, Sequence

import sqlalchemy as sa

from sepa.model.finding import NOTHING, Findings
from sepa.model.journal import OrderRow, State
from sepa.store.sql.connection import Connected
from sepa.store.sql.leaving import still_in
from sepa.store.sql.moves import Standing
from sepa.store.sql.rows import ORDER, findings_of, instant_text, order_row, unreviewed
from sepa.store.tables import bulk_members, files, orders

ROUTED = ("routed",)


class Away(Connected):
    """The journal's part for other channels; see `sepa.store.journal.Journal`."""

    def routed(
        self,
        window: datetime.datetime,
        day: datetime.date,
        *,
        also: Sequence[tuple[str, datetime.datetime, datetime.datetime]] = (),
    ) -> list[OrderRow]:
        wanted = ORDER.where(
            orders.c.state.in_(ROUTED),
            orders.c.route.is_not(None),
            orders.c.amount_cents.is_not(None),
            sa.or_(orders.c.booking_date <= day, *map(unreviewed, also)),
            files.c.received_at <= instant_text(window),
        ).order_by(files.c.received_at, orders.c.file_key, orders.c.position)
        with self.reading() as connection:
            return [order_row(row) for row in connection.execute(wanted)]

    def handed_over(self, bulk_id: str, batch: int = 2000) -> Iterator[OrderRow]:
        wanted = (
            ORDER.join(bulk_members, bulk_members.c.key == orders.c.key)
            .where(bulk_members.c.bulk == bulk_id, still_in(bulk_members.c.key))
            .order_by(bulk_members.c.position)
        )
        with self.reading() as connection:
            for rows in connection.execute(wanted, execution_options={"yield_per": batch}).partitions():
                yield from map(order_row, rows)


def departures(sealed: Iterable[Standing], *, leaving: bool) -> Iterator[tuple[str, tuple[State, Findings]]]:
    """What becomes of orders that a window seals: paid, or (`leaving`) handed over with what was found."""
    for order in sealed:
        yield order.key, ("handed-over", findings_of(order.findings)) if leaving else ("paid", NOTHING)
