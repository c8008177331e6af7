"""Parts: chunks of a large file, judged anywhere and left in the home until the file is sealed.

A part is named by all that it rests on but the journal: the file, its chunk, the desk, the code. Whoever seals asks for
the parts that he would have made himself, so those of an older snapshot or version are not even found. What the journal
was asked stands in the part, and is asked anew where the journal moved on since.
"""

import hashlib
import logging
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence, Set
from typing import BinaryIO

import msgspec

from sepa.decide import Opening, Part
from sepa.model.profile import Intake
from sepa.pipeline.chunks import ChunkedFile, InTurn, Judged
from sepa.pipeline.desk import Asking
from sepa.pipeline.home import Home
from sepa.store.profiles import profile_digest
from sepa.store.whole import code_digest, leave, left
from sepa.wire.chunks import Chunk
from sepa.wire.read import Doubt, Plan, plan

Seen = Callable[[Collection[str]], Set[str]]
_log = logging.getLogger(__name__)
_encode = msgspec.msgpack.Encoder(order="sorted").encode


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """A judged chunk. `position` is where the journal stood before it was asked; `asked` are the fingerprints that it
    was asked for, `known` those of them that other files carried."""

    part: Part
    lines: list[bytes]
    position: str
    asked: list[str]
    known: frozenset[str]


_plan = msgspec.msgpack.Decoder(Plan).decode
_kept = msgspec.msgpack.Decoder(Kept).decode


class Parts:
    """The parts of one file that lie in the home."""

    def __init__(self, home: Home, file: ChunkedFile) -> None:
        self._home = home
        self._file = file
        self._folder = home.parts / file.file_key
        self._upon = _rests_on(file)

    def judge(self, chunk: Chunk, opening: Opening) -> bool:
        """Judge a chunk and leave its part, unless it lies there; returns whether there is one.

        There is none of a chunk in Doubt: whoever seals finds the same, and decides about the whole file.
        """
        name = self._name_with(opening)(chunk)
        if (self._folder / name).exists():
            return True
        journal, key = self._home.journal, self._file.file_key
        position = journal.position()
        asking = Asking(journal, key)
        try:
            part, lines = self._file.judge(chunk, opening, journal=journal, seen=asking.seen)
        except Doubt:
            return False
        kept = Kept(part, lines, position, asking.asked, frozenset(asking.known))
        leave(self._folder, name, _encode(kept), drafts=self._home.archive)
        return True

    def in_turn(self, others: InTurn, seen: Seen) -> InTurn:
        """The parts in their order; what does not lie here is judged by `others`, what no longer stands here.

        `seen` answers from the journal as whoever seals has it for himself.
        """

        def taken(chunks: Sequence[Chunk], opening: Opening) -> Iterator[Judged]:
            now = self._home.journal.position()
            names = list(map(self._name_with(opening), chunks))
            there = [(self._folder / name).exists() for name in names]
            anew = others(
                [chunk for chunk, is_there in zip(chunks, there, strict=True) if not is_there], opening
            )
            again = 0
            for chunk, name, is_there in zip(chunks, names, there, strict=True):
                if not is_there:
                    yield next(anew)
                    continue
                kept = self._read(name)
                if kept is not None and (kept.position == now or seen(kept.asked) == kept.known):
                    yield kept.part, kept.lines
                else:
                    again += 1
                    yield self._file.judge(chunk, opening, journal=self._home.journal, seen=seen)
            if any(there):
                told = "%s: %d parts taken, %d judged again, %d that were not there"
                _log.info(told, self._file.file_key[:12], sum(there) - again, again, there.count(False))

        return taken

    def _read(self, name: str) -> Kept | None:
        content = left(self._folder, name)
        return _kept(content) if content is not None else None

    def _name_with(self, opening: Opening) -> Callable[[Chunk], str]:
        upon = self._upon + _encode(opening)
        return lambda chunk: hashlib.sha256(upon + _encode(chunk)).hexdigest()


def _rests_on(file: ChunkedFile) -> bytes:
    """The digest of all that every part of a file rests on, but for the journal.

    Of all that the reference data holds, only the uses of consents come from the journal; transfers ask for none.
    """
    desk, head = file.desk, file.head
    uses = desk.reference.consent_uses if head.kind == "collection" else {}
    told = (
        code_digest(), file.file_key, head, profile_digest(desk.profile), desk.reference.digest, uses,
        desk.received_at, desk.partner_id, desk.partner, desk.authorisation,
    )  # fmt: skip
    return hashlib.sha256(_encode(told)).digest()


def plan_of(home: Home, file_key: str, source: BinaryIO, intake: Intake, chunk_bytes: int) -> Plan | None:
    """How a file is judged in chunks; None as of `plan`. The one that was left with its parts, where there is one."""
    known = left(home.parts / file_key, _plan_name(intake, chunk_bytes))
    if known is not None:
        return _plan(known)
    return plan(
        source, offered=intake.messages, size_bytes_max=intake.size_bytes_max, chunk_bytes=chunk_bytes
    )


def leave_plan(home: Home, file_key: str, planned: Plan, intake: Intake, chunk_bytes: int) -> None:
    """Leave the plan for whoever judges a chunk of the file, and for whoever seals it."""
    leave(home.parts / file_key, _plan_name(intake, chunk_bytes), _encode(planned), drafts=home.archive)


def is_spread(home: Home, file_key: str) -> bool:
    """Whether parts of the file may lie in the home."""
    return (home.parts / file_key).is_dir()


def forget_parts(home: Home, file_key: str) -> None:
    """Remove the parts of a file, which is judged."""
    if is_spread(home, file_key):
        shutil.rmtree(home.parts / file_key, ignore_errors=True)


def _plan_name(intake: Intake, chunk_bytes: int) -> str:
    return hashlib.sha256(_encode((code_digest(), intake, chunk_bytes))).hexdigest()
