"""Many small files settled together: written first, then the disk is waited for once, then all of them get their names.

The order is that of a single file: content on the disk, then the name, then the name on the disk. What is killed in
between leaves drafts, and names that hold everything.
"""

import ctypes
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

_FULL = 200
"""So many drafts are open at once at most; each is held by a lock."""
_FEW = 4
"""So few are settled one by one, which waits for nobody else's files."""
_KERNEL = (5, 8)
"""Since then `syncfs` tells when something could not be written."""


class Group:
    """Files that wait for their names, and folders that wait to be settled."""

    def __init__(self) -> None:
        self.stack = ExitStack()
        self._waiting: list[tuple[int, Path, Callable[[], object]]] = []
        self._folders: dict[Path, None] = {}

    def add(self, descriptor: int, folder: Path, appear: Callable[[], object]) -> None:
        """A finished draft, open as `descriptor`; `appear` gives it its name in `folder` once it is settled."""
        self._waiting.append((descriptor, folder, appear))
        if len(self._waiting) >= _FULL:
            self.settle()

    def renamed(self, *folders: Path) -> None:
        """Folders of a file that was renamed, the new one first: a power cut must not leave it in neither."""
        self._folders |= dict.fromkeys(folders)

    def settle(self) -> None:
        """Everything so far is on the disk, under its name, when this returns. OSError, BrokenPromise as it comes."""
        waiting, self._waiting = self._waiting, []
        _settle([descriptor for descriptor, _, _ in waiting])
        for _, folder, appear in waiting:
            appear()
            self._folders[folder] = None
        folders, self._folders = self._folders, {}
        with ExitStack() as opened:
            _settle([_opened(opened, folder) for folder in folders])
        self.stack.close()


_here = threading.local()


def group() -> Group | None:
    """The group that this thread fills at the moment."""
    found: Group | None = getattr(_here, "group", None)
    return found


@contextmanager
def settled_together() -> Iterator[None]:
    """Settle at the end, all at once, what this thread publishes, copies and moves inside.

    Until then nothing of it has its name. An exception leaves no drafts, and may leave some of the files.
    """
    if group() is not None:
        yield
        return
    _here.group = filled = Group()
    try:
        yield
        filled.settle()
    finally:
        _here.group = None
        filled.stack.close()


def settle_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    with ExitStack() as opened:
        os.fsync(_opened(opened, folder))


def _opened(stack: ExitStack, folder: Path) -> int:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    stack.callback(os.close, descriptor)
    return descriptor


def _settle(descriptors: list[int]) -> None:
    """Wait until what the descriptors stand for is on the disk: one by one, or many by their file systems."""
    if len(descriptors) > _FEW and _tells_of_faults():
        systems = {os.fstat(descriptor).st_dev: descriptor for descriptor in descriptors}
        for descriptor in systems.values():
            settle_system(descriptor)
        return
    for descriptor in descriptors:
        os.fsync(descriptor)


def _tells_of_faults() -> bool:
    release = os.uname().release.split(".")
    return os.uname().sysname == "Linux" and tuple(int(part) for part in release[:2]) >= _KERNEL


def settle_system(descriptor: int) -> None:
    """Wait until everything is on the disk that was written to the file system of `descriptor`. OSError as it comes."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syncfs(descriptor):
        fault = ctypes.get_errno()
        raise OSError(fault, os.strerror(fault))
