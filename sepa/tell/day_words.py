"""The words of the day's report. Columns of its CSV tables are for programs and stay as they are."""

from collections.abc import Mapping
from typing import Any

from sepa.model.fee import FeeEvent
from sepa.scheme.phrase import Phrase
from sepa.tell.parts import Say

STATES: Mapping[str, Phrase] = {
    "paid": Phrase("Paid"),
    "waiting": Phrase("Waiting"),
    "held": Phrase("Held"),
    "routed": Phrase("For another channel"),
    "handed_over": Phrase("Handed over"),
    "rejected": Phrase("Refused"),
    "unsettled": Phrase("Without cover"),
    "revoked": Phrase("Withdrawn"),
}
"""Where an order may stand at the end of the day, by the field of `FileFigures`."""

FEES: Mapping[FeeEvent, Phrase] = {
    "rejection": Phrase("Letter on a refused order"),
    "retry": Phrase("Another try for want of cover"),
    "unsettled-notice": Phrase("Letter on an order without cover"),
    "order-copy": Phrase("Copy of an order"),
    "recall": Phrase("Recall of a transfer"),
}

WORDS: Mapping[str, Phrase] = {
    "title": Phrase("The day of {day}"),
    "as_known": Phrase("As known on {moment}"),
    "agrees": Phrase("The day agrees to the cent."),
    "agrees_not": Phrase("The day does not agree."),
    "accounted": Phrase("Everything received is accounted for."),
    "explain_first": Phrase("See the differences below; nothing should be closed before they are explained."),
    "received": Phrase("Received"),
    "orders_in_files": Phrase("Orders: {orders} · files: {files}"),
    "first_file": Phrase("First file"),
    "last_file": Phrase("Last file"),
    "last_file_came": Phrase("Last file came"),
    "no_cutoff": Phrase("no cut-off"),
    "before_cutoff": Phrase("{span} before the cut-off"),
    "after_cutoff": Phrase("{span} after the cut-off"),
    "money": Phrase("What became of the money"),
    "state": Phrase("State"),
    "orders": Phrase("Orders"),
    "amount": Phrase("Amount"),
    "must_agree": Phrase("Sums that must agree"),
    "check": Phrase("Check"),
    "whole": Phrase("Whole"),
    "parts": Phrase("Its parts"),
    "difference": Phrase("Difference"),
    "arrivals": Phrase("Arrivals"),
    "time": Phrase("Time"),
    "partner": Phrase("Partner"),
    "file": Phrase("File"),
    "status": Phrase("Status when judged"),
    "not_readable": Phrase("not readable"),
    "not_judged": Phrase("not judged yet"),
    "refusals": Phrase("Refusals by reason"),
    "code": Phrase("Code"),
    "rule": Phrase("Rule"),
    "rule_says": Phrase("What the rule says"),
    "waiting": Phrase("Waiting, by booking date"),
    "booking_date": Phrase("Booking date"),
    "approved": Phrase("Approved once, waiting for a second person"),
    "order": Phrase("Order"),
    "approved_by": Phrase("Approved by"),
    "on": Phrase("On"),
    "recalls": Phrase("Recalls asked, answer awaited"),
    "reason": Phrase("Reason"),
    "asked_by": Phrase("Asked by"),
    "booked_back": Phrase("Payments booked back, our own mistakes"),
    "ordered_by": Phrase("Ordered by"),
    "fees": Phrase("Fees listed for the core system"),
    "event": Phrase("Event"),
    "events": Phrase("Events"),
    "without_price": Phrase("Without a price"),
    "bulks": Phrase("Bulks that left"),
    "bulk": Phrase("Bulk"),
    "kind": Phrase("Kind"),
    "settlement_date": Phrase("Settlement date"),
    "payments": Phrase("Payments"),
    "postings": Phrase("Postings"),
    "account": Phrase("Account"),
    "debits": Phrase("Debits"),
    "credits": Phrase("Credits"),
    "orders_so_far": Phrase("orders so far"),
    "cutoff": Phrase("cut-off {time}"),
    "all_others": Phrase("all others"),
    "received_through": Phrase("Orders received through the day, and the cut-off"),
    "money_in_words": Phrase("What became of the money received"),
    "refused_by_reason": Phrase("Refused orders by reason"),
}


def in_words(say: Say) -> dict[str, Any]:
    """Every word without blanks as it is said."""
    return {name: say(phrase) for name, phrase in WORDS.items() if "{" not in phrase.text}
