"""A second pair of hands: a process beside this one draws sheets, while this one reads the next and writes the last.

The process gets bytes and gives bytes back; it opens no journal and no file, and ends when this one does.
"""

import os
import struct
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import IO

import msgspec

from sepa.model.broken import BrokenPromise
from sepa.model.sheet import Sheet
from sepa.wire.drawing import DrawnSheet, Ground, draw

_AHEAD = 2
"""How many sheets wait for each hand, so that none is idle; each is about a megabyte."""
_MODULE = "sepa.pipeline.beside"
_HANDS_MAX = 3
"""More would wait for the one process that reads, writes and checks."""
_WORTH_A_HAND = 5_000
_LENGTH = struct.Struct("<Q")
_encode = msgspec.msgpack.Encoder().encode
_drawn: msgspec.msgpack.Decoder[DrawnSheet | str] = msgspec.msgpack.Decoder(DrawnSheet | str)


def hands_for(orders: int) -> int:
    """How many processes are worth their start for so many orders, on so many cores as there are."""
    return min(len(os.sched_getaffinity(0)) - 1, _HANDS_MAX) if orders >= _WORTH_A_HAND else 0


def all_drawn(ground: Ground, sheets: Iterable[Sheet], hands: int) -> Iterator[DrawnSheet]:
    """Draw `sheets`, in their order; `hands` processes beside this one do it, or with 0 this one itself.

    What fails beside fails here: BrokenPromise. The outcome is the same however many hands there are.
    """
    if not hands:
        yield from (draw(ground, sheet) for sheet in sheets)
        return
    with ExitStack() as stack:
        pool = [stack.enter_context(_hand(ground)) for _ in range(hands)]
        waiting: deque[Future[bytes]] = deque()
        for number, sheet in enumerate(sheets):
            waiting.append(pool[number % hands].give(_encode(sheet)))
            if len(waiting) > _AHEAD * hands:
                yield _read(waiting.popleft())
        while waiting:
            yield _read(waiting.popleft())


def _read(given: Future[bytes]) -> DrawnSheet:
    answer = _drawn.decode(given.result())
    if isinstance(answer, str):
        raise BrokenPromise(answer)
    return answer


class _Hand:
    """One process, and the thread that talks with it."""

    def __init__(self, process: "subprocess.Popen[bytes]", thread: ThreadPoolExecutor) -> None:
        self._process, self._thread = process, thread

    def give(self, sheet: bytes) -> Future[bytes]:
        return self._thread.submit(self._ask, sheet)

    def _ask(self, sheet: bytes) -> bytes:
        """Give a sheet and wait for it. BrokenPromise when the process is gone."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        _send(self._process.stdin, sheet)
        answer = _receive(self._process.stdout)
        if answer is None:
            raise BrokenPromise("the process that draws beside this one is gone")
        return answer


@contextmanager
def _hand(ground: Ground) -> Iterator[_Hand]:
    path = os.pathsep.join(sys.path)  # it finds the same code, wherever this one got it from
    command = [sys.executable, "-m", _MODULE]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": path}
    )
    try:
        with process, ThreadPoolExecutor(1) as thread:
            try:
                assert process.stdin is not None
                _send(process.stdin, _encode(ground))
                yield _Hand(process, thread)
            finally:
                thread.shutdown(cancel_futures=True)
    finally:
        process.kill()


def _send(out: IO[bytes], content: bytes) -> None:
    out.write(_LENGTH.pack(len(content)))
    out.write(content)
    out.flush()


def _receive(source: IO[bytes]) -> bytes | None:
    """The next content, or None at the end."""
    head = source.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    return source.read(length)


def main() -> None:
    """Draw what comes until nothing more comes."""
    source, out = sys.stdin.buffer, sys.stdout.buffer
    sheets = msgspec.msgpack.Decoder(Sheet)
    first = _receive(source)
    if first is None:
        return
    ground = msgspec.msgpack.decode(first, type=Ground)
    while (content := _receive(source)) is not None:
        try:
            answer = _encode(draw(ground, sheets.decode(content)))
        except Exception as fault:
            answer = _encode(f"{type(fault).__name__}: {fault}")
        _send(out, answer)


if __name__ == "__main__":
    main()
