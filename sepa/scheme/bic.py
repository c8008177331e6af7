"""BIC, the business identifier code: four characters for the party, a country, two for the place,
and three more for a branch.

Issued by Swift as registration authority. Documents: ISO 9362:2014, since which the first four
characters may hold digits; bank terms IDN-02. A code of 8 characters and the same code with XXX
behind it name the same office.
"""

import re
from functools import lru_cache

from sepa.scheme.countries import is_country
from sepa.scheme.letters import shown
from sepa.scheme.phrase import Phrase

_FORM = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?", re.ASCII)
_SIGN_OUTSIDE = re.compile(r"[^A-Z0-9]", re.ASCII)


@lru_cache(maxsize=8_192)
def bic_fault(text: str) -> Phrase | None:
    """What is expected where `text` is not a BIC, or None. Whether it is in use is not judged."""
    if _FORM.fullmatch(text) is not None and is_country(text[4:6]):
        return None
    outside = _SIGN_OUTSIDE.search(text)
    if outside is not None:
        return Phrase(
            "capital letters and digits only; character {place} is {found}",
            {"place": str(outside.start() + 1), "found": shown(outside.group())},
        )
    if len(text) not in (8, 11):
        return Phrase("a BIC of 8 or 11 characters, not {found}", {"found": str(len(text))})
    return Phrase("the code of a country as characters 5 and 6, not {country}", {"country": text[4:6]})


def bic_country(bic: str) -> str:
    """The country of a well-formed BIC."""
    return bic[4:6]


def bic8(bic: str) -> str:
    """The bank's own eight characters, without the branch."""
    return bic[:8]


def same_office(one: str, other: str) -> bool:
    """Whether two well-formed BICs name the same office: a missing branch means XXX."""
    return (one if len(one) == 11 else one + "XXX") == (other if len(other) == 11 else other + "XXX")
