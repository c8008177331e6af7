"""What a child of the chamber can be asked about a file."""

import json
import mmap
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sepa.model.finding import Finding
from sepa.pipeline.check import Checked, check_file
from sepa.pipeline.home import read_instant
from sepa.store.profiles import load_profile
from sepa.store.reference import load_reference
from sepa.wire.schema import READABLE, schema_of

ROOT = Path(__file__).resolve().parents[2]
PROFILE = load_profile("otp-sk")
REFERENCE = load_reference(ROOT / "fixtures" / "sample-bank" / "reference")
RECEIVED = read_instant("2026-04-02T10:00", PROFILE)
PARTNER = "stavebniny"
for name in READABLE:
    schema_of(name)  # compiled once, before anybody is let loose


def end_of(path: str) -> str:
    """How `sepa check` ends for a file, in the words of `tests/hostile/attacks.py`."""
    return _end(_checked(path))


def ends_of(paths: list[str]) -> list[str]:
    """The same for several files."""
    return [end_of(path) for path in paths]


def _checked(path: str) -> Checked:
    return check_file(Path(path), profile=PROFILE, reference=REFERENCE, received_at=RECEIVED, partner=PARTNER)


def _end(checked: Checked) -> str:
    verdict = checked.verdict
    refusals = [finding for finding in verdict.findings if finding.effect == "reject"]
    if refusals:
        return _refused(refusals)
    blocks = [
        f"block {finding.rule} {finding.element}"
        for block in verdict.blocks
        for finding in block.findings
        if finding.effect == "reject"
    ]
    return blocks[0] if blocks else "; ".join(_order(json.loads(line)) for line in checked.payment_lines())


def _refused(refusals: list[Finding]) -> str:
    first = refusals[0]
    kind = first.name.removeprefix("files.")
    if kind == "schema":
        return f"{first.rule} at {first.element.rpartition('/')[2].rpartition(', ')[2]}"
    if kind in ("not_xml", "truncated"):
        return f"{first.rule} {kind}"
    if first.rule.startswith("FIL"):
        return f"{first.rule} {first.found[:60]}"
    return f"{first.rule} " + ", ".join(each.element.rpartition(".")[2] for each in refusals)


def _order(line: dict[str, Any]) -> str:
    weighty = [reason for reason in line["reasons"] if reason["effect"] != "warn"]
    told = list(
        dict.fromkeys(f"{reason['rule']} {reason['element']}" for reason in weighty or line["reasons"])
    )
    amount = f" {line['amount'].strip()}" if line["outcome"] == "accepted" else ""
    return " ".join([line["outcome"] + amount, *told[:1]])


def stray(port: int) -> None:
    Path("/etc/hostname").exists()
    Path("/etc/passwd").read_bytes()


def call(port: int) -> None:
    socket.create_connection(("127.0.0.1", port)).close()


def spin(port: int) -> None:
    while True:
        pass


def grow(port: int) -> None:
    held = [mmap.mmap(-1, 1 << 28) for _ in range(100)]
    assert held


def fall(port: int) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


QUESTIONS: dict[str, Callable[..., Any]] = {
    "end_of": end_of, "ends_of": ends_of, "stray": stray, "call": call, "spin": spin, "grow": grow, "fall": fall,
}  # fmt: skip
