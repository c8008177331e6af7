"""One function for each task. Keys and instants go in and out as plain texts; everything else stays in the home.

Imports of the desk itself stand inside the functions: every task parses its DAG file anew, and a light file
keeps that under a tenth of a second.
"""

import datetime
import os
from functools import partial
from typing import Any

from sepa.orchestration.secrets import journal_url, masked
from sepa.orchestration.terms import home_path, versions


def instant(text: str | None, of_run: datetime.datetime) -> datetime.datetime:
    """The instant a run works at: its own, or an earlier one that was asked for (ISO 8601, else the bank's time).

    A later one than the run's own is ValueError: nothing can be settled or proven before it has happened.
    """
    if not text:
        return of_run
    from sepa.pipeline.home import read_instant

    asked = read_instant(text, versions()[-1])
    if asked > of_run:
        raise ValueError(f"{text} lies in the future; leave the field empty or give an earlier instant")
    return asked


def now() -> datetime.datetime:
    """The clock, read here alone, for the stamp that a file gets when it is taken.

    `SEPA_NOW` replaces it for a replay. It is set where the desk is started, so no form can backdate a receipt.
    """
    replayed = os.environ.get("SEPA_NOW")
    return datetime.datetime.fromisoformat(replayed) if replayed else datetime.datetime.now(datetime.UTC)


def by_clock() -> bool:
    """Whether `now` is the clock's own reading, so that a file counts from its arrival; in a replay it is not."""
    return not os.environ.get("SEPA_NOW")


@masked
def claim_files(at: datetime.datetime, *, by_clock: bool = False) -> dict[str, Any]:
    """Take what is complete, tell senders of repeats at once, and order one run for each batch to be judged.

    `runs` holds what `TriggerDagRunOperator` needs for each; a run is named by the digest of its files. `left_undone`
    names inboxes, files and reports that failed by our own fault, for `stop_if`: they keep no other file back.
    """
    from sepa.pipeline.acknowledge import acknowledge
    from sepa.pipeline.batches import batches
    from sepa.pipeline.claim import claim
    from sepa.pipeline.emit import emit_reports
    from sepa.pipeline.home import open_home
    from sepa.pipeline.undone import LeftUndone

    trouble = []
    with open_home(home_path(), journal_url=journal_url()) as home:
        for work in (
            partial(claim, by_clock=by_clock),
            partial(acknowledge, by_clock=by_clock),
            emit_reports,
        ):
            try:
                work(home, at)
            except LeftUndone as undone:
                trouble.append(str(undone))
        runs = [
            {
                "conf": {"file_keys": list(batch.file_keys), "at": at.isoformat()},
                "trigger_run_id": f"files-{batch.name}",
            }
            for batch in batches(home, at)
        ]
    return {"runs": runs, "left_undone": "; ".join(trouble)}


def stop_if(left_undone: str) -> None:
    """Fail, and so turn the run red, where something was left undone; LeftUndone names it."""
    from sepa.pipeline.undone import LeftUndone

    if left_undone:
        raise LeftUndone(left_undone)


@masked
def judge_files(file_keys: list[str], at: datetime.datetime) -> dict[str, int]:
    """Judge the files of a batch; those already judged stay as they are. Returns how many ended in which status."""
    from collections import Counter

    from sepa.pipeline.home import open_home
    from sepa.pipeline.judge import judge_all

    with open_home(home_path(), journal_url=journal_url()) as home:
        return dict(Counter(file.status or "" for file in judge_all(home, file_keys, at=at)))


@masked
def publish_reports(at: datetime.datetime) -> int:
    """Write every report that is due and not yet written. Returns how many files left."""
    from sepa.pipeline.emit import emit_reports
    from sepa.pipeline.home import open_home

    with open_home(home_path(), journal_url=journal_url()) as home:
        return len(emit_reports(home, at))


@masked
def seal_window(at: datetime.datetime, *, scheduled: bool = False) -> dict[str, Any]:
    """Settle the window: fix bulks and postings for ever.

    A `scheduled` one that is no window of the terms of its day, but of an earlier or later version, does nothing.
    """
    from sepa.pipeline.home import open_home
    from sepa.pipeline.settle import seal_window as seal
    from sepa.schedule import local_instant

    with open_home(home_path(), journal_url=journal_url()) as home:
        hour = local_instant(at, home.profile).time().replace(second=0, microsecond=0)
        windows = [each.replace(second=0) for each in home.terms(at).clearing.windows]
        if scheduled and hour not in windows:
            return {"bulks": 0, "paid": 0, "unpaid": 0}
        sealed = seal(home, at)
        return {"bulks": len(sealed.bulks), "paid": sealed.paid, "unpaid": sealed.unpaid}


@masked
def book_at_once(at: datetime.datetime) -> int:
    """Book what the bank books between two windows (CUT-07) and write its bookings. Returns how many were paid."""
    from sepa.pipeline.emit import emit_bulks
    from sepa.pipeline.home import open_home
    from sepa.pipeline.settle import seal_window as seal

    with open_home(home_path(), journal_url=journal_url()) as home:
        sealed = seal(home, at, express=True)
        if sealed.bulks:
            emit_bulks(home, at)
        return sealed.paid


@masked
def publish_bulks(at: datetime.datetime) -> int:
    """Write and validate the files of every bulk, correction and recall that has none yet. Returns how many left."""
    from sepa.pipeline.correct import emit_corrections
    from sepa.pipeline.emit import emit_bulks
    from sepa.pipeline.home import open_home
    from sepa.pipeline.recall import emit_recalls

    with open_home(home_path(), journal_url=journal_url()) as home:
        left = (*emit_bulks(home, at), *emit_corrections(home, at), *emit_recalls(home, at))
        return len(left)


@masked
def close_day(at: datetime.datetime, day: str | None = None) -> dict[str, Any]:
    """Prove the day and publish its report. `faults` names whatever does not add up, for `stop_unless_proven`."""
    from sepa.pipeline.day import end_of_day
    from sepa.pipeline.home import open_home
    from sepa.schedule import local_instant

    with open_home(home_path(), journal_url=journal_url()) as home:
        on = datetime.date.fromisoformat(day) if day else local_instant(at, home.profile).date()
        proof, paths = end_of_day(home, on, at)
    return {"day": str(on), "reports": paths, "faults": "; ".join(proof.faults)}


def stop_unless_proven(faults: str) -> None:
    """Fail, and so turn the run red, where the day did not add up; BrokenPromise names each difference."""
    from sepa.model.broken import BrokenPromise

    if faults:
        raise BrokenPromise(faults)


def seal_day(at: datetime.datetime, day: str | None = None) -> dict[str, Any]:
    """Seal the day: how far the chain of the journal goes, told in a small file to keep outside."""
    from sepa.pipeline.audit import seal_day as seal
    from sepa.pipeline.home import open_home
    from sepa.schedule import local_instant

    with open_home(home_path()) as home:
        on = datetime.date.fromisoformat(day) if day else local_instant(at, home.profile).date()
        done = seal(home, on, at)
    return {"day": str(on), "link": done.seal.link, "digest": done.seal.digest, "file": done.path}


def _date(text: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None


@masked
def reprocess(order: dict[str, Any], by: str | None, at: datetime.datetime) -> list[str]:
    """Carry out an operator's order as filled in on the trigger form; returns a sentence for each file.

    `by` is the user who started the run, as Airflow knows it. A name typed into the form is only added to the reason.
    A mistake in the form fails the task at once: trying again would not mend it.
    """
    from airflow.sdk.exceptions import AirflowFailException

    from sepa.model.roles import NotAllowed
    from sepa.pipeline.emit import emit_reports
    from sepa.pipeline.home import open_home
    from sepa.pipeline.recall import emit_recalls
    from sepa.pipeline.reprocess import NotFound
    from sepa.pipeline.reprocess import reprocess as carry_out

    if not by:
        raise AirflowFailException(
            "nobody is known to have started this run; start it from the page or the API"
        )
    asked_by = (order.get("asked_by") or "").strip()
    reason = f"{order['reason']} (asked by: {asked_by})" if asked_by else order["reason"]
    key = order.get("key") or None
    with open_home(home_path(), journal_url=journal_url()) as home:
        try:
            if order["act"] == "correct":
                return [_correct(home, key, reason, order, by, at)]
            done = carry_out(
                home,
                act=order["act"],
                reason=reason,
                by=by,
                at=at,
                key=key,
                partner=order.get("partner") or None,
                day=_date(order.get("day")),
                asked_on=_date(order.get("asked_on")),
                recall_reason=order.get("recall_reason") if order["act"] == "recall" else None,
            )
        except (NotFound, NotAllowed, ValueError) as mistake:
            raise AirflowFailException(str(mistake)) from None
        emit_recalls(home, at)
        emit_reports(home, at)
        return [f"{each.subject[:24]}: {each.sentence}" for each in done]


def _correct(
    home: Any, key: str | None, proof: str, order: dict[str, Any], by: str, at: datetime.datetime
) -> str:
    """Book back one payment, or write down the first of two people's words; ValueError without one order's key."""
    from sepa.pipeline.correct import correct, emit_corrections

    if not key or home.journal.order(key) is None:
        raise ValueError("a correction needs the whole key of one order, with its number after the dash")
    code, initiator = order["correction_reason"], order["initiator"]
    did = correct(home, key, by=by, initiator=initiator, code=code, proof=proof, at=at)
    emit_corrections(home, at)
    return f"{key}: {did.sentence}"
