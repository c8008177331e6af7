"""What the journal knows of what the second book tells (`sepa.pipeline.book`)."""

from collections.abc import Collection, Mapping

import sqlalchemy as sa

from sepa.model.journal import Noted
from sepa.store.sql.connection import Connected, among
from sepa.store.tables import bulks, decisions, deliveries, emissions, told, windows

_KEPT: dict[Noted, tuple[sa.Column[str], ...]] = {
    "came": (deliveries.c.id,),
    "ordered": (decisions.c.id,),
    "settled": (bulks.c.id, windows.c.window),
    "left": (emissions.c.bulk,),
    "sent": (told.c.subject,),
}
"""Where the names of each kind are kept."""


class Known(Connected):
    """The journal's part for the second book; see `sepa.store.journal.Journal`."""

    def known(self, names: Mapping[Noted, Collection[str]]) -> dict[Noted, set[str]]:
        kinds: dict[str, Noted] = {kind: kind for kind in names}
        found: dict[Noted, set[str]] = {kind: set() for kind in names}
        with self.reading() as connection:
            parts = [
                sa.select(sa.literal(kind, sa.Text), column).where(among(column, asked, connection.dialect))
                for kind, asked in names.items()
                if asked
                for column in _KEPT[kind]
            ]
            for kind, name in connection.execute(sa.union_all(*parts)) if parts else ():
                found[kinds[kind]].add(name)
        return found
