"""What the desk has to reach, and whether the saved figures say that it does."""

from collections.abc import Callable
from typing import NamedTuple

from bench.cases import MILLION
from bench.figures import Figure, Figures, exponent


class Target(NamedTuple):
    """A bound for one number of the saved figures; `ours` is None while there are no such figures yet.

    `note` names the text in `bench/profiles/` that says why it is missed, where it is. `upto` is the largest size
    behind the number. Reached is only what was measured at a million orders, or at the size in which the target is
    given.
    """

    note: str
    what: str
    bound: str
    most: float
    ours: float | None
    unit: str
    upto: int | None
    needed: int = MILLION

    @property
    def verdict(self) -> str:
        if self.ours is None or self.upto is None:
            return "not measured yet"
        word = "reached" if self.ours <= self.most else "**missed**"
        return word if self.upto >= self.needed else f"{word}, as far as {self.upto:,} orders tell"

    @property
    def missed(self) -> bool:
        return self.ours is not None and self.ours > self.most


def targets(found: Figures) -> list[Target]:
    """Every target with what was measured for it."""
    return [
        _largest(found, "intake", "Intake on two cores", 2.0, "U", lambda figure: figure.ratio),
        _largest(found, "one-core", "Intake on one core", 3.5, "U", lambda figure: figure.ratio),
        _largest(found, "settlement", "Settlement", 1.0, "U", lambda figure: figure.ratio),
        *(each for case in ("intake", "settlement") for each in _memory(found, case)),
        *(_growth(found, case) for case in ("intake", "settlement")),
        _refused(found),
        _files(found),
    ]


def _largest(
    found: Figures,
    case: str,
    what: str,
    most: float,
    unit: str,
    of: Callable[[Figure], float],
    note: str = "",
) -> Target:
    sizes = found.get(case, {})
    upto = max(sizes, default=None)
    ours = of(sizes[upto]) if upto is not None else None
    return Target(note or case, what, f"at most {most:g} {unit}", most, ours, unit, upto)


def _memory(found: Figures, case: str) -> list[Target]:
    note = f"memory-{case}"
    peak = _largest(
        found, case, f"Memory of all processes, {case}", 400, "MB", lambda figure: figure.megabytes, note
    )
    sizes = found.get(case, {})
    upto = max(sizes, default=None)
    few = max((size for size in sizes if size < (upto or 0)), default=None)
    more = sizes[upto].megabytes / sizes[few].megabytes if upto is not None and few is not None else None
    told = f"at most 1.15 times that of {few:,}" if few is not None else "at most 1.15 times that of 100,000"
    return [
        peak,
        Target(note, f"The same, from ten times fewer orders, {case}", told, 1.15, more, "times", upto),
    ]


def _growth(found: Figures, case: str) -> Target:
    sizes = found.get(case, {})
    power = exponent(sizes, lambda figure: figure.whole.wall)
    upto = max(sizes, default=None)
    return Target(f"growth-{case}", f"Growth of time, {case}", "exponent at most 1.03", 1.03, power, "", upto)


def _refused(found: Figures) -> Target:
    """Each in its own U, so that an hour in which the machine was slower does not count."""
    both = found.get("refused", {}).keys() & found.get("intake", {}).keys()
    upto = max(both, default=None)
    times = found["refused"][upto].ratio / found["intake"][upto].ratio if upto is not None else None
    return Target(
        "refused", "All orders refused against none", "at most 1.5 times", 1.5, times, "times", upto
    )


def _files(found: Figures) -> Target:
    sizes = found.get("files", {})
    upto = max(sizes, default=None)
    ours = sizes[upto].whole.wall / (upto / 10) * 1000 if upto is not None else None
    what = "10,000 files of 10 orders, from claim to answer"
    return Target("files", what, "at most 5 ms a file", 5, ours, "ms", upto, needed=100_000)
