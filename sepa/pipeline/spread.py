"""Spread: a large file is planned once, judged in shares by any workers of a cluster, and sealed by `judge`.

Each step may be repeated, killed, or done twice at a time: what lies in the home then is the same, or is not trusted.
"""

from collections.abc import Sequence

import msgspec

from sepa.decide import Opening
from sepa.model.journal import FileRow
from sepa.pipeline.chunks import CHUNK_BYTES, ChunkedFile
from sepa.pipeline.desk import desk_for
from sepa.pipeline.home import Home
from sepa.pipeline.judge import refuse_early, refuse_incomplete
from sepa.pipeline.parts import Parts, forget_parts, leave_plan, plan_of
from sepa.pipeline.patience import Measured
from sepa.wire.read import Plan

MOST_SHARES = 1000
"""Airflow maps no more tasks (`core.max_map_length` is 1024)."""


class Share(msgspec.Struct, frozen=True):
    """What one task judges of a file: its chunks from number `first`, counted from 0, to before number `end`."""

    file_key: str
    first: int
    end: int


def shares(home: Home, file_keys: Sequence[str], share_bytes: int) -> list[Share]:
    """Plan those files that are larger than `share_bytes`; return what there is to judge of them, in their order.

    Parts that were left of files long since judged are removed on the way.
    """
    for folder in home.parts.glob("*"):
        if _waiting(home, folder.name) is None:
            forget_parts(home, folder.name)
    found: list[Share] = []
    for key in file_keys:
        file = _waiting(home, key)
        if file is not None and file.size_bytes > share_bytes:
            planned = _plan(home, file)
            if planned is not None:
                leave_plan(home, key, planned, home.terms(file.received_at).intake, CHUNK_BYTES)
                found += _shares_of(key, len(planned.chunks), share_bytes)
    return found


def judge_share(home: Home, share: Share) -> int:
    """Judge the chunks of a share and leave their parts; return how many lie there. 0 where the file is judged."""
    file = _waiting(home, share.file_key)
    planned = _plan(home, file) if file is not None else None
    if file is None or planned is None:
        return 0
    reference = home.reference()
    refuse_incomplete(reference)
    terms = home.terms(file.received_at)
    refuse_early(terms, file.received_at)
    archived = home.archived(file.key)
    desk = desk_for(terms, reference, file.received_at, file.partner, archived)
    parts = Parts(home, ChunkedFile(archived, planned.head, desk, file.key))
    opening = Opening(first_local_instrument=planned.first_local_instrument)
    there = sum(parts.judge(chunk, opening) for chunk in planned.chunks[share.first : share.end])
    if _waiting(home, file.key) is None:  # sealed meanwhile, without these
        forget_parts(home, file.key)
    return there


def _plan(home: Home, file: FileRow) -> Plan | None:
    with Measured(home.archived(file.key)) as source:
        return plan_of(home, file.key, source, home.terms(file.received_at).intake, CHUNK_BYTES)


def _shares_of(file_key: str, chunks: int, share_bytes: int) -> list[Share]:
    each = max(share_bytes // CHUNK_BYTES, -(-chunks // MOST_SHARES), 1)
    return [Share(file_key, first, min(first + each, chunks)) for first in range(0, chunks, each)]


def _waiting(home: Home, file_key: str) -> FileRow | None:
    file = home.journal.file(file_key)
    return file if file is not None and not file.judged else None
