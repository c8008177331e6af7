"""Which instrument an order asks for."""

from typing import Any

import pytest

from sepa.model.message import AccountId, PaymentType
from sepa.rules import extras as extras_
from sepa.rules import instrument
from sepa.rules.rule import Rule
from tests.build import A1, A2, A3, B1, C1, case, collection, judged, profile, transfer

ROUTE = profile(non_sepa__action="route")


def sepa(**changes: Any) -> PaymentType:
    return PaymentType(**({"service_level": "SEPA"} | changes))


@pytest.mark.parametrize(
    ("method", "kind", "refused"),
    [
        pytest.param("TRF", transfer, False, id="SC-01 TRF"),
        pytest.param("CHK", transfer, True, id="SC-01 CHK"),
        pytest.param("TRA", transfer, True, id="SC-01 TRA"),
        pytest.param("DD", collection, False, id="SC-01 DD"),
        pytest.param("TRF", collection, True, id="SC-01 TRF in pain.008"),
    ],
)
def test_payment_method(method: str, kind: Any, refused: bool) -> None:
    expected = {("SC-01", "AG03", "method", "reject")} if refused else set()
    assert judged(instrument.method, kind(block={"method": method})) == expected


_LEVEL, _PRIORITY = "payment_type.service_level", "payment_type.instruction_priority"


@pytest.mark.parametrize(
    ("rule", "changes", "expected"),
    [
        pytest.param(instrument.service_level, {}, None, id="NSP-01 SEPA"),
        pytest.param(
            instrument.service_level,
            {"payment_type": sepa(service_level="URGP"), "creditor_iban": C1},
            ("NSP-01", "FF04", _LEVEL),
            id="NSP-01 URGP A1→C1",
        ),
        pytest.param(
            instrument.service_level,
            {"payment_type": sepa(service_level="URGP")},
            ("NSP-01", "FF04", _LEVEL),
            id="NSP-02 URGP A1→B1",
        ),
        pytest.param(
            instrument.service_level,
            {"payment_type": sepa(service_level="!SEPA")},
            ("NSP-01", "FF04", _LEVEL),
            id="NSP-01 proprietary SEPA",
        ),
        pytest.param(
            instrument.priority, {"payment_type": sepa(instruction_priority="NORM")}, None, id="SC-02 NORM"
        ),
        pytest.param(
            instrument.priority,
            {"payment_type": sepa(instruction_priority="HIGH")},
            ("SC-02", "AG02", _PRIORITY),
            id="SC-02 HIGH",
        ),
        pytest.param(instrument.currency, {}, None, id="SC-02 EUR"),
        pytest.param(instrument.currency, {"currency": "USD"}, ("CT-02", "AM03", "currency"), id="SC-02 USD"),
        pytest.param(instrument.currency, {"currency": "CZK"}, ("CT-02", "AM03", "currency"), id="CT-02 CZK"),
        pytest.param(instrument.charge_bearer, {"charge_bearer": None}, None, id="CT-12 absent"),
        pytest.param(
            instrument.charge_bearer,
            {"charge_bearer": "DEBT"},
            ("CT-12", "BE19", "charge_bearer"),
            id="CT-12 DEBT",
        ),
        pytest.param(
            instrument.charge_bearer,
            {"charge_bearer": "CRED"},
            ("CT-12", "BE19", "charge_bearer"),
            id="NSP-13 CRED",
        ),
    ],
)
def test_orders_outside_sepa_are_refused_or_routed(
    rule: Rule, changes: dict[str, Any], expected: tuple[str, str, str] | None
) -> None:
    built = transfer(**changes)
    assert judged(rule, built) == ({(*expected, "reject")} if expected else set())
    assert judged(rule, built, bank=ROUTE) == ({(*expected, "route")} if expected else set())


@pytest.mark.parametrize(
    ("rule", "changes", "family"),
    [
        pytest.param(
            instrument.service_level,
            {"payment_type": sepa(service_level="SDVA")},
            instrument.PRIORITY_DOMESTIC,
            id="NSP-02 SDVA A1→B1",
        ),
        pytest.param(
            instrument.service_level,
            {"payment_type": sepa(service_level="URGP"), "creditor_iban": C1},
            instrument.URGENT_PAYMENT,
            id="NSP-07 URGP A1→C1",
        ),
        pytest.param(
            instrument.service_level,
            {"payment_type": sepa(service_level="NURG"), "creditor_iban": C1},
            instrument.STANDARD,
            id="NSP-07 NURG",
        ),
        pytest.param(
            instrument.currency,
            {"currency": "USD", "debtor_iban": A3, "creditor_iban": A2},
            instrument.ON_US_FOREIGN_CURRENCY,
            id="NSP-03 A3→A2 USD",
        ),
        pytest.param(
            instrument.currency,
            {"currency": "USD", "creditor_iban": B1},
            instrument.STANDARD,
            id="NSP-07 A1→B1 USD",
        ),
    ],
)
def test_the_family_of_a_payment_outside_sepa_is_named(
    rule: Rule, changes: dict[str, Any], family: str
) -> None:
    built = transfer(**changes)
    (finding,) = rule.check(built.transaction, case(built))
    assert finding.message.text == family


def test_service_level_is_mandatory_where_the_profile_says_so() -> None:
    built = transfer(payment_type=PaymentType())
    lenient = profile(orders__service_level_mandatory=False)
    assert judged(instrument.service_level_given, built) == {("SCH-01", "FF04", _LEVEL, "reject")}
    assert judged(instrument.service_level_given, built, bank=lenient) == set()


def test_an_alias_of_the_charge_bearer_only_warns() -> None:
    built = transfer(charge_bearer="SHAR")
    assert judged(instrument.charge_bearer, built) == {("CT-12", "BE19", "charge_bearer", "warn")}
    strict = profile("sepa-2026")
    assert judged(instrument.charge_bearer, built, bank=strict) == {
        ("CT-12", "BE19", "charge_bearer", "reject")
    }


@pytest.mark.parametrize(
    ("asked", "offered", "told"),
    [
        pytest.param(None, False, None, id="none"),
        pytest.param("INST", False, ("AG03", "reject"), id="SLO-07 SCT Inst where it is not offered"),
        pytest.param("INST", True, None, id="SLO-07 SCT Inst where it is offered"),
        pytest.param("!BANK", False, ("FF05", "warn"), id="a bank's own"),
    ],
)
def test_local_instrument(asked: str | None, offered: bool, told: tuple[str, str] | None) -> None:
    built = transfer(payment_type=sepa(local_instrument=asked))
    expected = {("SCH-02", told[0], "payment_type.local_instrument", told[1])} if told else set()
    assert judged(instrument.local_instrument, built, bank=profile(scope__sct_inst=offered)) == expected


def test_payment_type_at_both_levels_warns() -> None:
    assert judged(instrument.payment_type_once, transfer(payment_type_at="both")) == {
        ("SCH-03", "CH17", "payment_type", "warn")
    }
    assert judged(instrument.payment_type_once, transfer(payment_type_at="transaction")) == set()


@pytest.mark.parametrize(
    ("extras", "expected"),
    [
        pytest.param((), set(), id="none"),
        pytest.param(("PmtId/UETR",), {("SCH-04", "CH17", "extras", "warn")}, id="UETR"),
        pytest.param(("ChqInstr",), {("SCH-04", "CH17", "extras", "reject")}, id="cheque"),
        pytest.param(("Amt/EqvtAmt",), {("SCH-04", "AM12", "amount", "reject")}, id="EqvtAmt"),
    ],
)
def test_elements_outside_the_core_set(
    extras: tuple[str, ...], expected: set[tuple[str, str, str, str]]
) -> None:
    assert judged(extras_.order, transfer(extras=extras)) == expected


def test_elements_outside_the_core_set_on_a_block() -> None:
    built = transfer(block={"extras": ("ChrgsAcct",)})
    assert judged(extras_.block, built) == {("SCH-05", "CH17", "payment_information.extras", "warn")}
    assert judged(extras_.block, transfer(debtor_account=AccountId(iban=A1))) == set()


def test_a_proprietary_service_level_is_told_as_one() -> None:
    built = transfer(payment_type=sepa(service_level="!SEPA"))
    (finding,) = instrument.service_level.check(built.transaction, case(built))
    assert finding.found == "Prtry SEPA"
