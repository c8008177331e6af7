"""Writes pacs.003.001.08: a bulk of collections whose debtors bank elsewhere, to the clearing."""

import datetime
from collections.abc import Callable

from sepa.model.message import Amendment, Mandate, Transaction
from sepa.model.payment import Bulk, Payment
from sepa.model.profile import Profile
from sepa.scheme.money import amount_text
from sepa.wire.bulk import group_header
from sepa.wire.parties import (
    account,
    agent,
    code,
    creditor_identifier,
    party,
    purpose,
    reference,
    remittance,
    sender,
    text,
    ultimate_party,
)

NAME = "pacs.003.001.08"
SAME_MANDATE_NEW_ACCOUNT = "SMNDA"
_OPENING = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{NAME}"><FIToFICstmrDrctDbt>'
)
CLOSING = "</FIToFICstmrDrctDbt></Document>\n"


def order_line(
    agent_of: Callable[[str], str], requested_on: Callable[[Payment], datetime.date]
) -> Callable[[Payment, Transaction], str]:
    """How one collection stands in the file, on a line of its own.

    `agent_of` gives the BIC for an IBAN where the order names no bank (either side); `requested_on` gives
    the day the creditor asked for, which stands even where settlement moved to the next working day.
    Core and B2B never share a bulk. Source: EPC114-06; ISO 20022 pacs.003.001.08.
    """

    def order(payment: Payment, transaction: Transaction) -> str:
        kind = transaction.payment_type
        creditor_bic = transaction.creditor_agent.bic or agent_of(payment.creditor_iban)
        debtor_bic = transaction.debtor_agent.bic or agent_of(payment.debtor_iban)
        mandate = mandate_facts(transaction.mandate) if transaction.mandate is not None else ""
        identifier = transaction.creditor_identifier or ""
        return (
            f"<DrctDbtTxInf><PmtId>{reference('InstrId', transaction.instruction_id)}"
            f"{reference('EndToEndId', transaction.end_to_end_id)}<TxId>{payment.key}</TxId></PmtId>"
            f"<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl>{code('LclInstrm', kind.local_instrument)}"
            f"{reference('SeqTp', kind.sequence_type)}{code('CtgyPurp', kind.category_purpose)}</PmtTpInf>"
            f'<IntrBkSttlmAmt Ccy="EUR">{amount_text(payment.amount_cents)}</IntrBkSttlmAmt>'
            f"<ChrgBr>SLEV</ChrgBr><ReqdColltnDt>{requested_on(payment).isoformat()}</ReqdColltnDt>"
            f"<DrctDbtTx>{mandate}{creditor_identifier('CdtrSchmeId', identifier)}</DrctDbtTx>"
            f"{sender('Cdtr', transaction.creditor)}{account('CdtrAcct', payment.creditor_iban)}"
            f"{agent('CdtrAgt', creditor_bic)}{ultimate_party('UltmtCdtr', transaction.ultimate_creditor)}"
            f"{party('Dbtr', transaction.debtor)}{account('DbtrAcct', payment.debtor_iban)}"
            f"{agent('DbtrAgt', debtor_bic)}{ultimate_party('UltmtDbtr', transaction.ultimate_debtor)}"
            f"{purpose(transaction.purpose)}{remittance(transaction.remittance)}</DrctDbtTxInf>\n"
        )

    return order


def opening(bulk: Bulk, profile: Profile, created_at: datetime.datetime) -> str:
    """All before the first collection."""
    return _OPENING + group_header(bulk, profile, created_at)


def mandate_facts(mandate: Mandate) -> str:
    """MndtRltdInf: reference, day of signature, and what changed since the last collection."""
    change = mandate.amendment
    if change is not None:
        amended = f"<AmdmntInd>true</AmdmntInd><AmdmntInfDtls>{_amendment(change)}</AmdmntInfDtls>"
    elif mandate.amended is not None:
        amended = f"<AmdmntInd>{'true' if mandate.amended else 'false'}</AmdmntInd>"
    else:
        amended = ""
    return (
        f"<MndtRltdInf>{reference('MndtId', mandate.mandate_id)}{reference('DtOfSgntr', mandate.signed_on)}"
        f"{amended}{reference('ElctrncSgntr', mandate.electronic_signature)}</MndtRltdInf>"
    )


def _amendment(change: Amendment) -> str:
    if change.creditor_identifier:
        creditor = creditor_identifier("OrgnlCdtrSchmeId", change.creditor_identifier, change.creditor_name)
    elif change.creditor_name:
        creditor = f"<OrgnlCdtrSchmeId>{text('Nm', change.creditor_name)}</OrgnlCdtrSchmeId>"
    else:
        creditor = ""
    return reference("OrgnlMndtId", change.mandate_id) + creditor + _former_debtor(change)


def _former_debtor(change: Amendment) -> str:
    # Messages of 2009 put SMNDA where the old bank stands; since 2016 it means the account and stands there.
    if SAME_MANDATE_NEW_ACCOUNT in (change.debtor_account_other, change.debtor_agent_other):
        mark = reference("Id", SAME_MANDATE_NEW_ACCOUNT)
        return f"<OrgnlDbtrAcct><Id><Othr>{mark}</Othr></Id></OrgnlDbtrAcct>"
    old_account = account("OrgnlDbtrAcct", change.debtor_iban) if change.debtor_iban else ""
    return old_account + (agent("OrgnlDbtrAgt", change.debtor_agent_bic) if change.debtor_agent_bic else "")
