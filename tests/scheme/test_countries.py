"""Countries: both sides of every day on which something changed."""

import datetime

import pytest

from sepa.scheme.countries import EEA, SEPA, account_country, collections_reach, in_sepa, is_country, is_eea


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("country", "on", "inside"),
    [
        pytest.param("SK", "2014-01-31", False, id="before the table begins"),
        pytest.param("SK", "2014-02-01", True, id="the table begins"),
        pytest.param("SM", "2014-02-01", True, id="D-08 San Marino"),
        pytest.param("AD", "2019-02-28", False, id="Andorra the day before"),
        pytest.param("AD", "2019-03-01", True, id="Andorra"),
        pytest.param("VA", "2019-02-28", False, id="Vatican the day before"),
        pytest.param("VA", "2019-03-01", True, id="Vatican"),
        *[
            pytest.param(code, "2025-10-06", False, id=f"{code} the day before")
            for code in ("AL", "ME", "MK", "MD")
        ],
        *[pytest.param(code, "2025-10-07", True, id=code) for code in ("AL", "ME", "MK", "MD")],
        pytest.param("RS", "2026-05-04", False, id="Serbia the day before"),
        pytest.param("RS", "2026-05-05", True, id="Serbia"),
        pytest.param("GB", "2026-11-21", True, id="out of the Union, still in SEPA"),
        pytest.param("XK", "2026-11-21", False, id="Kosovo"),
        pytest.param("UA", "2026-11-21", False, id="Ukraine"),
        pytest.param("JE", "2026-11-21", False, id="Jersey has no IBAN code of its own"),
        pytest.param("sk", "2026-11-21", False, id="small letters are no code"),
    ],
)
def test_sepa(country: str, on: str, inside: bool) -> None:
    assert in_sepa(country, day(on)) is inside


@pytest.mark.parametrize(
    ("country", "on", "reached"),
    [
        pytest.param("RS", "2026-11-21", False, id="Serbia has transfers only"),
        pytest.param("ME", "2025-10-06", False, id="Montenegro the day before"),
        pytest.param("ME", "2025-10-07", True, id="Montenegro"),
        pytest.param("SK", "2026-11-21", True, id="SK"),
        pytest.param("US", "2026-11-21", False, id="US"),
    ],
)
def test_collections(country: str, on: str, reached: bool) -> None:
    assert collections_reach(country, day(on)) is reached


@pytest.mark.parametrize(
    ("country", "on", "inside"),
    [
        pytest.param("GB", "2020-12-31", True, id="D-09 last day of the transition"),
        pytest.param("GB", "2021-01-01", False, id="D-09 the day after"),
        pytest.param("NO", "2026-11-21", True, id="Norway"),
        pytest.param("HR", "2014-04-11", False, id="before the table begins"),
        pytest.param("HR", "2014-04-12", True, id="Croatia"),
        pytest.param("CH", "2026-11-21", False, id="Switzerland"),
        pytest.param("SM", "2026-11-21", False, id="San Marino"),
    ],
)
def test_eea(country: str, on: str, inside: bool) -> None:
    assert is_eea(country, day(on)) is inside


def test_counts() -> None:
    assert len(set(SEPA) - {"GI"}) == 41
    assert len([code for code in EEA if is_eea(code, day("2015-01-01"))]) == 31
    assert len([code for code in EEA if is_eea(code, day("2026-11-21"))]) == 30
    assert all(is_country(code) for code in SEPA)
    assert all(membership.source for membership in (*SEPA.values(), *EEA.values()))


@pytest.mark.parametrize(
    ("country", "accounts"),
    [
        pytest.param("RE", "FR", id="Réunion"),
        pytest.param("JE", "GB", id="Jersey"),
        pytest.param("AX", "FI", id="Åland"),
        pytest.param("GI", "GI", id="Gibraltar has its own"),
        pytest.param("SK", "SK", id="SK"),
    ],
)
def test_whose_code_the_accounts_carry(country: str, accounts: str) -> None:
    assert account_country(country) == accounts
