"""What is read out of a message: every field, every level, every official schema, every sample."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
import xmlschema
from incoming import (
    SAMPLES,
    blocks,
    orders,
    read_bytes,
    read_slowly,
    refusal,
    rich,
    sample_rows,
    transactions,
)

from sepa.model import message as model
from sepa.model.finding import Unreadable
from sepa.model.message import (
    AccountId,
    Address,
    Agent,
    Amendment,
    GroupHeader,
    Identification,
    Mandate,
    MessageHead,
    Party,
    PaymentType,
    Piece,
    Remittance,
    StructuredReference,
    Transaction,
)
from sepa.wire import element_path
from sepa.wire.fields import Presence, table
from sepa.wire.schema import READABLE

OLD_ADDRESS = Address("SK", "Košice", "04001", "Hlavná", "7a", department="D", sub_department="SD",
                      country_sub_division="KE", lines=("Line <1>", "Line 2"))  # fmt: skip
NEW_ADDRESS = Address("SK", "Košice", "04001", "Hlavná", "7a", "Dom", "3", "12", "301", "D", "SD", "Sever", "I", "KE",
                      ("Line <1>", "Line 2"))  # fmt: skip
BIC = Identification("org-bic", "TATRSKBX")
REMITTANCE = Remittance(
    (" two  words ", "more"),
    (
        StructuredReference("RF18539007547034", "SCOR", "ISO", 113),
        StructuredReference("A&B", "!own", None, 188, True),
    ),
)


def only(name: str) -> tuple[MessageHead, Piece, Transaction]:
    head, piece = read_bytes(rich(name))
    assert isinstance(head, MessageHead)
    assert isinstance(piece, Piece)
    return head, piece, piece.transactions[0]


@pytest.mark.parametrize("name", ["pain.001.001.03", "pain.001.001.09"])
def test_every_field_of_a_credit_transfer(name: str) -> None:
    address = NEW_ADDRESS if name.endswith("09") else OLD_ADDRESS
    head, piece, order = only(name)
    start = Party("Start", None, Identification("org-other", "4711"))
    assert head == MessageHead(
        name, "credit-transfer", GroupHeader("M-1", "2026-04-01T09:00:00", "1", "12.30", start)
    )
    assert piece.payment_information == model.PaymentInformation(
        1, "B-1", "TRF", "2026-04-02", Party("Payer", address), AccountId("SK3112000000198742637541", None, "EUR"),
        Agent("OTPVSKBX", "NOTPROVIDED"), batch_booking=True, number_of_transactions="1", control_sum="12.30",
        payment_type=PaymentType("NORM", "SEPA"), ultimate=Party("UD", None, BIC), charge_bearer="SLEV",
        extras=("PoolgAdjstmntDt",),
    )  # fmt: skip
    block = piece.payment_information
    assert order == Transaction(
        1, 1, "E/1", "12.30", "EUR", block.party, block.account, block.agent, Party("Payee", address),
        AccountId("AT611904300234573201", None, "EUR"), Agent("TATRSKBX", "NOTPROVIDED"), "I 1",
        PaymentType("NORM", "SEPA", "!X", None, "SALA"), "both", "SLEV", Party("UD", None, BIC),
        Party("UC", None, Identification("private-birth", "1970-02-03")), "!why", REMITTANCE,
        extras=("XchgRateInf", "InstrForCdtrAgt"),
    )  # fmt: skip


@pytest.mark.parametrize("name", ["pain.008.001.02", "pain.008.001.08"])
def test_every_field_of_a_collection(name: str) -> None:
    address = NEW_ADDRESS if name.endswith("08") else OLD_ADDRESS
    head, piece, order = only(name)
    block = piece.payment_information
    assert (head.kind, block.method, block.requested_date) == ("collection", "DD", "2026-04-07")
    assert (block.creditor_identifier, block.creditor_identifier_scheme) == ("SK95ZZZ70000000022", "!SEPA")
    amendment = Amendment("M 0", "Old", "OLD-CI", "AT611904300234573201", None, "TATRSKBX", "NOTPROVIDED")
    assert order == Transaction(
        1, 1, "E/1", "12.30", "EUR", Party("Payer", address), AccountId("AT611904300234573201", None, "EUR"),
        Agent("TATRSKBX", "NOTPROVIDED"), block.party, block.account, block.agent, "I 1",
        PaymentType(None, "SEPA", "CORE", "RCUR", "SALA"), "both", "SLEV",
        Party("UD", None, Identification("private-other", "P1", "!own", "me")), Party("UC", None, BIC), "!why",
        REMITTANCE, Mandate("M 1", "2024-05-17", True, amendment, "sig"), "SK11ZZZ70000000033", "!SEPA",
    )  # fmt: skip


def test_the_scheme_of_a_creditor_identifier_may_be_a_code() -> None:
    content = rich("pain.008.001.02").replace(b"<Prtry>SEPA</Prtry>", b"<Cd>SEPA</Cd>")
    items = read_bytes(content)
    assert blocks(items)[0].creditor_identifier_scheme == "SEPA"
    assert transactions(items)[0].creditor_identifier_scheme == "SEPA"


def test_what_the_block_says_holds_for_orders_that_do_not() -> None:
    items = read_bytes(orders("pain.008.001.08", 3))
    block, order = blocks(items)[0], transactions(items)[2]
    assert (order.payment_type_at, order.payment_type) == ("block", block.payment_type)
    assert (order.charge_bearer, order.creditor_identifier) == ("SLEV", "SK95ZZZ70000000022")
    assert order.creditor is block.party
    assert order.creditor_account is block.account
    assert order.creditor_agent is block.agent


@pytest.mark.parametrize(
    ("at_block", "at_order", "levels"),
    [(True, True, "both"), (True, False, "block"), (False, True, "transaction"), (False, False, None)],
)
def test_levels_of_the_payment_type(at_block: bool, at_order: bool, levels: str | None) -> None:
    stated = b"<PmtTpInf><InstrPrty>NORM</InstrPrty><SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf>"
    said = b"<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf>"
    content = orders("pain.001.001.09", 1)
    assert stated in content
    content = content.replace(stated, said if at_block else b"")
    content = content.replace(b"</PmtId>", b"</PmtId>" + (said if at_order else b""))
    order = transactions(read_bytes(content))[0]
    assert order.payment_type_at == levels
    assert order.payment_type.service_level == ("SEPA" if levels else None)


def test_a_time_of_day_is_kept_apart_from_a_date() -> None:
    content = rich("pain.001.001.09").replace(
        b"<Dt>2026-04-02</Dt>", b"<DtTm>2026-04-02T10:00:00+02:00</DtTm>"
    )
    block = blocks(read_bytes(content))[0]
    assert (block.requested_date, block.requested_time) == (None, "2026-04-02T10:00:00+02:00")


def test_an_equivalent_amount_is_no_amount() -> None:
    said = b"<EqvtAmt><Amt Ccy='USD'>5</Amt><CcyOfTrf>EUR</CcyOfTrf></EqvtAmt>"
    content = orders("pain.001.001.09", 1)
    start, end = content.index(b"<InstdAmt"), content.index(b"</InstdAmt>") + len(b"</InstdAmt>")
    order = transactions(read_bytes(content[:start] + said + content[end:]))[0]
    assert (order.amount, order.currency, order.extras) == (None, None, ("EqvtAmt",))


@pytest.mark.parametrize("name", READABLE)
def test_each_child_is_read_or_called_an_extra(name: str) -> None:
    """Nothing that the schema allows in a block or an order is passed over in silence."""
    space = {"x": "http://www.w3.org/2001/XMLSchema"}
    places = table(name)
    schema = xmlschema.XMLSchema(str(_schema_file(name)))
    for tag, fields in (("PmtInf", places.block), (places.transaction_tag, places.transaction)):
        paths = [field.path for field in fields.values()]
        extras = [extra for field in fields.values() if isinstance(field, Presence) for extra in field.tags]
        seen = {path.split("/")[0] for path in [*paths, *extras]} | {places.transaction_tag}
        element = schema.find(f".//{{{schema.target_namespace}}}{tag}", namespaces=space)
        assert element is not None
        assert {child.local_name for child in element} <= seen


def _schema_file(name: str) -> Path:
    from importlib.resources import files

    return Path(str(files("sepaxml").joinpath("schemas", f"{name}.xsd")))


@pytest.mark.parametrize(
    ("field", "name", "path"),
    [
        ("creditor_account.iban", "pain.001.001.09", "CdtrAcct/Id/IBAN"),
        ("creditor_account", "pain.001.001.09", "CdtrAcct"),
        ("creditor_agent.bic", "pain.001.001.03", "CdtrAgt/FinInstnId/BIC"),
        ("creditor_agent.bic", "pain.001.001.09", "CdtrAgt/FinInstnId/BICFI"),
        ("amount", "pain.001.001.09", "Amt/InstdAmt"),
        ("amount", "pain.008.001.08", "InstdAmt"),
        ("currency", "pain.001.001.09", "Amt/InstdAmt/@Ccy"),
        ("requested_date", "pain.001.001.09", "ReqdExctnDt/Dt"),
        ("requested_date", "pain.001.001.03", "ReqdExctnDt"),
        ("requested_date", "pain.008.001.08", "ReqdColltnDt"),
        ("group_header.control_sum", "pain.001.001.09", "GrpHdr/CtrlSum"),
        ("group_header", "pain.001.001.09", "GrpHdr"),
        ("payment_information.control_sum", "pain.001.001.09", "PmtInf/CtrlSum"),
        ("payment_information", "pain.008.001.02", "PmtInf"),
        ("payment_type.service_level", "pain.001.001.09", "PmtTpInf/SvcLvl"),
        ("payment_type", "pain.001.001.09", "PmtTpInf"),
        ("debtor_account.iban", "pain.001.001.09", "DbtrAcct/Id/IBAN"),
        ("debtor.name", "pain.001.001.03", "Dbtr/Nm"),
        ("creditor_agent.bic", "pain.008.001.08", "CdtrAgt/FinInstnId/BICFI"),
        ("debtor_agent.other", "pain.008.001.08", "DbtrAgt/FinInstnId/Othr/Id"),
        ("creditor.address.town_name", "pain.001.001.09", "Cdtr/PstlAdr/TwnNm"),
        ("creditor.identification.value", "pain.001.001.09", "Cdtr/Id"),
        ("remittance.structured.reference", "pain.001.001.09", "RmtInf/Strd/CdtrRefInf/Ref"),
        ("remittance.structured", "pain.001.001.09", "RmtInf/Strd"),
        ("mandate.signed_on", "pain.008.001.08", "DrctDbtTx/MndtRltdInf/DtOfSgntr"),
        ("mandate.amendment.debtor_iban", "pain.008.001.02",
         "DrctDbtTx/MndtRltdInf/AmdmntInfDtls/OrgnlDbtrAcct/Id/IBAN"),
        ("creditor_identifier", "pain.008.001.08", "CdtrSchmeId/Id/PrvtId/Othr/Id"),
        ("account.iban", "pain.008.001.08", "CdtrAcct/Id/IBAN"),
        ("extras", "pain.001.001.09", "CdtTrfTxInf"),
        ("block", "pain.001.001.09", "PmtInf"),
        ("name", "pain.001.001.09", "Document"),
    ],
)  # fmt: skip
def test_element_path(field: str, name: str, path: str) -> None:
    assert element_path(field, name) == path


@pytest.mark.parametrize(
    "field", ["", "nothing", "creditor_account.bban", "amount.cents", "group_header.sum", "debtors"]
)
def test_unknown_fields_have_no_path(field: str) -> None:
    with pytest.raises(KeyError):
        element_path(field, "pain.001.001.09")


def test_unknown_messages_have_no_paths() -> None:
    with pytest.raises(KeyError):
        element_path("amount", "pain.001.001.08")


def fields_of(record: type[Any]) -> list[str]:
    """All field names of a record of the model, those of records inside it with a dot."""
    names: list[str] = []
    for field in msgspec.structs.fields(record):
        names.append(field.name)
        inner = [
            kind
            for kind in vars(model).values()
            if isinstance(kind, type) and kind.__name__ in str(field.type)
        ]
        names += [
            f"{field.name}.{name}"
            for kind in inner
            if issubclass(kind, msgspec.Struct)
            for name in fields_of(kind)
        ]
    return names


COLLECTION_ONLY = ("mandate", "creditor_identifier")
LEVELS: dict[str, type[Any]] = {
    "": model.Transaction,
    "payment_information.": model.PaymentInformation,
    "group_header.": model.GroupHeader,
}


@pytest.mark.parametrize("name", READABLE)
@pytest.mark.parametrize("level", LEVELS)
def test_every_field_of_the_model_has_a_path(name: str, level: str) -> None:
    fields = fields_of(LEVELS[level])
    assert len(fields) > 10
    for field in fields:
        absent = (name.startswith("pain.001") and field.startswith(COLLECTION_ONLY)) or (
            field == "requested_time" and name != "pain.001.001.09"
        )
        if absent:
            with pytest.raises(KeyError):
                element_path(level + field, name)
        else:
            assert element_path(level + field, name)


FAULTS = {
    "date": ("<CreDtTm>2026-04-01T09:00:00", "<CreDtTm>tomorrow", "line 1, GrpHdr/CreDtTm", "tomorrow",
             "a date and time such as 2026-04-02T09:30:00"),
    "day that does not exist": ("<Dt>2026-04-02", "<Dt>2026-04-31", ", PmtInf/ReqdExctnDt/Dt", "2026-04-31",
                                "a date such as 2026-04-02"),
    "too long": ("<MsgId>M-1", "<MsgId>" + "M" * 36, "line 1, GrpHdr/MsgId", "36", "at most 35 characters"),
    "empty": ("<MsgId>M-1", "<MsgId>", "line 1, GrpHdr/MsgId", "0", "at least 1 characters"),
    "not a code": (">TRF<", ">FAX<", ", PmtInf/PmtMtd", "FAX", "one of CHK, TRF, TRA"),
    "pattern": (">TATRSKBX</BICFI>", ">tatr</BICFI>", ", PmtInf/CdtTrfTxInf/CdtrAgt/FinInstnId/BICFI", "tatr",
                "a text of the form "),
    "decimals": ("> 12.30\n<", ">12.300001<", ", PmtInf/CdtTrfTxInf/Amt/InstdAmt", "12.300001", "at most 5 decimals"),
    "comma": ("> 12.30\n<", ">12,30<", ", PmtInf/CdtTrfTxInf/Amt/InstdAmt", "12,30", "a "),
    "missing": ("<PmtMtd>TRF</PmtMtd>", "", ", PmtInf/BtchBookg", "BtchBookg", "one of PmtMtd here"),
    "nothing inside": ("<Dt>2026-04-02</Dt>", "", ", PmtInf/ReqdExctnDt", "", "ReqdExctnDt with Dt, DtTm inside"),
    "unknown": ("<ChrgBr>SLEV</ChrgBr>", "<Bearer/>", ", PmtInf/Bearer", "Bearer", "one of CdtTrfTxInf, ChrgBr"),
    "text": ("<PmtInf>", "<PmtInf>hello", ", PmtInf", "PmtInf", "no text between the elements"),
    "attribute": (' Ccy="EUR"> 12', ' Curr="EUR"> 12', ", PmtInf/CdtTrfTxInf/Amt/InstdAmt", "Curr",
                  "no such attribute"),
    "no attribute": (' Ccy="EUR"> 12', "> 12", ", PmtInf/CdtTrfTxInf/Amt/InstdAmt", "", "the attribute Ccy"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "where", "found", "expected"), FAULTS.values(), ids=FAULTS)
def test_schema_faults_in_plain_words(old: str, new: str, where: str, found: str, expected: str) -> None:
    content = rich("pain.001.001.09").decode().replace(old, new, 1).encode()
    assert content != rich("pain.001.001.09")
    unreadable = refusal(content)
    assert unreadable.fault == "schema"
    assert where in unreadable.where
    assert unreadable.where.startswith("line ")
    assert unreadable.found == found
    assert str(unreadable.expected).startswith(expected)
    assert unreadable.message_name == "pain.001.001.09"


def test_lines_are_right_beyond_the_parsers_own_counter() -> None:
    content = orders("pain.001.001.09", 3_000, lines=True)
    place = content.rindex(b"<Purp>")
    unreadable = refusal(content[:place] + b"<Purpose>x</Purpose>" + content[place:])
    line = content[:place].count(b"\n") + 1
    assert line > 70_000
    assert unreadable.where == f"line {line}, PmtInf/CdtTrfTxInf/Purpose"


@pytest.mark.skipif(not SAMPLES.exists(), reason="the sample messages are not here")
def test_samples_are_complete() -> None:
    assert len(list(sample_rows())) == 104


@pytest.mark.skipif(not SAMPLES.exists(), reason="the sample messages are not here")
@pytest.mark.parametrize("row", list(sample_rows()) or [{}], ids=lambda row: row.get("file", "none"))
def test_sample(row: dict[str, str]) -> None:
    items = read_bytes((SAMPLES / row["file"]).read_bytes())
    last = items[-1]
    if isinstance(last, Unreadable):
        assert (
            row["iso"].startswith("invalid")
            or "not in scope" in row["outcome"]
            or "namespace" in row["outcome"]
        )
        if "not in scope" in row["outcome"]:
            assert last.fault in ("message-not-offered", "unknown-message", "not-utf8")
        return
    assert row["iso"] == "valid"
    assert isinstance(items[0], MessageHead)
    assert items[0].name == row["message"]
    assert len(transactions(items)) == int(row["transactions"])
    assert transactions(read_slowly((SAMPLES / row["file"]).read_bytes(), row["message"])) == transactions(
        items
    )
