"""Blocks that are judged, kept in small: a file may have as many as it has orders."""

import zlib
from collections.abc import Iterator, Sequence
from operator import eq
from typing import Final, overload

import msgspec
from msgspec.structs import replace

from sepa.model.verdict import BlockVerdict

_TOGETHER: Final = 500
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[BlockVerdict]).decode


class Blocks(Sequence[BlockVerdict]):
    """Verdicts on blocks, in the order of the file. All are refused once `refuse` was called."""

    def __init__(self) -> None:
        self._folded: list[bytes] = []
        self._open: list[BlockVerdict] = []
        self._refused = False

    def add(self, block: BlockVerdict) -> None:
        self._open.append(block)
        if len(self._open) == _TOGETHER:
            self._folded.append(zlib.compress(_encode(self._open), 1))
            self._open = []

    def refuse(self) -> None:
        self._refused = True

    def __len__(self) -> int:
        return len(self._folded) * _TOGETHER + len(self._open)

    def __iter__(self) -> Iterator[BlockVerdict]:
        for number in range(len(self._folded) + 1):
            yield from self._part(number)

    @overload
    def __getitem__(self, place: int) -> BlockVerdict: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[BlockVerdict]: ...
    def __getitem__(self, place: int | slice) -> BlockVerdict | Sequence[BlockVerdict]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        number, rest = divmod(range(len(self))[place], _TOGETHER)
        return self._part(number)[rest]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(eq, self, other))

    __hash__ = None  # type: ignore[assignment]  # it grows

    def _part(self, number: int) -> list[BlockVerdict]:
        folded = number < len(self._folded)
        part = _decode(zlib.decompress(self._folded[number])) if folded else self._open
        return [replace(block, status="RJCT") for block in part] if self._refused else part
