"""Elements of ISO 20022 outside SEPA: left out with a remark, refused where they change the order."""

from sepa.model.finding import NOTHING, Finding, Findings
from sepa.model.message import PaymentInformation, Transaction
from sepa.rules.rule import Case, Rule, rule

_UNSUPPORTED = ("ChqInstr",)
_EXTRA = "{found} is not part of a SEPA payment; we leave it out."
_EXTRA_REMEDY = "Leave {found} out of SEPA payments."


@rule(
    "SCH-04",
    subject="transaction",
    source="EPC132-08 2025 and EPC130-08 2025, elements outside the SEPA core set",
    codes=("CH17", "AM12"),
    message=_EXTRA,
    remedy=_EXTRA_REMEDY,
    effect="warn",
)
def order(subject: Transaction, case: Case) -> Findings:
    """An order holds nothing beyond what SEPA carries."""
    if not subject.extras:
        return NOTHING
    return tuple(_extra(extra) for extra in subject.extras)


def _extra(element: str) -> Finding:
    tag = element.rsplit("/", 1)[-1]
    if tag == "EqvtAmt":
        return order.finding(
            "AM12", "amount", element, "an amount in euro", effect="reject", message=EQUIVALENT_AMOUNT
        )
    if tag in _UNSUPPORTED:
        return order.finding("CH17", "extras", element, "no such element", effect="reject", message=CHEQUE)
    return order.finding("CH17", "extras", element, "no such element")


EQUIVALENT_AMOUNT = "The order gives the equivalent of an amount in another currency ({found})."
CHEQUE = "The order asks for a cheque ({found}), which we do not issue."


@rule(
    "SCH-05",
    subject="payment-information",
    source="EPC132-08 2025 and EPC130-08 2025, elements outside the SEPA core set",
    codes=("CH17",),
    message=_EXTRA,
    remedy=_EXTRA_REMEDY,
    effect="warn",
)
def block(subject: PaymentInformation, case: Case) -> Findings:
    """A payment block holds nothing beyond what SEPA carries."""
    element = "payment_information.extras"
    return tuple(block.finding("CH17", element, extra, "no such element") for extra in subject.extras)


RULES: tuple[Rule, ...] = (block, order)
