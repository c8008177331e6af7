"""Measure cases at sizes, round by round: U, then ours, each in a process of its own, and save each round."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from bench.cases import CASES, Case, Shape
from bench.desk import drop, make_home
from bench.figures import Figure, save, with_round
from bench.orders import write_orders
from bench.postgresql import Server, server
from bench.spent import BenchFault, Ran, run

_BEGINNING = 1.0
"""Seconds that do not grow with the orders: what is measured with a few tells nothing about many."""
_BESIDE = 1.3
"""So many times what is measured is spent with it: writing files, making homes, waiting for the disk."""
BYTES_AN_ORDER = 9_000
"""What a home of one order takes on the disk at most, its file in the inbox, archive and outboxes, and the journal."""


class Measurement(NamedTuple):
    """One case at one size."""

    name: str
    orders: int

    @property
    def case(self) -> Case:
        return CASES[self.name]


Tell = Callable[[str], None]


def chosen(names: Sequence[str], sizes: Sequence[int], *, whole: bool) -> list[Measurement]:
    """What to measure, the small sizes first. A case stays within its largest size unless `whole`."""
    found = []
    for orders in sorted(set(sizes)):
        for name, case in CASES.items():
            if name in names and case.only is None and (whole or orders <= case.largest):
                found.append(Measurement(name, orders))
    alone = [Measurement(name, case.only) for name, case in CASES.items() if name in names and case.only]
    return alone + found


def foreseen_seconds(wanted: Sequence[Measurement], rounds: int, unit_seconds: float) -> float:
    """About how long it will take where U takes so many seconds an order."""
    return sum(
        each.orders * unit_seconds * (1 + rounds * (each.case.units + 1.5)) + 3 * rounds for each in wanted
    )


def unit_seconds(scratch: Path) -> float:
    """Roughly, of one order, on this machine at this hour."""
    file = scratch / "unit.xml"
    write_orders(file, Shape().message, 5_000)
    taken = run("bench.reading", file).stages["U"].wall
    file.unlink()
    return taken / 5_000


def refuse_full_disk(wanted: Sequence[Measurement], scratch: Path) -> None:
    """BenchFault where the largest home would not fit."""
    needed = max(each.orders for each in wanted) * BYTES_AN_ORDER
    free = shutil.disk_usage(scratch).free
    if free < needed:
        raise BenchFault(
            f"{scratch} has {free / 1e9:.1f} GB free and up to {needed / 1e9:.1f} GB are needed; "
            "set TMPDIR to a larger disk or choose smaller sizes"
        )


def measure(
    wanted: Sequence[Measurement], rounds: int, saved: Path, scratch: Path, told: Tell, *, patience: float
) -> list[str]:
    """Measure all, save each round, and return a sentence for each case that failed.

    A size of a case gets `patience` seconds: it is measured in fewer rounds where a smaller size foretells more, and
    left out where not even one would do. What takes three times that is ended.
    """
    failed: list[str] = []
    taken: dict[str, float] = {}
    with ExitStack() as until:
        database = ServerWhenNeeded(scratch, until)
        for group in _groups(wanted):
            name, orders = group[0]
            fitting = min(rounds, int(patience / (taken[name] * orders)) if taken.get(name) else rounds)
            if fitting < rounds:
                told(f"{name} at {orders:,} orders takes long: {fitting} of {rounds} rounds")
            if not fitting:
                continue
            try:
                with tempfile.TemporaryDirectory(dir=scratch) as folder:
                    found = _Group(
                        group, fitting, saved, Path(folder), database, told, 3 * patience
                    ).measure()
                grown = (max(0.0, each.unit.wall + each.best.whole.wall - _BEGINNING) for each in found)
                taken[name] = _BESIDE * sum(grown) / orders
            except BenchFault as fault:
                failed.append(
                    f"{', '.join(each.name for each in group)} at {group[0].orders:,} orders: {fault}"
                )
                told(f"FAILED: {failed[-1]}")
    return failed


def _groups(wanted: Sequence[Measurement]) -> list[list[Measurement]]:
    """Intake and settlement of the same size and store follow each other in one home."""
    groups: list[list[Measurement]] = []
    for each in wanted:
        if each.case.work == "settlement":
            home = Measurement(each.name.replace("settlement", "intake"), each.orders)
            joined = next((group for group in groups if home in group), None)
            if joined is not None:
                joined.append(each)
                continue
        groups.append([each])
    return groups


class ServerWhenNeeded:
    """PostgreSQL, started when the first case asks for it; it ends with the stack."""

    def __init__(self, scratch: Path, until: ExitStack) -> None:
        self._scratch, self._until = scratch, until
        self._server: Server | None = None

    def get(self) -> Server:
        if self._server is None:
            self._server = self._until.enter_context(server(self._scratch))
        return self._server


class _Group:
    """Cases that use one file (or one folder of files) and, one after the other, one home."""

    def __init__(
        self,
        group: list[Measurement],
        rounds: int,
        saved: Path,
        folder: Path,
        database: ServerWhenNeeded,
        told: Tell,
        longest: float,
    ) -> None:
        self._group, self._rounds, self._saved, self._folder = group, rounds, saved, folder
        self._database, self._told, self._longest = database, told, longest
        self._orders, self._shape = group[0].orders, group[0].case.shape
        self._files = folder / "files"
        self._found: dict[str, Figure] = {}

    def measure(self) -> list[Figure]:
        """Write the files, do the rounds, and return what was found."""
        self._size_bytes = _write(self._files, self._shape, self._orders)
        for number in range(self._rounds):
            self._round(number + 1)
        return list(self._found.values())

    def _round(self, number: int) -> None:
        first = self._group[0]
        if first.case.work == "naive":
            rows = self._folder / "naive.db"
            self._one(first, number, lambda: self._run("bench.naive", self._file, rows, cores=1))
            return
        home = self._folder / "home"
        make_home(
            home,
            self._orders,
            self._shape.debtors(self._orders),
            collections=self._shape.message.startswith("pain.008"),
        )
        try:
            if first.case.work == "check":
                self._one(first, number, lambda: self._run("bench.check", self._file, home, cores=1))
            else:
                self._in_home(home, number)
        finally:
            shutil.rmtree(home, ignore_errors=True)

    def _in_home(self, home: Path, number: int) -> None:
        drop(home, sorted(self._files.iterdir()))
        with self._journal() as (arguments, pid):
            if self._group[0].case.work == "settlement":
                self._run("bench.desk", "intake", home, *arguments)
            for each in self._group:
                command = partial(self._run, "bench.desk", each.case.work, home, *arguments)
                how = {"environment": each.case.environment, "cores": each.case.cores, "server": pid}
                self._one(each, number, partial(command, **how))

    @contextmanager
    def _journal(self) -> Iterator[tuple[tuple[object, ...], int | None]]:
        if self._group[0].case.store == "SQLite":
            yield (), None
            return
        there = self._database.get()
        with there.journal() as url:
            yield ("--journal", url, "--server", there.pid), there.pid

    def _one(self, each: Measurement, number: int, ours: Callable[[], Ran]) -> None:
        start = time.monotonic()
        os.sync()  # what was written before must not slow down what is measured
        place = self._files if self._shape.orders_per_file else self._file
        unit = self._run("bench.reading", place).stages["U"]
        figure = with_round(self._found.get(each.name), each.orders, self._size_bytes, ours(), unit)
        self._found[each.name] = figure
        save(self._saved, each.name, figure)
        last = figure.rounds[-1]
        self._told(
            f"{each.name:22} {each.orders:>9,} orders, round {number} of {self._rounds}: "
            f"U {unit.wall:7.2f} s, ours {last.whole.wall / unit.wall:6.2f} U wall, "
            f"{last.whole.cpu / unit.cpu:6.2f} U CPU, {last.megabytes:5.0f} MB "
            f"({time.monotonic() - start:.0f} s)"
        )

    def _run(self, module: str, *arguments: object, **how: Any) -> Ran:
        return run(module, *arguments, longest=self._longest, **how)

    @property
    def _file(self) -> Path:
        return self._files / "orders.xml"


def _write(folder: Path, shape: Shape, orders: int) -> int:
    """Write the file, or the files, of so many orders; return their size together."""
    folder.mkdir()
    each = shape.orders_per_file or orders
    return sum(
        write_orders(
            folder / ("orders.xml" if each == orders else f"orders-{first}.xml"),
            shape.message,
            min(each, orders + 1 - first),
            orders_per_block=shape.orders_per_block,
            debtors=shape.debtors(each),
            faults=shape.faults,
            first=first,
        )
        for first in range(1, orders + 1, each)
    )
