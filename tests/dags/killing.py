"""Killing the process of a task at a moment that is found by looking, and not by waiting some time."""

import os
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

STEP_SECONDS = 0.004
DEADLINE_SECONDS = 300


def kill_when(pid: int, reached: Callable[[], bool]) -> None:
    """Let a process go on in short steps, standing still while somebody looks, and kill it where `reached` is true.

    AssertionError when it ended before.
    """
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        os.kill(pid, signal.SIGSTOP)
        _stands(pid)
        if reached():
            break
        assert time.monotonic() < deadline, "the moment never came"
        os.kill(pid, signal.SIGCONT)
        time.sleep(STEP_SECONDS)
    os.kill(pid, signal.SIGKILL)


def _stands(pid: int) -> None:
    """Come back once the process stands still."""
    while (state := _fields(pid)[0]) != "T":
        assert state not in "ZX", "it ended before the moment came"


def session_of(pid: int) -> int:
    """The session that a process belongs to."""
    return int(_fields(pid)[3])


def _fields(pid: int) -> list[str]:
    """What the kernel tells of a process behind its name: state, parent, group, session and more."""
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        raise AssertionError("it ended before the moment came") from None


def count(root: Path, table: str) -> int:
    """How many rows of the journal's table another process would see now; 0 while it cannot be asked."""
    try:
        with closing(sqlite3.connect(f"file:{root / 'journal.db'}?mode=ro", uri=True, timeout=0)) as journal:
            (rows,) = journal.execute(f"SELECT count(*) FROM {table}").fetchone()
    except sqlite3.OperationalError:
        return 0
    found: int = rows
    return found


def files_in(folder: Path) -> int:
    """How many finished files lie in a folder and below it."""
    return sum(path.is_file() and not path.name.startswith(".") for path in folder.rglob("*"))
