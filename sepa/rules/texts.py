"""Texts and references: in characters that travel and that can be seen.

The sender's own side stands on the block and is judged there once; the other side on each order.
"""

from msgspec.structs import astuple

from sepa.model.finding import NOTHING, Finding, Findings
from sepa.model.message import Amendment, MessageHead, Party, PaymentInformation, Transaction
from sepa.model.profile import RejectOrWarn
from sepa.rules.rule import Case, Rule, rule
from sepa.scheme.characters import (
    hidden_fault,
    reference_fault,
    surely_travels,
    text_fault,
    to_sepa_text,
    unconvertible_fault,
)

Texts = list[tuple[str, str]]
"""Pairs of element and text."""

_ADDRESS_TEXTS = (
    "town_name", "post_code", "street_name", "building_number", "building_name", "floor", "post_box",
    "room", "department", "sub_department", "town_location_name", "district_name", "country_sub_division",
)  # fmt: skip


def _party_texts(party: Party, element: str, texts: Texts) -> None:
    if party.name is not None:
        texts.append((f"{element}.name", party.name))
    if party.identification is not None:
        texts.append((f"{element}.identification", party.identification.value))
    if party.address is not None:
        for part in _ADDRESS_TEXTS:
            text = getattr(party.address, part)
            if text is not None:
                texts.append((f"{element}.address.{part}", text))
        texts.extend((f"{element}.address.lines", line) for line in party.address.lines)


def _order_texts(transaction: Transaction, case: Case) -> Texts:
    texts: Texts = []
    if case.head.kind == "credit-transfer":
        _party_texts(transaction.creditor, "creditor", texts)
    else:
        _party_texts(transaction.debtor, "debtor", texts)
    if transaction.ultimate_debtor is not None:
        _party_texts(transaction.ultimate_debtor, "ultimate_debtor", texts)
    if transaction.ultimate_creditor is not None:
        _party_texts(transaction.ultimate_creditor, "ultimate_creditor", texts)
    remittance = transaction.remittance
    if remittance is not None:
        for text in remittance.unstructured:
            texts.append(("remittance.unstructured", text))
        for structured in remittance.structured:
            if structured.reference is not None:
                texts.append(("remittance.structured.reference", structured.reference))
    change = _amendment(transaction)
    if change is not None and change.creditor_name is not None:
        texts.append(("mandate.amendment.creditor_name", change.creditor_name))
    return texts


def _order_references(transaction: Transaction) -> Texts:
    references: Texts = [("end_to_end_id", transaction.end_to_end_id)]
    if transaction.instruction_id is not None:
        references.append(("instruction_id", transaction.instruction_id))
    mandate_id = _mandate_id(transaction)
    if mandate_id is not None:
        references.append(("mandate.mandate_id", mandate_id))
    change = _amendment(transaction)
    if change is not None and change.mandate_id is not None:
        references.append(("mandate.amendment.mandate_id", change.mandate_id))
    return references


def _mandate_id(transaction: Transaction) -> str | None:
    return transaction.mandate.mandate_id if transaction.mandate is not None else None


def _amendment(transaction: Transaction) -> Amendment | None:
    return transaction.mandate.amendment if transaction.mandate is not None else None


def _all_plain(transaction: Transaction, case: Case) -> bool:
    """Whether texts and references of an order travel, so that no rule of this family has a word to say."""
    references = transaction.end_to_end_id, transaction.instruction_id, _mandate_id(transaction)
    for reference in references:
        if reference is not None and reference_fault(reference) is not None:
            return False
    return _amendment(transaction) is None and _plain_texts(transaction, case)


def _plain_texts(transaction: Transaction, case: Case) -> bool:
    """Whether all texts of an order travel as they are, or with a likeness where the profile converts."""
    other = transaction.creditor if case.head.kind == "credit-transfer" else transaction.debtor
    texts: list[str | None] = [other.name]
    if other.identification is not None:
        texts.append(other.identification.value)
    if other.address is not None:
        *parts, lines = astuple(other.address)
        texts += parts
        texts += lines
    for ultimate in (transaction.ultimate_debtor, transaction.ultimate_creditor):
        if ultimate is not None:
            if ultimate.address is not None or ultimate.identification is not None:
                return False
            texts.append(ultimate.name)
    remittance = transaction.remittance
    if remittance is not None:
        texts += remittance.unstructured
        for structured in remittance.structured:
            texts.append(structured.reference)
    joined = "".join(filter(None, texts))
    if case.profile.characters.text == "convert":
        return surely_travels(joined)
    return text_fault(joined) is None


def _block_texts(block: PaymentInformation) -> Texts:
    texts: Texts = []
    _party_texts(block.party, "party", texts)
    if block.ultimate is not None:
        _party_texts(block.ultimate, "ultimate", texts)
    return texts


def _character_findings(judge: Rule, texts: Texts, case: Case) -> Findings:
    converted = case.profile.characters.text == "convert"
    judged = unconvertible_fault if converted else text_fault
    found: list[Finding] = []
    for element, text in texts:
        fault = judged(text)
        if fault is None or hidden_fault(text) is not None:
            continue
        found.append(
            judge.finding(
                "RR10",
                element,
                text,
                fault,
                effect="warn" if converted else "reject",
                message=CONVERTED if converted else None,
                sent=to_sepa_text(text),
            )
        )
    return tuple(found)


def _hidden_findings(judge: Rule, texts: Texts) -> Findings:
    faults = ((element, text, hidden_fault(text)) for element, text in texts)
    return tuple(judge.finding("RR10", element, text, fault) for element, text, fault in faults if fault)


def _reference_findings(judge: Rule, texts: Texts, effect: RejectOrWarn) -> Findings:
    found: Findings = NOTHING
    for element, text in texts:
        fault = reference_fault(text)
        if fault is None or hidden_fault(text) is not None:
            continue
        code = "FF08" if element == "end_to_end_id" else "RR10"
        message = _BLANK if text.isspace() else None
        found += (judge.finding(code, element, text, fault, effect=effect, message=message),)
    return found


CONVERTED = "Some characters of {found} do not travel in SEPA; we send {sent}."
_CHARACTERS = "Some characters of {found} do not travel in SEPA."
_CHARACTERS_REMEDY = "Use letters without marks, digits and the signs / - ? : ( ) . , ' + only."
_CHARACTERS_SOURCE = "EPC132-08 2025, character set; EPC217-08"
_HIDDEN = "The text {found} holds characters that cannot be seen."
_HIDDEN_REMEDY = "Type the text anew instead of copying it."
_REFERENCE = "The reference {found} holds characters or slashes that a reference may not hold."
_BLANK = "A reference is blank."
_REFERENCE_REMEDY = "Use letters, digits and single slashes inside the reference only."
_REFERENCE_SOURCE = "EPC132-08 2025 and EPC130-08 2025, references"


@rule(
    "CHR-01",
    subject="transaction",
    source=_CHARACTERS_SOURCE,
    codes=("RR10",),
    message=_CHARACTERS,
    remedy=_CHARACTERS_REMEDY,
    parameters=("characters.text",),
    quiet_if=_all_plain,
)
def characters(subject: Transaction, case: Case) -> Findings:
    """The texts of an order are written in the SEPA character set.

    Where the profile converts, a letter with a likeness in the set (á, ß, Ø) is sent as that and is no fault.
    """
    return _character_findings(characters, _order_texts(subject, case), case)


@rule(
    "CHR-01",
    subject="payment-information",
    source=_CHARACTERS_SOURCE,
    codes=("RR10",),
    message=_CHARACTERS,
    remedy=_CHARACTERS_REMEDY,
    parameters=("characters.text",),
)
def block_characters(subject: PaymentInformation, case: Case) -> Findings:
    """The texts of a payment block are written in the SEPA character set."""
    return _character_findings(block_characters, _block_texts(subject), case)


@rule(
    "CHR-02",
    subject="transaction",
    source=_CHARACTERS_SOURCE,
    codes=("RR10",),
    message=_HIDDEN,
    remedy=_HIDDEN_REMEDY,
    quiet_if=_all_plain,
)
def hidden_characters(subject: Transaction, case: Case) -> Findings:
    """No text or reference of an order holds characters that cannot be seen."""
    return _hidden_findings(hidden_characters, _order_texts(subject, case) + _order_references(subject))


@rule(
    "CHR-02",
    subject="payment-information",
    source=_CHARACTERS_SOURCE,
    codes=("RR10",),
    message=_HIDDEN,
    remedy=_HIDDEN_REMEDY,
)
def block_hidden_characters(subject: PaymentInformation, case: Case) -> Findings:
    """No text or reference of a payment block holds characters that cannot be seen."""
    return _hidden_findings(block_hidden_characters, [*_block_texts(subject), ("id", subject.id)])


@rule(
    "CHR-03",
    subject="message",
    source=_REFERENCE_SOURCE,
    codes=("RR10",),
    message=_REFERENCE,
    remedy=_REFERENCE_REMEDY,
    effect="warn",
)
def message_id(subject: MessageHead, case: Case) -> Findings:
    """The message identification is written like a reference; it stays between the sender and us."""
    element, id = "group_header.message_id", subject.group_header.message_id
    if hidden_fault(id) is not None:
        expected = "characters that can be seen"
        return (message_id.finding("RR10", element, id, expected, effect="reject", message=_HIDDEN),)
    return _reference_findings(message_id, [(element, id)], "warn")


@rule(
    "CHR-03",
    subject="payment-information",
    source=_REFERENCE_SOURCE,
    codes=("RR10",),
    message=_REFERENCE,
    remedy=_REFERENCE_REMEDY,
    effect="warn",
)
def block_id(subject: PaymentInformation, case: Case) -> Findings:
    """The payment block identification is written like a reference; it stays between the sender and us."""
    return _reference_findings(block_id, [("id", subject.id)], "warn")


@rule(
    "CHR-03",
    subject="transaction",
    source=_REFERENCE_SOURCE,
    codes=("RR10", "FF08"),
    message=_REFERENCE,
    remedy=_REFERENCE_REMEDY,
    parameters=("characters.reference",),
    quiet_if=_all_plain,
)
def references(subject: Transaction, case: Case) -> Findings:
    """The references of an order are such that travel."""
    effect = case.profile.characters.reference
    return _reference_findings(references, _order_references(subject), effect)


RULES: tuple[Rule, ...] = (
    message_id,
    block_id,
    block_characters,
    block_hidden_characters,
    characters,
    hidden_characters,
    references,
)
