"""Letters as numbers, the small step that every MOD 97-10 check shares (ISO 7064: A is 10, Z is 35)."""

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
