"""The sample bank's day, Thu 2026-04-02, run to its end: what became of each of the 49 drops, and that it all adds up.

`UPDATE_GOLDEN=1 python -m pytest tests/pipeline/test_sample_day.py` writes the table anew.
"""

import csv
import datetime
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from sepa.model.journal import OrderRow
from sepa.scheme.money import amount_text, cents
from sepa.store.places import fixtures_folder
from sepa.wire.emitted import check_emitted
from tests.pipeline.conftest import STEPS
from tests.pipeline.house import House, stands

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden" / "sample-day" / "outcomes.txt"
OFFICIAL = ROOT / ".." / "shared" / "xsd" / "iso20022"
DAYS = [datetime.date(2026, 4, 2), datetime.date(2026, 4, 7), datetime.date(2026, 4, 13)]
EMITTED = ("pacs.008.001.08", "pacs.003.001.08", "pain.002.001.03", "pain.002.001.10")


class Told:
    """The day as it went: the home at its end, and the state of every order after each step."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.after: list[dict[str, str]] = []

    def look(self) -> None:
        self.after.append({order.key: stands(order) for order in self.house.all_orders()})


@pytest.fixture(scope="module")
def told(sample_thursday: House, tmp_path_factory: pytest.TempPathFactory) -> Told:
    root = tmp_path_factory.mktemp("day") / "home"
    shutil.copytree(sample_thursday.root, root)
    told = Told(House(root))
    told.look()
    for step in STEPS[1:]:
        told.house.run(step)
        told.look()
    return told


def table(told: Told) -> Iterator[str]:
    """One line a file, one line an order: how it was judged, and where it went step by step."""
    yield "# file: message, status as judged, orders, sum, reasons on the file"
    yield "# order: amount, outcome as judged -> every later state; booking and settlement day; remarks"
    with told.house.open() as home:
        for file in sorted(home.journal.find_files(), key=lambda each: (each.partner, each.name)):
            reasons = " ".join(f"{each.code} {each.rule}" for each in file.findings)
            yield ""
            yield (
                f"{file.partner}/{file.name}: {file.message_name or 'no message'}, {file.status}, "
                f"{file.count} orders, {file.sum_text}{', ' * bool(reasons)}{reasons}"
            )
            for block in home.journal.blocks(file.key):
                faults = [f"{each.code} {each.rule}" for each in block.findings if each.effect != "warn"]
                if faults:
                    yield f"  block {block.id}: {block.status} {' '.join(faults)}"
            yield from _orders(told, list(home.journal.orders(file.key)))


def _orders(told: Told, orders: list[OrderRow]) -> Iterator[str]:
    lines = []
    for order in orders:
        path = [told.after[0][order.key]]
        for step in told.after[1:]:
            if step[order.key] != path[-1]:
                path.append(step[order.key])
        days = f"; {order.booking_date} {order.settlement_date} {order.route}" if order.booking_date else ""
        remarks = [f"{each.code} {each.rule}" for each in order.findings if each.effect in ("warn", "move")]
        lines.append(
            (order, f"{order.outcome} -> {' -> '.join(path)}{days}{' ' * bool(remarks)}{' '.join(remarks)}")
        )
    alike = Counter(line for _, line in lines)
    for order, line in lines:
        if alike[line] > 9:
            sums = sum(each.amount_cents for each, same in lines if same == line)
            yield f"  {alike[line]} orders, {amount_text(sums)}: {line}"
            alike[line] = 0
        elif alike[line]:
            yield f"  {order.end_to_end_id} {order.amount_text} {order.currency}: {line}"


def test_every_drop_ends_as_the_table_says(told: Told) -> None:
    now = "\n".join(table(told)) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.parent.mkdir(parents=True, exist_ok=True)
        GOLDEN.write_text(now, "utf-8")
    assert now == GOLDEN.read_text("utf-8")


def test_every_drop_was_taken_and_its_bytes_are_in_the_archive(told: Told) -> None:
    drops = sorted((fixtures_folder() / "sample-bank" / "drops").glob("*/*"))
    archived = {path.name: path.read_bytes() for path in (told.house.root / "archive").glob("??/*")}
    assert len(drops) == 49
    assert {drop.read_bytes() for drop in drops} == set(archived.values())
    assert not [path for path in (told.house.root / "inbox").rglob("*") if path.is_file()]


def emitted(house: House) -> list[tuple[Path, str]]:
    """Every message that left, with its full name, read from its own namespace."""
    paths = [*house.root.glob("outbox/*/*.xml"), *house.root.glob("clearing/out/*.xml")]
    return [(path, etree.QName(etree.parse(path).getroot()).namespace.rpartition(":")[2]) for path in paths]


def test_every_message_keeps_to_our_schema_and_its_own_totals(told: Told) -> None:
    checked = Counter()
    for path, name in emitted(told.house):
        check_emitted(path, name)
        checked[name] += 1
    assert set(checked) == set(EMITTED)


@pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the official schemas do not lie beside the checkout")
def test_every_message_keeps_to_the_official_schema(told: Told) -> None:
    schemas = {name: etree.XMLSchema(file=str(OFFICIAL / f"{name}.xsd")) for name in EMITTED}
    wrong = [
        f"{path.name}: {schemas[name].error_log.last_error}"
        for path, name in emitted(told.house)
        if not schemas[name].validate(etree.parse(path))
    ]
    assert wrong == []


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_every_day_is_proven(told: Told, day: datetime.date) -> None:
    assert told.house.prove(day, f"{day}T23:00").faults == ()


def test_what_came_in_is_what_went_out_waits_or_was_refused_to_the_cent(told: Told) -> None:
    orders = told.house.all_orders()
    come_in = sum(cents(order.amount_text) or 0 for order in orders)
    paid = sum(order.amount_cents or 0 for order in orders if order.state == "paid")
    assert sum(order.amount_cents or 0 for order in orders) == come_in
    assert posted(told.house, "debit") == posted(told.house, "credit") == paid > 0


def posted(house: House, side: str) -> int:
    """Cents on one side of every bookings file."""
    rows = [
        row
        for path in (house.root / "clearing" / "out").glob("bookings_*.csv")
        for row in csv.DictReader(path.read_text("utf-8").splitlines(), delimiter=";")
    ]
    return sum(cents(row["amount"]) or 0 for row in rows if row["side"] == side)


def test_a_step_repeated_changes_nothing(told: Told) -> None:
    before = told.house.digest(), told.house.bytes_of()
    for step in STEPS:
        ran = told.house.run(step)
        assert (ran.deliveries, ran.judged, ran.published, ran.sealed.bulks) == ((), (), (), ())
    assert (told.house.digest(), told.house.bytes_of()) == before


def test_the_days_report_is_published_once(told: Told) -> None:
    first = told.house.close_day()
    before = told.house.digest()
    assert [Path(path).suffix for path in first] == [".html", ".csv", ".csv"]
    assert all((told.house.root / path).stat().st_size > 200 for path in first)
    assert told.house.close_day() == first
    assert told.house.digest() == before
