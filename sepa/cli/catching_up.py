"""`sepa catch-up`: after a backup of the journal was restored."""

import msgspec
import typer

from sepa.cli.commands import app
from sepa.cli.opening import opened
from sepa.cli.options import OUR_FAULT, At, HomeFolder, Json, instant, say_json, screen, sure_of_the_future


@app.command(name="catch-up")
def catch_up(home: HomeFolder = None, at: At = None, as_json: Json = False) -> None:
    """Tell a journal that was restored from a backup what it forgot, from the book in the archive.

    Until then nothing is taken, judged, ordered or paid. May be repeated and killed. Ends with 3 where an entry
    contradicts the journal; then everything stays stopped, and an engineer looks.
    """
    from sepa.pipeline.catch_up import catch_up as tell

    with opened(home) as desk:
        chosen = instant(at, desk.profile)
        sure_of_the_future(chosen)
        told = tell(desk, chosen)
    if as_json:
        say_json([msgspec.json.encode({"kind": "catch-up", **msgspec.to_builtins(told)})])
    else:
        screen.print(
            f"The journal was told of {told.came} deliveries, {told.ordered} decisions, {told.settled} windows and "
            f"{told.left} bulks that had left.",
            markup=False,
            soft_wrap=True,
        )
        for conflict in told.conflicts:
            screen.print(f"It contradicts {conflict}", markup=False, soft_wrap=True)
    if told.conflicts:
        raise typer.Exit(OUR_FAULT)
