"""`sepa check` with `--against`: the same files under two terms, and what would end differently."""

import datetime
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sepa.cli.options import Stop, progress, say_json, screen
from sepa.cli.tables import COLOURS, SHOWN_MAX, show_terms, some
from sepa.model.profile import Profile
from sepa.model.reference import Reference
from sepa.pipeline.check import check_file
from sepa.pipeline.compare import Comparison, Difference, FileChanged
from sepa.schedule import local_instant

DIFFERENT = 1
RULES_NAMED_MAX = 5

_DATES = {"received_on": "received", "booking_date": "booked", "settlement_date": "settled"}
_OUTCOME_COLOURS = {"accepted": "green", "rolled": "green", "rejected": "red", "not-executed": "red"}


class Terms(NamedTuple):
    """By what files are judged: a profile, and the instant of their receipt."""

    profile: Profile
    received_at: datetime.datetime


def compare(
    files: Sequence[Path],
    one: Terms,
    other: Terms,
    *,
    reference: Reference,
    data: Path | None,
    partner: str | None,
    as_json: bool,
) -> bool:
    """Judge each file by both terms and show what would end differently. True when anything would."""
    differs = False
    orders = differing = 0
    rules: Counter[str] = Counter()
    if not as_json:
        for terms in (one, other):
            show_terms(screen, terms.profile, terms.received_at, data)
    with progress() as bar:
        task = bar.add_task("comparing", total=len(files))
        for file in files:
            checks = (
                check_file(
                    file,
                    profile=terms.profile,
                    reference=reference,
                    received_at=terms.received_at,
                    partner=partner,
                    told=lambda count: bar.update(task, description=f"judging, {count} orders"),
                )
                for terms in (one, other)
            )
            try:
                comparison = Comparison(*checks)
            except FileChanged as changed:
                raise Stop(str(changed)) from None
            if as_json:
                say_json(_lines(comparison, one, other))
            else:
                _show(screen, comparison, _titles(one, other))
            differs |= comparison.differs
            orders, differing = orders + comparison.orders, differing + comparison.differing
            rules += comparison.rules
            bar.advance(task)
    if len(files) > 1 and not as_json:
        screen.print(
            f"In all {len(files)} files {_sum(orders, differing, rules)}", style="bold", soft_wrap=True
        )
    return differs


def _lines(comparison: Comparison, one: Terms, other: Terms) -> Iterator[bytes]:
    """A line for each difference, then the line of the file, which counts them."""
    for difference in comparison.differences():
        yield msgspec.json.encode(difference.line())
    summed = comparison.line()
    summed["against"] = _named(other) | summed["against"]
    yield msgspec.json.encode(summed | _named(one))


def _named(terms: Terms) -> dict[str, Any]:
    received = local_instant(terms.received_at, terms.profile)
    return {"profile": terms.profile.profile.id, "received_at": received}


def _show(screen: Console, comparison: Comparison, titles: tuple[str, str]) -> None:
    """One file: at most twenty differences as a table, then how many there are and by which rules."""
    table = Table(box=None, header_style="bold", padding=(0, 1))
    table.add_column("order", justify="right")
    table.add_column("end-to-end id", overflow="fold")
    table.add_column("amount", justify="right")
    for title in titles:
        table.add_column(Text(title))
        table.add_column("by")
    hidden = 0
    for difference in comparison.differences():
        if _only_follows(difference):
            continue
        if table.row_count < SHOWN_MAX:
            table.add_row(*_row(difference))
        else:
            hidden += 1
    verdict = comparison.checked.verdict
    if verdict.head is None:
        verdict = comparison.against.verdict
    screen.print(
        Text.assemble(
            (comparison.checked.path, "bold"),
            f"  {verdict.message_name or 'no message'}  {some(verdict.count, 'order')}, {verdict.sum_text}",
        ),
        soft_wrap=True,
    )
    if table.row_count:
        screen.print(table)
    if hidden:
        screen.print(f"  ... and {hidden} more; --json shows them all", style="dim")
    screen.print(f"  {_sum(comparison.orders, comparison.differing, comparison.rules)}", soft_wrap=True)
    if comparison.by_other_rules:
        screen.print(f"  {comparison.by_other_rules} more would end alike, by other rules", style="dim")


def _only_follows(difference: Difference) -> bool:
    """Whether it is a block whose status says nothing that its orders do not say below."""
    decided = difference.decided_by or difference.decided_by_against
    return difference.level == "payment_information" and not decided


def _row(difference: Difference) -> Iterator[Text]:
    line, against = difference.checked, difference.against
    if difference.level == "file":
        yield from (Text("file"), Text(line["message_id"] or against["message_id"] or ""), Text(""))
    elif difference.level == "payment_information":
        yield from (Text("block"), Text(line["id"]), Text(line["control_sum"]))
    else:
        amount = f"{line['amount'] or '?'} {line['currency'] or ''}".strip()
        yield from (Text(str(line["position"])), Text(line["end_to_end_id"]), Text(amount))
    yield _end(line, against)
    yield Text("\n".join(difference.decided_by) or "·")
    yield _end(against, line)
    yield Text("\n".join(difference.decided_by_against) or "·")


def _end(line: Mapping[str, Any], other: Mapping[str, Any]) -> Text:
    """How something ends: its status, or its outcome with the booking date if both have one and they differ.

    Where the outcome is the same, the dates and the route that differ.
    """
    if "status" in line:
        return Text(line["status"], COLOURS.get(line["status"], "white"))
    end = Text(line["outcome"], _OUTCOME_COLOURS.get(line["outcome"], "yellow"))
    if line["outcome"] == other["outcome"]:
        days = [f"{word} {line[name]}" for name, word in _DATES.items() if line[name] != other[name]]
        route = [line["route"] or "no route"] if line["route"] != other["route"] else []
        end.append("".join(f"\n{each}" for each in (*route, *days)), "default")
    elif line["booking_date"] and other["booking_date"] not in (None, line["booking_date"]):
        end.append(f"\nbooked {line['booking_date']}", "default")
    return end


def _sum(orders: int, differing: int, rules: Counter[str]) -> str:
    if not differing:
        return f"nothing would end differently ({some(orders, 'order')})"
    most = ", ".join(f"{rule} ({count})" for rule, count in rules.most_common(RULES_NAMED_MAX))
    left = len(rules) - RULES_NAMED_MAX
    more = f" and {some(left, 'other rule')}" if left > 0 else ""
    by = f"; by {most}{more}" if most else ""
    return f"{differing} of {some(orders, 'order')} would end differently{by}"


def _titles(one: Terms, other: Terms) -> tuple[str, str]:
    """The shortest heads that tell the two terms apart: the profiles, the instants, or the options' names."""
    names = one.profile.profile.id, other.profile.profile.id
    if names[0] != names[1]:
        return names
    if one.received_at != other.received_at:
        first, second = (
            f"{local_instant(each.received_at, each.profile):%Y-%m-%d %H:%M:%S}" for each in (one, other)
        )
        return first, second
    return "--bank", "--against"
