"""The figures that were measured, kept in `bench/figures.json`, and what follows from them.

Each round is written down as soon as it is over, so that a broken run loses nothing. A case and size that is measured
again takes the place of the older figure.
"""

import datetime
import json
import math
import os
import platform
import re
import sqlite3
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import lxml.etree
import sqlalchemy as sa

from bench.spent import Ran, Spent

ROOT = Path(__file__).resolve().parents[1]
SAVED = ROOT / "bench" / "figures.json"


class Round(NamedTuple):
    """One U and one of ours right after it."""

    unit: Spent
    stages: dict[str, Spent]
    megabytes: float

    @property
    def whole(self) -> Spent:
        return Spent(*map(sum, zip(*self.stages.values(), strict=True)))


class Figure(NamedTuple):
    """All rounds of a case at one size. The shortest time of each counts, and the largest memory."""

    orders: int
    size_bytes: int
    machine: dict[str, str]
    rounds: tuple[Round, ...]

    @property
    def unit(self) -> Spent:
        return Spent(min(each.unit.wall for each in self.rounds), min(each.unit.cpu for each in self.rounds))

    @property
    def best(self) -> Round:
        return min(self.rounds, key=lambda each: each.whole.wall)

    @property
    def whole(self) -> Spent:
        return Spent(self.best.whole.wall, min(each.whole.cpu for each in self.rounds))

    @property
    def ratio(self) -> float:
        """Wall time in U."""
        return self.whole.wall / self.unit.wall

    @property
    def cpu_ratio(self) -> float:
        return self.whole.cpu / self.unit.cpu

    @property
    def megabytes(self) -> float:
        return max(each.megabytes for each in self.rounds)


Figures = dict[str, dict[int, Figure]]
"""By case and number of orders."""


def load(path: Path) -> Figures:
    """What was saved, or nothing yet."""
    if not path.exists():
        return {}
    saved: dict[str, dict[str, Any]] = json.loads(path.read_text("utf-8"))
    return {
        case: {int(orders): _figure(int(orders), each) for orders, each in sizes.items()}
        for case, sizes in saved.items()
    }


def _figure(orders: int, saved: dict[str, Any]) -> Figure:
    rounds = (
        Round(
            Spent(*each["U"]),
            {name: Spent(*spent) for name, spent in each["stages"].items()},
            each["megabytes"],
        )
        for each in saved["rounds"]
    )
    return Figure(orders, saved["bytes"], saved["machine"], tuple(rounds))


def save(path: Path, case: str, figure: Figure) -> None:
    """Lay the figure beside those saved before, in place of an older one. Seconds are [wall, CPU]."""
    figures = load(path)
    figures.setdefault(case, {})[figure.orders] = figure
    told = {
        case: {str(orders): _told(sizes[orders]) for orders in sorted(sizes)}
        for case, sizes in sorted(figures.items())
    }
    text = json.dumps(told, indent=1, ensure_ascii=False)
    text = re.sub(r"\[\s+([\d.e-]+),\s+([\d.e-]+)\s+\]", r"[\1, \2]", text)  # a pair of seconds on one line
    draft = path.with_suffix(".draft")
    draft.write_text(text + "\n", "utf-8")
    draft.replace(path)


def _told(figure: Figure) -> dict[str, Any]:
    def short(spent: Spent) -> list[float]:
        return [float(f"{seconds:.4g}") for seconds in spent]

    rounds = [
        {
            "U": short(each.unit),
            "stages": {name: short(spent) for name, spent in each.stages.items()},
            "megabytes": round(each.megabytes, 1),
        }
        for each in figure.rounds
    ]
    return {"bytes": figure.size_bytes, "machine": figure.machine, "rounds": rounds}


def machine() -> dict[str, str]:
    """What the figures depend on beside our code."""
    with Path("/proc/cpuinfo").open("r", encoding="utf-8") as file:
        models = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return {
        "measured": f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M} UTC",
        "commit": commit.stdout.strip() or "unknown",
        "cores": str(len(os.sched_getaffinity(0))),
        "CPU": models[0] if models else platform.machine(),
        "memory": f"{memory / 2**30:.0f} GB",
        "load": f"{os.getloadavg()[0]:.1f}",
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "lxml": lxml.etree.__version__,
        "SQLAlchemy": sa.__version__,
    }


def with_round(before: Figure | None, orders: int, size_bytes: int, ran: Ran, unit: Spent) -> Figure:
    """The figure with one more round; None before the first of a run."""
    facts = before.machine if before else machine()
    rounds = before.rounds if before else ()
    return Figure(orders, size_bytes, facts, (*rounds, Round(unit, ran.stages, ran.megabytes)))


def exponent(sizes: dict[int, Figure], of: Callable[[Figure], float]) -> float | None:
    """The power of the number of orders by which something grows: the slope on logarithmic axes, least squares.

    None where there is only one size.
    """
    if len(sizes) < 2:
        return None
    points = [(math.log(orders), math.log(of(figure))) for orders, figure in sizes.items()]
    middle_x, middle_y = (sum(each) / len(points) for each in zip(*points, strict=True))
    above: float = sum((x - middle_x) * (y - middle_y) for x, y in points)
    return above / float(sum((x - middle_x) ** 2 for x, _ in points))


def ends(sizes: Iterable[int]) -> str:
    """From which to which number of orders."""
    return f"{min(sizes):,} to {max(sizes):,}"
