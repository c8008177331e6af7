"""Symbols and the payer's reference."""

import pytest

from sepa.model.message import Remittance
from sepa.rules import symbols
from tests.build import B1, C1, case, profile, said, transfer

_TABLE = [
    pytest.param("/VS0012345/SS/KS", B1, set(), id="SYM-01 leading zeros"),
    pytest.param("/VS1234567890/SS/KS", B1, set(), id="SYM-01 10 digits"),
    pytest.param("/VS12345678901/SS/KS", B1, {("SYM-01", "reject")}, id="SYM-01 11 digits"),
    pytest.param("/VS12-345/SS/KS", B1, {("SYM-01", "reject")}, id="SYM-01 dash"),
    pytest.param("/VS/SS1234567890/KS", B1, set(), id="SYM-02 10 digits"),
    pytest.param("/VS/SS12345678901/KS", B1, {("SYM-02", "reject")}, id="SYM-02 11 digits"),
    pytest.param("/VS/SS/KS0308", B1, set(), id="SYM-03 4 digits"),
    pytest.param("/VS/SS/KS03080", B1, {("SYM-03", "reject")}, id="SYM-03 5 digits"),
    pytest.param("/VS123/SS/KS", C1, {("SYM-04", "warn")}, id="SYM-04 abroad"),
    pytest.param("INV-7", C1, set(), id="SYM-04 reference abroad"),
    pytest.param("INV-7", B1, set(), id="SYM-05 reference alone"),
    pytest.param("x" * 35, B1, set(), id="SYM-06 35"),
    pytest.param("x" * 36, B1, {("SYM-06", "reject")}, id="SYM-06 36"),
    pytest.param("/VS012345/SS/KS0308", B1, set(), id="SYM-07 SS empty"),
    pytest.param("/KS0308/VS1", B1, {("SYM-07", "warn")}, id="SYM-07 wrong order"),
    pytest.param("NOTPROVIDED", B1, set(), id="SYM-07 no reference"),
]


@pytest.mark.parametrize(("end_to_end_id", "creditor", "expected"), _TABLE)
def test_end_to_end_id(end_to_end_id: str, creditor: str, expected: set[tuple[str, str]]) -> None:
    built = transfer(end_to_end_id=end_to_end_id, creditor_iban=creditor)
    found = tuple(each for rule in symbols.RULES for each in rule.check(built.transaction, case(built)))
    assert said(found) == {(rule, "FF08", "end_to_end_id", effect) for rule, effect in expected}


def test_sym_04_symbols_abroad_are_refused_where_the_profile_says_so() -> None:
    built = transfer(end_to_end_id="/VS123/SS/KS", creditor_iban=C1)
    strict = profile(symbols__on_cross_border="reject")
    assert said(symbols.cross_border.check(built.transaction, case(built, bank=strict))) == {
        ("SYM-04", "FF08", "end_to_end_id", "reject")
    }


def test_sym_08_a_message_goes_with_symbols() -> None:
    built = transfer(end_to_end_id="/VS1/SS/KS", remittance=Remittance(unstructured=("rent April",)))
    assert all(rule.check(built.transaction, case(built)) == () for rule in symbols.RULES)
