"""Orders on their way out, for the tests of every writer."""

import datetime
import io
import os
import random
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from hypothesis import strategies as st
from lxml import etree
from msgspec.structs import replace

from sepa.model.message import (
    AccountId,
    Address,
    Agent,
    Amendment,
    Identification,
    Mandate,
    Party,
    PaymentType,
    Remittance,
    StructuredReference,
    Transaction,
)
from sepa.model.payment import Bulk, Payment
from sepa.model.profile import Profile
from sepa.model.sheet import sheet_of
from sepa.model.verdict import transaction_key
from sepa.store.profiles import load_profile
from sepa.wire import pacs003 as collections_out
from sepa.wire import pacs008 as transfers_out
from sepa.wire.bulk import BulkFile, drawn
from sepa.wire.emitted import check_emitted, schema_folder, schema_name
from sepa.wire.manifest import Written

ROOT = Path(__file__).resolve().parents[2]
OFFICIAL = ROOT.parent / "shared" / "xsd"
GOLDEN = ROOT / "tests" / "golden" / "wire"

PROFILE: Profile = load_profile("otp-sk")
OWN_BIC = PROFILE.bank.bic
OURS, THEIRS = "SK6552000000000005566783", "AT611904300234573201"
DUE = datetime.date(2026, 4, 2)
WINDOW = datetime.datetime(2026, 4, 2, 8, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
FILE_KEY = "0123456789abcdef" * 4

PLAIN = Transaction(
    position=1,
    block=1,
    end_to_end_id="E2E-0001",
    amount="12.30",
    currency="EUR",
    debtor=Party(name="Jana Nováková"),
    debtor_account=AccountId(iban=OURS),
    debtor_agent=Agent(bic=OWN_BIC),
    creditor=Party(name="Alpenstrom GmbH"),
    creditor_account=AccountId(iban=THEIRS),
    creditor_agent=Agent(bic="BKAUATWW"),
    payment_type=PaymentType(service_level="SEPA"),
    remittance=Remittance(unstructured=("Invoice 7 / 2026",)),
)
RICH = replace(
    PLAIN,
    position=2,
    end_to_end_id="/VS0012345/SS/KS0308",
    instruction_id="INSTR-2",
    debtor=Party(
        name="Strojáreň & syn, s.r.o.",
        address=Address(
            country="SK",
            town_name="Žilina",
            post_code="01001",
            street_name="Hlinkovo nám.",
            building_number="1",
        ),
        identification=Identification("org-lei", "5299000J2N45DDNE4Y28"),
    ),
    creditor=Party(
        name="Müller <Söhne> KG",
        address=Address(country="AT", town_name="Wien", lines=("Ringstraße 1", "3. Stock")),
        identification=Identification("org-other", "12345", "TXID", "Finanzamt"),
    ),
    creditor_agent=Agent(),
    ultimate_debtor=Party(name="Ján Kováč", identification=Identification("private-other", "SK-1", "!CUST")),
    ultimate_creditor=Party(name="Tochter AG", identification=Identification("org-bic", "GIBAATWW")),
    purpose="SUPP",
    payment_type=PaymentType(service_level="SEPA", category_purpose="SUPP", local_instrument="!HAUS"),
    remittance=Remittance(structured=(StructuredReference("RF18539007547034", "SCOR", "ISO", 100),)),
)
COLLECTED = replace(
    PLAIN,
    debtor=Party(name="Max Mustermann"),
    debtor_account=AccountId(iban=THEIRS),
    debtor_agent=Agent(bic="BKAUATWW"),
    creditor=Party(name="Energia Bratislava"),
    creditor_account=AccountId(iban=OURS),
    creditor_agent=Agent(bic=OWN_BIC),
    payment_type=PaymentType(service_level="SEPA", local_instrument="CORE", sequence_type="RCUR"),
    mandate=Mandate(mandate_id="MND-1", signed_on="2025-06-02"),
    creditor_identifier="SK36ZZZ70000000007",
    creditor_identifier_scheme="!SEPA",
)
AMENDED = replace(
    COLLECTED,
    position=2,
    end_to_end_id="E2E-0002",
    creditor_agent=Agent(),
    debtor_agent=Agent(other="NOTPROVIDED"),
    payment_type=PaymentType(
        service_level="SEPA", local_instrument="CORE", sequence_type="FRST", category_purpose="!GAS"
    ),
    ultimate_debtor=Party(name="Erika Mustermann"),
    ultimate_creditor=Party(name="Energia Východ"),
    purpose="ELEC",
    mandate=Mandate(
        mandate_id="MND-2",
        signed_on="2025-06-02",
        amended=True,
        amendment=Amendment(
            mandate_id="MND-1",
            creditor_name="Energia Stará",
            creditor_identifier="SK36ZZZ70000000007",
            debtor_agent_other="SMNDA",
        ),
        electronic_signature="SIG-1",
    ),
)


def agent_of(iban: str) -> str:
    """The bank that holds an account, as the table of participants would say."""
    return OWN_BIC if iban == OURS else "GIBAATWWXXX"


def paid(transaction: Transaction, **changes: Any) -> Payment:
    """The Payment that an accepted transaction became."""
    assert transaction.amount is not None
    euros, cents = transaction.amount.split(".")
    collection = transaction.mandate is not None
    facts: dict[str, Any] = {
        "key": transaction_key(FILE_KEY, transaction.position),
        "file_key": FILE_KEY,
        "position": transaction.position,
        "block": transaction.block,
        "partner": "PARTNER",
        "kind": "collection" if collection else "credit-transfer",
        "route": "clearing",
        "amount_cents": int(euros) * 100 + int(cents),
        "debtor_iban": transaction.debtor_account.iban,
        "creditor_iban": transaction.creditor_account.iban,
        "received_at": WINDOW,
        "booking_date": DUE,
        "settlement_date": DUE,
    }
    return Payment(**(facts | changes))


def orders_of(*transactions: Transaction, **changes: Any) -> list[tuple[Payment, Transaction]]:
    return [(paid(each, **changes), each) for each in transactions]


def sealed(orders: Iterable[tuple[Payment, Transaction]], **changes: Any) -> Bulk:
    """The bulk that holds exactly these orders."""
    payments = [payment for payment, _ in orders]
    facts: dict[str, Any] = {
        "id": "SCT-20260402-0830-1f2e3d4c",
        "kind": "pacs.003" if payments and payments[0].kind == "collection" else "pacs.008",
        "window": WINDOW,
        "settlement_date": DUE,
        "keys": tuple(payment.key for payment in payments),
        "sum_cents": sum(payment.amount_cents for payment in payments),
    }
    return Bulk(**(facts | changes))


Orders = Sequence[tuple[Payment, Transaction]]


def write_transfers(out: BinaryIO, bulk: Bulk, orders: Orders, profile: Profile = PROFILE) -> Written:
    """The whole message of a bulk, each order drawn by itself."""
    opening = transfers_out.opening(bulk, profile, WINDOW)
    file = BulkFile(out, bulk, opening=opening, closing=transfers_out.CLOSING)
    for payment, order in orders:
        sheet = sheet_of([payment], [])
        file.add(drawn(sheet, transfers_out.orders(sheet, [order], profile.bank.bic, agent_of)))
    return file.close()


def write_collections(out: BinaryIO, bulk: Bulk, orders: Orders, profile: Profile = PROFILE) -> Written:
    """The whole message of a bulk, all orders on one sheet; they were asked for a day before they are settled."""
    payments, sent = [payment for payment, _ in orders], [order for _, order in orders]
    sheet = replace(sheet_of(payments, []), due=("2026-04-01",) * len(payments))
    opening = collections_out.opening(bulk, profile, WINDOW)
    file = BulkFile(out, bulk, opening=opening, closing=collections_out.CLOSING)
    file.add(drawn(sheet, collections_out.orders(sheet, sent, agent_of)))
    return file.close()


def pacs008(*transactions: Transaction, profile: Profile = PROFILE) -> tuple[bytes, Written]:
    orders, out = orders_of(*transactions), io.BytesIO()
    written = write_transfers(out, sealed(orders), orders, profile)
    return out.getvalue(), written


def pacs003(*transactions: Transaction, profile: Profile = PROFILE) -> tuple[bytes, Written]:
    orders, out = orders_of(*transactions), io.BytesIO()
    written = write_collections(out, sealed(orders), orders, profile)
    return out.getvalue(), written


@cache
def _compiled(path: Path) -> etree.XMLSchema:
    return etree.XMLSchema(file=str(path))


def own_schema(kind: str) -> etree.XMLSchema:
    return _compiled(schema_folder() / schema_name(kind))


def official_schema(name: str) -> etree.XMLSchema:
    """A schema of ISO (`iso20022/...`) or the EPC (`epc/...`); the test is skipped where they are absent."""
    path = OFFICIAL / f"{name}.xsd"
    if not path.exists():
        pytest.skip("the official schemas are not here")
    return _compiled(path)


def fit(written: bytes, kind: str, *others: str) -> etree._Element:
    """Check by our own schema as at run time, by ISO's, and by `others`; return the parsed document."""
    check_emitted(io.BytesIO(written), kind)
    document = etree.fromstring(written)
    if OFFICIAL.exists():
        for name in (f"iso20022/{kind}", *others):
            official_schema(name).assertValid(document)
    return document


def same_as_golden(written: bytes, path: Path) -> None:
    """Compare with the golden file byte for byte; with UPDATE_GOLDEN=1 write it instead."""
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written)
    assert written.decode() == path.read_bytes().decode()


def found(document: etree._Element, path: str) -> list[str]:
    """Texts at a path of bare tags: `CdtTrfTxInf/PmtId/TxId`."""
    namespace = etree.QName(document).namespace
    steps = "/".join(f"{{{namespace}}}{step}" for step in path.split("/"))
    return [element.text or "" for element in document.iterfind(f".//{steps}")]


def without(document: etree._Element, *tags: str) -> etree._Element:
    """A copy of the document in which these elements are gone."""
    copy = etree.fromstring(etree.tostring(document))
    namespace = etree.QName(copy).namespace
    for tag in tags:
        for element in list(copy.iter(f"{{{namespace}}}{tag}")):
            parent = element.getparent()
            assert parent is not None
            parent.remove(element)
    return copy


# Orders that our rules would accept.

_LETTERS = st.sampled_from("abcXYZ019 áčďéíľĺňóôŕšťúýžÄÖÜßæø&<>'\"/-?:().,+€„“—\u00a0;@_漢Ж")


def texts(most: int) -> st.SearchStrategy[str]:
    return st.text(_LETTERS, min_size=1, max_size=most)


REFERENCES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9?:().,'+ -]{0,33}[A-Za-z0-9]", fullmatch=True)
AMOUNTS = st.integers(1, 99_999_999_999).map(lambda cents: f"{cents // 100}.{cents % 100:02d}")
BICS = st.sampled_from(["BKAUATWW", "TATRSKBXXXX", "7ABCDE11"])
IDENTIFICATIONS = st.one_of(
    st.builds(Identification, st.just("org-bic"), BICS),
    st.just(Identification("org-lei", "5299000J2N45DDNE4Y28")),
    st.just(Identification("private-birth", "1980-01-31")),
    st.builds(
        Identification,
        st.sampled_from(["org-other", "private-other"]),
        texts(35),
        st.none() | st.sampled_from(["CUST", "!own"]),
        st.none() | texts(35),
    ),
)
ADDRESSES = st.one_of(
    st.builds(
        Address,
        lines=st.lists(texts(70), min_size=1, max_size=2).map(tuple),
        country=st.none() | st.just("SK"),
    ),
    st.builds(
        Address,
        country=st.just("SK"),
        town_name=texts(35),
        post_code=st.none() | texts(16),
        street_name=st.none() | texts(70),
        building_number=st.none() | texts(16),
        building_name=st.none() | texts(35),
        floor=st.none() | texts(70),
        post_box=st.none() | texts(16),
        room=st.none() | texts(70),
        department=st.none() | texts(70),
        sub_department=st.none() | texts(70),
        town_location_name=st.none() | texts(35),
        district_name=st.none() | texts(35),
        country_sub_division=st.none() | texts(35),
        lines=st.lists(texts(70), max_size=2).map(tuple),
    ),
)


def parties(name: st.SearchStrategy[str | None]) -> st.SearchStrategy[Party]:
    return st.builds(Party, name, st.none() | ADDRESSES, st.none() | IDENTIFICATIONS)


REMITTANCES = st.one_of(
    st.none(),
    texts(140).map(lambda text: Remittance(unstructured=(text,))),
    st.builds(
        StructuredReference,
        REFERENCES,
        st.sampled_from(["SCOR", "!OWN", None]),
        st.none() | st.just("ISO"),
    ).map(lambda reference: Remittance(structured=(reference,))),
)
TRANSFERS = st.builds(
    Transaction,
    position=st.integers(1, 9_999_999),
    block=st.integers(1, 3),
    end_to_end_id=REFERENCES,
    amount=AMOUNTS,
    currency=st.just("EUR"),
    debtor=parties(texts(70)),
    debtor_account=st.just(AccountId(iban=OURS)),
    debtor_agent=st.just(Agent(bic=OWN_BIC)),
    creditor=parties(st.none() | texts(70)),
    creditor_account=st.sampled_from([THEIRS, "GB82WEST12345698765432"]).map(
        lambda iban: AccountId(iban=iban)
    ),
    creditor_agent=st.builds(Agent, st.none() | BICS),
    instruction_id=st.none() | REFERENCES,
    payment_type=st.builds(
        PaymentType,
        service_level=st.just("SEPA"),
        category_purpose=st.sampled_from([None, "SALA", "!own purpose", "!"]),
        local_instrument=st.sampled_from([None, "!own"]),
    ),
    ultimate_debtor=st.none() | parties(st.none() | texts(70)),
    ultimate_creditor=st.none() | parties(st.none() | texts(70)),
    purpose=st.sampled_from([None, "SALA", "!own", "!"]),
    remittance=REMITTANCES,
)
AMENDMENTS = st.builds(
    Amendment,
    mandate_id=REFERENCES,
    creditor_name=st.none() | texts(70),
    creditor_identifier=st.none() | st.just("SK36ZZZ70000000007"),
    debtor_iban=st.none() | st.just(THEIRS),
    debtor_account_other=st.none() | st.just("SMNDA"),
    debtor_agent_bic=st.none() | BICS,
    debtor_agent_other=st.none() | st.just("SMNDA"),
)
MANDATES = st.one_of(
    st.builds(
        Mandate,
        REFERENCES,
        st.just("2025-06-02"),
        st.sampled_from([None, False]),
        st.none(),
        st.none() | texts(1025),
    ),
    st.builds(Mandate, REFERENCES, st.just("2025-06-02"), st.just(True), AMENDMENTS),
)


def _collected(transfer: Transaction, mandate: Mandate, scheme: str, sequence: str) -> Transaction:
    kind = replace(transfer.payment_type, local_instrument=scheme, sequence_type=sequence)
    return replace(transfer, mandate=mandate, payment_type=kind, creditor_identifier="SK36ZZZ70000000007")


COLLECTIONS: st.SearchStrategy[Transaction] = st.builds(
    _collected,
    TRANSFERS,
    MANDATES,
    st.sampled_from(["CORE", "B2B"]),
    st.sampled_from(["FRST", "RCUR", "FNAL", "OOFF"]),
)


def distinct(orders: st.SearchStrategy[Transaction], most: int = 4) -> st.SearchStrategy[list[Transaction]]:
    position: Callable[[Transaction], int] = lambda order: order.position  # noqa: E731
    return st.lists(orders, min_size=1, max_size=most, unique_by=position)


def mangled(lines: Sequence[bytes], chance: random.Random, alphabet: bytes) -> bytes:
    """One of the lines with one to three bytes changed, added or gone, or a stretch of another put in."""
    line = bytearray(chance.choice(lines))
    for _ in range(chance.randint(1, 3)):
        at, other = chance.randrange(len(line)), chance.choice(lines)
        start = chance.randrange(len(other))
        new = chance.choice(
            (b"", bytes([chance.choice(alphabet)]), other[start : start + chance.randrange(40)])
        )
        line[at : at + chance.randrange(12)] = new
    return bytes(line)
