"""Letters about orders: to whom they are owed, and what stands in them, before it is laid out as page or paper.

Source: the bank's terms, V.1(8) and VII.1(1) (rejected), V.2.1(26) (unsettled), III.1(8) (death).
"""

import datetime
from collections.abc import Iterator
from functools import lru_cache, partial

import msgspec

from sepa.model.fee import Fee
from sepa.model.finding import NEUTRAL, Effect, Findings
from sepa.model.notice import Notice, NoticeItem, Occasion
from sepa.model.reference import Account
from sepa.model.same import Same
from sepa.scheme.letters import inert
from sepa.scheme.phrase import Phrase
from sepa.tell.catalogue import Catalogue
from sepa.tell.letters import WORDINGS, leads
from sepa.tell.mask import mask_account, mask_within_name, shown_file_name
from sepa.tell.order_words import FACTS, order_words
from sepa.tell.page import Fact, Page, Reason, Section
from sepa.tell.parts import Say, bare, foot, labels, speaker, told

REASON_EFFECTS: dict[Occasion, Effect] = {"held": "hold", "routed": "route", "rolled": "move"}
"""The effect of the findings that a letter gives as its reasons; elsewhere those that refuse, or else all."""

COSTS: frozenset[Occasion] = frozenset({"rejected", "unsettled"})


def is_owed(occasion: Occasion, account: Account | None) -> bool:
    """Say whether a notice about `account`, None when it is not ours, is owed at all.

    That of unsettled transactions is only where it was agreed on (V.2.1(26)).
    """
    return occasion != "unsettled" or (account is not None and account.unsettled_notice)


def is_silenced(account: Account | None, day: datetime.date, *, suppress_on_death: bool) -> bool:
    """Say whether on `day` nothing more is written about `account`: the bank knows its owner has died (III.1(8))."""
    died = account.owner_died_on if account is not None else None
    return suppress_on_death and died is not None and died <= day


def page(notice: Notice, catalogue: Catalogue) -> Page:
    """The notice in its parts, in its reader's language, with every stranger's text cleaned and masked."""
    say = speaker(catalogue, notice.language)
    total = max(notice.entries, len(notice.items))
    facts = [Fact(say(Phrase("Addressee")), inert(mask_within_name(notice.addressee)))]
    if notice.account:
        facts.append(Fact(say(Phrase("Account")), mask_account(notice.account)))
    facts.append(Fact(say(Phrase("Issued")), catalogue.moment(notice.issued_at, notice.language)))
    facts.append(Fact(say(Phrase("Number of entries")), str(total)))
    if notice.file_name:
        facts.append(Fact(say(Phrase("File")), shown_file_name(notice.file_name)))
    return Page(
        language=catalogue.spoken(notice.language),
        sender=notice.bank.name,
        title=say(WORDINGS[notice.occasion].title),
        remark=catalogue.fallback_remark(notice.language),
        lead=tuple(say(lead) for lead in (*leads(notice), *_enclosed(notice))),
        facts=tuple(facts),
        sections=tuple(
            section(item, f"{number}/{total}", notice, catalogue)
            for number, item in enumerate(notice.items, start=1)
        ),
        foot=foot(notice.bank, say),
        labels=labels(say, say(WORDINGS[notice.occasion].overview)),
    )


def _enclosed(notice: Notice) -> Iterator[Phrase]:
    if notice.enclosed:
        yield Phrase(
            "Here you find the first {shown} of them. All of them stand, with every reason, in the list {name}, "
            "which belongs to this letter.",
            {"shown": str(len(notice.items)), "name": notice.enclosed},
        )


def section(item: NoticeItem, counter: str, notice: Notice, catalogue: Catalogue) -> Section:
    """One order of the notice in its parts."""
    say, known = speaker(catalogue, notice.language), order_words(item, notice, catalogue)
    reasons, remarks = reasons_told(notice, catalogue)(item.findings)
    return Section(
        anchor=item.key,
        counter=counter,
        heading=known.heading,
        amount=known.amount,
        facts=tuple(
            [
                Fact(bare(say, label), value)
                for label, value in zip(FACTS, known.facts, strict=True)
                if value is not None
            ]
        ),
        reasons=reasons,
        remarks=remarks,
        closing=closing(item, notice, catalogue),
    )


ToldFindings = tuple[tuple[Reason, ...], tuple[Reason, ...]]
"""The reasons that a letter gives, and what was noticed beside them."""


def reasons_told(notice: Notice, catalogue: Catalogue) -> Same[Findings, ToldFindings]:
    """How letters such as `notice` put findings into words: once for orders of which the same was found."""
    bank = notice.bank
    return _reasons_told(
        catalogue, notice.language, notice.occasion, notice.include_correction_hint, bank.cites_terms
    )


@lru_cache(maxsize=8)
def _reasons_told(
    catalogue: Catalogue, language: str, occasion: Occasion, with_hint: bool, cites_terms: bool
) -> Same[Findings, ToldFindings]:
    tell = partial(told, say=speaker(catalogue, language), with_hint=with_hint, cites_terms=cites_terms)

    def put(findings: Findings) -> ToldFindings:
        reasons, remarks = _told_findings(findings, occasion)
        return tuple([_as_said(occasion, tell(each)) for each in reasons]), tuple(map(tell, remarks))

    return Same(put)


def _as_said(occasion: Occasion, reason: Reason) -> Reason:
    """Who withdrew an order is told so in a sentence; nothing was found that should have been otherwise."""
    return msgspec.structs.replace(reason, facts=()) if occasion == "revoked" else reason


def _told_findings(findings: Findings, occasion: Occasion) -> tuple[Findings, Findings]:
    """Those that decided, and what was noticed beside a refusal. Why an order is held by people stays inside."""
    effect = REASON_EFFECTS.get(occasion)
    if effect is not None:
        decided = tuple(finding for finding in findings if finding.effect == effect)
        return tuple(finding for finding in decided if finding.told_rule != NEUTRAL), ()
    refusing = tuple(finding for finding in findings if finding.effect == "reject")
    if refusing:
        return refusing, tuple(finding for finding in findings if finding.effect == "warn")
    return findings, ()


def closing(item: NoticeItem, notice: Notice, catalogue: Catalogue) -> str:
    """The fee clause (V.1(8), V.2.1(26)): what this item costs, or that it is free. Only owners of accounts pay."""
    if notice.occasion not in COSTS or item.kind != "credit-transfer":
        return ""
    if item.fee is not None:
        return _costs(item.fee, notice.occasion, notice.language, catalogue)
    return _free(_blames_client(item.findings), speaker(catalogue, notice.language))


def _blames_client(findings: Findings) -> bool:
    """Whether every reason of a refusal (or else every finding) lies with the client."""
    reasons = _told_findings(findings, "rejected")[0]
    return all(finding.blames == "client" for finding in reasons)


def _free(blames_client: bool, say: Say) -> str:
    if blames_client:
        return bare(say, Phrase("You pay no fee for this notice."))
    return bare(
        say, Phrase("You pay no fee for this notice, because the reason does not lie on your side alone.")
    )


@lru_cache(maxsize=64)
def _costs(fee: Fee, occasion: Occasion, language: str, catalogue: Catalogue) -> str:
    say = speaker(catalogue, language)
    if fee.cents is not None:
        amount = catalogue.amount(fee.cents, "EUR", language)
        return say(
            Phrase(
                "The fee for this notice is {amount} by our price list of {prices}.",
                {"amount": amount, "prices": fee.prices},
            )
        )
    if occasion == "unsettled":
        return say(Phrase("The fee for this notice is in our price list of the day on which it is charged."))
    return say(
        Phrase(
            "The reason lies on your side; the fee for this notice is in our price list of the day "
            "on which it is charged."
        )
    )
