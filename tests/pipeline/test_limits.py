"""Limits of a day over several files, in a real home: EB-04, SLO-04."""

from tests.pipeline.house import House
from tests.pipeline.test_settlement import one
from tools.sample_bank import A1, TRADER

HEADER = "partner,valid_from,per_order,per_day\n"
A_THOUSAND = "stavebniny,2026-04-01T08:00:00+02:00,,1000.00\n"
REFUSED = "rejected AM14 EB-04"


def limit(house: House, *lines: str) -> None:
    (house.root / "reference" / "limits.csv").write_text(HEADER + "".join(lines), "utf-8")


def transferred(house: House, name: str, amount: str, at: str, account: str = TRADER) -> str:
    """Have one order for 14 April come at an instant; what became of it."""
    key = one(house, account, amount, due="2026-04-14", name=name)
    house.run(at)
    return house.states(key)[name]


def test_a_limit_of_a_day_is_one_of_the_banking_day(house: House) -> None:
    limit(house, A_THOUSAND)
    assert transferred(house, "EVENING", "600.00", "2026-04-11T20:00") == "waiting"
    assert transferred(house, "NIGHT", "600.00", "2026-04-12T00:30") == REFUSED
    assert transferred(house, "REST", "400.00", "2026-04-12T00:31") == "waiting"
    assert transferred(house, "CENT", "0.01", "2026-04-13T21:00") == REFUSED
    assert transferred(house, "NEXT", "600.00", "2026-04-13T21:00:01") == "waiting"
    assert house.prove().faults == ()


def test_accounts_count_together_and_senders_alone(house: House) -> None:
    limit(house, A_THOUSAND)
    house.change_partner("stavebniny", accounts=["*"])
    assert transferred(house, "ONE", "600.00", "2026-04-08T09:00") == "waiting"
    assert transferred(house, "OTHER", "600.00", "2026-04-08T09:01", A1) == REFUSED


def test_what_came_before_the_limit_was_set_counts(house: House) -> None:
    assert transferred(house, "BEFORE", "600.00", "2026-04-08T09:00") == "waiting"
    limit(house, A_THOUSAND.replace("04-01T08", "04-08T10"))
    assert transferred(house, "STILL", "600.00", "2026-04-08T09:59:59") == "waiting"
    assert transferred(house, "AFTER", "0.01", "2026-04-08T10:00") == REFUSED


def test_judged_again_a_file_does_not_count_itself_nor_what_came_later(house: House) -> None:
    limit(house, A_THOUSAND, A_THOUSAND.replace("04-01T08", "04-08T10").replace("1000", "5000"))
    key = one(house, TRADER, "900.00", due="2026-04-14", name="EARLY")
    house.run("2026-04-08T09:00")
    assert transferred(house, "LATE", "3000.00", "2026-04-08T10:30") == "waiting"
    (again,) = house.reprocess("judge-again", "2026-04-08T12:00", key=key)
    assert again.moved == 0
    assert house.states(key) == {"EARLY": "waiting"}


def test_a_refused_order_is_taken_when_judged_again_with_a_higher_limit(house: House) -> None:
    limit(house, A_THOUSAND.replace("1000", "500"))
    key = one(house, TRADER, "600.00", due="2026-04-14", name="MORE")
    house.run("2026-04-08T09:00")
    assert house.states(key) == {"MORE": REFUSED}
    limit(house, A_THOUSAND)
    house.reprocess("judge-again", "2026-04-08T12:00", key=key)
    assert house.states(key) == {"MORE": "waiting"}
    assert transferred(house, "AGAIN", "400.01", "2026-04-08T13:00") == REFUSED
