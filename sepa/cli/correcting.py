"""`sepa correct`: book back a payment that was our own mistake."""

from enum import StrEnum
from typing import Annotated

import msgspec
import typer

from sepa.cli.commands import app
from sepa.cli.opening import opened
from sepa.cli.options import (
    REFUSED,
    At,
    HomeFolder,
    Json,
    Stop,
    instant,
    say_json,
    screen,
    sure_of_the_future,
)
from sepa.cli.person import ForWhom, login


class By(StrEnum):
    """Who found the mistake."""

    own_bank = "own_bank"
    other_bank_with_written_proof = "other_bank_with_written_proof"


class Code(StrEnum):
    """What kind of mistake it was, in ISO's codes."""

    technical = "TECH"
    duplicate = "DUPL"
    wrong_amount = "AM09"


@app.command()
def correct(
    key: Annotated[str, typer.Argument(metavar="KEY", help="The order's key.")],
    proof: Annotated[
        str, typer.Option("--proof", metavar="TEXT", help="What shows the mistake: a case, a letter.")
    ],
    code: Annotated[Code, typer.Option("--reason", help="TECH, DUPL or AM09 (wrong amount).")],
    initiator: Annotated[
        By, typer.Option("--initiator", help="Whose word the correction rests on.")
    ] = By.own_bank,
    by: ForWhom = "",
    home: HomeFolder = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Book back a payment between two accounts of ours that was our mistake, with the value date it had.

    Two different people order it for the same reason; the first moves nothing. The owners need not agree, and no
    block stops it; both are told. Ends with 1 when nothing can be corrected.
    """
    from sepa.pipeline.correct import correct as book_back
    from sepa.pipeline.correct import emit_corrections

    with opened(home) as desk:
        chosen = instant(at, desk.profile)
        sure_of_the_future(chosen)
        try:
            did = book_back(
                desk,
                key,
                by=login(),
                for_whom=by,
                initiator=initiator.value,
                code=code.value,
                proof=proof,
                at=chosen,
            )
        except ValueError:
            raise Stop("A correction needs a proof: give --proof.") from None
        left = emit_corrections(desk, chosen)
    if as_json:
        say_json([msgspec.json.encode({"kind": "correction", **msgspec.to_builtins(did), "published": left})])
    else:
        screen.print(did.sentence, markup=False, soft_wrap=True)
    raise typer.Exit(0 if did.done or did.proposed else REFUSED)
