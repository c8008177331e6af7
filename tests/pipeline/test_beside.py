"""A bulk drawn by this process alone, or by others beside it: the same bytes, and the same faults."""

import datetime
from typing import Any

import msgspec
import pytest

from bench.orders import order_texts
from bench.people import BANKS as BENCH
from sepa.model.broken import BrokenPromise
from sepa.model.message import Piece, Transaction
from sepa.model.payment import Payment, Posting
from sepa.model.sheet import Sheet
from sepa.pipeline import beside
from sepa.pipeline.beside import all_drawn, hands_for
from sepa.wire import read
from sepa.wire.drawing import Banks, Ground

DAY = datetime.date(2026, 4, 2)
BANKS = Banks(
    bic="OTPVSKBX",
    country="SK",
    code="5200",
    participants={f"{each.country}/{each.code}": each.bic for each in BENCH},
)
ORDERS = 100


@pytest.fixture(scope="module")
def transactions(tmp_path_factory: pytest.TempPathFactory) -> list[Transaction]:
    file = tmp_path_factory.mktemp("many") / "orders.xml"
    file.write_text("".join(order_texts("pain.001.001.09", ORDERS, 40)), "utf-8")
    with file.open("rb") as source:
        pieces = read(source, offered=("pain.001.001.09",), size_bytes_max=1 << 30)
        return [each for piece in pieces if isinstance(piece, Piece) for each in piece.transactions]


def sheets(transactions: list[Transaction], size: int) -> list[Sheet]:
    payments = [_payment(each) for each in transactions]
    texts = [msgspec.json.encode(each).decode() for each in transactions]
    return [
        Sheet(
            payments=tuple(payments[start : start + size]),
            transactions=tuple(texts[start : start + size]),
            requested=("2026-04-02",) * len(payments[start : start + size]),
            postings=tuple(side for each in payments[start : start + size] for side in _both(each)),
        )
        for start in range(0, len(payments), size)
    ]


def _payment(order: Transaction) -> Payment:
    key = f"{'a' * 24}-{order.position}"
    at = datetime.datetime(2026, 4, 2, 8, tzinfo=datetime.UTC)
    ibans = order.debtor_account.iban or "", order.creditor_account.iban or ""
    facts: dict[str, Any] = {
        "kind": "credit-transfer",
        "route": "clearing",
        "batch_booking": order.block == 2,
    }
    return Payment(
        key=key, file_key="a" * 64, position=order.position, block=order.block, partner="p",
        amount_cents=100 + order.position, debtor_iban=ibans[0], creditor_iban=ibans[1], received_at=at,
        booking_date=DAY, settlement_date=DAY, **facts,
    )  # fmt: skip


def _both(payment: Payment) -> list[Posting]:
    return [
        Posting(payment.key, account, side, payment.amount_cents, DAY, DAY)
        for account, side in ((payment.debtor_iban, "debit"), ("CLEARING:SCT", "credit"))
    ]


GROUND = Ground("pacs.008", BANKS, batch_unless_said=False)


@pytest.mark.parametrize("hands", [1, 2])
def test_hands_make_no_difference(transactions: list[Transaction], hands: int) -> None:
    given = sheets(transactions, 7)
    alone = list(all_drawn(GROUND, given, 0))
    assert list(all_drawn(GROUND, given, hands)) == alone
    assert len(alone) == len(given)
    assert sum(len(each.message.keys) for each in alone) == ORDERS


def test_the_size_of_a_sheet_makes_no_difference(transactions: list[Transaction]) -> None:
    few, many = (list(all_drawn(GROUND, sheets(transactions, size), 0)) for size in (3, ORDERS))
    assert "".join(each.message.text for each in few) == many[0].message.text
    assert "".join(each.bookings.text for each in few) == many[0].bookings.text
    assert sum(each.bookings.debit_cents for each in few) == many[0].bookings.debit_cents


@pytest.mark.parametrize("hands", [0, 1])
def test_what_fails_beside_fails_here(transactions: list[Transaction], hands: int) -> None:
    first, *others = sheets(transactions, 30)
    without = msgspec.structs.replace(first, postings=())
    with pytest.raises(BrokenPromise, match="has no posting in its turn"):
        list(all_drawn(GROUND, [*others, without, *others], hands))


def test_a_hand_that_is_gone_is_a_broken_promise(
    transactions: list[Transaction], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beside, "_MODULE", "sepa.scheme.money")  # says nothing and ends
    with pytest.raises((BrokenPromise, BrokenPipeError)):
        list(all_drawn(GROUND, sheets(transactions, 30), 1))


def test_few_orders_are_drawn_without_help(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside.os, "sched_getaffinity", lambda _: range(2))
    assert (hands_for(4_999), hands_for(5_000)) == (0, 1)
    monkeypatch.setattr(beside.os, "sched_getaffinity", lambda _: range(1))
    assert hands_for(5_000) == 0
    monkeypatch.setattr(beside.os, "sched_getaffinity", lambda _: range(64))
    assert hands_for(5_000) == 3
