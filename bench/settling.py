"""What settlement costs, stage by stage: `python -m bench.settling [ORDERS ...]`, 10,000 and 100,000 if not said.

Payments wait in a real home: one file is judged, and its orders are laid beside it again, under other keys, until
there are enough. Then a window pays them: seal, publish, report. The CPU time is that of all processes together, the
memory the largest sum of what they held at any moment (their proportional share, `Pss`). U is the CPU time of one
plain pass of the parser over a file of so many orders, taken before and after. On a busy machine look at CPU time.
Growth is the exponent by which the CPU time grows with the number of orders: 1 is as the orders do.
"""

import argparse
import json
import math
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from bench.desk import RECEIVED, WINDOW, drop, make_home
from bench.orders import write_orders
from bench.reading import plain_pass
from sepa.pipeline.claim import claim
from sepa.pipeline.emit import emit_bulks, emit_reports
from sepa.pipeline.home import Home, open_home, read_instant
from sepa.pipeline.judge import judge
from sepa.pipeline.settle import seal_window

MESSAGE = "pain.001.001.09"
SEED_MAX = 50_000
"""The largest file that is judged; larger homes repeat it."""
_EVERY_SECONDS = 0.05


class Spent(NamedTuple):
    """Seconds on the wall and of the processors."""

    wall: float
    cpu: float


def cpu_seconds() -> float:
    """Of this process and of its children that have ended."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in both)


def spent(work: Callable[[], object]) -> Spent:
    wall, cpu = time.perf_counter(), cpu_seconds()
    work()
    return Spent(time.perf_counter() - wall, cpu_seconds() - cpu)


def home_of(root: Path, orders: int, file: Path) -> None:
    """A home in which so many orders wait; `file` holds the first of them."""
    seed = min(orders, SEED_MAX)
    write_orders(file, MESSAGE, seed)
    make_home(root, seed)
    drop(root, file)
    with open_home(root) as home:
        received = read_instant(RECEIVED, home.profile)
        claim(home, received)
        (key,) = home.journal.unjudged()
        judge(home, key, at=received)
        emit_reports(home, received)
    _repeat(root / "journal.db", key, orders // seed)


def _repeat(journal: Path, key: str, times: int) -> None:
    """Lay a judged file and its orders beside it again, so that there are `times` of them."""
    with sqlite3.connect(journal) as connection:
        for number in range(1, times):
            other = f"{number:024x}{key[24:]}"
            for table, column in (("files", "key"), ("file_verdicts", "file_key"), ("blocks", "file_key")):
                _copied(connection, table, {column: f"'{other}'"}, f"{column} = '{key}'")
            keys = {"file_key": f"'{other}'", "key": f"'{other[:24]}' || substr(key, 25)"}
            _copied(connection, "orders", keys, f"file_key = '{key}'")
    connection.close()


def _copied(connection: sqlite3.Connection, table: str, changed: dict[str, str], where: str) -> None:
    names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    values = ", ".join(changed.get(name, f'"{name}"') for name in names)
    connection.execute(f"INSERT INTO {table} SELECT {values} FROM {table} WHERE {where}")


def steps(home: Home) -> dict[str, Spent]:
    """Settle the home, stage by stage. Every order must be paid, or the figures would mean little."""
    window = read_instant(WINDOW, home.profile)
    taken = {
        "settle and seal": spent(lambda: seal_window(home, window)),
        "write, check and publish": spent(lambda: emit_bulks(home, window)),
        "report": spent(lambda: emit_reports(home, window)),
    }
    if left := home.journal.waiting():
        raise SystemExit(f"not every order was paid: {left}")
    return taken


class Watch:
    """The largest sum of memory that a process and its children held, looked at twenty times a second."""

    def __init__(self, pid: int) -> None:
        self.megabytes = 0.0
        self._pid, self._over = pid, threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def stop(self) -> float:
        self._over.set()
        self._thread.join()
        return self.megabytes

    def _look(self) -> None:
        while not self._over.wait(_EVERY_SECONDS):
            self.megabytes = max(self.megabytes, sum(map(_held, _family(self._pid))))


def _family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    except OSError:
        return []
    return [pid, *(each for child in children for each in _family(int(child)))]


def _held(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


class Settled(NamedTuple):
    """One home settled: U, the stages, and the memory of all processes."""

    unit: float
    stages: dict[str, Spent]
    megabytes: float


def measure(orders: int) -> Settled:
    """Settle so many orders once, in a process of their own."""
    with tempfile.TemporaryDirectory() as folder:
        root, file = Path(folder) / "home", Path(folder) / "orders.xml"
        home_of(root, orders, file)
        seed = min(orders, SEED_MAX)
        units = [spent(lambda: plain_pass(file)).cpu]
        child = subprocess.Popen(
            [sys.executable, "-m", "bench.settling", "--home", str(root)], stdout=subprocess.PIPE
        )
        watch = Watch(child.pid)
        told, _ = child.communicate()
        megabytes = watch.stop()
        if child.returncode:
            raise SystemExit(f"settling {orders} orders ended with {child.returncode}")
        units.append(spent(lambda: plain_pass(file)).cpu)
        stages = {name: Spent(*each) for name, each in json.loads(told).items()}
        shutil.rmtree(root)
    return Settled(sum(units) / 2 * orders / seed, stages, megabytes)


def show(screen: Console, found: dict[int, Settled]) -> None:
    """For each size a column of U (CPU), microseconds an order and, below, megabytes; then the growth."""
    table = Table(
        title=f"settlement, {os.cpu_count()} cores", title_justify="left", box=None, header_style="bold"
    )
    table.add_column("")
    for orders in found:
        for heading in (f"{orders:,} orders: wall U", "CPU U", "CPU µs an order"):
            table.add_column(heading, justify="right")
    names = [*next(iter(found.values())).stages, "settlement"]
    for name in names:
        cells = []
        for orders, figures in found.items():
            wall, cpu = _of(figures, name)
            cells += [f"{wall / figures.unit:.2f}", f"{cpu / figures.unit:.2f}", f"{cpu / orders * 1e6:.1f}"]
        table.add_row(name, *cells)
    screen.print(table)
    for orders, figures in found.items():
        told = f"{orders:,} orders: {figures.megabytes:.0f} MB in all processes, U = {figures.unit:.2f} s"
        screen.print(told, style="dim")
    if len(found) > 1:
        few, many = min(found), max(found)
        grown = _of(found[many], "settlement").cpu / _of(found[few], "settlement").cpu
        exponent = math.log(grown) / math.log(many / few)
        screen.print(
            f"from {few:,} to {many:,} orders the CPU time grows with exponent {exponent:.3f}", style="dim"
        )


def _of(figures: Settled, name: str) -> Spent:
    if name in figures.stages:
        return figures.stages[name]
    return Spent(*(sum(each) for each in zip(*figures.stages.values(), strict=True)))


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m bench.settling", description=__doc__)
    arguments.add_argument("orders", type=int, nargs="*", default=[10_000, 100_000])
    arguments.add_argument(
        "--home", type=Path, help="settle this home and print the seconds of each stage as JSON"
    )
    chosen = arguments.parse_args()
    if chosen.home:
        with open_home(chosen.home) as home:
            sys.stdout.write(json.dumps(steps(home)))
        return
    show(Console(), {orders: measure(orders) for orders in chosen.orders})


if __name__ == "__main__":
    main()
