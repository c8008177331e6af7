"""Mend our own mistake: book back a payment between accounts of ours (bank-terms COR-01 to COR-03, LIA-02, NOT-06).

The payment stays as it was sealed. What undoes it is a booking of its own: sides exchanged, value date kept, so that
both accounts stand as if nothing had happened. No owner is asked, and no block stops it. Two people order it.
"""

import datetime
import hashlib

import msgspec

from sepa.model.journal import (
    Correction,
    CorrectionCode,
    Decision,
    Initiator,
    Ordered,
    OrderRow,
    Publication,
    Withheld,
)
from sepa.model.message import Remittance
from sepa.model.notice import Advice
from sepa.model.payment import Bulk, Posting
from sepa.model.reference import Account
from sepa.pipeline.book import ordering, refuse_behind
from sepa.pipeline.emit import publish_bookings
from sepa.pipeline.home import DESK, Home, utc
from sepa.pipeline.letters import contact, lay_down, silenced, withheld, words
from sepa.pipeline.publish import sweep_drafts
from sepa.pipeline.undone import each_of
from sepa.tell.advice import advice_page


class Corrected(msgspec.Struct, frozen=True):
    """What became of the order to correct: `done`, or `proposed` and waiting for a second person; else neither."""

    key: str
    sentence: str
    done: bool = False
    proposed: bool = False


def correct(
    home: Home,
    key: str,
    *,
    by: str,
    for_whom: str = "",
    initiator: Initiator,
    code: CorrectionCode,
    proof: str,
    at: datetime.datetime,
) -> Corrected:
    """Book back the order `key`, once two different people have ordered it for the same reason.

    The first is written down and moves nothing. `proof` is what shows the mistake: a case number, a letter. ValueError
    without a name or a proof, NotAllowed where the roles of `by`, or of `for_whom`, do not suffice. What cannot be
    corrected is said in a sentence, and nothing is written.
    """
    if not by.strip() or not proof.strip():
        raise ValueError("a correction needs a name and a proof")
    by = home.roles().recorded(by, "correct", for_whom)
    refuse_behind(home)
    return carry_out_correction(home, key, by=by, initiator=initiator, code=code, proof=proof, at=at)


def carry_out_correction(
    home: Home,
    key: str,
    *,
    by: str,
    initiator: Initiator,
    code: CorrectionCode,
    proof: str,
    at: datetime.datetime,
) -> Corrected:
    """`correct`, once it is known that `by`, as it is recorded, may order it."""
    roles = home.roles()
    order = home.journal.order(key)
    refused = _obstacle(home, order, initiator, at)
    if refused or order is None:
        return Corrected(key, refused or f"No order has the key {key}.")
    ordered = f"{code} {initiator}: "
    decision = Decision(
        id=hashlib.sha256(
            "\n".join((utc(at).isoformat(), by, "correct", key, ordered + proof)).encode()
        ).hexdigest()[:24],
        at=utc(at),
        by=by,
        act="correct",
        subject=key,
        reason=ordered + proof,
    )
    earlier = [each for each in home.journal.decisions(key) if each.act == "correct"]
    alike = [each for each in earlier if each.reason.startswith(ordered)]
    if not any(not roles.same_person(each.by, by) for each in alike):
        if alike:
            return Corrected(key, "You ordered it before; a second person must order it too.", proposed=True)
        with ordering(home, Ordered(decision)):
            home.journal.decide(decision, [], report=None)
        return Corrected(
            key, "Written down. It is booked back when a second person orders the same.", proposed=True
        )
    correction = Correction(
        key=key,
        decision=decision.id,
        initiator=initiator,
        code=code,
        proof=proof,
        at=utc(at),
        booking_date=home.next_books_day(utc(at)),
    )
    with ordering(home, Ordered(decision, correction=correction)):
        corrected = home.journal.correct(decision, correction)
    if not corrected:
        return Corrected(key, "It was booked back before; an order is corrected once.")
    return Corrected(key, "Booked back, with the value date of the payment.", done=True)


def _obstacle(home: Home, order: OrderRow | None, initiator: Initiator, at: datetime.datetime) -> str | None:
    if order is None:
        return None
    if initiator not in home.terms(at).correction.initiators:
        return f"By the terms of this bank no correction is started by {initiator}."
    if order.state != "paid":
        return f"The order is {order.state}: no money has moved, so there is nothing to book back."
    if order.route != "on-us":
        return (
            "The payment left through the clearing. The money is with the other bank: it comes back by a recall, when "
            "the answer to it arrives, and not by a booking of ours."
        )
    if order.key in home.journal.unsent(order.file_key):
        return "Its booking has not left yet. Order it again when the bookings of its bulk are written."
    if home.journal.correction(order.key) is not None:
        return "It was booked back before; an order is corrected once."
    return None


def emit_corrections(home: Home, at: datetime.datetime, *, only: str | None = None) -> list[str]:
    """Write the bookings of every correction with their manifest, and the advices; return their paths.

    `only` names one order.
    """

    def emit(correction: Correction) -> list[Publication]:
        left = _told(home, correction, at)
        home.journal.published(left, settles=_subject(correction))
        return [each for each in left if isinstance(each, Publication)]

    found = [each for each in home.journal.corrections_unpublished() if only in (None, each.key)]
    if not found:
        return []
    sweep_drafts(home)
    done = each_of(found, emit, lambda correction: f"correction of {correction.key}")
    return [publication.path for left in done for publication in left]


def _subject(correction: Correction) -> str:
    return f"correction:{correction.key}"


def _told(home: Home, correction: Correction, at: datetime.datetime) -> list[Publication | Withheld]:
    payment, sent, postings = home.journal.correction_bookings(correction.key)
    said = f"correction {correction.code} of {correction.key}"
    undone = msgspec.structs.replace(
        sent, debtor=sent.creditor, creditor=sent.debtor, remittance=Remittance(unstructured=(said,))
    )
    bulk = Bulk(
        id=_subject(correction),
        kind="on-us",
        window=correction.at,
        settlement_date=correction.booking_date,
        keys=(correction.key,),
        sum_cents=payment.amount_cents,
    )
    single = msgspec.structs.replace(payment, batch_booking=False)
    left: list[Publication | Withheld] = []
    left += publish_bookings(home, bulk, [(single, undone)], postings, at)
    accounts = home.reference().accounts or {}
    for posting in postings:
        account = accounts.get(posting.account)
        if silenced(home, account, correction.at):
            left.append(withheld(_subject(correction), "correction", "corrected", posting.account, at))
        elif account is not None:
            left += _advice(home, correction, posting, account, sent.end_to_end_id, at)
    return left


def _advice(
    home: Home,
    correction: Correction,
    posting: Posting,
    account: Account,
    end_to_end_id: str,
    at: datetime.datetime,
) -> list[Publication]:
    """One owner's advice, in the desk's own outbox: the file's sender must not read the other side's letter."""
    terms = home.terms(correction.at)
    advice = Advice(
        addressee=account.name,
        account=account.iban,
        language=account.language or terms.bank.notice_language,
        bank=contact(terms),
        side=posting.side,
        amount_cents=posting.amount_cents,
        booking_date=posting.booking_date,
        value_date=posting.value_date,
        end_to_end_id=end_to_end_id,
        key=correction.key,
        made_by_us=correction.initiator == "own_bank",
    )
    return lay_down(
        home,
        terms,
        home.outbox(DESK) / "notices",
        f"advice_correction_{correction.key}_{account.iban[-4:]}",
        advice_page(advice, words(terms)),
        subject=_subject(correction),
        occasion="correction",
        at=at,
    )
