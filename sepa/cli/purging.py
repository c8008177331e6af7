"""`sepa purge`: forget what need no longer be kept."""

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
from sepa.scheme.phrase import numbered


@app.command()
def purge(
    before: Annotated[
        str, typer.Option("--before", metavar="DAY", help="What came and ended before this day.")
    ],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; kept for auditors.")],
    really: Annotated[
        bool, typer.Option("--yes", help="Do it. Without, only what would go is told.")
    ] = False,
    by: ForWhom = "",
    home: HomeFolder = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Forget what was sent, once the bank's period for keeping it is over.

    The archived bytes, names, accounts and texts go; amounts, days, states, postings, digests and history stay.
    Refused, with 1, while the profile names no period (records.transaction_years).
    """
    from sepa.pipeline.purge import PurgeRefused
    from sepa.pipeline.purge import purge as forget

    with opened(home) as desk:
        chosen = instant(at, desk.profile)
        sure_of_the_future(chosen)
        try:
            went = forget(desk, day(before), by=login(), for_whom=by, reason=reason, at=chosen, really=really)
        except PurgeRefused as refused:
            raise Stop(str(refused), REFUSED) from None
        except ValueError:
            raise Stop("A purge needs a reason: give --reason.") from None
    if as_json:
        say_json([msgspec.json.encode({"kind": "purge", **msgspec.to_builtins(went)})])
    else:
        word = "forgotten" if went.done else "would be forgotten; --yes does it"
        screen.print(
            f"{numbered(len(went.files), 'file')} with {numbered(went.orders, 'order')} {word}.",
            markup=False,
            soft_wrap=True,
        )
