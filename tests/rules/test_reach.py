"""Whether SEPA reaches the other side, on the day that counts."""

import datetime

import msgspec
import pytest

from sepa.rules import reach
from tests.build import (
    A2,
    B1,
    BIC_OF,
    C1,
    C2,
    C3,
    OTP,
    SEPA_2026,
    collection,
    dating,
    judged,
    participants,
    profile,
    reference,
    transfer,
)

RS = "RS35260005601001611379"
US_LIKE = "TR330006100519786457841326"


@pytest.mark.parametrize(
    ("iban", "bic", "otp", "scheme"),
    [
        pytest.param(B1, None, False, False, id="IDN-03 A1→B1"),
        pytest.param(C1, None, True, False, id="IDN-04 A1→C1"),
        pytest.param(C2, None, True, True, id="IDN-04 A1→C2"),
        pytest.param(C1, BIC_OF["AT"], False, False, id="IDN-04 A1→C1 with BIC"),
        pytest.param(C2, BIC_OF["CH"], False, False, id="IDN-04 A1→C2 with BIC"),
        pytest.param("AT001904300234573201", None, False, False, id="wrong IBAN: another rule"),
    ],
)
def test_cross_border_bic(iban: str, bic: str | None, otp: bool, scheme: bool) -> None:
    built = transfer(creditor_iban=iban, creditor_bic=bic)
    refusal = {("IDN-04", "RC07", "creditor_agent.bic", "reject")}
    assert judged(reach.cross_border_bic, built, bank=OTP) == (refusal if otp else set())
    assert judged(reach.cross_border_bic, built, bank=SEPA_2026) == (refusal if scheme else set())
    optional = profile(identifiers__cross_border_bic="optional")
    assert judged(reach.cross_border_bic, built, bank=optional) == set()


@pytest.mark.parametrize(
    ("iban", "day", "reached"),
    [
        pytest.param(B1, "2026-04-02", True, id="SK"),
        pytest.param(C3, "2015-04-02", False, id="SC-04 SM, first list"),
        pytest.param(C3, "2026-04-02", True, id="SC-04 SM, list of today"),
        pytest.param(RS, "2026-05-04", False, id="RS the day before"),
        pytest.param(RS, "2026-05-05", True, id="RS from the day on"),
        pytest.param(US_LIKE, "2026-04-02", False, id="TR"),
    ],
)
def test_sepa_countries_by_settlement_date(iban: str, day: str, reached: bool) -> None:
    paid = judged(reach.sepa_country, transfer(creditor_iban=iban), days=dating(day))
    collected = judged(reach.sepa_country, collection(debtor_iban=iban), days=dating(day))
    assert paid == (set() if reached else {("SC-04", "AG06", "creditor_account.iban", "reject")})
    assert collected == (set() if reached else {("SC-04", "AG05", "debtor_account.iban", "reject")})


@pytest.mark.parametrize(
    ("iban", "day", "refused"),
    [
        pytest.param(RS, "2026-05-05", True, id="RS: transfers only"),
        pytest.param(RS, "2026-05-04", False, id="RS not in SEPA yet: another rule"),
        pytest.param(C1, "2026-05-05", False, id="AT"),
    ],
)
def test_countries_of_collections(iban: str, day: str, refused: bool) -> None:
    found = judged(reach.collection_country, collection(debtor_iban=iban), days=dating(day))
    assert found == ({("SC-04", "AG05", "debtor_account.iban", "reject")} if refused else set())


def _bank(country: str, code: str, **changes: object) -> object:
    known = participants()
    known[country, code] = msgspec.structs.replace(known[country, code], **changes)
    return reference(participants=known)


def test_a_bank_outside_the_directory_is_not_reached() -> None:
    known = participants()
    del known["AT", "19043"]
    tables = reference(participants=known)
    built = transfer(creditor_iban=C1)
    assert judged(reach.participant, built, tables=tables) == {
        ("SC-05", "CNOR", "creditor_account.iban", "reject")
    }
    routing = profile(non_sepa__action="route")
    assert judged(reach.participant, built, tables=tables, bank=routing) == {
        ("SC-05", "CNOR", "creditor_account.iban", "route")
    }
    assert judged(reach.participant, collection(debtor_iban=C1), tables=tables) == {
        ("SC-05", "DNOR", "debtor_account.iban", "reject")
    }


def test_a_bank_in_the_directory_is_reached() -> None:
    assert judged(reach.participant, transfer(creditor_iban=C1)) == set()
    assert judged(reach.participant, collection(debtor_iban=C1)) == set()
    assert judged(reach.participant, transfer(creditor_iban=A2), tables=reference(participants={})) == set()


@pytest.mark.parametrize(
    ("changes", "transfers", "collections"),
    [
        pytest.param({"until": datetime.date(2026, 4, 1)}, False, False, id="left the day before"),
        pytest.param({"until": datetime.date(2026, 4, 2)}, True, True, id="leaves after the day"),
        pytest.param({"since": datetime.date(2026, 4, 3)}, False, False, id="joins the day after"),
        pytest.param({"credit_transfer": False}, False, True, id="collections only"),
        pytest.param({"direct_debit_core": False}, True, False, id="transfers only"),
    ],
)
def test_membership_has_its_dates_and_schemes(
    changes: dict[str, object], transfers: bool, collections: bool
) -> None:
    tables, days = _bank("AT", "19043", **changes), dating("2026-04-02")
    paid = judged(reach.participant, transfer(creditor_iban=C1), tables=tables, days=days)
    collected = judged(reach.participant, collection(debtor_iban=C1), tables=tables, days=days)
    assert (paid == set()) is transfers
    assert (collected == set()) is collections


def test_participation_is_judged_only_where_the_profile_says_so() -> None:
    tables = reference(participants={})
    lenient = profile(scope__participant_check=False)
    assert judged(reach.participant, transfer(), tables=tables) != set()
    assert judged(reach.participant, transfer(), tables=tables, bank=lenient) == set()
