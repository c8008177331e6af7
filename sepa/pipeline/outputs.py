"""What should have left and did not, left too late, or was changed since: the end of the day asks."""

import datetime
from collections.abc import Iterable

from sepa.model.journal import Event
from sepa.model.payment import Bulk
from sepa.pipeline.home import Home
from sepa.schedule import in_time_until, local_instant, settlement_days, windows_of
from sepa.scheme.phrase import numbered
from sepa.store.files import digest_of


def late_bulks(home: Home, bulks: Iterable[Bulk]) -> list[str]:
    """Sentences on transfers that reach the other bank later than they may after the day they were booked (EXE-01)."""
    late = []
    for bulk in bulks:
        terms = home.terms(bulk.window)
        sealed_on, bound = (
            local_instant(bulk.window, terms).date(),
            terms.execution.interbank_max_working_days,
        )
        latest = settlement_days(terms).add(sealed_on, bound)
        if bulk.kind == "pacs.008" and bulk.settlement_date > latest:
            late.append(
                f"bulk {bulk.id} settles on {bulk.settlement_date}, {latest} at the latest was promised"
            )
    return late


def overdue(home: Home, by: datetime.date, at: datetime.datetime) -> list[str]:
    """Sentences on orders due up to `by` that no window tried until `at`, though their day's are over (EXE-01)."""
    terms, sentences = home.terms(at), []
    for day, state, count, _ in home.journal.waiting():
        if state != "waiting" or day is None or day > min(by, local_instant(at, terms).date()):
            continue
        if any(window >= at for window in windows_of(day, terms)):
            continue
        until = in_time_until(day, terms)
        what = f"{numbered(count, 'order')} due on {day} still open though the windows of that day are over"
        if until is not None and at <= until:
            sentences.append(
                f"{what}: other banks have the money in time if a window pays until {until:%Y-%m-%d %H:%M}"
            )
        else:
            sentences.append(f"{what}: other banks can no longer have the money in time")
    return sentences


def late_in(home: Home, story: Iterable[Event]) -> list[str]:
    """The same of one order, by its story."""
    sealed = (home.journal.bulk(event.detail["bulk"]) for event in story if event.what == "sealed")
    return late_bulks(home, filter(None, sealed))


def changed_files(home: Home, bulks: Iterable[Bulk]) -> list[str]:
    """Sentences on settlement files that no longer hold what was published. One that was fetched is no fault."""
    changed = []
    for publication in (each for bulk in bulks for each in home.journal.publications(bulk.id)):
        path = home.root / publication.path
        if path.exists() and digest_of(path) != publication.sha256:
            changed.append(f"{publication.path} was changed after it was published")
    return changed


def missing_outputs(home: Home) -> list[str]:
    """Sentences on bulks and reports that should have left and did not, and on files that changed since they left."""
    missing = [
        f"bulk {id} is sealed but its file was not written yet" for id in home.journal.bulks_to_publish()
    ]
    missing += [
        f"order {each.key} was booked back but its booking was not written yet"
        for each in home.journal.corrections_unpublished()
    ]
    missing += [
        f"a recall of {recall.key} was asked for but its file was not written yet"
        for recall in home.journal.recalls_unpublished()
    ]
    missing += [
        f"a report on file {due.file_key[:12]} is due ({due.occasion})" for due in home.journal.reports_due()
    ]
    return missing
