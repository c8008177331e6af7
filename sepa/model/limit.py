"""Limits of what a sender may order through electronic banking: of one order, and of a banking day."""

import datetime
from typing import Literal

import msgspec

Device = Literal["file"]
"""How orders come in. This desk takes files; other channels keep their own limits."""


class Limit(msgspec.Struct, frozen=True, gc=False):
    """A sender's own limits from the instant `valid_from` on, until the next of the same device and account begins.

    Without a device they are those of every device, without an account those of every account. None means: no such
    limit. A limit of the day is of all accounts together (EB-04).
    """

    partner: str
    valid_from: datetime.datetime
    device: Device | None = None
    account: str | None = None
    per_order_cents: int | None = None
    per_day_cents: int | None = None


class Allowance(msgspec.Struct, frozen=True, gc=False):
    """What an order may come to at one instant: by itself, and with all others of the banking day."""

    per_order_cents: int | None = None
    per_day_cents: int | None = None
