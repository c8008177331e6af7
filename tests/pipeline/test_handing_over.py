"""Orders outside SEPA leave once, as they came, for the channel of their family, and the books still add up."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from sepa.away import hand_over
from sepa.model.broken import BrokenPromise
from sepa.model.day import Tally
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
    by_currency = {each.currency: (each.received, each.handed_over, each.paid) for each in figures.files}
    assert by_currency == {
        "EUR": (Tally(1, 500), Tally(), Tally(1, 500)),
        "USD": (Tally(2, 3050), Tally(2, 3050), Tally()),
        "CZK": (Tally(1, 700), Tally(1, 700), Tally()),
    }
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


# --- what is asked of it until it leaves ---

LISTS = "list,version,kind,name,action\n"
UNUSUAL, REFUSED = LISTS + "L,2,unusual,Oceliareň,\n", LISTS + "L,2,sanction,Oceliareň,\n"
STOP = "scope,since,until,decided_by\ncross_border,2026-04-07T07:00:00+02:00,,bank\n"


def later(house: House, name: str = "LATER", currency: str = "USD") -> str:
    """An order outside SEPA that is due on the Tuesday after Easter."""
    content = transfers(f"{name}-1", TRADER, [abroad(name, "10.00", currency)], due="2026-04-07")
    key = house.drop(A, f"{name}.xml", content)
    house.run()
    assert states(house, key) == ["routed"]
    return key


def table(house: House, name: str, content: str) -> None:
    (house.root / "reference" / name).write_text(content, "utf-8")


def test_it_is_withdrawn_until_it_is_handed_over(house: House) -> None:
    key = later(house)
    (done,) = house.reprocess("revoke", "2026-04-07T08:00", key=key, reason="ordered by mistake")
    assert done.moved == 1
    assert house.states(key) == {"LATER": "revoked DS02 REV-06"}
    house.run(TUESDAY)
    assert (house.states(key), files_of(house)) == ({"LATER": "revoked DS02 REV-06"}, {})
    assert sorted(statuses(house, key)) == ["PDNG", "RJCT"]
    letters = [path.read_text() for path in (house.root / "outbox" / A / "notices").glob("*revoked*.txt")]
    assert ["LATER" in each for each in letters] == [True]
    with house.open() as home:
        story = {event.what: event for event in home.journal.story(f"{key[:24]}-1")}
    assert story["revoked"].findings[0].rule == "REV-06"
    assert story["revoke"].detail["reason"] == "ordered by mistake"
    assert house.prove(instant="2026-04-07T23:00").figures.files[0].revoked.count == 1


def test_what_was_handed_over_stays_and_the_answer_says_who_has_it(house: House) -> None:
    key = later(house)
    house.run(TUESDAY)
    (done,) = house.reprocess("revoke", "2026-04-07T09:00", key=key)
    assert done.moved == 0
    assert "handed over to the service that carries it out" in done.sentence
    (held,) = house.reprocess("hold", "2026-04-07T09:01", key=key)
    (recalled,) = house.reprocess("recall", "2026-04-07T09:02", key=key)
    assert (held.moved, recalled.moved, states(house, key)) == (0, 0, ["handed-over"])
    assert "the channel that has it" in recalled.sentence


def test_what_came_during_a_block_that_was_told_too_late_is_refused_before_it_is_handed_over(
    house: House,
) -> None:
    """The bank's tables learn on Tuesday that access was blocked before the file of Thursday came (EB-10)."""
    key = later(house)
    house.change_partner(A, blocked_at="2026-04-01T10:00:00+02:00")
    house.run(TUESDAY)
    assert (house.states(key), files_of(house)) == ({"LATER": "rejected DS0H EB-10"}, {})
    assert house.prove(instant="2026-04-07T23:00").faults == ()


def test_put_on_hold_it_does_not_leave_and_released_it_leaves_as_it_would_have(house: House) -> None:
    key = later(house)
    house.reprocess("hold", key=key)
    assert house.states(key) == {"LATER": "held MS03 HLD-10"}
    house.run(TUESDAY)
    assert files_of(house) == {}
    house.release("2026-04-07T10:00", key=key)
    assert states(house, key) == ["routed"]
    house.run("2026-04-07T11:30")
    assert states(house, key) == ["handed-over"]
    assert len(files_of(house)) == 2


@pytest.mark.parametrize(
    ("name", "content", "stands", "rule"),
    [
        pytest.param("screening.csv", UNUSUAL, "held MS03 HLD-01", "HLD-01", id="HLD-01 a list that grew"),
        pytest.param("screening.csv", REFUSED, "rejected RR04 HLD-02", "HLD-02", id="HLD-02 sanctions"),
        pytest.param("stops.csv", STOP, "held MS03 HLD-08", "HLD-08", id="HLD-08 a stop"),
    ],
)
def test_on_its_day_it_is_asked_again_what_payments_are_asked(
    house: House, name: str, content: str, stands: str, rule: str
) -> None:
    key = later(house)
    table(house, name, content)
    house.run(TUESDAY)
    assert (house.states(key), files_of(house)) == ({"LATER": stands}, {})
    outside = [path for path in (house.root / "outbox" / A).rglob("*.*") if path.suffix in (".xml", ".txt")]
    assert not [path for path in outside if rule in path.read_text()]  # nobody is tipped off
    assert house.prove(instant="2026-04-07T23:00").faults == ()


def test_what_people_released_after_a_list_grew_leaves_in_the_next_window_and_never_as_sepa(
    house: House,
) -> None:
    key = later(house)
    table(house, "screening.csv", UNUSUAL)
    house.run(TUESDAY)
    house.release("2026-04-07T10:00", key=key)
    assert states(house, key) == ["routed"]
    house.run("2026-04-07T11:30")
    assert states(house, key) == ["handed-over"]


def test_a_release_is_not_undone_by_judging_again(house: House) -> None:
    house.drop(A, "01.xml", transfers("USD-6", TRADER, [abroad("ONE", "10.00")], due="2026-04-07"))
    twin = house.drop(A, "02.xml", transfers("USD-7", TRADER, [abroad("ONE", "10.00")], due="2026-04-07"))
    house.run()
    house.release(key=twin)
    house.reprocess("judge-again", "2026-04-02T13:00", key=twin)
    assert states(house, twin) == ["routed"]


@pytest.mark.parametrize(
    ("blocked_at", "stands"),
    [
        pytest.param("2026-04-02T14:00:00+02:00", "held DS0H EB-10", id="EB-10 four hours after it came"),
        pytest.param("2026-04-05T14:00:00+02:00", "routed AG03 NSP-01", id="EB-10 three days after it came"),
    ],
)
def test_a_sender_blocked_soon_after_holds_it_before_its_day(
    house: House, blocked_at: str, stands: str
) -> None:
    key = later(house)
    house.change_partner(A, blocked_at=blocked_at)
    house.run("2026-04-02T15:30")
    assert house.states(key)["LATER"].split()[0] == stands.split()[0]
    if "held" in stands:
        assert house.states(key) == {"LATER": stands}
        house.release("2026-04-02T16:00", key=key)
        house.run("2026-04-02T21:15")
        assert states(house, key) == ["routed"]


@pytest.mark.parametrize(
    ("name", "content", "stands"),
    [
        pytest.param(
            "switches.csv", "iban,effective_on\n{iban},2026-04-03\n", "revoked DS02 SWI-01", id="SWI-01"
        ),
        pytest.param("accounts.csv", "", "rejected AC05 ACC-13", id="ACC-13"),
    ],
)
def test_it_ends_with_its_account(house: House, name: str, content: str, stands: str) -> None:
    key = later(house)
    if content:
        table(house, name, content.format(iban=TRADER))
    else:
        house.set_account(TRADER, closed_on="2026-04-07")
    house.run("2026-04-03T08:30" if content else "2026-04-02T15:30")
    if content:  # Good Friday is no window: the next one ends it, and nothing leaves
        house.run(TUESDAY)
    assert (house.states(key), files_of(house)) == ({"LATER": stands}, {})
