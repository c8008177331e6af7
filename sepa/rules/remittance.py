"""What an order tells the payee: one text or one structured reference, no longer than SEPA carries."""

from sepa.model.finding import NOTHING, Findings
from sepa.model.message import StructuredReference, Transaction
from sepa.rules.rule import Case, Rule, rule
from sepa.scheme.creditor_reference import creditor_reference_fault

STRUCTURED_MAX_CHARS = 140
"""EPC132-08 2025, Strd: counted with its inner tags."""


def _one_short_text(subject: Transaction, case: Case) -> bool:
    """Nothing for the payee, or one message that fits."""
    remittance = subject.remittance
    if remittance is None:
        return True
    texts = remittance.unstructured
    return (
        not remittance.structured
        and len(texts) == 1
        and len(texts[0]) <= case.profile.orders.remittance_max_chars
    )


@rule(
    "CT-13",
    subject="transaction",
    source="otp-sk V.2.1(22)(g); EPC132-08 2025, Ustrd",
    codes=("RR07",),
    message="The message for the payee has {length} characters, more than the {most} we can carry.",
    remedy="Shorten the message for the payee to {most} characters.",
    parameters=("orders.remittance_max_chars",),
    quiet_if=_one_short_text,
)
def text_length(subject: Transaction, case: Case) -> Findings:
    """The message for the payee is no longer than the scheme carries."""
    if subject.remittance is None:
        return NOTHING
    most = case.profile.orders.remittance_max_chars
    for text in subject.remittance.unstructured:
        if len(text) > most:
            return (
                text_length.finding(
                    "RR07",
                    "remittance.unstructured",
                    text,
                    "at most {most} characters",
                    most=str(most),
                    length=str(len(text)),
                ),
            )
    return NOTHING


@rule(
    "SCH-09",
    subject="transaction",
    source="EPC132-08 2025, RmtInf; EPC130-08 2025, RmtInf",
    codes=("CH17",),
    message="The order carries {found} messages or references for the payee; SEPA carries one.",
    remedy="Send one message or one structured reference with each order.",
    quiet_if=_one_short_text,
)
def only_one(subject: Transaction, case: Case) -> Findings:
    """An order carries one message or one structured reference for the payee, not more."""
    remittance = subject.remittance
    if remittance is None:
        return NOTHING
    count = len(remittance.unstructured) + len(remittance.structured)
    if count <= 1:
        return NOTHING
    return (only_one.finding("CH17", "remittance", str(count), "one message or one reference"),)


@rule(
    "SCH-10",
    subject="transaction",
    source="EPC132-08 2025, Strd; EPC130-08 2025, Strd",
    codes=("CH15",),
    message="The structured reference takes {found} characters with its tags, more than {most}.",
    remedy="Shorten the structured reference, or send the reference alone.",
    quiet_if=_one_short_text,
)
def structured_length(subject: Transaction, case: Case) -> Findings:
    """A structured reference takes no more than 140 characters with its tags."""
    if subject.remittance is None:
        return NOTHING
    for structured in subject.remittance.structured:
        if structured.size > STRUCTURED_MAX_CHARS:
            most = str(STRUCTURED_MAX_CHARS)
            return (
                structured_length.finding(
                    "CH15",
                    "remittance.structured",
                    str(structured.size),
                    "at most {most} characters",
                    most=most,
                ),
            )
    return NOTHING


@rule(
    "SCH-11",
    subject="transaction",
    source="ISO 11649; EPC132-08 2025, CdtrRefInf",
    codes=("RR07",),
    message="The creditor reference {found} is wrong: its check digits do not agree.",
    remedy="Copy the reference from the invoice once more.",
    quiet_if=_one_short_text,
)
def creditor_reference(subject: Transaction, case: Case) -> Findings:
    """A creditor reference by ISO 11649 has the right check digits."""
    if subject.remittance is None:
        return NOTHING
    for structured in subject.remittance.structured:
        if structured.reference is None or not _by_iso_11649(structured):
            continue
        fault = creditor_reference_fault(structured.reference)
        if fault is not None:
            return (
                creditor_reference.finding(
                    "RR07", "remittance.structured.reference", structured.reference, fault
                ),
            )
    return NOTHING


def _by_iso_11649(structured: StructuredReference) -> bool:
    """Issuer ISO binds the reference to ISO 11649; so does SCOR with a reference that begins with RF."""
    if structured.issuer is not None:
        return structured.issuer == "ISO"
    return structured.type == "SCOR" and (structured.reference or "").startswith("RF")


RULES: tuple[Rule, ...] = (text_length, only_one, structured_length, creditor_reference)
