"""What a person at a terminal sees."""

import datetime
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sepa.cli.options import say_json
from sepa.model.finding import Finding
from sepa.model.journal import Event, FileRow, OrderRow
from sepa.model.profile import OfOneBank, Profile
from sepa.pipeline.check import Checked, message_of, not_judged, reason_line
from sepa.rules import RULES
from sepa.schedule import local_instant
from sepa.scheme.money import amount_text

if TYPE_CHECKING:
    from sepa.pipeline.day import Proof
    from sepa.pipeline.run import Ran

COLOURS = {"ACCP": "green", "PART": "yellow", "RJCT": "red", "PDNG": "cyan"}
SHOWN_MAX = 20
_SENTENCES = {(rule.id, rule.name): rule.sentence for rule in RULES}


def show_checked(screen: Console, checked: Checked) -> None:
    """One file: its status and sums, then what is not plainly accepted, at most twenty orders of it."""
    verdict = checked.verdict
    screen.print(
        Text.assemble(
            (f"{verdict.status} ", COLOURS.get(verdict.status, "white")),
            (checked.path, "bold"),
            f"  {verdict.message_name or 'no message'}  {some(verdict.count, 'order')}, {verdict.sum_text}",
        ),
        soft_wrap=True,
    )
    name = message_of(verdict)
    _show_reasons(screen, "file", [reason_line(finding, name) for finding in verdict.findings])
    for block in verdict.blocks:
        lines = [reason_line(finding, name) for finding in block.findings]
        _show_reasons(screen, f"payment information {block.payment_information.id}", lines)
    told = hidden = 0
    for raw in checked.remarkable_lines():
        line = msgspec.json.decode(raw)
        if told == SHOWN_MAX:
            hidden += 1
            continue
        told += 1
        amount = f"{line['amount'] or '?'} {line['currency'] or ''}".strip()
        what = f"transaction {line['position']} ({line['end_to_end_id']}), {amount}: {line['outcome']}"
        screen.print(f"  {what}", markup=False, soft_wrap=True)
        _show_reasons(screen, "", line["reasons"])
    if hidden:
        screen.print(f"  ... and {hidden} more; --json shows them all", style="dim")
    if left := not_judged(verdict):
        screen.print(f"  not judged here: {', '.join(left)}", style="dim", soft_wrap=True)


def show_terms(screen: Console, profile: Profile, received_at: datetime.datetime, data: Path | None) -> None:
    """By which terms, at which instant and with which knowledge files are judged."""
    local = local_instant(received_at, profile)
    knowledge = (
        f"the reference data in {data}" if data else "no reference data: accounts, consents, banks unknown"
    )
    screen.print(
        f"as received {local:%Y-%m-%d %H:%M:%S} {profile.bank.timezone}, by {profile.profile.id}, with {knowledge}",
        style="dim",
        markup=False,
        soft_wrap=True,
    )


def _show_reasons(screen: Console, what: str, reasons: Sequence[Mapping[str, Any]]) -> None:
    for each in reasons:
        colour = {"reject": "red", "warn": "yellow"}.get(each["effect"], "cyan")
        head = f"  {what}: " if what else "    "
        screen.print(
            Text.assemble(head, (f"{each['code']} {each['rule']} ", colour), each["message"]),
            soft_wrap=True,
        )
        if each["effect"] != "warn":
            where = f"{each['element']}: found {each['found'] or 'nothing'!r}, expected {each['expected']}."
            screen.print(
                f"      {where} {each['remedy']} [{each['source']}]",
                style="dim",
                markup=False,
                soft_wrap=True,
            )


def show_run(screen: Console, ran: "Ran", *, everybody: bool) -> None:
    """What a run took, judged, paid and published; and where `everybody` may order everything in this home."""
    if ran.judged:
        table = Table("partner", "file", "message", "orders", "sum", "status", box=None, header_style="bold")
        for column in ("orders", "sum"):
            table.columns[["partner", "file", "message", "orders", "sum"].index(column)].justify = "right"
        for file in ran.judged:
            status = Text(file.status or "", COLOURS.get(file.status or "", "white"))
            table.add_row(
                file.partner,
                Text(file.name),
                file.message_name or "not readable",
                str(file.count),
                file.sum_text,
                status,
            )
        screen.print(table)
    repeats = sum(not delivery.first for delivery in ran.deliveries)
    sealed = ran.sealed
    screen.print(
        f"{some(len(ran.deliveries), 'file')} taken ({some(repeats, 'repeat')}), {len(ran.judged)} judged. "
        f"{some(sealed.paid, 'order')} paid, EUR {amount_text(sealed.paid_cents)}, "
        f"in {some(len(sealed.bulks), 'bulk')}; {sealed.unpaid} due but not paid. "
        f"{some(len(ran.published), 'file')} published.",
        soft_wrap=True,
    )
    if everybody:
        screen.print(
            "No roles.yaml: whoever reaches this home may order everything.", style="dim", soft_wrap=True
        )
    if sealed.overtaken:
        screen.print("Nothing was settled: a later window was settled before, and windows only go forward.")
    elif sealed.maintenance:
        screen.print("Maintenance: nothing was judged or settled. Remove reference/maintenance.txt to go on.")
    elif sealed.closed:
        screen.print("Nothing was settled: the bank does not work on that day, or its books are closed.")


def some(count: int, what: str) -> str:
    """`1 file`, `2 files`."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def show_files(screen: Console, files: Sequence[FileRow], *, as_json: bool) -> None:
    """Files found by the beginning of their key."""
    if as_json:
        say_json(map(msgspec.json.encode, files))
        return
    for file in files:
        screen.print(
            f"{file.key[:24]}  {file.partner}  {file.name}  received {file.received_at:%Y-%m-%d %H:%M:%S} UTC  "
            f"{f'judged {file.status}' if file.status else 'not judged'}  {some(file.count, 'order')}, {file.sum_text}",
            markup=False,
            soft_wrap=True,
        )
        if file.authorised:
            screen.print(f"  authorised: {file.authorised}", markup=False, soft_wrap=True)
        for finding in file.findings:
            screen.print(f"  {finding.code} {finding.rule} {finding.message}", markup=False, soft_wrap=True)


def show_story(
    screen: Console,
    order: OrderRow,
    story: list[Event],
    profile: OfOneBank,
    late: list[str],
    *,
    as_json: bool,
) -> None:
    """A payment's story, oldest first, and `late`, sentences on a day that is not kept."""
    if as_json:
        say_json(
            msgspec.json.encode({"kind": "event", "key": order.key, **told_event(event)}) for event in story
        )
        say_json(msgspec.json.encode({"kind": "late", "key": order.key, "sentence": each}) for each in late)
        return
    amount = f"{order.amount_text} {order.currency}"
    screen.print(
        f"{order.key}  {order.end_to_end_id}  {amount}  now: {order.state}", style="bold", markup=False
    )
    for event in story:
        screen.print(
            Text.assemble(
                (f"{local_instant(event.at, profile):%Y-%m-%d %H:%M:%S}  ", "dim"),
                (event.what, "bold"),
                f" by {event.by}",
            ),
            soft_wrap=True,
        )
        for name, value in {**event.detail, "cause": event.cause}.items():
            if value:
                label = name.replace("_", " ")
                screen.print(f"    {label:<16} {_short(value)}", markup=False, soft_wrap=True, style="dim")
        for finding in event.findings:
            _show_finding(screen, finding)
    for sentence in late:
        screen.print(f"Late (EXE-01): {sentence}", style="yellow", markup=False, soft_wrap=True)


def _short(value: str) -> str:
    """A digest by its first twelve digits, the way reports name files; anything else as it is."""
    return f"{value[:12]}…" if re.fullmatch("[0-9a-f]{64}", value) else value


def told_event(event: Event) -> dict[str, Any]:
    """One line of a story as `sepa explain --json` shows it, each finding with the sentence of its rule."""
    built: dict[str, Any] = msgspec.to_builtins(event)
    built["findings"] = [
        {
            "code": f.code,
            "rule": f.rule,
            "name": f.name,
            "sentence": sentence_of(f),
            "source": f.source,
            "message": str(f.message),
            "remedy": str(f.remedy),
            "inside": f.inside,
        }
        for f in event.findings
    ]
    return built


def _show_finding(screen: Console, finding: Finding) -> None:
    screen.print(
        Text.assemble(
            f"      {finding.code} {finding.rule} ", (finding.name, "dim"), f"  {sentence_of(finding)}"
        ),
        soft_wrap=True,
    )
    screen.print(
        f"        {finding.message} {finding.remedy} [{finding.source}]", markup=False, soft_wrap=True
    )


def sentence_of(finding: Finding) -> str:
    """The sentence of the finding's rule, as `sepa rules` tells it; empty where the desk has that rule no longer."""
    return _SENTENCES.get((finding.rule, finding.name), "")


STATES = ("received", "paid", "waiting", "held", "routed", "handed_over", "rejected", "unsettled", "revoked")


def show_proof(screen: Console, proof: "Proof") -> None:
    """A day's sums, and whether they agree."""
    table = Table("", "orders", "amount", "", box=None, padding=(0, 2))
    for column in table.columns[1:3]:
        column.justify = "right"
    files = proof.figures.files
    for currency in dict.fromkeys(("EUR", *sorted(file.currency for file in files))):
        for state in STATES:
            tallies = [getattr(file, state) for file in files if file.currency == currency]
            count, cents = sum(tally.count for tally in tallies), sum(tally.cents for tally in tallies)
            if count or state == "received":
                table.add_row(state.replace("_", " "), str(count), amount_text(cents), currency)
    screen.print(table)
    for bulk in proof.figures.bulks:
        screen.print(
            f"sealed {bulk.kind} for {bulk.settlement_date}: {some(bulk.total.count, 'order')}, "
            f"{bulk.currency} {amount_text(bulk.total.cents)} ({bulk.id})"
        )
    for warning in proof.warnings:
        screen.print(f"WARNING: {warning}", style="yellow", markup=False, soft_wrap=True)
    for fault in proof.faults:
        screen.print(f"FAULT: {fault}", style="red", markup=False, soft_wrap=True)
    screen.print(
        f"{proof.day}: everything adds up, to the cent."
        if proof.holds
        else f"{proof.day} does not add up. Stop the next window and call an engineer.",
        style="green" if proof.holds else "red",
    )
