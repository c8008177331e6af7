"""The desk by hand: the same steps that the DAGs take, as commands."""

import sys

from sepa.cli import (
    acting,
    auditing,
    carrying,
    catching_up,
    confirming,
    correcting,
    purging,
    replaying,
    running,
    tracing,
)
from sepa.cli.commands import app
from sepa.cli.options import OUR_FAULT, Stop, say_error

READER_GONE = 141
"""What a shell says of a command whose reader went away (128 + SIGPIPE)."""

__all__ = [
    "acting",
    "app",
    "auditing",
    "carrying",
    "catching_up",
    "confirming",
    "correcting",
    "main",
    "purging",
    "replaying",
    "running",
    "tracing",
]


def main() -> None:
    """Run the command; end with 0, 1 (something refused or different), 2 (wrong usage) or 3 (our own fault)."""
    try:
        app()
    except Stop as stop:
        say_error(str(stop))
        sys.exit(stop.code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(READER_GONE)
    except Exception as fault:
        say_error(f"This is our own fault, not your file's: {type(fault).__name__}: {fault}")
        sys.exit(OUR_FAULT)
