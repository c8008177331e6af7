"""Bait: a file that nobody may open and a port at which nobody may call, watched by the kernel.

Python's audit hook sees what Python opens. A parser written in C opens by itself; inotify sees that, too.
"""

import ctypes
import os
import socket
from contextlib import suppress
from pathlib import Path

IN_ACCESS, IN_OPEN = 0x1, 0x20


class Bait:
    """A file with a secret, and a port. `taken` names what was done with either since it was asked last."""

    SECRET = "the-secret-of-the-canary"

    def __init__(self, folder: Path) -> None:
        self.canary = folder / "canary.txt"
        self.canary.write_text(self.SECRET, "utf-8")
        libc = ctypes.CDLL(None, use_errno=True)
        self._notify = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        watched = libc.inotify_add_watch(self._notify, os.fsencode(self.canary), IN_ACCESS | IN_OPEN)
        if self._notify < 0 or watched < 0:
            raise OSError(ctypes.get_errno(), "the kernel does not let us watch the canary")
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self.port: int = self._socket.getsockname()[1]

    def laid_in(self, content: bytes) -> bytes:
        """The bytes of an attack with the bait's own places filled in."""
        canary, port = self.canary.as_uri().encode(), str(self.port).encode()
        return content.replace(b"{canary}", canary).replace(b"{port}", port)

    def taken(self) -> list[str]:
        touched = []
        with suppress(BlockingIOError):
            while os.read(self._notify, 4096):
                touched.append(f"{self.canary} was opened")
        with suppress(BlockingIOError):
            touched.append(f"{self._socket.accept()[1]} called")
        return touched

    def close(self) -> None:
        os.close(self._notify)
        self._socket.close()
