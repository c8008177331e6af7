"""A part of what a window decided, on its way from the process that decides to the one that writes.

A part may be a bulk of a hundred thousand orders, so it never travels whole: first its head, then its postings, a few
thousand at a time, as the second book takes them and as the journal does. Neither keeps what went by.
"""

from collections.abc import Iterable, Iterator

import msgspec

from sepa.model.broken import BrokenPromise
from sepa.model.payment import Paying, Settlement
from sepa.pipeline.beside import sweep_young
from sepa.pipeline.book import Note
from sepa.store.journal import POSTINGS_AT_ONCE, Journal, Part

_PAYING, _HEAD, _NOTE, _LINES, _END = b"p", b"h", b"n", b"l", b"e"
_POSTINGS = b'"postings":['
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Settlement).decode
_decode_paying = msgspec.json.Decoder(Paying).decode


def pieces_of(part: Settlement | Paying, journal: Journal) -> Iterator[bytes]:
    """The part in pieces, for `parts_of`."""
    if isinstance(part, Paying):
        if part.keys:
            yield _PAYING + _encode(part)
        return
    head = _encode(msgspec.structs.replace(part, postings=()))
    yield _HEAD + head
    before, begins, after = head.partition(_POSTINGS)  # in a text, each quote would be escaped
    yield _NOTE + before + begins
    between = b""
    for start, lines in enumerate(journal.posting_lines(part)):
        some = part.postings[start * POSTINGS_AT_ONCE : (start + 1) * POSTINGS_AT_ONCE]
        yield _NOTE + between + _encode(some)[1:-1]
        between = b","
        yield _LINES + lines
    yield _NOTE + after
    yield _END


def parts_of(pieces: Iterator[bytes], note: Note) -> Iterator[Part | Paying]:
    """The parts again, each noted in the second book while its postings are read, to their end before the next."""
    while head := next(pieces, b""):
        sweep_young()
        if head[:1] == _PAYING:
            yield _decode_paying(head[1:])
            continue
        settlement = _decode(head[1:])
        del head
        part = Part(settlement, lines := _lines(settlement, pieces, note))
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
