"""A transfer that has left is asked back: within the scheme's periods, once, and it stays paid until the answer."""

import json
from typing import Any

import pytest
from lxml import etree

from sepa.pipeline.claim import claim
from sepa.pipeline.emit import emit_bulks
from sepa.pipeline.judge import judge
from sepa.pipeline.recall import emit_recalls
from sepa.pipeline.reprocess import Mistaken
from sepa.pipeline.settle import seal_window
from tests.pipeline.house import DAY, THURSDAY, House
from tools.sample_bank import A1, B1, DE, ONE, TRADER, collection, collections, order, transfers

A = "stavebniny"
FRIDAY = "2026-04-03T09:00"
TWO = transfers(
    "SENT-1", TRADER, [order("ONE", "10.00", "Oceliareň", B1), order("OTHER", "20.50", "Oceliareň", B1)]
)


@pytest.fixture
def sent(house: House) -> str:
    """A file of two transfers that left on Thursday 2026-04-02 and settled that day."""
    key = house.drop(A, "two.xml", TWO)
    house.run()
    return key


def recall(house: House, key: str, instant: str = FRIDAY, **what: Any) -> Any:
    (done,) = house.reprocess("recall", instant, key=key, **what)
    return done


def written(house: House) -> list[tuple[str, str]]:
    """Each recall by the end-to-end id and the reason it names, as its manifest vouches."""
    told = []
    for path in house.clearing("camt.056"):
        root = etree.parse(path).getroot()
        manifest = json.loads(path.with_name(f"{path.name}.manifest.json").read_text("utf-8"))
        code = root.findtext(".//{*}CxlRsnInf/{*}Rsn/{*}Cd")
        assert manifest["control"] == {"reason": code, "recalled": root.findtext(".//{*}OrgnlTxId")}
        assert (manifest["count"], manifest["schema"]) == (1, "camt.056.001.08.xsd")
        told.append((root.findtext(".//{*}OrgnlEndToEndId"), code))
    return sorted(told)


def test_rev_05_what_was_executed_is_asked_back_and_stays_paid(house: House, sent: str) -> None:
    done = recall(house, f"{sent[:24]}-1")
    assert (done.recalled, done.moved, done.sentence) == (1, 0, "1 order asked back, 0 left as they were.")
    assert written(house) == [("ONE", "CUST")]
    assert house.states(sent) == {"ONE": "paid", "OTHER": "paid"}
    assert house.published(sent, "decision:") == [], "nothing changed that the sender was told"
    assert house.prove(DAY, "2026-04-03T23:00").faults == ()


def test_the_story_and_the_days_report_say_that_an_answer_is_awaited(house: House, sent: str) -> None:
    recall(house, f"{sent[:24]}-1", by="Eva", recall_reason="FRAD")
    with house.open() as home:
        story = home.journal.story(f"{sent[:24]}-1")
    (asked,) = [event for event in story if event.what == "recall asked"]
    assert (asked.by, asked.detail["reason"]) == ("Eva", "FRAD")
    assert asked.detail["waits_for"] == "the answer of the other bank"
    assert [event.detail["kind"] for event in story if event.cause == "recalled"] == [
        "camt.056.001.08",
        "manifest",
    ]
    (shown,) = house.prove(DAY, "2026-04-03T23:00").figures.recalled
    assert (shown.key, shown.reason, shown.by) == (f"{sent[:24]}-1", "FRAD", "Eva")
    page = next(path for path in house.close_day(DAY, "2026-04-03T23:00") if path.endswith(".html"))
    assert "Žiadosti o vrátenie, čaká sa na odpoveď" in (house.root / page).read_text("utf-8")


def test_all_of_a_file_and_nothing_twice(house: House, sent: str) -> None:
    assert recall(house, sent, recall_reason="DUPL").recalled == 2
    before = house.told()
    again = recall(house, sent, "2026-04-03T10:00")
    assert (again.recalled, "2 stay as they were: A recall was asked for before." in again.sentence) == (
        0,
        True,
    )
    assert house.told() == before
    assert written(house) == [("ONE", "DUPL"), ("OTHER", "DUPL")]


@pytest.mark.parametrize(
    ("reason", "last", "late"),
    [
        pytest.param(
            "DUPL", "2026-04-20T23:59", "2026-04-21T00:00", id="DUPL ten settlement days, over Easter"
        ),
        pytest.param(
            "TECH", "2026-04-20T23:59", "2026-04-21T00:00", id="TECH ten settlement days, over Easter"
        ),
        pytest.param("FRAD", "2027-05-02T23:59", "2027-05-03T00:00", id="FRAD thirteen months"),
        pytest.param("CUST", "2027-05-02T23:59", "2027-05-03T00:00", id="CUST thirteen months"),
        pytest.param("AM09", "2027-05-02T23:59", "2027-05-03T00:00", id="AM09 thirteen months"),
        pytest.param("AC03", "2027-05-02T23:59", "2027-05-03T00:00", id="AC03 thirteen months"),
    ],
)
def test_within_the_schemes_periods(house: House, sent: str, reason: Any, last: str, late: str) -> None:
    refused = recall(house, f"{sent[:24]}-1", late, recall_reason=reason)
    day = last[:10]
    assert (refused.recalled, refused.sentence) == (
        0,
        "0 orders asked back, 1 left as it was. 1 stays as they were: It is too late for a recall with "
        f"{reason}: settled on 2026-04-02, it could be asked for up to {day}.",
    )
    assert recall(house, f"{sent[:24]}-1", last, recall_reason=reason).recalled == 1


def on_us(house: House) -> str:
    return house.drop(A, "own.xml", transfers("OWN-1", TRADER, [order("OWN", "10.00", "Sused", A1)]))


def collected(house: House) -> str:
    drop = collections(
        "DD-1", [("RCUR", "2026-04-09", [collection("INK", "46.00", DE, "EXT-2", bic="VZORDEFFXXX")])]
    )
    return house.drop("vzorova-banka", "dd.xml", drop)


def waiting(house: House) -> str:
    return house.drop(A, "later.xml", transfers("LATER-1", TRADER, ONE, due="2026-04-15"))


@pytest.mark.parametrize("live", [on_us, collected, waiting], ids=lambda live: live.__name__)
def test_only_a_transfer_that_has_left_for_another_bank_is_asked_back(house: House, live: Any) -> None:
    key = live(house)
    house.run()
    done = recall(house, key)
    assert (done.recalled, "It is no transfer that has left" in done.sentence) == (0, True)
    assert house.clearing("camt.056") == []


def test_a_bank_may_offer_no_recall(house: House, sent: str) -> None:
    house.set_profile(revocation={"after_execution": "nothing"})
    done = recall(house, sent)
    assert (done.recalled, "The bank offers no recall." in done.sentence) == (0, True)


def test_a_recall_leaves_after_the_transfer_itself(house: House) -> None:
    """Killed after the bulk began to leave: the recall waits until the bulk's file is there."""
    key = house.drop(A, "two.xml", TWO)
    with house.open() as home:
        at = house.at(THURSDAY)
        claim(home, at)
        judge(home, key, at=at)
        (bulk,) = seal_window(home, at).bulks
        assert recall(house, key).recalled == 0, "sealed is not sent"
        home.journal.begin_emission(bulk, at)
        assert recall(house, key, "2026-04-03T09:30").recalled == 2
        assert house.clearing("camt.056") == []
        emit_bulks(home, at)
        assert len(emit_recalls(home, at)) == 4
        assert emit_recalls(home, at) == []
    assert written(house) == [("ONE", "CUST"), ("OTHER", "CUST")]


def test_a_missing_recall_is_told_when_the_day_is_proven(house: House, sent: str, monkeypatch: Any) -> None:
    monkeypatch.setattr("tests.pipeline.house.emit_recalls", lambda home, at: [])
    recall(house, f"{sent[:24]}-1")
    (fault,) = house.prove(DAY, "2026-04-03T23:00").faults
    assert fault == f"a recall of {sent[:24]}-1 was asked for but its file was not written yet"
    house.run("2026-04-07T08:30")
    assert house.prove(DAY, "2026-04-07T23:00").faults == ()


def test_a_recalls_reason_belongs_to_a_recall(house: House, sent: str) -> None:
    with pytest.raises(Mistaken, match="only a recall"):
        house.reprocess("hold", key=sent, recall_reason="FRAD")
