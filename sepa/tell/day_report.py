"""The reconciliation of a day for the operators, in English: one HTML page with plots, and two CSV tables.

Received = paid + waiting + held + routed + handed over + refused + unsettled + revoked, to the cent, for each file and
for the day.
"""

import datetime
from collections.abc import Iterable
from typing import Any

import msgspec

from sepa.model.day import AccountPostings, Check, DayFigures, FileFigures, Tally
from sepa.scheme.money import amount_text
from sepa.tell import plots
from sepa.tell.catalogue import Catalogue
from sepa.tell.mask import clean, inert, mask_account, mask_within_name, shown_file_name
from sepa.tell.page import template

STATES = {
    "Paid": "paid",
    "Waiting": "waiting",
    "Held": "held",
    "Routed": "routed",
    "Handed over": "handed_over",
    "Refused": "rejected",
    "Unsettled": "unsettled",
    "Revoked": "revoked",
}


def day_html(figures: DayFigures, catalogue: Catalogue, language: str = "en") -> str:
    """The report as one self-contained page. Dates and amounts are written in `language`."""
    return template("day.html").render(
        figures=figures,
        states=_totals(figures.files),
        received=_sum(file.received for file in figures.files),
        checks=checks(figures),
        balanced=all(check.holds for check in checks(figures)),
        first_and_last=_first_and_last(figures),
        plots={
            "arrivals": plots.arrivals(figures.files, figures.cutoff),
            "money": plots.money(_totals(figures.files)),
            "refusals": plots.refusals(figures.refusals),
        },
        state_fields=STATES,
        day=lambda day: catalogue.day(day, language),
        amount=lambda cents: catalogue.amount(cents, "EUR", language),
        amount_in=lambda currency: lambda cents: catalogue.amount(cents, currency, language),
        count=lambda number: f"{number:,}",
        name=lambda text: inert(mask_within_name(text)),
        file_name=shown_file_name,
        account=_account,
        colours=plots.STATES,
    )


def checks(figures: DayFigures) -> tuple[Check, ...]:
    """The sums that must agree: the day's, of each file that does not, of postings, and the caller's own."""
    whole = Check(
        "Received today",
        ("Received", _sum(file.received for file in figures.files)),
        tuple(_totals(figures.files)),
    )
    of_files = tuple(
        Check(f"File {shown_file_name(file.name)}", ("Received", file.received), tuple(_totals([file])))
        for file in figures.files
    )
    broken_files = tuple(check for check in of_files if not check.holds)
    return (whole, *broken_files, _double_entry(figures.postings), *figures.checks)


def files_csv(figures: DayFigures) -> str:
    """One line per file: who, what, when, and every tally as count and amount with two decimals."""
    fields = ("received", "accepted", "rolled", *STATES.values())
    lines = []
    for file in figures.files:
        line = {
            "partner": clean(file.partner),
            "file": shown_file_name(file.name),
            "received_at": file.received_at.isoformat(),
            "message": clean(file.message),
            "status": file.status,
        }
        for field in fields:
            tally: Tally = getattr(file, field)
            line |= {f"{field}_count": str(tally.count), f"{field}_amount": amount_text(tally.cents)}
        lines.append(line)
    columns = ["partner", "file", "received_at", "message", "status"]
    columns += [f"{field}_{what}" for field in fields for what in ("count", "amount")]
    return _csv(lines, columns)


def payments_csv(figures: DayFigures) -> str:
    """The day's payments by state, waiting day, bulk, refusal and posting, a count and an amount each."""
    lines = [_line("state", name, "", tally) for name, tally in _totals(figures.files)]
    lines += [_line("waiting", day.booking_date.isoformat(), "", day.total) for day in figures.waiting]
    for bulk in figures.bulks:
        lines.append(_line("bulk", bulk.id, f"{bulk.kind} {bulk.settlement_date}", bulk.total))
    lines += [_line("refused", refusal.code, refusal.rule, refusal.total) for refusal in figures.refusals]
    for posting in figures.postings:
        lines += [_line("posting", _account(posting.account), "debit", posting.debit)]
        lines += [_line("posting", _account(posting.account), "credit", posting.credit)]
    return _csv(lines, ["section", "name", "detail", "count", "amount"])


def _line(section: str, name: str, detail: str, tally: Tally) -> dict[str, str]:
    return {
        "section": section,
        "name": clean(name),
        "detail": clean(detail),
        "count": str(tally.count),
        "amount": amount_text(tally.cents),
    }


def _csv(lines: list[dict[str, str]], columns: list[str]) -> str:
    import pandas

    table = pandas.DataFrame(lines, columns=columns, dtype="str")
    return str(table.map(inert).to_csv(index=False, lineterminator="\n"))


def _totals(files: Iterable[FileFigures]) -> list[tuple[str, Tally]]:
    """Each state with all that is in it, added up with pandas in whole cents."""
    import pandas

    table = pandas.DataFrame(
        [
            (name, tally.count, tally.cents)
            for file in files
            for name, field in STATES.items()
            for tally in [getattr(file, field)]
        ],
        columns=["state", "count", "cents"],
    ).astype({"count": "int64", "cents": "int64"})
    sums = table.groupby("state").sum().reindex(list(STATES), fill_value=0)
    return [(str(line.Index), Tally(int(line.count), int(line.cents))) for line in sums.itertuples()]


def _double_entry(postings: tuple[AccountPostings, ...]) -> Check:
    """Every posting has its other side, so cents agree; how many postings make a side may differ."""
    debit = sum(posting.debit.cents for posting in postings)
    credit = sum(posting.credit.cents for posting in postings)
    return Check("Postings", ("Debits", Tally(0, debit)), (("Credits", Tally(0, credit)),))


def _first_and_last(figures: DayFigures) -> dict[str, Any] | None:
    if not figures.files:
        return None
    moments = sorted(figures.files, key=lambda file: (file.received_at, file.name))
    last = moments[-1].received_at
    return {"first": moments[0], "last": moments[-1], "room": _room(last, figures.cutoff)}


def _room(last: datetime.datetime, cutoff: datetime.time | None) -> str:
    """How long before or after the cut-off the last file came, on the bank's wall clock."""
    if cutoff is None:
        return "no cut-off"
    minutes = (cutoff.hour - last.hour) * 60 + cutoff.minute - last.minute
    hours, rest = divmod(abs(minutes), 60)
    span = f"{hours} h {rest:02d} min" if hours else f"{rest} min"
    return f"{span} {'before' if minutes >= 0 else 'after'} the cut-off"


def _sum(tallies: Iterable[Tally]) -> Tally:
    total = Tally()
    for tally in tallies:
        total = Tally(total.count + tally.count, total.cents + tally.cents)
    return total


def _account(account: str) -> str:
    """Internal accounts such as `CLEARING:SCT` by name, all others masked."""
    return clean(account) if ":" in account else mask_account(account)


def figures_from(rows: dict[str, Any]) -> DayFigures:
    """Make figures from plain dicts and lists; a field of the wrong kind, such as a float, is an error."""
    return msgspec.convert(rows, DayFigures)
