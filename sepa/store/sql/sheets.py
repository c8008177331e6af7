"""The members of a bulk as they leave, sheet by sheet: each order is read once, and what its file says once, too."""

import datetime
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, takewhile
from typing import Any

import sqlalchemy as sa

from sepa.model.message import Transaction
from sepa.model.payment import Payment
from sepa.model.sheet import Line, OfBlock, Sheet
from sepa.model.verdict import block_key
from sepa.store.sql.connection import Connected, among, spelled
from sepa.store.sql.leaving import still_in
from sepa.store.sql.rows import AS_SENT, PAYMENT, instant_of, payment_of, transaction_of
from sepa.store.tables import (
    blocks,
    bulk_members,
    file_verdicts,
    files,
    orders,
    postings,
    taken_out,
    transactions,
)

SHEET_ORDERS = 1000
KNOWN = 20_000
"""Files and blocks that are remembered. One after the other they bring their orders, so those before are over."""

_order, _line = orders.c, postings.c
MEMBER = (
    _order.key, _order.file_key, _order.position, _order.block, _order.route, _order.amount_cents,
    _order.debtor_iban, _order.creditor_iban, _order.booking_date, _order.settlement_date,
    _order.local_instrument, _order.sequence_type, _order.creditor_identifier, _order.mandate_id,
)  # fmt: skip
"""What an order's own row says of its payment; see `Facts.payments`."""
_LEAVING = (
    sa.select(
        _order.key, _order.file_key, _order.block, _order.amount_cents, _order.debtor_iban, _order.creditor_iban,
        _order.settlement_date,
    )
    .join_from(bulk_members, orders, orders.c.key == bulk_members.c.key)
    .join(transactions, AS_SENT)
    .order_by(bulk_members.c.position)
)  # fmt: skip
_POSTINGS = (
    sa.select(
        _line.key, _line.account, _line.side, _line.amount_cents, _line.booking_date, _line.value_date,
        _line.currency, _line.own_cents, _line.rate,
    )
    .order_by(_line.line)
)  # fmt: skip


class Sheets(Connected):
    """The journal's part for the members of a bulk; see `sepa.store.journal.Journal`."""

    def bulk_sheets(
        self, bulk_id: str, batch: int = SHEET_ORDERS, *, share: int = 0, shares: int = 1
    ) -> Iterator[Sheet]:
        with self.reading() as connection:
            sent = _in_utf8(transactions.c.transaction, connection.dialect)
            members, posted_lines = (
                _LEAVING.add_columns(sent).where(bulk_members.c.bulk == bulk_id),
                _POSTINGS.where(_line.bulk == bulk_id),
            )
            whole = not _taken_from(connection, bulk_id)
            if not whole:
                members = members.where(still_in(bulk_members.c.key))
                posted_lines = posted_lines.where(still_in(_line.key))
            if shares > 1 and whole and _in_pairs(connection, bulk_id):
                members = members.where((bulk_members.c.position - 1) // batch % shares == share)
                posted_lines = posted_lines.where((_line.line - 1) // (2 * batch) % shares == share)
            elif share:
                return
            facts = Facts(connection)
            posted = Posted(streamed(connection, posted_lines, 2 * batch))
            for rows in streamed(connection, members, batch):
                keys, files, numbers, cents, debtors, creditors, settled, texts = zip(*rows, strict=True)
                blocks = facts.of_blocks([*zip(files, numbers, strict=True)])
                due = tuple([block.requested or day for block, day in zip(blocks, settled, strict=True)])
                yield Sheet(keys, blocks, cents, debtors, creditors, due, texts, posted.of(set(keys)))
            if left := posted.rest():
                yield Sheet((), (), (), (), (), (), (), left)

    def paid_order(self, key: str) -> tuple[Payment, Transaction]:
        wanted = PAYMENT.add_columns(transactions.c.transaction).join(transactions, AS_SENT)
        with self.reading() as connection:
            *payment, transaction = connection.execute(wanted.where(orders.c.key == key)).one()
            return payment_of(payment), transaction_of(transaction)


def _in_utf8(text: sa.ColumnElement[str], dialect: sa.Dialect) -> sa.ColumnElement[Any]:
    """A text for who reads UTF-8: SQLite keeps it so, and need not make letters of it that become bytes again."""
    return sa.cast(text, sa.LargeBinary) if dialect.name == "sqlite" else text


def _taken_from(connection: sa.Connection, bulk_id: str) -> bool:
    return bool(connection.scalar(sa.select(sa.exists().where(taken_out.c.bulk == bulk_id))))


def _in_pairs(connection: sa.Connection, bulk_id: str) -> bool:
    """Whether a whole bulk has two postings an order, so that their numbers tell which sheet is whose."""
    last = sa.select(sa.func.max(bulk_members.c.position)).where(bulk_members.c.bulk == bulk_id)
    line = sa.select(sa.func.max(_line.line)).where(_line.bulk == bulk_id)
    count, lines = connection.scalar(last), connection.scalar(line)
    return bool(count and lines == 2 * count)


class Facts:
    """What files and blocks say of all their orders, each asked once while it is one of the last."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._files: dict[str, Any] = {}
        self._blocks: dict[tuple[str, int], Any] = {}

    def payments(self, rows: Sequence[Any]) -> Iterator[Payment]:
        """The payments of rows with the columns of `MEMBER`, and the last release or None."""
        self._ask({(row[1], row[3]) for row in rows})
        return map(self._payment, rows)

    def of_blocks(self, named: Sequence[tuple[str, int]]) -> tuple[OfBlock, ...]:
        """What the blocks say, by file and position; the very same records as long as they stay the same."""
        self._ask(set(named))
        found: list[OfBlock] = []
        last = None
        for each in named:
            found.append(found[-1] if each == last else self._of_block(*each))
            last = each
        return tuple(found)

    def _of_block(self, file_key: str, position: int) -> OfBlock:
        batch_booking, requested, _ = self._blocks[file_key, position]
        return OfBlock(block_key(file_key, position), self._files[file_key][1], batch_booking, requested)

    def _payment(self, row: Any) -> Payment:
        (
            key, file_key, position, block, route, amount_cents, debtor_iban, creditor_iban, booking_date,
            settlement_date, local_instrument, sequence_type, creditor_identifier, mandate_id, released_at,
        ) = row  # fmt: skip
        partner, kind, received_at = self._files[file_key]
        batch_booking, _, category_purpose = self._blocks[file_key, block]
        return Payment(
            key, file_key, position, block, partner, kind, route, amount_cents, debtor_iban, creditor_iban,
            received_at, day_of(booking_date), day_of(settlement_date), batch_booking, local_instrument,
            sequence_type, creditor_identifier, mandate_id,
            instant_of(released_at) if released_at is not None else None, category_purpose,
        )  # fmt: skip

    def _ask(self, named: set[tuple[str, int]]) -> None:
        """Ask for what is not known yet of these blocks, by file and position, and of their files, all at once."""
        if len(self._blocks) > KNOWN or len(self._files) > KNOWN:
            self._blocks, self._files = {}, {}
        new = named - self._blocks.keys()
        if not new:
            return
        keys, positions = {file_key for file_key, _ in new}, [position for _, position in new]
        dialect = self._connection.dialect
        wanted = sa.select(files.c.key, files.c.partner, file_verdicts.c.kind, files.c.received_at).join_from(
            files, file_verdicts, file_verdicts.c.file_key == files.c.key
        )
        unknown = keys - self._files.keys()
        for key, partner, kind, at in self._connection.execute(
            wanted.where(among(files.c.key, unknown, dialect))
        ):
            self._files[key] = partner, kind, instant_of(at)
        said = sa.select(
            blocks.c.file_key,
            blocks.c.position,
            blocks.c.batch_booking,
            blocks.c.requested_date,
            blocks.c.category_purpose,
        ).where(
            among(blocks.c.file_key, keys, dialect), blocks.c.position.between(min(positions), max(positions))
        )
        self._blocks |= dict.fromkeys(new, (None, None, None))
        for file_key, position, *facts in self._connection.execute(said):
            self._blocks[file_key, position] = tuple(facts)


class Posted:
    """The postings of a bulk, handed out beside the orders they belong to."""

    def __init__(self, pages: Iterator[list[Any]]) -> None:
        self._pages = pages
        self._page = next(pages, [])

    def of(self, keys: set[str]) -> tuple[Line, ...]:
        """The next postings, as long as they belong to `keys`."""
        taken: list[Line] = []
        while self._page and self._page[-1][0] in keys:
            taken += self._page
            self._page = next(self._pages, [])
        ours = list(takewhile(lambda row: row[0] in keys, self._page))
        self._page = self._page[len(ours) :]
        return (*taken, *ours)

    def rest(self) -> tuple[Line, ...]:
        """Those that belong to nobody."""
        return (*self._page, *chain.from_iterable(self._pages))


def streamed(connection: sa.Connection, wanted: sa.Select[Any], batch: int) -> Iterator[list[Any]]:
    """Rows in lists of `batch`, as the driver gives them: days are texts in SQLite. Several times faster."""
    rows = connection.execution_options(yield_per=batch).exec_driver_sql(*spelled(connection, wanted))
    for part in rows.partitions(batch):
        yield list(part)


@lru_cache(maxsize=1024)
def _day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def day_of(stored: Any) -> datetime.date:
    """A day as the database gives it unasked: a text in SQLite, a date in PostgreSQL."""
    return _day(stored) if isinstance(stored, str) else stored
