"""Reason codes: the table holds together, and always has a word for the other bank."""

import re
from pathlib import Path
from typing import get_args

import pytest

from sepa.scheme.reasons import REASONS, UNSPOKEN, Use, is_permitted, narrowed, reason_name

USES = get_args(Use)
SHARED = Path(__file__).resolve().parents[2] / "../shared"


@pytest.mark.parametrize(
    ("code", "use", "written"),
    [
        pytest.param("AC03", "pain.002", "AC03", id="the customer hears the ISO code"),
        pytest.param("AC02", "sct", "AC01", id="debtor's account"),
        pytest.param("AC03", "sdd-core", "AC01", id="creditor's account"),
        pytest.param("SL11", "sdd-core", "SL01", id="list of allowed creditors"),
        pytest.param("SL12", "sdd-core", "SL01", id="list of blocked creditors"),
        pytest.param("SL13", "sdd-core", "SL01", id="too many in the period"),
        pytest.param("SL14", "sdd-core", "SL01", id="over the limit"),
        pytest.param("SL14", "sdd-b2b", "MS03", id="B2B has no special services"),
        pytest.param("CH11", "sdd-core", "BE05", id="creditor identifier"),
        pytest.param("RC12", "sdd-b2b", "BE05", id="creditor identifier not registered"),
        pytest.param("CH10", "sdd-core", "MD02", id="amendment details"),
        pytest.param("DU04", "sct", "AM05", id="duplicate"),
        pytest.param("TM01", "sdd-core", "TM01", id="after the cut-off"),
        pytest.param("AM04", "sct", "MS03", id="lack of money is not told in a transfer reject"),
        pytest.param("AM04", "sdd-core", "AM04", id="but in a direct debit reject"),
        pytest.param("DT04", "sdd-b2b", "MS03", id="B2B has no code for dates"),
        pytest.param("MS03", "sct", "MS03", id="no reason given"),
    ],
)
def test_narrowed(code: str, use: Use, written: str) -> None:
    assert narrowed(code, use) == written


@pytest.mark.parametrize(
    ("code", "use", "permitted"),
    [
        pytest.param("AC01", "sct", True, id="AC01 everywhere"),
        pytest.param("AC04", "sct", False, id="AC04 only returns a transfer"),
        pytest.param("AC04", "sdd-core", True, id="AC04 rejects a collection"),
        pytest.param("MD01", "sct", False, id="transfers have no mandate"),
        pytest.param("SL01", "sdd-b2b", False, id="SL01 is Core's"),
        pytest.param("FOCR", "pain.002", False, id="FOCR only in returns"),
        pytest.param("DT06", "pain.002", True, id="a moved date is the customer's news"),
        pytest.param("DT06", "sct", False, id="and not the other bank's"),
    ],
)
def test_permitted(code: str, use: Use, permitted: bool) -> None:
    assert is_permitted(code, use) is permitted


def test_unknown_is_an_exception() -> None:
    for asked in (reason_name, lambda code: is_permitted(code, "sct"), lambda code: narrowed(code, "sct")):
        with pytest.raises(KeyError):
            asked("ZZ99")
    with pytest.raises(ValueError, match="no table"):
        is_permitted("AC01", "sct-inst")  # type: ignore[arg-type]


def test_the_table_holds_together() -> None:
    assert list(REASONS) == sorted(REASONS)
    for reason in REASONS.values():
        assert re.fullmatch(r"[A-Z0-9]{4}", reason.code)
        assert reason.name
        assert reason.source
        assert reason.narrower is None or reason.narrower in REASONS


def test_there_is_always_a_permitted_code_to_write() -> None:
    for use in USES:
        assert is_permitted(UNSPOKEN, use)
        assert all(is_permitted(narrowed(code, use), use) for code in REASONS)


@pytest.mark.skipif(
    not (SHARED / "reference/bank-terms.md").exists(), reason="the bank's terms are not at hand"
)
def test_every_code_the_bank_terms_suggest_is_here() -> None:
    text = (SHARED / "reference/bank-terms.md").read_text(encoding="utf-8")
    suggested = " ".join(line.split("·")[0] for line in re.findall(r"\*\*Code\*\* (.*)", text))
    codes = set(
        re.findall(r"\b[A-Z]{2}[0-9][0-9A-Z]\b|\b(?:CNOR|DNOR|FOCR|CUST|DUPL|TECH|FRAD)\b", suggested)
    )
    assert len(codes) > 50
    assert codes <= set(REASONS), codes - set(REASONS)
