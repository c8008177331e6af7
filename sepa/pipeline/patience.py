"""How much work one file may cost us: far more than any honest one, and in proportion to its size.

What takes longer is our fault, never a refusal: the same file must not be taken on a quick day and refused on a slow
one. So it is work that counts, the processor's time of this thread, and not the clock; and a person looks.
"""

import io
import time
from pathlib import Path

NANOSECONDS_A_FILE = 60 * 10**9
NANOSECONDS_A_BYTE = 10_000


class TooMuchWork(Exception):
    """A file cost more work than any file should. Nothing of it was decided."""


class Measured(io.BufferedReader):
    """A file opened for reading, which refuses to be read on once this thread has worked too long on it."""

    def __init__(self, path: Path) -> None:
        super().__init__(io.FileIO(path))
        size = path.stat().st_size
        self._allowed = NANOSECONDS_A_FILE + NANOSECONDS_A_BYTE * size
        self._began = time.thread_time_ns()

    def read(self, size: int | None = -1, /) -> bytes:
        """As of any file. TooMuchWork when there has been too much of it."""
        spent = time.thread_time_ns() - self._began
        if spent > self._allowed:
            raise TooMuchWork(
                f"this file took more than {self._allowed // 10**9} seconds of work; nothing of it was decided, and it "
                "stays where it is until somebody has looked at it"
            )
        return super().read(size)
