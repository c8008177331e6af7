"""The bank's sheet of exchange rates, and which of them is in force at an instant."""

import datetime
from collections.abc import Iterable

import msgspec


class Rate(msgspec.Struct, frozen=True, gc=False):
    """From `valid_from` on, until its next line, one euro is `rate` millionths of the unit of `currency`."""

    currency: str
    valid_from: datetime.datetime
    rate: int


def rates_at(sheet: Iterable[Rate] | None, at: datetime.datetime) -> dict[str, int]:
    """The rate of each currency in force at the instant `at`; a currency without one by then is left out (EXE-09).

    None, where the bank gives no sheet, is no rate at all. Source: otp-sk V.1(17).
    """
    begun = sorted(
        (line.valid_from, line.currency, line.rate) for line in sheet or () if line.valid_from <= at
    )
    return {currency: rate for _, currency, rate in begun}
