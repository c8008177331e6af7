"""A batch of the chain: which rows of one table a transaction wrote, by their keys and digests."""

import zlib
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
import sqlalchemy as sa

from sepa.store.sql.aside import Aside, Put

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Any]).decode


class Batch:
    """Rows of one table that a transaction wrote, in the form of their digests, by their keys."""

    def __init__(self, table: sa.Table, columns: tuple[str, ...], rewritten: bool) -> None:
        self.table, self.columns, self.rewritten = table, columns, rewritten
        self.keys: list[Any] = []
        self.digests = bytearray()
        self._put: Put | None = None

    def add(self, keys: Iterable[Any], digests: bytes) -> None:
        self.keys.extend(keys)
        self.digests += digests

    def pack(self, aside: Aside) -> None:
        """Put keys and digests aside; from now on nothing is added."""
        if self.keys:
            self._put = aside.put(zlib.compress(_encode(self.keys), 1), self.digests)
            self.keys, self.digests = [], bytearray()

    def digest_again(self, aside: Aside, digested: Callable[[list[Any]], bytes]) -> None:
        """Put other digests aside, of the rows as they are now."""
        self.pack(aside)
        keys, _ = self.packed(aside)
        self._put = aside.put(keys, digested(keys_of(keys)))

    def packed(self, aside: Aside) -> tuple[bytes, bytes]:
        """The keys, packed, and the digests."""
        self.pack(aside)
        assert self._put is not None
        return aside.get(self._put)

    def line(self, link: int, place: int, aside: Aside) -> dict[str, Any]:
        keys, digests = self.packed(aside)
        return {
            "link": link,
            "place": place,
            "of": str(self.table.name),
            "columns": " ".join(self.columns),
            "rewritten": self.rewritten,
            "keys": keys,
            "digests": digests,
        }


def keys_of(packed: bytes) -> list[Any]:
    """The keys of a batch: texts or numbers, or lists of them. ValueError when they cannot be read."""
    unpacking = zlib.decompressobj()
    try:
        keys = _decode(unpacking.decompress(bytes(packed)))
    except (zlib.error, msgspec.DecodeError) as fault:
        raise ValueError("the keys cannot be read") from fault
    if not unpacking.eof or unpacking.unused_data:
        raise ValueError("the keys cannot be read")
    return keys
