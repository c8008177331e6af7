"""Slovak payment symbols: variable, specific and constant symbol in one EndToEndId.

Agreed among Slovak banks; domestic payments only. Form: `/VS…/SS…/KS…`, all three tags in this order,
a symbol that is not used leaves its tag empty: `/VS012345/SS/KS0308`. Bank terms SYM-01 to SYM-07.
"""

import re

import msgspec

from sepa.scheme.phrase import Phrase

_DIGITS = re.compile(r"[0-9]*", re.ASCII)


class Symbols(msgspec.Struct, frozen=True):
    """The three symbols as sent, leading zeros and faults included; empty means not given."""

    vs: str = ""
    ss: str = ""
    ks: str = ""


def parse_symbols(end_to_end_id: str) -> Symbols | None:
    """The symbols an EndToEndId carries, or None when it is a reference of the payer's own.

    What stands between the tags is taken as it is; `symbol_fault` judges it.
    """
    if not end_to_end_id.startswith("/VS"):
        return None
    vs, ss_tag, rest = end_to_end_id[3:].partition("/SS")
    ss, ks_tag, ks = rest.partition("/KS")
    return Symbols(vs, ss, ks) if ss_tag and ks_tag else None


def build_symbols(vs: str = "", ss: str = "", ks: str = "") -> str:
    """The EndToEndId that carries these symbols. A symbol that is not digits is a ValueError."""
    for symbol in (vs, ss, ks):
        if _DIGITS.fullmatch(symbol) is None:
            raise ValueError(f"a symbol holds digits only, not {symbol!r}")
    return f"/VS{vs}/SS{ss}/KS{ks}"


def symbol_fault(symbol: str, digits_max: int) -> Phrase | None:
    """What is expected where `symbol` is not made of at most `digits_max` digits, or None; empty is fine."""
    if len(symbol) <= digits_max and _DIGITS.fullmatch(symbol) is not None:
        return None
    return Phrase("at most {digits_max} digits and nothing else", {"digits_max": str(digits_max)})
