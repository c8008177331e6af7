"""OrgnlTxRef of a pain.002: an order as its sender knows it, in both generations."""

import re
from functools import lru_cache

from sepa.model.message import AccountId, Agent, Mandate, Party, Transaction
from sepa.model.report import TransactionStatus
from sepa.scheme.characters import visible
from sepa.wire.parties import creditor_identifier, reference
from sepa.wire.xml import escape

# The BIC of 2009 is narrower than that of 2019; what does not fit is shown as another identification.
_BIC_2009 = re.compile(r"[A-Z]{6}[A-Z2-9][A-NP-Z0-9](?:[A-Z0-9]{3})?", re.ASCII)


def asked_for(day: str | None, collection: bool, modern: bool) -> str:
    """The day that a block asks for, as its orders echo it."""
    if collection or not day:
        return reference("ReqdColltnDt", day)
    return f"<ReqdExctnDt>{reference('Dt', day) if modern else day}</ReqdExctnDt>"


def echo(status: TransactionStatus, asked: str, collection: bool, modern: bool) -> str:
    """OrgnlTxRef: what its sender knows the order by. Source: ISO 20022, OriginalTransactionReference."""
    order = status.original
    amount = settled = mandate = ""
    if order.amount and order.currency:
        amount = f'<Amt><InstdAmt Ccy="{order.currency}">{escape(order.amount)}</InstdAmt></Amt>'
    if status.settlement_date is not None:
        settled = reference("IntrBkSttlmDt", status.settlement_date.isoformat())
    if collection:
        mandate = _scheme_of(order) + _mandate(order.mandate)
    return (
        f"{amount}{settled}{asked}{mandate}"
        f"{_party('UltmtDbtr', order.ultimate_debtor, modern)}{_party('Dbtr', order.debtor, modern)}"
        f"{_account('DbtrAcct', order.debtor_account)}{agent('DbtrAgt', order.debtor_agent, modern)}"
        f"{agent('CdtrAgt', order.creditor_agent, modern)}{_party('Cdtr', order.creditor, modern)}"
        f"{_account('CdtrAcct', order.creditor_account)}"
        f"{_party('UltmtCdtr', order.ultimate_creditor, modern)}"
    )


def _scheme_of(order: Transaction) -> str:
    return creditor_identifier("CdtrSchmeId", order.creditor_identifier) if order.creditor_identifier else ""


def _mandate(mandate: Mandate | None) -> str:
    if mandate is None:
        return ""
    inner = reference("MndtId", mandate.mandate_id) + reference("DtOfSgntr", mandate.signed_on)
    return f"<MndtRltdInf>{inner}</MndtRltdInf>" if inner else ""


def _party(tag: str, subject: Party | None, modern: bool) -> str:
    return _named(tag, subject.name, modern) if subject is not None else ""


@lru_cache(maxsize=1024)
def _named(tag: str, sent: str | None, modern: bool) -> str:
    """A party by its name as sent, without what cannot be seen. The generation of 2019 puts one more level around."""
    name = reference("Nm", visible(sent) if sent is not None else None)
    return f"<{tag}><Pty>{name}</Pty></{tag}>" if modern else f"<{tag}>{name}</{tag}>"


def _account(tag: str, named: AccountId) -> str:
    if named.iban:
        return f"<{tag}><Id>{reference('IBAN', named.iban)}</Id></{tag}>"
    return f"<{tag}><Id><Othr>{reference('Id', named.other)}</Othr></Id></{tag}>" if named.other else ""


def agent(tag: str, named: Agent, modern: bool) -> str:
    """A bank as it was named: by its BIC, or as it could be read."""
    if named.bic and (modern or _BIC_2009.fullmatch(named.bic)):
        inner = reference("BICFI" if modern else "BIC", named.bic)
    elif named.bic or named.other:
        inner = f"<Othr>{reference('Id', named.bic or named.other)}</Othr>"
    else:
        return ""
    return f"<{tag}><FinInstnId>{inner}</FinInstnId></{tag}>"
