"""Our schemas: each says less than ISO's, and nothing leaves that one of them refuses."""

import io
from pathlib import Path
from typing import Any

import pytest
import xmlschema
from lxml import etree
from outgoing import GOLDEN, OFFICIAL, official_schema, own_schema

from sepa.model.broken import BrokenPromise
from sepa.wire.emitted import KINDS, check_emitted, schema_folder, schema_name

PACS_008, PACS_003, CAMT_056, PAIN_002, PAIN_002_OF_2009 = KINDS
EXAMPLE = {
    PACS_008: f"{PACS_008}.xml",
    PACS_003: f"{PACS_003}.xml",
    CAMT_056: f"{CAMT_056}.xml",
    PAIN_002: f"{PAIN_002}.mixed.xml",
    PAIN_002_OF_2009: f"{PAIN_002_OF_2009}.mixed.xml",
}


def example(kind: str) -> bytes:
    return (GOLDEN / EXAMPLE[kind]).read_bytes()


def changed(kind: str, old: str, new: str) -> bytes:
    """The example with the first `old` replaced; it must be there."""
    before = example(kind)
    assert old.encode() in before
    return before.replace(old.encode(), new.encode(), 1)


def test_every_kind_has_its_schema_and_no_schema_is_idle() -> None:
    found = {path.name for path in schema_folder().glob("*.xsd")}
    assert found == {schema_name(kind) for kind in KINDS} | {"parts.xsd"}


@pytest.mark.parametrize("kind", KINDS)
def test_namespace_is_that_of_iso(kind: str) -> None:
    root = etree.parse(schema_folder() / schema_name(kind)).getroot()
    assert root.get("targetNamespace") == f"urn:iso:std:iso:20022:tech:xsd:{kind}"


@pytest.mark.parametrize("kind", KINDS)
def test_the_examples_are_good_for_both(kind: str) -> None:
    document = etree.fromstring(example(kind))
    own_schema(kind).assertValid(document)
    official_schema(f"iso20022/{kind}").assertValid(document)


@pytest.mark.parametrize("kind", KINDS)
def test_a_second_reader_of_schemas_agrees(kind: str) -> None:
    """xmlschema shares no code with lxml; it takes the example and finds the fault in a bad one."""
    schema = xmlschema.XMLSchema(str(schema_folder() / schema_name(kind)))
    schema.validate(io.BytesIO(example(kind)))
    assert not schema.is_valid(io.BytesIO(changed(kind, "<CreDtTm>2026", "<CreDtTm>26")))


@pytest.mark.parametrize("kind", KINDS)
def test_every_place_of_ours_is_one_of_isos_and_no_wider(kind: str) -> None:
    official_schema(f"iso20022/{kind}")  # skips where it is absent
    ours = xmlschema.XMLSchema(str(schema_folder() / schema_name(kind)))
    theirs = xmlschema.XMLSchema(str(OFFICIAL / "iso20022" / f"{kind}.xsd"))
    assert _compared(ours.elements["Document"], theirs.elements["Document"], "Document") > 100


def _compared(ours: Any, theirs: Any, path: str) -> int:
    """Compare two elements and all below; return how many were compared."""
    assert ours.type.is_complex() == theirs.type.is_complex(), path
    if not ours.type.has_complex_content():
        text, wider = (each.type.content if each.type.is_complex() else each.type for each in (ours, theirs))
        assert (text.max_length or 0) <= (wider.max_length or 10**9), path
        return 1
    known = {
        child.local_name: (place, child) for place, child in enumerate(theirs.type.content.iter_elements())
    }
    used = {child.local_name: child for child in ours.type.content.iter_elements()}
    assert used.keys() <= known.keys(), path
    places = [known[name][0] for name in used]
    assert places == sorted(places), f"{path}: another order"
    if theirs.type.content.model == "sequence":
        needed = {
            name
            for name, (_, child) in known.items()
            if child.min_occurs and child.parent.model == "sequence"
        }
        assert needed <= {name for name, child in used.items() if child.min_occurs}, path
    for name, child in used.items():
        assert (child.max_occurs or 10**9) <= (known[name][1].max_occurs or 10**9), f"{path}/{name}"
    return 1 + sum(_compared(child, known[name][1], f"{path}/{name}") for name, child in used.items())


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        pytest.param(PACS_008, "<ChrgBr>SLEV", "<ChrgBr>SHAR", id="pacs.008 ChrgBr SHAR"),
        pytest.param(PACS_008, 'Ccy="EUR">12.30', 'Ccy="USD">12.30', id="pacs.008 USD"),
        pytest.param(PACS_008, 'Ccy="EUR">12.30', 'Ccy="EUR">12.345', id="pacs.008 three decimals"),
        pytest.param(PACS_008, 'Ccy="EUR">12.30', 'Ccy="EUR">12.3', id="pacs.008 one decimal"),
        pytest.param(PACS_008, 'Ccy="EUR">12.30', 'Ccy="EUR">0.00', id="pacs.008 zero"),
        pytest.param(PACS_008, 'Ccy="EUR">12.30', 'Ccy="EUR">1000000000.00', id="pacs.008 over 999999999.99"),
        pytest.param(PACS_008, "<TxId>0123456789abcdef01234567-1</TxId>", "", id="pacs.008 without TxId"),
        pytest.param(PACS_008, "<MsgId>SCT", "<MsgId>/SCT", id="pacs.008 MsgId begins with a slash"),
        pytest.param(PACS_008, "<SttlmMtd>CLRG", "<SttlmMtd>COVE", id="pacs.008 COVE"),
        pytest.param(PACS_008, "<Nm>Jana Novakova</Nm>", "", id="pacs.008 without a name"),
        pytest.param(PACS_008, "Jana Novakova", "Jana Nováková", id="pacs.008 outside the SEPA set"),
        pytest.param(PACS_008, "Jana Novakova", "N" * 71, id="pacs.008 name of 71"),
        pytest.param(PACS_008, "<Cd>SEPA</Cd>", "<Cd>URGP</Cd>", id="pacs.008 URGP"),
        pytest.param(PACS_008, "</RmtInf>", "<Ustrd>more</Ustrd></RmtInf>", id="pacs.008 two Ustrd"),
        pytest.param(
            PACS_008, "SK6552000000000005566783", "SK65520000000000055nnnnn", id="pacs.008 small letters"
        ),
        pytest.param(PACS_008, "T08:30:00+02:00", "T08:30:00.5+02:00", id="pacs.008 half a second"),
        pytest.param(
            PACS_008,
            "2026-04-02</IntrBkSttlmDt>",
            "2026-04-02Z</IntrBkSttlmDt>",
            id="pacs.008 day with a zone",
        ),
        pytest.param(PACS_003, "<Cd>CORE</Cd>", "<Cd>COR1</Cd>", id="pacs.003 COR1"),
        pytest.param(PACS_003, "<SeqTp>RCUR", "<SeqTp>RPRE", id="pacs.003 RPRE"),
        pytest.param(PACS_003, "<MndtId>MND-1</MndtId>", "", id="pacs.003 without MndtId"),
        pytest.param(
            PACS_003, "<Prtry>SEPA</Prtry>", "<Prtry>OTHER</Prtry>", id="pacs.003 CdtrSchmeId not SEPA"
        ),
        pytest.param(PACS_003, "<Id>SMNDA</Id>", "<Id>12345</Id>", id="pacs.003 old account not an IBAN"),
        pytest.param(
            PACS_003, "<ReqdColltnDt>2026-04-01</ReqdColltnDt>", "", id="pacs.003 without ReqdColltnDt"
        ),
        pytest.param(CAMT_056, "<Cd>CUST", "<Cd>CURR", id="camt.056 reason we never give"),
        pytest.param(
            CAMT_056, "<OrgnlTxId>0123456789abcdef01234567-1</OrgnlTxId>", "", id="camt.056 no OrgnlTxId"
        ),
        pytest.param(
            CAMT_056, "<OrgnlMsgNmId>pacs.008.001.08", "<OrgnlMsgNmId>pacs.003", id="camt.056 of a debit"
        ),
        pytest.param(PAIN_002, "<TxSts>RJCT", "<TxSts>RCVD", id="pain.002 status we never give"),
        pytest.param(PAIN_002, "<TxSts>RJCT", "<TxSts>PART", id="pain.002 PART of one order"),
        pytest.param(PAIN_002, "<Rsn><Cd>AC03</Cd></Rsn>", "", id="pain.002 without a reason code"),
        pytest.param(PAIN_002, "<Cd>AC03", "<Cd>ac3", id="pain.002 no reason code"),
        pytest.param(PAIN_002, "<AnyBIC>OTPVSKBX</AnyBIC>", "", id="pain.002 without originator"),
        pytest.param(PAIN_002, "<AddtlInf>IDN", "<AddtlInf>Č", id="pain.002 line outside the SEPA set"),
        pytest.param(PAIN_002, "<StsId>k-1</StsId>", "", id="pain.002 without our key"),
        pytest.param(PAIN_002_OF_2009, "<TxSts>RJCT</TxSts>", "", id="pain.002.001.03 without TxSts"),
        pytest.param(
            PAIN_002_OF_2009, "<BICOrBEI>OTPVSKBX</BICOrBEI>", "", id="pain.002.001.03 without originator"
        ),
    ],
)
def test_iso_takes_what_we_refuse_to_send(kind: str, old: str, new: str) -> None:
    document = changed(kind, old, new)
    with pytest.raises(BrokenPromise, match=rf"{kind} is not fit to leave, line \d"):
        check_emitted(io.BytesIO(document), kind)
    official_schema(f"iso20022/{kind}").assertValid(etree.fromstring(document))


def test_a_recall_counts_what_it_holds() -> None:
    with pytest.raises(BrokenPromise, match="header says 2 orders"):
        check_emitted(io.BytesIO(changed(CAMT_056, "<NbOfTxs>1", "<NbOfTxs>2")), CAMT_056)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        pytest.param("<NbOfTxs>2", "<NbOfTxs>3", "header says 3 orders", id="count"),
        pytest.param('Ccy="EUR">24.60', 'Ccy="EUR">24.61', "header says 2 orders of 24.61", id="sum"),
        pytest.param('Ccy="EUR">12.30', 'Ccy="EUR">12.31', "holds 2 of 24.61", id="one amount"),
        pytest.param("</FIToFICstmrCdtTrf></Document>", "", "line 6", id="cut short"),
        pytest.param("<Cdtr><Nm>Alpenstrom", "<Cdtr><Nm>Alpen&strom", "line 3", id="not XML, in line 3"),
        pytest.param(PACS_008, PACS_003, "No matching global declaration", id="another message"),
        pytest.param(
            "<TxId>0123456789abcdef01234567-2</TxId>", "", "line 4: .*TxId", id="second order, in line 4"
        ),
        pytest.param(
            "</FIToFICstmrCdtTrf>", "<More/></FIToFICstmrCdtTrf>", "line 5: .*More", id="after the last"
        ),
    ],
)
def test_broken_promise_names_the_place(old: str, new: str, fault: str) -> None:
    with pytest.raises(BrokenPromise, match=fault):
        check_emitted(io.BytesIO(changed(PACS_008, old, new)), PACS_008)


@pytest.mark.parametrize(
    ("kind", "count"), [(PACS_008, 2), (PACS_003, 2), (PAIN_002, 3), (PAIN_002_OF_2009, 3)]
)
def test_count_from_a_file_and_from_a_stream(kind: str, count: int, tmp_path: Path) -> None:
    path = tmp_path / "emitted.xml"
    path.write_bytes(example(kind))
    assert check_emitted(path, kind) == check_emitted(io.BytesIO(example(kind)), kind) == count
    assert check_emitted(path, kind, schemas=schema_folder()) == count


def test_a_kind_we_do_not_emit_is_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="does not emit"):
        check_emitted(io.BytesIO(b""), "camt.053.001.08")
