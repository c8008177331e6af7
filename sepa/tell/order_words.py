"""An order in words, as a letter and the list enclosed with it say them: all but its reasons and what it costs."""

import datetime
from functools import lru_cache
from typing import Final, NamedTuple

from sepa.model.notice import Notice, NoticeItem, Occasion
from sepa.scheme.letters import inert
from sepa.scheme.phrase import Phrase
from sepa.tell.catalogue import Catalogue
from sepa.tell.mask import mask_account, mask_within_name
from sepa.tell.parts import Say, bare, speaker

TELLS_DAYS: frozenset[Occasion] = frozenset({"rolled", "executed"})
FACTS: Final = (
    Phrase("Reference"), Phrase("Payee's account"), Phrase("Payer's account"), Phrase("Due date"),
    Phrase("Booked on"), Phrase("Day between the banks"), Phrase("Batch"), Phrase("Our number"),
)  # fmt: skip
"""What is known of an order, by its labels."""


class OrderWords(NamedTuple):
    """An order in words: what it is, its amount, and a value or None for each of `FACTS`."""

    heading: str
    amount: str
    facts: tuple[str | None, ...]


def order_words(item: NoticeItem, notice: Notice, catalogue: Catalogue) -> OrderWords:
    """What a letter, and the list enclosed with it, say of one order but for its reasons."""
    language, other = notice.language, item.counterparty_account
    payee, tells_days = item.counterparty == "payee", notice.occasion in TELLS_DAYS
    account = mask_account(other) if other else None
    facts = (
        None if item.whole_block else _shown(item.end_to_end_id),
        account if payee else None,
        None if payee else account,
        _day(item.requested_date, catalogue, language) if item.requested_date else None,
        catalogue.day(item.booking_date, language) if tells_days and item.booking_date else None,
        catalogue.day(item.settlement_date, language) if tells_days and item.settlement_date else None,
        _shown_again(item.payment_information) if item.payment_information else None,
        item.key,
    )
    return OrderWords(_heading(item, speaker(catalogue, language)), _amount(item, catalogue, language), facts)


@lru_cache(maxsize=64)
def _shown_again(text: str) -> str:
    return _shown(text)


def _shown(text: str) -> str:
    """A name or a reference of the sender, fit to be shown."""
    return inert(mask_within_name(text))


_NOT_GIVEN: Final = Phrase("name not given")
_HEADINGS: Final = {
    ("credit-transfer", "payee"): Phrase("Payment to {name}"),
    ("credit-transfer", "payer"): Phrase("Payment from {name}"),
    ("collection", "payee"): Phrase("Collection by {name}"),
    ("collection", "payer"): Phrase("Collection from {name}"),
}
_NAME: Final = "\0"  # stands in no name that is shown


def _heading(item: NoticeItem, say: Say) -> str:
    if item.whole_block:
        return say(Phrase("All orders of the batch {batch}", {"batch": _shown(item.payment_information)}))
    name = _shown(item.counterparty_name or "") or bare(say, _NOT_GIVEN)
    text = _HEADINGS[item.kind, item.counterparty].text
    if name[:1].isdigit():  # it may be a day or an amount
        return say(Phrase(text, {"name": name}))
    before, after = _around_name(say, text)
    return f"{before}{name}{after}"


@lru_cache(maxsize=64)
def _around_name(say: Say, text: str) -> tuple[str, str]:
    """What is said before and behind a name that is said as it stands."""
    before, _, after = say(Phrase(text, {"name": _NAME})).partition(_NAME)
    return before, after


def _amount(item: NoticeItem, catalogue: Catalogue, language: str) -> str:
    if item.amount_cents is None:
        return catalogue.say(Phrase("amount not readable"), language)
    return catalogue.amount(item.amount_cents, _currency(item.currency), language)


@lru_cache(maxsize=64)
def _currency(text: str) -> str:
    return mask_within_name(text)


@lru_cache(maxsize=1024)
def _day(day: str, catalogue: Catalogue, language: str) -> str:
    try:
        return catalogue.day(datetime.date.fromisoformat(day), language)
    except ValueError:
        return _shown(day)
