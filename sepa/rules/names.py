"""Names: given where the scheme needs them, and short enough."""

from sepa.model.finding import NOTHING, Findings
from sepa.model.message import MessageHead, Party, PaymentInformation, Transaction
from sepa.rules.rule import Case, Rule, rule


def _named_in_short(subject: Transaction, case: Case) -> bool:
    """The other side has a name that can be read, and no name of the order is too long."""
    most = case.profile.orders.name_max_chars
    other = subject.creditor if case.head.kind == "credit-transfer" else subject.debtor
    name = other.name
    if not name or name.isspace() or len(name) > most:
        return False
    for party in (subject.ultimate_debtor, subject.ultimate_creditor):
        if party is not None and party.name is not None and len(party.name) > most:
            return False
    return True


@rule(
    "CT-05",
    subject="transaction",
    source="otp-sk V.2.1(22)(b); EPC132-08 2025, Cdtr/Nm",
    codes=("BE22",),
    message="The order does not name the payee.",
    remedy="Fill in the payee's name.",
    parameters=("orders.creditor_name_mandatory",),
    kinds=("credit-transfer",),
    quiet_if=_named_in_short,
)
def creditor(subject: Transaction, case: Case) -> Findings:
    """A transfer names its payee where the terms ask for it."""
    if is_named(subject.creditor) or not case.profile.orders.creditor_name_mandatory:
        return NOTHING
    return (creditor.finding("BE22", "creditor.name", None, "a name"),)


def is_named(party: Party) -> bool:
    """Whether a party has a name that can be read: blanks are none."""
    return bool(party.name) and not str(party.name).isspace()


@rule(
    "SCH-12",
    subject="payment-information",
    source="EPC132-08 2025, Dbtr/Nm; EPC130-08 2025, Cdtr/Nm",
    codes=("BE21", "BE22"),
    message="The payment block does not name the holder of its account.",
    remedy="Fill in the name of the account holder.",
)
def account_holder(subject: PaymentInformation, case: Case) -> Findings:
    """A payment block names the holder of its account."""
    if is_named(subject.party):
        return NOTHING
    code = "BE21" if case.head.kind == "credit-transfer" else "BE22"
    return (account_holder.finding(code, "party.name", None, "a name"),)


_LONG_NAME = "The name {found} has more than {most} characters."
_LONG_NAME_REMEDY = "Shorten the name to {most} characters."


def _length_findings(judge: Rule, names: tuple[tuple[str, Party | None], ...], case: Case) -> Findings:
    most = case.profile.orders.name_max_chars
    findings = NOTHING
    for element, party in names:
        if party is not None and party.name is not None and len(party.name) > most:
            expected = "at most {most} characters"
            findings += (judge.finding("BE20", f"{element}.name", party.name, expected, most=str(most)),)
    return findings


@rule(
    "CHR-04",
    subject="transaction",
    source="EPC132-08 2025 and EPC130-08 2025, Nm",
    codes=("BE20",),
    message=_LONG_NAME,
    remedy=_LONG_NAME_REMEDY,
    parameters=("orders.name_max_chars",),
    quiet_if=_named_in_short,
)
def length(subject: Transaction, case: Case) -> Findings:
    """Names on an order are no longer than SEPA carries."""
    other = (
        ("creditor", subject.creditor) if case.head.kind == "credit-transfer" else ("debtor", subject.debtor)
    )
    if subject.ultimate_debtor is None and subject.ultimate_creditor is None:
        return _length_findings(length, (other,), case)
    ultimates = ("ultimate_debtor", subject.ultimate_debtor), ("ultimate_creditor", subject.ultimate_creditor)
    return _length_findings(length, (other, *ultimates), case)


@rule(
    "CHR-04",
    subject="payment-information",
    source="EPC132-08 2025 and EPC130-08 2025, Nm",
    codes=("BE20",),
    message=_LONG_NAME,
    remedy=_LONG_NAME_REMEDY,
    parameters=("orders.name_max_chars",),
)
def block_length(subject: PaymentInformation, case: Case) -> Findings:
    """Names on a payment block are no longer than SEPA carries."""
    return _length_findings(block_length, (("party", subject.party), ("ultimate", subject.ultimate)), case)


@rule(
    "CHR-04",
    subject="message",
    source="EPC132-08 2025 and EPC130-08 2025, InitgPty/Nm",
    codes=("BE20",),
    message=_LONG_NAME,
    remedy=_LONG_NAME_REMEDY,
    parameters=("orders.name_max_chars",),
    effect="warn",
)
def initiating_party(subject: MessageHead, case: Case) -> Findings:
    """The name of the initiating party is no longer than SEPA carries; it stays between the sender and us."""
    party = subject.group_header.initiating_party
    most = case.profile.orders.name_max_chars
    if party.name is None or len(party.name) <= most:
        return NOTHING
    element = "group_header.initiating_party.name"
    expected = "at most {most} characters"
    return (initiating_party.finding("BE20", element, party.name, expected, most=str(most)),)


RULES: tuple[Rule, ...] = (initiating_party, account_holder, block_length, creditor, length)
