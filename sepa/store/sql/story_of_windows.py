"""What clearing windows did with one order, for its story: what sealed it, what left it unpaid, and by which tables."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from sepa.model.journal import Event, window_cause
from sepa.scheme.money import amount_text
from sepa.scheme.rates import rate_text
from sepa.store.sql.rows import instant_of
from sepa.store.tables import attempts, postings

DESK = "desk"


def tried_by(connection: sa.Connection, key: str) -> dict[tuple[str, str], dict[str, str]]:
    """By window and its cause: the snapshot and the rate by which the order was not paid in it (SLO-01)."""
    tried = connection.execute(sa.select(attempts).where(attempts.c.key == key)).mappings()
    return {
        (row["window"], window_cause(instant_of(row["window"]))): _snapshot(row) | _rate(row) for row in tried
    }


def sealed(connection: sa.Connection, bulk: Any, key: str) -> Iterator[Event]:
    """The seal of the order's bulk, and its postings there."""
    at, cause = instant_of(bulk["window"]), f"window:{bulk['window']}"
    facts = {
        "bulk": bulk["id"],
        "kind": bulk["kind"],
        "settlement_date": str(bulk["settlement_date"]),
        "count": str(bulk["count"]),
        "sum": amount_text(bulk["sum_cents"]),
    } | _snapshot(bulk)
    yield Event(at=at, what="sealed", by=DESK, cause=cause, detail=facts)
    line = postings.c
    wanted = sa.select(postings).where(line.bulk == bulk["id"], line.key == key).order_by(line.line)
    for row in connection.execute(wanted).mappings():
        detail = {
            "account": row["account"],
            "side": row["side"],
            "amount": amount_text(row["amount_cents"]),
            "booking_date": str(row["booking_date"]),
            "value_date": str(row["value_date"]),
        }
        if row["currency"]:
            known = row["own_cents"] is not None
            detail |= (
                {"in_its_currency": f"{row['currency']} {amount_text(row['own_cents'])}"} if known else {}
            )
            detail |= _rate(row)
        yield Event(at=at, what="posted", by=DESK, cause=cause, detail=detail)


def _snapshot(row: Any) -> dict[str, str]:
    return {"reference_digest": row["reference_digest"]} if row["reference_digest"] else {}


def _rate(row: Any) -> dict[str, str]:
    return {"rate": rate_text(row["rate"])} if row["rate"] else {}
