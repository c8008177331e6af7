"""Files of N payment orders that look like a company's own: for measuring, and for tests that need many
orders.

`write_orders(path, message, orders)` writes one file; the same arguments give the same bytes.
By hand: `python -m bench.orders pain.001.001.09 10000 orders.xml`.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"
_ROOT = {"pain.001": "CstmrCdtTrfInitn", "pain.008": "CstmrDrctDbtInitn"}
_OWN_IBAN = "SK3112000000198742637541"
_OWN_BIC = "OTPVSKBX"
_STREETS = ("Hlavná", "Dlhý rad", "Námestie slobody", "Rue de la Loi", "Bahnhofstraße", "Calle Mayor")
_TOWNS = (
    ("SK", "Košice", "04001"),
    ("AT", "Wien", "1010"),
    ("DE", "Köln", "50667"),
    ("FR", "Lille", "59000"),
)
_BICS = ("TATRSKBX", "GIBAATWW", "COBADEFF", "BNPAFRPP")
_BANK_CODES = ("11000000", "20111", "37040044", "20041")
_IBAN_TAIL = {"SK": 12, "AT": 11, "DE": 10, "FR": 18}


def _iban(country: str, bank: str, number: int) -> str:
    """An IBAN with right check digits. National check digits are not attended to."""
    body = bank + str(number).rjust(_IBAN_TAIL[country], "0")
    digits = "".join(str(int(sign, 36)) for sign in f"{body}{country}00")
    return f"{country}{98 - int(digits) % 97:02d}{body}"


def _amount_cents(number: int) -> int:
    return 100 + number * 7919 % 250_000


def _money(amount_cents: int) -> str:
    return f"{amount_cents // 100}.{amount_cents % 100:02d}"


def _party(tag: str, number: int) -> str:
    country, town, post_code = _TOWNS[number % 4]
    building = f"<BldgNb>{number % 180 + 1}</BldgNb>"
    return (
        f"<{tag}><Nm>Müller &amp; Novák {number} s.r.o.</Nm>"
        f"<PstlAdr><StrtNm>{_STREETS[number % 6]}</StrtNm>{building}"
        f"<PstCd>{post_code}</PstCd><TwnNm>{town}</TwnNm><Ctry>{country}</Ctry></PstlAdr></{tag}>"
    )


def _agent(tag: str, bic: str, modern: bool) -> str:
    bic_tag = "BICFI" if modern else "BIC"
    return f"<{tag}><FinInstnId><{bic_tag}>{bic}</{bic_tag}></FinInstnId></{tag}>"


def _account(tag: str, iban: str) -> str:
    return f"<{tag}><Id><IBAN>{iban}</IBAN></Id></{tag}>"


def _remittance(number: int) -> str:
    if number % 5:
        text = f"Invoice 2026/{number:06d} and delivery note {number * 3 % 99991}"
        return f"<RmtInf><Ustrd>{text}</Ustrd></RmtInf>"
    return (
        "<RmtInf><Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp>"
        f"<Ref>2026{number:08d}</Ref></CdtrRefInf></Strd></RmtInf>"
    )


def _credit_transfer(number: int, modern: bool) -> str:
    country = _TOWNS[number % 4][0]
    iban = _iban(country, _BANK_CODES[number % 4], number)
    return (
        f"<CdtTrfTxInf><PmtId><InstrId>I{number:09d}</InstrId>"
        f"<EndToEndId>/VS{number:010d}/SS/KS0308</EndToEndId></PmtId>"
        f'<Amt><InstdAmt Ccy="EUR">{_money(_amount_cents(number))}</InstdAmt></Amt>'
        f"{_agent('CdtrAgt', _BICS[number % 4], modern)}{_party('Cdtr', number)}{_account('CdtrAcct', iban)}"
        f"<Purp><Cd>SUPP</Cd></Purp>{_remittance(number)}</CdtTrfTxInf>"
    )


def _collection(number: int, modern: bool) -> str:
    country = _TOWNS[number % 4][0]
    iban = _iban(country, _BANK_CODES[number % 4], number)
    return (
        f"<DrctDbtTxInf><PmtId><InstrId>I{number:09d}</InstrId>"
        f"<EndToEndId>/VS{number:010d}/SS/KS0308</EndToEndId></PmtId>"
        f'<InstdAmt Ccy="EUR">{_money(_amount_cents(number))}</InstdAmt><DrctDbtTx><MndtRltdInf>'
        f"<MndtId>M-{number:08d}</MndtId><DtOfSgntr>2024-05-17</DtOfSgntr></MndtRltdInf></DrctDbtTx>"
        f"{_agent('DbtrAgt', _BICS[number % 4], modern)}{_party('Dbtr', number)}{_account('DbtrAcct', iban)}"
        f"<Purp><Cd>SUPP</Cd></Purp>{_remittance(number)}</DrctDbtTxInf>"
    )


def _block(message: str, block: int, numbers: range) -> Iterator[str]:
    modern = message[-2:] in ("09", "08")
    collection = message.startswith("pain.008")
    side = "Cdtr" if collection else "Dbtr"
    due = "<ReqdColltnDt>2026-04-07</ReqdColltnDt>" if collection else "<ReqdExctnDt>2026-04-02</ReqdExctnDt>"
    if message == "pain.001.001.09":
        due = "<ReqdExctnDt><Dt>2026-04-02</Dt></ReqdExctnDt>"
    kind = "<LclInstrm><Cd>CORE</Cd></LclInstrm><SeqTp>RCUR</SeqTp>" if collection else ""
    total = _money(sum(map(_amount_cents, numbers)))
    yield (
        f"<PmtInf><PmtInfId>BLOCK-{block}</PmtInfId><PmtMtd>{'DD' if collection else 'TRF'}</PmtMtd>"
        f"<BtchBookg>true</BtchBookg><NbOfTxs>{len(numbers)}</NbOfTxs><CtrlSum>{total}</CtrlSum>"
        f"<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl>{kind}</PmtTpInf>{due}"
        f"<{side}><Nm>Veľká firma, a.s.</Nm></{side}>{_account(side + 'Acct', _OWN_IBAN)}"
        f"{_agent(side + 'Agt', _OWN_BIC, modern)}<ChrgBr>SLEV</ChrgBr>"
    )
    if collection:
        yield (
            "<CdtrSchmeId><Id><PrvtId><Othr><Id>SK95ZZZ70000000022</Id><SchmeNm><Prtry>SEPA</Prtry></SchmeNm></Othr>"
            "</PrvtId></Id></CdtrSchmeId>"
        )
    one = _collection if collection else _credit_transfer
    for number in numbers:
        yield one(number, modern)
    yield "</PmtInf>"


def order_texts(message: str, orders: int, orders_per_block: int) -> Iterator[str]:
    """Yield the file's text, on one line, in parts; orders are numbered from 1."""
    root = _ROOT[message[:8]]
    numbers = range(1, orders + 1)
    total = _money(sum(map(_amount_cents, numbers)))
    yield (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{_NAMESPACE}{message}"><{root}>'
        f"<GrpHdr><MsgId>BENCH-{orders}</MsgId><CreDtTm>2026-04-01T09:00:00</CreDtTm>"
        f"<NbOfTxs>{orders}</NbOfTxs><CtrlSum>{total}</CtrlSum>"
        "<InitgPty><Nm>Veľká firma, a.s.</Nm></InitgPty></GrpHdr>"
    )
    for block, start in enumerate(range(0, orders, orders_per_block), 1):
        yield from _block(message, block, numbers[start : start + orders_per_block])
    yield f"</{root}></Document>\n"


def pretty(texts: Iterator[str]) -> Iterator[str]:
    """The same file as people send it: each tag that opens a group on a line of its own."""
    for text in texts:
        yield text.replace("><", ">\n      <")


def write_orders(
    path: Path, message: str, orders: int, *, orders_per_block: int = 1_000_000, lines: bool = True
) -> int:
    """Write one file of `orders` orders and return its size in bytes. `lines` breaks it into lines."""
    texts = order_texts(message, orders, orders_per_block)
    with path.open("wb") as file:
        for text in pretty(texts) if lines else texts:
            file.write(text.encode())
    return path.stat().st_size


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument(
        "message", choices=["pain.001.001.03", "pain.001.001.09", "pain.008.001.02", "pain.008.001.08"]
    )
    arguments.add_argument("orders", type=int)
    arguments.add_argument("path", type=Path)
    chosen = arguments.parse_args()
    write_orders(chosen.path, chosen.message, chosen.orders)
