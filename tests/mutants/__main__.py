"""Switch guards off, one after the other: `python -m tests.mutants`, or only those whose name holds a word given.

Each runs the test named beside it in a process of its own, in which the guard does not stand. The test must fail. With
`--write` the table in `docs/promises.md` is brought up to date, when all were missed.
"""

import argparse
import os
import random
import sys
import tempfile
from collections.abc import Sequence
from typing import Any

import pytest

from tests.mutants.guards import ROOT, Guard, Lacking, guards

PAGE = ROOT / "docs" / "promises.md"
BEGIN, END = "<!-- guards -->\n", "<!-- end of guards -->\n"
FAILED = 1
"""What pytest ends with when tests ran and failed: nothing else is a verdict."""


def main(given: Sequence[str] | None = None) -> int:
    """Try guards and say what became of each; 1 where one is not missed."""
    asked = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    asked.add_argument("words", nargs="*", help="only guards whose name or place holds one of these")
    asked.add_argument("--sample", type=int, help="only so many, drawn by the seed")
    asked.add_argument("--seed", type=int, default=0)
    asked.add_argument("--write", action="store_true", help="write the table in docs/promises.md")
    told = asked.parse_args(given)
    chosen = [
        each
        for each in guards()
        if not told.words or any(word in f"{each.name} {each.of}" for word in told.words)
    ]
    if told.sample is not None:
        chosen = random.Random(told.seed).sample(chosen, min(told.sample, len(chosen)))  # noqa: S311
    warm()
    unmissed = [guard for guard in chosen if not _say(guard, missed(guard))]
    if told.write and not unmissed and len(chosen) == len(guards()):
        write(PAGE.read_text("utf-8"))
    return 1 if unmissed or not chosen else 0


def warm() -> None:
    """Import what every test needs and no guard stands in, so that each process begins with it."""
    import alembic.command
    import hypothesis
    import lxml.etree
    import sqlalchemy.dialects.sqlite

    del alembic, hypothesis, lxml, sqlalchemy


def missed(guard: Guard) -> str:
    """Empty when its test fails without the guard; else what it said."""
    sources = guard.sources()
    with tempfile.TemporaryFile() as out:
        child = os.fork()
        if not child:
            _live(guard, sources, out.fileno())
        _, ended = os.waitpid(child, 0)
        if os.waitstatus_to_exitcode(ended) == FAILED:
            return ""
        out.seek(0)
        return f"ended with {os.waitstatus_to_exitcode(ended)}\n" + out.read().decode("utf-8", "replace")


def _live(guard: Guard, sources: Any, out: int) -> None:
    code = 70
    try:
        os.dup2(out, 1)
        os.dup2(out, 2)
        sys.dont_write_bytecode = True
        with Lacking(sources):
            code = int(
                pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *guard.test.split()])
            )
    finally:
        sys.stdout.flush()
        os._exit(code)


def _say(guard: Guard, said: str) -> bool:
    print(f"{'NOT MISSED' if said else 'missed'}  {guard.of}: {guard.name}  {guard.test}", flush=True)  # noqa: T201
    if said:
        print(said[-3000:], flush=True)  # noqa: T201
    return not said


def table() -> str:
    """The table of all guards, as it stands in `docs/promises.md`."""
    lines = ["| Guard | Switched off | Missed by |", "|---|---|---|"]
    lines += [f"| {each.of} | {each.name} | `{each.test}` |" for each in guards()]
    return "\n".join(lines) + "\n"


def write(page: str) -> None:
    before, rest = page.split(BEGIN)
    PAGE.write_text(before + BEGIN + table() + END + rest.split(END)[1], "utf-8")


if __name__ == "__main__":
    sys.exit(main())
