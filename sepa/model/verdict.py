"""What the desk decides: one verdict per transaction, one status per block and per file."""

import datetime
from collections.abc import Sequence
from typing import Literal

import msgspec

from sepa.model.finding import Finding, Findings
from sepa.model.message import MessageHead, PaymentInformation, Transaction

Outcome = Literal[
    "accepted",
    "rolled",
    "held",
    "routed",
    "rejected",
    "unsettled",
    "pending-funds",
    "not-executed",
    "revoked",
]
Family = Literal[
    "priority_domestic",
    "on_us_foreign_currency",
    "on_us_conversion",
    "regulated",
    "urgent_regulated",
    "standard",
    "urgent",
    "otp_express",
]
"""The families of payments outside SEPA that another channel carries out (NSP-01)."""
Route = Literal["on-us", "clearing"] | Family
Status = Literal["ACCP", "PART", "RJCT", "PDNG"]

KEY_DIGEST_CHARS = 24


def transaction_key(file_key: str, position: int) -> str:
    """The one name of a transaction from the door to the exit: 24 hex digits of the file's SHA-256, `-`, position.

    At most 35 characters, so it is also the TxId between banks.
    """
    return f"{file_key[:KEY_DIGEST_CHARS]}-{position}"


def block_key(file_key: str, position: int) -> str:
    """The one name of a block: 24 hex digits of its file's SHA-256, `-block-`, its position."""
    return f"{file_key[:KEY_DIGEST_CHARS]}-block-{position}"


class Dating(msgspec.Struct, frozen=True):
    """The days of an order, all in the bank's calendar (bank-terms sections 5 to 7 and 11).

    `submitted_on` is the banking day on which the order counts as handed in; `received_on` the legal
    receipt day (DAT-05); `booking_date` the debit day; `settlement_date` the interbank day (for on-us
    the booking date). `moved` holds the findings that say why a date moved.
    """

    submitted_on: datetime.date
    received_on: datetime.date
    booking_date: datetime.date
    settlement_date: datetime.date
    moved: Findings = ()


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """The decision on one transaction. Dates and route are None where it was refused before they mattered."""

    key: str
    transaction: Transaction
    outcome: Outcome
    findings: Findings
    amount_cents: int | None = None
    route: Route | None = None
    received_on: datetime.date | None = None
    booking_date: datetime.date | None = None
    settlement_date: datetime.date | None = None
    fingerprint: str = ""


class BlockVerdict(msgspec.Struct, frozen=True):
    """The decision on one PaymentInformation: its own findings, counts and sums as found."""

    payment_information: PaymentInformation
    status: Status
    findings: Findings
    count: int
    sum_text: str


class FileVerdict(msgspec.Struct, frozen=True):
    """The decision on a whole file. `head` is None when nothing could be read; then `findings` says why.

    `counts_on` is the day towards whose limit the file's transfers count; None where they count towards none.
    """

    status: Status
    findings: tuple[Finding, ...]
    head: MessageHead | None
    blocks: Sequence[BlockVerdict]
    count: int
    sum_text: str
    message_id: str | None = None
    message_name: str | None = None
    not_judged: tuple[str, ...] = ()
    counts_on: datetime.date | None = None
