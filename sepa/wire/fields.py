"""Where each field of our model stands in each message: one table per message version.

The table drives reading (`sepa.wire.stylesheet`) and naming (`element_path`), so a report can only name a
place that is really read. Paths are relative to the GroupHeader, the PaymentInformation or the Transaction.
Source: message definitions pain.001.001.03/.09 and pain.008.001.02/.08.
"""

from functools import cache
from typing import Any, Final

import msgspec

from sepa.model import message as model
from sepa.model.message import Kind
from sepa.wire.schema import READABLE


class Field(msgspec.Struct, frozen=True):
    """A place that holds one text, kept as sent."""

    path: str


class Token(Field, frozen=True):
    """A number, date or truth value: blanks around it are not part of it (XSD whiteSpace collapse)."""


class Flag(Token, frozen=True):
    """A truth value: true, false, 1 or 0."""


class Code(Field, frozen=True):
    """A choice of Cd and Prtry. A proprietary value is marked by `!`."""


class Texts(Field, frozen=True):
    """A place that may stand several times."""


class Identified(Field, frozen=True):
    """The choice under a party's Id; `bic` is this generation's tag for an organisation's BIC."""

    bic: str


class Reference(Field, frozen=True):
    """A RmtInf/Strd, which may stand several times."""


class Group(Field, frozen=True):
    """A place that becomes a record of its own; the fields stand in the record's order."""

    record: type[Any]
    fields: dict[str, Field]


class Presence(Field, frozen=True):
    """Elements of which only the name is kept, when they are there."""

    tags: tuple[str, ...]


class Table(msgspec.Struct, frozen=True):
    """All places of one message version. `root` and `transaction_tag` are its own element names."""

    name: str
    kind: Kind
    root: str
    transaction_tag: str
    group_header: dict[str, Field]
    block: dict[str, Field]
    transaction: dict[str, Field]


REFERENCE_PATHS: Final = {
    "reference": "CdtrRefInf/Ref",
    "type": "CdtrRefInf/Tp/CdOrPrtry",
    "issuer": "CdtrRefInf/Tp/Issr",
    "size": "",
    "other": "",
}
_ADDRESS: Final = {
    "country": "Ctry", "town_name": "TwnNm", "post_code": "PstCd", "street_name": "StrtNm",
    "building_number": "BldgNb", "building_name": "BldgNm", "floor": "Flr", "post_box": "PstBx",
    "room": "Room", "department": "Dept", "sub_department": "SubDept", "town_location_name": "TwnLctnNm",
    "district_name": "DstrctNm", "country_sub_division": "CtrySubDvsn",
}  # fmt: skip
_CREDITOR_IDENTIFIER: Final = "CdtrSchmeId/Id/PrvtId/Othr[1]"
_BLOCK_EXTRAS: Final = ("PoolgAdjstmntDt", "{side}AgtAcct", "InstrForDbtrAgt", "ChrgsAcct", "ChrgsAcctAgt")
_TRANSFER_EXTRAS: Final = (
    "PmtId/UETR", "PmtTpInf/SvcLvl[2]", "Amt/EqvtAmt", "XchgRateInf", "ChqInstr", "IntrmyAgt1",
    "IntrmyAgt1Acct", "IntrmyAgt2", "IntrmyAgt2Acct", "IntrmyAgt3", "IntrmyAgt3Acct", "CdtrAgtAcct",
    "InstrForCdtrAgt", "InstrForDbtrAgt", "RgltryRptg", "Tax", "RltdRmtInf", "SplmtryData",
)  # fmt: skip
_COLLECTION_EXTRAS: Final = (
    "PmtId/UETR", "PmtTpInf/SvcLvl[2]", "DrctDbtTx/PreNtfctnId", "DrctDbtTx/PreNtfctnDt", "DbtrAgtAcct",
    "InstrForCdtrAgt", "RgltryRptg", "Tax", "RltdRmtInf", "SplmtryData",
)  # fmt: skip


def _party(path: str, modern: bool) -> Group:
    address: dict[str, Field] = {name: Field(tag) for name, tag in _ADDRESS.items()}
    address["lines"] = Texts("AdrLine")
    fields = {
        "name": Field("Nm"),
        "address": Group("PstlAdr", model.Address, address),
        "identification": Identified("Id", "AnyBIC" if modern else "BICOrBEI"),
    }
    return Group(path, model.Party, fields)


def _account(path: str) -> Group:
    fields = {"iban": Field("Id/IBAN"), "other": Field("Id/Othr/Id"), "currency": Field("Ccy")}
    return Group(path, model.AccountId, fields)


def _agent(path: str, modern: bool) -> Group:
    bic = "FinInstnId/BICFI" if modern else "FinInstnId/BIC"
    return Group(path, model.Agent, {"bic": Field(bic), "other": Field("FinInstnId/Othr/Id")})


def _mandate(modern: bool) -> Group:
    agent = "OrgnlDbtrAgt/FinInstnId/" + ("BICFI" if modern else "BIC")
    amendment: dict[str, Field] = {
        "mandate_id": Field("OrgnlMndtId"),
        "creditor_name": Field("OrgnlCdtrSchmeId/Nm"),
        "creditor_identifier": Field("OrgnlCdtrSchmeId/Id/PrvtId/Othr[1]/Id"),
        "debtor_iban": Field("OrgnlDbtrAcct/Id/IBAN"),
        "debtor_account_other": Field("OrgnlDbtrAcct/Id/Othr/Id"),
        "debtor_agent_bic": Field(agent),
        "debtor_agent_other": Field("OrgnlDbtrAgt/FinInstnId/Othr/Id"),
    }
    fields: dict[str, Field] = {
        "mandate_id": Field("MndtId"),
        "signed_on": Token("DtOfSgntr"),
        "amended": Flag("AmdmntInd"),
        "amendment": Group("AmdmntInfDtls", model.Amendment, amendment),
        "electronic_signature": Field("ElctrncSgntr"),
    }
    return Group("DrctDbtTx/MndtRltdInf", model.Mandate, fields)


_REMITTANCE: Final = Group(
    "RmtInf", model.Remittance, {"unstructured": Texts("Ustrd"), "structured": Reference("Strd")}
)
_PAYMENT_TYPE: Final = Group(
    "PmtTpInf",
    model.PaymentType,
    {
        "instruction_priority": Field("InstrPrty"),
        "service_level": Code("SvcLvl[1]"),
        "local_instrument": Code("LclInstrm"),
        # Only collections have a SequenceType; elsewhere the place is simply always empty.
        "sequence_type": Field("SeqTp"),
        "category_purpose": Code("CtgyPurp"),
    },
)


def _group_header(modern: bool) -> dict[str, Field]:
    return {
        "message_id": Field("MsgId"),
        "created": Token("CreDtTm"),
        "number_of_transactions": Field("NbOfTxs"),
        "control_sum": Token("CtrlSum"),
        "initiating_party": _party("InitgPty", modern),
    }


def _block(side: str, requested: str, modern: bool) -> dict[str, Field]:
    dated_by_choice = requested == "ReqdExctnDt" and modern
    fields: dict[str, Field] = {
        "id": Field("PmtInfId"),
        "method": Field("PmtMtd"),
        "requested_date": Token(f"{requested}/Dt" if dated_by_choice else requested),
        "party": _party(side, modern),
        "account": _account(f"{side}Acct"),
        "agent": _agent(f"{side}Agt", modern),
        "batch_booking": Flag("BtchBookg"),
        "number_of_transactions": Field("NbOfTxs"),
        "control_sum": Token("CtrlSum"),
        "payment_type": _PAYMENT_TYPE,
        "ultimate": _party(f"Ultmt{side}", modern),
        "charge_bearer": Field("ChrgBr"),
        "extras": Presence("", tuple(tag.format(side=side) for tag in _BLOCK_EXTRAS)),
    }
    if dated_by_choice:
        fields["requested_time"] = Token(f"{requested}/DtTm")
    if side == "Cdtr":
        fields["creditor_identifier"] = Field(f"{_CREDITOR_IDENTIFIER}/Id")
        fields["creditor_identifier_scheme"] = Code(f"{_CREDITOR_IDENTIFIER}/SchmeNm")
    return fields


def _credit_transfer(modern: bool) -> dict[str, Field]:
    return {
        "end_to_end_id": Field("PmtId/EndToEndId"),
        "amount": Token("Amt/InstdAmt"),
        "currency": Field("Amt/InstdAmt/@Ccy"),
        "creditor": _party("Cdtr", modern),
        "creditor_account": _account("CdtrAcct"),
        "creditor_agent": _agent("CdtrAgt", modern),
        "instruction_id": Field("PmtId/InstrId"),
        "payment_type": _PAYMENT_TYPE,
        "charge_bearer": Field("ChrgBr"),
        "ultimate_debtor": _party("UltmtDbtr", modern),
        "ultimate_creditor": _party("UltmtCdtr", modern),
        "purpose": Code("Purp"),
        "remittance": _REMITTANCE,
        "extras": Presence("", _TRANSFER_EXTRAS),
    }


def _collection(modern: bool) -> dict[str, Field]:
    return {
        "end_to_end_id": Field("PmtId/EndToEndId"),
        "amount": Token("InstdAmt"),
        "currency": Field("InstdAmt/@Ccy"),
        "debtor": _party("Dbtr", modern),
        "debtor_account": _account("DbtrAcct"),
        "debtor_agent": _agent("DbtrAgt", modern),
        "instruction_id": Field("PmtId/InstrId"),
        "payment_type": _PAYMENT_TYPE,
        "charge_bearer": Field("ChrgBr"),
        "ultimate_debtor": _party("UltmtDbtr", modern),
        "ultimate_creditor": _party("UltmtCdtr", modern),
        "purpose": Code("Purp"),
        "remittance": _REMITTANCE,
        "mandate": _mandate(modern),
        "creditor_identifier": Field(f"DrctDbtTx/{_CREDITOR_IDENTIFIER}/Id"),
        "creditor_identifier_scheme": Code(f"DrctDbtTx/{_CREDITOR_IDENTIFIER}/SchmeNm"),
        "extras": Presence("", _COLLECTION_EXTRAS),
    }


@cache
def table(name: str) -> Table:
    """Return the places of a readable message; any other name is a KeyError."""
    if name not in READABLE:
        raise KeyError(name)
    modern = name in ("pain.001.001.09", "pain.008.001.08")
    if name.startswith("pain.001"):
        root, tag, side, requested = "CstmrCdtTrfInitn", "CdtTrfTxInf", "Dbtr", "ReqdExctnDt"
        kind: Kind = "credit-transfer"
        transaction = _credit_transfer(modern)
    else:
        root, tag, side, requested = "CstmrDrctDbtInitn", "DrctDbtTxInf", "Cdtr", "ReqdColltnDt"
        kind = "collection"
        transaction = _collection(modern)
    return Table(name, kind, root, tag, _group_header(modern), _block(side, requested, modern), transaction)
