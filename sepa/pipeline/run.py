"""By hand, in one go, all that is due at an instant: claim, judge, settle, report."""

import datetime
from collections.abc import Callable

import msgspec

from sepa.model.journal import Delivery, FileRow
from sepa.pipeline.acknowledge import acknowledge as tell_who_waits
from sepa.pipeline.book import refuse_behind
from sepa.pipeline.claim import claim
from sepa.pipeline.correct import emit_corrections
from sepa.pipeline.emit import emit_bulks, emit_reports
from sepa.pipeline.home import Home
from sepa.pipeline.judge import judge_all
from sepa.pipeline.recall import emit_recalls
from sepa.pipeline.settle import Sealed, seal_window
from sepa.pipeline.undone import each_of


class Ran(msgspec.Struct, frozen=True):
    """What a run did: deliveries taken, files judged, the window sealed, paths of what left."""

    deliveries: tuple[Delivery, ...]
    judged: tuple[FileRow, ...]
    sealed: Sealed
    published: tuple[str, ...]


def run(
    home: Home,
    at: datetime.datetime,
    *,
    by_clock: bool = False,
    banking_day: datetime.date | None = None,
    told: Callable[[str], None] = lambda _: None,
) -> Ran:
    """Do all that is due at `at`. May be repeated, killed and repeated: the outcome is that of one run.

    `by_clock` says that `at` is what the clock shows, so that files count from their arrival.

    `banking_day` is the day to book under in place of the core system's word (DAT-07).

    What fails by our own fault does not keep the rest back; LeftUndone says so at the end.

    `told` hears a short word before each step, for a progress display.
    """
    refuse_behind(home)
    deliveries: list[Delivery] = []
    judged: list[FileRow] = []
    sealed = Sealed(window=at)
    published: list[str] = []

    def take() -> None:
        told("claiming files")
        deliveries.extend(claim(home, at, by_clock=by_clock))

    def acknowledge() -> None:
        published.extend(tell_who_waits(home, at, by_clock=by_clock))

    def judge() -> None:
        keys = [] if home.keeps_files(at) else home.journal.unjudged()
        if keys:
            judged.extend(
                judge_all(
                    home, keys, at=at, told=lambda number: told(f"judging file {number} of {len(keys)}")
                )
            )

    def settle() -> None:
        nonlocal sealed
        told("settling")
        sealed = seal_window(home, at, banking_day=banking_day)

    def publish() -> None:
        told("publishing")
        published.extend(emit_bulks(home, at))
        published.extend(emit_corrections(home, at))
        published.extend(emit_recalls(home, at))

    def report() -> None:
        told("reporting")
        published.extend(emit_reports(home, at))

    each_of(
        [take, acknowledge, judge, settle, publish, report], lambda step: step(), lambda step: step.__name__
    )
    return Ran(deliveries=tuple(deliveries), judged=tuple(judged), sealed=sealed, published=tuple(published))
