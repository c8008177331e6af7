"""Days of a whole bank, disturbed at every point, against the plain model of what must be true.

A failure prints its seed and the fewest steps that still break something. `SIMULATED_DAYS` says how many days are
played (`make soak` plays 10,000); which they are follows from that number alone.
"""

import os
from pathlib import Path

import pytest
import yaml

from tests.faults import PLACES
from tests.simulation.play import Played, bench, play, play_seed, told
from tests.simulation.schedule import DAYS, schedule
from tests.simulation.world import Bench

SIMULATED_DAYS = int(os.environ.get("SIMULATED_DAYS", "300"))
FIRST_SEED = int(os.environ.get("SIMULATED_FROM", "1"))
STEPS = (
    "drop", "claim", "judge", "seal", "publish", "tell", "run", "prove", "fetch", "mend", "rest", "wake",
    *(f"act {act}" for act in (
        "hold", "release", "refuse", "revoke", "judge-again", "report-again", "recall", "correct",
    )),
)  # fmt: skip
RESTORED = ("backup", "restore", "catch-up", "caught up", "refused, for the journal is behind")
KINDS = (*PLACES, "two workers", "a worker waits")
ON_POSTGRESQL = (2, 3, 5)
SEEDS = yaml.safe_load((Path(__file__).parent / "seeds.yaml").read_text("utf-8"))


@pytest.mark.parametrize("seed", SEEDS, ids=str)
def test_a_seed_that_once_found_something(on: Bench, seed: int) -> None:
    _, broke = play_seed(on, seed)
    assert not broke, broke


@pytest.mark.slow
def test_days_with_whatever_may_happen(on: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    all_of_it = Played()
    seed = FIRST_SEED
    while all_of_it.days < SIMULATED_DAYS:
        played, broke = play_seed(on, seed)
        assert not broke, broke
        all_of_it.add(played)
        seed += 1
    kinds = all_of_it.kinds()
    with capsys.disabled():
        print("\n" + all_of_it.told())  # noqa: T201
    assert [step for step in (*STEPS, *RESTORED) if not all_of_it.steps[step]] == []
    assert [kind for kind in KINDS if not kinds[kind]] == []


def test_the_same_seed_is_the_same_schedule_and_ends_the_same(on: Bench) -> None:
    seed = 7
    assert schedule(seed) == schedule(seed)
    first, again = (play(on, schedule(seed)) for _ in range(2))
    with bench() as elsewhere:
        third = play(elsewhere, schedule(seed))
    assert first.digest
    assert first == again == third
    assert first.days == DAYS


@pytest.mark.slow
@pytest.mark.parametrize("seed", ON_POSTGRESQL)
def test_postgresql_ends_with_the_same_lines(on: Bench, on_postgresql: Bench, seed: int) -> None:
    """The same schedule, the same faults at the same points, in another database."""
    there = play(on_postgresql, schedule(seed))
    assert not there.broke, told(seed, schedule(seed)[: there.last + 1], there.broke)
    assert there == play(on, schedule(seed))
