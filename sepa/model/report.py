"""What we tell a sender about one of its messages, before it is put into any form.

Blocks and transactions may be generators: a report is read once, from top to bottom, and never held whole.
"""

import datetime
from collections.abc import Iterable
from typing import Literal

import msgspec

from sepa.model.message import Transaction

ReportStatus = Literal["ACTC", "ACCP", "ACSP", "ACSC", "ACWC", "PDNG", "PART", "RJCT"]
"""ISO external status codes in use. PART is never a transaction's."""

ORIGINAL_NOT_PROVIDED = "NOTPROVIDED"
"""Stands for a message id that could not be read; ISO wants at least one character there."""


class StatusReason(msgspec.Struct, frozen=True):
    """Why: an ISO reason code, our rule's id and the English sentence (both may be empty)."""

    code: str
    rule: str = ""
    sentence: str = ""


class StatusCount(msgspec.Struct, frozen=True):
    """How many transactions have a status, and their sum in cents (None: not all amounts could be read)."""

    status: ReportStatus
    count: int
    sum_cents: int | None = None


class TransactionStatus(msgspec.Struct, frozen=True):
    """One transaction: our key for it, its status and reasons, and the order as it was sent.

    `settlement_date` is the day it settles or settled, where that is worth telling (moved, settled).
    """

    key: str
    status: ReportStatus
    original: Transaction
    reasons: tuple[StatusReason, ...] = ()
    settlement_date: datetime.date | None = None


class DrawnStatuses(msgspec.Struct, frozen=True):
    """Some transactions of one block as they stand in a report (UTF-8), with what it must know of them besides.

    `sum_cents` adds up the amounts that are whole cents; `refused` counts the reasons of refusals by code. `fits`: all
    of them were looked at and are surely valid.
    """

    text: bytes
    count: int
    sum_cents: int
    refused: dict[str, int] = {}
    fits: bool = False


class BlockStatus(msgspec.Struct, frozen=True):
    """One PaymentInformation. `count`, `control_sum` and `requested_date` are texts as sent.

    `status` None says nothing of the block as a whole. `transactions` need not name the accepted ones.
    """

    id: str
    status: ReportStatus | None
    reasons: tuple[StatusReason, ...] = ()
    count: str | None = None
    control_sum: str | None = None
    requested_date: str | None = None
    counts: tuple[StatusCount, ...] = ()
    transactions: Iterable[DrawnStatuses] = ()


class StatusReport(msgspec.Struct, frozen=True):
    """What became of one message. `original_*` repeat what the sender wrote, as text.

    `bank_bic` is the originator of every reason. `bank_serves` says on whose side we stand in the
    header: the debtor's bank (orders, collections from our customers) or the creditor's. At least
    `original_message_name` must be known; without it there can be no such report, only a plain receipt.
    `received_at` is the receipt instant in the bank's zone (REC-01).
    """

    message_id: str
    created_at: datetime.datetime
    bank_bic: str
    original_message_id: str
    original_message_name: str
    status: ReportStatus | None
    reasons: tuple[StatusReason, ...] = ()
    original_created: str | None = None
    original_count: str | None = None
    original_control_sum: str | None = None
    counts: tuple[StatusCount, ...] = ()
    blocks: Iterable[BlockStatus] = ()
    bank_serves: Literal["debtor", "creditor"] = "debtor"
    received_at: datetime.datetime | None = None
