"""Whether the debtor's account covers a payment in a settlement window: on the due date, not at intake."""

import datetime
from collections.abc import Mapping

import msgspec

from sepa.model.finding import NOTHING, Findings
from sepa.model.payment import Payment
from sepa.model.profile import Profile
from sepa.model.reference import Account
from sepa.rules.rule import Case, Rule, rule
from sepa.rules.standing import in_force
from sepa.scheme.money import amount_text
from sepa.scheme.rates import in_currency, with_margin


class Cover(msgspec.Struct, frozen=True):
    """A payment, the cents it takes and those its debtor's account can still give, both in the account's currency.

    `needed_cents` is None when no exchange rate tells.
    """

    payment: Payment
    needed_cents: int | None
    available_cents: int


def needed_cents(payment: Payment, account: Account, profile: Profile, rate: int | None) -> int | None:
    """What `account` must hold for `payment`, in cents of its own currency; None without a rate where it takes one.

    `rate` are millionths of that currency's unit for one euro, at final settlement; on it comes the margin of the
    profile. Source: otp-sk V.1(17); EXE-09.
    """
    if account.currency == profile.scope.currency:
        return payment.amount_cents
    if rate is None:
        return None
    margin = profile.fx.funds_check_margin_per_mille
    return in_currency(payment.amount_cents, with_margin(rate, margin) if margin else rate)


def available_cents(
    account: Account, booked: Mapping[str, int], profile: Profile, *, at: datetime.datetime
) -> int:
    """What `account` can still pay at the instant `at`, in cents of its own currency; may be negative.

    Balance of the snapshot, plus what we posted since (`booked`: net cents by account, debits negative, in its
    currency), plus the overdraft, less blocked money, card holds and the minimum balance, that of a DYNAMIC deposit
    included. Source: otp-sk V.1(11), III.4(38), III.4(90), IV.5(59); FND-01 to FND-05, FND-13, A-06, ACC-07.
    """
    funds = profile.funds
    overdraft = account.overdraft_cents if funds.overdraft_counts else 0
    if account.enforcement:
        overdraft = min(overdraft, funds.overdraft_under_enforcement_cents)
    blocked = sum(block.amount_cents or 0 for block in account.blocks if in_force(block, at))
    holds = account.card_holds_cents if funds.card_holds_reduce_available else 0
    has_overdraft = account.overdraft_cents > 0
    deducts = not has_overdraft or funds.minimum_balance_with_overdraft == "deduct"
    minimum = account.minimum_balance_cents if deducts else 0
    if account.product == "dynamic":
        minimum = max(minimum, profile.accounts.dynamic.minimum_cents)
    return account.balance_cents + booked.get(account.iban, 0) + overdraft - blocked - holds - minimum


def cover_findings(cover: Cover) -> Findings:
    """Why `cover` does not do for its payment, or nothing when it does."""
    needed = cover.needed_cents
    if needed is not None and cover.available_cents >= needed:
        return NOTHING
    amount = amount_text(cover.payment.amount_cents)
    if needed is None:
        return (convertible.finding("AM04", "amount", amount, "an exchange rate"),)
    return (covered.finding("AM04", "amount", amount, "enough money in the account"),)


@rule(
    "FND-01",
    subject="transaction",
    source="otp-sk V.1(11), V.1(12), V.2.1(27), V.2.2(37)",
    codes=("AM04",),
    message="There was not enough money in the account for {found}.",
    remedy="Pay money in and order the payment again.",
    parameters=(
        "funds.overdraft_counts",
        "funds.overdraft_under_enforcement_cents",
        "funds.minimum_balance_with_overdraft",
        "funds.card_holds_reduce_available",
        "funds.final_check",
        "funds.allocation_order",
        "funds.retry.default_days",
        "funds.retry.max_days",
        "fx.funds_check_margin_per_mille",
        "accounts.dynamic.minimum_cents",
    ),
    needs=("accounts",),
)
def covered(subject: Cover, case: Case) -> Findings:
    """A payment is made in full or not at all, and only with enough money in the account."""
    return NOTHING if subject.needed_cents is None else cover_findings(subject)


@rule(
    "EXE-09",
    subject="transaction",
    source="otp-sk V.1(17)",
    codes=("AM04",),
    message="There was no exchange rate with which to cover {found} from this account.",
    remedy="Order the payment again, or from an account in euro.",
    parameters=("fx.rate_moment",),
    needs=("accounts",),
    blames="bank",
)
def convertible(subject: Cover, case: Case) -> Findings:
    """A payment from an account in a foreign currency needs an exchange rate at settlement."""
    return cover_findings(subject) if subject.needed_cents is None else NOTHING


RULES: tuple[Rule, ...] = (covered, convertible)
