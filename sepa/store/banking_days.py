"""The core system's own days: when it opened each, and when its books closed (DAT-07, CUT-11)."""

from itertools import pairwise
from pathlib import Path

from sepa.model.reference import BankingDay
from sepa.store import cells as cell
from sepa.store.csv_table import REQUIRED, Column, read_table

FILE = "banking_days.csv"

COLUMNS: dict[str, tuple[Column, ...]] = {
    FILE: (
        Column("day", "day", cell.day, REQUIRED),
        Column("opened_at", "opened_at", cell.instant, REQUIRED),
        Column("closed_at", "closed_at", cell.instant),
    ),
}


def banking_days_in(contents: dict[str, bytes]) -> tuple[BankingDay, ...] | None:
    """The core system's days, oldest first; None without the table.

    A ReferenceFault for a day that is not after the one before, one that opens before that was closed, and one that
    closes before it opens. Only the last may still be open.
    """
    if FILE not in contents:
        return None
    table = read_table(FILE, contents[FILE], COLUMNS[FILE])
    days: list[BankingDay] = table.records(BankingDay, BankingDay.__struct_fields__)
    for row, each in enumerate(days):
        if each.closed_at is not None and each.closed_at <= each.opened_at:
            raise table.fault(row, "closed_at", each.closed_at.isoformat(), "a moment after opened_at")
    for row, (earlier, later) in enumerate(pairwise(days), 1):
        if later.day <= earlier.day:
            raise table.fault(row, "day", later.day.isoformat(), "a day after that of the line before")
        if earlier.closed_at is None or later.opened_at < earlier.closed_at:
            expected = "a moment after closed_at of the line before"
            raise table.fault(row, "opened_at", later.opened_at.isoformat(), expected)
    return tuple(days)


def read_banking_days(folder: Path) -> tuple[BankingDay, ...] | None:
    """The table in the folder `reference/`, without the others; None where there is none."""
    path = folder / FILE
    return banking_days_in({FILE: path.read_bytes()} if path.is_file() else {})
