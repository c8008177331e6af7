"""The simulation can fail: with any of these guards taken away some seed breaks.

Each is tried from the seed on that found it when it was written down; a change of the schedules may move that a little.
"""

import os
import stat
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from sepa.settle import _Open
from tests.simulation.play import play
from tests.simulation.schedule import schedule
from tests.simulation.world import Bench

TRIES = 40


def _one_cent_more() -> Callable[..., Any]:
    in_turn = _Open.in_turn

    def more(*given: Any) -> Iterator[Any]:
        for turn, debit, credit in in_turn(*given):
            yield turn, debit, msgspec.structs.replace(credit, amount_cents=credit.amount_cents + 1)

    return more


def _settles_only(is_kind: Callable[[int], bool]) -> Callable[[list[int]], None]:
    """Of what is settled together, only folders, or only files; one by one, for a whole disk would settle both."""

    def settle(descriptors: list[int]) -> None:
        for descriptor in descriptors:
            if is_kind(os.fstat(descriptor).st_mode):
                os.fsync(descriptor)

    return settle


def always(value: Any) -> Callable[..., Any]:
    return lambda *_, **__: value


def plain_name(kind: str, day: Any, _: str, ending: str = "xml") -> str:
    return f"{kind}_{day}.{ending}"


MUTANTS: dict[str, tuple[int, str, dict[str, Any]]] = {
    "a twin of another message is not noticed": (
        1, "must be held", {"sepa.store.sql.judging.seen_elsewhere": always(set())},
    ),
    "a MsgId may be used again": (
        13, "it must be", {"sepa.store.sql.judging.FileSealing.message_id_owner": always(None)},
    ),
    "a file gets its name before its bytes are settled": (
        1, "", {
            "sepa.store.files._settle": lambda out: out.flush(),
            "sepa.store.together._settle": _settles_only(stat.S_ISDIR),
        },
    ),
    "folders are not settled": (
        12, "the archive lacks", {
            "sepa.store.files.settle_folder": always(None),
            "sepa.store.together._settle": _settles_only(stat.S_ISREG),
        },
    ),
    "a file that is taken is not settled": (
        1, "too much", {"sepa.pipeline.claim.move": lambda source, place: source.rename(place)},
    ),
    "what is paid is due again": (
        1, "", {
            "sepa.store.sql.settlement.DUE": ("waiting", "pending-funds", "paid"),
            "sepa.store.sql.sealing.DUE": ("waiting", "pending-funds", "paid"),
        },
    ),
    "money is not looked for": (1, "it must be", {"sepa.settle.available_cents": always(10**12)}),
    "a cent too much is credited": (
        3, "both sides", {"sepa.settle._Open.in_turn": _one_cent_more(), "sepa.store.sql.posting._prove": always(None)},
    ),
    "files are not named by their content": (2, "other bytes", {"sepa.pipeline.emit.file_name": plain_name}),
    "one person releases": (2, "it must be held", {"sepa.pipeline.acts.needs_two": always(False)}),
    "a refusal is judged again": (
        20, "it must be rejected", {"sepa.store.sql.orders.Orders.refused_by_people": always(set())},
    ),
    "a departure is not noted": (1, "departure", {"sepa.store.sql.emission.begin": always(None)}),
    "a restored journal is not noticed": (
        1, "it must be", {"sepa.pipeline.book.unknown": always([]), "sepa.pipeline.catch_up.unknown": always([])},
    ),
    "an older window seals": (20, "tried in vain", {"sepa.pipeline.settle.is_overtaken": always(False)}),
    "repairs stop nothing": (1, "it must be", {"sepa.pipeline.home.Home.in_maintenance": False}),
}  # fmt: skip
"""What is taken away: the seed that found it, a word of what it said, and what stands there instead."""


@pytest.mark.slow
@pytest.mark.parametrize("mutant", MUTANTS)
def test_without_a_guard_a_seed_breaks(on: Bench, mutant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seed, said, patches = MUTANTS[mutant]
    for name, instead in patches.items():
        monkeypatch.setattr(name, instead)
    for tried in range(seed, seed + TRIES):
        broke = play(on, schedule(tried)).broke
        if broke and said in broke:
            return
    pytest.fail(f"nothing was noticed from seed {seed} on")
