"""What the desk costs beside one plain pass of the parser over the same file: `python -m bench [CASE ...]`.

U is the time of `lxml.iterparse` clearing every element and doing nothing else. Each round measures U and then
ours, each in a process of its own; a busy machine slows both, so look at the ratios. Every round is saved at once in
bench/figures.json beside what was measured before; `--page` writes docs/performance.md from that.
"""

import argparse
import signal
import sys
import tempfile
import time
from pathlib import Path

from bench.cases import CASES
from bench.figures import SAVED, load
from bench.harness import chosen, foreseen_seconds, measure, refuse_full_disk, unit_seconds
from bench.page import write_page
from bench.spent import BenchFault
from bench.table import lines

SMALL = 100


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    arguments.add_argument("case", nargs="*", default=["all"], help=f"all, or some of: {', '.join(CASES)}")
    arguments.add_argument(
        "--sizes", type=int, nargs="+", default=[10_000, 100_000], help="numbers of orders"
    )
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument(
        "--patience",
        type=float,
        default=10,
        help="minutes for one size of a case; what takes longer is left out",
    )
    arguments.add_argument("--whole", action="store_true", help="also the sizes that a case leaves to others")
    arguments.add_argument(
        "--small", action="store_true", help=f"once, with {SMALL} orders: shows that it runs"
    )
    arguments.add_argument("--without", nargs="+", default=[], metavar="CASE", help="leave these cases out")
    arguments.add_argument("--saved", type=Path, default=SAVED, help="where the figures are kept")
    arguments.add_argument(
        "--page", action="store_true", help="write docs/performance.md from them; measure nothing"
    )
    options = arguments.parse_args()
    if options.page:
        write_page(load(options.saved))
        return 0
    names = set(CASES) if "all" in options.case else set(options.case)
    if unknown := (names | set(options.without)) - set(CASES):
        arguments.error(f"no such case: {', '.join(sorted(unknown))}; there are all, {', '.join(CASES)}")
    if options.rounds < 1 or min(options.sizes) < 10:
        arguments.error("at least one round, and at least 10 orders")
    sizes, rounds = ([SMALL], 1) if options.small else (options.sizes, options.rounds)
    wanted = chosen(sorted(names - set(options.without)), sizes, whole=options.whole)
    start = time.monotonic()

    def told(words: str) -> None:
        sys.stdout.write(f"{(time.monotonic() - start) / 60:5.1f} min  {words}\n")
        sys.stdout.flush()

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what lies on the disk is taken away
    try:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            scratch = Path(folder)
            refuse_full_disk(wanted, scratch)
            unit = unit_seconds(scratch)
            minutes = foreseen_seconds(wanted, rounds, unit) / 60
            told(
                f"U is {unit * 1e6:.0f} µs an order now; {len(wanted)} figures will take about {minutes:.0f} min"
            )
            failed = measure(wanted, rounds, options.saved, scratch, told, patience=options.patience * 60)
    except BenchFault as fault:
        sys.stderr.write(f"{fault}\n")
        return 3
    sys.stdout.write("\n".join(lines(load(options.saved), {each.name for each in wanted})) + "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
