"""The reconciliation of a day for the bank's people: one HTML page with plots in their language, and two CSV tables.

Received = paid + waiting + held + routed + handed over + refused + unsettled + revoked, to the cent, in each currency,
for each file and for the day.
"""

import datetime
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import msgspec

from sepa.model.day import EURO, AccountPostings, Check, DayFigures, FileFigures, Tally
from sepa.scheme.letters import inert
from sepa.scheme.money import amount_text
from sepa.scheme.phrase import Phrase
from sepa.tell import plots
from sepa.tell.catalogue import Catalogue
from sepa.tell.day_words import FEES, STATES, WORDS, in_words
from sepa.tell.mask import clean, mask_account, mask_within_name, shown_file_name
from sepa.tell.page import template
from sepa.tell.parts import Say, speaker


def day_html(figures: DayFigures, catalogue: Catalogue, language: str = "en") -> str:
    """The report as one self-contained page in `language`, or in the language that the catalogue speaks instead."""
    say, spoken = speaker(catalogue, language), catalogue.spoken(language)
    words, all_checks = in_words(say), checks(figures)
    number = partial(catalogue.number, language=language)
    euro = [file for file in figures.files if file.currency == EURO]
    return template("day.html").render(
        figures=figures,
        language=spoken,
        words=words,
        say=say,
        title=say(_day_of(figures)),
        as_known=say(Phrase("As known on {moment}", {"moment": catalogue.moment(figures.as_of, language)})),
        sums=[
            (currency, _sum(each.received for each in files), _totals(files))
            for currency, files in _by_currency(figures)
        ],
        orders_in_files=say(
            Phrase(
                "Orders: {orders} · files: {files}",
                {
                    "orders": number(_sum(file.received for file in figures.files).count),
                    "files": number(
                        len({(file.partner, file.name, file.received_at) for file in figures.files})
                    ),
                },
            )
        ),
        checks=all_checks,
        balanced=all(check.holds for check in all_checks),
        first_and_last=_first_and_last(figures, say),
        plots={
            "arrivals": plots.arrivals(figures.files, figures.cutoff, words, say, number),
            "money": plots.money(_totals(euro), words, say),
            "refusals": plots.refusals(figures.refusals, words, number),
        },
        states=STATES,
        fees=FEES,
        day=lambda day: catalogue.day(day, language),
        moment=lambda moment: catalogue.moment(moment, language),
        amount_in=lambda currency: lambda cents: catalogue.amount(cents, currency, language),
        count=number,
        name=lambda text: inert(mask_within_name(text)),
        file_name=shown_file_name,
        account=_account,
        colours=plots.STATES,
    )


def _day_of(figures: DayFigures) -> Phrase:
    return Phrase("The day of {day}", {"day": figures.day.isoformat()})


def checks(figures: DayFigures) -> tuple[Check, ...]:
    """The sums that must agree: of the day in each currency, each file that does not, postings, the caller's own."""
    whole = [
        _conserved(Phrase("Received today"), currency, files) for currency, files in _by_currency(figures)
    ]
    of_files = [
        _conserved(Phrase("File {file}", {"file": shown_file_name(file.name)}), file.currency, [file])
        for file in figures.files
    ]
    broken_files = [check for check in of_files if not check.holds]
    return (*whole, *broken_files, _double_entry(figures.postings), *figures.checks)


def _conserved(name: Phrase, currency: str, files: Sequence[FileFigures]) -> Check:
    received = _sum(file.received for file in files)
    parts = tuple((STATES[field], tally) for field, tally in _totals(files))
    return Check(name, (WORDS["received"], received), parts, currency)


def _by_currency(figures: DayFigures) -> list[tuple[str, list[FileFigures]]]:
    """The files in each currency: euro first, and there even on a day without any."""
    named = sorted({file.currency for file in figures.files} - {EURO})
    return [
        (currency, [file for file in figures.files if file.currency == currency])
        for currency in (EURO, *named)
    ]


def files_csv(figures: DayFigures) -> str:
    """One line per file and currency: who, what, when, and every tally as count and amount with two decimals."""
    fields = ("received", "accepted", "rolled", *STATES)
    lines = []
    for file in figures.files:
        line = {
            "partner": clean(file.partner),
            "file": shown_file_name(file.name),
            "received_at": file.received_at.isoformat(),
            "message": clean(file.message),
            "status": file.status,
            "currency": file.currency,
        }
        for field in fields:
            tally: Tally = getattr(file, field)
            line |= {f"{field}_count": str(tally.count), f"{field}_amount": amount_text(tally.cents)}
        lines.append(line)
    columns = ["partner", "file", "received_at", "message", "status", "currency"]
    columns += [f"{field}_{what}" for field in fields for what in ("count", "amount")]
    return _csv(lines, columns)


def payments_csv(figures: DayFigures) -> str:
    """By state, day, bulk, refusal, correction, fee and posting: a count, an amount and its currency."""
    lines = [
        _line("state", field.replace("_", " "), "", tally, currency)
        for currency, files in _by_currency(figures)
        for field, tally in _totals(files)
    ]
    lines += [_line("waiting", day.booking_date.isoformat(), "", day.total) for day in figures.waiting]
    for bulk in figures.bulks:
        lines.append(_line("bulk", bulk.id, f"{bulk.kind} {bulk.settlement_date}", bulk.total, bulk.currency))
    for refusal in figures.refusals:
        lines.append(_line("refused", refusal.code, refusal.rule, refusal.total, refusal.currency))
    lines += [_line("booked back", each.key, each.code, Tally(1, each.cents)) for each in figures.booked_back]
    lines += [_line("fee", each.event, "", each.total) for each in figures.charged]
    for posting in figures.postings:
        lines += [_line("posting", _account(posting.account), "debit", posting.debit)]
        lines += [_line("posting", _account(posting.account), "credit", posting.credit)]
    return _csv(lines, ["section", "name", "detail", "count", "amount", "currency"])


def _line(section: str, name: str, detail: str, tally: Tally, currency: str = EURO) -> dict[str, str]:
    return {
        "section": section,
        "name": clean(name),
        "detail": clean(detail),
        "count": str(tally.count),
        "amount": amount_text(tally.cents),
        "currency": currency,
    }


def _csv(lines: list[dict[str, str]], columns: list[str]) -> str:
    import pandas

    table = pandas.DataFrame(lines, columns=columns, dtype="str")
    return str(table.map(inert).to_csv(index=False, lineterminator="\n"))


def _totals(files: Iterable[FileFigures]) -> list[tuple[str, Tally]]:
    """Each state, by its field, with all that is in it, added up with pandas in whole cents."""
    import pandas

    table = pandas.DataFrame(
        [
            (field, tally.count, tally.cents)
            for file in files
            for field in STATES
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
    return Check(
        WORDS["postings"], (WORDS["debits"], Tally(0, debit)), ((WORDS["credits"], Tally(0, credit)),)
    )


def _first_and_last(figures: DayFigures, say: Say) -> dict[str, Any] | None:
    if not figures.files:
        return None
    moments = sorted(figures.files, key=lambda file: (file.received_at, file.name))
    last = moments[-1].received_at
    return {"first": moments[0], "last": moments[-1], "room": say(_room(last, figures.cutoff))}


def _room(last: datetime.datetime, cutoff: datetime.time | None) -> Phrase:
    """How long before or after the cut-off the last file came, on the bank's wall clock."""
    if cutoff is None:
        return WORDS["no_cutoff"]
    minutes = (cutoff.hour - last.hour) * 60 + cutoff.minute - last.minute
    hours, rest = divmod(abs(minutes), 60)
    span = f"{hours} h {rest:02d} min" if hours else f"{rest} min"
    return Phrase(WORDS["before_cutoff" if minutes >= 0 else "after_cutoff"].text, {"span": span})


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
