"""Two different people release what one alone may not: by hold, by person, by what happened in between."""

from typing import Any

import pytest

from sepa.model.roles import Roles
from sepa.pipeline.acts import APPROVED_ALREADY
from sepa.rules.holds import needs_two, stopped
from tests.build import profile
from tests.pipeline.house import House
from tests.store.lines import finding
from tools.sample_bank import B1, GOOD, ONE, TRADER, order, transfers

A = "stavebniny"
LARGE = transfers("LARGE-1", TRADER, [order("REF-1", "100000.00", "Oceliareň", B1)], due="2026-04-07")
LESS = transfers("LESS-1", TRADER, [order("REF-1", "99999.99", "Oceliareň", B1)], due="2026-04-07")
LATER = "2026-04-02T12:30"


def eyes(house: House, **changes: Any) -> None:
    house.set_profile(four_eyes={"from_cents": 100_000_00, "repeats": True, "compliance": True} | changes)


def large(house: House) -> str:
    """An order of the very amount from which two people are asked."""
    key = house.drop(A, "large.xml", LARGE)
    house.run()
    return key


def twin(house: House) -> str:
    """A possible repeat."""
    house.drop(A, "01.xml", GOOD)
    key = house.drop(A, "02.xml", transfers("GOOD-0002", TRADER, ONE))
    house.run()
    return key


def stopped_by_a_person(house: House) -> str:
    key = house.drop(A, "less.xml", LESS)
    house.run()
    house.reprocess("hold", "2026-04-02T11:00", key=key, by="Eva")
    return key


HELD = {
    large: "held MS03 EYE-01",
    twin: "held AM05 BAT-04",
    stopped_by_a_person: "held MS03 HLD-10",
}
EACH = pytest.mark.parametrize("live", HELD, ids=lambda live: live.__name__)


def test_an_order_is_held_from_the_amount_on(house: House) -> None:
    eyes(house)
    key = house.drop(A, "less.xml", LESS)
    assert house.states(large(house)) == {"REF-1": "held MS03 EYE-01"}
    assert house.states(key) == {"REF-1": "waiting"}


@pytest.mark.parametrize("from_cents", [None, 100_000_01], ids=["no amount", "a cent more"])
def test_below_the_amount_nobody_is_asked(house: House, from_cents: int | None) -> None:
    eyes(house, from_cents=from_cents)
    assert house.states(large(house)) == {"REF-1": "waiting"}


@EACH
def test_the_first_approves_and_the_second_releases(house: House, live: Any) -> None:
    eyes(house)
    key = live(house)
    before = house.told()
    (first,) = house.reprocess("release", key=key, by="Eva")
    assert (first.moved, first.left, first.approved) == (0, 1, 1)
    assert first.sentence == (
        "0 orders released, 1 left as it was. "
        "1 stays held: approved by Eva, they wait for another person to release them."
    )
    assert house.states(key) == {"REF-1": HELD[live]}
    assert house.told() == before, "nothing is told of an approval"
    (second,) = house.reprocess("release", LATER, key=key, by="Jano")
    assert (second.moved, second.approved) == (1, 0)
    assert house.states(key) == {"REF-1": "waiting"}
    assert house.prove().faults == ()


@EACH
@pytest.mark.parametrize("name", ["Eva", " eva ", "EVA"])
def test_the_same_person_twice_is_refused(house: House, live: Any, name: str) -> None:
    eyes(house)
    key = live(house)
    house.reprocess("release", key=key, by="Eva")
    (again,) = house.reprocess("release", LATER, key=key, by=name)
    assert (again.moved, again.approved) == (0, 0)
    assert again.sentence.endswith(f"1 stays as they were: {APPROVED_ALREADY}")
    assert house.states(key) == {"REF-1": HELD[live]}


@EACH
def test_one_person_refuses(house: House, live: Any) -> None:
    eyes(house)
    key = live(house)
    assert house.reprocess("refuse", key=key)[0].moved == 1
    assert house.states(key) == {"REF-1": HELD[live].replace("held", "rejected")}


@pytest.mark.parametrize(
    ("live", "switch"),
    [
        pytest.param(twin, {"repeats": False}, id="repeats"),
        pytest.param(stopped_by_a_person, {"compliance": False}, id="compliance"),
    ],
)
def test_a_bank_may_let_one_person_release(house: House, live: Any, switch: dict[str, bool]) -> None:
    eyes(house, from_cents=None, **switch)
    assert house.reprocess("release", key=live(house))[0].moved == 1


def test_an_approval_counts_only_while_the_order_stands(house: House) -> None:
    """Refused, the order stays refused, and the word given before is spent."""
    key = twin(house)
    house.reprocess("release", key=key, by="Eva")
    house.reprocess("refuse", "2026-04-02T12:10", key=key, by="Eva")
    house.reprocess("judge-again", "2026-04-02T12:20", key=key, by="Eva")
    assert house.states(key) == {"REF-1": "rejected AM05 BAT-04"}
    (done,) = house.reprocess("release", LATER, key=key, by="Jano")
    assert (done.moved, done.approved) == (0, 0)


def test_of_a_file_each_order_goes_its_own_way(house: House) -> None:
    """One was approved by another before, one was not, one needs one person alone."""
    eyes(house, repeats=False)
    two = [order("BIG-1", "100000.00", "Oceliareň", B1), order("BIG-2", "200000.00", "Oceliareň", B1)]
    house.drop(A, "01.xml", transfers("FILE-1", TRADER, ONE))
    key = house.drop(A, "02.xml", transfers("FILE-2", TRADER, [*two, *ONE]))
    house.run()
    house.reprocess("release", key=f"{key[:24]}-2", by="Eva")
    (done,) = house.reprocess("release", LATER, key=key, by="Jano")
    assert (done.moved, done.left, done.approved) == (2, 1, 1)
    assert house.states(key) == {"BIG-1": "held MS03 EYE-01", "BIG-2": "waiting", "REF-1": "waiting"}


def test_the_story_and_the_days_report_show_who_is_waited_for(house: House) -> None:
    key = twin(house)
    house.reprocess("release", key=key, by="Eva")
    with house.open() as home:
        (approved,) = [each for each in home.journal.story(f"{key[:24]}-1") if each.what == "approved"]
    assert (approved.by, approved.detail) == ("Eva", {"waits_for": "another person"})
    (shown,) = house.prove().figures.approved
    assert (shown.key, shown.by, str(shown.at)) == (f"{key[:24]}-1", "Eva", "2026-04-02 12:00:00+02:00")
    page = next(path for path in house.close_day() if path.endswith(".html"))
    assert "čaká na druhú osobu" in (house.root / page).read_text("utf-8")
    house.reprocess("release", LATER, key=key, by="Jano")
    assert house.prove().figures.approved == ()
    with house.open() as home:
        (approved,) = [each for each in home.journal.story(f"{key[:24]}-1") if each.what == "approved"]
    assert (approved.by, approved.detail) == ("Eva", {})


@pytest.mark.parametrize(
    ("rule", "cents", "switches", "two"),
    [
        pytest.param("EYE-01", 1, {}, True, id="held by the amount of its day"),
        pytest.param("AAA-01", 100_00, {"from_cents": 100_00}, True, id="of the amount, whatever holds it"),
        pytest.param("AAA-01", 99_99, {"from_cents": 100_00}, False, id="a cent less"),
        pytest.param("AAA-01", None, {"from_cents": 100_00}, False, id="of no readable amount"),
        pytest.param("BAT-04", 1, {"repeats": True}, True, id="a repeat"),
        pytest.param("BAT-04", 1, {"compliance": True}, False, id="a repeat, one person"),
        pytest.param("HLD-01", 1, {"compliance": True}, True, id="compliance"),
        pytest.param("HLD-01", 1, {"repeats": True}, False, id="compliance, one person"),
    ],
)
def test_which_holds_two_people_release(rule: str, cents: int | None, switches: Any, two: bool) -> None:
    off = {"from_cents": None, "repeats": False, "compliance": False}
    bank = profile(**{f"four_eyes__{key}": value for key, value in (off | switches).items()})
    assert needs_two((finding(rule, effect="hold"),), cents, bank) is two


def test_a_remark_asks_nobody() -> None:
    assert not needs_two((finding("BAT-04", effect="warn"),), 1, profile())
    assert needs_two((finding("BAT-04", effect="warn"), stopped("E2E")), 1, profile())


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Eva", "eva", True),
        ("Eva  Malá", " eva malá", True),
        ("Eva Malá", "Eva Veľká", False),
        ("Ďuro", "ďuro", True),
    ],
)
def test_names_of_people(one: str, other: str, same: bool) -> None:
    assert Roles().same_person(one, other) is same
