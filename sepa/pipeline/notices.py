"""Letters to people: who gets which notice, in which language. The words are in `sepa.tell`."""

import datetime

from sepa.model.fee import Fee
from sepa.model.finding import Findings
from sepa.model.journal import BlockRow, FileRow, OrderRow, Publication, ReportDue, Withheld, block_key
from sepa.model.notice import NoticeItem, Occasion, Receipt, Repeat
from sepa.model.reference import Reference
from sepa.pipeline.gathering import Gathered, Post
from sepa.pipeline.home import Home
from sepa.pipeline.letters import contact, lay_down, withheld, words
from sepa.pipeline.publish import named_by_content, publish_as, stem_of
from sepa.schedule import local_instant
from sepa.scheme.money import cents
from sepa.tell.notice import page
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


def laid_down(
    home: Home, file: FileRow, due: ReportDue, at: datetime.datetime, post: Post
) -> list[Publication | Withheld]:
    """Publish the letters on one file's orders: one for each account and occasion (NOT-01), in each form.

    A letter about many orders has a list of them enclosed.
    """
    return [each for letter in post.letters() for each in _laid_down(home, file, due, at, *letter)]


def _laid_down(
    home: Home,
    file: FileRow,
    due: ReportDue,
    at: datetime.datetime,
    occasion: Occasion,
    iban: str,
    letter: Gathered | None,
) -> list[Publication] | list[Withheld]:
    if letter is None:
        return [withheld(file.key, due.occasion, occasion, iban, at)]
    terms = home.terms(due.at)
    notice, enclosed = letter.finished()
    left = lay_down(
        home,
        terms,
        letter.folder,
        letter.stem,
        page(notice, words(terms)),
        subject=file.key,
        occasion=due.occasion,
        at=at,
    )
    if enclosed is not None:
        name = notice.enclosed
        left.append(
            publish_as(
                home,
                letter.folder,
                name,
                enclosed,
                kind="notice",
                subject=file.key,
                occasion=due.occasion,
                at=at,
            )
        )
    return left


def item_of(order: OrderRow, block: BlockRow, fee: Fee | None = None) -> NoticeItem:
    """One order as a letter tells it, and what that costs."""
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
        fee=fee,
    )


def item_of_block(block: BlockRow, first: OrderRow, fee: Fee | None) -> NoticeItem:
    """A block that was refused as a whole, of which this is the first order, as a letter tells it."""
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
        fee=fee,
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
