"""Recalls: which transfers have left, which of them were asked back, and which of those requests must be written."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from sepa.model.broken import BrokenPromise
from sepa.model.journal import Recall
from sepa.model.payment import Bulk
from sepa.store.journal import Overtaken
from sepa.store.sql.connection import Connected, insert_once
from sepa.store.sql.emission import RECALLED, SEALED, read_bulks
from sepa.store.sql.leaving import still_in
from sepa.store.sql.moves import Standing
from sepa.store.sql.rows import instant_of
from sepa.store.tables import bulk_members, bulks, decisions, emissions, orders, recalls, told

_RECALL = sa.select(
    recalls.c.key, recalls.c.bulk, recalls.c.reason, recalls.c.decision, decisions.c.at, decisions.c.by
).join(decisions, decisions.c.id == recalls.c.decision)


class Recalls(Connected):
    """The journal's part for recalls; see `sepa.store.journal.Journal`."""

    def sent(self, file_key: str) -> Mapping[str, Bulk]:
        member = bulk_members.c
        wanted = (
            sa.select(member.key, member.bulk)
            .join(orders, orders.c.key == member.key)
            .join(emissions, emissions.c.bulk == member.bulk)
            .join(bulks, bulks.c.id == member.bulk)
            .where(orders.c.file_key == file_key, bulks.c.kind == "pacs.008", still_in(member.key))
        )
        with self.reading() as connection:
            owners = {row.key: row.bulk for row in connection.execute(wanted)}
            found = {
                bulk: read_bulks(connection, bulks.c.id == bulk)[0] for bulk in sorted(set(owners.values()))
            }
        return {key: found[bulk] for key, bulk in owners.items()}

    def recalls(self, file_key: str | None = None) -> list[Recall]:
        wanted = _RECALL.order_by(decisions.c.at, recalls.c.key)
        if file_key is not None:
            wanted = wanted.join(orders, orders.c.key == recalls.c.key).where(orders.c.file_key == file_key)
        with self.reading() as connection:
            return _recalls(connection, wanted)

    def recalls_unpublished(self) -> list[Recall]:
        left = sa.exists().where(told.c.subject == recalls.c.bulk, told.c.occasion == SEALED)
        done = sa.exists().where(told.c.subject == recalls.c.key, told.c.occasion == RECALLED)
        wanted = _RECALL.where(left, ~done).order_by(decisions.c.at, recalls.c.key)
        with self.reading() as connection:
            return _recalls(connection, wanted)


def _recalls(connection: sa.Connection, wanted: sa.Select[Any]) -> list[Recall]:
    return [
        Recall(key, bulk, reason, decision, instant_of(at), by)
        for key, bulk, reason, decision, at, by in connection.execute(wanted)
    ]


def ask_back(connection: sa.Connection, recall: Recall, stood: Standing) -> None:
    """Write a recall. Overtaken when there is one; BrokenPromise when the transfer has not left in that bulk."""
    member = bulk_members.c
    leaves = (
        sa.select(member.key)
        .join(emissions, emissions.c.bulk == member.bulk)
        .where(member.key == recall.key, member.bulk == recall.bulk)
    )
    if stood.state != "paid" or connection.scalar(leaves) is None:
        raise BrokenPromise(f"order {recall.key} has not left in bulk {recall.bulk}: it cannot be recalled")
    line = {"key": recall.key, "bulk": recall.bulk, "reason": recall.reason, "decision": recall.decision}
    if not insert_once(connection, recalls, line):
        raise Overtaken(f"order {recall.key} was recalled at the same time")
