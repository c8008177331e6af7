"""What a piece of work costs: seconds on the wall, seconds of processors, and the memory of all its processes.

Work is done in a process of its own, which prints what each stage of it took (`tell`); `run` starts it and watches
its memory. Memory is the proportional share, `Pss`: pages that forked workers share are counted once.
"""

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

LOOK_SECONDS = 0.05
_LOOKING_AT_MOST = 20
"""The watch rests so many times longer than a look takes: it may cost a twentieth of one core, no more."""
_TICKS = os.sysconf("SC_CLK_TCK")


class Spent(NamedTuple):
    """Seconds on the wall and of the processors."""

    wall: float
    cpu: float


class Ran(NamedTuple):
    """One process: what its stages took, and the largest sum of memory that it held with its children."""

    stages: dict[str, Spent]
    megabytes: float


class BenchFault(Exception):
    """What was to be measured did not come to its end, or not to the right one."""


def cpu_seconds(server: int | None = None) -> float:
    """Of this process and of its children that have ended; of a database server, too, where its pid is given."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    own = sum(each.ru_utime + each.ru_stime for each in both)
    return own + (sum(map(_ticks, family(server))) / _TICKS if server else 0)


def spent(work: Callable[[], object], server: int | None = None) -> Spent:
    wall, cpu = time.perf_counter(), cpu_seconds(server)
    work()
    return Spent(time.perf_counter() - wall, cpu_seconds(server) - cpu)


def tell(stages: Mapping[str, Spent]) -> None:
    """Print the stages for `run` to read."""
    sys.stdout.write(json.dumps(stages))


def run(
    module: str,
    *arguments: object,
    environment: Mapping[str, str] | None = None,
    cores: int | None = None,
    server: int | None = None,
    longest: float | None = None,
) -> Ran:
    """Run `python -m module` to its end on so many cores, and watch it.

    BenchFault with its last words if it fails, or if it is not over after `longest` seconds.
    """
    allowed = sorted(os.sched_getaffinity(0))[:cores]
    command: Sequence[str] = (sys.executable, "-m", module, *map(str, arguments))
    with tempfile.TemporaryFile() as words:
        child = subprocess.Popen(
            command,
            env={**os.environ, **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=words,
            preexec_fn=lambda: os.sched_setaffinity(0, allowed),
        )
        watch = Watch(child.pid, *([server] if server else []))
        try:
            told, _ = child.communicate(timeout=longest)
        except subprocess.TimeoutExpired:
            raise BenchFault(f"{module} was not over after {longest:.0f} s") from None
        finally:
            megabytes = watch.stop()
            if child.poll() is None:
                for each in reversed(family(child.pid)):
                    with suppress(ProcessLookupError):
                        os.kill(each, signal.SIGKILL)
                child.wait()
        if child.returncode:
            words.seek(0)
            last = words.read().decode("utf-8", "replace").strip()[-2000:]
            raise BenchFault(f"{module} ended with {child.returncode}: {last}")
    return Ran({name: Spent(*each) for name, each in json.loads(told).items()}, megabytes)


class Watch:
    """The largest sum of memory that some processes and all below them held, looked at twenty times a second."""

    def __init__(self, *pids: int) -> None:
        self.megabytes = 0.0
        self._pids, self._over = pids, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        self._over.set()
        self._thread.join()
        return self.megabytes

    def _look(self) -> None:
        rest = 0.0
        while not self._over.wait(max(LOOK_SECONDS, rest)):
            start = time.thread_time()
            everyone = {each for pid in self._pids for each in family(pid)}
            self.megabytes = max(self.megabytes, sum(map(_held, everyone)))
            rest = _LOOKING_AT_MOST * (time.thread_time() - start)


def family(pid: int) -> list[int]:
    """The process and all that it and its children started, whichever of their threads did."""
    children: list[str] = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with suppress(OSError):
                children += (task / "children").read_text("ascii").split()
    return [pid, *(each for child in children for each in family(int(child)))]


def _held(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def _ticks(pid: int) -> int:
    """Of a process, and of its children that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return 0
    return sum(map(int, fields[11:15]))
