"""What every bulk for the clearing has in common: its header, and the proof that it holds what was sealed."""

import datetime
import hashlib
from collections.abc import Iterable
from typing import BinaryIO

import msgspec

from sepa.model.broken import BrokenPromise
from sepa.model.payment import Bulk
from sepa.model.profile import Profile
from sepa.model.sheet import Sheet
from sepa.scheme.money import amount_text
from sepa.wire.manifest import Counted, Written
from sepa.wire.parties import agent, text

REFERENCE_CHARS = 35

ORDER_BYTES_MAX = 8192
"""No order takes more room than this in a file we write; what settlement reckons with to keep to a file's size."""


def message_id(bulk_id: str) -> str:
    """The MsgId of a bulk: its id where that is a fit reference, else 35 hex digits of the id's SHA-256.

    Source: EPC132-08 on references: at most 35 characters, no slash at an end, none doubled.
    """
    fits = len(bulk_id) <= REFERENCE_CHARS and all(
        part and part.isascii() and part.replace("-", "").isalnum() for part in bulk_id.split("/")
    )
    return bulk_id if fits else hashlib.sha256(bulk_id.encode()).hexdigest()[:REFERENCE_CHARS]


def group_header(bulk: Bulk, profile: Profile, created_at: datetime.datetime) -> str:
    """GrpHdr of pacs.008 and pacs.003. Source: EPC115-06, GrpHdr.

    The payment type stands with each order: ISO forbids it at both levels, and orders of one bulk
    may differ in category purpose and sequence type.
    """
    return (
        f"<GrpHdr><MsgId>{message_id(bulk.id)}</MsgId>"
        f"<CreDtTm>{created_at.isoformat(timespec='seconds')}</CreDtTm>"
        f"<NbOfTxs>{bulk.count}</NbOfTxs>"
        f'<TtlIntrBkSttlmAmt Ccy="EUR">{amount_text(bulk.sum_cents)}</TtlIntrBkSttlmAmt>'
        f"<IntrBkSttlmDt>{bulk.settlement_date.isoformat()}</IntrBkSttlmDt>"
        f"{settlement_means(profile)}{agent('InstgAgt', profile.bank.bic)}</GrpHdr>\n"
    )


def settlement_means(profile: Profile) -> str:
    """SttlmInf: how the banks settle among themselves, and in which clearing."""
    clearing = profile.clearing
    system = text("Prtry", clearing.clearing_system) if clearing.settlement_method == "CLRG" else ""
    return (
        f"<SttlmInf><SttlmMtd>{clearing.settlement_method}</SttlmMtd>"
        f"{f'<ClrSys>{system}</ClrSys>' if system else ''}</SttlmInf>"
    )


class Drawn(msgspec.Struct, frozen=True):
    """Some consecutive orders of a bulk as text, one a line; their keys and the sum of their cents."""

    keys: tuple[str, ...]
    sum_cents: int
    text: bytes


def drawn(sheet: Sheet, lines: Iterable[str]) -> Drawn:
    """The orders of a sheet, each on its line."""
    return Drawn(sheet.keys, sum(sheet.amounts_cents), "".join(lines).encode())


class BulkFile:
    """One file of orders being written: `opening`, the parts in their order, `closing`.

    The orders are exactly those of `bulk.keys`, in that order; anything missing, strange or of another sum is
    BrokenPromise.
    """

    def __init__(self, out: BinaryIO, bulk: Bulk, *, opening: str, closing: str) -> None:
        self._sink = Counted(out)
        self._bulk, self._closing = bulk, closing
        self._count = self._sum_cents = 0
        self._sink.write(opening)

    def add(self, part: Drawn) -> None:
        """Write the next orders."""
        before, self._count = self._count, self._count + len(part.keys)
        if part.keys != self._bulk.keys[before : self._count]:
            raise BrokenPromise(f"bulk {self._bulk.id}: {self._strange(part, before)}")
        self._sum_cents += part.sum_cents
        self._sink.write_encoded(part.text)

    def close(self) -> Written:
        """Write the closing, and say what was written."""
        count, sum_cents = self._count, self._sum_cents
        if count != self._bulk.count or sum_cents != self._bulk.sum_cents:
            raise BrokenPromise(
                f"bulk {self._bulk.id}: sealed {self._bulk.count} orders of "
                f"{amount_text(self._bulk.sum_cents)} EUR, given {count} of {amount_text(sum_cents)}"
            )
        self._sink.write(self._closing)
        return self._sink.written(count, sum_cents)

    def _strange(self, part: Drawn, before: int) -> str:
        sealed = (*self._bulk.keys[before:], *[None] * len(part.keys))
        number, key = next(
            (number, key)
            for number, (key, other) in enumerate(zip(part.keys, sealed, strict=False), before + 1)
            if key != other
        )
        return f"order {number} is {key}, which was not sealed there"
