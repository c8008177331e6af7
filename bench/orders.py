"""Files of N payment orders that look like a company's own: for measuring, and for tests that need many
orders.

Accounts carry every check digit, international and national; names and addresses are Slovak, Czech, German,
Austrian, French and Belgian; every creditor is another. A file without faults is refused nowhere on the day
it asks for. `write_orders(path, message, orders)` writes one; the same arguments give the same bytes.
By hand: `python -m bench.orders pain.001.001.09 10000 orders.xml --faults 0.02`.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

from bench.people import BANKS, OWN, TOWNS, Bank, bank_of, iban, name_of

_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"
_ROOT = {"pain.001": "CstmrCdtTrfInitn", "pain.008": "CstmrDrctDbtInitn"}
OWN_ACCOUNT = iban(OWN, 55_667)
"""The account that pays: one of the bank's own."""
_COLLECTING = BANKS[0]
_COLLECTING_ACCOUNT = iban(_COLLECTING, 19_874_263)
_FAULTS = ("iban", "currency", "reference", "country")


def _fault(number: int, share: float) -> str | None:
    """What is wrong with an order, when `share` of all orders are bad ones spread over the file."""
    return _FAULTS[number % 4] if number * 7919 % 10_000 < share * 10_000 else None


def _amount_cents(number: int) -> int:
    return 100 + number * 7919 % 250_000


def _money(amount_cents: int) -> str:
    return f"{amount_cents // 100}.{amount_cents % 100:02d}"


def _text(words: str) -> str:
    return words.replace("&", "&amp;")


def _party(tag: str, bank: Bank, number: int, fault: str | None) -> str:
    """Seven of eight orders give an address."""
    country = bank.country
    towns = TOWNS[country]
    town = towns[number % len(towns)]
    street = town.streets[number % len(town.streets)]
    address = (
        f"<PstlAdr><StrtNm>{street}</StrtNm><BldgNb>{number % 180 + 1}</BldgNb><PstCd>{town.post_code}</PstCd>"
        f"<TwnNm>{town.name}</TwnNm><Ctry>{'QQ' if fault == 'country' else country}</Ctry></PstlAdr>"
    )
    given = number % 8 or fault == "country"
    return f"<{tag}><Nm>{_text(name_of(country, number))}</Nm>{address if given else ''}</{tag}>"


def _agent(tag: str, bic: str, modern: bool) -> str:
    bic_tag = "BICFI" if modern else "BIC"
    return f"<{tag}><FinInstnId><{bic_tag}>{bic}</{bic_tag}></FinInstnId></{tag}>"


def _account(tag: str, account: str, fault: str | None = None) -> str:
    if fault == "iban":
        account = f"{account[:-2]}{(int(account[-2:]) + 3) % 100:02d}"
    return f"<{tag}><Id><IBAN>{account}</IBAN></Id></{tag}>"


def _reference(bank: Bank, number: int, fault: str | None) -> str:
    """The Slovak symbols inside the country, a reference of the payer's own to others."""
    if fault == "reference":
        return f"2026//{number}"
    return f"/VS{number:010d}/SS/KS0308" if bank.country == "SK" else f"PO-2026-{number:08d}"


def _remittance(number: int) -> str:
    if number % 5:
        text = (
            f"Faktúra 2026/{number:06d} zo dňa 15.3.2026, dodací list {number * 3 % 99991}, splatná 2.4.2026"
        )
        return f"<RmtInf><Ustrd>{text}</Ustrd></RmtInf>"
    digits = f"2026{number:08d}"
    check = 98 - int(f"{digits}271500") % 97
    return (
        "<RmtInf><Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry><Issr>ISO</Issr></Tp>"
        f"<Ref>RF{check:02d}{digits}</Ref></CdtrRefInf></Strd></RmtInf>"
    )


def _identified(bank: Bank, number: int, fault: str | None) -> str:
    reference = _reference(bank, number, fault)
    return f"<PmtId><InstrId>I{number:09d}</InstrId><EndToEndId>{reference}</EndToEndId></PmtId>"


def _instructed(number: int, fault: str | None) -> str:
    currency = "USD" if fault == "currency" else "EUR"
    return f'<InstdAmt Ccy="{currency}">{_money(_amount_cents(number))}</InstdAmt>'


def _credit_transfer(number: int, modern: bool, fault: str | None) -> str:
    bank = bank_of(number)
    needed = bank.country != "SK" or number % 2
    ultimate = f"<UltmtCdtr><Nm>{_text(name_of('SK', number))}</Nm></UltmtCdtr>" if number % 17 == 0 else ""
    return (
        f"<CdtTrfTxInf>{_identified(bank, number, fault)}<Amt>{_instructed(number, fault)}</Amt>"
        f"{_agent('CdtrAgt', bank.bic, modern) if needed else ''}{_party('Cdtr', bank, number, fault)}"
        f"{_account('CdtrAcct', iban(bank, number), fault)}{ultimate}<Purp><Cd>SUPP</Cd></Purp>"
        f"{_remittance(number)}</CdtTrfTxInf>"
    )


def _collection(number: int, modern: bool, fault: str | None) -> str:
    bank = bank_of(number)
    if bank is OWN:  # our own customers would have to have lodged a consent
        bank = _COLLECTING
    return (
        f"<DrctDbtTxInf>{_identified(bank, number, fault)}{_instructed(number, fault)}<DrctDbtTx><MndtRltdInf>"
        f"<MndtId>M-{number:08d}</MndtId><DtOfSgntr>2024-05-17</DtOfSgntr></MndtRltdInf></DrctDbtTx>"
        f"{_agent('DbtrAgt', bank.bic, modern)}{_party('Dbtr', bank, number, fault)}"
        f"{_account('DbtrAcct', iban(bank, number), fault)}<Purp><Cd>SUPP</Cd></Purp>{_remittance(number)}"
        "</DrctDbtTxInf>"
    )


def own_creditors(orders: int) -> Iterator[str]:
    """The accounts at our own bank that a file of so many transfers pays to."""
    return (iban(OWN, number) for number in range(1, orders + 1) if bank_of(number) is OWN)


def _block(message: str, block: int, numbers: range, faults: float) -> Iterator[str]:
    modern = message[-2:] in ("09", "08")
    collection = message.startswith("pain.008")
    side = "Cdtr" if collection else "Dbtr"
    due = "<ReqdColltnDt>2026-04-09</ReqdColltnDt>" if collection else "<ReqdExctnDt>2026-04-02</ReqdExctnDt>"
    if message == "pain.001.001.09":
        due = "<ReqdExctnDt><Dt>2026-04-02</Dt></ReqdExctnDt>"
    kind = "<LclInstrm><Cd>CORE</Cd></LclInstrm><SeqTp>RCUR</SeqTp>" if collection else ""
    account = _COLLECTING_ACCOUNT if collection else OWN_ACCOUNT
    total = _money(sum(map(_amount_cents, numbers)))
    yield (
        f"<PmtInf><PmtInfId>BLOCK-{block}</PmtInfId><PmtMtd>{'DD' if collection else 'TRF'}</PmtMtd>"
        f"<BtchBookg>true</BtchBookg><NbOfTxs>{len(numbers)}</NbOfTxs><CtrlSum>{total}</CtrlSum>"
        f"<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl>{kind}</PmtTpInf>{due}"
        f"<{side}><Nm>Veľká firma, a.s.</Nm></{side}>{_account(side + 'Acct', account)}"
        f"{_agent(side + 'Agt', (_COLLECTING if collection else OWN).bic, modern)}<ChrgBr>SLEV</ChrgBr>"
    )
    if collection:
        yield (
            "<CdtrSchmeId><Id><PrvtId><Othr><Id>SK36ZZZ70000000007</Id><SchmeNm><Prtry>SEPA</Prtry></SchmeNm></Othr>"
            "</PrvtId></Id></CdtrSchmeId>"
        )
    one = _collection if collection else _credit_transfer
    for number in numbers:
        yield one(number, modern, _fault(number, faults))
    yield "</PmtInf>"


def order_texts(message: str, orders: int, orders_per_block: int, faults: float = 0.0) -> Iterator[str]:
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
        yield from _block(message, block, numbers[start : start + orders_per_block], faults)
    yield f"</{root}></Document>\n"


def pretty(texts: Iterator[str]) -> Iterator[str]:
    """The same file as people send it: each tag that opens a group on a line of its own."""
    for text in texts:
        yield text.replace("><", ">\n      <")


def write_orders(
    path: Path,
    message: str,
    orders: int,
    *,
    orders_per_block: int = 1_000_000,
    lines: bool = True,
    faults: float = 0.0,
) -> int:
    """Write one file of `orders` orders and return its size in bytes.

    `lines` breaks it into lines; `faults` is the share of orders with a fault that refuses them.
    """
    texts = order_texts(message, orders, orders_per_block, faults)
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
    arguments.add_argument("--faults", type=float, default=0.0, help="share of bad orders, 0 to 1")
    chosen = arguments.parse_args()
    write_orders(chosen.path, chosen.message, chosen.orders, faults=chosen.faults)
