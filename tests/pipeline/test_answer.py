"""The answer to a file is the same however many processes draw it, and every order is told in it once."""

import csv
from pathlib import Path

import pytest

from sepa.pipeline import answer
from sepa.pipeline.gathering import SHOWN
from sepa.pipeline.undone import LeftUndone
from tests.pipeline.house import House
from tools.sample_bank import B1, TRADER, order, transfers

A = "stavebniny"
WRONG = "SK0012000000198742637541"
SOUND_EACH = 3


def file_of(orders: int) -> str:
    """Orders of two accounts in blocks, of which every third is sound: the others are wrong in two ways."""
    ibans = [(WRONG, B1, f"{B1[:-2]}00")[number % SOUND_EACH] for number in range(orders)]
    wrong = [order(f"PAY{number}", "10.00", "Oceliareň", iban) for number, iban in enumerate(ibans)]
    return transfers("PAY-1", TRADER, wrong, due="2026-04-02")


def answered(house: House) -> dict[str, str]:
    return {name: digest for name, digest in house.told().items() if not name.startswith("archive/")}


def played(folder: Path, content: str) -> tuple[House, str]:
    house = House.new(folder)
    house.set_profile(notices={"formats": ["text"]})
    key = house.drop(A, "PAY.xml", content)
    house.run()
    return house, key


@pytest.mark.parametrize("forks", [1, 2, 3])
def test_an_answer_is_the_same_however_many_draw_it(
    forks: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = file_of(5 * SHOWN)
    monkeypatch.setattr(answer, "forks_for", lambda orders: 0)
    alone, key = played(tmp_path / "alone", content)
    monkeypatch.setattr(answer, "forks_for", lambda orders: forks)
    monkeypatch.setattr(answer, "SHEET_ORDERS", 7)
    together, _ = played(tmp_path / "together", content)
    assert answered(together) == answered(alone)
    assert together.digest() == alone.digest()
    (listed,) = together.outbox(A, "notices/*_list_*.csv")
    rows = list(csv.reader(listed.read_text("utf-8-sig").splitlines(), delimiter=";"))[1:]
    refused = [str(number) for number in range(5 * SHOWN) if number % SOUND_EACH != 1]
    assert [row[0] for row in rows] == [str(number) for number in range(1, len(refused) + 1)]
    assert [row[3].removeprefix("PAY") for row in rows] == refused
    lists = "".join(path.read_text() for path in together.outbox("desk", "fees_*.csv"))
    assert lists.count(f"{key[:24]}-") == len(refused)


def test_what_fails_beside_fails_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house = House.new(tmp_path / "house")
    house.drop(A, "PAY.xml", file_of(30))
    monkeypatch.setattr(answer, "forks_for", lambda orders: 2)

    def fails(*_: object) -> None:
        raise ValueError("no line can be drawn")

    monkeypatch.setattr(answer.Drawing, "__call__", fails)
    with pytest.raises(LeftUndone, match="ValueError: no line can be drawn"):
        house.run()
    assert house.outbox(A, "pain.002_PAY_*") == []
