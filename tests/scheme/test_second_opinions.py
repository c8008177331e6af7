"""Identifiers judged by schwifty and python-stdnum as well: a million values, sound and damaged, every difference told.

Ten batches of 60,000 IBANs, 20,000 BICs and 20,000 creditor identifiers. Nobody's table of examples makes them: sound
ones are drawn from the registered forms, then struck, doubled, dropped, swapped or sealed again under new check digits.
"""

import random
from collections.abc import Callable, Iterator
from functools import cache

import pytest
from schwifty import BIC, IBAN, registry
from schwifty.exceptions import SchwiftyException
from stdnum import bic as stdnum_bic
from stdnum import iban as stdnum_iban
from stdnum.be.iban import info as belgian_bank
from stdnum.eu import at_02

from sepa.scheme.bic import bic_fault
from sepa.scheme.countries import COLLECTING_COUNTRIES, account_country
from sepa.scheme.creditor_id import NATIONAL_LENGTHS, creditor_id_fault
from sepa.scheme.iban import iban_fault, national_fault
from sepa.scheme.letters import LETTERS, mod97_digits

IBANS, BICS, CREDITORS = 60_000, 20_000, 20_000
CAPITALS = LETTERS[:36]
BATCHES = [
    pytest.param(seed, id=f"batch {seed}", marks=[pytest.mark.slow] if seed else []) for seed in range(10)
]
in_batches = pytest.mark.parametrize("seed", BATCHES)


def registered() -> list[str]:
    """Countries that have an IBAN form of their own or borrow one, as schwifty lists them."""
    pairs = (first + second for first in CAPITALS[10:] for second in CAPITALS[10:])
    return [pair for pair in pairs if str(iban_fault(pair)).endswith("not 2")]


def damaged(text: str, chance: random.Random) -> str:
    """`text` with one sign struck over, dropped, doubled or swapped with the next."""
    place, sign = chance.randrange(len(text)), chance.choice(CAPITALS)
    before, after = text[:place], text[place + 1 :]
    return before + chance.choice(
        [sign + after, after, sign + text[place:], after[:1] + text[place] + after[1:]]
    )


def resealed(iban: str, chance: random.Random) -> str:
    """`iban` with one digit of the account changed, under check digits that agree again."""
    place = chance.randrange(4, len(iban))
    rest = iban[4:place] + chance.choice("0123456789") + iban[place + 1 :]
    return f"{iban[:2]}{98 - int(mod97_digits(rest + iban[:2]) + '00') % 97:02d}{rest}"


@cache
def ibans(seed: int) -> tuple[str, ...]:
    chance = random.Random(seed)  # noqa: S311
    countries = registered()
    sound = [str(IBAN.random(country, random=chance)) for country in countries for _ in range(25)]
    made: list[str] = [*sound]
    while len(made) < IBANS:
        iban = chance.choice(sound)
        made += (damaged(iban, chance), resealed(iban, chance), damaged(resealed(iban, chance), chance))
    return tuple(made[:IBANS])


def bics(seed: int) -> Iterator[str]:
    chance = random.Random(seed)  # noqa: S311
    countries = ["SK", "AT", "DE", "FR", "XK", "GB", "CH", "US"]
    for _ in range(BICS // 2):
        country = chance.choice([*countries, "".join(chance.choices(CAPITALS[10:], k=2))])
        first, place = "".join(chance.choices(CAPITALS, k=4)), "".join(chance.choices(CAPITALS, k=2))
        bic = first + country + place + chance.choice(["", "XXX", "".join(chance.choices(CAPITALS, k=3))])
        yield bic
        yield damaged(bic, chance)


def creditors(seed: int) -> Iterator[str]:
    chance = random.Random(seed)  # noqa: S311
    countries = sorted(COLLECTING_COUNTRIES)
    for _ in range(CREDITORS // 2):
        country = chance.choice(countries)
        length = chance.choice(NATIONAL_LENGTHS.get(country, tuple(range(9, 36))))
        rest = "".join(chance.choices(CAPITALS, k=length - 4))
        creditor = country + str(at_02.calc_check_digits(f"{country}00{rest}")) + rest
        yield creditor
        yield damaged(creditor, chance)


def sound(check: Callable[[str], object], text: str) -> bool:
    try:
        return bool(check(text))
    except SchwiftyException:
        return False


def by_schwifty(iban: str) -> bool:
    return sound(lambda text: IBAN(text, validate_bban=True), iban)


@pytest.mark.filterwarnings("ignore::schwifty.exceptions.NationalChecksumNotVerified")
@in_batches
def test_ibans_as_schwifty_judges_them(seed: int) -> None:
    """No difference, but for places without an IBAN of their own, which schwifty also lists."""
    judged = 0
    for iban in ibans(seed):
        ours = iban_fault(iban) is None and national_fault(iban) is None
        judged += ours
        assert ours == by_schwifty(iban) or account_country(iban[:2]) != iban[:2], iban
    assert IBANS / 20 < judged < IBANS


@in_batches
def test_ibans_as_stdnum_judges_them(seed: int) -> None:
    """Four differences, each told here; everything else is judged alike."""
    unlisted = {country for country in registered() if registry.get_iban_spec(country).aspirational}
    for iban in ibans(seed):
        ours = iban_fault(iban) is None
        if ours == stdnum_iban.is_valid(iban, check_country=False):
            continue
        if ours:  # stdnum lacks countries outside the registry, and wants digits where Brazil has either
            assert iban[:2] in unlisted or iban[:2] == "BR", iban
        else:  # it takes check digits that are never issued, and letters in their place
            assert iban[2:4] in ("00", "01", "99") or not iban[2:4].isdigit(), iban


@in_batches
def test_national_digits_as_stdnum_judges_them(seed: int) -> None:
    """stdnum knows four countries. Of Belgian numbers it also refuses those of banks that it does not know.

    Norway checks accounts that begin with 00 without the bank code, stdnum does not.
    """
    judged = 0
    for iban in ibans(seed):
        if iban[:2] not in ("BE", "ES", "ME", "NO") or iban_fault(iban) is not None:
            continue
        judged += 1
        unknown_bank = iban[:2] == "BE" and not belgian_bank(iban)
        if not unknown_bank and (iban[:2] != "NO" or iban[8:10] != "00"):
            assert stdnum_iban.is_valid(iban) == (national_fault(iban) is None), iban
    assert judged > 500


@in_batches
def test_bics_as_both_judge_them(seed: int) -> None:
    """stdnum refuses digits in the first four characters, as codes had it before 2014; schwifty knows no Kosovo."""
    judged = 0
    for bic in bics(seed):
        ours = bic_fault(bic) is None
        judged += ours
        if bic[4:6] != "XK":
            assert ours == BIC(bic, allow_invalid=True).is_valid, bic
        if bic[:4].isalpha():
            assert ours == stdnum_bic.is_valid(bic), bic
    assert BICS / 4 < judged < BICS


@in_batches
def test_creditor_identifiers_as_stdnum_judges_them(seed: int) -> None:
    """stdnum knows no national lengths and no list of countries, and takes check digits that are never issued.

    It also takes a letter in their place where the sum comes out.
    """
    judged = 0
    for creditor in creditors(seed):
        ours, theirs = creditor_id_fault(creditor) is None, at_02.is_valid(creditor)
        judged += ours
        if ours == theirs:
            continue
        assert theirs, creditor
        lengths = NATIONAL_LENGTHS.get(creditor[:2])
        outside = creditor[:2] not in COLLECTING_COUNTRIES
        wrong_length = not 8 <= len(creditor) <= 35 or (lengths is not None and len(creditor) not in lengths)
        never_issued = creditor[2:4] in ("00", "01", "99") or not creditor[2:4].isdigit()
        assert outside or wrong_length or never_issued, creditor
    assert CREDITORS / 3 < judged < CREDITORS
