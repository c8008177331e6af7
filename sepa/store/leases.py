"""Whether somebody still writes to a file: the kernel knows."""

import errno
import fcntl
import os
import signal
from pathlib import Path


def is_open_for_writing(path: Path) -> bool:
    """Whether any process on this machine has `path` open for writing.

    Asked of the kernel: it grants a read lease only on a file that nobody writes to. Where it gives no
    leases (other people's files without privilege, network folders, other systems) the answer is False,
    and the sender's own marks must say when a file is complete.
    """
    if not hasattr(fcntl, "F_SETLEASE"):
        return False
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    try:
        # A writer who comes while we hold the lease makes the kernel signal us; by default that would kill.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as refused:
        return refused.errno in (errno.EAGAIN, errno.EBUSY)
    finally:
        os.close(descriptor)
    return False
