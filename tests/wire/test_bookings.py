"""Bookings and manifest: every cent twice, batches as one line, and the same read back by pandas."""

import datetime
import hashlib
import io
import json
from typing import Any

import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from outgoing import (
    AMENDED,
    COLLECTED,
    DUE,
    GOLDEN,
    OURS,
    PLAIN,
    RICH,
    TRANSFERS,
    WINDOW,
    distinct,
    orders_of,
    paid,
    same_as_golden,
    sealed,
)

from sepa.model.broken import BrokenPromise
from sepa.model.message import Mandate, Party, Transaction
from sepa.model.payment import Payment, Posting
from sepa.scheme.money import amount_text, cents
from sepa.wire.booking import FIELDS
from sepa.wire.bookings import write_bookings
from sepa.wire.manifest import Written, bulk_manifest, file_name, manifest

Orders = list[tuple[Payment, Transaction]]
CI = COLLECTED.creditor_identifier


def postings_of(orders: Orders) -> list[Posting]:
    """A transfer debits the debtor; a collection credits the partner's settlement account."""
    postings = []
    for payment, _ in orders:
        transfer = payment.kind == "credit-transfer"
        debit, credit = (
            (payment.debtor_iban, "CLEARING:SCT") if transfer else ("CLEARING:SDD", "SETTLEMENT:PARTNER")
        )
        for account, side in ((debit, "debit"), (credit, "credit")):
            side_: Any = side
            postings.append(Posting(payment.key, account, side_, payment.amount_cents, DUE, DUE))
    return postings


def booked(
    orders: Orders, postings: list[Posting] | None = None
) -> tuple[bytes, Written, dict[str, str | int]]:
    out = io.BytesIO()
    written, control = write_bookings(
        out, sealed(orders), iter(orders), iter(postings_of(orders) if postings is None else postings)
    )
    return out.getvalue(), written, control


def table(content: bytes) -> pandas.DataFrame:
    return pandas.read_csv(io.BytesIO(content), sep=";", dtype=str, keep_default_na=False)


def test_golden() -> None:
    orders = orders_of(PLAIN, RICH)
    batch = orders_of(
        *(replace(PLAIN, position=position, block=2) for position in (3, 4)), batch_booking=True
    )
    content, written, control = booked(orders + batch)
    same_as_golden(content, GOLDEN / "bookings.csv")
    assert (written.count, written.sum_cents, written.bytes) == (4, 4920, len(content))
    assert control == {"lines": 7, "debit": "49.20", "credit": "49.20"}


def test_golden_of_collections() -> None:
    content, _, _ = booked(orders_of(COLLECTED, AMENDED))
    same_as_golden(content, GOLDEN / "bookings.collections.csv")


@pytest.mark.parametrize(
    ("orders", "told"),
    [
        pytest.param(orders_of(COLLECTED), [(CI, "MND-1")] * 2, id="DD-14 a collection"),
        pytest.param(
            orders_of(COLLECTED, batch_booking=True),
            [(CI, "MND-1"), ("", "")],
            id="DD-14 not on a batch's sum",
        ),
        pytest.param(
            orders_of(replace(COLLECTED, mandate=Mandate("-1"), creditor_identifier=None)),
            [("", "'-1")] * 2,
            id="DD-14 never a formula",
        ),
        pytest.param(orders_of(PLAIN), [("", "")] * 2, id="a transfer has neither"),
    ],
)
def test_a_collection_names_creditor_and_mandate(orders: Orders, told: list[tuple[str, str]]) -> None:
    read = table(booked(orders)[0])
    assert list(read[["creditor_identifier", "mandate"]].itertuples(index=False, name=None)) == told


@pytest.mark.parametrize(
    ("orders", "lines"),
    [
        pytest.param(
            orders_of(PLAIN, RICH),
            [("debit", OURS, "12.30", "1"), ("credit", "CLEARING:SCT", "12.30", "1")] * 2,
            id="single: each order on its own",
        ),
        pytest.param(
            orders_of(PLAIN, RICH, batch_booking=True),
            [("credit", "CLEARING:SCT", "12.30", "1")] * 2 + [("debit", OURS, "24.60", "2")],
            id="batch: one debit of the block",
        ),
        pytest.param(
            orders_of(PLAIN, replace(RICH, block=2), batch_booking=True),
            [("credit", "CLEARING:SCT", "12.30", "1")] * 2 + [("debit", OURS, "12.30", "1")] * 2,
            id="batch: blocks stay apart",
        ),
        pytest.param(
            orders_of(PLAIN, batch_booking=True)
            + orders_of(RICH, batch_booking=True, file_key="f" * 64, key="f" * 24 + "-2"),
            [("credit", "CLEARING:SCT", "12.30", "1")] * 2 + [("debit", OURS, "12.30", "1")] * 2,
            id="batch: files stay apart",
        ),
        pytest.param(
            orders_of(COLLECTED, replace(COLLECTED, position=2), batch_booking=True),
            [("debit", "CLEARING:SDD", "12.30", "1")] * 2 + [("credit", "SETTLEMENT:PARTNER", "24.60", "2")],
            id="batch of collections: one credit",
        ),
    ],
)
def test_debit_style(orders: Orders, lines: list[tuple[str, ...]]) -> None:
    read = table(booked(orders)[0])
    assert list(read[["side", "account", "amount", "count"]].itertuples(index=False, name=None)) == lines


def test_97_of_100_accepted_is_one_debit_of_97() -> None:
    """BAT-06: the refused three have no payment, so they cannot be in the sum."""
    orders = orders_of(*(replace(PLAIN, position=position) for position in range(1, 98)), batch_booking=True)
    read = table(booked(orders)[0])
    debits = read[read["side"] == "debit"]
    assert debits[["amount", "count"]].to_numpy().tolist() == [["1193.10", "97"]]


@given(distinct(TRANSFERS, most=6), st.lists(st.booleans(), min_size=6, max_size=6))
@settings(max_examples=60, deadline=None)
def test_cents_are_conserved_and_texts_survive(transfers: list[Transaction], batch: list[bool]) -> None:
    orders = [(paid(each, batch_booking=flag), each) for each, flag in zip(transfers, batch, strict=False)]
    content, written, control = booked(orders)
    read = table(content)
    total = sum(payment.amount_cents for payment, _ in orders)
    for side in ("debit", "credit"):
        of_side = read[read["side"] == side]
        assert sum(cents(amount) or 0 for amount in of_side["amount"]) == total
        assert of_side["count"].astype(int).sum() == len(orders)
    assert tuple(read.columns) == FIELDS
    assert control["debit"] == control["credit"] == amount_text(total)
    names = {name.lstrip("'") for name in read["counterparty"]}
    assert {payer.debtor.name.lstrip("'") for _, payer in orders if payer.debtor.name} <= names
    assert booked(orders) == (content, written, control)


ABROAD = ["account_currency", "account_amount", "rate"]


@pytest.mark.parametrize(
    ("settings", "lines"),
    [
        pytest.param({}, [("USD", "13.41", "1.0900")] * 2, id="EXE-09 each order half up"),
        pytest.param({"batch_booking": True}, [("USD", "26.82", "1.0900")], id="EXE-09 a sum of orders"),
    ],
)
def test_an_account_in_another_currency(settings: dict[str, Any], lines: list[tuple[str, ...]]) -> None:
    orders = orders_of(PLAIN, RICH, **settings)
    postings = [
        replace(each, currency="USD", own_cents=1341, rate=1_090_000) if each.side == "debit" else each
        for each in postings_of(orders)
    ]
    content, _, control = booked(orders, postings)
    read = table(content)
    debits, credits = read[read["side"] == "debit"], read[read["side"] == "credit"]
    assert list(debits[ABROAD].itertuples(index=False, name=None)) == lines
    assert list(credits[ABROAD].itertuples(index=False, name=None)) == [("EUR", "12.30", "")] * 2
    assert (control["debit"], control["credit"]) == ("24.60", "24.60")


@pytest.mark.parametrize("settings", [{}, {"batch_booking": True}], ids=["single", "batch"])
def test_without_a_rate_the_amount_in_the_currency_is_left_open(settings: dict[str, Any]) -> None:
    orders = orders_of(PLAIN, RICH, **settings)
    postings = [
        replace(each, currency="USD") if each.side == "debit" else each for each in postings_of(orders)
    ]
    read = table(booked(orders, postings)[0])
    debits = read[read["side"] == "debit"]
    assert set(debits[ABROAD].itertuples(index=False, name=None)) == {("USD", "", "")}


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x"])
def test_a_name_is_no_formula(name: str) -> None:
    order = replace(PLAIN, creditor=Party(name=name))
    assert table(booked(orders_of(order))[0])["counterparty"][0] == f"'{name}"


@pytest.mark.parametrize(
    ("postings", "fault"),
    [
        pytest.param(postings_of(orders_of(PLAIN, RICH))[:3], "do not balance", id="credit missing"),
        pytest.param(postings_of(orders_of(PLAIN))[:2], "has no posting", id="order without posting"),
        pytest.param(postings_of(orders_of(RICH, PLAIN)), "has no posting in its turn", id="another order"),
        pytest.param(
            postings_of(orders_of(PLAIN, RICH, replace(PLAIN, position=3))),
            "belongs to no order",
            id="stray posting",
        ),
    ],
)
def test_what_does_not_meet_is_a_broken_promise(postings: list[Posting], fault: str) -> None:
    with pytest.raises(BrokenPromise, match=fault):
        booked(orders_of(PLAIN, RICH), postings)


def test_name_and_manifest_follow_from_the_content() -> None:
    orders = orders_of(PLAIN, RICH)
    content, written, control = booked(orders)
    assert written.sha256 == hashlib.sha256(content).hexdigest()
    name = file_name("bookings", DUE, written.sha256, "csv")
    assert name == f"bookings_2026-04-02_{written.sha256[:16]}.csv"
    beside = bulk_manifest(name, "bookings", sealed(orders), written, schema=None, control=control)
    assert beside.endswith(b"}\n")
    told = json.loads(beside)
    assert list(told) == sorted(told)
    assert told == {
        "bulk": sealed(orders).id,
        "bytes": len(content),
        "control": {"lines": 4, "debit": "24.60", "credit": "24.60"},
        "count": 2,
        "currency": "EUR",
        "file": name,
        "kind": "bookings",
        "schema": None,
        "settlement_date": "2026-04-02",
        "sha256": written.sha256,
        "sum": "24.60",
        "window": "2026-04-02T08:30:00+02:00",
    }


def test_file_name_of_a_message() -> None:
    day = datetime.date(2026, 4, 2)
    assert file_name("pacs.008", day, "0123456789abcdef" * 4) == "pacs.008_2026-04-02_0123456789abcdef.xml"


def test_manifest_is_canonical() -> None:
    written = Written(count=1, sum_cents=1230, bytes=10, sha256="0" * 64)
    one = manifest(
        "a.xml", "pain.002.001.10", written, schema="s.xsd", control={"b": 1, "a": "2"}, window=WINDOW
    )
    other = manifest(
        "a.xml", "pain.002.001.10", written, schema="s.xsd", control={"a": "2", "b": 1}, window=WINDOW
    )
    assert one == other
    assert json.loads(one)["sum"] == "12.30"
