"""Laying a letter down in the forms that the profile names, and noting one that is not written."""

import datetime
from collections.abc import Callable
from pathlib import Path

from sepa.model.journal import Publication, Withheld
from sepa.model.notice import BankContact
from sepa.model.profile import Profile
from sepa.model.reference import Account
from sepa.pipeline.home import Home, utc
from sepa.pipeline.publish import named_by_content, publish_as
from sepa.schedule import local_instant
from sepa.tell.catalogue import Catalogue
from sepa.tell.notice import is_silenced
from sepa.tell.page import Page, html, text
from sepa.tell.pdf import pdf

FORMS: dict[str, tuple[str, Callable[[Page], bytes]]] = {
    "html": ("html", lambda page: html(page).encode()),
    "text": ("txt", lambda page: text(page).encode()),
    "pdf": ("pdf", pdf),
}
"""Each form of a letter by its name in the profile: how its file ends and what is written into it."""

DEATH = "III.1(8)"
"""The paragraph by which nothing more is written about an account whose owner has died."""


def lay_down(
    home: Home,
    terms: Profile,
    folder: Path,
    stem: str,
    page: Page,
    *,
    subject: str,
    occasion: str,
    at: datetime.datetime,
) -> list[Publication]:
    """Publish the letter once in each form of `terms`, every file named by its content. Same page, same bytes."""
    left = []
    for form in terms.notices.formats:
        extension, shown = FORMS[form]
        content = shown(page)
        name = named_by_content(stem, extension, content)
        left.append(
            publish_as(home, folder, name, content, kind="notice", subject=subject, occasion=occasion, at=at)
        )
    return left


def silenced(home: Home, account: Account | None, moment: datetime.datetime) -> bool:
    """Whether nothing may be written about `account` any more at this instant, because its owner has died."""
    day = local_instant(moment, home.profile).date()
    return is_silenced(account, day, suppress_on_death=home.terms(moment).notices.suppress_on_death)


def withheld(subject: str, occasion: str, letter: str, account: str, at: datetime.datetime) -> Withheld:
    """The line that says which letter was not written, and by which paragraph."""
    return Withheld(subject, occasion, letter, account, DEATH, utc(at))


def words(terms: Profile) -> Catalogue:
    """The sentences of every language, with the bank's own behind them."""
    return Catalogue.load(terms.bank.notice_language)


def contact(terms: Profile) -> BankContact:
    """How to reach the bank, as these terms say."""
    bank, hours = terms.bank, terms.bank.contact.hours
    return BankContact(
        name=bank.name,
        phone=bank.contact.phone,
        phone_abroad=bank.contact.phone_abroad,
        complaints=bank.contact.complaints,
        language=bank.notice_language,
        hours=(f"{hours.opens:%H:%M}", f"{hours.closes:%H:%M}") if hours else None,
        cites_terms=terms.notices.cite_terms,
    )
