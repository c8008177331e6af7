"""Tell: what became of a file, for the sender's machine (pain.002) and for the people it hits (notices, receipts)."""

import datetime
import hashlib
from collections.abc import Iterable, Iterator, Set
from itertools import groupby

from msgspec.structs import replace

from sepa.model.finding import Finding, Findings
from sepa.model.journal import BlockRow, FileRow, OrderRow, Publication, ReportDue, Withheld
from sepa.model.reference import Reference
from sepa.model.report import (
    ORIGINAL_NOT_PROVIDED,
    BlockStatus,
    ReportStatus,
    StatusCount,
    StatusReason,
    StatusReport,
    TransactionStatus,
)
from sepa.pipeline.charges import Charges, fee_list, retried
from sepa.pipeline.home import Home
from sepa.pipeline.notices import notices, receipt
from sepa.pipeline.publish import draft, publish_as, stem_of
from sepa.pipeline.telemetry import counting_refusals
from sepa.pipeline.unread import brought
from sepa.rules.files import content_seen
from sepa.schedule import local_instant
from sepa.store.places import schemas_folder
from sepa.wire.emitted import check_emitted
from sepa.wire.pain002 import Version, write_pain002

STATUS: dict[str, ReportStatus] = {
    "waiting": "ACCP",
    "accepted": "ACCP",
    "rolled": "ACWC",
    "pending-funds": "PDNG",
    "held": "PDNG",
    "routed": "PDNG",
    "handed-over": "ACSP",
    "unsettled": "RJCT",
    "rejected": "RJCT",
    "not-executed": "RJCT",
    "revoked": "RJCT",
}
UNREMARKABLE = ("accepted", "waiting", "paid")
ELSEWHERE = ("routed", "handed-over")
"""States of orders that settle in another channel, on a day that is not ours to tell."""
OLDER_GENERATION = ("pain.001.001.03", "pain.008.001.02")


def tell(
    home: Home, due: ReportDue, at: datetime.datetime, reference: Reference, charges: Charges
) -> list[Publication | Withheld]:
    """Write all that one due report asks for into its partner's outbox, and what it costs into the desk's own.

    Same journal, same bytes. What it costs comes to stand in `charges`.
    """
    file = home.journal.file(due.file_key)
    assert file is not None
    left: list[Publication | Withheld] = []
    if due.occasion.startswith("repeat:"):
        left.append(receipt(home, file, due, at, reference))
        if _can_answer(file):
            left.append(_publish_report(home, file, due, _refusal_of_repeat(home, file, due), at))
        return left
    if not _can_answer(file):
        return [receipt(home, file, due, at, reference)]
    left.append(_publish_report(home, file, due, _report(home, file, due), at))
    for cost in retried(home, due, reference, at):
        charges.add(cost)
    left += notices(home, file, due, at, reference, charges)
    left += fee_list(home, charges, due, at)
    return left


def _can_answer(file: FileRow) -> bool:
    """A status report needs the message it answers; without its id and name there is only a plain receipt."""
    return bool(file.message_id and (file.message_name or "").startswith("pain."))


def _publish_report(
    home: Home, file: FileRow, due: ReportDue, report: StatusReport, at: datetime.datetime
) -> Publication:
    version: Version = "pain.002.001.03" if file.message_name in OLDER_GENERATION else "pain.002.001.10"
    with draft(home.outbox(due.partner)) as (out, path):
        written = write_pain002(out, counting_refusals(report, due.partner), version=version)
        out.flush()
        check_emitted(path, version, schemas=schemas_folder())
        name = f"pain.002_{stem_of(file.name)}_{file.key[:12]}_{written.sha256[:16]}.xml"
        return publish_as(
            home,
            home.outbox(due.partner),
            name,
            path,
            kind=version,
            subject=file.key,
            occasion=due.occasion,
            at=at,
        )


def _head(home: Home, file: FileRow, due: ReportDue) -> StatusReport:
    identity = hashlib.sha256(f"{file.key}\n{due.occasion}".encode()).hexdigest()
    collection = (file.message_name or "").startswith("pain.008")
    return StatusReport(
        message_id=identity[:32],
        created_at=due.at,
        bank_bic=home.profile.bank.bic,
        original_message_id=file.message_id or ORIGINAL_NOT_PROVIDED,
        original_message_name=file.message_name or "",
        original_created=file.created,
        original_count=file.declared_count,
        original_control_sum=file.declared_sum,
        status=None,
        bank_serves="creditor" if collection else "debtor",
        received_at=local_instant(file.received_at, home.profile),
    )


def _refusal_of_repeat(home: Home, file: FileRow, due: ReportDue) -> StatusReport:
    again = home.journal.delivery(due.occasion.removeprefix("repeat:"))
    assert again is not None
    finding = content_seen(brought(file.name, file.received_at))
    received = local_instant(again.received_at, home.profile)
    return replace(_head(home, file, due), status="RJCT", reasons=(reason(finding),), received_at=received)


def _report(home: Home, file: FileRow, due: ReportDue) -> StatusReport:
    """The report on a judged file: as it was judged, or as it stands since a window or a person's decision."""
    as_judged = due.occasion == "judged"
    blocks = home.journal.blocks(file.key)
    lifted = frozenset() if as_judged else _lifted(home, file, blocks)
    head = _head(home, file, due)
    if _refuses(file.findings) and not lifted:
        return replace(head, status="RJCT", reasons=tuple(map(reason, file.findings)))
    counts = _counts(home, file, as_judged)
    return replace(
        head,
        status=_summary(counts),
        reasons=tuple(map(reason, remarks(file.findings))),
        counts=_merged(counts),
        blocks=_blocks(home, file, blocks, counts, as_judged, lifted),
    )


def _refuses(findings: Findings) -> bool:
    return any(finding.effect == "reject" for finding in findings)


def remarks(findings: Findings) -> Findings:
    """The findings that refuse nothing."""
    return tuple(finding for finding in findings if finding.effect != "reject")


def _lifted(home: Home, file: FileRow, blocks: list[BlockRow]) -> frozenset[int]:
    """Blocks refused with their file or as a whole, of which orders have moved since: judged again, and not refused."""
    refused = {block.position for block in blocks if _refuses(file.findings) or refused_whole(block)}
    if not refused:
        return frozenset()
    moved = {order.block for order in home.journal.orders(file.key) if order.step > 0}
    return frozenset(refused & moved)


def _counts(home: Home, file: FileRow, as_judged: bool) -> dict[int, tuple[StatusCount, ...]]:
    """Statuses of each block with how many orders and cents have them."""
    found: dict[int, list[StatusCount]] = {}
    for (block, state), (count, sum_cents) in home.journal.state_counts(
        file.key, as_judged=as_judged
    ).items():
        found.setdefault(block, []).append(StatusCount(_status(state, file), count, sum_cents))
    return {block: _merged({block: tuple(each)}) for block, each in found.items()}


def _status(state: str, file: FileRow) -> ReportStatus:
    """Paid means: debited for a transfer (ACSC), on its way to the payer's bank for a collection (ACSP)."""
    if state == "paid":
        return "ACSP" if (file.message_name or "").startswith("pain.008") else "ACSC"
    return STATUS[state]


def _merged(counts: dict[int, tuple[StatusCount, ...]]) -> tuple[StatusCount, ...]:
    merged: dict[ReportStatus, tuple[int, int]] = {}
    for each in (count for block in counts.values() for count in block):
        number, total = merged.get(each.status, (0, 0))
        merged[each.status] = (number + each.count, total + (each.sum_cents or 0))
    return tuple(StatusCount(status, *merged[status]) for status in sorted(merged))


def _summary(counts: dict[int, tuple[StatusCount, ...]]) -> ReportStatus:
    """One word for many orders: all the same, or PART as soon as some are not (yet) accepted.

    Source: ISO 20022 external status codes; sepa.wire.pain002 allows PART for groups and blocks only.
    """
    statuses = {count.status for each in counts.values() for count in each}
    if len(statuses) == 1:
        return statuses.pop()
    if statuses & {"RJCT", "PDNG"}:
        return "PART"
    return "ACWC" if "ACWC" in statuses else "ACCP" if "ACCP" in statuses else min(statuses)


def _blocks(
    home: Home,
    file: FileRow,
    blocks: list[BlockRow],
    counts: dict[int, tuple[StatusCount, ...]],
    as_judged: bool,
    lifted: frozenset[int],
) -> Iterator[BlockStatus]:
    """Every block with the orders that have something to tell; a block refused as a whole names none of them."""
    whole = {block.position for block in blocks if refused_whole(block)} - lifted
    told = groupby(_remarkable(home, file, whole, as_judged), key=lambda order: order.block)
    waiting = next(told, None)
    for block in blocks:
        orders: Iterable[OrderRow] = ()
        if waiting is not None and waiting[0] == block.position:
            orders = waiting[1]
        own = counts.get(block.position, ())
        was_refused = file.findings + block.findings if lifted else ()
        yield BlockStatus(
            id=block.id,
            status="RJCT" if block.position in whole else _summary({block.position: own}) if own else None,
            reasons=tuple(
                map(reason, remarks(block.findings) if block.position in lifted else block.findings)
            ),
            count=block.declared_count,
            control_sum=block.declared_sum,
            requested_date=block.requested_date,
            counts=own,
            transactions=(_transaction(order, file, was_refused) for order in orders),
        )
        if waiting is not None and waiting[0] == block.position:
            waiting = next(told, None)


def _remarkable(home: Home, file: FileRow, whole: Set[int], as_judged: bool) -> Iterator[OrderRow]:
    states = tuple(state for state in STATUS if state not in UNREMARKABLE)
    for order in home.journal.orders(file.key, states=states, as_judged=as_judged):
        if order.block not in whole:
            yield order


def refused_whole(block: BlockRow) -> bool:
    """Whether the block itself was refused, and with it everything inside."""
    return _refuses(block.findings)


def _transaction(order: OrderRow, file: FileRow, was_refused: Findings) -> TransactionStatus:
    """One order with its reasons. `was_refused` is why its file or block was refused, for orders left behind in it."""
    findings = order.findings
    if order.state == "rejected" and not _refuses(findings):
        findings += was_refused
    return TransactionStatus(
        key=order.key,
        status=_status(
            order.outcome if order.outcome == "rolled" and order.state == "waiting" else order.state, file
        ),
        original=order.transaction,
        reasons=tuple(map(reason, telling(findings))),
        settlement_date=None if order.state in ELSEWHERE else order.settlement_date,
    )


def telling(findings: Findings) -> Findings:
    """The findings that decided: refusals alone where there are any, else all."""
    return tuple(finding for finding in findings if finding.effect == "reject") or findings


def reason(finding: Finding) -> StatusReason:
    return StatusReason(
        code=finding.code, rule=finding.told_rule, sentence=f"{finding.message} {finding.remedy}"
    )
