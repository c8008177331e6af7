"""What fuzzing started from and what it ever broke, played again without it."""

from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS

HERE = Path(__file__).resolve().parent
KEPT = sorted(path for path in HERE.glob("c*/**/*") if path.is_file())


def target_of(path: Path) -> str:
    """The corpus has a folder for each target; a crasher's name begins with it."""
    return path.parent.name if path.parent.parent.name == "corpus" else path.name.split("-")[0]


def test_every_target_has_something_to_start_from() -> None:
    assert {target_of(path) for path in KEPT} == set(TARGETS)


@pytest.mark.parametrize("path", [pytest.param(path, id=f"{path.parent.name}/{path.name}") for path in KEPT])
def test_it_breaks_nothing(path: Path) -> None:
    TARGETS[target_of(path)](path.read_bytes())
