"""Bringing a journal to its newest form: migrations, and the beginning of its chain."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path

import sqlalchemy as sa

from sepa.store.sql.aside import Aside
from sepa.store.sql.chain import BATCH_ROWS, Chain, head
from sepa.store.sql.connection import TURN
from sepa.store.sql.read_back import lines_of, plain
from sepa.store.tables import HEAD, NOT_LINKED, columns_told, metadata

_MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"


def bring_to_head(engine: sa.Engine) -> None:
    """Migrate to the newest form if need be; of several that start at once one does it, others wait."""
    file = _file_of(engine)
    if file is not None:
        os.close(os.open(file, os.O_RDONLY | os.O_CREAT, 0o600))  # SQLite would let everybody read it
    if _version(engine) == HEAD:
        return
    with _alone(engine), engine.execution_options(writing=True).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(TURN)))
        _upgrade(connection)


def _version(engine: sa.Engine) -> str | None:
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        version: str | None = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
        return version


def _upgrade(connection: sa.Connection) -> None:
    from alembic import command  # costs a quarter of a second, and is needed once
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    begin_chain(connection)


def _file_of(engine: sa.Engine) -> Path | None:
    """The file of a SQLite journal; None where there is none."""
    database = engine.url.database
    if engine.dialect.name != "sqlite" or not database or database == ":memory:":
        return None
    return Path(database)


@contextmanager
def _alone(engine: sa.Engine) -> Iterator[None]:
    """Hold the folder of a SQLite file while its journal is made: changing to WAL cannot wait for a lock."""
    file = _file_of(engine)
    if file is None:
        yield
        return
    folder = os.open(file.absolute().parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        with engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute("PRAGMA page_size=8192")
            raw.execute("PRAGMA journal_mode=WAL")
        yield
    finally:
        os.close(folder)


# --- a journal from before the chain ---


def begin_chain(connection: sa.Connection) -> None:
    """Link what stands in a journal that has no chain yet, as it stands."""
    if head(connection)[0]:
        return
    with closing(Aside()) as aside:
        _begin_chain(connection, Chain(aside))


def _begin_chain(connection: sa.Connection, chain: Chain) -> None:
    for table in metadata.sorted_tables:
        if table.name in NOT_LINKED:
            continue
        columns = columns_told(table)
        key = list(table.primary_key)
        found = connection.execute(sa.select(*key).order_by(*key))
        keys = [plain(row[0]) if len(key) == 1 else [plain(each) for each in row] for row in found]
        lines = lines_of(connection, table, columns, keys)
        while part := list(islice(lines, BATCH_ROWS)):
            chain.note(table, columns, [line for line in part if line is not None])
    chain.close(connection, lambda: None)
