"""Letters to people: who gets which notice, in which language. The words are in `sepa.tell`."""

import datetime
from collections import defaultdict
from collections.abc import Container

from msgspec.structs import replace

from sepa.model.fee import Charge
from sepa.model.finding import Findings
from sepa.model.journal import BlockRow, FileRow, OrderRow, Publication, ReportDue, Withheld, block_key
from sepa.model.notice import Notice, NoticeItem, Occasion, Receipt, Repeat
from sepa.model.profile import Profile
from sepa.model.reference import Account, Partner, Reference
from sepa.pipeline.charges import charged
from sepa.pipeline.home import Home
from sepa.pipeline.letters import contact, lay_down, silenced, withheld, words
from sepa.pipeline.publish import named_by_content, publish_as, stem_of
from sepa.rules.contract import refused_a_stranger
from sepa.rules.fees import fee_for
from sepa.schedule import local_instant
from sepa.scheme.money import cents
from sepa.tell.notice import is_owed, page
from sepa.tell.receipt import receipt_text

OCCASIONS: dict[str, Occasion] = {
    "rejected": "rejected",
    "not-executed": "not-executed",
    "unsettled": "unsettled",
    "held": "held",
    "routed": "routed",
    "rolled": "rolled",
    "revoked": "revoked",
}
"""The letter that tells of an outcome or a state."""
OWED = ("rejected", "not-executed", "unsettled")
"""States that the terms want told; of the others the profile says which (`notices.also`)."""


def notices(
    home: Home, file: FileRow, due: ReportDue, at: datetime.datetime, reference: Reference
) -> list[Publication | Withheld | Charge]:
    """The letters on one file's orders: one for each account and occasion (NOT-01), in each form of the profile.

    With them what they cost, as they say it.

    A transfer's notice is addressed to the account's owner; a collection's, and that of an account we do not know
    or that the sender may not dispose of, to the partner who delivered it. A block refused as a whole is told once,
    not once for each order.
    """
    grouped: dict[tuple[Occasion, str], list[NoticeItem]] = defaultdict(list)
    blocks = {block.position: block for block in home.journal.blocks(file.key)}
    whole: set[int] = set()
    strange: set[str] = set()
    as_judged = due.occasion == "judged"
    cause = None if as_judged else due.occasion
    states = (*OWED, *home.terms(due.at).notices.also)
    for order in home.journal.orders(file.key, states=states, cause=cause, as_judged=as_judged):
        block = blocks[order.block]
        if refused_a_stranger(block.findings) and order.state == "rejected":
            strange.add(_account_of(order))
        own = any(finding.effect == "reject" for finding in block.findings)
        if own and as_judged:
            if order.block not in whole:
                whole.add(order.block)
                grouped["rejected", _account_of(order)].append(_item_of_block(block, order))
        else:
            became = OCCASIONS[order.outcome if as_judged else order.state]
            grouped[became, _account_of(order)].append(item_of(order, block))
    refused_now = not as_judged and any(occasion == "rejected" for occasion, _ in grouped)
    refused = home.journal.been(file.key, ("rejected", "not-executed")) if refused_now else ()
    partner = (reference.partners or {}).get(file.partner)
    left: list[Publication | Withheld | Charge] = []
    for (occasion, iban), items in sorted(grouped.items()):
        account = (reference.accounts or {}).get(iban) if partner and iban not in strange else None
        left += _letter(home, file, due, at, partner, account, occasion, iban, items, refused)
    return left


def _account_of(order: OrderRow) -> str:
    """The account a notice is about; collections are the delivering partner's business ("")."""
    return (order.debtor_iban or "") if order.kind == "credit-transfer" else ""


def _letter(
    home: Home,
    file: FileRow,
    due: ReportDue,
    at: datetime.datetime,
    partner: Partner | None,
    account: Account | None,
    occasion: Occasion,
    iban: str,
    items: list[NoticeItem],
    refused: Container[str],
) -> list[Publication | Withheld | Charge]:
    terms, issued = home.terms(due.at), local_instant(due.at, home.profile)
    if not is_owed(occasion, account):
        return []
    if silenced(home, account, due.at):
        return [withheld(file.key, due.occasion, occasion, iban, at)]
    notice = Notice(
        occasion=occasion,
        addressee=account.name if account else partner.name if partner else file.partner,
        account=iban,
        language=(account and account.language)
        or (partner and partner.language)
        or terms.bank.notice_language,
        bank=contact(terms),
        issued_at=issued,
        items=tuple(_priced(item, occasion, account, terms, issued.date(), refused) for item in items),
        file_name=file.name,
        include_correction_hint=terms.notices.include_correction_hint,
    )
    letter = lay_down(
        home,
        terms,
        home.outbox(due.partner) / "notices",
        f"notice_{occasion}_{stem_of(file.name)}_{file.key[:12]}_{iban[-4:] or 'file'}",
        page(notice, words(terms)),
        subject=file.key,
        occasion=due.occasion,
        at=at,
    )
    return [*letter, *charged(notice, due, at)]


def _priced(
    item: NoticeItem,
    occasion: Occasion,
    account: Account | None,
    terms: Profile,
    day: datetime.date,
    refused: Container[str],
) -> NoticeItem:
    """The item with what it costs the owner of `account`; a collection's notice, or a stranger's, costs nobody.

    Orders in `refused` were refused before.
    """
    if account is None or item.kind != "credit-transfer" or occasion not in ("rejected", "unsettled"):
        return item
    fee = fee_for(occasion, item.findings, terms, on=day, again=item.key in refused)
    return replace(item, fee=fee)


def item_of(order: OrderRow, block: BlockRow) -> NoticeItem:
    """One order as a letter tells it."""
    transfer = order.kind == "credit-transfer"
    other = order.transaction.creditor if transfer else order.transaction.debtor
    return NoticeItem(
        key=order.key,
        end_to_end_id=order.end_to_end_id,
        amount_cents=order.amount_cents,
        currency=order.currency,
        requested_date=block.requested_date,
        counterparty_name=other.name,
        counterparty_account=order.creditor_iban if transfer else order.debtor_iban,
        findings=order.findings,
        kind=order.kind,
        counterparty="payee" if transfer else "payer",
        payment_information=block.id,
        booking_date=order.booking_date,
        settlement_date=order.settlement_date,
    )


def _item_of_block(block: BlockRow, first: OrderRow) -> NoticeItem:
    return NoticeItem(
        key=block_key(first.key, block.position),
        end_to_end_id=block.id,
        amount_cents=cents(block.sum_text),
        currency=first.currency,
        requested_date=block.requested_date,
        counterparty_name=None,
        counterparty_account=None,
        findings=block.findings,
        kind=first.kind,
        counterparty="payee" if first.kind == "credit-transfer" else "payer",
        payment_information=block.id,
        whole_block=True,
    )


def receipt(
    home: Home, file: FileRow, due: ReportDue, at: datetime.datetime, reference: Reference
) -> Publication:
    """The plain receipt for a file that no status report can answer, or for bytes that came again."""
    terms, partner = home.terms(due.at), (reference.partners or {}).get(due.partner)
    findings: Findings = file.findings
    name, received_at, repeat = file.name, file.received_at, None
    if due.occasion.startswith("repeat:"):
        again = home.journal.delivery(due.occasion.removeprefix("repeat:"))
        assert again is not None
        name, received_at, findings = again.name, again.received_at, ()
        repeat = Repeat(file_name=file.name, received_at=local_instant(file.received_at, home.profile))
    content = receipt_text(
        Receipt(
            partner=partner.name if partner else due.partner,
            language=(partner and partner.language) or terms.bank.notice_language,
            file_name=name,
            sha256=file.sha256,
            size_bytes=file.size_bytes,
            received_at=local_instant(received_at, home.profile),
            bank=contact(terms),
            findings=findings,
            repeat_of=repeat,
        ),
        words(terms),
    ).encode()
    return publish_as(
        home,
        home.outbox(due.partner),
        named_by_content(f"receipt_{stem_of(name)}_{file.key[:12]}", "txt", content),
        content,
        kind="receipt",
        subject=file.key,
        occasion=due.occasion,
        at=at,
    )
