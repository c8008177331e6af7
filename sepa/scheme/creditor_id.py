"""Creditor identifier: who collects by direct debit.

Issued nationally; in Slovakia by the central bank through the creditor's bank. Document: EPC262-08.
Characters 1-2 country, 3-4 check digits, 5-7 business code (the creditor's own, ZZZ when unused),
from 8 the national identifier, 35 characters at most. The business code is outside the check and
outside the identity (bank terms IDN-11). Capital and small letters mean the same.
"""

import re
from functools import lru_cache

from sepa.scheme.countries import COLLECTING_COUNTRIES
from sepa.scheme.letters import mod97_digits, shown
from sepa.scheme.phrase import Phrase

_SIGN_OUTSIDE = re.compile(r"[^A-Za-z0-9+?/:().,'\-]", re.ASCII)
_NOT_COUNTED = re.compile(r"[^A-Za-z0-9]", re.ASCII)

SHORTEST, LONGEST = 8, 35

# EPC262-08, national forms. A country that is not named here may use any length up to 35.
NATIONAL_LENGTHS = {
    "AT": (18,),
    "BE": (17, 20),
    "DE": (18,),
    "ES": (16,),
    "FR": (13,),
    "IT": (23,),
    "NL": (19,),
    "SK": (18,),
}


@lru_cache(maxsize=8_192)
def creditor_id_fault(text: str) -> Phrase | None:
    """What is expected where `text` is not a creditor identifier, or None.

    Judged: characters, length, country with direct debits, national length where it is known, check
    digits (02 to 98, MOD 97-10 without the business code and without punctuation).
    """
    outside = _SIGN_OUTSIDE.search(text)
    if outside is not None:
        return Phrase(
            "letters, digits and + ? / - : ( ) . , ' only; character {place} is {found}",
            {"place": str(outside.start() + 1), "found": shown(outside.group())},
        )
    if not SHORTEST <= len(text) <= LONGEST:
        return Phrase("a creditor identifier of 8 to 35 characters, not {found}", {"found": str(len(text))})
    country, digits = text[:2].upper(), text[2:4]
    if country not in COLLECTING_COUNTRIES:
        return Phrase("the code of a country with SEPA direct debits, not {country}", {"country": country})
    lengths = NATIONAL_LENGTHS.get(country)
    if lengths is not None and len(text) not in lengths:
        return Phrase(
            "a creditor identifier of {lengths} characters for {country}, not {found}",
            {"lengths": " / ".join(map(str, lengths)), "country": country, "found": str(len(text))},
        )
    if not digits.isdigit() or not "02" <= digits <= "98":
        return Phrase("check digits from 02 to 98 as characters 3 and 4, not {digits}", {"digits": digits})
    national = _NOT_COUNTED.sub("", text[7:])
    if not national:
        return Phrase(
            "a national identifier of letters or digits from character 8 on, not {found}", {"found": text[7:]}
        )
    if int(mod97_digits(national + country) + digits) % 97 != 1:
        return Phrase(
            "check digits that agree with the creditor identifier, not {digits}", {"digits": digits}
        )
    return None


def creditor_id_key(text: str) -> str:
    """The identity behind an identifier: capital letters, no spaces, business code left out.

    Two texts name the same creditor when their keys are equal; the text need not be well-formed.
    """
    compact = text.replace(" ", "").upper()
    return compact[:4] + compact[7:]
