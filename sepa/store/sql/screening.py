"""What orders were screened against, and which open orders the bank's tables concern anew."""

import datetime
from collections.abc import Collection, Iterator

import sqlalchemy as sa

from sepa.model.finding import NOTHING, Findings
from sepa.model.journal import OrderRow
from sepa.model.message import Transaction
from sepa.store.sql.connection import Connected, among, insert_once, slices
from sepa.store.sql.rows import (
    AS_SENT,
    ORDER,
    RELEASED_AT,
    findings_of,
    instant_of,
    order_row,
    transaction_of,
)
from sepa.store.tables import decisions, history, orders, screenings, transactions

_OPEN = ("waiting", "pending-funds", "held", "routed")


def note_screening(connection: sa.Connection, subject: str, lists: str) -> None:
    """Write down, once, against which lists a file (by its key) or a window (by its cause) was screened."""
    if lists:
        insert_once(connection, screenings, {"subject": subject, "lists": lists})


def lists_asked(connection: sa.Connection, subject: str) -> str:
    """The lists noted for a file or a window; empty where none were."""
    wanted = sa.select(screenings.c.lists).where(screenings.c.subject == subject).order_by(screenings.c.lists)
    return "; ".join(connection.scalars(wanted))


class Screened(Connected):
    """The journal's part for screening; see `sepa.store.journal.Journal`."""

    def screened_against(self, file_keys: Collection[str], lists: str) -> set[str]:
        wanted = sa.select(screenings.c.subject).where(screenings.c.lists == lists)
        with self.reading() as connection:
            return {
                key
                for part in slices(file_keys)
                for key in connection.scalars(
                    wanted.where(among(screenings.c.subject, part, connection.dialect))
                )
            }

    def to_screen(self, keys: Collection[str]) -> Iterator[tuple[str, Transaction, Findings]]:
        wanted = sa.select(orders.c.key, orders.c.step, transactions.c.transaction).join(
            transactions, AS_SENT
        )
        with self.reading() as connection:
            for part in slices(keys):
                rows = connection.execute(wanted.where(among(orders.c.key, part, connection.dialect))).all()
                held = _held_for(connection, [key for key, step, _ in rows if step])
                for key, _, text in rows:
                    yield key, transaction_of(text), held.get(key, NOTHING)

    def released(self, keys: Collection[str]) -> dict[str, datetime.datetime]:
        found: dict[str, datetime.datetime] = {}
        with self.reading() as connection:
            for part in slices(keys):
                wanted = sa.select(orders.c.key, RELEASED_AT).where(
                    among(orders.c.key, part, connection.dialect)
                )
                found |= {
                    key: instant_of(at) for key, at in connection.execute(wanted).all() if at is not None
                }
        return found

    def open_of(self, accounts: Collection[str]) -> list[OrderRow]:
        found: list[OrderRow] = []
        with self.reading() as connection:
            for part in slices(accounts):
                debtor = among(sa.func.upper(orders.c.debtor_iban), part, connection.dialect)
                wanted = ORDER.where(orders.c.state.in_(_OPEN), debtor)
                found += map(order_row, connection.execute(wanted))
        return sorted(found, key=lambda order: order.key)


_after = history.alias("after")
_RELEASED = (
    sa.select(history.c.key, history.c.findings)
    .join(_after, sa.and_(_after.c.key == history.c.key, _after.c.step == history.c.step + 1))
    .join(decisions, _after.c.cause == sa.literal("decision:") + decisions.c.id)
    .where(history.c.state == "held", decisions.c.act == "release")
)
"""Lines in which an order was held, and after which a person released it."""


def _held_for(connection: sa.Connection, keys: Collection[str]) -> dict[str, Findings]:
    held: dict[str, Findings] = {}
    for part in slices(keys):
        for key, text in connection.execute(_RELEASED.where(among(history.c.key, part, connection.dialect))):
            held[key] = held.get(key, NOTHING) + findings_of(text)
    return held
