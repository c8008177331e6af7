"""`sepa replay`: live a day again and compare it with what was."""

import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from sepa.cli.commands import app
from sepa.cli.opening import opened
from sepa.cli.options import REFUSED, HomeFolder, Json, Stop, day, progress, say_json, screen
from sepa.cli.tables import some


@app.command()
def replay(
    date: Annotated[str, typer.Argument(metavar="DATE")],
    into: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="An empty folder for the second home, which stays. Default: one beside the home, for the while.",
            file_okay=False,
            show_default=False,
        ),
    ] = None,
    home: HomeFolder = None,
    as_json: Json = False,
) -> None:
    """Live a day again in an empty home, and compare every byte with what was. Changes nothing in the home.

    Everything up to that day is done again in its order: files from the archive, tables and terms as they were kept,
    what people decided from the journal. Ends with 1 at the first difference, which it names.
    """
    from sepa.pipeline.replay import replay as live_again
    from sepa.pipeline.replay_compare import NothingToReplay

    on = day(date)
    if into is not None and into.exists() and any(into.iterdir()):
        raise Stop(f"{into} is not empty; a day is lived again in an empty folder")
    with opened(home) as desk, progress() as bar:
        task = bar.add_task("living again", total=None)
        place = into.absolute() if into else Path(tempfile.mkdtemp(prefix="replay-", dir=desk.root.parent))
        try:
            found = live_again(
                desk, on, place, told=lambda number, last: bar.update(task, completed=number, total=last)
            )
        except NothingToReplay as nothing:
            raise Stop(str(nothing)) from None
        finally:
            if into is None:
                shutil.rmtree(place)
    if as_json:
        say_json(
            [
                msgspec.json.encode(
                    {"kind": "replay", "same": found.difference is None, **msgspec.to_builtins(found)}
                )
            ]
        )
    elif found.difference is not None:
        screen.print(found.difference.sentence, style="red", markup=False, soft_wrap=True)
        screen.print(f"{some(found.links - 1, 'transaction')} before it came out the same.", style="dim")
    else:
        files = f"{some(found.files, 'file')} of the day to the byte"
        gone = f", {some(found.fetched, 'more file')} by digest" if found.fetched else ""
        told = f"{on} came out the same: {some(found.links, 'transaction')} from the first day on, {files}{gone}."
        screen.print(told, style="green", soft_wrap=True)
    raise typer.Exit(REFUSED if found.difference is not None else 0)
