"""Statements that are asked for every file: put together once, spelled once, and carried out by the driver itself.

To put a statement together, look it up and wrap what it gives costs several times what carrying it out does.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, partial
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from sepa.store.sql.read_back import plain
from sepa.store.sql.rows import json_text

Row = tuple[Any, ...]
_PART = "part"


class _Spelled(NamedTuple):
    """A statement in one database's words. `order` names the values by their places, where they go by places."""

    text: str
    order: tuple[str, ...] | None
    given: dict[str, Any]
    names: tuple[str, ...]
    back: tuple[tuple[int, Callable[[Any], Any]], ...]

    def values(self, asked: dict[str, Any]) -> Any:
        whole = self.given | asked
        return whole if self.order is None else tuple([plain(whole[name]) for name in self.order])

    def row(self, row: Row) -> Row:
        """What the driver gives, as SQLAlchemy would give it: in SQLite days and truths are kept as others."""
        line = None
        for place, turned in self.back:
            if row[place] is not None:
                line = line or list(row)
                line[place] = turned(row[place])
        return row if line is None else tuple(line)


class Kept:
    """A statement with blanks (`sa.bindparam`), or how it is put together for a kind of database."""

    def __init__(self, wanted: Any) -> None:
        self._wanted = wanted
        self._spelled: dict[str, _Spelled] = {}

    def rows(self, connection: sa.Connection, **asked: Any) -> list[Row]:
        """All rows, the blanks filled with `asked`."""
        spelled = self._for(connection.dialect)
        found: list[Row] = _carried_out(connection, spelled.text, spelled.values(asked)).fetchall()
        return list(map(spelled.row, found)) if spelled.back else found

    def named(self, connection: sa.Connection, **asked: Any) -> list[dict[str, Any]]:
        """As `rows`, each by the names of its columns."""
        names = self._for(connection.dialect).names
        return [dict(zip(names, row, strict=True)) for row in self.rows(connection, **asked)]

    def value(self, connection: sa.Connection, **asked: Any) -> Any:
        """The first value of the first row; None where there is none."""
        found = self.rows(connection, **asked)
        return found[0][0] if found else None

    def pieces(self, connection: sa.Connection, size: int, **asked: Any) -> Iterator[Sequence[Row]]:
        """As `rows`, so many at a time: there may be a million."""
        spelled = self._for(connection.dialect)
        values = spelled.values(asked)
        if connection.dialect.name == "sqlite":
            cursor = _carried_out(connection, spelled.text, values)
            next_piece: Callable[[], Sequence[Any]] = partial(cursor.fetchmany, size)
        else:  # a cursor of the server's, or the driver would hold them all
            streamed = {"yield_per": size}
            result = connection.exec_driver_sql(spelled.text, values, execution_options=streamed)
            next_piece = partial(result.fetchmany, size)
        while piece := next_piece():
            yield list(map(spelled.row, piece)) if spelled.back else piece

    def spelled(self, dialect: sa.Dialect, **asked: Any) -> tuple[str, Any]:
        """The statement as the driver takes it, and what it is given."""
        spelled = self._for(dialect)
        return spelled.text, spelled.values(asked)

    def _for(self, dialect: sa.Dialect) -> _Spelled:
        spelled = self._spelled.get(dialect.name)
        if spelled is None:
            wanted = self._wanted(dialect) if callable(self._wanted) else self._wanted
            spelled = self._spelled[dialect.name] = _spell(wanted, dialect)
        return spelled


def _spell(wanted: Any, dialect: sa.Dialect) -> _Spelled:
    blanks = [each.key for each in wanted.compile(dialect=dialect).binds.values() if each.required]
    said = wanted.compile(dialect=dialect).construct_expanded_state(dict.fromkeys(blanks))
    columns = list(wanted.selected_columns)
    back = [(place, each.type.dialect_impl(dialect)) for place, each in enumerate(columns)]
    turned = [(place, kind.result_processor(dialect, None)) for place, kind in back]
    return _Spelled(
        text=said.statement,
        order=tuple(said.positiontup) if said.positiontup is not None else None,
        given=dict(said.parameters),
        names=tuple(wanted.selected_columns.keys()),
        back=tuple((place, turn) for place, turn in turned if turn is not None),
    )


def is_one_of(column: sa.ColumnElement[Any], blank: str, dialect: sa.Dialect) -> sa.ColumnElement[bool]:
    """`column` is among the texts that fill a blank, as `many` gives them."""
    if dialect.name == "sqlite":
        given = sa.func.json_each(sa.bindparam(blank)).table_valued("value")
        return column.in_(sa.select(given.c.value))
    return column == sa.any_(sa.bindparam(blank, type_=postgresql.ARRAY(sa.Text)))


def many(texts: Collection[str], dialect: sa.Dialect) -> Any:
    """Texts as the one value that fills such a blank."""
    return json_text(list(texts)) if dialect.name == "sqlite" else list(texts)


def add_row(connection: sa.Connection, table: sa.Table, row: dict[str, Any], *, unless_there: bool) -> bool:
    """Insert one row and return that it was; False for a key that is there, where that is fine, else IntegrityError."""
    text = _insert(table, tuple(row), connection.dialect.name, unless_there)
    values = (
        [plain(each) for each in row.values()] if connection.dialect.name == "sqlite" else [*row.values()]
    )
    return bool(_carried_out(connection, text, values).rowcount)


def add_rows(
    connection: sa.Connection, table: sa.Table, columns: tuple[str, ...], rows: list[Sequence[Any]]
) -> None:
    """Insert rows into a SQLite journal; IntegrityError for a key that is there."""
    _carried_out(connection, _insert(table, columns, "sqlite", False), rows, many=True)


def add_told(
    connection: sa.Connection, table: sa.Table, columns: Mapping[str, str], told: str, same: Row
) -> None:
    """Insert into a SQLite journal a row for each member of `told`, a JSON text. A key that is there is IntegrityError.

    What becomes of each column: the member's `key` or `value`, or a "?" that the next of `same` fills in all of them.
    """
    _carried_out(connection, _insert_told(table, tuple(columns.items())), (*same, told))


@cache
def _insert_told(table: sa.Table, columns: tuple[tuple[str, str], ...]) -> str:
    names = ", ".join(f'"{name}"' for name, _ in columns)
    values = ", ".join(value for _, value in columns)
    return f'INSERT INTO "{table.name}" ({names}) SELECT {values} FROM json_each(?)'


@cache
def _insert(table: sa.Table, columns: tuple[str, ...], dialect: str, unless_there: bool) -> str:
    names = ", ".join(f'"{name}"' for name in columns)  # several of them are words of SQL
    blanks = ", ".join(["?" if dialect == "sqlite" else "%s"] * len(columns))
    otherwise = " ON CONFLICT DO NOTHING" if unless_there else ""
    return f'INSERT INTO "{table.name}" ({names}) VALUES ({blanks}){otherwise}'


@contextmanager
def part_of(connection: sa.Connection) -> Iterator[None]:
    """A part of the open transaction, which an exception undoes alone."""
    carry_out = driver(connection).execute
    carry_out(f"SAVEPOINT {_PART}")
    try:
        yield
    except BaseException:
        carry_out(f"ROLLBACK TO SAVEPOINT {_PART}")
        raise
    finally:
        carry_out(f"RELEASE SAVEPOINT {_PART}")


def driver(connection: sa.Connection) -> Any:
    """The driver's own connection, in the transaction that is open."""
    return connection.connection.driver_connection


def _carried_out(connection: sa.Connection, text: str, values: Any, *, many: bool = False) -> Any:
    """The driver's cursor. What it raises comes as SQLAlchemy's, without a value: some sentences tell whole rows."""
    dialect: Any = connection.dialect
    try:
        own = driver(connection)
        return own.executemany(text, values) if many else own.execute(text, values)
    except dialect.dbapi.Error as broken:
        if (said := first_sentence(broken)) is not None:
            broken.args = (said,)
        raise sa.exc.DBAPIError.instance(
            text, None, broken, dialect.dbapi.Error, hide_parameters=True, dialect=dialect
        ) from None


def first_sentence(said: BaseException) -> str | None:
    """The first sentence of an error of PostgreSQL's server; None where another spoke."""
    sentence: str | None = getattr(getattr(said, "diag", None), "message_primary", None)
    return sentence
