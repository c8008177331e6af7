"""A run stopped dead at any point where something is written, and run again, ends like one that was never stopped."""

import os
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.faults import Faults, Stopped
from tests.pipeline.house import THURSDAY, House
from tools.sample_bank import (
    B1,
    DE,
    GOOD,
    POOR,
    TRADER,
    collection,
    collections,
    order,
    transfers,
)

SEED = 20260402
RUNS = (THURSDAY, "2026-04-02T21:15")
POINTS_MAX = int(os.environ.get("CRASH_POINTS", "28"))
"""Of each run so many points are tried, spread evenly; `CRASH_POINTS=9999` tries them all."""
WRITES = ("link", "rename", "replace", "unlink", "fsync", "commit")
DROPS = {
    ("stavebniny", "01-good.xml"): GOOD,
    ("stavebniny", "02-again.xml"): GOOD,
    ("stavebniny", "03-part.xml"): transfers(
        "PART-1", TRADER, [order("OK", "10.00", "Oceliareň", B1), order("BAD", "11.00", "X", B1[:-1] + "0")]
    ),
    ("stavebniny", "04-poor.xml"): transfers("POOR-1", POOR, [order("LACK", "900.00", "Oceliareň", B1)]),
    ("stavebniny", "05-broken.xml"): GOOD[:700],
    ("vzorova-banka", "06-collection.xml"): collections(
        "DD-1", [("RCUR", "2026-04-09", [collection("INK", "46.00", DE, "EXT-2", bic="VZORDEFFXXX")])]
    ),
}


class Fuse(Faults):
    """Counts every write to the disk and every commit; at number `burns_at` the process is gone for good.

    `after` lets that very write still happen. Without `burns_at` it only counts.
    """

    def __init__(self, burns_at: int | None = None, *, after: bool = False) -> None:
        super().__init__(self._burns)
        self.writes: list[str] = []
        self._burns_at, self._kind = burns_at, "kill-after" if after else "kill"

    def _burns(self, point: str, _: int) -> Any:
        if point in WRITES:
            self.writes.append(point)
            if len(self.writes) == self._burns_at:
                return self._kind
        return None


def stopped_at(house: House, instant: str, fuse: Fuse) -> bool:
    """Run until the fuse burns; returns whether it did."""
    with fuse.into():
        try:
            house.run(instant)
        except Stopped:
            return True
    return False


@pytest.fixture(scope="module")
def dropped(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("dropped") / "home"
    shutil.copytree(empty_home, root)
    for (partner, name), content in DROPS.items():
        House(root).drop(partner, name, content)
    return root


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", range(len(RUNS)), ids=RUNS)
def test_stopped_anywhere_and_run_again_is_as_never_stopped(
    dropped: Path, tmp_path: Path, step: int, after: bool
) -> None:
    start = tmp_path / "start"
    shutil.copytree(dropped, start)
    for earlier in RUNS[:step]:
        House(start).run(earlier)
    undisturbed = House(tmp_path / "undisturbed")
    shutil.copytree(start, undisturbed.root)
    counting = Fuse()
    assert not stopped_at(undisturbed, RUNS[step], counting)
    expected = undisturbed.digest(), undisturbed.bytes_of()

    stride = max(1, len(counting.writes) // POINTS_MAX)
    first = 1 + random.Random(f"{SEED} {after}").randrange(stride)  # noqa: S311
    for point in range(first, len(counting.writes) + 1, stride):
        house = House(tmp_path / "stopped")
        shutil.copytree(start, house.root)
        assert stopped_at(house, RUNS[step], Fuse(point, after=after))
        house.run(RUNS[step])
        where = f"seed {SEED}, stopped {'after' if after else 'before'} write {point}: {counting.writes[point - 1]}"
        digest, content = house.digest(), house.bytes_of()
        assert content == expected[1], where
        assert digest == expected[0], where
        assert house.prove().faults == (), where
        shutil.rmtree(house.root)


@pytest.mark.slow
def test_stopped_twice_in_a_row(dropped: Path, tmp_path: Path) -> None:
    """Each worker gets a little further than the last and is stopped again, until one is left in peace.

    A stride is longer than all writes of one report: what stops within it begins it anew.
    """
    shutil.copytree(dropped, tmp_path / "undisturbed")
    undisturbed = House(tmp_path / "undisturbed")
    undisturbed.run()
    for stride in (53, 71):
        house = House(tmp_path / f"stride-{stride}")
        shutil.copytree(dropped, house.root)
        stops = 0
        while stops < 30 and stopped_at(house, THURSDAY, Fuse(stride)):
            stops += 1
        assert 2 < stops < 30
        assert (house.digest(), house.bytes_of()) == (undisturbed.digest(), undisturbed.bytes_of())
