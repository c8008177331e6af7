"""Runs some work in a process of its own, traced, and kills it with SIGKILL at a chosen system call.

The kernel stops the process (ptrace, with a seccomp filter so that nothing else is slowed down) at every system call
that creates, writes, flushes, names or removes something. One that concerns a path below a root is a Point, numbered
from 1. At the chosen one the process dies before the call has any effect, after half of what it writes, or when it is
done. Nothing of the process runs after that: no `finally`, no tidying up, no rollback.
"""

import ctypes
import errno
import os
import platform
import signal
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Literal, NamedTuple

Moment = Literal["before", "within", "after"]

_CALLS = {
    "x86_64": {
        1: "write", 2: "open", 18: "pwrite64", 20: "writev", 40: "sendfile", 74: "fsync", 75: "fdatasync",
        76: "truncate", 77: "ftruncate", 82: "rename", 83: "mkdir", 84: "rmdir", 85: "creat", 86: "link", 87: "unlink",
        88: "symlink", 257: "openat", 258: "mkdirat", 263: "unlinkat", 264: "renameat", 265: "linkat",
        266: "symlinkat", 285: "fallocate", 296: "pwritev", 306: "syncfs", 316: "renameat2", 326: "copy_file_range",
    },
    "aarch64": {
        34: "mkdirat", 35: "unlinkat", 36: "symlinkat", 37: "linkat", 38: "renameat", 45: "truncate", 46: "ftruncate",
        47: "fallocate", 56: "openat", 64: "write", 66: "writev", 68: "pwrite64", 70: "pwritev", 71: "sendfile",
        82: "fsync", 83: "fdatasync", 267: "syncfs", 276: "renameat2", 285: "copy_file_range",
    },
}  # fmt: skip
_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_DESCRIPTOR = {
    "write": 0, "pwrite64": 0, "writev": 0, "pwritev": 0, "fsync": 0, "fdatasync": 0, "syncfs": 0, "ftruncate": 0,
    "fallocate": 0, "sendfile": 0, "copy_file_range": 2,
}  # fmt: skip
"""The place of the descriptor that is written to."""
_PATHS = {
    "open": ((None, 0),), "creat": ((None, 0),), "truncate": ((None, 0),), "mkdir": ((None, 0),),
    "rmdir": ((None, 0),), "unlink": ((None, 0),), "symlink": ((None, 1),), "rename": ((None, 0), (None, 1)),
    "link": ((None, 0), (None, 1)), "openat": ((0, 1),), "mkdirat": ((0, 1),), "unlinkat": ((0, 1),),
    "symlinkat": ((1, 2),), "renameat": ((0, 1), (2, 3)), "linkat": ((0, 1), (2, 3)), "renameat2": ((0, 1), (2, 3)),
}  # fmt: skip
"""The places of each folder's descriptor and of the path in it."""
TORN = ("write", "pwrite64")
_CHANGES = os.O_CREAT | os.O_TRUNC
_AT_CWD = -100

_TRACEME, _CONT, _SYSCALL, _SETOPTIONS, _SYSCALL_INFO = 0, 7, 24, 0x4200, 0x420E
_OPTIONS = 0x1 | 0x2 | 0x4 | 0x8 | 0x80 | 0x100000
"""Syscall stops told apart; forks, vforks and threads traced too; seccomp stops; nobody outlives the tracer."""
_SECCOMP_STOP, _SYSCALL_STOP = signal.SIGTRAP | 7 << 8, signal.SIGTRAP | 0x80
_ALL_CHILDREN = 0x40000000
_INFO = struct.Struct("=B3xIQQQ6Q")
_ENDED = 70

_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.restype = ctypes.c_long
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
_libc.prctl.argtypes = [ctypes.c_int, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_ulong]


class CannotTrace(Exception):
    """Processes cannot be traced here; the text says why and what to do."""


class Point(NamedTuple):
    """A system call that changes something below the root, and the path, relative to the root."""

    call: str
    path: str

    @property
    def moments(self) -> tuple[Moment, ...]:
        return ("before", "within", "after") if self.call in TORN else ("before", "after")


def traced(
    work: Callable[[], None], root: Path, *, dies_at: int | None = None, moment: Moment = "before"
) -> tuple[list[Point], bool]:
    """Run `work` in a forked process; the points it came to, and whether it died at number `dies_at`.

    CannotTrace where this is impossible. An exception in `work` is printed and is RuntimeError here.
    """
    calls = _calls()
    sys.stdout.flush()
    process = os.fork()
    if not process:
        _live(work, calls)
    _started(process)
    points: list[Point] = []
    dying: int | None = None
    for tracee, stop in _stops(process):
        resume = _CONT
        if stop == _SECCOMP_STOP:
            name, given = _call(tracee, calls)
            if path := _path_below(root, tracee, name, given):
                points.append(Point(name, path))
                if len(points) == dies_at:
                    dying = tracee
                    if moment == "after":
                        resume = _SYSCALL
                    else:
                        if moment == "within":
                            _write_half(tracee, name, given)
                        os.kill(process, signal.SIGKILL)
        elif stop == _SYSCALL_STOP and tracee == dying:
            os.kill(process, signal.SIGKILL)
        _resume(resume, tracee, stop)
    return points, dying is not None


def _live(work: Callable[[], None], calls: dict[int, str]) -> None:
    """Be traced, work, and end; never returns."""
    code = _ENDED + 1
    try:
        os.setpgid(0, 0)
        if _libc.ptrace(_TRACEME, 0, None, None):
            os._exit(ctypes.get_errno())
        os.kill(os.getpid(), signal.SIGSTOP)
        _stop_at(calls)
        work()
        code = _ENDED
    except BaseException as failed:
        sys.stderr.write(f"{type(failed).__name__}: {failed}\n")
    finally:
        sys.stderr.flush()
        os._exit(code)


def _started(process: int) -> None:
    _, status = os.waitpid(process, 0)
    if os.WIFEXITED(status):
        raise CannotTrace(f"{_FORBIDDEN} ({os.strerror(os.WEXITSTATUS(status))})")
    _ptrace(_SETOPTIONS, process, _OPTIONS)
    _resume(_CONT, process, 0)


_FORBIDDEN = (
    "This machine forbids tracing a process (ptrace), and without it nothing can be killed at a system call. Allow it: "
    "in a container with --cap-add=SYS_PTRACE --security-opt seccomp=unconfined, elsewhere with "
    "sysctl kernel.yama.ptrace_scope=1"
)


def _stops(process: int) -> Iterator[tuple[int, int]]:
    """Every stop of the process and its threads, until it ends."""
    while True:
        try:
            tracee, status = os.waitpid(-process, _ALL_CHILDREN)
        except InterruptedError:
            continue
        if os.WIFSTOPPED(status):
            yield tracee, status >> 8
        elif tracee == process:
            if os.WIFEXITED(status) and os.WEXITSTATUS(status) != _ENDED:
                raise RuntimeError("the work failed; its fault is printed above")
            return


def _resume(how: int, tracee: int, stop: int) -> None:
    """Let a tracee go on, with the signal that stopped it where it was a plain one."""
    plain = stop if stop not in (0, signal.SIGSTOP, _SYSCALL_STOP) and not stop >> 8 else 0
    if plain == signal.SIGTRAP:
        plain = 0
    with suppress(ProcessLookupError):  # it was killed
        _ptrace(how, tracee, plain)


def _ptrace(request: int, tracee: int, data: int) -> None:
    if _libc.ptrace(request, tracee, None, data) == -1:
        fault = ctypes.get_errno()
        if fault in (errno.EPERM, errno.EACCES):
            raise CannotTrace(f"{_FORBIDDEN} ({os.strerror(fault)})")
        raise OSError(fault, os.strerror(fault))


# --- which calls stop ---


def _calls() -> dict[int, str]:
    machine = platform.machine()
    if sys.platform != "linux" or machine not in _CALLS:
        raise CannotTrace(
            f"Real kills need Linux on {' or '.join(_CALLS)}, not {sys.platform} on {machine}; run them there."
        )
    return _CALLS[machine]


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def _stop_at(calls: dict[int, str]) -> None:
    """From now on this process stops at `calls`; at an open only where it may create or truncate."""
    load, equal, any_set, answer = 0x20, 0x15, 0x45, 0x06
    trace, allow = 0x7FF00000, 0x7FFF0000
    code = [(load, 0, 0, 4), (equal, 1, 0, _ARCH[platform.machine()]), (answer, 0, 0, allow), (load, 0, 0, 0)]
    for number, name in calls.items():
        if name in ("open", "openat"):
            flags = 16 + 8 * (1 if name == "open" else 2)
            code += [
                (equal, 0, 4, number), (load, 0, 0, flags), (any_set, 0, 1, _CHANGES),
                (answer, 0, 0, trace), (answer, 0, 0, allow),
            ]  # fmt: skip
        else:
            code += [(equal, 0, 1, number), (answer, 0, 0, trace)]
    code.append((answer, 0, 0, allow))
    packed = b"".join(struct.pack("=HBBI", *each) for each in code)
    program = _Program(len(code), packed)
    no_new_privileges, set_seccomp, by_filter = 38, 22, 2
    _libc.prctl(no_new_privileges, 1, 0, 0, 0)
    if _libc.prctl(set_seccomp, by_filter, ctypes.addressof(program), 0, 0):
        raise CannotTrace(f"{_FORBIDDEN} ({os.strerror(ctypes.get_errno())})")


# --- what a call is about ---


def _call(tracee: int, calls: dict[int, str]) -> tuple[str, tuple[int, ...]]:
    told = ctypes.create_string_buffer(128)
    if _libc.ptrace(_SYSCALL_INFO, tracee, len(told), told) <= 0:  # type: ignore[arg-type]
        raise CannotTrace(
            "This kernel does not tell of system calls (PTRACE_GET_SYSCALL_INFO needs Linux 5.3)."
        )
    _, _, _, _, number, *given = _INFO.unpack_from(told)
    return calls[number], tuple(given)


def _path_below(root: Path, tracee: int, name: str, given: tuple[int, ...]) -> str | None:
    """What the call is about, relative to the root; None where it lies elsewhere or nothing is changed."""
    if name in _DESCRIPTOR:
        found = [_descriptor(tracee, given[_DESCRIPTOR[name]])]
    else:
        found = [_path(tracee, given, *places) for places in reversed(_PATHS[name])]
    for path in found:
        if path.startswith(f"{root}/"):
            return path.removeprefix(f"{root}/")
    return None


def _descriptor(tracee: int, number: int) -> str:
    with suppress(OSError):
        return os.readlink(f"/proc/{tracee}/fd/{number}").removesuffix(" (deleted)")
    return ""


def _path(tracee: int, given: tuple[int, ...], folder: int | None, place: int) -> str:
    raw = _memory(tracee, given[place], 4096).split(b"\0", 1)[0]
    text = os.fsdecode(raw)
    at = _AT_CWD if folder is None else ctypes.c_int(given[folder]).value
    if text.startswith("/"):
        return os.path.normpath(text)
    base = os.readlink(f"/proc/{tracee}/cwd") if at == _AT_CWD else _descriptor(tracee, at)
    return os.path.normpath(os.path.join(base, text))


def _memory(tracee: int, address: int, size: int) -> bytes:
    """Bytes of the tracee's memory, up to `size`; less where its memory ends before."""
    with open(f"/proc/{tracee}/mem", "rb", buffering=0) as memory:
        found = b""
        while len(found) < size:
            page = min(size - len(found), 4096 - (address + len(found)) % 4096)
            try:
                memory.seek(address + len(found))
                found += memory.read(page)
            except OSError:
                break
    return found


def _write_half(tracee: int, name: str, given: tuple[int, ...]) -> None:
    """Write the first half of what the call would write, as a kill in the midst of it leaves it."""
    descriptor, address, size = given[:3]
    with open(f"/proc/{tracee}/fdinfo/{descriptor}") as lines:
        position = int(next(lines).split()[1])
    half = _memory(tracee, address, size // 2)
    place = os.open(f"/proc/{tracee}/fd/{descriptor}", os.O_WRONLY)
    try:
        os.pwrite(place, half, given[3] if name == "pwrite64" else position)
    finally:
        os.close(place)
