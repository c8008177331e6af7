"""Files of N payment orders that look like a company's own: for measuring, and for tests that need many
orders.

Accounts carry every check digit, international and national; names and addresses are Slovak, Czech, German,
Austrian, French and Belgian; every name is another, and so is every account at another bank. A file without faults
is refused nowhere on the day it asks for. `write_orders(path, message, orders)` writes one, in the same small memory
for any size; the same arguments give the same bytes. By hand:
`python -m bench.orders pain.001.001.09 10000 orders.xml --debtors 50 --fault iban=0.01 --fault currency=0.005`.
"""

import argparse
from collections.abc import Iterator, Mapping
from itertools import accumulate
from pathlib import Path

from bench.people import BANKS, OWN, TOWNS, Bank, bank_of, iban, name_of

MESSAGES = ("pain.001.001.03", "pain.001.001.09", "pain.008.001.02", "pain.008.001.08")

_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"
_ROOT = {"pain.001": "CstmrCdtTrfInitn", "pain.008": "CstmrDrctDbtInitn"}
OWN_ACCOUNT = iban(OWN, 55_667)
"""The first account that pays: one of the bank's own."""
COLLECTING = BANKS[0]
"""The bank that brings collections."""
_FURTHER = 90_000_000
"""Behind the numbers of all orders: further accounts that pay or collect."""
_CUSTOMERS = 10_000 * len(BANKS)
"""The bank has no more customers in a larger file: orders that lie so far apart pay the same one."""
FAULTS = ("iban", "currency", "reference", "country", "bic", "remittance")
"""Kinds of faults. Each refuses its order and leaves the others alone; the schema lets all of them through."""
_PARTS = 1_000_000
Shares = float | Mapping[str, float]
"""The share of orders with each kind of fault, or one share of bad orders, in which all kinds are alike frequent."""


class _Faults:
    """Which order has which fault: spread evenly over the file, whatever the shares."""

    def __init__(self, shares: Shares) -> None:
        if not isinstance(shares, Mapping):
            shares = dict.fromkeys(FAULTS, shares / len(FAULTS))
        if unknown := shares.keys() - set(FAULTS):
            raise ValueError(f"no such fault: {', '.join(sorted(unknown))}; there are {', '.join(FAULTS)}")
        if min(shares.values(), default=0) < 0 or sum(shares.values()) > 1 + 1 / _PARTS:
            raise ValueError("shares of faults lie between 0 and 1, and so does their sum")
        ends = (round(each * _PARTS) for each in accumulate(shares.values()))
        self._ends = [(end, kind) for end, kind in zip(ends, shares, strict=True) if end]

    def of(self, number: int) -> str | None:
        place = number * 618_033 % _PARTS  # steps of the golden section lie evenly, however many are taken
        return next((kind for end, kind in self._ends if place < end), None)


def paying_account(debtor: int) -> str:
    """The account of our own bank that pays in the blocks of this debtor; the first is number 0."""
    return iban(OWN, _FURTHER + debtor) if debtor else OWN_ACCOUNT


def _collecting_account(creditor: int) -> str:
    return iban(COLLECTING, _FURTHER + creditor if creditor else 19_874_263)


def _amount_cents(number: int) -> int:
    return 100 + number * 7919 % 250_000


def _money(amount_cents: int) -> str:
    return f"{amount_cents // 100}.{amount_cents % 100:02d}"


def _account_of(bank: Bank, number: int) -> str:
    return iban(bank, number % _CUSTOMERS if bank is OWN else number)


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
        last = int(account[-2:])
        account = f"{account[:-2]}{last + 3 if last < 97 else last - 3:02d}"  # 97 apart would be right again
    return f"<{tag}><Id><IBAN>{account}</IBAN></Id></{tag}>"


def _reference(bank: Bank, number: int, fault: str | None) -> str:
    """The Slovak symbols inside the country, a reference of the payer's own to others."""
    if fault == "reference":
        return f"2026//{number}"
    return f"/VS{number:010d}/SS/KS0308" if bank.country == "SK" else f"PO-2026-{number:08d}"


def _remittance(number: int, fault: str | None) -> str:
    if number % 5 and fault != "remittance":
        text = (
            f"Faktúra 2026/{number:06d} zo dňa 15.3.2026, dodací list {number * 3 % 99991}, splatná 2.4.2026"
        )
        return f"<RmtInf><Ustrd>{text}</Ustrd></RmtInf>"
    digits = f"2026{number:08d}"
    check = (98 - int(f"{digits}271500") % 97 + 50 * (fault == "remittance")) % 100
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


def _bic(bank: Bank, fault: str | None) -> str:
    return "AAAAZZ22XXX" if fault == "bic" else bank.bic


def _credit_transfer(number: int, modern: bool, fault: str | None) -> str:
    bank = bank_of(number)
    needed = bank.country != "SK" or number % 2 or fault == "bic"
    branch = f"<UltmtDbtr><Nm>Závod {number % 90 + 1} - odbytové stredisko Prešov</Nm></UltmtDbtr>"
    ultimate = f"<UltmtCdtr><Nm>{_text(name_of('SK', number))}</Nm></UltmtCdtr>" if number % 17 == 0 else ""
    return (
        f"<CdtTrfTxInf>{_identified(bank, number, fault)}<Amt>{_instructed(number, fault)}</Amt>{branch}"
        f"{_agent('CdtrAgt', _bic(bank, fault), modern) if needed else ''}{_party('Cdtr', bank, number, fault)}"
        f"{_account('CdtrAcct', _account_of(bank, number), fault)}{ultimate}<Purp><Cd>SUPP</Cd></Purp>"
        f"{_remittance(number, fault)}</CdtTrfTxInf>"
    )


def _collection(number: int, modern: bool, fault: str | None) -> str:
    bank = bank_of(number)
    if bank is OWN:  # our own customers would have to have lodged a consent
        bank = COLLECTING
    return (
        f"<DrctDbtTxInf>{_identified(bank, number, fault)}{_instructed(number, fault)}<DrctDbtTx><MndtRltdInf>"
        f"<MndtId>M-{number:08d}</MndtId><DtOfSgntr>2024-05-17</DtOfSgntr></MndtRltdInf></DrctDbtTx>"
        f"{_agent('DbtrAgt', _bic(bank, fault), modern)}{_party('Dbtr', bank, number, fault)}"
        f"{_account('DbtrAcct', iban(bank, number), fault)}<Purp><Cd>SUPP</Cd></Purp>{_remittance(number, fault)}"
        "</DrctDbtTxInf>"
    )


def own_creditors(orders: int) -> Iterator[str]:
    """The accounts at our own bank that a file of so many transfers pays to."""
    numbers = range(1, min(orders, _CUSTOMERS) + 1)
    return (_account_of(OWN, number) for number in numbers if bank_of(number) is OWN)


def _block(message: str, block: int, debtor: int, numbers: range, faults: _Faults) -> Iterator[str]:
    modern = message[-2:] in ("09", "08")
    collection = message.startswith("pain.008")
    side = "Cdtr" if collection else "Dbtr"
    due = "<ReqdColltnDt>2026-04-09</ReqdColltnDt>" if collection else "<ReqdExctnDt>2026-04-02</ReqdExctnDt>"
    if message == "pain.001.001.09":
        due = "<ReqdExctnDt><Dt>2026-04-02</Dt></ReqdExctnDt>"
    kind = "<LclInstrm><Cd>CORE</Cd></LclInstrm><SeqTp>RCUR</SeqTp>" if collection else ""
    account = (_collecting_account if collection else paying_account)(debtor)
    total = _money(sum(map(_amount_cents, numbers)))
    yield (
        f"<PmtInf><PmtInfId>BLOCK-{block}</PmtInfId><PmtMtd>{'DD' if collection else 'TRF'}</PmtMtd>"
        f"<BtchBookg>true</BtchBookg><NbOfTxs>{len(numbers)}</NbOfTxs><CtrlSum>{total}</CtrlSum>"
        f"<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl>{kind}</PmtTpInf>{due}"
        f"<{side}><Nm>Veľká firma, a.s.</Nm></{side}>{_account(side + 'Acct', account)}"
        f"{_agent(side + 'Agt', (COLLECTING if collection else OWN).bic, modern)}<ChrgBr>SLEV</ChrgBr>"
    )
    if collection:
        yield (
            "<CdtrSchmeId><Id><PrvtId><Othr><Id>SK36ZZZ70000000007</Id><SchmeNm><Prtry>SEPA</Prtry></SchmeNm></Othr>"
            "</PrvtId></Id></CdtrSchmeId>"
        )
    one = _collection if collection else _credit_transfer
    for number in numbers:
        yield one(number, modern, faults.of(number))
    yield "</PmtInf>"


def order_texts(
    message: str,
    orders: int,
    orders_per_block: int | None = None,
    faults: Shares = 0.0,
    *,
    debtors: int = 1,
    first: int = 1,
) -> Iterator[str]:
    """Yield the file's text, on one line, in parts; orders are numbered from `first`.

    Each of the `debtors` (of collections: of those who collect) has one block, unless `orders_per_block` says
    how many orders a block has; then they take turns.
    """
    root, bad = _ROOT[message[:8]], _Faults(faults)
    numbers = range(first, first + orders)
    total = _money(sum(map(_amount_cents, numbers)))
    yield (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{_NAMESPACE}{message}"><{root}>'
        f"<GrpHdr><MsgId>BENCH-{orders}{f'-{first}' if first > 1 else ''}</MsgId>"
        "<CreDtTm>2026-04-01T09:00:00</CreDtTm>"
        f"<NbOfTxs>{orders}</NbOfTxs><CtrlSum>{total}</CtrlSum>"
        "<InitgPty><Nm>Veľká firma, a.s.</Nm></InitgPty></GrpHdr>"
    )
    step = orders_per_block or -(-orders // debtors)
    for block, start in enumerate(range(0, orders, step)):
        yield from _block(message, block + 1, block % debtors, numbers[start : start + step], bad)
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
    orders_per_block: int | None = None,
    debtors: int = 1,
    lines: bool = True,
    faults: Shares = 0.0,
    first: int = 1,
) -> int:
    """Write one file of `orders` orders and return its size in bytes.

    `lines` breaks it into lines; `faults` is the share of orders with a fault that refuses them, one share for all
    kinds or one for each (`FAULTS`); a share that is none, or a kind that there is not, is a ValueError. The rest is
    as in `order_texts`.
    """
    texts = order_texts(message, orders, orders_per_block, faults, debtors=debtors, first=first)
    with path.open("wb") as file:
        for text in pretty(texts) if lines else texts:
            file.write(text.encode())
    return path.stat().st_size


def _share(text: str) -> tuple[str, float]:
    kind, _, share = text.partition("=")
    return kind, float(share)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(prog="python -m bench.orders", description=__doc__)
    arguments.add_argument("message", choices=MESSAGES)
    arguments.add_argument("orders", type=int)
    arguments.add_argument("path", type=Path)
    arguments.add_argument("--debtors", type=int, default=1, help="accounts that pay, with a block each")
    arguments.add_argument("--orders-per-block", type=int, help="then the debtors take turns")
    arguments.add_argument(
        "--faults", type=float, default=0.0, help="share of bad orders, 0 to 1, of all kinds"
    )
    arguments.add_argument(
        "--fault",
        type=_share,
        action="append",
        metavar="KIND=SHARE",
        help=f"share of orders with this fault, instead; kinds: {', '.join(FAULTS)}",
    )
    chosen = arguments.parse_args()
    try:
        write_orders(
            chosen.path,
            chosen.message,
            chosen.orders,
            orders_per_block=chosen.orders_per_block,
            debtors=chosen.debtors,
            faults=dict(chosen.fault) if chosen.fault else chosen.faults,
        )
    except ValueError as mistake:
        arguments.error(str(mistake))
