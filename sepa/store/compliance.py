"""The bank's tables of compliance: lists to screen against, declared owners, stops, switched accounts."""

import hashlib
from typing import get_args

from sepa.model.compliance import DecidedBy, Declaration, Stop, StopScope, Switch
from sepa.model.screening import Action, Entry, ListKind, Lists, lists_of
from sepa.scheme.name_key import name_key
from sepa.store import cells as cell
from sepa.store.csv_table import REQUIRED, Column, Table, read_table

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
    "declarations.csv": (
        Column("iban", "iban", cell.iban, REQUIRED),
        Column("owner", "owner", cell.comparable(name_key), REQUIRED),
        Column("valid_from", "valid_from", cell.day, REQUIRED),
        Column("valid_until", "valid_until", cell.day),
    ),
    "stops.csv": (
        Column("scope", "scope", cell.one_of(*get_args(StopScope)), REQUIRED),
        Column("since", "since", cell.instant, REQUIRED),
        Column("decided_by", "decided_by", cell.one_of(*get_args(DecidedBy)), REQUIRED),
        Column("until", "until", cell.instant),
    ),
    "switches.csv": (
        Column("iban", "iban", cell.iban, REQUIRED),
        Column("effective_on", "effective_on", cell.day, REQUIRED),
        Column("new_bic", "new_bic", cell.bic),
    ),
}


def lists_in(contents: dict[str, bytes]) -> Lists | None:
    """The lists to screen against; None without the table. A line that could mean nobody is a ReferenceFault."""
    name = "screening.csv"
    table = _table(name, contents)
    if table is None:
        return None
    entries = table.records(Entry, Entry.__struct_fields__)
    for row, entry in enumerate(entries):
        if not (entry.name or entry.iban or entry.bic or entry.country or entry.exposed):
            raise table.fault(row, "name", "", "a name, an IBAN, a BIC, a country or exposed=true")
        if entry.valid_from and entry.valid_until and entry.valid_until < entry.valid_from:
            raise table.fault(row, "valid_until", entry.valid_until.isoformat(), "a day from valid_from on")
    return lists_of(tuple(entries), hashlib.sha256(contents[name]).hexdigest())


def declarations_in(contents: dict[str, bytes]) -> dict[str, tuple[Declaration, ...]]:
    """Declared owners of money by account; none without the table."""
    table = _table("declarations.csv", contents)
    by_account: dict[str, list[Declaration]] = {}
    for declared in table.records(Declaration, Declaration.__struct_fields__) if table else ():
        by_account.setdefault(declared.iban, []).append(declared)
    return {iban: tuple(declared) for iban, declared in by_account.items()}


def stops_in(contents: dict[str, bytes]) -> tuple[Stop, ...]:
    """Stops of the whole bank, in the order of the table; none without it."""
    table = _table("stops.csv", contents)
    stops: list[Stop] = table.records(Stop, Stop.__struct_fields__) if table else []
    for row, stop in enumerate(stops):
        if table and stop.until is not None and stop.until <= stop.since:
            raise table.fault(row, "until", stop.until.isoformat(), "a moment after since")
    return tuple(stops)


def switches_in(contents: dict[str, bytes]) -> dict[str, Switch]:
    """Switched accounts; none without the table."""
    table = _table("switches.csv", contents)
    if table is None:
        return {}
    table.refuse_doubles("iban")
    return {switch.iban: switch for switch in table.records(Switch, Switch.__struct_fields__)}


def _table(name: str, contents: dict[str, bytes]) -> Table | None:
    return read_table(name, contents[name], COLUMNS[name]) if name in contents else None
