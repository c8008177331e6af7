"""Claim and judge: deliveries, files, and the one transaction that judges a file."""

import datetime
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from sepa.model.broken import BrokenPromise
from sepa.model.journal import Delivery, FileRow, file_key_of
from sepa.model.verdict import Verdict
from sepa.store.journal import Sealing
from sepa.store.sql.connection import Connected, insert_once
from sepa.store.sql.counting import ordered_before
from sepa.store.sql.judging import FileSealing, due, seen_elsewhere, stands_elsewhere
from sepa.store.sql.kept import Kept
from sepa.store.sql.rows import FILE, delivery_of, file_row, instant_text
from sepa.store.sql.verdict_lines import packed_orders
from sepa.store.tables import deliveries, file_verdicts, files, transactions

_KEY: sa.BindParameter[str] = sa.bindparam("key")
_FILE = Kept(FILE.where(files.c.key == _KEY))
_PARTNER = Kept(sa.select(files.c.partner).where(files.c.key == _KEY))
_JUDGED = Kept(
    sa.select(
        sa.exists().where(file_verdicts.c.file_key == _KEY),
        sa.select(sa.func.coalesce(sa.func.max(transactions.c.number), 0) + 1).scalar_subquery(),
    )
)
"""Whether a file was judged, and the first number that no Transaction has."""
_DELIVERY = Kept(
    sa.select(deliveries, files.c.sha256).join(files).where(deliveries.c.id == sa.bindparam("id"))
)
_LIKE = Kept(
    sa.select(sa.func.count())
    .select_from(deliveries)
    .where(
        deliveries.c.partner == sa.bindparam("partner"),
        deliveries.c.name == sa.bindparam("name"),
        deliveries.c.received_at == sa.bindparam("at"),
    )
)


class Intake(Connected):
    """The journal's part for what comes in; see `sepa.store.journal.Journal`."""

    def deliver(self, delivery: Delivery) -> Delivery:
        with self.writing(in_turn=False) as connection:
            known = _delivery(connection, delivery.id)
            if known is not None:
                return known
            at = instant_text(delivery.received_at)
            same: dict[str, Any] = {
                "partner": delivery.partner,
                "name": delivery.name,
                "size_bytes": delivery.size_bytes,
                "received_at": at,
            }
            file = {"key": delivery.file_key, "sha256": delivery.sha256, **same}
            first = insert_once(connection, files, file) == 1
            line = {"id": delivery.id, "file_key": delivery.file_key, "first": first, **same}
            line["signature"] = delivery.signature
            if insert_once(connection, deliveries, line) and not first:
                due(connection, delivery.file_key, f"repeat:{delivery.id}", delivery.partner, at)
            recorded = _delivery(connection, delivery.id)
            assert recorded is not None
            return recorded

    def file_key(self, partner: str, sha256: str) -> str:
        with self.reading() as connection:
            first = _PARTNER.value(connection, key=sha256)
        return file_key_of(sha256, partner, first)

    def deliveries_of(self, partner: str, name: str, received_at: datetime.datetime) -> int:
        with self.reading() as connection:
            return _LIKE.value(connection, partner=partner, name=name, at=instant_text(received_at)) or 0

    def delivery(self, id: str) -> Delivery | None:
        with self.reading() as connection:
            return _delivery(connection, id)

    def file(self, key: str) -> FileRow | None:
        with self.reading() as connection:
            found = _FILE.named(connection, key=key)
        return file_row(found[0]) if found else None

    def find_files(self, *, prefix: str | None = None, partner: str | None = None) -> list[FileRow]:
        wanted: list[sa.ColumnElement[bool]] = []
        if prefix is not None:
            wanted += [files.c.key >= prefix, files.c.key < prefix + "~"]
        if partner is not None:
            wanted.append(files.c.partner == partner)
        return self._files(*wanted)

    def received_between(self, start: datetime.datetime, end: datetime.datetime) -> list[FileRow]:
        at = files.c.received_at
        return self._files(at >= instant_text(start), at < instant_text(end))

    def unjudged(self) -> list[str]:
        waiting = (
            sa.select(files.c.key)
            .where(~sa.exists().where(file_verdicts.c.file_key == files.c.key))
            .order_by(files.c.received_at, files.c.partner, files.c.name, files.c.key)
        )
        with self.reading() as connection:
            return list(connection.scalars(waiting))

    def seen(self, file_key: str, fingerprints: Collection[str]) -> set[str]:
        with self.reading() as connection:
            return seen_elsewhere(connection, file_key, fingerprints)

    def order_lines(self, file_key: str, verdicts: Sequence[Verdict]) -> bytes:
        return packed_orders(file_key, verdicts)

    def stands_elsewhere(self, file_key: str) -> bool:
        with self.reading() as connection:
            return stands_elsewhere(connection, file_key)

    def ordered(self, file_key: str, day: datetime.date) -> int:
        with self.reading() as connection:
            return ordered_before(connection, file_key, day)

    @contextmanager
    def judging(self, file_key: str) -> Iterator[Sealing | None]:
        with self.writing() as connection:
            partner = _PARTNER.value(connection, key=file_key)
            if partner is None:
                raise BrokenPromise(f"file {file_key} is to be judged but was never delivered")
            ((judged, number),) = _JUDGED.rows(connection, key=file_key)
            if judged:
                yield None
                return
            sealing = FileSealing(connection, file_key, partner, number)
            yield sealing
            if not sealing.closed:
                raise BrokenPromise(f"the judging of file {file_key} ended without a verdict on the file")

    def _files(self, *where: sa.ColumnElement[bool]) -> list[FileRow]:
        wanted = FILE.where(*where).order_by(files.c.received_at, files.c.partner, files.c.name, files.c.key)
        with self.reading() as connection:
            return [file_row(row) for row in connection.execute(wanted).mappings()]


def _delivery(connection: sa.Connection, id: str) -> Delivery | None:
    found = _DELIVERY.named(connection, id=id)
    return delivery_of(found[0]) if found else None
