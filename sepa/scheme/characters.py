"""The SEPA character set, and what to do with everything outside it.

Kept by the European Payments Council. Documents: EPC132-08 and EPC130-08 (the set, and the rule of the
slash in references), EPC217-08 (how a bank may convert). Bank terms SYM-06, gap G-14.
"""

import re
import unicodedata
from functools import lru_cache

from sepa.scheme.phrase import Phrase
from sepa.scheme.symbols import parse_symbols

SEPA_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ ")

_outside = re.compile(r"[^a-zA-Z0-9/\-?:().,'+ ]", re.ASCII)
_search_outside = _outside.search
_beyond_latin_1 = re.compile("[^\x00-\xff]").findall
_SHOWN_AT_MOST = 3

# Blank or invisible, though Unicode counts them as letters, symbols or marks.
_search_invisible = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u2800\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]"
).search


def text_fault(text: str) -> Phrase | None:
    """The first characters of `text` outside the SEPA set, as code points, or None when it is clean."""
    if _search_outside(text) is None:
        return None
    return Phrase(
        "characters of the SEPA set only, not {characters}", {"characters": _listed(_outside.findall(text))}
    )


def reference_fault(text: str) -> Phrase | None:
    """What is expected where `text` may not stand in a reference or identification, or None.

    The SEPA set, no slash at either end, no two slashes in a row (EPC132-08), and more than blanks. The Slovak
    symbols (`/VS1/SS/KS`) are an agreed form and may begin with their slash.
    """
    if _search_outside(text) is not None:
        return text_fault(text)
    if "/" not in text:
        return Phrase("a reference that is not blank") if text.isspace() else None
    if "//" in text:
        return Phrase("a reference without two slashes in a row")
    if text[-1] == "/" or (text[0] == "/" and parse_symbols(text) is None):
        return Phrase("a reference that neither begins nor ends with a slash")
    return None


def hidden_fault(text: str) -> Phrase | None:
    """The characters nobody can see (control, direction, zero width, unassigned) by code point, or None.

    A space of any width is no fault here; `to_sepa_text` makes it a plain one.
    """
    if text.isprintable() and _search_invisible(text) is None:
        return None
    hidden = [sign for sign in text if _is_hidden(sign)]
    if not hidden:
        return None
    return Phrase("a text without invisible characters, not {characters}", {"characters": _listed(hidden)})


def visible(text: str) -> str:
    """`text` without what `hidden_fault` finds, and `.` where nothing is left, so that nobody reads it otherwise."""
    if text.isprintable() and _search_invisible(text) is None:
        return text
    return "".join(sign for sign in text if not _is_hidden(sign)) or "."


def to_sepa_text(text: str) -> str:
    """`text` in the SEPA set, for messages between banks: letters lose their marks, the unknown becomes `.`.

    Each character becomes at most one, so the result is never longer, and never empty unless `text` is.
    A clean text comes back as it is.
    """
    if _search_outside(text) is None:
        return text
    for sign in _beyond_latin_1(text):
        text = text.replace(sign, _replacement(sign))
    return text.encode("latin-1").translate(_LATIN_1).decode("ascii") or "."


def unconvertible_fault(text: str) -> Phrase | None:
    """The characters of `text` for which the SEPA set has no likeness, so that `.` would be sent, or None."""
    if _search_outside(text) is None:
        return None
    lost = [sign for sign in _outside.findall(text) if _replacement(sign) == "."]
    if not lost:
        return None
    return Phrase("characters that have a likeness in SEPA, not {characters}", {"characters": _listed(lost)})


def _is_hidden(sign: str) -> bool:
    if _search_invisible(sign) is not None:
        return True
    return not sign.isprintable() and unicodedata.category(sign) != "Zs"


def _listed(signs: list[str]) -> str:
    """The first few different characters: `U+0026 &, U+202E RIGHT-TO-LEFT OVERRIDE`."""
    distinct = list(dict.fromkeys(signs))
    return ", ".join(_described(sign) for sign in distinct[:_SHOWN_AT_MOST]) + (
        ", …" if len(distinct) > _SHOWN_AT_MOST else ""
    )


def _described(sign: str) -> str:
    code = f"U+{ord(sign):04X}"
    if _is_hidden(sign) or sign.isspace() or unicodedata.combining(sign):
        return f"{code} {unicodedata.name(sign, '')}".rstrip()
    return f"{code} {sign}"


# Letters and signs that Unicode does not take apart into a base and its marks. One for one, so that
# lengths hold: EPC217-08 does the same for Latin letters. Two aligned lines each.
_ALIKE = dict(
    zip(
        "ßẞæÆœŒøØđĐðÐþÞłŁħĦŧŦŋŊıȷĸəƏ"  # Latin
        "αβγδεζηθικλμνξοπρσςτυφχψωΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ"  # Greek
        "абвгдежзийклмнопрстуфхцчшщъыьэюяђјљњћџѕєі"  # Cyrillic
        "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЂЈЉЊЋЏЅЄІ"
        '&_;\\[]{}`´‘’‚‛“”„‟"‹›«»‐‑‒–—―−€\t\n\r',
        "sSaAoOoOdDdDtTlLhHtTnNijkeE"
        "avgdeziticlmnxoprsstyfhpoAVGDEZITICLMNXOPRSTYFHPO"
        "abvgdejziiklmnoprstufhccssayieuadjlnczsei"
        "ABVGDEJZIIKLMNOPRSTUFHCCSSAYIEUADJLNCZSEI"
        "+-,/()()'''''''''''''''-------E   ",
        strict=True,
    )
)


@lru_cache(maxsize=4_096)
def _replacement(sign: str) -> str:
    """The one character of the set that stands for `sign`; a lone mark (as in decomposed text) vanishes."""
    if sign in SEPA_CHARACTERS:
        return sign
    if sign in _ALIKE:
        return _ALIKE[sign]
    if unicodedata.category(sign) == "Mn" and not _is_hidden(sign):
        return ""
    base = [part for part in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(part)]
    if len(base) != 1:
        return "."
    found = _ALIKE.get(base[0], base[0])
    return found if found in SEPA_CHARACTERS else "."


_LATIN_1 = "".join(_replacement(chr(point)) for point in range(0x100)).encode("ascii")
"""The likeness of each of the first 256 characters; every one of them has one of its own."""
_LATIN = (chr(point) for point in (*range(0x20, 0x7F), *range(0xA1, 0x180)))
_travels = re.compile(
    f"[{re.escape(''.join(sign for sign in _LATIN if _replacement(sign) not in ('', '.')))}.]*"
).fullmatch


def surely_travels(text: str) -> bool:
    """Whether all of `text` is Latin print that has a likeness in the set: then nothing here has a word against it.

    A quick look at many texts at once; a no decides nothing.
    """
    return _travels(text) is not None
