"""The bank's table of what senders may order through electronic banking."""

from collections.abc import Collection
from typing import get_args

from sepa.model.limit import Device, Limit
from sepa.scheme.money import amount_text
from sepa.store import cells as cell
from sepa.store.csv_table import REQUIRED, Column, Table, read_table

FILE = "limits.csv"

COLUMNS: dict[str, tuple[Column, ...]] = {
    FILE: (
        Column("partner", "partner", cell.text, REQUIRED),
        Column("valid_from", "valid_from", cell.instant, REQUIRED),
        Column("device", "device", cell.one_of(*get_args(Device))),
        Column("account", "account", cell.iban),
        Column("per_order", "per_order_cents", cell.amount),
        Column("per_day", "per_day_cents", cell.amount),
    ),
}


def limits_in(
    contents: dict[str, bytes], partners: Collection[str] | None, accounts: Collection[str] | None
) -> dict[str, tuple[Limit, ...]]:
    """Limits by partner, oldest first; none without the table.

    A ReferenceFault for a partner or an account that the other tables do not know, a day's limit of one account, and
    two lines that begin at once.
    """
    if FILE not in contents:
        return {}
    table = read_table(FILE, contents[FILE], COLUMNS[FILE])
    limits: list[Limit] = table.records(Limit, Limit.__struct_fields__)
    begun = set()
    for row, limit in enumerate(limits):
        _refuse_unknown(table, row, limit, partners, accounts)
        if limit.account is not None and limit.per_day_cents is not None:
            expected = "an empty cell: the limit of a day is of all accounts together"
            raise table.fault(row, "per_day_cents", amount_text(limit.per_day_cents), expected)
        same = (limit.partner, limit.device, limit.account, limit.valid_from)
        if same in begun:
            raise table.fault(row, "valid_from", limit.valid_from.isoformat(), "a moment of its own")
        begun.add(same)
    by_partner: dict[str, tuple[Limit, ...]] = {}
    for limit in sorted(limits, key=lambda each: each.valid_from):
        by_partner[limit.partner] = (*by_partner.get(limit.partner, ()), limit)
    return by_partner


def _refuse_unknown(
    table: Table,
    row: int,
    limit: Limit,
    partners: Collection[str] | None,
    accounts: Collection[str] | None,
) -> None:
    if partners is not None and limit.partner not in partners:
        raise table.fault(row, "partner", limit.partner, "a partner of partners.yaml")
    if accounts is not None and limit.account is not None and limit.account not in accounts:
        raise table.fault(row, "account", limit.account, "an account of accounts.csv")
