"""Writes pain.002, the status report to a sender, in both generations.

A report is ISO usage by agreement: EPC132-08 itself knows only refusals, without additional lines and counts.
"""

import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial
from typing import BinaryIO, Literal

from sepa.model.message import Agent
from sepa.model.report import (
    ORIGINAL_NOT_PROVIDED,
    BlockStatus,
    DrawnStatuses,
    StatusCount,
    StatusReason,
    StatusReport,
    TransactionStatus,
)
from sepa.model.same import Same
from sepa.scheme.characters import to_sepa_text
from sepa.scheme.money import amount_text, cents
from sepa.wire.echo import agent, asked_for, told
from sepa.wire.emitted import Stretch
from sepa.wire.manifest import Counted, Written
from sepa.wire.parties import reference

Version = Literal["pain.002.001.10", "pain.002.001.03"]

LINE_CHARS = 105
_REFERENCE_CHARS = 35
_PIECES_AT_ONCE = 128

# An account number in a sentence, in one word or in fours. RF begins a creditor reference, ZZZ fills a
# creditor identifier: neither is an account.
_ACCOUNT_IN_TEXT = re.compile(
    r"\b(?!RF)[A-Z]{2}[0-9]{2}(?!ZZZ)(?:[A-Za-z0-9]{11,30}|(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,3})?)\b",
    re.ASCII,
)


_is_plain = re.compile(r"(?:[a-zA-Z0-9/\-?:().,'+]++ )*+[a-zA-Z0-9/\-?:().,'+]++", re.ASCII).fullmatch
"""Words of the SEPA character set with one blank between each two."""


def write_pain002(
    out: BinaryIO, report: StatusReport, *, version: Version, fitting: list[Stretch] | None = None
) -> Written:
    """Write `report` as one pain.002 of `version`, streaming; each transaction on a line of its own.

    Every reason names the bank as its originator. Sentences go out in the SEPA character set, in lines of at
    most 105 characters, with account numbers masked; names and references of the order itself as received.
    Returns the number of transactions reported on and the sum of those amounts that are whole cents. Where those stand
    that are known to fit is added to `fitting`, for `check_emitted`.
    Source: ISO 20022 pain.002.001.10 and .03; EPC132-08, pain.002.
    """
    drawing = StatusDrawing(report.bank_bic, report.original_message_name, version)
    sink = Counted(out)
    pieces = [_opening(report, version, drawing.originator)]
    count = sum_cents = 0
    for block in report.blocks:
        pieces.append(_block_opening(block, drawing.originator))
        for drawn in block.transactions:
            sink.write("".join(pieces))
            begin = sink.bytes
            sink.write_encoded(drawn.text)
            if drawn.fits and fitting is not None:
                fitting.append(Stretch(begin, sink.bytes, drawn.count))
            pieces.clear()
            count += drawn.count
            sum_cents += drawn.sum_cents
        pieces.append("</OrgnlPmtInfAndSts>\n")
        if len(pieces) >= _PIECES_AT_ONCE:
            sink.write("".join(pieces))
            pieces.clear()
    pieces.append("</CstmrPmtStsRpt></Document>\n")
    sink.write("".join(pieces))
    return sink.written(count, sum_cents)


class StatusDrawing:
    """Draws transactions as they stand in the report of one bank on one message, wherever in it they stand."""

    def __init__(self, bank_bic: str, original_message_name: str, version: Version) -> None:
        self._modern = version == "pain.002.001.10"
        self._collection = original_message_name.startswith("pain.008")
        self.originator = _originator(bank_bic, self._modern)
        self._reasons = Same(partial(_reasons, originator=self.originator))

    def draw(self, statuses: Sequence[TransactionStatus], requested_date: str | None) -> DrawnStatuses:
        """Transactions of one block, each on a line of its own; `requested_date` is what the block asks for."""
        collection, modern, reasons = self._collection, self._modern, self._reasons
        asked = asked_for(requested_date, collection, modern)
        return DrawnStatuses(
            text="".join(
                [told(each, reasons(each.reasons), asked, collection, modern) for each in statuses]
            ).encode(),
            count=len(statuses),
            sum_cents=sum([cents(each.original.amount or "") or 0 for each in statuses]),
            refused=Counter([why.code for each in statuses if each.status == "RJCT" for why in each.reasons]),
        )


def masked(sentence: str) -> str:
    """Hide the middle of every account number: `SK65 ... 6783` (VI.3(30)). Other references stay whole."""
    return _ACCOUNT_IN_TEXT.sub(lambda found: f"{found[0][:4]} ... {found[0][-4:]}", sentence)


def additional_lines(reason: StatusReason) -> list[str]:
    """AddtlInf: the rule's id and the sentence, masked, in the SEPA character set, 105 characters a line."""
    told = f"{reason.rule} {masked(reason.sentence)}"
    if _is_plain(told) is None:
        told = to_sepa_text(" ".join(told.split()))
    if not told or len(told) <= LINE_CHARS:
        return [told] * bool(told)
    lines, start = [], 0
    while len(told) - start > LINE_CHARS:
        end = told.rfind(" ", start, start + LINE_CHARS + 1)
        if end < 0 or "  " in told:  # a word longer than a line, or a gap: that is wrapped otherwise
            return textwrap.wrap(told, LINE_CHARS, break_on_hyphens=False)
        lines.append(told[start:end])
        start = end + 1
    return [*lines, told[start:]]


def _opening(report: StatusReport, version: Version, originator: str) -> str:
    side = "DbtrAgt" if report.bank_serves == "debtor" else "CdtrAgt"
    # An id that is itself the fault (empty, too long) must not be cut into another's id.
    readable = 1 <= len(report.original_message_id) <= _REFERENCE_CHARS
    original_id = report.original_message_id if readable else ORIGINAL_NOT_PROVIDED
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{version}"><CstmrPmtStsRpt>'
        f"<GrpHdr>{reference('MsgId', report.message_id)}"
        f"<CreDtTm>{report.created_at.isoformat(timespec='seconds')}</CreDtTm>"
        f"{agent(side, Agent(bic=report.bank_bic), version == 'pain.002.001.10')}</GrpHdr>\n"
        f"<OrgnlGrpInfAndSts>{reference('OrgnlMsgId', original_id)}"
        f"{reference('OrgnlMsgNmId', report.original_message_name)}"
        f"{reference('OrgnlCreDtTm', report.original_created)}"
        f"{reference('OrgnlNbOfTxs', report.original_count)}"
        f"{reference('OrgnlCtrlSum', report.original_control_sum)}"
        f"{reference('GrpSts', report.status)}{_reasons(report.reasons, originator)}"
        f"{_receipt(report, originator)}{_counts(report.counts)}</OrgnlGrpInfAndSts>\n"
    )


def _receipt(report: StatusReport, originator: str) -> str:
    """The receipt stamp, as additional information without a reason; EPC132-08 has no field for it (REC-01)."""
    if report.received_at is None:
        return ""
    received = reference("AddtlInf", f"Received {report.received_at.isoformat(timespec='seconds')}")
    return f"<StsRsnInf>{originator}{received}</StsRsnInf>"


def _block_opening(block: BlockStatus, originator: str) -> str:
    return (
        f"<OrgnlPmtInfAndSts>{reference('OrgnlPmtInfId', block.id)}"
        f"{reference('OrgnlNbOfTxs', block.count)}{reference('OrgnlCtrlSum', block.control_sum)}"
        f"{reference('PmtInfSts', block.status)}{_reasons(block.reasons, originator)}"
        f"{_counts(block.counts)}\n"
    )


def _originator(bic: str, modern: bool) -> str:
    inner = reference("AnyBIC" if modern else "BICOrBEI", bic)
    return f"<Orgtr><Id><OrgId>{inner}</OrgId></Id></Orgtr>"


def _reasons(reasons: Iterable[StatusReason], originator: str) -> str:
    return "".join([_reason(each, originator) for each in reasons])


def _reason(reason: StatusReason, originator: str) -> str:
    # What stands in the SEPA character set needs no escape.
    lines = "</AddtlInf><AddtlInf>".join(additional_lines(reason))
    told = f"<AddtlInf>{lines}</AddtlInf>" if lines else ""
    return f"<StsRsnInf>{originator}<Rsn>{reference('Cd', reason.code)}</Rsn>{told}</StsRsnInf>"


def _counts(counts: Iterable[StatusCount]) -> str:
    return "".join([_count(each) for each in counts])


def _count(each: StatusCount) -> str:
    total = reference("DtldCtrlSum", None if each.sum_cents is None else amount_text(each.sum_cents))
    detail = f"<DtldNbOfTxs>{each.count}</DtldNbOfTxs><DtldSts>{each.status}</DtldSts>{total}"
    return f"<NbOfTxsPerSts>{detail}</NbOfTxsPerSts>"
