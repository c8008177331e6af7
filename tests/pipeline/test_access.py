"""A sender's access is blocked: what it sent shortly before waits for a person, what it sends later is refused."""

from tests.pipeline.house import House
from tests.pipeline.test_settlement import one
from tools.sample_bank import TRADER

SENDER = "stavebniny"
BLOCK = "2026-04-02T10:00:00+02:00"


def test_a_block_at_ten(house: House) -> None:
    early = one(house, TRADER, "10.00", due="2026-04-07", name="EARLY")
    house.run("2026-04-01T09:30")
    shortly = one(house, TRADER, "20.00", due="2026-04-07", name="SHORTLY")
    house.claim("2026-04-02T09:30")
    house.change_partner(SENDER, blocked_at=BLOCK)
    later = one(house, TRADER, "30.00", due="2026-04-07", name="LATER")
    house.run("2026-04-02T10:05")
    assert house.states(early) == {"EARLY": "waiting"}
    assert house.states(shortly) == {"SHORTLY": "held DS0H EB-10"}
    assert house.status_report(shortly, "window").transactions == {"SHORTLY": "PDNG"}
    assert house.file(later).status == "RJCT"
    assert {(each.rule, each.code) for each in house.file(later).findings} == {("EB-10", "DS0H")}

    house.reprocess("release", "2026-04-02T12:00", key=shortly)
    house.run("2026-04-02T15:30")
    assert house.states(shortly) == {"SHORTLY": "waiting"}
    house.run("2026-04-07T08:30")
    assert house.states(early) == {"EARLY": "paid"}
    assert house.states(shortly) == {"SHORTLY": "paid"}
    assert house.prove().faults == ()


def test_what_waits_for_money_is_held_as_well(house: House) -> None:
    house.set_account(TRADER, balance="0.00", overdraft="0", retry_days="5")
    key = one(house, TRADER, "10.00", name="PAY")
    house.run("2026-04-02T09:30")
    assert house.states(key)["PAY"].startswith("pending-funds")
    house.change_partner(SENDER, blocked_at=BLOCK)
    house.run("2026-04-02T11:30")
    assert house.states(key) == {"PAY": "held DS0H EB-10"}


def test_what_came_during_a_block_that_was_told_too_late_is_refused_in_its_window(house: House) -> None:
    """The bank's tables learn at 11:00 that access was blocked at 10:00; files of 10:30 were judged meanwhile."""
    key = one(house, TRADER, "10.00", due="2026-04-07", name="LATE")
    passed = one(house, TRADER, "20.00", due="2026-04-07", name="OPENED")
    (house.root / "inbox" / SENDER / "OPENED.xml").rename(house.root / "later.xml")
    house.run("2026-04-02T10:30")
    (house.root / "later.xml").rename(house.root / "inbox" / SENDER / "OPENED.xml")
    house.run("2026-04-02T10:45")
    assert house.states(key) == {"LATE": "waiting"}
    house.change_partner(SENDER, blocked_at=BLOCK, unblocked_at="2026-04-02T10:45:00+02:00")
    house.run("2026-04-07T08:30")
    assert house.states(key) == {"LATE": "rejected DS0H EB-10"}
    assert house.states(passed) == {"OPENED": "paid"}


def test_what_came_during_the_block_and_a_person_released_since_is_paid(house: House) -> None:
    key = one(house, TRADER, "10.00", due="2026-04-07", name="LATE")
    house.run("2026-04-02T10:30")
    house.change_partner(SENDER, blocked_at=BLOCK)
    house.reprocess("hold", "2026-04-02T11:00", key=key)
    house.release("2026-04-02T12:00", key=key)
    house.run("2026-04-07T08:30")
    assert house.states(key) == {"LATE": "paid"}
