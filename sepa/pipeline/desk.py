"""The desk at which a file is judged, and the judging of a file in one stream."""

import datetime
from collections.abc import Callable, Collection, Iterable, Iterator, Set
from pathlib import Path
from typing import BinaryIO, overload

from sepa.decide import Desk, Judging, Ordered, refuse_unreadable
from sepa.model.finding import NOTHING, Findings, Unreadable
from sepa.model.message import MessageHead, Piece
from sepa.model.profile import Profile
from sepa.model.reference import Reference
from sepa.model.verdict import FileVerdict, Verdict
from sepa.pipeline.authorise import authorisation_of
from sepa.pipeline.unread import refused_unread
from sepa.schedule import local_instant
from sepa.store.journal import Journal
from sepa.store.keys import refuse_unoffered
from sepa.wire import read

_TOGETHER = 250
Seen = Callable[[Collection[str]], Set[str]]
Item = MessageHead | Piece | Unreadable


class Asking:
    """Asks the journal for fingerprints as `seen` does, and remembers which, and those that other files carried."""

    def __init__(self, journal: Journal, file_key: str) -> None:
        self.asked: list[str] = []
        self.known: set[str] = set()
        self._journal, self._file_key = journal, file_key

    def seen(self, fingerprints: Collection[str]) -> Set[str]:
        found = self._journal.seen(self._file_key, fingerprints)
        self.asked.extend(fingerprints)
        self.known.update(found)
        return found


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
    for item in together(read(source, offered=intake.messages, size_bytes_max=intake.size_bytes_max)):
        if isinstance(item, Unreadable):
            discard()
            return refuse_unreadable(item, desk)
        if isinstance(item, MessageHead):
            judging.head(item)
            if again := unread(item):
                return refused_unread(item, again)
        else:
            for piece, verdicts in zip(item, judging.pieces(item, seen), strict=True):
                add(piece, verdicts)
    return judging.close()


@overload
def together(items: Iterable[Piece]) -> Iterator[list[Piece]]: ...
@overload
def together(items: Iterable[Item]) -> Iterator[MessageHead | list[Piece] | Unreadable]: ...
def together(items: Iterable[Item]) -> Iterator[MessageHead | list[Piece] | Unreadable]:
    """Pieces in lists that have some hundred orders: where each order has a block of its own, so has each a piece.

    What is no piece stays in its place.
    """
    some: list[Piece] = []
    orders = 0
    for item in items:
        if isinstance(item, Piece):
            some.append(item)
            orders += len(item.transactions)
        if some and (orders >= _TOGETHER or not isinstance(item, Piece)):
            yield some
            some, orders = [], 0
        if not isinstance(item, Piece):
            yield item
    if some:
        yield some
