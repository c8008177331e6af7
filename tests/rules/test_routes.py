"""Orders outside SEPA: the family of each, what it must contain, and the charges it is carried out with."""

import datetime
from typing import Any

import pytest

from sepa.model.message import AccountId, Address, Party, PaymentType
from sepa.model.rates import Deal
from sepa.rules import instrument, routes
from sepa.rules.outside import family_of
from sepa.rules.rule import Rule
from sepa.scheme.currencies import is_eea_currency
from tests.build import A1, A2, A3, ABROAD, C1, OTP, case, dating, profile, reference, routing, transfer

USD = {"currency": "USD"}
URGENT = {"payment_type": PaymentType(service_level="URGP")}
HIGH = {"payment_type": PaymentType(service_level="SEPA", instruction_priority="HIGH")}
GROUP = {"creditor_iban": "HU42117730161111101800000000", "creditor_bic": "OTPVHUHB"}
NEW_YORK = {"creditor_account": AccountId(other="021000021-12345"), "creditor_bic": "CHASUS33"}
TO_C1 = {"creditor_iban": C1, "creditor_bic": "OPSKATWW"}


@pytest.mark.parametrize(
    ("changes", "unreached", "family"),
    [
        pytest.param(URGENT, False, "priority_domestic", id="NSP-02 URGP A1→B1"),
        pytest.param(HIGH, False, "priority_domestic", id="NSP-02 HIGH A1→B1"),
        pytest.param(URGENT | {"currency": "USD"}, False, "urgent", id="NSP-07 URGP A1→B1 in USD"),
        pytest.param(
            {"debtor_iban": A3, "creditor_iban": A2} | USD, False, "on_us_foreign_currency", id="NSP-03"
        ),
        pytest.param({"creditor_iban": A3}, False, "on_us_conversion", id="NSP-05 A1→A3"),
        pytest.param({"debtor_iban": A3, "creditor_iban": A2}, False, "on_us_conversion", id="NSP-05 A3→A2"),
        pytest.param(TO_C1, True, "regulated", id="NSP-06"),
        pytest.param(TO_C1 | URGENT, True, "urgent_regulated", id="NSP-06 URGP"),
        pytest.param(TO_C1, False, "standard", id="NSP-07 the bank is reached"),
        pytest.param(TO_C1 | {"charge_bearer": "DEBT"}, True, "standard", id="NSP-06 DEBT is not shared"),
        pytest.param({"creditor_iban": C1}, True, "standard", id="NSP-06 no BIC"),
        pytest.param(TO_C1 | {"extras": ("InstrForCdtrAgt",)}, True, "standard", id="NSP-06 instructions"),
        pytest.param(TO_C1 | USD, True, "standard", id="NSP-06 dollars"),
        pytest.param(NEW_YORK | USD, False, "standard", id="NSP-07 USD to the USA"),
        pytest.param(NEW_YORK | USD | URGENT, False, "urgent", id="NSP-07 URGP to the USA"),
        pytest.param(GROUP | USD, False, "otp_express", id="NSP-08 USD to Hungary"),
        pytest.param(GROUP | {"currency": "HUF"}, False, "otp_express", id="NSP-08 HUF to Hungary"),
        pytest.param(GROUP | {"currency": "GBP"}, False, "standard", id="NSP-08 GBP to Hungary"),
        pytest.param(
            {"creditor_bic": "OTPVHR2X", "currency": "HUF"}, False, "standard", id="NSP-08 HUF to Croatia"
        ),
    ],
)
def test_the_family_of_an_order(changes: dict[str, Any], unreached: bool, family: str) -> None:
    built = transfer(**changes)
    assert family_of(built.transaction, case(built), unreached=unreached) == family


def said(rule: Rule, family: Any, bank: Any = OTP, **changes: Any) -> set[tuple[str, str]]:
    built = transfer(**changes)
    found = rule.check(routes.Routed(built.transaction, family), case(built, bank=bank))
    return {(each.code, each.element) for each in found}


@pytest.mark.parametrize(
    ("day", "family", "changes", "deals", "refused"),
    [
        pytest.param("2026-04-09", "standard", USD, [("USD", 9)], False, id="NSP-12 on its day"),
        pytest.param("2026-04-10", "standard", USD, [("USD", 9)], True, id="NSP-12 a day later"),
        pytest.param("2026-04-08", "standard", USD, [("USD", 9)], True, id="NSP-12 a day earlier"),
        pytest.param(None, "standard", USD, [("USD", 9)], True, id="NSP-12 on a day that is refused"),
        pytest.param(
            "2026-04-10", "urgent", USD, [("USD", 9), ("USD", 10)], False, id="NSP-12 one of two deals"
        ),
        pytest.param("2026-04-10", "standard", USD, [("GBP", 9)], False, id="NSP-12 a deal in pounds"),
        pytest.param("2026-04-10", "standard", USD, [], False, id="NSP-12 no deal that we know of"),
        pytest.param(
            "2026-04-10", "on_us_foreign_currency", USD, [("USD", 9)], False, id="NSP-12 inside the bank"
        ),
        pytest.param(
            "2026-04-10", "standard", USD | {"extras": ()}, [("USD", 9)], False, id="NSP-12 without a rate"
        ),
    ],
)
def test_nsp_12_an_order_under_a_deal_is_carried_out_on_its_day(
    day: str | None, family: Any, changes: dict[str, Any], deals: list[tuple[str, int]], refused: bool
) -> None:
    built = transfer(**({"extras": ("XchgRateInf",)} | changes))
    tables = reference(deals={A1: tuple(Deal(A1, name, datetime.date(2026, 4, on)) for name, on in deals)})
    at = case(built, tables=tables, dating=dating(day) if day is not None else None)
    found = routes.on_the_day_of_the_deal.check(routes.Routed(built.transaction, family), at)
    assert [(each.code, each.element) for each in found] == [("DT01", "requested_date")] * refused


@pytest.mark.parametrize(
    ("days", "told"),
    [
        pytest.param((1,), "2026-04-01", id="NSP-12 a day that passed"),
        pytest.param((1, 2, 9), "2026-04-02", id="NSP-12 the next that is still to come"),
    ],
)
def test_nsp_12_names_the_agreed_day_and_its_hour(days: tuple[int, ...], told: str) -> None:
    built = transfer(extras=("XchgRateInf",), **USD)
    tables = reference(deals={A1: tuple(Deal(A1, "USD", datetime.date(2026, 4, day)) for day in days)})
    at = case(built, tables=tables, days=dating("2026-04-10"))
    (found,) = routes.on_the_day_of_the_deal.check(routes.Routed(built.transaction, "standard"), at)
    assert (str(found.message), str(found.remedy)) == (
        "The order names a currency deal, and none was agreed for 2026-04-10.",
        f"Send it by 14:30 on the day agreed in the deal ({told}), or without the exchange rate.",
    )


def test_a_family_without_a_channel_is_refused_by_its_name() -> None:
    only_standard = routing("standard")
    assert said(routes.family_has_a_channel, "standard", only_standard) == set()
    assert said(routes.family_has_a_channel, "urgent", only_standard) == {
        ("AG03", "payment_type.service_level")
    }
    built = transfer(**TO_C1)
    (found,) = routes.family_has_a_channel.check(
        routes.Routed(built.transaction, "urgent_regulated"), case(built, bank=only_standard)
    )
    assert (
        str(found.message) == f"This is an urgent regulated payment: the bank of {C1} takes no part in SEPA."
    )


def test_a_priority_payment_comes_by_file_where_it_may() -> None:
    allowed = routing(non_sepa__priority_domestic={"file_allowed": True})
    refused = {("FF04", "payment_type.service_level")}
    assert said(routes.priority_by_file, "priority_domestic", routing(), **URGENT) == refused
    assert said(routes.priority_by_file, "priority_domestic", allowed, **URGENT) == set()
    assert said(routes.priority_by_file, "urgent", routing(), **URGENT) == set()


NAMELESS = Party(address=Address(country="AT", town_name="Wien"))


@pytest.mark.parametrize(
    ("family", "changes", "expected"),
    [
        pytest.param("standard", {}, None, id="NSP-09 complete"),
        pytest.param("standard", {"amount": None}, ("CH21", "amount"), id="NSP-09 no amount"),
        pytest.param("standard", {"creditor": NAMELESS}, ("CH21", "creditor.name"), id="NSP-09 no payee"),
        pytest.param(
            "standard",
            {"creditor": Party(name="  ", address=NAMELESS.address)},
            ("CH21", "creditor.name"),
            id="NSP-09 a payee of blanks",
        ),
        pytest.param(
            "urgent", {"creditor": Party(name="X")}, ("BE04", "creditor.address"), id="NSP-09 no address"
        ),
        pytest.param(
            "regulated", {"creditor_bic": None}, ("RC07", "creditor_agent.bic"), id="NSP-09 no bank"
        ),
        pytest.param(
            "otp_express", {"charge_bearer": None}, ("BE19", "charge_bearer"), id="NSP-09 no charges"
        ),
        pytest.param(
            "priority_domestic", {"creditor": Party(name="X")}, None, id="NSP-09 at home no address"
        ),
        pytest.param("on_us_conversion", {"amount": None}, ("CH21", "amount"), id="NSP-09 at home no amount"),
    ],
)
def test_what_a_foreign_order_contains(family: str, changes: dict[str, Any], expected: Any) -> None:
    found = said(routes.foreign_order_is_complete, family, **(ABROAD | changes))
    assert found == ({expected} if expected else set())


@pytest.mark.parametrize(
    ("changes", "shared"),
    [
        pytest.param(TO_C1 | {"charge_bearer": "CRED"}, True, id="NSP-13 EUR A1→C1, CRED"),
        pytest.param(TO_C1 | {"charge_bearer": "DEBT"}, False, id="NSP-13 EUR A1→C1, DEBT"),
        pytest.param(
            TO_C1 | {"charge_bearer": "CRED", "currency": "CZK"}, True, id="FEE-07 CZK within the EEA"
        ),
        pytest.param(TO_C1 | {"charge_bearer": "CRED", "currency": "USD"}, False, id="NSP-13 USD to the EEA"),
        pytest.param(
            NEW_YORK | {"charge_bearer": "CRED", "currency": "USD"}, False, id="FEE-07 USD to the USA"
        ),
        pytest.param(NEW_YORK | {"charge_bearer": "CRED"}, False, id="NSP-13 EUR to the USA"),
    ],
)
def test_charges_for_the_payee_alone_are_shared_within_the_eea(changes: dict[str, Any], shared: bool) -> None:
    expected = {("BE19", "charge_bearer")} if shared else set()
    assert said(routes.payee_pays_becomes_shared, "standard", **changes) == expected
    never = profile(non_sepa__ben_to_sha="never")
    assert said(routes.payee_pays_becomes_shared, "standard", never, **changes) == set()


def test_a_conversion_is_routed_where_it_has_a_channel() -> None:
    built = transfer(creditor_iban=A3)
    (found,) = instrument.conversion.check(built.transaction, case(built, bank=routing()))
    assert (found.code, found.effect) == ("AC11", "route")
    for other, bank in ((built, OTP), (built, routing("standard")), (transfer(creditor_iban=A2), routing())):
        assert instrument.conversion.check(other.transaction, case(other, bank=bank)) == ()


@pytest.mark.parametrize(
    ("code", "day", "yes"),
    [
        ("EUR", "2026-04-02", True), ("CZK", "2026-04-02", True), ("USD", "2026-04-02", False),
        (None, "2026-04-02", False), ("BGN", "2025-12-31", True), ("BGN", "2026-01-01", False),
        ("HRK", "2022-12-31", True), ("HRK", "2023-01-01", False),
    ],
)  # fmt: skip
def test_currencies_of_the_eea(code: str | None, day: str, yes: bool) -> None:
    assert is_eea_currency(code, datetime.date.fromisoformat(day)) is yes
