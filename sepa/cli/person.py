"""Who sits at the terminal. The operating system says so; what a person says of itself proves nothing."""

import os
import pwd
from pathlib import Path
from typing import Annotated

import typer

NOBODY = 2**32 - 1
"""What the kernel says of a process that no login stands behind."""

LOGIN = Path("/proc/self/loginuid")

ForWhom = Annotated[
    str,
    typer.Option(
        "--by",
        metavar="NAME",
        help="On whose order, if not your own. You are recorded too, as the system knows you.",
        show_default=False,
    ),
]


def login() -> str:
    """The login behind this process; where the kernel keeps none, the user that it runs as.

    The kernel's audit identity stays what it was through `su` and `sudo`, so that people who share the desk's own
    user are told apart. No variable of the environment is asked, for anybody can set one.
    """
    try:
        user = int(LOGIN.read_text("ascii"))
    except (OSError, ValueError):
        user = NOBODY
    return name_of(os.getuid() if user == NOBODY else user)


def name_of(user: int) -> str:
    """The login name of a user's number; the number itself where the system has no name for it."""
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"user {user}"
