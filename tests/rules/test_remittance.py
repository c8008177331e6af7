"""What an order tells the payee."""

from typing import Any

import pytest

from sepa.model.message import Remittance, StructuredReference
from sepa.rules import remittance
from tests.build import case, collection, profile, said, transfer


def text(*unstructured: str) -> Remittance:
    return Remittance(unstructured=unstructured)


def strd(reference: str | None, issuer: str | None = None, size: int = 60, kind: str = "SCOR") -> Remittance:
    return Remittance(structured=(StructuredReference(reference, kind, issuer, size),))


BOTH = Remittance(("a",), (StructuredReference("RF18539007547034", "SCOR", "ISO", 60),))
RIGHT, WRONG = "RF18539007547034", "RF19539007547034"


@pytest.mark.parametrize("kind", [transfer, collection])
@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        pytest.param(None, None, id="none"),
        pytest.param(text("x" * 140), None, id="CT-13 140"),
        pytest.param(text("x" * 141), ("CT-13", "RR07", "remittance.unstructured"), id="CT-13 141"),
        pytest.param(text("a", "b"), ("SCH-09", "CH17", "remittance"), id="two Ustrd"),
        pytest.param(BOTH, ("SCH-09", "CH17", "remittance"), id="Ustrd and Strd"),
        pytest.param(strd(RIGHT, size=140), None, id="Strd of 140"),
        pytest.param(strd(RIGHT, size=141), ("SCH-10", "CH15", "remittance.structured"), id="Strd of 141"),
        pytest.param(strd(RIGHT, "ISO"), None, id="RF right, ISO"),
        pytest.param(
            strd(WRONG, "ISO"), ("SCH-11", "RR07", "remittance.structured.reference"), id="RF wrong, ISO"
        ),
        pytest.param(
            strd(WRONG), ("SCH-11", "RR07", "remittance.structured.reference"), id="RF wrong, no issuer"
        ),
        pytest.param(
            strd("1234567890", "ISO"), ("SCH-11", "RR07", "remittance.structured.reference"), id="no RF, ISO"
        ),
        pytest.param(strd("1234567890"), None, id="no RF, no issuer"),
        pytest.param(strd(WRONG, "BANK"), None, id="another issuer's own reference"),
    ],
)
def test_remittance(kind: Any, sent: Remittance | None, expected: tuple[str, str, str] | None) -> None:
    built = kind(remittance=sent)
    found = tuple(each for rule in remittance.RULES for each in rule.check(built.transaction, case(built)))
    assert said(found) == ({(*expected, "reject")} if expected else set())


def test_the_length_of_a_message_is_the_profiles() -> None:
    bank = profile(orders__remittance_max_chars=10)
    built = transfer(remittance=text("x" * 11))
    assert remittance.text_length.check(built.transaction, case(built, bank=bank)) != ()
