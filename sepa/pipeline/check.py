"""Judge files without changing any state: the same reading and judging, told line by line."""

import datetime
import hashlib
import os
import tempfile
from collections.abc import Callable, Collection, Iterator, Set
from pathlib import Path
from typing import Any

import msgspec

from sepa.decide import refused_blocks
from sepa.model.finding import NOTHING, Finding, Findings
from sepa.model.message import MessageHead, Piece
from sepa.model.profile import Profile
from sepa.model.reference import Reference
from sepa.model.verdict import BlockVerdict, FileVerdict, Verdict
from sepa.pipeline.desk import desk_for, judge_stream
from sepa.pipeline.patience import Measured
from sepa.rules import funds
from sepa.wire import element_path

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode

# A quote inside a text is escaped, so these bytes can only be what they say.
_ACCEPTED = b'"outcome":"accepted"'
_NO_REASONS = b'"reasons":[]}'

Line = dict[str, Any]

OVERRULED = {
    "outcome": "rejected",
    "route": None,
    "received_on": None,
    "booking_date": None,
    "settlement_date": None,
}
"""What a payment's line says once its block or file was refused, whatever it said before."""


class Checked(msgspec.Struct, frozen=True):
    """One checked file: what it is, what was decided, and its payments spooled in a temporary file."""

    path: str
    sha256: str
    verdict: FileVerdict
    spool: Any

    def lines(self) -> Iterator[bytes]:
        """The contract's JSON lines: the file, its payment blocks, its payments in the order of the file."""
        yield _encode(file_line(self))
        name = message_of(self.verdict)
        for block in self.verdict.blocks:
            yield _encode(block_line(block, name))
        yield from self.payment_lines()

    def payment_lines(self) -> Iterator[bytes]:
        """The payments' lines, with every overruling of their block or file applied."""
        overruled = refused_blocks(self.verdict)
        self.spool.seek(0)
        for raw in self.spool:
            if overruled and (line := _decode(raw))["block"] in overruled:
                yield _encode(line | OVERRULED)
            else:
                yield raw.rstrip(b"\n")

    def remarkable_lines(self) -> Iterator[bytes]:
        """Those of the payments' lines that say more than: accepted. The others are not even decoded."""
        for raw in self.payment_lines():
            if not (raw.endswith(_NO_REASONS) and _ACCEPTED in raw):
                yield raw


def check_file(
    path: Path,
    *,
    profile: Profile,
    reference: Reference,
    received_at: datetime.datetime,
    partner: str | None = None,
    every: bool = True,
    told: Callable[[int], None] = lambda _: None,
) -> Checked:
    """Judge one file as if it had been received at `received_at`. Nothing but a temporary file is written.

    `every` False keeps only the payments that have something to tell, for a reader who looks at no others.
    `told` hears now and then how many orders were judged, for a progress display.
    """
    spool = tempfile.TemporaryFile()  # noqa: SIM115  # it lives as long as the result, and goes with it
    names: list[str] = []

    def none_before(head: MessageHead) -> Findings:
        names.append(head.name)
        return NOTHING

    def note(piece: Piece, verdicts: list[Verdict]) -> None:
        told(verdicts[-1].transaction.position)
        block = piece.payment_information.id
        if not every:
            verdicts = [each for each in verdicts if each.findings or each.outcome != "accepted"]
        spool.writelines(_encode(payment_line(verdict, block, names[0])) + b"\n" for verdict in verdicts)

    def forget() -> None:
        spool.seek(0)
        spool.truncate()

    with Measured(path) as source:
        digest = hashlib.file_digest(source, "sha256").hexdigest()
        source.seek(0)
        verdict = judge_stream(
            source,
            desk_for(profile, reference, received_at, partner, path),
            digest,
            add=note,
            discard=forget,
            seen=_nothing_seen,
            unread=none_before,
        )
    return Checked(
        path=os.fsencode(path).decode("utf-8", "replace"), sha256=digest, verdict=verdict, spool=spool
    )


def file_line(checked: Checked) -> Line:
    """The line of the file itself.

    `not_judged` names the rules whose reference tables were not given, those of cover: money is looked
    at on the booking date, never before (DAT-02), and the limit of a day where the sender has one (EB-04): other
    files of the day are not seen here.
    """
    verdict = checked.verdict
    return {
        "kind": "file",
        "path": checked.path,
        "sha256": checked.sha256,
        "message": verdict.message_name,
        "message_id": verdict.message_id,
        "transactions": verdict.count,
        "control_sum": verdict.sum_text,
        "status": verdict.status,
        "reasons": [reason_line(finding, message_of(verdict)) for finding in verdict.findings],
        "not_judged": list(not_judged(verdict)),
    }


def block_line(block: BlockVerdict, message_name: str) -> Line:
    """The line of one payment block, with its count and sum as found."""
    information = block.payment_information
    return {
        "kind": "payment_information",
        "id": information.id,
        "position": information.position,
        "requested_date": information.requested_date,
        "status": block.status,
        "transactions": block.count,
        "control_sum": block.sum_text,
        "reasons": [reason_line(finding, message_name) for finding in block.findings],
    }


def not_judged(verdict: FileVerdict) -> tuple[str, ...]:
    """Ids of the rules that a check cannot judge, in the order of the rules."""
    if verdict.head is None:
        return ()
    return tuple(dict.fromkeys((*verdict.not_judged, *(rule.id for rule in funds.RULES))))


def message_of(verdict: FileVerdict) -> str:
    """The message whose tag paths a finding can be told in; empty when no message was read."""
    return verdict.head.name if verdict.head else ""


def payment_line(verdict: Verdict, payment_information: str, message_name: str) -> Line:
    """One payment as the contract shows it. A date or route that was never reached is null.

    A payment outside SEPA has no route of ours; `family` is there for it alone and names its own.
    """
    transaction = verdict.transaction
    family = {} if verdict.route in (None, "on-us", "clearing") else {"family": verdict.route}
    return family | {
        "kind": "payment",
        "key": verdict.key,
        "payment_information": payment_information,
        "block": transaction.block,
        "position": transaction.position,
        "end_to_end_id": transaction.end_to_end_id,
        "amount": transaction.amount,
        "currency": transaction.currency,
        "outcome": verdict.outcome,
        "route": verdict.route if verdict.route in ("on-us", "clearing") else None,
        "received_on": verdict.received_on,
        "booking_date": verdict.booking_date,
        "settlement_date": verdict.settlement_date,
        "reasons": [reason_line(finding, message_name) for finding in verdict.findings],
    }


def reason_line(finding: Finding, message_name: str) -> Line:
    """A reason with the tag path of the message it was found in, said in English.

    Where no message could be read, the element is a place in the file and stands as it is.
    """
    return {
        "code": finding.code,
        "rule": finding.told_rule,
        "source": finding.source,
        "element": element_path(finding.element, message_name) if message_name else finding.element,
        "found": finding.found,
        "expected": str(finding.expected),
        "message": str(finding.message),
        "remedy": str(finding.remedy),
        "effect": finding.effect,
    }


def _nothing_seen(_: Collection[str]) -> Set[str]:
    return frozenset()
