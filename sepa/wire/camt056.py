"""Writes camt.056.001.08: a credit transfer that has left is asked back from the other bank (recall)."""

from typing import BinaryIO

from sepa.model.journal import Recall
from sepa.model.message import Transaction
from sepa.model.payment import Bulk, Payment
from sepa.model.profile import Profile
from sepa.scheme.money import amount_text
from sepa.wire.bulk import message_id, settlement_means
from sepa.wire.manifest import Counted, Written
from sepa.wire.pacs008 import NAME as TRANSFER
from sepa.wire.parties import (
    NAME_NOT_PROVIDED,
    account,
    agent,
    code,
    party,
    reference,
    remittance,
    text,
    ultimate_party,
)

NAME = "camt.056.001.08"
BANK_ASKS = frozenset({"DUPL", "TECH", "FRAD"})
"""Reasons for which the bank itself asks; for all others its customer does (EPC115-06, CxlRsnInf)."""


def write_camt056(
    out: BinaryIO,
    recall: Recall,
    bulk: Bulk,
    payment: Payment,
    transaction: Transaction,
    *,
    profile: Profile,
    creditor_agent: str,
) -> Written:
    """Write the recall of `payment`, which left in `bulk` to the bank `creditor_agent`, as one camt.056.001.08.

    One message a transfer: it is addressed to that transfer's bank. References, amount, date and parties are
    those with which it left. The operator's own words stay inside. Same arguments, same bytes.
    Source: ISO 20022 camt.056.001.08; EPC115-06 in the edition of 2019 for the usage.
    """
    asks, asked = agent("Agt", profile.bank.bic), agent("Agt", creditor_agent)
    sink = Counted(out)
    sink.write(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{NAME}"><FIToFIPmtCxlReq>'
        f"<Assgnmt><Id>{recall.key}</Id><Assgnr>{asks}</Assgnr><Assgne>{asked}</Assgne>"
        f"<CreDtTm>{recall.at.isoformat(timespec='seconds')}</CreDtTm></Assgnmt>"
        "<CtrlData><NbOfTxs>1</NbOfTxs></CtrlData>\n"
        f"<Undrlyg><TxInf><CxlId>{recall.key}</CxlId>"
        f"<OrgnlGrpInf><OrgnlMsgId>{message_id(bulk.id)}</OrgnlMsgId><OrgnlMsgNmId>{TRANSFER}</OrgnlMsgNmId>"
        f"</OrgnlGrpInf>{reference('OrgnlInstrId', transaction.instruction_id)}"
        f"{reference('OrgnlEndToEndId', transaction.end_to_end_id)}<OrgnlTxId>{payment.key}</OrgnlTxId>"
        f'<OrgnlIntrBkSttlmAmt Ccy="EUR">{amount_text(payment.amount_cents)}</OrgnlIntrBkSttlmAmt>'
        f"<OrgnlIntrBkSttlmDt>{bulk.settlement_date.isoformat()}</OrgnlIntrBkSttlmDt>"
        f"<CxlRsnInf><Orgtr>{_originator(recall, transaction, profile)}</Orgtr>"
        f"<Rsn><Cd>{recall.reason}</Cd></Rsn></CxlRsnInf>"
        f"{_original(payment, transaction, profile, creditor_agent)}</TxInf></Undrlyg>"
        "</FIToFIPmtCxlReq></Document>\n"
    )
    return sink.written(1, payment.amount_cents)


def _originator(recall: Recall, transaction: Transaction, profile: Profile) -> str:
    if recall.reason in BANK_ASKS:
        return f"<Id><OrgId><AnyBIC>{profile.bank.bic}</AnyBIC></OrgId></Id>"
    return text("Nm", transaction.debtor.name or NAME_NOT_PROVIDED)


def _original(payment: Payment, transaction: Transaction, profile: Profile, creditor_agent: str) -> str:
    """OrgnlTxRef: the transfer as it left."""
    category = code("CtgyPurp", transaction.payment_type.category_purpose)
    return (
        f"<OrgnlTxRef>{settlement_means(profile)}"
        f"<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl>{category}</PmtTpInf>{remittance(transaction.remittance)}"
        f"{_side('UltmtDbtr', ultimate_party('Pty', transaction.ultimate_debtor))}"
        f"{_side('Dbtr', party('Pty', transaction.debtor))}{account('DbtrAcct', payment.debtor_iban)}"
        f"{agent('DbtrAgt', profile.bank.bic)}{agent('CdtrAgt', creditor_agent)}"
        f"{_side('Cdtr', party('Pty', transaction.creditor))}{account('CdtrAcct', payment.creditor_iban)}"
        f"{_side('UltmtCdtr', ultimate_party('Pty', transaction.ultimate_creditor))}</OrgnlTxRef>"
    )


def _side(tag: str, inner: str) -> str:
    return f"<{tag}>{inner}</{tag}>" if inner else ""
