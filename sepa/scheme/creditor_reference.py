"""Structured creditor reference: `RF`, two check digits, up to 21 characters of the creditor's own.

Chosen by the creditor for each invoice. Document: ISO 11649; EPC132-08, CdtrRefInf with issuer ISO.
Capital and small letters mean the same; the spaces of the printed form do not belong into a message.
"""

import re

from sepa.scheme.letters import mod97_digits, shown
from sepa.scheme.phrase import Phrase

_FORM = re.compile(r"RF(?:0[2-9]|[1-8][0-9]|9[0-8])[A-Z0-9]{1,21}", re.ASCII | re.IGNORECASE)
_SIGN_OUTSIDE = re.compile(r"[^A-Za-z0-9]", re.ASCII)


def creditor_reference_fault(text: str) -> Phrase | None:
    """What is expected where `text` is not a creditor reference of ISO 11649, or None."""
    if _FORM.fullmatch(text) is not None:
        if int(mod97_digits(text[4:] + text[:4])) % 97 == 1:
            return None
        return Phrase("check digits that agree with the reference, not {digits}", {"digits": text[2:4]})
    outside = _SIGN_OUTSIDE.search(text)
    if outside is not None:
        return Phrase(
            "a reference of letters and digits only; character {place} is {found}",
            {"place": str(outside.start() + 1), "found": shown(outside.group())},
        )
    if text[:2].upper() != "RF":
        return Phrase("a reference that begins with RF, not {found}", {"found": text[:2]})
    if not 5 <= len(text) <= 25:
        return Phrase("a reference of 5 to 25 characters, not {found}", {"found": str(len(text))})
    return Phrase("check digits from 02 to 98 after RF, not {digits}", {"digits": text[2:4]})
