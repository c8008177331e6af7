"""Options that several commands share, and how a command says what is wrong."""

import datetime
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.segment import Segment

from sepa.model.profile import OfOneBank
from sepa.pipeline.home import YEARS, read_instant
from sepa.tell.mask import mask_log

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

_UNSEEN = re.compile(rb"\x7f|\xc2[\x80-\x9f]|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa6-\xa9]")
"""In UTF-8: what steers a terminal or turns the direction of writing, and JSON would let through."""


class Screen(Console):
    """A console that nobody's text can steer: signs that cannot be seen are told as their code point."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            if segment.control or segment.text.isprintable():
                yield segment
            else:
                yield Segment("\n".join(map(shown, segment.text.split("\n"))), segment.style)


def shown(text: str) -> str:
    """`text` with every sign that cannot be seen told as its code point, such as `<U+202E>`."""
    return "".join(char if char.isprintable() else f"<U+{ord(char):04X}>" for char in text)


PIPED_COLUMNS = 150
"""How wide a table may be where no terminal says."""

errors = Screen(stderr=True, highlight=False, soft_wrap=True)
screen = Screen(highlight=False, width=None if sys.stdout.isatty() else PIPED_COLUMNS)


def say_json(lines: Iterable[bytes]) -> None:
    """Write JSON lines for machines. Signs that a terminal would obey are escaped, which JSON reads as the same."""
    escaped = (_UNSEEN.sub(lambda sign: b"\\u%04x" % ord(sign[0].decode()), line) for line in lines)
    sys.stdout.buffer.writelines(line + b"\n" for line in escaped)
    sys.stdout.buffer.flush()


class Stop(Exception):
    """The command cannot go on; `code` is its exit code."""

    def __init__(self, sentence: str, code: int = WRONG_USAGE) -> None:
        super().__init__(sentence)
        self.code = code


def say_error(sentence: str) -> None:
    """Tell what is wrong on standard error, which others may keep as a log: account numbers are masked."""
    errors.print(mask_log(sentence), style="red", markup=False)


def instant(text: str | None, profile: OfOneBank, option: str = "--at") -> datetime.datetime:
    """The instant that `option` names, or now. Only here, at the outermost edge, is the clock read."""
    if text is None:
        return datetime.datetime.now(datetime.UTC)
    try:
        return read_instant(text, profile)
    except ValueError:
        raise Stop(
            f"{option} {text!r} is no instant; write it like 2026-04-02T10:00 or 2026-04-02T08:00:00Z"
        ) from None


def sure_of_the_future(chosen: datetime.datetime) -> None:
    """Ask the person at the terminal before a home lives through days that have not come yet. Scripts are not asked.

    A mistyped year would pay everything that is due until then, and no window before it could follow.
    """
    ahead = (chosen - datetime.datetime.now(datetime.UTC)).days
    if ahead < 1 or not sys.stdin.isatty():
        return
    errors.print(
        f"{chosen:%Y-%m-%d} is {ahead} days ahead of the clock. All that is due until then is paid at once, "
        "and no window before it can follow.",
        markup=False,
    )
    if not typer.confirm("Go on?", err=True):
        raise Stop("Nothing was done.")


def day(text: str) -> datetime.date:
    """A day as YYYY-MM-DD."""
    try:
        found = datetime.date.fromisoformat(text)
    except ValueError:
        found = datetime.date.min
    if found.year not in YEARS:
        raise Stop(f"{text!r} is no day; write it like 2026-04-02")
    return found


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
