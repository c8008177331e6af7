"""What is booked at once between two windows: CUT-07, EXE-08, BAT-05, NSP-04."""

import pytest

from sepa.orchestration import steps, terms
from sepa.pipeline.settle import Sealed, seal_window
from tests.pipeline.house import House
from tools.sample_bank import A2, B1, POOR, TRADER, collection, collections, order, transfers

A = "stavebniny"
MARK = "<CtgyPurp><Prtry>EXPRESS</Prtry></CtgyPurp>"


def marked(content: str, mark: str = MARK) -> str:
    return content.replace("</SvcLvl></PmtTpInf>", f"</SvcLvl>{mark}</PmtTpInf>")


def sent(
    house: House,
    *ibans: str,
    mark: str = MARK,
    account: str = TRADER,
    name: str = "PAY",
    amount: str = "10.00",
) -> str:
    made = [order(f"{name}-{number}", amount, "Oceliareň", iban) for number, iban in enumerate(ibans, 1)]
    return house.drop(A, f"{name}.xml", marked(transfers(name, account, made, due="2026-04-09"), mark))


def at_once(house: House, instant: str) -> Sealed:
    """What the DAG of judging does: claim and judge, then book what is booked at once."""
    from sepa.pipeline.judge import judge_all

    house.claim(instant)
    with house.open() as home:
        at = house.at(instant)
        judge_all(home, home.journal.unjudged(), at=at)
        return seal_window(home, at, express=True)


@pytest.fixture
def express(house: House) -> House:
    house.set_profile(batch={"express_marker": "!EXPRESS"})
    return house


def test_cut_07_marked_and_on_us_is_booked_the_same_evening(express: House) -> None:
    """A1 to A2, express flag, 20:55: booked the same evening with today's banking date."""
    key = sent(express, A2)
    sealed = at_once(express, "2026-04-09T20:55")
    assert sealed.paid == 1
    with express.open() as home:
        (bulk,) = [home.journal.bulk(each) for each in sealed.bulks]
    assert bulk is not None
    assert (bulk.kind, str(bulk.settlement_date)) == ("on-us", "2026-04-09")
    assert express.states(key) == {"PAY-1": "paid"}


def test_bat_05_of_a_marked_block_only_what_stays_in_the_house_is_booked_at_once(express: House) -> None:
    """Express block with A1 to A2 and A1 to B1: A2 credited at once, B1 in the next clearing file."""
    key = sent(express, A2, B1)
    at_once(express, "2026-04-09T10:05")
    assert express.states(key) == {"PAY-1": "paid", "PAY-2": "waiting"}
    express.run("2026-04-09T11:30")
    assert express.states(key) == {"PAY-1": "paid", "PAY-2": "paid"}
    assert express.prove().faults == ()


def test_exe_08_in_the_next_run_or_at_once_as_the_profile_says(house: House) -> None:
    """A1 to A2 in a file at 10:05, next run 11:00: booked at 11:00 the same day."""
    first = sent(house, A2, mark="", name="ONE")
    assert at_once(house, "2026-04-09T10:05").paid == 0
    assert house.states(first) == {"ONE-1": "waiting"}
    assert house.run("2026-04-09T11:00").sealed.paid == 1
    house.set_profile(execution={"on_us_batch_mode": "immediate"})
    second = sent(house, A2, mark="", name="TWO")
    assert at_once(house, "2026-04-09T11:05").paid == 1
    assert house.states(second) == {"TWO-1": "paid"}


@pytest.mark.parametrize(
    "mark",
    [
        pytest.param("", id="BAT-05 no mark"),
        pytest.param("<CtgyPurp><Prtry>EXPRES</Prtry></CtgyPurp>", id="BAT-05 another mark"),
        pytest.param("<CtgyPurp><Cd>SALA</Cd></CtgyPurp>", id="BAT-05 a code"),
    ],
)
def test_what_is_not_marked_waits(express: House, mark: str) -> None:
    key = sent(express, A2, mark=mark)
    assert at_once(express, "2026-04-09T10:05").paid == 0
    assert express.states(key) == {"PAY-1": "waiting"}


def test_a_collection_waits_for_its_window(house: House) -> None:
    house.set_profile(execution={"on_us_batch_mode": "immediate"})
    content = collections("DD-1", [("RCUR", "2026-04-09", [collection("OWN", "64.20", A2, "MND-2026-001")])])
    key = house.drop("vzorova-banka", "c.xml", content)
    at_once(house, "2026-04-02T10:05")
    assert at_once(house, "2026-04-09T10:05").paid == 0
    assert house.run("2026-04-09T11:30").sealed.paid == 1
    assert house.states(key) == {"OWN": "paid"}


def test_an_ordinary_window_takes_no_notice_of_an_express_one(express: House) -> None:
    """One that was planned for 10:00 and runs late is not overtaken by what was booked at once at 10:05."""
    plain = sent(express, B1, mark="", name="PLAIN")
    express.claim("2026-04-09T09:50")
    sent(express, A2)
    assert at_once(express, "2026-04-09T10:05").paid == 1
    late = express.run("2026-04-09T10:00").sealed
    assert (late.overtaken, late.paid) == (False, 1)
    assert express.states(plain) == {"PLAIN-1": "paid"}


def test_an_ordinary_window_of_the_same_instant_still_counts(express: House) -> None:
    sent(express, A2)
    assert at_once(express, "2026-04-09T11:30").paid == 1
    sent(express, B1, mark="", name="PLAIN")
    express.run("2026-04-09T11:30")
    assert express.run("2026-04-09T11:00").sealed.overtaken
    assert at_once(express, "2026-04-09T11:00").overtaken


def test_without_cover_it_waits_for_the_next_window(express: House) -> None:
    express.add_account_to_partner(A, POOR)
    key = sent(express, A2, account=POOR, amount="6000.00")
    assert at_once(express, "2026-04-09T10:05").unpaid == 1
    assert express.states(key)["PAY-1"].startswith("pending-funds")
    express.set_account(POOR, balance="10000.00")
    express.run("2026-04-09T11:30")
    assert express.states(key)["PAY-1"] == "paid"


def test_at_night_nothing_is_booked_at_once(express: House) -> None:
    days = "day,opened_at,closed_at\n2026-04-09,2026-04-09T03:02:00+02:00,2026-04-09T21:40:00+02:00\n"
    (express.root / "reference" / "banking_days.csv").write_text(days, "utf-8")
    key = sent(express, A2)
    assert at_once(express, "2026-04-09T21:40").closed
    assert express.states(key)["PAY-1"].startswith("waiting")


def test_the_dag_of_judging_books_and_writes_the_bookings(
    express: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEPA_HOME", str(express.root))
    key = sent(express, A2, B1)
    at = express.at("2026-04-09T10:05")
    (run,) = steps.claim_files(at)["runs"]
    steps.judge_files(run["conf"]["file_keys"], at)
    assert steps.book_at_once(at) == 1
    assert steps.book_at_once(at) == 0, "cleared and run again, it books nothing twice"
    assert len(list((express.root / "clearing" / "out").glob("bookings*.csv"))) == 1
    assert steps.publish_reports(at)
    assert express.states(key) == {"PAY-1": "paid", "PAY-2": "waiting"}


def test_a_planned_window_of_another_version_does_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEPA_HOME", str(house.root))
    house.set_profile(
        "profile-2026-07.yaml",
        profile={"effective_from": "2026-07-01"},
        clearing={"windows": ["09:00:00", "21:15:00"]},
    )
    house.set_profile()
    assert terms.window_crons() == ["30 8 * * *", "0 9 * * *", "30 11 * * *", "30 15 * * *", "15 21 * * *"]
    sent(house, A2, mark="")
    house.claim("2026-04-09T08:00")
    with house.open() as home:
        from sepa.pipeline.judge import judge_all

        judge_all(home, home.journal.unjudged(), at=house.at("2026-04-09T08:00"))
    assert steps.seal_window(house.at("2026-04-09T09:00"), scheduled=True)["paid"] == 0
    assert steps.seal_window(house.at("2026-04-09T09:00"))["paid"] == 1, "by hand at any hour"
    sent(house, A2, mark="", name="TWO")
    house.claim("2026-04-09T10:00")
    with house.open() as home:
        judge_all(home, home.journal.unjudged(), at=house.at("2026-04-09T10:00"))
    assert steps.seal_window(house.at("2026-04-09T11:30"), scheduled=True)["paid"] == 1
