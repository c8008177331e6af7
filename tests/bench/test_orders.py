"""The orders of the bench say what they should."""

import json
import tracemalloc
from collections import Counter
from pathlib import Path

import pytest

from bench.orders import FAULTS, MESSAGES, Shares, order_texts, write_orders
from bench.people import BANKS, NAMES, TOWNS, Bank, iban
from sepa.model.finding import Findings
from sepa.model.reference import Reference
from sepa.pipeline.check import Checked, check_file
from sepa.pipeline.home import read_instant
from sepa.scheme.bic import bic_fault
from sepa.scheme.iban import iban_fault, national_fault
from sepa.store.profiles import load_profile


def checked(path: Path, bank: str) -> Checked:
    profile = load_profile(bank)
    received_at = read_instant("2026-04-02T10:00", profile)
    return check_file(path, profile=profile, reference=Reference(), received_at=received_at)


def all_findings(verdict: Checked) -> Findings:
    found = verdict.verdict.findings
    return sum((block.findings for block in verdict.verdict.blocks), found)


@pytest.mark.parametrize("bank", ["otp-sk", "sepa-2026"])
@pytest.mark.parametrize("message", MESSAGES)
def test_a_file_without_faults_is_accepted_without_a_remark(message: str, bank: str, tmp_path: Path) -> None:
    write_orders(tmp_path / "orders.xml", message, 300, orders_per_block=100)
    found = checked(tmp_path / "orders.xml", bank)
    assert (found.verdict.status, found.verdict.count, len(found.verdict.blocks)) == ("ACCP", 300, 3)
    assert all_findings(found) == ()
    assert list(found.remarkable_lines()) == []


@pytest.mark.parametrize(("kind", "rule"), [
    ("iban", "IDN-01"), ("currency", "CT-02"), ("reference", "CHR-03"), ("country", "ADR-02"), ("bic", "IDN-02"),
    ("remittance", "SCH-11"),
])  # fmt: skip
@pytest.mark.parametrize("message", MESSAGES)
def test_each_fault_refuses_its_share_and_leaves_the_others_alone(
    message: str, kind: str, rule: str, tmp_path: Path
) -> None:
    write_orders(tmp_path / "orders.xml", message, 200, faults={kind: 0.1})
    lines = [json.loads(line) for line in checked(tmp_path / "orders.xml", "otp-sk").payment_lines()]
    refused = [line for line in lines if line["outcome"] == "rejected"]
    assert abs(len(refused) - 20) <= 1
    assert {reason["rule"] for line in refused for reason in line["reasons"]} == {rule}


def test_one_share_of_faults_is_shared_by_all_kinds(tmp_path: Path) -> None:
    write_orders(tmp_path / "orders.xml", "pain.001.001.09", 600, faults=1.0)
    found = checked(tmp_path / "orders.xml", "otp-sk")
    lines = [json.loads(line) for line in found.payment_lines()]
    assert found.verdict.status == "RJCT"
    assert {line["outcome"] for line in lines} == {"rejected"}
    often = Counter(reason["rule"] for line in lines for reason in line["reasons"])
    assert len(often) == len(FAULTS)
    assert all(abs(times - 100) <= 1 for times in often.values())


@pytest.mark.parametrize(
    "shares", [{"iban": 1.1}, {"iban": 0.6, "bic": 0.6}, {"iban": -0.1}, {"weather": 0.1}, 2.0]
)
def test_shares_that_are_none_are_refused(shares: Shares, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="fault"):
        write_orders(tmp_path / "orders.xml", "pain.001.001.09", 10, faults=shares)


@pytest.mark.parametrize("message", MESSAGES)
def test_each_debtor_has_a_block_and_an_account(message: str, tmp_path: Path) -> None:
    write_orders(tmp_path / "orders.xml", message, 50, debtors=5, lines=False)
    text = (tmp_path / "orders.xml").read_text("utf-8")
    side = "Cdtr" if message.startswith("pain.008") else "Dbtr"
    paying = [block.split(f"<{side}Acct>")[1][:50] for block in text.split("<PmtInf>")[1:]]
    assert len(paying) == len(set(paying)) == 5
    found = checked(tmp_path / "orders.xml", "otp-sk")
    assert (found.verdict.status, all_findings(found)) == ("ACCP", ())


def test_debtors_take_turns_where_the_blocks_are_smaller() -> None:
    text = "".join(order_texts("pain.001.001.09", 6, 1, debtors=2))
    paying = [block.split("<DbtrAcct>")[1].split("</DbtrAcct>")[0] for block in text.split("<PmtInf>")[1:]]
    assert paying == paying[:2] * 3
    assert paying[0] != paying[1]


def test_files_are_about_as_long_as_real_ones_and_the_same_again(tmp_path: Path) -> None:
    sizes = [write_orders(tmp_path / name, "pain.001.001.09", 2_000, faults=0.05) for name in ("one", "two")]
    assert 900 < sizes[0] / 2_000 < 1_000
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_larger_file_is_written_in_the_same_memory(tmp_path: Path) -> None:
    def peak(orders: int) -> int:
        tracemalloc.start()
        write_orders(tmp_path / "orders.xml", "pain.001.001.09", orders)
        _, held = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return held

    assert peak(4_000) < 1.2 * peak(400)


@pytest.mark.parametrize("bank", BANKS, ids=lambda bank: f"{bank.country}-{bank.code}")
def test_accounts_have_all_their_check_digits_and_are_never_the_same(bank: Bank) -> None:
    accounts = [iban(bank, number) for number in range(1, 2_000)]
    assert len(set(accounts)) == len(accounts)
    assert {(iban_fault(account), national_fault(account)) for account in accounts} == {(None, None)}
    assert bic_fault(bank.bic) is None
    assert bank.country in NAMES
    assert bank.country in TOWNS
