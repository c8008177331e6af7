"""Who may order what: by the bank's table of roles, under the name that is proven, and never one person for two."""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from sepa.model.journal import Act
from sepa.model.roles import RIGHTS, NotAllowed, Roles
from sepa.pipeline.correct import correct
from sepa.pipeline.purge import purge
from sepa.store.csv_table import ReferenceFault
from sepa.store.roles import load_roles
from tests.pipeline.house import House
from tools.sample_bank import A2, GOOD, TRADER, order, transfers

ROLES = {
    "roles": {"clerk": ["hold", "report-again", "release"], "officer": sorted({*RIGHTS} - {"for-others"})},
    "people": {
        "eva": ["clerk"],
        "jan": {"roles": ["clerk", "officer"], "also": ["jan.novak@bank", "Novák"]},
        "desk": {"roles": ["post-box", "officer"]},
        "guest": [],
    },
}
ROLES["roles"]["post-box"] = ["for-others"]


def give(house: House, table: dict[str, Any] | str = ROLES) -> None:
    text = table if isinstance(table, str) else yaml.safe_dump(table, allow_unicode=True)
    (house.root / "reference" / "roles.yaml").write_text(text, "utf-8")


@pytest.fixture
def roles(tmp_path: Path) -> Roles:
    (tmp_path / "roles.yaml").write_text(yaml.safe_dump(ROLES, allow_unicode=True), "utf-8")
    return load_roles(tmp_path)


# --- one name ---


def test_every_act_is_a_right() -> None:
    assert {*get_args(Act), "correct", "purge"} < set(RIGHTS)


@pytest.mark.parametrize(
    ("by", "whom", "act", "expected"),
    [
        ("eva", "", "hold", "eva"),
        ("eva", " EVA ", "hold", "eva"),
        ("jan", "Novák", "recall", "jan"),
        ("jan.novak@bank", "", "purge", "jan.novak@bank"),
        ("desk", "jan", "correct", "desk for jan"),
        ("desk", "jan.novak@bank", "correct", "desk for jan.novak@bank"),
        ("eva", "", "recall", "No role of eva"),
        ("eva", "jan", "hold", "No role of eva in reference/roles.yaml may order for others"),
        ("desk", "eva", "recall", "No role of eva in reference/roles.yaml may order recall"),
        ("desk", "nobody", "hold", "nobody stands in no line"),
        ("nobody", "", "hold", "nobody stands in no line"),
        ("nobody", "jan", "hold", "nobody stands in no line"),
        ("guest", "", "report-again", "No role of guest"),
    ],
)
def test_who_may(roles: Roles, by: str, whom: str, act: str, expected: str) -> None:
    if not expected.startswith("No role") and "no line" not in expected:
        assert roles.recorded(by, act, whom) == expected
        return
    with pytest.raises(NotAllowed, match=expected):
        roles.recorded(by, act, whom)


def test_to_order_for_others_is_no_right_to_the_act() -> None:
    only = Roles({"desk": frozenset({"for-others"}), "jan": frozenset({"hold"})})
    with pytest.raises(NotAllowed, match="No role of desk"):
        only.recorded("desk", "hold", "jan")


def test_without_a_table_everybody_may_and_both_are_recorded() -> None:
    assert Roles().recorded("root", "purge", "Eva") == "root for Eva"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("eva", "jan", False),
        ("desk for eva", "jan", False),
        ("desk for eva", "eva", True),
        ("desk for eva", "desk", True),
        ("desk for eva", "desk for jan", True),
        ("desk for eva", "box for eva", True),
        ("desk for eva", "box for jan", False),
        ("jan", "jan.novak@bank", True),
        ("desk FOR  Novák", "jan", True),
        ("JAN", "desk for Nova\u0301k", True),
        ("\uff25va", "eva", True),
        ("eva for jan for desk", "desk", True),
    ],
)
def test_one_person_is_never_two(roles: Roles, one: str, other: str, same: bool) -> None:
    assert roles.same_person(one, other) is same
    assert roles.same_person(other, one) is same


# --- the table ---


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("roles: {a: [hold]}", "the keys roles and people"),
        ("[]", "the keys roles and people"),
        ("", "the keys roles and people"),
        ("roles: []\npeople: {}", "a name for each line"),
        ("roles: {a: [pay]}\npeople: {}", "one of judge-again"),
        ("roles: {a: hold}\npeople: {}", "a list, of judge-again"),
        ("roles: {a: [hold]}\npeople: {eva: [b]}", "one of a"),
        ("roles: {a: [hold]}\npeople: {eva: a}", "a list, of a"),
        ("roles: {a: [hold]}\npeople: {eva: {role: [a]}}", "roles, and also"),
        ("roles: {a: [hold]}\npeople: {eva: {roles: [a], also: jan}}", "roles, and also"),
        ("roles: {a: [hold]}\npeople: {eva: {roles: [a], also: [EVA]}}", "a name of one person alone"),
        (
            "roles: {a: [hold]}\npeople: {eva: [a], jan: {roles: [a], also: [Eva]}}",
            "a name of one person alone",
        ),
        ("roles: {a: [hold]}\npeople: {eva: [], eva: [a]}", "line 2, column eva"),
        ("roles: {a: [hold], a: [purge]}\npeople: {}", "each key once"),
        ("roles: {a: [hold]}\npeople: {1: [a]}", "a name for each line"),
        ("roles: {", "YAML"),
        (b"\xff", "UTF-8"),
    ],
)
def test_a_wrong_table_gives_nobody_anything(tmp_path: Path, text: str | bytes, said: str) -> None:
    (tmp_path / "roles.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ReferenceFault, match=r"roles\.yaml") as fault:
        load_roles(tmp_path)
    assert said in str(fault.value)


# --- the acts ---


@pytest.fixture
def held(house: House) -> House:
    house.drop("stavebniny", "01.xml", GOOD)
    house.drop("stavebniny", "02.xml", transfers("GOOD-0002", TRADER, [order("E-1", "1.00", "X", A2)]))
    house.run("2026-04-02T09:00")
    return house


def purge_as(house: House, by: str) -> object:
    house.set_profile(records={"transaction_years": 1})
    with house.open() as home:
        at = house.at("2030-01-01T10:00")
        return purge(home, datetime.date(2026, 5, 1), by=by, reason="old", at=at, really=True)


def correct_as(house: House, by: str) -> object:
    with house.open() as home:
        key = next(each.key for each in house.all_orders() if each.route == "on-us" and each.state == "paid")
        at = house.at("2026-04-09T10:00")
        return correct(home, key, by=by, initiator="own_bank", code="DUPL", proof="x", at=at)


def act_as(act: Act) -> Callable[[House, str], object]:
    return lambda house, by: house.reprocess(act, by=by, partner="stavebniny", day=datetime.date(2026, 4, 2))


@pytest.mark.parametrize(
    "do",
    [pytest.param(act_as(act), id=act) for act in get_args(Act)]
    + [pytest.param(purge_as, id="purge"), pytest.param(correct_as, id="correct")],
)
def test_nothing_is_done_without_the_right_to_it(held: House, do: Callable[[House, str], object]) -> None:
    give(held)
    before = held.digest()
    for name in ("guest", "nobody"):
        with pytest.raises(NotAllowed):
            do(held, name)
    assert held.digest() == before
    do(held, "jan")
    assert held.digest() != before


def test_an_approval_for_another_does_not_make_one_person_two(house: House) -> None:
    """EYE-01: who presses the button, and in whose name, are both used up by the first word."""
    house.drop("stavebniny", "01.xml", GOOD)
    house.run("2026-04-02T09:00")
    house.drop("stavebniny", "02.xml", GOOD.replace("GOOD-0001", "GOOD-0002"))
    house.run()
    keys = [each.key for each in house.all_orders() if each.state == "held"]
    assert keys
    (first,) = house.reprocess("release", by="desk", for_whom="eva", key=keys[0])
    assert (first.approved, first.moved) == (1, 0)
    for by, whom in (("desk", "jan"), ("eva", ""), ("desk", ""), ("box", "Eva")):
        (again,) = house.reprocess("release", "2026-04-02T12:01", by=by, for_whom=whom, key=keys[0])
        assert (again.approved, again.moved) == (0, 0), (by, whom)
    (second,) = house.reprocess("release", "2026-04-02T12:02", by="jan", key=keys[0])
    assert second.moved == 1
    with house.open() as home:
        assert {each.by for each in home.journal.decisions(keys[0])} >= {"desk for eva", "jan"}


def test_two_names_of_one_person_are_one_where_the_table_says_so(house: House) -> None:
    house.drop("stavebniny", "01.xml", GOOD)
    house.run("2026-04-02T09:00")
    house.drop("stavebniny", "02.xml", GOOD.replace("GOOD-0001", "GOOD-0002"))
    house.run()
    give(house)
    (key, *_) = [each.key for each in house.all_orders() if each.state == "held"]
    house.reprocess("release", by="jan", key=key)
    (again,) = house.reprocess("release", "2026-04-02T12:01", by="jan.novak@bank", key=key)
    assert again.moved == 0
    (second,) = house.reprocess("release", "2026-04-02T12:02", by="eva", key=key)
    assert second.moved == 1
