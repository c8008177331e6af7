"""What each kind of account allows: SC-07, ACC-02 to ACC-08."""

import datetime
from typing import Any

import msgspec
import pytest

from sepa.rules import deposits, products
from tests.build import (
    A1,
    A2,
    A3,
    A4,
    A5,
    A6,
    B1,
    OTP,
    case,
    dating,
    judged,
    profile,
    reference,
    said,
    transfer,
)
from tests.build import accounts as own_accounts

SUB = "SK2952000000000000000019"


def tables(**changes: Any) -> Any:
    """The accounts of the fixtures; `changes` to A6, and a sub-deposit of A1's owner beside them."""
    table = own_accounts()
    table[A6] = msgspec.structs.replace(table[A6], **changes)
    table[SUB] = msgspec.structs.replace(table[A1], iban=SUB, product="sub-deposit")
    return reference(accounts=table)


def rules_found(built: Any, booking: str = "2026-04-02", **changes: Any) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for rule in (*products.RULES, *deposits.RULES):
        said_here = judged(rule, built, tables=tables(**changes), days=dating(booking))
        found |= {(rule_id, code) for rule_id, code, _, _ in said_here}
    return found


@pytest.mark.parametrize(
    ("debtor", "block_count", "message_count", "forms", "refused"),
    [
        pytest.param(A3, "1", "1", ["single"], False, id="A3, one order"),
        pytest.param(A3, "01", "7", ["single"], False, id="A3, one order in its block of several"),
        pytest.param(A3, "2", "2", ["single"], True, id="SC-07 A3, two orders"),
        pytest.param(A3, "11", "11", ["single"], True, id="SC-07 A3, eleven orders"),
        pytest.param(A3, None, "1", ["single"], False, id="A3, count only on the message"),
        pytest.param(A3, None, "2", ["single"], True, id="SC-07 A3, count unknown for the block"),
        pytest.param(A3, "2", "2", ["single", "batch"], False, id="A3, two orders where batches are offered"),
        pytest.param(A1, "2", "2", ["single"], False, id="A1 in euro, two orders"),
    ],
)
def test_foreign_currency_accounts(
    debtor: str, block_count: str | None, message_count: str, forms: list[str], refused: bool
) -> None:
    built = transfer(
        debtor_iban=debtor,
        block={"number_of_transactions": block_count},
        head={"number_of_transactions": message_count},
    )
    bank = profile(scope__foreign_currency_account_forms=forms)
    found = said(products.single_orders_only.check(built.block, case(built, bank=bank)))
    assert {code for _, code, _, _ in found} == ({"AC10"} if refused else set())


@pytest.mark.parametrize(
    ("debtor", "creditor", "booking", "expected"),
    [
        pytest.param(A4, B1, "2026-04-02", {("ACC-05", "AG01")}, id="ACC-05 A4 to B1"),
        pytest.param(A4, A2, "2026-04-02", {("ACC-05", "AG01")}, id="ACC-05 A4 to A2 of another owner"),
        pytest.param(A4, A5, "2026-04-02", {("ACC-05", "AG01")}, id="ACC-05 A4 to own savings"),
        pytest.param(A4, A1, "2026-04-02", set(), id="A4 to own A1"),
        pytest.param(A5, A2, "2026-04-02", set(), id="A5, an old one, to A2"),
        pytest.param(A5, B1, "2026-04-02", {("ACC-05", "AG01")}, id="ACC-05 A5 to B1"),
        pytest.param(A6, B1, "2026-05-15", {("ACC-04", "AG01")}, id="ACC-04 A6 to B1"),
        pytest.param(A6, A1, "2026-05-15", set(), id="A6 to A1 on the renewal day"),
        pytest.param(A6, A1, "2026-05-14", {("ACC-04", "AG01")}, id="ACC-04 A6 to A1 the day before"),
        pytest.param(SUB, A1, "2026-04-02", set(), id="sub-deposit to its owner"),
        pytest.param(SUB, A4, "2026-04-02", set(), id="sub-deposit to its owner's savings"),
        pytest.param(SUB, A2, "2026-04-02", {("ACC-08", "AG01")}, id="ACC-08 sub-deposit to another owner"),
        pytest.param(A1, B1, "2026-04-02", set(), id="A1 to B1"),
        pytest.param(A1, A6, "2026-05-14", {("ACC-02", "AG01")}, id="ACC-02 A1 to A6 the day before renewal"),
        pytest.param(A1, A6, "2026-05-15", set(), id="A1 to A6 on the renewal day"),
    ],
)
def test_debits_and_credits_by_product(
    debtor: str, creditor: str, booking: str, expected: set[tuple[str, str]]
) -> None:
    built = transfer(debtor_iban=debtor, creditor_iban=creditor)
    assert rules_found(built, booking) == expected


@pytest.mark.parametrize(
    ("creditor", "refused"),
    [
        pytest.param(B1, True, id="ACC-06 TWIN to B1"),
        pytest.param(A2, True, id="ACC-06 TWIN to another owner"),
        pytest.param(A1, False, id="TWIN to its base account"),
    ],
)
def test_twin_accounts(creditor: str, refused: bool) -> None:
    built = transfer(debtor_iban=A6, creditor_iban=creditor)
    assert rules_found(built, product="twin") == ({("ACC-06", "AG01")} if refused else set())


@pytest.mark.parametrize(
    ("changes", "booking", "refused"),
    [
        pytest.param(
            {"opened_on": datetime.date(2026, 4, 1)}, "2026-04-10", False, id="ACC-03 on the tenth day"
        ),
        pytest.param(
            {"opened_on": datetime.date(2026, 4, 1)}, "2026-04-13", True, id="ACC-03 after the tenth day"
        ),
        pytest.param(
            {"renewal_day": datetime.date(2026, 4, 11)},
            "2026-04-13",
            False,
            id="ACC-03 renewal on a Saturday",
        ),
        pytest.param({"renewal_day": None}, "2026-05-15", True, id="renewal day unknown is never passed"),
    ],
)
def test_term_deposit_is_paid_into_in_its_window(
    changes: dict[str, Any], booking: str, refused: bool
) -> None:
    built = transfer(creditor_iban=A6)
    assert rules_found(built, booking, **changes) == ({("ACC-02", "AG01")} if refused else set())


def test_term_deposit_open_to_credits_where_the_profile_says_so() -> None:
    built = transfer(creditor_iban=A6)
    bank = profile(accounts__term_deposit_credit_window="any")
    day = dating("2026-05-14")
    assert judged(deposits.term_deposit_credit, built, bank=OTP, days=day)
    assert not judged(deposits.term_deposit_credit, built, bank=bank, days=day)


@pytest.mark.parametrize(
    ("changes", "offered", "refused"),
    [
        pytest.param({"term_months": 1, "currency": "USD"}, True, False, id="ACC-03 a month in dollars"),
        pytest.param({"term_months": 3, "currency": "USD"}, True, True, id="ACC-03 three months in dollars"),
        pytest.param({"currency": "USD"}, True, True, id="ACC-03 in dollars, its term unknown"),
        pytest.param({"term_months": 1}, True, True, id="ACC-03 a month in euro"),
        pytest.param(
            {"term_months": 1, "currency": "USD"}, False, True, id="ACC-03 where no product is open"
        ),
    ],
)
def test_a_deposit_of_a_month_in_a_foreign_currency_takes_money_at_any_time(
    changes: dict[str, Any], offered: bool, refused: bool
) -> None:
    anytime = ["fx_1_month"] if offered else []
    bank = profile(accounts__term_deposit_anytime_products=anytime)
    built, day = transfer(creditor_iban=A6), dating("2026-05-14")
    found = judged(deposits.term_deposit_credit, built, bank=bank, tables=tables(**changes), days=day)
    assert bool(found) is refused


@pytest.mark.parametrize(
    ("asked", "booking", "notice", "refused"),
    [
        pytest.param("2026-03-02", "2026-04-01", 31, True, id="ACC-04 asked Mon 2 March, on Wed 1 April"),
        pytest.param("2026-03-02", "2026-04-02", 31, False, id="ACC-04 asked Mon 2 March, on Thu 2 April"),
        pytest.param("2026-03-02", "2026-04-09", 31, False, id="ACC-04 a week later"),
        pytest.param("2026-03-02", "2026-04-02", 32, True, id="ACC-04 another notice"),
        pytest.param(None, "2026-04-02", 31, True, id="ACC-04 nobody asked"),
    ],
)
def test_early_withdrawal_after_its_notice(
    asked: str | None, booking: str, notice: int, refused: bool
) -> None:
    bank = profile(accounts__term_deposit_early_withdrawal_notice_days=notice)
    day = datetime.date.fromisoformat(asked) if asked else None
    found = judged(
        deposits.term_deposit_release,
        transfer(debtor_iban=A6, creditor_iban=A1),
        bank=bank,
        tables=tables(withdrawal_requested_on=day),
        days=dating(booking),
    )
    assert bool(found) is refused


@pytest.mark.parametrize(
    ("booking", "refused"),
    [
        pytest.param("2026-04-01", True, id="ACC-06 before the agreed period"),
        pytest.param("2026-04-02", False, id="ACC-06 on its first day"),
    ],
)
def test_twin_pays_nothing_before_the_agreed_period(booking: str, refused: bool) -> None:
    built = transfer(debtor_iban=A6, creditor_iban=A1)
    earliest = datetime.date(2026, 4, 2)
    found = rules_found(built, booking, product="twin", withdrawable_from=earliest)
    assert found == ({("ACC-06", "AG01")} if refused else set())


OPENED_ON = {"product": "dynamic", "opened_on": datetime.date(2026, 4, 1)}


@pytest.mark.parametrize(
    ("amount", "booking", "balance_cents", "expected"),
    [
        pytest.param("399.99", "2026-04-02", 0, {("ACC-07", "AM06")}, id="ACC-07 EUR 399.99"),
        pytest.param("400.00", "2026-04-02", 0, set(), id="ACC-07 EUR 400.00"),
        pytest.param("400.00", "2026-04-01", 0, set(), id="ACC-07 on the day of its opening"),
        pytest.param("400.00", "2026-03-31", 0, {("ACC-07", "AG01")}, id="ACC-07 before its opening"),
        pytest.param("400.00", "2026-04-14", 0, set(), id="ACC-07 on the seventh working day"),
        pytest.param("400.00", "2026-04-15", 0, {("ACC-07", "AG01")}, id="ACC-07 on the eighth working day"),
        pytest.param("400.00", "2026-04-03", 40_000, {("ACC-07", "AG01")}, id="ACC-07 a second credit"),
        pytest.param("0.01", "2026-04-15", 1, {("ACC-07", "AG01")}, id="ACC-07 a second credit, said once"),
        pytest.param(None, "2026-04-02", 0, set(), id="an amount that is missing has its own rule"),
    ],
)
def test_a_dynamic_deposit_takes_one_payment(
    amount: str | None, booking: str, balance_cents: int, expected: set[tuple[str, str]]
) -> None:
    built = transfer(creditor_iban=A6, amount=amount)
    assert rules_found(built, booking, balance_cents=balance_cents, **OPENED_ON) == expected


def test_a_dynamic_deposit_by_other_terms() -> None:
    bank = profile(accounts__dynamic={"minimum_cents": 10_000, "funding_days": 8})
    known, days = tables(balance_cents=0, **OPENED_ON), dating("2026-04-15")
    built = transfer(creditor_iban=A6, amount="100.00")
    for rule in deposits.RULES:
        assert not judged(rule, built, bank=bank, tables=known, days=days)


def test_without_its_day_a_deposit_says_nothing_of_days() -> None:
    for product in ("term-deposit", "twin", "dynamic"):
        later = datetime.date(2027, 1, 1)
        known = tables(product=product, balance_cents=0, opened_on=later, withdrawable_from=later)
        for built in (
            transfer(creditor_iban=A6, amount="400.00"),
            transfer(debtor_iban=A6, creditor_iban=A1),
        ):
            undated = msgspec.structs.replace(case(built, tables=known), dating=None)
            for rule in deposits.RULES:
                assert rule.check(built.transaction, undated) == ()


def test_an_unknown_account_of_ours_has_its_own_rule() -> None:
    built = transfer(debtor_iban=A4, creditor_iban="SK5752000000000000000000")
    assert rules_found(built) == set()
