"""The lines of a verdict, made wherever a file is judged. An order's tells what moves and what was sent in one."""

from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Any

import msgspec

from sepa.model.broken import BrokenPromise
from sepa.model.journal import first_state
from sepa.model.verdict import FileVerdict, Verdict
from sepa.store.sql.chain import with_digests
from sepa.store.sql.rows import day_text, findings_text, json_text

_packed = msgspec.msgpack.Decoder(tuple[bytes, list[list[Any]]])

Line = list[Any]

ORDER_LINE = (
    "key", "file_key", "position", "block", "state", "step", "outcome", "route", "amount_cents",
    "received_on", "booking_date", "settlement_date", "debtor_iban", "creditor_iban",
    "local_instrument", "sequence_type",
    "creditor_identifier", "mandate_id", "fingerprint", "findings", "transaction",
)  # fmt: skip
KEPT_LINE, SENT_LINE = (*ORDER_LINE[:-1], "number"), ("number", "transaction")
"""The two rows that an order's line becomes."""
_text = itemgetter(-1)


def order_line(file_key: str, verdict: Verdict) -> Line:
    transaction = verdict.transaction
    mandate = transaction.mandate
    state = first_state(verdict.outcome)
    line = [
        verdict.key, file_key, transaction.position, transaction.block, state, 0, verdict.outcome,
        verdict.route, verdict.amount_cents, day_text(verdict.received_on), day_text(verdict.booking_date),
        day_text(verdict.settlement_date), transaction.debtor_account.iban, transaction.creditor_account.iban,
        transaction.payment_type.local_instrument, transaction.payment_type.sequence_type,
        transaction.creditor_identifier, mandate.mandate_id if mandate is not None else None,
        verdict.fingerprint or None, findings_text(verdict.findings), json_text(transaction),
    ]  # fmt: skip
    if state == "waiting" and None in line[7:14]:
        raise BrokenPromise(
            f"order {verdict.key} cannot wait without an amount, a route, its days and accounts"
        )
    return line


def file_line(verdict: FileVerdict) -> dict[str, Any]:
    head = verdict.head
    header = head.group_header if head is not None else None
    return {
        "status": verdict.status,
        "kind": head.kind if head is not None else None,
        "message_name": head.name if head is not None else verdict.message_name,
        "message_id": header.message_id if header is not None else verdict.message_id,
        "created": header.created if header is not None else None,
        "declared_count": header.number_of_transactions if header is not None else None,
        "declared_sum": header.control_sum if header is not None else None,
        "count": verdict.count,
        "sum_text": verdict.sum_text,
        "findings": findings_text(verdict.findings),
        "not_judged": json_text(verdict.not_judged),
    }


def block_lines(file_key: str, verdict: FileVerdict) -> Iterator[dict[str, Any]]:
    for block in verdict.blocks:
        kind = block.payment_information.payment_type
        yield {
            "file_key": file_key,
            "position": block.payment_information.position,
            "id": block.payment_information.id,
            "status": block.status,
            "requested_date": block.payment_information.requested_date,
            "batch_booking": block.payment_information.batch_booking,
            "declared_count": block.payment_information.number_of_transactions,
            "declared_sum": block.payment_information.control_sum,
            "count": block.count,
            "sum_text": block.sum_text,
            "findings": findings_text(block.findings),
            "category_purpose": kind.category_purpose if kind is not None else None,
        }


def sent_apart(lines: list[Line], numbers: range) -> list[tuple[int, str]]:
    """Take the Transactions out of orders' lines, which name their numbers instead, and return them as rows."""
    sent = list(zip(numbers, map(_text, lines), strict=True))
    for number, line in zip(numbers, lines, strict=True):
        line[-1] = number
    return sent


def packed_orders(file_key: str, verdicts: Sequence[Verdict]) -> bytes:
    """The lines that `FileSealing.add` would write with their digests, for `add_lines`. Each is packed only once."""
    return with_digests([order_line(file_key, each) for each in verdicts])


def unpacked_orders(packed: bytes) -> tuple[bytes, list[Line]]:
    """Digests and lines out of `packed_orders`."""
    return _packed.decode(packed)
