"""The desk's own commands and steps, really killed: what is done again ends as if never killed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sepa.store.together import settle_system
from tests.kills.__main__ import Kill, killed, lived
from tests.kills.day import Stage, new_home
from tests.kills.tracer import Moment, Point, traced

CONTENT = b"abcdefgh"
KILLS, SEED = os.environ.get("KILLS", "300"), os.environ.get("KILLS_SEED", "20260402")


@pytest.mark.slow
def test_killed_at_any_system_call_and_done_again_is_as_never_killed() -> None:
    """A sample; `make kill` takes every point of the day."""
    words = [sys.executable, "-m", "tests.kills", "--sample", KILLS, "--seed", SEED]
    ran = subprocess.run(words, check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr


# --- what kills, and what looks ---


def writes(root: Path) -> None:
    with open(root / "new", "wb") as file:
        file.write(CONTENT)
    os.rename(root / "new", root / "named")


@pytest.mark.parametrize(
    ("point", "moment", "left"),
    [
        (1, "before", {}),
        (1, "after", {"new": b""}),
        (2, "before", {"new": b""}),
        (2, "within", {"new": CONTENT[:4]}),
        (2, "after", {"new": CONTENT}),
        (3, "before", {"new": CONTENT}),
        (3, "after", {"named": CONTENT}),
    ],
)
def test_it_dies_where_it_is_told_to(
    tmp_path: Path, point: int, moment: Moment, left: dict[str, bytes]
) -> None:
    points, died = traced(lambda: writes(tmp_path), tmp_path, dies_at=point, moment=moment)
    assert (len(points), died) == (point, True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == left


def test_only_what_changes_something_below_the_root_is_a_point(tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "root", tmp_path / "elsewhere"
    for folder in (root, elsewhere):
        folder.mkdir()

    def work() -> None:
        writes(elsewhere)
        writes(root)
        (root / "named").read_bytes()

    assert traced(work, root) == (
        [Point("openat", "new"), Point("write", "new"), Point("rename", "named")],
        False,
    )


def test_waiting_for_a_whole_disk_is_a_point_too(tmp_path: Path) -> None:
    def work() -> None:
        with open(tmp_path / "new", "wb") as file:
            settle_system(file.fileno())

    assert traced(work, tmp_path) == ([Point("openat", "new"), Point("syncfs", "new")], False)


def in_place(root: Path) -> None:
    (root / "outbox" / "told.txt").write_bytes(CONTENT)


def twice(root: Path) -> None:
    with open(root / "inbox" / "log", "ab") as log:
        log.write(CONTENT)


def draft_left(root: Path) -> None:
    draft = root / "outbox" / f".tmp-{os.getpid()}"
    draft.write_bytes(CONTENT)
    draft.unlink()


@pytest.mark.parametrize(
    ("work", "point", "said"),
    [
        (in_place, 2, "half written and to be seen: ['outbox/told.txt']"),
        (twice, 2, "files differ: ['inbox/log']"),
        (draft_left, 2, "drafts differ: ['outbox/.tmp-"),
    ],
)
def test_what_is_not_safe_is_found(tmp_path: Path, work: object, point: int, said: str) -> None:
    before, home = tmp_path / "before", tmp_path / "home"
    for root in (before, home):
        new_home(root)
    was = lived(Stage("unsafe", work), home, before)  # type: ignore[arg-type]
    assert killed(was, Kill(0, point, "within"), tmp_path / "killed").startswith(said)
