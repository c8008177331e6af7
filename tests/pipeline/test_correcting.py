"""Our own mistakes, mended: booked back once, by two people, as if nothing had happened (COR-01 to 03, LIA-02)."""

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from sepa.pipeline.confirm import NotConfirmed, confirmation
from sepa.pipeline.correct import Corrected, correct, emit_corrections
from sepa.pipeline.judge import judge_all
from sepa.pipeline.settle import seal_window
from tests.pipeline.house import DAY, THURSDAY, House
from tools.sample_bank import A2, B1, TRADER, order, transfers

ON_DETECTION = "2026-04-09T10:00"


@pytest.fixture
def paid(house: House) -> str:
    """The key of a payment of 100 euro between two accounts of ours, booked on Thursday 2026-04-02."""
    file = house.drop("stavebniny", "a.xml", transfers("M-1", TRADER, [order("E-1", "100.00", "Druhý", A2)]))
    house.run()
    (only,) = house.orders(file)
    assert (only.state, only.route) == ("paid", "on-us")
    return only.key


def ordered(house: House, key: str, by: str, instant: str = ON_DETECTION, **what: Any) -> Corrected:
    asked = {"initiator": "own_bank", "code": "DUPL", "proof": "case 7"} | what
    with house.open() as home:
        at = house.at(instant)
        did = correct(home, key, by=by, at=at, **asked)
        emit_corrections(home, at)
        return did


def both(house: House, key: str, **what: Any) -> Corrected:
    ordered(house, key, "Eva", **what)
    return ordered(house, key, "Ján", **what)


def lines_of(house: House, key: str) -> list[dict[str, str]]:
    (path,) = [path for path in house.published(f"correction:{key}", "sealed") if path.suffix == ".csv"]
    manifest = json.loads(Path(f"{path}.manifest.json").read_text())
    assert (manifest["count"], manifest["sum"]) == (1, "100.00")
    return list(csv.DictReader(path.read_text().splitlines(), delimiter=";"))


def booked(house: House) -> dict[str, int]:
    with house.open() as home:
        return home.journal.booked()


def test_a_payment_is_booked_back_with_the_value_date_it_had(house: House, paid: str) -> None:
    """COR-01: booked twice on a Thursday; the reversal on detection has the value date of that Thursday."""
    before = booked(house)
    assert before == {TRADER: -10_000, A2: 10_000}
    assert both(house, paid).done
    one, other = lines_of(house, paid)
    assert {(each["side"], each["account"]) for each in (one, other)} == {("credit", TRADER), ("debit", A2)}
    for each in (one, other):
        assert (each["booking_date"], each["value_date"]) == ("2026-04-09", "2026-04-02")
        assert (each["key"], each["text"]) == (paid, f"correction DUPL of {paid}")
    assert booked(house) == dict.fromkeys(before, 0)
    with house.open() as home:
        assert home.journal.order(paid).state == "paid"  # the original is kept
        assert home.journal.faults() == []
        whats = [event.what for event in home.journal.story(paid)]
    assert whats[-6:-3] == ["correct", "booked back", "published"] or "booked back" in whats
    assert house.prove(DAY, "2026-04-10T10:00").faults == ()


def test_the_days_report_names_it_with_both_people(house: House, paid: str) -> None:
    both(house, paid)
    detected = DAY.replace(day=9)
    (told,) = house.prove(detected, "2026-04-09T22:00").figures.booked_back
    assert (told.key, told.code, told.by, told.cents) == (paid, "DUPL", ("Eva", "Ján"), 10_000)
    assert house.prove(DAY, "2026-04-09T22:00").figures.booked_back == ()


def test_by_two_different_people_for_the_same_reason(house: House, paid: str) -> None:
    assert ordered(house, paid, "Eva").proposed
    assert not ordered(house, paid, " eva ").done
    assert not ordered(house, paid, "Ján", code="TECH").done
    assert not ordered(house, paid, "Ján", initiator="other_bank_with_written_proof").done
    assert house.published(f"correction:{paid}", "") == []
    assert ordered(house, paid, "Ján").done


def test_once_for_an_order(house: House, paid: str) -> None:
    both(house, paid)
    digest, there = house.digest(), house.bytes_of()
    again = ordered(house, paid, "Tretí")
    assert (again.done, again.proposed) == (False, False)
    assert "corrected once" in again.sentence
    house_run = house.run("2026-04-09T15:00")
    assert house_run.published == ()
    assert (house.digest(), house.bytes_of()) == (digest, there)


def test_a_block_of_the_owner_stops_no_correction(house: House, paid: str) -> None:
    """COR-02: a corrective debit on a blocked account is booked."""
    table = house.root / "reference" / "blocks.csv"
    head = table.read_text() if table.exists() else "iban,since,amount,until\n"
    table.write_text(f"{head.splitlines()[0]}\n{A2},2026-04-03T00:00:00+02:00,,\n")
    assert both(house, paid).done
    assert [line["side"] for line in lines_of(house, paid) if line["account"] == A2] == ["debit"]


def letters(house: House, key: str) -> list[str]:
    paths = house.published(f"correction:{key}", "correction")
    assert all(path.parent.parent.name == "desk" for path in paths)
    assert Counter(path.suffix for path in paths) == Counter((".html", ".txt", ".pdf") * (len(paths) // 3))
    return [" ".join(path.read_text().split()) for path in paths if path.suffix == ".txt"]


def test_both_owners_are_told(house: House, paid: str) -> None:
    house.set_account(A2, language="sl")
    both(house, paid)
    one, other = sorted(letters(house, paid), key=lambda letter: "popravku" in letter)
    assert "100,00" in other
    assert "Obvestilo o popravku knjiženja".upper() in other.upper()
    assert paid in one
    assert paid in other
    assert TRADER not in one + other


def test_nobody_writes_to_the_dead(house: House, paid: str) -> None:
    house.set_account(A2, owner_died_on="2026-04-08")
    both(house, paid)
    assert len(letters(house, paid)) == 1
    with house.open() as home:
        (withheld,) = home.journal.withheld(f"correction:{paid}")
        story = home.journal.story(paid)
    assert (withheld.account, withheld.letter, withheld.why) == (A2, "corrected", "III.1(8)")
    assert [event.detail["why"] for event in story if event.what == "letter not written"] == ["III.1(8)"]


@pytest.mark.parametrize(
    ("to", "amount", "said"),
    [
        pytest.param(B1, "100.00", "comes back by a recall", id="left through the clearing"),
        pytest.param(A2, "99999999.00", "no money has moved", id="never paid"),
    ],
)
def test_what_cannot_be_booked_back_says_why(house: House, to: str, amount: str, said: str) -> None:
    file = house.drop("stavebniny", "a.xml", transfers("M-1", TRADER, [order("E-1", amount, "Druhý", to)]))
    house.run()
    (only,) = house.orders(file)
    digest = house.digest()
    did = ordered(house, only.key, "Eva")
    assert said in did.sentence
    assert (did.done, did.proposed) == (False, False)
    assert house.digest() == digest


def test_what_has_not_left_yet_is_withdrawn_not_corrected(house: House) -> None:
    file = house.drop("stavebniny", "a.xml", transfers("M-1", TRADER, [order("E-1", "100.00", "Druhý", A2)]))
    house.claim()
    with house.open() as home:
        judge_all(home, [file], at=house.at(THURSDAY))
        seal_window(home, house.at(THURSDAY))
    assert "has not left yet" in ordered(house, f"{file[:24]}-1", "Eva").sentence


def test_only_who_may_by_the_terms(house: House, paid: str) -> None:
    house.set_profile(correction={"initiators": ["own_bank"]})
    did = ordered(house, paid, "Eva", initiator="other_bank_with_written_proof")
    assert "no correction is started by" in did.sentence


@pytest.mark.parametrize("missing", [{"by": " "}, {"proof": ""}], ids=["name", "proof"])
def test_without_a_name_or_a_proof_nothing_is_ordered(
    house: House, paid: str, missing: dict[str, str]
) -> None:
    with pytest.raises(ValueError, match="a name and a proof"):
        ordered(house, paid, missing.get("by", "Eva"), **{k: v for k, v in missing.items() if k != "by"})


def test_an_unknown_order_is_said(house: House) -> None:
    assert "No order has the key" in ordered(house, "0-1", "Eva").sentence


def test_killed_before_it_was_told_it_is_told_by_the_next_run(house: House, paid: str) -> None:
    ordered(house, paid, "Eva")
    with house.open() as home:
        at = house.at(ON_DETECTION)
        assert correct(home, paid, by="Ján", initiator="own_bank", code="DUPL", proof="case 7", at=at).done
    assert any("booked back" in fault for fault in house.prove(DAY, ON_DETECTION).faults)
    house.run("2026-04-09T15:00")
    assert len(lines_of(house, paid)) == 2


def test_a_payment_is_confirmed_until_it_is_booked_back(house: House, paid: str) -> None:
    with house.open() as home:
        assert confirmation(home, paid, house.at(ON_DETECTION)).title
    both(house, paid)
    with house.open() as home, pytest.raises(NotConfirmed, match="booked back"):
        confirmation(home, paid, house.at(ON_DETECTION))
