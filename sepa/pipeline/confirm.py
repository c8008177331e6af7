"""A confirmation that an order was carried out, for whoever asks for one (bank-terms STM-03). It changes nothing."""

import datetime

from sepa.model.journal import OrderRow
from sepa.model.notice import Notice
from sepa.pipeline.home import Home
from sepa.pipeline.letters import contact, words
from sepa.pipeline.notices import item_of
from sepa.schedule import local_instant
from sepa.tell.notice import page
from sepa.tell.page import Page


class NotConfirmed(Exception):
    """There is nothing to confirm; the text says why."""


def confirmation(home: Home, key: str, at: datetime.datetime, *, language: str | None = None) -> Page:
    """The confirmation of one order, issued at the instant `at`, in `language` or the one agreed with its owner.

    NotConfirmed unless the order was paid, has begun to leave, and was not booked back since: a receipt proves
    nothing (V.1(6)).
    """
    order = home.journal.order(key)
    if order is None:
        raise NotConfirmed(
            f"No order has the key {key}. Keys stand in every report; sepa find looks for them."
        )
    _refuse_unpaid(home, order)
    (block,) = [each for each in home.journal.blocks(order.file_key) if each.position == order.block]
    reference = home.reference(to_look=True)
    iban = (order.debtor_iban or "") if order.kind == "credit-transfer" else ""
    account = (reference.accounts or {}).get(iban)
    partner, terms = (reference.partners or {}).get(order.partner), home.terms(at)
    notice = Notice(
        occasion="executed",
        addressee=account.name if account else partner.name if partner else order.partner,
        account=iban,
        language=language
        or (account and account.language)
        or (partner and partner.language)
        or terms.bank.notice_language,
        bank=contact(terms),
        issued_at=local_instant(at, home.profile),
        items=(item_of(order, block),),
    )
    return page(notice, words(terms))


def _refuse_unpaid(home: Home, order: OrderRow) -> None:
    if order.state != "paid":
        raise NotConfirmed(f"The order is {order.state}; only what was carried out is confirmed.")
    if order.kind == "collection" and order.route == "clearing":
        raise NotConfirmed("The collection was forwarded; the payer's bank carries it out, not we.")
    if order.key in home.journal.unsent(order.file_key):
        raise NotConfirmed(
            "The order is sealed but has not begun to leave; ask again when its bulk was written."
        )
    if home.journal.correction(order.key) is not None:
        raise NotConfirmed("The order was booked back as our mistake; there is nothing to confirm.")
