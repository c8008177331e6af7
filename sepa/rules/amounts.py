"""The amount of an order: given, whole cents, more than nothing, no more than the scheme or one person lets pass."""

from sepa.model.finding import NOTHING, Findings
from sepa.model.message import Transaction
from sepa.rules.rule import Case, Rule, rule
from sepa.scheme.money import amount_text, cents

_FORM = "digits, a point and at most two decimals"


def _usual(subject: Transaction, case: Case) -> bool:
    """Whole cents, more than none, no more than the scheme carries, and below what two people must release."""
    amount_cents = cents(subject.amount) if subject.amount is not None else None
    from_cents = case.profile.four_eyes.from_cents
    return (
        amount_cents is not None
        and 0 < amount_cents <= case.profile.orders.amount_max_cents
        and (from_cents is None or amount_cents < from_cents)
    )


@rule(
    "CT-01",
    subject="transaction",
    source="otp-sk V.2.1(21)(c)",
    codes=("AM12",),
    message="The order names no amount.",
    remedy="Fill in the amount in euro.",
    quiet_if=_usual,
)
def given(subject: Transaction, case: Case) -> Findings:
    """An order names its amount."""
    if subject.amount is not None:
        return NOTHING
    if any(extra.endswith("EqvtAmt") for extra in subject.extras):
        return NOTHING  # the rule of extras speaks of it
    return (given.finding("AM12", "amount", None, "an amount"),)


@rule(
    "SCH-06",
    subject="transaction",
    source="EPC132-08 2025, InstdAmt; EPC130-08 2025, InstdAmt",
    codes=("CH20", "AM12"),
    message="The amount {found} is not in whole cents.",
    remedy="Round the amount to whole cents.",
    quiet_if=_usual,
)
def whole_cents(subject: Transaction, case: Case) -> Findings:
    """An amount is in whole cents."""
    amount = subject.amount
    if amount is None or cents(amount) is not None:
        return NOTHING
    euros, point, decimals = amount.partition(".")
    a_number = amount.isascii() and euros.isdigit() and decimals.isdigit() and point == "."
    if a_number and len(decimals) > 2:
        return (whole_cents.finding("CH20", "amount", amount, _FORM),)
    return (whole_cents.finding("AM12", "amount", amount, _FORM, message="{found} is not an amount."),)


@rule(
    "SCH-07",
    subject="transaction",
    source="EPC132-08 2025, InstdAmt; EPC130-08 2025, InstdAmt",
    codes=("AM01",),
    message="The amount is zero.",
    remedy="Fill in an amount of at least 0.01.",
    quiet_if=_usual,
)
def more_than_zero(subject: Transaction, case: Case) -> Findings:
    """An amount is at least one cent."""
    if subject.amount is None or cents(subject.amount) != 0:
        return NOTHING
    return (more_than_zero.finding("AM01", "amount", subject.amount, "at least 0.01"),)


@rule(
    "SCH-08",
    subject="transaction",
    source="EPC132-08 2025, InstdAmt; EPC130-08 2025, InstdAmt",
    codes=("AM02",),
    message="The amount {found} is more than one order may carry.",
    remedy="Split the amount over orders of at most {most}.",
    parameters=("orders.amount_max_cents",),
    quiet_if=_usual,
)
def at_most(subject: Transaction, case: Case) -> Findings:
    """An amount is no more than the scheme carries."""
    if subject.amount is None:
        return NOTHING
    amount_cents = cents(subject.amount)
    limit = case.profile.orders.amount_max_cents
    if amount_cents is None or amount_cents <= limit:
        return NOTHING
    most = amount_text(limit)
    return (at_most.finding("AM02", "amount", subject.amount, "at most {most}", most=most),)


@rule(
    "EYE-01",
    subject="transaction",
    source="profile, four_eyes",
    codes=("MS03",),
    message="An order of {least} EUR or more waits until two people of the bank have released it.",
    remedy="Please wait; we tell you what becomes of the order.",
    parameters=("four_eyes.from_cents",),
    effect="hold",
    blames="bank",
    quiet_if=_usual,
)
def large(subject: Transaction, case: Case) -> Findings:
    """A very large order is released by two people of the bank."""
    amount_cents = cents(subject.amount) if subject.amount is not None else None
    from_cents = case.profile.four_eyes.from_cents
    if amount_cents is None or from_cents is None or amount_cents < from_cents:
        return NOTHING
    least = amount_text(from_cents)
    return (large.finding("MS03", "amount", subject.amount, "less than {least}", least=least),)


RULES: tuple[Rule, ...] = (given, whole_cents, more_than_zero, at_most, large)
