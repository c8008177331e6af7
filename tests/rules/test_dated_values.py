"""Both sides of every dated value that the profiles of the desk hold: the day before, and the day itself."""

import datetime
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from sepa.model.message import Address, Party
from sepa.model.profile import Profile, Section, cents_on
from sepa.rules import addresses, files, products, reach
from sepa.rules.fees import price_of
from sepa.rules.files import Arrival
from sepa.store.profiles import load_profile, profile_names
from tests.build import (
    A2,
    A5,
    OTP,
    SEPA_2026,
    accounts,
    case,
    collection,
    dating,
    judged,
    profile,
    reference,
    transfer,
)

IBANS = {
    "AD": "AD1200012030200359100100", "AL": "AL47212110090000000235698741", "GB": "GB29NWBK60161331926819",
    "GI": "GI75NWBK000000007099453", "MD": "MD24AG000225100013104168", "ME": "ME25505000012345678951",
    "MK": "MK07250120000058984", "RS": "RS35260005601001611379", "SM": "SM86U0322509800000000270100",
    "VA": "VA59001123000012345678",
}  # fmt: skip
"""Accounts as the IBAN registry shows them, one of each country whose standing changed."""


def before(day: datetime.date) -> datetime.date:
    return day - datetime.timedelta(days=1)


def dated(part: Any, path: str = "") -> Iterator[tuple[str, datetime.date]]:
    """Every date inside a profile with its path; places of a list are not told apart."""
    if isinstance(part, datetime.date):
        yield path.removeprefix("."), part
    elif isinstance(part, Section):
        for field in msgspec.structs.fields(part):
            yield from dated(getattr(part, field.name), f"{path}.{field.name}")
    elif isinstance(part, tuple):
        for each in part:
            yield from dated(each, path)


def lists_paid_to(bank: Profile, day: datetime.date) -> set[str]:
    """Which of the countries above a transfer reaches on `day`."""
    return {
        country
        for country, iban in IBANS.items()
        if not judged(reach.sepa_country, transfer(creditor_iban=iban), bank=bank, days=dating(str(day)))
    }


def lists_outside_the_area(bank: Profile, day: datetime.date) -> set[str]:
    """From which of the countries above on the payer's address is asked for on `day`."""
    return {
        country
        for country, iban in IBANS.items()
        if judged(
            addresses.debtor_outside_eea, transfer(creditor_iban=iban), bank=bank, days=dating(str(day))
        )
    }


LINES = Party(name="X", address=Address(lines=("Hlavna 1",)))
HYBRID = Party(name="X", address=Address(country="SK", town_name="Bratislava", lines=("Hlavna 1",)))


def refuses(party: Party) -> Callable[[Profile, datetime.date], bool]:
    """Whether this address is refused on the payee of a transfer, and on the payer of a collection alike."""

    def asked(bank: Profile, day: datetime.date) -> bool:
        days = dating(str(before(day)), str(day))  # the settlement date decides, not the booking date
        paid = judged(addresses.structure, transfer(creditor=party), bank=bank, days=days)
        collected = judged(addresses.structure, collection(debtor=party), bank=bank, days=days)
        assert bool(paid) is bool(collected)
        return bool(paid)

    return asked


def old_savings_only(bank: Profile, opened: datetime.date) -> bool:
    """Whether a savings account opened on that day pays its owner's own accounts only."""
    known = accounts() | {A5: msgspec.structs.replace(accounts()[A5], opened_on=opened)}
    built = transfer(debtor_iban=A5, creditor_iban=A2)
    return bool(judged(products.savings_debit, built, bank=bank, tables=reference(accounts=known)))


def without_terms(bank: Profile, day: datetime.date) -> bool:
    built = transfer()
    facts = case(built, bank=bank, received=f"{day}T10:00:00")
    return bool(files.terms_in_force.check(Arrival(built.head), facts))


def prices(bank: Profile, day: datetime.date) -> str:
    return price_of("recall", bank, on=day).prices


def threshold(bank: Profile, day: datetime.date) -> int:
    return cents_on(bank.compliance.ownership_threshold_cents, day)


FIRST = {"GB"}
IN_2019 = FIRST | {"SM", "AD", "VA", "GI"}
IN_2025 = IN_2019 | {"AL", "ME", "MK", "MD"}
ABROAD = set(IBANS) - {"GB"}
SEPA, AREA = "scope.sepa_countries.valid_from", "scope.eea_countries.valid_from"
LINES_UNTIL, HYBRID_FROM = "addresses.unstructured_until", "addresses.hybrid_from"
SAVINGS = "accounts.savings_legacy_any_internal_until"
TERMS, PRICES = "profile.effective_from", "prices.valid_from"
THRESHOLD = "compliance.ownership_threshold_cents.valid_from"

# path, the day as the profile has it, the question, its answer on the day before, on that day, on the day after
CHANGES: tuple[tuple[str, str, Callable[[Profile, datetime.date], Any], Any, Any, Any], ...] = (
    (SEPA, "2015-01-01", lists_paid_to, FIRST, FIRST, FIRST),  # earlier days are judged by the first list
    (SEPA, "2019-03-01", lists_paid_to, FIRST, IN_2019, IN_2019),
    (SEPA, "2025-10-07", lists_paid_to, IN_2019, IN_2025, IN_2025),
    (SEPA, "2026-05-05", lists_paid_to, IN_2025, set(IBANS), set(IBANS)),
    (AREA, "2015-01-01", lists_outside_the_area, ABROAD, ABROAD, ABROAD),  # as above
    (AREA, "2021-01-01", lists_outside_the_area, ABROAD, set(IBANS), set(IBANS)),
    (LINES_UNTIL, "2026-11-14", refuses(LINES), False, False, True),
    (HYBRID_FROM, "2025-10-05", refuses(HYBRID), True, False, False),
    (SAVINGS, "2014-01-31", old_savings_only, False, False, True),
    (TERMS, "2015-01-01", without_terms, True, False, False),
    (TERMS, "2025-10-05", without_terms, True, False, False),
    (
        PRICES,
        "2015-01-01",
        prices,
        "2015-01-01",
        "2015-01-01",
        "2015-01-01",
    ),  # the first list counts before, too
    (PRICES, "2025-10-05", prices, "2025-10-05", "2025-10-05", "2025-10-05"),
    (THRESHOLD, "2015-01-01", threshold, 1500000, 1500000, 1500000),
)
ROWS = [
    pytest.param(name, *row, id=f"{name} {row[0]} {row[1]}")
    for name in profile_names()
    for row in CHANGES
    if (row[0], datetime.date.fromisoformat(row[1])) in set(dated(load_profile(name)))
]


@pytest.mark.parametrize("name", profile_names())
def test_no_dated_value_is_without_its_row(name: str) -> None:
    rows = {(path, datetime.date.fromisoformat(day)) for path, day, *_ in CHANGES}
    assert set(dated(load_profile(name))) - rows == set()


@pytest.mark.parametrize(("name", "path", "on", "asked", "earlier", "itself", "later"), ROWS)
def test_both_sides(
    name: str,
    path: str,
    on: str,
    asked: Callable[[Profile, datetime.date], Any],
    earlier: Any,
    itself: Any,
    later: Any,
) -> None:
    bank, day = load_profile(name), datetime.date.fromisoformat(on)
    found = [asked(bank, each) for each in (before(day), day, day + datetime.timedelta(days=1))]
    assert found == [earlier, itself, later], path


def test_a_list_of_prices_or_amounts_that_follows_begins_on_its_day() -> None:
    first, day = SEPA_2026.prices[0], datetime.date(2027, 1, 1)
    both = first, msgspec.structs.replace(first, edition="2027", valid_from=day)
    dear = msgspec.structs.replace(SEPA_2026, prices=both)
    assert [prices(dear, each) for each in (before(day), day)] == [first.edition, "2027"]
    amounts = [{"valid_from": "2015-01-01", "cents": 2}, {"valid_from": "2027-01-01", "cents": 1}]
    bank = profile(compliance__ownership_threshold_cents=amounts)
    assert [threshold(bank, each) for each in (before(day), day)] == [2, 1]


@pytest.mark.parametrize("bank", [OTP, SEPA_2026], ids=["otp-sk", "sepa-2026"])
@pytest.mark.parametrize(
    ("country", "day", "reached"),
    [
        pytest.param("ME", "2025-10-06", False, id="Montenegro the day before"),
        pytest.param("ME", "2025-10-07", True, id="Montenegro"),
        pytest.param("RS", "2026-05-04", False, id="Serbia the day before"),
        pytest.param("RS", "2026-05-05", False, id="Serbia: transfers only"),
    ],
)
def test_collections_by_country(bank: Profile, country: str, day: str, reached: bool) -> None:
    built = collection(debtor_iban=IBANS[country])
    both = (reach.sepa_country, reach.collection_country)
    refused = [rule for rule in both if judged(rule, built, bank=bank, days=dating(day))]
    assert len(refused) == (0 if reached else 1)
