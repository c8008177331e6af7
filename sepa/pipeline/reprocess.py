"""What an operator may order: judge again, report again, release, refuse. Written down before it takes effect.

Nothing here can pay: an order that was paid or left unsettled is never touched (REJ-06), and whatever is
released waits for a window like everything else. The same decision, given again, changes nothing.
"""

import datetime
import hashlib
import zoneinfo
from collections.abc import Iterator
from typing import Literal

import msgspec

from sepa.decide import refused_blocks
from sepa.model.finding import Findings
from sepa.model.journal import Decision, FileRow, Move, OrderRow, ReportDue, State, first_state
from sepa.model.verdict import Verdict
from sepa.pipeline.home import Home, utc
from sepa.pipeline.judge import desk_for, judge_stream, refuse_incomplete
from sepa.store.journal import Overtaken

Act = Literal["judge-again", "report-again", "release", "refuse"]
ACTS: tuple[Act, ...] = ("judge-again", "report-again", "release", "refuse")
KEY_CHARS_MIN = 8


class NotFound(Exception):
    """What was asked for is not in the journal; the text says what was looked for."""


class Reprocessed(msgspec.Struct, frozen=True):
    """What one decision did: orders moved, orders looked at and left as they were, and a sentence."""

    subject: str
    act: str
    moved: int
    left: int
    sentence: str


def reprocess(
    home: Home,
    *,
    act: Act,
    reason: str,
    by: str,
    at: datetime.datetime,
    key: str | None = None,
    partner: str | None = None,
    day: datetime.date | None = None,
) -> list[Reprocessed]:
    """Carry out an operator's order on one file or order (`key`), or on all files of a partner received on `day`.

    `at` is the instant of the order itself and part of its identity: the same order carried out again,
    by whatever repeats it, is the same decision and does nothing.
    """
    if not reason.strip() or not by.strip():
        raise ValueError("a decision needs a reason and a name")
    if key and "-" in key:
        return [_on_orders(home, act, reason, by, utc(at), key, _one_order(home, key))]
    files = _files(home, key, partner, day)
    return [_on_orders(home, act, reason, by, utc(at), file.key, None) for file in files]


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


def _on_orders(
    home: Home, act: Act, reason: str, by: str, at: datetime.datetime, subject: str, order: OrderRow | None
) -> Reprocessed:
    file_key = order.file_key if order else subject
    file = home.journal.file(file_key)
    assert file is not None
    identity = "\n".join((at.isoformat(), by, act, subject, reason))
    decision = Decision(
        id=hashlib.sha256(identity.encode()).hexdigest()[:24],
        at=at,
        by=by,
        act=act,
        subject=subject,
        reason=reason,
    )
    if any(earlier.id == decision.id for earlier in home.journal.decisions(subject)):
        return Reprocessed(subject, act, 0, 0, "This decision was carried out before; nothing is left to do.")
    looked_at, moves = 0, []
    for step in _moves(home, decision, file, order):
        looked_at += 1
        if step is not None:
            moves.append(step)
    report = ReportDue(file_key=file_key, occasion=f"decision:{decision.id}", partner=file.partner, at=at)
    try:
        moved = home.journal.decide(
            decision, moves, report=report if moves or act == "report-again" else None
        )
    except Overtaken:
        return Reprocessed(
            subject, act, 0, looked_at, "Orders moved on meanwhile; nothing was changed. Try again."
        )
    return Reprocessed(subject, act, moved, looked_at - moved, _sentence(act, moved, looked_at - moved, file))


def _sentence(act: Act, moved: int, left: int, file: FileRow) -> str:
    if act == "report-again":
        return "The reports will be issued again."
    if not file.count:
        return "The file was refused as a whole; it holds no orders to judge. Its sender must send a new one."
    done = {"judge-again": "changed", "release": "released", "refuse": "refused"}[act]
    return f"{moved} orders {done}, {left} left as they were."


def _moves(home: Home, decision: Decision, file: FileRow, order: OrderRow | None) -> Iterator[Move | None]:
    if decision.act == "report-again":
        return
    if decision.act == "judge-again":
        yield from _judged_again(home, decision, file, only=order.key if order else None)
        return
    held = [order] if order else home.journal.orders(file.key, states=("held",))
    for each in held:
        if each.state != "held":
            yield None
        elif decision.act == "release":
            yield _move(decision, each, "waiting", findings=())
        else:
            yield _move(decision, each, "rejected", findings=_as_refusals(each.findings))


def _move(decision: Decision, order: OrderRow, to: State, *, findings: Findings) -> Move:
    return Move(
        key=order.key,
        from_step=order.step,
        to=to,
        at=decision.at,
        by=decision.by,
        cause=f"decision:{decision.id}",
        findings=findings,
        booking_date=order.booking_date,
        settlement_date=order.settlement_date,
        route=order.route,
        amount_cents=order.amount_cents,
    )


def _as_refusals(findings: Findings) -> Findings:
    return tuple(
        msgspec.structs.replace(finding, effect="reject") if finding.effect == "hold" else finding
        for finding in findings
    )


JUDGED_AGAIN: frozenset[State] = frozenset({"waiting", "held", "routed", "rejected", "not-executed"})


def _judged_again(home: Home, decision: Decision, file: FileRow, only: str | None) -> Iterator[Move | None]:
    """Judge the archived bytes with today's reference data at the first receipt instant; compare with the journal."""
    if not file.count:
        return
    verdicts: list[Verdict] = []
    reference = home.reference()
    refuse_incomplete(reference)
    desk = desk_for(home.profile, reference, file.received_at, file.partner)
    with home.archived(file.key).open("rb") as source:
        verdict = judge_stream(
            source,
            desk,
            file.key,
            add=lambda _, judged: verdicts.extend(judged),
            discard=verdicts.clear,
            seen=lambda fingerprints: home.journal.seen(file.key, fingerprints),
            owner_of=lambda _: None,
        )
    overruled = refused_blocks(verdict)
    for order, judged in zip(home.journal.orders(file.key), verdicts, strict=True):
        if only is not None and order.key != only:
            continue
        state = "rejected" if judged.transaction.block in overruled else first_state(judged.outcome)
        same = (state, judged.booking_date, judged.findings) == (
            order.state,
            order.booking_date,
            order.findings,
        )
        stays = order.state == "waiting" and state in ("waiting", "held")  # a person's release is not undone
        if order.state not in JUDGED_AGAIN or same or stays:
            yield None
        else:
            yield Move(
                key=order.key,
                from_step=order.step,
                to=state,
                at=decision.at,
                by=decision.by,
                cause=f"decision:{decision.id}",
                findings=judged.findings,
                outcome=judged.outcome,
                booking_date=judged.booking_date,
                settlement_date=judged.settlement_date,
                route=judged.route,
                amount_cents=judged.amount_cents,
            )
