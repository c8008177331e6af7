"""What a notice or a receipt tells, gathered from wherever the facts stand, before any language or layout.

Account numbers may stand here in full or masked; `sepa.tell` never shows more than their ends.
"""

import datetime
from typing import Literal

import msgspec

from sepa.model.fee import Fee
from sepa.model.finding import Findings
from sepa.model.message import Kind

Occasion = Literal[
    "rejected",  # refused (NOT-01)
    "not-executed",  # a collection refused as the payer's bank (DD-09)
    "unsettled",  # due, never covered (NOT-02)
    "held",  # stopped for a person
    "routed",  # handed to another channel
    "rolled",  # accepted for another day
    "revoked",  # withdrawn in time
    "executed",  # confirmed on request (STM-03)
]
"""What a letter is about."""


class BankContact(msgspec.Struct, frozen=True):
    """How to reach the bank: `complaints` is a paragraph of its complaints procedure, `language` its own.

    `hours` are those of working days, as `08:00` and `19:00`; None, like `complaints`, where nothing is known.
    `cites_terms`: the paragraphs that findings name are those of the bank's own terms.
    """

    name: str
    phone: str
    phone_abroad: str
    complaints: str | None
    language: str = "en"
    hours: tuple[str, str] | None = None
    cites_terms: bool = True


class NoticeItem(msgspec.Struct, frozen=True):
    """One order of a letter.

    `amount_cents` is None when no amount could be read. `requested_date` is the text of the message.
    `counterparty` says which side of the order the other party is on. `whole_block`: the item stands for all
    orders of one PaymentInformation, and its `end_to_end_id` is not shown. `fee` is what this item of the notice
    costs the owner of the account, None where it is free. Days are the order's own as they stand, told where the
    letter is about days.
    """

    key: str
    end_to_end_id: str
    amount_cents: int | None
    currency: str
    requested_date: str | None
    counterparty_name: str | None
    counterparty_account: str | None
    findings: Findings
    kind: Kind = "credit-transfer"
    counterparty: Literal["payee", "payer"] = "payee"
    payment_information: str = ""
    whole_block: bool = False
    fee: Fee | None = None
    booking_date: datetime.date | None = None
    settlement_date: datetime.date | None = None


class Notice(msgspec.Struct, frozen=True):
    """Orders of one account of which one run or one person made the same thing. `issued_at` is in the bank's zone.

    Where there are too many for a letter, `items` are the first of them; all `entries` then stand in the `enclosed`
    list, a file of that name.
    """

    occasion: Occasion
    addressee: str
    account: str
    language: str
    bank: BankContact
    issued_at: datetime.datetime
    items: tuple[NoticeItem, ...] = ()
    file_name: str = ""
    include_correction_hint: bool = True
    entries: int = 0
    enclosed: str = ""


class Repeat(msgspec.Struct, frozen=True):
    """The first arrival of a file whose very bytes have come again."""

    file_name: str
    received_at: datetime.datetime


class Receipt(msgspec.Struct, frozen=True):
    """A file from which no message could be made, or the repeat of one we already have.

    `where` is a place in the file; `findings` say what is wrong with the file as a whole. `stored`: the file is kept
    and will be judged later. `sha256_as_sent`: the file was not taken, for this is not its checksum; then
    `received_at` is None.
    """

    partner: str
    language: str
    file_name: str
    sha256: str
    size_bytes: int
    received_at: datetime.datetime | None
    bank: BankContact
    findings: Findings = ()
    where: str = ""
    repeat_of: Repeat | None = None
    stored: bool = False
    sha256_as_sent: str = ""


class Advice(msgspec.Struct, frozen=True):
    """Tells the owner of an account that we booked a payment of it back: our mistake, with its basic data (NOT-06).

    `side` is what the corrective booking does to the account. `made_by_us` is False where another bank proved the
    mistake to be its own. Days are in the bank's calendar.
    """

    addressee: str
    account: str
    language: str
    bank: BankContact
    side: Literal["debit", "credit"]
    amount_cents: int
    booking_date: datetime.date
    value_date: datetime.date
    end_to_end_id: str
    key: str
    made_by_us: bool
