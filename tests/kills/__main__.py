"""Kills the reference day at every point, or at a sample: `python -m tests.kills --help`.

For each: the stage's home as it was before, the stage killed, nothing half written to be seen, the stage done again in
peace, and then the same files and the same journal as without the kill, byte for byte. Of a sample every fourth is
killed twice in a row. Ends with 1 and a line for each that differs, with 2 where processes cannot be traced.
"""

import argparse
import json
import os
import random
import resource
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sepa.pipeline.book import PENDING
from sepa.store.files import TEMPORARY
from sepa.store.sql import open_journal
from tests.kills.day import STAGES, Stage, drop, new_home
from tests.kills.tracer import CannotTrace, Moment, Point, traced
from tests.pipeline.house import House

SHOWN = ("archive", "clearing", "outbox")
"""Folders in which nobody must ever see half a file."""
CAME = "archive/book/came/"
MEMORY, MEMORY_BYTES_MIN = Path("/dev/shm"), 512 * 1024 * 1024


class Lived(NamedTuple):
    """A stage as it was lived undisturbed: the home before it, its points, and how it left things."""

    stage: Stage
    before: Path
    points: list[Point]
    state: dict[str, Any]


class Kill(NamedTuple):
    """Where a stage dies; before which point the next attempt does, 0 where that is left in peace."""

    stage: int
    point: int
    moment: Moment
    then: int = 0


def main() -> int:
    asked = _asked()
    with tempfile.TemporaryDirectory(prefix="kills-", dir=_fast_folder()) as folder:
        try:
            day = live(Path(folder))
        except CannotTrace as impossible:
            say(str(impossible))
            return 2
        everything = list(kills(day))
        chosen = sample(everything, day, asked.sample, asked.seed) if asked.sample else everything
        points = sum(len(each.points) for each in day)
        say(f"{points} points, {len(everything)} kills; {len(chosen)} of them, seed {asked.seed}")
        faults = _shared_out(day, chosen, Path(folder), asked.workers)
    used = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = sum(each.ru_utime + each.ru_stime for each in used)
    say(f"{len(chosen)} kills, {len(faults)} ended otherwise, {seconds:.0f} seconds of the processor")
    return 1 if faults else 0


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.kills")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", type=int, default=20260402)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    return parser.parse_args()


def _fast_folder() -> Path | None:
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > MEMORY_BYTES_MIN:
        return MEMORY
    return None


# --- the day, undisturbed ---


def live(folder: Path) -> list[Lived]:
    """Live the day once, stage after stage, and keep the home as it was before each."""
    home = folder / "undisturbed"
    new_home(home)
    for stage in STAGES:  # once in this very process, so that all it imports is there for every fork
        drop(home, stage.drops)
        _quietly(lambda stage=stage: stage.work(home))
    shutil.rmtree(home)
    new_home(home)
    day = []
    for number, stage in enumerate(STAGES):
        drop(home, stage.drops)
        before = folder / f"before-{number}"
        shutil.copytree(home, before)
        day.append(lived(stage, home, before))
    return day


def lived(stage: Stage, home: Path, before: Path) -> Lived:
    """Live one stage in `home`, of which `before` is the copy."""
    points, _ = traced(_silent(stage, home), home)
    return Lived(stage, before, points, forked(lambda: state_of(home)))


def state_of(root: Path) -> dict[str, Any]:
    """Every file's digest, what was left half written, the journal's digest and its faults."""
    journal = open_journal(f"sqlite:///{root / 'journal.db'}")
    told = {"digest": journal.digest(), "faults": journal.faults()}
    journal.close()
    drafts = [str(path.relative_to(root)) for path in root.rglob(f"{TEMPORARY}*")]
    return {"files": files_of(root), "drafts": drafts, **told}


def files_of(root: Path) -> dict[str, str]:
    """Every file's digest by its path; of the second book's notes of what came, each delivery.

    Files that were taken together are one note, and what a kill left is taken one by one: how many there are in a note
    says nothing.
    """
    files = House(root).bytes_of()
    for path in [path for path in files if path.startswith(CAME)]:
        try:
            noted = json.loads((root / path).read_bytes())
        except ValueError:
            continue  # half written: it stays, and differs
        del files[path]
        for delivery in noted if isinstance(noted, list) else [noted]:
            files[f"{CAME}{json.dumps(delivery, sort_keys=True)}"] = ""
    return files


def kills(day: Sequence[Lived]) -> Iterator[Kill]:
    for number, each in enumerate(day):
        for at, point in enumerate(each.points, 1):
            for moment in point.moments:
                yield Kill(number, at, moment)


def sample(everything: list[Kill], day: Sequence[Lived], count: int, seed: int) -> list[Kill]:
    """So many kills: first one of each stage, call and moment, then any."""
    chance = random.Random(seed)  # noqa: S311
    mixed = [
        kill._replace(then=chance.randint(1, len(day[kill.stage].points)) * (number % 4 == 0))
        for number, kill in enumerate(chance.sample(everything, len(everything)))
    ]

    def sort_of(kill: Kill) -> tuple[Any, ...]:
        return kill.stage, day[kill.stage].points[kill.point - 1].call, kill.moment

    first = {sort_of(kill): kill for kill in reversed(mixed)}
    chosen = dict.fromkeys([*first.values(), *mixed])
    return sorted([*chosen][: max(count, len(first))])


# --- one kill ---


def killed(was: Lived, kill: Kill, root: Path) -> str:
    """What differs after this kill, in a sentence; empty when nothing does."""
    shutil.copytree(was.before, root)
    try:
        points, died = traced(_silent(was.stage, root), root, dies_at=kill.point, moment=kill.moment)
        expected = was.points[kill.point - 1]
        if not died or points[-1].call != expected.call:
            return f"it came to {points[-1:]} instead of {expected}"
        if half := sorted(_half_written(was, root)):
            return f"half written and to be seen: {half}"
        if kill.then:
            traced(_silent(was.stage, root), root, dies_at=kill.then)
        state = forked(lambda: _again(was.stage, root))
        return "; ".join(
            f"{what} differ: {_differ(was.state[what], state[what])}"
            for what in state
            if state[what] != was.state[what]
        )
    except RuntimeError as failed:
        return f"it could not be done again: {failed}"
    finally:
        shutil.rmtree(root)


def _again(stage: Stage, root: Path) -> dict[str, Any]:
    _quietly(lambda: stage.work(root))
    return state_of(root)


def _half_written(was: Lived, root: Path) -> Iterator[str]:
    """Files that partners, the clearing or auditors see now and that are none of those of the undisturbed day.

    What the second book holds as pending is meant to be seen so, until it is known whether it came true.
    """
    for path, digest in files_of(root).items():
        if path.startswith(SHOWN) and f"/{PENDING}" not in path and was.state["files"].get(path) != digest:
            yield path


def _differ(expected: Any, found: Any) -> Any:
    if not isinstance(expected, dict):
        return found
    return sorted(path for path in expected.keys() | found.keys() if expected.get(path) != found.get(path))


# --- processes ---


def _shared_out(day: list[Lived], chosen: list[Kill], folder: Path, workers: int) -> list[str]:
    """Which kills ended otherwise; each worker tries every n-th, and says what differs."""
    shares = [chosen[first::workers] for first in range(workers)]
    pipes = [
        _fork(lambda number=number, share=share: [*_try(day, share, folder / f"worker-{number}")])
        for number, share in enumerate(shares)
    ]
    return [fault for pipe in pipes for fault in _answer(*pipe)]


def _try(day: list[Lived], share: list[Kill], root: Path) -> Iterator[str]:
    for kill in share:
        was = day[kill.stage]
        if said := killed(was, kill, root):
            where = f"{was.stage.name}, {kill.moment} point {kill.point}, {' of '.join(was.points[kill.point - 1])}"
            where += f", and before point {kill.then} of the next attempt" * bool(kill.then)
            say(f"{where}: {said}")
            yield where


def forked(work: Callable[[], Any]) -> Any:
    """What `work` returns, done in a process of its own; RuntimeError when that failed."""
    return _answer(*_fork(work))


def _fork(work: Callable[[], Any]) -> tuple[int, int]:
    sys.stdout.flush()
    reading, writing = os.pipe()
    process = os.fork()
    if process:
        os.close(writing)
        return process, reading
    code = 1
    try:
        with os.fdopen(writing, "w") as answer:
            json.dump(work(), answer)
        code = 0
    except BaseException as failed:
        sys.stderr.write(f"{type(failed).__name__}: {failed}\n")
    finally:
        sys.stderr.flush()
        os._exit(code)


def _answer(process: int, reading: int) -> Any:
    with os.fdopen(reading) as answer:
        text = answer.read()
    _, status = os.waitpid(process, 0)
    if status:
        raise RuntimeError("a process of this run failed; its fault is printed above")
    return json.loads(text)


def _silent(stage: Stage, root: Path) -> Callable[[], None]:
    return lambda: _quietly(lambda: stage.work(root))


def _quietly(work: Callable[[], None]) -> None:
    """Do it with nothing on the screen: descriptors, not objects, for the command has its own."""
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        work()
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


if __name__ == "__main__":
    sys.exit(main())
