"""The journal's port: what the shell may ask of it. `sepa.store.sql` keeps it in SQLite or PostgreSQL.

Append-only: lines are added, never changed. The current state of an order is its last line; the unique
keys (a delivery's id, a file's digest, sender + MsgId, order + step, order in one bulk only) stop two workers.
Every method is one database transaction. All instants are aware and come back in UTC.
"""

import datetime
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from sepa.model.journal import (
    BlockRow,
    Decision,
    Delivery,
    Event,
    FileRow,
    Move,
    OrderRow,
    Publication,
    ReportDue,
)
from sepa.model.message import Transaction
from sepa.model.payment import Bulk, Payment, Posting, Settlement
from sepa.model.verdict import FileVerdict, Verdict


class Sealing(Protocol):
    """One file being judged, inside one transaction: all of it is written, or nothing."""

    def message_id_owner(self, partner: str, message_id: str) -> str | None:
        """The key of another file of this partner that already used the MsgId, or None."""

    def seen(self, fingerprints: Collection[str]) -> set[str]:
        """Those fingerprints that orders of other files carry which were not refused."""

    def add(self, verdicts: Sequence[Verdict]) -> None:
        """Write verdicts, in bulk."""

    def discard(self) -> None:
        """Forget the verdicts added so far: the file turned out to be unreadable."""

    def close(
        self,
        verdict: FileVerdict,
        *,
        refused_blocks: Collection[int],
        profile: str,
        profile_digest: str,
        reference_digest: str,
        at: datetime.datetime,
    ) -> None:
        """Write the file's and blocks' verdicts, refuse every order in `refused_blocks` (block positions), note MsgId
        (only when the message was read and the MsgId was free) and that a report is due (occasion `judged`)."""


class Journal(Protocol):
    """Everything the desk remembers."""

    # --- claim ---

    def deliver(self, delivery: Delivery) -> Delivery:
        """Record a delivery; the first with these bytes makes the file. Idempotent by `delivery.id`.

        Returns it with `first` filled. A repeat makes a report due (`repeat:<id>`) and nothing else.
        """

    def deliveries_of(self, partner: str, name: str, received_at: datetime.datetime) -> int:
        """How many deliveries have this partner, name and instant: numbers the next one."""

    def delivery(self, id: str) -> Delivery | None: ...

    # --- judge ---

    def file(self, key: str) -> FileRow | None: ...

    def find_files(
        self, *, prefix: str | None = None, partner: str | None = None
    ) -> list[FileRow]:
        """Files by beginning of key and by partner, ordered by receipt, then key."""

    def received_between(self, start: datetime.datetime, end: datetime.datetime) -> list[FileRow]:
        """Files received in [start, end), ordered by receipt, then key."""

    def unjudged(self) -> list[str]:
        """Keys of files claimed but not judged, oldest first."""

    def judging(self, file_key: str) -> AbstractContextManager[Sealing | None]:
        """Open the one transaction that judges this file; None when it is already judged (nothing to do)."""

    def blocks(self, file_key: str) -> list[BlockRow]: ...

    def orders(
        self,
        file_key: str,
        *,
        states: Collection[str] | None = None,
        cause: str | None = None,
        batch: int = 5000,
    ) -> Iterator[OrderRow]:
        """Orders of a file by position; only those in `states`, only those whose last move has `cause`."""

    def order(self, key: str) -> OrderRow | None: ...

    def state_counts(self, file_key: str) -> dict[tuple[int, str], tuple[int, int]]:
        """(block, state) → (count, sum in cents of readable amounts)."""

    # --- people ---

    def decide(self, decision: Decision, moves: Sequence[Move], *, report: ReportDue | None) -> int:
        """Write a decision with the moves it causes and the report that becomes due, all or nothing.

        Returns how many moves were written: 0 when this decision (by id) is already there.
        Moves whose order has moved on since are refused with `Overtaken`.
        """

    def decisions(self, subject: str) -> list[Decision]: ...

    # --- seal ---

    def due(self, window: datetime.datetime, day: datetime.date) -> list[Payment]:
        """Payments waiting or pending with booking date <= day, received <= window, not tried in this window yet."""

    def booked(self, since: datetime.datetime | None = None) -> dict[str, int]:
        """Net cents posted per account (credit positive), by windows after `since`."""

    def consent_uses(self) -> Mapping[tuple[str, str, str], tuple[datetime.date, ...]]:
        """(debtor IBAN, creditor identifier as sent, mandate id as sent) → booking dates of paid own-debtor collections."""

    def seal(self, settlement: Settlement, *, by: str) -> bool:
        """Write bulks, members, postings, moves and due reports of a window in one transaction.

        False when there was nothing to write. An order already in a bulk makes the whole of it fail
        with `Overtaken` and nothing written. Unbalanced postings or sums that differ are BrokenPromise.
        """

    # --- emit ---

    def bulks_unpublished(self) -> list[Bulk]: ...

    def bulk(self, id: str) -> Bulk | None: ...

    def bulk_orders(self, bulk_id: str, batch: int = 2000) -> Iterator[tuple[Payment, Transaction]]:
        """Members in the bulk's order, streamed."""

    def bulk_postings(self, bulk_id: str, batch: int = 5000) -> Iterator[Posting]: ...

    def reports_due(self) -> list[ReportDue]:
        """Reports without a publication, oldest first."""

    def published(self, publications: Iterable[Publication], *, settles: ReportDue | str | None = None) -> None:
        """Note files that left. `settles` names the report (or bulk id) that is thereby done. Idempotent;
        the same path with another digest is BrokenPromise."""

    def publications(self, subject: str) -> list[Publication]: ...

    # --- prove ---

    def story(self, key: str) -> list[Event]: ...

    def bulks_sealed_between(self, start: datetime.datetime, end: datetime.datetime) -> list[Bulk]:
        """Bulks whose window lies in [start, end)."""

    def order_totals(self, file_keys: Collection[str]) -> list[tuple[str, str, str, str, int, int]]:
        """(file key, state, main rule of the last findings or '', main code or '', count, cents)."""

    def posting_totals(self, start: datetime.datetime, end: datetime.datetime) -> list[tuple[str, str, int, int]]:
        """(account, side, count, cents) of postings of windows in [start, end)."""

    def waiting(self) -> list[tuple[datetime.date, str, int, int]]:
        """(booking date, state, count, cents) of everything waiting, pending or held."""

    def faults(self) -> list[str]:
        """What is wrong inside the journal itself, in sentences: states that are not the last line, unbalanced
        bulks, members without orders, sums that differ. Empty when all is well."""


class Overtaken(Exception):
    """Somebody else moved the order first. Nothing was written; look again and decide anew."""
