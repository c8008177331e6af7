"""Tell the whole story of one order from the journal."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from sepa.model.finding import Findings
from sepa.model.journal import Event, block_key
from sepa.scheme.money import amount_text
from sepa.store.sql.charging import charges_told
from sepa.store.sql.connection import Connected
from sepa.store.sql.emission import read_publications, read_withheld
from sepa.store.sql.rows import FILE, block_row, file_row, findings_of, instant_of
from sepa.store.sql.screening import lists_asked
from sepa.store.sql.story_of_windows import DESK, sealed, tried_by
from sepa.store.tables import (
    approvals,
    blocks,
    bulk_members,
    bulks,
    corrections,
    decisions,
    deliveries,
    files,
    history,
    orders,
    recalls,
    taken_out,
)


class Story(Connected):
    """The journal's part for the auditor; see `sepa.store.journal.Journal`."""

    def story(self, key: str) -> list[Event]:
        with self.reading() as connection:
            order = connection.execute(sa.select(orders).where(orders.c.key == key)).mappings().first()
            if order is None:
                return []
            bulk = connection.execute(
                sa.select(bulks)
                .join(bulk_members, bulk_members.c.bulk == bulks.c.id)
                .where(bulk_members.c.key == key)
            ).mappings().first()  # fmt: skip
            judged, *moved = _judged(connection, order)
            told = [
                *_delivered(connection, order["file_key"]),
                judged,
                *_decided(connection, key, order["file_key"]),
                *_approved(connection, order),
                *_taken_out(connection, key),
                *_recalled(connection, key),
                *moved,
                *(sealed(connection, bulk, key) if bulk is not None else ()),
                *_corrected(connection, key),
                *_published(
                    connection,
                    [
                        key,
                        f"correction:{key}",
                        order["file_key"],
                        *([bulk["id"]] if bulk is not None else []),
                    ],
                ),
            ]
            told += _withheld(connection, order)
            told += charges_told(connection, (key, block_key(key, order["block"])))
        return sorted(told, key=lambda event: event.at)


def _delivered(connection: sa.Connection, file_key: str) -> Iterator[Event]:
    line = deliveries.c
    wanted = sa.select(deliveries).where(line.file_key == file_key).order_by(line.received_at, line.id)
    for row in connection.execute(wanted).mappings():
        yield Event(
            at=instant_of(row["received_at"]),
            what="delivered" if row["first"] else "delivered again",
            by=row["partner"],
            cause=f"delivery:{row['id']}",
            detail={"name": row["name"], "file": file_key, "size_bytes": str(row["size_bytes"])},
        )


def _decided(connection: sa.Connection, key: str, file_key: str) -> Iterator[Event]:
    line = decisions.c
    wanted = sa.select(decisions).where(line.subject.in_((key, file_key))).order_by(line.at, line.id)
    for row in connection.execute(wanted).mappings():
        yield Event(
            at=instant_of(row["at"]),
            what=row["act"],
            by=row["by"],
            cause=f"decision:{row['id']}",
            detail={"subject": row["subject"], "reason": row["reason"]}
            | ({"asked_on": str(row["asked_on"])} if row["asked_on"] else {}),
        )


def _approved(connection: sa.Connection, order: Any) -> Iterator[Event]:
    """The word of the first of two people; whether it counts still, for the order waits for the second."""
    wanted = sa.select(approvals).where(approvals.c.key == order["key"]).order_by(approvals.c.step)
    for row in connection.execute(wanted).mappings():
        counts = row["step"] == order["step"] and order["state"] == "held"
        yield Event(
            at=instant_of(row["at"]),
            what="approved",
            by=row["by"],
            cause=f"decision:{row['decision']}",
            detail={"waits_for": "another person"} if counts else {},
        )


def _taken_out(connection: sa.Connection, key: str) -> Iterator[Event]:
    """That the order left its bulk again before the bulk began to leave: its postings there count for nothing."""
    line = taken_out.c
    wanted = (
        sa.select(line.bulk, line.decision, decisions.c.at, decisions.c.by)
        .join(decisions, decisions.c.id == line.decision)
        .where(line.key == key)
    )
    for bulk, decision, at, by in connection.execute(wanted):
        yield Event(
            at=instant_of(at), what="taken out", by=by, cause=f"decision:{decision}", detail={"bulk": bulk}
        )


def _recalled(connection: sa.Connection, key: str) -> Iterator[Event]:
    """That the transfer was asked back; the other bank's answer is awaited."""
    line = recalls.c
    wanted = (
        sa.select(line.reason, line.bulk, line.decision, decisions.c.at, decisions.c.by)
        .join(decisions, decisions.c.id == line.decision)
        .where(line.key == key)
    )
    for reason, bulk, decision, at, by in connection.execute(wanted):
        yield Event(
            at=instant_of(at),
            what="recall asked",
            by=by,
            cause=f"decision:{decision}",
            detail={"reason": reason, "bulk": bulk, "waits_for": "the answer of the other bank"},
        )


def _judged(connection: sa.Connection, order: Any) -> Iterator[Event]:
    """The judgement and every move after it. Until a move changes more, the row itself tells the first."""
    wanted = sa.select(history).where(history.c.key == order["key"]).order_by(history.c.step)
    lines = connection.execute(wanted).mappings().all()
    file = file_row(connection.execute(FILE.where(files.c.key == order["file_key"])).mappings().one())
    assert file.judged_at is not None
    first = lines[0] if lines and lines[0]["step"] == 0 else order
    yield Event(
        at=file.judged_at,
        what="judged",
        by=file.profile,
        cause=f"judged:{file.judged_at.isoformat()}",
        detail=_facts(first)
        | {"profile_digest": file.profile_digest, "reference_digest": file.reference_digest}
        | {"screened": lists_asked(connection, file.key), "authorised": file.authorised},
        findings=findings_of(first["findings"])
        or _refusals_above(connection, first["outcome"], order, file.findings),
    )
    tried = tried_by(connection, order["key"])
    for line in lines:
        if line["step"]:
            yield Event(
                at=instant_of(line["at"]),
                what=line["state"],
                by=line["by"],
                cause=line["cause"],
                detail=_facts(line) | tried.get((line["at"], line["cause"].partition("#")[0]), {}),
                findings=findings_of(line["findings"]),
            )


def _refusals_above(connection: sa.Connection, outcome: str, order: Any, of_file: Findings) -> Findings:
    """Why an order without a fault of its own was refused: the refusals of its block, or else of its file."""
    if outcome != "rejected":
        return ()
    same = (blocks.c.file_key == order["file_key"], blocks.c.position == order["block"])
    row = connection.execute(sa.select(blocks).where(*same)).mappings().first()
    for level in (block_row(row).findings if row is not None else (), of_file):
        refusals = tuple(finding for finding in level if finding.effect == "reject")
        if refusals:
            return refusals
    return ()


def _facts(line: Any) -> dict[str, str]:
    facts = {name: line[name] for name in ("outcome", "route", "booking_date", "settlement_date")}
    if line["amount_cents"] is not None:
        facts["amount"] = amount_text(line["amount_cents"])
    return {name: str(value) for name, value in facts.items() if value is not None}


def _corrected(connection: sa.Connection, key: str) -> Iterator[Event]:
    for row in connection.execute(sa.select(corrections).where(corrections.c.key == key)).mappings():
        names = ("initiator", "code", "proof", "booking_date")
        yield Event(
            at=instant_of(row["at"]),
            what="booked back",
            by=DESK,
            cause=f"decision:{row['decision']}",
            detail={name: str(row[name]) for name in names},
        )


def _published(connection: sa.Connection, subjects: list[str]) -> Iterator[Event]:
    for each in read_publications(connection, subjects):
        yield Event(
            at=each.at,
            what="published",
            by=DESK,
            cause=each.occasion,
            detail={"path": each.path, "kind": each.kind, "sha256": each.sha256},
        )


def _withheld(connection: sa.Connection, order: Any) -> Iterator[Event]:
    """Letters that nobody wrote: about the account to be debited, and the advice of a correction of either account."""
    of_order = f"correction:{order['key']}"
    for each in read_withheld(connection, [order["file_key"], of_order]):
        if each.subject == of_order or each.account == order["debtor_iban"]:
            facts = {"letter": each.letter, "why": each.why}
            yield Event(at=each.at, what="letter not written", by=DESK, cause=each.occasion, detail=facts)
