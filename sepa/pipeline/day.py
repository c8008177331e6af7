"""The end of a day: figures from the journal, their proof, and the report."""

import datetime

import msgspec

from sepa.model.day import DayFigures
from sepa.pipeline.figures import figures_of
from sepa.pipeline.home import DESK, Home, utc
from sepa.pipeline.outputs import changed_files, late_bulks, missing_outputs, overdue
from sepa.pipeline.publish import named_by_content, publish_as, sweep_drafts
from sepa.pipeline.reprocess import day_bounds
from sepa.scheme.phrase import numbered
from sepa.tell.catalogue import Catalogue
from sepa.tell.day_report import checks, day_html, files_csv, payments_csv


class Proof(msgspec.Struct, frozen=True):
    """The day proven, or not: every sum with its parts, and what the journal finds wrong with itself.

    `warnings` are what will go wrong unless somebody sees to it; the day may hold all the same.
    """

    day: datetime.date
    figures: DayFigures
    faults: tuple[str, ...]
    warnings: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        return not self.faults


def reconcile(home: Home, day: datetime.date, at: datetime.datetime) -> Proof:
    """Prove the day: sums of what was received and where it stands, sealed = posted, emitted = sealed.

    Received = paid + waiting + held + routed + handed over + refused + unsettled + revoked. All sums
    are integer cents. `faults` is empty when everything holds.
    """
    bulks = home.journal.bulks_sealed_between(*day_bounds(home, day))
    figures = figures_of(home, day, at, bulks)
    faults = [
        f"{check.name}: {check.whole[0]} differs from its parts by "
        f"{numbered(check.difference.count, 'order')} "
        f"and {check.difference.cents} cents of {check.currency}"
        for check in checks(figures)
        if not check.holds
    ]
    faults += [*late_bulks(home, bulks), *changed_files(home, bulks)]
    return Proof(
        day=day,
        figures=figures,
        faults=(*faults, *home.journal.faults(), *missing_outputs(home)),
        warnings=tuple(overdue(home, day, at)),
    )


def end_of_day(home: Home, day: datetime.date, at: datetime.datetime) -> tuple[Proof, list[str]]:
    """Reconcile and publish the day's report (HTML with plots, in the bank's language; CSV) into the desk's own outbox.

    A report says how things stood at `at` and is written once: repeated for the same day and instant, by
    whatever repeats it, the proof is made anew and the report stays. Another instant gets its own.
    """
    proof = reconcile(home, day, at)
    there = [publication for publication in home.journal.publications(str(day)) if publication.at == utc(at)]
    if there:
        return proof, [publication.path for publication in there]
    sweep_drafts(home)
    figures, language = proof.figures, home.terms(at).bank.notice_language
    parts = {
        f"day_{day}": ("html", day_html(figures, Catalogue.load(language), language)),
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
