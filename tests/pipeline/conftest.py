"""Homes for the tests: an empty one with the sample bank's tables, and one in which the sample day has happened."""

import shutil
from pathlib import Path

import pytest

from tests.pipeline.house import House

STEPS = (
    "2026-04-02T10:00",
    "2026-04-02T11:30",
    "2026-04-02T15:30",
    "2026-04-02T21:15",
    "2026-04-07T08:30",
    "2026-04-07T21:15",
    "2026-04-09T08:30",
    "2026-04-13T08:30",
    "2026-04-15T08:30",
)


@pytest.fixture(scope="session")
def empty_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    house = House.new(tmp_path_factory.mktemp("empty") / "home", sample=False)
    with house.open():
        return house.root


@pytest.fixture
def house(empty_home: Path, tmp_path: Path) -> House:
    """The sample bank's tables, nothing in the inboxes, a journal without a line."""
    shutil.copytree(empty_home, tmp_path / "home")
    return House(tmp_path / "home")


@pytest.fixture(scope="session")
def sample_thursday(tmp_path_factory: pytest.TempPathFactory) -> House:
    """The sample bank after its first run on Thu 2026-04-02 at 10:00. Look, do not touch."""
    house = House.new(tmp_path_factory.mktemp("thursday") / "home")
    house.run(STEPS[0])
    return house


@pytest.fixture
def thursday(sample_thursday: House, tmp_path: Path) -> House:
    """A copy of that home, to go on from."""
    shutil.copytree(sample_thursday.root, tmp_path / "home")
    return House(tmp_path / "home")
