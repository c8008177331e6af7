"""What every collection must carry: SC-08, DD-12, DD-13, IDN-11, SDD-01 to SDD-03, SDD-09 to SDD-11."""

from typing import Any

import msgspec
import pytest

from sepa.model.message import AccountId, Party, PaymentType
from sepa.model.profile import Profile
from sepa.rules import collections
from tests.build import A1, B1, CI1, OTP, SEPA_2026, accounts, case, collection, judged, reference, said


def found(built: Any, bank: Profile = OTP, consumer: bool = True, **facts: Any) -> set[tuple[str, str]]:
    table = accounts()
    table[A1] = msgspec.structs.replace(table[A1], consumer=consumer)
    whole = case(built, bank=bank, tables=reference(accounts=table), **facts)
    result: set[tuple[str, str]] = set()
    for rule in collections.RULES:
        subject = built.block if rule.subject == "payment-information" else built.transaction
        result |= {(rule_id, code) for rule_id, code, _, _ in said(rule.check(subject, whole))}
    return result


def of(instrument: str | None = "CORE", sequence: str | None = "RCUR") -> PaymentType:
    return PaymentType(service_level="SEPA", local_instrument=instrument, sequence_type=sequence)


@pytest.mark.parametrize(
    ("creditor", "bank", "expected"),
    [
        pytest.param(B1, OTP, set(), id="creditor at another bank"),
        pytest.param(A1, OTP, {("SC-08", "AG03")}, id="SC-08 DD-12 creditor A1"),
        pytest.param(A1.lower(), OTP, {("SC-08", "AG03")}, id="SC-08 creditor A1 in small letters"),
        pytest.param(A1, SEPA_2026, set(), id="creditor A1 where we offer it"),
    ],
)
def test_whom_we_collect_for(creditor: str, bank: Profile, expected: set[tuple[str, str]]) -> None:
    built = collection(creditor_iban=creditor, block={"account": AccountId(iban=creditor)})
    assert found(built, bank) == expected


@pytest.mark.parametrize(
    ("instrument", "bank", "consumer", "expected"),
    [
        pytest.param("CORE", OTP, True, set(), id="CORE"),
        pytest.param(None, OTP, True, {("SDD-01", "FF05")}, id="SDD-01 no scheme"),
        pytest.param("B2B", OTP, True, {("DD-13", "AC13")}, id="DD-13 B2B on a consumer"),
        pytest.param("B2B", OTP, False, {("DD-13", "FF05")}, id="DD-13 B2B not offered"),
        pytest.param("B2B", SEPA_2026, False, set(), id="B2B on a company where offered"),
        pytest.param("B2B", SEPA_2026, True, {("DD-13", "AC13")}, id="DD-13 B2B on a consumer where offered"),
        pytest.param("COR1", OTP, True, {("DD-13", "FF05")}, id="DD-13 COR1 is gone"),
        pytest.param("!CORE", OTP, True, {("DD-13", "FF05")}, id="DD-13 a proprietary CORE is no CORE"),
        pytest.param("core", OTP, True, {("DD-13", "FF05")}, id="DD-13 small letters"),
    ],
)
def test_scheme(
    instrument: str | None, bank: Profile, consumer: bool, expected: set[tuple[str, str]]
) -> None:
    assert found(collection(payment_type=of(instrument)), bank, consumer) == expected


@pytest.mark.parametrize(
    ("first", "instrument", "refused"),
    [
        pytest.param("CORE", "CORE", False, id="CORE after CORE"),
        pytest.param("B2B", "CORE", True, id="SDD-02 CORE after B2B"),
        pytest.param(None, "CORE", False, id="the first of all"),
        pytest.param("COR1", "CORE", False, id="CORE after a scheme that is none"),
    ],
)
def test_one_scheme_in_a_message(first: str | None, instrument: str, refused: bool) -> None:
    built = collection(payment_type=of(instrument))
    expected = {("SDD-02", "FF05")} if refused else set()
    assert found(built, first_local_instrument=first) == expected


@pytest.mark.parametrize(
    ("sequence", "refused"),
    [
        *(pytest.param(known, False, id=known) for known in collections.SEQUENCE_TYPES),
        pytest.param(None, True, id="SDD-03 missing"),
        pytest.param("RPRE", True, id="SDD-03 unknown"),
    ],
)
def test_sequence_type(sequence: str | None, refused: bool) -> None:
    expected = {("SDD-03", "FF03")} if refused else set()
    assert found(collection(payment_type=of(sequence=sequence))) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"creditor_identifier": CI1}, set(), id="CI1"),
        pytest.param({"creditor_identifier": "SK36ABC70000000007"}, set(), id="CI1, another business code"),
        pytest.param(
            {"creditor_identifier": "SK37ZZZ70000000007"}, {("IDN-11", "CH11")}, id="IDN-11 check digits"
        ),
        pytest.param({"creditor_identifier": None}, {("SDD-09", "BE05")}, id="SDD-09 missing"),
        pytest.param({"creditor_identifier_scheme": "!SEPA"}, set(), id="SEPA as a proprietary name"),
        pytest.param(
            {"creditor_identifier_scheme": "!OTHER"}, {("SDD-10", "BE05")}, id="SDD-10 another scheme"
        ),
        pytest.param({"creditor_identifier_scheme": "CUST"}, {("SDD-10", "BE05")}, id="SDD-10 another code"),
        pytest.param({"creditor_identifier_scheme": None}, {("SDD-10", "BE05")}, id="SDD-10 no scheme"),
        pytest.param({"debtor": Party(name="Jana")}, set(), id="payer named"),
        pytest.param({"debtor": Party(name="  ")}, {("SDD-11", "BE21")}, id="SDD-11 payer's name blank"),
        pytest.param({"debtor": Party()}, {("SDD-11", "BE21")}, id="SDD-11 payer not named"),
    ],
)
def test_creditor_and_payer(changes: dict[str, Any], expected: set[tuple[str, str]]) -> None:
    assert found(collection(**changes)) == expected


def test_sepa_as_a_code_is_understood_and_told() -> None:
    coded = collection(creditor_identifier_scheme="SEPA")
    expected = {("SDD-10", "BE05", "creditor_identifier_scheme", "warn")}
    assert judged(collections.creditor_identifier_scheme, coded) == expected
