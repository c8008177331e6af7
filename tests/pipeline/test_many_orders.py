"""A large window settled by this process alone, or with forks beside it: the same journal and the same files."""

import shutil
from pathlib import Path

import pytest

from bench.desk import WINDOW, drop, intake, make_home
from bench.orders import write_orders
from sepa.pipeline import emit, settle
from sepa.pipeline.emit import emit_bulks
from sepa.pipeline.home import open_home, read_instant
from sepa.pipeline.settle import seal_window

ORDERS = 100
SHEET_ORDERS = 7


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("many")
    write_orders(folder / "orders.xml", "pain.001.001.09", ORDERS)
    make_home(folder / "home", ORDERS)
    drop(folder / "home", [folder / "orders.xml"])
    with open_home(folder / "home") as home:
        intake(home, lambda name, step: step())
    return folder / "home"


def settled(waiting: Path, into: Path) -> tuple[dict[str, bytes], str, list[str]]:
    """What leaves, the digest of the journal, and what an auditor would find there."""
    shutil.copytree(waiting, into)
    with open_home(into) as home:
        window = read_instant(WINDOW, home.profile)
        assert seal_window(home, window).paid == ORDERS
        emit_bulks(home, window)
        files = {path.name: path.read_bytes() for path in (into / "clearing" / "out").iterdir()}
        book = {path.name: path.read_bytes() for path in (into / "archive" / "book").rglob("*.json")}
        return files | book, home.journal.digest(), home.journal.faults()


@pytest.mark.parametrize("forks", [1, 2, 3])
def test_forks_make_no_difference(
    waiting: Path, tmp_path: Path, forks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emit, "SHEET_ORDERS", SHEET_ORDERS)
    alone = settled(waiting, tmp_path / "alone")
    monkeypatch.setattr(emit, "forks_for", lambda _: forks)
    monkeypatch.setattr(settle, "forks_for", lambda _: forks)
    assert settled(waiting, tmp_path / "beside") == alone
    assert alone[2] == []
    assert any(name.startswith("pacs.008") for name in alone[0])
