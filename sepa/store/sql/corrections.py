"""Payments booked back: each once, and what that does to the accounts."""

import datetime

import sqlalchemy as sa

from sepa.model.broken import BrokenPromise
from sepa.model.journal import Correction, Decision
from sepa.model.message import Transaction
from sepa.model.payment import Payment, Posting
from sepa.store.sql.connection import Connected, insert_once
from sepa.store.sql.emission import SEALED
from sepa.store.sql.leaving import unsent
from sepa.store.sql.rows import AS_SENT, PAYMENT, instant_of, instant_text, payment_of, transaction_of
from sepa.store.tables import (
    MOVED,
    bulk_members,
    corrections,
    decisions,
    orders,
    postings,
    told,
    transactions,
)

SUBJECT = "correction:"
"""Before an order's key: the subject under which its correction is told."""


class Corrections(Connected):
    """The journal's part for corrections; see `sepa.store.journal.Journal`."""

    def correct(self, decision: Decision, correction: Correction) -> bool:
        with self.writing() as connection:
            row = orders.c
            stands = connection.execute(
                sa.select(row.state, row.route, row.file_key).where(row.key == correction.key)
            ).first()
            if stands is None or tuple(stands)[:2] != ("paid", "on-us"):
                raise BrokenPromise(f"order {correction.key} was not paid between accounts of ours")
            if correction.key in unsent(connection, stands.file_key):
                raise BrokenPromise(f"order {correction.key} can still be taken out of its bulk")
            if connection.scalar(sa.select(sa.exists().where(corrections.c.key == correction.key))):
                return False
            insert_once(
                connection,
                decisions,
                {
                    "id": decision.id,
                    "at": instant_text(decision.at),
                    "by": decision.by,
                    "act": decision.act,
                    "subject": decision.subject,
                    "reason": decision.reason,
                },
            )
            line = {
                "key": correction.key,
                "decision": correction.decision,
                "initiator": correction.initiator,
                "code": correction.code,
                "proof": correction.proof,
                "at": instant_text(correction.at),
                "booking_date": correction.booking_date,
            }
            return insert_once(connection, corrections, line) == 1

    def correction(self, key: str) -> Correction | None:
        found = self._corrections(corrections.c.key == key)
        return found[0] if found else None

    def corrections_unpublished(self) -> list[Correction]:
        subject = sa.literal(SUBJECT) + corrections.c.key
        return self._corrections(~sa.exists().where(told.c.subject == subject, told.c.occasion == SEALED))

    def corrections_between(self, start: datetime.datetime, end: datetime.datetime) -> list[Correction]:
        at = corrections.c.at
        return self._corrections(at >= instant_text(start), at < instant_text(end))

    def correction_bookings(self, key: str) -> tuple[Payment, Transaction, tuple[Posting, ...]]:
        line, member = postings.c, bulk_members.c
        back = sa.case((line.side == "debit", "credit"), else_="debit")
        wanted = (
            sa.select(
                line.key,
                line.account,
                back,
                line.amount_cents,
                corrections.c.booking_date,
                line.value_date,
                line.currency,
                line.own_cents,
                line.rate,
            )
            .join(bulk_members, sa.and_(member.key == line.key, member.bulk == line.bulk))
            .join(corrections, corrections.c.key == line.key)
            .where(line.key == key)
            .order_by(line.line)
        )
        with self.reading() as connection:
            order = PAYMENT.add_columns(transactions.c.transaction).join(transactions, AS_SENT)
            *payment, transaction = connection.execute(order.where(orders.c.key == key)).one()
            undone = tuple(Posting(*row) for row in connection.execute(wanted))
        return payment_of(payment), transaction_of(transaction), undone

    def _corrections(self, *where: sa.ColumnElement[bool]) -> list[Correction]:
        wanted = sa.select(corrections).where(*where).order_by(corrections.c.at, corrections.c.key)
        with self.reading() as connection:
            return [
                Correction(**{**row, "at": instant_of(row["at"])})
                for row in connection.execute(wanted).mappings()
            ]


def undone(
    connection: sa.Connection, since: datetime.datetime | None, by: datetime.date | None
) -> dict[str, int]:
    """Net cents that corrections made after `since`, booked by `by`, moved on each account (credit positive)."""
    line = postings.c
    signed = sa.case((line.side == "debit", MOVED), else_=-MOVED)
    wanted = (
        sa.select(line.account, sa.func.sum(signed))
        .join_from(corrections, bulk_members, bulk_members.c.key == corrections.c.key)
        .join(postings, sa.and_(line.bulk == bulk_members.c.bulk, line.key == corrections.c.key))
        .group_by(line.account)
    )
    if since is not None:
        wanted = wanted.where(corrections.c.at > instant_text(since))
    if by is not None:
        wanted = wanted.where(corrections.c.booking_date <= by)
    return {account: int(cents) for account, cents in connection.execute(wanted)}
