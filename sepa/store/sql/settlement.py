"""Seal: what is due in a window, and the one transaction that fixes what the window decided."""

import datetime
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from sepa.model.broken import BrokenPromise
from sepa.model.finding import Findings
from sepa.model.journal import Move, State, window_cause
from sepa.model.payment import Payment, Posting, Settlement
from sepa.store.journal import Overtaken
from sepa.store.sql.away import ROUTED, departures, left_for_others
from sepa.store.sql.connection import Connected, among, insert_once, pour, slices
from sepa.store.sql.corrections import undone
from sepa.store.sql.judging import due
from sepa.store.sql.leaving import still_in
from sepa.store.sql.moves import Standing, move, standing
from sepa.store.sql.rows import PAYMENT, day_text, instant_of, instant_text, payment_of, unreviewed
from sepa.store.sql.screening import note_screening
from sepa.store.tables import (
    MOVED,
    attempts,
    bulk_members,
    bulks,
    file_verdicts,
    files,
    orders,
    postings,
    reports_due,
    window_kinds,
    windows,
)

_DUE = ("waiting", "pending-funds")
_kinds = sa.exists().where(window_kinds.c.window == windows.c.window)
_FULL = sa.or_(~_kinds, _kinds.where(window_kinds.c.kind == "full"))
_MAY_END = ("held", *ROUTED)


class Settling(Connected):
    """The journal's part for clearing windows; see `sepa.store.journal.Journal`."""

    def due(
        self,
        window: datetime.datetime,
        day: datetime.date,
        *,
        also: Sequence[tuple[str, datetime.datetime, datetime.datetime]] = (),
    ) -> list[Payment]:
        at = instant_text(window)
        tried = sa.exists().where(attempts.c.key == orders.c.key, attempts.c.window == at)
        forwarded = sa.and_(file_verdicts.c.kind == "collection", orders.c.route == "clearing")
        wanted = PAYMENT.where(
            orders.c.state.in_(_DUE),
            sa.or_(orders.c.booking_date <= day, forwarded, *map(unreviewed, also)),
            files.c.received_at <= at,
            ~tried,
        ).order_by(files.c.received_at, orders.c.file_key, orders.c.position)
        with self.reading() as connection:
            return [payment_of(row) for row in connection.execute(wanted)]

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

    def seal(self, settlement: Settlement, *, by: str) -> bool:
        if not (settlement.bulks or settlement.unpaid or settlement.ended):
            if settlement.postings:
                raise BrokenPromise("a window without bulks has postings")
            return False
        owners, ended = _owners(settlement), [each.key for each in settlement.ended]
        unpaid = [each.payment.key for each in settlement.unpaid]
        if len({*owners, *unpaid, *ended}) != len(owners) + len(unpaid) + len(ended):
            raise BrokenPromise("an order is both paid and not paid in one window, or ends twice")
        with self.writing() as connection:
            stood = standing(connection, [*owners, *unpaid, *ended])
            may_end, leaving = frozenset(ended), left_for_others(settlement)
            for key, order in stood.items():
                due_in = ROUTED if key in leaving else _DUE
                if order.state not in due_in and not (order.state in _MAY_END and key in may_end):
                    raise Overtaken(f"order {key} is {order.state} already")
            _agree(settlement, owners, stood)
            _write(connection, settlement, owners, stood, by)
        return True


def _owners(settlement: Settlement) -> dict[str, str]:
    """The bulk of each paid order. An order in two bulks is BrokenPromise."""
    owners = {key: bulk.id for bulk in settlement.bulks for key in bulk.keys}
    if len(owners) != sum(bulk.count for bulk in settlement.bulks):
        raise BrokenPromise("an order is in a bulk twice, or in two bulks")
    if not all(bulk.keys for bulk in settlement.bulks):
        raise BrokenPromise("a bulk has no orders")
    return owners


def _agree(settlement: Settlement, owners: Mapping[str, str], stood: Mapping[str, Standing]) -> None:
    """Sums agree to the cent: a bulk's with its orders', debits with credits in each bulk."""
    for bulk in settlement.bulks:
        found = sum(stood[key].amount_cents or 0 for key in bulk.keys)
        if found != bulk.sum_cents:
            raise BrokenPromise(f"bulk {bulk.id} says {bulk.sum_cents} cents, its orders are {found}")
    balance: Counter[str] = Counter()
    leaving = left_for_others(settlement)
    for posting in settlement.postings:
        if posting.key not in owners or posting.key in leaving:
            raise BrokenPromise(f"a posting belongs to {posting.key}, which this window does not pay")
        if posting.amount_cents <= 0:
            raise BrokenPromise(f"a posting of {posting.key} is of {posting.amount_cents} cents")
        signed = posting.amount_cents if posting.side == "credit" else -posting.amount_cents
        balance[owners[posting.key]] += signed
    for bulk_id in filter(balance.__getitem__, balance):
        raise BrokenPromise(f"the postings of bulk {bulk_id} differ by {balance[bulk_id]} cents")


def _write(
    connection: sa.Connection,
    settlement: Settlement,
    owners: Mapping[str, str],
    stood: dict[str, Standing],
    by: str,
) -> None:
    window = instant_text(settlement.window)
    insert_once(connection, windows, {"window": window, "by": by})
    kind = {"window": window, "kind": "express" if settlement.express else "full"}
    insert_once(connection, window_kinds, kind)
    causes, tables = _occasions(connection, settlement, stood), settlement.reference_digest
    try:
        _write_bulks(connection, settlement, owners)
        tried = [(each.payment.key, window, tables, each.rate) for each in settlement.unpaid]
        pour(connection, attempts, ("key", "window", "reference_digest", "rate"), tried)
    except sa.exc.IntegrityError as twice:
        raise Overtaken("an order of this window was sealed or tried by another") from twice
    gone = departures(settlement, owners, stood, causes, by)
    turned: list[tuple[str, State, Findings]] = [
        (each.payment.key, each.outcome, (each.finding,)) for each in settlement.unpaid
    ]
    turned += [(each.key, each.outcome, (each.finding, *each.besides)) for each in settlement.ended]
    left = [
        Move(key, stood[key].step, to, settlement.window, by, causes[stood[key].file_key], findings)
        for key, to, findings in turned
    ]
    note_screening(connection, window_cause(settlement.window), settlement.screened)
    move(connection, [*gone, *left], stood)


def _write_bulks(connection: sa.Connection, settlement: Settlement, owners: Mapping[str, str]) -> None:
    lines = [
        (
            bulk.id, instant_text(bulk.window), bulk.kind, day_text(bulk.settlement_date), bulk.scheme,
            bulk.count, bulk.sum_cents, settlement.reference_digest,
        )
        for bulk in settlement.bulks
    ]  # fmt: skip
    pour(connection, bulks, _BULK, lines)
    members = [(key, bulk.id, number) for bulk in settlement.bulks for number, key in enumerate(bulk.keys, 1)]
    pour(connection, bulk_members, ("key", "bulk", "position"), members)
    pour(connection, postings, _POSTING, list(_postings(settlement.postings, owners)))


_BULK = tuple(bulks.columns.keys())
_POSTING = tuple(postings.columns.keys())


def _postings(written: tuple[Posting, ...], owners: Mapping[str, str]) -> Any:
    lines: Counter[str] = Counter()
    for each in written:
        bulk = owners[each.key]
        lines[bulk] += 1
        yield (
            bulk, lines[bulk], each.key, each.account, each.side, each.amount_cents,
            day_text(each.booking_date), day_text(each.value_date), each.currency, each.own_cents, each.rate,
        )  # fmt: skip


def _occasions(
    connection: sa.Connection, settlement: Settlement, stood: Mapping[str, Standing]
) -> dict[str, str]:
    """For each file touched, the occasion of its report. It is also the cause of the moves.

    A report falls due where an order's state changes; one that goes on waiting for cover was told before.

    A window that touches a file once more, because an order was released after it, is a new occasion
    (`window:<instant>#2`): the first report may have left already.
    """
    first, at = window_cause(settlement.window), instant_text(settlement.window)
    touched = sorted({order.file_key for order in stood.values()})
    partners: dict[str, str] = {}
    told: Counter[str] = Counter()
    for part in slices(touched):
        partner_of = sa.select(files.c.key, files.c.partner).where(
            among(files.c.key, part, connection.dialect)
        )
        partners.update((key, partner) for key, partner in connection.execute(partner_of))
        earlier = sa.select(reports_due.c.file_key).where(
            among(reports_due.c.file_key, part, connection.dialect),
            sa.or_(reports_due.c.occasion == first, reports_due.c.occasion.startswith(f"{first}#")),
        )
        told.update(connection.scalars(earlier))
    occasions = {key: f"{first}#{told[key] + 1}" if told[key] else first for key in touched}
    waits_on = {each.payment.key for each in settlement.unpaid if each.outcome == "pending-funds"}
    changed = {
        order.file_key
        for key, order in stood.items()
        if not (key in waits_on and order.state == "pending-funds")
    }
    for file_key in sorted(changed):
        due(connection, file_key, occasions[file_key], partners[file_key], at)
    return occasions
