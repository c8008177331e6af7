"""A hand-over: orders outside SEPA as they came, with what was decided on each, for the channel that carries them out.

One XML file per channel, family, currency and day: `HandOver` holds an `Order` each, and that the sender's own
`Document` with this one order, byte for byte. The form is ours.
"""

import datetime
import re
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, Final

import msgspec
from lxml import etree

from sepa.model.broken import BrokenPromise
from sepa.model.payment import Bulk
from sepa.scheme.money import amount_text, cents
from sepa.wire.manifest import Counted, Written
from sepa.wire.xml import attributes

NAMESPACE: Final = "urn:sepa-clearing-desk:hand-over:1"
# A document inside another has no declaration of its own; what is handed over is UTF-8, or it was refused.
_DECLARATION: Final = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*\?>", re.ASCII)


class OrderAway(msgspec.Struct, frozen=True):
    """What was decided on one order. `charge_bearer` is the one to use; days as in EXE-06."""

    key: str
    file_key: str
    amount_cents: int
    received_on: datetime.date
    due_on: datetime.date
    correspondent_by: datetime.date | None
    payee_bank_by: datetime.date
    charge_bearer: str | None


def write_hand_over(out: BinaryIO, bulk: Bulk, orders: Iterable[tuple[OrderAway, bytes]]) -> Written:
    """Write the orders, one in memory at a time. They come in the order of `bulk.keys`; else BrokenPromise."""
    channel, family, currency = bulk.scheme.split("/")
    sink = Counted(out)
    head = {
        "xmlns": NAMESPACE,
        "bulk": bulk.id,
        "channel": channel,
        "family": family,
        "currency": currency,
        "day": bulk.settlement_date.isoformat(),
        "window": bulk.window.isoformat(timespec="seconds"),
        "count": str(bulk.count),
        "sum": amount_text(bulk.sum_cents),
    }
    sink.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<HandOver{attributes(head)}>\n')
    keys = iter(bulk.keys)
    count = sum_cents = 0
    for order, document in orders:
        if order.key != next(keys, None):
            raise BrokenPromise(f"bulk {bulk.id}: order {order.key} was not sealed there")
        sink.write(f"<Order{attributes(_decided(order))}>\n")
        sink.write(_DECLARATION.sub(b"", document).decode("utf-8-sig").strip())
        sink.write("\n</Order>\n")
        count += 1
        sum_cents += order.amount_cents
    sink.write("</HandOver>\n")
    if count != bulk.count or sum_cents != bulk.sum_cents:
        raise BrokenPromise(
            f"bulk {bulk.id}: sealed {bulk.count} orders, written {count}, or their sums differ"
        )
    return sink.written(count, sum_cents)


def check_hand_over(path: Path, bulk: Bulk) -> None:
    """Read a finished file once more. BrokenPromise when it is no XML, or not the orders of `bulk` and their sum."""
    keys: list[str | None] = []
    sum_cents = 0
    try:
        for _, element in etree.iterparse(
            str(path), tag=f"{{{NAMESPACE}}}Order", resolve_entities=False, no_network=True, huge_tree=True
        ):
            keys.append(element.get("key"))
            sum_cents += cents(element.get("amount") or "") or 0
            element.clear()
    except etree.XMLSyntaxError as error:
        raise BrokenPromise(f"hand-over {bulk.id} is no XML, line {error.lineno}: {error.msg}") from error
    if tuple(keys) != bulk.keys or sum_cents != bulk.sum_cents:
        raise BrokenPromise(f"hand-over {bulk.id} does not hold what was sealed")


def _decided(order: OrderAway) -> dict[str, str]:
    told = {
        "key": order.key,
        "file": order.file_key,
        "amount": amount_text(order.amount_cents),
        "receivedOn": order.received_on.isoformat(),
        "dueOn": order.due_on.isoformat(),
        "correspondentBy": order.correspondent_by.isoformat() if order.correspondent_by else None,
        "payeeBankBy": order.payee_bank_by.isoformat(),
        "chargeBearer": order.charge_bearer,
    }
    return {name: value for name, value in told.items() if value is not None}
