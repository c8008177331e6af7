"""What is due in a window, and what was booked and used before it."""

import datetime
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import sqlalchemy as sa

from sepa.model.payment import Payment
from sepa.store.sql.connection import Connected
from sepa.store.sql.corrections import undone
from sepa.store.sql.leaving import still_in
from sepa.store.sql.paying import PLAIN
from sepa.store.sql.rows import RELEASED_AT, instant_of, instant_text, unreviewed
from sepa.store.sql.sealing import DUE
from sepa.store.sql.sheets import MEMBER, SHEET_ORDERS, Facts, streamed
from sepa.store.tables import (
    MOVED,
    attempts,
    bulks,
    file_verdicts,
    files,
    orders,
    postings,
    window_kinds,
    windows,
)

_ORDERS = {
    "due_date": orders.c.booking_date,
    "received_at": files.c.received_at,
    "file_key": orders.c.file_key,
    "file_sequence": orders.c.position,
    "amount": orders.c.amount_cents,
}
"""What due payments may be ordered by, under the profile's names; what it leaves open the key decides."""
_WAITING = (
    sa.select(*MEMBER, RELEASED_AT, ~PLAIN)
    .join_from(orders, files, files.c.key == orders.c.file_key)
    .join(file_verdicts, file_verdicts.c.file_key == orders.c.file_key)
)
_kinds = sa.exists().where(window_kinds.c.window == windows.c.window)
_FULL = sa.or_(~_kinds, _kinds.where(window_kinds.c.kind == "full"))


def _due(
    window: datetime.datetime,
    day: datetime.date,
    also: Sequence[tuple[str, datetime.datetime, datetime.datetime]],
) -> sa.ColumnElement[bool]:
    """Whether an order is due in the window, or looked at all the same, and was not tried in it."""
    at = instant_text(window)
    tried = sa.exists().where(attempts.c.key == orders.c.key, attempts.c.window == at)
    forwarded = sa.and_(file_verdicts.c.kind == "collection", orders.c.route == "clearing")
    return sa.and_(
        orders.c.state.in_(DUE),
        sa.or_(orders.c.booking_date <= day, forwarded, *map(unreviewed, also)),
        files.c.received_at <= at,
        ~tried,
    )


class Settling(Connected):
    """The journal's part for clearing windows; see `sepa.store.journal.Journal`."""

    def due(
        self,
        window: datetime.datetime,
        day: datetime.date,
        *,
        also: Sequence[tuple[str, datetime.datetime, datetime.datetime]] = (),
        order: Sequence[str] = ("received_at", "file_key", "file_sequence"),
        odd: set[str] | None = None,
    ) -> Iterator[Payment]:
        wanted = _WAITING.where(_due(window, day, also)).order_by(
            *(_ORDERS[name] for name in order), orders.c.key
        )
        with self.reading() as connection:
            facts = Facts(connection)
            for rows in streamed(connection, wanted, SHEET_ORDERS):
                if odd is not None:
                    odd.clear()
                    odd.update(row[0] for row in rows if row[15])
                yield from facts.payments([row[:15] for row in rows])

    def due_count(
        self,
        window: datetime.datetime,
        day: datetime.date,
        *,
        also: Sequence[tuple[str, datetime.datetime, datetime.datetime]] = (),
        most: int,
    ) -> int:
        some = _WAITING.with_only_columns(orders.c.key).where(_due(window, day, also)).limit(most)
        with self.reading() as connection:
            return int(connection.scalar(sa.select(sa.func.count()).select_from(some.subquery())) or 0)

    def last_window(self) -> datetime.datetime | None:
        latest = sa.select(sa.func.max(windows.c.window)).where(_FULL)
        with self.reading() as connection:
            return (found := connection.scalar(latest)) and instant_of(found)

    def booked(
        self, since: datetime.datetime | None = None, *, by: datetime.date | None = None
    ) -> dict[str, int]:
        line = postings.c
        signed = sa.case((line.side == "credit", MOVED), else_=-MOVED)
        wanted = sa.select(line.account, sa.func.sum(signed)).group_by(line.account).order_by(line.account)
        if since is not None:
            wanted = wanted.join(bulks, bulks.c.id == line.bulk).where(bulks.c.window > instant_text(since))
        if by is not None:
            wanted = wanted.where(line.booking_date <= by)
        wanted = wanted.where(still_in(line.key))
        with self.reading() as connection:
            net = Counter({account: int(cents) for account, cents in connection.execute(wanted)})
            net.update(undone(connection, since, by))
        return dict(sorted(net.items()))

    def consent_uses(self) -> Mapping[tuple[str, str, str], tuple[datetime.date, ...]]:
        line = orders.c
        wanted = (
            sa.select(line.debtor_iban, line.creditor_identifier, line.mandate_id, line.booking_date)
            .join(file_verdicts, file_verdicts.c.file_key == line.file_key)
            .where(
                line.state == "paid",
                line.route == "on-us",
                line.mandate_id.is_not(None),
                file_verdicts.c.kind == "collection",
            )
            .order_by(line.debtor_iban, line.creditor_identifier, line.mandate_id, line.booking_date)
            .distinct()
        )
        uses: dict[tuple[str, str, str], tuple[datetime.date, ...]] = {}
        with self.reading() as connection:
            for debtor_iban, creditor_identifier, mandate_id, day in connection.execute(wanted):
                consent = (debtor_iban or "", creditor_identifier or "", mandate_id)
                uses[consent] = (*uses.get(consent, ()), day)
        return uses
