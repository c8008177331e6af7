"""Seal: choose what is due in a clearing window, fund it, and fix it for ever."""

import datetime

import msgspec

from sepa.model.payment import Settlement
from sepa.pipeline.home import Home, utc
from sepa.pipeline.judge import refuse_incomplete
from sepa.schedule import bank_days, local_instant
from sepa.settle import settle
from sepa.store.journal import Overtaken
from sepa.wire.bulk import ORDER_BYTES_MAX

TRIES = 3


class Sealed(msgspec.Struct, frozen=True):
    """What a window did: bulks sealed, orders and cents paid, orders not paid.

    Nothing was sealed in a window `overtaken` by a later one, `closed` because the bank does not work that day, or
    during `maintenance`.
    """

    window: datetime.datetime
    bulks: tuple[str, ...] = ()
    paid: int = 0
    paid_cents: int = 0
    unpaid: int = 0
    overtaken: bool = False
    closed: bool = False
    maintenance: bool = False


def seal_window(home: Home, at: datetime.datetime, *, by: str = "desk") -> Sealed:
    """Settle all that is due at the instant `at`: everything received by then and booked by that day.

    In maintenance and on a day the bank does not work nothing is sealed, nor in a window that a later one has
    followed: a booking day that was passed is not opened again. Repeating a window pays nothing twice: what is
    sealed is no longer due, and what was tried in this window is not tried again in it. Where another was
    faster meanwhile, what is left is looked at anew, TRIES times at most; then Overtaken.
    """
    window = utc(at)
    if home.in_maintenance:
        return Sealed(window=window, maintenance=True)
    local = local_instant(window, home.profile)
    if not bank_days(home.profile).is_working_day(local.date()):
        return Sealed(window=window, closed=True)
    for left in reversed(range(TRIES)):
        latest = home.journal.last_window()
        if latest is not None and window < latest:
            return Sealed(window=window, overtaken=True)
        settlement = _settlement(home, local)
        if settlement is None:
            break
        try:
            home.journal.seal(settlement, by=by)
        except Overtaken:
            if not left:
                raise
        else:
            return _summary(settlement, window)
    return Sealed(window=window)


def _settlement(home: Home, window: datetime.datetime) -> Settlement | None:
    """What the window decides, as things stand now; None when nothing is due."""
    due = home.journal.due(window, window.date())
    if not due:
        return None
    reference = home.reference()
    refuse_incomplete(reference)
    return settle(
        due,
        booked=home.journal.booked(reference.balances_as_of, by=window.date()),
        reference=reference,
        profile=home.profile,
        window=window,
        bytes_per_order=ORDER_BYTES_MAX,
    )


def _summary(settlement: Settlement, window: datetime.datetime) -> Sealed:
    return Sealed(
        window=window,
        bulks=tuple(bulk.id for bulk in settlement.bulks),
        paid=sum(bulk.count for bulk in settlement.bulks),
        paid_cents=sum(bulk.sum_cents for bulk in settlement.bulks),
        unpaid=len(settlement.unpaid),
    )
