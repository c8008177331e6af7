"""Thousands of random tamperings with rows, links and seals: an audit finds every one.

`make tamper` tries ten thousand; TAMPERINGS says how many. The first numbers are always the same ones.
"""

import datetime
import os
import random
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from sepa.model.journal import Approval, Correction, Publication
from sepa.store.sql import SqlJournal, open_journal
from sepa.store.sql.counting import note_day
from sepa.store.sql.flaws import find_flaws
from sepa.store.sql.screening import note_screening
from sepa.store.tables import metadata
from tests.store.lines import (
    DAY,
    EVENING,
    LATER,
    SECOND,
    accepted,
    decide,
    decision,
    move,
    pay_all,
)
from tests.store.test_journal_chain import a_day

TAMPERINGS = int(os.environ.get("TAMPERINGS", "1500"))


def a_longer_day(journal: SqlJournal) -> None:
    """A line in every table of the journal."""
    a_day(journal)
    on_us = accepted(journal, 2, "b", route="on-us", fingerprint="f" * 8)
    pay_all(journal, LATER, id="BULK-2", kind="on-us")
    journal.begin_emission("BULK-2", LATER)
    why = decision("d-5", f"{on_us[:24]}-1", "correct", EVENING)
    line = Correction(f"{on_us[:24]}-1", "d-5", "own_bank", "TECH", "case 7", EVENING, DAY)
    assert journal.correct(why, line)
    waits = accepted(journal, 2, "c")
    held = f"{waits[:24]}-1"
    decide(journal, move(held, "held"), id="d-6")
    word = Approval(held, 1, "Eva", EVENING, "d-7")
    journal.decide(decision("d-7", held), [], report=None, approvals=[word])
    sealed = pay_all(journal, LATER + SECOND, id="BULK-3")
    gone = move(sealed[0].key, "revoked", from_step=sealed_step(journal, sealed[0].key))
    journal.decide(decision("d-8", sealed[0].key, "revoke", EVENING), [gone], report=None)
    with journal.writing() as connection:
        note_screening(connection, on_us, "EU 2026-04-01")
        note_day(connection, on_us, "partner", DAY)
    journal.seal_day(DAY, EVENING + SECOND)
    journal.published([Publication("outbox/desk/seal.json", "1" * 64, "seal", str(DAY), "seal", EVENING)])


def sealed_step(journal: SqlJournal, key: str) -> int:
    order = journal.order(key)
    assert order is not None
    return order.step


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Connection]:
    """A journal behind whose back everything can be written, foreign keys or not."""
    url = f"sqlite:///{Path(tmp_path_factory.mktemp('tampering')) / 'journal.db'}"
    journal = open_journal(url)
    a_longer_day(journal)
    assert journal.audit() == []
    journal.close()
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        raw.isolation_level = None
        raw.execute("PRAGMA foreign_keys=OFF")
        raw.execute("BEGIN")
        yield connection
        raw.execute("ROLLBACK")
    engine.dispose()


Rows = list[dict[str, Any]]
Tampering = Callable[[Any, str, random.Random], str | None]


def _rows(raw: Any, table: str) -> Rows:
    cursor = raw.execute(f"SELECT * FROM {table}")
    names = [each[0] for each in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _where(table: str, row: dict[str, Any]) -> tuple[str, list[Any]]:
    key = [each.name for each in metadata.tables[table].primary_key]
    return " AND ".join(f'"{name}" = ?' for name in key), [row[name] for name in key]


def _other(value: Any, column: sa.Column[Any], chance: random.Random) -> Any:
    """Another value of the column's kind."""
    if value is None:
        return 7 if column.type.python_type is int else "2026-05-05"
    if column.nullable and chance.random() < 0.2:
        return None
    if isinstance(value, bytes):
        at = chance.randrange(len(value))
        return value[:at] + bytes([value[at] ^ (1 << chance.randrange(8))]) + value[at + 1 :]
    if isinstance(column.type, sa.Boolean):
        return 1 - value
    if isinstance(value, int):
        return value + chance.choice((-1, 1, 100))
    if isinstance(column.type, sa.Date):
        day = datetime.date.fromisoformat(value) + datetime.timedelta(days=chance.choice((-1, 1, 30)))
        return day.isoformat()
    at = chance.randrange(len(value) + 1)
    return value[:at] + chance.choice("x#9") + value[at + chance.randrange(2) :]


def change(raw: Any, table: str, chance: random.Random) -> str | None:
    row = chance.choice(_rows(raw, table))
    column = chance.choice(list(metadata.tables[table].columns))
    value = _other(row[column.name], column, chance)
    if value == row[column.name]:
        return None
    where, key = _where(table, row)
    raw.execute(f'UPDATE {table} SET "{column.name}" = ? WHERE {where}', [value, *key])
    return f"{table}.{column.name} of {key}: {row[column.name]!r} became {value!r}"


def remove(raw: Any, table: str, chance: random.Random) -> str | None:
    where, key = _where(table, chance.choice(_rows(raw, table)))
    raw.execute(f"DELETE FROM {table} WHERE {where}", key)
    return f"{table} {key} removed"


def add(raw: Any, table: str, chance: random.Random) -> str | None:
    row = chance.choice(_rows(raw, table))
    for each in metadata.tables[table].primary_key:
        row[each.name] = _other(row[each.name], each, chance)
    marks = ", ".join("?" * len(row))
    raw.execute(f"INSERT INTO {table} VALUES ({marks})", list(row.values()))
    return f"{table} {row} added"


def exchange(raw: Any, table: str, chance: random.Random) -> str | None:
    """Two rows change their places: everything but their keys."""
    rows = _rows(raw, table)
    one, other = chance.choice(rows), chance.choice(rows)
    key = {each.name for each in metadata.tables[table].primary_key}
    names = [name for name in one if name not in key]
    if not names or [one[name] for name in names] == [other[name] for name in names]:
        return None
    sets = ", ".join(f'"{name}" = ?' for name in names)
    for place, values in ((one, other), (other, one)):
        where, at = _where(table, place)
        raw.execute(f"UPDATE {table} SET {sets} WHERE {where}", [*(values[name] for name in names), *at])
    return f"{table}: {one} and {other} exchanged"


def cut_off(raw: Any, table: str, chance: random.Random) -> str | None:
    """The chain ends earlier; what later links wrote is still there."""
    last = raw.execute("SELECT max(number) FROM links").fetchone()[0]
    left = last - chance.randrange(1, last)
    raw.execute("DELETE FROM chained WHERE link > ?", [left])
    raw.execute("DELETE FROM links WHERE number > ?", [left])
    return f"the chain ends at {left} of {last}"


WAYS: tuple[Tampering, ...] = (change, change, change, remove, add, exchange)
TABLES = [table.name for table in metadata.sorted_tables]


def test_every_table_is_tampered_with(connection: sa.Connection) -> None:
    raw: Any = connection.connection.driver_connection
    empty = [table for table in TABLES if not _rows(raw, table)]
    assert empty == []


def test_every_tampering_is_found(connection: sa.Connection) -> None:
    raw: Any = connection.connection.driver_connection
    tables = [table for table in TABLES if _rows(raw, table)]
    tried: Counter[str] = Counter()
    missed = []
    number = 0
    while sum(tried.values()) < TAMPERINGS:
        number += 1
        chance = random.Random(number)  # noqa: S311 - no secret
        table = chance.choice(tables)
        way = cut_off if chance.random() < 0.01 else chance.choice(WAYS)
        raw.execute("SAVEPOINT whole")
        try:
            done = way(raw, table, chance)
            if done is not None:
                tried[table] += 1
                if next(find_flaws(connection), None) is None:
                    missed.append(f"{number}: {done}")
        except sqlite3.IntegrityError:
            pass  # the database itself says no
        finally:
            raw.execute("ROLLBACK TO whole")
            raw.execute("RELEASE whole")
    assert missed == []
    assert set(tried) == set(tables) or TAMPERINGS < 1000
    assert list(find_flaws(connection)) == []


def test_a_chain_cut_off_at_its_end_is_found_by_the_rows_it_leaves(connection: sa.Connection) -> None:
    raw: Any = connection.connection.driver_connection
    raw.execute("SAVEPOINT whole")
    last = raw.execute("SELECT max(number) FROM links").fetchone()[0]
    raw.execute("DELETE FROM chained WHERE link = ?", [last])
    raw.execute("DELETE FROM links WHERE number = ?", [last])
    found = [(flaw.place, flaw.what) for flaw in find_flaws(connection)]
    raw.execute("ROLLBACK TO whole")
    raw.execute("RELEASE whole")
    assert found == [("publications outbox/desk/seal.json", "added")]
