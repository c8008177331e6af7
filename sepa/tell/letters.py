"""What each kind of letter is called and begins with.

Source: the bank's terms, V.1(8) and VII.1(1) (rejected), V.2.1(26) and (27) (unsettled), V.2.2(37) (collections),
V.2.1(25) (withdrawn), V.1(6) (confirmed on request).
"""

import msgspec

from sepa.model.notice import Notice, Occasion
from sepa.scheme.phrase import Phrase


class Wording(msgspec.Struct, frozen=True):
    """Title, first paragraphs, and the heading over the list of orders."""

    title: Phrase
    leads: tuple[Phrase, ...]
    overview: Phrase


WORDINGS: dict[Occasion, Wording] = {
    "rejected": Wording(
        Phrase("Notice of a rejected payment order"),
        (
            Phrase(
                "We could not carry out the payment orders listed here. Below you find the reason for each one, "
                "and how to put it right. Your other orders are not affected."
            ),
        ),
        Phrase("Rejected orders"),
    ),
    "not-executed": Wording(
        Phrase("Notice of collections that were not executed"),
        (
            Phrase(
                "We did not execute the collections listed here and debited nobody. Below you find the reason "
                "for each one. The other collections of the file are not affected."
            ),
        ),
        Phrase("Collections not executed"),
    ),
    "unsettled": Wording(
        Phrase("Notice of unsettled transactions"),
        (
            Phrase(
                "We could not settle the transactions listed here, because there was not enough money in the "
                "account. Your other orders are not affected."
            ),
            Phrase(
                "In law these are not rejected payment orders (terms, V.2.1(27)). They will not be tried again; "
                "if you still want to pay, please make sure that there is enough money and send a new order."
            ),
        ),
        Phrase("Unsettled transactions"),
    ),
    "held": Wording(
        Phrase("Notice of orders that we are looking at"),
        (
            Phrase(
                "We have received the orders listed here and are looking at them before we carry them out. "
                "Nothing has been debited for them. Your other orders are not affected."
            ),
            Phrase(
                "You need to do nothing unless something is asked below. We will tell you what we decide."
            ),
        ),
        Phrase("Orders that we are looking at"),
    ),
    "routed": Wording(
        Phrase("Notice of orders handed to another payment service"),
        (
            Phrase(
                "The orders listed here are no SEPA payments. We have handed them to the service of the bank "
                "that makes such payments; its own hours, days and conditions hold for them."
            ),
        ),
        Phrase("Orders handed on"),
    ),
    "rolled": Wording(
        Phrase("Notice of orders for another day"),
        (
            Phrase(
                "We have accepted the orders listed here for another day than you asked for. You need to do "
                "nothing."
            ),
        ),
        Phrase("Orders for another day"),
    ),
    "revoked": Wording(
        Phrase("Confirmation of withdrawn orders"),
        (Phrase("As you asked, the orders listed here are withdrawn. They will not be carried out."),),
        Phrase("Withdrawn orders"),
    ),
    "executed": Wording(
        Phrase("Confirmation of executed orders"),
        (Phrase("We confirm that the orders listed here were carried out."),),
        Phrase("Executed orders"),
    ),
}
UNSETTLED_WITHOUT_PARAGRAPH = Phrase(
    "In law these are not rejected payment orders. They will not be tried again; if you still want to pay, "
    "please make sure that there is enough money and send a new order."
)
REJECTED_WITHOUT_HINT = Phrase(
    "We could not carry out the payment orders listed here. Below you find the reason for each one. "
    "Your other orders are not affected."
)


def leads(notice: Notice) -> tuple[Phrase, ...]:
    """The first paragraphs of a letter, as its bank's profile wants them."""
    usual = WORDINGS[notice.occasion].leads
    if notice.occasion == "rejected" and not notice.include_correction_hint:
        return (REJECTED_WITHOUT_HINT,)
    if notice.occasion == "unsettled" and not notice.bank.cites_terms:
        return (*usual[:-1], UNSETTLED_WITHOUT_PARAGRAPH)
    return usual
