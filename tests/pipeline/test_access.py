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
