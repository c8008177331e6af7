"""What a status report says of single orders: which status and reasons, and how they are drawn."""

from collections.abc import Callable, Set

from msgspec.structs import replace

from sepa.model.alike import Alike, Blanked, Texts
from sepa.model.finding import Finding, Findings
from sepa.model.journal import BlockRow, FileRow, OrderRow
from sepa.model.report import DrawnStatuses, ReportStatus, StatusReason, TransactionStatus
from sepa.store.places import schemas_folder
from sepa.wire.emitted import WORTH_A_LOOK, all_fit
from sepa.wire.pain002 import StatusDrawing, Version

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
REMARKABLE = tuple(state for state in STATUS if state not in ("accepted", "waiting", "paid"))
"""Outcomes and states of which a report tells order by order."""
ELSEWHERE = ("routed", "handed-over")
"""States of orders that settle in another channel, on a day that is not ours to tell."""
Reasons = tuple[StatusReason, ...]
OLDER_GENERATION = ("pain.001.001.03", "pain.008.001.02")


class Reporting:
    """Draws what a report says of orders of one block."""

    def __init__(
        self, bank_bic: str, file: FileRow, blocks: dict[int, BlockRow], whole: Set[int], lifted: bool
    ) -> None:
        self._file, self._blocks, self._whole, self._lifted = file, blocks, whole, lifted
        self._version = version_of(file)
        self._drawing = StatusDrawing(bank_bic, file.message_name or "", self._version)
        self._reasons = Alike(_reasons, _pattern)

    def __call__(self, position: int, orders: list[OrderRow]) -> DrawnStatuses | None:
        """The lines of orders of one block; None where it is refused as a whole."""
        if position in self._whole:
            return None
        file, block = self._file, self._blocks[position]
        was_refused = file.findings + block.findings if self._lifted else ()
        told = [_transaction(order, file, was_refused, self._reasons) for order in orders]
        drawn = self._drawing.draw(told, block.requested_date)
        if drawn.count < WORTH_A_LOOK:
            return drawn
        return replace(drawn, fits=all_fit(drawn.text, self._version, drawn.count, schemas=schemas_folder()))


def version_of(file: FileRow) -> Version:
    """The generation of the report that answers a file: its own."""
    return "pain.002.001.03" if file.message_name in OLDER_GENERATION else "pain.002.001.10"


def refuses(findings: Findings) -> bool:
    """Whether any of these findings refuses."""
    return any(finding.effect == "reject" for finding in findings)


def status_of(state: str, file: FileRow) -> ReportStatus:
    """Paid means: debited for a transfer (ACSC), on its way to the payer's bank for a collection (ACSP)."""
    if state == "paid":
        return "ACSP" if (file.message_name or "").startswith("pain.008") else "ACSC"
    return STATUS[state]


def refused_whole(block: BlockRow) -> bool:
    """Whether the block itself was refused, and with it everything inside."""
    return refuses(block.findings)


def _transaction(
    order: OrderRow, file: FileRow, was_refused: Findings, reasons: Callable[[Findings], Reasons]
) -> TransactionStatus:
    """One order with its reasons. `was_refused` is why its file or block was refused, for orders left behind in it."""
    findings = order.findings
    if was_refused and order.state == "rejected" and not refuses(findings):
        findings += was_refused
    state = order.outcome if order.outcome == "rolled" and order.state == "waiting" else order.state
    return TransactionStatus(
        key=order.key,
        status=status_of(state, file),
        original=order.transaction,
        reasons=reasons(findings),
        settlement_date=None if order.state in ELSEWHERE else order.settlement_date,
    )


def _reasons(findings: Findings) -> Reasons:
    return tuple(map(reason, telling(findings)))


def _pattern(findings: Findings) -> Callable[[Texts], Reasons]:
    """The reasons of findings with these marks."""
    marked = [(each.code, each.rule, Blanked(each.sentence)) for each in _reasons(findings)]

    def filled(texts: Texts) -> Reasons:
        shown = {str(number): text for number, text in enumerate(texts)}
        return tuple([StatusReason(code, rule, sentence.filled(shown)) for code, rule, sentence in marked])

    return filled


def telling(findings: Findings) -> Findings:
    """The findings that decided: refusals alone where there are any, else all."""
    return tuple(finding for finding in findings if finding.effect == "reject") or findings


def reason(finding: Finding) -> StatusReason:
    return StatusReason(
        code=finding.code, rule=finding.told_rule, sentence=f"{finding.message} {finding.remedy}"
    )
