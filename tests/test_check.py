"""`sepa check` on the sample bank's drops: what becomes of each, pinned in tests/golden/check.

`UPDATE_GOLDEN=1 python -m pytest tests/test_check.py` writes the lines anew. Sentences are not pinned, so they
can be improved freely; rules, codes, places, dates and outcomes are.
"""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sepa.cli import app

ROOT = Path(__file__).resolve().parents[1]
BANK = ROOT / "fixtures" / "sample-bank"
GOLDEN = ROOT / "tests" / "golden" / "check"
PARTNERS = sorted(folder.name for folder in (BANK / "drops").iterdir())

_PINNED = (
    "kind", "position", "id", "message", "message_id", "transactions", "control_sum", "status", "outcome",
    "route", "received_on", "booking_date", "settlement_date", "not_judged",
)  # fmt: skip
_PINNED_OF_A_REASON = ("rule", "code", "element", "effect")


def told(*arguments: str) -> tuple[int, list[dict[str, Any]]]:
    """The exit code and the lines of `sepa check --json` on Thu 2026-04-02 at 10:00."""
    ran = CliRunner().invoke(app, ["check", "--json", "--at", "2026-04-02T10:00", *arguments])
    return ran.exit_code, [json.loads(line) for line in ran.stdout.splitlines()]


def pinned(lines: list[dict[str, Any]]) -> Iterator[str]:
    for line in lines:
        kept = {name: line[name] for name in _PINNED if name in line}
        reasons = [" ".join(reason[name] for name in _PINNED_OF_A_REASON) for reason in line["reasons"]]
        named = {"file": Path(line["path"]).name} if line["kind"] == "file" else {}
        yield json.dumps(named | kept | {"reasons": reasons}, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("partner", PARTNERS)
def test_what_becomes_of_the_drops_of_a_partner(partner: str) -> None:
    drops = sorted(map(str, (BANK / "drops" / partner).iterdir()))
    _, lines = told("--data", str(BANK / "reference"), "--partner", partner, *drops)
    written = "".join(pinned(lines))
    golden = GOLDEN / f"{partner}.jsonl"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(written, "utf-8")
    assert written == golden.read_text("utf-8")


@pytest.mark.parametrize(
    ("drop", "code"),
    [
        pytest.param("stavebniny/01-suppliers.xml", 0, id="nothing refused"),
        pytest.param("stavebniny/10-one-bad-iban.xml", 1, id="one order of three"),
        pytest.param("stavebniny/40-empty.xml", 1, id="no message"),
    ],
)
def test_the_exit_code_says_whether_anything_is_refused(drop: str, code: int) -> None:
    partner = drop.partition("/")[0]
    ended, lines = told("--data", str(BANK / "reference"), "--partner", partner, str(BANK / "drops" / drop))
    assert ended == code
    assert lines[0]["kind"] == "file"


@pytest.mark.parametrize(
    ("most", "code", "reasons"),
    [
        pytest.param("1000000.00", 0, set(), id="EB-04 enough for this file"),
        pytest.param("0.01", 1, {"AM14 EB-04"}, id="EB-04 too little for this file alone"),
    ],
)
def test_a_limit_of_the_day_is_named_because_other_files_are_not_seen(
    tmp_path: Path, most: str, code: int, reasons: set[str]
) -> None:
    tables = shutil.copytree(BANK / "reference", tmp_path / "reference")
    (tables / "limits.csv").write_text(
        f"partner,valid_from,per_day\nstavebniny,2026-04-01T08:00:00+02:00,{most}\n", "utf-8"
    )
    drop = str(BANK / "drops" / "stavebniny" / "01-suppliers.xml")
    ended, (file, *others) = told("--data", str(tables), "--partner", "stavebniny", drop)
    assert ended == code
    assert "EB-04" in file["not_judged"]
    assert {f"{each['code']} {each['rule']}" for line in others for each in line["reasons"]} == reasons


def test_a_reason_says_all_that_a_person_needs() -> None:
    _, lines = told(str(BANK / "drops" / "stavebniny" / "10-one-bad-iban.xml"))
    (reason,) = [reason for line in lines for reason in line["reasons"]]
    assert reason["rule"] == "IDN-01"
    assert reason["element"] == "CdtrAcct/Id/IBAN"
    assert all(reason[name] for name in ("code", "source", "found", "expected", "message", "remedy"))
