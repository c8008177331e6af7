"""Many small files at once: few runs, few transactions, few waits for the disk, and each file still for itself."""

import hashlib
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from sepa.orchestration import steps
from sepa.pipeline.batches import BATCH_BYTES, BATCHES_MAX, Batch, batches
from sepa.pipeline.catch_up import catch_up
from sepa.pipeline.claim import claim
from sepa.pipeline.emit import emit_reports
from sepa.pipeline.judge import judge, judge_all
from sepa.pipeline.replay import replay
from sepa.pipeline.run import run
from sepa.pipeline.undone import TOGETHER, LeftUndone, in_groups
from sepa.store import together
from tests.faults import Faults, Kind, Point, Stopped
from tests.pipeline.house import DAY, THURSDAY, House
from tools.sample_bank import B1, GOOD, TRADER, order, transfers

A = "stavebniny"
LATER = "2026-04-02T11:30"
FILES = 12


def orders(number: int, amount: str = "10.00") -> str:
    return transfers(f"SMALL-{number}", TRADER, [order(f"REF-{number}", amount, "Oceliareň", B1)])


@pytest.fixture
def dropped(house: House) -> House:
    """Files of one order each; one with a bad order, one that is no message, one that comes twice."""
    for number in range(FILES):
        house.drop(A, f"{number:02}.xml", orders(number))
    house.drop(A, "refused.xml", transfers("BAD-1", TRADER, [order("BAD", "1.00", "X", B1[:-1] + "0")]))
    house.drop(A, "broken.xml", GOOD[:700])
    house.drop(A, "twice.xml", orders(0))
    return house


# --- runs ---


def waiting(house: House, monkeypatch: pytest.MonkeyPatch, sizes: list[int]) -> Callable[[], list[Batch]]:
    """What would be run if files of these sizes waited; the journal is told their keys alone."""
    keys = [hashlib.sha256(b"%d" % number).hexdigest() for number in range(len(sizes))]
    size = dict(zip(keys, sizes, strict=True))

    class Said:
        def __init__(self, key: str) -> None:
            self.st_size = size[key]

    class Archived:
        def __init__(self, key: str) -> None:
            self.key = key

        def stat(self) -> Said:
            return Said(self.key)

    def found() -> list[Batch]:
        with house.open() as home, pytest.MonkeyPatch.context() as patched:
            patched.setattr(type(home.journal), "unjudged", lambda _: list(size))
            patched.setattr(type(home), "archived", lambda _, key: Archived(key))
            return batches(home, house.at(THURSDAY))

    found.judged = lambda gone: [size.pop(key) for key in gone]  # type: ignore[attr-defined]
    return found


def test_ten_thousand_files_are_a_few_runs(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    found = waiting(house, monkeypatch, [12_000] * 10_000)()
    assert len(found) == 15
    assert sorted(key for batch in found for key in batch.file_keys) == sorted(
        {key for batch in found for key in batch.file_keys}
    )
    assert sum(len(batch.file_keys) for batch in found) == 10_000
    assert max(len(batch.file_keys) for batch in found) <= 2_000  # keys of one run: 134 kB of its conf


def test_a_large_file_ends_its_batch(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    found = waiting(house, monkeypatch, [BATCH_BYTES] * 3)()
    assert [len(batch.file_keys) for batch in found] == [1, 1, 1]


def test_no_more_runs_at_once_than_airflow_takes(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(waiting(house, monkeypatch, [BATCH_BYTES] * (BATCHES_MAX + 5))()) == BATCHES_MAX


def test_while_some_are_judged_the_others_keep_their_runs(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = waiting(house, monkeypatch, [12_000] * 5_000)
    first, *others = found()
    found.judged(first.file_keys[:-7])  # type: ignore[attr-defined]
    rest, *same = found()
    assert (rest.file_keys, same) == (first.file_keys[-7:], others)


def test_a_drop_is_one_run_whose_task_judges_all_and_tells_them(
    dropped: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEPA_HOME", str(dropped.root))
    at = dropped.at(THURSDAY)
    claimed = steps.claim_files(at)
    (started,) = claimed["runs"]
    assert (len(started["conf"]["file_keys"]), claimed["left_undone"]) == (FILES + 2, "")
    assert steps.judge_files(started["conf"]["file_keys"], at) == {"ACCP": FILES, "RJCT": 2}
    steps.publish_reports(at)
    assert len(dropped.outbox(A, "pain.002*")) == FILES + 3  # with that on the file that came twice
    assert steps.judge_files(started["conf"]["file_keys"], at) == {"ACCP": FILES, "RJCT": 2}


def test_a_file_that_fails_by_our_fault_stops_no_other_of_its_run(
    dropped: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEPA_HOME", str(dropped.root))
    at = dropped.at(THURSDAY)
    (started,) = steps.claim_files(at)["runs"]
    keys = started["conf"]["file_keys"]
    with dropped.open() as home:
        home.archived(keys[3]).rename(home.archived(keys[3]).with_name("away"))
    with pytest.raises(LeftUndone, match=f"{FILES + 1} done, 1 left undone: file {keys[3][:12]}"):
        steps.judge_files(keys, at)
    with dropped.open() as home:
        assert home.journal.unjudged() == [keys[3]]
        home.archived(keys[3]).with_name("away").rename(home.archived(keys[3]))
        assert home.journal.audit() == []
    assert sum(steps.judge_files(keys, at).values()) == FILES + 2


# --- few of everything ---


def test_a_drop_is_one_link_one_entry_and_few_waits_for_the_disk(
    dropped: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real_fsync, real_system = os.fsync, together.settle_system
    monkeypatch.setattr(os, "fsync", lambda descriptor: (asked.append("fsync"), real_fsync(descriptor))[1])
    monkeypatch.setattr(
        together, "settle_system", lambda descriptor: (asked.append("system"), real_system(descriptor))[1]
    )
    with dropped.open() as home:
        before = home.journal.head()
        at = dropped.at(THURSDAY)
        claim(home, at)
        assert home.journal.head() == before + 1
        (entry,) = (home.archive / "book" / "came").glob("*/*")
        assert entry.name.endswith(f"+{FILES + 3}.json")
        judge_all(home, home.journal.unjudged(), at=at)
        assert home.journal.head() == before + 2
        asked.clear()
        emit_reports(home, at)
        assert home.journal.head() == before + 3
    assert len(asked) < 8
    assert "system" in asked


def test_pieces_in_their_order_the_small_ones_together() -> None:
    work = [1, 2, 900, 3, 901, 902, *range(10, 10 + TOGETHER + 1)]
    assert list(in_groups(work, lambda piece: piece < 900)) == [
        [1, 2],
        [900],
        [3],
        [901],
        [902],
        list(range(10, 10 + TOGETHER)),
        [10 + TOGETHER],
    ]


# --- the same as one by one ---


def state(house: House) -> Any:
    told = {
        path: digest for path, digest in house.told().items() if not path.startswith("archive/reference/")
    }
    return told, sorted((each.key, each.state, each.received_at) for each in house.all_orders())


def one_by_one(patched: pytest.MonkeyPatch) -> None:
    for module in ("claim", "judge", "emit"):
        patched.setattr(
            f"sepa.pipeline.{module}.in_groups", lambda work, small=None: ([piece] for piece in work)
        )


def test_together_or_one_by_one_comes_to_the_same(dropped: House, tmp_path: Path) -> None:
    other = House(tmp_path / "other")
    shutil.copytree(dropped.root, other.root)
    dropped.run()
    with pytest.MonkeyPatch.context() as patched:
        one_by_one(patched)
        other.run()
    assert state(dropped) == state(other)


@pytest.mark.parametrize(
    "where", ["sepa.pipeline.claim.settled_together", "sepa.pipeline.emit.settled_together"]
)
def test_what_cannot_be_settled_together_is_settled_one_by_one(
    dropped: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    other = House(tmp_path / "other")
    shutil.copytree(dropped.root, other.root)
    dropped.run()
    failures = iter([OSError("the disk says no")])

    def broken(descriptor: int) -> None:
        for failure in failures:
            raise failure

    monkeypatch.setattr(together, "settle_system", broken)
    other.run()
    assert next(failures, None) is None
    assert state(dropped) == state(other)


KILLS: list[tuple[Point, int, Kind]] = [
    ("rename", 8, "kill-after"),
    ("link", 8, "kill"),
    ("link", 25, "kill"),
    ("fsync", 3, "kill"),
    ("unlink", 20, "kill"),
    ("unlink", 40, "kill"),
    ("commit", 1, "kill"),
    ("commit", 2, "kill-after"),
    ("write", 9, "kill"),
]


@pytest.mark.parametrize(("point", "number", "kind"), KILLS)
def test_killed_in_the_midst_of_many_and_done_again_is_as_never_killed(
    dropped: House, tmp_path: Path, point: Point, number: int, kind: Kind
) -> None:
    other = House(tmp_path / "other")
    shutil.copytree(dropped.root, other.root)
    dropped.run()
    faults = Faults(lambda at, count: kind if (at, count) == (point, number) else None)
    with other.open() as home, faults.into(), suppress(Stopped):
        run(home, other.at(THURSDAY))
    assert faults.happened
    other.run()
    with other.open() as home:
        assert home.journal.audit() == []
    assert state(dropped) == state(other)


# --- what is written is understood later ---


def test_a_restored_journal_is_told_of_every_file(dropped: House, tmp_path: Path) -> None:
    kept = tmp_path / "journal.db"
    with dropped.open():
        pass
    shutil.copyfile(dropped.root / "journal.db", kept)
    dropped.claim()
    before = [(each.key, each.name, each.received_at) for each in dropped.files()]
    for part in dropped.root.glob("journal.db*"):
        part.unlink()
    shutil.copyfile(kept, dropped.root / "journal.db")
    with dropped.open() as home:
        assert catch_up(home, dropped.at(LATER)).came == FILES + 3
    assert [(each.key, each.name, each.received_at) for each in dropped.files()] == before


def test_a_day_of_many_files_is_lived_again(dropped: House, tmp_path: Path) -> None:
    dropped.run()
    with dropped.open() as home:
        again = replay(home, DAY, tmp_path / "again")
    assert again.difference is None
    assert again.files > FILES


def test_a_file_judged_alone_and_one_judged_together_are_one_link_each(house: House) -> None:
    keys = [house.drop(A, f"{number}.xml", orders(number)) for number in range(3)]
    house.claim()
    with house.open() as home:
        judge(home, keys[0], at=house.at(THURSDAY))
        before = home.journal.head()
        judge_all(home, keys, at=house.at(THURSDAY))
        assert home.journal.head() == before + 1
