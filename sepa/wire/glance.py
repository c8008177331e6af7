"""The quick look at a finished bulk: most orders by a pattern, the rest by the schema, a few hundred at a time.

Each order stands on a line of its own and is an element of its own, so the file is valid when each of its lines is,
between the same opening and closing. Wherever a file is not of that form the look is unsure, which is no fault.
"""

import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

import msgspec
from lxml import etree

from sepa.scheme.money import cents

_OPENING = re.compile(
    rb'<\?xml version="1\.0" encoding="UTF-8"\?>\n<Document xmlns="[a-z0-9:.]+"><([A-Za-z]+)><[^!?]+\n'
)
_BLOCK_BYTES = 1 << 20
_SHOWN_AT_ONCE = 256


class Total(msgspec.Struct, frozen=True):
    """How many orders a file holds, and their sum in cents."""

    count: int
    sum_cents: int


class Names(NamedTuple):
    """The tags of a message, as lxml gives them: an order, its amount, and what the header says of both."""

    order: str
    amount: str
    stated_count: str
    stated_sum: str


class _Unsure(Exception):
    """Something is not as our writers leave it."""


class Seen(msgspec.Struct, frozen=True):
    """What orders a look `found`, all of them valid, and what the header beside them `said`."""

    found: Total
    said: Total | None


def glance(stream: BinaryIO, names: Names, schema: etree.XMLSchema, fits: re.Pattern[bytes]) -> Seen | None:
    """Look through a file once. Memory stays flat. None means unsure: somebody must look closely.

    `fits` matches only whole lines that are valid, with the group `amount` (two decimals); see `outline`. What it does
    not match is shown to `schema`, and so is the first order with the header.
    """
    try:
        look = _Look(stream, names, schema)
        for block in look.blocks():
            look.over(block, fits)
        look.show()
    except (_Unsure, etree.XMLSyntaxError):
        return None
    return Seen(Total(look.count, look.sum_cents), look.said)


def all_seen(looks: Iterable[Seen | None]) -> Total | None:
    """Looks at parts of one file, each between its opening and its closing, put together.

    Its count and sum where every look was sure and the header says just them, else None.
    """
    count = sum_cents = 0
    said = set()
    for look in looks:
        if look is None:
            return None
        count, sum_cents = count + look.found.count, sum_cents + look.found.sum_cents
        said.add(look.said)
    return Total(count, sum_cents) if said == {Total(count, sum_cents)} else None


class _Look:
    """What was counted so far, and the lines that the schema itself is still to be shown."""

    def __init__(self, stream: BinaryIO, names: Names, schema: etree.XMLSchema) -> None:
        self.count = self.sum_cents = 0
        self.said: Total | None = None
        self._stream, self._names, self._schema = stream, names, schema
        self._mark = f"<{names.order.rpartition('}')[2]}>".encode()
        self._opening = stream.readline(_BLOCK_BYTES) + stream.readline(_BLOCK_BYTES)
        found = _OPENING.fullmatch(self._opening)
        if found is None:
            raise _Unsure
        self._closing = b"</" + found[1] + b"></Document>\n"
        self._aside = [stream.readline(_BLOCK_BYTES)]  # with the first order the header is shown

    def blocks(self) -> Iterator[bytes]:
        """All lines between the first and the closing, a megabyte at a time."""
        while True:
            block = self._stream.read(_BLOCK_BYTES) + self._stream.readline(_BLOCK_BYTES)
            if not block.endswith(b"\n"):
                raise _Unsure
            last = block.rfind(b"\n", 0, -1) + 1
            if block.startswith(self._mark, last):
                yield block
                continue
            yield block[:last]
            if block[last:] != self._closing or self._stream.read(1):
                raise _Unsure
            return

    def over(self, block: bytes, fits: re.Pattern[bytes]) -> None:
        """Count what fits; put the rest aside."""
        at = 0
        amounts: list[bytes] = []
        while at < len(block):
            for fit in iter(fits.scanner(block, at).match, None):  # type: ignore[attr-defined]
                amounts.append(fit["amount"])
                at = fit.end()
            if at < len(block):
                end = block.index(b"\n", at) + 1
                self._aside.append(block[at:end])
                at = end
                if len(self._aside) >= _SHOWN_AT_ONCE:
                    self.show()
        self.count += len(amounts)
        self.sum_cents += sum(map(int, b" ".join(amounts).replace(b".", b"").split()))

    def show(self) -> None:
        """Have the schema judge the lines put aside: each must be one order, and all of them valid."""
        if not self._aside:
            return
        document = etree.fromstring(b"".join([self._opening, *self._aside, self._closing]))
        orders = list(document[0])[1:]
        if not self._schema.validate(document) or len(orders) != len(self._aside):
            raise _Unsure
        self.said = self.said or _said(document, self._names)
        for order in orders:
            if order.tag != self._names.order:
                raise _Unsure
            self.sum_cents += sum(cents(each.text or "") or 0 for each in order.iter(self._names.amount))
        self.count += len(orders)
        self._aside.clear()


def _said(document: "etree._Element", names: Names) -> Total:
    count, total = (next(document.iter(tag), None) for tag in (names.stated_count, names.stated_sum))
    if count is None or total is None:
        raise _Unsure
    return Total(int(count.text or ""), cents(total.text or "") or 0)
