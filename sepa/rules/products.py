"""What transfers each kind of account allows: foreign currency, savings, deposits."""

import datetime

from sepa.model.finding import NOTHING, Findings
from sepa.model.message import PaymentInformation, Transaction
from sepa.model.reference import Account, account_of, is_ours
from sepa.rules.rule import Case, Rule, rule
from sepa.scheme.calendar import working_days

_SAME_OWNER = "an account of the same owner at this bank"


_BOUND = ("savings", "term-deposit", "twin", "sub-deposit")


def _unbound(subject: Transaction, case: Case) -> bool:
    """Neither account is of a kind that limits where money goes or when it comes."""
    debtor = account_of(subject.debtor_account.iban, case.reference)
    if debtor is not None and debtor.product in _BOUND:
        return False
    creditor = account_of(subject.creditor_account.iban, case.reference)
    return creditor is None or creditor.product != "term-deposit"


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
    quiet_if=_unbound,
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
    source="otp-sk III.3(33)-(35)",
    codes=("AG01",),
    message="A term deposit pays only to accounts at this bank, and only on its renewal day.",
    remedy="Choose the renewal day and an account at this bank, or order the payment from a current account.",
    needs=("accounts",),
    kinds=("credit-transfer",),
    quiet_if=_unbound,
)
def term_deposit_debit(subject: Transaction, case: Case) -> Findings:
    """A term deposit pays out on its renewal day, to an account at this bank."""
    account = account_of(subject.debtor_account.iban, case.reference)
    if account is None or account.product != "term-deposit":
        return NOTHING
    outside = _inside_only(term_deposit_debit, subject, case)
    if outside or case.dating is None or case.dating.booking_date == _renewal(account, case):
        return outside
    booking_date = case.dating.booking_date.isoformat()
    return (term_deposit_debit.finding("AG01", "requested_date", booking_date, "the renewal day"),)


@rule(
    "ACC-06",
    subject="transaction",
    source="otp-sk III.4(53)-(56)",
    codes=("AG01",),
    message="A TWIN account pays only to its base account, not to {found}.",
    remedy="Order the payment from the base account.",
    needs=("accounts",),
    kinds=("credit-transfer",),
    quiet_if=_unbound,
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
    quiet_if=_unbound,
)
def sub_deposit_debit(subject: Transaction, case: Case) -> Findings:
    """A sub-deposit pays only to an account of the same owner."""
    account = account_of(subject.debtor_account.iban, case.reference)
    if account is None or account.product != "sub-deposit":
        return NOTHING
    return _owner_only(sub_deposit_debit, account, subject, case, current=False)


@rule(
    "ACC-02",
    subject="transaction",
    source="otp-sk V.1(8), III.3(31), III.3(32)",
    codes=("AG01",),
    message="The payee's term deposit takes money only on its renewal day, not on {found}.",
    remedy="Choose the renewal day of the deposit, or another account.",
    parameters=("accounts.term_deposit_credit_window", "accounts.term_deposit_funding_days"),
    needs=("accounts",),
    kinds=("credit-transfer",),
    quiet_if=_unbound,
)
def term_deposit_credit(subject: Transaction, case: Case) -> Findings:
    """A term deposit is paid into in its first days and on its renewal day."""
    account = account_of(subject.creditor_account.iban, case.reference)
    if account is None or account.product != "term-deposit" or case.dating is None:
        return NOTHING
    terms, day = case.profile.accounts, case.dating.booking_date
    funded_until = account.opened_on + datetime.timedelta(days=terms.term_deposit_funding_days - 1)
    if terms.term_deposit_credit_window == "any" or account.opened_on <= day <= funded_until:
        return NOTHING
    if day == _renewal(account, case):
        return NOTHING
    return (term_deposit_credit.finding("AG01", "requested_date", day.isoformat(), "the renewal day"),)


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


def _renewal(account: Account, case: Case) -> datetime.date | None:
    """The renewal day, or the working day after it (ACC-03)."""
    if account.renewal_day is None:
        return None
    basis = case.profile.calendar
    return working_days(basis.working_day_basis, basis.national).roll_forward(account.renewal_day)


RULES: tuple[Rule, ...] = (
    single_orders_only,
    savings_debit,
    term_deposit_debit,
    twin_debit,
    sub_deposit_debit,
    term_deposit_credit,
)
