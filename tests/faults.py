"""Faults at every point where something is read, written or committed: one mechanism for all tests that break things.

`Faults` stands around the real calls: at each point it asks what shall happen there. Nothing waits and nothing is drawn
by lot here; whoever asks decides by counting.
"""

import errno
import fcntl
import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

import pytest
import sqlalchemy as sa
from sqlalchemy.engine.default import DefaultDialect

from sepa.store import together
from sepa.store.sql.connection import Connected

Point = Literal["link", "rename", "replace", "unlink", "fsync", "write", "read", "begin", "commit"]
Kind = Literal[
    "kill", "kill-after", "power-cut", "no-space", "io-error", "locked", "restarted", "lost-answer"
]

FILES: tuple[Point, ...] = ("link", "rename", "replace", "unlink", "fsync", "write", "read")
PLACES: dict[Kind, tuple[Point, ...]] = {
    "kill": ("link", "rename", "unlink", "fsync", "write", "commit"),
    "kill-after": ("link", "rename", "unlink", "fsync", "write", "commit"),
    "power-cut": ("link", "rename", "unlink", "fsync", "write", "commit"),
    "no-space": ("link", "write", "commit"),
    "io-error": ("link", "fsync", "write", "read", "commit"),
    "locked": ("begin",),
    "restarted": ("begin", "commit"),
    "lost-answer": ("commit",),
}
"""Where each kind of fault can happen."""


class Stopped(BaseException):
    """The process is gone: nothing that it still wanted to write or tidy away is done."""


class Faults:
    """Asks `decide` at each point, by its name and how many of that name came before, what happens there.

    None lets it pass. After a kill nothing is done any more; a full disk stays full, a locked database locked.
    """

    def __init__(self, decide: Callable[[Point, int], Kind | None] = lambda point, number: None) -> None:
        self.count: Counter[str] = Counter()
        self.names: list[Point] = []
        self.happened: list[tuple[Kind, Point]] = []
        self.gone = False
        self.disk: Disk | None = None
        self._decide = decide
        self._lasting: Kind | None = None

    def at(self, point: Point, original: Callable[..., Any], *given: Any, **named: Any) -> Any:
        if self.gone:
            raise Stopped
        self.count[point] += 1
        self.names.append(point)
        kind = self._decide(point, self.count[point])
        if kind is None and self._lasting is not None and point in PLACES[self._lasting]:
            kind = self._lasting
        if kind is None:
            return original(*given, **named)
        self.happened.append((kind, point))
        if kind in ("kill", "power-cut", "kill-after"):
            if kind == "kill-after":
                with suppress(FileExistsError):
                    original(*given, **named)
            self.gone = True
            raise Stopped
        if kind in ("no-space", "locked"):
            self._lasting = kind
        if kind == "lost-answer":
            original(*given, **named)
        raise _error(kind, point)

    @contextmanager
    def into(self) -> Iterator["Faults"]:
        """Stand around the real calls for as long as this lasts."""
        with pytest.MonkeyPatch.context() as patched:
            for point in ("link", "rename", "replace", "unlink"):
                patched.setattr(os, point, self._around(point, getattr(os, point)))
            patched.setattr(os, "fsync", self._around("fsync", self._settle))
            patched.setattr(together, "settle_system", self._around("fsync", self._settle_all))
            patched.setattr(os, "fdopen", self._written(os.fdopen))
            patched.setattr(Path, "open", self._read(Path.open))
            patched.setattr(DefaultDialect, "do_commit", self._around("commit", DefaultDialect.do_commit))
            patched.setattr(Connected, "writing", self._begun(Connected.writing))
            yield self

    def _around(self, point: Point, original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            if self.disk is not None and point != "commit":
                return self.at(point, self.disk.around(point, original), *given, **named)
            return self.at(point, original, *given, **named)

        return call

    def _settle(self, descriptor: int) -> None:
        """The disk stays whole here, so nothing needs to be settled: tests would only wait."""
        if self.disk is not None:
            self.disk.settled(descriptor)

    def _settle_all(self, descriptor: int) -> None:
        if self.disk is not None:
            self.disk.settled_all()

    def _written(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def fdopen(*given: Any, **named: Any) -> Any:
            out = original(*given, **named)
            return _Out(self, out) if out.writable() else out

        return fdopen

    def _read(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def open_path(path: Path, mode: str = "r", *given: Any, **named: Any) -> Any:
            if mode.strip("bt") == "r":
                return self.at("read", original, path, mode, *given, **named)
            return original(path, mode, *given, **named)

        return open_path

    def _begun(self, original: Callable[..., Any]) -> Callable[..., Any]:
        @contextmanager
        def writing(connected: Connected, **named: Any) -> Iterator[sa.Connection]:
            self.at("begin", lambda: None)
            with original(connected, **named) as connection:
                yield connection

        return writing


class _Out:
    """A file that is written to; half of what was to be written is there when its disk is full or its writer gone."""

    def __init__(self, faults: Faults, out: Any) -> None:
        self._faults, self._out = faults, out

    def write(self, content: bytes) -> int:
        try:
            written: int = self._faults.at("write", self._out.write, content)
        except BaseException:
            self._out.write(content[: len(content) // 2])
            raise
        return written

    def __getattr__(self, name: str) -> Any:
        return getattr(self._out, name)

    def __enter__(self) -> "_Out":
        return self

    def __exit__(self, *given: Any) -> None:
        self._out.close()


def _error(kind: Kind, point: Point) -> Exception:
    said = {
        "no-space": "database or disk is full",
        "io-error": "disk I/O error",
        "locked": "database is locked",
        "restarted": "server closed the connection unexpectedly",
        "lost-answer": "server closed the connection unexpectedly",
    }[kind]
    if point in ("begin", "commit"):
        return sa.exc.OperationalError(point, None, sqlite3.OperationalError(said))
    return OSError(errno.ENOSPC if kind == "no-space" else errno.EIO, said)


class Disk:
    """What of a home survives when the power goes: only what was settled with `fsync`, content and name apart.

    Everything that was there at the start is settled. A database settles itself and is left alone.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._there = set(_files(root))
        self._folders = {root, *(path for path in root.rglob("*") if path.is_dir())}
        self._sizes = {(state := path.stat()).st_ino: state.st_size for path in self._there}
        self._settled: set[Path] = set()
        self._undo: list[tuple[Path, Path, bytes | None]] = []

    def around(self, point: Point, original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            if point == "unlink":
                path = Path(given[0])
                moved = any(path == place for _, place, _ in self._undo)
                if path.is_file() and (path in self._there or moved):
                    self._undo.append((path, path, path.read_bytes()))
            result = original(*given, **named)
            if point in ("rename", "replace"):
                self._undo.append((Path(given[0]), Path(given[1]), None))
            return result

        return call

    def settled(self, descriptor: int) -> None:
        path = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        if path.is_dir():
            self._settled |= {path / name for name in os.listdir(path)}
            self._undo = [each for each in self._undo if path not in (each[0].parent, each[1].parent)]
        else:
            state = os.fstat(descriptor)
            self._sizes[state.st_ino] = state.st_size

    def settled_all(self) -> None:
        """Everything that was written and named by now is settled."""
        there = _files(self.root)
        self._settled |= there | {path for path in self.root.rglob("*") if path.is_dir()}
        self._undo.clear()
        self._sizes |= {(state := path.stat()).st_ino: state.st_size for path in there}

    def lose(self, *, keeps_names: bool = False) -> None:
        """The power is gone: what was not settled is as before, or empty.

        A disk that `keeps_names` wrote every name down by chance, before anybody asked for it, and no content.
        """
        if keeps_names:
            self._settled |= _files(self.root)
            self._undo.clear()
        for source, place, content in reversed(self._undo):
            if content is not None:
                place.write_bytes(content)
            elif place.exists():
                place.rename(source)
        for path in sorted(_files(self.root) - self._there):
            if (
                path.parent not in self._folders and path.parent not in self._settled
            ) or path not in self._settled:
                path.unlink()
            elif self._sizes.get(path.stat().st_ino) != path.stat().st_size:
                path.write_bytes(b"")


def _files(root: Path) -> set[Path]:
    return {path for path in root.rglob("*") if path.is_file() and not path.name.startswith("journal.db")}


def lock_or(wait: Callable[[], None]) -> Callable[[int, int], None]:
    """`fcntl.flock` for workers that take turns in one process: who lacks the lock calls `wait` and asks again."""
    real = fcntl.flock

    def flock(descriptor: int, operation: int) -> None:
        while True:
            try:
                return real(descriptor, operation | fcntl.LOCK_NB)
            except BlockingIOError:
                wait()

    return flock
