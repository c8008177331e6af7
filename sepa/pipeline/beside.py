"""Work beside this process: a fork of it makes pieces of bytes, which come here in their order.

A fork opens connections of its own, writes no file and no journal, and ends with this process, however that ends. What
fails there fails here.
"""

import ctypes
import fcntl
import gc
import multiprocessing
import os
import pickle
import signal
import struct
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryFile

from sepa.model.broken import BrokenPromise
from sepa.store.journal import Journal

_FORKS_MAX = 4
"""More would wait for the one process that writes and checks."""
WORTH_A_FORK = 5_000
_PIPE_BYTES = 1 << 20
"""What a piece often comes to. Through a pipe of 64 KiB it goes in twenty turns, each a change of process."""
_END = b""
_LENGTH = struct.Struct("<Q")
_LARGE_BYTES = 1 << 20
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3

Pieces = Callable[[], Iterable[bytes]]


def begin_fork(journal: Journal, parent: int, *, reads_on: bool = False) -> None:
    """First thing in a fork: it ends with its `parent`, however that ends, and leaves the parent's database alone."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        os._exit(1)
    gc.disable()  # records hold no cycles, and a fork does not live long
    journal.forked(reads_on=reads_on)


def workers_wanted() -> int:
    """How many processes may share a piece of work: `SEPA_WORKERS`, else one for each core that this process may use.

    One in a process that may have no children, as those are in which Celery runs its tasks.
    """
    told = os.environ.get("SEPA_WORKERS", "")
    if told and not (told.isascii() and told.isdigit() and int(told)):
        raise ValueError(f"SEPA_WORKERS is {told!r}; a number from 1 on is expected")
    if multiprocessing.current_process().daemon:
        return 1
    return int(told) if told else len(os.sched_getaffinity(0))


def forks_for(orders: int) -> int:
    """How many forks are worth their start for so many orders, with so many workers as are wanted; 0: none, do it here.

    One for each, for this process itself has little to do meanwhile.
    """
    workers = workers_wanted()
    return min(workers, _FORKS_MAX) if workers > 1 and orders >= WORTH_A_FORK else 0


@contextmanager
def collected_later() -> Iterator[None]:
    """Look for no cycles in memory meanwhile: records hold none, and there are hundreds of thousands of them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def sweep_young() -> None:
    """Inside `collected_later`, where little is under way: free what stands in cycles and was made since the last time.

    Records hold no cycles, but statements do, and each of them holds the thousands of keys that it asked for.
    """
    gc.collect(0)


@contextmanager
def beside(journal: Journal, work: Pieces, *, spool: Path | None = None) -> Iterator[Iterator[bytes]]:
    """Start `work` in a fork; what it gives, never empty, comes here piece by piece. It is at most a pipe ahead.

    With `spool`, a folder, it waits for nobody: what is not taken yet lies there, in a file without a name.
    An exception there is raised here in its turn, and BrokenPromise where the fork is gone before its end.
    """
    _give_large_blocks_back()
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    with suppress(OSError):  # where the system lets nobody have so large a one
        fcntl.fcntl(there.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    with ExitStack() as ended:
        lying = ended.enter_context(TemporaryFile(dir=spool, buffering=0)) if spool is not None else None
        file = lying.fileno() if lying is not None else None
        fork = context.Process(target=_serve, args=(there, work, journal, os.getpid(), file), daemon=True)
        ended.callback(here.close)
        ended.callback(gc.unfreeze)
        gc.freeze()  # what is there stays shared with the fork, instead of being copied
        with there:
            fork.start()
        ended.callback(fork.join)
        ended.callback(fork.kill)
        yield _pieces(here, file)


@contextmanager
def in_turns(journal: Journal, works: Iterable[Pieces]) -> Iterator[Iterator[bytes]]:
    """Start every one of `works` in a fork; a piece of the first comes first, then one of the second, and so on."""
    with ExitStack() as stack:
        yield _in_turns([stack.enter_context(beside(journal, work)) for work in works])


def _in_turns(streams: list[Iterator[bytes]]) -> Iterator[bytes]:
    while streams:
        for stream in [*streams]:
            piece = next(stream, None)
            if piece is None:
                streams.remove(stream)
            else:
                yield piece


def _give_large_blocks_back() -> None:
    """Let this process, and its forks, give large blocks of memory back to the system whenever they are freed.

    Unasked, the C library does so only until the first is freed. From then on large blocks lie among small ones, and
    leave holes there: 20 MB in a settlement.
    """
    set_limit = getattr(ctypes.CDLL(None), "mallopt", None)  # of glibc alone
    if set_limit is not None:
        set_limit(_M_MMAP_THRESHOLD, _LARGE_BYTES)
        set_limit(_M_TRIM_THRESHOLD, 4 * _LARGE_BYTES)


def _pieces(source: Connection, file: int | None) -> Iterator[bytes]:
    place = 0
    try:
        while piece := source.recv_bytes():
            if file is not None:
                piece = os.pread(file, _LENGTH.unpack(piece)[0], place)
                place += len(piece)
            yield piece
        fault = pickle.loads(source.recv_bytes())  # noqa: S301 - our own fork wrote it
    except EOFError:
        raise BrokenPromise("the process that works beside this one is gone") from None
    if fault is not None:
        raise fault


def _serve(out: Connection, work: Pieces, journal: Journal, parent: int, file: int | None) -> None:
    """Give what `work` makes, or lay it into a file and give its length, and then how it ended."""
    begin_fork(journal, parent, reads_on=True)
    fault: BaseException | None = None
    try:
        for piece in work():
            out.send_bytes(piece if file is None else _laid(file, piece))
    except Exception as raised:
        fault = raised
    out.send_bytes(_END)
    out.send_bytes(_told(fault))


def _laid(file: int, piece: bytes) -> bytes:
    """The length of a piece that lies at the end of the file."""
    rest = memoryview(piece)
    while rest:
        rest = rest[os.write(file, rest) :]
    return _LENGTH.pack(len(piece))


def _told(fault: BaseException | None) -> bytes:
    """An exception that another process can raise; one that cannot travel goes as what it says."""
    try:
        told = pickle.dumps(fault)
        pickle.loads(told)  # noqa: S301 - just written
    except Exception:
        return pickle.dumps(BrokenPromise(f"{type(fault).__name__}: {fault}"))
    return told
