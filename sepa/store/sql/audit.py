"""Audit: seals, links, and what the journal knows of files outside it."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from sepa.model.chain import Flaw, Gone, Link, Seal, Written
from sepa.model.journal import Publication
from sepa.store.sql.chain import head
from sepa.store.sql.connection import Connected, among, insert_once
from sepa.store.sql.flaws import BATCHES, find_flaws, written_of
from sepa.store.sql.read_back import Line, lines_of
from sepa.store.sql.rows import instant_of, instant_text
from sepa.store.tables import chained, decisions, deliveries, files, links, metadata, publications, seals


class Auditing(Connected):
    """The journal's part for auditors; see `sepa.store.journal.Journal`."""

    def audit(self) -> list[Flaw]:
        with self.reading() as connection:
            return list(find_flaws(connection))

    def seal_day(self, day: datetime.date, at: datetime.datetime) -> Seal:
        with self.writing() as connection:
            number, digest = head(connection)
            line = {"day": day, "at": instant_text(at), "link": number, "digest": digest}
            insert_once(connection, seals, line)
            same = (seals.c.day == day, seals.c.at == instant_text(at))
            return _seal(connection.execute(sa.select(seals).where(*same)).mappings().one())

    def seals(self) -> list[Seal]:
        with self.reading() as connection:
            found = connection.execute(sa.select(seals).order_by(seals.c.link, seals.c.day, seals.c.at))
            return [_seal(row) for row in found.mappings()]

    def position(self) -> str:
        with self.reading() as connection:
            number, digest = head(connection)
        return f"{number}-{digest}"

    def head(self) -> int:
        with self.reading() as connection:
            return head(connection)[0]

    def link(self, number: int) -> Link | None:
        with self.reading() as connection:
            found = connection.execute(sa.select(links).where(links.c.number == number)).mappings().first()
            rows = connection.execute(BATCHES.where(chained.c.link == number)).mappings().all()
        if found is None:
            return None
        return Link(found["number"], found["digest"], found["snapshot"], tuple(map(written_of, rows)))

    def snapshots(self) -> list[str]:
        named = links.c.snapshot
        with self.reading() as connection:
            return list(
                connection.scalars(sa.select(named).where(named.is_not(None)).distinct().order_by(named))
            )

    def lines(self, written: Written) -> list[Line | None]:
        with self.reading() as connection:
            table = metadata.tables[written.of]
            return list(lines_of(connection, table, written.columns, written.keys))

    def purges(self) -> list[Gone]:
        line = decisions.c
        wanted = sa.select(line.subject, line.by, line.at, line.reason).where(line.act == "purge")
        with self.reading() as connection:
            found = connection.execute(wanted.order_by(line.at, line.id)).all()
        return [Gone(subject, by, instant_of(at), reason) for subject, by, at, reason in found]

    def published_files(self) -> list[Publication]:
        with self.reading() as connection:
            found = connection.execute(sa.select(publications).order_by(publications.c.path)).mappings()
            return [Publication(**{**row, "at": instant_of(row["at"])}) for row in found]

    def published_as(self, paths: Sequence[str]) -> Mapping[str, str]:
        line = publications.c
        with self.reading() as connection:
            wanted = sa.select(line.path, line.sha256).where(among(line.path, paths, connection.dialect))
            return {row.path: row.sha256 for row in connection.execute(wanted)}

    def last_brought(self, partner: str, name: str, sha256: str) -> datetime.datetime | None:
        line = deliveries.c
        wanted = (
            sa.select(sa.func.max(line.received_at))
            .join_from(deliveries, files, files.c.key == line.file_key)
            .where(line.partner == partner, line.name == name, files.c.sha256 == sha256)
        )
        with self.reading() as connection:
            return (found := connection.scalar(wanted)) and instant_of(found)

    def signatures(self) -> dict[str, str]:
        line = deliveries.c
        wanted = sa.select(line.file_key, line.signature).where(line.signature.is_not(None))
        with self.reading() as connection:
            return {row.file_key: row.signature for row in connection.execute(wanted)}


def _seal(row: Any) -> Seal:
    return Seal(**{**row, "at": instant_of(row["at"])})
