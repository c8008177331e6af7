"""Orders outside SEPA leave once, as they came, for the channel of their family, and the books still add up."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from sepa.away import hand_over
from sepa.model.broken import BrokenPromise
from sepa.pipeline.day import reconcile
from sepa.pipeline.emit import emit_bulks, emit_reports
from sepa.pipeline.judge import judge
from sepa.pipeline.settle import seal_window
from sepa.wire.away import NAMESPACE, check_hand_over
from tests.build import routing
from tests.pipeline.house import DAY, THURSDAY, TUESDAY, House
from tools.sample_bank import B1, C1, TRADER, order, transfers

A = "stavebniny"
CHANNELS: dict[str, Any] = {
    "action": "route",
    "routes": {"standard": "foreign-desk", "urgent": "foreign-desk", "on_us_conversion": "exchange"},
}
ADDRESS = "<PstlAdr><TwnNm>Wien</TwnNm><Ctry>AT</Ctry></PstlAdr>"


def abroad(name: str, amount: str, currency: str = "USD") -> str:
    made = order(name, amount, "Oceliareň", C1, bic="OPSKATWW", currency=currency)
    return made.replace("</Nm></Cdtr>", f"</Nm>{ADDRESS}</Cdtr>")


FOREIGN = transfers(
    "USD-1",
    TRADER,
    [
        abroad("ONE", "10.00"),
        order("HOME", "5.00", "Oceliareň", B1),
        abroad("TWO", "20.50"),
        abroad("CZK", "7.00", "CZK"),
    ],
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House.new(tmp_path / "home", sample=False)
    house.set_profile(non_sepa=CHANNELS)
    return house


def files_of(house: House) -> dict[str, bytes]:
    folder = house.root / "clearing" / "out"
    return {path.name: path.read_bytes() for path in folder.glob("hand-over_*")} if folder.exists() else {}


def states(house: House, key: str) -> list[str]:
    with house.open() as home:
        return [each.state for each in home.journal.orders(key)]


def test_orders_leave_as_they_came_with_what_was_decided(house: House) -> None:
    key = house.drop(A, "usd.xml", FOREIGN)
    house.run()
    assert states(house, key) == ["handed-over", "paid", "handed-over", "handed-over"]
    left = files_of(house)
    assert len(left) == 4  # one file each for dollars and crowns, and its manifest
    manifests = {name: json.loads(raw) for name, raw in left.items() if name.endswith(".json")}
    sums = {
        (each["currency"], each["sum"], each["count"], each["control"]["channel"], each["control"]["family"])
        for each in manifests.values()
    }
    assert sums == {
        ("USD", "30.50", 2, "foreign-desk", "standard"),
        ("CZK", "7.00", 1, "foreign-desk", "standard"),
    }
    dollars = next(name for name, told in manifests.items() if told["currency"] == "USD")
    document = etree.fromstring(left[dollars.removesuffix(".manifest.json")])
    assert (document.get("sum"), document.get("count"), document.get("day")) == ("30.50", "2", "2026-04-02")
    first, second = document.findall(f"{{{NAMESPACE}}}Order")
    assert dict(first.items()) == {
        "key": f"{key[:24]}-1", "file": key, "amount": "10.00", "receivedOn": "2026-04-02", "dueOn": "2026-04-02",
        "correspondentBy": "2026-04-08", "payeeBankBy": "2026-04-10", "chargeBearer": "SLEV",
    }  # fmt: skip
    name = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}EndToEndId"
    assert [each.text for each in first.iter(name)] == ["ONE"]
    assert [each.text for each in second.iter(name)] == ["TWO"]
    raw = left[dollars.removesuffix(".manifest.json")]
    cut = FOREIGN.encode()
    start = cut.index(b"<CdtTrfTxInf>")
    assert cut[start : cut.index(b"</CdtTrfTxInf>")] in raw
    assert house.prove().faults == ()


def test_nothing_leaves_twice_whatever_is_repeated_or_killed(house: House) -> None:
    key = house.drop(A, "usd.xml", FOREIGN)
    house.claim()
    with house.open() as home:
        judge(home, key, at=house.at(THURSDAY))
        seal_window(home, house.at(THURSDAY))
    assert files_of(house) == {}  # killed between seal and emission
    assert states(house, key)[0] == "handed-over"
    for instant in (THURSDAY, THURSDAY, "2026-04-02T11:30", TUESDAY):
        house.run(instant)
    once = files_of(house)
    assert len(once) == 4
    with house.open() as home:
        emit_bulks(home, house.at(TUESDAY))
        emit_reports(home, house.at(TUESDAY))
        assert home.journal.faults() == []
    assert files_of(house) == once


def test_an_order_waits_for_its_day_and_its_status_says_so(house: House) -> None:
    key = house.drop(A, "usd.xml", transfers("USD-2", TRADER, [abroad("ONE", "10.00")], due="2026-04-07"))
    house.run()
    assert (states(house, key), files_of(house)) == (["routed"], {})
    assert statuses(house, key) == ["PDNG"]
    figures = house.prove().figures.files[0]
    assert (figures.routed.count, figures.handed_over.count) == (1, 0)
    house.run(TUESDAY)
    assert states(house, key) == ["handed-over"]
    assert sorted(statuses(house, key)) == ["ACSP", "PDNG"]
    figures = house.prove(instant="2026-04-07T23:00").figures.files[0]
    assert (figures.routed.count, figures.handed_over.count) == (0, 1)
    assert figures.handed_over.cents == figures.received.cents == 1000


def statuses(house: House, key: str) -> list[str]:
    found = []
    for path in (house.root / "outbox" / A).glob(f"pain.002_*{key[:12]}*.xml"):
        found += [str(each.text) for each in etree.parse(str(path)).iter("{*}TxSts")]
    return found


def test_one_that_comes_after_the_hour_leaves_on_the_next_day(house: House) -> None:
    key = house.drop(A, "usd.xml", transfers("USD-3", TRADER, [abroad("ONE", "10.00")]))
    house.run("2026-04-02T13:45")
    assert states(house, key) == ["routed"]
    house.run(TUESDAY)
    assert states(house, key) == ["handed-over"]


def test_a_release_of_what_is_outside_sepa_does_not_pay_it_as_sepa(house: House) -> None:
    house.drop(A, "01.xml", transfers("USD-4", TRADER, [abroad("ONE", "10.00")], due="2026-04-07"))
    twin = house.drop(A, "02.xml", transfers("USD-5", TRADER, [abroad("ONE", "10.00")], due="2026-04-07"))
    house.run()
    assert states(house, twin) == ["held"]
    house.release(key=twin)
    assert states(house, twin) == ["routed"]
    house.run(TUESDAY)
    assert states(house, twin) == ["handed-over"]


def test_the_story_of_an_order_that_was_handed_over(house: House) -> None:
    key = house.drop(A, "usd.xml", FOREIGN)
    house.run()
    with house.open() as home:
        story = home.journal.story(f"{key[:24]}-1")
    told = [event.what for event in story]
    assert [what for what in told if what in ("judged", "handed-over", "sealed")] == [
        "judged",
        "handed-over",
        "sealed",
    ]
    assert next(event.detail["route"] for event in story if event.what == "judged") == "standard"
    assert any(event.what == "published" and event.detail["kind"] == "hand-over" for event in story)


def test_the_days_report_shows_a_hand_over_in_its_own_currency(house: House) -> None:
    house.drop(A, "usd.xml", FOREIGN)
    house.run()
    page = next(path for path in house.close_day() if path.endswith(".html"))
    line = next(each for each in (house.root / page).read_text().splitlines() if "<td>hand-over</td>" in each)
    assert "USD" in line or "CZK" in line
    with house.open() as home:
        figures = reconcile(home, DAY, house.at("2026-04-02T23:00")).figures
    assert {(each.kind, each.currency) for each in figures.bulks} == {
        ("pacs.008", "EUR"), ("hand-over", "USD"), ("hand-over", "CZK"),
    }  # fmt: skip


def test_without_a_channel_it_is_refused_by_the_name_of_its_family(house: House) -> None:
    house.set_profile(non_sepa=CHANNELS | {"routes": {}})
    key = house.drop(A, "usd.xml", FOREIGN)
    house.run()
    assert states(house, key) == ["rejected", "paid", "rejected", "rejected"]
    assert files_of(house) == {}


def test_what_has_no_family_is_not_handed_over(house: House) -> None:
    house.drop(A, "usd.xml", FOREIGN)
    house.run()
    with house.open() as home:
        orders = [each for file in home.journal.find_files() for each in home.journal.orders(file.key)]
    window = house.at(THURSDAY)
    with pytest.raises(BrokenPromise, match="one of SEPA's own"):
        hand_over(orders, profile=routing(), window=window)


def test_a_hand_over_that_changed_does_not_leave(house: House, tmp_path: Path) -> None:
    house.drop(A, "usd.xml", FOREIGN)
    house.run()
    with house.open() as home:
        day = home.journal.bulks_sealed_between(house.at("2026-04-02T00:00"), house.at("2026-04-03T00:00"))
        bulk = next(each for each in day if each.scheme.endswith("USD"))
    (whole,) = (raw for name, raw in files_of(house).items() if raw.count(b"<Order ") == 2)
    spoilt = tmp_path / "spoilt.xml"
    for content in (whole.replace(b'amount="20.50"', b'amount="20.51"'), whole[:-5]):
        spoilt.write_bytes(content)
        with pytest.raises(BrokenPromise):
            check_hand_over(spoilt, bulk)
