"""docs/performance.md and its pictures: nothing but what the saved figures say."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from bench.cases import CASES
from bench.figures import ROOT, Figure, Figures, ends, exponent
from bench.naive import PAID
from bench.plots import memory_plot, time_plot
from bench.table import (
    BY_STAGE,
    REACHED,
    WHOLE,
    Row,
    amount,
    by_stage,
    reached,
    rules_a_second,
    whole,
)
from bench.targets import targets

PAGE = ROOT / "docs" / "performance.md"
PROFILES = ROOT / "bench" / "profiles"

TITLES = {"intake": "Intake on two cores", "one-core": "Intake on one core", "settlement": "Settlement"}
INTRODUCTION = ROOT / "bench" / "introduction.md"


def write_page(found: Figures, page: Path = PAGE) -> None:
    """Write the page and its pictures beside it."""
    page.write_text(text(found), "utf-8")
    for name, drawing in pictures(found).items():
        (page.parent / name).write_text(drawing, "utf-8")


def pictures(found: Figures) -> dict[str, str]:
    """The pictures by file name; none while there is nothing to draw."""
    if not found.get("intake"):
        return {}
    return {"performance-time.svg": time_plot(found), "performance-memory.svg": memory_plot(found)}


def text(found: Figures) -> str:
    """The page. The same figures give the same text."""
    return "\n".join(_parts(found)) + "\n"


def _parts(found: Figures) -> Iterator[str]:
    yield INTRODUCTION.read_text("utf-8")
    yield from _machine(found)
    yield "## Ours, the plain pass and the usual parts\n"
    yield from _beside(found)
    yield "\n## Targets\n"
    yield from _table(REACHED, reached(found))
    if pictures(found):
        yield "\n## Time and memory against size\n"
        yield "![Time in U against the number of orders, stage by stage](performance-time.svg)\n"
        yield "![Memory of all processes against the number of orders](performance-memory.svg)\n"
    yield "## Every case\n"
    yield from _table(WHOLE, whole(found, CASES))
    yield "\n## Stage by stage\n\nEach case at its largest size. Shares are of the time on the wall.\n"
    yield from _table(BY_STAGE, by_stage(found, CASES))
    if told := rules_a_second(found):
        yield f"\n{told}"
    yield "\n## SQLite and PostgreSQL side by side\n"
    yield from _stores(found)
    yield "\n## Where a figure is missed\n"
    yield from _missed(found)
    yield "\n## When and on what\n"
    yield from _when(found)


def _machine(found: Figures) -> Iterator[str]:
    newest = max(_all(found), key=lambda figure: figure.machine["measured"], default=None)
    if newest is None:
        yield "Nothing has been measured yet.\n"
        return
    facts = newest.machine
    yield (
        f"Measured on {facts['cores']} cores of {facts['CPU']} with {facts['memory']} of memory; "
        f"Python {facts['Python']}, SQLite {facts['SQLite']}, lxml {facts['lxml']}, "
        f"SQLAlchemy {facts['SQLAlchemy']}.\n"
    )


def _beside(found: Figures) -> Iterator[str]:
    """Each goal at its largest size, beside U and the naive program at its own."""
    naive = next(iter(found.get("naive", {}).values()), None)
    verdicts = {each.what: each for each in targets(found)}
    rows: list[Row] = []
    for name, paid in (("intake", False), ("one-core", False), ("settlement", True)):
        sizes = found.get(name, {})
        if not sizes:
            continue
        figure, power = sizes[max(sizes)], exponent(sizes, lambda each: each.whole.wall)
        target = verdicts[TITLES[name]]
        rows.append(
            (
                TITLES[name],
                f"{figure.orders:,}",
                _each(figure.unit.wall, figure.orders),
                _each(figure.whole.wall, figure.orders),
                f"{figure.ratio:.2f} U",
                target.bound,
                target.verdict,
                f"{_naive_ratio(naive, paid=paid):.1f} U{', the message alone' if paid else ''}"
                if naive
                else "–",
                f"{figure.megabytes:.0f} MB",
                f"{power:.3f}" if power is not None else "–",
            )
        )
    head = (
        "",
        "orders",
        "plain pass, µs an order",
        "ours, µs an order",
        "ours",
        "target",
        "reached",
        "usual parts",
    )
    yield from _table((*head, "memory", "growth"), rows)
    if naive:
        yield (
            f"\nThe usual parts are `bench/naive.py`: `xmlschema`, ElementTree with paths, dataclasses, `schwifty` for "
            f"each field, ORM rows, ElementTree out. They ask ten questions an order, keep no proof, neither fund nor "
            f"post nor check what they wrote, and are measured with {naive.orders:,} orders, for their memory grows "
            f"with the file. Growth is the exponent from {ends(found.get('intake') or [naive.orders])} orders."
        )


def _naive_ratio(naive: Figure, *, paid: bool) -> float:
    """The naive program's time in U: what it pays out, or all that comes before."""
    parts = (spent.wall for stage, spent in naive.best.stages.items() if (stage == PAID) == paid)
    return sum(parts) / naive.unit.wall


def _each(wall: float, orders: int) -> str:
    return f"{wall / orders * 1e6:.1f}"


def _stores(found: Figures) -> Iterator[str]:
    yield (
        "The same files and the same code. PostgreSQL runs with the settings it comes with, and its own processor "
        "time and memory count. Both wait for the disk at each commit.\n"
    )
    rows: list[Row] = []
    for case in ("intake", "settlement"):
        embedded, served = found.get(case, {}), found.get(f"{case}-postgresql", {})
        both = embedded.keys() & served.keys()
        if not both:
            continue
        orders = max(both)
        one, other = embedded[orders], served[orders]
        rows += [
            (
                case,
                stage,
                f"{orders:,}",
                *(_wall_and_cpu(figure, figure.best.stages[stage]) for figure in (one, other)),
            )
            for stage in one.best.stages
        ]
        rows.append(
            (
                case,
                "**all of it**",
                f"{orders:,}",
                *(_wall_and_cpu(figure, figure.whole) for figure in (one, other)),
            )
        )
        rows.append(
            (case, "memory", f"{orders:,}", *(f"{figure.megabytes:.0f} MB" for figure in (one, other)))
        )
    head = ("", "stage", "orders", "SQLite, U wall / CPU", "PostgreSQL, U wall / CPU")
    yield from _table(head, rows)


def _wall_and_cpu(figure: Figure, spent: tuple[float, float]) -> str:
    return f"{spent[0] / figure.unit.wall:.2f} / {spent[1] / figure.unit.cpu:.2f}"


def _missed(found: Figures) -> Iterator[str]:
    missed = [each for each in targets(found) if each.missed]
    for each in missed:
        yield f"- {each.what}: {amount(each)}, {each.bound} was wanted."
    if not missed:
        yield "Nothing that was measured misses its target."
    for note in dict.fromkeys(each.note for each in missed):
        if (told := PROFILES / f"{note}.md").exists():
            yield "\n" + told.read_text("utf-8").strip()


def _when(found: Figures) -> Iterator[str]:
    rows = (
        (
            CASES[case].name,
            f"{figure.orders:,}",
            f"{figure.size_bytes / figure.orders:.0f}",
            str(len(figure.rounds)),
            figure.machine["measured"],
            figure.machine["commit"],
            figure.machine["load"],
        )
        for case in CASES
        for figure in found.get(case, {}).values()
    )
    head = ("case", "orders", "bytes an order", "rounds", "measured", "at commit", "load before")
    yield from _table(head, rows)


def _table(head: Row, rows: Iterable[Row]) -> Iterator[str]:
    """A table in Markdown; columns of numbers stand on the right."""
    rows = list(rows)
    if not rows:
        yield "Not measured yet."
        return
    sides = (
        "---:" if all(cell[:1].isdigit() or not cell for cell in column) else "---"
        for column in zip(*rows, strict=True)
    )
    yield f"| {' | '.join(head)} |"
    yield f"|{'|'.join(sides)}|"
    yield from (f"| {' | '.join(row)} |" for row in rows)


def _all(found: Figures) -> Iterator[Figure]:
    return (figure for sizes in found.values() for figure in sizes.values())
