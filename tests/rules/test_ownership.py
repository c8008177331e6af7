"""HLD-03, HLD-04, HLD-08, SC-09, SWI-01: whose money, who orders, stops of the bank, consumers, switched accounts."""

import datetime
from typing import Any

import msgspec
import pytest

from sepa.model.compliance import Declaration, Stop, Switch
from sepa.model.message import Party, PaymentType
from sepa.model.profile import DatedCents, cents_on
from sepa.model.reference import Reference
from sepa.rules import ownership, stops, switching
from sepa.scheme.name_key import name_key
from tests.build import (
    A1,
    A2,
    A6,
    B1,
    C1,
    OTP,
    Built,
    accounts,
    case,
    collection,
    dating,
    instant,
    judged,
    profile,
    reference,
    transfer,
)
from tests.test_decide import judge
from tests.test_settle import collected, fate, on_us, payment, run, tables

OTHER = Party(name="Cudzia Osoba")
HELD = {("HLD-03", "RR04", "ultimate_debtor.name", "hold")}


def declared(owner: str = "Cudzia Osoba", iban: str = A1, **days: Any) -> Reference:
    facts = {"valid_from": datetime.date(2026, 1, 1)} | days
    return reference(declarations={iban: (Declaration(iban, name_key(owner), **facts),)})


@pytest.mark.parametrize(
    ("built", "known", "expected"),
    [
        pytest.param(transfer(amount="14999.99", ultimate_debtor=OTHER), None, set(), id="HLD-03 14,999.99"),
        pytest.param(transfer(amount="15000.00", ultimate_debtor=OTHER), None, HELD, id="HLD-03 15,000.00"),
        pytest.param(transfer(amount="15000.00"), None, set(), id="no ultimate debtor"),
        pytest.param(
            transfer(amount="15000.00", ultimate_debtor=Party(name="NOVÁKOVÁ, Jana")), None, set(),
            id="the owner, written otherwise",
        ),
        pytest.param(transfer(amount="15000.00", ultimate_debtor=Party()), None, HELD, id="nobody named"),
        pytest.param(transfer(amount="15000.00", ultimate_debtor=OTHER), declared(), set(), id="declared"),
        pytest.param(
            transfer(amount="15000.00", ultimate_debtor=OTHER), declared("Niekto Iny"), HELD, id="of another"
        ),
        pytest.param(
            transfer(amount="15000.00", ultimate_debtor=OTHER), declared(iban=A2), HELD, id="for another account"
        ),
        pytest.param(
            transfer(amount="15000.00", ultimate_debtor=OTHER),
            declared(valid_from=datetime.date(2026, 4, 3)), HELD, id="from the day after",
        ),
        pytest.param(
            transfer(amount="15000.00", ultimate_debtor=OTHER),
            declared(valid_until=datetime.date(2026, 4, 1)), HELD, id="to the day before",
        ),
        pytest.param(
            transfer(amount="15000.00", ultimate_debtor=OTHER),
            declared(valid_until=datetime.date(2026, 4, 2)), set(), id="to the day itself",
        ),
        pytest.param(
            collection(amount="15000.00", debtor_iban=B1, ultimate_debtor=OTHER), None, set(),
            id="a payer at another bank",
        ),
        pytest.param(collection(amount="15000.00", ultimate_debtor=OTHER), None, HELD, id="a payer of ours"),
    ],
)  # fmt: skip
def test_whose_money(built: Built, known: Reference | None, expected: set[Any]) -> None:
    assert judged(ownership.own_funds, built, tables=known or reference()) == expected


def test_the_threshold_is_that_of_the_day() -> None:
    day = datetime.date
    amounts = (
        DatedCents(valid_from=day(2015, 1, 1), cents=2),
        DatedCents(valid_from=day(2020, 1, 1), cents=1),
    )
    assert [cents_on(amounts, day(year, 1, 1)) for year in (2014, 2019, 2020)] == [2, 2, 1]


UNKNOWN = accounts() | {A1: msgspec.structs.replace(accounts()[A1], identification_refused=True)}


@pytest.mark.parametrize(
    ("rule", "built", "found"),
    [
        pytest.param(ownership.owner_identified, transfer(), True, id="HLD-04 a transfer"),
        pytest.param(ownership.owner_identified, transfer(debtor_iban=A2), False, id="another owner"),
        pytest.param(ownership.owner_identified, collection(creditor_iban=A1), True, id="who collects"),
        pytest.param(ownership.payer_identified, collection(), True, id="a payer"),
        pytest.param(ownership.payer_identified, collection(debtor_iban=A2), False, id="another payer"),
    ],
)
def test_no_identification_no_payment(rule: Any, built: Built, found: bool) -> None:
    said = judged(rule, built, tables=reference(accounts=UNKNOWN))
    assert {(each[0], each[1], each[3]) for each in said} == (
        {("HLD-04", "RR04", "reject")} if found else set()
    )


# --- consumers ---

CONSUMER, BUSINESS = accounts(), accounts() | {
    A1: msgspec.structs.replace(accounts()[A1], consumer=False)
}  # fmt: skip
REJECTING = profile(accounts__business_use_of_consumer_account="reject")


def salaries(purpose: str, at: Any = "block") -> Built:
    kind = PaymentType(service_level="SEPA", category_purpose=purpose)
    orders = [{"end_to_end_id": f"E-{number}", "payment_type_at": at} for number in range(400)]
    return transfer(*orders, payment_type=kind, block={} if at == "block" else {"payment_type": None})


@pytest.mark.parametrize(
    ("built", "desk", "outcome", "remarks"),
    [
        pytest.param(salaries("SALA"), {}, "accepted", 1, id="SC-09 400 salaries, flagged once"),
        pytest.param(salaries("SALA"), {"bank": REJECTING}, "rejected", 1, id="SC-09 refused"),
        pytest.param(salaries("PENS"), {"bank": REJECTING}, "accepted", 0, id="a pension"),
        pytest.param(
            salaries("SALA"), {"bank": REJECTING, "tables": reference(accounts=BUSINESS)}, "accepted", 0,
            id="an account for a business",
        ),
        pytest.param(salaries("SUPP", "transaction"), {}, "accepted", 400, id="said by each order"),
        pytest.param(
            salaries("SUPP", "transaction"), {"bank": REJECTING}, "rejected", 400, id="each order refused"
        ),
    ],
)  # fmt: skip
def test_business_on_a_consumers_account(
    built: Built, desk: dict[str, Any], outcome: str, remarks: int
) -> None:
    verdicts, file = judge(built, **desk)
    [block] = file.blocks
    said = [each for each in block.findings if each.rule == "SC-09"]
    said += [each for verdict in verdicts for each in verdict.findings if each.rule == "SC-09"]
    assert {verdict.outcome for verdict in verdicts} == {outcome}
    assert [each.code for each in said] == ["AG01"] * remarks


# --- stops of the whole bank ---


def stop(scope: Any = "all", **changes: Any) -> Reference:
    facts = {"since": instant("2026-04-01T00:00"), "decided_by": "supervisor"} | changes
    return reference(stops=(Stop(scope, **facts),))


LONG_AGO = {"since": instant("2026-03-03T10:00"), "decided_by": "administrator"}


@pytest.mark.parametrize(
    ("built", "known", "held"),
    [
        pytest.param(transfer(), stop(), True, id="HLD-08 all"),
        pytest.param(transfer(), stop("debits"), True, id="debits"),
        pytest.param(transfer(creditor_iban=C1), stop("cross_border"), True, id="HLD-08 A1 to C1"),
        pytest.param(transfer(), stop("cross_border"), False, id="HLD-08 A1 to B1"),
        pytest.param(
            collection(debtor_iban=B1, creditor_iban=A1), stop("debits"), False, id="no debit of ours"
        ),
        pytest.param(collection(debtor_iban=B1, creditor_iban=A1), stop(), True, id="all, no debit"),
        pytest.param(collection(creditor_iban=C1), stop("cross_border"), True, id="collected from abroad"),
        pytest.param(transfer(), stop(since=instant("2026-04-03T00:00")), False, id="from the day after"),
        pytest.param(transfer(), stop(since=instant("2026-04-02T23:00")), True, id="late on the day"),
        pytest.param(transfer(), stop(until=instant("2026-04-02T10:00")), False, id="over when it came"),
        pytest.param(transfer(), stop(until=instant("2026-04-02T10:00:01")), True, id="a second longer"),
        pytest.param(transfer(), stop(**LONG_AGO), False, id="an administrator's, after 30 days"),
        pytest.param(
            transfer(), stop(**LONG_AGO | {"since": instant("2026-03-03T12:00")}), True, id="within 30 days"
        ),
        pytest.param(
            transfer(), stop(**LONG_AGO | {"decided_by": "state"}), True, id="a state's has no such end"
        ),
    ],
)
def test_a_stop_holds(built: Built, known: Reference, held: bool) -> None:
    said = judged(stops.whole_bank, built, tables=known, days=dating("2026-04-02"))
    assert said == ({("HLD-08", "MS03", "end_to_end_id", "hold")} if held else set())


@pytest.mark.parametrize(
    ("due", "scope", "ends"),
    [
        pytest.param(payment(), "all", "held HLD-08 MS03", id="all"),
        pytest.param(payment(), "cross_border", "paid", id="A1 to B1"),
        pytest.param(payment(creditor_iban=C1), "cross_border", "held HLD-08 MS03", id="A1 to C1"),
        pytest.param(on_us(), "debits", "held HLD-08 MS03", id="on-us"),
        pytest.param(collected(creditor_iban=C1), "cross_border", "held HLD-08 MS03", id="collected abroad"),
        pytest.param(
            collected(route="clearing", debtor_iban=B1, creditor_iban=A1), "debits", "paid", id="forwarded"
        ),
        pytest.param(
            collected(route="clearing", debtor_iban=B1, creditor_iban=A1), "all", "held HLD-08 MS03",
            id="forwarded, all",
        ),
    ],
)  # fmt: skip
def test_in_a_window_a_stop_holds_what_it_names(due: Any, scope: str, ends: str) -> None:
    assert fate(run(due, known=tables(stops=stop(scope).stops))) == {1: ends}


def test_a_refusal_comes_before_a_stop() -> None:
    [refused] = ownership.identified(UNKNOWN[A1])
    known = tables(stops=stop().stops)
    assert fate(run(payment(), known=known, against={payment().key: refused})) == {1: "rejected HLD-04 RR04"}
    assert fate(run(collected(), known=known, against={payment().key: refused})) == {
        1: "not-executed HLD-04 RR04"
    }


# --- switched accounts ---


def switched(day: str, iban: str = A1) -> Reference:
    return reference(switches={iban: Switch(iban, datetime.date.fromisoformat(day))})


@pytest.mark.parametrize(
    ("rule", "built", "known", "found"),
    [
        pytest.param(switching.debtor_account_here, transfer(), switched("2026-04-02"), True, id="SWI-01"),
        pytest.param(switching.debtor_account_here, transfer(), switched("2026-04-03"), False, id="later"),
        pytest.param(
            switching.debtor_account_here, transfer(), switched("2026-04-02", A6), False, id="another"
        ),
        pytest.param(switching.payer_account_here, collection(), switched("2026-04-13"), True, id="a payer"),
        pytest.param(switching.payer_account_here, collection(), switched("2026-04-14"), False, id="in time"),
    ],
)
def test_what_comes_for_a_switched_account(rule: Any, built: Built, known: Reference, found: bool) -> None:
    said = judged(rule, built, tables=known)
    assert {each[:2] for each in said} == ({("SWI-01", "AC04")} if found else set())


def test_a_bank_may_let_consents_stand() -> None:
    bank = profile(switching__cancelled_items=["future_dated_orders"])
    assert (
        judged(switching.payer_account_here, collection(), tables=switched("2026-04-13"), bank=bank) == set()
    )
    assert case(collection(), bank=OTP).profile.switching.cancelled_items[2] == "dd_consents"
