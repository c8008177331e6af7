"""What the desk costs beside one plain pass of the parser over the same file: `python -m bench`.

U is the time of `lxml.iterparse` clearing every element and doing nothing else. Each round measures U first
and then the desk, so that a busy machine slows both; the best time of each counts. Ratios are what to
look at; times and memory are of this machine and this hour.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from bench.check import PROFILE, stages
from bench.desk import RECEIVED, make_home
from bench.orders import write_orders
from bench.reading import plain_pass, seconds
from sepa.rules import RULES

MESSAGE = "pain.001.001.09"
CHECK = (
    sys.executable,
    "-c",
    "from sepa.cli import main; main()",
    "check",
    "--bank",
    PROFILE,
    "--at",
    RECEIVED,
)


class Figure(NamedTuple):
    """The best seconds of something, and the peak memory of its process where it had one of its own."""

    seconds: float
    megabytes: float | None = None


ASKED_LATER = frozenset({"endings", "funds", "holds", "reviews", "withdrawals"})
"""Families of rules that are asked when an order is due or withdrawn, not when it is judged."""

Figures = dict[str, Figure]


def in_a_process(*command: str) -> tuple[Figure, bytes]:
    """Run a command to its end; return its wall time and peak memory, and what it printed."""
    with tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        child = subprocess.Popen(command, stdout=out)
        _, status, usage = os.wait4(child.pid, 0)
        taken = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise SystemExit(f"{' '.join(command)} ended with {child.returncode}")
        out.seek(0)
        return Figure(taken, usage.ru_maxrss / 1024), out.read()


def best(found: Figures, name: str, figure: Figure) -> None:
    """Keep the shorter time and the larger memory."""
    before = found.get(name, figure)
    memory = max(before.megabytes or 0, figure.megabytes or 0) or None
    found[name] = Figure(min(before.seconds, figure.seconds), memory)


def measure(orders: int, rounds: int) -> Figures:
    """All figures for a file of so many orders."""
    found: Figures = {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "orders.xml"
        write_orders(file, MESSAGE, orders)
        for number in range(rounds):
            best(found, "U", Figure(seconds(lambda: plain_pass(file))))
            for name, spent in stages(file).items():
                best(found, name, Figure(spent))
            best(found, "U", Figure(seconds(lambda: plain_pass(file))))
            best(found, "sepa check", in_a_process(*CHECK, str(file))[0])
            best(found, "sepa check --json", in_a_process(*CHECK, "--json", str(file))[0])
            best(found, "U", Figure(seconds(lambda: plain_pass(file))))
            home = Path(folder) / f"home-{number}"
            make_home(home, orders)
            whole, told = in_a_process(sys.executable, "-m", "bench.desk", str(file), str(home))
            best(found, "a day in a real home", whole)
            steps: Mapping[str, float] = json.loads(told)
            for name, spent in steps.items():
                best(found, name, Figure(spent))
    return found


HEADINGS = {
    "hash": "inside sepa check, by stage",
    "sepa check": "as processes, from start to end",
    "claim": "in a real home on SQLite, by step",
}


def show(screen: Console, found: Mapping[int, Figures]) -> None:
    """One table: for each size U, then ratios, microseconds an order and megabytes."""
    sizes = sorted(found)
    table = Table(title=f"{MESSAGE}, profile {PROFILE}", title_justify="left", box=None, header_style="bold")
    table.add_column("")
    for orders in sizes:
        for heading in (f"{orders:,} orders: U", "µs an order", "MB"):
            table.add_column(heading, justify="right")
    for name in found[sizes[0]]:
        if name in HEADINGS:
            table.add_section()
            table.add_row(f"[dim]{HEADINGS[name]}")
        cells = []
        for orders in sizes:
            figure, unit = found[orders][name], found[orders]["U"].seconds
            ratio = f"{unit * 1000:,.0f} ms" if name == "U" else f"{figure.seconds / unit:.2f}"
            memory = f"{figure.megabytes:.0f}" if figure.megabytes else ""
            cells += [ratio, f"{figure.seconds / orders * 1e6:.1f}", memory]
        table.add_row(name if name == "U" else f"  {name}", *cells)
    screen.print(table)
    screen.print(
        "U: one plain lxml.iterparse pass over the file. Ratios count; times are this machine's.", style="dim"
    )
    show_rules(screen, found[sizes[-1]], sizes[-1])
    if len(sizes) > 1:
        show_growth(screen, found, sizes[0], sizes[-1])


def show_rules(screen: Console, figures: Figures, orders: int) -> None:
    """How fast the rules are: those that an order of the file is asked, each of them for every order."""
    asked = sum(
        rule.subject == "transaction" and "credit-transfer" in rule.kinds and not rule.needs
        for rule in RULES
        if rule.name.split(".")[0] not in ASKED_LATER
    )
    spent = figures["judge"].seconds
    screen.print(
        f"{asked} rules look at each order: {asked * orders / spent:,.0f} rules a second, "
        f"{spent / orders * 1e6:.1f} µs an order",
        style="dim",
    )


def show_growth(screen: Console, found: Mapping[int, Figures], small: int, large: int) -> None:
    """How much more a larger file takes: the time should grow as the orders do, the memory hardly."""
    few, many = found[small], found[large]
    for name in ("sepa check", "a day in a real home"):
        time_grows = many[name].seconds / few[name].seconds
        memory_grows = (many[name].megabytes or 0) / (few[name].megabytes or 1)
        screen.print(
            f"{large // small} times the orders: {name} takes {time_grows:.1f} times the time, "
            f"{memory_grows:.1f} times the memory",
            style="dim",
        )


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    arguments.add_argument("orders", type=int, nargs="*", help="sizes; 10,000 and 100,000 if not said")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--small", action="store_true", help="once, with few orders: shows that it runs")
    chosen = arguments.parse_args()
    sizes = chosen.orders or ([100, 300] if chosen.small else [10_000, 100_000])
    rounds = 1 if chosen.small else chosen.rounds
    screen = Console(width=max(Console().width, 60 + 40 * len(sizes)))
    show(screen, {orders: measure(orders, rounds) for orders in sizes})


if __name__ == "__main__":
    main()
