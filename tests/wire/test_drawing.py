"""A sheet drawn in one go is what its orders are one by one, whatever stands in them and whoever sends them."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import fields, replace
from outgoing import (
    COLLECTIONS,
    DUE,
    OURS,
    OWN_BIC,
    PLAIN,
    PROFILE,
    TRANSFERS,
    WINDOW,
    agent_of,
    distinct,
    fit,
    orders_of,
    pacs008,
    paid,
    sealed,
)

from sepa.model.broken import BrokenPromise
from sepa.model.message import Address, Party, Transaction
from sepa.model.payment import Payment, Posting
from sepa.model.sheet import sheet_of
from sepa.scheme.letters import inert
from sepa.scheme.money import amount_text
from sepa.scheme.rates import rate_text
from sepa.wire import pacs003
from sepa.wire import pacs008 as transfers_out
from sepa.wire.booking import FIELDS, cell
from sepa.wire.bookings import Bookings
from sepa.wire.drawing import Banks, Ground, draw
from sepa.wire.emitted import schema_folder
from sepa.wire.glance import Seen, Total

BANKS = Banks(OWN_BIC, "SK", "5200", {"AT/19043": "GIBAATWWXXX", "GB/WEST": "WESTGB2L"})
Orders = list[tuple[Payment, Transaction]]

DEBTORS = st.sampled_from([Party(name="Jana Nováková"), Party(name='"Dom"; & syn'), Party(name="=1+1")])
NASTY = st.text(st.sampled_from("aZ9 á;\"'\n=+-@&<,č"), max_size=12)
MANY: st.SearchStrategy[list[Transaction]] = distinct(
    st.builds(
        lambda order, debtor, creditor: replace(
            order, debtor=debtor, creditor=replace(order.creditor, name=creditor)
        ),
        TRANSFERS,
        DEBTORS,
        st.none() | NASTY,
    ),
    most=8,
)
"""Transfers of few senders, who take turns."""
MOVED = st.sampled_from([(None, None, None), ("USD", 1341, 1_090_000), ("USD", None, None)])


def postings_of(orders: Orders, moved: Sequence[tuple[str | None, int | None, int | None]]) -> list[Posting]:
    sides: Any = ("debit", "credit") if orders[0][0].kind == "credit-transfer" else ("credit", "debit")
    return [
        Posting(payment.key, account, side, payment.amount_cents, DUE, DUE, *of_account)
        for (payment, _), own in zip(orders, moved, strict=False)
        for side, account, of_account in zip(sides, (OURS, "CLEARING;X"), (own, (None, None, None)), strict=True)
    ]  # fmt: skip


def plainly(orders: Orders, postings: list[Posting]) -> tuple[bytes, int]:
    """The single lines of bookings as the csv module writes their fields, and how many postings are in batches."""
    buffer = io.StringIO(newline="")
    table = csv.writer(buffer, delimiter=";", lineterminator="\n")
    of_key = {payment.key: (payment, order) for payment, order in orders}
    batched = 0
    for each in postings:
        payment, order = of_key[each.key]
        if payment.batch_booking and (each.side == "debit") == (payment.kind == "credit-transfer"):
            batched += 1
            continue
        other = order.creditor if each.side == "debit" else order.debtor
        sent = order.remittance
        words = (
            [*sent.unstructured, *(one.reference for one in sent.structured if one.reference)] if sent else []
        )
        amount = amount_text(each.amount_cents)
        own = ("EUR", amount, "")
        if each.currency is not None:
            known = each.own_cents is not None and each.rate is not None
            own = (
                each.currency,
                amount_text(each.own_cents or 0) if known else "",
                rate_text(each.rate or 0) if known else "",
            )
        table.writerow(
            (
                each.booking_date.isoformat(), each.value_date.isoformat(), each.side, each.account, amount, "EUR", 1,
                each.key, order.end_to_end_id, inert(other.name or ""), inert(" ".join(words)),
                inert(order.creditor_identifier or ""),
                inert((order.mandate.mandate_id if order.mandate else None) or ""), *own,
            )
        )  # fmt: skip
    return buffer.getvalue().encode(), batched


@given(
    MANY | distinct(COLLECTIONS, most=8),
    st.lists(st.booleans(), min_size=8, max_size=8),
    st.lists(MOVED, min_size=8, max_size=8),
)
@settings(max_examples=150, deadline=None)
def test_bookings_are_what_their_fields_are_one_by_one(
    sent: list[Transaction], batch: list[bool], moved: list[tuple[str | None, int | None, int | None]]
) -> None:
    orders = [(paid(each, batch_booking=flag), each) for each, flag in zip(sent, batch, strict=False)]
    postings = postings_of(orders, moved)
    books = Bookings()
    sheet = sheet_of([payment for payment, _ in orders], postings)
    part = books.booked(books.lines_of(sheet, [order for _, order in orders]))
    text, batched = plainly(orders, postings)
    assert part.text == text
    assert sum(each.count for each in part.batches) == batched
    rows = list(csv.reader(io.StringIO(part.text.decode(), newline=""), delimiter=";"))
    assert {len(row) for row in rows} <= {len(FIELDS)}
    assert len(rows) == part.lines


@given(MANY)
@settings(max_examples=100, deadline=None)
def test_transfers_on_one_sheet_are_what_they_are_one_by_one(sent: list[Transaction]) -> None:
    whole = sheet_of([paid(each) for each in sent], [])
    assert list(transfers_out.orders(whole, sent, OWN_BIC, agent_of)) == [
        line
        for each in sent
        for line in transfers_out.orders(sheet_of([paid(each)], []), [each], OWN_BIC, agent_of)
    ]


@given(distinct(COLLECTIONS, most=6), st.lists(DEBTORS, min_size=6, max_size=6))
@settings(max_examples=100, deadline=None)
def test_collections_on_one_sheet_are_what_they_are_one_by_one(
    given_orders: list[Transaction], creditors: list[Party]
) -> None:
    sent = [replace(each, creditor=who) for each, who in zip(given_orders, creditors, strict=False)]
    whole = sheet_of([paid(each) for each in sent], [])
    assert list(pacs003.orders(whole, sent, agent_of)) == [
        line for each in sent for line in pacs003.orders(sheet_of([paid(each)], []), [each], agent_of)
    ]


def drawn(orders: Orders, kind: Any = "pacs.008") -> Any:
    postings = postings_of(orders, [(None, None, None)] * len(orders))
    sheet = replace(
        sheet_of([payment for payment, _ in orders], postings),
        transactions=tuple(msgspec.json.encode(order) for _, order in orders),
    )
    opening = transfers_out.opening(sealed(orders), PROFILE, WINDOW)
    return draw(Ground(kind, BANKS, batch_unless_said=False, opening=opening), sheet, schema_folder())


@given(distinct(TRANSFERS, most=6))
@settings(max_examples=50, deadline=None)
def test_what_is_drawn_is_message_and_bookings_of_all_its_orders(sent: list[Transaction]) -> None:
    orders = orders_of(*sent)
    part = drawn(orders)
    sheet = sheet_of([payment for payment, _ in orders], [])
    text = "".join(transfers_out.orders(sheet, sent, OWN_BIC, BANKS.bic_of)).encode()
    assert part.message.text == text
    assert part.message.keys == sheet.keys
    assert part.bookings.text == plainly(orders, postings_of(orders, [(None, None, None)] * len(orders)))[0]
    total = Total(len(orders), sum(sheet.amounts_cents))
    assert part.seen == Seen(total, total)


def test_what_stays_with_us_has_bookings_and_no_message() -> None:
    part = drawn(orders_of(PLAIN), "on-us")
    assert (part.message.keys, part.message.text, part.seen) == ((), b"", None)
    assert part.bookings.lines == 2


def test_a_sheet_of_postings_alone_belongs_to_nobody() -> None:
    stray = Posting("0" * 24 + "-1", OURS, "debit", 1, DUE, DUE)
    with pytest.raises(BrokenPromise, match="belongs to no order"):
        draw(Ground("on-us", BANKS, batch_unless_said=False), sheet_of([], [stray]), schema_folder())


@pytest.mark.parametrize(
    ("text", "written"),
    [
        pytest.param("a b", "a b", id="as it is"),
        pytest.param("a;b", '"a;b"', id="a separator"),
        pytest.param('"Dom"', '"""Dom"""', id="quotes"),
        pytest.param("a\nb", '"a\nb"', id="a line's end"),
        pytest.param("a\rb", '"a\rb"', id="what some readers take for one"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_a_field_ends_where_it_should(text: str, written: str) -> None:
    assert cell(text) == written


def test_each_part_of_an_address_has_its_element() -> None:
    names = [field.name for field in fields(Address) if field.name not in ("lines", "country")]
    address = Address(country="SK", lines=("L 1", "L 2"), **{name: name.replace("_", " ") for name in names})
    document = fit(pacs008(replace(PLAIN, creditor=Party(name="X", address=address)))[0], transfers_out.NAME)
    (place,) = document.iterfind(".//{*}Cdtr/{*}PstlAdr")
    assert [f"{each.tag.rpartition('}')[2]}={each.text}" for each in place] == [
        "Dept=department", "SubDept=sub department", "StrtNm=street name", "BldgNb=building number",
        "BldgNm=building name", "Flr=floor", "PstBx=post box", "Room=room", "PstCd=post code", "TwnNm=town name",
        "TwnLctnNm=town location name", "DstrctNm=district name", "CtrySubDvsn=country sub division", "Ctry=SK",
        "AdrLine=L 1", "AdrLine=L 2",
    ]  # fmt: skip
