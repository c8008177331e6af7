"""`sepa run`: all that is due at an instant, in one go."""

import datetime
from typing import Annotated

import msgspec
import typer

from sepa.cli import tables
from sepa.cli.commands import app
from sepa.cli.opening import opened
from sepa.cli.options import (
    At,
    HomeFolder,
    Json,
    Stop,
    day,
    instant,
    progress,
    say_json,
    screen,
    sure_of_the_future,
)
from sepa.model.profile import Profile
from sepa.schedule import bank_days, local_instant


@app.command()
def run(
    home: HomeFolder = None,
    at: At = None,
    banking_day: Annotated[
        str | None,
        typer.Option(
            "--banking-day",
            metavar="DATE",
            help="Book under this day. Default: reference/banking_days.csv, else the calendar.",
            show_default=False,
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Do all that is due at an instant.

    Claim, judge, settle, report. May be repeated and killed without harm.
    """
    from sepa.pipeline.run import run as run_all

    with opened(home) as desk:
        chosen = instant(at, desk.profile)
        book_under = _near(day(banking_day), chosen, desk.terms(chosen)) if banking_day else None
        sure_of_the_future(chosen)
        with progress() as bar:
            task = bar.add_task("starting", total=None)
            ran = run_all(
                desk,
                chosen,
                by_clock=at is None,
                banking_day=book_under,
                told=lambda what: bar.update(task, description=what),
            )
    if as_json:
        say_json([msgspec.json.encode(ran)])
    else:
        tables.show_run(screen, ran, everybody=desk.roles().rights is None)


def _near(asked: datetime.date, at: datetime.datetime, terms: Profile) -> datetime.date:
    """`asked`, when the core system can be set to it at that instant: a working day, and the nearest at most."""
    local, calendar = local_instant(at, terms).date(), bank_days(terms)
    if calendar.is_working_day(asked) and calendar.add(local, -1) <= asked <= calendar.add(local, 1):
        return asked
    raise Stop(
        f"--banking-day {asked} is no day to which the core system can be set on {local}; "
        "give a working day, that of the run or the one before or after it"
    )
