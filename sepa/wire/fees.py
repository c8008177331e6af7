"""Writes the list of events that cost a fee, for the core system, which alone charges them (FEE-03, FEE-04)."""

import csv
import io
from collections.abc import Iterable
from functools import lru_cache

from sepa.model.fee import Charge, Fee
from sepa.scheme.letters import inert
from sepa.scheme.money import amount_text

COLUMNS = ("charged_on", "account", "event", "amount", "currency", "prices", "key", "rule")
HEAD = ";".join(COLUMNS) + "\n"


def fee_lines(charges: Iterable[Charge]) -> str:
    """The lines of the list behind its `HEAD`: one for each event, in the order given.

    Like the bookings: UTF-8, `;` between fields, a header, amounts as `12.30`. An amount that the price list leaves
    open is empty, which is not free. `prices` is the edition of the list.
    """
    return "".join(
        [f"{each.charged_on};{_what(each.account, each.fee)};{each.key};{each.rule}\n" for each in charges]
    )


@lru_cache(maxsize=1024)
def _what(account: str, fee: Fee) -> str:
    amount = "" if fee.cents is None else amount_text(fee.cents)
    out = io.StringIO(newline="")
    table = csv.writer(out, delimiter=";", lineterminator="")
    table.writerow((inert(account), fee.event, amount, "EUR", inert(fee.prices)))
    return out.getvalue()
