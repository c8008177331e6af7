"""The simulation can fail: with any of these guards taken away some seed breaks.

Each is tried from the seed on that found it when it was written down; a change of the schedules may move that a little.
"""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from tests.simulation.play import bench, play
from tests.simulation.schedule import schedule
from tests.simulation.world import Bench

TRIES = 40
Patch = tuple[str, Callable[..., Any]]


def _one_cent_more(real: Callable[..., Any]) -> Callable[..., Any]:
    def posting(run: Any, payment: Any, name: str, side: str, day: Any) -> Any:
        made = real(run, payment, name, side, day)
        return msgspec.structs.replace(made, amount_cents=made.amount_cents + (side == "credit"))

    return posting


def _posting() -> Callable[..., Any]:
    from sepa.settle import _Run

    return _one_cent_more(_Run._posting)


MUTANTS: dict[str, tuple[int, str, tuple[Patch, ...]]] = {
    "a twin of another message is not noticed": (
        1, "must be held", (("sepa.store.sql.judging.seen_elsewhere", lambda *_: set()),),
    ),
    "a MsgId may be used again": (
        1, "must be", (("sepa.store.sql.judging.FileSealing.message_id_owner", lambda *_: None),),
    ),
    "a file gets its name before its bytes are settled": (
        1, "", (("sepa.store.files._settle", lambda out: out.flush()),),
    ),
    "folders are not settled": (1, "", (("sepa.store.files._settle_folder", lambda folder: None),)),
    "a file that is taken is not settled": (
        1, "too much", (("sepa.pipeline.claim.move", lambda source, place: source.rename(place)),),
    ),
    "what is paid is due again": (
        1, "", (("sepa.store.sql.settlement._DUE", ("waiting", "pending-funds", "paid")),),
    ),
    "money is not looked for": (1, "it must be", (("sepa.settle.available_cents", lambda *_, **__: 10**12),)),
    "a cent too much is credited": (
        1, "both sides", (("sepa.settle._Run._posting", _posting()), ("sepa.store.sql.settlement._agree", lambda *_: None)),
    ),
    "files are not named by their content": (
        1, "other bytes", (("sepa.pipeline.emit.file_name", lambda kind, day, digest, end="xml": f"{kind}_{day}.{end}"),),
    ),
    "an older window seals": (
        1, "it must be", (("sepa.store.sql.settlement.Settling.last_window", lambda _: None),),
    ),
    "one person releases": (1, "it must be held", (("sepa.pipeline.acts.needs_two", lambda *_: False),)),
    "a refusal is judged again": (
        20, "it must be rejected", (("sepa.store.sql.orders.Orders.refused_by_people", lambda *_: set()),),
    ),
    "a departure is not noted": (1, "departure", (("sepa.store.sql.emission.begin", lambda *_: None),)),
    "a restored journal is not noticed": (
        1, "is paid in", (("sepa.pipeline.book.unknown", lambda *_, **__: []), ("sepa.pipeline.catch_up.unknown", lambda *_, **__: [])),
    ),
    "repairs stop nothing": (1, "it must be", (("sepa.pipeline.home.Home.in_maintenance", False),)),
}  # fmt: skip


@pytest.fixture(scope="module")
def on() -> Iterator[Bench]:
    with bench() as made:
        yield made


@pytest.mark.slow
@pytest.mark.parametrize("mutant", MUTANTS)
def test_without_a_guard_a_seed_breaks(on: Bench, mutant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seed, said, patches = MUTANTS[mutant]
    for name, instead in patches:
        monkeypatch.setattr(name, instead)
    for tried in range(seed, seed + TRIES):
        broke = play(on, schedule(tried)).broke
        if broke and said in broke:
            return
    pytest.fail(f"nothing was noticed from seed {seed} on")
