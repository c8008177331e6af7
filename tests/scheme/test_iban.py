"""IBAN: one known-bad example for each check, then two other implementations as second opinions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from schwifty import IBAN, checksum

from sepa.scheme.countries import SEPA
from sepa.scheme.iban import (
    bank_code,
    canonical_iban,
    iban_country,
    iban_fault,
    national_fault,
)
from sepa.scheme.letters import LETTERS, mod97_digits
from sepa.scheme.phrase import Phrase

GOOD = {
    "own account": "SK6552000000000005566783",
    "another Slovak bank": "SK3112000000198742637541",
    "Austria": "AT611904300234573201",
    "Switzerland": "CH9300762011623852957",
    "San Marino": "SM86U0322509800000000270100",
    "Germany": "DE89370400440532013000",
    "France, letter in the account": "FR1420041010050500013M02606",
    "Norway": "NO9386011117947",
    "Gibraltar": "GI75NWBK000000007099453",
}


def any_fault(text: str) -> Phrase | None:
    """The fault of the form, else that of the national check digits."""
    return iban_fault(text) or national_fault(text)


@pytest.mark.parametrize("iban", [pytest.param(iban, id=name) for name, iban in GOOD.items()])
def test_accepts(iban: str) -> None:
    assert any_fault(iban) is None
    assert any_fault(iban.lower()) is None
    assert IBAN(iban, validate_bban=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", "an account number, not an empty text", id="empty"),
        pytest.param(
            "SK31 1200 0000 1987 4263 7541",
            "letters and digits only, without separators; character 5 is U+0020",
            id="IDN-09 spaces",
        ),
        pytest.param(
            "SK31-12000000198742637541",
            "letters and digits only, without separators; character 5 is -",
            id="dash",
        ),
        pytest.param(
            "SK3112000000198742637541\n",
            "letters and digits only, without separators; character 25 is U+000A",
            id="line end",
        ),
        pytest.param(
            "SK311200000019874263754\u0661",
            "letters and digits only, without separators; character 24 is U+0661",
            id="Arabic digit",
        ),
        pytest.param(
            "\u0405K3112000000198742637541",
            "letters and digits only, without separators; character 1 is U+0405",
            id="Cyrillic S",
        ),
        pytest.param(
            "XX3112000000198742637541", "a country code with a known IBAN form, not XX", id="no such country"
        ),
        pytest.param(
            "JE29NWBK60161331926819",
            "a country code with a known IBAN form, not JE",
            id="Jersey banks with GB",
        ),
        pytest.param("SK", "24 characters for SK, not 2", id="country alone"),
        pytest.param(
            "SK311200000019874263754", "24 characters for SK, not 23", id="IDN-01 last digit missing"
        ),
        pytest.param("SK31120000001987426375411", "24 characters for SK, not 25", id="a digit too many"),
        pytest.param(
            "SKA112000000198742637541",
            "two check digits after the country code, not A1",
            id="letter as check digit",
        ),
        pytest.param("SK3112000000198742637O41", "a digit as character 22 for SK, not O", id="O for zero"),
        pytest.param(
            "GB291WBK60161331926819", "a letter as character 5 for GB, not 1", id="digit in a bank's letters"
        ),
        pytest.param(
            "SK3212000000198742637541",
            "check digits that agree with the rest of the account number, not 32",
            id="IDN-01 wrong check digits",
        ),
        pytest.param(
            "SK0352000000001234567890",
            "national check digits of SK that agree with the account number",
            id="IDN-07 modulus 11",
        ),
        pytest.param(
            "DE12500105175001478962",
            "national check digits of DE that agree with the account number",
            id="German bank's method C1",
        ),
        pytest.param(
            "FR8604772750142K8YCJ4Q1QW28",
            "national check digits of FR that agree with the account number",
            id="French key",
        ),
    ],
)
def test_each_fault_says_what_is_expected(text: str, expected: str) -> None:
    assert str(any_fault(text)) == expected


@pytest.mark.parametrize(
    ("alias", "genuine"),
    [
        pytest.param("00", "97", id="00 stands for 97"),
        pytest.param("01", "98", id="01 stands for 98"),
        pytest.param("99", "02", id="99 stands for 02"),
    ],
)
def test_check_digits_that_are_never_issued(alias: str, genuine: str) -> None:
    numbers = (f"AT{{}}19043{account:011d}" for account in range(10_000))
    number = next(number for number in numbers if any_fault(number.format(genuine)) is None)
    remainder = int(mod97_digits(number.format(alias)[4:] + "AT") + alias) % 97
    assert remainder == 1
    assert str(any_fault(number.format(alias))) == f"check digits from 02 to 98, not {alias}"


@pytest.mark.parametrize("country", sorted(SEPA))
def test_every_sepa_country_has_its_published_length(country: str) -> None:
    published = (
        "AT20 BE16 BG22 HR21 CY28 CZ24 DK18 EE20 FI18 FR27 DE22 GR27 HU28 IE22 "
        "IT27 LV21 LT20 LU20 MT31 NL18 PL28 "
        "PT25 RO24 SK24 SI19 ES24 SE24 IS26 LI21 NO15 "
        "CH21 GB22 MC27 SM27 AD24 VA22 AL28 ME22 MK19 MD24 RS22 GI23"
    )
    lengths = {entry[:2]: entry[2:] for entry in published.split()}
    fault = any_fault(country + "00")
    assert fault is not None
    assert fault.values["length"] == lengths[country]


def test_national_digits_are_a_second_check_on_a_sound_form() -> None:
    assert iban_fault("DE12500105175001478962") is None
    assert national_fault("DE12500105175001478962") is not None
    assert national_fault("de89370400440532013000") is None
    assert national_fault("AT611904300234573201") is None


def test_canonical_form_only_raises_letters() -> None:
    assert canonical_iban("sk65 5200") == "SK65 5200"
    assert canonical_iban("l\u0131") == "l\u0131"  # a dotless i has the capital I


@pytest.mark.parametrize(
    ("iban", "country", "code"),
    [
        pytest.param("SK6552000000000005566783", "SK", "5200", id="SK characters 5 to 8"),
        pytest.param("sk6552000000000005566783", "SK", "5200", id="small letters"),
        pytest.param("AT611904300234573201", "AT", "19043", id="AT"),
        pytest.param("SM86U0322509800000000270100", "SM", "03225", id="SM after the check letter"),
        pytest.param("gb29nwbk60161331926819", "GB", "NWBK", id="GB letters"),
        pytest.param("SI56263300012039086", "SI", "26330", id="SI bank and branch"),
        pytest.param("XX6552", "XX", None, id="unknown country"),
        pytest.param("SK65520", "SK", None, id="too short"),
    ],
)
def test_country_and_bank_code(iban: str, country: str, code: str | None) -> None:
    assert iban_country(iban) == country
    assert bank_code(iban) == code


@given(st.sampled_from(sorted(GOOD.values())), st.integers(0, 33), st.data())
def test_one_changed_character_is_always_noticed(iban: str, place: int, data: st.DataObject) -> None:
    """A digit for a digit, a letter for a letter: the other way round two digits change, of which some go unnoticed."""
    place %= len(iban)
    sign = data.draw(st.sampled_from(LETTERS[:10] if iban[place].isdigit() else LETTERS[10:36]))
    changed = iban[:place] + sign + iban[place + 1 :]
    assert changed == iban or iban_fault(changed) is not None


@given(st.text(max_size=40))
def test_no_text_is_an_error(text: str) -> None:
    fault = any_fault(text)
    assert fault is None or str(fault)


@given(st.integers(0, 10**10 - 1))
def test_german_method_00_as_schwifty_reckons_it(account: int) -> None:
    iban = f"DE0070150000{account:010d}"
    by_schwifty = checksum.algorithms["DE:00"].validate([iban[12:]], "")
    assert (national_fault(iban) is None) is by_schwifty
