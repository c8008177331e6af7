"""Who gets a letter about what, in which language and form; and which letter is not written."""

import csv
import re

import pytest

from sepa.pipeline.gathering import SHOWN
from tests.pipeline.house import House
from tests.tell.paper import read_back
from tools.sample_bank import B1, HEIR, TRADER, order, transfers

A = "stavebniny"
WRONG = "SK0012000000198742637541"
FRIDAY_IS_CLOSED = "2026-04-03"


def sent(house: House, account: str, iban: str = B1, *, due: str = "2026-04-02", name: str = "PAY") -> str:
    content = transfers(f"{name}-1", account, [order(name, "10.00", "Oceliareň", iban)], due=due)
    return house.drop(A, f"{name}.xml", content)


def letters(house: House, key: str) -> dict[str, str]:
    """What the letters on a file say, by kind and form: `held.pdf`."""
    found = {}
    for path in house.published(key, ""):
        if path.parent.name == "notices":
            found[f"{path.name.split('_')[1]}{path.suffix}"] = " ".join(read_back(path).split())
    return found


def in_three_forms(kind: str) -> set[str]:
    return {f"{kind}.html", f"{kind}.txt", f"{kind}.pdf"}


def test_a_possible_repeat_is_told_while_a_person_looks_at_it(house: House) -> None:
    sent(house, TRADER)
    again = house.drop(A, "TWIN.xml", transfers("PAY-2", TRADER, [order("PAY", "10.00", "Oceliareň", B1)]))
    house.run()
    told = letters(house, again)
    assert set(told) == in_three_forms("held")
    assert "BAT-04" in told["held.txt"]
    assert "fee" not in told["held.txt"]


@pytest.mark.parametrize(("orders", "shown"), [(SHOWN, SHOWN), (SHOWN + 1, SHOWN)])
def test_a_long_letter_has_a_list_of_all_orders_enclosed(house: House, orders: int, shown: int) -> None:
    house.set_profile(notices={"formats": ["text"]})
    wrong = [order(f"PAY{number}", "10.00", "Oceliareň", WRONG) for number in range(1, orders + 1)]
    key = house.drop(A, "PAY.xml", transfers("PAY-1", TRADER, wrong, due="2026-04-02"))
    house.run()
    found = {path.suffix: path for path in house.published(key, "") if path.parent.name == "notices"}
    letter = found[".txt"].read_text("utf-8")
    assert f"{shown}/{orders}" in letter
    assert (".csv" in found) == (orders > SHOWN)
    if orders > SHOWN:
        assert found[".csv"].name in "".join(letter.split())
        rows = list(csv.reader(found[".csv"].read_text("utf-8-sig").splitlines(), delimiter=";"))
        assert [row[0] for row in rows[1:]] == [str(number) for number in range(1, orders + 1)]
        assert all("IDN-01" in row[-3] for row in rows[1:])
    charged = (path.read_text() for path in house.outbox("desk", "fees_*.csv"))
    assert sum(text.count(f"{key[:24]}-") for text in charged) == orders


def test_an_order_that_was_withdrawn_is_confirmed(house: House) -> None:
    key = sent(house, TRADER, due="2026-04-15")
    house.run()
    assert letters(house, key) == {}
    house.reprocess("revoke", "2026-04-02T10:30", key=f"{key[:24]}-1")
    house.run("2026-04-02T11:00")
    assert set(letters(house, key)) == in_three_forms("revoked")
    assert "DS02" in letters(house, key)["revoked.pdf"]


@pytest.mark.parametrize(("also", "told"), [(["rolled"], in_three_forms("rolled")), ([], set())])
def test_the_profile_says_whether_another_day_is_told(house: House, also: list[str], told: set[str]) -> None:
    house.set_profile(notices={"also": also})
    key = sent(house, TRADER, due=FRIDAY_IS_CLOSED)
    house.run()
    assert set(letters(house, key)) == told


def test_a_bank_that_prints_nothing_gets_no_paper(house: House) -> None:
    house.set_profile(notices={"formats": ["text"]})
    key = sent(house, TRADER, "SK0012000000198742637541")
    house.run()
    assert set(letters(house, key)) == {"rejected.txt"}


def test_a_letter_about_the_dead_is_noted_down_and_not_written(house: House) -> None:
    key = sent(house, HEIR)
    house.run()
    assert letters(house, key) == {}
    with house.open() as home:
        (withheld,) = home.journal.withheld(key)
    assert (withheld.letter, withheld.account, withheld.why) == ("rejected", HEIR, "III.1(8)")
    assert [path.suffix for path in house.published(key, "judged")] == [".xml"]


def test_a_second_run_writes_no_letter_twice(house: House) -> None:
    sent(house, TRADER, "SK0012000000198742637541")
    sent(house, HEIR, name="GONE")
    house.run()
    before, digest = house.bytes_of(), house.digest()
    house.run()
    assert (house.bytes_of(), house.digest()) == (before, digest)


def test_letters_of_the_slovene_bank_are_slovene_and_say_whom_to_call(house: House) -> None:
    """SLO-06: a notice of profile otp-si shows 080 17 70."""
    (house.root / "reference" / "profile.yaml").write_text("extends: otp-si\n")
    partners = house.root / "reference" / "partners.yaml"
    partners.write_text(re.sub(r"language: \w+", "language: null", partners.read_text("utf-8")), "utf-8")
    key = sent(house, TRADER, "SK0012000000198742637541")
    house.set_account(TRADER, language="")
    house.run()
    for told in letters(house, key).values():
        assert "Obvestilo o zavrnjenem plačilnem nalogu".casefold() in told.casefold()
        assert "080 17 70" in told
        assert "+386 2 229 2760" in told
        assert "08:00" in told
