"""How fast `sepa.wire.read` is, in U: the time of one plain `iterparse` pass that clears elements and does
nothing else.

By hand: `python -m bench.reading [ORDERS ...]`, 10,000 and 100,000 orders if not said. The two are measured
in turn, three times, and the best of each counts; the memory is that of a process of its own that only
reads.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from lxml import etree

from bench.orders import write_orders
from sepa.model.message import Piece
from sepa.wire import read
from sepa.wire.schema import READABLE

ROUNDS = 3


def plain_pass(path: Path) -> None:
    """The measure for everything else: parse once, clear each element, look at nothing."""
    for _, element in etree.iterparse(str(path)):
        element.clear()


def read_all(path: Path) -> int:
    """Read a whole file the way the desk does, keeping no piece; return the number of transactions."""
    count = 0
    with path.open("rb") as source:
        for item in read(source, offered=READABLE, size_bytes_max=1 << 40):
            if isinstance(item, Piece):
                count += len(item.transactions)
    return count


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_turn(*works: Callable[[], object]) -> list[float]:
    """The best time of each, measured in turn, so that a busy machine slows all of them alike."""
    rounds = [[seconds(work) for work in works] for _ in range(ROUNDS)]
    return [min(times) for times in zip(*rounds, strict=True)]


def peak_megabytes(path: Path) -> float:
    """The peak memory of a fresh process that reads the file."""
    command = [sys.executable, "-m", "bench.reading", "--peak", str(path)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def report(message: str, orders: int, orders_per_block: int) -> str:
    """One line of the table."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.xml"
        size = write_orders(path, message, orders, orders_per_block=orders_per_block)
        unit, reading = in_turn(lambda: plain_pass(path), lambda: read_all(path))
        peak = peak_megabytes(path)
    blocks = -(-orders // orders_per_block)
    times = f"{unit:>7.3f}  {reading / unit:>9.2f}"
    return f"{message}  {orders:>8}  {blocks:>7}  {size:>11}  {times}  {peak:>6.0f}"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("orders", type=int, nargs="*", default=[10_000, 100_000])
    arguments.add_argument("--peak", type=Path, help="read one file and print the peak memory in MB")
    chosen = arguments.parse_args()
    if chosen.peak:
        read_all(chosen.peak)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)  # noqa: T201
        return
    print("message            orders   blocks        bytes    U (s)  read in U      MB")  # noqa: T201
    for orders in chosen.orders:
        for message in ("pain.001.001.09", "pain.008.001.02"):
            print(report(message, orders, orders))  # noqa: T201
    print(report("pain.001.001.09", chosen.orders[0], 1))  # noqa: T201


if __name__ == "__main__":
    main()
