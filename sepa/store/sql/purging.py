"""Forget what was sent, once its period is over; keep what sums and proofs need."""

import datetime
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from sepa.model.finding import Findings
from sepa.model.journal import Decision, FileRow
from sepa.model.message import AccountId, Agent, Party, Transaction
from sepa.scheme.phrase import Phrase
from sepa.store.sql.chain import chain_of
from sepa.store.sql.connection import Connected, insert_once
from sepa.store.sql.read_back import lines_of
from sepa.store.sql.rows import EMPTY, FILE, file_row, findings_of, findings_text, instant_text, json_text
from sepa.store.tables import (
    blocks,
    bulk_members,
    charges,
    columns_told,
    decisions,
    file_verdicts,
    files,
    history,
    orders,
    reports_due,
    told,
    transactions,
)

ENDED: Final = ("paid", "handed-over", "unsettled", "revoked", "rejected", "not-executed")
NAMELESS: Final = "NOTPROVIDED"
_NOTHING: Final = Phrase("")
_ROWS: Final = 5000


class Purging(Connected):
    """The journal's part for what is no longer kept; see `sepa.store.journal.Journal`."""

    def purgeable(self, before: datetime.datetime) -> list[FileRow]:
        at = instant_text(before)
        row, line, due = orders.c, history.c, reports_due.c
        same_file = row.file_key == files.c.key
        untold = ~sa.exists().where(told.c.subject == due.file_key, told.c.occasion == due.occasion)
        sealed = ~sa.exists().where(told.c.subject == bulk_members.c.bulk, told.c.occasion == "sealed")
        purged = (decisions.c.act == "purge", decisions.c.subject == files.c.key)
        wanted = FILE.where(
            files.c.received_at < at,
            file_verdicts.c.judged_at < at,
            ~sa.exists().where(same_file, row.state.not_in(ENDED)),
            ~sa.exists().where(same_file, line.key == row.key, line.at >= at),
            ~sa.exists().where(due.file_key == files.c.key, sa.or_(untold, due.at >= at)),
            ~sa.exists().where(same_file, bulk_members.c.key == row.key, sealed),
            ~sa.exists().where(*purged),
        ).order_by(files.c.received_at, files.c.key)
        with self.reading() as connection:
            return [file_row(found) for found in connection.execute(wanted).mappings()]

    def purge(self, decision: Decision) -> int:
        with self.writing() as connection:
            line = msgspec.structs.asdict(decision) | {"at": instant_text(decision.at)}
            if not insert_once(connection, decisions, line):
                return 0
            return _forget(connection, decision.subject)


def _forget(connection: sa.Connection, file_key: str) -> int:
    row, line = orders.c, history.c
    of_file = sa.select(row.key, row.number, row.position, row.block, row.findings).where(
        row.file_key == file_key
    )
    found = connection.execute(of_file).all()
    changes = [{"of": each.key, "findings": _wordless(each.findings)} for each in found]
    texts = [{"of": each.number, "transaction": _nameless(each.position, each.block)} for each in found]
    nobody = dict.fromkeys(("debtor_iban", "creditor_iban", "creditor_identifier", "mandate_id"))
    change = orders.update().where(row.key == sa.bindparam("of"))
    _run(connection, change.values(**nobody), changes)
    _run(connection, transactions.update().where(transactions.c.number == sa.bindparam("of")), texts)
    told_of = sa.select(line.key, line.step, line.findings).join(orders, row.key == line.key)
    told_of = told_of.where(row.file_key == file_key, line.findings != EMPTY)
    moved = [
        {"of": key, "number": step, "findings": _wordless(findings)}
        for key, step, findings in connection.execute(told_of)
    ]
    same = (line.key == sa.bindparam("of"), line.step == sa.bindparam("number"))
    _run(connection, history.update().where(*same), moved)
    connection.execute(charges.update().where(charges.c.subject == file_key).values(account=""))
    for table in (blocks, file_verdicts):
        there = table.c.file_key == file_key
        for key, findings in connection.execute(
            sa.select(table.c.position if table is blocks else sa.literal(0), table.c.findings).where(there)
        ).all():
            mine = sa.and_(there, table.c.position == key) if table is blocks else there
            connection.execute(table.update().where(mine).values(findings=_wordless(findings)))
    _chain_again(connection, file_key, [each.key for each in found], moved)
    return len(found)


def _chain_again(
    connection: sa.Connection, file_key: str, keys: list[str], moved: list[dict[str, Any]]
) -> None:
    """Chain what was left of the rows, beside what they were."""
    there: dict[sa.Table, list[Any]] = {
        orders: keys,
        history: [[each["of"], each["number"]] for each in moved],
    }
    for table, subject in (
        (blocks, blocks.c.file_key),
        (file_verdicts, file_verdicts.c.file_key),
        (charges, charges.c.subject),
    ):
        key = list(table.primary_key)
        rows = connection.execute(sa.select(*key).where(subject == file_key).order_by(*key))
        there[table] = [row[0] if len(key) == 1 else list(row) for row in rows]
    for table, left in there.items():
        columns = columns_told(table)
        lines = lines_of(connection, table, columns, left)
        written = [line for line in lines if line is not None]
        if written:
            chain_of(connection).note(table, columns, written, rewritten=True)


def _run(connection: sa.Connection, change: Any, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), _ROWS):
        connection.execute(change, rows[start : start + _ROWS])


def _nameless(position: int, block: int) -> str:
    nobody, account, agent = Party(), AccountId(), Agent()
    return json_text(
        Transaction(position, block, NAMELESS, None, None, nobody, account, agent, nobody, account, agent)
    )


def _wordless(text: str) -> str:
    if text == EMPTY:
        return text
    bare: Findings = tuple(
        msgspec.structs.replace(
            each, found="", expected=_NOTHING, message=_NOTHING, remedy=_NOTHING, inside=""
        )
        for each in findings_of(text)
    )
    return findings_text(bare)
