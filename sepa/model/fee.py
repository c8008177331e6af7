"""A fee: an event that costs something, for the core system, which alone charges it."""

from typing import Literal

import msgspec

FeeEvent = Literal["rejection", "retry", "unsettled-notice", "order-copy", "recall"]


class Fee(msgspec.Struct, frozen=True):
    """One event and what it costs in cents by the price list `prices`; None: the list leaves the amount open."""

    event: FeeEvent
    cents: int | None
    prices: str
