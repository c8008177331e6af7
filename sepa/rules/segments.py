"""Whether an account of a consumer is used like one: the terms are made for private persons."""

from sepa.model.finding import NOTHING, Effect, Findings
from sepa.model.message import PaymentInformation, Transaction
from sepa.model.reference import account_of
from sepa.rules.rule import Case, Rule, rule

BUSINESS = frozenset({"SALA", "SUPP", "INTC", "TREA", "TRAD", "CORT"})
"""Category purposes of a business: salaries, suppliers, payments inside a company, treasury, trade (ISO 20022)."""

_MESSAGE = "The purpose {found} is that of a business, and the account is kept for a private person."
_REMEDY = "Keep an account for businesses with us if you pay for one."
_PRIVATE = "a payment of a private person"


def _business(purpose: str | None, iban: str | None, case: Case) -> bool:
    if purpose not in BUSINESS:
        return False
    account = account_of(iban, case.reference)
    return account is not None and account.consumer


def _effect(case: Case) -> Effect:
    return "reject" if case.profile.accounts.business_use_of_consumer_account == "reject" else "warn"


@rule(
    "SC-09",
    subject="payment-information",
    source="otp-sk III.2(28)",
    codes=("AG01",),
    message=_MESSAGE,
    remedy=_REMEDY,
    parameters=("accounts.business_use_of_consumer_account",),
    needs=("accounts",),
    kinds=("credit-transfer",),
    effect="warn",
)
def block_of_a_consumer(subject: PaymentInformation, case: Case) -> Findings:
    """A private person's account is not used for the payments of a business."""
    purpose = subject.payment_type.category_purpose if subject.payment_type is not None else None
    if not _business(purpose, subject.account.iban, case):
        return NOTHING
    element = "payment_type.category_purpose"
    return (block_of_a_consumer.finding("AG01", element, purpose, _PRIVATE, effect=_effect(case)),)


@rule(
    "SC-09",
    subject="transaction",
    source="otp-sk III.2(28)",
    codes=("AG01",),
    message=_MESSAGE,
    remedy=_REMEDY,
    parameters=("accounts.business_use_of_consumer_account",),
    needs=("accounts",),
    kinds=("credit-transfer",),
    effect="warn",
)
def order_of_a_consumer(subject: Transaction, case: Case) -> Findings:
    """A private person's order is not one of a business."""
    purpose = subject.payment_type.category_purpose
    if purpose is None or subject.payment_type_at == "block":  # said once, of the block
        return NOTHING
    if not _business(purpose, subject.debtor_account.iban, case):
        return NOTHING
    element = "payment_type.category_purpose"
    return (order_of_a_consumer.finding("AG01", element, purpose, _PRIVATE, effect=_effect(case)),)


RULES: tuple[Rule, ...] = (block_of_a_consumer, order_of_a_consumer)
