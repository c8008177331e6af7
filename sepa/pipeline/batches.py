"""Which files one run judges together: many small ones, or a large one."""

import datetime
import hashlib

import msgspec

from sepa.pipeline.home import Home
from sepa.pipeline.telemetry import show_waiting
from sepa.schedule import time_to_cut_off

BATCH_FILES = 500
BATCH_BYTES = 64 * 1024 * 1024
BATCHES_MAX = 1000
"""Airflow maps one task to 1,024 runs at most (`max_map_length`); what waits beyond is taken by the next sweep."""


class Batch(msgspec.Struct, frozen=True):
    """Files that one run judges together. `name` is computed from the files, so that a run happens once."""

    name: str
    file_keys: tuple[str, ...]


def batches(home: Home, at: datetime.datetime) -> list[Batch]:
    """Everything claimed and not yet judged, in batches of some BATCH_FILES small files or one large one.

    A file's own key says whether a batch ends with it. So a batch stays the same, and keeps its name, while others are
    judged or come, and however often intake sweeps meanwhile, its run is not started twice. None while files are kept
    (`Home.keeps_files`).
    """
    found: list[Batch] = []
    keys: list[str] = []
    waiting = home.journal.unjudged()
    show_waiting(len(waiting), lambda: time_to_cut_off(at, home.terms(at), "EUR"))
    for key in () if home.keeps_files(at) else waiting:
        keys.append(key)
        if _ends_with(key, home.archived(key).stat().st_size) or len(keys) == 4 * BATCH_FILES:
            found.append(_batch(keys))
            keys = []
    if keys:
        found.append(_batch(keys))
    return found[:BATCHES_MAX]


def _ends_with(key: str, size: int) -> bool:
    """One of BATCH_FILES small files ends a batch, a larger one the more often, one of BATCH_BYTES always."""
    return int(key[:16], 16) % BATCH_BYTES < max(size, BATCH_BYTES // BATCH_FILES)


def _batch(keys: list[str]) -> Batch:
    return Batch(name=hashlib.sha256("\n".join(keys).encode()).hexdigest()[:32], file_keys=tuple(keys))
