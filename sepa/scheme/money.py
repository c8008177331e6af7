"""Money: one strict reading of an amount's text into integer cents, one writing back.

No float comes near either. Source: EPC132-08 2025, InstdAmt: at most two decimals, 0.01 to 999999999.99;
ISO 20022 ActiveOrHistoricCurrencyAndAmount: up to five decimals, no sign, no exponent.
"""

import re
from functools import lru_cache

_WHOLE_CENTS = re.compile(r"([0-9]{1,16})(?:\.([0-9]{1,2})0*)?", re.ASCII)


@lru_cache(maxsize=4_096)
def cents(text: str) -> int | None:
    """Return the whole cents that `text` names, or None if it names none.

    Accepts digits, optionally a point and decimals; anything beyond the second decimal must be zero.
    Signs, exponents, blanks, underscores and digits of other scripts are refused.
    """
    digits = text[:-3] + text[-2:]
    if text[-3:-2] == "." and 2 < len(digits) < 19 and digits.isascii() and digits.isdigit():
        return int(digits)  # as nearly all write it
    match = _WHOLE_CENTS.fullmatch(text)
    if match is None:
        return None
    euros, decimals = match.groups()
    return int(euros) * 100 + (int(decimals.ljust(2, "0")) if decimals else 0)


def amount_text(amount_cents: int) -> str:
    """Write integer cents the way messages carry them: `1230` becomes `12.30`."""
    if amount_cents < 0:
        return "-" + amount_text(-amount_cents)
    digits = str(amount_cents) if amount_cents > 99 else f"{amount_cents:03d}"
    return f"{digits[:-2]}.{digits[-2:]}"
