"""What may be shown of texts that others wrote: no account number in full, no birth number, no hidden sign.

Source: the bank's terms, VI.3(30): open channels carry nothing secret; accounts show as `SK65 ... 6783`.
"""

import re
import unicodedata
from collections.abc import Callable

from sepa.scheme.letters import inert

SHOWN_CHARS_MAX = 200

_SEPARATORS = r"[ .\-_\u00a0\u2010-\u2015\u202f]"
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,}", re.ASCII | re.IGNORECASE)
_CANDIDATE = re.compile(
    r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,}"
    rf"|[A-Z]{{2}}{_SEPARATORS}{{0,2}}[0-9]{_SEPARATORS}{{0,2}}[0-9](?:{_SEPARATORS}{{0,2}}[A-Z0-9]){{11,30}}",
    re.ASCII | re.IGNORECASE,
)
_LOGGED = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Za-z]{2}[0-9]{2}[A-Za-z0-9]{11,30}"
    r"|[A-Z]{2}[0-9]{2}(?:[ \u00a0][A-Z0-9]{4}){2,7}(?:[ \u00a0][A-Z0-9]{1,3})?)(?![A-Za-z0-9])"
)
_LONG_NUMBER = re.compile(rf"[0-9](?:{_SEPARATORS}?[0-9]){{7,}}")
_BIRTH_NUMBER = re.compile(r"(?<![0-9])[0-9]{6} ?/ ?[0-9]{3,4}(?![0-9])", re.ASCII)
_nothing_to_fold = re.compile(r"[ -~\u00c0-\u017e]*").fullmatch
"""Latin print that `_folded` leaves as it is."""
_FEW_SIGNS = r"(?:[ ._-]*+[A-Za-z0-9]){0,14}+[ ._-]*+"
_surely_shown = re.compile(
    r"(?! )(?:[ -/:-~\u00c0-\u017e]*+(?:[0-9][ -~\u00c0-\u017e]{0,8}+)?"
    rf"|{_FEW_SIGNS}(?:(?:(?<![0-9])(?<![0-9] )/|/(?! ?[0-9])){_FEW_SIGNS})*+)(?<! )"
).fullmatch
"""Latin print of which at most the last nine signs hold digits: too few for an account or a birth number. Or fewer
letters and digits between slashes than an account has, and digits on one side of each slash at most."""
_IBAN_CHARS_MIN = 15
_GROUPED_DIGITS_MIN = 8  # a sentence such as "be 22 characters" has fewer


def clean(text: str) -> str:
    """Drop signs that cannot be seen (controls, direction marks, zero width) and cut at 200 characters.

    Line ends become blanks; half a surrogate becomes the replacement character.
    """
    if len(text) <= SHOWN_CHARS_MAX and text.isprintable():  # then nothing in it is hidden
        return text.strip()
    kept = []
    for char in text[: 2 * SHOWN_CHARS_MAX]:
        category = unicodedata.category(char)
        if char in "\t\n\r\v\f\x85" or category in ("Zl", "Zp"):
            kept.append(" ")
        elif category in ("Cs", "Cn", "Co"):
            kept.append("\N{REPLACEMENT CHARACTER}")
        elif category[0] != "C":
            kept.append(char)
    shown = "".join(kept).strip()
    return shown if len(shown) <= SHOWN_CHARS_MAX else shown[: SHOWN_CHARS_MAX - 1] + "…"


def mask_account(account: str) -> str:
    """Show an IBAN as `SK65 ... 6783`, and of any other number the last four characters."""
    plain = account.isascii() and account.isalnum()
    bare = account if plain else "".join(char for char in clean(account) if char.isalnum())
    if not bare or "..." in account:
        return mask_accounts(account)
    if _IBAN.fullmatch(bare):
        return f"{bare[:4]} ... {bare[-4:]}"
    return f"... {bare[-4:]}" if len(bare) > 6 else "..."


def mask_accounts(text: str) -> str:
    """Clean `text`; mask all in it that looks like an IBAN, right or wrong, and every birth number."""
    if _is_as_it_is(text):
        return text
    if len(text) <= SHOWN_CHARS_MAX and _IBAN.fullmatch(text):
        return f"{text[:4]} ... {text[-4:]}"
    return _mask(text, _suspicious)


def mask_within_name(text: str) -> str:
    """Like `mask_accounts`, for names and references: only what really is an IBAN is masked.

    A reference such as `AB20260402000001` must stay readable, or nobody finds the order again.
    """
    return text if _is_as_it_is(text) else _mask(text, _starts_with_iban)


def _is_as_it_is(text: str) -> bool:
    """Whether there is surely nothing to clean and nothing to mask."""
    return len(text) <= SHOWN_CHARS_MAX and _surely_shown(text) is not None


def _mask(text: str, is_account: Callable[[str, bool], bool]) -> str:
    shown = clean(text)
    if len(shown) < _IBAN_CHARS_MIN and "/" not in shown:
        return shown
    # One character for one, so places agree.
    folded = shown if _nothing_to_fold(shown) else "".join(_folded(char) for char in shown)
    parts, done, at = [], 0, 0
    while match := _CANDIDATE.search(folded, at):
        found = match.group()
        bare = found if found.isalnum() else "".join(char for char in found if char.isalnum())
        if is_account(bare, len(bare) == len(found)):
            parts += [shown[done : match.start()], f"{bare[:4]} ... {bare[-4:]}"]
            done = at = match.end()
        else:
            at = match.start() + 1
    told = "".join([*parts, shown[done:]]) if parts else shown
    return _BIRTH_NUMBER.sub("......", told) if "/" in told else told


def _suspicious(bare: str, unbroken: bool) -> bool:
    if unbroken:
        return True
    return sum(char.isdigit() for char in bare) >= _GROUPED_DIGITS_MIN or _starts_with_iban(bare, unbroken)


def _starts_with_iban(bare: str, unbroken: bool) -> bool:
    return any(_checks(bare[:length]) for length in range(_IBAN_CHARS_MIN, len(bare) + 1))


def _checks(iban: str) -> bool:
    number = "".join(str(int(char, 36)) for char in iban[4:] + iban[:4])
    return int(number) % 97 == 1


def mask_numbers(text: str) -> str:
    """Like `mask_accounts`; of any other number of eight digits or more only the last four are left."""
    return _LONG_NUMBER.sub(lambda match: f"... {match.group()[-4:]}", mask_accounts(text))


def mask_log(text: str) -> str:
    """Mask the account and birth numbers in a text for logs and terminals, however long; the rest stays as it is.

    Keys of files and orders, in small letters, must stay whole, or nobody finds them.
    """
    masked = _LOGGED.sub(lambda match: _if_account(match.group()), text)
    return _BIRTH_NUMBER.sub("......", masked)


def _if_account(text: str) -> str:
    bare = text.replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
    shown = bare.isupper() or _checks(bare.upper())
    return f"{bare[:4]} ... {bare[-4:]}" if shown else text


def shown_file_name(name: str) -> str:
    """A file's name without its folders, fit to be shown."""
    return inert(mask_within_name(re.split(r"[/\\]", name)[-1])) or "?"


def _folded(char: str) -> str:
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    plain = unicodedata.normalize("NFKC", char)
    return plain if len(plain) == 1 else char
