"""Hand over: which orders outside SEPA leave in a window for another channel, and in which bulks. Pure, as `settle`."""

import datetime
from collections.abc import Sequence

from sepa.model.broken import BrokenPromise
from sepa.model.journal import OrderRow
from sepa.model.payment import Bulk, sealed_bulk
from sepa.model.profile import Profile
from sepa.rules.routes import channel_of

NO_CHANNEL = "-"
"""Stands for the channel of a family that had one when the order was judged and has none any more."""

Group = tuple[datetime.date, str]


def hand_over(due: Sequence[OrderRow], *, profile: Profile, window: datetime.datetime) -> tuple[Bulk, ...]:
    """Put every order of `due` into a bulk of its channel, family, currency and day; nothing is posted.

    The other channel debits the account. BrokenPromise for an order without family, amount or day: the journal
    gives none such.
    """
    groups: dict[Group, list[tuple[str, int]]] = {}
    for order in due:
        if order.route is None or order.booking_date is None or order.amount_cents is None:
            raise BrokenPromise(
                f"order {order.key} cannot be handed over without a family, a day and an amount"
            )
        if order.route == "on-us" or order.route == "clearing":
            raise BrokenPromise(f"order {order.key} is one of SEPA's own; it is not for another channel")
        channel = channel_of(order.route, profile) or NO_CHANNEL
        group = (order.booking_date, f"{channel}/{order.route}/{order.currency}")
        groups.setdefault(group, []).append((order.key, order.amount_cents))
    return tuple(
        sealed_bulk("hand-over", window, day, scheme, groups[day, scheme]) for day, scheme in sorted(groups)
    )
