"""The quick look at a finished bulk: its yes is the schema's yes, and where it is unsure the schema decides."""

import io
import random
from typing import Any

import pytest
from lxml import etree
from outgoing import GOLDEN, mangled, own_schema

from sepa.model.broken import BrokenPromise
from sepa.wire import glance as looking
from sepa.wire.emitted import check_emitted, look_at, schema_folder, schema_name
from sepa.wire.glance import Names, Seen, Total, all_seen, glance
from sepa.wire.outline import TooRich, outline

PACS_008, PACS_003 = "pacs.008.001.08", "pacs.003.001.08"
ORDER = {PACS_008: "CdtTrfTxInf", PACS_003: "DrctDbtTxInf"}
TRIES = 4000
ALPHABET = b"<>/&;\"'!?[]-. 0123456789ABCXYZabcxyz=#\n\xc3\xa1\x00"


def example(kind: str) -> bytes:
    return (GOLDEN / f"{kind}.xml").read_bytes()


def parts(kind: str) -> tuple[bytes, list[bytes], bytes]:
    """Opening, lines and closing of the example."""
    declaration, head, *lines, closing = example(kind).splitlines(keepends=True)
    return declaration + head, lines, closing


def fits(kind: str) -> Any:
    return outline(schema_folder() / schema_name(kind), ORDER[kind], "IntrBkSttlmAmt")


def look(kind: str, written: bytes) -> Total | None:
    space = "{urn:iso:std:iso:20022:tech:xsd:" + kind + "}"
    names = Names(*(space + tag for tag in (ORDER[kind], "IntrBkSttlmAmt", "NbOfTxs", "TtlIntrBkSttlmAmt")))
    return all_seen([glance(io.BytesIO(written), names, own_schema(kind), fits(kind))])


def valid(kind: str, line: bytes) -> bool:
    """Whether the schema takes the line, alone in the example's file, for one order."""
    opening, _, closing = parts(kind)
    try:
        document = etree.fromstring(opening + line + closing)
    except etree.XMLSyntaxError:
        return False
    return bool(own_schema(kind).validate(document)) and len(document[0]) == 2


@pytest.mark.parametrize("kind", ORDER)
def test_whatever_fits_is_valid(kind: str) -> None:
    """Lines with one to three bytes changed, added or gone, or a stretch of another line put in."""
    chance = random.Random(20260402)  # noqa: S311
    _, lines, _ = parts(kind)
    fitting = broken = 0
    for _ in range(TRIES):
        line = mangled(lines, chance, ALPHABET)
        if fits(kind).fullmatch(line) is None:
            broken += 1
            continue
        fitting += 1
        assert valid(kind, line), line
    assert fitting > TRIES // 50
    assert broken > TRIES // 50


@pytest.mark.parametrize(
    ("kind", "old", "new", "is_fit"),
    [
        pytest.param(PACS_008, "Jana Novakova", "N" * 70, True, id="name of 70"),
        pytest.param(PACS_008, "Jana Novakova", "N" * 71, False, id="name of 71"),
        pytest.param(PACS_008, "Jana Novakova", "", False, id="no letter"),
        pytest.param(PACS_008, "Jana Novakova", "Jana; Novakova", False, id="sign outside the set"),
        pytest.param(PACS_008, ">E2E-0001<", ">&amp;<", True, id="an escaped sign"),
        pytest.param(PACS_008, ">E2E-0001<", ">\u017d\u00e1<", True, id="Latin letters"),
        pytest.param(PACS_008, ">E2E-0001<", ">&<", False, id="a bare ampersand"),
        pytest.param(PACS_008, ">E2E-0001<", f">{'x' * 36}<", False, id="EndToEndId of 36"),
        pytest.param(PACS_008, ">12.30<", ">0.01<", True, id="a cent"),
        pytest.param(PACS_008, ">12.30<", ">0.00<", False, id="nothing"),
        pytest.param(PACS_008, ">12.30<", ">999999999.99<", True, id="the most"),
        pytest.param(PACS_008, ">12.30<", ">1000000000.00<", False, id="more than the most"),
        pytest.param(PACS_008, ">12.30<", ">012.30<", False, id="leading zero"),
        pytest.param(PACS_008, 'Ccy="EUR"', 'Ccy="USD"', False, id="another currency"),
        pytest.param(PACS_008, ' Ccy="EUR"', "", False, id="no currency"),
        pytest.param(PACS_008, "<Cd>SEPA</Cd>", "<Cd>URGP</Cd>", False, id="service level"),
        pytest.param(PACS_008, "0123456789abcdef01234567-1<", "x" * 36 + "<", False, id="TxId of 36"),
        pytest.param(PACS_008, "0123456789abcdef01234567-1<", "a//b<", False, id="TxId with //"),
        pytest.param(PACS_003, "2026-04-01</ReqdColltnDt>", "2026-04-30</ReqdColltnDt>", True, id="30 April"),
        pytest.param(PACS_003, "2026-04-01</ReqdColltnDt>", "2026-04-31</ReqdColltnDt>", False, id="31 April"),
        pytest.param(PACS_003, "2026-04-01</ReqdColltnDt>", "2026-05-31</ReqdColltnDt>", True, id="31 May"),
        pytest.param(PACS_003, "2026-04-01</ReqdColltnDt>", "2026-02-28</ReqdColltnDt>", True, id="28 February"),
        pytest.param(PACS_003, "2026-04-01</ReqdColltnDt>", "0000-04-01</ReqdColltnDt>", False, id="no year"),
        pytest.param(PACS_003, "<Cd>CORE</Cd>", "<Cd>COR1</Cd>", False, id="local instrument"),
    ],
)  # fmt: skip
def test_the_borders_of_what_fits(kind: str, old: str, new: str, is_fit: bool) -> None:
    line = next(line for line in parts(kind)[1] if old.encode() in line).replace(
        old.encode(), new.encode(), 1
    )
    assert (fits(kind).fullmatch(line) is not None) is is_fit
    assert valid(kind, line) is is_fit


def doubled(kind: str, *lines: bytes) -> bytes:
    """The example with these lines after its own, and a header that counts them too (each of 12.30)."""
    opening, own, closing = parts(kind)
    count, cents = len(own) + len(lines), 2460 + 1230 * len(lines)
    opening = opening.replace(b"<NbOfTxs>2<", b"<NbOfTxs>%d<" % count)
    opening = opening.replace(b">24.60<", b">%d.%02d<" % divmod(cents, 100))
    return opening + b"".join([*own, *lines]) + closing


def test_a_long_file_is_counted_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "_BLOCK_BYTES", 3000)
    monkeypatch.setattr(looking, "_SHOWN_AT_ONCE", 3)
    plain = next(line for line in parts(PACS_008)[1] if b">12.30<" in line)
    strange = plain.replace(b"<EndToEndId>", b"<EndToEndId>&#38;", 1)
    assert fits(PACS_008).fullmatch(plain)
    assert fits(PACS_008).fullmatch(strange) is None
    for many in (0, 1, 7, 40):
        written = doubled(PACS_008, *([plain] * many), *([strange] * many), plain)
        assert look(PACS_008, written) == Total(3 + 2 * many, 2460 + 1230 * (2 * many + 1))
        assert check_emitted(io.BytesIO(written), PACS_008) == 3 + 2 * many


@pytest.mark.parametrize(
    ("old", "new", "count"),
    [
        pytest.param(b"\n<CdtTrf", b"<CdtTrf", 2, id="no line breaks"),
        pytest.param(b"</CdtTrfTxInf>\n", b"</CdtTrfTxInf><!-- a word -->\n", 2, id="a comment on the line"),
        pytest.param(b"</CdtTrfTxInf>\n", b"</CdtTrfTxInf>\n<!-- a word -->\n", 2, id="a comment between"),
        pytest.param(b"<PmtId>", b"<PmtId>\n", 2, id="an order on two lines"),
        pytest.param(b"</Document>\n", b"</Document>", 2, id="no line end"),
        pytest.param(b"</Document>\n", b"</Document>\n\n", 2, id="a line after the end"),
        pytest.param(b"<GrpHdr>", b"<!-- a word --><GrpHdr>", 2, id="a comment in the header"),
        pytest.param(b' encoding="UTF-8"', b"", 2, id="another declaration"),
    ],
)
def test_what_has_another_form_is_read_by_the_schema_alone(old: bytes, new: bytes, count: int) -> None:
    written = example(PACS_008).replace(old, new)
    assert written != example(PACS_008)
    assert look(PACS_008, written) is None
    assert check_emitted(io.BytesIO(written), PACS_008) == count


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b"</CdtTrfTxInf>\n", b"</CdtTrfTxInf>\n<SplmtryData/>\n", id="what is no order"),
        pytest.param(b"</PmtId>", b"</PmtId><!-- ", id="a comment without an end"),
        pytest.param(b">12.30<", b">12.31<", id="another sum"),
        pytest.param(b"<NbOfTxs>2", b"<NbOfTxs>1", id="another count"),
        pytest.param(b"</Document>\n", b"</Document>\n<Document/>\n", id="two documents"),
        pytest.param(b"</Dbtr>", b"</Dbtr></CdtTrfTxInf><CdtTrfTxInf>", id="an order cut in two"),
    ],
)  # fmt: skip
def test_no_fault_is_overlooked(old: bytes, new: bytes) -> None:
    written = example(PACS_008).replace(old, new, 1)
    assert look(PACS_008, written) is None
    with pytest.raises(BrokenPromise, match="not fit to leave"):
        check_emitted(io.BytesIO(written), PACS_008)


def test_a_comment_over_several_orders_is_seen() -> None:
    """Each of the two lines is broken, the file is not: it holds one order less than it seems."""
    plain = next(line for line in parts(PACS_008)[1] if b">12.30<" in line)
    opens, closes = (
        plain.replace(b"</PmtId>", b"</PmtId><!--"),
        plain.replace(b"<PmtTpInf>", b"--><PmtTpInf>"),
    )
    assert look(PACS_008, doubled(PACS_008, opens, closes)) is None


@pytest.mark.parametrize(
    "facet",
    [
        '<xs:pattern value="\\d+"/>',
        '<xs:pattern value="[^a]"/>',
        '<xs:minInclusive value="0.02"/>',
        '<xs:totalDigits value="3"/>',
    ],
)
def test_no_pattern_promises_what_it_cannot_say(facet: str, tmp_path: Any) -> None:
    text = (schema_folder() / schema_name(PACS_008)).read_text("utf-8")
    (tmp_path / "parts.xsd").write_text((schema_folder() / "parts.xsd").read_text("utf-8"), "utf-8")
    own = (
        f'<xs:simpleType name="Own"><xs:restriction base="xs:string">{facet}</xs:restriction></xs:simpleType>'
    )
    changed = text.replace("</xs:schema>", f"{own}</xs:schema>").replace(
        'type="SharedByServiceLevel"', 'type="Own"'
    )
    (tmp_path / "own.xsd").write_text(changed, "utf-8")
    with pytest.raises(TooRich):
        outline(tmp_path / "own.xsd", "CdtTrfTxInf", "IntrBkSttlmAmt")


@pytest.mark.parametrize("kind", ORDER)
def test_looks_at_parts_say_what_a_look_at_the_whole_says(kind: str) -> None:
    opening, lines, closing = parts(kind)
    looks = [
        look_at(line, kind, opening=opening.decode(), closing=closing.decode(), schemas=schema_folder())
        for line in lines
    ]
    assert len(looks) == 2
    assert all_seen(looks) == look(kind, example(kind)) is not None


SAID = Total(2, 300)


@pytest.mark.parametrize(
    ("looks", "total"),
    [
        pytest.param([Seen(Total(1, 100), SAID), Seen(Total(1, 200), SAID)], SAID, id="as the header says"),
        pytest.param([Seen(Total(1, 100), SAID)], None, id="one order short"),
        pytest.param([Seen(Total(1, 100), SAID), Seen(Total(1, 201), SAID)], None, id="a cent too much"),
        pytest.param([Seen(Total(1, 100), SAID), Seen(Total(1, 200), Total(2, 301))], None, id="two headers"),
        pytest.param([Seen(SAID, SAID), None], None, id="one look unsure"),
        pytest.param([], None, id="nothing"),
    ],
)
def test_looks_put_together(looks: list[Seen | None], total: Total | None) -> None:
    assert all_seen(looks) == total
