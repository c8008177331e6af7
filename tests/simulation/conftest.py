"""Benches on which schedules are played: one in SQLite, one in PostgreSQL."""

from collections.abc import Iterator

import pytest

from tests.simulation.play import bench
from tests.simulation.world import Bench
from tests.store.conftest import postgresql_url

__all__ = ["on", "on_postgresql", "postgresql_url"]


@pytest.fixture(scope="session")
def on() -> Iterator[Bench]:
    with bench() as made:
        yield made


@pytest.fixture(scope="session")
def on_postgresql(postgresql_url: str) -> Iterator[Bench]:
    with bench(postgresql_url) as made:
        yield made
