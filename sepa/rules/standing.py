"""Facts about one of our own accounts that stop a debit or a credit; the rules of both sides lean on them."""

import datetime

from sepa.model.finding import NOTHING, Findings
from sepa.model.message import Transaction
from sepa.model.reference import Account, Block, account_of, is_ours
from sepa.rules.rule import Case, Rule
from sepa.scheme.iban import iban_fault

EXISTING = "an account that exists at this bank"
_OPEN = "an account that is open on {booking_date}"
_FREE = "an account that is not blocked"
_IN_FORCE = "an account whose orders are still in force"


_BOUND = ("savings", "term-deposit", "twin", "sub-deposit")
_CHOOSY = ("term-deposit", "dynamic")


def unbound(subject: Transaction, case: Case) -> bool:
    """Neither account is of a kind that limits where money goes, or when and how much comes."""
    debtor = account_of(subject.debtor_account.iban, case.reference)
    if debtor is not None and debtor.product in _BOUND:
        return False
    creditor = account_of(subject.creditor_account.iban, case.reference)
    return creditor is None or creditor.product not in _CHOOSY


def in_force(block: Block, moment: datetime.datetime) -> bool:
    """Whether a block of funds counts at `moment`, an aware instant (ACC-09).

    A block whose times have no zone means the zone of `moment`.
    """
    if _in_zone(block.since, moment) > moment:
        return False
    return block.until is None or _in_zone(block.until, moment) > moment


def _in_zone(instant: datetime.datetime, moment: datetime.datetime) -> datetime.datetime:
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=moment.tzinfo)


def unknown(iban: str | None, case: Case) -> bool:
    """Whether a well-formed IBAN carries our bank code, yet stands in no line of the table of accounts."""
    reference = case.reference
    return (
        iban is not None
        and reference.accounts is not None
        and account_of(iban, reference) is None
        and is_ours(iban, case.profile.bank, reference)
        and iban_fault(iban) is None
    )


def closed(judge: Rule, account: Account, booking_date: datetime.date, element: str) -> Findings:
    """The finding of `judge` when the account is closed on the booking date, its closing day included."""
    if account.closed_on is None or booking_date < account.closed_on:
        return NOTHING
    return (
        judge.finding(
            judge.codes[0],
            element,
            account.iban,
            _OPEN,
            booking_date=booking_date.isoformat(),
            closed_on=account.closed_on.isoformat(),
        ),
    )


def not_yet_open(judge: Rule, account: Account, booking_date: datetime.date, element: str) -> Findings:
    """The finding of `judge` when the account is opened only after the booking date."""
    if account.opened_on <= booking_date:
        return NOTHING
    return (
        judge.finding(
            judge.codes[0],
            element,
            account.iban,
            _OPEN,
            booking_date=booking_date.isoformat(),
            opened_on=account.opened_on.isoformat(),
        ),
    )


def blocked(
    judge: Rule, account: Account, begins: datetime.datetime, ends: datetime.datetime, element: str
) -> Findings:
    """The finding of `judge` when one block of the whole account counts both at `begins` and at `ends`."""
    for block in account.blocks:
        if block.amount_cents is None and in_force(block, begins) and in_force(block, ends):
            return (judge.finding(judge.codes[0], element, account.iban, _FREE),)
    return NOTHING


def blocked_all_day(
    judge: Rule, account: Account, case: Case, booking_date: datetime.date, element: str
) -> Findings:
    """The same at intake: the block must be known to last over the booking date. Settlement looks again."""
    if not account.blocks:
        return NOTHING
    zone = case.received_at.tzinfo
    begins = datetime.datetime.combine(booking_date, datetime.time.min, zone)
    ends = datetime.datetime.combine(booking_date, datetime.time.max, zone)
    return blocked(judge, account, max(case.received_at, begins), ends, element)


def lapsed(judge: Rule, account: Account, booking_date: datetime.date, element: str) -> Findings:
    """The finding of `judge` when the bank knows by the booking date that the owner has died."""
    if account.owner_died_on is None or booking_date < account.owner_died_on:
        return NOTHING
    return (judge.finding(judge.codes[0], element, account.iban, _IN_FORCE),)
