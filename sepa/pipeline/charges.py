"""What a report's orders cost their clients, and the list of it for the core system, which alone charges."""

import datetime
import hashlib
from collections.abc import Iterable, Iterator, Sequence

from sepa.model.fee import Charge
from sepa.model.journal import OrderRow, Publication, ReportDue
from sepa.model.notice import Notice
from sepa.model.reference import Reference, account_of
from sepa.pipeline.home import DESK, Home
from sepa.pipeline.publish import publish_as
from sepa.rules.fees import retry_fee
from sepa.schedule import local_instant
from sepa.wire.fees import fees_csv
from sepa.wire.manifest import Written, file_name, manifest

RETRIED = "FND-07"
"""The rule by which an order is tried again on a later day."""


def charged(notice: Notice, due: ReportDue, at: datetime.datetime) -> Iterator[Charge]:
    """What the items of a letter cost, exactly as the letter says it."""
    for item in notice.items:
        if item.fee is not None:
            reasons = [finding for finding in item.findings if finding.effect == "reject"] or item.findings
            yield Charge(
                key=item.key,
                account=notice.account,
                fee=item.fee,
                charged_on=notice.issued_at.date(),
                rule=reasons[0].told_rule,
                subject=due.file_key,
                occasion=due.occasion,
                at=at,
            )


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


def fee_list(
    home: Home, charges: Iterable[Charge], due: ReportDue, at: datetime.datetime
) -> list[Publication]:
    """Publish the list of `charges` with its manifest in the desk's own outbox; nothing where there are none."""
    lines = sorted(charges, key=lambda each: (each.account, each.key, each.fee.event))
    if not lines:
        return []
    content = fees_csv(lines)
    digest = hashlib.sha256(content).hexdigest()
    written = Written(len(lines), sum(each.fee.cents or 0 for each in lines), len(content), digest)
    name = file_name("fees", lines[0].charged_on, digest, "csv")
    beside = manifest(name, "fees", written, schema=None, control={"without_amount": _open(lines)})
    return [
        publish_as(
            home,
            home.outbox(DESK),
            each,
            raw,
            kind=kind,
            subject=due.file_key,
            occasion=due.occasion,
            at=at,
        )
        for each, raw, kind in ((name, content, "fees"), (f"{name}.manifest.json", beside, "manifest"))
    ]


def _open(lines: Sequence[Charge]) -> int:
    return sum(each.fee.cents is None for each in lines)
