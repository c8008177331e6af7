"""Limits of electronic banking: what one order may come to, and all orders of a banking day together."""

import datetime
from collections.abc import Iterable, Sequence

import msgspec

from sepa.model.finding import NOTHING, Findings
from sepa.model.limit import Allowance, Limit
from sepa.model.message import Transaction
from sepa.model.profile import Limits
from sepa.rules.rule import Case, Rule, rule
from sepa.scheme.iban import canonical_iban
from sepa.scheme.money import amount_text


class Spending(msgspec.Struct, frozen=True):
    """An order of a sender who has limits, with its amount in cents."""

    transaction: Transaction
    amount_cents: int


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


RULES: tuple[Rule, ...] = (order_within_limit,)
