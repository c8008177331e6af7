"""The journal kept in SQLite or PostgreSQL. `open_journal` opens it, `SqlJournal` keeps the port's promises.

SQLite is the default: one file, written by one worker at a time, read by many. PostgreSQL does the same for
many machines, through the same statements.
"""

import sqlalchemy as sa

from sepa.store.sql.audit import Auditing
from sepa.store.sql.away import Away
from sepa.store.sql.book import Known
from sepa.store.sql.charging import Charging
from sepa.store.sql.connection import JournalUnreachable, engine_of, unreachable
from sepa.store.sql.corrections import Corrections
from sepa.store.sql.emission import Emission
from sepa.store.sql.intake import Intake
from sepa.store.sql.newest import bring_to_head
from sepa.store.sql.orders import Orders
from sepa.store.sql.proof import Proof
from sepa.store.sql.purging import Purging
from sepa.store.sql.recalls import Recalls
from sepa.store.sql.screening import Screened
from sepa.store.sql.sealing import Sealing
from sepa.store.sql.settlement import Settling
from sepa.store.sql.sheets import Sheets
from sepa.store.sql.story import Story

__all__ = ["JournalUnreachable", "SqlJournal", "open_journal"]


class SqlJournal(
    Intake,
    Orders,
    Settling,
    Sealing,
    Away,
    Corrections,
    Screened,
    Sheets,
    Emission,
    Recalls,
    Charging,
    Purging,
    Story,
    Known,
    Proof,
    Auditing,
):
    """The port `sepa.store.journal.Journal` over a database that has the newest form; safe for threads.

    After a fork the child opens its own.
    """


def open_journal(url: str | sa.URL) -> SqlJournal:
    """Open the journal at `url` (`sqlite:///<path>`, `postgresql+psycopg://...`), brought to its newest form.

    Another kind of database is ValueError, one that does not answer JournalUnreachable. Several may open a new
    journal at the same time.
    """
    engine = engine_of(url)
    try:
        bring_to_head(engine)
    except sa.exc.OperationalError as fault:
        raise JournalUnreachable(unreachable(engine.url, str(fault.orig))) from None
    return SqlJournal(engine)
