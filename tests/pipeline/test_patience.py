"""A file that costs too much work is our fault: told in a sentence, undecided, and no neighbour waits for it."""

from pathlib import Path

import pytest

from sepa.pipeline import patience
from sepa.pipeline.patience import Measured, TooMuchWork
from sepa.pipeline.undone import LeftUndone
from tests.pipeline.house import House
from tools.sample_bank import GOOD


@pytest.mark.parametrize(
    ("a_file", "a_byte", "enough"),
    [
        pytest.param(60 * 10**9, 0, True, id="a minute for each file"),
        pytest.param(0, 10**9, True, id="and more for each byte"),
        pytest.param(-1, 0, False, id="but not for ever"),
    ],
)
def test_work_has_a_limit(
    a_file: int, a_byte: int, enough: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "NANOSECONDS_A_FILE", a_file)
    monkeypatch.setattr(patience, "NANOSECONDS_A_BYTE", a_byte)
    file = tmp_path / "a.xml"
    file.write_text(GOOD, "utf-8")
    with Measured(file) as source:
        if enough:
            assert source.read() == GOOD.encode()
            return
        with pytest.raises(TooMuchWork, match="nothing of it was decided"):
            source.read()


def test_what_takes_too_long_stays_undecided(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """And is judged as ever once it no longer does."""
    key = house.drop("stavebniny", "slow.xml", GOOD)
    with monkeypatch.context() as slow:
        slow.setattr(patience, "NANOSECONDS_A_FILE", -(10**18))
        with pytest.raises(LeftUndone, match=f"file {key[:12]}.*seconds of work"):
            house.run()
    assert not house.file(key).judged
    assert house.orders(key) == []
    house.run()
    assert house.states(key) == {"REF-1": "paid"}
