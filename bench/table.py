"""The saved figures in rows of words, for the page and for the screen."""

from collections.abc import Collection, Iterator, Sequence

from bench.cases import CASES
from bench.check import JUDGE, rules_asked
from bench.figures import Figure, Figures, exponent
from bench.targets import Target, targets

Row = Sequence[str]

WHOLE = (
    "case",
    "orders",
    "U",
    "ours",
    "ratio",
    "CPU ratio",
    "µs an order",
    "memory",
    "growth since the size before",
)
REACHED = ("what", "target", "ours", "at orders", "")
BY_STAGE = ("case", "stage", "orders", "U", "U of CPU", "µs an order", "share")


def whole(found: Figures, names: Collection[str]) -> Iterator[Row]:
    """One row for each case and size."""
    for name, case in CASES.items():
        sizes = found.get(name, {}) if name in names else {}
        before: dict[int, Figure] = {}
        for orders, figure in sizes.items():
            before = {**before, orders: figure}
            power = exponent(dict([*before.items()][-2:]), lambda figure: figure.whole.wall)
            yield (
                case.name,
                f"{orders:,}",
                seconds(figure.unit.wall),
                seconds(figure.whole.wall),
                f"{figure.ratio:.2f}",
                f"{figure.cpu_ratio:.2f}",
                f"{figure.whole.wall / orders * 1e6:.1f}",
                f"{figure.megabytes:.0f} MB",
                f"{power:.3f}" if power is not None else "",
            )


def by_stage(found: Figures, names: Collection[str]) -> Iterator[Row]:
    """One row for each stage of a case at its largest size."""
    for name, case in CASES.items():
        sizes = found.get(name, {}) if name in names else {}
        if not sizes:
            continue
        figure = sizes[max(sizes)]
        for stage, (wall, cpu) in figure.best.stages.items():
            yield (
                case.name,
                stage,
                f"{figure.orders:,}",
                f"{wall / figure.unit.wall:.3f}",
                f"{cpu / figure.unit.cpu:.3f}",
                f"{wall / figure.orders * 1e6:.2f}",
                f"{100 * wall / figure.best.whole.wall:.0f} %",
            )


def rules_a_second(found: Figures) -> str:
    """A sentence; empty while the inner stages were not measured."""
    sizes = found.get("stages", {})
    if not sizes:
        return ""
    figure: Figure = sizes[max(sizes)]
    spent = figure.best.stages[JUDGE].wall
    asked = rules_asked()
    speed = asked * figure.orders / spent / 1e6
    return (
        f"{asked} rules look at each transfer when it is judged: {speed:.1f} million rules a second on one core, "
        f"{spent / figure.orders * 1e6:.1f} µs an order for all of them."
    )


def reached(found: Figures) -> Iterator[Row]:
    """One row for each target."""
    for each in targets(found):
        yield each.what, each.bound, amount(each), f"{each.upto:,}" if each.upto else "–", each.verdict


def amount(target: Target) -> str:
    if target.ours is None:
        return "–"
    places = 0 if target.unit == "MB" else 2 if target.unit else 3
    return f"{target.ours:.{places}f} {target.unit}".strip()


def seconds(value: float) -> str:
    return f"{value:.1f} s" if value >= 10 else f"{value:.2f} s" if value >= 1 else f"{value * 1000:.0f} ms"


def lines(found: Figures, names: Collection[str]) -> Iterator[str]:
    """All of it for a screen."""
    yield from _aligned(WHOLE, list(whole(found, names)))
    yield ""
    yield from _aligned(BY_STAGE, list(by_stage(found, names)))
    yield ""
    yield rules_a_second(found)
    yield ""
    yield from _aligned(REACHED, list(reached(found)))


def _aligned(head: Row, rows: list[Row]) -> Iterator[str]:
    widths = [max(len(row[place]) for row in [head, *rows]) for place in range(len(head))]
    for row in [head, *rows]:
        cells = (
            cell.rjust(width) if _number(cell) else cell.ljust(width)
            for cell, width in zip(row, widths, strict=True)
        )
        yield "  ".join(cells).rstrip()


def _number(cell: str) -> bool:
    return cell[:1].isdigit()
