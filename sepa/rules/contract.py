"""What the agreement with the sender covers: its accounts, its messages, and who may collect."""

import datetime

from sepa.model.finding import NOTHING, Findings
from sepa.model.message import MessageHead, PaymentInformation
from sepa.model.reference import Authority, is_ours
from sepa.rules.rule import Case, Rule, rule
from sepa.scheme.iban import canonical_iban

EVERY_ACCOUNT = "*"


@rule(
    "EB-01",
    subject="message",
    source="otp-sk VI.2(3), VI.2(4), VI.2(6)",
    codes=("DS27",),
    message="Your agreement begins on {since}; this file came on {found}.",
    remedy="Send the file again on {since} or later.",
    needs=("partners",),
)
def agreement_begun(subject: MessageHead, case: Case) -> Findings:
    """A sender sends files from the first day of its agreement on."""
    since = case.partner.since if case.partner is not None else None
    day = _received_on(case)
    if since is None or day >= since:
        return NOTHING
    return (
        agreement_begun.finding(
            "DS27",
            "group_header.initiating_party",
            day.isoformat(),
            "{since} or later",
            since=since.isoformat(),
        ),
    )


@rule(
    "EB-11",
    subject="message",
    source="otp-sk VI.2(5), VI.2(14b)",
    codes=("DS27",),
    message="Your agreement ended on {until}; this file came on {found}.",
    remedy="Ask us for a new agreement before you send files.",
    needs=("partners",),
)
def agreement_not_ended(subject: MessageHead, case: Case) -> Findings:
    """A sender sends files up to the last day of its agreement."""
    until = case.partner.until if case.partner is not None else None
    day = _received_on(case)
    if until is None or day <= until:
        return NOTHING
    return (
        agreement_not_ended.finding(
            "DS27",
            "group_header.initiating_party",
            day.isoformat(),
            "{until} or earlier",
            until=until.isoformat(),
        ),
    )


def _received_on(case: Case) -> datetime.date:
    """The calendar day of receipt in the bank's zone."""
    day: datetime.date = case.received_at.date()
    return day


@rule(
    "EB-02",
    subject="message",
    source="otp-sk VI.1(2), VI.2(10)",
    codes=("DS0G",),
    message="Your agreement does not cover the message {found}.",
    remedy="Send the orders in a message that your agreement names: {messages}.",
    needs=("partners",),
)
def message_agreed(subject: MessageHead, case: Case) -> Findings:
    """A sender sends only the messages that its agreement names."""
    if case.partner is None or not case.partner.messages or subject.name in case.partner.messages:
        return NOTHING
    agreed = ", ".join(case.partner.messages)
    return (message_agreed.finding("DS0G", "name", subject.name, "{messages}", messages=agreed),)


@rule(
    "SC-08",
    subject="message",
    source="otp-sk V.2.2(31)",
    codes=("AG03",),
    message="We take direct debits only from other banks, which collect for their own customers.",
    remedy="Have the bank that keeps your account collect for you.",
    parameters=("scope.sdd_creditor_side",),
    needs=("partners",),
    kinds=("collection",),
)
def collections_from_banks(subject: MessageHead, case: Case) -> Findings:
    """Where we do not collect for our own customers, direct debits come from other banks."""
    partner = case.partner
    if partner is None or partner.bic is not None or case.profile.scope.sdd_creditor_side:
        return NOTHING
    return (collections_from_banks.finding("AG03", "name", subject.name, "a bank as the sender"),)


@rule(
    "CT-09",
    subject="payment-information",
    source="otp-sk V.1(4)(a), III.1(6)",
    codes=("DS0H",),
    message="Your agreement does not cover the account {found}.",
    remedy="Choose an account that your agreement names, or have this one added to it.",
    needs=("partners",),
)
def account_agreed(subject: PaymentInformation, case: Case) -> Findings:
    """A sender disposes only of the accounts that its agreement names."""
    partner, iban = case.partner, subject.account.iban
    if partner is None or iban is None or EVERY_ACCOUNT in partner.accounts or iban in partner.accounts:
        return NOTHING
    if not is_ours(iban, case.profile.bank, case.reference):
        return NOTHING  # not our account: other rules speak, or a bank collects for its own customer
    name = canonical_iban(iban)
    if any(canonical_iban(agreed) == name for agreed in partner.accounts):
        return NOTHING
    return (account_agreed.finding("DS0H", "account.iban", iban, "an account named in the agreement"),)


@rule(
    "CT-10",
    subject="message",
    source="otp-sk III.1(9)",
    codes=("DS0H",),
    message="The agreement under which this file came was revoked at {revoked}.",
    remedy="Ask the owner of the accounts for a new agreement with us.",
    needs=("partners",),
)
def agreement_not_revoked(subject: MessageHead, case: Case) -> Findings:
    """An agreement counts until the bank is told of its revocation, to the very moment."""
    revoked = case.partner.revoked_at if case.partner is not None else None
    if revoked is None or case.received_at < revoked:
        return NOTHING
    at = _moment(revoked.astimezone(case.received_at.tzinfo))
    found, element = _moment(case.received_at), "group_header.initiating_party"
    return (agreement_not_revoked.finding("DS0H", element, found, "a file before {revoked}", revoked=at),)


@rule(
    "CT-10",
    subject="payment-information",
    source="otp-sk III.1(9), V.1(4)(a)",
    codes=("DS0H",),
    message="Your right to dispose of the account {account} did not count at {found}.",
    remedy="Ask the owner of the account to agree it with us anew.",
    needs=("partners",),
)
def authority_in_force(subject: PaymentInformation, case: Case) -> Findings:
    """The right to dispose of an account counts from its first moment until the bank is told of its end."""
    given = _authorities(subject.account.iban, case)
    if not given or any(_counts(each, case.received_at) for each in given):
        return NOTHING
    at = _moment(case.received_at)
    expected = "a right that counts when the order comes"
    return (
        authority_in_force.finding("DS0H", "account.iban", at, expected, account=subject.account.iban or ""),
    )


@rule(
    "CT-10",
    subject="payment-information",
    source="otp-sk III.1(9)",
    codes=("DS0H",),
    message="The bank is waiting for a confirmation that you may dispose of the account {found}.",
    remedy="Have the owner of the account confirm it; then the bank releases the order.",
    needs=("partners",),
    effect="hold",
)
def authority_certain(subject: PaymentInformation, case: Case) -> Findings:
    """Where it is in doubt whether the sender may dispose of an account, a person decides."""
    partner = case.partner
    if partner is None or subject.account.iban is None:
        return NOTHING
    given = [each for each in _authorities(subject.account.iban, case) if _counts(each, case.received_at)]
    doubtful = bool(given) and all(each.in_doubt for each in given)
    if not partner.in_doubt and not doubtful:
        return NOTHING
    return (
        authority_certain.finding("DS0H", "account.iban", subject.account.iban, "a right beyond all doubt"),
    )


def is_strange(information: PaymentInformation, case: Case) -> bool:
    """Whether the sender may not dispose of a block's account: then nothing else is told about the account.

    Whether it is blocked, closed or in dollars, who owns it and what was ordered from it, is its owner's business.
    """
    return bool(account_agreed.check(information, case) or authority_in_force.check(information, case))


def refused_a_stranger(findings: Findings) -> bool:
    """Whether a block with these findings was refused because its sender may not dispose of the account."""
    return any(finding.name in (account_agreed.name, authority_in_force.name) for finding in findings)


def _authorities(iban: str | None, case: Case) -> tuple[Authority, ...]:
    """What the agreement says of this one account, if anything."""
    if case.partner is None or not case.partner.authorities or iban is None:
        return ()
    name = canonical_iban(iban)
    return tuple(each for each in case.partner.authorities if canonical_iban(each.iban) == name)


def _counts(authority: Authority, moment: datetime.datetime) -> bool:
    begun = authority.since is None or authority.since <= moment
    return begun and (authority.until is None or moment < authority.until)


def _moment(instant: datetime.datetime) -> str:
    """An instant as people read it, to the second."""
    return f"{instant:%Y-%m-%d %H:%M:%S}"


RULES: tuple[Rule, ...] = (
    agreement_begun,
    agreement_not_ended,
    message_agreed,
    collections_from_banks,
    account_agreed,
    agreement_not_revoked,
    authority_in_force,
    authority_certain,
)
