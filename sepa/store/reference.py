"""The folder `reference/`: what the bank tells the desk about accounts, consents, banks and partners.

These files are the bank's own, so whatever is wrong with them is a ReferenceFault that names file, line,
column, what was found and what was expected. The columns are told in docs/reference-data.md.
"""

import datetime
import hashlib
import re
from collections import defaultdict
from pathlib import Path
from typing import get_args

from sepa.model.rates import Deal, Rate
from sepa.model.reference import Account, Block, Consent, Participant, Product, Reference
from sepa.store import banking_days, compliance, limits
from sepa.store import cells as cell
from sepa.store.csv_table import REQUIRED, Column, ReferenceFault, Table, read_table
from sepa.store.keys import keys_digest, with_keys
from sepa.store.partners import read_partners

__all__ = ["COLUMNS", "FILES", "ReferenceFault", "load_reference"]

FILES = (
    "accounts.csv",
    "banking_days.csv",
    "blocks.csv",
    "consents.csv",
    "deals.csv",
    "declarations.csv",
    "limits.csv",
    "participants.csv",
    "partners.yaml",
    "rates.csv",
    "screening.csv",
    "snapshot.csv",
    "stops.csv",
    "switches.csv",
)

_NATIONAL_CODE = re.compile(r"[A-Z0-9]{1,11}", re.ASCII)
_PERIODICITIES = ("weekly", "monthly", "quarterly", "half-yearly", "yearly")


COLUMNS: dict[str, tuple[Column, ...]] = {
    "accounts.csv": (
        Column("iban", "iban", cell.iban, REQUIRED),
        Column("owner", "owner", cell.text, REQUIRED),
        Column("name", "name", cell.text, REQUIRED),
        Column("product", "product", cell.one_of(*get_args(Product)), "current"),
        Column("currency", "currency", cell.currency, "EUR"),
        Column("opened_on", "opened_on", cell.day, datetime.date(2000, 1, 1)),
        Column("closed_on", "closed_on", cell.day),
        Column("consumer", "consumer", cell.truth, True),
        Column("balance", "balance_cents", cell.signed_amount, REQUIRED),
        Column("overdraft", "overdraft_cents", cell.amount, 0),
        Column("card_holds", "card_holds_cents", cell.amount, 0),
        Column("minimum_balance", "minimum_balance_cents", cell.amount, 0),
        Column("enforcement", "enforcement", cell.truth, False),
        Column("owner_died_on", "owner_died_on", cell.day),
        Column("renewal_day", "renewal_day", cell.day),
        Column("term_months", "term_months", cell.count),
        Column("withdrawal_requested_on", "withdrawal_requested_on", cell.day),
        Column("withdrawable_from", "withdrawable_from", cell.day),
        Column("retry_days", "retry_days", cell.count, 0),
        Column("unsettled_notice", "unsettled_notice", cell.truth, False),
        Column("language", "language", cell.language),
        Column("collections_blocked", "collections_blocked", cell.truth, False),
        Column("identification_refused", "identification_refused", cell.truth, False),
        Column("politically_exposed", "politically_exposed", cell.truth, False),
        Column("barred_creditors", "barred_creditors", cell.creditor_identifiers, ()),
        Column("ebanking", "ebanking", cell.one_of("active", "passive"), "active"),
        Column("ebanking_until", "ebanking_until", cell.instant),
    ),
    "blocks.csv": (
        Column("iban", "iban", cell.iban, REQUIRED),
        Column("since", "since", cell.instant, REQUIRED),
        Column("amount", "amount_cents", cell.amount),
        Column("until", "until", cell.instant),
    ),
    "consents.csv": (
        Column("id", "id", cell.text, REQUIRED),
        Column("debtor_iban", "debtor_iban", cell.iban, REQUIRED),
        Column("creditor_identifier", "creditor_identifier", cell.creditor_identifier, REQUIRED),
        Column("mandate_id", "mandate_id", cell.text, REQUIRED),
        Column("one_off", "one_off", cell.truth, REQUIRED),
        Column("periodicity", "periodicity", cell.one_of(*_PERIODICITIES)),
        Column("limit", "limit_cents", cell.amount, REQUIRED),
        Column("lodged_on", "lodged_on", cell.day, REQUIRED),
        Column("effective_from", "effective_from", cell.day),
        Column("cancelled_on", "cancelled_on", cell.day),
        Column("last_collected_on", "last_collected_on", cell.day),
    ),
    "snapshot.csv": (Column("balances_as_of", "balances_as_of", cell.instant, REQUIRED),),
    "participants.csv": (
        Column("bic", "bic", cell.bic, REQUIRED),
        Column("country", "country", cell.country, REQUIRED),
        Column(
            "national_code",
            "national_code",
            cell.matching(_NATIONAL_CODE, "a bank code such as 5200"),
            REQUIRED,
        ),
        Column("name", "name", cell.text, REQUIRED),
        Column("credit_transfer", "credit_transfer", cell.truth, REQUIRED),
        Column("direct_debit_core", "direct_debit_core", cell.truth, REQUIRED),
        Column("direct_debit_b2b", "direct_debit_b2b", cell.truth, REQUIRED),
        Column("since", "since", cell.day, datetime.date(2008, 1, 28)),
        Column("until", "until", cell.day),
    ),
    "deals.csv": (
        Column("iban", "iban", cell.iban, REQUIRED),
        Column("currency", "currency", cell.foreign_currency, REQUIRED),
        Column("due_on", "due_on", cell.day, REQUIRED),
    ),
    "rates.csv": (
        Column("currency", "currency", cell.foreign_currency, REQUIRED),
        Column("valid_from", "valid_from", cell.instant, REQUIRED),
        Column("rate", "rate", cell.rate, REQUIRED),
        Column("until", "until", cell.instant),
        Column("iban", "iban", cell.iban),
    ),
    **banking_days.COLUMNS,
    **compliance.COLUMNS,
    **limits.COLUMNS,
}


def load_reference(folder: Path) -> Reference:
    """Read the tables of `folder`. A missing file leaves its table None, one with only a header is empty.

    Some may be missing: without blocks.csv nothing is blocked, without snapshot.csv no balance holds a posting
    of ours, without deals.csv, declarations.csv, limits.csv, stops.csv and switches.csv there are none of these,
    without rates.csv an account in another currency covers nothing, and without banking_days.csv the clock says the
    day. `digest` is the SHA-256, in hex, over the names and bytes of the files, and the keys. A ReferenceFault says
    what is wrong, also with a table whose name is not known.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise ReferenceFault(str(folder), 0, "", "nothing", "a folder with the bank's tables")
    for path in sorted(folder.glob("*.csv")):
        if path.name not in FILES:
            raise ReferenceFault(path.name, 0, "", path.name, "a table named " + ", ".join(FILES))
    contents = {name: (folder / name).read_bytes() for name in FILES if (folder / name).is_file()}
    digest = hashlib.sha256()
    for name, content in contents.items():
        digest.update(b"%s %d\n" % (name.encode(), len(content)))
        digest.update(content)
    accounts = _accounts(contents)
    partners = with_keys(folder, read_partners("partners.yaml", contents.get("partners.yaml")))
    digest.update(keys_digest(partners))
    return Reference(
        digest=digest.hexdigest(),
        accounts=accounts,
        consents=_consents(contents),
        participants=_participants(contents),
        partners=partners,
        balances_as_of=_balances_as_of(contents),
        screening=compliance.lists_in(contents),
        declarations=compliance.declarations_in(contents),
        stops=compliance.stops_in(contents),
        switches=compliance.switches_in(contents),
        limits=limits.limits_in(contents, partners, accounts),
        rates=_rates(contents),
        deals=_deals(contents),
        banking_days=banking_days.banking_days_in(contents),
    )


def _accounts(contents: dict[str, bytes]) -> dict[str, Account] | None:
    table = _table("accounts.csv", contents)
    blocks = _blocks(contents, set(table.columns["iban"]) if table else set())
    if table is None:
        return None
    table.refuse_doubles("iban")
    ibans = table.columns["iban"]
    table.columns["blocks"] = [blocks.get(iban, ()) for iban in ibans]
    return dict(zip(ibans, table.records(Account, Account.__struct_fields__), strict=True))


def _balances_as_of(contents: dict[str, bytes]) -> datetime.datetime | None:
    table = _table("snapshot.csv", contents)
    moments = table.columns["balances_as_of"] if table is not None else []
    if table is not None and len(moments) != 1:
        raise ReferenceFault("snapshot.csv", 2, "balances_as_of", f"{len(moments)} lines", "one line")
    return moments[0] if moments else None


def _blocks(contents: dict[str, bytes], ibans: set[str]) -> dict[str, tuple[Block, ...]]:
    table = _table("blocks.csv", contents)
    blocks: dict[str, tuple[Block, ...]] = {}
    if table is None:
        return blocks
    for row, block in enumerate(table.records(Block, Block.__struct_fields__)):
        iban = table.columns["iban"][row]
        if iban not in ibans:
            raise table.fault(row, "iban", iban, "an account of accounts.csv")
        if block.until is not None and block.until <= block.since:
            raise table.fault(row, "until", block.until.isoformat(), "a moment after since")
        blocks[iban] = (*blocks.get(iban, ()), block)
    return blocks


def _consents(contents: dict[str, bytes]) -> dict[str, tuple[Consent, ...]] | None:
    table = _table("consents.csv", contents)
    if table is None:
        return None
    table.refuse_doubles("id")
    by_debtor: dict[str, list[Consent]] = defaultdict(list)
    for row, consent in enumerate(table.records(Consent, Consent.__struct_fields__)):
        if consent.one_off != (consent.periodicity is None):
            expected = "an empty cell for a one-off consent, a periodicity for a recurring one"
            raise table.fault(row, "periodicity", consent.periodicity or "", expected)
        by_debtor[consent.debtor_iban].append(consent)
    return {iban: tuple(consents) for iban, consents in by_debtor.items()}


def _participants(contents: dict[str, bytes]) -> dict[tuple[str, str], Participant] | None:
    table = _table("participants.csv", contents)
    if table is None:
        return None
    table.refuse_doubles("country", "national_code")
    banks = table.records(Participant, Participant.__struct_fields__)
    return {(bank.country, bank.national_code): bank for bank in banks}


def _rates(contents: dict[str, bytes]) -> tuple[Rate, ...] | None:
    table = _table("rates.csv", contents)
    if table is None:
        return None
    table.refuse_doubles("currency", "iban", "valid_from")
    return tuple(table.records(Rate, Rate.__struct_fields__))


def _deals(contents: dict[str, bytes]) -> dict[str, tuple[Deal, ...]]:
    table = _table("deals.csv", contents)
    deals: dict[str, tuple[Deal, ...]] = {}
    for deal in table.records(Deal, Deal.__struct_fields__) if table is not None else ():
        deals[deal.iban] = (*deals.get(deal.iban, ()), deal)
    return deals


def _table(name: str, contents: dict[str, bytes]) -> Table | None:
    return read_table(name, contents[name], COLUMNS[name]) if name in contents else None
