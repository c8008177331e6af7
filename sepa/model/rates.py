"""Exchange rates, the sheet's and those agreed for single accounts, which is in force when; currency deals."""

import datetime
from collections.abc import Iterable, Mapping

import msgspec


class Rate(msgspec.Struct, frozen=True, gc=False):
    """From `valid_from` on one euro is `rate` millionths of the unit of `currency`, until the next line, or `until`.

    With an `iban` it was agreed for that account, and counts there before the sheet's.
    """

    currency: str
    valid_from: datetime.datetime
    rate: int
    until: datetime.datetime | None = None
    iban: str | None = None


class Deal(msgspec.Struct, frozen=True, gc=False):
    """A currency deal: on `due_on` an order of the account in `currency` is carried out under it (NSP-12)."""

    iban: str
    currency: str
    due_on: datetime.date


def rates_at(sheet: Iterable[Rate] | None, at: datetime.datetime) -> dict[str, int]:
    """The rates in force at the instant `at`, for `rate_of`; what has none by then is left out (EXE-09).

    None, where the bank gives no sheet, is no rate at all. Source: otp-sk V.1(17).
    """
    begun = [line for line in sheet or () if line.valid_from <= at]
    begun.sort(key=lambda line: line.valid_from)
    latest = {_key(line.currency, line.iban): line for line in begun}
    return {key: line.rate for key, line in latest.items() if line.until is None or at < line.until}


def rate_of(currency: str, iban: str, rates: Mapping[str, int]) -> int | None:
    """The rate for an account kept in `currency`: the one agreed for it, else the sheet's; None without either."""
    agreed = rates.get(_key(currency, iban))
    return agreed if agreed is not None else rates.get(_key(currency, None))


def _key(currency: str, iban: str | None) -> str:
    return currency if iban is None else f"{currency} {iban}"
