"""How a text of the bank's own tables is read: a reader returns the value, or raises Unfit."""

import datetime
import re
from collections.abc import Callable

from sepa.scheme.bic import bic_fault
from sepa.scheme.countries import is_country
from sepa.scheme.creditor_id import creditor_id_fault
from sepa.scheme.iban import iban_fault
from sepa.scheme.money import cents
from sepa.scheme.phrase import Phrase
from sepa.scheme.rates import rate_units

_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2}", re.ASCII)
_COUNT = re.compile(r"[0-9]{1,9}", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class Unfit(Exception):
    """A text is not what its column holds; the argument says what was expected."""


def _judged(fault: Callable[[str], Phrase | None]) -> Callable[[str], str]:
    """Make a reader of a scheme's check: the text itself where nothing is wrong with it."""

    def read(text: str) -> str:
        expected = fault(text)
        if expected is not None or not text.isupper():
            raise Unfit(str(expected or "capital letters only"))
        return text

    return read


iban = _judged(iban_fault)
bic = _judged(bic_fault)
creditor_identifier = _judged(creditor_id_fault)


def creditor_identifiers(found: str) -> tuple[str, ...]:
    """Creditor identifiers parted by blanks."""
    return tuple(map(creditor_identifier, found.split()))


def text(found: str) -> str:
    if found != found.strip() or not found.isprintable():
        raise Unfit("a text without blanks at its ends and without control characters")
    return found


def matching(pattern: re.Pattern[str], expected: str) -> Callable[[str], str]:
    def read(found: str) -> str:
        if pattern.fullmatch(found) is None:
            raise Unfit(expected)
        return found

    return read


currency = matching(_CURRENCY, "a currency code such as EUR")
language = matching(_LANGUAGE, "a language code such as sk")


def comparable(form: Callable[[str], str]) -> Callable[[str], str]:
    """Make a reader that brings a text into the form in which it is compared; one of which nothing is left is unfit."""

    def read(found: str) -> str:
        compared = form(text(found))
        if not compared:
            raise Unfit("a text with letters or digits")
        return compared

    return read


def one_of(*choices: str) -> Callable[[str], str]:
    def read(found: str) -> str:
        if found not in choices:
            raise Unfit("one of " + ", ".join(choices))
        return found

    return read


def country(found: str) -> str:
    if not is_country(found):
        raise Unfit("a country code such as SK")
    return found


def truth(found: str) -> bool:
    if found not in ("true", "false"):
        raise Unfit("true or false")
    return found == "true"


def count(found: str) -> int:
    if _COUNT.fullmatch(found) is None:
        raise Unfit("a whole number, 0 or more")
    return int(found)


def amount(found: str) -> int:
    """An amount of zero or more, in cents."""
    read = cents(found)
    if read is None:
        raise Unfit("an amount such as 12.30")
    return read


def signed_amount(found: str) -> int:
    """An amount that may be owed, in cents."""
    read = cents(found)
    if read is not None:
        return read
    owed = cents(found[1:]) if found.startswith("-") else None
    if owed is None:
        raise Unfit("an amount such as 12.30 or -12.30")
    return -owed


def foreign_currency(found: str) -> str:
    if currency(found) == "EUR":
        raise Unfit("another currency than EUR")
    return found


def rate(found: str) -> int:
    """Units of a currency for one euro, in millionths."""
    read = rate_units(found)
    if read is None:
        raise Unfit("units for one euro above zero, such as 1.0925, with at most six decimals")
    return read


def day(found: str) -> datetime.date:
    try:
        if _DATE.fullmatch(found):
            return datetime.date.fromisoformat(found)
    except ValueError:
        pass
    raise Unfit("a date such as 2026-01-31")


def instant(found: str) -> datetime.datetime:
    """A moment with its offset: without one it would depend on who reads it."""
    try:
        moment = datetime.datetime.fromisoformat(found)
    except ValueError:
        moment = None
    if moment is None or moment.utcoffset() is None:
        raise Unfit("a moment with its offset, such as 2026-01-31T10:00:00+01:00")
    return moment
