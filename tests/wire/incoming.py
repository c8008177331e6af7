"""Messages as customers send them, for the tests of reading."""

import io
from collections.abc import Iterator
from pathlib import Path

from sepa.model.finding import Unreadable
from sepa.model.message import MessageHead, PaymentInformation, Piece, Transaction
from sepa.wire import read
from sepa.wire.schema import ISO_NAMESPACE, READABLE
from sepa.wire.stream import stream

SAMPLES = Path(__file__).resolve().parents[2] / "../shared/samples"

Item = MessageHead | Piece | Unreadable


def read_bytes(
    content: bytes, *, offered: tuple[str, ...] = READABLE, size: int = 1 << 30, piece: int = 1 << 18
) -> list[Item]:
    return list(read(io.BytesIO(content), offered=offered, size_bytes_max=size, piece_bytes=piece))


def read_slowly(content: bytes, name: str) -> list[Item]:
    return list(stream(io.BytesIO(content), name, None))


def refusal(content: bytes, **settings: int) -> Unreadable:
    """The Unreadable that ends the reading of a file that must not pass."""
    last = read_bytes(content, **settings)[-1]
    assert isinstance(last, Unreadable), f"was read: {last}"
    return last


def transactions(items: list[Item]) -> list[Transaction]:
    """All transactions in order; a refusal is a failure."""
    refused = [item for item in items if isinstance(item, Unreadable)]
    assert not refused, refused
    return [transaction for item in items if isinstance(item, Piece) for transaction in item.transactions]


def blocks(items: list[Item]) -> list[PaymentInformation]:
    """The blocks of all pieces, one after the other, each once while it lasts."""
    found: list[PaymentInformation] = []
    for item in items:
        if isinstance(item, Piece) and not (found and found[-1] is item.payment_information):
            found.append(item.payment_information)
    return found


def sample_rows() -> Iterator[dict[str, str]]:
    """The pain.001 and pain.008 rows of the index of samples; none where there are no samples."""
    index = SAMPLES / "INDEX.md"
    lines = index.read_text(encoding="utf-8").splitlines() if index.exists() else []
    titles = ("file", "message", "transactions", "iso", "epc", "iban", "content", "outcome")
    for line in lines:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0].endswith(".xml") and cells[1].startswith(("pain.001", "pain.008")):
            yield dict(zip(titles, cells, strict=False))


_HEADER = """<GrpHdr><MsgId>M-1</MsgId><CreDtTm>2026-04-01T09:00:00</CreDtTm><NbOfTxs>1</NbOfTxs>
<CtrlSum> 12.30 </CtrlSum><InitgPty><Nm>Start</Nm><Id><OrgId><Othr><Id>4711</Id></Othr></OrgId></Id>
</InitgPty></GrpHdr>"""

_ADDRESS_2009 = """<PstlAdr><Dept>D</Dept><SubDept>SD</SubDept><StrtNm>Hlavná</StrtNm><BldgNb>7a</BldgNb>
<PstCd>04001</PstCd><TwnNm>Košice</TwnNm><CtrySubDvsn>KE</CtrySubDvsn><Ctry>SK</Ctry>
<AdrLine>Line &lt;1&gt;</AdrLine><AdrLine>Line 2</AdrLine></PstlAdr>"""

_ADDRESS_2019 = """<PstlAdr><Dept>D</Dept><SubDept>SD</SubDept><StrtNm>Hlavná</StrtNm><BldgNb>7a</BldgNb>
<BldgNm>Dom</BldgNm><Flr>3</Flr><PstBx>12</PstBx><Room>301</Room><PstCd>04001</PstCd><TwnNm>Košice</TwnNm>
<TwnLctnNm>Sever</TwnLctnNm><DstrctNm>I</DstrctNm><CtrySubDvsn>KE</CtrySubDvsn><Ctry>SK</Ctry>
<AdrLine>Line &lt;1&gt;</AdrLine><AdrLine>Line 2</AdrLine></PstlAdr>"""

_REMITTANCE = """<RmtInf><Ustrd> two  words </Ustrd><Ustrd>more</Ustrd><Strd><CdtrRefInf><Tp><CdOrPrtry>
<Cd>SCOR</Cd>
</CdOrPrtry><Issr>ISO</Issr></Tp><Ref>RF18539007547034</Ref></CdtrRefInf></Strd><Strd><RfrdDocInf><Nb>9</Nb>
</RfrdDocInf>
<RfrdDocAmt><DuePyblAmt Ccy="EUR">1.00</DuePyblAmt></RfrdDocAmt><CdtrRefInf><Tp><CdOrPrtry><Prtry>own</Prtry>
</CdOrPrtry>
</Tp><Ref>A&amp;B</Ref></CdtrRefInf></Strd></RmtInf>"""


def _party(tag: str, name: str, modern: bool, mark: str = "") -> str:
    address = _ADDRESS_2019 if modern else _ADDRESS_2009
    return f"<{tag}><Nm>{name}</Nm>{address if not mark else ''}<Id>{mark}</Id></{tag}>".replace(
        "<Id></Id>", ""
    )


def _agent(tag: str, bic: str, modern: bool) -> str:
    bic_tag = "BICFI" if modern else "BIC"
    return f"<{tag}><FinInstnId><{bic_tag}>{bic}</{bic_tag}><Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId></{tag}>"


def _account(tag: str, iban: str) -> str:
    return f"<{tag}><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></{tag}>"


def _identifier(value: str) -> str:
    return (
        f"<CdtrSchmeId><Id><PrvtId><Othr><Id>{value}</Id><SchmeNm><Prtry>SEPA</Prtry></SchmeNm></Othr>"
        "</PrvtId></Id></CdtrSchmeId>"
    )


def _order(number: int, name: str) -> str:
    """One ordinary order: every fifth has a structured reference."""
    modern = name in ("pain.001.001.09", "pain.008.001.08")
    collection = name.startswith("pain.008")
    side, tag = ("Dbtr", "DrctDbtTxInf") if collection else ("Cdtr", "CdtTrfTxInf")
    amount = f'<InstdAmt Ccy="EUR">{number}.{number % 100:02d}</InstdAmt>'
    mandate = f"<MndtRltdInf><MndtId>M{number}</MndtId><DtOfSgntr>2024-05-17</DtOfSgntr></MndtRltdInf>"
    bic_tag = "BICFI" if modern else "BIC"
    told = f"<Ustrd>Invoice 2026/{number}</Ustrd>"
    if number % 5 == 0:
        told = f"<Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp><Ref>{number}</Ref></CdtrRefInf></Strd>"
    return (
        f"<{tag}><PmtId><InstrId>I{number}</InstrId><EndToEndId>/VS{number}</EndToEndId></PmtId>"
        + (f"{amount}<DrctDbtTx>{mandate}</DrctDbtTx>" if collection else f"<Amt>{amount}</Amt>")
        + f"<{side}Agt><FinInstnId><{bic_tag}>TATRSKBX</{bic_tag}></FinInstnId></{side}Agt>"
        f"<{side}><Nm>Müller &amp; Novák {number}</Nm><PstlAdr><TwnNm>Košice</TwnNm><Ctry>SK</Ctry></PstlAdr></{side}>"
        f"<{side}Acct><Id><IBAN>SK3112000000198742637541</IBAN></Id></{side}Acct>"
        f"<Purp><Cd>SUPP</Cd></Purp><RmtInf>{told}</RmtInf></{tag}>"
    )


def orders(name: str, count: int, *, per_block: int = 1_000, lines: bool = False) -> bytes:
    """A valid file of `count` orders, numbered from 1; `lines` breaks it into lines."""
    content = rich(name).decode()
    tag = "DrctDbtTxInf" if name.startswith("pain.008") else "CdtTrfTxInf"
    block = content[content.index("<PmtInf>") : content.index(f"<{tag}>")]
    texts = []
    for start in range(0, count, per_block):
        numbers = range(start + 1, min(start + per_block, count) + 1)
        texts.append(block + "".join(_order(number, name) for number in numbers) + "</PmtInf>")
    text = content[: content.index("<PmtInf>")] + "".join(texts) + content[content.index("</PmtInf>") + 9 :]
    text = text.replace("\n", "")
    return (text.replace("><", ">\n <") if lines else text).encode()


def rich(name: str) -> bytes:
    """One order that says everything we read, in a block that says everything we read."""
    modern = name in ("pain.001.001.09", "pain.008.001.08")
    bic_tag = "AnyBIC" if modern else "BICOrBEI"
    bic = f"<OrgId><{bic_tag}>TATRSKBX</{bic_tag}></OrgId>"
    born = "<BirthDt>1970-02-03</BirthDt><CityOfBirth>X</CityOfBirth><CtryOfBirth>SK</CtryOfBirth>"
    person = f"<PrvtId><DtAndPlcOfBirth>{born}</DtAndPlcOfBirth></PrvtId>"
    other = "<PrvtId><Othr><Id>P1</Id><SchmeNm><Prtry>own</Prtry></SchmeNm><Issr>me</Issr></Othr></PrvtId>"
    identified = "<PmtId><InstrId>I 1</InstrId><EndToEndId>E/1</EndToEndId></PmtId>"
    counted = "<BtchBookg>1</BtchBookg><NbOfTxs>1</NbOfTxs><CtrlSum>12.30</CtrlSum>"
    head = f"<PmtInfId>B-1</PmtInfId><PmtMtd>{{}}</PmtMtd>{counted}"
    if name.startswith("pain.001"):
        due = (
            "<ReqdExctnDt><Dt>2026-04-02</Dt></ReqdExctnDt>"
            if modern
            else "<ReqdExctnDt>2026-04-02</ReqdExctnDt>"
        )
        body = f"""<CstmrCdtTrfInitn>{_HEADER}<PmtInf>{head.format("TRF")}
<PmtTpInf><InstrPrty>NORM</InstrPrty>
<SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf>{due}<PoolgAdjstmntDt>2026-04-03</PoolgAdjstmntDt>
{_party("Dbtr", "Payer", modern)}
{_account("DbtrAcct", "SK3112000000198742637541")}{_agent("DbtrAgt", "OTPVSKBX", modern)}
{_party("UltmtDbtr", "UD", modern, bic)}
<ChrgBr>SLEV</ChrgBr><CdtTrfTxInf>{identified}<PmtTpInf><LclInstrm><Prtry>X</Prtry></LclInstrm><CtgyPurp>
<Cd>SALA</Cd>
</CtgyPurp></PmtTpInf><Amt><InstdAmt Ccy="EUR"> 12.30
</InstdAmt></Amt><XchgRateInf><CtrctId>c</CtrctId></XchgRateInf>{_agent("CdtrAgt", "TATRSKBX", modern)}
{_party("Cdtr", "Payee", modern)}
{_account("CdtrAcct", "AT611904300234573201")}{_party("UltmtCdtr", "UC", modern, person)}<InstrForCdtrAgt>
<Cd>HOLD</Cd></InstrForCdtrAgt>
<Purp><Prtry>why</Prtry></Purp>{_REMITTANCE}</CdtTrfTxInf></PmtInf></CstmrCdtTrfInitn>"""
    else:
        body = f"""<CstmrDrctDbtInitn>{_HEADER}<PmtInf>{head.format("DD")}
<PmtTpInf><SvcLvl><Cd>SEPA</Cd>
</SvcLvl>
<LclInstrm><Cd>CORE</Cd></LclInstrm><SeqTp>RCUR</SeqTp></PmtTpInf><ReqdColltnDt>2026-04-07</ReqdColltnDt>
{_party("Cdtr", "Payee", modern)}
{_account("CdtrAcct", "SK3112000000198742637541")}{_agent("CdtrAgt", "OTPVSKBX", modern)}
{_party("UltmtCdtr", "UC", modern, bic)}
<ChrgBr>SLEV</ChrgBr>{_identifier("SK95ZZZ70000000022")}<DrctDbtTxInf>{identified}<PmtTpInf><CtgyPurp>
<Cd>SALA</Cd></CtgyPurp></PmtTpInf>
<InstdAmt Ccy="EUR">12.30</InstdAmt><DrctDbtTx><MndtRltdInf><MndtId>M 1</MndtId>
<DtOfSgntr>2024-05-17</DtOfSgntr>
<AmdmntInd>true</AmdmntInd><AmdmntInfDtls><OrgnlMndtId>M 0</OrgnlMndtId><OrgnlCdtrSchmeId><Nm>Old</Nm><Id>
<PrvtId><Othr><Id>OLD-CI</Id>
<SchmeNm><Prtry>SEPA</Prtry></SchmeNm></Othr></PrvtId></Id></OrgnlCdtrSchmeId><OrgnlDbtrAcct><Id>
<IBAN>AT611904300234573201</IBAN></Id>
</OrgnlDbtrAcct>{_agent("OrgnlDbtrAgt", "TATRSKBX", modern)}</AmdmntInfDtls><ElctrncSgntr>sig</ElctrncSgntr>
</MndtRltdInf>
{_identifier("SK11ZZZ70000000033")}</DrctDbtTx>{_agent("DbtrAgt", "TATRSKBX", modern)}
{_party("Dbtr", "Payer", modern)}
{_account("DbtrAcct", "AT611904300234573201")}{_party("UltmtDbtr", "UD", modern, other)}<Purp>
<Prtry>why</Prtry></Purp>
{_REMITTANCE}</DrctDbtTxInf></PmtInf></CstmrDrctDbtInitn>"""
    return f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{ISO_NAMESPACE}{name}">{body}</Document>'.encode()
