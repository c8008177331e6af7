"""Read and decide: one claimed file becomes verdicts, written down all at once or not at all."""

import datetime
import os
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO

from sepa.decide import Desk, refused_blocks
from sepa.model.journal import FileRow
from sepa.model.profile import Profile
from sepa.model.reference import Reference
from sepa.model.verdict import FileVerdict
from sepa.pipeline.ahead import Ahead, judged_ahead
from sepa.pipeline.authorise import told_of
from sepa.pipeline.beside import workers_wanted
from sepa.pipeline.book import refuse_behind
from sepa.pipeline.chunks import CHUNK_BYTES, WORTH_BYTES, ChunkedFile, crew, judge_chunks
from sepa.pipeline.desk import desk_for, judge_stream
from sepa.pipeline.home import Home, utc
from sepa.pipeline.parts import Parts, forget_parts, is_spread, plan_of
from sepa.pipeline.patience import Measured
from sepa.pipeline.telemetry import count_judged, stage
from sepa.pipeline.undone import SMALL_BYTES, each_in_groups, in_groups
from sepa.pipeline.unread import came_before, refused_unread
from sepa.schedule import local_instant
from sepa.store.files import make_folder
from sepa.store.journal import Sealing
from sepa.store.profiles import profile_digest
from sepa.wire.read import Doubt

TABLES = ("accounts", "consents", "participants", "partners", "screening")


class IncompleteReference(Exception):
    """A table is missing without which an order could pass unjudged. The bank must supply it first."""


class TermsNotInForce(Exception):
    """A file came before the profile's terms were in force. The bank must judge it by the terms of its day."""


def judge(
    home: Home,
    file_key: str,
    *,
    at: datetime.datetime,
    reference: Reference | None = None,
    ahead: Ahead | None = None,
) -> FileRow:
    """Judge a claimed file and write down what was decided, in one transaction; a judged one is left as it is.

    `at` is the instant of the work and decides nothing: dates follow from the receipt instant of the file. Where it
    was judged `ahead` upon what still stands, that is written down.
    """
    file = home.journal.file(file_key)
    if file is None:
        raise LookupError(f"no file {file_key} was ever delivered")
    if file.judged:
        forget_parts(home, file_key)
        return file
    reference = reference or home.reference()
    refuse_incomplete(reference)
    terms = home.terms(file.received_at)
    refuse_early(terms, file.received_at)
    with home.journal.judging(file_key) as sealing:
        if sealing is not None:
            verdict, authorised = _verdict(home, file, terms, reference, sealing, ahead)
            sealing.close(
                verdict,
                refused_blocks=refused_blocks(verdict),
                profile=terms.profile.id,
                profile_digest=profile_digest(terms),
                reference_digest=reference.digest,
                at=utc(at),
                screened=_screened(reference, local_instant(file.received_at, terms)),
                authorised=authorised,
            )
            if verdict.head is None:
                _quarantine(home, file_key)
    forget_parts(home, file_key)
    judged = home.journal.file(file_key)
    assert judged is not None
    count_judged(judged, partial(home.journal.state_counts, file_key, as_judged=True))
    return judged


@stage("judge")
def judge_all(
    home: Home,
    file_keys: Sequence[str],
    *,
    at: datetime.datetime,
    told: Callable[[int], None] = lambda _: None,
) -> list[FileRow]:
    """Judge several files with one snapshot, small ones many in one transaction.

    One that fails by our own fault does not keep back the others: nothing of it is written. `told` hears the number of
    each file before it is judged. LeftUndone names what failed, at the end.
    """
    refuse_behind(home)
    reference = home.reference()

    def one(numbered: tuple[int, str]) -> FileRow:
        number, key = numbered
        told(number)
        return judge(home, key, at=at, reference=reference, ahead=ahead)

    def small(numbered: tuple[int, str]) -> bool:
        place = home.archived(numbered[1])
        return place.exists() and place.stat().st_size <= SMALL_BYTES

    numbered = list(enumerate(file_keys, 1))
    many = [key for number, key in numbered if small((number, key))]
    with judged_ahead(home, reference, many) as ahead:
        return each_in_groups(
            in_groups(numbered, small),
            one,
            lambda numbered: f"file {numbered[1][:12]}",
            lambda group: home.journal.together() if len(group) > 1 else nullcontext(),
        )


def _verdict(
    home: Home,
    file: FileRow,
    terms: Profile,
    reference: Reference,
    sealing: Sealing,
    ahead: Ahead | None,
) -> tuple[FileVerdict, str]:
    """The verdict on a file and how it was authorised; its orders are written down."""
    made = ahead.take(file.key) if ahead is not None else None
    if made is not None and made.put_down(file, sealing):
        return made.verdict, made.authorised
    place = home.archived(file.key)
    desk = desk_for(terms, reference, file.received_at, file.partner, place)
    with Measured(place) as source:
        verdict = _judge_chunks(home, source, desk, file, sealing) or judge_stream(
            source,
            desk,
            file.key,
            add=lambda _, verdicts: sealing.add(verdicts),
            discard=sealing.discard,
            seen=sealing.seen,
            unread=partial(came_before, file=file, sealing=sealing),
            ordered=sealing.ordered,
        )
    return verdict, told_of(desk.authorisation)


def _screened(reference: Reference, received_at: datetime.datetime) -> str:
    """The lists that the orders of a file were screened against; empty when there is no table."""
    return reference.screening.as_on(received_at.date()) if reference.screening is not None else ""


def refuse_incomplete(reference: Reference) -> None:
    """Raise IncompleteReference when a table is missing; an empty table is complete."""
    missing = [table for table in TABLES if getattr(reference, table) is None]
    if missing:
        raise IncompleteReference(
            f"the reference data has no {', '.join(missing)}; nothing is judged for real without them"
        )


def refuse_early(profile: Profile, received_at: datetime.datetime) -> None:
    """Raise TermsNotInForce when the receipt, an aware instant, lies before the first day of the terms (GOV-03).

    Nothing is decided then: the fault is the bank's, so no customer is refused for it.
    """
    terms, day = profile.profile, local_instant(received_at, profile).date()
    if day < terms.effective_from:
        raise TermsNotInForce(
            f"received on {day}, but the terms {terms.id} are in force from {terms.effective_from}"
        )


def _judge_chunks(
    home: Home, source: BinaryIO, desk: Desk, file: FileRow, sealing: Sealing
) -> FileVerdict | None:
    """Judge a large file in chunks, side by side, or put together what was judged elsewhere.

    None where it is small, or not for certain what it looks like.
    """
    workers = workers_wanted()
    if not is_spread(home, file.key) and (workers < 2 or file.size_bytes < WORTH_BYTES):
        return None
    planned = plan_of(home, file.key, source, desk.profile.intake, CHUNK_BYTES)
    if planned is None:
        return None
    before = came_before(planned.head, file, sealing)
    if before:
        return refused_unread(planned.head, before)
    chunked = ChunkedFile(home.archived(file.key), planned.head, desk, file.key)
    try:
        with crew(workers, chunked, home.journal) as others:
            in_turn = Parts(home, chunked).in_turn(others, sealing.seen)
            return judge_chunks(chunked, planned, in_turn, sealing=sealing, journal=home.journal)
    except Doubt:
        sealing.discard()
        return None


def _quarantine(home: Home, file_key: str) -> None:
    """Show the file's bytes in the quarantine as well. They stay in the archive: nothing is ever lost."""
    make_folder(home.quarantine)
    place: Path = home.quarantine / file_key
    with suppress(FileExistsError):
        os.link(home.archived(file_key), place)
