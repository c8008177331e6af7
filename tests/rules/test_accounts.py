"""Accounts of ours on either side: ACC-01, ACC-09, ACC-10, ACC-18, ACC-19, SC-10, SC-12, DD-16, DD-15."""

import datetime
from typing import Any

import msgspec
import pytest

from sepa.model.reference import Block
from sepa.rules import accounts, payers
from sepa.rules.rule import Rule
from sepa.rules.standing import in_force
from tests.build import A1, A2, A3, A4, B1, collection, dating, instant, judged, reference, transfer
from tests.build import accounts as own_accounts

UNKNOWN = "SK2952000000000000000019"
DAY = datetime.date


def with_account(iban: str, **changes: Any) -> Any:
    table = own_accounts()
    table[iban] = msgspec.structs.replace(table[iban], **changes)
    return reference(accounts=table)


def blocked(since: str, until: str | None = None, amount_cents: int | None = None) -> tuple[Block, ...]:
    return (Block(instant(since), amount_cents, instant(until) if until else None),)


def test_the_unknown_account_is_well_formed() -> None:
    from sepa.scheme.iban import bank_code, iban_fault

    assert iban_fault(UNKNOWN) is None
    assert bank_code(UNKNOWN) == "5200"


@pytest.mark.parametrize(
    ("iban", "judge", "codes"),
    [
        pytest.param(A1, accounts.debtor_account_ours, set(), id="A1 is ours"),
        pytest.param(A1.lower(), accounts.debtor_account_ours, set(), id="A1 in small letters is ours"),
        pytest.param(A1.lower(), accounts.debtor_account_known, set(), id="A1 in small letters is known"),
        pytest.param(B1, accounts.debtor_account_ours, {"AC02"}, id="ACC-18 B1 is another bank's"),
        pytest.param(B1, accounts.debtor_account_known, set(), id="B1 is no unknown account of ours"),
        pytest.param(UNKNOWN, accounts.debtor_account_ours, set(), id="our bank code is ours"),
        pytest.param(UNKNOWN, accounts.debtor_account_known, {"AC02"}, id="ACC-19 our bank code, no account"),
        pytest.param(
            "SK0052000000000000000019", accounts.debtor_account_known, set(), id="faulty has its own rule"
        ),
        pytest.param(None, accounts.debtor_account_ours, set(), id="missing has its own rule"),
    ],
)
def test_debtor_of_a_transfer_has_an_account_with_us(iban: str | None, judge: Rule, codes: set[str]) -> None:
    from sepa.model.message import AccountId

    found = judged(judge, transfer(block={"account": AccountId(iban=iban)}))
    assert {code for _, code, _, _ in found} == codes


def test_without_a_table_of_accounts_nobody_is_unknown() -> None:
    for judge in (*accounts.RULES, *payers.RULES):
        built = collection() if judge.kinds == ("collection",) else transfer(debtor_iban=B1)
        assert judged(judge, built, tables=reference(accounts=None)) == set()
        assert "accounts" in judge.needs


CASES = [
    pytest.param(
        {"closed_on": DAY(2026, 4, 8)}, "2026-04-09", "ACC-01", id="ACC-01 closed 8 April, due 9 April"
    ),
    pytest.param({"closed_on": DAY(2026, 4, 8)}, "2026-04-08", "ACC-01", id="ACC-01 closed on the day"),
    pytest.param({"closed_on": DAY(2026, 4, 8)}, "2026-04-07", None, id="closed 8 April, due 7 April"),
    pytest.param(
        {"opened_on": DAY(2026, 4, 8)}, "2026-04-07", "SC-10", id="SC-10 opened 8 April, due 7 April"
    ),
    pytest.param({"opened_on": DAY(2026, 4, 8)}, "2026-04-08", None, id="opened 8 April, due 8 April"),
    pytest.param(
        {"owner_died_on": DAY(2026, 4, 9)}, "2026-04-14", "ACC-10", id="ACC-10 learned 9, due 14 April"
    ),
    pytest.param({"owner_died_on": DAY(2026, 4, 9)}, "2026-04-08", None, id="learned 9 April, due 8 April"),
    pytest.param({"blocks": blocked("2026-04-01T11:00")}, "2026-04-09", "ACC-09", id="ACC-09 blocked"),
    pytest.param(
        {"blocks": blocked("2026-04-01T11:00", "2026-04-09T10:00")},
        "2026-04-09",
        None,
        id="released on the day",
    ),
    pytest.param(
        {"blocks": blocked("2026-04-09T11:00")},
        "2026-04-09",
        None,
        id="blocked later on the day: settlement judges",
    ),
    pytest.param(
        {"blocks": blocked("2026-04-01T11:00", None, 1)}, "2026-04-09", None, id="an amount is blocked"
    ),
]
CODES = {
    "credit-transfer": {"ACC-01": "AC05", "SC-10": "AC01", "ACC-10": "AC06", "ACC-09": "AC06"},
    "collection": {"ACC-01": "AC04", "SC-10": "AC01", "ACC-10": "MD07", "ACC-09": "AC06"},
}


@pytest.mark.parametrize(("changes", "booking", "expected"), CASES)
def test_standing_of_the_debtor_of_a_transfer(
    changes: dict[str, Any], booking: str, expected: str | None
) -> None:
    tables, days = with_account(A1, **changes), dating(booking)
    rules = [rule for rule in accounts.RULES if rule.subject == "payment-information"]
    said = set().union(*(judged(rule, transfer(), tables=tables, days=days) for rule in rules))
    code = CODES["credit-transfer"].get(expected or "", "")
    assert said == ({(expected, code, "account.iban", "reject")} if expected else set())


@pytest.mark.parametrize(("changes", "booking", "expected"), CASES)
def test_standing_of_the_payer_of_a_collection(
    changes: dict[str, Any], booking: str, expected: str | None
) -> None:
    tables, days = with_account(A1, **changes), dating(booking)
    said = set().union(*(judged(rule, collection(), tables=tables, days=days) for rule in payers.RULES))
    code = CODES["collection"].get(expected or "", "")
    assert said == ({(expected, code, "debtor_account.iban", "reject")} if expected else set())


@pytest.mark.parametrize(
    ("creditor", "changes", "expected"),
    [
        pytest.param(A2, {}, set(), id="A1 to A2"),
        pytest.param(A2, {"closed_on": DAY(2026, 4, 1)}, {("ACC-01", "AC07")}, id="ACC-01 A1 to closed A2"),
        pytest.param(A2, {"closed_on": DAY(2026, 4, 3)}, set(), id="A2 closes the day after"),
        pytest.param(UNKNOWN, {}, {("ACC-19", "AC03")}, id="ACC-19 A1 to an unknown account of ours"),
        pytest.param(B1, {}, set(), id="A1 to B1 is the other bank's to judge"),
    ],
)
def test_creditor_account_of_ours(
    creditor: str, changes: dict[str, Any], expected: set[tuple[str, str]]
) -> None:
    tables = with_account(A2, **changes)
    rules = [rule for rule in accounts.RULES if rule.subject == "transaction"]
    built = transfer(creditor_iban=creditor)
    said = set().union(*(judged(rule, built, tables=tables) for rule in rules))
    assert said == {(rule, code, "creditor_account.iban", "reject") for rule, code in expected}


@pytest.mark.parametrize(
    ("debtor", "changes", "expected"),
    [
        pytest.param(A1, {}, set(), id="A1, a current account in euro"),
        pytest.param(A4, {}, {("SC-12", "AG01")}, id="SC-12 A4, savings"),
        pytest.param(A3, {}, {("SC-12", "AC10")}, id="SC-12 A3, dollars"),
        pytest.param(
            A1, {"collections_blocked": True}, {("DD-16", "SL01")}, id="DD-16 all collections blocked"
        ),
        pytest.param(UNKNOWN, {}, {("ACC-19", "AC01")}, id="ACC-19 unknown account of ours"),
        pytest.param(B1, {}, set(), id="B1 is the other bank's to judge"),
    ],
)
def test_accounts_that_may_be_collected_from(
    debtor: str, changes: dict[str, Any], expected: set[tuple[str, str]]
) -> None:
    tables = with_account(A1, **changes)
    built = collection(debtor_iban=debtor)
    said = set().union(*(judged(rule, built, tables=tables) for rule in payers.RULES))
    assert {(rule, code) for rule, code, _, _ in said} == expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        pytest.param("2026-04-08T10:30:00", False, id="before it takes effect"),
        pytest.param("2026-04-08T11:00:00", True, id="from the minute it takes effect"),
        pytest.param("2026-04-09T15:59:59", True, id="until its release"),
        pytest.param("2026-04-09T16:00:00", False, id="no more from its release"),
    ],
)
@pytest.mark.parametrize("zone", [True, False], ids=["with a zone", "without a zone"])
def test_a_block_counts_from_its_effect_to_its_release(moment: str, zone: bool, expected: bool) -> None:
    since, until = instant("2026-04-08T11:00:00"), instant("2026-04-09T16:00:00")
    if not zone:
        since, until = since.replace(tzinfo=None), until.replace(tzinfo=None)
    assert in_force(Block(since, None, until), instant(moment)) is expected
