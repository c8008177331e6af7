"""Writes `fixtures/sample-bank/`: a made-up bank's reference data and one day's drops, Thu 2026-04-02.

Run it with `python tools/sample_bank.py`; it writes the same bytes every time. Nobody in it is real: parties
are named by their role, account numbers are built here and only have right check digits.
"""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parents[1] / "fixtures" / "sample-bank"
DAY = "2026-04-02"
CREATED = "2026-04-02T07:30:00"

# --- account numbers ---


def iban(country: str, bban: str) -> str:
    """The IBAN of a national number (ISO 13616: check digits are 98 less the remainder by 97)."""
    digits = "".join(str(int(char, 36)) for char in bban + country + "00")
    return f"{country}{98 - int(digits) % 97:02d}{bban}"


def sk(bank: str, base: int) -> str:
    """A Slovak account at `bank`: the first number from `base` on whose weighted sum divides by 11."""
    weights = (6, 3, 7, 9, 10, 5, 8, 4, 2, 1)
    while sum(weight * int(digit) for weight, digit in zip(weights, f"{base:010d}", strict=True)) % 11:
        base += 1
    return iban("SK", f"{bank}000000{base:010d}")


A1, A2 = "SK6552000000000005566783", "SK9152000000002000145305"
A3, A4, A5, A6 = (
    "SK6952000000002000145313",
    "SK4752000000002000145321",
    "SK9452000000002000145348",
    "SK5152000000001234567899",
)
TRADER, CLOSED, BLOCKED, HEIR, POOR, PATIENT, CLUB, UNKNOWN = (
    sk("5200", base)
    for base in (
        3000000100,
        3000000200,
        3000000300,
        3000000400,
        3000000500,
        3000000600,
        3000000700,
        3999000000,
    )
)
B1, C1, C2, C3 = (
    "SK3112000000198742637541",
    "AT611904300234573201",
    "CH9300762011623852957",
    "SM86U0322509800000000270100",
)
DE, CZ, FR, HU = (
    "DE89370400440532013000",
    "CZ6508000000192000145399",
    "FR1420041010050500013M02606",
    "HU42117730161111101800000000",
)
COLLECTOR = sk("1200", 4000000100)
ABSENT = sk("9952", 4000000900)
CI1, CI2 = "SK36ZZZ70000000007", "AT61ZZZ01234567890"

ACCOUNTS = [
    # iban, owner, name, product, currency, opened, closed, consumer, balance, overdraft, more
    {"iban": A1, "owner": "o-payroll", "name": "Mzdová účtáreň", "balance": "60000.00", "consumer": "false"},
    {"iban": A2, "owner": "o-household", "name": "Domácnosť", "balance": "2500.00"},
    {
        "iban": A3,
        "owner": "o-household",
        "name": "Domácnosť, účet v USD",
        "currency": "USD",
        "balance": "1000.00",
    },
    {
        "iban": A4,
        "owner": "o-payroll",
        "name": "Sporenie",
        "product": "savings",
        "opened_on": "2014-05-05",
        "balance": "900.00",
    },
    {
        "iban": A5,
        "owner": "o-household",
        "name": "Sporenie staré",
        "product": "savings",
        "opened_on": "2013-12-02",
        "balance": "700.00",
    },
    {
        "iban": A6,
        "owner": "o-household",
        "name": "Termínovaný vklad",
        "product": "term-deposit",
        "balance": "5000.00",
        "opened_on": "2025-05-15",
        "renewal_day": "2026-05-15",
    },
    {
        "iban": TRADER,
        "owner": "o-trader",
        "name": "Stavebniny",
        "balance": "20000.00",
        "overdraft": "5000.00",
        "consumer": "false",
        "language": "en",
    },
    {
        "iban": CLOSED,
        "owner": "o-former",
        "name": "Bývalý klient",
        "closed_on": "2026-03-31",
        "balance": "0.00",
    },
    {"iban": BLOCKED, "owner": "o-blocked", "name": "Zablokovaný účet", "balance": "800.00"},
    {
        "iban": HEIR,
        "owner": "o-heir",
        "name": "Účet v dedičskom konaní",
        "balance": "1200.00",
        "owner_died_on": "2026-03-20",
    },
    {"iban": POOR, "owner": "o-poor", "name": "Krátky účet", "balance": "150.00", "unsettled_notice": "true"},
    {
        "iban": PATIENT,
        "owner": "o-patient",
        "name": "Účet s opakovaním",
        "balance": "40.00",
        "retry_days": "5",
        "language": "en",
    },
    {
        "iban": CLUB,
        "owner": "o-club",
        "name": "Športový klub",
        "balance": "300.00",
        "minimum_balance": "20.00",
    },
]
CONSENTS = [
    {
        "id": "c-power",
        "debtor_iban": A2,
        "creditor_identifier": CI1,
        "mandate_id": "MND-2026-001",
        "one_off": "false",
        "periodicity": "monthly",
        "limit": "120.00",
        "lodged_on": "2026-02-10",
    },
    {
        "id": "c-water",
        "debtor_iban": TRADER,
        "creditor_identifier": CI1,
        "mandate_id": "VODA-77",
        "one_off": "false",
        "periodicity": "quarterly",
        "limit": "400.00",
        "lodged_on": "2025-11-03",
    },
    {
        "id": "c-once",
        "debtor_iban": A2,
        "creditor_identifier": CI1,
        "mandate_id": "ONCE-5",
        "one_off": "true",
        "periodicity": "",
        "limit": "75.00",
        "lodged_on": "2026-03-20",
    },
    {
        "id": "c-late",
        "debtor_iban": CLUB,
        "creditor_identifier": CI1,
        "mandate_id": "LATE-1",
        "one_off": "false",
        "periodicity": "monthly",
        "limit": "50.00",
        "lodged_on": "2026-04-02",
    },
    {
        "id": "c-cancelled",
        "debtor_iban": CLUB,
        "creditor_identifier": CI1,
        "mandate_id": "GONE-1",
        "one_off": "false",
        "periodicity": "monthly",
        "limit": "50.00",
        "lodged_on": "2025-06-02",
        "cancelled_on": "2026-03-30",
    },
    {
        "id": "c-sleeping",
        "debtor_iban": CLUB,
        "creditor_identifier": CI1,
        "mandate_id": "OLD-1",
        "one_off": "false",
        "periodicity": "monthly",
        "limit": "50.00",
        "lodged_on": "2020-06-02",
        "last_collected_on": "2022-12-01",
    },
    {
        "id": "c-poor",
        "debtor_iban": POOR,
        "creditor_identifier": CI1,
        "mandate_id": "POOR-1",
        "one_off": "false",
        "periodicity": "monthly",
        "limit": "500.00",
        "lodged_on": "2025-06-02",
    },
]
BANKS = [  # invented BICs: VZOR is Slovak for "sample"
    ("VZORSK22XXX", "SK", "1200", "Vzorová banka"),
    ("VZORATWWXXX", "AT", "19043", "Musterbank"),
    ("VZORCHZZXXX", "CH", "00762", "Musterbank Schweiz"),
    ("VZORDEFFXXX", "DE", "37040044", "Beispielbank"),
    ("VZORCZPPXXX", "CZ", "0800", "Vzorová banka Praha"),
    ("VZORFRPPXXX", "FR", "20041", "Banque modèle"),
    ("VZORHUHBXXX", "HU", "117", "Mintabank"),
    ("VZORSMSMXXX", "SM", "03225", "Banca campione"),
]
PARTNERS = f"""\
# Who may drop files, and what its contract names.
partners:
  - id: mzdy
    name: "Mzdová kancelária"
    accounts: [{A1}, {A4}]
    language: sk
  - id: stavebniny
    name: "Stavebniny"
    accounts: [{TRADER}, {CLOSED}, {BLOCKED}, {HEIR}, {POOR}, {PATIENT}, {UNKNOWN}, {A3}]
    language: en
  - id: vzorova-banka
    name: "Vzorová banka"
    bic: VZORSK22XXX
    accounts: []
    language: sk
"""

# --- messages ---


def tag(name: str, content: object) -> str:
    return f"<{name}>{content}</{name}>" if content not in (None, "") else ""


def text(name: str, content: str | None) -> str:
    return tag(name, escape(content) if content else None)


def order(
    e2e: str,
    amount: str,
    name: str,
    to: str,
    *,
    bic: str | None = None,
    note: str | None = None,
    currency: str = "EUR",
    address: str = "",
    rf: str | None = None,
    bic_tag: str = "BICFI",
) -> str:
    """One credit transfer."""
    remittance = text("Ustrd", note)
    if rf:
        remittance = (
            "<Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry><Issr>ISO</Issr></Tp>"
            f"<Ref>{rf}</Ref></CdtrRefInf></Strd>"
        )
    agent = f"<CdtrAgt><FinInstnId><{bic_tag}>{bic}</{bic_tag}></FinInstnId></CdtrAgt>" if bic else ""
    return (
        f"<CdtTrfTxInf><PmtId>{text('EndToEndId', e2e)}</PmtId>"
        f'<Amt><InstdAmt Ccy="{currency}">{amount}</InstdAmt></Amt>{agent}'
        f"<Cdtr>{text('Nm', name)}{tag('PstlAdr', address)}</Cdtr><CdtrAcct><Id><IBAN>{to}</IBAN></Id></CdtrAcct>"
        f"{tag('RmtInf', remittance)}</CdtTrfTxInf>"
    )


def total(orders: Sequence[str]) -> str:
    """The sum of the orders' amounts, exactly."""
    cents = 0
    for each in orders:
        euros, _, rest = each.split('">', 1)[1].split("<", 1)[0].partition(".")
        cents += int(euros) * 100 + int((rest + "00")[:2])
    return f"{cents // 100}.{cents % 100:02d}"


def transfers(
    message_id: str,
    account: str,
    orders: Sequence[str],
    *,
    due: str = DAY,
    version: str = "pain.001.001.09",
    name: str = "Platiteľ",
    count: int | None = None,
    control_sum: str | None = None,
    block: str = "",
    service: str = "SEPA",
    batch: bool | None = None,
    blocks: Sequence[tuple[str, Sequence[str]]] = (),
) -> str:
    """A pain.001; `blocks` are further (account, orders) in blocks of their own."""
    old = version.endswith(".03")
    date = due if old else f"<Dt>{due}</Dt>"
    bic = "BIC" if old else "BICFI"
    parts = []
    for number, (debtor, each) in enumerate([(account, orders), *blocks], 1):
        parts.append(
            f"<PmtInf><PmtInfId>{block or message_id}-{number}</PmtInfId><PmtMtd>TRF</PmtMtd>"
            f"{tag('BtchBookg', None if batch is None else str(batch).lower())}"
            f"<NbOfTxs>{len(each)}</NbOfTxs><CtrlSum>{total(each)}</CtrlSum>"
            f"<PmtTpInf><SvcLvl><Cd>{service}</Cd></SvcLvl></PmtTpInf><ReqdExctnDt>{date}</ReqdExctnDt>"
            f"<Dbtr>{text('Nm', name)}</Dbtr><DbtrAcct><Id><IBAN>{debtor}</IBAN></Id></DbtrAcct>"
            f"<DbtrAgt><FinInstnId><{bic}>OTPVSKBX</{bic}></FinInstnId></DbtrAgt><ChrgBr>SLEV</ChrgBr>\n"
            + "\n".join(each).replace("BICFI", bic)
            + "</PmtInf>"
        )
    everything = [*orders, *(each for _, more in blocks for each in more)]
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{version}">'
        f"<CstmrCdtTrfInitn><GrpHdr>{text('MsgId', message_id)}<CreDtTm>{CREATED}</CreDtTm>"
        f"<NbOfTxs>{count if count is not None else len(everything)}</NbOfTxs>"
        f"<CtrlSum>{control_sum or total(everything)}</CtrlSum><InitgPty>{text('Nm', name)}</InitgPty></GrpHdr>\n"
        + "\n".join(parts)
        + "</CstmrCdtTrfInitn></Document>\n"
    )


def collection(
    e2e: str,
    amount: str,
    debtor: str,
    mandate: str,
    *,
    name: str = "Odberateľ",
    signed: str = "2025-01-15",
    bic: str = "OTPVSKBX",
    currency: str = "EUR",
    note: str = "Zálohová platba",
) -> str:
    """One collection."""
    return (
        f'<DrctDbtTxInf><PmtId>{text("EndToEndId", e2e)}</PmtId><InstdAmt Ccy="{currency}">{amount}</InstdAmt>'
        f"<DrctDbtTx><MndtRltdInf>{text('MndtId', mandate)}<DtOfSgntr>{signed}</DtOfSgntr></MndtRltdInf></DrctDbtTx>"
        f"<DbtrAgt><FinInstnId><BICFI>{bic}</BICFI></FinInstnId></DbtrAgt><Dbtr>{text('Nm', name)}</Dbtr>"
        f"<DbtrAcct><Id><IBAN>{debtor}</IBAN></Id></DbtrAcct><RmtInf>{text('Ustrd', note)}</RmtInf></DrctDbtTxInf>"
    )


def collections(
    message_id: str,
    blocks: Sequence[tuple[str, str, Sequence[str]]],
    *,
    creditor: str = COLLECTOR,
    identifier: str = CI1,
    scheme: str = "CORE",
    version: str = "pain.008.001.08",
) -> str:
    """A pain.008 of blocks (sequence type, due date, collections)."""
    parts = []
    for number, (sequence, due, each) in enumerate(blocks, 1):
        parts.append(
            f"<PmtInf><PmtInfId>{message_id}-{number}</PmtInfId><PmtMtd>DD</PmtMtd><NbOfTxs>{len(each)}</NbOfTxs>"
            f"<CtrlSum>{total(each)}</CtrlSum><PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl>"
            f"<LclInstrm><Cd>{scheme}</Cd></LclInstrm><SeqTp>{sequence}</SeqTp></PmtTpInf>"
            f"<ReqdColltnDt>{due}</ReqdColltnDt><Cdtr><Nm>Energetika</Nm></Cdtr>"
            f"<CdtrAcct><Id><IBAN>{creditor}</IBAN></Id></CdtrAcct>"
            "<CdtrAgt><FinInstnId><BICFI>VZORSK22XXX</BICFI></FinInstnId></CdtrAgt><ChrgBr>SLEV</ChrgBr>"
            f"<CdtrSchmeId><Id><PrvtId><Othr><Id>{identifier}</Id><SchmeNm><Prtry>SEPA</Prtry></SchmeNm>"
            "</Othr></PrvtId></Id></CdtrSchmeId>\n" + "\n".join(each) + "</PmtInf>"
        )
    everything = [each for _, _, more in blocks for each in more]
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{version}">'
        f"<CstmrDrctDbtInitn><GrpHdr><MsgId>{message_id}</MsgId><CreDtTm>{CREATED}</CreDtTm>"
        f"<NbOfTxs>{len(everything)}</NbOfTxs><CtrlSum>{total(everything)}</CtrlSum>"
        "<InitgPty><Nm>Energetika</Nm></InitgPty></GrpHdr>\n"
        + "\n".join(parts)
        + "</CstmrDrctDbtInitn></Document>\n"
    )


# --- the day ---


def salaries() -> list[str]:
    """Forty salaries: most to another bank, some inside the house."""
    orders = []
    for number in range(1, 41):
        to = A2 if number % 10 == 0 else sk("1200", 5000000000 + number * 1000)
        cents = 98_000 + number * 731
        orders.append(
            order(
                f"/VS{202604:06d}{number:02d}/SS/KS0138",
                f"{cents // 100}.{cents % 100:02d}",
                f"Zamestnanec {number:03d}",
                to,
                note="Mzda za marec 2026",
            )
        )
    return orders


STREET_AT = "<StrtNm>Musterstrasse</StrtNm><PstCd>1010</PstCd><TwnNm>Wien</TwnNm><Ctry>AT</Ctry>"
STREET_CH = "<StrtNm>Beispielweg</StrtNm><PstCd>3000</PstCd><TwnNm>Bern</TwnNm><Ctry>CH</Ctry>"

SUPPLIERS = [
    order("FA-2026-0311", "1240.50", "Oceliareň", B1, note="Faktura 2026-0311"),
    order(
        "FA-2026-0312",
        "860.00",
        "Stahl Muster GmbH",
        C1,
        bic="VZORATWWXXX",
        note="Rechnung 4711",
        address=STREET_AT,
    ),
    order("FA-2026-0313", "2210.10", "Baustoffe Beispiel", DE, bic="VZORDEFFXXX", rf="RF18539007547034"),
    order("FA-2026-0314", "99.99", "Cihelna", CZ, bic="VZORCZPPXXX", note="Faktura 881"),
    order("FA-2026-0315", "415.00", "Domácnosť", A2, note="Preplatok"),
]
ONE = [order("REF-1", "100.00", "Oceliareň", B1, note="Platba")]
GOOD = transfers("GOOD-0001", TRADER, ONE)

STAVEBNINY: dict[str, str | bytes] = {
    "01-suppliers.xml": transfers(
        "SUP-20260402-1", TRADER, SUPPLIERS, version="pain.001.001.03", name="Stavebniny"
    ),
    "02-future.xml": transfers(
        "SUP-20260402-2", TRADER, [order("FUT-1", "500.00", "Oceliareň", B1)], due="2026-04-15"
    ),
    "03-good-friday.xml": transfers(
        "SUP-20260402-3", TRADER, [order("FRI-1", "75.00", "Oceliareň", B1)], due="2026-04-03"
    ),
    "04-short-of-money.xml": transfers(
        "SUP-20260402-4",
        POOR,
        [order("POOR-1", "120.00", "Oceliareň", B1), order("POOR-2", "80.00", "Oceliareň", B1)],
    ),
    "05-tries-again.xml": transfers("SUP-20260402-5", PATIENT, [order("WAIT-1", "60.00", "Oceliareň", B1)]),
    "06-two-equal.xml": transfers(
        "SUP-20260402-6",
        TRADER,
        [order("RENT", "350.00", "Prenajímateľ", B1), order("RENT", "350.00", "Prenajímateľ", B1)],
    ),
    "10-one-bad-iban.xml": transfers(
        "BAD-0010",
        TRADER,
        [
            order("OK-1", "10.00", "Oceliareň", B1),
            order("BAD-1", "11.00", "Oceliareň", "SK3212000000198742637541"),
            order("OK-2", "12.00", "Oceliareň", B1),
        ],
    ),
    "11-wrong-control-sum.xml": transfers("BAD-0011", TRADER, ONE, control_sum="100.01"),
    "12-wrong-count.xml": transfers("BAD-0012", TRADER, ONE, count=2),
    "13-dollars.xml": transfers(
        "BAD-0013", TRADER, [order("USD-1", "100.00", "Oceliareň", B1, currency="USD")]
    ),
    "14-urgent.xml": transfers("BAD-0014", TRADER, ONE, service="URGP"),
    "15-three-decimals.xml": transfers(
        "BAD-0015", TRADER, [order("DEC-1", "10.005", "Oceliareň", B1)], control_sum="10.005"
    ),
    "16-zero.xml": transfers("BAD-0016", TRADER, [order("ZERO-1", "0.00", "Oceliareň", B1)]),
    "17-past.xml": transfers("BAD-0017", TRADER, ONE, due="2026-04-01"),
    "18-too-far.xml": transfers("BAD-0018", TRADER, ONE, due="2027-04-03"),
    "19-closed-account.xml": transfers("BAD-0019", CLOSED, ONE),
    "20-blocked-account.xml": transfers("BAD-0020", BLOCKED, ONE),
    "21-owner-died.xml": transfers("BAD-0021", HEIR, ONE),
    "22-not-in-contract.xml": transfers("BAD-0022", A1, ONE),
    "23-unknown-account.xml": transfers("BAD-0023", UNKNOWN, ONE),
    "24-unreachable-bank.xml": transfers(
        "BAD-0024", TRADER, [order("FAR-1", "20.00", "Neznáma banka", ABSENT)]
    ),
    "25-no-bic-abroad.xml": transfers("BAD-0025", TRADER, [order("BIC-1", "20.00", "Stahl Muster GmbH", C1)]),
    "26-outside-sepa.xml": transfers(
        "BAD-0026",
        TRADER,
        [order("XK-1", "20.00", "Dodávateľ", iban("XK", "1212012345678906"), bic="VZORXKPRXXX")],
    ),
    "27-long-symbol.xml": transfers(
        "BAD-0027", TRADER, [order("/VS12345678901/SS/KS", "20.00", "Oceliareň", B1)]
    ),
    "28-bad-reference.xml": transfers(
        "BAD-0028",
        TRADER,
        [order("RF-1", "20.00", "Baustoffe Beispiel", DE, bic="VZORDEFFXXX", rf="RF19539007547034")],
    ),
    "29-characters.xml": transfers("BAD-0029", TRADER, [order("REF#1", "20.00", "Oceliareň", B1)]),
    "30-dollar-account-batch.xml": transfers(
        "BAD-0030", A3, [order("FX-1", "5.00", "Oceliareň", B1), order("FX-2", "6.00", "Oceliareň", B1)]
    ),
    "31-good.xml": GOOD,
    "32-good-again.xml": GOOD,
    "33-same-id-other-content.xml": transfers(
        "GOOD-0001", TRADER, [order("REF-2", "101.00", "Oceliareň", B1)]
    ),
    "34-same-orders-other-id.xml": transfers("GOOD-0002", TRADER, ONE),
    "40-empty.xml": "",
    "41-cut-off.xml": transfers("CUT-0041", TRADER, SUPPLIERS)[:1800],
    "42-not-xml.xml": "Prosím zaplaťte 100 EUR na účet dodávateľa.\n",
    "43-document-type.xml": GOOD.replace(
        "<Document ", '<!DOCTYPE Document [<!ENTITY who "Oceliaren">]>\n<Document ', 1
    ),
    "44-utf-16.xml": GOOD.replace("UTF-8", "UTF-16").encode("utf-16"),
    "45-wrong-root.xml": '<?xml version="1.0" encoding="UTF-8"?>\n<invoice><total>100.00</total></invoice>\n',
    "46-unknown-message.xml": GOOD.replace("pain.001.001.09", "pain.001.001.99"),
    "47-schema.xml": GOOD.replace("GOOD-0001", "BAD-0047").replace(
        "<PmtMtd>TRF</PmtMtd>", "<PmtMtd>CASH</PmtMtd>"
    ),
    "48-bank-statement.xml": (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">'
        "<BkToCstmrStmt><GrpHdr><MsgId>STM-1</MsgId><CreDtTm>2026-04-02T07:30:00</CreDtTm></GrpHdr>"
        "</BkToCstmrStmt></Document>\n"
    ),
}

DUE_FIRST, DUE_NEXT = "2026-04-13", "2026-04-09"
ENERGY = collections(
    "DD-20260402-1",
    [
        (
            "RCUR",
            DUE_NEXT,
            [
                collection("INK-01", "64.20", A2, "MND-2026-001"),
                collection("INK-02", "312.00", TRADER, "VODA-77"),
                collection("INK-03", "120.01", A2, "mnd-2026-001", note="Nad limit"),
                collection("INK-04", "30.00", CLUB, "LATE-1"),
                collection("INK-05", "30.00", CLUB, "GONE-1"),
                collection("INK-06", "30.00", CLUB, "OLD-1"),
                collection("INK-07", "30.00", A2, "NOBODY-1"),
                collection("INK-08", "450.00", POOR, "POOR-1"),
                collection("INK-09", "45.00", sk("1200", 6000000000), "EXT-1", bic="VZORSK22XXX"),
                collection("INK-10", "46.00", DE, "EXT-2", bic="VZORDEFFXXX"),
            ],
        ),
        (
            "OOFF",
            DUE_FIRST,
            [
                collection("INK-20", "75.00", A2, "ONCE-5"),
                collection("INK-21", "75.00", A2, "ONCE-5", note="Druhy raz"),
            ],
        ),
    ],
)
VZOROVA: dict[str, str | bytes] = {
    "01-collections.xml": ENERGY,
    "02-too-late.xml": collections(
        "DD-20260402-2", [("FRST", DUE_NEXT, [collection("TL-1", "20.00", A2, "MND-2026-001")])]
    ),
    "03-business-scheme.xml": collections(
        "DD-20260402-3",
        [("RCUR", DUE_NEXT, [collection("B2B-1", "20.00", A2, "MND-2026-001")])],
        scheme="B2B",
    ),
    "04-wrong-creditor-id.xml": collections(
        "DD-20260402-4",
        [("RCUR", DUE_NEXT, [collection("CI-1", "20.00", A2, "MND-2026-001")])],
        identifier="SK37ZZZ70000000007",
    ),
    "05-for-our-customer.xml": collections(
        "DD-20260402-5",
        [("RCUR", DUE_NEXT, [collection("OWN-1", "20.00", A2, "MND-2026-001")])],
        creditor=TRADER,
    ),
    "06-older-generation.xml": collections(
        "DD-20260402-6",
        [("RCUR", DUE_NEXT, [collection("OLD-GEN-1", "15.00", DE, "EXT-9", bic="VZORDEFFXXX")])],
        version="pain.008.001.02",
    ).replace("BICFI", "BIC"),
}
MZDY: dict[str, str | bytes] = {
    "salaries-march.xml": transfers("MZDY-2026-03", A1, salaries(), name="Mzdová účtáreň", batch=True),
    "savings-abroad.xml": transfers("MZDY-2026-04", A4, [order("SPOR-1", "50.00", "Oceliareň", B1)]),
    "savings-home.xml": transfers("MZDY-2026-05", A4, [order("SPOR-2", "50.00", "Mzdová účtáreň", A1)]),
}
DROPS = {"mzdy": MZDY, "stavebniny": STAVEBNINY, "vzorova-banka": VZOROVA}


def table(rows: Sequence[dict[str, str]], columns: Sequence[str]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


LISTED = [
    {
        "list": "vzor-sankcie",
        "version": "2026-04-01",
        "kind": "sanction",
        "name": "Ivan Vymyslený",
    },
    {
        "list": "vzor-obchody",
        "version": "7",
        "kind": "unusual",
        "name": "Neexistujúca holdingová, a. s.",
    },
]
"""Lists to screen against. The names are invented, and nobody of the sample day bears them."""


def write(path: Path, content: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def main() -> None:
    reference = ROOT / "reference"
    columns = list(dict.fromkeys(column for account in ACCOUNTS for column in account))
    write(reference / "accounts.csv", table(ACCOUNTS, columns))
    write(
        reference / "blocks.csv",
        table(
            [{"iban": BLOCKED, "since": "2026-03-25T11:00:00+01:00"}], ("iban", "since", "amount", "until")
        ),
    )
    write(
        reference / "consents.csv",
        table(
            CONSENTS,
            [
                "id",
                "debtor_iban",
                "creditor_identifier",
                "mandate_id",
                "one_off",
                "periodicity",
                "limit",
                "lodged_on",
                "effective_from",
                "cancelled_on",
                "last_collected_on",
            ],
        ),
    )
    yes = {"credit_transfer": "true", "direct_debit_core": "true", "direct_debit_b2b": "false"}
    banks = [
        {"bic": bic, "country": land, "national_code": code, "name": name, **yes}
        for bic, land, code, name in BANKS
    ]
    write(reference / "participants.csv", table(banks, list(banks[0])))
    write(reference / "partners.yaml", PARTNERS)
    write(reference / "screening.csv", table(LISTED, list(LISTED[0])))
    for partner, files in DROPS.items():
        for name, content in files.items():
            write(ROOT / "drops" / partner / name, content)


if __name__ == "__main__":
    main()
