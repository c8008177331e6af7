"""The notice of rejected payment orders, which we owe, and of unsettled transactions, if agreed on.

Source: the bank's terms, V.1(8) and VII.1(1) (rejected), V.2.1(26) and (27) (unsettled), III.1(8) (death).
"""

import datetime
from functools import partial

from sepa.model.finding import Findings
from sepa.model.notice import Notice, NoticeItem, Occasion
from sepa.model.reference import Account
from sepa.scheme.phrase import Phrase
from sepa.tell.catalogue import Catalogue
from sepa.tell.mask import inert, mask_account, mask_within_name, shown_file_name
from sepa.tell.page import Fact, Page, Section, html, text
from sepa.tell.parts import Say, foot, labels, speaker, told
from sepa.tell.pdf import pdf

TITLES: dict[Occasion, Phrase] = {
    "rejected": Phrase("Notice of a rejected payment order"),
    "unsettled": Phrase("Notice of unsettled transactions"),
}
LEADS: dict[Occasion, tuple[Phrase, ...]] = {
    "rejected": (
        Phrase(
            "We could not carry out the payment orders listed here. Below you find the reason for each one, "
            "and how to put it right. Your other orders are not affected."
        ),
    ),
    "unsettled": (
        Phrase(
            "We could not settle the transactions listed here, because there was not enough money in the "
            "account. Your other orders are not affected."
        ),
        Phrase(
            "In law these are not rejected payment orders (terms, V.2.1(27)). They will not be tried again; "
            "if you still want to pay, please make sure that there is enough money and send a new order."
        ),
    ),
}
LEAD_WITHOUT_PARAGRAPH = Phrase(
    "In law these are not rejected payment orders. They will not be tried again; if you still want to pay, "
    "please make sure that there is enough money and send a new order."
)
LEAD_WITHOUT_HINT = Phrase(
    "We could not carry out the payment orders listed here. Below you find the reason for each one. "
    "Your other orders are not affected."
)
LIST_HEADINGS: dict[Occasion, Phrase] = {
    "rejected": Phrase("Rejected orders"),
    "unsettled": Phrase("Unsettled transactions"),
}


def is_owed(
    occasion: Occasion, account: Account | None, day: datetime.date, *, suppress_on_death: bool
) -> bool:
    """Say whether a notice about `account` goes out on `day`.

    That of rejected orders always does, also when the account is not ours (None); that of unsettled
    transactions only where it was agreed. Nothing is written once the owner has died (III.1(8)).
    """
    if account is None:
        return occasion == "rejected"
    died = account.owner_died_on
    if suppress_on_death and died is not None and died <= day:
        return False
    return occasion == "rejected" or account.unsettled_notice


def notice_html(notice: Notice, catalogue: Catalogue) -> str:
    """The notice as one HTML document without outside resources, to be read on a screen or printed."""
    return html(page(notice, catalogue))


def notice_text(notice: Notice, catalogue: Catalogue) -> str:
    """The notice as plain text of 72 columns."""
    return text(page(notice, catalogue))


def notice_pdf(notice: Notice, catalogue: Catalogue) -> bytes:
    """The notice as PDF, A4, to be printed or kept; the same notice gives the same bytes."""
    return pdf(page(notice, catalogue))


def page(notice: Notice, catalogue: Catalogue) -> Page:
    """The notice in its parts, in its reader's language, with every stranger's text cleaned and masked."""
    say = speaker(catalogue, notice.language)
    total = len(notice.items)
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
        title=say(TITLES[notice.occasion]),
        remark=catalogue.fallback_remark(notice.language),
        lead=tuple(say(lead) for lead in _leads(notice)),
        facts=tuple(facts),
        sections=tuple(
            _section(item, f"{number}/{total}", notice, catalogue)
            for number, item in enumerate(notice.items, start=1)
        ),
        foot=foot(notice.bank, say),
        labels=labels(say, say(LIST_HEADINGS[notice.occasion])),
    )


def _leads(notice: Notice) -> tuple[Phrase, ...]:
    if notice.occasion == "rejected" and not notice.include_correction_hint:
        return (LEAD_WITHOUT_HINT,)
    if notice.occasion == "unsettled" and not notice.bank.cites_terms:
        return (*LEADS["unsettled"][:-1], LEAD_WITHOUT_PARAGRAPH)
    return LEADS[notice.occasion]


def _section(item: NoticeItem, counter: str, notice: Notice, catalogue: Catalogue) -> Section:
    say = speaker(catalogue, notice.language)
    refusing = tuple(finding for finding in item.findings if finding.effect == "reject")
    reasons = refusing or item.findings
    remarks = tuple(finding for finding in item.findings if refusing and finding.effect == "warn")
    tell = partial(
        told, say=say, with_hint=notice.include_correction_hint, cites_terms=notice.bank.cites_terms
    )
    return Section(
        anchor=item.key,
        counter=counter,
        heading=_heading(item, say),
        amount=_amount(item, catalogue, notice.language),
        facts=_order_facts(item, catalogue, notice.language),
        reasons=tuple(map(tell, reasons)),
        remarks=tuple(map(tell, remarks)),
        closing=_fee(notice.occasion, reasons, say),
    )


def _heading(item: NoticeItem, say: Say) -> str:
    if item.whole_block:
        batch = inert(mask_within_name(item.payment_information))
        return say(Phrase("All orders of the batch {batch}", {"batch": batch}))
    name = inert(mask_within_name(item.counterparty_name or "")) or say(Phrase("name not given"))
    payee = item.counterparty == "payee"
    if item.kind == "collection":
        return say(Phrase("Collection by {name}" if payee else "Collection from {name}", {"name": name}))
    return say(Phrase("Payment to {name}" if payee else "Payment from {name}", {"name": name}))


def _order_facts(item: NoticeItem, catalogue: Catalogue, language: str) -> tuple[Fact, ...]:
    say = speaker(catalogue, language)
    payee = item.counterparty == "payee"
    facts = []
    if not item.whole_block:
        facts.append(Fact(say(Phrase("Reference")), inert(mask_within_name(item.end_to_end_id))))
    if item.counterparty_account:
        label = Phrase("Payee's account") if payee else Phrase("Payer's account")
        facts.append(Fact(say(label), mask_account(item.counterparty_account)))
    if item.requested_date:
        facts.append(Fact(say(Phrase("Due date")), _day(item.requested_date, catalogue, language)))
    if item.payment_information:
        facts.append(Fact(say(Phrase("Batch")), inert(mask_within_name(item.payment_information))))
    facts.append(Fact(say(Phrase("Our number")), item.key))
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


def _fee(occasion: Occasion, reasons: Findings, say: Say) -> str:
    """The fee clause (V.1(8), V.2.1(26)): a rejection costs only where every reason lies with the client."""
    if occasion == "unsettled":
        return say(Phrase("The fee for this notice is in our price list of the day on which it is charged."))
    if reasons and all(finding.blames == "client" for finding in reasons):
        return say(
            Phrase(
                "The reason lies on your side; the fee for this notice is in our price list of the day "
                "on which it is charged."
            )
        )
    return say(Phrase("You pay no fee for this notice, because the reason does not lie on your side alone."))
