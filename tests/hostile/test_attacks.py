"""Every attack ends as its row says, in little work and memory, and touches nothing outside."""

import urllib.request
from pathlib import Path

import pytest

from tests.hostile.attacks import Attack, attacks
from tests.hostile.chamber import MEMORY_KB_MAX, Chamber
from tests.hostile.watch import Bait

ATTACKS = [pytest.param(attack, id=attack.name) for attack in attacks()]


def test_there_are_many() -> None:
    assert len({param.id for param in ATTACKS}) == len(ATTACKS) >= 150


@pytest.mark.parametrize("attack", ATTACKS)
def test_it_ends_as_its_row_says(attack: Attack, chamber: Chamber, bait: Bait, tmp_path: Path) -> None:
    file = tmp_path / "attack.xml"
    file.write_bytes(bait.laid_in(attack.content))
    ended = chamber.ask("end_of", str(file))
    assert ended.crash == ""
    assert ended.answer == attack.end
    assert ended.strayed == ()
    assert ended.peak_kb < MEMORY_KB_MAX
    assert bait.taken() == []


def test_the_bait_would_tell(bait: Bait) -> None:
    """Else its silence would prove nothing."""
    bait.canary.read_text("utf-8")
    assert len(bait.taken()) == 1
    with pytest.raises(OSError, match="timed out"):
        urllib.request.urlopen(f"http://127.0.0.1:{bait.port}", timeout=0.01)
    assert len(bait.taken()) == 1
    assert bait.taken() == []


@pytest.mark.parametrize(
    ("question", "told"),
    [
        pytest.param("stray", "open", id="opens what it must not"),
        pytest.param("call", "socket.connect", id="calls somebody"),
        pytest.param("spin", "ended by signal", id="never ends"),
        pytest.param("grow", "Cannot allocate memory", id="eats all memory"),
        pytest.param("fall", "ended by signal", id="falls"),
    ],
)
def test_the_chamber_would_tell(chamber: Chamber, bait: Bait, question: str, told: str) -> None:
    """Else its silence would prove nothing."""
    ended = chamber.ask(question, bait.port)
    assert told in ended.crash + "".join(ended.strayed)
