"""Seal: the one transaction that fixes what a window decided."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain

import sqlalchemy as sa

from sepa.model.broken import BrokenPromise
from sepa.model.finding import Findings
from sepa.model.journal import Move, State, window_cause
from sepa.model.payment import Bulk, Paying, Settlement
from sepa.store.journal import Overtaken, Part
from sepa.store.sql.away import ROUTED, departures
from sepa.store.sql.connection import Connected, among, insert_once, pour, slices
from sepa.store.sql.judging import due
from sepa.store.sql.moves import Standing, move, pay, standing, write_paid
from sepa.store.sql.posting import Line, lines_at_once, owners_of, packed_postings, pour_postings, unpacked
from sepa.store.sql.rows import day_text, instant_text
from sepa.store.sql.screening import note_screening
from sepa.store.tables import attempts, bulk_members, bulks, files, reports_due, window_kinds, windows

DUE = ("waiting", "pending-funds")
"""The states from which a window pays."""
_MAY_END = ("held", *ROUTED)
Turn = tuple[State, Findings]
_BULK = tuple(bulks.columns.keys())


class Sealing(Connected):
    """The journal's part that seals; see `sepa.store.journal.Journal`."""

    def seal(
        self, settlement: Settlement, *, by: str, then: Iterable[Settlement | Part | Paying] = ()
    ) -> bool:
        parts = filter(_says_something, chain([settlement], then))
        first = next(parts, None)
        if first is None:
            return False
        with self.writing() as connection:
            window = _Window(connection, settlement, by)
            window.write(first)
            del first  # no part stays in memory while the next is made
            for part in parts:
                window.write(part)
                del part
            window.close()
        return True

    def posting_lines(self, settlement: Settlement) -> Iterator[bytes]:
        return packed_postings(settlement)


def _says_something(part: Settlement | Part | Paying) -> bool:
    if isinstance(part, Paying):
        return True
    settlement = part if isinstance(part, Settlement) else part.settlement
    if settlement.bulks or settlement.unpaid or settlement.ended:
        return True
    if settlement.postings:
        raise BrokenPromise("a window without bulks has postings")
    return False


class _Window:
    """One window being written, and which files it has touched so far."""

    def __init__(self, connection: sa.Connection, first: Settlement, by: str) -> None:
        self._connection, self._at, self._by = connection, first.window, by
        self._causes: dict[str, str] = {}
        self._told: set[str] = set()
        self._paid: dict[str, _Told] = {}
        window = instant_text(first.window)
        insert_once(connection, windows, {"window": window, "by": by})
        kind = "express" if first.express else "full"
        insert_once(connection, window_kinds, {"window": window, "kind": kind})

    def write(self, given: Settlement | Part | Paying) -> None:
        """Write one part, a few thousand orders at a time; each is checked as it is written."""
        if isinstance(given, Paying):
            self._pay_ahead(given)
            return
        part = given.settlement if isinstance(given, Part) else given
        owners = owners_of(part)
        turned: dict[str, Turn] = {each.payment.key: (each.outcome, (each.finding,)) for each in part.unpaid}
        ended: dict[str, Turn] = {
            each.key: (each.outcome, (each.finding, *each.besides)) for each in part.ended
        }
        if len({*owners, *turned, *ended}) != len(owners) + len(part.unpaid) + len(part.ended):
            raise BrokenPromise("an order is both paid and not paid in one window, or ends twice")
        lines = unpacked(given.postings) if isinstance(given, Part) else lines_at_once(part, owners)
        self._write_bulks(part, owners, lines)
        note_screening(self._connection, window_cause(self._at), part.screened)
        for bulk in part.bulks:
            leaving = bulk.kind == "hand-over"
            told = None if leaving else self._paid.pop(bulk.keys[0], None)
            if told is None:
                told = _Told()
                for keys in slices(bulk.keys):
                    told.add(keys, self._depart(leaving, keys))
            told.prove(bulk)
        waits_on = {key for key, (outcome, _) in turned.items() if outcome == "pending-funds"}
        turns = turned | ended
        for keys in slices(turns):
            stood = standing(self._connection, keys)
            for key, order in stood.items():
                _still_due(order, (*DUE, *_MAY_END) if key in ended else DUE)
            self._touch(
                {order.file_key for order in stood.values()},
                {
                    order.file_key
                    for key, order in stood.items()
                    if not (key in waits_on and order.state == "pending-funds")
                },
            )
            self._move(stood, turns)

    def close(self) -> None:
        """Look whether all that was paid has its bulk."""
        if self._paid:
            raise BrokenPromise(f"order {next(iter(self._paid))} was paid and is in no bulk")

    def _pay_ahead(self, given: Paying) -> None:
        keys = [key for members in given.keys.values() for key in members]
        if len({*keys}) != len(keys):
            raise BrokenPromise("an order is told twice as paid")
        cents = {key: each for some in slices(keys) for key, each in self._depart(False, some).items()}
        for first, members in given.keys.items():
            self._paid.setdefault(first, _Told()).add(members, cents)

    def _pay(self, keys: Sequence[str]) -> dict[str, int]:
        """Let those of some orders be paid that may be at once; return the cents of each."""
        paid = pay(self._connection, keys)
        touched = {each.file_key for each in paid.values()}
        self._touch(touched, touched)
        write_paid(self._connection, paid.values(), self._at, self._by, self._causes)
        return {key: each.amount_cents for key, each in paid.items()}

    def _depart(self, leaving: bool, keys: Sequence[str]) -> dict[str, int]:
        """Let some orders be paid, or handed over to another channel; return the cents of each."""
        cents = {} if leaving else self._pay(keys)
        if rest := [key for key in keys if key not in cents]:
            stood = standing(self._connection, rest)
            for order in stood.values():
                _still_due(order, ROUTED if leaving else DUE)
                cents[order.key] = order.amount_cents or 0
            touched = {order.file_key for order in stood.values()}
            self._touch(touched, touched)
            self._move(stood, dict(departures(stood.values(), leaving=leaving)))
        return cents

    def _move(self, stood: dict[str, Standing], turns: Mapping[str, Turn]) -> None:
        moves = [
            Move(
                order.key,
                order.step,
                turns[key][0],
                self._at,
                self._by,
                self._causes[order.file_key],
                turns[key][1],
            )
            for key, order in stood.items()
        ]
        move(self._connection, moves, stood)

    def _write_bulks(self, part: Settlement, owners: Mapping[str, str], posted: Iterable[list[Line]]) -> None:
        window, digest = instant_text(self._at), part.reference_digest
        lines = [
            (
                bulk.id, instant_text(bulk.window), bulk.kind, day_text(bulk.settlement_date), bulk.scheme,
                bulk.count, bulk.sum_cents, digest,
            )
            for bulk in part.bulks
        ]  # fmt: skip
        members = ((key, bulk.id, number) for bulk in part.bulks for number, key in enumerate(bulk.keys, 1))
        tried = ((each.payment.key, window, digest, each.rate) for each in part.unpaid)
        try:
            pour(self._connection, bulks, _BULK, lines)
            pour_postings(self._connection, part.bulks, owners, posted)
            for rows in slices(members):
                pour(self._connection, bulk_members, ("key", "bulk", "position"), rows)
            for tries in slices(tried):
                pour(self._connection, attempts, ("key", "window", "reference_digest", "rate"), tries)
        except sa.exc.IntegrityError as twice:
            raise Overtaken("an order of this window was sealed or tried by another") from twice

    def _touch(self, touched: Collection[str], changed: Collection[str]) -> None:
        """For each file touched, the occasion of its report. It is also the cause of the moves.

        A report falls due where an order's state `changed`; one that goes on waiting for cover was told before.

        A window that touches a file once more, because an order was released after it, is a new occasion
        (`window:<instant>#2`): the first report may have left already.
        """
        first = window_cause(self._at)
        new = sorted(set(touched) - self._causes.keys())
        for part in slices(new):
            earlier = sa.select(reports_due.c.file_key).where(
                among(reports_due.c.file_key, part, self._connection.dialect),
                sa.or_(reports_due.c.occasion == first, reports_due.c.occasion.startswith(f"{first}#")),
            )
            told = Counter(self._connection.scalars(earlier))
            for key in part:
                self._causes[key] = f"{first}#{told[key] + 1}" if told[key] else first
        self._tell(sorted(set(changed) - self._told))

    def _tell(self, file_keys: Collection[str]) -> None:
        for part in slices(file_keys):
            wanted = sa.select(files.c.key, files.c.partner)
            of = wanted.where(among(files.c.key, part, self._connection.dialect)).order_by(files.c.key)
            for key, partner in self._connection.execute(of).all():
                due(self._connection, key, self._causes[key], partner, instant_text(self._at))
                self._told.add(key)


class _Told:
    """What has left or was paid for one bulk so far: which orders, in their order, and how much it was."""

    def __init__(self) -> None:
        self._members, self._cents = hashlib.sha256(), 0

    def add(self, keys: Sequence[str], cents: Mapping[str, int]) -> None:
        self._members.update(_encode(keys))
        self._cents += sum([cents[key] for key in keys])

    def prove(self, bulk: Bulk) -> None:
        """BrokenPromise unless the bulk has just these orders, and says what they come to."""
        members = hashlib.sha256()
        for keys in slices(bulk.keys):
            members.update(_encode(keys))
        if members.digest() != self._members.digest():
            raise BrokenPromise(f"bulk {bulk.id} has other orders than were paid for it")
        if self._cents != bulk.sum_cents:
            raise BrokenPromise(f"bulk {bulk.id} says {bulk.sum_cents} cents, its orders are {self._cents}")


def _encode(keys: Iterable[str]) -> bytes:
    return "".join([f"{key}\n" for key in keys]).encode()


def _still_due(order: Standing, states: Collection[str]) -> None:
    if order.state not in states:
        raise Overtaken(f"order {order.key} is {order.state} already")
