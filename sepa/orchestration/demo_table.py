"""The table at the end of `make demo`: what became of every file, and where the outputs lie."""

import datetime
from collections import Counter
from itertools import groupby

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sepa.model.journal import FileRow
from sepa.pipeline.home import DESK, Home
from sepa.scheme.money import amount_text

COLOURS = {"ACCP": "green", "PART": "yellow", "RJCT": "red", "PDNG": "cyan"}
GROUPS = {
    "paid": ("paid",),
    "waiting": ("waiting", "pending-funds"),
    "held": ("held", "routed"),
    "handed over": ("handed-over",),
    "refused": ("rejected", "not-executed", "revoked"),
    "no cover": ("unsettled",),
}
EVER = (
    datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC),
    datetime.datetime(2200, 1, 1, tzinfo=datetime.UTC),
)


def show(screen: Console, home: Home) -> bool:
    """Print it; returns whether the books hold: debits equal credits and the journal finds no fault in itself."""
    _files(screen, home)
    for what, folder in (
        ("Settlement files, bookings, manifests", home.clearing_out),
        ("Reports and notices of each partner", home.root / "outbox"),
        ("The day's reports, for a browser", home.outbox(DESK)),
        ("Every file as it came, by digest", home.archive),
    ):
        count = sum(path.is_file() for path in folder.rglob("*"))
        screen.print(f"{what:38} {count:4} in {folder}", markup=False, soft_wrap=True)
    sides: Counter[str] = Counter()
    for _, side, _, cents in home.journal.posting_totals(*EVER):
        sides[side] += cents
    faults = home.journal.faults()
    for fault in faults:
        screen.print(fault, style="red", markup=False)
    holds = sides["debit"] == sides["credit"] and not faults
    proof = (
        "every cent debited was credited, and the journal finds no fault"
        if holds
        else "the books do not hold"
    )
    screen.print(f"EUR {amount_text(sides['debit'])} paid; {proof}.", style="" if holds else "red")
    return holds


def _files(screen: Console, home: Home) -> None:
    table = Table(
        "file", "orders", "status", *GROUPS, "codes", box=None, header_style="bold", padding=(0, 1, 0, 0)
    )
    table.columns[0].no_wrap = True
    for column in (table.columns[1], *table.columns[3:-1]):
        column.justify = "right"
    sums: Counter[str] = Counter()
    files = sorted(home.journal.find_files(), key=lambda file: (file.partner, file.name))
    for partner, own in groupby(files, key=lambda file: file.partner):
        table.add_row(Text(partner, "bold"))
        for file in own:
            stands, codes = _standing(home, file)
            counts = {group: sum(stands[state] for state in states) for group, states in GROUPS.items()}
            sums.update(counts | {"orders": file.count})
            status = file.status or "not judged"
            table.add_row(
                Text(f" {file.name}"),
                str(file.count),
                Text(status, COLOURS.get(status, "")),
                *(str(count) if count else "·" for count in counts.values()),
                " ".join(codes),
            )
            for repeat in _repeats(home, file):
                table.add_row(Text(f" {repeat}"), "·", Text("repeat", "cyan"))
    table.add_row("all", str(sums["orders"]), "", *(str(sums[group]) for group in GROUPS), style="bold")
    screen.print(table)


def _standing(home: Home, file: FileRow) -> tuple[Counter[str], list[str]]:
    """How many orders stand in which state now, and the ISO codes of what was refused or has no cover."""
    stands: Counter[str] = Counter()
    codes = {finding.code for finding in file.findings if finding.effect == "reject"}
    for _, state, _, code, count, _ in home.journal.order_totals([file.key]):
        stands[state] += count
        if state in (*GROUPS["refused"], *GROUPS["no cover"]):
            codes.add(code)
    return stands, sorted(codes - {""})


def _repeats(home: Home, file: FileRow) -> list[str]:
    """Names under which the very same bytes came again."""
    occasions = {publication.occasion for publication in home.journal.publications(file.key)}
    again = (
        home.journal.delivery(each.removeprefix("repeat:"))
        for each in occasions
        if each.startswith("repeat:")
    )
    return sorted(delivery.name for delivery in again if delivery)
