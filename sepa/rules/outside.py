"""Transfers that are none of SEPA's: what marks them, and where they go."""

from sepa.model.message import Transaction
from sepa.rules.rule import Case
from sepa.scheme.bic import bic_country, bic_fault
from sepa.scheme.countries import account_country


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


def payees_country(order: Transaction) -> str | None:
    """The country of the payee's bank by its BIC; None when it is not named by a BIC. Not where the payee lives."""
    bic = order.creditor_agent.bic
    if bic is None or bic_fault(bic) is not None:
        return None
    return account_country(bic_country(bic))
