"""Read and decide: one claimed file becomes verdicts, written down all at once or not at all."""

import datetime
import os
from collections.abc import Callable, Collection, Sequence, Set
from contextlib import nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO

from sepa.decide import Desk, Judging, Ordered, refuse_unreadable, refused_blocks
from sepa.model.finding import NOTHING, Findings, Unreadable
from sepa.model.journal import FileRow
from sepa.model.message import MessageHead, Piece
from sepa.model.profile import Profile
from sepa.model.reference import Reference
from sepa.model.verdict import FileVerdict, Verdict
from sepa.pipeline.authorise import authorisation_of
from sepa.pipeline.book import refuse_behind
from sepa.pipeline.chunks import CHUNK_BYTES, WORTH_BYTES, ChunkedFile, crew, judge_chunks, workers_wanted
from sepa.pipeline.home import Home, utc
from sepa.pipeline.parts import Parts, forget_parts, is_spread, plan_of
from sepa.pipeline.patience import Measured
from sepa.pipeline.telemetry import count_judged, stage
from sepa.pipeline.undone import SMALL_BYTES, each_in_groups, in_groups
from sepa.pipeline.unread import came_before, refused_unread
from sepa.schedule import local_instant
from sepa.store.files import make_folder
from sepa.store.journal import Sealing
from sepa.store.keys import refuse_unoffered
from sepa.store.profiles import profile_digest
from sepa.wire import read
from sepa.wire.read import Doubt

TABLES = ("accounts", "consents", "participants", "partners", "screening")


class IncompleteReference(Exception):
    """A table is missing without which an order could pass unjudged. The bank must supply it first."""


class TermsNotInForce(Exception):
    """A file came before the profile's terms were in force. The bank must judge it by the terms of its day."""


Seen = Callable[[Collection[str]], Set[str]]


def judge(home: Home, file_key: str, *, at: datetime.datetime, reference: Reference | None = None) -> FileRow:
    """Judge a claimed file and write down what was decided, in one transaction; a judged one is left as it is.

    `at` is the instant of the work and decides nothing: dates follow from the receipt instant of the file.
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
            desk = desk_for(terms, reference, file.received_at, file.partner, home.archived(file_key))
            with Measured(home.archived(file_key)) as source:
                verdict = _judge_chunks(home, source, desk, file, sealing) or judge_stream(
                    source,
                    desk,
                    file_key,
                    add=lambda _, verdicts: sealing.add(verdicts),
                    discard=sealing.discard,
                    seen=sealing.seen,
                    unread=partial(came_before, file=file, sealing=sealing),
                    ordered=sealing.ordered,
                )
            sealing.close(
                verdict,
                refused_blocks=refused_blocks(verdict),
                profile=terms.profile.id,
                profile_digest=profile_digest(terms),
                reference_digest=reference.digest,
                at=utc(at),
                screened=_screened(reference, desk.received_at),
                authorised=desk.authorisation.told if desk.authorisation is not None else "",
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
        return judge(home, key, at=at, reference=reference)

    def small(numbered: tuple[int, str]) -> bool:
        place = home.archived(numbered[1])
        return place.exists() and place.stat().st_size <= SMALL_BYTES

    return each_in_groups(
        in_groups(enumerate(file_keys, 1), small),
        one,
        lambda numbered: f"file {numbered[1][:12]}",
        lambda group: home.journal.together() if len(group) > 1 else nullcontext(),
    )


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


def desk_for(
    profile: Profile,
    reference: Reference,
    received_at: datetime.datetime,
    partner: str | None,
    file: Path | None = None,
) -> Desk:
    """The desk at which a file is judged: its profile, snapshot, receipt instant, sender's contract and signature.

    `file` is the file itself, beside which its signature is looked for; without it, nothing is signed.
    ReferenceFault where some partner's files are authorised in a way that the profile does not list.
    """
    contract = reference.partners.get(partner) if reference.partners is not None and partner else None
    refuse_unoffered(reference, profile)
    received = local_instant(received_at, profile)
    return Desk(
        profile=profile,
        reference=reference,
        received_at=received,
        partner=contract,
        partner_id=partner,
        authorisation=authorisation_of(file, contract, reference, received) if file else None,
    )


def judge_stream(
    source: BinaryIO,
    desk: Desk,
    file_key: str,
    *,
    add: Callable[[Piece, list[Verdict]], None],
    discard: Callable[[], None],
    seen: Seen,
    unread: Callable[[MessageHead], Findings] = lambda _: NOTHING,
    ordered: Ordered | None = None,
) -> FileVerdict:
    """Read a file piece by piece and judge it. Verdicts go to `add` as they are made.

    `unread` says by its head why a whole message is refused unread, for what came in earlier files.
    `ordered` is as in `Judging`.

    They are void when `discard` is called (the file cannot be read after all), and overruled where the
    returned FileVerdict says so (`refused_blocks`): totals are known only at the end.
    """
    judging = Judging(desk, file_key, ordered)
    intake = desk.profile.intake
    for item in read(source, offered=intake.messages, size_bytes_max=intake.size_bytes_max):
        if isinstance(item, Unreadable):
            discard()
            return refuse_unreadable(item, desk)
        if isinstance(item, MessageHead):
            judging.head(item)
            if again := unread(item):
                return refused_unread(item, again)
        else:
            add(item, judging.piece(item, seen))
    return judging.close()


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
