"""Writes pacs.008.001.08: a bulk of credit transfers to the clearing."""

import datetime
from collections.abc import Callable, Iterable, Iterator

from sepa.model.message import Party, Transaction
from sepa.model.payment import Bulk
from sepa.model.profile import Profile
from sepa.model.sheet import Sheet
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


def orders(
    sheet: Sheet, sent: Iterable[Transaction], bank_bic: str, creditor_agent_of: Callable[[str], str]
) -> Iterator[str]:
    """The orders of a sheet as they stand in the file, each on a line of its own; `bank_bic` is the debtor's bank.

    Amounts, accounts and TxId come from the sheet, all else from the Transactions. `creditor_agent_of`
    gives the BIC for an IBAN where the order names none. EndToEndId and InstrId pass unchanged, texts in
    the SEPA character set, names never cut; a missing name becomes NOTPROVIDED. Local instruments stay
    behind (they need an agreement between banks), the category purpose travels.
    Source: EPC115-06, pacs.008.001.08.
    """
    debtor_agent = agent("DbtrAgt", bank_bic)
    debtor: Party | None = None
    debtor_text = ""
    columns = zip(sheet.keys, sheet.amounts_cents, sheet.debtors, sheet.creditors, sent, strict=True)
    for key, cents, debtor_iban, creditor_iban, order in columns:
        if order.debtor != debtor:
            debtor, debtor_text = order.debtor, sender("Dbtr", order.debtor)
        bic = order.creditor_agent.bic or creditor_agent_of(creditor_iban)
        yield (
            f"<CdtTrfTxInf><PmtId>{reference('InstrId', order.instruction_id)}"
            f"{reference('EndToEndId', order.end_to_end_id)}<TxId>{key}</TxId></PmtId><PmtTpInf><SvcLvl>"
            f"<Cd>SEPA</Cd></SvcLvl>{code('CtgyPurp', order.payment_type.category_purpose)}</PmtTpInf>"
            f'<IntrBkSttlmAmt Ccy="EUR">{amount_text(cents)}</IntrBkSttlmAmt><ChrgBr>SLEV</ChrgBr>'
            f"{ultimate_party('UltmtDbtr', order.ultimate_debtor)}"
            f"{debtor_text}{account('DbtrAcct', debtor_iban)}{debtor_agent}{agent('CdtrAgt', bic)}"
            f"{party('Cdtr', order.creditor)}{account('CdtrAcct', creditor_iban)}"
            f"{ultimate_party('UltmtCdtr', order.ultimate_creditor)}{purpose(order.purpose)}"
            f"{remittance(order.remittance)}</CdtTrfTxInf>\n"
        )


def opening(bulk: Bulk, profile: Profile, created_at: datetime.datetime) -> str:
    """All before the first order."""
    return _OPENING + group_header(bulk, profile, created_at)
