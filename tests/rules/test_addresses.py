"""Addresses by the day they settle on."""

import pytest

from sepa.model.message import Address, Party
from sepa.rules import addresses
from tests.build import B1, C1, C2, SEPA_2026, collection, dating, judged, profile, transfer

LINES = Address(lines=("Hlavna 1", "81101 Bratislava"))
LINES_AND_COUNTRY = Address(country="SK", lines=("Hlavna 1", "81101 Bratislava"))
HYBRID = Address(country="SK", town_name="Bratislava", lines=("Hlavna 1",))
STRUCTURED = Address(country="SK", town_name="Bratislava", street_name="Hlavna", building_number="1")
NO_COUNTRY = Address(town_name="Bratislava", street_name="Hlavna")
COUNTRY_ONLY = Address(country="SK")
STRICT = profile("sepa-2026", addresses__debtor_outside_eea="reject")


@pytest.mark.parametrize(
    ("address", "day", "refused"),
    [
        pytest.param(None, "2026-11-16", False, id="none"),
        pytest.param(STRUCTURED, "2026-11-16", False, id="structured"),
        pytest.param(STRUCTURED, "2024-04-02", False, id="structured, early"),
        pytest.param(HYBRID, "2025-10-04", True, id="hybrid, the day before"),
        pytest.param(HYBRID, "2025-10-05", False, id="hybrid, first day"),
        pytest.param(HYBRID, "2026-11-16", False, id="hybrid, today"),
        pytest.param(LINES, "2026-11-14", False, id="lines, last day"),
        pytest.param(LINES, "2026-11-15", True, id="lines, the day after"),
        pytest.param(LINES_AND_COUNTRY, "2026-11-14", False, id="lines and country, last day"),
        pytest.param(
            LINES_AND_COUNTRY, "2026-11-16", True, id="lines and country, first settlement day after"
        ),
        pytest.param(NO_COUNTRY, "2026-11-14", False, id="no country, last day"),
        pytest.param(NO_COUNTRY, "2026-11-16", True, id="no country"),
        pytest.param(COUNTRY_ONLY, "2026-11-16", True, id="country only"),
    ],
)
def test_kind_of_address_by_settlement_date(address: Address | None, day: str, refused: bool) -> None:
    party, days = Party(name="X", address=address), dating("2026-11-13", day)
    payee = judged(addresses.structure, transfer(creditor=party), days=days)
    payer = judged(addresses.structure, collection(debtor=party), days=days)
    own = judged(addresses.own_structure, transfer(debtor=party), days=days)
    assert payee == ({("ADR-01", "BE04", "creditor.address", "reject")} if refused else set())
    assert payer == ({("ADR-01", "BE07", "debtor.address", "reject")} if refused else set())
    assert own == ({("ADR-01", "BE07", "party.address", "reject")} if refused else set())


@pytest.mark.parametrize(("country", "refused"), [("SK", False), ("QQ", True), ("sk", True), (None, False)])
def test_the_country_exists(country: str | None, refused: bool) -> None:
    party = Party(name="X", address=Address(country=country, town_name="Bratislava"))
    payee = judged(addresses.country, transfer(creditor=party))
    own = judged(addresses.own_country, collection(creditor=party))
    assert payee == ({("ADR-02", "BE04", "creditor.address.country", "reject")} if refused else set())
    assert own == ({("ADR-02", "BE04", "party.address.country", "reject")} if refused else set())


@pytest.mark.parametrize(
    ("lines", "refused"),
    [
        pytest.param(("a" * 70, "b" * 70), False, id="two of 70"),
        pytest.param(("a" * 71,), True, id="71 characters"),
        pytest.param(("a", "b", "c"), True, id="three lines"),
    ],
)
def test_lines(lines: tuple[str, ...], refused: bool) -> None:
    party = Party(name="X", address=Address(country="SK", town_name="Bratislava", lines=lines))
    payee = judged(addresses.lines, transfer(creditor=party))
    own = judged(addresses.own_lines, transfer(debtor=party))
    assert payee == ({("ADR-03", "CH16", "creditor.address.lines", "reject")} if refused else set())
    assert own == ({("ADR-03", "CH16", "party.address.lines", "reject")} if refused else set())


@pytest.mark.parametrize(
    ("creditor", "address", "missing"),
    [
        pytest.param(B1, None, False, id="SK"),
        pytest.param(C1, None, False, id="AT, inside the EEA"),
        pytest.param(C2, None, True, id="CH, outside"),
        pytest.param(C2, STRUCTURED, False, id="CH, with address"),
    ],
)
def test_the_payers_address_is_needed_outside_the_eea(
    creditor: str, address: Address | None, missing: bool
) -> None:
    built = transfer(creditor_iban=creditor, debtor=Party(name="X", address=address))
    warned = {("ADR-04", "BE07", "debtor.address", "warn")} if missing else set()
    refused = {("ADR-04", "BE07", "debtor.address", "reject")} if missing else set()
    assert judged(addresses.debtor_outside_eea, built) == warned
    assert judged(addresses.debtor_outside_eea, built, bank=STRICT) == refused


def test_the_payers_address_is_needed_for_a_creditor_outside_the_eea() -> None:
    built = collection(creditor_iban=C2)
    assert judged(addresses.debtor_outside_eea, built, bank=STRICT) == {
        ("ADR-04", "BE07", "debtor.address", "reject")
    }
    assert judged(addresses.debtor_outside_eea, built, bank=SEPA_2026) == {
        ("ADR-04", "BE07", "debtor.address", "warn")
    }
