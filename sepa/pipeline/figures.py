"""The figures of a day, from the journal: what came, what became of it, in which currency, and what left."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from sepa.model.day import (
    EURO,
    AccountPostings,
    Approved,
    BookedBack,
    BulkFigures,
    Charged,
    Check,
    DayFigures,
    FileFigures,
    Recalled,
    Refusal,
    Tally,
    WaitingDay,
)
from sepa.model.fee import FeeEvent
from sepa.model.journal import FileRow, State
from sepa.model.payment import Bulk
from sepa.pipeline.home import Home, utc
from sepa.pipeline.reprocess import day_bounds
from sepa.rules import RULES
from sepa.schedule import local_instant
from sepa.scheme.phrase import Phrase
from sepa.scheme.reasons import reason_name

REFUSED: tuple[State, ...] = ("rejected", "not-executed")
ON_THE_WAY: tuple[State, ...] = ("waiting", "pending-funds")


def figures_of(home: Home, day: datetime.date, at: datetime.datetime, bulks: list[Bulk]) -> DayFigures:
    """The day's figures as they stand at `at`; `bulks` are those sealed on it."""
    start, end = day_bounds(home, day)
    files = home.journal.received_between(start, end)
    totals = home.journal.order_totals([file.key for file in files])
    of_file: dict[str, Totals] = defaultdict(list)
    for total in totals:
        of_file[total[0]].append(total)
    others: dict[str, list[OtherTotal]] = defaultdict(list)
    for other in home.journal.totals_in_others(list(of_file), EURO):
        others[other[0]].append(other)
    postings = home.journal.posting_totals(start, end)
    return DayFigures(
        day=day,
        bank=home.terms(at).bank.name,
        as_of=local_instant(max(utc(at), home.journal.last_window() or utc(at)), home.profile),
        cutoff=home.terms(at).cutoffs.sct.eur_account,
        files=tuple(
            figures
            for file in files
            for figures in _by_currency(home, file, of_file[file.key], others[file.key])
        ),
        refusals=tuple(_refusals(totals, [each for some in others.values() for each in some])),
        waiting=tuple(
            WaitingDay(booking_date=date, total=Tally(count, cents))
            for date, state, count, cents in home.journal.waiting()
            if state in ON_THE_WAY and date is not None
        ),
        bulks=tuple(
            BulkFigures(
                id=bulk.id,
                kind=bulk.kind,
                settlement_date=bulk.settlement_date,
                total=Tally(bulk.count, bulk.sum_cents),
                currency=bulk.currency,
            )
            for bulk in bulks
        ),
        approved=tuple(
            Approved(each.key, each.by, local_instant(each.at, home.profile))
            for each in home.journal.approvals()
        ),
        recalled=tuple(
            Recalled(each.key, each.reason, each.by, local_instant(each.at, home.profile))
            for each in home.journal.recalls()
        ),
        booked_back=tuple(_booked_back(home, start, end)),
        charged=tuple(_charged(home, day)),
        postings=tuple(_postings(postings)),
        checks=tuple(_checks(bulks, postings)),
    )


Totals = list[tuple[str, str, str, str, int, int]]
OtherTotal = tuple[str, str, str, str, str, int, int]


def _by_currency(
    home: Home, file: FileRow, totals: Totals, others: list[OtherTotal]
) -> Iterable[FileFigures]:
    """One file: how its orders were judged, and where each stands now; `others` are those of `totals` not in euro.

    What is not in euro is never accepted as SEPA, so only the file's orders in euro were accepted or rolled.
    """
    judged: dict[str, Tally] = {}
    for (_, outcome), (count, cents) in home.journal.state_counts(file.key, as_judged=True).items():
        judged[outcome] = plus(judged.get(outcome), count, cents)
    received, now = _sum(judged.values()), _standing((state, *rest) for _, state, _, _, *rest in totals)
    told = FileFigures(
        partner=file.partner,
        name=file.name,
        received_at=local_instant(file.received_at, home.profile),
        message=file.message_name or "",
        status=file.status or "",
    )
    apart: dict[str, dict[str, Tally]] = {
        currency: _standing((state, *rest) for _, state, _, _, other, *rest in others if other == currency)
        for currency in sorted({other[4] for other in others})
    }
    for stands in apart.values():
        for state, tally in stands.items():
            now[state] = plus(now[state], -tally.count, -tally.cents)
            received = plus(received, -tally.count, -tally.cents)
    if received.count or not apart:
        accepted, rolled = judged.get("accepted", Tally()), judged.get("rolled", Tally())
        yield replace(told, received=received, accepted=accepted, rolled=rolled, **_stands(now))
    for currency, stands in apart.items():
        yield replace(told, received=_sum(stands.values()), currency=currency, **_stands(stands))


def _standing(totals: Iterable[Any]) -> dict[str, Tally]:
    found: dict[str, Tally] = {}
    for state, count, cents in totals:
        found[state] = plus(found.get(state), count, cents)
    return found


def _stands(now: dict[str, Tally]) -> dict[str, Tally]:
    """The tallies of a file's figures from those of its states."""
    states = {
        "paid": ("paid",), "waiting": ON_THE_WAY, "held": ("held",), "routed": ("routed",),
        "handed_over": ("handed-over",), "rejected": REFUSED, "unsettled": ("unsettled",), "revoked": ("revoked",),
    }  # fmt: skip
    return {name: _sum(now.get(state, Tally()) for state in some) for name, some in states.items()}


def _sum(tallies: Iterable[Tally]) -> Tally:
    total = Tally()
    for tally in tallies:
        total = plus(total, tally.count, tally.cents)
    return total


def plus(tally: Tally | None, count: int, cents: int) -> Tally:
    """`tally` (nothing when None) and so many more."""
    return Tally((tally.count if tally else 0) + count, (tally.cents if tally else 0) + cents)


def _refusals(totals: Totals, others: list[OtherTotal]) -> Iterable[Refusal]:
    """What was refused or left unsettled, by main rule, code and currency, the most frequent first."""
    sentences = {rule.id: rule.sentence for rule in RULES}
    found: dict[tuple[str, str, str], Tally] = {}
    lines = [(*total[1:4], EURO, *total[4:]) for total in totals]
    lines += [(*total[1:4], EURO, -total[5], -total[6]) for total in others]
    lines += [total[1:] for total in others]
    for state, rule, code, currency, count, cents in lines:
        if state in (*REFUSED, "unsettled"):
            group = rule, code, currency
            found[group] = plus(found.get(group), count, cents)
    for (rule, code, currency), total in sorted(found.items(), key=lambda item: (-item[1].count, item[0])):
        if total.count:
            named = sentences.get(rule) or (reason_name(code) if code else "")
            yield Refusal(
                rule or "-", code or "-", Phrase(named) if named else WITH_ITS_BLOCK, total, currency
            )


WITH_ITS_BLOCK = Phrase("It was refused with its block or its file.")


def _booked_back(home: Home, start: datetime.datetime, end: datetime.datetime) -> Iterable[BookedBack]:
    for each in home.journal.corrections_between(start, end):
        payment, _, _ = home.journal.correction_bookings(each.key)
        ordered = [line.by for line in home.journal.decisions(each.key) if line.act == "correct"]
        by = tuple(dict.fromkeys(ordered))
        yield BookedBack(each.key, each.code, by, payment.amount_cents, local_instant(each.at, home.profile))


def _charged(home: Home, day: datetime.date) -> Iterable[Charged]:
    found: dict[FeeEvent, Charged] = {}
    for each in home.journal.charges(day):
        event, cents = each.fee.event, each.fee.cents
        before = found.get(event, Charged(event, Tally()))
        found[event] = Charged(event, plus(before.total, 1, cents or 0), before.open + (cents is None))
    for _, charged in sorted(found.items()):
        yield charged


def _postings(totals: list[tuple[str, str, int, int]]) -> Iterable[AccountPostings]:
    sides: dict[str, dict[str, Tally]] = defaultdict(dict)
    for account, side, count, cents in totals:
        sides[account][side] = Tally(count, cents)
    for account, both in sorted(sides.items()):
        yield AccountPostings(
            account=account, debit=both.get("debit", Tally()), credit=both.get("credit", Tally())
        )


def _checks(bulks: list[Bulk], postings: list[tuple[str, str, int, int]]) -> Iterable[Check]:
    """What left in bulks today was debited, order by order and to the cent. What was handed over, others debit."""
    posted = [bulk for bulk in bulks if bulk.kind != "hand-over"]
    sealed = Tally(sum(bulk.count for bulk in posted), sum(bulk.sum_cents for bulk in posted))
    debits = [(count, cents) for _, side, count, cents in postings if side == "debit"]
    total = Tally(sum(count for count, _ in debits), sum(cents for _, cents in debits))
    yield Check(
        name=Phrase("Sealed bulks and debits"),
        whole=(Phrase("Sealed"), sealed),
        parts=((Phrase("Debited"), total),),
    )
