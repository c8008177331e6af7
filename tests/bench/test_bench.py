"""The bench runs, on orders that say what they should. No time is asserted here: `make bench` shows those."""

import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from bench import settling
from bench.orders import write_orders
from bench.people import BANKS, NAMES, TOWNS, Bank, iban
from sepa.model.finding import Findings
from sepa.model.reference import Reference
from sepa.pipeline.check import Checked, check_file
from sepa.pipeline.home import read_instant
from sepa.scheme.bic import bic_fault
from sepa.scheme.iban import iban_fault, national_fault
from sepa.store.profiles import load_profile

MESSAGES = ("pain.001.001.03", "pain.001.001.09", "pain.008.001.02", "pain.008.001.08")
ROOT = Path(__file__).resolve().parents[2]


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


def test_faults_refuse_their_share_of_the_orders(tmp_path: Path) -> None:
    write_orders(tmp_path / "orders.xml", "pain.001.001.09", 1_000, faults=0.1)
    found = checked(tmp_path / "orders.xml", "otp-sk")
    assert found.verdict.status == "PART"
    refused = [line for line in found.payment_lines() if b'"outcome":"rejected"' in line]
    assert len(refused) == 100
    rules = {
        rule for rule in (b"IDN-01", b"CT-02", b"CHR-03", b"ADR-02") if any(rule in line for line in refused)
    }
    assert len(rules) == 4


@pytest.mark.parametrize("bank", BANKS, ids=lambda bank: f"{bank.country}-{bank.code}")
def test_accounts_have_all_their_check_digits_and_are_never_the_same(bank: Bank) -> None:
    accounts = [iban(bank, number) for number in range(1, 2_000)]
    assert len(set(accounts)) == len(accounts)
    assert {(iban_fault(account), national_fault(account)) for account in accounts} == {(None, None)}
    assert bic_fault(bank.bic) is None
    assert bank.country in NAMES
    assert bank.country in TOWNS


def test_the_bench_runs_and_shows_ratios() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "bench", "--small"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    lines = {line.strip().split("  ")[0] for line in ran.stdout.splitlines()}
    assert {"U", "read", "judge", "JSON lines", "sepa check", "sepa check --json", "settle and seal"} <= lines
    assert "3 times the orders" in ran.stdout
    assert " rules a second, " in ran.stdout


def test_settlement_is_measured_stage_by_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "SEED_MAX", 20)
    found = {orders: settling.measure(orders) for orders in (20, 60)}
    assert found[60].stages.keys() == {"settle and seal", "write, check and publish", "report"}
    assert found[60].megabytes > 0
    screen = Console(record=True, width=200)
    settling.show(screen, found)
    assert "from 20 to 60 orders the CPU time grows" in screen.export_text()
