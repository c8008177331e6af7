"""Windows: what is paid when, with whose money, in which files; and that a window never opens twice."""

import csv
import datetime
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from sepa.model.payment import Paying, Settlement
from sepa.pipeline.emit import emit_reports
from sepa.pipeline.home import read_instant
from sepa.pipeline.judge import judge_all
from sepa.pipeline.run import Ran
from sepa.pipeline.undone import LeftUndone
from sepa.scheme.money import amount_text
from sepa.settle import settled
from tests.pipeline.house import THURSDAY, TUESDAY, House
from tests.tell.paper import read_back
from tools.sample_bank import (
    A1,
    A2,
    B1,
    DE,
    GOOD,
    PATIENT,
    POOR,
    TRADER,
    collection,
    collections,
    order,
    transfers,
)

A, BANK = "stavebniny", "vzorova-banka"
EVENING = "2026-04-02T21:15"


def one(house: House, account: str, amount: str, *, due: str = "2026-04-02", name: str = "PAY") -> str:
    content = transfers(f"{name}-1", account, [order(name, amount, "Oceliareň", B1)], due=due)
    return house.drop(A, f"{name}.xml", content)


# --- which window ---


def test_an_older_window_than_the_last_seals_nothing(house: House) -> None:
    one(house, TRADER, "10.00", name="FIRST")
    house.run("2026-04-02T11:30")
    key = one(house, TRADER, "20.00", name="SECOND")
    overtaken = house.run(THURSDAY)
    assert (overtaken.sealed.overtaken, overtaken.sealed.bulks) == (True, ())
    assert house.states(key) == {"SECOND": "waiting"}
    assert house.run("2026-04-02T15:30").sealed.paid == 1


@pytest.mark.parametrize("table", ["consents.csv", "participants.csv", "partners.yaml"])
def test_nothing_is_sealed_while_a_table_is_missing(house: House, table: str) -> None:
    key = one(house, TRADER, "10.00", due="2026-04-07")
    house.run()
    place = house.root / "reference" / table
    content = place.read_bytes()
    place.unlink()
    with pytest.raises(LeftUndone, match=f"the reference data has no {table.partition('.')[0]}"):
        house.run(TUESDAY)
    assert house.states(key) == {"PAY": "waiting"}
    place.write_bytes(content)
    house.run(TUESDAY)
    assert house.states(key) == {"PAY": "paid"}


def test_a_bank_gone_since_stops_no_other_order(house: House) -> None:
    gone, stays = one(house, TRADER, "10.00", due="2026-04-07"), one(house, TRADER, "20.00", name="STAYS")
    house.run("2026-04-02T09:00")
    place = house.root / "reference" / "participants.csv"
    lines = place.read_text().splitlines(keepends=True)
    place.write_text("".join(line for line in lines if ",SK,1200," not in line))
    house.run(TUESDAY)
    assert house.states(gone) == {"PAY": "rejected CNOR SC-05"}
    assert house.states(stays) == {"STAYS": "paid"}
    assert house.prove(datetime.date(2026, 4, 7), TUESDAY).holds


def test_a_window_that_another_seals_meanwhile_is_nobodys_fault(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = one(house, TRADER, "10.00")
    others: list[Ran] = []

    def chosen_when_another_seals(*given: Any, **named: Any) -> Iterator[Settlement | Paying]:
        if not others:
            monkeypatch.setattr("sepa.pipeline.settle.settled", settled)
            others.append(house.run())
        return settled(*given, **named)

    monkeypatch.setattr("sepa.pipeline.settle.settled", chosen_when_another_seals)
    assert (house.run().sealed.paid, others[0].sealed.paid) == (0, 1)
    assert house.states(key) == {"PAY": "paid"}


@pytest.mark.parametrize(
    "instant",
    [
        pytest.param("2026-04-03T08:30", id="Good Friday"),
        pytest.param("2026-04-04T08:30", id="Saturday"),
        pytest.param("2026-04-06T08:30", id="Easter Monday"),
    ],
)
def test_on_a_day_off_nothing_is_sealed(house: House, instant: str) -> None:
    key = one(house, TRADER, "10.00", due=instant[:10])
    ran = house.run(instant)
    assert (ran.sealed.paid, ran.sealed.bulks) == (0, ())
    assert house.states(key) == {"PAY": "waiting DT06 DAT-08"}
    assert house.run(TUESDAY).sealed.paid == 1


def test_what_was_received_after_a_window_is_not_in_it(house: House) -> None:
    one(house, TRADER, "10.00")
    house.claim("2026-04-02T10:01")
    assert house.run(THURSDAY).sealed.paid == 0
    assert house.run("2026-04-02T10:01").sealed.paid == 1


@pytest.mark.parametrize(
    ("instant", "settles"),
    [
        pytest.param("2026-04-02T15:30", "2026-04-02", id="last window of the same day"),
        pytest.param(
            "2026-04-02T21:00", "2026-04-07", id="at the cut-off: debited today, between banks on Tuesday"
        ),
    ],
)
def test_the_day_between_banks(house: House, instant: str, settles: str) -> None:
    one(house, TRADER, "10.00")
    house.run(instant)
    (path,) = house.clearing("pacs.008")
    assert path.name.startswith(f"pacs.008_{settles}_")
    (bookings,) = (house.root / "clearing" / "out").glob("bookings_*.csv")
    rows = list(csv.DictReader(bookings.read_text("utf-8").splitlines(), delimiter=";"))
    assert {row["booking_date"] for row in rows} == {"2026-04-02"}


def test_after_the_cut_off_the_order_is_dated_on_the_next_working_day(house: House) -> None:
    key = one(house, TRADER, "10.00")
    assert house.run("2026-04-02T21:00:01").sealed.paid == 0
    assert house.states(key) == {"PAY": "waiting DT06 DAT-09"}
    assert house.run(TUESDAY).sealed.paid == 1


# --- funds ---


def test_money_that_arrives_pays_in_the_next_window(house: House) -> None:
    key = one(house, POOR, "900.00")
    house.run()
    assert house.states(key) == {"PAY": "pending-funds AM04 FND-01"}
    assert house.status_report(key, "window:").transactions == {"PAY": "PDNG"}
    house.set_account(POOR, balance="900.00")
    house.run("2026-04-02T15:30")
    assert house.states(key) == {"PAY": "paid"}


def test_without_cover_in_the_last_window_it_is_final_and_told(house: House) -> None:
    key = one(house, POOR, "900.00")
    house.run()
    house.run(EVENING)
    assert house.states(key) == {"PAY": "unsettled AM04 FND-01"}
    house.set_account(POOR, balance="900.00")
    assert house.run(TUESDAY).sealed.paid == 0
    (report,) = [path for path in house.published(key, "window:2026-04-02T19:15") if path.suffix == ".xml"]
    assert "<GrpSts>RJCT</GrpSts>" in report.read_text()
    assert {path.suffix for path in house.published(key, "window:2026-04-02T19:15")} == {
        ".xml",
        ".html",
        ".txt",
        ".pdf",
        ".csv",
        ".json",
    }


def test_waiting_on_for_cover_is_told_once(house: House) -> None:
    key = one(house, POOR, "900.00")
    house.run()
    told = len(house.published(key, "window:"))
    house.run("2026-04-02T11:30")
    house.run("2026-04-02T15:30")
    assert len(house.published(key, "window:")) == told == 1


def test_money_paid_inside_the_house_covers_the_next_order(house: House) -> None:
    """A2 holds 2500.00; the salary that comes first covers the rest of what its owner orders."""
    house.drop("mzdy", "1.xml", transfers("PAY-1", A1, [order("WAGE", "1000.00", "Domácnosť", A2)]))
    house.claim("2026-04-02T09:59")
    house.add_account_to_partner(A, A2)
    key = house.drop(A, "2.xml", transfers("SPEND-1", A2, [order("SPEND", "3400.00", "Oceliareň", B1)]))
    house.run()
    assert house.states(key) == {"SPEND": "paid"}


@pytest.mark.parametrize(
    ("days", "after_easter"),
    [
        pytest.param("5", "paid", id="n=5 reaches Tue 2026-04-07"),
        pytest.param("4", "unsettled AM04 FND-01", id="n=4 ends on Easter Monday, no day to try"),
    ],
)
def test_retries_over_easter(house: House, days: str, after_easter: str) -> None:
    house.set_account(PATIENT, retry_days=days)
    key = one(house, PATIENT, "60.00")
    house.run()
    house.run(EVENING)
    house.set_account(PATIENT, balance="60.00")
    house.run(TUESDAY)
    assert house.states(key) == {"PAY": after_easter}


def test_what_was_paid_is_spent_for_every_later_window(house: House) -> None:
    """POOR holds 150.00: 100.00 go out at ten, so 60.00 find no cover at half past three."""
    one(house, POOR, "100.00", name="FIRST")
    house.run()
    key = one(house, POOR, "60.00", name="SECOND")
    house.run("2026-04-02T15:30")
    assert house.states(key) == {"SECOND": "pending-funds AM04 FND-01"}


def test_an_account_closed_since_refuses_on_the_day(house: House) -> None:
    key = one(house, TRADER, "10.00", due="2026-04-15")
    house.run()
    house.set_account(TRADER, closed_on="2026-04-10", balance="0.00")
    house.run("2026-04-15T08:30")
    assert house.states(key) == {"PAY": "rejected AC05 ACC-01"}
    assert house.status_report(key, "window:").transactions == {"PAY": "RJCT"}


# --- collections ---


def test_a_collection_from_elsewhere_is_forwarded_at_once_with_the_creditors_day(house: House) -> None:
    """Sat 2026-04-11 was asked for; it settles on Mon 2026-04-13 and still says what was asked."""
    content = collections(
        "DD-1", [("RCUR", "2026-04-11", [collection("EXT", "46.00", DE, "EXT-2", bic="VZORDEFFXXX")])]
    )
    key = house.drop(BANK, "dd.xml", content)
    house.run()
    assert house.states(key) == {"EXT": "paid"}
    (path,) = house.clearing("pacs.003")
    root = etree.parse(path).getroot()
    assert [each.text for each in root.iterfind(".//{*}ReqdColltnDt")] == ["2026-04-11"]
    assert [each.text for each in root.iterfind(".//{*}IntrBkSttlmDt")] == ["2026-04-13"]
    assert house.status_report(key, "window:").group == "ACSP"


def test_a_collection_from_our_own_customer_waits_for_its_day(house: House) -> None:
    content = collections("DD-1", [("RCUR", "2026-04-09", [collection("OWN", "64.20", A2, "MND-2026-001")])])
    key = house.drop(BANK, "dd.xml", content)
    house.run()
    assert house.states(key) == {"OWN": "waiting"}
    house.run("2026-04-09T08:30")
    assert house.states(key) == {"OWN": "paid"}
    assert house.clearing("pacs") == []


def test_a_consent_cancelled_since_refuses_on_the_day(house: House) -> None:
    content = collections("DD-1", [("RCUR", "2026-04-09", [collection("OWN", "64.20", A2, "MND-2026-001")])])
    key = house.drop(BANK, "dd.xml", content)
    house.run()
    path = house.root / "reference" / "consents.csv"
    path.write_text(path.read_text("utf-8").replace("2026-02-10,,,", "2026-02-10,,2026-04-07,", 1), "utf-8")
    house.run("2026-04-09T08:30")
    assert house.states(key) == {"OWN": "not-executed MD01 DD-07"}


# --- files and their manifests ---


@pytest.mark.parametrize(
    ("clearing", "parts"),
    [
        pytest.param({}, [5], id="no limit reached"),
        pytest.param({"max_transactions_per_file": 2}, [2, 2, 1], id="by number"),
        pytest.param({"max_cents_per_file": 2500}, [2, 1, 1, 1], id="by sum"),
    ],
)
def test_limits_of_the_clearing_split_the_bulk(
    house: House, clearing: dict[str, int], parts: list[int]
) -> None:
    house.set_profile(clearing=clearing)
    orders = [order(f"N-{number}", f"{number * 5}.00", "Oceliareň", B1) for number in range(1, 6)]
    if "max_cents_per_file" in clearing:
        orders = [order(f"N-{number}", f"{12 + number}.00", "Oceliareň", B1) for number in (-2, 0, 1, 2, 3)]
    key = house.drop(A, "many.xml", transfers("MANY-1", TRADER, orders))
    house.run()
    counts = []
    for path in house.clearing("pacs.008"):
        root = etree.parse(path).getroot()
        stated = root.findtext(".//{*}GrpHdr/{*}NbOfTxs")
        assert stated == str(len(root.findall(".//{*}CdtTrfTxInf")))
        counts.append(int(stated))
    assert sorted(counts, reverse=True) == parts
    assert set(house.states(key).values()) == {"paid"}
    assert house.prove().faults == ()


def test_manifest_file_and_journal_agree(sample_thursday: House) -> None:
    manifests = sorted((sample_thursday.root / "clearing" / "out").glob("*.manifest.json"))
    assert len(manifests) == 5
    with sample_thursday.open() as home:
        for path in manifests:
            said = json.loads(path.read_text())
            file = path.with_name(said["file"])
            bulk = home.journal.bulk(said["bulk"])
            assert bulk is not None
            assert hashlib.sha256(file.read_bytes()).hexdigest() == said["sha256"]
            assert file.stat().st_size == said["bytes"]
            assert (said["count"], said["sum"]) == (bulk.count, amount_text(bulk.sum_cents))
            assert said["settlement_date"] == str(bulk.settlement_date)
            published = {each.path: each.sha256 for each in home.journal.publications(bulk.id)}
            assert published[str(file.relative_to(home.root))] == said["sha256"]
            if file.suffix == ".xml":
                assert keys_in(file) == list(bulk.keys)


def keys_in(path: Path) -> list[str]:
    """The orders of a message to the clearing, by the key that they travel under."""
    return [each.text or "" for each in etree.parse(path).getroot().iterfind(".//{*}PmtId/{*}TxId")]


def test_every_order_leaves_in_one_file_at_most(thursday: House) -> None:
    for step in ("2026-04-02T15:30", TUESDAY, "2026-04-09T08:30", "2026-04-15T08:30"):
        thursday.run(step)
    keys = [key for path in thursday.clearing("pacs") for key in keys_in(path)]
    assert len(keys) == len(set(keys)) > 50


# --- one bad order, and partners among themselves ---


def test_a_bad_order_never_stops_its_neighbours(house: House) -> None:
    orders = [
        order("OK-1", "10.00", "Oceliareň", B1),
        order("IBAN", "11.00", "Oceliareň", B1[:-1] + "0"),
        order("USD", "11.50", "Oceliareň", B1, currency="USD"),
        order("OK-2", "12.00", "Oceliareň", B1),
        order("ZERO", "0.00", "Oceliareň", B1),
        order("OK-3", "13.00", "Oceliareň", B1),
    ]
    key = house.drop(A, "mixed.xml", transfers("MIX-1", TRADER, orders))
    house.run()
    states = house.states(key)
    assert [e2e for e2e, state in states.items() if state == "paid"] == ["OK-1", "OK-2", "OK-3"]
    report = house.status_report(key)
    assert (report.group, sorted(report.transactions)) == ("PART", ["IBAN", "USD", "ZERO"])


def test_a_bad_block_never_stops_the_next(house: House) -> None:
    content = transfers(
        "MIX-2", A1, [order("BAD", "10.00", "X", B1)], blocks=[(TRADER, [order("OK", "11.00", "X", B1)])]
    )
    key = house.drop(A, "mixed.xml", content)
    house.run()
    assert house.states(key) == {"BAD": "rejected", "OK": "paid"}
    assert house.status_report(key).blocks == ["RJCT", "ACCP"]


@pytest.mark.parametrize("partner", ["mzdy", BANK, "nobody-we-know"])
def test_a_partner_cannot_debit_what_its_contract_does_not_name(house: House, partner: str) -> None:
    key = house.drop(partner, "theirs.xml", GOOD)
    house.run()
    assert house.states(key) == {"REF-1": "rejected"}
    assert house.clearing("pacs") == []
    assert [path.parent.name for path in house.published(key, "judged") if path.suffix == ".xml"] == [partner]


def test_reports_never_land_with_another_partner(sample_thursday: House) -> None:
    with sample_thursday.open() as home:
        owner = {file.key: file.partner for file in home.journal.find_files()}
        for key, partner in owner.items():
            for each in home.journal.publications(key):
                ours = each.path.startswith("outbox/desk/fees_")  # for the core system
                assert ours or each.path.startswith(f"outbox/{partner}/"), each.path
    for partner in ("mzdy", BANK):
        for path in sample_thursday.root.joinpath("outbox", partner).rglob("*"):
            if path.is_file():
                told = read_back(path)
                assert TRADER not in told, path


# --- what the proof of a day sees ---


def test_a_settlement_file_changed_after_it_left_is_a_fault(house: House) -> None:
    one(house, TRADER, "10.00")
    house.run()
    assert house.prove().holds
    (left,) = house.clearing("pacs.008")
    left.write_bytes(left.read_bytes() + b" ")
    assert [fault for fault in house.prove().faults if "was changed after it was published" in fault]
    left.unlink()  # fetched by the clearing
    assert house.prove().holds


def test_transfers_that_settle_too_late_are_a_fault(house: House) -> None:
    house.set_profile(clearing={"interbank_until": "08:00:00"})
    one(house, TRADER, "10.00")
    house.run()
    assert house.prove().holds  # the next working day, Tue 2026-04-07, is in time
    house.set_profile(clearing={"interbank_until": "08:00:00"}, execution={"interbank_max_working_days": 0})
    assert [fault for fault in house.prove().faults if "at the latest was promised" in fault]


def taken(house: House) -> None:
    """What came is claimed and judged; no window follows."""
    house.claim()
    with house.open() as home:
        judged_at = read_instant("2026-04-02T10:00", home.profile)
        judge_all(home, home.journal.unjudged(), at=judged_at)
        emit_reports(home, judged_at)


@pytest.mark.parametrize(
    ("instant", "told"),
    [
        pytest.param("2026-04-02T21:15", None, id="EXE-01 the last window of Thursday is not over"),
        pytest.param(
            "2026-04-02T21:16",
            "1 order due on 2026-04-02 still open though the windows of that day are over: other banks have the money "
            "in time if a window pays until 2026-04-07 15:30",
            id="EXE-01 Thursday night",
        ),
        pytest.param("2026-04-07T15:30", "2026-04-07 15:30", id="EXE-01 the last window in time"),
        pytest.param("2026-04-07T15:31", "can no longer have the money in time", id="EXE-01 too late"),
    ],
)
def test_exe_01_orders_that_no_window_tried_are_warned_of_before_it_is_too_late(
    house: House, instant: str, told: str | None
) -> None:
    house.drop("stavebniny", "x.xml", transfers("M-1", TRADER, [order("FAR", "10.00", "Oceliareň", B1)]))
    house.drop(
        "stavebniny",
        "y.xml",
        transfers("M-2", TRADER, [order("LATER", "1.00", "Oceliareň", B1)], due="2026-04-09"),
    )
    taken(house)
    proof = house.prove(instant=instant)
    assert (
        house.prove(datetime.date(2026, 4, 1), instant).warnings == ()
    )  # only what is due by the day that is proven
    assert (proof.holds, len(proof.warnings)) == (True, int(told is not None))
    assert (told or "") in "".join(proof.warnings)


def test_exe_01_what_lacks_money_or_was_paid_is_no_warning(house: House) -> None:
    one(house, TRADER, "10.00")
    house.run("2026-04-02T21:15")
    assert house.prove(instant="2026-04-07T16:00").warnings == ()


@pytest.mark.parametrize(
    ("default", "lines"),
    [pytest.param("single", 4, id="single"), pytest.param("batch", 3, id="batch")],
)
def test_a_sender_that_does_not_say_is_booked_as_the_bank_does(
    house: House, default: str, lines: int
) -> None:
    house.set_profile(batch={"booking_default": default})
    orders = [order(name, "5.00", "Oceliareň", B1) for name in ("ONE", "TWO")]
    house.drop(A, "two.xml", transfers("TWO-1", TRADER, orders))
    house.run()
    (bookings,) = (house.root / "clearing" / "out").glob("bookings_*.csv")
    assert len(bookings.read_text().splitlines()) - 1 == lines
