"""Writes pacs.003.001.08: a bulk of collections whose debtors bank elsewhere, to the clearing."""

import datetime
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from sepa.model.message import Amendment, Mandate, Party, Transaction
from sepa.model.payment import Bulk
from sepa.model.profile import Profile
from sepa.model.sheet import Day, Sheet
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


def orders(sheet: Sheet, sent: Iterable[Transaction], agent_of: Callable[[str], str]) -> Iterator[str]:
    """The collections of a sheet as they stand in the file, each on a line of its own.

    `agent_of` gives the BIC for an IBAN where the order names no bank (either side). The day is the one the creditor
    asked for, which stands even where settlement moved to the next working day.
    Core and B2B never share a bulk. Source: EPC114-06; ISO 20022 pacs.003.001.08.
    """
    creditor: Party | None = None
    creditor_text = ""
    columns = zip(
        sheet.keys, sheet.amounts_cents, sheet.debtors, sheet.creditors, sheet.due, sent, strict=True
    )
    for key, cents, debtor_iban, creditor_iban, due, order in columns:
        if order.creditor != creditor:
            creditor, creditor_text = order.creditor, sender("Cdtr", order.creditor)
        kind = order.payment_type
        creditor_bic = order.creditor_agent.bic or agent_of(creditor_iban)
        debtor_bic = order.debtor_agent.bic or agent_of(debtor_iban)
        mandate = mandate_facts(order.mandate) if order.mandate is not None else ""
        identifier = order.creditor_identifier or ""
        yield (
            f"<DrctDbtTxInf><PmtId>{reference('InstrId', order.instruction_id)}"
            f"{reference('EndToEndId', order.end_to_end_id)}<TxId>{key}</TxId></PmtId>"
            f"<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl>{code('LclInstrm', kind.local_instrument)}"
            f"{reference('SeqTp', kind.sequence_type)}{code('CtgyPurp', kind.category_purpose)}</PmtTpInf>"
            f'<IntrBkSttlmAmt Ccy="EUR">{amount_text(cents)}</IntrBkSttlmAmt>'
            f"<ChrgBr>SLEV</ChrgBr><ReqdColltnDt>{_day(due)}</ReqdColltnDt>"
            f"<DrctDbtTx>{mandate}{creditor_identifier('CdtrSchmeId', identifier)}</DrctDbtTx>"
            f"{creditor_text}{account('CdtrAcct', creditor_iban)}{agent('CdtrAgt', creditor_bic)}"
            f"{ultimate_party('UltmtCdtr', order.ultimate_creditor)}{party('Dbtr', order.debtor)}"
            f"{account('DbtrAcct', debtor_iban)}{agent('DbtrAgt', debtor_bic)}"
            f"{ultimate_party('UltmtDbtr', order.ultimate_debtor)}{purpose(order.purpose)}"
            f"{remittance(order.remittance)}</DrctDbtTxInf>\n"
        )


@lru_cache(maxsize=1_024)
def _day(told: Day) -> datetime.date:
    return datetime.date.fromisoformat(told) if isinstance(told, str) else told


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
