"""`sepa carry`: files from a bucket into the inboxes, and what left the desk into it."""

from typing import Annotated

import msgspec
import typer

from sepa.cli.commands import app
from sepa.cli.opening import opened
from sepa.cli.options import HomeFolder, Json, Stop, say_json, screen


@app.command()
def carry(
    bucket: Annotated[
        str,
        typer.Option(
            "--bucket",
            metavar="URL",
            envvar="SEPA_BUCKET",
            help="Such as s3://NAME/FOLDER. Keys are never in it: the storage's own variables tell them.",
        ),
    ] = "",
    home: HomeFolder = None,
    as_json: Json = False,
) -> None:
    """Move files between a bucket and the home.

    From inbox/PARTNER/ in the bucket into the inboxes; from outbox/ and clearing/out/ here into the bucket. May be
    repeated and killed without harm. Needs sepa[buckets] for S3.
    """
    from sepa.pipeline.carry import Carried, carry_in, carry_out
    from sepa.store.bucket import Bucket, NoBucket

    if not bucket:
        raise Stop("Say which bucket: --bucket s3://NAME/FOLDER, or SEPA_BUCKET.")
    done: dict[str, Carried] = {}
    with opened(home) as desk:
        try:
            storage = Bucket(bucket)
        except NoBucket as none:
            raise Stop(str(none)) from None
        done["in"] = carry_in(desk, storage)
        done["out"] = carry_out(desk, storage)
    if as_json:
        say_json([msgspec.json.encode({"kind": "carry", **msgspec.to_builtins(done)})])
        return
    for way, word in (("in", "came in"), ("out", "went out")):
        for name in done[way].carried:
            screen.print(f"{word}: {name}", markup=False, highlight=False, soft_wrap=True)
        for name, why in done[way].left:
            screen.print(f"left: {name}: {why}", markup=False, highlight=False, soft_wrap=True)
    if not any(each.carried or each.left for each in done.values()):
        screen.print("Nothing is there to be carried.")
