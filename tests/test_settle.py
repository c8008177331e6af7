"""Settlement: FND-01 to FND-16, EXE-01 to EXE-09, ACC-01 to ACC-10, DD-08 to DD-11, BAT-06."""

import datetime
import random
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sepa.settle
from sepa.model.broken import BrokenPromise
from sepa.model.payment import Paying, Payment, Posting, Settlement
from sepa.model.profile import Profile
from sepa.model.reference import Account, Block, Partner, Reference
from sepa.settle import available_cents, settled
from tests.build import (
    A1,
    A2,
    A3,
    A6,
    B1,
    C1,
    CI1,
    M1,
    OTP,
    consent,
    instant,
    participants,
    profile,
    reference,
)
from tests.build import accounts as own_accounts

DAY = datetime.date
MORNING, NOON, EVENING = "2026-04-02T08:30:00", "2026-04-02T11:30:00", "2026-04-02T21:15:00"


def payment(number: int = 1, **changes: Any) -> Payment:
    """The standard transfer A1 to B1 of EUR 100.00, due Thu 2026-04-02."""
    facts: dict[str, Any] = {
        "key": f"{'0' * 24}-{number}", "file_key": "0" * 64, "position": number, "block": 1,
        "partner": "partner", "kind": "credit-transfer", "route": "clearing", "amount_cents": 10_000,
        "debtor_iban": A1, "creditor_iban": B1, "received_at": instant("2026-04-02T08:00:00"),
        "booking_date": DAY(2026, 4, 2), "settlement_date": DAY(2026, 4, 2),
    }  # fmt: skip
    return Payment(**(facts | changes))


def on_us(number: int = 1, **changes: Any) -> Payment:
    return payment(number, **({"route": "on-us", "creditor_iban": A2} | changes))


def collected(number: int = 1, **changes: Any) -> Payment:
    """A collection from A1 by a creditor at B1, EUR 50.00, RCUR, Core."""
    facts = {
        "kind": "collection", "route": "on-us", "amount_cents": 5_000, "local_instrument": "CORE",
        "sequence_type": "RCUR", "creditor_identifier": CI1, "mandate_id": M1,
    }  # fmt: skip
    return payment(number, **(facts | changes))


def tables(*changed: tuple[str, Mapping[str, Any]], **more: Any) -> Reference:
    table = own_accounts()
    for iban, facts in changed:
        table[iban] = msgspec.structs.replace(table[iban], **facts)
    return reference(accounts=table, **more)


_FIELD_OF = {
    "due_date": "booking_date",
    "received_at": "received_at",
    "file_sequence": "position",
    "amount": "amount_cents",
}


def balanced(postings: Iterable[Posting]) -> bool:
    """Whether debits equal credits for every payment, and so for any sum of payments."""
    difference: dict[str, int] = {}
    for posting in postings:
        signed = posting.amount_cents if posting.side == "credit" else -posting.amount_cents
        difference[posting.key] = difference.get(posting.key, 0) + signed
    return not any(difference.values())


def _allocation_key(profile: Profile) -> Callable[[Payment], Any]:
    """The order in which the journal hands out what is due; the key decides what the profile's order leaves open."""
    return attrgetter(*(_FIELD_OF[name] for name in profile.funds.allocation_order), "key")


def settle(due: Iterable[Payment], *, profile: Profile, **facts: Any) -> Settlement:
    """The parts of a window put together, whatever the order of `due`."""
    told = settled(sorted(due, key=_allocation_key(profile)), profile=profile, **facts)
    parts = [part for part in told if isinstance(part, Settlement)]
    bulks = sorted(
        (bulk for part in parts for bulk in part.bulks),
        key=lambda bulk: (bulk.kind, bulk.settlement_date, bulk.scheme),
    )
    return Settlement(
        window=facts["window"],
        bulks=tuple(bulks),
        postings=tuple(posting for part in parts for posting in part.postings),
        unpaid=tuple(each for part in parts for each in part.unpaid),
    )


def run(
    *due: Payment,
    at: str = NOON,
    bank: Profile = OTP,
    known: Reference | None = None,
    booked: Mapping[str, int] | None = None,
    **settings: Any,
) -> Settlement:
    return settle(
        due, booked=booked or {}, reference=known or tables(), profile=bank, window=instant(at), **settings
    )


def fate(settlement: Settlement) -> dict[int, str]:
    """What became of each payment, by its position: `paid`, or outcome and rule."""
    paid = {int(key.rsplit("-", 1)[1]): "paid" for bulk in settlement.bulks for key in bulk.keys}
    left = {
        each.payment.position: f"{each.outcome} {each.finding.rule} {each.finding.code}"
        for each in settlement.unpaid
    }
    return paid | left


# --- what is available ---


@pytest.mark.parametrize(
    ("facts", "booked", "cents"),
    [
        pytest.param({"balance_cents": 9_999}, 0, 9_999, id="FND-01 balance"),
        pytest.param(
            {"balance_cents": 10_000, "minimum_balance_cents": 2_000}, 0, 8_000, id="FND-02 minimum balance"
        ),
        pytest.param({"balance_cents": -5_000, "overdraft_cents": 20_000}, 0, 15_000, id="FND-03 overdraft"),
        pytest.param(
            {"balance_cents": 0, "overdraft_cents": 100, "minimum_balance_cents": 70}, 0, 100, id="A-06 both"
        ),
        pytest.param(
            {"balance_cents": 1_000, "overdraft_cents": 30_000, "enforcement": True}, 0, 1_000, id="FND-05"
        ),
        pytest.param({"balance_cents": 10_000, "card_holds_cents": 3_000}, 0, 7_000, id="FND-13 card hold"),
        pytest.param({"balance_cents": 10_000}, -2_500, 7_500, id="posted since the snapshot"),
        pytest.param({"balance_cents": -100}, 0, -100, id="below nothing"),
    ],
)
def test_available(facts: dict[str, Any], booked: int, cents: int) -> None:
    account = Account(A1, "o-1", "Jana", **facts)
    assert available_cents(account, {A1: booked, A2: 99}, OTP, at=instant(NOON)) == cents


@pytest.mark.parametrize(
    ("blocks", "cents"),
    [
        pytest.param((Block(instant("2026-04-01T09:00"), 45_000),), 5_000, id="FND-04 an amount"),
        pytest.param(
            (Block(instant("2026-04-01T09:00"), 45_000), Block(instant("2026-04-01T09:00"), 1)),
            4_999,
            id="two",
        ),
        pytest.param((Block(instant("2026-04-02T11:30:01"), 45_000),), 50_000, id="to come"),
        pytest.param(
            (Block(instant("2026-04-01T09:00"), 45_000, instant("2026-04-02T11:30")),), 50_000, id="released"
        ),
    ],
)
def test_blocked_money_is_not_available(blocks: tuple[Block, ...], cents: int) -> None:
    account = Account(A1, "o-1", "Jana", balance_cents=50_000, blocks=blocks)
    assert available_cents(account, {}, OTP, at=instant(NOON)) == cents


@pytest.mark.parametrize(
    ("switch", "cents"),
    [
        pytest.param({"funds__overdraft_counts": False}, 1_000 - 300, id="overdraft does not count"),
        pytest.param({"funds__card_holds_reduce_available": False}, 1_500, id="card holds do not count"),
        pytest.param({"funds__minimum_balance_with_overdraft": "deduct"}, 1_200 - 70, id="minimum counts"),
    ],
)
def test_switches_of_the_profile(switch: dict[str, Any], cents: int) -> None:
    account = Account(
        A1, "o", "J", balance_cents=1_000, overdraft_cents=500, card_holds_cents=300, minimum_balance_cents=70
    )
    assert available_cents(account, {}, OTP, at=instant(NOON)) == 1_200
    assert available_cents(account, {}, profile(**switch), at=instant(NOON)) == cents


def test_enforcement_leaves_what_the_profile_says() -> None:
    account = Account(A1, "o", "J", overdraft_cents=500, enforcement=True)
    some = profile(funds__overdraft_under_enforcement_cents=200)
    assert available_cents(account, {}, some, at=instant(NOON)) == 200


# --- enough or not ---


@pytest.mark.parametrize(
    ("balance", "at", "expected"),
    [
        pytest.param(10_000, NOON, "paid", id="FND-01 just enough"),
        pytest.param(9_999, NOON, "pending-funds FND-01 AM04", id="FND-08 a cent short at noon: it waits"),
        pytest.param(9_999, EVENING, "unsettled FND-01 AM04", id="FND-01 a cent short in the last window"),
    ],
)
def test_all_or_nothing(balance: int, at: str, expected: str) -> None:
    assert fate(run(payment(), at=at, known=tables((A1, {"balance_cents": balance})))) == {1: expected}


def test_first_check_is_final_where_the_profile_says_so() -> None:
    bank = profile(funds__final_check="first_run")
    short = tables((A1, {"balance_cents": 0}))
    assert fate(run(payment(), at=MORNING, bank=bank, known=short)) == {1: "unsettled FND-01 AM04"}


@pytest.mark.parametrize(
    ("retry_days", "at", "outcome"),
    [
        pytest.param(0, EVENING, "unsettled", id="n=0 unsettled on Thu 2 April"),
        pytest.param(4, EVENING, "unsettled", id="A-05 n=4 ends on Easter Monday"),
        pytest.param(5, EVENING, "pending-funds", id="n=5 waits for Tue 7 April"),
        pytest.param(5, "2026-04-07T08:30:00", "pending-funds", id="n=5 first run of the last day"),
        pytest.param(5, "2026-04-07T21:15:00", "unsettled", id="n=5 last run of the last day"),
        pytest.param(9, "2026-04-07T21:15:00", "unsettled", id="never more than five days"),
    ],
)
def test_retries(retry_days: int, at: str, outcome: str) -> None:
    known = tables((A1, {"balance_cents": 0, "retry_days": retry_days}))
    assert fate(run(payment(), at=at, known=known)) == {1: f"{outcome} FND-01 AM04"}


def test_debit_in_the_retry_is_dated_by_its_own_day() -> None:
    settlement = run(payment(), at="2026-04-07T08:30:00", known=tables((A1, {"retry_days": 5})))
    (bulk,) = settlement.bulks
    assert DAY(2026, 4, 7) <= bulk.settlement_date <= DAY(2026, 4, 8)
    assert {posting.booking_date for posting in settlement.postings} == {DAY(2026, 4, 7)}


@pytest.mark.parametrize("retry_days", [0, 5])
def test_collections_are_never_retried(retry_days: int) -> None:
    known = tables((A1, {"balance_cents": 4_999, "retry_days": retry_days}))
    assert fate(run(collected(), at=MORNING, known=known)) == {1: "not-executed FND-01 AM04"}


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        pytest.param(
            ["due_date", "received_at", "file_sequence"], {1: "paid", 2: "late", 3: "late"}, id="FND-16"
        ),
        pytest.param(["amount"], {1: "late", 2: "paid", 3: "paid"}, id="smallest first"),
        pytest.param(["received_at"], {1: "late", 2: "late", 3: "paid"}, id="first received first"),
    ],
)
def test_who_is_first_when_money_is_short(order: list[str], expected: dict[int, str]) -> None:
    known = tables((A1, {"balance_cents": 10_000, "retry_days": 5}))
    due = [
        payment(1, amount_cents=8_000, booking_date=DAY(2026, 4, 1)),
        payment(2, amount_cents=5_000),
        payment(3, amount_cents=4_000, received_at=instant("2026-04-01T09:00:00")),
    ]
    if order[0] == "received_at":
        due[2] = msgspec.structs.replace(due[2], amount_cents=9_000)
    bank = profile(funds__allocation_order=order)
    found = fate(run(*due, bank=bank, known=known))
    assert {number: "paid" if text == "paid" else "late" for number, text in found.items()} == expected


def test_a_smaller_order_behind_one_that_is_too_large_is_paid() -> None:
    known = tables((A1, {"balance_cents": 10_000}))
    settlement = run(payment(1, amount_cents=10_001), payment(2, amount_cents=9_999), known=known)
    assert fate(settlement) == {1: "pending-funds FND-01 AM04", 2: "paid"}


def test_what_an_on_us_payment_brings_counts_for_the_orders_after_it() -> None:
    known = tables((A2, {"balance_cents": 0}))
    back = payment(2, debtor_iban=A2, amount_cents=10_000)
    assert fate(run(on_us(1), back, known=known)) == {1: "paid", 2: "paid"}
    before = msgspec.structs.replace(back, position=0, key=f"{'0' * 24}-0")
    assert fate(run(on_us(1), before, known=known)) == {0: "pending-funds FND-01 AM04", 1: "paid"}


def test_money_still_to_be_collected_elsewhere_pays_nothing() -> None:
    known = tables((A2, {"balance_cents": 0}))
    day = DAY(2026, 4, 16)
    coming = {"route": "clearing", "debtor_iban": B1, "creditor_iban": A2, "settlement_date": day}
    spent = payment(2, debtor_iban=A2, amount_cents=5_000)
    settlement = run(collected(1, booking_date=day, **coming), spent, known=known)
    assert fate(settlement) == {1: "paid", 2: "pending-funds FND-01 AM04"}


@pytest.mark.parametrize(
    ("rates", "booked", "expected"),
    [
        pytest.param({}, 0, "pending-funds EXE-09 AM04", id="EXE-09 no rate"),
        pytest.param({"USD": 1_250_000}, 0, "paid", id="USD 125.00 cover EUR 100.00 at 1.25"),
        pytest.param({"USD": 1_250_049}, 0, "paid", id="USD 125.0049 are USD 125.00"),
        pytest.param({"USD": 1_250_050}, 0, "pending-funds FND-01 AM04", id="USD 125.005 are USD 125.01"),
        pytest.param({"USD": 1_250_000}, -1, "pending-funds FND-01 AM04", id="a dollar cent spent before"),
    ],
)
def test_an_account_in_dollars_is_no_account_in_euro(
    rates: dict[str, int], booked: int, expected: str
) -> None:
    known = tables((A3, {"balance_cents": 12_500}))
    settlement = run(payment(debtor_iban=A3), known=known, booked={A3: booked}, rates=rates)
    assert fate(settlement) == {1: expected}


@pytest.mark.parametrize(
    ("rates", "own_cents", "back"),
    [
        pytest.param({"USD": 1_250_000}, 12_500, "paid", id="USD 125.00 come in and go out"),
        pytest.param(
            {}, None, "pending-funds EXE-09 AM04", id="without a rate nobody knows how much came in"
        ),
    ],
)
def test_what_comes_in_on_an_account_in_dollars_counts_there_at_the_rate(
    rates: dict[str, int], own_cents: int | None, back: str
) -> None:
    known = tables((A3, {"balance_cents": 0}))
    spent = payment(2, debtor_iban=A3)
    settlement = run(on_us(creditor_iban=A3), spent, known=known, rates=rates)
    assert fate(settlement) == {1: "paid", 2: back}
    debit, credit = settlement.postings[:2]
    assert (debit.currency, debit.own_cents, debit.rate) == (None, None, None)
    assert (credit.amount_cents, credit.currency, credit.own_cents) == (10_000, "USD", own_cents)
    assert credit.rate == rates.get("USD")
    assert balanced(settlement.postings)


@pytest.mark.parametrize(
    ("balance_cents", "expected"),
    [
        pytest.param(12_625, "paid", id="EXE-09 a hundredth on top is there"),
        pytest.param(12_624, "pending-funds FND-01 AM04", id="EXE-09 a cent of it is not"),
    ],
)
def test_a_margin_is_asked_for_and_not_booked(balance_cents: int, expected: str) -> None:
    bank = profile(fx__funds_check_margin_per_mille=10)
    known = tables((A3, {"balance_cents": balance_cents}))
    settlement = run(payment(debtor_iban=A3), known=known, rates={"USD": 1_250_000}, bank=bank)
    assert fate(settlement) == {1: expected}
    assert {posting.own_cents for posting in settlement.postings} <= {12_500, None}


# --- asked again on the due date ---


@pytest.mark.parametrize(
    ("iban", "facts", "order", "expected"),
    [
        pytest.param(
            A1, {"closed_on": DAY(2026, 4, 2)}, payment(), "rejected ACC-01 AC05", id="debtor closed"
        ),
        pytest.param(A1, {"closed_on": DAY(2026, 4, 3)}, payment(), "paid", id="debtor closes tomorrow"),
        pytest.param(
            A1, {"owner_died_on": DAY(2026, 4, 2)}, payment(), "rejected ACC-10 AC06", id="owner died"
        ),
        pytest.param(
            A1,
            {"blocks": (Block(instant("2026-04-02T11:00")),)},
            payment(),
            "rejected ACC-09 AC06",
            id="blocked",
        ),
        pytest.param(
            A1, {"blocks": (Block(instant("2026-04-02T11:31")),)}, payment(), "paid", id="blocked later"
        ),
        pytest.param(
            A2, {"closed_on": DAY(2026, 4, 2)}, on_us(), "rejected ACC-01 AC07", id="creditor closed"
        ),
        pytest.param(
            A1, {"owner_died_on": DAY(2026, 4, 2)}, collected(), "not-executed ACC-10 MD07", id="payer died"
        ),
        pytest.param(
            A1, {"closed_on": DAY(2026, 4, 2)}, collected(), "not-executed ACC-01 AC04", id="payer closed"
        ),
        pytest.param(
            A1,
            {"collections_blocked": True},
            collected(),
            "not-executed DD-16 SL01",
            id="collections blocked",
        ),
        pytest.param(
            A1, {"collections_blocked": True}, payment(), "paid", id="transfers are not collections"
        ),
    ],
)
def test_accounts_are_asked_again(iban: str, facts: dict[str, Any], order: Payment, expected: str) -> None:
    settlement = run(order, known=tables((iban, facts)))
    assert fate(settlement) == {1: expected}
    assert bool(settlement.postings) is (expected == "paid")


DYNAMIC = {"product": "dynamic", "opened_on": DAY(2026, 4, 1), "balance_cents": 0}
TWIN = {"product": "twin", "balance_cents": 100_000}


def deposited(number: int = 1, cents: int = 40_000, **changes: Any) -> Payment:
    return on_us(number, **({"creditor_iban": A6, "amount_cents": cents} | changes))


@pytest.mark.parametrize(
    ("orders", "facts", "booked", "expected"),
    [
        pytest.param([deposited()], {}, 0, ["paid"], id="ACC-07 the first"),
        pytest.param([deposited(cents=39_999)], {}, 0, ["rejected ACC-07 AM06"], id="ACC-07 too little"),
        pytest.param(
            [deposited(), deposited(2)],
            {},
            0,
            ["paid", "rejected ACC-07 AG01"],
            id="ACC-07 two in one window",
        ),
        pytest.param(
            [deposited(cents=100_001), deposited(2)],
            {},
            0,
            ["pending-funds FND-01 AM04", "paid"],
            id="ACC-07 the first has no cover",
        ),
        pytest.param(
            [deposited()], {}, 40_000, ["rejected ACC-07 AG01"], id="ACC-07 posted in another window"
        ),
        pytest.param(
            [deposited()], {"balance_cents": 40_000}, 0, ["rejected ACC-07 AG01"], id="ACC-07 in the balance"
        ),
        pytest.param(
            [deposited()], {"balance_cents": 40_000}, -40_000, ["paid"], id="ACC-07 the first was taken back"
        ),
    ],
)
def test_a_dynamic_deposit_takes_one_payment(
    orders: list[Payment], facts: dict[str, Any], booked: int, expected: list[str]
) -> None:
    known = tables((A6, DYNAMIC | facts))
    settlement = run(*orders, known=known, booked={A6: booked})
    assert fate(settlement) == dict(enumerate(expected, start=1))


@pytest.mark.parametrize(
    ("minimum", "cents", "expected"),
    [
        pytest.param({}, 10_000, "paid", id="ACC-07 EUR 400.00 stay"),
        pytest.param({}, 10_001, "unsettled FND-01 AM04", id="ACC-07 EUR 399.99 would stay"),
        pytest.param({"minimum_balance_cents": 45_000}, 5_001, "unsettled FND-01 AM04", id="more must stay"),
        pytest.param(
            {"minimum_balance_cents": 1}, 10_001, "unsettled FND-01 AM04", id="ACC-07 less is not asked"
        ),
    ],
)
def test_of_a_dynamic_deposit_its_minimum_stays(minimum: dict[str, int], cents: int, expected: str) -> None:
    known = tables((A6, DYNAMIC | {"balance_cents": 50_000} | minimum))
    order = on_us(debtor_iban=A6, amount_cents=cents)
    assert fate(run(order, at=EVENING, known=known)) == {1: expected}


@pytest.mark.parametrize(
    ("facts", "order", "expected"),
    [
        pytest.param({"renewal_day": DAY(2026, 4, 2)}, deposited(), "paid", id="on the renewal day"),
        pytest.param(
            {"renewal_day": DAY(2026, 4, 1)},
            deposited(booking_date=DAY(2026, 4, 1)),
            "rejected ACC-02 AG01",
            id="ACC-02 tried again the day after",
        ),
        pytest.param(
            {"renewal_day": DAY(2026, 4, 1), "balance_cents": 50_000},
            on_us(debtor_iban=A6, booking_date=DAY(2026, 4, 1)),
            "rejected ACC-04 AG01",
            id="ACC-04 tried again the day after",
        ),
        pytest.param(
            TWIN | {"withdrawable_from": DAY(2026, 4, 3)},
            on_us(debtor_iban=A6),
            "rejected ACC-06 AG01",
            id="ACC-06 too early",
        ),
        pytest.param(TWIN, on_us(debtor_iban=A6), "paid", id="ACC-06 no period agreed"),
        pytest.param(
            {"renewal_day": None}, collected(creditor_iban=A6), "paid", id="what is collected is no transfer"
        ),
    ],
)
def test_deposits_are_asked_again(facts: dict[str, Any], order: Payment, expected: str) -> None:
    assert fate(run(order, known=tables((A6, facts)))) == {1: expected}


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        pytest.param(payment(debtor_iban=B1), "rejected ACC-19 AC02", id="debtor gone"),
        pytest.param(on_us(creditor_iban=B1), "rejected ACC-19 AC03", id="creditor gone"),
        pytest.param(collected(debtor_iban=B1), "not-executed ACC-19 AC01", id="payer gone"),
    ],
)
def test_an_account_that_is_gone_is_never_debited(order: Payment, expected: str) -> None:
    assert fate(run(order)) == {1: expected}


@pytest.mark.parametrize(
    ("changes", "transfer", "collection"),
    [
        pytest.param({"until": DAY(2026, 4, 2)}, "paid", "paid", id="its last day"),
        pytest.param(
            {"until": DAY(2026, 4, 1)}, "rejected SC-05 CNOR", "rejected SC-05 DNOR", id="left the scheme"
        ),
        pytest.param(None, "rejected SC-05 CNOR", "rejected SC-05 DNOR", id="gone from the table"),
        pytest.param({"direct_debit_core": False}, "paid", "rejected SC-05 DNOR", id="no more collections"),
    ],
)
def test_the_other_bank_is_asked_again(
    changes: dict[str, Any] | None, transfer: str, collection: str
) -> None:
    banks = participants()
    there = banks.pop(("SK", "1200"))
    if changes is not None:
        banks["SK", "1200"] = msgspec.structs.replace(there, **changes)
    elsewhere = collected(2, route="clearing", debtor_iban=B1, creditor_iban=C1)
    assert fate(run(payment(1), elsewhere, known=tables(participants=banks))) == {1: transfer, 2: collection}


def test_consents_are_asked_again() -> None:
    cancelled = tables(consents={A1: (consent(cancelled_on=DAY(2026, 4, 1)),)})
    assert fate(run(collected(), known=cancelled)) == {1: "not-executed DD-07 MD01"}


@pytest.mark.parametrize(
    ("periodicity", "one_off", "sequence", "second"),
    [
        pytest.param("monthly", False, "RCUR", "not-executed DD-05 SL13", id="DD-05 two in one window"),
        pytest.param(None, False, "RCUR", "paid", id="DD-04 two of EUR 50.00, limit EUR 100.00"),
        pytest.param(None, True, "OOFF", "not-executed DD-11 SL01", id="DD-11 a one-off consent, twice"),
    ],
)
def test_a_consent_used_in_the_same_window(
    periodicity: Any, one_off: bool, sequence: str, second: str
) -> None:
    known = tables(consents={A1: (consent(periodicity=periodicity, one_off=one_off),)})
    due = [collected(number, sequence_type=sequence) for number in (1, 2)]
    assert fate(run(*due, known=known)) == {1: "paid", 2: second}


def test_a_failed_attempt_does_not_use_up_a_one_off_consent() -> None:
    known = tables((A1, {"balance_cents": 4_000}), consents={A1: (consent(periodicity=None, one_off=True),)})
    first = collected(1, sequence_type="OOFF")
    second = collected(2, sequence_type="OOFF", amount_cents=4_000)
    assert fate(run(first, second, known=known)) == {1: "not-executed FND-01 AM04", 2: "paid"}


# --- bulks and postings ---


@pytest.mark.parametrize(
    ("order", "debit", "credit", "kind"),
    [
        pytest.param(on_us(), A1, A2, "on-us", id="EXE-02 A1 to A2"),
        pytest.param(payment(), A1, "CLEARING:SCT", "pacs.008", id="A1 to B1"),
        pytest.param(collected(), A1, "PARTNER:partner", "on-us", id="B1 collects from A1"),
        pytest.param(
            collected(partner="bank"),
            A1,
            "SETTLE-1",
            "on-us",
            id="B1 collects, its bank has an account with us",
        ),
        pytest.param(
            collected(route="clearing", debtor_iban=C1),
            "CLEARING:SDD",
            "PARTNER:partner",
            "pacs.003",
            id="B1 collects from C1",
        ),
        pytest.param(collected(creditor_iban=A2), A1, A2, "on-us", id="A2 collects from A1"),
    ],
)
def test_double_entry(order: Payment, debit: str, credit: str, kind: str) -> None:
    partners = {"bank": Partner("bank", "Bank", (), bic="TATRSKBX", settlement_account="SETTLE-1")}
    settlement = run(order, known=tables(partners=partners))
    assert [(each.account, each.side, each.amount_cents) for each in settlement.postings] == [
        (debit, "debit", order.amount_cents),
        (credit, "credit", order.amount_cents),
    ]
    assert {(each.booking_date, each.value_date) for each in settlement.postings} == {
        (DAY(2026, 4, 2), DAY(2026, 4, 2))
    }
    assert [bulk.kind for bulk in settlement.bulks] == [kind]
    assert balanced(settlement.postings)
    assert not balanced(settlement.postings[:1])


def test_a_bulk_has_one_kind_one_day_and_one_scheme() -> None:
    later = DAY(2026, 4, 7)
    elsewhere: dict[str, Any] = {"route": "clearing", "debtor_iban": C1}
    due = [
        payment(1), payment(2, settlement_date=later), on_us(3), collected(4),
        collected(5, **elsewhere), collected(6, local_instrument="B2B", **elsewhere),
        collected(7, **(elsewhere | {"booking_date": later, "settlement_date": later})),
    ]  # fmt: skip
    banks = {
        place: msgspec.structs.replace(bank, direct_debit_b2b=True) for place, bank in participants().items()
    }
    bulks = run(*due, known=tables(participants=banks)).bulks
    found = [
        (bulk.kind, bulk.settlement_date, bulk.scheme, [int(key[25:]) for key in bulk.keys]) for bulk in bulks
    ]
    today = DAY(2026, 4, 2)
    assert found == [
        ("on-us", today, "", [3, 4]),
        ("pacs.003", today, "B2B", [6]),
        ("pacs.003", today, "CORE", [5]),
        ("pacs.003", later, "CORE", [7]),
        ("pacs.008", today, "", [1]),
        ("pacs.008", later, "", [2]),
    ]


@pytest.mark.parametrize(
    ("at", "settles_on"),
    [
        pytest.param(NOON, DAY(2026, 4, 2), id="clearing open"),
        pytest.param(EVENING, DAY(2026, 4, 7), id="EXE-01 after the clearing's hours: next working day"),
    ],
)
def test_a_settlement_day_that_can_no_longer_be_kept_is_replaced(at: str, settles_on: datetime.date) -> None:
    (bulk,) = run(payment(), at=at).bulks
    assert bulk.settlement_date == settles_on


@pytest.mark.parametrize(
    ("limit", "sizes"),
    [
        pytest.param({"clearing__max_transactions_per_file": 2}, [2, 2, 1], id="transactions"),
        pytest.param({"clearing__max_cents_per_file": 30_000}, [3, 2], id="money, to the cent"),
        pytest.param({"clearing__max_cents_per_file": 29_999}, [2, 2, 1], id="money, a cent less"),
        pytest.param({"clearing__max_bytes_per_file": 4_000}, [4, 1], id="bytes"),
    ],
)
def test_files_keep_to_the_clearings_limits(limit: dict[str, Any], sizes: list[int]) -> None:
    settlement = run(*(payment(n) for n in range(1, 6)), bank=profile(**limit), bytes_per_order=1_000)
    assert [bulk.count for bulk in settlement.bulks] == sizes
    assert [bulk.sum_cents for bulk in settlement.bulks] == [size * 10_000 for size in sizes]
    assert len({bulk.id for bulk in settlement.bulks}) == len(sizes)


def test_batch_booking_changes_neither_funding_nor_postings() -> None:
    known = tables((A1, {"balance_cents": 15_000}))
    singles = [payment(1), payment(2)]
    batched = [msgspec.structs.replace(each, batch_booking=True) for each in singles]
    assert fate(run(*batched, known=known)) == fate(run(*singles, known=known)) == {
        1: "paid", 2: "pending-funds FND-01 AM04",
    }  # fmt: skip
    assert run(*batched, known=known).postings == run(*singles, known=known).postings


# --- our own mistakes ---


@pytest.mark.parametrize(
    ("due", "settings", "fault"),
    [
        pytest.param([payment(1), payment(1)], {}, BrokenPromise, id="a payment given twice"),
        pytest.param([payment(booking_date=DAY(2026, 4, 7))], {}, ValueError, id="a debit before its day"),
        pytest.param([payment()], {"known": reference(accounts=None)}, ValueError, id="no table of accounts"),
        pytest.param(
            [payment()], {"bank": profile(clearing__max_cents_per_file=9_999)}, BrokenPromise, id="too large"
        ),
        pytest.param([payment()], {"bytes_per_order": 10**10}, BrokenPromise, id="no room in any file"),
    ],
)
def test_our_own_mistakes_stop(due: list[Payment], settings: dict[str, Any], fault: type[Exception]) -> None:
    with pytest.raises(fault):
        run(*due, **settings)


def test_an_instant_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="zone"):
        settle([], booked={}, reference=tables(), profile=OTP, window=datetime.datetime(2026, 4, 2, 11, 30))  # noqa: DTZ001


def test_nothing_due_settles_nothing() -> None:
    assert run() == Settlement(window=instant(NOON), bulks=(), postings=(), unpaid=())


# --- what always holds ---

ORDERS = st.tuples(
    st.sampled_from(["clearing", "on-us", "collection", "forwarded"]),
    st.integers(1, 60_000),
    st.sampled_from([A1, A2]),
    st.integers(0, 3),
)


def orders_of(drawn: Sequence[tuple[str, int, str, int]]) -> list[Payment]:
    made = []
    for number, (what, cents, debtor, hour) in enumerate(drawn, 1):
        facts: dict[str, Any] = {
            "amount_cents": cents, "debtor_iban": debtor, "received_at": instant(f"2026-04-02T0{hour}:00:00"),
        }  # fmt: skip
        if what == "collection":
            made.append(collected(number, **facts))
        elif what == "forwarded":
            made.append(collected(number, **(facts | {"route": "clearing", "debtor_iban": C1})))
        elif what == "on-us":
            made.append(on_us(number, **(facts | {"creditor_iban": A2 if debtor == A1 else A1})))
        else:
            made.append(payment(number, **facts))
    return made


ANY_TIMES = tables(consents={A1: (consent(periodicity=None, limit_cents=50_000),)})
SMALL_FILES = profile(clearing__max_transactions_per_file=3, clearing__max_cents_per_file=70_000)


@given(st.lists(ORDERS, max_size=25), st.sampled_from([MORNING, EVENING]), st.randoms(use_true_random=False))
def test_what_always_holds(drawn: list[tuple[str, int, str, int]], at: str, dice: random.Random) -> None:
    due = orders_of(drawn)
    settlement = run(*due, at=at, known=ANY_TIMES, bank=SMALL_FILES)
    keys = [key for bulk in settlement.bulks for key in bulk.keys] + [
        each.payment.key for each in settlement.unpaid
    ]
    assert sorted(keys) == sorted(each.key for each in due)

    paid = sum(bulk.sum_cents for bulk in settlement.bulks)
    unpaid = sum(each.payment.amount_cents for each in settlement.unpaid)
    assert paid + unpaid == sum(each.amount_cents for each in due)
    assert balanced(settlement.postings)
    assert sum(each.amount_cents for each in settlement.postings) == 2 * paid

    # Bulks stand one after the other; the money was spent in the order of allocation.
    turns = {each.key: turn for turn, each in enumerate(sorted(due, key=_allocation_key(SMALL_FILES)))}
    room = {A1: 100_000, A2: 100_000}
    for posting in sorted(settlement.postings, key=lambda posting: turns[posting.key]):
        if posting.account in room:
            room[posting.account] += (
                posting.amount_cents if posting.side == "credit" else -posting.amount_cents
            )
            assert room[posting.account] >= 0

    assert all(bulk.count <= 3 and bulk.sum_cents <= 70_000 for bulk in settlement.bulks)
    assert len({bulk.id for bulk in settlement.bulks}) == len(settlement.bulks)

    dice.shuffle(due)
    assert run(*due, at=at, known=ANY_TIMES, bank=SMALL_FILES) == settlement


def in_turn(due: Sequence[Payment], bank: Profile) -> list[Settlement]:
    """The parts of a window; `due` comes as it is."""
    told = settled(
        due, booked={}, reference=tables(), profile=bank, window=instant(NOON), rates={}, against={}
    )
    return [part for part in told if isinstance(part, Settlement)]


def test_a_full_bulk_is_a_part_of_its_own() -> None:
    two = profile(clearing__max_transactions_per_file=2)
    due = [payment(number, amount_cents=100) for number in range(1, 6)]
    parts = in_turn(due, two)
    assert [[bulk.count for bulk in part.bulks] for part in parts] == [[2], [2], [1]]
    assert [{posting.key for posting in part.postings} for part in parts] == [
        set(part.bulks[0].keys) for part in parts
    ]
    whole = run(*due, bank=two)
    assert whole.bulks == tuple(bulk for part in parts for bulk in part.bulks)
    assert whole.postings == tuple(posting for part in parts for posting in part.postings)


def test_an_open_bulk_holds_no_postings(monkeypatch: pytest.MonkeyPatch) -> None:
    """There may be a hundred thousand orders in it; of some kinds, as many wait for their bulk all the window long."""

    class Watched(Posting, frozen=True, gc=True, weakref=True):
        def __post_init__(self) -> None:
            alive.add(self)

    alive: weakref.WeakSet[Watched] = weakref.WeakSet()
    monkeypatch.setattr("sepa.settle.Posting", Watched)
    monkeypatch.setattr("sepa.settle.PAYING_AT_ONCE", 10)
    due = [payment(number, amount_cents=100 + number, creditor_iban=B1) for number in range(1, 51)]
    told = settled(
        due, booked={}, reference=tables(), profile=OTP, window=instant(NOON), rates={}, against={}
    )
    held = [len(alive) for part in told if isinstance(part, Paying) and part.keys]
    assert held == [2] * 5, "those of the order before, and no others"


def test_a_bulk_that_is_full_is_in_memory_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it was gathered in is gone while its part is written."""

    class Watched(sepa.settle._Open):
        __slots__ = ("__weakref__",)

        def __init__(self) -> None:
            super().__init__()
            alive.add(self)

    alive: weakref.WeakSet[Watched] = weakref.WeakSet()
    monkeypatch.setattr("sepa.settle._Open", Watched)
    due = [payment(number, amount_cents=100) for number in range(1, 6)]
    told = settled(
        due,
        booked={},
        reference=tables(),
        profile=profile(clearing__max_transactions_per_file=2),
        window=instant(NOON),
    )
    assert [len(alive) for part in told if isinstance(part, Settlement)] == [0, 0, 0]


def test_many_unpaid_are_a_part_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sepa.settle.UNPAID_AT_ONCE", 2)
    due = [payment(number, amount_cents=99_999_999) for number in range(1, 6)]
    assert [len(part.unpaid) for part in in_turn(due, OTP)] == [2, 2, 1]


def test_a_payment_given_twice_in_turn_is_a_broken_promise() -> None:
    with pytest.raises(BrokenPromise, match="twice"):
        in_turn([payment(1), payment(1)], OTP)
