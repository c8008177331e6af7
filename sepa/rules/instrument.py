"""Which instrument an order asks for, and whether it is SEPA's: method, level, priority, charges."""

from sepa.model.finding import NOTHING, Findings
from sepa.model.message import PaymentInformation, Transaction
from sepa.model.reference import is_ours
from sepa.rules.outside import SENTENCES, URGENT_LEVELS, is_domestic, needs_conversion
from sepa.rules.rule import Case, Rule, rule

_METHODS = {"credit-transfer": "TRF", "collection": "DD"}
_NORMAL = (None, "NORM")
_INSTEAD = "Order it through the channel made for it, or as a SEPA payment."

PRIORITY_DOMESTIC = SENTENCES["priority_domestic"]
URGENT_PAYMENT = SENTENCES["urgent"]
STANDARD = SENTENCES["standard"]
ON_US_FOREIGN_CURRENCY = SENTENCES["on_us_foreign_currency"]


@rule(
    "SC-01",
    subject="payment-information",
    source="otp-sk V.1(1)",
    codes=("AG03",),
    message="We do not carry out the payment method {found}.",
    remedy="Use the payment method {method}.",
)
def method(subject: PaymentInformation, case: Case) -> Findings:
    """Only transfers are taken: TRF for credit transfers, DD for direct debits."""
    known = _METHODS[case.head.kind]
    if subject.method == known:
        return NOTHING
    return (method.finding("AG03", "method", subject.method, "{method}", method=known),)


def _plainly_sepa(subject: Transaction, case: Case) -> bool:
    """SEPA by its level, normal, in the scheme's currency, with shared charges, of one type, and nothing to convert."""
    kind, profile = subject.payment_type, case.profile
    return (
        kind.service_level == "SEPA"
        and kind.instruction_priority in _NORMAL
        and subject.currency == profile.scope.currency
        and subject.charge_bearer in (None, profile.orders.charge_bearer.iso)
        and (kind.local_instrument is None or case.head.kind == "collection")
        and subject.payment_type_at != "both"
        and profile.non_sepa.routes.on_us_conversion is None
    )


def _urgent_family(transaction: Transaction, case: Case) -> str:
    return PRIORITY_DOMESTIC if is_domestic(transaction, case) else URGENT_PAYMENT


@rule(
    "NSP-01",
    subject="transaction",
    source="otp-sk V.3.1, V.3.2; EPC132-08 2025, SvcLvl",
    codes=("FF04",),
    message=STANDARD,
    remedy=_INSTEAD,
    parameters=("non_sepa.action", "orders.service_level_mandatory"),
    quiet_if=_plainly_sepa,
)
def service_level(subject: Transaction, case: Case) -> Findings:
    """The service level of an order is SEPA."""
    level = subject.payment_type.service_level
    if level == "SEPA" or level is None:
        return NOTHING
    family = _urgent_family(subject, case) if level in URGENT_LEVELS else STANDARD
    # With Prtry named, nobody is told that SEPA is a payment outside SEPA.
    asked = f"Prtry {level[1:]}" if level.startswith("!") else level
    effect = case.profile.non_sepa.action
    return (
        service_level.finding(
            "FF04", "payment_type.service_level", asked, "SEPA", effect=effect, message=family
        ),
    )


@rule(
    "SCH-01",
    subject="transaction",
    source="EPC132-08 2025, SvcLvl; EPC130-08 2025, SvcLvl",
    codes=("FF04",),
    message="The order names no service level.",
    remedy="Write SEPA as the service level.",
    parameters=("orders.service_level_mandatory",),
    quiet_if=_plainly_sepa,
)
def service_level_given(subject: Transaction, case: Case) -> Findings:
    """An order names its service level."""
    if subject.payment_type.service_level is not None or not case.profile.orders.service_level_mandatory:
        return NOTHING
    return (service_level_given.finding("FF04", "payment_type.service_level", None, "SEPA"),)


@rule(
    "SC-02",
    subject="transaction",
    source="otp-sk V.2.1(20), II SEPA transfer",
    codes=("AG02",),
    message=URGENT_PAYMENT,
    remedy=_INSTEAD,
    parameters=("non_sepa.action",),
    quiet_if=_plainly_sepa,
)
def priority(subject: Transaction, case: Case) -> Findings:
    """A SEPA payment has normal priority."""
    asked = subject.payment_type.instruction_priority
    if asked is None or asked == "NORM":
        return NOTHING
    return (
        priority.finding(
            "AG02",
            "payment_type.instruction_priority",
            asked,
            "NORM",
            effect=case.profile.non_sepa.action,
            message=_urgent_family(subject, case),
        ),
    )


@rule(
    "CT-02",
    subject="transaction",
    source="otp-sk V.2.1(18), V.2.1(21)(d)",
    codes=("AM03",),
    message=STANDARD,
    remedy="Order SEPA payments in {currency}; other currencies go through another channel.",
    parameters=("scope.currency", "non_sepa.action"),
    quiet_if=_plainly_sepa,
)
def currency(subject: Transaction, case: Case) -> Findings:
    """The currency of a SEPA payment is the euro."""
    expected = case.profile.scope.currency
    if subject.currency == expected or subject.amount is None:
        return NOTHING
    bank = case.profile.bank
    both = (subject.debtor_account.iban, subject.creditor_account.iban)
    on_us = all(is_ours(iban, bank, case.reference) for iban in both)
    family = ON_US_FOREIGN_CURRENCY if on_us else STANDARD
    return (
        currency.finding(
            "AM03",
            "currency",
            subject.currency,
            "{currency}",
            effect=case.profile.non_sepa.action,
            message=family,
            currency=expected,
        ),
    )


@rule(
    "CT-12",
    subject="transaction",
    source="otp-sk V.2.1(20)",
    codes=("BE19",),
    message="SEPA payments share the charges; with {found} this is a standard payment outside SEPA.",
    remedy="Write {charges} as the charge bearer, or leave it out.",
    parameters=("orders.charge_bearer", "non_sepa.action"),
    quiet_if=_plainly_sepa,
)
def charge_bearer(subject: Transaction, case: Case) -> Findings:
    """Each side of a SEPA payment bears the charges of its own bank."""
    bearer = subject.charge_bearer
    known = case.profile.orders.charge_bearer
    if bearer is None or bearer == known.iso:
        return NOTHING
    same = bearer in known.alias
    return (
        charge_bearer.finding(
            "BE19",
            "charge_bearer",
            bearer,
            "{charges}",
            effect="warn" if same else case.profile.non_sepa.action,
            message="We read the charge bearer {found} as {charges}." if same else None,
            charges=known.iso,
        ),
    )


@rule(
    "NSP-05",
    subject="transaction",
    source="otp-sk V.3.1(43)",
    codes=("AC11",),
    message=SENTENCES["on_us_conversion"],
    remedy=_INSTEAD,
    parameters=("non_sepa.action", "non_sepa.routes.on_us_conversion"),
    needs=("accounts",),
    effect="route",
    kinds=("credit-transfer",),
    quiet_if=_plainly_sepa,
)
def conversion(subject: Transaction, case: Case) -> Findings:
    """A transfer with a conversion inside the bank goes to the channel made for it, where there is one.

    Without one the desk books it, in euro on both sides; the core system converts.
    """
    non_sepa = case.profile.non_sepa
    if non_sepa.routes.on_us_conversion is None or non_sepa.action != "route":
        return NOTHING
    if not needs_conversion(subject, case):
        return NOTHING
    return (
        conversion.finding("AC11", "creditor_account.iban", subject.creditor_account.iban, "euro accounts"),
    )


@rule(
    "SCH-02",
    subject="transaction",
    source="EPC132-08 2025, LclInstrm; EPC004-16 2025",
    codes=("AG03", "FF05"),
    message="Instant payments are not taken through this channel.",
    remedy="Order instant payments through the channel made for them.",
    parameters=("scope.sct_inst",),
    kinds=("credit-transfer",),
    quiet_if=_plainly_sepa,
)
def local_instrument(subject: Transaction, case: Case) -> Findings:
    """A credit transfer asks for no local instrument that we do not offer."""
    asked = subject.payment_type.local_instrument
    if asked is None:
        return NOTHING
    instant = asked == "INST"
    if instant and case.profile.scope.sct_inst:
        return NOTHING
    return (
        local_instrument.finding(
            "AG03" if instant else "FF05",
            "payment_type.local_instrument",
            asked.removeprefix("!"),
            "none",
            effect="reject" if instant else "warn",
            message=None if instant else "We do not use the local instrument {found} and leave it out.",
        ),
    )


@rule(
    "SCH-03",
    subject="transaction",
    source="EPC132-08 2025, PmtTpInf; EPC130-08 2025, PmtTpInf",
    codes=("CH17",),
    message="The payment type stands on the payment block and on the order; the order's own was used.",
    remedy="State the payment type once: for the whole block or for every order.",
    effect="warn",
    quiet_if=_plainly_sepa,
)
def payment_type_once(subject: Transaction, case: Case) -> Findings:
    """The payment type is stated once: for the block or for each order."""
    if subject.payment_type_at != "both":
        return NOTHING
    return (payment_type_once.finding("CH17", "payment_type", "both levels", "one level"),)


RULES: tuple[Rule, ...] = (
    method,
    service_level,
    service_level_given,
    priority,
    currency,
    charge_bearer,
    conversion,
    local_instrument,
    payment_type_once,
)
