"""An operator withdraws an order in time, or puts it on hold: by state, act and day, twice, and to the cent."""

from collections.abc import Callable
from typing import Any

import pytest

from sepa.model.journal import Act
from sepa.pipeline.claim import claim
from sepa.pipeline.judge import judge
from sepa.scheme.money import amount_text
from tests.pipeline.house import DAY, THURSDAY, TUESDAY, House
from tests.tell.paper import read_back
from tools.sample_bank import ABSENT, B1, GOOD, ONE, POOR, TRADER, order, transfers

A = "stavebniny"
NOON, MIDNIGHT, GOOD_FRIDAY, TUESDAY_8 = (
    "2026-04-02T12:00",
    "2026-04-02T23:59:59",
    "2026-04-03T00:00",
    "2026-04-07T08:00",
)
AFTER_EASTER = transfers("EASTER-1", TRADER, ONE, due="2026-04-07")
HOLIDAY = transfers("EASTER-2", TRADER, ONE, due="2026-04-03")


def dropped(content: str, *windows: str) -> Callable[[House], str]:
    """A file that was dropped and lived through `windows`."""

    def live(house: House) -> str:
        key = house.drop(A, "file.xml", content)
        for window in windows or (THURSDAY,):
            house.run(window)
        return key

    return live


def twin(house: House) -> str:
    """A file whose order is held: its like came before. Due on the Tuesday after Easter."""
    house.drop(A, "01.xml", AFTER_EASTER)
    key = house.drop(A, "02.xml", transfers("EASTER-3", TRADER, ONE, due="2026-04-07"))
    house.run()
    return key


def acted(act: Act, live: Callable[[House], str]) -> Callable[[House], str]:
    """A file of `live` to which `act` was done half an hour before noon."""

    def lived(house: House) -> str:
        key = live(house)
        house.reprocess(act, "2026-04-02T11:31", key=key)
        return key

    return lived


POORLY = transfers("POOR-1", POOR, [order("REF-1", "900.00", "Oceliareň", B1)])
AWAY = transfers("FAR-1", TRADER, [order("REF-1", "20.00", "Neznáma banka", ABSENT)])
WAITING, ROLLED, TWIN = dropped(AFTER_EASTER), dropped(HOLIDAY), twin
PENDING, UNSETTLED = dropped(POORLY), dropped(POORLY, THURSDAY, "2026-04-02T21:15")
PAID, REJECTED = dropped(GOOD), dropped(AWAY)


@pytest.mark.parametrize(
    ("live", "act", "instant", "state"),
    [
        pytest.param(WAITING, "revoke", NOON, "revoked DS02 REV-01", id="REV-01 due Tuesday, Thursday noon"),
        pytest.param(
            WAITING, "revoke", MIDNIGHT, "revoked DS02 REV-01", id="CUT-13 the last second of the day"
        ),
        pytest.param(WAITING, "revoke", GOOD_FRIDAY, "waiting", id="REV-01 the first second after it"),
        pytest.param(WAITING, "revoke", TUESDAY_8, "waiting", id="REV-01 due Tuesday, Tuesday morning"),
        pytest.param(ROLLED, "revoke", NOON, "revoked DS02 REV-01", id="the day it was moved to counts"),
        pytest.param(TWIN, "revoke", NOON, "revoked DS02 REV-01", id="held, in time"),
        pytest.param(TWIN, "revoke", TUESDAY_8, "held AM05 BAT-04", id="held, too late"),
        pytest.param(
            acted("hold", WAITING), "revoke", NOON, "revoked DS02 REV-01", id="put on hold, in time"
        ),
        pytest.param(
            PENDING, "revoke", NOON, "pending-funds AM04 FND-01", id="REV-03 no cover yet, due today"
        ),
        pytest.param(PAID, "revoke", NOON, "paid", id="REV-06 paid"),
        pytest.param(UNSETTLED, "revoke", NOON, "unsettled AM04 FND-01", id="never covered"),
        pytest.param(REJECTED, "revoke", NOON, "rejected CNOR SC-05", id="refused"),
        pytest.param(WAITING, "hold", NOON, "held MS03 HLD-10", id="hold, days before"),
        pytest.param(WAITING, "hold", TUESDAY_8, "held MS03 HLD-10", id="hold, on the day itself"),
        pytest.param(ROLLED, "hold", NOON, "held MS03 HLD-10", id="hold what was moved"),
        pytest.param(TWIN, "hold", NOON, "held AM05 BAT-04", id="hold what is held"),
        pytest.param(PENDING, "hold", NOON, "pending-funds AM04 FND-01", id="hold what has no cover yet"),
        pytest.param(PAID, "hold", NOON, "paid", id="hold what was paid"),
        pytest.param(UNSETTLED, "hold", NOON, "unsettled AM04 FND-01", id="hold what was never covered"),
        pytest.param(REJECTED, "hold", NOON, "rejected CNOR SC-05", id="hold what was refused"),
        pytest.param(
            acted("revoke", WAITING), "hold", NOON, "revoked DS02 REV-01", id="hold what is withdrawn"
        ),
        pytest.param(acted("revoke", WAITING), "release", NOON, "revoked DS02 REV-01", id="release it"),
        pytest.param(
            acted("revoke", WAITING), "judge-again", NOON, "revoked DS02 REV-01", id="judge it again"
        ),
        pytest.param(acted("hold", WAITING), "release", NOON, "waiting", id="release what a person held"),
        pytest.param(
            acted("hold", ROLLED), "release", NOON, "waiting DT06 DAT-08", id="its moved day is kept"
        ),
        pytest.param(acted("hold", WAITING), "refuse", NOON, "rejected MS03 HLD-10", id="refuse it"),
        pytest.param(
            acted("hold", WAITING), "judge-again", NOON, "held MS03 HLD-10", id="judge a hold again"
        ),
    ],
)
def test_by_state_act_and_day(
    house: House, live: Callable[[House], str], act: Act, instant: str, state: str
) -> None:
    key = live(house)
    before = house.states(key)
    (done,) = house.release(instant, key=key) if act == "release" else house.reprocess(act, instant, key=key)
    assert house.states(key) == {"REF-1": state}
    assert done.moved == (house.states(key) != before)
    assert house.prove().faults == ()


@pytest.mark.parametrize(
    ("live", "instant", "sentence"),
    [
        pytest.param(WAITING, NOON, "1 order withdrawn, 0 left as they were.", id="in time"),
        pytest.param(
            WAITING,
            TUESDAY_8,
            "0 orders withdrawn, 1 left as it was. 1 stays (DS03): It is too late to withdraw: due on 2026-04-07, "
            "the order could be withdrawn up to 2026-04-02. "
            "Once it is paid only a recall can ask for the money back.",
            id="too late",
        ),
        pytest.param(
            PAID,
            NOON,
            "0 orders withdrawn, 1 left as it was. 1 stays (DS03): The order was paid already. "
            "Only a recall can ask for the money back.",
            id="paid",
        ),
    ],
)
def test_the_operator_is_told_why_an_order_stays(
    house: House, live: Callable[[House], str], instant: str, sentence: str
) -> None:
    (done,) = house.reprocess("revoke", instant, key=live(house))
    assert done.sentence == sentence


def test_rev_03_an_order_of_today_cannot_be_withdrawn_five_minutes_later(house: House) -> None:
    key = house.drop(A, "today.xml", GOOD)
    with house.open() as home:
        claim(home, house.at(THURSDAY))
        judge(home, key, at=house.at(THURSDAY))
    assert house.states(key) == {"REF-1": "waiting"}
    (done,) = house.reprocess("revoke", "2026-04-02T10:05", key=key)
    assert (done.moved, house.states(key)) == (0, {"REF-1": "waiting"})
    assert "DS03" in done.sentence


def test_a_profile_may_let_an_order_without_cover_be_withdrawn_on_its_day(house: House) -> None:
    house.set_profile(revocation={"deadline_working_days": 0})
    key = PENDING(house)
    house.reprocess("revoke", key=key)
    assert house.states(key) == {"REF-1": "revoked DS02 REV-01"}
    assert house.run("2026-04-02T15:30").sealed.unpaid == 0


def test_rev_02_nothing_is_withdrawn_by_file(house: House) -> None:
    key = WAITING(house)
    request = house.drop(
        A,
        "withdraw.xml",
        '<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.055.001.08">'
        "<CstmrPmtCxlReq><Assgnmt><Id>1</Id></Assgnmt></CstmrPmtCxlReq></Document>",
    )
    house.run("2026-04-02T11:30")
    assert house.file(request).status == "RJCT"
    assert [finding.name for finding in house.file(request).findings] == ["files.message_not_offered"]
    assert house.states(key) == {"REF-1": "waiting"}


# --- what comes of it ---


def test_a_withdrawn_order_is_told_with_its_reason_and_never_paid(house: House) -> None:
    key = WAITING(house)
    house.reprocess("revoke", key=key)
    report = house.status_report(key, "decision:")
    assert (report.group, report.transactions, report.codes) == ("RJCT", {"REF-1": "RJCT"}, ["DS02"])
    assert "REV-01" in report.sentences
    assert house.run(TUESDAY).sealed.paid == 0
    assert house.states(key) == {"REF-1": "revoked DS02 REV-01"}


MIXED = transfers(
    "MIXED-1",
    TRADER,
    [order("LATER-1", "10.00", "Oceliareň", B1), order("LATER-2", "20.50", "Oceliareň", B1)],
    due="2026-04-07",
    blocks=[(TRADER, [order("LATER-3", "30.00", "Neznáma banka", ABSENT)])],
)


@pytest.mark.parametrize(
    ("subject", "moved", "left"),
    [
        pytest.param(lambda key: {"key": f"{key[:24]}-2"}, {"LATER-2"}, 0, id="by the order's key"),
        pytest.param(lambda key: {"key": key[:8]}, {"LATER-1", "LATER-2"}, 1, id="by the file's key"),
        pytest.param(
            lambda key: {"partner": A, "day": DAY}, {"LATER-1", "LATER-2"}, 1, id="by partner and day"
        ),
    ],
)
@pytest.mark.parametrize(
    ("act", "now"), [pytest.param("revoke", "revoked", id="revoke"), pytest.param("hold", "held", id="hold")]
)
def test_one_order_or_all_that_may_be(
    house: House, act: Act, now: str, subject: Any, moved: set[str], left: int
) -> None:
    """What moved is counted to the cent, what did not is paid on its day."""
    key = dropped(MIXED)(house)
    (done,) = house.reprocess(act, **subject(key))
    assert (done.moved, done.left) == (len(moved), left)
    assert {id for id, state in house.states(key).items() if state.startswith(now)} == moved
    proof = house.prove()
    assert proof.faults == ()
    (file,) = proof.figures.files
    cents = sum(each.amount_cents or 0 for each in house.orders(key) if each.end_to_end_id in moved)
    tally = {"revoked": file.revoked, "held": file.held}[now]
    assert (tally.count, tally.cents) == (len(moved), cents)
    assert house.run(TUESDAY).sealed.paid == 2 - len(moved)
    assert house.prove().faults == ()


@pytest.mark.parametrize("act", ["revoke", "hold"])
@pytest.mark.parametrize("again", [NOON, "2026-04-02T12:30"], ids=["the same order", "another one"])
def test_twice_does_nothing_the_second_time(house: House, act: Act, again: str) -> None:
    key = WAITING(house)
    house.reprocess(act, NOON, key=key)
    states, files = house.orders(key), house.told()
    digest = house.digest()
    (done,) = house.reprocess(act, again, key=key)
    assert done.moved == 0
    assert (house.orders(key), house.told()) == (states, files)
    assert (house.digest() == digest) == (again == NOON), "another order is written down, and that is all"


def test_the_same_order_sent_anew_is_held_for_a_person(house: House) -> None:
    """Withdrawn is not refused: a twin of it may be a change of mind, or a mistake."""
    house.reprocess("revoke", key=WAITING(house))
    key = house.drop(A, "anew.xml", transfers("EASTER-4", TRADER, ONE, due="2026-04-07"))
    house.run("2026-04-02T15:30")
    assert house.states(key) == {"REF-1": "held AM05 BAT-04"}


# --- a hold by a person ---


def test_what_is_on_hold_is_not_due_until_it_is_released(house: House) -> None:
    key = WAITING(house)
    house.reprocess("hold", key=key)
    assert house.run(TUESDAY).sealed.paid == 0
    house.release("2026-04-07T09:00", key=key)
    house.reprocess("judge-again", "2026-04-07T09:30", key=key)
    assert house.states(key) == {"REF-1": "waiting"}
    assert house.run("2026-04-07T11:30").sealed.paid == 1
    assert house.run("2026-04-07T15:30").sealed.paid == 0
    assert house.prove().faults == ()


def test_what_was_refused_by_a_person_is_not_revived_by_judging_again(house: House) -> None:
    key = WAITING(house)
    house.reprocess("hold", key=key)
    house.reprocess("refuse", "2026-04-02T12:30", key=key)
    (done,) = house.reprocess("judge-again", "2026-04-02T13:00", key=key)
    assert (done.moved, house.states(key)) == (0, {"REF-1": "rejected MS03 HLD-10"})
    assert house.run(TUESDAY).sealed.paid == 0


def test_the_reason_stands_in_the_story_and_nowhere_else(house: House) -> None:
    key = WAITING(house)
    house.reprocess("hold", key=key, by="Operátorka", reason="Volal platiteľ, podozrenie na podvod")
    report = house.status_report(key, "decision:")
    assert (report.group, report.transactions, report.codes) == ("PDNG", {"REF-1": "PDNG"}, ["MS03"])
    with house.open() as home:
        story = home.journal.story(f"{key[:24]}-1")
    (decided,) = [event for event in story if event.what == "hold"]
    assert (decided.by, decided.detail["reason"]) == ("Operátorka", "Volal platiteľ, podozrenie na podvod")
    (moved,) = [event for event in story if event.what == "held"]
    assert (moved.cause, moved.by) == (decided.cause, "Operátorka")
    assert [finding.rule for finding in moved.findings] == ["HLD-10"]
    told = [read_back(path) for path in (house.root / "outbox").rglob("*.*")]
    assert told
    assert not [text for text in told if "podvod" in text]


# --- the sample day ---


@pytest.mark.parametrize("act", ["revoke", "hold"])
def test_of_the_sample_day_every_cent_is_still_there(thursday: House, act: Act) -> None:
    before = {order.key: order for order in thursday.all_orders()}
    for file in thursday.files():
        thursday.reprocess(act, key=file.key)
    changed = [order for order in thursday.all_orders() if order != before[order.key]]
    assert changed
    assert {before[order.key].state for order in changed} <= {"waiting", "held"}
    if act == "revoke":
        assert {order.kind for order in changed} == {"credit-transfer"}, "collections stay: REV-04"
    proof = thursday.prove()
    assert proof.faults == ()
    cents = sum(order.amount_cents or 0 for order in changed)
    tallies = [{"revoke": file.revoked, "hold": file.held}[act] for file in proof.figures.files]
    kept = sum(each.amount_cents or 0 for each in before.values() if act == "hold" and each.state == "held")
    assert amount_text(sum(tally.cents for tally in tallies)) == amount_text(cents + kept)
