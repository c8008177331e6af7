"""Whose money it is, and whether we know who orders: what the law on money laundering asks of every client."""

import datetime

from sepa.model.finding import NOTHING, Findings
from sepa.model.message import PaymentInformation, Transaction
from sepa.model.profile import cents_on
from sepa.model.reference import Account, account_of
from sepa.rules.rule import Case, Rule, rule
from sepa.scheme.money import amount_text, cents
from sepa.scheme.name_key import name_key

_UNIDENTIFIED = (
    "Without the identification that the law asks for we carry out no order on the account {found}."
)
_BRING_A_DOCUMENT = "Please bring a valid identity document to one of our branches."
_IDENTIFIED = "an account whose owner is identified"


@rule(
    "HLD-03",
    subject="transaction",
    source="otp-sk III.1(13)",
    codes=("RR04",),
    message="From EUR {threshold} on we must know whose money is paid: {found} is not the owner of the account.",
    remedy="Give us a declaration of who that is, with that person's written consent; else the order is refused.",
    parameters=("compliance.ownership_threshold_cents",),
    needs=("accounts",),
    effect="hold",
)
def own_funds(subject: Transaction, case: Case) -> Findings:
    """A large payment is made with the owner's own money, or the owner has declared whose it is."""
    ultimate = subject.ultimate_debtor
    if ultimate is None or subject.amount is None:
        return NOTHING
    account = account_of(subject.debtor_account.iban, case.reference)
    amount_cents = cents(subject.amount)
    if account is None or amount_cents is None:
        return NOTHING
    day = case.dating.booking_date if case.dating is not None else case.received_at.date()
    threshold = cents_on(case.profile.compliance.ownership_threshold_cents, day)
    if amount_cents < threshold or _known_owner(ultimate.name or "", account, day, case):
        return NOTHING
    return (
        own_funds.finding(
            "RR04",
            "ultimate_debtor.name",
            ultimate.name,
            "the owner of the account, or a declaration",
            threshold=amount_text(threshold),
        ),
    )


def _known_owner(name: str, account: Account, day: datetime.date, case: Case) -> bool:
    """Whether `name` is the account's owner, or a person whom the owner has declared for that day."""
    key = name_key(name)
    return key == name_key(account.name) or any(
        declared.owner == key
        and declared.valid_from <= day
        and (declared.valid_until is None or day <= declared.valid_until)
        for declared in case.reference.declarations.get(account.iban, ())
    )


@rule(
    "HLD-04",
    subject="payment-information",
    source="otp-sk III.1",
    codes=("RR04",),
    message=_UNIDENTIFIED,
    remedy=_BRING_A_DOCUMENT,
    needs=("accounts",),
)
def owner_identified(subject: PaymentInformation, case: Case) -> Findings:
    """Who orders has shown the identification that the law asks for."""
    account = account_of(subject.account.iban, case.reference)
    if account is None or not account.identification_refused:
        return NOTHING
    return (owner_identified.finding("RR04", "account.iban", subject.account.iban, _IDENTIFIED),)


@rule(
    "HLD-04",
    subject="transaction",
    source="otp-sk III.1",
    codes=("RR04",),
    message=_UNIDENTIFIED,
    remedy=_BRING_A_DOCUMENT,
    needs=("accounts",),
    kinds=("collection",),
    blames="other",
)
def payer_identified(subject: Transaction, case: Case) -> Findings:
    """A payer at this bank has shown the identification that the law asks for."""
    account = account_of(subject.debtor_account.iban, case.reference)
    return identified(account) if account is not None else NOTHING


def identified(account: Account) -> Findings:
    """The finding for the account of a payer who refuses to be identified; asked again when an order is due."""
    if not account.identification_refused:
        return NOTHING
    return (payer_identified.finding("RR04", "debtor_account.iban", account.iban, _IDENTIFIED),)


RULES: tuple[Rule, ...] = (own_funds, owner_identified, payer_identified)
"""All of them, in the order of reporting."""
