"""A Finding: what a rule has against its subject, in a form that can be told in any language."""

from typing import Literal

import msgspec

from sepa.scheme.phrase import Phrase

Effect = Literal["reject", "hold", "route", "move", "warn"]
Subject = Literal["message", "payment-information", "transaction"]


class Finding(msgspec.Struct, frozen=True):
    """One fault or remark.

    `rule` is the id (IDN-01), `name` its place in the code (identifiers.creditor_iban).
    `element` is a field's name in our model (creditor_account.iban); `sepa.wire` knows its tag path.
    `effect`: reject, hold for a person, route elsewhere, move a date, or only warn.
    `blames` says whose mistake it is; only a client's may be charged (FEE-03).
    `inside` is the cause as only the bank's own people may read it; it leaves the bank in no report and no
    letter (HLD-01, HLD-02). Where it is filled, the rest of the finding is neutral.
    """

    rule: str
    name: str
    code: str
    source: str
    element: str
    found: str
    expected: Phrase
    message: Phrase
    remedy: Phrase
    effect: Effect = "reject"
    blames: Literal["client", "bank", "other"] = "client"
    inside: str = ""

    @property
    def told_rule(self) -> str:
        """The rule's id as anybody outside the bank is told it: where the cause stays inside, the neutral one."""
        return NEUTRAL if self.inside else self.rule


NEUTRAL = "HLD-10"
"""The rule that says no more than that the bank has stopped the order."""

Findings = tuple[Finding, ...]
NOTHING: Findings = ()


Fault = Literal[
    "empty",
    "too-large",
    "not-utf8",
    "not-xml",
    "truncated",
    "dtd",
    "too-deep",
    "overlong",
    "wrong-root",
    "unknown-message",
    "message-not-offered",
    "schema",
]


class Unreadable(msgspec.Struct, frozen=True):
    """A file that no message can be made of; the rules of files turn `fault` into a Finding.

    `where` is a place a person can go to ("line 14, GrpHdr/CreDtTm"); `message_id` and `message_name`
    are filled as far as they could still be read.
    """

    fault: Fault
    where: str
    found: str
    expected: Phrase
    message_id: str | None = None
    message_name: str | None = None
