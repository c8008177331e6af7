"""Transfers that are none of SEPA's: what marks them, and which family each belongs to (NSP-01)."""

from typing import Final

from sepa.model.message import Transaction
from sepa.model.profile import countries_on
from sepa.model.reference import account_of, is_ours
from sepa.model.verdict import Family
from sepa.rules.rule import Case
from sepa.scheme.bic import bic_country, bic_fault
from sepa.scheme.countries import account_country
from sepa.scheme.iban import iban_country

URGENT_LEVELS: Final = ("URGP", "SDVA")

SENTENCES: Final[dict[Family, str]] = {
    "priority_domestic": "This is a priority domestic payment ({found}), not a SEPA payment.",
    "on_us_foreign_currency": (
        "This is a transfer in a foreign currency ({found}) between accounts of ours, not a SEPA payment."
    ),
    "on_us_conversion": (
        "This is a transfer with a conversion ({found}) between accounts of ours, not a SEPA payment."
    ),
    "regulated": "This is a regulated payment: the bank of {found} takes no part in SEPA.",
    "urgent_regulated": "This is an urgent regulated payment: the bank of {found} takes no part in SEPA.",
    "standard": "This is a payment outside SEPA ({found}).",
    "urgent": "This is an urgent payment ({found}), not a SEPA payment.",
    "otp_express": "This is an express payment within the OTP group ({found}), not a SEPA payment.",
}
"""What the sender is told of each family; `{found}` is what gave it away."""


def outside_sepa(order: Transaction, case: Case) -> bool:
    """Whether a transfer asks for what no SEPA payment has: a level, a priority, a currency, charges (NSP-01).

    Each of the four has a rule of its own, which refuses or routes the order.
    """
    kind, charges = order.payment_type, case.profile.orders.charge_bearer
    return (
        kind.service_level not in (None, "SEPA")
        or kind.instruction_priority not in (None, "NORM")
        or (order.amount is not None and order.currency != case.profile.scope.currency)
        or (order.charge_bearer not in (None, charges.iso) and order.charge_bearer not in charges.alias)
    )


def family_of(order: Transaction, case: Case, *, unreached: bool) -> Family:
    """The family of a transfer that SEPA does not carry. `unreached`: the scheme does not reach the payee's bank.

    A payment in euro to a bank of the OTP group in the scheme is SEPA's own, unless it asks for more (A-33).
    """
    bank, reference = case.profile.bank, case.reference
    debtor, creditor = order.debtor_account.iban, order.creditor_account.iban
    euro = order.currency == case.profile.scope.currency
    if is_ours(debtor, bank, reference) and is_ours(creditor, bank, reference):
        if not euro:
            return "on_us_foreign_currency"
        if needs_conversion(order, case):
            return "on_us_conversion"
    fast = is_urgent(order)
    if euro and fast and _at_home(order, bank.country):
        return "priority_domestic"
    if _within_group(order, case):
        return "otp_express"
    if unreached and euro and _may_be_regulated(order, case):
        return "urgent_regulated" if fast else "regulated"
    return "urgent" if fast else "standard"


def is_urgent(order: Transaction) -> bool:
    """Whether an order asks for speed: by its service level, or by its priority."""
    kind = order.payment_type
    return kind.service_level in URGENT_LEVELS or kind.instruction_priority == "HIGH"


def under_a_deal(order: Transaction) -> bool:
    """Whether an order names the exchange of a currency deal."""
    return "XchgRateInf" in order.extras


def is_domestic(order: Transaction, case: Case) -> bool:
    """Whether an order is in the scheme's currency and between two accounts of the bank's own country."""
    return order.currency == case.profile.scope.currency and _at_home(order, case.profile.bank.country)


def needs_conversion(order: Transaction, case: Case) -> bool:
    """Whether money moves in euro between two accounts of ours of which at least one has another currency (CUT-08)."""
    euro = case.profile.scope.currency
    both = (order.debtor_account.iban, order.creditor_account.iban)
    if order.currency != euro or not all(is_ours(iban, case.profile.bank, case.reference) for iban in both):
        return False
    accounts = [account_of(iban, case.reference) for iban in both]
    return any(account is not None and account.currency != euro for account in accounts)


def payees_country(order: Transaction) -> str | None:
    """The country of the payee's bank by its BIC; None when it is not named by a BIC. Not where the payee lives."""
    bic = order.creditor_agent.bic
    if bic is None or bic_fault(bic) is not None:
        return None
    return account_country(bic_country(bic))


def to_eea(order: Transaction, case: Case) -> bool:
    """Whether the payee's account is kept in the European Economic Area, by its IBAN or by the BIC of its bank."""
    iban = order.creditor_account.iban
    country = iban_country(iban) if iban is not None else payees_country(order)
    day = case.dating.settlement_date if case.dating is not None else case.received_at.date()
    return country in countries_on(case.profile.scope.eea_countries, day)


def _at_home(order: Transaction, country: str) -> bool:
    debtor, creditor = order.debtor_account.iban, order.creditor_account.iban
    return bool(debtor and creditor and debtor[:2] == creditor[:2] == country)


def _within_group(order: Transaction, case: Case) -> bool:
    express, bic = case.profile.non_sepa.otp_express, order.creditor_agent.bic
    if bic is None or bic[:8] not in express.banks:
        return False
    return order.currency in (*express.currencies, *express.extra.get(payees_country(order) or "", ()))


def _may_be_regulated(order: Transaction, case: Case) -> bool:
    """EUR to the EEA with IBAN and BIC, shared charges and no instructions to anyone (V.3.2(44)(a))."""
    charges = case.profile.orders.charge_bearer
    shared = order.charge_bearer in (None, charges.iso, *charges.alias)
    named = order.creditor_account.iban is not None and payees_country(order) is not None
    instructed = any(extra.startswith("InstrFor") for extra in order.extras)
    return shared and named and not instructed and to_eea(order, case)
