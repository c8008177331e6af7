"""Commands that find an order again, and what came with it."""

import sys
from typing import Annotated

import msgspec
import typer

from sepa.cli.commands import app
from sepa.cli.opening import opened
from sepa.cli.options import HomeFolder, Json, Stop, say_json


@app.command()
def copy(
    key: Annotated[str, typer.Argument(metavar="KEY", help="An order's key.")],
    home: HomeFolder = None,
    as_json: Json = False,
) -> None:
    """Give a copy of one order in the form it came in.

    A whole message with the sender's own bytes: the header of the file, the header of the order's block, the order.
    Counts and sums in the headers are those of the file it came in.
    """
    from sepa.pipeline.copy import copy_of

    with opened(home) as desk:
        try:
            cut = copy_of(desk, key)
        except FileNotFoundError:
            raise Stop(f"The file of {key} is no longer in the archive.") from None
    if cut is None:
        raise Stop(f"No order has the key {key}. Keys stand in every report; sepa find looks for them.")
    if as_json:
        say_json([msgspec.json.encode({"key": key, "original": cut.decode("utf-8")})])
    else:
        sys.stdout.buffer.write(cut)
        sys.stdout.buffer.flush()
