"""A real home with one large file in its inbox, and the time of each step that the desk takes with it.

`python -m bench.desk FILE HOME` runs the steps in this process and prints their seconds as JSON.
"""

import csv
import json
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench.orders import OWN_ACCOUNT, own_creditors
from bench.people import BANKS
from sepa.pipeline.claim import claim
from sepa.pipeline.emit import emit_bulks, emit_reports
from sepa.pipeline.home import Home, make_folders, open_home, read_instant
from sepa.pipeline.judge import judge
from sepa.pipeline.settle import seal_window

PARTNER = "bench"
LISTED = 10_000
RECEIVED, WINDOW = "2026-04-02T10:00", "2026-04-02T11:30"


def make_home(root: Path, orders: int) -> None:
    """A home whose tables know every bank and every account that so many orders name."""
    make_folders(root)
    reference = root / "reference"
    accounts = [(OWN_ACCOUNT, "o-0", "Veľká firma, a.s.", "900000000.00")]
    accounts += [(iban, f"o-{iban}", "Creditor", "0.00") for iban in own_creditors(orders)]
    _write(reference / "accounts.csv", ("iban", "owner", "name", "balance"), accounts)
    reaches = ("credit_transfer", "direct_debit_core", "direct_debit_b2b")
    banks = {(bank.bic, bank.country, bank.code, "Bank", "true", "true", "false") for bank in BANKS}
    _write(
        reference / "participants.csv", ("bic", "country", "national_code", "name", *reaches), sorted(banks)
    )
    shown = (
        "id",
        "debtor_iban",
        "creditor_identifier",
        "mandate_id",
        "one_off",
        "periodicity",
        "limit",
        "lodged_on",
    )
    _write(reference / "consents.csv", shown, [])
    persons = [("bench", "1", "sanction", f"Listed Person {number}") for number in range(LISTED)]
    _write(reference / "screening.csv", ("list", "version", "kind", "name"), persons)
    partners = f"partners:\n  - id: {PARTNER}\n    name: Bench\n    accounts: [{OWN_ACCOUNT}]\n"
    (reference / "partners.yaml").write_text(partners, "utf-8")


def drop(root: Path, file: Path) -> None:
    """Put the file into the partner's inbox."""
    inbox = root / "inbox" / PARTNER
    inbox.mkdir(parents=True)
    shutil.copyfile(file, inbox / "orders.xml")


def steps(home: Home) -> dict[str, float]:
    """The seconds of each step. Every order must be paid, or the figures would mean little."""
    received, window = read_instant(RECEIVED, home.profile), read_instant(WINDOW, home.profile)
    taken: dict[str, float] = {}

    def timed(name: str, step: Callable[[], object]) -> None:
        start = time.perf_counter()
        step()
        taken[name] = time.perf_counter() - start

    timed("claim", lambda: claim(home, received))
    (key,) = home.journal.unjudged()
    timed("judge into the journal", lambda: judge(home, key, at=received))
    timed("report", lambda: emit_reports(home, received))
    timed("settle and seal", lambda: seal_window(home, window))
    timed("write, check and publish bulks", lambda: emit_bulks(home, window))
    states = {state for _, state in home.journal.state_counts(key)}
    if states != {"paid"}:
        raise SystemExit(f"not every order was paid: {states}")
    return taken


def _write(path: Path, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(head)
        table.writerows(rows)


if __name__ == "__main__":
    file, root = Path(sys.argv[1]), Path(sys.argv[2])
    drop(root, file)
    with open_home(root) as home:
        sys.stdout.write(json.dumps(steps(home)))
