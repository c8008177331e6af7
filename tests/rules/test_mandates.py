"""The mandate of a collection: SDD-04 to SDD-08."""

import pytest

from sepa.model.message import Amendment, Mandate
from sepa.rules import mandates
from tests.build import A2, M1, case, collection, said

SIGNED = "2025-06-02"


def found(mandate: Mandate | None, requested: str = "2026-04-13") -> set[tuple[str, str, str]]:
    built = collection(mandate=mandate, block={"requested_date": requested})
    facts = case(built)
    result: set[tuple[str, str, str]] = set()
    for rule in mandates.RULES:
        findings = rule.check(built.transaction, facts)
        result |= {(rule_id, code, element) for rule_id, code, element, _ in said(findings)}
    return result


@pytest.mark.parametrize(
    ("mandate", "expected"),
    [
        pytest.param(Mandate(M1, SIGNED), set(), id="sound"),
        pytest.param(None, {"SDD-04", "SDD-05"}, id="no mandate"),
        pytest.param(Mandate(None, SIGNED), {"SDD-04"}, id="SDD-04 no reference"),
        pytest.param(Mandate("  ", SIGNED), {"SDD-04"}, id="SDD-04 blank reference"),
        pytest.param(Mandate(M1, None), {"SDD-05"}, id="SDD-05 no day of signature"),
        pytest.param(Mandate(M1, "2025-02-30"), {"SDD-05"}, id="SDD-05 no such day"),
        pytest.param(Mandate(M1, "٢٠٢٥-٠٦-٠٢"), {"SDD-05"}, id="SDD-05 digits of another script"),
        pytest.param(Mandate(M1, "2025-06-02+02:00"), set(), id="a day with a zone"),
        pytest.param(Mandate(M1, "2026-04-02"), set(), id="signed today"),
        pytest.param(Mandate(M1, "2026-04-03"), {"SDD-06"}, id="SDD-06 signed tomorrow"),
    ],
)
def test_reference_and_signature(mandate: Mandate | None, expected: set[str]) -> None:
    said_of = found(mandate)
    assert {rule for rule, _, _ in said_of} == expected
    assert {code for _, code, _ in said_of} <= {"MD02"}


@pytest.mark.parametrize(
    ("requested", "refused"),
    [
        pytest.param("2026-04-02", False, id="collected on the day of signature"),
        pytest.param("2026-04-01", True, id="SDD-06 signed after the day of the collection"),
    ],
)
def test_signed_no_later_than_collected(requested: str, refused: bool) -> None:
    expected = {("SDD-06", "MD02", "mandate.signed_on")} if refused else set()
    assert found(Mandate(M1, "2026-04-02"), requested) == expected


@pytest.mark.parametrize(
    ("amended", "amendment", "expected"),
    [
        pytest.param(None, None, set(), id="not amended"),
        pytest.param(False, None, set(), id="marked as not amended"),
        pytest.param(True, Amendment(mandate_id="OLD"), set(), id="former reference"),
        pytest.param(True, None, {("SDD-07", "CH10", "mandate.amendment")}, id="SDD-07 details missing"),
        pytest.param(True, Amendment(), {("SDD-07", "CH10", "mandate.amendment")}, id="SDD-07 details empty"),
        pytest.param(
            False,
            Amendment(mandate_id="OLD"),
            {("SDD-07", "MD02", "mandate.amended")},
            id="SDD-07 marked false",
        ),
        pytest.param(
            None, Amendment(mandate_id="OLD"), {("SDD-07", "MD02", "mandate.amended")}, id="SDD-07 not marked"
        ),
        pytest.param(True, Amendment(debtor_account_other="SMNDA"), set(), id="SMNDA"),
        pytest.param(True, Amendment(debtor_agent_other="SMNDA"), set(), id="SMNDA of the older messages"),
        pytest.param(True, Amendment(debtor_iban=A2), set(), id="former account"),
        pytest.param(
            True,
            Amendment(debtor_account_other="SAME"),
            {("SDD-08", "MD02", "mandate.amendment.debtor_account_other")},
            id="SDD-08 not SMNDA",
        ),
        pytest.param(
            True,
            Amendment(debtor_iban="SK00"),
            {("SDD-08", "MD02", "mandate.amendment.debtor_iban")},
            id="SDD-08 former account is no IBAN",
        ),
        pytest.param(
            True,
            Amendment(creditor_identifier="SK37ZZZ70000000007"),
            {("SDD-08", "MD02", "mandate.amendment.creditor_identifier")},
            id="SDD-08 former creditor identifier",
        ),
        pytest.param(True, Amendment(creditor_name="x" * 70), set(), id="former name of 70"),
        pytest.param(
            True,
            Amendment(creditor_name="x" * 71),
            {("SDD-08", "MD02", "mandate.amendment.creditor_name")},
            id="SDD-08 former name of 71",
        ),
        pytest.param(True, Amendment(debtor_agent_bic="TATRSKBX"), set(), id="former bank, no SMNDA"),
        pytest.param(
            True,
            Amendment(debtor_account_other="SMNDA", debtor_agent_bic="TATRSKBX"),
            {("SDD-13", "MD02", "mandate.amendment.debtor_agent_bic")},
            id="SDD-13 SMNDA and the former bank",
        ),
        pytest.param(
            True,
            Amendment(debtor_iban=A2, debtor_agent_other="SMNDA"),
            {("SDD-13", "MD02", "mandate.amendment.debtor_iban")},
            id="SDD-13 SMNDA of the older messages and the former account",
        ),
    ],
)
def test_amendment(
    amended: bool | None, amendment: Amendment | None, expected: set[tuple[str, str, str]]
) -> None:
    assert found(Mandate(M1, SIGNED, amended, amendment)) == expected
