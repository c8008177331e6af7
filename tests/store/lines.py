"""What happens in a journal, in the shortest words: deliveries, verdicts, moves, settlements."""

import datetime
import hashlib
from collections.abc import Sequence
from typing import Any, cast

from msgspec.structs import replace

from sepa.model.finding import Finding
from sepa.model.journal import (
    Decision,
    Delivery,
    Move,
    Publication,
    State,
)
from sepa.model.payment import Bulk, BulkKind, Payment, Posting, Settlement, Unpaid
from sepa.model.sheet import Line
from sepa.model.verdict import BlockVerdict, FileVerdict, Verdict, transaction_key
from sepa.scheme.phrase import Phrase
from sepa.store.journal import Journal, Sealing
from tests.build import transfer

DAY = datetime.date(2026, 4, 2)
NEXT_DAY = datetime.date(2026, 4, 7)
RECEIVED = datetime.datetime(2026, 4, 2, 7, 30, tzinfo=datetime.UTC)
JUDGED = datetime.datetime(2026, 4, 2, 7, 31, 0, 250, tzinfo=datetime.UTC)
WINDOW = datetime.datetime(2026, 4, 2, 8, 0, tzinfo=datetime.UTC)
LATER = datetime.datetime(2026, 4, 2, 12, 0, tzinfo=datetime.UTC)
EVENING = datetime.datetime(2026, 4, 2, 18, 0, tzinfo=datetime.UTC)
SECOND = datetime.timedelta(seconds=1)


def key_of(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def delivery(name: str = "a", **changes: Any) -> Delivery:
    facts: dict[str, Any] = {
        "id": f"delivery-{name}",
        "partner": "partner",
        "name": f"{name}.xml",
        "file_key": key_of(name),
        "size_bytes": 940,
        "received_at": RECEIVED,
    }
    return Delivery(**({"sha256": changes.get("file_key", facts["file_key"])} | facts | changes))


def finding(rule: str = "IDN-01", code: str = "AC01", effect: Any = "reject") -> Finding:
    said = Phrase("Found {found}.", {"found": "ž"})
    return Finding(
        rule, f"identifiers.{rule}", code, "V.2.1(21)", "creditor_account.iban", "ž", said, said, said, effect
    )


def verdict(file_key: str, position: int = 1, outcome: Any = "accepted", **changes: Any) -> Verdict:
    order = changes.pop("transaction", None) or transfer().transaction
    facts: dict[str, Any] = {
        "amount_cents": 10_000,
        "route": "clearing",
        "received_on": DAY,
        "booking_date": DAY,
        "settlement_date": DAY,
        "findings": () if outcome == "accepted" else (finding(),),
    }
    block = changes.pop("block", 1)
    order = replace(order, position=position, block=block)
    key = transaction_key(file_key, position)
    return Verdict(key=key, transaction=order, outcome=outcome, **(facts | changes))


def file_verdict(count: int, blocks: Sequence[int] = (1,), **changes: Any) -> FileVerdict:
    built = changes.pop("built", None) or transfer(head={"message_id": changes.pop("message_id", "MSG-1")})
    facts: dict[str, Any] = {
        "status": "ACCP",
        "findings": (),
        "head": built.head,
        "blocks": tuple(
            BlockVerdict(replace(built.block, position=position), "ACCP", (), count, "100.00")
            for position in blocks
        ),
        "count": count,
        "sum_text": "100.00",
        "not_judged": ("participants",),
    }
    return FileVerdict(**(facts | changes))


def close(
    sealing: Sealing, judged: FileVerdict, refused_blocks: Sequence[int] = (), at: datetime.datetime = JUDGED
) -> None:
    sealing.close(
        judged,
        refused_blocks=refused_blocks,
        profile="otp-sk",
        profile_digest="p" * 64,
        reference_digest="r" * 64,
        at=at,
    )


def judge(
    journal: Journal, *verdicts: Verdict, name: str = "a", refused_blocks: Sequence[int] = (), **changes: Any
) -> str:
    """Deliver and judge the file `name`; returns its key."""
    file_key = key_of(name)
    journal.deliver(delivery(name, received_at=changes.pop("received_at", RECEIVED)))
    with journal.judging(file_key) as sealing:
        assert sealing is not None
        sealing.add(verdicts)
        changes.setdefault("message_id", f"MSG-{name}")
        close(sealing, file_verdict(len(verdicts), **changes), refused_blocks)
    return file_key


def accepted(journal: Journal, count: int = 1, name: str = "a", **changes: Any) -> str:
    file_key = key_of(name)
    return judge(
        journal, *(verdict(file_key, number, **changes) for number in range(1, count + 1)), name=name
    )


def bulk(
    payments: Sequence[Payment], id: str = "BULK-1", kind: BulkKind = "pacs.008", **changes: Any
) -> Bulk:
    facts: dict[str, Any] = {
        "window": WINDOW,
        "settlement_date": DAY,
        "keys": tuple(payment.key for payment in payments),
        "sum_cents": sum(payment.amount_cents for payment in payments),
    }
    return Bulk(id, kind, **(facts | changes))


def both_sides(payment: Payment) -> tuple[Posting, Posting]:
    day, cents = payment.booking_date, payment.amount_cents
    return (
        Posting(payment.key, payment.debtor_iban, "debit", cents, day, day),
        Posting(payment.key, "CLEARING:SCT", "credit", cents, day, day),
    )


def paying(payments: Sequence[Payment], unpaid: Sequence[Unpaid] = (), **changes: Any) -> Settlement:
    bulks = (bulk(payments, **changes),) if payments else ()
    postings = tuple(side for payment in payments for side in both_sides(payment))
    return Settlement(
        changes.get("window", WINDOW), bulks, postings, tuple(unpaid), reference_digest=key_of("tables")
    )


def pay_all(journal: Journal, window: datetime.datetime = WINDOW, **changes: Any) -> list[Payment]:
    due = list(journal.due(window, DAY))
    assert journal.seal(paying(due, window=window, **changes), by="desk")
    return due


def move(key: str, to: State, from_step: int = 0, **changes: Any) -> Move:
    facts: dict[str, Any] = {"at": LATER, "by": "Eva", "cause": "decision:d-1", "findings": ()}
    return Move(key, from_step, to, **(facts | changes))


def decision(
    id: str = "d-1", subject: str = "", act: Any = "release", at: datetime.datetime = LATER
) -> Decision:
    return Decision(id, at, "Eva", act, subject, "asked by phone")


def decide(journal: Journal, *moves: Move, id: str = "d-1") -> int:
    return journal.decide(decision(id), moves, report=None)


def states(journal: Journal, file_key: str) -> list[State]:
    return [order.state for order in journal.orders(file_key)]


def publication(path: str = "clearing/out/a.xml", **changes: Any) -> Publication:
    facts = {"sha256": "0" * 64, "kind": "pacs.008", "subject": "BULK-1", "occasion": "sealed", "at": LATER}
    return Publication(path, **(facts | changes))


def postings_of(journal: Journal, bulk_id: str, batch: int = 1000) -> list[Posting]:
    """The postings on all sheets of a bulk."""
    return [_posting(line) for sheet in journal.bulk_sheets(bulk_id, batch) for line in sheet.postings]


def _posting(line: Line) -> Posting:
    key, account, side, amount_cents, *days, currency, own_cents, rate = line
    booked, valued = (datetime.date.fromisoformat(str(day)) for day in days)
    return Posting(key, account, cast(Any, side), amount_cents, booked, valued, currency, own_cents, rate)


def unpublished(journal: Journal) -> list[Bulk]:
    """The bulks whose files do not lie there yet, as they leave."""
    found = (journal.bulk(id) for id in journal.bulks_to_publish())
    return [each for each in found if each is not None]
