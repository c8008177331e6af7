"""By hand, in one go, all that is due at an instant: claim, judge, settle, report."""

import datetime
from collections.abc import Callable

import msgspec

from sepa.model.journal import Delivery, FileRow
from sepa.pipeline.claim import claim
from sepa.pipeline.emit import emit_bulks, emit_reports
from sepa.pipeline.home import Home
from sepa.pipeline.judge import judge
from sepa.pipeline.settle import Sealed, seal_window


class Ran(msgspec.Struct, frozen=True):
    """What a run did: deliveries taken, files judged, the window sealed, paths of what left."""

    deliveries: tuple[Delivery, ...]
    judged: tuple[FileRow, ...]
    sealed: Sealed
    published: tuple[str, ...]


def run(home: Home, at: datetime.datetime, *, told: Callable[[str], None] = lambda _: None) -> Ran:
    """Do all that is due at `at`. May be repeated, killed and repeated: the outcome is that of one run.

    `told` hears a short word before each step, for a progress display.
    """
    told("claiming files")
    deliveries = claim(home, at)
    judged = []
    keys = home.journal.unjudged()
    reference = home.reference() if keys else None
    for number, key in enumerate(keys, 1):
        told(f"judging file {number} of {len(keys)}")
        judged.append(judge(home, key, at=at, reference=reference))
    told("reporting")
    reported = emit_reports(home, at)
    told("settling")
    sealed = seal_window(home, at)
    told("publishing")
    published = emit_bulks(home, at)
    return Ran(
        deliveries=tuple(deliveries),
        judged=tuple(judged),
        sealed=sealed,
        published=tuple(reported + published + emit_reports(home, at)),
    )
