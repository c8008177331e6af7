"""Many small files are judged ahead, on all cores; whoever seals asks again what their judging rested on.

Forks of this process read and judge, each its share of the files, and hand back the journal's lines; here each file is
written down in its turn. What is in the journal by then may differ from what a fork saw, for the files before it were
not written yet: where an answer differs, the file is judged once more. So the outcome is that of one after the other.
"""

import datetime
import gc
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice

import msgspec

from sepa.model.broken import BrokenPromise
from sepa.model.journal import FileRow
from sepa.model.reference import Reference
from sepa.model.verdict import FileVerdict
from sepa.pipeline.authorise import told_of
from sepa.pipeline.beside import in_turns, workers_wanted
from sepa.pipeline.desk import Asking, desk_for, judge_stream
from sepa.pipeline.home import Home
from sepa.pipeline.patience import Measured
from sepa.pipeline.unread import came_before
from sepa.store.journal import Sealing

WORTH_FILES = 50
"""So many small files are worth the start of forks."""
_AT_ONE_MOMENT = 50
"""So many of them a fork judges by the journal as it is at one moment."""
_log = logging.getLogger(__name__)


class JudgedAhead(msgspec.Struct, frozen=True, array_like=True):
    """A file as a fork judged it, and the journal's lines of its orders.

    `asked` are the fingerprints that it asked for, `known` those of them that other files carried.
    """

    file_key: str
    verdict: FileVerdict
    lines: list[bytes]
    asked: list[str]
    known: frozenset[str]
    authorised: str

    def put_down(self, file: FileRow, sealing: Sealing) -> bool:
        """Write the orders down, if the journal answers as it did when they were judged; returns whether it does."""
        head = self.verdict.head
        if head is not None and came_before(head, file, sealing):
            return False
        if sealing.seen(self.asked) != self.known:
            return False
        for each in self.lines:
            sealing.add_lines(each)
        return True


class NotAhead(Exception):
    """What this file rests on is known to whoever seals it alone."""


_encode = msgspec.msgpack.Encoder(enc_hook=list).encode  # blocks that are folded
_decode = msgspec.msgpack.Decoder(JudgedAhead).decode
_NONE = b"-"


class Ahead:
    """Files that are being judged beside this process, in their order."""

    def __init__(self, file_keys: Sequence[str] = (), pieces: Iterable[bytes] = ()) -> None:
        self._waiting = dict.fromkeys(file_keys)
        self._pieces = iter(pieces)

    def take(self, file_key: str) -> JudgedAhead | None:
        """A file as it was judged ahead, once; None where it was not, and is to be judged here."""
        if file_key not in self._waiting:
            return None
        for earlier in [*self._waiting]:
            del self._waiting[earlier]
            try:
                piece = next(self._pieces)
            except (BrokenPromise, StopIteration) as gone:
                _log.warning("Files are judged one after the other from here on: %s", gone)
                self._waiting.clear()
                return None
            if earlier == file_key:
                return _decode(piece) if piece != _NONE else None
        return None


@contextmanager
def judged_ahead(home: Home, reference: Reference, file_keys: Sequence[str]) -> Iterator[Ahead]:
    """Begin to judge small files in forks, one for each worker, where there are enough of both."""
    workers = workers_wanted()
    if workers < 2 or len(file_keys) < WORTH_FILES:
        yield Ahead()
        return
    works = [partial(_share, home, reference, file_keys[number::workers]) for number in range(workers)]
    with in_turns(home.journal, works) as pieces:
        yield Ahead(file_keys, pieces)


def _share(home: Home, reference: Reference, file_keys: Sequence[str]) -> Iterator[bytes]:
    rest = iter(file_keys)
    while some := list(islice(rest, _AT_ONE_MOMENT)):
        with home.journal.at_one_moment():
            for key in some:
                yield _told(home, reference, key)
        gc.collect()  # a fork looks for no cycles by itself, and what judged a file is one


def _told(home: Home, reference: Reference, file_key: str) -> bytes:
    try:
        return _encode(_judged(home, reference, file_key))
    except Exception:  # whoever seals meets the same, and says so
        return _NONE


def _judged(home: Home, reference: Reference, file_key: str) -> JudgedAhead:
    journal, place = home.journal, home.archived(file_key)
    file = journal.file(file_key)
    if file is None or file.judged:
        raise NotAhead
    desk = desk_for(home.terms(file.received_at), reference, file.received_at, file.partner, place)
    lines: list[bytes] = []
    asking = Asking(journal, file_key)
    with Measured(place) as source:
        verdict = judge_stream(
            source,
            desk,
            file_key,
            add=lambda _, verdicts: lines.append(journal.order_lines(file_key, verdicts)),
            discard=lines.clear,
            seen=asking.seen,
            ordered=_ordered,
        )
    return JudgedAhead(
        file_key, verdict, lines, asking.asked, frozenset(asking.known), told_of(desk.authorisation)
    )


def _ordered(_: datetime.date) -> int:
    """What the sender's files of a day come to is known in their order alone."""
    raise NotAhead
