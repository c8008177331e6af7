"""The lines of the journal: what was delivered, decided, moved, promised to be told, and published."""

import datetime
import hashlib
from typing import Literal

import msgspec

from sepa.model.finding import Findings
from sepa.model.message import Kind, Transaction
from sepa.model.verdict import Outcome, Route

State = Literal[
    "waiting",  # accepted, not yet due or not yet in a window
    "pending-funds",  # due, tried, no cover yet
    "held",  # stopped for a person
    "routed",  # none of SEPA's: leaves for another channel on its day
    "handed-over",  # in a sealed hand-over for that channel
    "paid",  # in a sealed bulk
    "unsettled",  # due, no cover, final
    "rejected",  # refused
    "not-executed",  # a collection refused on the payer's side
    "revoked",  # withdrawn in time
]

MOVES: dict[State, frozenset[State]] = {
    "waiting": frozenset(
        {"paid", "pending-funds", "unsettled", "rejected", "not-executed", "revoked", "held"}
    ),
    "pending-funds": frozenset(
        {"paid", "pending-funds", "unsettled", "rejected", "not-executed", "revoked", "held"}
    ),
    "held": frozenset({"waiting", "rejected", "not-executed", "revoked", "routed", "held"}),
    "routed": frozenset({"waiting", "rejected", "held", "routed", "revoked", "handed-over"}),
    "rejected": frozenset({"waiting", "held", "routed", "rejected", "not-executed"}),
    "not-executed": frozenset({"waiting", "held", "routed", "rejected", "not-executed"}),
    "paid": frozenset({"revoked"}),
    "handed-over": frozenset(),
    "unsettled": frozenset(),
    "revoked": frozenset(),
}
"""Which state may follow which. The journal refuses any other move with BrokenPromise.

What is paid is withdrawn only out of a bulk that has not begun to leave; the journal sees to that.
"""


def first_state(outcome: Outcome) -> State:
    """The state that a verdict puts an order into."""
    return "waiting" if outcome in ("accepted", "rolled") else outcome  # type: ignore[return-value]


Act = Literal["judge-again", "report-again", "release", "refuse", "revoke", "hold", "recall"]
"""What a person may order of orders: see `sepa.pipeline.acts`."""

RecallReason = Literal["CUST", "DUPL", "TECH", "FRAD", "AM09", "AC03"]
"""Why a transfer is asked back: the payer wishes it, sent twice, a technical fault, fraud, wrong amount, wrong
account. ISO's codes, as EPC115-06 allows them in a recall."""


class Delivery(msgspec.Struct, frozen=True):
    """One file taken from an inbox. `id` names the taking, `file_key` the file: see `file_key_of`.

    `received_at` is stamped once, in UTC. `first` is False when this sender had brought the same bytes before.
    `sha256` is the digest of the bytes in hex; `signature` that of the signature which the archive keeps beside the
    file since this delivery, None where it keeps none.
    """

    id: str
    partner: str
    name: str
    file_key: str
    size_bytes: int
    received_at: datetime.datetime
    sha256: str
    first: bool = True
    signature: str | None = None


def file_key_of(sha256: str, partner: str, first_partner: str | None) -> str:
    """The key of a file that `partner` brought: its SHA-256 in hex, unless another was the first with these bytes.

    Then it is computed from the digest and the partner, so that nobody's file is taken for somebody else's repeat.
    """
    if first_partner in (None, partner):
        return sha256
    return hashlib.sha256(f"{sha256}\n{partner}".encode()).hexdigest()


class FileRow(msgspec.Struct, frozen=True):
    """A file as the journal knows it: its first delivery and, once judged, what was decided.

    `sha256` is the digest of its bytes, which is mostly its key as well. `authorised` says how the file was
    authorised when it was judged, and by which key (CT-08).
    """

    key: str
    partner: str
    name: str
    size_bytes: int
    received_at: datetime.datetime
    sha256: str
    judged: bool = False
    status: str | None = None
    message_name: str | None = None
    message_id: str | None = None
    created: str | None = None
    declared_count: str | None = None
    declared_sum: str | None = None
    count: int = 0
    sum_text: str = "0.00"
    findings: Findings = ()
    not_judged: tuple[str, ...] = ()
    profile: str = ""
    profile_digest: str = ""
    reference_digest: str = ""
    judged_at: datetime.datetime | None = None
    authorised: str = ""


class BlockRow(msgspec.Struct, frozen=True):
    """A judged PaymentInformation. `declared_count` and `declared_sum` are texts as sent."""

    file_key: str
    position: int
    id: str
    status: str
    requested_date: str | None
    batch_booking: bool | None
    declared_count: str | None
    declared_sum: str | None
    count: int
    sum_text: str
    findings: Findings
    category_purpose: str | None = None


class OrderRow(msgspec.Struct, frozen=True):
    """One order with its current state. `amount_cents` is None when the amount could not be read.

    `findings` are those of the last judgement or move; dates are the current ones.
    """

    key: str
    file_key: str
    position: int
    block: int
    partner: str
    kind: Kind
    end_to_end_id: str
    amount_text: str
    currency: str
    amount_cents: int | None
    debtor_iban: str | None
    creditor_iban: str | None
    outcome: Outcome
    route: Route | None
    state: State
    step: int
    received_at: datetime.datetime
    received_on: datetime.date | None
    booking_date: datetime.date | None
    settlement_date: datetime.date | None
    findings: Findings
    transaction: Transaction


class Move(msgspec.Struct, frozen=True):
    """A change of state to be written.

    `from_step` is the step that was seen: another's move in between is refused.
    `cause` says what moved it: `window:<instant>`, `judged:<instant>`, `decision:<id>`.
    """

    key: str
    from_step: int
    to: State
    at: datetime.datetime
    by: str
    cause: str
    findings: Findings = ()
    outcome: Outcome | None = None
    booking_date: datetime.date | None = None
    settlement_date: datetime.date | None = None
    route: Route | None = None
    amount_cents: int | None = None


def window_cause(window: datetime.datetime) -> str:
    """The cause of what a window moved and the occasion of its reports: `window:` and its instant in UTC."""
    return f"window:{window.astimezone(datetime.UTC).isoformat()}"


class Event(msgspec.Struct, frozen=True):
    """One line of an order's story, oldest first. `what` is a state or an act; `detail` is for people."""

    at: datetime.datetime
    what: str
    by: str
    cause: str
    detail: dict[str, str]
    findings: Findings = ()


class Decision(msgspec.Struct, frozen=True):
    """What a person decided: which act, on what, and why.

    `subject` is a file key or a transaction key. `asked_on` is the day on which somebody handed in what the
    person then entered, where it was another. `id` is computed from all the rest, so that the same
    decision written twice is one line.
    """

    id: str
    at: datetime.datetime
    by: str
    act: Act | Literal["correct", "purge"]
    subject: str
    reason: str
    asked_on: datetime.date | None = None


class Approval(msgspec.Struct, frozen=True):
    """The first of two people who release an order. It counts while the order still stands at `step`, held.

    `key` is the order's, `decision` the id of what the person decided.
    """

    key: str
    step: int
    by: str
    at: datetime.datetime
    decision: str


Noted = Literal["came", "ordered", "settled", "left", "sent"]
"""What the second book tells of: deliveries, decisions, settlements, bulks that began to leave and that have left."""

Initiator = Literal["own_bank", "other_bank_with_written_proof"]
CorrectionCode = Literal["TECH", "DUPL", "AM09"]


class Correction(msgspec.Struct, frozen=True):
    """A payment between accounts of ours that was our mistake, booked back on `booking_date` (COR-01).

    `key` is the order's; its postings are undone with their own value dates. `decision` is the id of what the second
    person decided; `proof` what shows the mistake.
    """

    key: str
    decision: str
    initiator: Initiator
    code: CorrectionCode
    proof: str
    at: datetime.datetime
    booking_date: datetime.date


class Recall(msgspec.Struct, frozen=True):
    """A transfer that left in `bulk` and is asked back. Who asked, and when, is that of the `decision`."""

    key: str
    bulk: str
    reason: RecallReason
    decision: str
    at: datetime.datetime
    by: str


class ReportDue(msgspec.Struct, frozen=True):
    """Something that must be told to a partner. Written in the same transaction as the thing itself.

    `occasion`: `judged`, `repeat:<delivery id>`, `window:<instant>` (`#2` after it when a window touches
    a file again), `decision:<id>`, `judged-again:<decision id>`.
    """

    file_key: str
    occasion: str
    partner: str
    at: datetime.datetime


class Ordered(msgspec.Struct, frozen=True):
    """A decision with all that it caused, as the journal was told it; `correction` where a payment was booked back."""

    decision: Decision
    moves: tuple[Move, ...] = ()
    report: ReportDue | None = None
    approvals: tuple[Approval, ...] = ()
    recalls: tuple[Recall, ...] = ()
    correction: Correction | None = None


def block_key(order_key: str, block: int) -> str:
    """The key of a whole PaymentInformation, for what is told of it in one: that of its file, `-B`, its position."""
    return f"{order_key.split('-')[0]}-B{block}"


class Withheld(msgspec.Struct, frozen=True):
    """A letter that was due and is not written: about which account, of what kind, and the paragraph that says why."""

    subject: str
    occasion: str
    letter: str
    account: str
    why: str
    at: datetime.datetime


class Publication(msgspec.Struct, frozen=True):
    """A file that left: where (relative to the home), with which bytes, for what."""

    path: str
    sha256: str
    kind: str
    subject: str
    occasion: str
    at: datetime.datetime


class Sent(msgspec.Struct, frozen=True):
    """A bulk that has left, and the files in which it did."""

    bulk: str
    window: datetime.datetime
    files: tuple[Publication, ...]
