"""The core system's day in a real home: DAT-07, CUT-11 and the working night of EB-04."""

import csv
from typing import Any

import pytest

from sepa.orchestration import steps
from sepa.pipeline.correct import correct
from sepa.pipeline.judge import judge_all
from tests.pipeline.house import House
from tests.pipeline.test_limits import A_THOUSAND, REFUSED, limit
from tools.sample_bank import A2, B1, POOR, TRADER, order, transfers

A = "stavebniny"
HEADER = "day,opened_at,closed_at\n"
WEDNESDAY = "2026-04-08,2026-04-08T03:05:00+02:00,2026-04-08T22:10:00+02:00\n"
OPEN = "2026-04-09,2026-04-09T03:02:00+02:00,\n"
CLOSED = "2026-04-09,2026-04-09T03:02:00+02:00,2026-04-09T21:40:00+02:00\n"
FRIDAY = "2026-04-10,2026-04-10T03:07:00+02:00,\n"


def core(house: House, *lines: str) -> None:
    (house.root / "reference" / "banking_days.csv").write_text(HEADER + "".join(lines), "utf-8")


def sent(
    house: House, iban: str, due: str, name: str = "PAY", amount: str = "10.00", account: str = TRADER
) -> str:
    content = transfers(f"{name}-1", account, [order(name, amount, "Oceliareň", iban)], due=due)
    return house.drop(A, f"{name}.xml", content)


def booked(house: House) -> set[tuple[str, str]]:
    found = set()
    for path in (house.root / "clearing" / "out").glob("bookings*.csv"):
        rows = csv.DictReader(path.read_text("utf-8").splitlines(), delimiter=";")
        found |= {(row["booking_date"], row["value_date"]) for row in rows}
    return found


def test_dat_07_a_run_after_midnight_books_under_the_core_systems_day(house: House) -> None:
    """Run started Fri 2026-04-10 00:40 while the core date is still Thu 2026-04-09."""
    core(house, WEDNESDAY, OPEN)
    key = sent(house, A2, "2026-04-09")
    abroad = sent(house, B1, "2026-04-09", "OUT")
    house.claim("2026-04-09T20:50")
    assert house.run("2026-04-10T00:40").sealed.paid == 2
    assert house.states(key) == {"PAY": "paid"}
    assert house.states(abroad) == {"OUT": "paid"}
    assert booked(house) == {("2026-04-09", "2026-04-09")}
    (bulk,) = house.clearing("pacs.008")
    assert "2026-04-10" in bulk.name, "Thursday's clearing is over, so banks settle on Friday"
    core(house, WEDNESDAY, CLOSED, FRIDAY)
    assert house.run("2026-04-10T00:40").sealed.paid == 0, "repeated, nothing is paid twice"
    assert house.prove().faults == ()


def test_dat_07_what_is_due_on_the_new_day_waits_for_it(house: House) -> None:
    core(house, OPEN)
    key = sent(house, A2, "2026-04-10")
    house.claim("2026-04-09T12:00")
    assert house.run("2026-04-10T00:40").sealed.paid == 0
    core(house, CLOSED, FRIDAY)
    assert house.run("2026-04-10T08:30").sealed.paid == 1
    assert house.states(key) == {"PAY": "paid"}


def test_dat_07_without_cover_on_a_working_night_it_is_final(house: House) -> None:
    core(house, OPEN)
    house.add_account_to_partner(A, POOR)
    key = sent(house, A2, "2026-04-09", amount="6000.00", account=POOR)
    house.claim("2026-04-09T12:00")
    house.run("2026-04-10T00:40")
    assert house.states(key)["PAY"].startswith("unsettled")


def test_dat_07_a_person_may_give_the_day(house: House) -> None:
    sent(house, A2, "2026-04-09")
    house.claim("2026-04-09T20:50")
    with house.open() as home:
        from sepa.pipeline.run import run

        day = house.at("2026-04-09T12:00").date()
        judge_all(home, home.journal.unjudged(), at=house.at("2026-04-09T20:50"))
        core(house, CLOSED)
        assert run(home, house.at("2026-04-10T00:40")).sealed.closed
        assert run(home, house.at("2026-04-10T00:40"), banking_day=day).sealed.paid == 1
    assert booked(house) == {("2026-04-09", "2026-04-09")}


def test_cut_11_a_file_of_the_night_is_kept_acknowledged_and_judged_after_the_signal(house: House) -> None:
    """File at Thu 2026-04-09 23:10: RCVD at once; validated and dated Fri 2026-04-10 after day-open."""
    core(house, CLOSED)
    key = sent(house, B1, "2026-04-09")
    ran = house.run("2026-04-09T23:10")
    assert (len(ran.deliveries), len(ran.judged), ran.sealed.closed) == (1, 0, True)
    (receipt,) = house.outbox(A, "receipt_*")
    assert "2026" in receipt.read_text("utf-8")
    assert len(house.run("2026-04-10T03:06").judged) == 0, (
        "03:00 has passed, the core system has said nothing"
    )
    assert house.outbox(A, "receipt_*") == [receipt], "told once"
    core(house, CLOSED, FRIDAY)
    assert len(house.run("2026-04-10T03:07").judged) == 1
    (only,) = house.orders(key)
    assert str(only.booking_date) == "2026-04-10"
    assert only.state == "paid"


@pytest.mark.parametrize(
    ("instant", "paid"),
    [
        ("2026-04-09T21:39:59", 1),
        ("2026-04-09T21:40", 0),
        ("2026-04-10T03:00", 0),
        ("2026-04-10T03:06:59", 0),
    ],
)
def test_cut_11_between_day_end_and_the_signal_nothing_is_posted(
    house: House, instant: str, paid: int
) -> None:
    core(house, CLOSED, FRIDAY)
    sent(house, A2, "2026-04-09")
    house.claim("2026-04-09T20:50")
    with house.open() as home:
        judge_all(home, home.journal.unjudged(), at=house.at("2026-04-09T20:50"))
    assert house.run(instant).sealed.paid == paid


def test_cut_11_the_dags_judge_and_settle_nothing_at_night(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEPA_HOME", str(house.root))
    core(house, CLOSED)
    sent(house, A2, "2026-04-09")
    at = house.at("2026-04-09T23:10")
    assert steps.claim_files(at) == {"runs": [], "left_undone": ""}
    assert steps.seal_window(at) == {"bulks": 0, "paid": 0, "unpaid": 0}
    core(house, CLOSED, FRIDAY)
    (run,) = steps.claim_files(house.at("2026-04-10T03:10"))["runs"]
    steps.judge_files(run["conf"]["file_keys"], house.at("2026-04-10T03:10"))
    assert steps.seal_window(house.at("2026-04-10T08:30"))["paid"] == 1


def test_dat_07_the_dags_book_under_the_core_systems_day(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEPA_HOME", str(house.root))
    core(house, OPEN)
    sent(house, A2, "2026-04-09")
    (run,) = steps.claim_files(house.at("2026-04-09T20:50"))["runs"]
    steps.judge_files(run["conf"]["file_keys"], house.at("2026-04-09T20:50"))
    assert steps.seal_window(house.at("2026-04-10T00:40"))["paid"] == 1
    steps.publish_bulks(house.at("2026-04-10T00:40"))
    assert booked(house) == {("2026-04-09", "2026-04-09")}


def test_eb_04_on_a_working_night_the_banking_date_is_unchanged(house: House) -> None:
    """Limit EUR 1,000: EUR 600 at 20:00 and EUR 600 at 00:30 with the banking date unchanged."""
    limit(house, A_THOUSAND)
    core(house, OPEN)
    first = sent(house, B1, "2026-04-14", "EVENING", "600.00")
    house.run("2026-04-09T20:00")
    second = sent(house, B1, "2026-04-14", "NIGHT", "600.00")
    house.run("2026-04-10T00:30")
    assert house.states(first) == {"EVENING": "waiting"}
    assert house.states(second) == {"NIGHT": REFUSED}
    assert "2026-04-09" in str(house.orders(second)[0].findings[0].message.values.values())
    core(house, CLOSED, FRIDAY)
    third = sent(house, B1, "2026-04-14", "MORNING", "600.00")
    house.run("2026-04-10T09:00")
    assert house.states(third) == {"MORNING": "waiting"}


@pytest.mark.parametrize(
    ("instant", "day"), [("2026-04-09T20:00", "2026-04-09"), ("2026-04-09T23:10", "2026-04-10")]
)
def test_a_correction_of_the_night_is_booked_under_the_next_day(house: House, instant: str, day: str) -> None:
    core(house, WEDNESDAY, CLOSED)
    key = sent(house, A2, "2026-04-08")
    house.run("2026-04-08T10:00")
    asked: dict[str, Any] = {"initiator": "own_bank", "code": "DUPL", "proof": "case 7"}
    with house.open() as home:
        for by in ("Eva", "Ján"):
            correct(home, f"{key[:24]}-1", by=by, at=house.at(instant), **asked)
        correction = home.journal.correction(f"{key[:24]}-1")
    assert correction is not None
    assert str(correction.booking_date) == day
