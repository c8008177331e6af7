"""What notices and receipts share: a finding told to its reader, labels, whom to ask, how to complain."""

from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from typing import Final

from sepa.model.alike import Mark
from sepa.model.finding import NEUTRAL, Finding
from sepa.model.notice import BankContact
from sepa.scheme.phrase import Phrase
from sepa.tell.catalogue import Catalogue
from sepa.tell.mask import mask_accounts, mask_numbers
from sepa.tell.page import Block, Fact, Labels, Reason

Say = Callable[[Phrase], str]

_HIDDEN = "......"
_OWN_TERMS = "otp-sk "  # how rules cite the bank's own terms, whichever profile is in force


@lru_cache(maxsize=64)
def speaker(catalogue: Catalogue, language: str) -> Say:
    """A function that says phrases in one language."""
    return partial(catalogue.say, language=language)


def bare(say: Say, phrase: Phrase) -> str:
    """A phrase said, looked up once where it has no blanks: most have none, and are said of every order."""
    return say(phrase) if phrase.values else _looked_up(say, phrase.text)


@lru_cache(maxsize=1024)
def _looked_up(say: Say, text: str) -> str:
    return say(Phrase(text))


_FOUND, _EXPECTED = Phrase("Found"), Phrase("Expected")


def told(finding: Finding, say: Say, *, with_hint: bool = True, cites_terms: bool = True) -> Reason:
    """A finding in its reader's words. Values are cleaned; account and birth numbers in them are masked.

    Without `cites_terms` no paragraph is named as one of our terms: they are those of another bank. Of an order that
    the bank has stopped none is named at all: it would say that sanctions or unusual operations are meant (HLD-01).
    """
    found = _shown(finding, finding.found) if finding.found else ""
    facts = [Fact(bare(say, _FOUND), found, quoted=True)] if found else []
    expected = bare(say, _masked(finding, finding.expected))
    if expected:
        facts.append(Fact(bare(say, _EXPECTED), expected))
    return Reason(
        sentence=bare(say, _masked(finding, finding.message)),
        facts=tuple(facts),
        advice=bare(say, _masked(finding, finding.remedy)) if with_hint else "",
        small=_small(finding.source, finding.code, finding.told_rule, say, cites_terms),
    )


@lru_cache(maxsize=1024)
def _small(source: str, code: str, rule: str, say: Say, cites_terms: bool) -> str:
    """Where a reason is written: paragraph, ISO code, rule."""
    named = _paragraph(source, say, cites_terms) if rule != NEUTRAL else ()
    iso, ours = say(Phrase("ISO code {code}", {"code": code})), say(Phrase("rule {rule}", {"rule": rule}))
    return " · ".join((*named, iso, ours))


def labels(say: Say, overview: str = "") -> Labels:
    """The words of the layout. `overview` heads the list of orders."""
    return Labels(
        reason=say(Phrase("Reason")),
        remark=say(Phrase("Also noticed")),
        advice=say(Phrase("What to do")),
        overview=overview,
        quotes=(say(Phrase("“")), say(Phrase("”"))),
    )


def foot(bank: BankContact, say: Say) -> tuple[Block, ...]:
    """Whom to ask and how to complain. Source: the bank's terms, IV.4(49), and its complaints procedure."""
    return (
        Block(say(Phrase("Questions")), tuple(say(phrase) for phrase in _ask(bank))),
        Block(say(Phrase("Complaints")), (say(_complain(bank)),)),
    )


def _ask(bank: BankContact) -> Iterator[Phrase]:
    yield Phrase(
        "Phone {phone}, from abroad {phone_abroad}.", {"phone": bank.phone, "phone_abroad": bank.phone_abroad}
    )
    if bank.hours:
        opens, closes = bank.hours
        yield Phrase(
            "We answer on working days from {opens} to {closes}.", {"opens": opens, "closes": closes}
        )


def _complain(bank: BankContact) -> Phrase:
    if bank.complaints is None:
        return Phrase("If you do not agree, please call us; we will tell you how to complain.")
    return Phrase(
        "If you do not agree, you may complain at any branch, by post, through the form on our web site "
        "or by phone. Our complaints procedure, {paragraph}, says how.",
        {"paragraph": bank.complaints},
    )


def _paragraph(source: str, say: Say, cites_terms: bool) -> tuple[str, ...]:
    if not source.startswith(_OWN_TERMS):
        return (say(Phrase("Source: {source}", {"source": source})),)
    if not cites_terms:
        return ()
    return (say(Phrase("Our terms, {paragraph}", {"paragraph": source.removeprefix(_OWN_TERMS)})),)


def _masked(finding: Finding, phrase: Phrase) -> Phrase:
    """The phrase with values fit to be shown; its text is ours and stays."""
    if not phrase.values:
        return phrase
    shown = {}
    for name, value in phrase.values.items():
        shown[name] = _shown(finding, value) if name == "found" else mask_accounts(value)
    return Phrase(phrase.text, shown)


def _shown(finding: Finding, found: str) -> str:
    """What stood there, fit to be shown; a Mark as one that tells how."""
    how = _how(finding.element)
    return found.shown(how) if isinstance(found, Mark) else SHOWN[how](found)


def _how(element: str) -> str:
    if ".identification" in element:
        return "i"  # may be a birth number or a passport's
    return "n" if "account" in element else "a"


SHOWN: Final[dict[str, Callable[[str], str]]] = {
    "i": lambda found: _HIDDEN if found else "",
    "n": mask_numbers,
    "a": mask_accounts,
}
"""How what stood somewhere is shown, by the letter that a Mark of it tells."""
