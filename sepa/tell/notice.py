"""Letters about orders: to whom they are owed, and what stands in them, before it is laid out as page or paper.

Source: the bank's terms, V.1(8) and VII.1(1) (rejected), V.2.1(26) (unsettled), III.1(8) (death).
"""

import datetime
from collections.abc import Iterator
from functools import lru_cache, partial
from typing import Final, NamedTuple

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
from sepa.tell.page import Fact, Page, Reason, Section
from sepa.tell.parts import Say, bare, foot, labels, speaker, told

REASON_EFFECTS: dict[Occasion, Effect] = {"held": "hold", "routed": "route", "rolled": "move"}
"""The effect of the findings that a letter gives as its reasons; elsewhere those that refuse, or else all."""

TELLS_DAYS: frozenset[Occasion] = frozenset({"rolled", "executed"})
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
        _shown(item.payment_information) if item.payment_information else None,
        item.key,
    )
    return OrderWords(_heading(item, speaker(catalogue, language)), _amount(item, catalogue, language), facts)


def _shown(text: str) -> str:
    """A name or a reference of the sender, fit to be shown."""
    return inert(mask_within_name(text))


def _heading(item: NoticeItem, say: Say) -> str:
    if item.whole_block:
        return say(Phrase("All orders of the batch {batch}", {"batch": _shown(item.payment_information)}))
    name = _shown(item.counterparty_name or "") or bare(say, Phrase("name not given"))
    payee = item.counterparty == "payee"
    if item.kind == "collection":
        return say(Phrase("Collection by {name}" if payee else "Collection from {name}", {"name": name}))
    return say(Phrase("Payment to {name}" if payee else "Payment from {name}", {"name": name}))


def _amount(item: NoticeItem, catalogue: Catalogue, language: str) -> str:
    if item.amount_cents is None:
        return catalogue.say(Phrase("amount not readable"), language)
    return catalogue.amount(item.amount_cents, mask_within_name(item.currency), language)


@lru_cache(maxsize=1024)
def _day(day: str, catalogue: Catalogue, language: str) -> str:
    try:
        return catalogue.day(datetime.date.fromisoformat(day), language)
    except ValueError:
        return _shown(day)


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
