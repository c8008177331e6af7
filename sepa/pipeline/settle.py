"""Seal: choose what is due in a clearing window, fund it, and fix it for ever."""

import datetime
from collections.abc import Sequence

import msgspec

from sepa.away import hand_over, kept_back
from sepa.express import books_at_once, is_express
from sepa.model.finding import Finding
from sepa.model.journal import OrderRow
from sepa.model.payment import Ended, Settlement
from sepa.model.rates import rates_at
from sepa.model.reference import Reference
from sepa.pipeline.book import refuse_behind, settling
from sepa.pipeline.home import Home, utc
from sepa.pipeline.judge import refuse_incomplete
from sepa.rules.endings import ended_accounts, ending
from sepa.rules.reviews import review_spans
from sepa.rules.screening import causes, screened_again
from sepa.schedule import bank_days, local_instant
from sepa.settle import settle
from sepa.store.journal import Overtaken
from sepa.wire.bulk import ORDER_BYTES_MAX

TRIES = 3


class Sealed(msgspec.Struct, frozen=True):
    """What a window did: bulks sealed, orders and cents paid, orders not paid, ended unpaid, handed over.

    Nothing was sealed in a window `overtaken` by a later one, `closed` because the bank does not work that day or its
    books are closed, or during `maintenance`.
    """

    window: datetime.datetime
    bulks: tuple[str, ...] = ()
    paid: int = 0
    paid_cents: int = 0
    unpaid: int = 0
    ended: int = 0
    handed_over: int = 0
    overtaken: bool = False
    closed: bool = False
    maintenance: bool = False


def seal_window(
    home: Home,
    at: datetime.datetime,
    *,
    by: str = "desk",
    express: bool = False,
    banking_day: datetime.date | None = None,
) -> Sealed:
    """Settle all that is due at the instant `at`: everything received by then and booked by that day.

    The day is that of the core system, or the `banking_day` that a person gives in its place; without either it is the
    window's own (DAT-07). An `express` window looks only at what is booked at once (CUT-07, EXE-08); other windows take
    no notice of it.

    In maintenance, while the books are closed (CUT-11) and on a day the bank does not work nothing is sealed, nor in a
    window that a later one has
    followed: a booking day that was passed is not opened again. Repeating a window pays nothing twice: what is
    sealed is no longer due, and what was tried in this window is not tried again in it. Where another was
    faster meanwhile, what is left is looked at anew, TRIES times at most; then Overtaken.
    """
    window = utc(at)
    if home.in_maintenance:
        return Sealed(window=window, maintenance=True)
    refuse_behind(home)
    terms = home.terms(window)
    local = local_instant(window, terms)
    day = banking_day or home.books_day(window)
    if day is None or not bank_days(terms).is_working_day(day):
        return Sealed(window=window, closed=True)
    if express and not books_at_once(terms):
        return Sealed(window=window)
    for left in reversed(range(TRIES)):
        latest = home.journal.last_window()
        if latest is not None and window < latest:
            return Sealed(window=window, overtaken=True)
        settlement = _settlement(home, local, day, express=express)
        if settlement is None:
            break
        try:
            with settling(home, settlement):
                home.journal.seal(settlement, by=by)
        except Overtaken:
            if not left:
                raise
        else:
            return _summary(settlement, window)
    return Sealed(window=window)


def _settlement(
    home: Home, window: datetime.datetime, day: datetime.date, *, express: bool
) -> Settlement | None:
    """What the window decides for the banking day `day`, as things stand now; None when nothing is due."""
    reference = home.reference()
    terms, spans = home.terms(window), review_spans(reference, home.terms(window))
    due = home.journal.due(window, day, also=spans)
    away: list[OrderRow] = []
    ended: tuple[Ended, ...] = ()
    if express:
        due = [payment for payment in due if is_express(payment, terms)]
    else:
        away = home.journal.routed(window, day, also=spans)
        ended = _ended(home, reference, window)
    if not due and not away and not ended:
        return None
    refuse_incomplete(reference)
    gone = {each.key for each in ended}
    due = [payment for payment in due if payment.key not in gone]
    away = [order for order in away if order.key not in gone]
    screened = reference.screening.as_on(window.date()) if reference.screening is not None else ""
    keys = [*(payment.key for payment in due), *(order.key for order in away)]
    against = _against(home, keys, reference, window, screened)
    kept = kept_back(
        away,
        reference=reference,
        profile=terms,
        window=window,
        against=against,
        released=home.journal.released([order.key for order in away]),
    )
    gone = {each.key for each in kept}
    leaving = hand_over([order for order in away if order.key not in gone], profile=terms, window=window)
    settlement = settle(
        due,
        booked=home.journal.booked(reference.balances_as_of, by=day),
        reference=reference,
        profile=terms,
        window=window,
        day=day,
        rates=rates_at(reference.rates, window),
        bytes_per_order=ORDER_BYTES_MAX,
        against=against,
    )
    return msgspec.structs.replace(
        settlement,
        bulks=settlement.bulks + leaving,
        ended=ended + kept,
        screened=screened,
        reference_digest=reference.digest,
        express=express,
    )


def _against(
    home: Home, keys: Sequence[str], reference: Reference, window: datetime.datetime, screened: str
) -> dict[str, Finding]:
    """What the lists of today say of due orders that other lists let pass; the strongest finding for each."""
    found: dict[str, Finding] = {}
    for key, order, held_for in home.journal.to_screen(keys, unless=screened):
        said = screened_again(order, reference, home.terms(window), window.date(), causes(held_for))
        if said:
            found[key] = next((each for each in said if each.effect == "reject"), said[0])
    return found


def _ended(home: Home, reference: Reference, window: datetime.datetime) -> tuple[Ended, ...]:
    """Open orders, due or not, that end today because their account moved away or closes."""
    accounts = ended_accounts(reference)
    ended = []
    for order in home.journal.open_of(accounts) if accounts else ():
        ends = ending(order, reference, home.terms(window), window.date())
        if ends is not None:
            ended.append(Ended(order.key, order.file_key, *ends))
    return tuple(ended)


def _summary(settlement: Settlement, window: datetime.datetime) -> Sealed:
    paid = [bulk for bulk in settlement.bulks if bulk.kind != "hand-over"]
    held = sum(each.outcome == "held" for each in settlement.ended)
    return Sealed(
        window=window,
        bulks=tuple(bulk.id for bulk in settlement.bulks),
        paid=sum(bulk.count for bulk in paid),
        paid_cents=sum(bulk.sum_cents for bulk in paid),
        handed_over=sum(bulk.count for bulk in settlement.bulks) - sum(bulk.count for bulk in paid),
        unpaid=len(settlement.unpaid) + held,
        ended=len(settlement.ended) - held,
    )
