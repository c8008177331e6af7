"""Rows of the database and records of the model: one way there, one way back."""

import datetime
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec
import sqlalchemy as sa

from sepa.model.finding import NOTHING, Findings
from sepa.model.journal import BlockRow, Delivery, FileRow, OrderRow, ReportDue
from sepa.model.message import Transaction
from sepa.model.payment import Bulk, Payment
from sepa.store.sql.found import found_in
from sepa.store.tables import (
    blocks,
    bulks,
    decisions,
    file_verdicts,
    files,
    history,
    orders,
    taken_out,
    transactions,
)

_encoder = msgspec.json.Encoder()
_transaction = msgspec.json.Decoder(Transaction)
_texts = msgspec.json.Decoder(tuple[str, ...])

EMPTY = "[]"


def json_text(value: object) -> str:
    return _encoder.encode(value).decode()


def findings_text(findings: Findings) -> str:
    return json_text(findings) if findings else EMPTY


@lru_cache(maxsize=512)
def findings_of(text: str) -> Findings:
    """Findings as they were written down; the very same ones where the text is the same."""
    return NOTHING if text == EMPTY else found_in(text)


def texts_of(text: str) -> tuple[str, ...]:
    return _texts.decode(text)


def transaction_of(text: str) -> Transaction:
    return _transaction.decode(text)


@lru_cache(maxsize=1024)
def instant_text(instant: datetime.datetime) -> str:
    """An instant as the journal writes it: in UTC, ISO 8601. An instant without a zone is ValueError."""
    if instant.tzinfo is None:
        raise ValueError("an instant in the journal needs a zone")
    return instant.astimezone(datetime.UTC).isoformat()


@lru_cache(maxsize=1024)
def instant_of(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


@lru_cache(maxsize=1024)
def day_text(day: datetime.date | None) -> str | None:
    return day.isoformat() if day is not None else None


# --- what was delivered and judged ---

FILE = sa.select(files, file_verdicts).join_from(
    files, file_verdicts, file_verdicts.c.file_key == files.c.key, isouter=True
)


def file_row(row: Mapping[Any, Any]) -> FileRow:
    claimed = {name: row[name] for name in ("key", "partner", "name", "size_bytes", "sha256")}
    claimed["received_at"] = instant_of(row["received_at"])
    if row["status"] is None:
        return FileRow(**claimed)
    same = (
        "status", "message_name", "message_id", "created", "declared_count", "declared_sum",
        "count", "sum_text", "profile", "profile_digest", "reference_digest",
    )  # fmt: skip
    return FileRow(
        **claimed,
        **{name: row[name] for name in same},
        judged=True,
        findings=findings_of(row["findings"]),
        not_judged=texts_of(row["not_judged"]),
        judged_at=instant_of(row["judged_at"]),
        authorised=row["authorised"] or "",
    )


def delivery_of(row: Mapping[Any, Any]) -> Delivery:
    return Delivery(**{**row, "received_at": instant_of(row["received_at"])})


def block_row(row: Mapping[Any, Any]) -> BlockRow:
    return BlockRow(**{**row, "findings": findings_of(row["findings"])})


def report_of(row: Mapping[Any, Any]) -> ReportDue:
    return ReportDue(**{**row, "at": instant_of(row["at"])})


# --- orders ---

_order = orders.c
AS_SENT = transactions.c.number == orders.c.number
"""Joins an order and its Transaction."""
ORDER = (
    sa.select(
        _order.key, _order.file_key, _order.position, _order.block, files.c.partner, file_verdicts.c.kind,
        _order.amount_cents, _order.debtor_iban, _order.creditor_iban, _order.outcome, _order.route,
        _order.state, _order.step, files.c.received_at, _order.received_on, _order.booking_date,
        _order.settlement_date, _order.findings, transactions.c.transaction,
    )
    .join_from(orders, files, files.c.key == _order.file_key)
    .join(file_verdicts, file_verdicts.c.file_key == _order.file_key)
    .join(transactions, AS_SENT)
)  # fmt: skip
"""The columns of `order_row`, in its order."""


def order_row(row: Any) -> OrderRow:
    (
        key, file_key, position, block, partner, kind, amount_cents, debtor_iban, creditor_iban, outcome,
        route, state, step, received_at, received_on, booking_date, settlement_date, findings, text,
    ) = row  # fmt: skip
    transaction = _transaction.decode(text)
    return OrderRow(
        key, file_key, position, block, partner, kind, transaction.end_to_end_id, transaction.amount or "",
        transaction.currency or "", amount_cents, debtor_iban, creditor_iban, outcome, route, state, step,
        instant_of(received_at), received_on, booking_date, settlement_date,
        NOTHING if findings == EMPTY else findings_of(findings), transaction,
    )  # fmt: skip


def says(dialect: sa.Dialect, field: str, value: str) -> sa.ColumnElement[bool]:
    """Whether the stored text of a Transaction has `value` in this field. Inside a value each quote is escaped, so
    these signs can only be what they say. No index is kept for it: it would be written with every order."""
    place = sa.func.instr if dialect.name == "sqlite" else sa.func.strpos
    return place(transactions.c.transaction, f'"{field}":{json_text(value)}') > 0


_release = sa.and_(decisions.c.act == "release", history.c.cause == sa.literal("decision:") + decisions.c.id)
RELEASED_AT = sa.case(
    (
        _order.step > 0,  # most orders never moved: nothing is looked up for them
        sa.select(sa.func.max(history.c.at))
        .join(decisions, _release)
        .where(history.c.key == _order.key)
        .correlate(orders)
        .scalar_subquery(),
    ),
    else_=None,
)
"""The instant at which a person last released an order from a hold, as a text."""


def unreviewed(span: tuple[str, datetime.datetime, datetime.datetime]) -> sa.ColumnElement[bool]:
    """Orders that came from a partner in [the one instant, the other) and were not released since the other."""
    partner, since, before = span
    came = files.c.received_at
    released = RELEASED_AT.is_not(None) & (instant_text(before) <= RELEASED_AT)
    return sa.and_(
        files.c.partner == partner, came >= instant_text(since), came < instant_text(before), ~released
    )


PAYMENT = (
    sa.select(
        _order.key, _order.file_key, _order.position, _order.block, files.c.partner, file_verdicts.c.kind,
        _order.route, _order.amount_cents, _order.debtor_iban, _order.creditor_iban, files.c.received_at,
        _order.booking_date, _order.settlement_date, blocks.c.batch_booking, _order.local_instrument,
        _order.sequence_type, _order.creditor_identifier, _order.mandate_id, RELEASED_AT,
        blocks.c.category_purpose,
    )
    .join_from(orders, files, files.c.key == _order.file_key)
    .join(file_verdicts, file_verdicts.c.file_key == _order.file_key)
    .join(
        blocks,
        sa.and_(blocks.c.file_key == _order.file_key, blocks.c.position == _order.block),
        isouter=True,
    )
)  # fmt: skip
"""The columns of `payment_of`, in its order."""


def payment_of(row: Any) -> Payment:
    (
        key, file_key, position, block, partner, kind, route, amount_cents, debtor_iban, creditor_iban,
        received_at, booking_date, settlement_date, batch_booking, local_instrument,
        sequence_type, creditor_identifier, mandate_id, released_at, category_purpose,
    ) = row  # fmt: skip
    return Payment(
        key, file_key, position, block, partner, kind, route, amount_cents, debtor_iban, creditor_iban,
        instant_of(received_at), booking_date, settlement_date, batch_booking,
        local_instrument, sequence_type, creditor_identifier, mandate_id,
        instant_of(released_at) if released_at is not None else None, category_purpose,
    )  # fmt: skip


# --- bulks ---

_OUT_CENTS = (
    sa.select(sa.func.coalesce(sa.func.sum(orders.c.amount_cents), 0))
    .join(taken_out, taken_out.c.key == orders.c.key)
    .where(taken_out.c.bulk == bulks.c.id)
    .scalar_subquery()
)
BULK = sa.select(
    bulks.c.id,
    bulks.c.kind,
    bulks.c.window,
    bulks.c.settlement_date,
    (bulks.c.sum_cents - _OUT_CENTS).label("sum_cents"),
    bulks.c.scheme,
)
"""A bulk, and the cents of the orders that are still in it."""


def bulk_of(row: Any, keys: tuple[str, ...]) -> Bulk:
    id, kind, window, settlement_date, sum_cents, scheme = row
    return Bulk(id, kind, instant_of(window), settlement_date, keys, int(sum_cents), scheme)
