"""One file being judged: everything its verdict writes, inside one transaction."""

import datetime
from collections.abc import Collection, Sequence

import sqlalchemy as sa

from sepa.model.broken import BrokenPromise
from sepa.model.verdict import FileVerdict, Verdict
from sepa.store.sql.chain import chain_of
from sepa.store.sql.connection import insert, insert_once, pour, pour_unlinked, slices, whole_among
from sepa.store.sql.counting import note_day, ordered_elsewhere
from sepa.store.sql.kept import Kept, is_one_of, many
from sepa.store.sql.read_back import plain
from sepa.store.sql.rows import instant_text
from sepa.store.sql.screening import note_screening
from sepa.store.sql.verdict_lines import (
    KEPT_LINE,
    ORDER_LINE,
    SENT_LINE,
    Line,
    block_lines,
    file_line,
    order_line,
    sent_apart,
    unpacked_orders,
)
from sepa.store.tables import (
    PRINT_BEGINS,
    PRINT_CHARS,
    blocks,
    file_verdicts,
    files,
    message_ids,
    orders,
    reports_due,
    transactions,
)

REFUSED = ("rejected", "not-executed")
_OWNER = Kept(
    sa.select(message_ids.c.file_key).where(
        message_ids.c.partner == sa.bindparam("partner"),
        message_ids.c.message_id == sa.bindparam("message_id"),
        message_ids.c.file_key != sa.bindparam("key"),
    )
)
_mine, _other = files.alias("mine"), files.alias("other")
_ELSEWHERE = Kept(
    sa.select(sa.literal(1))
    .select_from(
        orders.join(_other, _other.c.key == orders.c.file_key).join(
            _mine, sa.and_(_other.c.sha256 == _mine.c.sha256, _other.c.key != _mine.c.key)
        )
    )
    .where(_mine.c.key == sa.bindparam("key"), orders.c.state.not_in(REFUSED))
    .limit(1)
)


def _carried(dialect: sa.Dialect) -> sa.Select[tuple[str | None]]:
    line = orders.c
    carried = sa.select(line.fingerprint).where(line.file_key != sa.bindparam("key"))
    return carried.where(line.state.not_in(REFUSED), is_one_of(PRINT_BEGINS, "begins", dialect))


CARRIED = Kept(_carried)
"""Fingerprints that orders of other files carry which were not refused."""


class FileSealing:
    """One file being judged; see `sepa.store.journal.Sealing`."""

    def __init__(self, connection: sa.Connection, file_key: str, partner: str, number: int) -> None:
        """`number` is the first that no Transaction has yet."""
        self._connection = connection
        self._file_key = file_key
        self._partner = partner
        self._first = self._next = number
        self.closed = False

    def message_id_owner(self, partner: str, message_id: str) -> str | None:
        owner: str | None = _OWNER.value(
            self._connection, partner=partner, message_id=message_id, key=self._file_key
        )
        return owner

    def seen(self, fingerprints: Collection[str]) -> set[str]:
        return seen_elsewhere(self._connection, self._file_key, fingerprints)

    def stands_elsewhere(self) -> bool:
        return stands_elsewhere(self._connection, self._file_key)

    def ordered(self, day: datetime.date) -> int:
        return ordered_elsewhere(self._connection, self._file_key, self._partner, day)

    def add(self, verdicts: Sequence[Verdict]) -> None:
        self._pour([order_line(self._file_key, each) for each in verdicts])

    def add_lines(self, lines: bytes) -> None:
        digests, rows = unpacked_orders(lines)
        self._pour(rows, digests)

    def _pour(self, lines: list[Line], digests: bytes = b"") -> None:
        """Write orders, and what was sent apart from them. One line and one digest tell both."""
        self._open()
        chain_of(self._connection).note(orders, ORDER_LINE, lines, digests=digests)
        numbers = range(self._next, self._next + len(lines))
        self._next = numbers.stop
        pour_unlinked(self._connection, transactions, SENT_LINE, sent_apart(lines, numbers))
        pour_unlinked(self._connection, orders, KEPT_LINE, lines)

    def discard(self) -> None:
        self._open()
        self._connection.execute(sa.delete(orders).where(orders.c.file_key == self._file_key))
        mine = transactions.c.number.between(self._first, self._next - 1)
        self._connection.execute(sa.delete(transactions).where(mine))
        chain_of(self._connection).forget(orders)

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
        self._open()
        self.closed = True
        judged_at = instant_text(at)
        insert(
            self._connection,
            file_verdicts,
            file_line(verdict)
            | {
                "file_key": self._file_key,
                "profile": profile,
                "profile_digest": profile_digest,
                "reference_digest": reference_digest,
                "judged_at": judged_at,
                "authorised": authorised or None,
            },
        )
        for part in slices(block_lines(self._file_key, verdict), 1000):
            pour(self._connection, blocks, tuple(part[0]), [tuple(map(plain, row.values())) for row in part])
        note_screening(self._connection, self._file_key, screened)
        note_day(self._connection, self._file_key, self._partner, verdict.counts_on)
        self._refuse(refused_blocks)
        if verdict.head is not None:
            line = {"partner": self._partner, "message_id": verdict.head.group_header.message_id}
            insert_once(self._connection, message_ids, line | {"file_key": self._file_key})
        due(self._connection, self._file_key, "judged", self._partner, judged_at)

    def _refuse(self, refused_blocks: Collection[int]) -> None:
        """Refuse what stands in `refused_blocks`. Nothing is committed yet: the rows themselves change."""
        if not refused_blocks:
            return
        refuse = sa.update(orders).values(state="rejected", outcome="rejected")
        refuse = refuse.where(orders.c.file_key == self._file_key, orders.c.state.not_in(REFUSED))
        among_them = whole_among(orders.c.block, refused_blocks, self._connection.dialect)
        if self._connection.execute(refuse.where(among_them)).rowcount:
            chain_of(self._connection).look_again(self._connection, orders)

    def _open(self) -> None:
        if self.closed:
            raise BrokenPromise(f"the verdict on file {self._file_key} is written; nothing can follow")


def due(connection: sa.Connection, file_key: str, occasion: str, partner: str, at: str) -> None:
    """Note, once, that a report is due."""
    line = {"file_key": file_key, "occasion": occasion, "partner": partner, "at": at}
    insert_once(connection, reports_due, line)


def seen_elsewhere(connection: sa.Connection, file_key: str, fingerprints: Collection[str]) -> set[str]:
    """Those fingerprints that orders of other files carry which were not refused."""
    wanted = {fingerprint for fingerprint in fingerprints if fingerprint}
    begins = {fingerprint[:PRINT_CHARS] for fingerprint in wanted}
    return {
        fingerprint
        for part in slices(begins)
        for (fingerprint,) in CARRIED.rows(connection, key=file_key, begins=many(part, connection.dialect))
        if fingerprint in wanted
    }


def stands_elsewhere(connection: sa.Connection, file_key: str) -> bool:
    """Whether another sender brought the same bytes, and an order of theirs was not refused."""
    return _ELSEWHERE.value(connection, key=file_key) is not None
