"""The same job from the usual parts, written as one would write it first: `python -m bench.naive FILE DATABASE`.

`xmlschema` validates the file, ElementTree holds all of it and finds each field by its path, a dataclass keeps an
order, `schwifty` checks each account and each bank, SQLAlchemy's ORM keeps a row for each order and one for its
history, and ElementTree builds the answer and the message for the clearing. It asks ten questions of each order, keeps
no proof, and neither funds nor posts.
"""

import datetime
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import schwifty
import sqlalchemy as sa
import xmlschema
from schwifty.exceptions import SchwiftyException
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from bench.spent import Spent, spent, tell

MESSAGE, ANSWER, OUT = "pain.001.001.09", "pain.002.001.10", "pacs.008.001.08"
PAID = "pacs.008 by ElementTree"
SPACE = "urn:iso:std:iso:20022:tech:xsd:"
ADDRESS = ("StrtNm", "BldgNb", "PstCd", "TwnNm", "Ctry")
NAMES = {"": SPACE + MESSAGE}


@dataclass
class Address:
    street: str | None
    building: str | None
    post_code: str | None
    town: str | None
    country: str | None


@dataclass
class Order:
    instruction: str | None
    end_to_end: str
    amount: Decimal
    currency: str
    bic: str | None
    name: str
    iban: str
    remittance: str | None
    address: Address
    debtor_iban: str
    due: datetime.date
    findings: list[str] = field(default_factory=list)


class Base(DeclarativeBase):
    pass


class OrderRow(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    end_to_end: Mapped[str] = mapped_column(index=True)
    amount: Mapped[Decimal] = mapped_column(sa.Numeric(18, 2, asdecimal=False))
    currency: Mapped[str]
    name: Mapped[str]
    iban: Mapped[str] = mapped_column(index=True)
    bic: Mapped[str | None]
    remittance: Mapped[str | None]
    due: Mapped[datetime.date]
    state: Mapped[str]


class HistoryRow(Base):
    __tablename__ = "history"
    id: Mapped[int] = mapped_column(primary_key=True)
    end_to_end: Mapped[str]
    state: Mapped[str]
    reason: Mapped[str]


def validate(path: Path) -> None:
    schema = xmlschema.XMLSchema(str(files("sepaxml").joinpath("schemas", f"{MESSAGE}.xsd")))
    schema.validate(str(path))


def read(path: Path) -> list[Order]:
    found = []
    for block in ElementTree.parse(path).iterfind(".//PmtInf", NAMES):  # noqa: S314 - a file of our own
        debtor = block.findtext("DbtrAcct/Id/IBAN", "", NAMES)
        due = datetime.date.fromisoformat(block.findtext("ReqdExctnDt/Dt", "", NAMES))
        found += [_order(each, debtor, due) for each in block.iterfind("CdtTrfTxInf", NAMES)]
    return found


def _order(element: ElementTree.Element, debtor: str, due: datetime.date) -> Order:
    def text(path: str) -> str | None:
        return element.findtext(path, None, NAMES)

    amount = element.find("Amt/InstdAmt", NAMES)
    assert amount is not None
    where = "Cdtr/PstlAdr/"
    return Order(
        instruction=text("PmtId/InstrId"),
        end_to_end=text("PmtId/EndToEndId") or "",
        amount=Decimal(amount.text or ""),
        currency=amount.get("Ccy", ""),
        bic=text("CdtrAgt/FinInstnId/BICFI"),
        name=text("Cdtr/Nm") or "",
        iban=text("CdtrAcct/Id/IBAN") or "",
        remittance=text("RmtInf/Ustrd") or text("RmtInf/Strd/CdtrRefInf/Ref"),
        address=Address(
            *(text(where + tag) for tag in ADDRESS),
        ),
        debtor_iban=debtor,
        due=due,
    )


def judge(orders: list[Order]) -> None:
    seen: set[str] = set()
    for order in orders:
        for wrong, reason in (
            (_refused(schwifty.IBAN, order.iban, validate_bban=True), "AC01"),
            (_refused(schwifty.IBAN, order.debtor_iban, validate_bban=True), "AC02"),
            (order.bic is not None and _refused(schwifty.BIC, order.bic), "RC01"),
            (order.currency != "EUR", "AM03"),
            (not 0 < order.amount <= Decimal("999999999.99"), "AM02"),
            (order.amount != round(order.amount, 2), "AM05"),
            (not order.name or len(order.name) > 70, "BE04"),
            (order.end_to_end.startswith("/") and not order.end_to_end.startswith("/VS"), "RR04"),
            (order.remittance is not None and len(order.remittance) > 140, "RR07"),
            (order.end_to_end in seen, "DU04"),
        ):
            if wrong:
                order.findings.append(reason)
        seen.add(order.end_to_end)


def _refused(kind: Callable[..., object], value: str, **how: bool) -> bool:
    try:
        kind(value, **how)
    except SchwiftyException:
        return True
    return False


def keep(orders: list[Order], database: Path) -> None:
    database.unlink(missing_ok=True)
    engine = sa.create_engine(f"sqlite:///{database}")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        for order in orders:
            state = "rejected" if order.findings else "accepted"
            session.add(
                OrderRow(
                    end_to_end=order.end_to_end,
                    amount=order.amount,
                    currency=order.currency,
                    name=order.name,
                    iban=order.iban,
                    bic=order.bic,
                    remittance=order.remittance,
                    due=order.due,
                    state=state,
                )
            )
            session.add(HistoryRow(end_to_end=order.end_to_end, state=state, reason=",".join(order.findings)))
        session.commit()
    engine.dispose()


def answer(orders: list[Order], path: Path) -> None:
    root = ElementTree.Element("Document", xmlns=SPACE + ANSWER)
    report = ElementTree.SubElement(root, "CstmrPmtStsRpt")
    for order in orders:
        status = ElementTree.SubElement(report, "TxInfAndSts")
        ElementTree.SubElement(status, "OrgnlEndToEndId").text = order.end_to_end
        ElementTree.SubElement(status, "TxSts").text = "RJCT" if order.findings else "ACCP"
        for finding in order.findings:
            reason = ElementTree.SubElement(ElementTree.SubElement(status, "StsRsnInf"), "Rsn")
            ElementTree.SubElement(reason, "Cd").text = finding
    ElementTree.ElementTree(root).write(path, "utf-8", xml_declaration=True)


def pay(orders: list[Order], path: Path) -> None:
    root = ElementTree.Element("Document", xmlns=SPACE + OUT)
    message = ElementTree.SubElement(root, "FIToFICstmrCdtTrf")
    for order in orders:
        one = ElementTree.SubElement(message, "CdtTrfTxInf")
        identified = ElementTree.SubElement(one, "PmtId")
        ElementTree.SubElement(identified, "InstrId").text = order.instruction
        ElementTree.SubElement(identified, "EndToEndId").text = order.end_to_end
        ElementTree.SubElement(one, "IntrBkSttlmAmt", Ccy=order.currency).text = str(order.amount)
        ElementTree.SubElement(one, "IntrBkSttlmDt").text = order.due.isoformat()
        ElementTree.SubElement(one, "ChrgBr").text = "SLEV"
        account = ElementTree.SubElement(ElementTree.SubElement(one, "DbtrAcct"), "Id")
        ElementTree.SubElement(account, "IBAN").text = order.debtor_iban
        if order.bic:
            agent = ElementTree.SubElement(ElementTree.SubElement(one, "CdtrAgt"), "FinInstnId")
            ElementTree.SubElement(agent, "BICFI").text = order.bic
        creditor = ElementTree.SubElement(one, "Cdtr")
        ElementTree.SubElement(creditor, "Nm").text = order.name
        address = ElementTree.SubElement(creditor, "PstlAdr")
        for tag, value in zip(
            ("StrtNm", "BldgNb", "PstCd", "TwnNm", "Ctry"), vars(order.address).values(), strict=True
        ):
            if value:
                ElementTree.SubElement(address, tag).text = value
        account = ElementTree.SubElement(ElementTree.SubElement(one, "CdtrAcct"), "Id")
        ElementTree.SubElement(account, "IBAN").text = order.iban
        if order.remittance:
            ElementTree.SubElement(ElementTree.SubElement(one, "RmtInf"), "Ustrd").text = order.remittance
    ElementTree.ElementTree(root).write(path, "utf-8", xml_declaration=True)


def main(path: Path, database: Path) -> None:
    orders: list[Order] = []
    taken: dict[str, Spent] = {
        "xmlschema validates": spent(lambda: validate(path)),
        "ElementTree and dataclasses": spent(lambda: orders.extend(read(path))),
        "ten questions, schwifty": spent(lambda: judge(orders)),
        "ORM rows": spent(lambda: keep(orders, database)),
        "answer by ElementTree": spent(lambda: answer(orders, database.with_suffix(".pain002.xml"))),
        PAID: spent(lambda: pay(orders, database.with_suffix(".pacs008.xml"))),
    }
    if any(order.findings for order in orders):
        raise SystemExit("an order was refused that is sound")
    tell(taken)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
