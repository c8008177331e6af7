"""Open orders that no window will pay: their account moved to another bank, or closes before their day."""

import datetime
from typing import Literal

from sepa.model.finding import NOTHING, Finding, Findings
from sepa.model.journal import OrderRow
from sepa.model.profile import Profile
from sepa.model.reference import Reference, account_of
from sepa.rules.rule import Case, Rule, rule
from sepa.rules.switching import collected_after, moved_on

_DEBTOR = "debtor_account.iban"
Ends = tuple[Literal["revoked", "rejected", "not-executed"], Finding]


def ending(order: OrderRow, reference: Reference, profile: Profile, day: datetime.date) -> Ends | None:
    """What becomes of an open order on `day` because of what happened to its account, or None when it stands.

    Switching cancels transfers from its day on, whatever their own day (SWI-01), and ends consents. A transfer
    due on the closing day of its account or later is refused as soon as that day is known (ACC-13).
    """
    iban = order.debtor_iban
    moved = moved_on(iban, reference)
    items = profile.switching.cancelled_items
    if order.kind == "collection":
        ours = order.route == "on-us" and moved is not None and moved <= day and "dd_consents" in items
        return ("not-executed", collected_after(iban, reference, day)[0]) if ours else None
    if moved is not None and moved <= day and "future_dated_orders" in items:
        return "revoked", _said(iban or "", moved)
    later = (
        order.booking_date is not None and order.booking_date > day
    )  # on its day every rule is asked again
    refused = _refusal(order, reference) if later else NOTHING
    return ("rejected", refused[0]) if refused else None


def ended_accounts(reference: Reference) -> list[str]:
    """The accounts of which open orders may end: those switched, and those with a closing day."""
    closing = (iban for iban, account in (reference.accounts or {}).items() if account.closed_on is not None)
    return sorted({*reference.switches, *closing})


def is_handed_over(findings: Findings) -> bool:
    """Whether an order was cancelled because its account moved, so that the new bank is told of it."""
    return any(finding.name == cancelled.name for finding in findings)


def _said(iban: str, moved: datetime.date) -> Finding:
    return cancelled.finding(
        "DS02", _DEBTOR, iban, "an account that stays at this bank", day=moved.isoformat()
    )


def _refusal(order: OrderRow, reference: Reference) -> Findings:
    account = account_of(order.debtor_iban, reference)
    if account is None or account.closed_on is None or order.booking_date is None:
        return NOTHING
    if order.booking_date < account.closed_on:
        return NOTHING
    closed_on = account.closed_on.isoformat()
    return (closing.finding("AC05", _DEBTOR, account.iban, "a day before {closed_on}", closed_on=closed_on),)


@rule(
    "SWI-01",
    subject="transaction",
    source="otp-sk II, switching of a current account",
    codes=("DS02",),
    message="The account {found} moved to another bank on {day}, so this order was cancelled here and handed over.",
    remedy="Ask your new bank whether it goes on there.",
    parameters=("switching.cancelled_items",),
    kinds=("credit-transfer",),
)
def cancelled(subject: OrderRow, case: Case) -> Findings:
    """When an account moves to another bank, its open orders are cancelled here and handed over."""
    moved = moved_on(subject.debtor_iban, case.reference)
    return (_said(subject.debtor_iban or "", moved),) if moved is not None else NOTHING


@rule(
    "ACC-13",
    subject="transaction",
    source="otp-sk III.2(17)-(20)",
    codes=("AC05",),
    message="The account {found} closes on {closed_on}, before this order could be paid.",
    remedy="Order the payment from an account that stays open.",
    needs=("accounts",),
    kinds=("credit-transfer",),
)
def closing(subject: OrderRow, case: Case) -> Findings:
    """An order due after its account closes is refused as soon as the closing day is known."""
    return _refusal(subject, case.reference)


RULES: tuple[Rule, ...] = (cancelled, closing)
