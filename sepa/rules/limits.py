"""Limits of electronic banking: what one order may come to, and all orders of a banking day together."""

import datetime
from collections.abc import Iterable, Sequence

import msgspec

from sepa.model.finding import NOTHING, Findings
from sepa.model.limit import Allowance, Limit
from sepa.model.message import Transaction
from sepa.model.profile import Limits, Profile
from sepa.rules.rule import Case, Rule, rule
from sepa.schedule import day_of_limits, local_instant
from sepa.schedule.books import Told
from sepa.scheme.iban import canonical_iban
from sepa.scheme.money import amount_text


class Spending(msgspec.Struct, frozen=True):
    """An order of a sender who has limits, with its amount in cents.

    `ordered_cents` is what the sender's other orders of the same day come to, as far as they came before.
    """

    transaction: Transaction
    amount_cents: int
    ordered_cents: int = 0


def allowance_for(
    lines: Sequence[Limit], account: str | None, at: datetime.datetime, terms: Limits
) -> Allowance | None:
    """What an order from `account` received at `at` may come to; None where nothing limits it.

    `lines` are the sender's own limits, oldest first. Of each device and account the line in force counts (SLO-04),
    and of these the lowest; for one order the bank's maximum counts as well (EB-03).
    """
    if not lines and terms.bank_maximum_cents is None:
        return None
    name = canonical_iban(account) if account is not None else None
    in_force: dict[tuple[str | None, str | None], Limit] = {}
    for line in lines:
        if line.account in (None, name) and (not terms.versioned or line.valid_from <= at):
            in_force[line.device, line.account] = line
    own = _lowest(line.per_order_cents for line in in_force.values())
    per_order = (
        own if own is not None and terms.client_may == "any" else _lowest((own, terms.bank_maximum_cents))
    )
    per_day = _lowest(line.per_day_cents for line in in_force.values())
    return None if per_order is None and per_day is None else Allowance(per_order, per_day)


def day_of(received_at: datetime.datetime, profile: Profile, told: Told) -> datetime.date:
    """The day towards whose limit an order received at that instant counts, whenever it is due (EB-04).

    `told` are the core system's days.
    """
    if profile.ebanking.limit.day == "calendar_date":
        return local_instant(received_at, profile).date()
    return day_of_limits(received_at, told, profile)


def _lowest(limits: Iterable[int | None]) -> int | None:
    return min((each for each in limits if each is not None), default=None)


@rule(
    "EB-03",
    subject="transaction",
    source="otp-sk VI.2(7)",
    codes=("AM14",),
    message="The amount {found} is more than the {most} that one order may come to in electronic banking.",
    remedy="Order at most {most} at a time, or raise your own limit in internet banking or at a branch.",
    parameters=(
        "ebanking.limit.bank_maximum_cents",
        "ebanking.limit.client_may",
        "ebanking.limit.versioned",
    ),
    kinds=("credit-transfer",),
)
def order_within_limit(subject: Spending, case: Case) -> Findings:
    """A transfer through electronic banking stays within the limits of the bank and of the client.

    The limits in force when the file was received count: a limit changed later changes nothing (SLO-04).
    """
    most = case.allowance.per_order_cents if case.allowance is not None else None
    if most is None or subject.amount_cents <= most:
        return NOTHING
    found, allowed = amount_text(subject.amount_cents), amount_text(most)
    return (order_within_limit.finding("AM14", "amount", found, "at most {most}", most=allowed),)


@rule(
    "EB-04",
    subject="transaction",
    source="otp-sk II Daily limit, II Banking day",
    codes=("AM14",),
    message="With this order your orders of {day} come to {sum}; {most} are allowed.",
    remedy="Order at most {left} more for this day, send the order on another day, or raise your limit of a day.",
    parameters=(
        "calendar.banking_date_source",
        "ebanking.limit.daily_scope",
        "ebanking.limit.day",
        "ebanking.limit.versioned",
    ),
    kinds=("credit-transfer",),
)
def day_within_limit(subject: Spending, case: Case) -> Findings:
    """All transfers that a sender orders on one banking day through one device stay within the limit of a day.

    They count on the day they come, whenever they are due, those of all accounts together, in the order of the file.
    What was accepted, with or without a later day, and what is held counts, and still does when it is withdrawn.
    What was refused, at once or later, and what went elsewhere does not.
    """
    most = case.allowance.per_day_cents if case.allowance is not None else None
    if most is None or subject.ordered_cents + subject.amount_cents <= most:
        return NOTHING
    return (
        day_within_limit.finding(
            "AM14",
            "amount",
            amount_text(subject.amount_cents),
            "at most {left}",
            left=amount_text(max(0, most - subject.ordered_cents)),
            sum=amount_text(subject.ordered_cents + subject.amount_cents),
            most=amount_text(most),
            day=day_of(case.received_at, case.profile, case.reference.banking_days).isoformat(),
        ),
    )


RULES: tuple[Rule, ...] = (order_within_limit, day_within_limit)
