"""Where each kind of account may pay, and in what form: foreign currency, savings, deposits."""

from sepa.model.finding import NOTHING, Findings
from sepa.model.message import PaymentInformation, Transaction
from sepa.model.reference import Account, account_of, is_ours
from sepa.rules.rule import Case, Rule, rule
from sepa.rules.standing import unbound

_SAME_OWNER = "an account of the same owner at this bank"


@rule(
    "SC-07",
    subject="payment-information",
    source="otp-sk V.2.1(18)",
    codes=("AC10",),
    message="The account is held in {currency}: it takes single orders only, and this block has {found}.",
    remedy="Put each order into a payment block of its own and state the number of transactions there as 1.",
    parameters=("scope.foreign_currency_account_forms",),
    needs=("accounts",),
    kinds=("credit-transfer",),
)
def single_orders_only(subject: PaymentInformation, case: Case) -> Findings:
    """From an account in a foreign currency only single orders can be made, no batch."""
    account = account_of(subject.account.iban, case.reference)
    scope = case.profile.scope
    if (
        account is None
        or account.currency == scope.currency
        or "batch" in scope.foreign_currency_account_forms
    ):
        return NOTHING
    # A block that does not say its count may be a batch: then the message as a whole must hold one order.
    declared = subject.number_of_transactions or case.head.group_header.number_of_transactions
    if declared.lstrip("0") == "1":
        return NOTHING
    return (
        single_orders_only.finding(
            "AC10", "number_of_transactions", declared, "1", currency=account.currency
        ),
    )


@rule(
    "ACC-05",
    subject="transaction",
    source="otp-sk III.4(49), VI.4(58)",
    codes=("AG01",),
    message="A savings account can pay only to a current account of its owner at this bank, not to {found}.",
    remedy="Order the payment from a current account.",
    parameters=("accounts.savings_legacy_any_internal_until",),
    needs=("accounts",),
    kinds=("credit-transfer",),
    quiet_if=unbound,
)
def savings_debit(subject: Transaction, case: Case) -> Findings:
    """A savings account pays to its owner's current account; an old one to any account of the bank."""
    account = account_of(subject.debtor_account.iban, case.reference)
    if account is None or account.product != "savings":
        return NOTHING
    if account.opened_on <= case.profile.accounts.savings_legacy_any_internal_until:
        return _inside_only(savings_debit, subject, case)
    return _owner_only(savings_debit, account, subject, case, current=True)


@rule(
    "ACC-04",
    subject="transaction",
    source="otp-sk III.3(33)",
    codes=("AG01",),
    message="A term deposit pays only to accounts at this bank, not to {found}.",
    remedy="Choose an account at this bank, or order the payment from a current account.",
    needs=("accounts",),
    kinds=("credit-transfer",),
    quiet_if=unbound,
)
def term_deposit_debit(subject: Transaction, case: Case) -> Findings:
    """A term deposit pays only to an account at this bank."""
    account = account_of(subject.debtor_account.iban, case.reference)
    if account is None or account.product != "term-deposit":
        return NOTHING
    return _inside_only(term_deposit_debit, subject, case)


@rule(
    "ACC-06",
    subject="transaction",
    source="otp-sk III.4(53)-(56)",
    codes=("AG01",),
    message="A TWIN account pays only to its base account, not to {found}.",
    remedy="Order the payment from the base account.",
    needs=("accounts",),
    kinds=("credit-transfer",),
    quiet_if=unbound,
)
def twin_debit(subject: Transaction, case: Case) -> Findings:
    """A TWIN account pays only to its base account, a current account of the same owner."""
    account = account_of(subject.debtor_account.iban, case.reference)
    if account is None or account.product != "twin":
        return NOTHING
    return _owner_only(twin_debit, account, subject, case, current=True)


@rule(
    "ACC-08",
    subject="transaction",
    source="otp-sk VI.4(44)-(46), VI.4(59)",
    codes=("AG01",),
    message="A sub-deposit pays only to an account of its owner at this bank, not to {found}.",
    remedy="Order the payment from a current account.",
    needs=("accounts",),
    kinds=("credit-transfer",),
    quiet_if=unbound,
)
def sub_deposit_debit(subject: Transaction, case: Case) -> Findings:
    """A sub-deposit pays only to an account of the same owner."""
    account = account_of(subject.debtor_account.iban, case.reference)
    if account is None or account.product != "sub-deposit":
        return NOTHING
    return _owner_only(sub_deposit_debit, account, subject, case, current=False)


def _inside_only(judge: Rule, subject: Transaction, case: Case) -> Findings:
    target = subject.creditor_account.iban
    if target is None or is_ours(target, case.profile.bank, case.reference):
        return NOTHING
    return (judge.finding("AG01", "creditor_account.iban", target, "an account at this bank"),)


def _owner_only(
    judge: Rule, account: Account, subject: Transaction, case: Case, *, current: bool
) -> Findings:
    target = subject.creditor_account.iban
    if target is None:
        return NOTHING
    creditor = account_of(target, case.reference)
    if creditor is None and is_ours(target, case.profile.bank, case.reference):
        return NOTHING  # no such account: that has a rule of its own
    if (
        creditor is not None
        and creditor.owner == account.owner
        and (creditor.product == "current" or not current)
    ):
        return NOTHING
    return (judge.finding("AG01", "creditor_account.iban", target, _SAME_OWNER),)


RULES: tuple[Rule, ...] = (
    single_orders_only,
    savings_debit,
    term_deposit_debit,
    twin_debit,
    sub_deposit_debit,
)
