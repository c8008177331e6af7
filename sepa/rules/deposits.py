"""When a deposit takes money and gives it back, and how much: term deposits, TWIN accounts, DYNAMIC deposits.

The settlement window asks again (`credited`, `debited`): only there the day and what came before are sure.
"""

import datetime

from sepa.model.finding import NOTHING, Findings
from sepa.model.message import Transaction
from sepa.model.profile import Profile
from sepa.model.reference import Account, account_of
from sepa.rules.rule import Case, Rule, rule
from sepa.rules.standing import unbound
from sepa.schedule import bank_days
from sepa.scheme.money import amount_text, cents


def credited(
    account: Account, amount_cents: int, held_cents: int, day: datetime.date, profile: Profile
) -> Findings:
    """What a deposit has against a credit of `amount_cents` on `day`; nothing for every other account.

    `held_cents` is what lies on it by then. ACC-02, ACC-03, ACC-07.
    """
    if account.product == "term-deposit":
        return _not_now(account, day, profile)
    if account.product == "dynamic":
        first = _late(account, day, profile) + _too_little(account, amount_cents, profile)
        return _again(account, held_cents) or first
    return NOTHING


def debited(account: Account, day: datetime.date, profile: Profile) -> Findings:
    """What a deposit has against a debit on `day`; nothing for every other account (ACC-04, ACC-06)."""
    if account.product == "term-deposit":
        return _tied(account, day, profile)
    return _too_early(account, day) if account.product == "twin" else NOTHING


# --- term deposits ---


@rule(
    "ACC-04",
    subject="transaction",
    source="otp-sk III.3(34), III.3(35)",
    codes=("AG01",),
    message="A term deposit pays out on its renewal day or after notice of an early withdrawal, not on {found}.",
    remedy="Choose the renewal day, or ask us in writing for an early withdrawal.",
    parameters=("accounts.term_deposit_early_withdrawal_notice_days",),
    needs=("accounts",),
    kinds=("credit-transfer",),
    quiet_if=unbound,
)
def term_deposit_release(subject: Transaction, case: Case) -> Findings:
    """A term deposit pays out on its renewal day, or once the notice of an early withdrawal has run."""
    account = account_of(subject.debtor_account.iban, case.reference)
    if account is None or account.product != "term-deposit" or case.dating is None:
        return NOTHING
    return _tied(account, case.dating.booking_date, case.profile)


def _tied(account: Account, day: datetime.date, profile: Profile) -> Findings:
    notice = datetime.timedelta(days=profile.accounts.term_deposit_early_withdrawal_notice_days)
    asked = account.withdrawal_requested_on
    if day == _renewal(account, profile) or (asked is not None and day - asked >= notice):
        return NOTHING
    return (term_deposit_release.finding("AG01", "requested_date", day.isoformat(), "the renewal day"),)


@rule(
    "ACC-02",
    subject="transaction",
    source="otp-sk V.1(8), III.3(31), III.3(32)",
    codes=("AG01",),
    message="The payee's term deposit takes money only on its renewal day, not on {found}.",
    remedy="Choose the renewal day of the deposit, or another account.",
    parameters=(
        "accounts.term_deposit_credit_window",
        "accounts.term_deposit_funding_days",
        "accounts.term_deposit_anytime_products",
    ),
    needs=("accounts",),
    kinds=("credit-transfer",),
    quiet_if=unbound,
)
def term_deposit_credit(subject: Transaction, case: Case) -> Findings:
    """A term deposit is paid into in its first days and on its renewal day."""
    account = account_of(subject.creditor_account.iban, case.reference)
    if account is None or account.product != "term-deposit" or case.dating is None:
        return NOTHING
    return _not_now(account, case.dating.booking_date, case.profile)


def _not_now(account: Account, day: datetime.date, profile: Profile) -> Findings:
    terms = profile.accounts
    funded_until = account.opened_on + datetime.timedelta(days=terms.term_deposit_funding_days - 1)
    if terms.term_deposit_credit_window == "any" or account.opened_on <= day <= funded_until:
        return NOTHING
    a_month_abroad = account.term_months == 1 and account.currency != profile.scope.currency
    if a_month_abroad and "fx_1_month" in terms.term_deposit_anytime_products:
        return NOTHING
    if day == _renewal(account, profile):
        return NOTHING
    return (term_deposit_credit.finding("AG01", "requested_date", day.isoformat(), "the renewal day"),)


def _renewal(account: Account, profile: Profile) -> datetime.date | None:
    """The renewal day, or the working day after it (ACC-03)."""
    if account.renewal_day is None:
        return None
    return bank_days(profile).roll_forward(account.renewal_day)


# --- TWIN accounts ---


@rule(
    "ACC-06",
    subject="transaction",
    source="otp-sk III.4(53)-(56)",
    codes=("AG01",),
    message="This TWIN account pays from {earliest} on, not on {found}.",
    remedy="Choose {earliest} or a later day.",
    needs=("accounts",),
    kinds=("credit-transfer",),
    quiet_if=unbound,
)
def twin_period(subject: Transaction, case: Case) -> Findings:
    """A TWIN account pays nothing before the period that was agreed."""
    account = account_of(subject.debtor_account.iban, case.reference)
    if account is None or account.product != "twin" or case.dating is None:
        return NOTHING
    return _too_early(account, case.dating.booking_date)


def _too_early(account: Account, day: datetime.date) -> Findings:
    if account.withdrawable_from is None or day >= account.withdrawable_from:
        return NOTHING
    found, earliest = day.isoformat(), account.withdrawable_from.isoformat()
    return (twin_period.finding("AG01", "requested_date", found, "{earliest} or later", earliest=earliest),)


# --- DYNAMIC deposits ---


@rule(
    "ACC-07",
    subject="transaction",
    source="otp-sk III.4(85), III.4(88)",
    codes=("AG01",),
    message="The payee's deposit {found} takes one payment, and it has had it.",
    remedy="Pay to another account of the payee.",
    needs=("accounts",),
    kinds=("credit-transfer",),
    quiet_if=unbound,
)
def dynamic_once(subject: Transaction, case: Case) -> Findings:
    """A DYNAMIC deposit is opened by a single payment and takes no other after it."""
    account = _dynamic(subject, case)
    return _again(account, account.balance_cents) if account is not None else NOTHING


@rule(
    "ACC-07",
    subject="transaction",
    source="otp-sk III.4(84), III.4(85), III.4(88)",
    codes=("AG01",),
    message="The payee's deposit takes its payment from {opened_on} to {until}, not on {found}.",
    remedy="Pay to another account of the payee.",
    parameters=("accounts.dynamic.funding_days",),
    needs=("accounts",),
    kinds=("credit-transfer",),
    quiet_if=unbound,
)
def dynamic_window(subject: Transaction, case: Case) -> Findings:
    """A DYNAMIC deposit is paid into within a few working days of its opening."""
    account = _dynamic(subject, case)
    if account is None or case.dating is None or account.balance_cents > 0:
        return NOTHING
    return _late(account, case.dating.booking_date, case.profile)


@rule(
    "ACC-07",
    subject="transaction",
    source="otp-sk III.4(82)-(84)",
    codes=("AM06",),
    message="The payee's deposit begins with {least} EUR or more, not with {found}.",
    remedy="Pay {least} EUR or more, in one payment.",
    parameters=("accounts.dynamic.minimum_cents",),
    needs=("accounts",),
    kinds=("credit-transfer",),
    quiet_if=unbound,
)
def dynamic_minimum(subject: Transaction, case: Case) -> Findings:
    """The payment that opens a DYNAMIC deposit is not below the smallest deposit."""
    account = _dynamic(subject, case)
    amount_cents = cents(subject.amount) if subject.amount is not None else None
    if account is None or amount_cents is None or account.balance_cents > 0:
        return NOTHING
    return _too_little(account, amount_cents, case.profile)


def _dynamic(subject: Transaction, case: Case) -> Account | None:
    account = account_of(subject.creditor_account.iban, case.reference)
    return account if account is not None and account.product == "dynamic" else None


def _again(account: Account, held_cents: int) -> Findings:
    """Money on it means that its one payment has come: no withdrawal may empty it while it lasts."""
    if held_cents <= 0:
        return NOTHING
    expected = "an account that takes further payments"
    return (dynamic_once.finding("AG01", "creditor_account.iban", account.iban, expected),)


def _late(account: Account, day: datetime.date, profile: Profile) -> Findings:
    """A-19: of seven days and seven working days the later end counts."""
    until = bank_days(profile).add(account.opened_on, profile.accounts.dynamic.funding_days)
    if account.opened_on <= day <= until:
        return NOTHING
    return (
        dynamic_window.finding(
            "AG01",
            "requested_date",
            day.isoformat(),
            "a day from {opened_on} to {until}",
            opened_on=account.opened_on.isoformat(),
            until=until.isoformat(),
        ),
    )


def _too_little(account: Account, amount_cents: int, profile: Profile) -> Findings:
    least_cents = profile.accounts.dynamic.minimum_cents
    if amount_cents >= least_cents:
        return NOTHING
    least, found = amount_text(least_cents), amount_text(amount_cents)
    return (dynamic_minimum.finding("AM06", "amount", found, "at least {least}", least=least),)


RULES: tuple[Rule, ...] = (
    term_deposit_release,
    term_deposit_credit,
    twin_period,
    dynamic_once,
    dynamic_window,
    dynamic_minimum,
)
