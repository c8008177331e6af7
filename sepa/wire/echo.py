"""One transaction of a pain.002, with OrgnlTxRef: the order as its sender knows it, in both generations."""

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


def told(status: TransactionStatus, reasons: str, asked: str, collection: bool, modern: bool) -> str:
    """The transaction with its `reasons`, which are drawn already, on a line of its own."""
    usual = None if collection else _usual(status, reasons, asked, modern)
    return usual or _in_full(status, reasons, asked, collection, modern)


def _in_full(status: TransactionStatus, reasons: str, asked: str, collection: bool, modern: bool) -> str:
    order = status.original
    return (
        f"<TxInfAndSts>{reference('StsId', status.key)}{reference('OrgnlInstrId', order.instruction_id)}"
        f"{reference('OrgnlEndToEndId', order.end_to_end_id)}{reference('TxSts', status.status)}"
        f"{reasons}<OrgnlTxRef>{echo(status, asked, collection, modern)}</OrgnlTxRef></TxInfAndSts>\n"
    )


_nothing_to_escape = re.compile("[ !#-%'-;=?-~\u00c0-\u017e]+").fullmatch
"""Latin print that is written into XML as it stands."""


def _usual(status: TransactionStatus, reasons: str, asked: str, modern: bool) -> str | None:
    """A transfer that says what most do, in texts to which nothing need be done; None for any other."""
    order = status.original
    instruction, reference_sent = order.instruction_id, order.end_to_end_id
    amount, currency = order.amount, order.currency
    debtor, creditor, account = order.debtor.name, order.creditor.name, order.debtor_account.iban
    other, bank, others_bank = order.creditor_account.iban, order.debtor_agent, order.creditor_agent
    if not (
        instruction and reference_sent and amount and currency and debtor and creditor and account and other
    ):
        return None
    sent = (status.key, instruction, reference_sent, amount, currency, debtor, creditor, account, other)
    if _nothing_to_escape("".join(sent)) is None:
        return None
    settled = status.settlement_date
    opens, closes = ("<Pty><Nm>", "</Nm></Pty>") if modern else ("<Nm>", "</Nm>")
    return (
        f"<TxInfAndSts><StsId>{status.key}</StsId><OrgnlInstrId>{instruction}</OrgnlInstrId>"
        f"<OrgnlEndToEndId>{reference_sent}</OrgnlEndToEndId><TxSts>{status.status}</TxSts>{reasons}"
        f'<OrgnlTxRef><Amt><InstdAmt Ccy="{currency}">{amount}</InstdAmt></Amt>'
        f"{reference('IntrBkSttlmDt', settled.isoformat()) if settled is not None else ''}{asked}"
        f"{_party('UltmtDbtr', order.ultimate_debtor, modern)}<Dbtr>{opens}{debtor}{closes}</Dbtr>"
        f"<DbtrAcct><Id><IBAN>{account}</IBAN></Id></DbtrAcct>{_bank('DbtrAgt', bank.bic, bank.other, modern)}"
        f"{_bank('CdtrAgt', others_bank.bic, others_bank.other, modern)}"
        f"<Cdtr>{opens}{creditor}{closes}</Cdtr><CdtrAcct><Id><IBAN>{other}</IBAN></Id></CdtrAcct>"
        f"{_party('UltmtCdtr', order.ultimate_creditor, modern)}</OrgnlTxRef></TxInfAndSts>\n"
    )


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
    return _bank(tag, named.bic, named.other, modern)


@lru_cache(maxsize=1024)
def _bank(tag: str, bic: str | None, other: str | None, modern: bool) -> str:
    if bic and (modern or _BIC_2009.fullmatch(bic)):
        inner = reference("BICFI" if modern else "BIC", bic)
    elif bic or other:
        inner = f"<Othr>{reference('Id', bic or other)}</Othr>"
    else:
        return ""
    return f"<{tag}><FinInstnId>{inner}</FinInstnId></{tag}>"
