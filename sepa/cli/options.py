"""Options that several commands share, and how a command says what is wrong."""

import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from sepa.model.profile import Profile
from sepa.pipeline.home import read_instant

REFUSED, WRONG_USAGE, OUR_FAULT = 1, 2, 3

At = Annotated[
    str | None,
    typer.Option(
        "--at", metavar="INSTANT", help="ISO 8601; without an offset the bank's local time. Default: now."
    ),
]
HomeFolder = Annotated[
    Path | None,
    typer.Option("--home", metavar="DIR", help="The desk's home. Default: SEPA_HOME, else ./var."),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, for machines.")]

errors = Console(stderr=True, highlight=False, soft_wrap=True)
screen = Console(highlight=False)


class Stop(Exception):
    """The command cannot go on; `code` is its exit code."""

    def __init__(self, sentence: str, code: int = WRONG_USAGE) -> None:
        super().__init__(sentence)
        self.code = code


def say_error(sentence: str) -> None:
    errors.print(sentence, style="red", markup=False)


def instant(text: str | None, profile: Profile) -> datetime.datetime:
    """The instant that `--at` names, or now. Only here, at the outermost edge, is the clock read."""
    if text is None:
        return datetime.datetime.now(datetime.UTC)
    try:
        return read_instant(text, profile)
    except ValueError:
        raise Stop(
            f"--at {text!r} is no instant; write it like 2026-04-02T10:00 or 2026-04-02T08:00:00Z"
        ) from None


def day(text: str) -> datetime.date:
    """A day as YYYY-MM-DD."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise Stop(f"{text!r} is no day; write it like 2026-04-02") from None


def progress() -> Progress:
    """A progress display on standard error, only where a person is looking."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=errors,
        transient=True,
        disable=not errors.is_terminal,
    )
