"""Currencies of the European Economic Area. Source: ISO 4217; accessions to the euro (HRK 2023, BGN 2026)."""

import datetime
from typing import Final

_LAST_DAY: Final[dict[str, datetime.date]] = {
    "HRK": datetime.date(2022, 12, 31),
    "BGN": datetime.date(2025, 12, 31),
}
_LASTING: Final = frozenset({"EUR", "CHF", "CZK", "DKK", "HUF", "ISK", "NOK", "PLN", "RON", "SEK"})


def is_eea_currency(code: str | None, day: datetime.date) -> bool:
    """Whether `code` is money of a state of the European Economic Area on `day` (CHF: Liechtenstein)."""
    if code is None:
        return False
    return code in _LASTING or day <= _LAST_DAY.get(code, datetime.date.min)
