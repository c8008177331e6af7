"""Play a schedule from its seed; where something breaks, find the fewest steps that still break it, and tell them."""

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.simulation.schedule import DAYS, Step, schedule
from tests.simulation.world import Bench, Broken


@dataclass
class Played:
    """What was played: steps and faults of each kind; and what broke, at which step."""

    steps: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    days: int = 0
    broke: str = ""
    last: int = 0
    digest: str = ""

    def kinds(self) -> Counter[str]:
        """Faults by their kind alone, wherever they came."""
        return sum(
            (Counter({name.split(" at ")[0]: count}) for name, count in self.faults.items()), Counter()
        )

    def told(self) -> str:
        """How many days, steps and faults of each kind were played."""
        lines = [f"{self.days} days"]
        for title, counts in (("steps", self.steps), ("faults", self.faults)):
            lines += [f"{sum(counts.values())} {title}:"]
            lines += [f"  {count:6} {name}" for name, count in sorted(counts.items())]
        return "\n".join(lines)

    def add(self, other: "Played") -> None:
        self.steps += other.steps
        self.faults += other.faults
        self.days += other.days


def play(bench: Bench, steps: Sequence[Step], days: int = DAYS) -> Played:
    """Play some steps in a fresh home, up to the first that breaks something."""
    world = bench.fresh()
    played = Played(world.played, world.faults, days)
    for number, step in enumerate(steps):
        try:
            world.play(step)
        except Broken as broken:
            played.broke, played.last = str(broken), number
            return played
    played.digest = bench.journal.digest()
    return played


def shrunk(bench: Bench, steps: Sequence[Step]) -> list[Step]:
    """The fewest steps found that still break something, by leaving out ever smaller parts of them."""
    found = list(steps)
    size = len(found) // 2
    while size:
        start = 0
        while start < len(found):
            fewer = found[:start] + found[start + size :]
            broke = play(bench, fewer)
            if broke.broke:
                found = fewer[: broke.last + 1]
            else:
                start += size
        size //= 2
    return found


def told(seed: int, steps: Sequence[Step], broke: str) -> str:
    return "\n".join([f"seed {seed}: {broke}", *(f"  {step}" for step in steps)])


@contextmanager
def bench(url: str | None = None) -> Iterator[Bench]:
    """A bench in memory where the machine has such a folder: nothing here needs to outlive the power."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="simulated-", dir=memory if memory.is_dir() else None) as folder:
        made = Bench(Path(folder), url)
        try:
            yield made
        finally:
            made.journal.close()


def play_seed(on: Bench, seed: int, days: int = DAYS) -> tuple[Played, str]:
    """Play one seed; and, where it breaks, the fewest steps that do."""
    steps = schedule(seed, days)
    played = play(on, steps, days)
    if not played.broke:
        return played, ""
    fewest = shrunk(on, steps[: played.last + 1])
    again = play(on, fewest)
    return played, told(seed, fewest, again.broke)
