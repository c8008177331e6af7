"""Writes pacs.008.001.08: a bulk of credit transfers to the clearing."""

import datetime
from collections.abc import Callable

from sepa.model.message import Transaction
from sepa.model.payment import Bulk, Payment
from sepa.model.profile import Profile
from sepa.scheme.money import amount_text
from sepa.wire.bulk import group_header
from sepa.wire.parties import (
    account,
    agent,
    code,
    party,
    purpose,
    reference,
    remittance,
    sender,
    ultimate_party,
)

NAME = "pacs.008.001.08"
_OPENING = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{NAME}"><FIToFICstmrCdtTrf>'
)
CLOSING = "</FIToFICstmrCdtTrf></Document>\n"


def order_line(
    bank_bic: str, creditor_agent_of: Callable[[str], str]
) -> Callable[[Payment, Transaction], str]:
    """How one order of ours stands in the file, on a line of its own; `bank_bic` is the debtor's bank.

    Amounts, accounts and TxId come from the Payment, all else from the Transaction. `creditor_agent_of`
    gives the BIC for an IBAN where the order names none. EndToEndId and InstrId pass unchanged, texts in
    the SEPA character set, names never cut; a missing name becomes NOTPROVIDED. Local instruments stay
    behind (they need an agreement between banks), the category purpose travels.
    Source: EPC115-06, pacs.008.001.08.
    """
    debtor_agent = agent("DbtrAgt", bank_bic)

    def order(payment: Payment, transaction: Transaction) -> str:
        bic = transaction.creditor_agent.bic or creditor_agent_of(payment.creditor_iban)
        category = code("CtgyPurp", transaction.payment_type.category_purpose)
        return (
            f"<CdtTrfTxInf><PmtId>{reference('InstrId', transaction.instruction_id)}"
            f"{reference('EndToEndId', transaction.end_to_end_id)}<TxId>{payment.key}</TxId></PmtId>"
            f"<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl>{category}</PmtTpInf>"
            f'<IntrBkSttlmAmt Ccy="EUR">{amount_text(payment.amount_cents)}</IntrBkSttlmAmt>'
            f"<ChrgBr>SLEV</ChrgBr>{ultimate_party('UltmtDbtr', transaction.ultimate_debtor)}"
            f"{sender('Dbtr', transaction.debtor)}{account('DbtrAcct', payment.debtor_iban)}{debtor_agent}"
            f"{agent('CdtrAgt', bic)}{party('Cdtr', transaction.creditor)}"
            f"{account('CdtrAcct', payment.creditor_iban)}"
            f"{ultimate_party('UltmtCdtr', transaction.ultimate_creditor)}{purpose(transaction.purpose)}"
            f"{remittance(transaction.remittance)}</CdtTrfTxInf>\n"
        )

    return order


def opening(bulk: Bulk, profile: Profile, created_at: datetime.datetime) -> str:
    """All before the first order."""
    return _OPENING + group_header(bulk, profile, created_at)
