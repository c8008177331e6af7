"""What we shall pay: Payments, the Bulks they leave in, and the postings that go with them.

An accepted Transaction becomes a Payment; only a Payment can reach a settlement file.
"""

import datetime
import hashlib
from collections.abc import Iterable
from typing import Literal, NamedTuple

import msgspec

from sepa.model.finding import Finding, Findings
from sepa.model.message import Kind
from sepa.model.verdict import Route

BulkKind = Literal["pacs.008", "pacs.003", "on-us", "hand-over"]
BULK_ID_CHARS = 24


class Payment(msgspec.Struct, frozen=True, gc=False):
    """An accepted order, dated and routed: what choosing and funding need, and no more.

    Names and texts stay in the journal and are read again, in small batches, when a bulk is written.
    `batch_booking` is None where the sender did not say how its account is to be booked.
    `received_at` and `position` decide who is first when money is short. `released_at` is the instant at which a
    person last released the order from a hold, None where nobody did. `category_purpose` is the block's, as sent.
    """

    key: str
    file_key: str
    position: int
    block: int
    partner: str
    kind: Kind
    route: Route
    amount_cents: int
    debtor_iban: str
    creditor_iban: str
    received_at: datetime.datetime
    booking_date: datetime.date
    settlement_date: datetime.date
    batch_booking: bool | None = None
    local_instrument: str | None = None
    sequence_type: str | None = None
    creditor_identifier: str | None = None
    mandate_id: str | None = None
    released_at: datetime.datetime | None = None
    category_purpose: str | None = None


class Posting(msgspec.Struct, frozen=True, gc=False):
    """One side of a double entry. `account` is an IBAN of ours or an internal account such as `CLEARING:SCT`.

    `amount_cents` are euro cents, which balance. On an account in another `currency` it moves `own_cents` of that
    currency, at `rate` millionths of its unit for one euro (EXE-09); both are None where no rate was known.
    """

    key: str
    account: str
    side: Literal["debit", "credit"]
    amount_cents: int
    booking_date: datetime.date
    value_date: datetime.date
    currency: str | None = None
    own_cents: int | None = None
    rate: int | None = None

    @property
    def moved_cents(self) -> int:
        """What it moves on the account, in the account's currency; nothing where that is not known."""
        return self.amount_cents if self.currency is None else self.own_cents or 0


class Bulk(msgspec.Struct, frozen=True):
    """Orders that leave in one file, fixed for ever. `id` is computed from window, kind, date and members.

    `scheme` of a hand-over is channel, family and currency, such as `foreign-desk/standard/USD`; its sum is in
    hundredths of that currency.
    """

    id: str
    kind: BulkKind
    window: datetime.datetime
    settlement_date: datetime.date
    keys: tuple[str, ...]
    sum_cents: int
    scheme: str = ""

    @property
    def count(self) -> int:
        return len(self.keys)

    @property
    def currency(self) -> str:
        return self.scheme.rpartition("/")[2] if self.kind == "hand-over" else "EUR"


class Departure(msgspec.Struct, frozen=True):
    """A bulk as it began to leave, and when."""

    at: datetime.datetime
    bulk: Bulk


def sealed_bulk(
    kind: BulkKind,
    window: datetime.datetime,
    settlement_date: datetime.date,
    scheme: str,
    members: Iterable[str],
    sum_cents: int,
) -> Bulk:
    """Make the Bulk of `members`, keys in the order in which they leave, with the sum of their cents."""
    keys = tuple(members)
    instant = window.astimezone(datetime.UTC).isoformat()
    content = "\n".join((kind, instant, settlement_date.isoformat(), scheme, *keys))
    return Bulk(
        id=hashlib.sha256(content.encode()).hexdigest()[:BULK_ID_CHARS],
        kind=kind,
        window=window,
        settlement_date=settlement_date,
        keys=keys,
        sum_cents=sum_cents,
        scheme=scheme,
    )


class Unpaid(msgspec.Struct, frozen=True):
    """A payment that this window did not pay, and what becomes of it: waits, is unsettled, refused or held.

    `rate` is the one its cover was reckoned at, for an account in another currency.
    """

    payment: Payment
    outcome: Literal["pending-funds", "unsettled", "not-executed", "rejected", "held"]
    finding: Finding
    rate: int | None = None


class Ended(msgspec.Struct, frozen=True):
    """An open order that a window ends or stops without trying to pay it.

    Its account moved to another bank or closes before its day (SWI-01, ACC-13); or it would leave for another channel
    and something has come up against it. `besides` is what was found of it before and still counts.
    """

    key: str
    file_key: str
    outcome: Literal["revoked", "rejected", "not-executed", "held"]
    finding: Finding
    besides: Findings = ()


class Paying(NamedTuple):
    """Orders that a window pays, told as soon as that is certain, in the order in which they are in their bulk.

    They stand under the key of their bulk's first order; the bulk is told when it is full.
    """

    keys: dict[str, tuple[str, ...]]


class Settlement(msgspec.Struct, frozen=True):
    """Everything one window decided: bulks with their postings, who was not paid and why, what ended early.

    `screened` names the lists that all of it was screened against before it was released (HLD-02);
    `reference_digest` the snapshot of the bank's tables by which it was decided (SLO-01). An `express` window looked at
    nothing but what is booked at once (CUT-07), so it follows no other window and none follows it.
    """

    window: datetime.datetime
    bulks: tuple[Bulk, ...]
    postings: tuple[Posting, ...]
    unpaid: tuple[Unpaid, ...]
    ended: tuple[Ended, ...] = ()
    screened: str = ""
    reference_digest: str = ""
    express: bool = False
