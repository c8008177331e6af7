"""Which outcomes cost the client a fee, and how much. We only say so: the core system charges."""

import datetime
from itertools import takewhile

from sepa.model.fee import Fee, FeeEvent
from sepa.model.finding import Findings
from sepa.model.profile import PriceList, Profile
from sepa.model.reference import Account
from sepa.model.verdict import Outcome
from sepa.schedule import retry_days


def fee_for(
    outcome: Outcome, findings: Findings, profile: Profile, *, on: datetime.date, again: bool = False
) -> Fee | None:
    """The fee for the notice of a transfer with this outcome, told on the day `on`; None where it is free.

    `findings` are those told as the reasons: of the order, or of the block that was refused as a whole. A
    rejection costs only where every refusing reason lies with the client (V.1(8), V.3.2(54), FEE-03); the
    notice of an unsettled order always does, for it was agreed on (V.2.1(26), FEE-04). A collection that was
    not executed costs its payer nothing, nor does a refusal `again`: the order was refused before, and that it was
    judged once more is our doing. Ask only where a notice goes out.
    """
    if outcome == "unsettled":
        return price_of("unsettled-notice", profile, on=on)
    if outcome != "rejected" or again or profile.fees.rejection.when == "never":
        return None
    reasons = [finding for finding in findings if finding.effect == "reject"]
    if not reasons or any(finding.blames != "client" for finding in reasons):
        return None
    return price_of("rejection", profile, on=on)


def retry_fee(
    account: Account, lacked_on: datetime.date, profile: Profile, *, on: datetime.date
) -> Fee | None:
    """The fee for an order paid or given up on the day `on` that first lacked cover on `lacked_on`; None where free.

    Only a later day is a retry, and only an account whose owner agreed on retries pays for one: what we tried late
    for another reason is ours. None too where the agreement is charged, not each order.
    Source: V.2.1(26), FEE-04; the terms do not say which of the two costs.
    """
    if profile.fees.retry.per != "order" or on <= lacked_on or not retry_days(account, profile):
        return None
    return price_of("retry", profile, on=on)


def price_of(event: FeeEvent, profile: Profile, *, on: datetime.date) -> Fee:
    """What `event` costs by the price list in force on `on`, the day it is charged (FEE-01, VII.8(16)).

    Before the first list the first one counts.
    """
    prices = _list_on(profile.prices, on)
    cents = {
        "rejection": prices.rejection,
        "retry": prices.retry,
        "unsettled-notice": prices.unsettled_notice,
        "order-copy": prices.order_copy,
        "recall": prices.recall,
    }[event]
    return Fee(event, cents, prices.edition)


def _list_on(lists: tuple[PriceList, ...], day: datetime.date) -> PriceList:
    begun = list(takewhile(lambda prices: prices.valid_from <= day, lists))
    return begun[-1] if begun else lists[0]
