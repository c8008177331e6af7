"""Rates of exchange: units of a currency for one euro, as whole millionths; no float comes near them.

Source: quoted as the euro reference rates of the European Central Bank are; how we round is ours
(docs/decisions/0035-rates.md).
"""

import re

RATE_UNITS = 1_000_000
_RATE = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,6})0*)?", re.ASCII)


def rate_units(text: str) -> int | None:
    """Return the millionths that `text` such as `1.0925` names, or None if it names no rate above zero."""
    match = _RATE.fullmatch(text)
    if match is None:
        return None
    units, decimals = match.groups()
    return int(units) * RATE_UNITS + int((decimals or "").ljust(6, "0")) or None


def rate_text(rate: int) -> str:
    """Write a rate with at least four decimals, as it is quoted: 1_090_000 becomes `1.0900`."""
    units, millionths = divmod(rate, RATE_UNITS)
    decimals = f"{millionths:06d}"
    return f"{units}.{decimals[:4]}{decimals[4:].rstrip('0')}"


def in_currency(euro_cents: int, rate: int) -> int:
    """Convert euro cents, zero or more, into hundredths of a currency's unit; half a hundredth counts as one."""
    return (2 * euro_cents * rate + RATE_UNITS) // (2 * RATE_UNITS)


def with_margin(rate: int, per_mille: int) -> int:
    """The rate with so many thousandths on top, rounded up to a whole millionth."""
    return -(-rate * (1000 + per_mille) // 1000)
