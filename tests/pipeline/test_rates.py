"""Accounts in another currency: the rate of the final settlement, from the bank's table to its bookings (EXE-09)."""

import csv
from typing import Any

import pytest

from tests.pipeline.house import House
from tools.sample_bank import A3, B1, order, transfers

SHEET = """currency,valid_from,rate
USD,2026-04-02T09:00:00+02:00,1.0800
USD,2026-04-02T11:00:00+02:00,1.0900
"""
NINE, NOON, EVENING = "2026-04-02T09:05", "2026-04-02T11:30", "2026-04-02T21:15"


def one(house: House, name: str, amount: str) -> str:
    content = transfers(f"{name}-1", A3, [order(name, amount, "Oceliareň", B1)], due="2026-04-02")
    return house.drop("stavebniny", f"{name}.xml", content)


def with_rates(house: House, sheet: str = SHEET, balance: str = "109.00") -> None:
    (house.root / "reference" / "rates.csv").write_text(sheet, "utf-8")
    house.set_account(A3, balance=balance)


def debits(house: House) -> list[tuple[str, ...]]:
    names = ("amount", "currency", "account_currency", "account_amount", "rate")
    rows = []
    for path in sorted((house.root / "clearing" / "out").glob("bookings*.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            rows += [row for row in csv.DictReader(lines, delimiter=";") if row["account"] == A3]
    return sorted(tuple(row[name] for name in names) for row in rows)


def story(house: House, key: str) -> list[dict[str, str]]:
    with house.open() as home:
        return [
            {"what": event.what} | event.detail
            for event in home.journal.story(f"{key[:24]}-1")
            if event.cause.startswith("window:")
        ]


def test_exe_09_1_0800_at_nine_and_1_0900_at_booking_is_booked_at_1_0900(house: House) -> None:
    with_rates(house)
    key = one(house, "PAY", "100.00")
    house.claim(NINE)
    assert house.run(NOON).sealed.paid == 1
    assert house.states(key) == {"PAY": "paid"}
    assert debits(house) == [("100.00", "EUR", "USD", "109.00", "1.0900")]
    posted = [each for each in story(house, key) if each["what"] == "posted"]
    assert [(each.get("in_its_currency"), each.get("rate")) for each in posted] == [
        ("USD 109.00", "1.0900"),
        (None, None),
    ]
    house.close_day()


@pytest.mark.parametrize(
    ("line", "amount", "rate"),
    [
        pytest.param(f"USD,2026-04-02T09:00:00+02:00,1.0500,,{A3}", "105.00", "1.0500", id="EXE-09 agreed"),
        pytest.param(
            f"USD,2026-04-02T09:00:00+02:00,1.0500,2026-04-02T11:30:01+02:00,{A3}",
            "105.00",
            "1.0500",
            id="EXE-09 agreed until a second later",
        ),
        pytest.param(
            f"USD,2026-04-02T09:00:00+02:00,1.0500,2026-04-02T11:30:00+02:00,{A3}",
            "109.00",
            "1.0900",
            id="EXE-09 agreed until now",
        ),
        pytest.param(
            f"GBP,2026-04-02T09:00:00+02:00,0.8500,,{A3}", "109.00", "1.0900", id="EXE-09 in pounds"
        ),
        pytest.param(
            f"USD,2026-04-02T09:00:00+02:00,1.0500,,{B1}", "109.00", "1.0900", id="EXE-09 for another account"
        ),
    ],
)
def test_exe_09_a_rate_agreed_for_an_account_comes_before_the_sheets(
    house: House, line: str, amount: str, rate: str
) -> None:
    head, *lines = SHEET.splitlines()
    with_rates(house, "\n".join((f"{head},until,iban", *(f"{each},," for each in lines), line)))
    key = one(house, "PAY", "100.00")
    house.claim(NINE)
    house.run(NOON)
    assert house.states(key) == {"PAY": "paid"}
    assert debits(house) == [("100.00", "EUR", "USD", amount, rate)]
    house.close_day()


def test_what_was_booked_at_an_earlier_rate_stays_as_it_was_booked(house: House) -> None:
    """USD 217.00: EUR 100.00 at 1.0800 take 108.00, and 109.00 are left for EUR 100.00 at 1.0900."""
    with_rates(house, balance="217.00")
    one(house, "FIRST", "100.00")
    house.run("2026-04-02T10:30")
    second = one(house, "SECOND", "100.00")
    house.run(NOON)
    assert house.states(second) == {"SECOND": "paid"}
    third = one(house, "THIRD", "0.01")
    house.claim("2026-04-02T12:00")
    house.run(EVENING)
    assert house.states(third) == {"THIRD": "unsettled AM04 FND-01"}
    assert [row[3:] for row in debits(house)] == [("108.00", "1.0800"), ("109.00", "1.0900")]


@pytest.mark.parametrize(
    ("sheet", "settings", "expected", "rate"),
    [
        pytest.param(SHEET, {}, "paid", None, id="EXE-09 USD 109.00 at 1.0900"),
        pytest.param(None, {}, "unsettled AM04 EXE-09", None, id="EXE-09 no table"),
        pytest.param(
            SHEET.replace("USD", "GBP"), {}, "unsettled AM04 EXE-09", None, id="EXE-09 no rate for dollars"
        ),
        pytest.param(
            SHEET,
            {"fx": {"funds_check_margin_per_mille": 1}},
            "unsettled AM04 FND-01",
            "1.0900",
            id="EXE-09 a thousandth on top is not covered",
        ),
    ],
)
def test_cover_in_another_currency(
    house: House, sheet: str | None, settings: dict[str, Any], expected: str, rate: str | None
) -> None:
    with_rates(house, sheet or "")
    if sheet is None:
        (house.root / "reference" / "rates.csv").unlink()
    if settings:
        house.set_profile(**settings)
    key = one(house, "PAY", "100.00")
    house.claim(NINE)
    house.run(EVENING)
    assert house.states(key) == {"PAY": expected}
    told = next(each for each in story(house, key) if each["what"] == expected.split()[0])
    assert told.get("rate") == rate


def test_slo_01_an_order_unsettled_under_enforcement_names_the_snapshot_of_its_window(house: House) -> None:
    house.run(NINE)
    key = one(house, "PAY", "100.00")
    house.claim(NINE)
    with_rates(house)
    house.set_account(A3, enforcement="true", balance="0.00")
    house.run(EVENING)
    with house.open() as home:
        digest = home.reference().digest
    (told,) = [each for each in story(house, key) if each["what"] == "unsettled"]
    assert told["reference_digest"] == digest
