"""What the agreement with the sender covers: its accounts, its messages, and who may collect."""

from sepa.model.finding import NOTHING, Findings
from sepa.model.message import MessageHead, PaymentInformation
from sepa.model.reference import is_ours
from sepa.rules.rule import Case, Rule, rule
from sepa.scheme.iban import canonical_iban

EVERY_ACCOUNT = "*"


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


RULES: tuple[Rule, ...] = (message_agreed, collections_from_banks, account_agreed)
