"""Orders that came shortly before their sender's access was blocked: a person looks before they are paid."""

import datetime

import msgspec

from sepa.model.finding import NOTHING, Findings
from sepa.model.profile import Profile
from sepa.model.reference import Partner, Reference
from sepa.rules.rule import Case, Rule, rule
from sepa.schedule import local_instant

Span = tuple[str, datetime.datetime, datetime.datetime]


class Waiting(msgspec.Struct, frozen=True):
    """An order that waits, received so many hours before its sender's access was blocked, and its last release."""

    received_at: datetime.datetime
    released_at: datetime.datetime | None
    blocked_at: datetime.datetime
    hours: int


def review_spans(reference: Reference, profile: Profile) -> tuple[Span, ...]:
    """Whose orders are to be reviewed: partner, and the instants from which and before which they came."""
    back = datetime.timedelta(hours=profile.ebanking.block.review_hours_before)
    return tuple(
        (partner.id, partner.blocked_at - back, partner.blocked_at)
        for partner in (reference.partners or {}).values()
        if partner.blocked_at is not None
    )


def review_findings(
    received_at: datetime.datetime,
    released_at: datetime.datetime | None,
    partner: Partner | None,
    profile: Profile,
) -> Findings:
    """What stops an order whose sender's access was blocked soon after; nothing once it was released.

    `released_at` is the instant of its last release by a person, None where there was none.
    """
    if partner is None or partner.blocked_at is None:
        return NOTHING
    hours = profile.ebanking.block.review_hours_before
    return _findings(Waiting(local_instant(received_at, profile), released_at, partner.blocked_at, hours))


def _findings(order: Waiting) -> Findings:
    first = order.blocked_at - datetime.timedelta(hours=order.hours)
    reviewed = order.released_at is not None and order.released_at >= order.blocked_at
    if reviewed or not first <= order.received_at < order.blocked_at:
        return NOTHING
    found, expected = f"{order.received_at:%Y-%m-%d %H:%M:%S}", "an order that came longer before the block"
    return (looked_at.finding("DS0H", "end_to_end_id", found, expected, hours=str(order.hours)),)


@rule(
    "EB-10",
    subject="transaction",
    source="otp-sk VI.5(71), VI.5(79)",
    codes=("DS0H",),
    message="The order came within {hours} hours before your access was blocked; a person at the bank looks at it.",
    remedy="Please confirm the order to us, or withdraw it.",
    parameters=("ebanking.block.review_hours_before",),
    needs=("partners",),
    effect="hold",
)
def looked_at(subject: Waiting, case: Case) -> Findings:
    """Orders that came shortly before their sender's access was blocked are looked at before they are paid."""
    return _findings(subject)


RULES: tuple[Rule, ...] = (looked_at,)
