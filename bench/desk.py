"""A real home with files in its inbox, and the time of each step that the desk takes with them.

`python -m bench.desk WORK HOME` does the steps of one kind of work in this process and prints what each took:
`intake` and `refusal` from the inbox to the sender's answer, `settlement` of what then waits. `--journal URL` and
`--server PID` name a database beside the home, and the server whose processor time counts as well.
"""

import argparse
import csv
import shutil
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from bench.orders import COLLECTING, own_creditors, paying_account
from bench.people import BANKS
from bench.spent import BenchFault, Spent, spent, tell
from sepa.pipeline.claim import claim
from sepa.pipeline.emit import emit_bulks, emit_reports
from sepa.pipeline.home import Home, make_folders, open_home, read_instant
from sepa.pipeline.judge import judge_all
from sepa.pipeline.settle import seal_window

PARTNER = "bench"
LISTED = 10_000
RECEIVED, WINDOW = "2026-04-02T10:00", "2026-04-02T11:30"
CLAIM, JUDGE, ANSWER = "claim", "judge into the journal", "answer (pain.002, notices)"
SEAL, PUBLISH, REPORT = "fund and seal", "write, check and publish", "report"


def make_home(root: Path, orders: int, debtors: int = 1, *, collections: bool = False) -> None:
    """A home whose tables know every bank and every account that so many orders name.

    The partner is a company with an account for each debtor; a bank where it brings `collections`.
    """
    make_folders(root)
    reference = root / "reference"
    paying = [paying_account(debtor) for debtor in range(debtors)]
    accounts = [(iban, "o-0", "Veľká firma, a.s.", "9000000000.00") for iban in paying]
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
    partners = f"partners:\n  - id: {PARTNER}\n    name: Bench\n    accounts: [{', '.join(paying)}]\n"
    partners += f"    bic: {COLLECTING.bic}\n" if collections else ""
    (reference / "partners.yaml").write_text(partners, "utf-8")


def drop(root: Path, files: Iterable[Path]) -> None:
    """Put copies of files into the partner's inbox."""
    inbox = root / "inbox" / PARTNER
    inbox.mkdir(parents=True)
    for file in files:
        shutil.copyfile(file, inbox / file.name)


Timed = Callable[[str, Callable[[], object]], None]


def intake(home: Home, timed: Timed, became: str = "waiting") -> None:
    """As `take_in`. Every order must become the same, or the figures would mean little."""
    keys = take_in(home, timed)
    states = {state for key in keys for _, state in home.journal.state_counts(key)}
    if states != {became}:
        raise BenchFault(f"orders became {', '.join(sorted(states)) or 'nothing'}, not {became}")


def take_in(home: Home, timed: Timed) -> list[str]:
    """From the inbox to the sender's answer; the keys of the files."""
    received = read_instant(RECEIVED, home.profile)
    timed(CLAIM, lambda: claim(home, received))
    keys = home.journal.unjudged()
    timed(JUDGE, lambda: judge_all(home, keys, at=received))
    timed(ANSWER, lambda: emit_reports(home, received))
    return keys


def settlement(home: Home, timed: Timed) -> None:
    """Pay what waits."""
    window = read_instant(WINDOW, home.profile)
    timed(SEAL, lambda: seal_window(home, window))
    timed(PUBLISH, lambda: emit_bulks(home, window))
    timed(REPORT, lambda: emit_reports(home, window))
    if left := home.journal.waiting():
        raise BenchFault(f"not every order was paid: {left}")


WORKS: dict[str, Callable[[Home, Timed], None]] = {
    "intake": intake,
    "refusal": partial(intake, became="rejected"),
    "settlement": settlement,
}


def _write(path: Path, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(head)
        table.writerows(rows)


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m bench.desk", description=__doc__)
    arguments.add_argument("work", choices=WORKS)
    arguments.add_argument("home", type=Path)
    arguments.add_argument("--journal")
    arguments.add_argument("--server", type=int)
    chosen = arguments.parse_args()
    taken: dict[str, Spent] = {}

    def timed(name: str, step: Callable[[], object]) -> None:
        taken[name] = spent(step, chosen.server)

    with open_home(chosen.home, journal_url=chosen.journal) as home:
        WORKS[chosen.work](home, timed)
    tell(taken)


if __name__ == "__main__":
    main()
