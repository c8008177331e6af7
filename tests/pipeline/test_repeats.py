"""Repeats: what comes again, how it is answered, and that nobody is paid twice by it."""

from collections.abc import Callable

import pytest

from tests.pipeline.conftest import STEPS
from tests.pipeline.house import THURSDAY, House, StatusReport
from tools.sample_bank import B1, GOOD, ONE, TRADER, order, transfers

A, OTHER = "stavebniny", "mzdy"
LATER, NEXT_DAY = "2026-04-02T11:30", "2026-04-07T09:00"


def paid(house: House) -> dict[str, int]:
    """Every paid end-to-end id with how often it was paid."""
    found: dict[str, int] = {}
    for each in house.all_orders():
        if each.state == "paid":
            found[each.end_to_end_id] = found.get(each.end_to_end_id, 0) + 1
    return found


@pytest.mark.parametrize(
    ("partner", "name", "instant"),
    [
        pytest.param(A, "01.xml", THURSDAY, id="same name, same instant"),
        pytest.param(A, "01.xml", LATER, id="same name, later"),
        pytest.param(A, "copy.xml", LATER, id="other name"),
        pytest.param(A, "01.xml", NEXT_DAY, id="other day"),
        pytest.param(OTHER, "01.xml", LATER, id="other partner"),
    ],
)
def test_the_same_bytes_again_are_answered_and_have_no_effect(
    house: House, partner: str, name: str, instant: str
) -> None:
    key = house.drop(A, "01.xml", GOOD)
    house.run()
    orders, bulks = house.orders(key), house.clearing("pacs")

    house.drop(partner, name, GOOD)
    ran = house.run(instant)

    assert [(each.partner, each.first) for each in ran.deliveries] == [(partner, False)]
    assert ran.judged == ()
    assert house.orders(key) == orders
    assert house.clearing("pacs") == bulks
    receipt, report = sorted(house.published(key, "repeat:"), key=lambda path: path.suffix)
    assert receipt.parent == report.parent == house.root / "outbox" / partner
    assert (StatusReport(report).group, StatusReport(report).codes) == ("RJCT", ["DU01"])
    assert StatusReport(report).transactions == {}
    assert house.prove().faults == ()


def test_another_partner_is_not_told_whose_file_came_first(house: House) -> None:
    key = house.drop(A, "secret-project.xml", GOOD)
    house.run()
    house.drop(OTHER, "mine.xml", GOOD)
    house.run(LATER)
    for path in house.published(key, "repeat:"):
        assert "secret-project" not in path.read_text("utf-8"), path.name
        assert "08:00" not in path.read_text("utf-8"), path.name


def test_the_same_message_id_on_other_content_is_refused_unread(house: House) -> None:
    first = house.drop(A, "01.xml", GOOD)
    house.run()
    second = house.drop(
        A, "02.xml", transfers("GOOD-0001", TRADER, [order("REF-2", "101.00", "Oceliareň", B1)])
    )
    house.run(LATER)
    assert house.orders(second) == []
    report = house.status_report(second)
    assert (report.group, report.codes) == ("RJCT", ["DU01"])
    assert house.states(first) == {"REF-1": "paid"}


def test_the_same_message_id_of_another_partner_is_its_own_affair(house: House) -> None:
    house.drop(A, "01.xml", GOOD)
    house.run()
    other = house.drop(OTHER, "01.xml", GOOD.replace("Platba", "Ina platba"))
    house.run(LATER)
    assert "BAT-03" not in str([each.rule for each in house.file(other).findings])
    assert len(house.orders(other)) == 1


@pytest.mark.parametrize(
    ("change", "state"),
    [
        pytest.param(lambda xml: xml, "held AM05 BAT-04", id="nothing but the MsgId"),
        pytest.param(lambda xml: xml.replace("REF-1", "REF-9"), "paid", id="another end-to-end id"),
        pytest.param(lambda xml: xml.replace("100.00", "100.01"), "paid", id="another amount"),
        pytest.param(lambda xml: xml.replace(">2026-04-02<", ">2026-04-07<"), "waiting", id="another day"),
    ],
)
def test_the_same_orders_under_another_message_id(
    house: House, change: Callable[[str], str], state: str
) -> None:
    house.drop(A, "01.xml", GOOD)
    house.run()
    again = house.drop(A, "02.xml", change(transfers("GOOD-0002", TRADER, ONE)))
    house.run(LATER)
    assert list(house.states(again).values()) == [state]


def test_a_held_order_is_told_and_stays_unpaid(house: House) -> None:
    house.drop(A, "01.xml", GOOD)
    again = house.drop(A, "02.xml", transfers("GOOD-0002", TRADER, ONE))
    for step in STEPS:
        house.run(step)
    assert house.states(again) == {"REF-1": "held AM05 BAT-04"}
    report = house.status_report(again)
    assert (report.group, report.transactions) == ("PDNG", {"REF-1": "PDNG"})
    assert paid(house) == {"REF-1": 1}


def test_the_same_orders_are_no_repeat_when_the_first_were_refused(house: House) -> None:
    house.drop(A, "01.xml", transfers("GOOD-0001", TRADER, ONE, control_sum="100.01"))
    house.run()
    again = house.drop(A, "02.xml", transfers("GOOD-0002", TRADER, ONE))
    house.run(LATER)
    assert house.states(again) == {"REF-1": "paid"}


def test_two_equal_orders_in_one_file_are_both_paid(house: House) -> None:
    rent = order("RENT", "350.00", "Prenajímateľ", B1)
    key = house.drop(A, "01.xml", transfers("RENT-1", TRADER, [rent, rent]))
    house.run()
    assert [each.state for each in house.orders(key)] == ["paid", "paid"]
    assert paid(house) == {"RENT": 2}


@pytest.mark.slow
def test_the_whole_day_dropped_again_moves_nothing(thursday: House) -> None:
    from sepa.pipeline.start import drop_sample_day

    orders, outputs = thursday.all_orders(), set(thursday.root.glob("clearing/out/*"))
    assert drop_sample_day(thursday.root) == 49
    ran = thursday.run(THURSDAY)
    assert (len(ran.deliveries), [each for each in ran.deliveries if each.first]) == (49, [])
    assert (ran.judged, ran.sealed.bulks) == ((), ())
    assert thursday.all_orders() == orders
    assert set(thursday.root.glob("clearing/out/*")) == outputs
    answered = {
        path.parent.name
        for delivery in ran.deliveries
        for path in thursday.published(delivery.file_key, f"repeat:{delivery.id}")
    }
    assert answered == {"mzdy", "stavebniny", "vzorova-banka"}
    assert thursday.prove().faults == ()
    before = thursday.digest()
    assert drop_sample_day(thursday.root) == 49
    assert len(thursday.run(THURSDAY).deliveries) == 49
    assert thursday.digest() != before, "the third drop is a delivery of its own"
    assert thursday.all_orders() == orders
