"""Letters as numbers, the step that every MOD 97-10 check shares (ISO 7064: A is 10, Z is 35); how texts are shown."""

from collections.abc import Iterable
from typing import Final

LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

_NUMBER = {sign: str(int(sign, 36)) for sign in LETTERS}


def mod97_digits(text: str) -> str:
    """Write every letter of `text` (either case) as its number, digits as they are.

    A sign that is neither an ASCII letter nor a digit is a KeyError: look before.
    """
    return "".join(map(_NUMBER.__getitem__, text))


def shown(sign: str) -> str:
    """A character in a form that can be seen: itself where it is plain print, its code point otherwise."""
    return sign if "!" <= sign <= "~" else f"U+{ord(sign):04X}"


SHOWN_CHARS: Final = 80
"""How much of somebody's text is told again where it is at fault."""


def shortened(text: str, chars: int = SHOWN_CHARS) -> str:
    """As much of somebody's text as is told to anybody: its first `chars`, and a sign that more stood there."""
    return text if len(text) <= chars else text[:chars] + "…"


FORMULA: Final = frozenset("=+-@\t\r\n＝＋－＠")
"""What a text begins with that a spreadsheet runs."""


def inert_all(texts: Iterable[str]) -> list[str]:
    """Texts as `inert` leaves each of them."""
    return [f"'{text}" if text[:1] in FORMULA else text for text in texts]


def inert(text: str) -> str:
    """Put an apostrophe before a sender's text that begins like a formula, so that no spreadsheet runs it.

    A spreadsheet may take the wide forms of the four signs for the signs, and pass over line ends and tabs before them.
    """
    return f"'{text}" if text[:1] in FORMULA else text
