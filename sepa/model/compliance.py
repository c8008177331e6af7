"""What else the bank tells about accounts and about itself: declared owners of money, stops, switched accounts."""

import datetime
from typing import Literal

import msgspec

StopScope = Literal["all", "cross_border", "debits"]
DecidedBy = Literal["state", "supervisor", "administrator", "bank"]


class Declaration(msgspec.Struct, frozen=True, gc=False):
    """On the account `iban` money of `owner` may be paid (HLD-03); days included.

    `owner` is in the form of `sepa.scheme.name_key`.
    """

    iban: str
    owner: str
    valid_from: datetime.date
    valid_until: datetime.date | None = None


class Stop(msgspec.Struct, frozen=True, gc=False):
    """From `since` on, an aware instant, and up to `until`, orders of this scope stand still (HLD-08)."""

    scope: StopScope
    since: datetime.datetime
    decided_by: DecidedBy
    until: datetime.datetime | None = None


class Switch(msgspec.Struct, frozen=True, gc=False):
    """The owner moved the account to another bank: from `effective_on` on nothing debits it (SWI-01)."""

    iban: str
    effective_on: datetime.date
    new_bic: str | None = None
