"""Whether our own accounts in an order are known, open and free: a transfer's debtor, any creditor."""

from sepa.model.finding import NOTHING, Findings
from sepa.model.message import PaymentInformation, Transaction
from sepa.model.reference import account_of, is_ours
from sepa.rules.rule import Case, Rule, rule
from sepa.rules.standing import EXISTING, blocked_all_day, closed, lapsed, not_yet_open, unknown
from sepa.scheme.iban import iban_fault


@rule(
    "ACC-18",
    subject="payment-information",
    source="otp-sk V.1(1), V.1(2)",
    codes=("AC02",),
    message="The account to be debited, {found}, is not held at this bank.",
    remedy="Order the payment from an account that we hold for you.",
    needs=("accounts",),
    kinds=("credit-transfer",),
)
def debtor_account_ours(subject: PaymentInformation, case: Case) -> Findings:
    """We debit only accounts that we hold."""
    iban = subject.account.iban
    if iban is None or case.reference.accounts is None or is_ours(iban, case.profile.bank, case.reference):
        return NOTHING
    if iban_fault(iban) is not None:
        return NOTHING
    return (debtor_account_ours.finding("AC02", "account.iban", iban, "an account that we hold"),)


@rule(
    "ACC-19",
    subject="payment-information",
    source="otp-sk V.1(1), V.1(2)",
    codes=("AC02",),
    message="There is no account {found} at this bank.",
    remedy="Check the number of the account to be debited.",
    needs=("accounts",),
    kinds=("credit-transfer",),
)
def debtor_account_known(subject: PaymentInformation, case: Case) -> Findings:
    """The account to be debited exists."""
    if not unknown(subject.account.iban, case):
        return NOTHING
    return (debtor_account_known.finding("AC02", "account.iban", subject.account.iban, EXISTING),)


@rule(
    "ACC-01",
    subject="payment-information",
    source="otp-sk V.1(8)",
    codes=("AC05",),
    message="The account {found} is closed since {closed_on}.",
    remedy="Order the payment from an account that is open.",
    needs=("accounts",),
    kinds=("credit-transfer",),
)
def debtor_account_open(subject: PaymentInformation, case: Case) -> Findings:
    """The account to be debited is not closed on the booking date."""
    account = account_of(subject.account.iban, case.reference)
    if account is None or case.dating is None:
        return NOTHING
    return closed(debtor_account_open, account, case.dating.booking_date, "account.iban")


@rule(
    "SC-10",
    subject="payment-information",
    source="otp-sk V.1(2)",
    codes=("AC01",),
    message="The account {found} is usable from {opened_on}, after the day of the payment.",
    remedy="Choose {opened_on} or a later day.",
    needs=("accounts",),
    kinds=("credit-transfer",),
)
def debtor_account_opened(subject: PaymentInformation, case: Case) -> Findings:
    """An account can be debited from the day it is opened."""
    account = account_of(subject.account.iban, case.reference)
    if account is None or case.dating is None:
        return NOTHING
    return not_yet_open(debtor_account_opened, account, case.dating.booking_date, "account.iban")


@rule(
    "ACC-09",
    subject="payment-information",
    source="otp-sk III.1(12)",
    codes=("AC06",),
    message="The account {found} is blocked.",
    remedy="Have the block released, or order the payment from another account.",
    needs=("accounts",),
    kinds=("credit-transfer",),
)
def debtor_account_free(subject: PaymentInformation, case: Case) -> Findings:
    """An account that is blocked as a whole is not debited."""
    account = account_of(subject.account.iban, case.reference)
    if account is None or case.dating is None:
        return NOTHING
    return blocked_all_day(debtor_account_free, account, case, case.dating.booking_date, "account.iban")


@rule(
    "ACC-10",
    subject="payment-information",
    source="otp-sk III.1(8)",
    codes=("AC06",),
    message="Orders on the account {found} are no longer in force.",
    remedy="Please speak to us about this account.",
    needs=("accounts",),
    kinds=("credit-transfer",),
    blames="other",
)
def owner_alive(subject: PaymentInformation, case: Case) -> Findings:
    """Orders end when the bank learns that the owner of the account has died."""
    account = account_of(subject.account.iban, case.reference)
    if account is None or case.dating is None:
        return NOTHING
    return lapsed(owner_alive, account, case.dating.booking_date, "account.iban")


# --- the creditor of an order, when the account is ours ---


def _paid_elsewhere(subject: Transaction, case: Case) -> bool:
    """The payee's account is none of ours."""
    iban, reference = subject.creditor_account.iban, case.reference
    return account_of(iban, reference) is None and not is_ours(iban, case.profile.bank, reference)


@rule(
    "ACC-19",
    subject="transaction",
    source="otp-sk V.1(8)",
    codes=("AC03",),
    message="There is no account {found} at this bank.",
    remedy="Ask the payee for the right account number.",
    needs=("accounts",),
    quiet_if=_paid_elsewhere,
)
def creditor_account_known(subject: Transaction, case: Case) -> Findings:
    """A payee's account at this bank exists."""
    if not unknown(subject.creditor_account.iban, case):
        return NOTHING
    found = subject.creditor_account.iban
    return (creditor_account_known.finding("AC03", "creditor_account.iban", found, EXISTING),)


@rule(
    "ACC-01",
    subject="transaction",
    source="otp-sk V.1(8)",
    codes=("AC07",),
    message="The payee's account {found} is closed since {closed_on}.",
    remedy="Ask the payee for an account that is open.",
    needs=("accounts",),
    quiet_if=_paid_elsewhere,
)
def creditor_account_open(subject: Transaction, case: Case) -> Findings:
    """A payee's account at this bank is not closed on the booking date."""
    account = account_of(subject.creditor_account.iban, case.reference)
    if account is None or case.dating is None:
        return NOTHING
    return closed(creditor_account_open, account, case.dating.booking_date, "creditor_account.iban")


RULES: tuple[Rule, ...] = (
    debtor_account_ours,
    debtor_account_known,
    debtor_account_open,
    debtor_account_opened,
    debtor_account_free,
    owner_alive,
    creditor_account_known,
    creditor_account_open,
)
