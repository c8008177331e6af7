"""Hand over: what a window cancelled because an account moved away, as a list for the new bank (SWI-01)."""

import datetime
import hashlib

from sepa.model.journal import Publication, ReportDue
from sepa.model.reference import Reference
from sepa.pipeline.home import DESK, Home
from sepa.pipeline.publish import named_by_content, publish_as
from sepa.rules.endings import is_handed_over
from sepa.wire.handover import handover_csv
from sepa.wire.manifest import Written, manifest


def hand_over(home: Home, due: ReportDue, at: datetime.datetime, reference: Reference) -> list[Publication]:
    """Publish the list of one file's orders that a window cancelled, with the consents of their accounts.

    It lies with its manifest in the desk's own outbox, for the bank to pass on. Nothing where nothing was cancelled.
    """
    if not reference.switches or not due.occasion.startswith("window:"):
        return []
    revoked = home.journal.orders(due.file_key, states=("revoked",), cause=due.occasion)
    orders = [order for order in revoked if is_handed_over(order.findings)]
    if not orders:
        return []
    accounts = sorted({order.debtor_iban or "" for order in orders})
    consents = [each for iban in accounts for each in (reference.consents or {}).get(iban, ())]
    content = handover_csv(orders, consents)
    digest = hashlib.sha256(content).hexdigest()
    written = Written(len(orders), sum(each.amount_cents or 0 for each in orders), len(content), digest)
    name = named_by_content(f"switching_{due.file_key[:12]}", "csv", content)
    files = ((name, content), (f"{name}.manifest.json", manifest(name, "switching", written, schema=None)))
    return [
        publish_as(
            home,
            home.outbox(DESK),
            each,
            raw,
            kind="switching" if each == name else "manifest",
            subject=due.file_key,
            occasion=due.occasion,
            at=at,
        )
        for each, raw in files
    ]
