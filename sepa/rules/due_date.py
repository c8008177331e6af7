"""What is asked again on the due date: accounts and the other bank, which may have changed since intake."""

import datetime

from sepa.model.finding import NOTHING, Findings
from sepa.model.message import Kind
from sepa.model.payment import Payment
from sepa.model.profile import Profile
from sepa.model.reference import Account, Reference, bank_of
from sepa.rules import accounts, deposits, ownership, payers, reach
from sepa.rules.standing import EXISTING, blocked, closed, lapsed

_DEBTOR = "debtor_account.iban"
_CREDITOR = "creditor_account.iban"


def no_debtor_account(payment: Payment) -> Findings:
    """The finding for a debtor account that the table no longer holds (ACC-19)."""
    judge = payers.payer_account_known if payment.kind == "collection" else accounts.debtor_account_known
    return (judge.finding(judge.codes[0], _DEBTOR, payment.debtor_iban, EXISTING),)


def debtor_findings(account: Account, kind: Kind, window: datetime.datetime, profile: Profile) -> Findings:
    """What stops every debit of this kind at `window`: closed, blocked, owner dead, collections blocked, money tied.

    `window` is in the bank's zone. ACC-01, ACC-04, ACC-06, ACC-09, ACC-10, DD-16.
    """
    if kind == "collection":
        is_open, is_free, is_alive = payers.payer_account_open, payers.payer_account_free, payers.payer_alive
        refusing = payers.collections_blocked(account, profile)
    else:
        is_open, is_free = accounts.debtor_account_open, accounts.debtor_account_free
        is_alive, refusing = accounts.owner_alive, deposits.debited(account, window.date(), profile)
    return (
        closed(is_open, account, window.date(), _DEBTOR)
        + blocked(is_free, account, window, window, _DEBTOR)
        + lapsed(is_alive, account, window.date(), _DEBTOR)
        + ownership.identified(account)
        + refusing
    )


def creditor_findings(
    payment: Payment,
    creditor: Account | None,
    window: datetime.datetime,
    profile: Profile,
    posted_cents: int = 0,
) -> Findings:
    """What stops the credit of an on-us payment: no such account any more, closed, or a deposit that takes nothing now.

    `posted_cents` is what we posted to the creditor's account beyond the balance of the table. A collection is
    on-us by its debtor; its creditor may be at the bank that delivered it. ACC-01, ACC-02, ACC-07, ACC-19.
    """
    if creditor is not None:
        shut = closed(accounts.creditor_account_open, creditor, window.date(), _CREDITOR)
        if payment.kind == "collection":
            return shut
        held_cents = creditor.balance_cents + posted_cents
        return shut + deposits.credited(creditor, payment.amount_cents, held_cents, window.date(), profile)
    if payment.kind == "collection":
        return NOTHING
    judge = accounts.creditor_account_known
    return (judge.finding("AC03", _CREDITOR, payment.creditor_iban, EXISTING),)


def reach_findings(payment: Payment, reference: Reference, settlement_date: datetime.date) -> Findings:
    """What stops a payment between banks: the other bank has left the scheme, or the table (SC-05)."""
    transfer = payment.kind == "credit-transfer"
    iban, element = (payment.creditor_iban, _CREDITOR) if transfer else (payment.debtor_iban, _DEBTOR)
    member = bank_of(iban, reference)
    if reach.takes_part(member, payment.kind, payment.local_instrument, settlement_date):
        return NOTHING
    code, day = "CNOR" if transfer else "DNOR", settlement_date.isoformat()
    return (reach.participant.finding(code, element, iban, "an account at a bank that takes part", day=day),)
