"""What an operator may order, on what, and why. Written down before it takes effect.

Nothing here can pay: an order that was paid or left unsettled is never touched (REJ-06), and whatever is
released waits for a window like everything else. The same decision, given again, changes nothing.
What each act moves is in `sepa.pipeline.acts`.
"""

import datetime
import hashlib
import zoneinfo
from collections import Counter
from collections.abc import Mapping

import msgspec

from sepa.model.finding import Finding
from sepa.model.journal import (
    Act,
    Approval,
    Decision,
    FileRow,
    Move,
    Ordered,
    OrderRow,
    Recall,
    RecallReason,
    ReportDue,
)
from sepa.pipeline.acts import steps
from sepa.pipeline.book import ordering, refuse_behind
from sepa.pipeline.home import Home, utc
from sepa.schedule import local_instant
from sepa.scheme.phrase import numbered
from sepa.store.journal import Overtaken

KEY_CHARS_MIN = 8
DONE: dict[str, str] = {
    "judge-again": "changed",
    "release": "released",
    "refuse": "refused",
    "revoke": "withdrawn",
    "hold": "put on hold",
    "recall": "asked back",
}


class NotFound(Exception):
    """What was asked for is not in the journal; the text says what was looked for."""


class Mistaken(ValueError):
    """An order that makes no sense; the text says why."""


class Reprocessed(msgspec.Struct, frozen=True):
    """What one decision did: orders moved, orders looked at and left as they were, and a sentence.

    `approved` are those left that now wait for a second person's release, `recalled` those left that are asked back
    and stay paid. `repeated`: it was carried out before.
    """

    subject: str
    act: str
    moved: int
    left: int
    sentence: str
    approved: int = 0
    recalled: int = 0
    repeated: bool = False


def reprocess(
    home: Home,
    *,
    act: Act,
    reason: str,
    by: str,
    for_whom: str = "",
    at: datetime.datetime,
    key: str | None = None,
    partner: str | None = None,
    day: datetime.date | None = None,
    asked_on: datetime.date | None = None,
    recall_reason: RecallReason | None = None,
) -> list[Reprocessed]:
    """Carry out an operator's order on one file or order (`key`), or on all files of a partner received on `day`.

    `at` is the instant of the order itself and part of its identity: the same order carried out again,
    by whatever repeats it, is the same decision and does nothing. `asked_on` is the day on which a withdrawal was
    handed in, when it is entered later: no day of the future, none before the file came. Mistaken says what is wrong.
    `recall_reason` is why transfers are asked back; the payer's wish where nothing is said.
    `by` is who orders, proven by whoever calls; `for_whom` whom it is ordered for, as said. NotAllowed where their
    roles do not suffice.
    """
    if not reason.strip() or not by.strip():
        raise Mistaken("a decision needs a reason and a name")
    by = home.roles().recorded(by, act, for_whom)
    refuse_behind(home)
    order = _one_order(home, key) if key and "-" in key else None
    files = [_file_of(home, order)] if order else _files(home, key, partner, day)
    if asked_on is not None:
        _refuse_day(home, act, asked_on, utc(at), files)
    if recall_reason is not None and act != "recall":
        raise Mistaken("only a recall has a recall's reason")
    more = [str(each) for each in (asked_on, recall_reason) if each is not None]
    done = []
    for file in files:
        subject = order.key if order else file.key
        told = "\n".join([utc(at).isoformat(), by, act, subject, reason, *more])
        id = hashlib.sha256(told.encode()).hexdigest()[:24]
        decision = Decision(id, utc(at), by, act, subject, reason, asked_on)
        done.append(carry_out(home, decision, file, order, recall_reason or "CUST"))
    return done


def _refuse_day(
    home: Home, act: Act, asked_on: datetime.date, at: datetime.datetime, files: list[FileRow]
) -> None:
    """Mistaken when nothing can have been asked for on that day."""
    if act != "revoke":
        raise Mistaken("only a withdrawal has a day on which it was asked for")
    if asked_on > local_instant(at, home.profile).date():
        raise Mistaken(f"{asked_on} is yet to come; give the day on which the request was handed in")
    for file in files:
        received_on = local_instant(file.received_at, home.profile).date()
        if asked_on < received_on:
            raise Mistaken(f"the order came on {received_on}; nobody can have withdrawn it on {asked_on}")


def _files(home: Home, key: str | None, partner: str | None, day: datetime.date | None) -> list[FileRow]:
    if key:
        if len(key) < KEY_CHARS_MIN:
            raise NotFound(
                f"{key!r} is too short: give at least {KEY_CHARS_MIN} characters of the file's key"
            )
        files = home.journal.find_files(prefix=key)
    elif partner and day:
        start, end = day_bounds(home, day)
        files = [file for file in home.journal.received_between(start, end) if file.partner == partner]
    else:
        raise NotFound("give a file's key, an order's key, or a partner with a day")
    if not files:
        raise NotFound(f"no file found for {key or f'{partner} on {day}'}")
    return files


def day_bounds(home: Home, day: datetime.date) -> tuple[datetime.datetime, datetime.datetime]:
    """The first instant of `day` in the bank's zone and the first of the next, in UTC."""
    zone = zoneinfo.ZoneInfo(home.profile.bank.timezone)
    start, end = (
        datetime.datetime.combine(each, datetime.time(), zone)
        for each in (day, day + datetime.timedelta(days=1))
    )
    return utc(start), utc(end)


def _one_order(home: Home, key: str) -> OrderRow:
    order = home.journal.order(key)
    if order is None:
        raise NotFound(f"no order has the key {key}")
    return order


def _file_of(home: Home, order: OrderRow) -> FileRow:
    file = home.journal.file(order.file_key)
    assert file is not None
    return file


def carry_out(
    home: Home, decision: Decision, file: FileRow, order: OrderRow | None, recall_reason: RecallReason
) -> Reprocessed:
    """One decision on one file, or on one order of it, by a person who may decide so."""
    subject, act, by = decision.subject, decision.act, decision.by
    if act == "judge-again" and not home.archived(file.key).exists():
        raise NotFound(f"the bytes of file {file.key[:24]} are no longer kept; it cannot be judged again")
    if any(earlier.id == decision.id for earlier in home.journal.decisions(subject)):
        return Reprocessed(
            subject, act, 0, 0, "This decision was carried out before; nothing is left to do.", repeated=True
        )
    looked_at, moves, stay = 0, [], Counter[str]()
    approvals: list[Approval] = []
    recalls: list[Recall] = []
    for step in steps(home, decision, file, order, recall_reason):
        looked_at += 1
        if isinstance(step, Move):
            moves.append(step)
        elif isinstance(step, Approval):
            approvals.append(step)
        elif isinstance(step, Recall):
            recalls.append(step)
        elif isinstance(step, Finding):
            stay[f"({step.code}): {step.message} {step.remedy}"] += 1
        elif step is not None:
            stay[f"as they were: {step}"] += 1
    report = ReportDue(
        file_key=file.key, occasion=f"decision:{decision.id}", partner=file.partner, at=decision.at
    )
    ordered = Ordered(
        decision,
        tuple(moves),
        report if moves or act == "report-again" else None,
        tuple(approvals),
        tuple(recalls),
    )
    try:
        moved = write_down(home, ordered)
    except Overtaken:
        return Reprocessed(
            subject, act, 0, looked_at, "Orders moved on meanwhile; nothing was changed. Try again."
        )
    if approvals:
        stay[f"held: approved by {by}, they wait for another person to release them."] = len(approvals)
    left = looked_at - moved
    sentence = _sentence(act, moved + len(recalls), left - len(recalls), file, stay)
    return Reprocessed(subject, act, moved, left, sentence, len(approvals), len(recalls))


def write_down(home: Home, ordered: Ordered) -> int:
    """Write what was ordered into the journal, and into the second book beside it; how many orders moved."""
    with ordering(home, ordered):
        return home.journal.decide(
            ordered.decision,
            ordered.moves,
            report=ordered.report,
            approvals=ordered.approvals,
            recalls=ordered.recalls,
        )


def _sentence(act: str, moved: int, left: int, file: FileRow, stay: Mapping[str, int]) -> str:
    if act == "report-again":
        return "The reports will be issued again."
    if not file.count:
        return "The file was refused as a whole; it holds no orders to judge. Its sender must send a new one."
    return " ".join(
        (
            f"{numbered(moved, 'order')} {DONE[act]}, {left} left as {'it was' if left == 1 else 'they were'}.",
            *(f"{count} {'stays' if count == 1 else 'stay'} {why}" for why, count in sorted(stay.items())),
        )
    )
