"""Hand over: which orders outside SEPA leave in a window for another channel, and in which bulks. Pure, as `settle`.

The channel checks cover and debits. What the bank itself has against an order is asked here, as of payments.
"""

import datetime
from collections.abc import Mapping, Sequence
from operator import itemgetter

from sepa.model.broken import BrokenPromise
from sepa.model.finding import Finding
from sepa.model.journal import OrderRow
from sepa.model.payment import Bulk, Ended, sealed_bulk
from sepa.model.profile import Profile
from sepa.model.reference import Reference
from sepa.rules.ebanking import blocked_at_receipt
from sepa.rules.reviews import review_findings
from sepa.rules.routes import channel_of
from sepa.rules.stops import country_of_payee, stop_findings

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
        sealed_bulk(
            "hand-over", window, day, scheme, [key for key, _ in members], sum(cents for _, cents in members)
        )
        for (day, scheme), members in sorted(groups.items(), key=itemgetter(0))
    )


def kept_back(
    due: Sequence[OrderRow],
    *,
    reference: Reference,
    profile: Profile,
    window: datetime.datetime,
    against: Mapping[str, Finding],
    released: Mapping[str, datetime.datetime],
) -> tuple[Ended, ...]:
    """Those of `due` that do not leave, each with its reason: refused, or held for a person (HLD-01, HLD-02, HLD-08).

    `against` holds, by key, what screening has against an order today, `released` the instant of its last release. One
    that came shortly before its sender's access was blocked is held, even before its day, one that came since refused
    (EB-10).
    """
    senders = reference.partners or {}
    kept = []
    for order in due:
        found = against.get(order.key)
        if found is not None and found.effect == "reject":
            kept.append(Ended(order.key, order.file_key, "rejected", found))
            continue
        sender = senders.get(order.partner)
        if blocked := blocked_at_receipt(order.received_at, released.get(order.key), sender):
            kept.append(Ended(order.key, order.file_key, "rejected", blocked[0]))
            continue
        to = country_of_payee(order.transaction)
        stopped = stop_findings(order.key, True, to, reference, profile, window)
        review = review_findings(order.received_at, released.get(order.key), sender, profile)
        if held := next(iter(stopped or (found and (found,)) or review), None):
            kept.append(Ended(order.key, order.file_key, "held", held, besides=order.findings))
    return tuple(kept)
