"""A fee: an event that costs something, for the core system, which alone charges it."""

import datetime
from typing import Literal

import msgspec

FeeEvent = Literal["rejection", "retry", "unsettled-notice", "order-copy", "recall"]


class Fee(msgspec.Struct, frozen=True):
    """One event and what it costs in cents by the price list `prices`; None: the list leaves the amount open."""

    event: FeeEvent
    cents: int | None
    prices: str


class Charge(msgspec.Struct, frozen=True):
    """One line of the list by which the core system charges: this event, to this account, on the day `charged_on`.

    `key` is the order's, or that of a block that was refused as a whole. `rule` is the rule of the bank's terms that
    led to it. `subject` and `occasion` are those of the report with which the list leaves, at the instant `at`.
    """

    key: str
    account: str
    fee: Fee
    charged_on: datetime.date
    rule: str
    subject: str
    occasion: str
    at: datetime.datetime


class ChargeLines(msgspec.Struct, frozen=True):
    """Charges as the journal packs them, wherever that is done: `Journal.charge_lines`."""

    packed: bytes
