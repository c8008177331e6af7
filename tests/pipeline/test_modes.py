"""Nobody but the desk's own user reads a home, whatever the umask; a group, only what the bank has opened to it."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sepa.store.files import make_folder, publish
from tests.pipeline.house import House


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def too_open(root: Path) -> list[str]:
    """What in a home anybody but its owner may touch."""
    return [
        f"{path.relative_to(root)} {mode(path):o}" for path in (root, *root.rglob("*")) if mode(path) & 0o077
    ]


def test_a_whole_day_under_no_umask(tmp_path: Path, open_umask: None) -> None:
    house = House.new(tmp_path / "home")
    assert too_open(house.root) == []
    with house.open():  # while the journal is open, its -wal and -shm are there
        house.run()
        house.run("2026-04-02T21:15")
        house.close_day()
        assert (house.root / "journal.db-wal").exists()
        assert (house.root / "journal.db-shm").exists()
        assert too_open(house.root) == []
    assert too_open(house.root) == []
    rooms = {path.relative_to(house.root).parts[0] for path in house.root.rglob("*") if path.is_file()}
    assert {"archive", "clearing", "journal.db", "outbox", "reference"} <= rooms
    assert list(house.root.glob("outbox/*/notices/*.pdf"))
    assert list((house.root / "archive" / "quarantine").iterdir())


def test_the_command_makes_a_home_as_tight(tmp_path: Path, open_umask: None) -> None:
    code = "from sepa.cli import main; main()"
    told = ["init", str(tmp_path / "a" / "home"), "--sample"]
    subprocess.run([sys.executable, "-c", code, *told], check=True, capture_output=True)
    assert too_open(tmp_path / "a" / "home") == []


def test_a_group_may_fetch_where_the_bank_has_opened_the_folder(tmp_path: Path, open_umask: None) -> None:
    """`chgrp` and `chmod 2750` of a partner's outbox is the setting; files and folders below follow it."""
    folder = tmp_path / "outbox" / "mzdy"
    make_folder(folder)
    publish(folder, "a.txt", b"x")
    folder.chmod(0o2750)
    publish(folder, "b.txt", b"x")
    make_folder(folder / "notices")
    publish(folder / "notices", "c.txt", b"x")
    found = [mode(folder / name) for name in ("a.txt", "b.txt", "notices", "notices/c.txt")]
    assert found == [0o600, 0o640, 0o2750, 0o640]


def test_nobody_else_may_fetch_even_where_everybody_may_enter(tmp_path: Path) -> None:
    folder = tmp_path / "outbox"
    folder.mkdir()
    folder.chmod(0o777)
    publish(folder, "a.txt", b"x")
    make_folder(folder / "mzdy")
    assert [mode(folder / name) for name in ("a.txt", "mzdy")] == [0o640, 0o750]


def test_a_group_that_may_only_pass_through_reads_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "outbox"
    folder.mkdir()
    folder.chmod(0o710)
    publish(folder, "a.txt", b"x")
    make_folder(folder / "mzdy")
    assert [mode(folder / name) for name in ("a.txt", "mzdy")] == [0o600, 0o710]
