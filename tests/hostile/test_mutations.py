"""Sound messages spoilt by seed: every one ends in a named refusal or a decision, and both roads read the same."""

import random
from pathlib import Path

import pytest

from tests.fuzz.mutations import parts
from tests.fuzz.seeds import messages
from tests.fuzz.targets import gate_target, message_target, original_target
from tests.hostile.attacks import BODY, GOOD
from tests.hostile.chamber import Chamber
from tests.hostile.test_conformance import ends

SEEDS = 200
ENDED = (
    "FIL-",
    "CT-07",
    "BAT-",
    "block ",
    "accepted ",
    "rejected ",
    "held ",
    "rolled ",
    "routed ",
    "CHR-",
    "TOT-",
    "SCH-",
)


def flipped(content: bytes, chance: random.Random) -> bytes:
    """One bit of some bytes."""
    spoilt = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 8))):
        spoilt[chance.randrange(len(spoilt))] ^= 1 << chance.randrange(8)
    return bytes(spoilt)


def spliced(content: bytes, chance: random.Random) -> bytes:
    """The beginning of one message and the end of another."""
    other = chance.choice(messages())
    return content[: chance.randrange(len(content))] + other[chance.randrange(len(other)) :]


@pytest.mark.parametrize("spoil", [flipped, spliced, parts])
def test_spoilt_messages_are_read_alike_on_both_roads(spoil: object) -> None:
    assert callable(spoil)
    sound = messages()
    for seed in range(SEEDS):
        chance = random.Random(f"{spoil.__name__} {seed}")  # noqa: S311
        content = spoil(sound[seed % len(sound)], chance)
        for target in (gate_target, message_target, original_target):
            target(content)


def test_spoilt_messages_end_in_words(chamber: Chamber, tmp_path: Path) -> None:
    made = []
    for seed in range(SEEDS):
        chance = random.Random(seed)  # noqa: S311
        made.append(tmp_path / f"{seed}.xml")
        made[-1].write_bytes(chance.choice((flipped, spliced, parts))(chance.choice(messages()), chance))
    other = {end for end in ends(chamber, made).values() if not end.startswith(ENDED)}
    assert other == set()


def test_cut_off_anywhere_it_is_never_accepted(chamber: Chamber, tmp_path: Path) -> None:
    content = GOOD.rstrip().encode()
    made = []
    for place in range(len(content)):
        made.append(tmp_path / f"{place}.xml")
        made[-1].write_bytes(content[:place])
    found = ends(chamber, made)
    assert {end.split()[0] for end in found.values()} <= {"FIL-01", "FIL-03", "FIL-06", "CT-07"}
    assert sum(end == "CT-07 truncated" for end in found.values()) > len(BODY) - 50
