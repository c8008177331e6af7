"""The bank's tables of compliance: lists to screen against."""

import hashlib
from typing import get_args

from sepa.model.screening import Action, Entry, ListKind, Lists, lists_of
from sepa.scheme.name_key import name_key
from sepa.store import cells as cell
from sepa.store.csv_table import REQUIRED, Column, read_table

COLUMNS: dict[str, tuple[Column, ...]] = {
    "screening.csv": (
        Column("list", "list", cell.text, REQUIRED),
        Column("version", "edition", cell.text, REQUIRED),
        Column("kind", "kind", cell.one_of(*get_args(ListKind)), REQUIRED),
        Column("name", "name", cell.comparable(name_key)),
        Column("iban", "iban", cell.iban),
        Column("bic", "bic", cell.bic),
        Column("country", "country", cell.country),
        Column("exposed", "exposed", cell.truth, False),
        Column("amount_from", "amount_from_cents", cell.amount),
        Column("valid_from", "valid_from", cell.day),
        Column("valid_until", "valid_until", cell.day),
        Column("action", "action", cell.one_of(*get_args(Action))),
    ),
}


def lists_in(contents: dict[str, bytes]) -> Lists | None:
    """The lists to screen against; None without the table. A line that could mean nobody is a ReferenceFault."""
    name = "screening.csv"
    if name not in contents:
        return None
    table = read_table(name, contents[name], COLUMNS[name])
    entries = table.records(Entry, Entry.__struct_fields__)
    for row, entry in enumerate(entries):
        if not (entry.name or entry.iban or entry.bic or entry.country or entry.exposed):
            raise table.fault(row, "name", "", "a name, an IBAN, a BIC, a country or exposed=true")
        if entry.valid_from and entry.valid_until and entry.valid_until < entry.valid_from:
            raise table.fault(row, "valid_until", entry.valid_until.isoformat(), "a day from valid_from on")
    return lists_of(tuple(entries), hashlib.sha256(contents[name]).hexdigest())
