"""Catch up: tell a journal that was restored to an earlier point what the second book knows, and the journal forgot.

What came is delivered again, what was ordered and settled is written down as it was, in the order in which it
happened, and what began to leave has begun to leave. Nothing is decided anew but the judgement of files, by the tables
of today.
"""

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from sepa.model.broken import BrokenPromise
from sepa.model.journal import Delivery, Ordered, Sent
from sepa.model.payment import Departure, Settlement
from sepa.pipeline.book import unknown
from sepa.pipeline.emit import emit_reports
from sepa.pipeline.home import Home, utc
from sepa.pipeline.judge import judge
from sepa.store.journal import Overtaken


class CaughtUp(msgspec.Struct, frozen=True, kw_only=True):
    """How many files, and entries of other kinds, the journal was told; those it cannot be told, with the reason."""

    came: int
    ordered: int
    settled: int
    left: int
    sent: int
    conflicts: tuple[str, ...]


Entry = list[Delivery] | Ordered | Settlement | Departure | Sent
Noted = tuple[Path, Entry]
"""An entry, and the file in which it stands."""
_FORMS: dict[str, Any] = {
    "came": list[Delivery] | Delivery,
    "ordered": Ordered,
    "settled": Settlement,
    "left": Departure,
    "sent": Sent,
}


def catch_up(home: Home, at: datetime.datetime) -> CaughtUp:
    """Tell the journal all it forgot. Safe to repeat and to kill; where nothing is missing, nothing is done.

    An entry that contradicts the journal is a conflict: it stays unknown, the desk goes on refusing to pay, and a
    person looks. `at` is the instant of the work and decides nothing.
    """
    entries = sorted(
        ((path, _read(path)) for path in unknown(home, whole=True)), key=lambda each: _turn(each[1])
    )
    told = dict.fromkeys(_FORMS, 0)
    conflicts: dict[Path, str] = {}
    while entries:
        left = []
        for together in _by_window(entries):
            for some in [together] if len(together) == 1 else [together, *([each] for each in together)]:
                try:
                    _tell(home, [entry for _, entry in some], at)
                except (Overtaken, BrokenPromise) as fault:
                    if len(some) == 1:
                        path, entry = some[0]
                        conflicts[path] = f"{path.relative_to(home.root)}: {fault}"
                        left.append((path, entry))
                else:
                    told[some[0][0].parent.parent.name] += sum(map(_count, (entry for _, entry in some)))
                    if some is together:
                        break
        if len(left) == len(entries):
            break
        entries = left
    stuck = tuple(conflicts[path] for path, _ in entries)
    return CaughtUp(
        came=told["came"],
        ordered=told["ordered"],
        settled=told["settled"],
        left=told["left"],
        sent=told["sent"],
        conflicts=stuck,
    )


def _read(path: Path) -> Entry:
    entry = msgspec.json.decode(path.read_bytes(), type=_FORMS[path.parent.parent.name])
    return [entry] if isinstance(entry, Delivery) else entry


def _turn(entry: Entry) -> tuple[bool, datetime.datetime, int, int, bool]:
    """Everything that came first; then words, windows and departures by their instants.

    Of two words at one instant the one that saw an earlier step of its orders, then the one that only approves.
    """
    seen, moves = 0, False
    if isinstance(entry, Ordered):
        seen = min(
            [each.from_step for each in entry.moves] + [each.step for each in entry.approvals], default=0
        )
        moves = bool(entry.moves)
    kind = 0 if isinstance(entry, list) else list(_FORMS.values()).index(type(entry))
    return kind > 0, _instant_of(entry), kind, seen, moves


def _count(entry: Entry) -> int:
    return len(entry) if isinstance(entry, list) else 1


def _by_window(entries: list[Noted]) -> list[list[Noted]]:
    """The parts of one window together, as they were sealed; all others alone."""
    found: list[list[Noted]] = []
    for path, entry in entries:
        before = found[-1][-1][1] if found else None
        if isinstance(entry, Settlement) and isinstance(before, Settlement) and entry.window == before.window:
            found[-1].append((path, entry))
        else:
            found.append([(path, entry)])
    return found


def _instant_of(entry: Entry) -> datetime.datetime:
    match entry:
        case list():
            return utc(entry[0].received_at)
        case Ordered():
            return utc(entry.decision.at)
        case Settlement() | Sent():
            return utc(entry.window)
        case Departure():
            return utc(entry.at)


def _tell(home: Home, entries: Sequence[Entry], at: datetime.datetime) -> None:
    """Tell one entry, or all parts of a window in one transaction, as they were sealed."""
    entry, *more = entries
    if isinstance(entry, list):
        with home.journal.together(in_turn=False):
            for delivery in entry:
                home.journal.deliver(delivery)
        return
    _judge_until(home, _instant_of(entry), at)
    match entry:
        case Ordered(correction=None):
            home.journal.decide(
                entry.decision,
                entry.moves,
                report=entry.report,
                approvals=entry.approvals,
                recalls=entry.recalls,
            )
        case Ordered(correction=correction):
            assert correction is not None
            home.journal.correct(entry.decision, correction)
        case Settlement():
            then = [each for each in more if isinstance(each, Settlement)]
            home.journal.seal(entry, by="desk", then=then)
        case Departure():
            known = home.journal.bulk(entry.bulk.id)
            if known is None or known.keys != entry.bulk.keys:
                raise BrokenPromise(f"bulk {entry.bulk.id} left with other orders than the journal knows")
            home.journal.begin_emission(entry.bulk.id, entry.at)
        case Sent():
            home.journal.published(entry.files, settles=entry.bulk)
    emit_reports(home, _instant_of(entry))


def _judge_until(home: Home, until: datetime.datetime, at: datetime.datetime) -> None:
    """Judge what had come by then, so that what was decided next finds its orders."""
    for key in home.journal.unjudged():
        file = home.journal.file(key)
        if file is not None and file.received_at <= until:
            judge(home, key, at=min(until, utc(at)))
