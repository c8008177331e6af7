"""Seal: the one transaction that fixes what a window decided."""

import datetime
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain

import sqlalchemy as sa

from sepa.model.broken import BrokenPromise
from sepa.model.finding import Findings
from sepa.model.journal import Move, State, window_cause
from sepa.model.payment import Paying, Payment, Settlement
from sepa.store.journal import Overtaken, Part, Ready
from sepa.store.sql.away import ROUTED, departures
from sepa.store.sql.connection import Connected, among, insert_once, pour, slices
from sepa.store.sql.judging import due
from sepa.store.sql.moves import Standing, move, standing
from sepa.store.sql.paying import StoodAlike, Told, learn_causes, packed_plain, pay, ready, unpack
from sepa.store.sql.posting import (
    Lines,
    digests_of_members,
    lines_at_once,
    owners_of,
    packed_postings,
    pour_members,
    pour_postings,
    unpacked,
)
from sepa.store.sql.rows import day_text, instant_text
from sepa.store.sql.screening import note_screening
from sepa.store.tables import (
    attempts,
    bulks,
    files,
    window_kinds,
    windows,
)

DUE = ("waiting", "pending-funds")
"""The states from which a window pays."""
_MAY_END = ("held", *ROUTED)
Turn = tuple[State, Findings]
_BULK = tuple(bulks.columns.keys())


class Sealing(Connected):
    """The journal's part that seals; see `sepa.store.journal.Journal`."""

    def seal(
        self, settlement: Settlement, *, by: str, then: Iterable[Settlement | Part | Paying | Ready] = ()
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

    def member_digests(self, settlement: Settlement) -> bytes:
        return digests_of_members(settlement.bulks)

    def paying_lines(self, payments: Sequence[Payment], window: datetime.datetime, *, by: str) -> bytes:
        with self.reading() as connection:
            return packed_plain(connection, payments, window, by)


def _says_something(part: Settlement | Part | Paying | Ready) -> bool:
    if isinstance(part, Paying | Ready):
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
        self._paid: dict[str, Told] = {}
        window = instant_text(first.window)
        insert_once(connection, windows, {"window": window, "by": by})
        kind = "express" if first.express else "full"
        insert_once(connection, window_kinds, {"window": window, "kind": kind})

    def write(self, given: Settlement | Part | Paying | Ready) -> None:
        """Write one part, a few thousand orders at a time; each is checked as it is written."""
        if isinstance(given, Paying | Ready):
            self._pay_ahead(*given)
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
        self._write_bulks(part, owners, lines, given.members if isinstance(given, Part) else b"")
        note_screening(self._connection, window_cause(self._at), part.screened)
        for bulk in part.bulks:
            leaving = bulk.kind == "hand-over"
            told = None if leaving else self._paid.pop(bulk.keys[0], None)
            if told is None:
                told = Told()
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

    def _pay_ahead(self, told: Mapping[str, Sequence[str]], lines: bytes = b"") -> None:
        keys = [key for members in told.values() for key in members]
        if len({*keys}) != len(keys):
            raise BrokenPromise("an order is told twice as paid")
        cents = self._pay(unpack(lines)) if lines else {}
        if not cents.keys() <= {*keys}:
            raise BrokenPromise("an order was made ready that is not paid")
        for some in slices([key for key in keys if key not in cents]):
            cents |= self._depart(False, some)
        for first, members in told.items():
            self._paid.setdefault(first, Told()).add(members, cents)

    def _pay(self, made: Iterable[StoodAlike]) -> dict[str, int]:
        """Pay what was made ready; return the cents of each."""
        cents: dict[str, int] = {}
        for each in made:
            self._touch(each.files, each.files)
            if any(self._causes[file_key] != each.cause for file_key in each.files):
                raise Overtaken("a report fell due meanwhile of a file in which this window pays")
            pay(self._connection, each, self._at, self._by)
            cents |= each.cents
        return cents

    def _depart(self, leaving: bool, keys: Sequence[str]) -> dict[str, int]:
        """Let some orders be paid, or handed over to another channel; return the cents of each."""
        standing_so = [] if leaving else ready(self._connection, keys, self._at, self._by, self._causes)
        cents = self._pay(standing_so)
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

    def _write_bulks(
        self, part: Settlement, owners: Mapping[str, str], posted: Iterable[Lines], members: bytes
    ) -> None:
        window, digest = instant_text(self._at), part.reference_digest
        lines = [
            (
                bulk.id, instant_text(bulk.window), bulk.kind, day_text(bulk.settlement_date), bulk.scheme,
                bulk.count, bulk.sum_cents, digest,
            )
            for bulk in part.bulks
        ]  # fmt: skip
        tried = ((each.payment.key, window, digest, each.rate) for each in part.unpaid)
        try:
            pour(self._connection, bulks, _BULK, lines)
            pour_postings(self._connection, part.bulks, owners, posted)
            pour_members(self._connection, part.bulks, members)
            for tries in slices(tried):
                pour(self._connection, attempts, ("key", "window", "reference_digest", "rate"), tries)
        except sa.exc.IntegrityError as twice:
            raise Overtaken("an order of this window was sealed or tried by another") from twice

    def _touch(self, touched: Collection[str], changed: Collection[str]) -> None:
        """For each file touched, the occasion of its report, which is also the cause of the moves.

        A report falls due where an order's state `changed`; one that goes on waiting for cover was told before.
        """
        learn_causes(self._connection, self._at, touched, self._causes)
        self._tell(sorted(set(changed) - self._told))

    def _tell(self, file_keys: Collection[str]) -> None:
        for part in slices(file_keys):
            wanted = sa.select(files.c.key, files.c.partner)
            of = wanted.where(among(files.c.key, part, self._connection.dialect)).order_by(files.c.key)
            for key, partner in self._connection.execute(of).all():
                due(self._connection, key, self._causes[key], partner, instant_text(self._at))
                self._told.add(key)


def _still_due(order: Standing, states: Collection[str]) -> None:
    if order.state not in states:
        raise Overtaken(f"order {order.key} is {order.state} already")
