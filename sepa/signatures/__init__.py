"""Detached signatures over the bytes of a file, in three forms: of a bare key, of OpenPGP, of XML.

Each form tells which of some keys made a signature; what that is worth is decided here, for all alike. Nothing asks
the network or this machine's own keys, and the only clock is the instant at which the file was received.
"""

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from sepa.model.authorisation import Authorisation, SignatureForm, SigningKey
from sepa.signatures.made import Made, Unavailable

_PACKAGES = {"gnupg": "python-gnupg", "signxml": "signxml"}

__all__ = ["Unavailable", "identify", "verify"]


class _Form(Protocol):
    """What the module of a form offers."""

    def identify(self, content: bytes) -> str:
        """The digest that names the key in `content`; ValueError says what was expected instead."""

    def made_by(
        self, file: Path, signature: bytes, keys: Sequence[SigningKey], received: datetime.datetime
    ) -> Made | None:
        """Which of `keys` made the signature over the bytes of `file`; None when none did."""


def _form(name: SignatureForm) -> _Form:
    """Each form has guests of its own, which are heavy; few banks need one, and hardly any need all."""
    try:
        if name == "openpgp":
            from sepa.signatures import openpgp

            return openpgp
        if name == "xml":
            from sepa.signatures import xml

            return xml
        from sepa.signatures import plain

        return plain
    except ModuleNotFoundError as fault:
        if fault.name not in _PACKAGES:
            raise
        raise Unavailable(f"the package {_PACKAGES[fault.name]} (pip install 'sepa[signatures]')") from fault


def identify(form: SignatureForm, content: bytes) -> str:
    """The digest, in hex, that names a public key or certificate.

    ValueError, which says what was expected, when it is none that we verify with; Unavailable.
    """
    return _form(form).identify(content)


def verify(
    file: Path,
    signature: bytes | None,
    *,
    form: SignatureForm,
    own: Sequence[SigningKey],
    others: Sequence[SigningKey],
    received: datetime.datetime,
) -> Authorisation:
    """Say what a signature is worth for the bytes of `file`, received then (in the bank's zone).

    Only a key of `own` that counts at that instant makes it `verified`; the other keys only tell what is wrong.
    None and an empty signature are `missing`. All keys are of this form.
    """
    if not signature or not signature.strip():
        return Authorisation("electronic_signature", "missing", form=form)
    made = _form(form).made_by(file, signature, own, received)
    if made is not None:
        return _worth(made, form, own, received)
    made = _form(form).made_by(file, signature, others, received) if others else None
    if made is None:
        return Authorisation("electronic_signature", "wrong", form=form)
    foreign = next(each for each in others if each.digest == made.digest)
    return Authorisation("electronic_signature", "other_signer", _named(foreign), form, made.at)


def _worth(
    made: Made, form: SignatureForm, own: Sequence[SigningKey], received: datetime.datetime
) -> Authorisation:
    """A key may be listed more than once; then it counts where one line does, unless it was revoked in any."""
    lines = {each.standing(received): each for each in own if each.digest == made.digest}
    standing = next((each for each in ("revoked", "verified", "expired") if each in lines), None)
    if standing is None:  # unfit before any key was asked
        return Authorisation("electronic_signature", made.worth, form=form)
    outcome = standing if made.worth == "verified" else made.worth
    return Authorisation("electronic_signature", outcome, _named(lines[standing]), form, made.at)


def _named(key: SigningKey) -> str:
    return f"{key.file} {key.digest}"
