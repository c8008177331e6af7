"""A process of its own in which one hostile file after the other is let loose, each in a forked child.

The child may use CPU_SECONDS of processor time and ADDRESS_BYTES of addresses, and is watched: everything that Python
opens, connects to or starts is told to an audit hook. What libxml2 would open is not Python's, and needs a canary
(`tests/hostile/watch.py`). A machine that is merely slow or busy fails nothing: only work is counted, never time.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from tests.hostile.suite import CACHE

ROOT = Path(__file__).resolve().parents[2]
CPU_SECONDS = 2
ADDRESS_BYTES = 1 << 30
MEMORY_KB_MAX = 300 * 1024

Answer = Any
"""What a child found out, as JSON carries it."""


class Ended(NamedTuple):
    """How a child ended: what it answered, or why it did not; what it touched outside; its peak memory."""

    answer: Answer
    crash: str
    strayed: tuple[str, ...]
    peak_kb: int


class Chamber:
    """The parent's side: asks, one question at a time."""

    def __init__(self) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-m", "tests.hostile.chamber"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )

    def ask(self, question: str, *arguments: Any) -> Ended:
        """Let a child answer a question of QUESTIONS."""
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.write(json.dumps([question, *arguments]).encode() + b"\n")
        self._child.stdin.flush()
        answer, crash, strayed, peak_kb = json.loads(self._child.stdout.readline())
        return Ended(answer, crash, tuple(strayed), peak_kb)

    def close(self) -> None:
        self._child.communicate()


# --- in the chamber ---

WATCHED = ("open", "socket.", "subprocess.", "os.", "shutil.", "urllib.", "ctypes.", "webbrowser.")
HARMLESS = ("os.listdir", "os.scandir", "os.walk", "os.fwalk")


def _watch(allowed: tuple[str, ...], strayed: list[str]) -> None:
    """From now on note whatever leaves the folders `allowed`. The hook stays for the life of the process."""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if not event.startswith(WATCHED) or event in HARMLESS:
            return
        if event.split(".")[0] in ("open", "os", "shutil"):
            named = arguments[:1] if event == "open" else arguments[:2]  # of `open` the second is its mode
            places = [os.fsdecode(each) for each in named if isinstance(each, str | bytes | os.PathLike)]
            if all(os.path.realpath(place).startswith(allowed) for place in places):
                return
        strayed.append(f"{event} {arguments!r}"[:200])

    sys.addaudithook(hook)


def _answered(work: Callable[..., Answer], arguments: list[Any]) -> tuple[Answer, str, list[str]]:
    strayed: list[str] = []
    packages = {Path(os.__file__).parent, ROOT / "sepa", ROOT / "schemas", *_installed()}
    zones = Path("/usr/share/zoneinfo"), Path("/usr/lib/python3"), Path(os.devnull)
    given = Path(tempfile.gettempdir()), CACHE
    allowed = tuple(f"{place.resolve()}" for place in (*packages, *zones, *given))
    _watch(allowed, strayed)
    try:
        return work(*arguments), "", strayed
    except BaseException:
        return None, traceback.format_exc(), strayed


def _installed() -> set[Path]:
    import lxml

    return {Path(lxml.__file__).parents[1]}


def _child(work: Callable[..., Answer], arguments: list[Any], out: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_BYTES, ADDRESS_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answered = _answered(work, arguments)
    with os.fdopen(out, "wb") as told:
        told.write(json.dumps(answered, default=str).encode())


def _serve(questions: dict[str, Callable[..., Answer]]) -> None:
    for line in sys.stdin.buffer:
        question, *arguments = json.loads(line)
        read, write = os.pipe()
        child = os.fork()
        if not child:
            try:
                _child(questions[question], arguments, write)
            finally:
                os._exit(0)
        os.close(write)
        with os.fdopen(read, "rb") as told:
            raw = told.read()
        _, status, usage = os.wait4(child, 0)
        code = os.waitstatus_to_exitcode(status)
        answer, crash, strayed = json.loads(raw) if raw else (None, f"ended by signal {-code}", [])
        if code:
            crash = crash or f"ended by signal {-code}"
        sys.stdout.write(json.dumps([answer, crash, strayed, usage.ru_maxrss]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    from tests.hostile.questions import QUESTIONS

    _serve(QUESTIONS)
