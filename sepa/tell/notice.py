"""Letters about orders: to whom they are owed, and what stands in them, before it is laid out as page or paper.

Source: the bank's terms, V.1(8) and VII.1(1) (rejected), V.2.1(26) (unsettled), III.1(8) (death).
"""

import datetime
from collections.abc import Iterator
from functools import partial

import msgspec

from sepa.model.finding import NEUTRAL, Effect, Findings
from sepa.model.notice import Notice, NoticeItem, Occasion
from sepa.model.reference import Account
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
    say = speaker(catalogue, notice.language)
    reasons, remarks = _told_findings(item.findings, notice.occasion)
    tell = partial(
        told, say=say, with_hint=notice.include_correction_hint, cites_terms=notice.bank.cites_terms
    )
    return Section(
        anchor=item.key,
        counter=counter,
        heading=_heading(item, say),
        amount=_amount(item, catalogue, notice.language),
        facts=_order_facts(item, notice, catalogue),
        reasons=tuple(_as_said(notice.occasion, tell(finding)) for finding in reasons),
        remarks=tuple(map(tell, remarks)),
        closing=_fee(item, notice, catalogue, reasons),
    )


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


def _heading(item: NoticeItem, say: Say) -> str:
    if item.whole_block:
        batch = inert(mask_within_name(item.payment_information))
        return say(Phrase("All orders of the batch {batch}", {"batch": batch}))
    name = inert(mask_within_name(item.counterparty_name or "")) or say(Phrase("name not given"))
    payee = item.counterparty == "payee"
    if item.kind == "collection":
        return say(Phrase("Collection by {name}" if payee else "Collection from {name}", {"name": name}))
    return say(Phrase("Payment to {name}" if payee else "Payment from {name}", {"name": name}))


_REFERENCE, _DUE, _BATCH, _NUMBER = (
    Phrase("Reference"), Phrase("Due date"), Phrase("Batch"), Phrase("Our number")
)  # fmt: skip
_BOOKED, _SETTLED = Phrase("Booked on"), Phrase("Day between the banks")
_PAYEES_ACCOUNT, _PAYERS_ACCOUNT = Phrase("Payee's account"), Phrase("Payer's account")


def _order_facts(item: NoticeItem, notice: Notice, catalogue: Catalogue) -> tuple[Fact, ...]:
    say = speaker(catalogue, notice.language)
    payee = item.counterparty == "payee"
    facts = []
    if not item.whole_block:
        facts.append(Fact(bare(say, _REFERENCE), inert(mask_within_name(item.end_to_end_id))))
    if item.counterparty_account:
        label = _PAYEES_ACCOUNT if payee else _PAYERS_ACCOUNT
        facts.append(Fact(bare(say, label), mask_account(item.counterparty_account)))
    if item.requested_date:
        facts.append(Fact(bare(say, _DUE), _day(item.requested_date, catalogue, notice.language)))
    if notice.occasion in TELLS_DAYS and item.booking_date:
        facts.append(Fact(bare(say, _BOOKED), catalogue.day(item.booking_date, notice.language)))
    if notice.occasion in TELLS_DAYS and item.settlement_date:
        day = catalogue.day(item.settlement_date, notice.language)
        facts.append(Fact(bare(say, _SETTLED), day))
    if item.payment_information:
        facts.append(Fact(bare(say, _BATCH), inert(mask_within_name(item.payment_information))))
    facts.append(Fact(bare(say, _NUMBER), item.key))
    return tuple(facts)


def _amount(item: NoticeItem, catalogue: Catalogue, language: str) -> str:
    if item.amount_cents is None:
        return catalogue.say(Phrase("amount not readable"), language)
    return catalogue.amount(item.amount_cents, mask_within_name(item.currency), language)


def _day(day: str, catalogue: Catalogue, language: str) -> str:
    try:
        return catalogue.day(datetime.date.fromisoformat(day), language)
    except ValueError:
        return inert(mask_within_name(day))


def _fee(item: NoticeItem, notice: Notice, catalogue: Catalogue, reasons: Findings) -> str:
    """The fee clause (V.1(8), V.2.1(26)): what this item costs, or that it is free. Only owners of accounts pay."""
    say = speaker(catalogue, notice.language)
    if notice.occasion not in COSTS or item.kind != "credit-transfer":
        return ""
    if item.fee is not None and item.fee.cents is not None:
        amount = catalogue.amount(item.fee.cents, "EUR", notice.language)
        return say(
            Phrase(
                "The fee for this notice is {amount} by our price list of {prices}.",
                {"amount": amount, "prices": item.fee.prices},
            )
        )
    if item.fee is not None and notice.occasion == "unsettled":
        return bare(
            say, Phrase("The fee for this notice is in our price list of the day on which it is charged.")
        )
    if item.fee is not None:
        return bare(
            say,
            Phrase(
                "The reason lies on your side; the fee for this notice is in our price list of the day "
                "on which it is charged."
            ),
        )
    if any(finding.blames != "client" for finding in reasons):
        return bare(
            say, Phrase("You pay no fee for this notice, because the reason does not lie on your side alone.")
        )
    return bare(say, Phrase("You pay no fee for this notice."))
