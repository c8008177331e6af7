"""Tell: what became of a file, for the sender's machine (pain.002) and for the people it hits (notices, receipts)."""

import datetime
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import groupby
from operator import itemgetter

from msgspec.structs import replace

from sepa.model.finding import Findings
from sepa.model.journal import BlockRow, FileRow, Publication, ReportDue, Withheld
from sepa.model.reference import Reference
from sepa.model.report import (
    ORIGINAL_NOT_PROVIDED,
    BlockStatus,
    ReportStatus,
    StatusCount,
    StatusReport,
)
from sepa.pipeline.answer import Answer, BlockLines
from sepa.pipeline.beside import collected_later
from sepa.pipeline.charges import Charges, fee_list, retried
from sepa.pipeline.gathering import Post
from sepa.pipeline.home import Home
from sepa.pipeline.letterheads import Letterheads
from sepa.pipeline.notices import laid_down, receipt
from sepa.pipeline.publish import Draft, draft, publish_as, stem_of
from sepa.pipeline.status import Reporting, reason, refused_whole, refuses, status_of, version_of
from sepa.pipeline.telemetry import counting_refusals
from sepa.pipeline.unread import brought
from sepa.rules.files import content_seen
from sepa.schedule import local_instant
from sepa.store.places import schemas_folder
from sepa.wire.emitted import Stretch, check_emitted
from sepa.wire.pain002 import write_pain002


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
    for cost in retried(home, due, reference, at):
        charges.add(cost)
    with ExitStack() as drafts:
        heads = Letterheads(home, file, due, reference)
        post = Post(heads, file, home.outbox(due.partner) / "notices", drafts)
        answer = Answer(home, file, due, at, heads, post, charges, drafts)
        with collected_later():
            left.append(_publish_report(home, file, due, _report(home, file, due, answer), at))
            answer.tell_letters()
        left += laid_down(home, file, due, at, post)
    left += fee_list(home, charges, due, at)
    return left


def _can_answer(file: FileRow) -> bool:
    """A status report needs the message it answers; without its id and name there is only a plain receipt."""
    return bool(file.message_id and (file.message_name or "").startswith("pain."))


def _publish_report(
    home: Home, file: FileRow, due: ReportDue, report: StatusReport, at: datetime.datetime
) -> Publication:
    version = version_of(file)
    fitting: list[Stretch] = []
    with draft(home.outbox(due.partner)) as (out, path):
        told = counting_refusals(report, due.partner)
        written = write_pain002(out, told, version=version, fitting=fitting)
        out.flush()
        check_emitted(path, version, schemas=schemas_folder(), fitting=fitting)
        name = f"pain.002_{stem_of(file.name)}_{file.key[:12]}_{written.sha256[:16]}.xml"
        return publish_as(
            home,
            home.outbox(due.partner),
            name,
            Draft(out, path, written.sha256),
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


def _report(home: Home, file: FileRow, due: ReportDue, answer: Answer) -> StatusReport:
    """The report on a judged file: as it was judged, or as it stands since a window or a person's decision."""
    as_judged = due.occasion == "judged"
    blocks = home.journal.blocks(file.key)
    lifted = frozenset() if as_judged else _lifted(home, file, blocks)
    head = _head(home, file, due)
    if refuses(file.findings) and not lifted:
        return replace(head, status="RJCT", reasons=tuple(map(reason, file.findings)))
    counts = _counts(home, file, as_judged)
    return replace(
        head,
        status=_summary(counts),
        reasons=tuple(map(reason, remarks(file.findings))),
        counts=_merged(counts),
        blocks=_blocks(home, file, blocks, counts, answer, lifted),
    )


def remarks(findings: Findings) -> Findings:
    """The findings that refuse nothing."""
    return tuple(finding for finding in findings if finding.effect != "reject")


def _lifted(home: Home, file: FileRow, blocks: list[BlockRow]) -> frozenset[int]:
    """Blocks refused with their file or as a whole, of which orders have moved since: judged again, and not refused."""
    refused = {block.position for block in blocks if refuses(file.findings) or refused_whole(block)}
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
        found.setdefault(block, []).append(StatusCount(status_of(state, file), count, sum_cents))
    return {block: _merged({block: tuple(each)}) for block, each in found.items()}


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
    answer: Answer,
    lifted: frozenset[int],
) -> Iterator[BlockStatus]:
    """Every block with the orders that have something to tell; a block refused as a whole names none of them."""
    whole = {block.position for block in blocks if refused_whole(block)} - lifted
    reporting = Reporting(
        home.profile.bank.bic, file, {block.position: block for block in blocks}, whole, bool(lifted)
    )
    remarkable = sum(each.count for own in counts.values() for each in own if each.status != "ACCP")
    told = groupby(answer.statuses(reporting, remarkable), key=itemgetter(0))
    waiting = next(told, None)
    for block in blocks:
        drawn: Iterable[BlockLines] = ()
        if waiting is not None and waiting[0] == block.position:
            drawn = waiting[1]
        own = counts.get(block.position, ())
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
            transactions=map(itemgetter(1), drawn),
        )
        if waiting is not None and waiting[0] == block.position:
            waiting = next(told, None)
