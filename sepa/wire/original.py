"""One order cut out of a file in the form it came in.

What is cut is not made: every byte between the beginning and the closing tags is the sender's own, comments, prefixes
and spelling included. A real XML reader says where each element begins and ends, so nothing that merely looks
like a tag (in a comment, in CDATA) can lead astray.
"""

from collections.abc import Collection, Iterator
from typing import BinaryIO, Final, NamedTuple
from xml.parsers import expat

from sepa.model.broken import BrokenPromise

FEED_BYTES: Final = 1 << 18
_BLOCK: Final = "PmtInf"
_TRANSACTIONS: Final = ("CdtTrfTxInf", "DrctDbtTxInf")
_BLOCK_DEPTH: Final = 2


def original(source: BinaryIO, position: int) -> bytes:
    """A whole, well-formed document: all before the first block, this order's block up to its first order, the order.

    `source` is the opened, seekable file, as archived, `position` the order's place in it, from 1. Counts and sums in
    the headers stay those of the whole file. Read in one stream, up to the order; memory holds the copy alone.
    LookupError when the file holds fewer orders; BrokenPromise when what was read once cannot be read again.
    """
    return next(originals(source, (position,)))


def originals(source: BinaryIO, positions: Collection[int]) -> Iterator[bytes]:
    """As `original`, of several orders by rising position, in one reading of the file."""
    places = _Places(frozenset(positions))
    source.seek(0)
    try:
        while places.left and (chunk := source.read(FEED_BYTES)):
            places.parser.Parse(chunk, False)
            read = source.tell()
            yield from (_document(source, place) for place in places.take())
            source.seek(read)
    except expat.ExpatError as error:
        raise BrokenPromise(f"an archived file cannot be read again: {error}") from error
    if places.left:
        raise LookupError(f"the file holds no order {min(places.left)}")


def _document(source: BinaryIO, place: "_Place") -> bytes:
    parts = [
        _bytes(source, 0, place.first_block),
        _bytes(source, place.block, place.head_end),
        _bytes(source, place.start, place.end),
        _closing(source, place.end),
    ]
    closing = "".join(f"\n</{name}>" for name in reversed(place.around))
    return b"".join(parts) + closing.encode() + b"\n"


class _Place(NamedTuple):
    """Where in the bytes the first block, an order's block and the order itself begin and end."""

    first_block: int
    block: int
    head_end: int
    start: int
    end: int
    around: tuple[str, ...]


class _Places:
    """Finds the places of the orders at some positions while the file is fed to `parser`."""

    def __init__(self, positions: frozenset[int]) -> None:
        self.left = set(positions)
        self.first_block = self.block = self.head_end = self.start = -1
        self.around: tuple[str, ...] = ()
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._opened
        self.parser.EndElementHandler = self._closed
        self._position = 0
        self._open: list[str] = []
        self._found: list[_Place] = []

    def take(self) -> list[_Place]:
        """The places found since this was asked last."""
        found, self._found = self._found, []
        return found

    def _opened(self, name: str, _: object) -> None:
        depth = len(self._open)
        self._open.append(name)
        if depth > _BLOCK_DEPTH + 1 or depth < _BLOCK_DEPTH or not self.left:
            return
        local = name.rpartition(":")[2]
        if depth == _BLOCK_DEPTH and local == _BLOCK:
            self.block, self.head_end = self.parser.CurrentByteIndex, -1
            self.first_block = self.block if self.first_block < 0 else self.first_block
        elif depth > _BLOCK_DEPTH and local in _TRANSACTIONS:
            self.head_end = self.parser.CurrentByteIndex if self.head_end < 0 else self.head_end
            self._position += 1
            if self._position in self.left:
                self.start = self.parser.CurrentByteIndex
                self.around = tuple(self._open[:-1])

    def _closed(self, _: str) -> None:
        self._open.pop()
        if self.start >= 0 and len(self._open) == _BLOCK_DEPTH + 1:
            end = self.parser.CurrentByteIndex
            self._found.append(
                _Place(self.first_block, self.block, self.head_end, self.start, end, self.around)
            )
            self.left.discard(self._position)
            self.start = -1


def _bytes(source: BinaryIO, start: int, end: int) -> bytes:
    source.seek(start)
    return source.read(end - start)


def _closing(source: BinaryIO, start: int) -> bytes:
    """The closing tag that begins at `start`; no `>` can stand inside one."""
    source.seek(start)
    return b"".join(_through(source))


def _through(source: BinaryIO) -> Iterator[bytes]:
    while sign := source.read(1):
        yield sign
        if sign == b">":
            return
