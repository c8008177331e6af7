"""The end of a day: figures from the journal, their proof, and the report."""

import datetime
from collections import defaultdict
from collections.abc import Iterable

import msgspec

from sepa.model.day import (
    AccountPostings,
    Approved,
    BulkFigures,
    Check,
    DayFigures,
    FileFigures,
    Recalled,
    Refusal,
    Tally,
    WaitingDay,
)
from sepa.model.journal import FileRow, State
from sepa.model.payment import Bulk
from sepa.pipeline.home import DESK, Home, utc
from sepa.pipeline.outputs import changed_files, late_bulks, missing_outputs
from sepa.pipeline.publish import named_by_content, publish_as
from sepa.pipeline.reprocess import day_bounds
from sepa.rules import RULES
from sepa.schedule import local_instant
from sepa.scheme.reasons import reason_name
from sepa.tell.catalogue import Catalogue
from sepa.tell.day_report import checks, day_html, files_csv, payments_csv

REFUSED: tuple[State, ...] = ("rejected", "not-executed")
ON_THE_WAY: tuple[State, ...] = ("waiting", "pending-funds")


class Proof(msgspec.Struct, frozen=True):
    """The day proven, or not: every sum with its parts, and what the journal finds wrong with itself."""

    day: datetime.date
    figures: DayFigures
    faults: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not self.faults


def reconcile(home: Home, day: datetime.date, at: datetime.datetime) -> Proof:
    """Prove the day: sums of what was received and where it stands, sealed = posted, emitted = sealed.

    Received = paid + waiting + held + routed + handed over + refused + unsettled + revoked. All sums
    are integer cents. `faults` is empty when everything holds.
    """
    bulks = home.journal.bulks_sealed_between(*day_bounds(home, day))
    figures = _figures(home, day, at, bulks)
    faults = [
        f"{check.name}: {check.whole[0]} differs from its parts by {check.difference.count} orders "
        f"and {check.difference.cents} cents"
        for check in checks(figures)
        if not check.holds
    ]
    faults += [*late_bulks(home, bulks), *changed_files(home, bulks)]
    return Proof(day=day, figures=figures, faults=(*faults, *home.journal.faults(), *missing_outputs(home)))


def end_of_day(home: Home, day: datetime.date, at: datetime.datetime) -> tuple[Proof, list[str]]:
    """Reconcile and publish the day's report (HTML with plots, CSV) into the desk's own outbox.

    A report says how things stood at `at` and is written once: repeated for the same day and instant, by
    whatever repeats it, the proof is made anew and the report stays. Another instant gets its own.
    """
    proof = reconcile(home, day, at)
    there = [publication for publication in home.journal.publications(str(day)) if publication.at == utc(at)]
    if there:
        return proof, [publication.path for publication in there]
    figures = proof.figures
    parts = {
        f"day_{day}": ("html", day_html(figures, Catalogue.load(home.terms(at).bank.notice_language))),
        f"day_{day}_files": ("csv", files_csv(figures)),
        f"day_{day}_payments": ("csv", payments_csv(figures)),
    }
    left = []
    for stem, (extension, text) in parts.items():
        content = text.encode()
        left.append(
            publish_as(
                home,
                home.outbox(DESK),
                named_by_content(stem, extension, content),
                content,
                kind="day-report",
                subject=str(day),
                occasion=str(day),
                at=at,
            )
        )
    home.journal.published(left)
    return proof, [publication.path for publication in left]


def _figures(home: Home, day: datetime.date, at: datetime.datetime, bulks: list[Bulk]) -> DayFigures:
    start, end = day_bounds(home, day)
    files = home.journal.received_between(start, end)
    totals = home.journal.order_totals([file.key for file in files])
    of_file: dict[str, Totals] = defaultdict(list)
    for total in totals:
        of_file[total[0]].append(total)
    postings = home.journal.posting_totals(start, end)
    return DayFigures(
        day=day,
        bank=home.terms(at).bank.name,
        as_of=local_instant(max(utc(at), home.journal.last_window() or utc(at)), home.profile),
        cutoff=home.terms(at).cutoffs.sct.eur_account,
        files=tuple(_file_figures(home, file, of_file[file.key]) for file in files),
        refusals=tuple(_refusals(totals)),
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
        postings=tuple(_postings(postings)),
        checks=tuple(_checks(bulks, postings)),
    )


Totals = list[tuple[str, str, str, str, int, int]]


def _file_figures(home: Home, file: FileRow, totals: Totals) -> FileFigures:
    """One file: how its orders were judged, and where each stands now; `totals` are its own."""
    judged: dict[str, Tally] = {}
    for (_, outcome), (count, cents) in home.journal.state_counts(file.key, as_judged=True).items():
        judged[outcome] = plus(judged.get(outcome), count, cents)
    now: dict[str, Tally] = {}
    for _, state, _, _, count, cents in totals:
        now[state] = plus(now.get(state), count, cents)

    def standing(*states: str) -> Tally:
        found = [now[state] for state in states if state in now]
        return Tally(sum(each.count for each in found), sum(each.cents for each in found))

    received = list(judged.values())
    return FileFigures(
        partner=file.partner,
        name=file.name,
        received_at=local_instant(file.received_at, home.profile),
        message=file.message_name or "not readable",
        status=file.status or "not judged yet",
        received=Tally(sum(each.count for each in received), sum(each.cents for each in received)),
        accepted=judged.get("accepted", Tally()),
        rolled=judged.get("rolled", Tally()),
        paid=standing("paid"),
        waiting=standing(*ON_THE_WAY),
        held=standing("held"),
        routed=standing("routed"),
        handed_over=standing("handed-over"),
        rejected=standing(*REFUSED),
        unsettled=standing("unsettled"),
        revoked=standing("revoked"),
    )


def plus(tally: Tally | None, count: int, cents: int) -> Tally:
    """`tally` (nothing when None) and so many more."""
    return Tally((tally.count if tally else 0) + count, (tally.cents if tally else 0) + cents)


def _refusals(totals: Totals) -> Iterable[Refusal]:
    """What was refused or left unsettled, by main rule and code, the most frequent first."""
    sentences = {rule.id: rule.sentence for rule in RULES}
    found: dict[tuple[str, str], Tally] = {}
    for _, state, rule, code, count, cents in totals:
        if state in (*REFUSED, "unsettled"):
            found[rule, code] = plus(found.get((rule, code)), count, cents)
    for (rule, code), total in sorted(found.items(), key=lambda item: (-item[1].count, item[0])):
        sentence = sentences.get(rule) or (reason_name(code) if code else "refused with its block or file")
        yield Refusal(rule=rule or "block", code=code or "-", sentence=sentence, total=total)


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
    yield Check(name="Sealed bulks and debits", whole=("Sealed", sealed), parts=(("Debited", total),))
