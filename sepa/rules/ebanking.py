"""Electronic banking: which accounts take orders that way, and whether the sender's access is blocked."""

import datetime

from sepa.model.finding import NOTHING, Findings
from sepa.model.message import MessageHead, PaymentInformation
from sepa.model.reference import Partner, account_of
from sepa.rules.rule import Case, Rule, rule


@rule(
    "EB-10",
    subject="message",
    source="otp-sk VI.5(71), VI.5(77)",
    codes=("DS0H",),
    message="Your access is blocked since {blocked}; we take nothing from you until it is opened again.",
    remedy="Please speak to us, and send the file again once your access is open.",
    needs=("partners",),
)
def access_open(subject: MessageHead, case: Case) -> Findings:
    """Nothing is taken from a sender whose access is blocked."""
    partner = case.partner
    if partner is None or partner.blocked_at is None or not is_blocked(partner, case.received_at):
        return NOTHING
    blocked = f"{partner.blocked_at.astimezone(case.received_at.tzinfo):%Y-%m-%d %H:%M:%S}"
    found, element = f"{case.received_at:%Y-%m-%d %H:%M:%S}", "group_header.initiating_party"
    return (access_open.finding("DS0H", element, found, "a file before {blocked}", blocked=blocked),)


def blocked_at_receipt(
    received_at: datetime.datetime, released_at: datetime.datetime | None, partner: Partner | None
) -> Findings:
    """What refuses a waiting order that came while its sender's access was blocked, where the table said so only after
    it was judged; nothing once a person has released it since."""
    if partner is None or partner.blocked_at is None or not is_blocked(partner, received_at):
        return NOTHING
    if released_at is not None and released_at >= partner.blocked_at:
        return NOTHING
    blocked = f"{partner.blocked_at:%Y-%m-%d %H:%M:%S}"
    found = f"{received_at.astimezone(partner.blocked_at.tzinfo):%Y-%m-%d %H:%M:%S}"
    return (access_open.finding("DS0H", "end_to_end_id", found, "a file before {blocked}", blocked=blocked),)


def is_blocked(partner: Partner, moment: datetime.datetime) -> bool:
    """Whether the partner's access is blocked at `moment`: from the block on, until it is taken back."""
    if partner.blocked_at is None or moment < partner.blocked_at:
        return False
    return partner.unblocked_at is None or moment < partner.unblocked_at


@rule(
    "EB-06",
    subject="payment-information",
    source="otp-sk II Account for electronic banking, VI.2(6)",
    codes=("AG01",),
    message="In electronic banking the account {found} is open for inquiries only.",
    remedy="Order the payment from another account, or have this one opened for payments.",
    parameters=("ebanking.account_flag_check",),
    needs=("accounts",),
    kinds=("credit-transfer",),
)
def account_active(subject: PaymentInformation, case: Case) -> Findings:
    """Electronic orders debit only accounts that are open for payments in electronic banking."""
    account = account_of(subject.account.iban, case.reference)
    if account is None or account.ebanking == "active" or not case.profile.ebanking.account_flag_check:
        return NOTHING
    return (
        account_active.finding("AG01", "account.iban", account.iban, "an account open for electronic orders"),
    )


@rule(
    "SWI-05",
    subject="payment-information",
    source="otp-sk III.2(25), VI.2(14b)",
    codes=("AG08",),
    message="Electronic banking on the account {found} ended at {ended}.",
    remedy="Order the payment from another account.",
    needs=("accounts",),
    kinds=("credit-transfer",),
)
def service_not_ended(subject: PaymentInformation, case: Case) -> Findings:
    """Once electronic banking on an account has ended, it takes no electronic orders."""
    account = account_of(subject.account.iban, case.reference)
    if account is None or account.ebanking_until is None or case.received_at < account.ebanking_until:
        return NOTHING
    ended = f"{account.ebanking_until.astimezone(case.received_at.tzinfo):%Y-%m-%d %H:%M:%S}"
    return (
        service_not_ended.finding(
            "AG08", "account.iban", account.iban, "an account with electronic banking", ended=ended
        ),
    )


RULES: tuple[Rule, ...] = (access_open, account_active, service_not_ended)
