"""What an order is for: purpose and category purpose by the lists of ISO 20022, remarked on where unknown."""

from sepa.model.finding import NOTHING, Findings
from sepa.model.message import PaymentInformation, Transaction
from sepa.rules.rule import Case, Rule, rule
from sepa.scheme.purposes import CATEGORY_PURPOSES, PURPOSES

_SOURCE = "EPC132-08 2025 and EPC130-08 2025, {element}; ISO 20022 external code sets"
_CATEGORY_SOURCE = _SOURCE.format(element="CtgyPurp")
_CATEGORY = "payment_type.category_purpose"
_CATEGORY_MESSAGE = "We do not know the category purpose {found}; we pass it on as it is."
_CATEGORY_REMEDY = "Use a category purpose of the list of ISO 20022, or leave it out."
_LISTED = "a code of the list of ISO 20022"


def _unknown_category(found: str | None) -> bool:
    """Own values are agreed between banks, and no list says what they may be."""
    return found is not None and found not in CATEGORY_PURPOSES and not found.startswith("!")


@rule(
    "PUR-01",
    subject="payment-information",
    source=_CATEGORY_SOURCE,
    codes=("FF06",),
    message=_CATEGORY_MESSAGE,
    remedy=_CATEGORY_REMEDY,
    effect="warn",
)
def block_category(subject: PaymentInformation, case: Case) -> Findings:
    """The category purpose of a payment block is one of the list."""
    found = subject.payment_type.category_purpose if subject.payment_type is not None else None
    if not _unknown_category(found):
        return NOTHING
    return (block_category.finding("FF06", _CATEGORY, found, _LISTED),)


def _says_no_purpose(subject: Transaction, case: Case) -> bool:
    """Nothing said, or said by the block, of which the block's own rule speaks."""
    return subject.purpose is None and (
        subject.payment_type_at == "block" or subject.payment_type.category_purpose is None
    )


@rule(
    "PUR-01",
    subject="transaction",
    source=_CATEGORY_SOURCE,
    codes=("FF06",),
    message=_CATEGORY_MESSAGE,
    remedy=_CATEGORY_REMEDY,
    effect="warn",
    quiet_if=_says_no_purpose,
)
def category(subject: Transaction, case: Case) -> Findings:
    """The category purpose of an order is one of the list."""
    found = subject.payment_type.category_purpose
    if subject.payment_type_at == "block" or not _unknown_category(found):
        return NOTHING
    block = case.block.payment_type if case.block is not None else None
    if block is not None and block.category_purpose == found:
        return NOTHING  # told once, of the block
    return (category.finding("FF06", _CATEGORY, found, _LISTED),)


@rule(
    "PUR-02",
    subject="transaction",
    source=_SOURCE.format(element="Purp"),
    codes=("FF07",),
    message="We do not know the purpose {found}; we pass it on as it is.",
    remedy="Use a purpose of the list of ISO 20022, or leave it out.",
    effect="warn",
    quiet_if=_says_no_purpose,
)
def purpose(subject: Transaction, case: Case) -> Findings:
    """The purpose of an order is one of the list; one of the sender's own does not travel."""
    found = subject.purpose
    if found is None or found in PURPOSES:
        return NOTHING
    left_out = "SEPA carries a purpose by its code only; we leave {found} out." if found[0] == "!" else None
    return (purpose.finding("FF07", "purpose", found.removeprefix("!"), _LISTED, message=left_out),)


RULES: tuple[Rule, ...] = (block_category, category, purpose)
