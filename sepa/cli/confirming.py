"""`sepa confirm`: a confirmation of an executed order, on request."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from sepa.cli.commands import app
from sepa.cli.opening import opened
from sepa.cli.options import At, HomeFolder, Stop, instant


class Form(StrEnum):
    """The forms of a letter."""

    html = "html"
    text = "text"
    pdf = "pdf"


@app.command()
def confirm(
    key: Annotated[str, typer.Argument(metavar="KEY", help="An order's key.")],
    language: Annotated[
        str | None,
        typer.Option(
            "--language",
            metavar="LANGUAGE",
            help="Such as sk, sl or en; else the one agreed on.",
            show_default=False,
        ),
    ] = None,
    form: Annotated[Form, typer.Option("--form", metavar="FORM", help="html, text or pdf.")] = Form.text,
    home: HomeFolder = None,
    at: At = None,
) -> None:
    """Confirm that an order was carried out, for whoever asks for it.

    Only a paid order is confirmed; that a file was received proves nothing. Changes nothing.
    """
    from sepa.pipeline.confirm import NotConfirmed, confirmation
    from sepa.pipeline.letters import FORMS

    with opened(home) as desk:
        try:
            page = confirmation(desk, key, instant(at, desk.profile), language=language)
        except NotConfirmed as why:
            raise Stop(str(why)) from None
    _, shown = FORMS[form]
    sys.stdout.buffer.write(shown(page))
    sys.stdout.buffer.flush()
