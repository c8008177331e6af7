"""What an operator orders: judge again, report again, release, refuse. Never a second payment."""

import datetime
from typing import Any

import pytest

from sepa.pipeline.judge import IncompleteReference
from sepa.pipeline.reprocess import DONE, NotFound
from tests.pipeline.house import DAY, THURSDAY, TUESDAY, House
from tools.sample_bank import (
    A1,
    ABSENT,
    B1,
    GOOD,
    HEIR,
    ONE,
    POOR,
    TRADER,
    order,
    transfers,
)

A = "stavebniny"
NOON, WINDOW = "2026-04-02T12:00", "2026-04-02T15:30"
FAR = transfers(
    "FAR-1", TRADER, [order("NEAR", "10.00", "Oceliareň", B1), order("FAR", "20.00", "Neznáma banka", ABSENT)]
)


def add_missing_bank(house: House) -> None:
    house.add_bank("VZORSKCCXXX", "SK", "9952")


@pytest.fixture
def far(house: House) -> str:
    """A file of two orders: one is paid, one refused because nobody knows its bank."""
    key = house.drop(A, "far.xml", FAR)
    house.run()
    assert house.states(key) == {"NEAR": "paid", "FAR": "rejected CNOR SC-05"}
    return key


@pytest.fixture
def held(house: House) -> str:
    """A file whose one order is held: the same order came before under another MsgId."""
    house.drop(A, "01.xml", GOOD)
    key = house.drop(A, "02.xml", transfers("GOOD-0002", TRADER, ONE))
    house.run()
    assert house.states(key) == {"REF-1": "held AM05 BAT-04"}
    return key


# --- judge again ---


@pytest.mark.parametrize(
    "subject",
    [
        pytest.param(lambda key: {"key": key}, id="by the file's key"),
        pytest.param(lambda key: {"key": key[:8]}, id="by the beginning of the file's key"),
        pytest.param(lambda key: {"key": f"{key[:24]}-2"}, id="by the order's key"),
        pytest.param(lambda key: {"partner": A, "day": DAY}, id="by partner and day"),
    ],
)
def test_the_missing_bank_is_added_and_the_order_is_paid_in_the_next_window(
    house: House, far: str, subject: Any
) -> None:
    near = house.orders(far)[0]
    add_missing_bank(house)
    (done,) = house.reprocess("judge-again", **subject(far))
    assert done.moved == 1
    assert house.states(far) == {"NEAR": "paid", "FAR": "waiting"}
    assert house.run(WINDOW).sealed.paid == 1
    assert house.states(far) == {"NEAR": "paid", "FAR": "paid"}
    assert house.orders(far)[0] == near
    assert house.prove().faults == ()


def test_judging_again_with_the_same_tables_changes_nothing(house: House, far: str) -> None:
    (done,) = house.reprocess("judge-again", key=far)
    assert (done.moved, done.left) == (0, 2)
    assert house.states(far) == {"NEAR": "paid", "FAR": "rejected CNOR SC-05"}


def test_an_order_judged_again_is_told_once_more_with_what_is_so_now(house: House, far: str) -> None:
    add_missing_bank(house)
    house.reprocess("judge-again", key=far)
    report = house.status_report(far, "decision:")
    assert report.transactions == {}
    assert report.counts("OrgnlGrpInfAndSts") == {"ACCP": 1, "ACSC": 1}
    assert not [path for path in house.published(far, "decision:") if path.parent.name == "notices"]


def test_an_incomplete_reference_judges_nothing_again(house: House, far: str) -> None:
    before = house.states(far)
    (house.root / "reference" / "participants.csv").unlink()
    with pytest.raises(IncompleteReference, match="participants"):
        house.reprocess("judge-again", key=far)
    assert house.states(far) == before


@pytest.mark.parametrize(
    ("xml", "fix", "was"),
    [
        pytest.param(
            transfers("BLOCK-1", A1, ONE),
            lambda house: house.add_account_to_partner(A, A1),
            "rejected",
            id="CT-09 the account joins the contract",
        ),
        pytest.param(
            transfers("BLOCK-2", HEIR, ONE),
            lambda house: house.set_account(HEIR, owner_died_on=""),
            "rejected",
            id="ACC-10 the owner lives after all",
        ),
    ],
)
def test_a_block_refused_as_a_whole_is_judged_again(house: House, xml: str, fix: Any, was: str) -> None:
    """What is told then names the state of its orders, not the old refusal of the block."""
    key = house.drop(A, "block.xml", xml)
    house.run()
    assert house.states(key) == {"REF-1": was}
    assert house.status_report(key).blocks == ["RJCT"]
    fix(house)
    house.reprocess("judge-again", key=key)
    assert house.states(key) == {"REF-1": "waiting"}
    report = house.status_report(key, "decision:")
    assert (report.group, report.blocks, report.codes) == ("ACCP", ["ACCP"], [])
    house.run(WINDOW)
    assert house.states(key) == {"REF-1": "paid"}
    report = house.status_report(key, "window:")
    assert (report.group, report.blocks) == ("ACSC", ["ACSC"])
    assert house.prove().faults == ()


def test_a_sender_who_gets_a_contract_is_judged_again(house: House) -> None:
    key = house.drop("novy-partner", "file.xml", transfers("NEW-1", TRADER, ONE))
    house.run()
    assert house.status_report(key).group == "RJCT"
    path = house.root / "reference" / "partners.yaml"
    path.write_text(
        path.read_text("utf-8") + f"  - id: novy-partner\n    name: Nový partner\n    accounts: [{TRADER}]\n",
        "utf-8",
    )
    house.reprocess("judge-again", key=key)
    assert house.states(key) == {"REF-1": "waiting"}
    assert house.status_report(key, "decision:").group == "ACCP"
    house.run(WINDOW)
    assert house.status_report(key, "window:").group == "ACSC"


def test_of_a_refused_block_one_order_alone_is_judged_again(house: House) -> None:
    """Its neighbour stays refused, and is now named with the reason that its block was refused for."""
    key = house.drop(A, "two.xml", transfers("TWO-1", HEIR, [*ONE, order("REF-2", "5.00", "Oceliareň", B1)]))
    house.run()
    house.set_account(HEIR, owner_died_on="")
    house.reprocess("judge-again", key=f"{key[:24]}-1")
    report = house.status_report(key, "decision:")
    assert (report.group, report.blocks, report.codes) == ("PART", ["PART"], ["AC06"])
    assert report.transactions == {"REF-2": "RJCT"}


@pytest.mark.parametrize("subject", ["file", "order"])
def test_what_a_person_refused_is_not_judged_again(house: House, subject: str) -> None:
    """It was held as a possible repeat, and no later judgement brings it back."""
    house.drop(A, "01.xml", GOOD)
    key = house.drop(A, "02.xml", transfers("GOOD-0002", TRADER, ONE))
    house.run()
    asked = key if subject == "file" else f"{key[:24]}-1"
    house.reprocess("refuse", key=asked)
    (done,) = house.reprocess("judge-again", "2026-04-02T12:30", key=key)
    assert (done.moved, "A person refused" in done.sentence) == (0, True)
    assert house.states(key)["REF-1"].startswith("rejected")


def test_an_unsettled_order_is_never_revived(house: House) -> None:
    key = house.drop(A, "poor.xml", transfers("POOR-1", POOR, [order("LACK", "900.00", "Oceliareň", B1)]))
    house.run()
    house.run("2026-04-02T21:15")
    assert house.states(key) == {"LACK": "unsettled AM04 FND-01"}
    house.set_account(POOR, balance="100000.00")
    for act in ("judge-again", "release", "refuse"):
        (done,) = house.reprocess(act, key=f"{key[:24]}-1", reason=act)
        assert done.moved == 0
    house.run(TUESDAY)
    assert house.states(key) == {"LACK": "unsettled AM04 FND-01"}


def test_a_file_that_was_never_a_message_has_nothing_to_judge(house: House) -> None:
    key = house.drop(A, "cut.xml", GOOD[:500])
    house.run()
    (done,) = house.reprocess("judge-again", key=key)
    assert (done.moved, done.left) == (0, 0)
    assert "refused as a whole" in done.sentence


# --- release and refuse ---


def test_a_released_order_is_paid_once_whatever_is_repeated(house: House, held: str) -> None:
    (done,) = house.release(key=held)
    assert done.moved == 1
    assert house.states(held) == {"REF-1": "waiting"}
    assert house.status_report(held, "decision:").group == "ACCP"
    assert house.run(WINDOW).sealed.paid == 1
    assert house.release(key=held)[0].moved == 0
    assert house.release("2026-04-02T16:00", key=held)[0].moved == 0
    assert house.reprocess("judge-again", "2026-04-02T16:00", key=held)[0].moved == 0
    for step in (THURSDAY, WINDOW, "2026-04-02T21:15", TUESDAY):
        assert house.run(step).sealed.paid == 0
    assert house.states(held) == {"REF-1": "paid"}
    assert house.prove().faults == ()


def test_a_release_is_not_undone_by_judging_again(house: House, held: str) -> None:
    house.release(key=held)
    assert house.reprocess("judge-again", "2026-04-02T12:30", key=held)[0].moved == 0
    assert house.states(held) == {"REF-1": "waiting"}


def test_a_refused_order_is_told_with_its_reason_and_never_paid(house: House, held: str) -> None:
    (done,) = house.reprocess("refuse", key=f"{held[:24]}-1")
    assert done.moved == 1
    assert house.states(held) == {"REF-1": "rejected AM05 BAT-04"}
    report = house.status_report(held, "decision:")
    assert (report.group, report.transactions, report.codes) == ("RJCT", {"REF-1": "RJCT"}, ["AM05"])
    assert [path.suffix for path in house.published(held, "decision:") if path.parent.name == "notices"] == [
        ".html",
        ".txt",
        ".pdf",
    ]
    assert house.run(WINDOW).sealed.paid == 0


def test_who_and_why_stand_in_the_story(house: House, held: str) -> None:
    house.release(key=held, by="Operátorka", reason="Potvrdil odosielateľ")
    with house.open() as home:
        story = home.journal.story(f"{held[:24]}-1")
    decided = [event for event in story if event.what == "release"]
    assert [(event.by, event.detail["reason"]) for event in decided] == [
        ("colleague", "Potvrdil odosielateľ"),
        ("Operátorka", "Potvrdil odosielateľ"),
    ]
    (moved,) = [event for event in story if event.what == "waiting" and event.cause == decided[1].cause]
    assert moved.by == "Operátorka"


# --- the decision itself ---


@pytest.mark.parametrize("act", [*DONE, "report-again"])
def test_the_same_decision_twice_does_nothing_the_second_time(house: House, held: str, act: Any) -> None:
    house.reprocess(act, key=held)
    before = house.digest(), house.bytes_of()
    (again,) = house.reprocess(act, key=held)
    assert (again.moved, again.sentence) == (
        0,
        "This decision was carried out before; nothing is left to do.",
    )
    assert (house.digest(), house.bytes_of()) == before


def test_a_report_again_says_the_same_under_another_id(house: House, far: str) -> None:
    first = house.status_report(far, "window:")
    house.reprocess("report-again", key=far)
    again = house.status_report(far, "decision:")
    assert (again.group, again.transactions, again.codes) == (first.group, first.transactions, first.codes)
    assert again.texts("GrpHdr/MsgId") != first.texts("GrpHdr/MsgId")


@pytest.mark.parametrize(
    ("what", "fault"),
    [
        pytest.param({"key": "f" * 24}, NotFound, id="unknown file"),
        pytest.param({"key": "f" * 24 + "-1"}, NotFound, id="unknown order"),
        pytest.param({"key": "ffff"}, NotFound, id="too short a key"),
        pytest.param({"partner": A}, NotFound, id="partner without day"),
        pytest.param({"partner": A, "day": datetime.date(2026, 4, 1)}, NotFound, id="nothing that day"),
        pytest.param({"key": "f" * 24, "reason": " "}, ValueError, id="without a reason"),
        pytest.param({"key": "f" * 24, "by": ""}, ValueError, id="without a name"),
    ],
)
def test_an_order_that_cannot_be_carried_out_is_said_to_be_so(house: House, what: Any, fault: Any) -> None:
    before = house.digest()
    with pytest.raises(fault):
        house.reprocess("release", **what)
    assert house.digest() == before
