"""Commands that find an order again, and what came with it."""

import itertools
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from rich.table import Table
from rich.text import Text

from sepa.cli.commands import app
from sepa.cli.opening import opened
from sepa.cli.options import REFUSED, HomeFolder, Json, Stop, day, say_json, screen
from sepa.model.profile import OfOneBank
from sepa.pipeline.check import reason_line
from sepa.schedule import local_instant
from sepa.scheme.money import cents

if TYPE_CHECKING:
    from sepa.model.journal import OrderRow


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


@app.command()
def find(
    end_to_end_id: Annotated[
        str | None,
        typer.Option("--end-to-end-id", metavar="ID", help="The name between the parties, in full."),
    ] = None,
    iban: Annotated[
        str | None, typer.Option("--iban", metavar="IBAN", help="The account of either side.")
    ] = None,
    amount: Annotated[str | None, typer.Option("--amount", metavar="EUR", help="Such as 1250.00.")] = None,
    since: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="First day of receipt, by the bank's clock.")
    ] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="DAY", help="Last day of receipt.")] = None,
    partner: Annotated[str | None, typer.Option("--partner", metavar="ID", help="Who sent the file.")] = None,
    home: HomeFolder = None,
    as_json: Json = False,
) -> None:
    """Find orders by what people know of them.

    All that is given must fit. Looks through everything the journal tells, 13 months and more. Ends with 1 when
    nothing was found.
    """
    from sepa.pipeline.reprocess import day_bounds

    if not (end_to_end_id or iban or amount or partner or since or until):
        raise Stop("Say what to look for: --end-to-end-id, --iban, --amount, --from, --to or --partner.")
    sought = None if amount is None else cents(amount)
    if amount is not None and sought is None:
        raise Stop(f"--amount {amount!r} is no amount; write it like 1250.00")
    with opened(home) as desk:
        found = desk.journal.find_orders(
            start=day_bounds(desk, day(since))[0] if since else None,
            end=day_bounds(desk, day(until))[1] if until else None,
            partner=partner,
            end_to_end_id=end_to_end_id,
            iban="".join(iban.split()).upper() if iban else None,
            amount_cents=sought,
        )
        if as_json:
            count = 0
            for count, order in enumerate(found, 1):  # noqa: B007  # told by the exit code
                say_json([_line(order)])
        else:
            count = _show_found(found, desk.profile)
    raise typer.Exit(0 if count else REFUSED)


FOUND_AT_ONCE = 500
"""Rows that one table of found orders holds: it is drawn while the search goes on."""


def _show_found(found: "Iterator[OrderRow]", profile: OfOneBank) -> int:
    """Orders that were looked for, in tables that appear while the search goes on; return how many there were."""
    count = 0
    while part := list(itertools.islice(found, FOUND_AT_ONCE)):
        table = Table("key", "received", "partner", "end-to-end id", box=None, padding=(0, 1), pad_edge=False)
        table.columns[0].no_wrap = True
        table.add_column("EUR", justify="right", no_wrap=True)
        for name in ("from, to", "booked", "now"):
            table.add_column(name, no_wrap=True)
        for order in part:
            table.add_row(
                order.key,
                f"{local_instant(order.received_at, profile):%Y-%m-%d %H:%M}",
                order.partner,
                Text(order.end_to_end_id),
                order.amount_text,
                Text("\n".join(filter(None, (order.debtor_iban, order.creditor_iban)))),
                str(order.booking_date or ""),
                order.state,
            )
        screen.print(table)
        count += len(part)
    more = "sepa explain KEY tells an order's story; sepa copy KEY gives it as it came."
    screen.print(f"{count} found. {more}" if count else "Nothing found.", soft_wrap=True)
    return count


def _line(order: "OrderRow") -> bytes:
    names = (
        "key", "partner", "kind", "end_to_end_id", "amount_text", "currency", "debtor_iban", "creditor_iban",
        "state", "route", "received_at", "booking_date", "settlement_date",
    )  # fmt: skip
    reasons = [reason_line(finding, "") for finding in order.findings]
    return msgspec.json.encode({name: getattr(order, name) for name in names} | {"reasons": reasons})
