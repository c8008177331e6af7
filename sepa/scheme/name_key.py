"""A name in the form in which names are compared: small differences in writing do not make another person."""

import re
import unicodedata
from functools import lru_cache

from sepa.scheme.characters import to_sepa_text

_APART = re.compile(r"(?<!\S)\w(?: \w(?!\S))+")


@lru_cache(maxsize=4_096)
def name_key(name: str) -> str:
    """`name` in capitals, without accents and punctuation, its words in alphabetical order; empty when nothing is left.

    `Petrov, Iván` and `IVAN PETROV` are the same, and so are `S. R. O.` and `sro`. Signs without a likeness in
    the SEPA set (EPC217-08) stay as they are, so that no two of them become the same.
    """
    plain = name if name.isascii() else unicodedata.normalize("NFC", name)
    words = plain.translate(_COMPARED).split()
    if len(words) > 1 and 1 in map(len, words):  # perhaps an abbreviation written apart
        joined = _APART.sub(lambda letters: letters[0].replace(" ", ""), " ".join(words))
        words = joined.split()
    words.sort()
    return " ".join(words)


@lru_cache(maxsize=4_096)
def long_words(part: str) -> frozenset[str]:
    """The words of more than one letter that stand in the key of every name with this part between its blanks.

    Blanks part words in every key, and only single letters are ever joined (`name_key`).
    """
    plain = part if part.isascii() else unicodedata.normalize("NFC", part)
    return frozenset(word for word in plain.translate(_COMPARED).split() if len(word) > 1)


class _Compared(dict[int, str]):
    """What each sign is compared as; worked out when it is first met."""

    def __missing__(self, point: int) -> str:
        found = self[point] = "".join(map(_plain, unicodedata.normalize("NFKC", chr(point)))).upper()
        return found


_COMPARED = _Compared()


def _plain(sign: str) -> str:
    if sign == "." or unicodedata.combining(sign) or unicodedata.category(sign) == "Cf":
        return ""
    likeness = to_sepa_text(sign)
    if sign.isalnum():
        return sign if likeness == "." else likeness
    return "" if likeness == "'" else " "
