"""What a report's orders cost their clients, and the list of it for the core system, which alone charges."""

import datetime
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Final

import msgspec

from sepa.model.fee import Charge, ChargeLines
from sepa.model.finding import Findings
from sepa.model.journal import OrderRow, Publication, ReportDue
from sepa.model.notice import NoticeItem
from sepa.model.reference import Reference, account_of
from sepa.pipeline.home import DESK, Home
from sepa.pipeline.publish import Draft, draft, publish_as
from sepa.rules.fees import retry_fee
from sepa.schedule import local_instant
from sepa.wire.fees import HEAD, fee_lines
from sepa.wire.manifest import Counted, file_name, manifest

RETRIED = "FND-07"
"""The rule by which an order is tried again on a later day."""
_AT_ONCE: Final = 1000
_IN_MEMORY_BYTES: Final = 1 << 20
_encode = msgspec.msgpack.Encoder().encode


class Packed(msgspec.Struct, frozen=True):
    """Some charges in small: for the journal, their lines in the list, and what the list adds up and is named by."""

    noted: ChargeLines
    lines: bytes
    count: int
    cents: int
    without_amount: int
    first_on: datetime.date | None


_packed = msgspec.msgpack.Decoder(Packed)
Pack = Callable[[Sequence[Charge]], ChargeLines]


def packed(charges: Sequence[Charge], pack: Pack) -> Packed:
    """`charges`, in their order, as the journal packs them."""
    amounts = [each.fee.cents for each in charges]
    return Packed(
        pack(charges),
        fee_lines(charges).encode(),
        len(amounts),
        sum(filter(None, amounts)),
        amounts.count(None),
        charges[0].charged_on if charges else None,
    )


class Charges:
    """What one report costs, in the order told. Kept in small, and on the disk where there is much of it."""

    def __init__(self, spool: IO[bytes], pack: Pack) -> None:
        self._spool, self._pack_lines = spool, pack
        self._last: list[Charge] = []
        self.count = self.cents = self.without_amount = 0

    def add(self, charge: Charge) -> None:
        self._last.append(charge)
        if len(self._last) == _AT_ONCE:
            self._pack()

    def take(self, some: Packed) -> None:
        """Add many at once."""
        self._pack()
        if some.count:
            self._write(some)

    def __iter__(self) -> Iterator[ChargeLines]:
        return (some.noted for some in self.parts())

    def parts(self) -> Iterator[Packed]:
        """All of them, as they were packed."""
        self._pack()
        self._spool.seek(0)
        while size := self._spool.read(4):
            yield _packed.decode(self._spool.read(int.from_bytes(size)))

    def _pack(self) -> None:
        if self._last:
            self._write(packed(self._last, self._pack_lines))
            self._last = []

    def _write(self, some: Packed) -> None:
        self._spool.seek(0, os.SEEK_END)
        raw = _encode(some)
        self._spool.write(len(raw).to_bytes(4) + raw)
        self.count += some.count
        self.cents += some.cents
        self.without_amount += some.without_amount


@contextmanager
def charges_of(home: Home) -> Iterator[Charges]:
    """Charges of one report, empty. They are gone afterwards."""
    with tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES, dir=str(home.root)) as spool:
        yield Charges(spool, home.journal.charge_lines)


def charge_of(
    item: NoticeItem, account: str, day: datetime.date, due: ReportDue, at: datetime.datetime
) -> Charge:
    """What an item of a letter about `account`, issued on `day`, costs, exactly as the letter says it."""
    assert item.fee is not None
    return Charge(item.key, account, item.fee, day, _led_to(item.findings), due.file_key, due.occasion, at)


def _led_to(findings: Findings) -> str:
    """The rule that is told as the cause of a fee."""
    first = findings[0]
    if first.effect != "reject":
        first = next((each for each in findings if each.effect == "reject"), first)
    return first.told_rule


def retried(home: Home, due: ReportDue, reference: Reference, at: datetime.datetime) -> Iterator[Charge]:
    """What it costs that a window paid, or gave up, orders which lacked cover on an earlier day (FEE-04)."""
    if not due.occasion.startswith("window:"):
        return
    lacked = home.journal.been(due.file_key, ("pending-funds",))
    if not lacked:
        return
    on = local_instant(due.at, home.profile).date()
    for order in home.journal.orders(due.file_key, states=("paid", "unsettled"), cause=due.occasion):
        if order.key in lacked:
            lacked_on = local_instant(lacked[order.key], home.profile).date()
            yield from _retry(home, due, reference, at, order, lacked_on, on)


def _retry(
    home: Home,
    due: ReportDue,
    reference: Reference,
    at: datetime.datetime,
    order: OrderRow,
    lacked_on: datetime.date,
    on: datetime.date,
) -> Iterator[Charge]:
    account = account_of(order.debtor_iban or "", reference)
    fee = retry_fee(account, lacked_on, home.terms(due.at), on=on) if account is not None else None
    if account is not None and fee is not None:
        yield Charge(order.key, account.iban, fee, on, RETRIED, due.file_key, due.occasion, at)


def fee_list(home: Home, charges: Charges, due: ReportDue, at: datetime.datetime) -> list[Publication]:
    """Publish the list of `charges` with its manifest in the desk's own outbox; nothing where there are none."""
    first = next(charges.parts(), None)
    if first is None or first.first_on is None:
        return []
    folder = home.outbox(DESK)
    with draft(folder) as (out, path):
        sink = Counted(out)
        sink.write(HEAD)
        for some in charges.parts():
            sink.write_encoded(some.lines)
        out.flush()
        written = sink.written(charges.count, charges.cents)
        name = file_name("fees", first.first_on, written.sha256, "csv")
        beside = manifest(
            name, "fees", written, schema=None, control={"without_amount": charges.without_amount}
        )
        files: tuple[tuple[str, Draft | bytes, str], ...] = (
            (name, Draft(out, path, written.sha256), "fees"),
            (f"{name}.manifest.json", beside, "manifest"),
        )
        return [
            publish_as(home, folder, each, raw, kind=kind, subject=due.file_key, occasion=due.occasion, at=at)
            for each, raw, kind in files
        ]
