"""The journal's database: how a transaction begins, waits its turn, and writes many rows at once."""

import fcntl
import logging
import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from sepa.store.sql.rows import json_text
from sepa.store.tables import HEAD

BUSY_SECONDS = 60
CACHE_KILOBYTES = 32_000
SLICE = 5000
"""Most values that one statement asks for."""
_LOG = "journal"
TURN = 0x5E9A_0001
"""The advisory lock under which PostgreSQL lets one worker at a time judge, seal or decide."""

_PRAGMAS = (
    f"busy_timeout={BUSY_SECONDS * 1000}",
    "synchronous=FULL",
    "foreign_keys=ON",
    f"cache_size=-{CACHE_KILOBYTES}",
)
_STEADY: dict[str, dict[str, Any]] = {
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
}
"""What makes a reading transaction see one moment; in SQLite every transaction does."""

_MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"

Row = TypeVar("Row")


class JournalUnreachable(Exception):
    """The journal's database does not answer. The text tells no password, nor a piece of one."""


class Connected:
    """A journal's database: `reading` sees one moment, `writing` is all or nothing."""

    def __init__(self, url_or_engine: str | sa.URL | sa.Engine) -> None:
        self._engine = url_or_engine if isinstance(url_or_engine, sa.Engine) else engine_of(url_or_engine)
        self._readers = self._engine.execution_options(**_STEADY.get(self._engine.dialect.name, {}))
        self._writers = self._engine.execution_options(writing=True)

    def close(self) -> None:
        """Close all connections. The journal may be used again; it opens new ones."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A transaction that sees the journal as it is at one moment."""
        with self._readers.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self, *, in_turn: bool = True) -> Iterator[sa.Connection]:
        """A transaction that writes; an exception undoes it. `in_turn` waits until no other such is open."""
        with self._writers.begin() as connection:
            if in_turn and connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(TURN)))
            yield connection


def engine_of(url: str | sa.URL) -> sa.Engine:
    """An engine for `url`: SQLite made durable and patient, or PostgreSQL through psycopg 3. ValueError for others.

    Its errors and logs tell no values: these are names and accounts, and the URL may hold a password.
    """
    kind = _kind_of(url)
    if kind not in ("sqlite", "postgresql"):
        raise ValueError(f"the journal is kept in SQLite or PostgreSQL, not in {kind}")
    engine = sa.create_engine(url, hide_parameters=True, logging_name=_LOG)
    logging.getLogger(f"sqlalchemy.engine.Engine.{_LOG}").setLevel(logging.WARNING)  # below it, rows are told
    sa.event.listen(engine, "handle_error", _keep_values_back)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _kind_of(url: str | sa.URL) -> str:
    try:
        return sa.make_url(url).get_backend_name()
    except (sa.exc.ArgumentError, ValueError):  # the text of either may tell a piece of the password
        raise ValueError("the journal's URL cannot be read; its parts must be percent-encoded") from None


def unreachable(url: sa.URL, said: str) -> str:
    """What to say of a database that cannot be opened.

    In its own words only where no piece of the password can be in them: one that was not percent-encoded ends up in
    the host, and the driver repeats that.
    """
    password = str(url.password or "")
    if "@" in (url.host or "") or (password and password in said):
        return "the journal cannot be opened; in its URL the password must be percent-encoded"
    return f"the journal cannot be opened: {said}"


def _keep_values_back(context: sa.engine.ExceptionContext) -> None:
    """Leave of what PostgreSQL says only the first sentence: the others tell whole rows."""
    said: Any = context.original_exception
    sentence = first_sentence(said)
    if sentence is not None:
        said.args = (sentence,)
        if context.sqlalchemy_exception is not None:
            context.sqlalchemy_exception.args = (f"({type(said).__name__}) {sentence}",)


def first_sentence(said: BaseException) -> str | None:
    """The first sentence of an error of PostgreSQL's server; None where another spoke."""
    sentence: str | None = getattr(getattr(said, "diag", None), "message_primary", None)
    return sentence


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


# --- the newest form ---


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


# --- many rows ---


def pour(
    connection: sa.Connection, table: sa.Table, columns: Sequence[str], rows: Collection[tuple[Any, ...]]
) -> None:
    """Insert many rows the fastest way; dates as ISO texts. A key that is there already is IntegrityError."""
    if not rows:
        return
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(quote(name) for name in columns)
    if connection.dialect.name == "sqlite":
        blanks = ", ".join("?" * len(columns))
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({blanks})", list(rows))
        return
    raw: Any = connection.connection.driver_connection
    dialect: Any = connection.dialect
    try:
        with raw.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    except dialect.dbapi.Error as broken:
        kind = (
            sa.exc.IntegrityError if isinstance(broken, dialect.dbapi.IntegrityError) else sa.exc.DBAPIError
        )
        told = Exception(first_sentence(broken) or type(broken).__name__)
        raise kind(f"COPY {table.name}", None, told) from None  # its other sentences tell whole rows


def insert_once(connection: sa.Connection, table: sa.Table, *rows: dict[str, Any]) -> int:
    """Insert rows unless their key is there already; returns how many were new."""
    dialect: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
    written = dialect.insert(table).on_conflict_do_nothing().returning(next(iter(table.primary_key)))
    return sum(len(connection.execute(written, row).all()) for row in rows)


def among(
    column: sa.ColumnElement[Any], values: Collection[str], dialect: sa.Dialect
) -> sa.ColumnElement[bool]:
    """`column` is one of `values`, which travel as one parameter however many they are."""
    if dialect.name == "sqlite":
        given = sa.func.json_each(json_text(list(values))).table_valued("value")
        return column.in_(sa.select(given.c.value))
    return column == sa.any_(sa.literal(list(values), postgresql.ARRAY(sa.Text)))


def slices(values: Collection[Row], size: int = SLICE) -> Iterator[list[Row]]:
    """`values` in lists of at most `size`, in their order."""
    rest = iter(values)
    while part := list(islice(rest, size)):
        yield part
