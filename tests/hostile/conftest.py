"""One chamber and one bait for all tests of hostile input."""

from collections.abc import Iterator

import pytest

from tests.hostile.chamber import Chamber
from tests.hostile.watch import Bait


@pytest.fixture(scope="session")
def chamber() -> Iterator[Chamber]:
    opened = Chamber()
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def bait(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bait]:
    laid = Bait(tmp_path_factory.mktemp("bait"))
    yield laid
    laid.close()
