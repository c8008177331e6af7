"""Seal: choose what is due in a clearing window, fund it, and fix it for ever."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, islice, repeat

import msgspec

from sepa.away import hand_over, kept_back
from sepa.express import books_at_once, is_express
from sepa.model.journal import OrderRow
from sepa.model.payment import Ended, Paying, Payment, Settlement
from sepa.model.rates import rates_at
from sepa.model.reference import Reference
from sepa.pipeline.against import Against
from sepa.pipeline.beside import WORTH_A_FORK, beside, collected_later, forks_for
from sepa.pipeline.book import refuse_behind, settling
from sepa.pipeline.handed import Plain, parts_of, pieces_of
from sepa.pipeline.home import Home, utc
from sepa.pipeline.judge import refuse_incomplete
from sepa.pipeline.telemetry import SETTLED, count, stage
from sepa.rules.endings import ended_accounts, ending
from sepa.rules.reviews import review_spans
from sepa.schedule import bank_days, local_instant
from sepa.settle import settled
from sepa.store.journal import Overtaken, Part, Ready
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


@stage("seal")
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
        if is_overtaken(window, home.journal.last_window()):
            return Sealed(window=window, overtaken=True)
        tally = _Tally(window)
        try:
            with (
                collected_later(),
                _settlements(home, local, day, by=by, express=express) as pieces,
                settling(home) as note,
            ):
                opening = Settlement(window=local, bulks=(), postings=(), unpaid=(), express=express)
                parts = map(tally.note, parts_of(pieces, note))
                if not home.journal.seal(opening, by=by, then=parts):
                    break
        except Overtaken:
            if not left:
                raise
        else:
            sealed = tally.sealed()
            count(SETTLED, sealed.paid, outcome="paid")
            count(SETTLED, sealed.unpaid, outcome="unpaid")
            return sealed
    return Sealed(window=window)


def is_overtaken(window: datetime.datetime, last: datetime.datetime | None) -> bool:
    """Whether a later window than `window` sealed already: a booking day that was passed is not opened again."""
    return last is not None and window < last


@contextmanager
def _settlements(
    home: Home, window: datetime.datetime, day: datetime.date, *, by: str, express: bool
) -> Iterator[Iterator[bytes]]:
    """What the window decides for the banking day `day`, as things stand now, in pieces; none when nothing is due.

    Of many payments a fork decides, while this process writes down what was decided before.
    """
    reference = home.reference()
    terms, spans = home.terms(window), review_spans(reference, home.terms(window))
    away: list[OrderRow] = []
    ended: tuple[Ended, ...] = ()

    def due(odd: set[str] | None = None) -> Iterator[Payment]:
        found = home.journal.due(window, day, also=spans, order=terms.funds.allocation_order, odd=odd)
        return (payment for payment in found if is_express(payment, terms)) if express else found

    count = home.journal.due_count(window, day, also=spans, most=WORTH_A_FORK)
    if express:
        count = sum(1 for _ in islice(due(), WORTH_A_FORK)) if count else 0
    else:
        away = home.journal.routed(window, day, also=spans)
        ended = _ended(home, reference, window)
    if not count and not away and not ended:
        yield iter(())
        return
    refuse_incomplete(reference)
    screened = reference.screening.as_on(window.date()) if reference.screening is not None else ""
    gone = frozenset(each.key for each in ended)
    away = [order for order in away if order.key not in gone]
    against = Against(home, reference, window, screened)
    against.ask([(order.key, order.file_key) for order in away])
    kept = kept_back(
        away,
        reference=reference,
        profile=terms,
        window=window,
        against=against.found,
        released=home.journal.released([order.key for order in away]),
    )
    stay = frozenset(each.key for each in kept)
    leaving = hand_over([order for order in away if order.key not in stay], profile=terms, window=window)

    booked = home.journal.booked(reference.balances_as_of, by=day)

    firsts = chain([True], repeat(False))

    def whole(part: Settlement | Paying) -> Settlement | Paying:
        """The part with what `settled` does not know; in the first one what ends and what is handed over."""
        if isinstance(part, Paying):
            return part
        first = next(firsts)
        return msgspec.structs.replace(
            part,
            bulks=part.bulks + leaving if first else part.bulks,
            ended=ended + kept if first else (),
            screened=screened,
            reference_digest=reference.digest,
            express=express,
        )

    def pieces() -> Iterator[bytes]:
        plain = Plain(home.journal, window, by)
        decided = settled(
            against.asked(plain.note(due(plain.odd)), gone),
            booked=booked,
            reference=reference,
            profile=terms,
            window=window,
            day=day,
            rates=rates_at(reference.rates, window),
            bytes_per_order=ORDER_BYTES_MAX,
            against=against.found,
        )
        # a map keeps nothing of what went through it: a part may be a hundred thousand orders
        return chain.from_iterable(map(pieces_of, map(whole, decided), repeat(plain)))

    if not forks_for(count):
        yield pieces()
        return
    with beside(home.journal, pieces, spool=home.archive) as made:
        yield made


def _ended(home: Home, reference: Reference, window: datetime.datetime) -> tuple[Ended, ...]:
    """Open orders, due or not, that end today because their account moved away or closes."""
    accounts = ended_accounts(reference)
    ended = []
    for order in home.journal.open_of(accounts) if accounts else ():
        ends = ending(order, reference, home.terms(window), window.date())
        if ends is not None:
            ended.append(Ended(order.key, order.file_key, *ends))
    return tuple(ended)


class _Tally:
    """Counts what passes on its way into the journal."""

    def __init__(self, window: datetime.datetime) -> None:
        self._sealed = Sealed(window=window)

    def note(self, given: Part | Ready) -> Part | Ready:
        if isinstance(given, Ready):
            return given
        part, before = given.settlement, self._sealed
        paid = [bulk for bulk in part.bulks if bulk.kind != "hand-over"]
        held = sum(each.outcome == "held" for each in part.ended)
        count = sum(bulk.count for bulk in paid)
        self._sealed = Sealed(
            window=before.window,
            bulks=before.bulks + tuple(bulk.id for bulk in part.bulks),
            paid=before.paid + count,
            paid_cents=before.paid_cents + sum(bulk.sum_cents for bulk in paid),
            handed_over=before.handed_over + sum(bulk.count for bulk in part.bulks) - count,
            unpaid=before.unpaid + len(part.unpaid) + held,
            ended=before.ended + len(part.ended) - held,
        )
        return given

    def sealed(self) -> Sealed:
        return self._sealed
