"""CT-08, EB-05: what a signature that is missing or wrong does to a file, and to whom it does nothing."""

import msgspec
import pytest

from sepa.model.authorisation import Authorisation, AuthorisationKind, AuthorisationOutcome
from sepa.rules import signatures
from tests.build import PARTNER, case, said, transfer

ELEMENT = "group_header.initiating_party"
MISSING = {("CT-08", "DS0A", ELEMENT, "reject")}
WRONG = {("CT-08", "DS0B", ELEMENT, "reject")}


def found(kind: AuthorisationKind, authorisation: Authorisation | None) -> set[tuple[str, str, str, str]]:
    partner = msgspec.structs.replace(PARTNER, authorisation=kind)
    judged = case(partner=partner, authorisation=authorisation)
    return said(tuple(each for rule in signatures.RULES for each in rule.check(transfer().head, judged)))


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("verified", set()),
        ("missing", MISSING),
        ("wrong", WRONG),
        ("expired", WRONG),
        ("revoked", WRONG),
        ("unfit", WRONG),
        ("other_signer", WRONG),
    ],
)
def test_one_who_must_sign(outcome: AuthorisationOutcome, expected: set[tuple[str, str, str, str]]) -> None:
    assert found("electronic_signature", Authorisation("electronic_signature", outcome)) == expected
    assert found("channel_session", Authorisation("electronic_signature", outcome)) == set()


def test_what_nobody_looked_at_is_not_signed() -> None:
    assert found("electronic_signature", None) == MISSING
    assert found("electronic_signature", Authorisation("channel_session", "verified")) == MISSING


def test_at_the_counter_nobody_signs() -> None:
    judged = case(partner=None)
    assert {rule.check(transfer().head, judged) for rule in signatures.RULES} == {()}


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        ("missing", "is not signed"),
        ("wrong", "not one of yours"),
        ("other_signer", "somebody else"),
        ("unfit", "does not allow"),
        ("expired", "did not count when"),
        ("revoked", "was revoked"),
    ],
)
def test_each_fault_has_its_sentence(outcome: AuthorisationOutcome, sentence: str) -> None:
    partner = msgspec.structs.replace(PARTNER, authorisation="electronic_signature")
    judged = case(partner=partner, authorisation=Authorisation("electronic_signature", outcome))
    (told,) = [each for rule in signatures.RULES for each in rule.check(transfer().head, judged)]
    assert sentence in str(told.message)
