"""Recall: a transfer that has left is asked back from the other bank, within the scheme's periods."""

import datetime

from sepa.model.journal import Publication, Recall
from sepa.pipeline.emit import banks_of
from sepa.pipeline.home import Home
from sepa.pipeline.publish import draft, publish_as, sweep_drafts
from sepa.pipeline.undone import each_of
from sepa.schedule import local_instant
from sepa.store.places import schemas_folder
from sepa.wire.camt056 import NAME, write_camt056
from sepa.wire.emitted import check_emitted, schema_name
from sepa.wire.manifest import file_name, manifest


def emit_recalls(home: Home, at: datetime.datetime, *, only: str | None = None) -> list[str]:
    """Write, validate and publish every recall that has no file yet and whose transfer's file has left.

    Returns the paths. What is written follows from the journal alone, so a repeat after a kill writes the same bytes.
    `only` names one order.
    """
    recalls = [each for each in home.journal.recalls_unpublished() if only in (None, each.key)]
    if not recalls:
        return []
    sweep_drafts(home)
    agent_of = banks_of(home, home.reference()).bic_of

    def emit(recall: Recall) -> list[Publication]:
        bulk = home.journal.bulk(recall.bulk)
        assert bulk is not None
        payment, transaction = home.journal.paid_order(recall.key)
        with draft(home.clearing_out) as (out, path):
            written = write_camt056(
                out,
                recall,
                bulk,
                payment,
                transaction,
                profile=home.terms(recall.at),
                creditor_agent=transaction.creditor_agent.bic or agent_of(payment.creditor_iban),
            )
            out.flush()
            check_emitted(path, NAME, schemas=schemas_folder())
            asked_on = local_instant(recall.at, home.profile).date()
            name = file_name("camt.056", asked_on, written.sha256)
            beside = manifest(
                name,
                NAME,
                written,
                schema=schema_name(NAME),
                settlement_date=bulk.settlement_date,
                bulk_id=bulk.id,
                control={"recalled": recall.key, "reason": recall.reason},
            )
            left = [
                publish_as(
                    home,
                    home.clearing_out,
                    each,
                    data,
                    kind=kind,
                    subject=recall.key,
                    occasion="recalled",
                    at=at,
                )
                for each, data, kind in ((name, path, NAME), (f"{name}.manifest.json", beside, "manifest"))
            ]
        home.journal.published(left, recalled=recall.key)
        return left

    published = each_of(recalls, emit, lambda recall: f"recall of {recall.key}")
    return [publication.path for left in published for publication in left]
