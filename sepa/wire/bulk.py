"""What every bulk for the clearing has in common: its header, and the proof that it holds what was sealed."""

import datetime
import hashlib
from collections.abc import Callable, Iterable
from typing import BinaryIO

from sepa.model.broken import BrokenPromise
from sepa.model.message import Transaction
from sepa.model.payment import Bulk, Payment
from sepa.model.profile import Profile
from sepa.scheme.money import amount_text
from sepa.wire.manifest import Counted, Written
from sepa.wire.parties import agent, text

REFERENCE_CHARS = 35

ORDER_BYTES_MAX = 8192
"""No order takes more room than this in a file we write; what settlement reckons with to keep to a file's size."""
_ORDERS_AT_ONCE = 256


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


def write_bulk(
    out: BinaryIO,
    bulk: Bulk,
    orders: Iterable[tuple[Payment, Transaction]],
    *,
    opening: str,
    order: Callable[[Payment, Transaction], str],
    closing: str,
) -> Written:
    """Write `opening`, each order on its own line, `closing`; a few hundred orders are in memory at once.

    `orders` come in the order of `bulk.keys`; anything missing, strange or of another sum is BrokenPromise.
    """
    sink = Counted(out)
    lines = [opening]
    keys = iter(bulk.keys)
    count = sum_cents = 0
    for payment, transaction in orders:
        if payment.key != next(keys, None):
            raise BrokenPromise(
                f"bulk {bulk.id}: order {count + 1} is {payment.key}, which was not sealed there"
            )
        lines.append(order(payment, transaction))
        count += 1
        sum_cents += payment.amount_cents
        if len(lines) >= _ORDERS_AT_ONCE:
            sink.write("".join(lines))
            lines.clear()
    if count != bulk.count or sum_cents != bulk.sum_cents:
        raise BrokenPromise(
            f"bulk {bulk.id}: sealed {bulk.count} orders of {amount_text(bulk.sum_cents)} EUR, "
            f"given {count} of {amount_text(sum_cents)}"
        )
    sink.write("".join(lines) + closing)
    return sink.written(count, sum_cents)
