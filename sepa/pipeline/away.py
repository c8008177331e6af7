"""What the other channel is told of an order that is handed over to it."""

from sepa.model.broken import BrokenPromise
from sepa.model.journal import OrderRow
from sepa.model.profile import Profile
from sepa.schedule import correspondent_day
from sepa.wire.away import OrderAway


def order_away(order: OrderRow, profile: Profile) -> OrderAway:
    """What was decided on an order: its days, and who bears the charges where that is not as it came (NSP-13)."""
    if order.received_on is None or order.settlement_date is None or order.booking_date is None:
        raise BrokenPromise(f"order {order.key} was handed over without its days")
    shared = any(finding.rule == "NSP-13" for finding in order.findings)
    return OrderAway(
        key=order.key,
        file_key=order.file_key,
        amount_cents=order.amount_cents or 0,
        received_on=order.received_on,
        due_on=order.booking_date,
        correspondent_by=correspondent_day(order.booking_date, order.settlement_date, profile),
        payee_bank_by=order.settlement_date,
        charge_bearer="SHAR" if shared else order.transaction.charge_bearer,
    )
