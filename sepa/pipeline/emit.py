"""Emit: every sealed bulk becomes its files, every report that is due is written. Repeating writes the same bytes."""

import datetime
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain, groupby
from pathlib import Path
from typing import BinaryIO

import msgspec

from sepa.model.fee import ChargeLines
from sepa.model.journal import OrderRow, Publication, ReportDue, Withheld
from sepa.model.message import Transaction
from sepa.model.payment import Bulk, Payment, Posting
from sepa.model.reference import Reference
from sepa.pipeline.away import order_away
from sepa.pipeline.beside import collected_later, forks_for, in_turns
from sepa.pipeline.book import departing, refuse_behind, sending
from sepa.pipeline.charges import charges_of
from sepa.pipeline.handover import hand_over
from sepa.pipeline.home import Home
from sepa.pipeline.publish import Draft, draft, publish_as, sweep_drafts
from sepa.pipeline.telemetry import PUBLISHED, count, stage
from sepa.pipeline.tell import tell
from sepa.pipeline.undone import each_in_groups, each_of, in_groups
from sepa.store.places import schemas_folder
from sepa.store.together import settled_together
from sepa.wire.away import OrderAway, check_hand_over, write_hand_over
from sepa.wire.bookings import BookingsFile, write_bookings
from sepa.wire.bulk import BulkFile
from sepa.wire.drawing import FORMS, Banks, DrawnSheet, Ground, draw
from sepa.wire.emitted import check_emitted, schema_name
from sepa.wire.glance import all_seen
from sepa.wire.manifest import Written, bulk_manifest, file_name
from sepa.wire.original import originals

SHEET_ORDERS = 1000
"""So many orders are drawn at once."""
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(DrawnSheet).decode


@stage("publish")
def emit_bulks(home: Home, at: datetime.datetime, *, only: str | None = None) -> list[str]:
    """Write, validate and publish the files of every sealed bulk that has none yet; return their paths.

    Each bulk gets its message for the clearing (none for on-us) and its bookings, each with a manifest. A
    hand-over gets one file with every order as it came.
    What is written follows from the seal and from what was withdrawn before emission began, so a repeat after a
    kill writes the same bytes. A bulk of which everything was withdrawn has no files. `only` names one bulk.
    """
    refuse_behind(home)
    bulks = [each for each in home.journal.bulks_to_publish() if only in (None, each)]
    if not bulks:
        return []
    sweep_drafts(home)
    banks = banks_of(home, home.reference())

    def emit(id: str) -> list[Publication]:
        with ExitStack() as noted:
            bulk = home.journal.begin_emission(
                id, at, as_it_leaves=lambda bulk: noted.enter_context(departing(home, bulk, at))
            )
        if not bulk.keys:
            home.journal.published([], settles=bulk.id)
            return []
        left = _away(home, bulk, at) if bulk.kind == "hand-over" else _files(home, bulk, banks, at)
        with sending(home, bulk, left):
            home.journal.published(left, settles=bulk.id)
        count(PUBLISHED, len(left), stage="publish")
        return left

    with collected_later():
        return _paths(each_of(bulks, emit, lambda id: f"bulk {id}"))


@stage("report")
def emit_reports(
    home: Home, at: datetime.datetime, *, only: Collection[tuple[str, str]] | None = None
) -> list[str]:
    """Write every report that is due: status reports, receipts, notices. Return their paths.

    A repeat is answered once the file it repeats is judged: the answer must not depend on who was faster. `only` names
    reports by file and occasion. Many are settled together, and are told in the journal once they lie there.
    """
    written: list[tuple[ReportDue, Iterable[Publication | Withheld | ChargeLines]]] = []
    spools = ExitStack()

    def report(due: ReportDue) -> list[Publication]:
        charges = spools.enter_context(charges_of(home))
        left = [*tell(home, due, at, reference, charges), *hand_over(home, due, at, reference)]
        written.append((due, chain(left, charges)))
        count(PUBLISHED, sum(isinstance(each, Publication) for each in left), stage="report")
        return [each for each in left if isinstance(each, Publication)]

    @contextmanager
    def together(_: Sequence[ReportDue]) -> Iterator[None]:
        written.clear()
        with spools:
            with settled_together(), home.journal.at_one_moment():
                yield
            with home.journal.together(in_turn=False):
                for due, left in written:
                    home.journal.published(left, settles=due)

    unjudged = set(home.journal.unjudged())
    due = [each for each in home.journal.reports_due() if each.file_key not in unjudged]
    due = [each for each in due if only is None or (each.file_key, each.occasion) in only]
    if not due:
        return []
    sweep_drafts(home)
    reference = home.reference()
    name = "report on file {0.file_key:.12} ({0.occasion})".format
    return _paths(each_in_groups(in_groups(due), report, name, together))


def _paths(published: Iterable[list[Publication]]) -> list[str]:
    return [publication.path for left in published for publication in left]


def banks_of(home: Home, reference: Reference) -> Banks:
    """Who keeps which account, for BICs that orders do not name: our own bank and the participants of `reference`."""
    bank, participants = home.profile.bank, reference.participants or {}
    return Banks(
        bic=bank.bic,
        country=bank.country,
        code=bank.national_bank_code,
        participants={f"{country}/{code}": each.bic for (country, code), each in participants.items()},
    )


def _files(home: Home, bulk: Bulk, banks: Banks, at: datetime.datetime) -> list[Publication]:
    """Write the message for the clearing (none for on-us) and the bookings in one go over the orders."""
    terms, form = home.terms(bulk.window), FORMS.get(bulk.kind)
    opening = form.opening(bulk, terms, bulk.window) if form is not None else ""
    ground = Ground(bulk.kind, banks, terms.batch.booking_default == "batch", opening)
    looks = []
    with ExitStack() as stack:
        out, path = stack.enter_context(draft(home.clearing_out))
        bookings_out, bookings_path = stack.enter_context(draft(home.clearing_out))
        bookings = BookingsFile(bookings_out, bulk)
        message = None
        if form is not None:
            message = BulkFile(out, bulk, opening=opening, closing=form.closing)
        for sheet in stack.enter_context(_drawn(home, bulk, ground)):
            if message is not None:
                message.add(sheet.message)
                looks.append(sheet.seen)
            bookings.add(sheet.bookings)
        left = []
        if form is not None and message is not None:
            written = message.close()
            out.flush()
            if all_seen(looks) is None:
                check_emitted(path, form.name, schemas=schemas_folder())
            name = file_name(bulk.kind, bulk.settlement_date, written.sha256)
            left += _with_manifest(
                home, bulk, name, form.name, (out, path), written, schema_name(form.name), at
            )
        booked, control = bookings.close()
        left += _with_manifest(
            home, bulk, *_booked(bulk, booked), (bookings_out, bookings_path), booked, None, at, control
        )
    return left


@contextmanager
def _drawn(home: Home, bulk: Bulk, ground: Ground) -> Iterator[Iterator[DrawnSheet]]:
    """The bulk's sheets in their order, as they stand in its files, however many processes draw them."""
    schemas, forks = schemas_folder(), forks_for(bulk.count)

    def share(number: int, of: int) -> Iterator[DrawnSheet]:
        sheets = home.journal.bulk_sheets(bulk.id, SHEET_ORDERS, share=number, shares=of)
        return (draw(ground, sheet, schemas) for sheet in sheets)

    if not forks:
        yield share(0, 1)
        return
    works = [lambda number=number: map(_encode, share(number, forks)) for number in range(forks)]
    with in_turns(home.journal, works) as pieces:
        yield map(_decode, pieces)


def _booked(bulk: Bulk, written: Written) -> tuple[str, str]:
    """The name of a file of bookings, and its kind."""
    return file_name("bookings", bulk.settlement_date, written.sha256, "csv"), "bookings"


def publish_bookings(
    home: Home,
    bulk: Bulk,
    orders: Iterable[tuple[Payment, Transaction]],
    postings: Iterable[Posting],
    at: datetime.datetime,
) -> list[Publication]:
    """Write the bookings of a bulk, with a manifest beside them."""
    with draft(home.clearing_out) as (out, path):
        written, control = write_bookings(
            out,
            bulk,
            orders,
            postings,
            batch_unless_said=home.terms(bulk.window).batch.booking_default == "batch",
        )
        return _with_manifest(home, bulk, *_booked(bulk, written), (out, path), written, None, at, control)


def _away(home: Home, bulk: Bulk, at: datetime.datetime) -> list[Publication]:
    channel, family, currency = bulk.scheme.split("/")
    orders = home.journal.handed_over(bulk.id)
    with draft(home.clearing_out) as (out, path):
        written = write_hand_over(out, bulk, _as_they_came(home, orders))
        out.flush()
        check_hand_over(path, bulk)
        name = file_name(f"hand-over_{family}", bulk.settlement_date, written.sha256)
        control: dict[str, str | int] = {"channel": channel, "family": family}
        return _with_manifest(
            home, bulk, name, "hand-over", (out, path), written, None, at, control, currency
        )


def _as_they_came(home: Home, orders: Iterable[OrderRow]) -> Iterator[tuple[OrderAway, bytes]]:
    """Each order with what was decided on it and its own bytes; each archived file is read once."""
    for file_key, rows in groupby(orders, key=lambda order: order.file_key):
        of_file = list(rows)
        with home.archived(file_key).open("rb") as source:
            cut = originals(source, [order.position for order in of_file])
            for order, document in zip(of_file, cut, strict=True):
                yield order_away(order, home.terms(order.received_at)), document


def _with_manifest(
    home: Home,
    bulk: Bulk,
    name: str,
    kind: str,
    content: tuple[BinaryIO, Path],
    written: Written,
    schema: str | None,
    at: datetime.datetime,
    control: dict[str, str | int] | None = None,
    currency: str = "EUR",
) -> list[Publication]:
    beside = bulk_manifest(name, kind, bulk, written, schema=schema, control=control, currency=currency)
    whole = Draft(*content, written.sha256)
    return [
        publish_as(home, home.clearing_out, each, data, kind=what, subject=bulk.id, occasion="sealed", at=at)
        for each, data, what in ((name, whole, kind), (f"{name}.manifest.json", beside, "manifest"))
    ]
