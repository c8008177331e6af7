"""Writes the list of what was cancelled here because an account moved to another bank (SWI-01)."""

import csv
import io
from collections.abc import Iterable

from sepa.model.journal import OrderRow
from sepa.model.reference import Consent
from sepa.scheme.money import amount_text

COLUMNS = (
    "item", "account", "due_on", "amount", "currency", "other_party", "other_account", "end_to_end_id",
    "remittance", "creditor_identifier", "mandate_id", "periodicity",
)  # fmt: skip


def handover_csv(orders: Iterable[OrderRow], consents: Iterable[Consent]) -> bytes:
    """One line for each cancelled order, in the order given, then one for each consent that ended.

    UTF-8, commas, a header; amounts as `12.30`, a consent's is its limit. What does not apply is empty.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for order in orders:
        sent = order.transaction
        remittance = sent.remittance
        texts = (
            (*remittance.unstructured, *(each.reference or "" for each in remittance.structured))
            if remittance
            else ()
        )
        writer.writerow(
            ("order", order.debtor_iban, order.booking_date, order.amount_text, order.currency,
             sent.creditor.name, order.creditor_iban, order.end_to_end_id, " ".join(texts), "", "", "")
        )  # fmt: skip
    for consent in consents:
        writer.writerow(
            ("consent", consent.debtor_iban, "", amount_text(consent.limit_cents), "EUR", "", "", "", "",
             consent.creditor_identifier, consent.mandate_id, consent.periodicity or "one-off")
        )  # fmt: skip
    return out.getvalue().encode()
