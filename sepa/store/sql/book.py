"""What the journal knows of what the second book tells (`sepa.pipeline.book`)."""

from collections.abc import Collection, Mapping

import sqlalchemy as sa

from sepa.model.journal import Noted
from sepa.store.sql.connection import Connected, among, slices
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
        with self.reading() as connection:
            return {
                kind: {
                    name
                    for column in _KEPT[kind]
                    for part in slices(asked)
                    for name in connection.scalars(
                        sa.select(column).where(among(column, part, connection.dialect))
                    )
                }
                for kind, asked in names.items()
            }
