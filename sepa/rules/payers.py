"""Whether an own account may be collected from: known, open, free, of the right kind, owner alive."""

from sepa.model.finding import NOTHING, Findings
from sepa.model.message import Transaction
from sepa.model.profile import Profile
from sepa.model.reference import Account, account_of
from sepa.rules.rule import Case, Rule, rule
from sepa.rules.standing import EXISTING, blocked_all_day, closed, lapsed, not_yet_open, unknown
from sepa.scheme.creditor_id import creditor_id_key


@rule(
    "ACC-19",
    subject="transaction",
    source="otp-sk V.2.2(31)",
    codes=("AC01",),
    message="There is no account {found} at this bank.",
    remedy="Ask the payer for the right account number.",
    needs=("accounts",),
    kinds=("collection",),
)
def payer_account_known(subject: Transaction, case: Case) -> Findings:
    """The account to be collected from exists."""
    if not unknown(subject.debtor_account.iban, case):
        return NOTHING
    found = subject.debtor_account.iban
    return (payer_account_known.finding("AC01", "debtor_account.iban", found, EXISTING),)


@rule(
    "ACC-01",
    subject="transaction",
    source="otp-sk V.1(8), II SEPA direct debit service",
    codes=("AC04",),
    message="The payer's account {found} is closed since {closed_on}.",
    remedy="Ask the payer for another account and a new mandate.",
    needs=("accounts",),
    kinds=("collection",),
)
def payer_account_open(subject: Transaction, case: Case) -> Findings:
    """A closed account is not collected from."""
    account = account_of(subject.debtor_account.iban, case.reference)
    if account is None or case.dating is None:
        return NOTHING
    return closed(payer_account_open, account, case.dating.booking_date, "debtor_account.iban")


@rule(
    "SC-10",
    subject="transaction",
    source="otp-sk V.1(2)",
    codes=("AC01",),
    message="The payer's account {found} is usable from {opened_on}, after the day of the collection.",
    remedy="Collect on {opened_on} or a later day.",
    needs=("accounts",),
    kinds=("collection",),
)
def payer_account_opened(subject: Transaction, case: Case) -> Findings:
    """An account can be collected from as of the day it is opened."""
    account = account_of(subject.debtor_account.iban, case.reference)
    if account is None or case.dating is None:
        return NOTHING
    return not_yet_open(payer_account_opened, account, case.dating.booking_date, "debtor_account.iban")


@rule(
    "ACC-09",
    subject="transaction",
    source="otp-sk III.1(12)",
    codes=("AC06",),
    message="The payer's account {found} is blocked.",
    remedy="Agree another way of payment with the payer.",
    needs=("accounts",),
    kinds=("collection",),
)
def payer_account_free(subject: Transaction, case: Case) -> Findings:
    """An account that is blocked as a whole is not collected from."""
    account = account_of(subject.debtor_account.iban, case.reference)
    if account is None or case.dating is None:
        return NOTHING
    day = case.dating.booking_date
    return blocked_all_day(payer_account_free, account, case, day, "debtor_account.iban")


@rule(
    "ACC-10",
    subject="transaction",
    source="otp-sk III.1(8)",
    codes=("MD07",),
    message="Mandates on the account {found} are no longer in force.",
    remedy="Collect no more from this account.",
    needs=("accounts",),
    kinds=("collection",),
    blames="other",
)
def payer_alive(subject: Transaction, case: Case) -> Findings:
    """Consents end when the bank learns that the payer has died."""
    account = account_of(subject.debtor_account.iban, case.reference)
    if account is None or case.dating is None:
        return NOTHING
    return lapsed(payer_alive, account, case.dating.booking_date, "debtor_account.iban")


@rule(
    "SC-12",
    subject="transaction",
    source="otp-sk II SEPA direct debit service, V.2.2(31)",
    codes=("AG01",),
    message="The payer's account {found} is of a kind that takes no direct debits.",
    remedy="Ask the payer for a current account.",
    parameters=("direct_debit.debtor_account_types",),
    needs=("accounts",),
    kinds=("collection",),
)
def payer_account_type(subject: Transaction, case: Case) -> Findings:
    """Collections go to current accounts."""
    account = account_of(subject.debtor_account.iban, case.reference)
    if account is None or account.product in case.profile.direct_debit.debtor_account_types:
        return NOTHING
    return (payer_account_type.finding("AG01", "debtor_account.iban", account.iban, "a current account"),)


@rule(
    "SC-12",
    subject="transaction",
    source="otp-sk V.2.2(31)",
    codes=("AC10",),
    message="The payer's account is held in {found}; direct debits need an account in {currency}.",
    remedy="Ask the payer for an account in {currency}.",
    parameters=("direct_debit.debtor_account_currency",),
    needs=("accounts",),
    kinds=("collection",),
)
def payer_account_currency(subject: Transaction, case: Case) -> Findings:
    """Collections go to accounts in euro."""
    account = account_of(subject.debtor_account.iban, case.reference)
    needed = case.profile.direct_debit.debtor_account_currency
    if account is None or account.currency == needed:
        return NOTHING
    return (
        payer_account_currency.finding(
            "AC10", "debtor_account.currency", account.currency, "{currency}", currency=needed
        ),
    )


@rule(
    "DD-16",
    subject="transaction",
    source="Regulation (EU) 260/2012, Article 5(3)(d)",
    codes=("SL01",),
    message="The payer has blocked all direct debits on the account {found}.",
    remedy="Agree another way of payment with the payer.",
    parameters=("direct_debit.controls",),
    needs=("accounts",),
    kinds=("collection",),
)
def collections_allowed(subject: Transaction, case: Case) -> Findings:
    """A payer can block all direct debits on an account."""
    account = account_of(subject.debtor_account.iban, case.reference)
    return NOTHING if account is None else collections_blocked(account, case.profile)


def collections_blocked(account: Account, profile: Profile) -> Findings:
    """What DD-16 says of the account; also asked on the due date."""
    if not account.collections_blocked or "block_all" not in profile.direct_debit.controls:
        return NOTHING
    expected = "an account open to direct debits"
    return (collections_allowed.finding("SL01", "debtor_account.iban", account.iban, expected),)


@rule(
    "DD-16",
    subject="transaction",
    source="Regulation (EU) 260/2012, Article 5(3)(d)",
    codes=("SL12",),
    message="The payer lets the creditor {found} collect nothing from this account.",
    remedy="Agree another way of payment with the payer.",
    parameters=("direct_debit.controls",),
    needs=("accounts",),
    kinds=("collection",),
)
def creditor_allowed(subject: Transaction, case: Case) -> Findings:
    """A payer can bar single creditors from collecting."""
    account = account_of(subject.debtor_account.iban, case.reference)
    return NOTHING if account is None else creditor_barred(account, subject.creditor_identifier, case.profile)


def creditor_barred(account: Account, creditor_identifier: str | None, profile: Profile) -> Findings:
    """What DD-16 says of one creditor; also asked on the due date. Its business code does not count."""
    if not account.barred_creditors or creditor_identifier is None:
        return NOTHING
    if "blacklist" not in profile.direct_debit.controls:
        return NOTHING
    wanted = creditor_id_key(creditor_identifier)
    if all(creditor_id_key(barred) != wanted for barred in account.barred_creditors):
        return NOTHING
    expected = "a creditor whom the payer has not barred"
    return (creditor_allowed.finding("SL12", "creditor_identifier", creditor_identifier, expected),)


RULES: tuple[Rule, ...] = (
    payer_account_known,
    payer_account_open,
    payer_account_opened,
    payer_account_free,
    payer_alive,
    payer_account_type,
    payer_account_currency,
    collections_allowed,
    creditor_allowed,
)
