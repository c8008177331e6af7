"""The journal's port: what the shell may ask of it. `sepa.store.sql` keeps it in SQLite or PostgreSQL.

Append-only: lines are added, never changed. The current state of an order is its last line; unique keys
(a delivery's id, a file's digest, sender + MsgId, order + step, an order in one bulk only) stop two workers.
Every method is one database transaction; a stream is one for as long as it is read. All instants are aware
and come back in UTC.
"""

import datetime
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol

from sepa.model.chain import Flaw, Gone, Link, Seal, Written
from sepa.model.fee import Charge, ChargeLines
from sepa.model.finding import Findings
from sepa.model.journal import (
    Approval,
    BlockRow,
    Correction,
    Decision,
    Delivery,
    Event,
    FileRow,
    Move,
    Noted,
    OrderRow,
    Publication,
    Recall,
    ReportDue,
    Withheld,
)
from sepa.model.message import Transaction
from sepa.model.payment import Bulk, Paying, Payment, Posting, Settlement
from sepa.model.sheet import Sheet
from sepa.model.verdict import FileVerdict, Verdict

POSTINGS_AT_ONCE = 5000


class Part(NamedTuple):
    """A part of what a window decided, without its postings, and these as `Journal.posting_lines` made them.

    Whoever takes it reads them once, to their end. `members` are what `Journal.member_digests` says of its bulks.
    """

    settlement: Settlement
    postings: Iterable[bytes]
    members: bytes = b""


class Ready(NamedTuple):
    """Orders that a window pays, as Paying tells them, and what `Journal.paying_lines` made of them, or of some."""

    keys: Mapping[str, Sequence[str]]
    lines: bytes


class Sealing(Protocol):
    """One file being judged, inside one transaction: all of it is written, or nothing."""

    def message_id_owner(self, partner: str, message_id: str) -> str | None:
        """The key of another file of this partner that already used the MsgId, or None."""

    def stands_elsewhere(self) -> bool:
        """Whether another sender brought the same bytes, and an order of theirs was not refused."""

    def seen(self, fingerprints: Collection[str]) -> set[str]:
        """Those fingerprints that orders of other files carry which were not refused."""

    def ordered(self, day: datetime.date) -> int:
        """Cents of the transfers in other files of this sender that count on `day` and were not refused (EB-04).

        Nobody else judges meanwhile, so that of two files at once the second counts the first.
        """

    def add(self, verdicts: Sequence[Verdict]) -> None:
        """Write verdicts, in bulk. One waiting without amount, route, days or accounts is BrokenPromise."""

    def add_lines(self, lines: bytes) -> None:
        """As `add`, with what `Journal.order_lines` made of the verdicts."""

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
        screened: str = "",
        authorised: str = "",
    ) -> None:
        """Write the verdicts on file and blocks; nothing can be added after.

        `screened` names the lists that the file's orders were screened against, `authorised` how the file was
        authorised and by which key.

        Refuses every order in `refused_blocks` (block positions; its findings stay its own, the block's say
        why), notes the MsgId when the message was read and the MsgId was free, and that a report is due
        (occasion `judged`). Notes the day that the file counts on, where it counts on one.
        """


class Journal(Protocol):
    """Everything the desk remembers."""

    def close(self) -> None:
        """Let go of the database. Nothing is lost; whoever needs it opens it again."""

    def forked(self, *, reads_on: bool = False) -> None:
        """Be called first in the child of a fork, which then may read; the parent's connections stay untouched.

        With `reads_on` it will read much, each thing once, and little is remembered for it.
        """

    def together(self, *, in_turn: bool = True) -> AbstractContextManager[None]:
        """Make one transaction of all that this thread writes inside: it is there at the end, all of it, or nothing.

        Each call is still whole or not at all, and an exception that is caught inside undoes that call alone. Many
        small files so wait for the disk once. Not `in_turn` it waits for nobody who judges, and must not judge itself.
        """

    def at_one_moment(self) -> AbstractContextManager[None]:
        """What this thread reads inside is the journal as it stood at one moment, whoever writes meanwhile.

        Many questions so cost one transaction. Inside `together` what that wrote is seen as well.
        """

    # --- claim ---

    def deliver(self, delivery: Delivery) -> Delivery:
        """Record a delivery; its sender's first with these bytes makes the file. Idempotent by `delivery.id`.

        Returns it with `first` filled. A repeat makes a report due (`repeat:<id>`) and nothing else.
        """

    def file_key(self, partner: str, sha256: str) -> str:
        """The key that a file of these bytes has when this partner brings it; it never changes once delivered."""

    def deliveries_of(self, partner: str, name: str, received_at: datetime.datetime) -> int:
        """How many deliveries have this partner, name and instant: numbers the next one."""

    def delivery(self, id: str) -> Delivery | None: ...

    # --- judge ---

    def file(self, key: str) -> FileRow | None: ...

    def find_files(self, *, prefix: str | None = None, partner: str | None = None) -> list[FileRow]:
        """Files by beginning of key and by partner, ordered by receipt, partner, name."""

    def received_between(self, start: datetime.datetime, end: datetime.datetime) -> list[FileRow]:
        """Files received in [start, end), ordered by receipt, partner, name."""

    def unjudged(self) -> list[str]:
        """Keys of files claimed but not judged, oldest first, then by partner and name."""

    def judging(self, file_key: str) -> AbstractContextManager[Sealing | None]:
        """Open the one transaction that judges this file; None when it is already judged (nothing to do).

        An exception inside undoes everything. So does leaving without `close`, which is BrokenPromise, as
        is a file that was never delivered.
        """

    def seen(self, file_key: str, fingerprints: Collection[str]) -> set[str]:
        """As `Sealing.seen`, for a file that is judged already."""

    def order_lines(self, file_key: str, verdicts: Sequence[Verdict]) -> bytes:
        """What `Sealing.add` would write, for `Sealing.add_lines`. Asks no database, so any process may do it."""

    def stands_elsewhere(self, file_key: str) -> bool:
        """As `Sealing.stands_elsewhere`, for a file that is judged already."""

    def ordered(self, file_key: str, day: datetime.date) -> int:
        """As `Sealing.ordered`, for a file that is judged already: what was judged before it counts."""

    def blocks(self, file_key: str) -> list[BlockRow]: ...

    def orders(
        self,
        file_key: str,
        *,
        states: Collection[str] | None = None,
        cause: str | None = None,
        as_judged: bool = False,
        positions: tuple[int, int] | None = None,
        batch: int = 5000,
    ) -> Iterator[OrderRow]:
        """Orders of a file by position; only those in `states`, only those whose last move has `cause`, only those from
        the first to the last of `positions`.

        `as_judged` gives them as the first judgement left them, whatever moved them since; `states` are
        then outcomes (`accepted`, `rolled`, ... instead of `waiting`).
        """

    def order(self, key: str) -> OrderRow | None: ...

    def find_orders(
        self,
        *,
        start: datetime.datetime | None = None,
        end: datetime.datetime | None = None,
        partner: str | None = None,
        end_to_end_id: str | None = None,
        iban: str | None = None,
        amount_cents: int | None = None,
        batch: int = 200,
    ) -> Iterator[OrderRow]:
        """Orders that all of what is given fits, by receipt, file and position: received in [start, end), of a
        partner, with this EndToEndId, with this IBAN on either side, of this amount. Streamed; any order that the
        journal still tells, however old.
        """

    def state_counts(
        self, file_key: str, *, as_judged: bool = False
    ) -> dict[tuple[int, str], tuple[int, int]]:
        """(block, state) → (count, sum in cents of readable amounts); with `as_judged` (block, outcome)."""

    # --- people ---

    def decide(
        self,
        decision: Decision,
        moves: Sequence[Move],
        *,
        report: ReportDue | None,
        approvals: Sequence[Approval] = (),
        recalls: Sequence[Recall] = (),
    ) -> int:
        """Write a decision with what it causes and the report that becomes due, all or nothing.

        Returns how many moves were written: 0 when this decision (by id) is already there.
        Moves whose order has moved on since are refused with `Overtaken`, as are those of a refused order of which
        `stands_elsewhere` holds; moves that `MOVES` does not allow,
        that would pay or hand over, or that would let an order wait without amount, route or days, are
        BrokenPromise.
        A paid order that is withdrawn is taken out of its bulk; once the bulk has begun to leave, that is Overtaken.
        A recall of what has not left in its bulk is BrokenPromise, a second one Overtaken.
        An approval of an order that is not held is BrokenPromise; one of an order that moved on, or that another
        approved meanwhile, is Overtaken.
        """

    def approvals(self, file_key: str | None = None) -> list[Approval]:
        """Approvals that still count, of one file or of all, by instant and key: their orders have not moved since."""

    def decisions(self, subject: str) -> list[Decision]: ...

    def refused_by_people(self, file_key: str) -> set[str]:
        """Keys of the file's orders that were held and that a person refused; nothing moved them since."""

    def correct(self, decision: Decision, correction: Correction) -> bool:
        """Write that a payment is booked back. False when it was before; one that is not paid, or left through the
        clearing, is BrokenPromise. From now on `booked` counts its postings as undone."""

    def correction(self, key: str) -> Correction | None: ...

    def corrections_unpublished(self) -> list[Correction]:
        """Corrections of which nobody was told, oldest first. `published` settles one by `correction:` and its key."""

    def corrections_between(self, start: datetime.datetime, end: datetime.datetime) -> list[Correction]:
        """Corrections ordered in [start, end), by instant and key."""

    def correction_bookings(self, key: str) -> tuple[Payment, Transaction, tuple[Posting, ...]]:
        """The corrected order, and the postings that undo its own: sides exchanged, value dates kept."""

    def purgeable(self, before: datetime.datetime) -> list[FileRow]:
        """Files received before an instant of which everything ended and was told before it: paid, unsettled,
        revoked or refused for good, nothing due. Oldest first, none that was purged already."""

    def purge(self, decision: Decision) -> int:
        """Forget what was sent in the file that the decision is about; return how many orders it held.

        Names, accounts, remittance and the words of findings go; keys, states, days, amounts, rules, codes, postings
        and all digests stay, so that every sum and proof still holds. 0 when it was purged before. The one change to
        lines already written.
        """

    # --- seal ---

    def due(
        self,
        window: datetime.datetime,
        day: datetime.date,
        *,
        also: Sequence[tuple[str, datetime.datetime, datetime.datetime]] = (),
        order: Sequence[str] = ("received_at", "file_key", "file_sequence"),
        odd: set[str] | None = None,
    ) -> Iterator[Payment]:
        """Payments waiting or pending, booked by `day`, received by `window` and not yet tried in it. Streamed.

        `also` names partners with two instants: of what came from there in [the one, the other) and was not
        released since, nothing is left out because its day is still to come.

        Collections for the clearing are due whatever their day: they must reach the payer's bank before it.
        Ordered by `order`, names of the profile (`funds.allocation_order`) or `file_key`; then by key.
        `odd` holds, whenever a payment is given, its key if something was found of the order or it moved before.
        """

    def screened_against(self, file_keys: Collection[str], lists: str) -> set[str]:
        """Those files that were judged against just these lists."""

    def to_screen(self, keys: Collection[str]) -> Iterator[tuple[str, Transaction, Findings]]:
        """The orders `keys`, in any order; with each the findings for which it was held when a person released it."""

    def open_of(self, accounts: Collection[str]) -> list[OrderRow]:
        """Waiting, pending, held and routed orders whose debtor account is one of `accounts` (canonical), by key."""

    def routed(
        self,
        window: datetime.datetime,
        day: datetime.date,
        *,
        also: Sequence[tuple[str, datetime.datetime, datetime.datetime]] = (),
    ) -> list[OrderRow]:
        """Orders to be handed over: routed with family, amount and days, due by `day` and received by `window`.

        `also` as in `due`. Ordered by receipt, file and position.
        """

    def released(self, keys: Collection[str]) -> Mapping[str, datetime.datetime]:
        """When a person last released each of `keys` from a hold; those that nobody released are left out."""

    def due_count(
        self,
        window: datetime.datetime,
        day: datetime.date,
        *,
        also: Sequence[tuple[str, datetime.datetime, datetime.datetime]] = (),
        most: int,
    ) -> int:
        """How many payments `due` would give; nobody counts beyond `most`."""

    def last_window(self) -> datetime.datetime | None:
        """The latest window that sealed or tried anything, express ones left out; None while there was none."""

    def booked(
        self, since: datetime.datetime | None = None, *, by: datetime.date | None = None
    ) -> dict[str, int]:
        """Net cents posted per account in its currency (credit positive), by windows after `since`.

        What was taken out counts no more, nor what moved in another currency without a known rate.
        With `by` only what is booked on that day or before: a collection is posted when it is forwarded,
        and brings money on its day.
        """

    def consent_uses(self) -> Mapping[tuple[str, str, str], tuple[datetime.date, ...]]:
        """Booking dates of paid collections from our own debtors (route `on-us`), each once, in order.

        Keyed by debtor IBAN, creditor identifier and mandate id, each as sent.
        """

    def posting_lines(self, settlement: Settlement) -> Iterator[bytes]:
        """What `seal` would write of its postings, for a `Part`, POSTINGS_AT_ONCE of them at a time.

        Asks no database, so any process may do it.
        """

    def member_digests(self, settlement: Settlement) -> bytes:
        """The digests that `seal` would take of what it writes of the members of bulks. Asks no database."""

    def paying_lines(self, payments: Sequence[Payment], window: datetime.datetime, *, by: str) -> bytes:
        """What `seal` would write to pay these, which `due` gave and none of which is odd. Any process may ask.

        `seal` proves of each order that it stands just so.
        """

    def seal(
        self, settlement: Settlement, *, by: str, then: Iterable[Settlement | Part | Paying | Ready] = ()
    ) -> bool:
        """Write bulks, members, postings, moves, due reports and what was screened against, in one transaction.

        `then` are further parts of the same window, asked for one by one, each written before the next is made, and
        kept no longer. Orders that are told as Paying, or as Ready, are paid at once; the bulk that each leaves in
        follows, or it is BrokenPromise.
        False when there was nothing to write. An order that is no longer due, or does not stand as it was made
        ready, or was tried in this window,
        makes the whole of it fail with `Overtaken` and nothing written. Unbalanced postings or sums that
        differ are BrokenPromise. Orders in a bulk `hand-over` are handed over, those in any other are paid.
        The report of each file in which an order changes its state is due under `window_cause(window)`, which
        is also the cause of the moves; a second time in the same window under that with `#2`, and so on.
        """

    # --- recall ---

    def sent(self, file_key: str) -> Mapping[str, Bulk]:
        """The file's transfers that have begun to leave to other banks, and the bulk of each."""

    def recalls(self, file_key: str | None = None) -> list[Recall]:
        """Recalls of one file's orders, or of all, by instant and key."""

    def recalls_unpublished(self) -> list[Recall]:
        """Recalls without a file whose transfer's own file has left, by instant and key."""

    # --- emit ---

    def bulks_to_publish(self) -> list[str]:
        """The ids of sealed bulks whose files do not lie there yet, by window and id."""

    def bulk(self, id: str) -> Bulk | None:
        """A bulk as it leaves: without the orders that were taken out of it."""

    def unsent(self, file_key: str) -> set[str]:
        """Keys of the file's orders that are paid in a bulk which has not begun to leave."""

    def begin_emission(
        self, bulk_id: str, at: datetime.datetime, *, as_it_leaves: Callable[[Bulk], object] | None = None
    ) -> Bulk:
        """Note that a bulk begins to leave, before its first byte is written; from now on nothing is taken out.

        Returns it as it leaves, without orders if all were taken out. Again it returns the same.
        `as_it_leaves` is told it before this is certain: nothing is taken out of it meanwhile, and when that raises,
        the bulk has not begun to leave. An unknown bulk is BrokenPromise.
        """

    def bulk_sheets(
        self, bulk_id: str, batch: int = 1000, *, share: int = 0, shares: int = 1
    ) -> Iterator[Sheet]:
        """Members in the bulk's order with their postings, `batch` at a time, without those taken out.

        Postings that belong to no member come last, without one. Of several `shares` the first gets the first sheet,
        the second the second, and so on in turns; of a bulk that cannot be shared the first gets all.
        """

    def paid_order(self, key: str) -> tuple[Payment, Transaction]:
        """One order of a bulk, as it was paid."""

    def handed_over(self, bulk_id: str, batch: int = 2000) -> Iterator[OrderRow]:
        """Members of a hand-over in the bulk's order, streamed, without those taken out."""

    def reports_due(self) -> list[ReportDue]:
        """Reports without a publication, oldest first."""

    def published(
        self,
        left: Iterable[Publication | Withheld | Charge | ChargeLines],
        *,
        settles: ReportDue | str | None = None,
        recalled: str | None = None,
    ) -> None:
        """Note files that left, letters that were withheld and what costs a fee, and that what is named is done.

        `settles` names the report (or bulk id), `recalled` the recalled order's key. Idempotent; the same path
        with another digest is BrokenPromise.
        """

    def publications(self, subject: str) -> list[Publication]: ...

    def withheld(self, subject: str) -> list[Withheld]:
        """Letters about a file or a correction that were due and not written, ordered by instant, letter, account."""

    # --- charge ---

    def charge_lines(self, charges: Sequence[Charge]) -> ChargeLines:
        """`charges` as `published` takes them as well. Asks no database, so any process may do it."""

    def been(self, file_key: str, states: Collection[str]) -> Mapping[str, datetime.datetime]:
        """Orders of a file that stood in one of `states` before they came to stand as they do, and since when first."""

    def charges(self, day: datetime.date) -> list[Charge]:
        """What is charged on `day`, by key and event. An event is noted once for an order, with the first list."""

    # --- the second book ---

    def known(self, names: Mapping[Noted, Collection[str]]) -> Mapping[Noted, set[str]]:
        """Which of these names the journal knows: ids of deliveries, decisions, bulks that began to leave and that
        have left; of settlements a bulk, or the window's instant in UTC."""

    # --- prove ---

    def story(self, key: str) -> list[Event]:
        """All that happened to an order, oldest first; empty for an unknown key.

        Deliveries of its file, the judgement, decisions, moves, the seal, postings and publications. Beside the seal,
        and beside what a window did not pay, the digest of the snapshot by which it was decided.
        """

    def bulks_sealed_between(self, start: datetime.datetime, end: datetime.datetime) -> list[Bulk]:
        """Bulks whose window lies in [start, end), those without any order left out."""

    def order_totals(self, file_keys: Collection[str]) -> list[tuple[str, str, str, str, int, int]]:
        """(file key, state, main rule of the last findings or '', main code or '', count, cents).

        The main finding is the first that refuses, else the first. A refused order without one of its own
        counts under its block's, or else its file's.
        """

    def totals_in_others(
        self, file_keys: Collection[str], currency: str
    ) -> list[tuple[str, str, str, str, str, int, int]]:
        """Those of `order_totals` that are in another currency than `currency`, each with its own before the count."""

    def posting_totals(
        self, start: datetime.datetime, end: datetime.datetime
    ) -> list[tuple[str, str, int, int]]:
        """(account, side, count, euro cents) of postings of windows in [start, end)."""

    def waiting(self) -> list[tuple[datetime.date | None, str, int, int]]:
        """(booking date, state, count, cents) of everything waiting, pending or held, in that order.

        A held order may have no booking date yet; those come last.
        """

    def digest(self) -> str:
        """SHA-256 in hex over every line, in order: equal when nothing was written, in whatever database."""

    def faults(self) -> list[str]:
        """What is wrong inside the journal itself, in sentences; empty when all is well.

        States that are not the last line, moves that were not allowed, unbalanced bulks, members without
        orders, orders lost, sums that differ.
        """

    # --- audit ---

    def works_by(self, snapshot: Callable[[], str | None]) -> None:
        """What every later link names as the snapshot that the desk works by; asked when something is written."""

    def audit(self) -> list[Flaw]:
        """Whatever is not as it was written: links, rows, seals, and all that `faults` finds.

        What a purge took away is none of it.
        """

    def seal_day(self, day: datetime.date, at: datetime.datetime) -> Seal:
        """Write how far the chain goes now; again for the same day and instant it returns what was written first."""

    def seals(self) -> list[Seal]:
        """Every seal, in the order of the chain."""

    def position(self) -> str:
        """Where the journal stands: another text after every transaction that wrote something, whatever it was."""

    def head(self) -> int:
        """The number of the newest link; 0 while nothing was written."""

    def link(self, number: int) -> Link | None:
        """One link with what it wrote. ValueError where it cannot be read."""

    def lines(self, written: Written) -> list[tuple[Any, ...] | None]:
        """The rows that a link wrote, as they are now: values of its columns, days as texts. An order's as judged."""

    def snapshots(self) -> list[str]:
        """Every snapshot that a link names."""

    def purges(self) -> list[Gone]:
        """What was lawfully forgotten, oldest first."""

    def published_files(self) -> list[Publication]:
        """All that was ever published, by path."""

    def published_as(self, paths: Sequence[str]) -> Mapping[str, str]:
        """The SHA-256 under which each of these paths of the home was published; those unknown are missing."""

    def last_brought(self, partner: str, name: str, sha256: str) -> datetime.datetime | None:
        """When a partner last brought these bytes under that name; None when never."""

    def signatures(self) -> dict[str, str]:
        """The SHA-256 of every signature that the archive keeps, by the key of its file."""


class Overtaken(Exception):
    """Somebody else moved the order first. Nothing was written; look again and decide anew."""
