"""What is told adds up: in every status report of the sample day, for every refused order, in every notice."""

import re
import shutil
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from sepa.model.journal import FileRow, OrderRow
from sepa.model.reference import Reference
from sepa.pipeline.confirm import NotConfirmed, confirmation
from sepa.store.reference import load_reference
from tests.pipeline.conftest import STEPS
from tests.pipeline.house import House, StatusReport
from tests.tell.paper import read_back
from tools.sample_bank import HEIR

REFUSED = ("rejected", "not-executed", "unsettled")


@pytest.fixture(scope="module")
def day(sample_thursday: House, tmp_path_factory: pytest.TempPathFactory) -> House:
    """The sample day to its end. Look, do not touch."""
    root = tmp_path_factory.mktemp("told") / "home"
    shutil.copytree(sample_thursday.root, root)
    house = House(root)
    for step in STEPS[1:]:
        house.run(step)
    return house


def reports(house: House) -> list[tuple[FileRow, str, StatusReport]]:
    """Every status report of the home with its file and occasion."""
    with house.open() as home:
        return [
            (file, each.occasion, StatusReport(house.root / each.path))
            for file in home.journal.find_files()
            for each in home.journal.publications(file.key)
            if each.kind.startswith("pain.002")
        ]


def test_every_file_with_a_message_id_was_reported_on(day: House) -> None:
    reported = {file.key for file, occasion, _ in reports(day) if occasion == "judged"}
    for file in day.files():
        receipts = [path for path in day.published(file.key, "judged") if path.name.startswith("receipt_")]
        answerable = bool(file.message_id) and (file.message_name or "").startswith("pain.")
        assert ((file.key in reported), len(receipts)) == ((True, 0) if answerable else (False, 1)), file.name


def test_the_counts_of_each_status_add_up(day: House) -> None:
    looked_at = 0
    for file, occasion, report in reports(day):
        group, blocks = report.counts("OrgnlGrpInfAndSts"), report.counts("OrgnlPmtInfAndSts")
        if not group:
            assert report.group == "RJCT", (file.name, occasion)
            continue
        looked_at += 1
        assert group == blocks, (file.name, occasion)
        assert sum(group.values()) == file.count, (file.name, occasion)
        named = Counter(report.transactions.values())
        assert all(number <= group[status] for status, number in named.items()), (file.name, occasion)
    assert looked_at > 40


def test_the_group_says_what_its_blocks_say(day: House) -> None:
    for file, occasion, report in reports(day):
        statuses = set(report.counts("OrgnlGrpInfAndSts"))
        if report.group in ("ACCP", "ACSC", "ACSP", "ACWC", "PDNG"):
            assert "RJCT" not in statuses, (file.name, occasion)
        if report.group == "PART":
            assert len(statuses) > 1, (file.name, occasion)
        if statuses == {"RJCT"}:
            assert report.group == "RJCT", (file.name, occasion)


def test_every_refused_order_is_named_or_its_block_or_file_is(day: House) -> None:
    told: dict[str, list[StatusReport]] = defaultdict(list)
    for file, occasion, report in reports(day):
        if not occasion.startswith("repeat:"):
            told[file.key].append(report)
    refused = [order for order in day.all_orders() if order.state in REFUSED]
    assert len(refused) > 25
    for order in refused:
        assert any(names(report, order) for report in told[order.file_key]), order.key


def names(report: StatusReport, order: OrderRow) -> bool:
    """Whether the report refuses this order: itself, with its block, or with its file; always with a reason."""
    if not report.codes:
        return False
    whole_file = report.group == "RJCT" and not report.blocks
    whole_block = not report.transactions and report.blocks and report.blocks[order.block - 1] == "RJCT"
    return whole_file or bool(whole_block) or report.transactions.get(order.end_to_end_id) == "RJCT"


def test_every_reason_has_a_code_a_rule_and_a_sentence(day: House) -> None:
    for file, occasion, report in reports(day):
        reasons = list(report.root.iterfind(".//{*}StsRsnInf"))
        for each in reasons:
            if report.texts("AddtlInf", each)[0].startswith("Received "):
                continue  # the receipt stamp is no reason
            assert report.texts("Rsn/Cd", each), (file.name, occasion)
            assert re.match(r"[A-Z]{2,3}-[0-9]{2} \S", report.texts("AddtlInf", each)[0]), (
                file.name,
                occasion,
            )
        if report.group == "RJCT" and occasion != "window:":
            assert len(reasons) > 1, (file.name, occasion)


def letters(house: House, key: str) -> list[Path]:
    return [path for path in house.published(key, "") if path.parent.name == "notices"]


def test_a_notice_exists_for_the_account_of_every_refused_order(day: House) -> None:
    """One for each account and file, in all three forms; none after the owner's death."""
    for file in day.files():
        due = {
            (order.debtor_iban or "")[-4:] if order.kind == "credit-transfer" else "file"
            for order in day.orders(file.key)
            if order.state in REFUSED and order.debtor_iban != HEIR
        }
        told = [path for path in letters(day, file.key) if "_held_" not in path.name]
        written = Counter(path.stem.rsplit("_", 2)[1] for path in told)
        if file.name == "05-tries-again.xml":  # its owner has not asked for notices of unsettled orders
            assert not written
            continue
        if file.findings:  # the file was refused as a whole; its orders' accounts are told as well
            assert set(written) <= due
            continue
        assert set(written) == due, file.name
        assert all(number % 3 == 0 for number in written.values()), file.name


def accounts(house: House) -> set[str]:
    """Every account number that an order of the day names, in one word."""
    found = {
        number
        for order in house.all_orders()
        for number in (order.debtor_iban, order.creditor_iban)
        if number
    }
    assert len(found) > 40
    return found


def shown_in_full(text: str, numbers: set[str]) -> list[str]:
    bare = re.sub(r"[\s\u00a0\u202f.-]", "", text)
    return [number for number in numbers if number in bare]


def test_no_notice_shows_an_account_in_full(day: House) -> None:
    numbers, looked_at = accounts(day), 0
    for path in (day.root / "outbox").rglob("notices/*"):
        looked_at += 1
        told = read_back(path)
        assert shown_in_full(told, numbers) == [], path.name
    assert looked_at > 40


def test_a_forwarded_collection_is_not_ours_to_confirm(day: House) -> None:
    forwarded = next(
        each
        for each in day.all_orders()
        if (each.kind, each.state, each.route) == ("collection", "paid", "clearing")
    )
    with day.open() as home, pytest.raises(NotConfirmed, match="forwarded"):
        confirmation(home, forwarded.key, forwarded.received_at)


def test_no_status_report_tells_an_account_in_its_sentences(day: House) -> None:
    numbers = accounts(day)
    for file, occasion, report in reports(day):
        assert shown_in_full(report.sentences, numbers) == [], (file.name, occasion)


def test_a_message_id_of_ours_is_used_once(day: House) -> None:
    ids = Counter(report.texts("GrpHdr/MsgId")[0] for _, _, report in reports(day))
    assert set(ids.values()) == {1}


def test_the_banks_tables_are_read_once_for_all_reports(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []

    def counted(folder: Path) -> Reference:
        read.append(folder)
        return load_reference(folder)

    for number in range(5):
        house.drop("stavebniny", f"{number}.xml", f"no message {number}")
    house.run()
    monkeypatch.setattr("sepa.pipeline.home.load_reference", counted)
    for number in range(5):
        house.drop("stavebniny", f"again-{number}.xml", f"no message {number}")
    house.run()
    assert len(read) == 2  # once for the window, once for all reports
