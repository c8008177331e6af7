"""The list of guards is true: each stands where it says, and, of a sample on every run, each is missed by its test."""

import os
import subprocess
import sys

import pytest

from tests.mutants.__main__ import BEGIN, END, PAGE, table
from tests.mutants.guards import ROOT, Guard, guards

SAMPLE = 8
SEED = os.environ.get("MUTANTS_SEED", "1")


@pytest.mark.parametrize("guard", guards(), ids=lambda guard: guard.name)
def test_a_guard_stands_where_the_list_says_and_its_test_is_there(guard: Guard) -> None:
    assert all(text for text in guard.sources().values())
    file, _, name = guard.test.partition("::")
    assert f"def {name}(" in (ROOT / file).read_text("utf-8")


def test_the_page_shows_every_guard() -> None:
    assert BEGIN + table() + END in PAGE.read_text("utf-8")


@pytest.mark.slow
def test_without_a_guard_its_test_fails() -> None:
    """A few of them, drawn by a seed: `make mutants` tries all."""
    drawn = ["--sample", str(SAMPLE), "--seed", SEED]
    done = subprocess.run(
        [sys.executable, "-m", "tests.mutants", *drawn],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
