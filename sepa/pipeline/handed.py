"""A part of what a window decided, on its way from the process that decides to the one that writes.

A part may be a bulk of a hundred thousand orders, so it never travels whole: first its head, then its postings, a few
thousand at a time, as the second book takes them and as the journal does. Neither keeps what went by. Orders that are
paid go ahead, as the journal's own lines.
"""

import datetime
from collections.abc import Iterable, Iterator
from itertools import chain

import msgspec

from sepa.model.broken import BrokenPromise
from sepa.model.payment import Paying, Payment, Settlement
from sepa.pipeline.beside import sweep_young
from sepa.pipeline.book import Note
from sepa.store.journal import POSTINGS_AT_ONCE, Journal, Part, Ready

_READY, _HEAD, _MEMBERS, _NOTE, _LINES, _END = b"r", b"h", b"m", b"n", b"l", b"e"
_POSTINGS = b'"postings":['
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Settlement).decode
_pack = msgspec.msgpack.Encoder().encode
_decode_ready = msgspec.msgpack.Decoder(tuple[dict[str, tuple[str, ...]], bytes]).decode


class Plain:
    """Payments that may be paid just as they stand, from when they are due until it is decided."""

    def __init__(self, journal: Journal, window: datetime.datetime, by: str) -> None:
        self.journal, self.odd = journal, set[str]()
        self._window, self._by = window, by
        self._payments: dict[str, Payment] = {}

    def note(self, due: Iterable[Payment]) -> Iterator[Payment]:
        """All of `due`, which `Journal.due` gives and says of some that they are `odd`."""
        for payment in due:
            if payment.key not in self.odd:
                self._payments[payment.key] = payment
            yield payment

    def lines(self, paying: Paying) -> bytes:
        keys = chain.from_iterable(paying.keys.values())
        paid = [payment for key in keys if (payment := self._payments.pop(key, None)) is not None]
        return self.journal.paying_lines(paid, self._window, by=self._by)

    def forget(self, keys: Iterable[str]) -> None:
        for key in keys:
            self._payments.pop(key, None)


def pieces_of(part: Settlement | Paying, plain: Plain) -> Iterator[bytes]:
    """The part in pieces, for `parts_of`."""
    journal = plain.journal
    if isinstance(part, Paying):
        sweep_young()
        if part.keys:
            yield _READY + _pack((part.keys, plain.lines(part)))
        return
    plain.forget(each.payment.key for each in part.unpaid)
    head = _encode(msgspec.structs.replace(part, postings=()))
    yield _HEAD + head
    yield _MEMBERS + journal.member_digests(part)
    before, begins, after = head.partition(_POSTINGS)  # in a text, each quote would be escaped
    del head
    yield _NOTE + before + begins
    del before
    between = b""
    for start, lines in enumerate(journal.posting_lines(part)):
        some = part.postings[start * POSTINGS_AT_ONCE : (start + 1) * POSTINGS_AT_ONCE]
        yield _NOTE + between + _encode(some)[1:-1]
        between = b","
        yield _LINES + lines
    yield _NOTE + after
    yield _END


def parts_of(pieces: Iterator[bytes], note: Note) -> Iterator[Part | Ready]:
    """The parts again, each noted in the second book while its postings are read, to their end before the next."""
    while head := next(pieces, b""):
        sweep_young()
        if head[:1] == _READY:
            yield Ready(*_decode_ready(head[1:]))
            continue
        settlement = _decode(head[1:])
        del head
        members = next(pieces)[1:]
        part = Part(settlement, lines := _lines(settlement, pieces, note), members)
        del settlement
        yield part
        del part
        for _ in lines:
            raise BrokenPromise("a part of a window was not read to its end")


def _lines(settlement: Settlement, pieces: Iterable[bytes], note: Note) -> Iterator[bytes]:
    with note(settlement) as write:
        del settlement
        for piece in pieces:
            if piece[:1] == _END:
                break
            content = piece[1:]
            if piece[:1] == _NOTE:
                write(content)
            else:
                yield content
