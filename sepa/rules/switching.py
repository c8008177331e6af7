"""Accounts that their owners moved to another bank: what comes for them after that day."""

import datetime

from sepa.model.finding import NOTHING, Findings
from sepa.model.message import PaymentInformation, Transaction
from sepa.model.reference import Reference
from sepa.rules.rule import Case, Rule, rule
from sepa.scheme.iban import canonical_iban

_MESSAGE = "The account {found} moved to another bank on {day}."
_HERE = "an account that stays at this bank"


def moved_on(iban: str | None, reference: Reference) -> datetime.date | None:
    """The day from which on nothing debits the account any more; None where it was not switched."""
    if not reference.switches or iban is None:
        return None
    switch = reference.switches.get(canonical_iban(iban))
    return switch.effective_on if switch is not None else None


@rule(
    "SWI-01",
    subject="payment-information",
    source="otp-sk II, switching of a current account",
    codes=("AC04",),
    message=_MESSAGE,
    remedy="Order the payment at your new bank.",
    kinds=("credit-transfer",),
)
def debtor_account_here(subject: PaymentInformation, case: Case) -> Findings:
    """An account that moved to another bank is debited here no longer."""
    moved = moved_on(subject.account.iban, case.reference)
    if moved is None or case.dating is None or case.dating.booking_date < moved:
        return NOTHING
    found = subject.account.iban
    return (debtor_account_here.finding("AC04", "account.iban", found, _HERE, day=moved.isoformat()),)


@rule(
    "SWI-01",
    subject="transaction",
    source="otp-sk II, switching of a current account",
    codes=("AC04",),
    message=_MESSAGE,
    remedy="Ask the payer for the account at the new bank.",
    parameters=("switching.cancelled_items",),
    kinds=("collection",),
    blames="other",
)
def payer_account_here(subject: Transaction, case: Case) -> Findings:
    """With a switched account its owner's consents to collections end here."""
    if not case.reference.switches or case.dating is None:
        return NOTHING
    if "dd_consents" not in case.profile.switching.cancelled_items:
        return NOTHING
    return collected_after(subject.debtor_account.iban, case.reference, case.dating.booking_date)


def collected_after(iban: str | None, reference: Reference, day: datetime.date) -> Findings:
    """The finding on a collection that would debit a switched account on `day`; asked again when it is due."""
    moved = moved_on(iban, reference)
    if moved is None or day < moved:
        return NOTHING
    element = "debtor_account.iban"
    return (payer_account_here.finding("AC04", element, iban, _HERE, day=moved.isoformat()),)


RULES: tuple[Rule, ...] = (debtor_account_here, payer_account_here)
