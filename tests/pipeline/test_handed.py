"""A window handed over part by part: nothing of a part stays in memory, and whoever is killed loses nothing."""

import gc
import multiprocessing
import os
import shutil
import signal
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

import sepa.settle
from bench.desk import WINDOW
from sepa.model.broken import BrokenPromise
from sepa.model.payment import Paying, Settlement
from sepa.pipeline import book, emit, handed, settle
from sepa.pipeline.beside import collected_later
from sepa.pipeline.book import settling
from sepa.pipeline.emit import emit_bulks
from sepa.pipeline.handed import Plain, parts_of, pieces_of
from sepa.pipeline.home import open_home, read_instant
from sepa.pipeline.settle import seal_window
from sepa.store.journal import Ready
from sepa.store.sql import posting, sealing
from sepa.wire.bulk import BulkFile
from tests.pipeline.test_many_orders import ORDERS, waiting

__all__ = ["waiting"]
ORDERS_A_BULK = 30
AT_ONCE = 7


class Watched(Settlement, frozen=True, weakref=True):
    """A part that knows which others are alive, and the copies that are made of it."""

    def __post_init__(self) -> None:
        alive.add(self)

    __hash__ = object.__hash__


alive: "weakref.WeakSet[Watched]" = weakref.WeakSet()


@pytest.fixture(autouse=True, scope="module")
def in_small_parts() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sepa.settle._Limits, "full", lambda _, opened, __: opened.count >= ORDERS_A_BULK)
        patch.setattr(sepa.settle, "PAYING_AT_ONCE", AT_ONCE)
        patch.setattr(posting, "POSTINGS_AT_ONCE", AT_ONCE)
        patch.setattr(handed, "POSTINGS_AT_ONCE", AT_ONCE)
        patch.setattr(emit, "SHEET_ORDERS", AT_ONCE)
        yield


def parts_made(home: Any) -> list[Settlement | Paying]:
    """What the window decides, whole."""
    made: list[Settlement | Paying] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settle, "pieces_of", lambda part, _: made.append(part) or iter(()))
        window = read_instant(WINDOW, home.profile)
        assert not seal_window(home, window).bulks
    return made


def plain(home: Any) -> Plain:
    return Plain(home.journal, read_instant(WINDOW, home.profile), "desk")


def test_a_part_is_forgotten_before_the_next_is_decided(
    waiting: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the one who decides nor the one who writes may keep what went by, however many orders there are."""
    shutil.copytree(waiting, tmp_path / "home")
    decided, counts = settle.settled, []

    def watched(*given: Any, **named: Any) -> Iterator[Settlement]:
        for part in decided(*given, **named):
            yield part if isinstance(part, Paying) else Watched(**msgspec.structs.asdict(part))
            counts.append(len(alive))

    monkeypatch.setattr(settle, "settled", watched)
    decode = handed._decode
    monkeypatch.setattr(handed, "_decode", lambda piece: Watched(**msgspec.structs.asdict(decode(piece))))
    with open_home(tmp_path / "home") as home:
        assert len(seal_window(home, read_instant(WINDOW, home.profile)).bulks) > 3
    assert counts == [0] * len(counts)
    assert len(counts) > 3


def test_no_statement_of_what_went_by_stays(
    waiting: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each stands in a cycle, with the keys of thousands of orders, and nobody looks for cycles meanwhile."""
    shutil.copytree(waiting, tmp_path / "home")
    write, counts = sealing._Window.write, []

    def counted(window: Any, given: Any) -> None:
        counts.append(sum(isinstance(each, sa.sql.expression.TableValuedAlias) for each in gc.get_objects()))
        write(window, given)

    monkeypatch.setattr(sealing._Window, "write", counted)
    with open_home(tmp_path / "home") as home:
        seal_window(home, read_instant(WINDOW, home.profile))
    assert len(counts) > 15
    assert counts[-1] <= counts[len(counts) // 2] + 1


def test_who_decides_looks_for_cycles_with_each_piece() -> None:
    with collected_later():
        circle = Circle()
        circle.whole, left = circle, weakref.ref(circle)
        del circle
        assert left() is not None
        assert not [*pieces_of(Paying({}), SimpleNamespace(journal=None))]  # type: ignore[arg-type]
        assert left() is None


class Circle:
    whole: "Circle"


def test_a_part_travels_in_small_pieces_and_is_noted_as_one(waiting: Path, tmp_path: Path) -> None:
    shutil.copytree(waiting, tmp_path / "home")
    with open_home(tmp_path / "home") as home:
        made = parts_made(home)
        pieces = [piece for part in made for piece in pieces_of(part, plain(home))]
        lines = [msgspec.msgpack.decode(piece[1:])[1] for piece in pieces if piece[:1] == b"l"]
        assert {len(some) for some in lines} <= set(range(1, AT_ONCE + 1))
        noted: list[bytes] = []
        told: list[str] = []
        with settling(home) as note:
            for part, whole in zip(parts_of(iter(pieces), note), made, strict=True):
                if isinstance(part, Ready):
                    assert isinstance(whole, Paying)
                    assert part.keys == whole.keys
                    told += [key for keys in part.keys.values() for key in keys]
                    continue
                assert isinstance(whole, Settlement)
                assert part.settlement == msgspec.structs.replace(whole, postings=())
                got = [line for piece in part.postings for line in msgspec.msgpack.decode(piece)[1]]
                assert [line[2] for line in got] == [each.key for each in whole.postings]
                assert {key for bulk in whole.bulks for key in bulk.keys} <= {*told}
                noted.append(msgspec.json.encode(whole))
        lying = [path.read_bytes() for path in (tmp_path / "home/archive/book/settled").rglob("*.json")]
    assert sorted(lying) == sorted(noted)
    assert len({*told}) == len(told) == ORDERS


def test_a_part_that_is_not_read_to_its_end_is_a_broken_promise(waiting: Path, tmp_path: Path) -> None:
    shutil.copytree(waiting, tmp_path / "home")
    with open_home(tmp_path / "home") as home:
        pieces = [piece for part in parts_made(home) for piece in pieces_of(part, plain(home))]
        with settling(home) as note, pytest.raises(BrokenPromise, match="not read to its end"):
            list(parts_of(iter(pieces), note))


# --- killed ---


def left(root: Path) -> tuple[dict[str, bytes], str, list[str], list[str]]:
    """All files that leave or are noted, the journal's digest and faults, and what lies there half written."""
    with open_home(root) as home:
        files = {str(path.relative_to(root)): path.read_bytes() for path in (root / "clearing").rglob("*.*")}
        book = {path.name: path.read_bytes() for path in (root / "archive" / "book").rglob("*.json")}
        drafts = [path.name for path in root.rglob(".tmp-*")]
        return files | book, home.journal.digest(), home.journal.faults(), drafts


def settle_all(root: Path) -> None:
    with open_home(root) as home:
        window = read_instant(WINDOW, home.profile)
        seal_window(home, window)
        emit_bulks(home, window)


@pytest.fixture(scope="module")
def undisturbed(waiting: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    root = tmp_path_factory.mktemp("undisturbed") / "home"
    shutil.copytree(waiting, root)
    settle_all(root)
    return left(root)


def dies(at: int, of: Callable[..., Any]) -> Callable[..., Any]:
    """`of`, but whoever calls it the `at`-th time is killed at once."""
    calls = 0

    def called(*given: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return of(*given, **named)

    return called


def pieces_die(at: int) -> Callable[..., Iterator[bytes]]:
    whole, died = settle.pieces_of, dies(at, lambda piece: piece)
    return lambda part, known: map(died, whole(part, known))


def lines_die(at: int) -> Callable[..., Iterator[Any]]:
    whole, died = posting.unpacked, dies(at, lambda lines: lines)
    return lambda pieces: map(died, whole(pieces))


KILLS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "who decides, at once": lambda patch: patch.setattr(settle, "pieces_of", pieces_die(1)),
    "who decides, amid the second part": lambda patch: patch.setattr(settle, "pieces_of", pieces_die(40)),
    "who writes, amid a part": lambda patch: patch.setattr("sepa.store.sql.sealing.unpacked", lines_die(11)),
    "who writes, with the second part noted": lambda patch: patch.setattr(
        "sepa.store.sql.sealing.pay", dies(2, lambda *_: None)
    ),
    "who writes, before it is certain": lambda patch: patch.setattr(
        "sepa.store.sql.chain.Chain.close", dies(1, lambda *_: None)
    ),
    "who writes, once it is certain": lambda patch: patch.setattr(book, "_settle", dies(2, book._settle)),
    "who draws": lambda patch: patch.setattr(emit, "draw", dies(2, emit.draw)),
    "who publishes": lambda patch: patch.setattr(BulkFile, "add", dies(7, BulkFile.add)),
}


@pytest.mark.parametrize("kill", KILLS)
def test_killed_beside_its_forks_and_done_again_nothing_is_lost_and_nothing_twice(
    waiting: Path, undisturbed: Any, tmp_path: Path, kill: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "home"
    shutil.copytree(waiting, root)
    with monkeypatch.context() as patch:
        patch.setattr(settle, "forks_for", lambda _: 1)
        patch.setattr(emit, "forks_for", lambda _: 2)
        KILLS[kill](patch)
        desk = multiprocessing.get_context("fork").Process(target=settle_all, args=(root,))
        desk.start()
        desk.join()
    assert desk.exitcode == (-signal.SIGKILL if kill.startswith(("who writes", "who publishes")) else 1)
    settle_all(root)
    assert left(root) == undisturbed
    assert left(root)[2:] == ([], [])
