"""Compliance on the due day: lists that changed, stops of the bank, accounts that move away or close."""

import csv
import io
import json

import pytest

from sepa.pipeline.undone import LeftUndone
from tests.pipeline.house import TUESDAY, House
from tools.sample_bank import A2, B1, DE, TRADER, order, transfers

A = "stavebniny"
HEADER = "list,version,kind,name,action\n"
LISTED = "L,{version},unusual,Oceliareň,\n"


def table(house: House, name: str, content: str) -> None:
    (house.root / "reference" / name).write_text(content, "utf-8")


def due(house: House, day: str, *, to: str = B1, name: str = "PAY", amount: str = "10.00") -> str:
    bic = "VZORDEFFXXX" if to == DE else None
    content = transfers(f"{name}-1", TRADER, [order(name, amount, "Oceliareň", to, bic=bic)], due=day)
    return house.drop(A, f"{name}.xml", content)


def outside(house: House) -> str:
    """Everything that left for partners, as text."""
    left = sorted((house.root / "outbox").rglob("*.*"))
    return "\n".join(path.read_text("utf-8") for path in left if path.suffix in (".xml", ".txt", ".html"))


def inside(house: House, key: str) -> list[str]:
    with house.open() as home:
        [found] = home.journal.orders(key)
        return [each.inside for event in home.journal.story(found.key) for each in event.findings]


# --- lists ---


def test_a_list_that_grew_since_holds_the_order_on_its_day(house: House) -> None:
    key = due(house, "2026-04-07")
    house.run()
    assert house.states(key) == {"PAY": "waiting"}
    table(house, "screening.csv", HEADER + LISTED.format(version=2))
    house.run(TUESDAY)
    assert house.states(key) == {"PAY": "held MS03 HLD-01"}
    assert inside(house, key)[-1] == "unusual list L: creditor fits name OCELIAREN @ version 2"
    told = outside(house)
    assert "HLD-10" in told
    assert not [word for word in ("HLD-01", "unusual", "list L", "version 2") if word in told]


def test_a_letter_of_a_refusal_names_no_paragraph_of_sanctions(house: House) -> None:
    key = due(house, "2026-04-07")
    table(house, "screening.csv", HEADER + LISTED.format(version=1))
    house.run()
    house.reprocess("refuse", "2026-04-02T11:00", key=key)
    (letter,) = [each for each in house.published(key, "decision:") if each.suffix == ".txt"]
    words = letter.read_text("utf-8")
    assert "HLD-10" in words
    assert "VII.8" not in words


def test_what_two_people_released_is_paid_whatever_version_the_list_gets(house: House) -> None:
    key = due(house, "2026-04-07")
    table(house, "screening.csv", HEADER + LISTED.format(version=1))
    house.run()
    assert house.states(key) == {"PAY": "held MS03 HLD-01"}
    house.release(key=key)
    table(house, "screening.csv", HEADER + LISTED.format(version=2))
    house.run(TUESDAY)
    assert house.states(key) == {"PAY": "paid"}


def test_what_was_only_judged_again_is_held_again(house: House) -> None:
    key = due(house, "2026-04-07")
    table(house, "screening.csv", HEADER + LISTED.format(version=1))
    house.run()
    table(house, "screening.csv", HEADER)
    house.reprocess("judge-again", key=key)
    assert house.states(key) == {"PAY": "waiting"}
    table(house, "screening.csv", HEADER + LISTED.format(version=3))
    house.run(TUESDAY)
    assert house.states(key) == {"PAY": "held MS03 HLD-01"}


def test_a_refusal_on_the_due_day_is_told_without_its_cause(house: House) -> None:
    key = due(house, "2026-04-07")
    house.run()
    table(house, "screening.csv", HEADER + "UN,9,sanction,OCELIAREŇ,\n")
    house.run(TUESDAY)
    assert house.states(key) == {"PAY": "rejected RR04 HLD-02"}
    told = outside(house)
    assert "RR04" in told
    assert not [word for word in ("HLD-02", "sanction", "sankci", "UN,9") if word in told]


def test_nothing_is_judged_without_lists(house: House) -> None:
    key = due(house, "2026-04-02")
    (house.root / "reference" / "screening.csv").unlink()
    with pytest.raises(LeftUndone, match="has no screening"):
        house.run()
    assert house.file(key).judged is False


def test_what_was_screened_against_is_written_down(house: House) -> None:
    key = due(house, "2026-04-02")
    house.run()
    with house.open() as home:
        [found] = home.journal.orders(key)
        judged = next(event for event in home.journal.story(found.key) if event.what == "judged")
    assert judged.detail["screened"].startswith("vzor-obchody 7, vzor-sankcie 2026-04-01 [")


# --- stops of the whole bank ---

STOP = "scope,since,until,decided_by\n"


def test_a_stop_of_payments_abroad_holds_them_and_no_others(house: House) -> None:
    table(house, "stops.csv", STOP + "cross_border,2026-04-01T00:00:00+02:00,,state\n")
    abroad, at_home = due(house, "2026-04-02", to=DE, name="ABROAD"), due(house, "2026-04-02", name="HERE")
    house.run()
    assert house.states(abroad) == {"ABROAD": "held MS03 HLD-08"}
    assert house.states(at_home) == {"HERE": "paid"}


def test_a_stop_decided_since_holds_what_waits_and_a_person_lets_it_go_on_afterwards(house: House) -> None:
    key = due(house, "2026-04-07")
    house.run()
    table(
        house, "stops.csv",
        STOP + "debits,2026-04-06T00:00:00+02:00,2026-04-08T12:00:00+02:00,administrator\n",
    )  # fmt: skip
    house.run(TUESDAY)
    assert house.states(key) == {"PAY": "held MS03 HLD-08"}
    house.release("2026-04-07T09:00", key=key)
    house.run("2026-04-08T08:30")
    assert house.states(key) == {"PAY": "held MS03 HLD-08"}  # nobody releases past a stop
    house.run("2026-04-08T15:30")
    assert house.states(key) == {"PAY": "held MS03 HLD-08"}  # nor does it go on by itself
    house.release("2026-04-08T16:00", key=key)
    house.run("2026-04-09T08:30")
    assert house.states(key) == {"PAY": "paid"}


# --- accounts that move away or close ---


def test_a_switched_account_cancels_what_is_still_open_on_its_day(house: House) -> None:
    before, after = due(house, "2026-04-08", name="BEFORE"), due(house, "2026-04-14", name="AFTER")
    house.run()
    table(house, "switches.csv", f"iban,effective_on\n{TRADER},2026-04-09\n")
    house.run("2026-04-08T08:30")
    assert (house.states(before), house.states(after)) == ({"BEFORE": "paid"}, {"AFTER": "waiting"})
    house.run("2026-04-09T08:30")
    assert house.states(after) == {"AFTER": "revoked DS02 SWI-01"}
    later = due(house, "2026-04-10", name="LATER")
    house.run("2026-04-09T11:30")
    assert house.states(later) == {"LATER": "rejected"}
    assert "AC04" in outside(house)
    with house.open() as home:
        assert home.journal.faults() == []
        digest = home.journal.digest()
    house.run("2026-04-09T11:30")
    with house.open() as home:
        assert home.journal.digest() == digest


def test_what_was_cancelled_is_handed_over_as_a_list_once(house: House) -> None:
    key = house.drop(
        A, "PAY.xml", transfers("PAY-1", A2, [order("PAY", "10.00", "Oceliareň", B1)], due="2026-04-14")
    )
    house.add_account_to_partner(A, A2)
    house.run()
    table(house, "switches.csv", f"iban,effective_on,new_bic\n{A2},2026-04-09,VZORDEFFXXX\n")
    house.run("2026-04-09T08:30")
    assert house.states(key) == {"PAY": "revoked DS02 SWI-01"}
    [written] = (house.root / "outbox" / "desk").glob("switching_*.csv")
    lines = list(csv.DictReader(io.StringIO(written.read_text("utf-8"))))
    assert [line["item"] for line in lines] == ["order", "consent", "consent"]
    assert (lines[0]["amount"], lines[0]["other_account"], lines[0]["due_on"]) == ("10.00", B1, "2026-04-14")
    assert {line["mandate_id"] for line in lines[1:]} == {"MND-2026-001", "ONCE-5"}
    beside = json.loads(written.with_name(f"{written.name}.manifest.json").read_text("utf-8"))
    assert (beside["count"], beside["sum"], beside["kind"]) == (1, "10.00", "switching")
    house.run("2026-04-09T11:30")
    assert len(list((house.root / "outbox" / "desk").glob("switching_*.csv"))) == 1


def test_a_held_order_is_cancelled_with_its_account_too(house: House) -> None:
    key = due(house, "2026-04-14")
    table(house, "screening.csv", HEADER + LISTED.format(version=1))
    house.run()
    table(house, "switches.csv", f"iban,effective_on\n{TRADER},2026-04-09\n")
    house.run("2026-04-09T08:30")
    assert house.states(key) == {"PAY": "revoked DS02 SWI-01"}


def test_an_order_beyond_the_closing_day_is_refused_at_once(house: House) -> None:
    beyond, before = due(house, "2026-05-11", name="BEYOND"), due(house, "2026-05-08", name="BEFORE")
    house.run()
    house.set_account(TRADER, closed_on="2026-05-10")
    house.run(TUESDAY)
    assert house.states(beyond) == {"BEYOND": "rejected AC05 ACC-13"}
    assert house.states(before) == {"BEFORE": "waiting"}
    assert any("ACC-13" in path.read_text("utf-8") for path in (house.root / "outbox").rglob("*.txt"))


def test_an_account_that_may_not_be_debited_for_want_of_identification(house: House) -> None:
    key = due(house, "2026-04-07")
    house.run()
    house.set_account(TRADER, identification_refused="true")
    house.run(TUESDAY)
    assert house.states(key) == {"PAY": "rejected RR04 HLD-04"}
