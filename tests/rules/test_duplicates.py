"""Twins and repeated identifications."""

from typing import Any

import pytest

from sepa.model.message import Mandate, Party, Remittance
from sepa.rules import duplicates
from sepa.rules.duplicates import Repetition, fingerprint
from tests.build import A1, A2, B1, C1, case, collection, profile, said, transfer

STANDARD = fingerprint(transfer().transaction, "2026-04-02")


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"debtor_iban": A2}, id="payer"),
        pytest.param({"creditor_iban": C1}, id="payee"),
        pytest.param({"amount": "100.01"}, id="amount"),
        pytest.param({"currency": "USD"}, id="currency"),
        pytest.param({"end_to_end_id": "E2E-2"}, id="EndToEndId"),
        pytest.param({"remittance": Remittance(unstructured=("rent",))}, id="message"),
        pytest.param({"mandate": Mandate(mandate_id="M")}, id="kind and mandate"),
    ],
)
def test_another_order_has_another_fingerprint(changes: dict[str, Any]) -> None:
    assert fingerprint(transfer(**changes).transaction, "2026-04-02") != STANDARD


def test_another_date_has_another_fingerprint() -> None:
    assert fingerprint(transfer().transaction, "2026-04-03") != STANDARD


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"amount": "100"}, id="amount without decimals"),
        pytest.param({"amount": "100.0"}, id="amount with one"),
        pytest.param({"amount": "0100.00"}, id="amount with a nought before it"),
        pytest.param({"debtor_iban": A1.lower()}, id="payer in small letters"),
        pytest.param({"creditor_iban": B1.lower()}, id="payee in small letters"),
        pytest.param({"instruction_id": "I-2"}, id="InstrId"),
        pytest.param({"creditor": Party(name="ENERGIA")}, id="name"),
        pytest.param({"block": {"position": 3, "id": "PMT-3"}}, id="place in the file"),
    ],
)
def test_the_same_order_has_the_same_fingerprint(changes: dict[str, Any]) -> None:
    assert fingerprint(transfer(**changes).transaction, "2026-04-02") == STANDARD


def test_a_fingerprint_is_sha_256_in_hex() -> None:
    assert len(STANDARD) == 64
    assert int(STANDARD, 16)


def test_fields_do_not_run_into_each_other() -> None:
    one = transfer(end_to_end_id="AB", remittance=Remittance(unstructured=("C",))).transaction
    other = transfer(end_to_end_id="A", remittance=Remittance(unstructured=("BC",))).transaction
    assert fingerprint(one, None) != fingerprint(other, None)


@pytest.mark.parametrize("kind", [transfer, collection])
@pytest.mark.parametrize(
    ("in_earlier", "repeated", "expected"),
    [
        pytest.param(False, False, set(), id="new"),
        pytest.param(
            True, False, {("BAT-04", "AM05", "end_to_end_id", "hold")}, id="twin of an earlier message"
        ),
        pytest.param(False, True, {("DUP-01", "DU04", "end_to_end_id", "warn")}, id="EndToEndId again"),
    ],
)
def test_repetition(
    kind: Any, in_earlier: bool, repeated: bool, expected: set[tuple[str, str, str, str]]
) -> None:
    built = kind()
    repetition = Repetition(built.transaction, in_earlier, repeated)
    found = tuple(each for rule in duplicates.RULES for each in rule.check(repetition, case(built)))
    assert said(found) == expected


def test_a_twin_only_warns_where_the_profile_says_so() -> None:
    repetition = Repetition(transfer().transaction, in_earlier_message=True)
    bank = profile(batch__on_duplicate_content="warn")
    assert said(duplicates.in_earlier_message.check(repetition, case(bank=bank))) == {
        ("BAT-04", "AM05", "end_to_end_id", "warn")
    }
