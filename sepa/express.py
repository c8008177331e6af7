"""Which transfers between our own accounts are booked at once (CUT-07, EXE-08, BAT-05). Pure, as `settle`."""

from sepa.model.payment import Payment
from sepa.model.profile import Profile


def books_at_once(profile: Profile) -> bool:
    """Whether these terms let anything be booked between two windows."""
    return profile.execution.on_us_batch_mode == "immediate" or profile.batch.express_marker is not None


def is_express(payment: Payment, profile: Profile) -> bool:
    """Whether the payment is booked at once: a transfer between accounts of ours, by the mark of its block or because
    all of them are. What leaves for another bank waits for its window, whatever the mark."""
    if payment.kind != "credit-transfer" or payment.route != "on-us":
        return False
    marker = profile.batch.express_marker
    marked = marker is not None and payment.category_purpose == marker
    return marked or profile.execution.on_us_batch_mode == "immediate"
