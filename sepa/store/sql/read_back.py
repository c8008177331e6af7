"""Chained rows read back as they were written: values in the order of their columns, an order as judged and as sent."""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any

import sqlalchemy as sa

from sepa.store.sql.rows import json_text
from sepa.store.tables import columns_told, history, metadata, orders

_ASKED_AT_ONCE = 5000

Line = tuple[Any, ...]


def plain(value: Any) -> Any:
    """A value as every database gives it back: days as ISO texts, truth as 0 and 1."""
    if isinstance(value, datetime.date):
        return value.isoformat()
    return int(value) if isinstance(value, bool) else value


_UNMOVED = "CASE WHEN h.key IS NOT NULL THEN h.{0} ELSE t.{0} END"
JUDGED = {
    name: _UNMOVED.format(name) for name in [each.name for each in history.columns] if name in orders.columns
} | {
    "key": "t.key",
    "step": "0",
    "transaction": 's."transaction"',
    "state": "CASE WHEN h.key IS NOT NULL THEN h.state WHEN t.step = 0 THEN t.state "
    "WHEN t.outcome IN ('accepted', 'rolled') THEN 'waiting' ELSE t.outcome END",
}
"""An order as it was judged, in the words of SQL: its line 0 where there is one, else still its own row `t`; and what
was sent, `s`."""
_BESIDE = (
    " LEFT JOIN history h ON h.key = t.key AND h.step = 0 LEFT JOIN transactions s ON s.number = t.number"
)


def lines_of(
    connection: sa.Connection, table: sa.Table, columns: tuple[str, ...], keys: Iterable[Any]
) -> Iterator[Line | None]:
    """The rows with `keys`, in their order: the values of `columns`, an order's as it was judged.

    None for one that is not there, or that has a value in a column which was not there when it was written.
    """
    query = _query(table.name, columns, connection.dialect.name)
    raw = connection.dialect.name == "sqlite"
    rest = iter(keys)
    while part := list(islice(rest, _ASKED_AT_ONCE)):
        asked = {"keys": json_text(part)} if raw else _arrays(table, part)
        for *line, as_it_was in connection.execute(query, asked):
            yield (tuple(line) if raw else tuple(map(plain, line))) if as_it_was else None


@cache
def _query(name: str, columns: tuple[str, ...], dialect: str) -> sa.TextClause:
    table = metadata.tables[name]
    key = [each.name for each in table.primary_key]
    said = JUDGED if table is orders else {}
    shown = ", ".join(said.get(each) or f't."{each}"' for each in columns)
    others = "".join(f' AND t."{each}" IS NULL' for each in columns_told(table) if each not in columns)
    beside = _BESIDE if table is orders else ""
    if dialect == "sqlite":
        parts = [f"json_extract(j.value, '$[{number}]')" for number in range(len(key))]
        asked, place = "json_each(:keys) j", "j.key"
        given = parts if len(key) > 1 else ["j.value"]
        same = [f't."{each}" = {value}' for each, value in zip(key, given, strict=True)]
    else:
        arrays = ", ".join(f"CAST(:k{number} AS {_TYPES[_kind(each)]}[])" for number, each in _keys(table))
        names = ", ".join(f"k{number}" for number in range(len(key)))
        asked, place = f"unnest({arrays}) WITH ORDINALITY AS j({names}, place)", "j.place"
        same = [f't."{each}" = j.k{number}' for number, each in enumerate(key)]
    return sa.text(
        f'SELECT {shown}, t."{key[0]}" IS NOT NULL{others} '
        f"FROM {asked} LEFT JOIN {name} t ON {' AND '.join(same)}{beside} ORDER BY {place}"
    )


_TYPES = {"date": "date", "int": "bigint", "str": "text"}


def _kind(column: sa.Column[Any]) -> str:
    return column.type.python_type.__name__


def _keys(table: sa.Table) -> Iterator[tuple[int, sa.Column[Any]]]:
    return enumerate(table.primary_key)


def _arrays(table: sa.Table, keys: Sequence[Any]) -> dict[str, list[Any]]:
    several = len(table.primary_key) > 1
    return {f"k{number}": [key[number] if several else key for key in keys] for number, _ in _keys(table)}
