"""Writes the list of events that cost a fee, for the core system, which alone charges them (FEE-03, FEE-04)."""

import csv
import io
from collections.abc import Iterable, Iterator

from sepa.model.fee import Charge
from sepa.scheme.letters import inert
from sepa.scheme.money import amount_text

COLUMNS = ("charged_on", "account", "event", "amount", "currency", "prices", "key", "rule")
_CHARS_AT_ONCE = 1 << 16


def fees_csv(charges: Iterable[Charge]) -> Iterator[str]:
    """Yield the list in parts: one line for each event, in the order given.

    Like the bookings: UTF-8, `;` between fields, a header, amounts as `12.30`. An amount that the price list leaves
    open is empty, which is not free. `prices` is the edition of the list.
    """
    out = io.StringIO(newline="")
    table = csv.writer(out, delimiter=";", lineterminator="\n")
    table.writerow(COLUMNS)
    for each in charges:
        fee = each.fee
        amount = "" if fee.cents is None else amount_text(fee.cents)
        table.writerow(
            (each.charged_on, inert(each.account), fee.event, amount, "EUR", inert(fee.prices), each.key, each.rule)
        )  # fmt: skip
        if out.tell() > _CHARS_AT_ONCE:
            yield _taken(out)
    yield _taken(out)


def _taken(out: io.StringIO) -> str:
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text
