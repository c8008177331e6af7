"""What costs a fee is told to the core system: once, as the letter says it, and only what the client caused."""

import csv
import datetime
import hashlib
import json
from pathlib import Path

import pytest

from sepa.model.fee import Charge, Fee
from sepa.model.journal import ReportDue
from sepa.pipeline.charges import charges_of, fee_list
from sepa.pipeline.home import open_home
from tests.pipeline.house import TUESDAY, House
from tests.tell.paper import read_back
from tools.sample_bank import A2, ABSENT, B1, CLOSED, HEIR, PATIENT, POOR, TRADER, order, transfers

A = "stavebniny"
EVENING = "2026-04-02T21:15"
WRONG = "SK0012000000198742637541"
"""An IBAN whose check digits are wrong: the client's mistake."""
MOMENT = datetime.datetime(2026, 4, 2, 10, tzinfo=datetime.UTC)
PRICES = {
    "edition": "2026-01",
    "valid_from": datetime.date(2026, 1, 1),
    "rejection": 105,
    "retry": 20,
    "unsettled_notice": 50,
    "order_copy": None,
    "recall": None,
}


@pytest.fixture
def priced(house: House) -> House:
    house.set_profile(
        prices=[PRICES, PRICES | {"edition": "2026-04", "valid_from": datetime.date(2026, 4, 7)}]
    )
    return house


def sent(house: House, account: str, iban: str = B1, amount: str = "10.00", name: str = "PAY") -> str:
    content = transfers(f"{name}-1", account, [order(name, amount, "Oceliareň", iban)], due="2026-04-02")
    return house.drop(A, f"{name}.xml", content)


def lists(house: House) -> list[Path]:
    return house.outbox("desk", "fees_*.csv")


def charged(house: House) -> list[tuple[str, ...]]:
    """Every line of every list: day, account, event, amount, edition, position of the order, rule."""
    return [
        (
            row["charged_on"],
            row["account"],
            row["event"],
            row["amount"],
            row["prices"],
            row["key"].split("-")[1],
            row["rule"],
        )
        for path in lists(house)
        for row in csv.DictReader(path.read_text("utf-8").splitlines(), delimiter=";")
    ]


def test_a_rejection_that_the_client_caused_is_listed_with_its_price(priced: House) -> None:
    key = sent(priced, TRADER, WRONG)
    priced.run()
    assert charged(priced) == [("2026-04-02", TRADER, "rejection", "1.05", "2026-01", "1", "IDN-01")]
    (path,) = lists(priced)
    beside = json.loads(path.with_name(f"{path.name}.manifest.json").read_text())
    assert (beside["kind"], beside["count"], beside["sum"]) == ("fees", 1, "1.05")
    assert beside["control"] == {"without_amount": 0}
    assert beside["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    (letter,) = [each for each in priced.published(key, "judged") if each.suffix == ".txt"]
    assert "1.05" in read_back(letter)


@pytest.mark.parametrize(
    ("account", "iban"),
    [
        pytest.param(TRADER, ABSENT, id="FEE-03 payee's bank takes no part"),
        pytest.param(TRADER, B1, id="nothing is wrong"),
        pytest.param(HEIR, WRONG, id="no letter, no fee"),
    ],
)
def test_where_nobody_is_to_pay_there_is_no_list(priced: House, account: str, iban: str) -> None:
    sent(priced, account, iban)
    priced.run()
    assert lists(priced) == []


def test_a_block_refused_as_a_whole_costs_once(priced: House) -> None:
    two = [order("E-1", "10.00", "Oceliareň", B1), order("E-2", "20.00", "Oceliareň", B1)]
    key = priced.drop(A, "x.xml", transfers("M-1", CLOSED, two))
    priced.run()
    whole = [letter for letter in charged(priced) if letter[5] == "B1"]
    assert charged(priced) == whole
    assert len(whole) == 1
    with priced.open() as home:
        assert "fee" in [event.what for event in home.journal.story(f"{key[:24]}-2")]


def test_an_unsettled_order_costs_its_notice_and_no_rejection(priced: House) -> None:
    """FEE-04: opt-in account, UNSETTLED -> one notice fee, no rejection fee."""
    sent(priced, POOR, amount="900.00")
    priced.run()
    priced.run(EVENING)
    assert charged(priced) == [("2026-04-02", POOR, "unsettled-notice", "0.50", "2026-01", "1", "FND-01")]


def test_without_the_agreement_on_notices_an_unsettled_order_costs_nothing(priced: House) -> None:
    priced.set_account(POOR, unsettled_notice="false")
    sent(priced, POOR, amount="900.00")
    priced.run()
    priced.run(EVENING)
    assert lists(priced) == []


def test_an_order_paid_on_a_later_day_costs_a_retry_by_that_day_s_prices(priced: House) -> None:
    """FND-07 n=5: due Thu 2026-04-02, cover on Tue 2026-04-07. FEE-01: the price of the day it is charged."""
    key = sent(priced, PATIENT, amount="60.00")
    priced.run()
    priced.run(EVENING)
    assert lists(priced) == []
    priced.set_account(PATIENT, balance="60.00")
    priced.run(TUESDAY)
    assert priced.states(key) == {"PAY": "paid"}
    assert charged(priced) == [("2026-04-07", PATIENT, "retry", "0.20", "2026-04", "1", "FND-07")]


def test_an_order_given_up_on_a_later_day_costs_the_retry_and_its_notice(priced: House) -> None:
    priced.set_account(PATIENT, unsettled_notice="true")
    sent(priced, PATIENT, amount="6000.00")
    priced.run()
    priced.run("2026-04-07T21:15")
    assert [(line[2], line[3]) for line in charged(priced)] == [
        ("retry", "0.20"),
        ("unsettled-notice", "0.50"),
    ]


@pytest.mark.parametrize(
    ("account", "settings", "instant"),
    [
        pytest.param(PATIENT, {}, "2026-04-02T15:30", id="FND-08 the same day is no retry"),
        pytest.param(POOR, {}, TUESDAY, id="no agreement: the bank missed the last window"),
        pytest.param(
            PATIENT, {"fees": {"retry": {"per": "agreement"}}}, TUESDAY, id="the agreement is charged"
        ),
    ],
)
def test_trying_again_that_costs_nothing(house: House, account: str, settings: dict, instant: str) -> None:
    house.set_profile(prices=[PRICES], **settings)
    key = sent(house, account, amount="900.00")
    house.run()
    house.set_account(account, balance="900.00")
    house.run(instant)
    assert house.states(key) == {"PAY": "paid"}
    assert lists(house) == []


def test_judged_again_and_refused_again_costs_no_second_fee(priced: House) -> None:
    priced.set_account(A2, closed_on="2026-03-01")
    key = sent(priced, TRADER, A2)
    priced.run()
    assert priced.states(key) == {"PAY": "rejected AC07 ACC-01"}
    once = charged(priced)
    assert [line[2:4] for line in once] == [("rejection", "1.05")]
    priced.set_account(A2, closed_on="", product="term-deposit", renewal_day="2026-05-15")
    priced.reprocess("judge-again", key=key)
    assert priced.states(key) == {"PAY": "rejected AG01 ACC-02"}
    assert charged(priced) == once
    (letter,) = [each for each in priced.published(key, "decision:") if each.suffix == ".txt"]
    assert "1.05" not in read_back(letter)


def test_refused_for_the_first_time_by_the_second_judgement_costs(priced: House) -> None:
    content = transfers("M-1", TRADER, [order("PAY", "10.00", "Domácnosť", A2)], due="2026-04-15")
    key = priced.drop(A, "x.xml", content)
    priced.run()
    priced.set_account(A2, closed_on="2026-03-01")
    priced.reprocess("judge-again", key=key)
    assert priced.states(key) == {"PAY": "rejected AC07 ACC-01"}
    assert [line[2:4] for line in charged(priced)] == [("rejection", "1.05")]


def test_a_second_run_lists_nothing_twice(priced: House) -> None:
    sent(priced, TRADER, WRONG)
    priced.run()
    before, digest = priced.bytes_of(), priced.digest()
    priced.run()
    assert (priced.bytes_of(), priced.digest()) == (before, digest)
    assert len(lists(priced)) == 1


def test_charges_are_kept_beside_memory_and_come_in_the_order_told(house: House) -> None:
    due = ReportDue("f" * 64, "judged", A, MOMENT)
    told = [
        Charge(
            f"f-{number}",
            TRADER,
            Fee("rejection", 105, "2026-01"),
            MOMENT.date(),
            "IDN-01",
            "f",
            "judged",
            MOMENT,
        )
        for number in range(2500)
    ]
    with open_home(house.root) as home, charges_of(home) as charges:
        assert fee_list(home, charges, due, MOMENT) == []
        for each in told:
            charges.add(each)
        listed, beside = fee_list(home, charges, due, MOMENT)
        assert charges.count == len(told)
        home.journal.published(charges)
        home.journal.published(charges)
        assert home.journal.charges(MOMENT.date()) == sorted(told, key=lambda each: each.key)
    lines = (house.root / listed.path).read_text().splitlines()
    assert [line.split(";")[6] for line in lines[1:]] == [each.key for each in told]
    assert json.loads((house.root / beside.path).read_text())["sum"] == "2625.00"
