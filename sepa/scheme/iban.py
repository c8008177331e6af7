"""IBAN, the international bank account number.

Issued by banks in the form each country has registered. Documents: ISO 13616-1 (form), ISO 7064
MOD 97-10 (check digits), the IBAN registry as the schwifty package carries it (lengths, structures,
places of the bank code, national check digits). Bank terms: IDN-01, IDN-03, IDN-09.

A fault is a Phrase that says what was expected at the place that is wrong. Capital and small
letters mean the same; spaces and other separators are refused, never taken out.
"""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Final

import msgspec
from schwifty import checksum, registry
from schwifty.domain import Component, IBANSpec
from schwifty.exceptions import InvalidCountryCode, SchwiftyException

from sepa.scheme.countries import account_country
from sepa.scheme.letters import LETTERS, mod97_digits, shown
from sepa.scheme.phrase import Phrase


def canonical_iban(text: str) -> str:
    """The form in which accounts are compared and sent on: capital letters, and nothing taken out.

    A text with letters beyond ASCII comes back unchanged, for some of them have ASCII capitals.
    """
    return text if text.isupper() or not text.isascii() else text.upper()


@lru_cache(maxsize=4_096)
def iban_fault(text: str) -> Phrase | None:
    """What is expected where `text` breaks ISO 13616-1, or None. National check digits are `national_fault`'s.

    Check digits are 02 to 98; 00, 01 and 99 also leave remainder 1 but are never issued (ISO 7064).
    """
    form = _FORMS[text[:2]]
    if form is not None and form.whole.fullmatch(text) is not None and _remainder(form, text) == 1:
        return None
    return _form_diagnosis(text)


@lru_cache(maxsize=4_096)
def national_fault(text: str) -> Phrase | None:
    """What is expected where the national check digits of a well-formed IBAN do not agree, or None.

    None also where the country has no national check, or none whose method is known here.
    """
    iban = canonical_iban(text)
    form = _FORMS[iban[:2]]
    if form is None or form.national is None or form.national(iban):
        return None
    return Phrase(
        "national check digits of {country} that agree with the account number", {"country": iban[:2]}
    )


def iban_country(iban: str) -> str:
    """The country code an IBAN begins with, in capital letters."""
    return iban[:2].upper()


def bank_code(iban: str) -> str | None:
    """The national code of the account's bank (for SK the characters 5 to 8), or None where no form is known.

    In Slovenia bank and branch together name the bank. Only the place is looked at, not the check digits.
    """
    form = _FORMS[iban[:2]] or _FORMS[iban[:2].upper()]
    if form is None or len(iban) != form.length:
        return None
    start, end = form.bank
    return iban[start:end].upper() or None


NationalCheck = Callable[[str], bool]


class _Form(msgspec.Struct, frozen=True):
    """One country's IBAN. `kinds` names each place after the check digits: n digit, a letter, c either."""

    country: str
    length: int
    kinds: str
    whole: re.Pattern[str]
    country_digits: str
    bank: tuple[int, int]
    national: NationalCheck | None


def _remainder(form: _Form, iban: str) -> int:
    rest = iban[4:]
    if not rest.isdigit():
        rest = mod97_digits(rest)
    return int(rest + form.country_digits + iban[2:4]) % 97


def _form_diagnosis(text: str) -> Phrase | None:
    if not (text.isascii() and text.isalnum()):
        return _sign_fault(text)
    iban = text.upper()
    if iban != text:
        return iban_fault(iban)
    form = _FORMS[iban[:2]]
    if form is None:
        return Phrase("a country code with a known IBAN form, not {country}", {"country": iban[:2]})
    if len(iban) != form.length:
        return Phrase(
            "{length} characters for {country}, not {found}",
            {"length": str(form.length), "country": form.country, "found": str(len(iban))},
        )
    digits = iban[2:4]
    if not digits.isdigit():
        return Phrase("two check digits after the country code, not {digits}", {"digits": digits})
    for place, (kind, sign) in enumerate(zip(form.kinds, iban[4:], strict=True), start=5):
        blanks = {"place": str(place), "country": form.country, "found": sign}
        if kind == "n" and not sign.isdigit():
            return Phrase("a digit as character {place} for {country}, not {found}", blanks)
        if kind == "a" and sign.isdigit():
            return Phrase("a letter as character {place} for {country}, not {found}", blanks)
    if not "02" <= digits <= "98":
        return Phrase("check digits from 02 to 98, not {digits}", {"digits": digits})
    return Phrase(
        "check digits that agree with the rest of the account number, not {digits}", {"digits": digits}
    )


def _sign_fault(text: str) -> Phrase:
    if not text:
        return Phrase("an account number, not an empty text")
    place, sign = next((n, sign) for n, sign in enumerate(text, 1) if sign not in LETTERS)
    return Phrase(
        "letters and digits only, without separators; character {place} is {found}",
        {"place": str(place), "found": shown(sign)},
    )


def _national(spec: IBANSpec, method: str) -> NationalCheck | None:
    """The named method of a country, ready to judge one of its IBANs, or None where there is none."""
    if spec.country in ("CZ", "SK"):
        return _modulus_11_agrees
    if spec.country == "DE" and method in ("default", "00"):
        return _german_agrees if method == "default" else _german_00_agrees
    algorithm = checksum.algorithms.get(f"{spec.country}:{method}")
    if algorithm is None:
        return None
    places = [spec.positions[component] for component in algorithm.accepts]
    parts = [slice(4 + place.start, 4 + place.end) for place in places]
    proven = spec.positions[Component.NATIONAL_CHECKSUM_DIGITS]
    digits = slice(4 + proven.start, 4 + proven.end)
    # A new one for each call: schwifty's methods keep their last remainder, which threads would share.
    new_method = type(algorithm)

    def agrees(iban: str) -> bool:
        try:
            return bool(new_method().validate([iban[part] for part in parts], iban[digits]))
        except SchwiftyException:
            return False

    return agrees


def _modulus_11_agrees(iban: str) -> bool:
    """Slovakia and Czechia, bank terms IDN-07. Our own reckoning, for most accounts here are Slovak.

    The weights 6 3 7 9 10 5 8 4 2 1 are the powers of 2 modulo 11, and 13 is 2 modulo 11: so the weighted sum
    of the digits is the number they make in base 13.
    """
    return int(iban[8:14], 13) % 11 == 0 and int(iban[14:], 13) % 11 == 0


def _german_agrees(iban: str) -> bool:
    """Germany: every bank chooses its method; a bank that has none proves nothing."""
    agrees = _german_methods().get(iban[4:12])
    return agrees is None or agrees(iban)


_DOUBLED: Final = str.maketrans("0123456789", "0246813579")


def _german_00_agrees(iban: str) -> bool:
    """Method 00: from the check digit on, every other digit is doubled, and counts as the sum of its own digits."""
    return sum(map(int, iban[12:21:2].translate(_DOUBLED) + iban[13:22:2])) % 10 == 0


@cache
def _german_methods() -> dict[str, NationalCheck]:
    """The method of each bank code. The record marked primary speaks for a code with several."""
    spec = registry.get_iban_spec("DE")
    banks = sorted(registry.get_banks_by_country("DE"), key=lambda bank: bank.primary)
    chosen = {bank.bank_code: bank.checksum_algo for bank in banks}
    methods = {name: _national(spec, name) for name in set(chosen.values())}
    return {code: check for code, name in chosen.items() if (check := methods[name]) is not None}


_SIGNS = {"n": "[0-9]", "a": "[A-Z]", "c": "[A-Z0-9]"}


def _form(spec: IBANSpec) -> _Form:
    parts = re.findall(r"([0-9]+)!([nac])", spec.bban_spec)
    places = [spec.positions[component] for component in spec.bic_lookup_components]
    return _Form(
        country=spec.country,
        length=spec.iban_length,
        kinds="".join(kind * int(count) for count, kind in parts),
        whole=re.compile(
            spec.country
            + "(?:0[2-9]|[1-8][0-9]|9[0-8])"
            + "".join(f"{_SIGNS[kind]}{{{count}}}" for count, kind in parts),
            re.ASCII,
        ),
        country_digits=mod97_digits(spec.country),
        bank=(4 + places[0].start, 4 + places[-1].end),
        national=_national(spec, "default"),
    )


class _Forms(dict[str, _Form | None]):
    """The form of each country of the registry, made when the first IBAN of that country comes.

    Places whose accounts carry another country's code (Jersey: GB, Réunion: FR) have no IBAN of their own.
    """

    def __missing__(self, country: str) -> _Form | None:
        if not (country.isascii() and country.isupper() and account_country(country) == country):
            return None
        try:
            form = _form(registry.get_iban_spec(country))
        except InvalidCountryCode:
            return None
        return self.setdefault(country, form)


_FORMS = _Forms()
