"""`sepa order`: what an operator may order, at the terminal. The same acts as the form of the DAG Reprocess."""

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
    day,
    instant,
    say_json,
    screen,
    sure_of_the_future,
)
from sepa.cli.person import ForWhom, login


class Choice(StrEnum):
    """The acts as a person types them; what each does stands in the help of the command."""

    release = "release"
    refuse = "refuse"
    hold = "hold"
    revoke = "revoke"
    judge_again = "judge-again"
    report_again = "report-again"
    recall = "recall"


class Why(StrEnum):
    """Reasons of a recall, by ISO's codes."""

    CUST = "CUST"
    DUPL = "DUPL"
    TECH = "TECH"
    FRAD = "FRAD"
    AM09 = "AM09"
    AC03 = "AC03"


@app.command()
def order(
    act: Annotated[Choice, typer.Argument(metavar="ACT", help="One of: " + ", ".join(Choice) + ".")],
    key: Annotated[
        str | None,
        typer.Argument(
            metavar="[KEY]",
            help="An order's key, or at least the first 8 characters of a file's.",
            show_default=False,
        ),
    ] = None,
    by: ForWhom = "",
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why; kept for auditors.", show_default=False)
    ] = "",
    partner: Annotated[
        str | None, typer.Option("--partner", metavar="ID", help="Instead of a key: this partner's files ...")
    ] = None,
    received: Annotated[
        str | None, typer.Option("--day", metavar="DATE", help="... that were received on this day.")
    ] = None,
    asked_on: Annotated[
        str | None,
        typer.Option(
            "--asked-on", metavar="DATE", help="revoke: the day it was handed in, if it was not today."
        ),
    ] = None,
    recall_reason: Annotated[
        Why | None,
        typer.Option(
            "--recall-reason", metavar="CODE", help=f"recall: one of {', '.join(Why)}. Default: CUST."
        ),
    ] = None,
    home: HomeFolder = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Release, refuse, hold, withdraw or recall orders; judge them or report on them again.

    release: held orders go on to the next window. Where two people are asked for, the first release is an approval,
    and that of another person moves the order. refuse: held orders are refused. hold: waiting orders stop until
    they are released or refused. revoke: transfers are withdrawn, in time before they are due. judge-again: with
    today's reference data. report-again: how things stand now. recall: transfers that have left are asked
    back from the other bank (CUST the payer wishes it, DUPL sent twice, TECH a technical fault, FRAD fraud, AM09 wrong
    amount, AC03 wrong account); they stay paid until it answers.

    Nothing of this pays an order twice. Ends with 0 when something was done, with 1 when everything stayed as it was.
    """
    from sepa.pipeline.emit import emit_reports
    from sepa.pipeline.recall import emit_recalls
    from sepa.pipeline.reprocess import Mistaken, NotFound, reprocess

    on, asked = day(received) if received else None, day(asked_on) if asked_on else None
    with opened(home) as desk:
        ordered_at = instant(at, desk.profile)
        sure_of_the_future(ordered_at)
        try:
            done = reprocess(
                desk,
                act=act.value,
                reason=reason,
                by=login(),
                for_whom=by,
                at=ordered_at,
                key=key,
                partner=partner,
                day=on,
                asked_on=asked,
                recall_reason=recall_reason.value if recall_reason else None,
            )
        except (NotFound, Mistaken) as mistake:
            raise Stop(f"{str(mistake)[:1].upper()}{str(mistake)[1:]}.") from None
        emit_recalls(desk, ordered_at)
        emit_reports(desk, ordered_at)
    if as_json:
        say_json(msgspec.json.encode({"kind": "decision", **msgspec.to_builtins(each)}) for each in done)
    else:
        for each in done:
            screen.print(f"{each.subject[:24]}  {each.sentence}", markup=False, soft_wrap=True)
    idle = not any(
        each.moved or each.approved or each.recalled or each.repeated or each.act == "report-again"
        for each in done
    )
    raise typer.Exit(REFUSED if idle else 0)
