"""Emit: sealed bulks to be written, reports to be told, and what has left."""

import datetime
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import cast

import sqlalchemy as sa
from msgspec import to_builtins

from sepa.model.broken import BrokenPromise
from sepa.model.fee import Charge, ChargeLines
from sepa.model.journal import Publication, ReportDue, Withheld
from sepa.model.payment import Bulk
from sepa.store.sql.charging import note_charge_lines, note_charges
from sepa.store.sql.connection import Connected, insert_once
from sepa.store.sql.kept import Kept
from sepa.store.sql.leaving import begin, still_in, unsent
from sepa.store.sql.rows import (
    BULK,
    bulk_of,
    instant_of,
    instant_text,
    report_of,
)
from sepa.store.tables import bulk_members, bulks, publications, reports_due, told, withheld

SEALED = "sealed"
"""The occasion under which a bulk is told to the clearing."""


RECALLED = "recalled"
"""The occasion under which a recall is told to the clearing."""


_PUBLISHED = Kept(sa.select(publications.c.sha256).where(publications.c.path == sa.bindparam("path")))
_UNPUBLISHED = ~sa.exists().where(told.c.subject == bulks.c.id, told.c.occasion == SEALED)


class Emission(Connected):
    """The journal's part for what goes out; see `sepa.store.journal.Journal`."""

    def bulks_to_publish(self) -> list[str]:
        wanted = sa.select(bulks.c.id).where(_UNPUBLISHED).order_by(bulks.c.window, bulks.c.id)
        with self.reading() as connection:
            return list(connection.scalars(wanted))

    def bulk(self, id: str) -> Bulk | None:
        with self.reading() as connection:
            found = read_bulks(connection, bulks.c.id == id)
            return found[0] if found else None

    def unsent(self, file_key: str) -> set[str]:
        with self.reading() as connection:
            return unsent(connection, file_key)

    def begin_emission(
        self, bulk_id: str, at: datetime.datetime, *, as_it_leaves: Callable[[Bulk], object] | None = None
    ) -> Bulk:
        with self.writing() as connection:
            found = read_bulks(connection, bulks.c.id == bulk_id)
            if not found:
                raise BrokenPromise(f"there is no bulk {bulk_id}")
            begin(connection, bulk_id, at, found[0].count, found[0].sum_cents)
            if as_it_leaves is not None:
                as_it_leaves(found[0])
            return found[0]

    def reports_due(self) -> list[ReportDue]:
        line = reports_due.c
        done = sa.exists().where(told.c.subject == line.file_key, told.c.occasion == line.occasion)
        wanted = sa.select(reports_due).where(~done).order_by(line.at, line.file_key, line.occasion)
        with self.reading() as connection:
            return [report_of(row) for row in connection.execute(wanted).mappings()]

    def published(
        self,
        left: Iterable[Publication | Withheld | Charge | ChargeLines],
        *,
        settles: ReportDue | str | None = None,
        recalled: str | None = None,
    ) -> None:
        with self.writing(in_turn=False) as connection:
            for kind, alike in groupby(left, key=type):
                if kind is Charge:
                    note_charges(connection, cast("Iterator[Charge]", alike))
                    continue
                for each in alike:
                    if isinstance(each, ChargeLines):
                        note_charge_lines(connection, each)
                    elif isinstance(each, Withheld):
                        insert_once(connection, withheld, to_builtins(each) | {"at": instant_text(each.at)})
                    elif isinstance(each, Publication):
                        _note(connection, each)
            if isinstance(settles, ReportDue):
                insert_once(connection, told, {"subject": settles.file_key, "occasion": settles.occasion})
            elif settles is not None:
                insert_once(connection, told, {"subject": settles, "occasion": SEALED})
            if recalled is not None:
                insert_once(connection, told, {"subject": recalled, "occasion": RECALLED})

    def publications(self, subject: str) -> list[Publication]:
        with self.reading() as connection:
            return read_publications(connection, [subject])

    def withheld(self, subject: str) -> list[Withheld]:
        with self.reading() as connection:
            return read_withheld(connection, [subject])


def read_bulks(connection: sa.Connection, *where: sa.ColumnElement[bool]) -> list[Bulk]:
    """Bulks with the members that are still in them, ordered by window, then id."""
    found = connection.execute(BULK.where(*where).order_by(bulks.c.window, bulks.c.id)).all()
    keys = sa.select(bulk_members.c.key).order_by(bulk_members.c.position)
    keys = keys.where(still_in(bulk_members.c.key))
    return [
        bulk_of(row, tuple(connection.scalars(keys.where(bulk_members.c.bulk == row.id)))) for row in found
    ]


def read_publications(connection: sa.Connection, subjects: Iterable[str]) -> list[Publication]:
    """What was published for any of `subjects`, ordered by instant, then path."""
    line = publications.c
    wanted = sa.select(publications).where(line.subject.in_(list(subjects))).order_by(line.at, line.path)
    return [
        Publication(**{**row, "at": instant_of(row["at"])}) for row in connection.execute(wanted).mappings()
    ]


def read_withheld(connection: sa.Connection, subjects: Iterable[str]) -> list[Withheld]:
    """Letters about any of `subjects` that were not written, ordered by instant, letter and account."""
    line = withheld.c
    wanted = sa.select(withheld).where(line.subject.in_(list(subjects)))
    wanted = wanted.order_by(line.at, line.letter, line.account)
    return [Withheld(**{**row, "at": instant_of(row["at"])}) for row in connection.execute(wanted).mappings()]


def _note(connection: sa.Connection, publication: Publication) -> None:
    line = {
        "path": publication.path,
        "sha256": publication.sha256,
        "kind": publication.kind,
        "subject": publication.subject,
        "occasion": publication.occasion,
        "at": instant_text(publication.at),
    }
    if insert_once(connection, publications, line):
        return
    there = _PUBLISHED.value(connection, path=publication.path)
    if there != publication.sha256:
        raise BrokenPromise(f"{publication.path} was published with other bytes")
