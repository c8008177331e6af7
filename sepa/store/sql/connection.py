"""The journal's database: how a transaction begins, waits its turn, and writes many rows at once."""

import logging
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from sepa.store.sql.chain import chain_of, chaining, part_of_chain
from sepa.store.sql.kept import add_row, add_rows, first_sentence, part_of
from sepa.store.sql.read_back import plain
from sepa.store.sql.rows import json_text

BUSY_SECONDS = 60
CACHE_KILOBYTES = 32_000
LITTLE_KILOBYTES = 2_000
"""For who only reads on and on, and comes back to nothing; what is sorted meanwhile goes to the disk by so much."""
SLICE = 5000
"""Most values that one statement asks for."""
_LOG = "journal"
TURN = 0x5E9A_0001
"""The advisory lock under which PostgreSQL lets one worker at a time judge, seal or decide."""

_AS_IT_IS: Callable[[Any], Any] = {}.get
sqlite3.register_adapter(type(None), _AS_IT_IS)
"""None needs no adapting. Unsaid, the driver looks in three places, for every single one, who would do it."""
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

Row = TypeVar("Row")


class JournalUnreachable(Exception):
    """The journal's database does not answer. The text tells no password, nor a piece of one."""


class Connected:
    """A journal's database: `reading` sees one moment, `writing` is all or nothing."""

    def __init__(self, url_or_engine: str | sa.URL | sa.Engine) -> None:
        self._engine = url_or_engine if isinstance(url_or_engine, sa.Engine) else engine_of(url_or_engine)
        self._readers = self._engine.execution_options(**_STEADY.get(self._engine.dialect.name, {}))
        self._writers = self._engine.execution_options(writing=True)
        self._snapshot: Callable[[], str | None] = lambda: None
        self._open = threading.local()

    def works_by(self, snapshot: Callable[[], str | None]) -> None:
        """What links name from now on; asked only when something is written."""
        self._snapshot = snapshot

    def close(self) -> None:
        """Close all connections. The journal may be used again; it opens new ones."""
        self._engine.dispose()

    def forked(self, *, reads_on: bool = False) -> None:
        """Open connections of one's own, in the child of a fork: those of the parent are not touched."""
        self._engine.dispose(close=False)
        if reads_on and self._engine.dialect.name == "sqlite":
            sa.event.listen(self._engine, "connect", _keep_little)
        self._open = threading.local()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A transaction that sees the journal as it is at one moment; inside `together`, what it wrote as well."""
        if (joined := self._joined() or getattr(self._open, "moment", None)) is not None:
            yield joined
            return
        with self._readers.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def at_one_moment(self) -> Iterator[None]:
        """What this thread reads inside is the journal as it is at one moment."""
        with self.reading() as connection:
            before = getattr(self._open, "moment", None)
            self._open.moment = connection
            try:
                yield
            finally:
                self._open.moment = before

    @contextmanager
    def writing(self, *, in_turn: bool = True) -> Iterator[sa.Connection]:
        """A transaction that writes, and links what it wrote to the chain; an exception undoes it.

        `in_turn` waits until no other such is open. Inside `together` it is a part of that transaction, and an
        exception undoes the part alone.
        """
        if (joined := self._joined()) is not None:
            with part_of_chain(joined), part_of(joined):
                yield joined
            return
        with self._writers.begin() as connection:
            if in_turn and connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(TURN)))
            with chaining(connection, self._snapshot):
                yield connection

    @contextmanager
    def together(self, *, in_turn: bool = True) -> Iterator[None]:
        """What this thread writes inside is one transaction, each call a part that is written whole or not at all."""
        if self._joined() is not None:
            yield
            return
        with self.writing(in_turn=in_turn) as connection:
            self._open.connection = connection
            try:
                yield
            finally:
                self._open.connection = None

    def _joined(self) -> sa.Connection | None:
        return getattr(self._open, "connection", None)


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


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _keep_little(connection: Any, _: Any) -> None:
    connection.execute(f"PRAGMA cache_size=-{LITTLE_KILOBYTES}")


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


# --- many rows ---


def pour(
    connection: sa.Connection,
    table: sa.Table,
    columns: Sequence[str],
    rows: Collection[tuple[Any, ...]],
    digests: bytes = b"",
) -> None:
    """Insert many rows the fastest way; dates as ISO texts. A key that is there already is IntegrityError.

    `digests` as in `Chain.note`.
    """
    if not rows:
        return
    chain_of(connection).note(table, tuple(columns), rows, digests=digests)
    pour_unlinked(connection, table, columns, rows)


def pour_unlinked(
    connection: sa.Connection, table: sa.Table, columns: Sequence[str], rows: Collection[Sequence[Any]]
) -> None:
    """As `pour`, of what the caller noted in the chain in another form."""
    if connection.dialect.name == "sqlite":
        add_rows(connection, table, tuple(columns), list(rows))
        return
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(quote(name) for name in columns)
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


def raw_rows(connection: sa.Connection, wanted: sa.Executable) -> list[tuple[Any, ...]]:
    """All rows of a statement as the driver gives them, several times faster: days are texts in SQLite."""
    return connection.exec_driver_sql(*spelled(connection, wanted)).all()  # type: ignore[return-value]


def spelled(connection: sa.Connection, wanted: Any) -> tuple[str, Any]:
    """A statement as the driver takes it, and what it is given."""
    compiled = wanted.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
    if compiled.positiontup is None:
        return str(compiled), compiled.params
    return str(compiled), tuple(plain(compiled.params[name]) for name in compiled.positiontup)


def insert_once(connection: sa.Connection, table: sa.Table, *rows: dict[str, Any]) -> int:
    """Insert rows unless their key is there already; returns how many were new."""
    if len(rows) == 1:
        if not add_row(connection, table, rows[0], unless_there=True):
            return 0
        _note(connection, table, rows)
        return 1
    written = _unless_there(table, connection.dialect.name)
    there = set(map(tuple, connection.execute(written, list(rows)))) if rows else set()
    new = []
    for row in rows:
        key = tuple(row[column.name] for column in table.primary_key)
        if key in there:
            there.remove(key)
            new.append(row)
    _note(connection, table, new)
    return len(new)


def pour_once(
    connection: sa.Connection,
    table: sa.Table,
    columns: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
    digests: bytes = b"",
) -> None:
    """Insert many rows unless their key, which stands in front, is there already, the fastest way.

    `digests` as in `Chain.note`.
    """
    if connection.dialect.name != "sqlite":  # there, another may write the same key meanwhile
        insert_once(connection, table, *[dict(zip(columns, row, strict=True)) for row in rows])
        return
    first, *others = table.primary_key
    length = 1 + len(others)
    new = {row[:length]: row for row in reversed(rows)}
    if len(new) == len(rows) and not _any_between(connection, first, [row[0] for row in rows]):
        pour(connection, table, columns, rows, digests)
        return
    asked = among(first, [row[0] for row in rows], connection.dialect)
    there = set(map(tuple, connection.execute(sa.select(first, *others).where(asked))))
    pour(connection, table, columns, [row for key, row in reversed(new.items()) if key not in there])


def _any_between(connection: sa.Connection, column: sa.Column[Any], values: Sequence[str]) -> bool:
    """Whether a row has a value between the least and the greatest of these; it is asked but once."""
    if not values:
        return False
    asked = sa.select(sa.literal(1)).where(column.between(min(values), max(values))).limit(1)
    return connection.execute(asked).first() is not None


@cache
def _unless_there(table: sa.Table, dialect: str) -> Any:
    kind: Any = sqlite if dialect == "sqlite" else postgresql
    return kind.insert(table).on_conflict_do_nothing().returning(*table.primary_key)


def insert(connection: sa.Connection, table: sa.Table, *rows: dict[str, Any]) -> None:
    """Insert rows. A key that is there already is IntegrityError."""
    for row in rows:
        add_row(connection, table, row, unless_there=False)
    _note(connection, table, rows)


def _note(connection: sa.Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
    for row in rows:
        chain_of(connection).note(table, tuple(row), [tuple(map(plain, row.values()))])


def among(
    column: sa.ColumnElement[Any], values: Collection[str], dialect: sa.Dialect
) -> sa.ColumnElement[bool]:
    """`column` is one of `values`, which travel as one parameter however many they are."""
    if dialect.name == "sqlite":
        given = sa.func.json_each(json_text(list(values))).table_valued("value")
        return column.in_(sa.select(given.c.value))
    return column == sa.any_(sa.literal(list(values), postgresql.ARRAY(sa.Text)))


def whole_among(
    column: sa.ColumnElement[int], values: Collection[int], dialect: sa.Dialect
) -> sa.ColumnElement[bool]:
    """As `among`, for whole numbers."""
    if dialect.name == "sqlite":
        given = sa.func.json_each(json_text(list(values))).table_valued("value")
        return column.in_(sa.select(given.c.value))
    return column == sa.any_(sa.literal(list(values), postgresql.ARRAY(sa.Integer)))


def slices(values: Iterable[Row], size: int = SLICE) -> Iterator[list[Row]]:
    """`values` in lists of at most `size`, in their order."""
    rest = iter(values)
    while part := list(islice(rest, size)):
        yield part
