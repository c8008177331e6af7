"""The advice of a corrective booking, to the owner of the account. Source: the bank's terms, V.1(16) and VII.1(1)."""

from collections.abc import Iterator

from sepa.model.notice import Advice
from sepa.scheme.letters import inert
from sepa.scheme.phrase import Phrase
from sepa.tell.catalogue import Catalogue
from sepa.tell.mask import mask_account, mask_within_name
from sepa.tell.page import Fact, Page
from sepa.tell.parts import Say, foot, labels, speaker

TITLE = Phrase("Advice of a corrective booking")
OURS = Phrase(
    "We made a mistake in a payment on your account and have corrected it with the booking named here."
)
ANOTHERS = Phrase(
    "Another bank made a mistake in a payment on your account; at its written proof we have corrected it with the "
    "booking named here."
)
AS_BEFORE = Phrase(
    "The booking has the value date of the payment that it corrects, so your account stands as if the mistake had "
    "not been made. You need not do anything."
)
SIDES = {"credit": Phrase("Credited"), "debit": Phrase("Debited")}


def advice_page(advice: Advice, catalogue: Catalogue) -> Page:
    """The advice in its parts, in its reader's language, account numbers masked."""
    say = speaker(catalogue, advice.language)
    return Page(
        language=catalogue.spoken(advice.language),
        sender=advice.bank.name,
        title=say(TITLE),
        remark=catalogue.fallback_remark(advice.language),
        lead=(say(OURS if advice.made_by_us else ANOTHERS), say(AS_BEFORE)),
        facts=tuple(_facts(advice, catalogue, say)),
        sections=(),
        foot=foot(advice.bank, say),
        labels=labels(say),
    )


def _facts(advice: Advice, catalogue: Catalogue, say: Say) -> Iterator[Fact]:
    yield Fact(say(Phrase("Addressee")), inert(mask_within_name(advice.addressee)))
    yield Fact(say(Phrase("Account")), mask_account(advice.account))
    yield Fact(say(SIDES[advice.side]), catalogue.amount(advice.amount_cents, "EUR", advice.language))
    yield Fact(say(Phrase("Booked on")), catalogue.day(advice.booking_date, advice.language))
    yield Fact(say(Phrase("Value date")), catalogue.day(advice.value_date, advice.language))
    yield Fact(say(Phrase("Reference")), inert(mask_within_name(advice.end_to_end_id)))
    yield Fact(say(Phrase("Our number")), advice.key)
