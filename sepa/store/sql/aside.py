"""What a transaction has to remember to its end, out of memory: a file may hold a million orders."""

import os
from tempfile import SpooledTemporaryFile

HELD_BYTES = 1 << 20
"""So much of what a transaction wrote is held in memory; the digests of 50,000 rows are less."""

Put = tuple[int, int, int]
"""Where keys and digests were put, and how many bytes each of them has."""


class Aside:
    """Keys and digests of rows, in a file without a name as soon as they are many."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(HELD_BYTES)  # noqa: SIM115 - `close` closes it

    def put(self, keys: bytes, digests: bytes | bytearray) -> Put:
        place = self._file.seek(0, os.SEEK_END)
        self._file.write(keys)
        self._file.write(digests)
        return place, len(keys), len(digests)

    def get(self, put: Put) -> tuple[bytes, bytes]:
        place, keys, digests = put
        self._file.seek(place)
        return self._file.read(keys), self._file.read(digests)

    def close(self) -> None:
        self._file.close()
