"""How a file was authorised, and the keys that a sender signs with."""

import datetime
from typing import Literal

import msgspec

AuthorisationKind = Literal["electronic_signature", "channel_session"]
"""By a signature beside the file, or by the sender's own folder that it was put into."""

AuthorisationOutcome = Literal["verified", "missing", "wrong", "unfit", "expired", "revoked", "other_signer"]

SignatureForm = Literal["plain", "openpgp", "xml"]
"""The bare signature of a key, a detached one of OpenPGP, or `ds:Signature` of XML over the bytes of the file."""


class SigningKey(msgspec.Struct, frozen=True):
    """A public key of a sender, or the certificate of one, with its first and last day and when it was revoked.

    `pem` is what its file holds, in PEM or in the armour of OpenPGP. `digest` names it in hex: the SHA-256 of the DER
    form of a key or a certificate, the fingerprint of a key of OpenPGP.
    """

    file: str
    since: datetime.date | None = None
    until: datetime.date | None = None
    revoked_at: datetime.datetime | None = None
    pem: bytes = b""
    digest: str = ""

    def standing(self, received: datetime.datetime) -> Literal["verified", "expired", "revoked"]:
        """What a sound signature of this key is worth for a file received then, in the bank's zone."""
        if self.revoked_at is not None and self.revoked_at <= received:
            return "revoked"
        day = received.date()
        counts = (self.since is None or self.since <= day) and (self.until is None or day <= self.until)
        return "verified" if counts else "expired"


class Authorisation(msgspec.Struct, frozen=True):
    """What is known of the authorisation of one file, and the key that signed it (its file and digest).

    `expired`: signature and key are the sender's, but one of them did not count when the file was received, before
    as after its time. `revoked`: the key was taken back. `other_signer`: the key is another sender's. `wrong`: no key
    we know made this signature over these bytes. `unfit`: an algorithm, a transform or a key that we do not accept.
    `made_at` is what the signature says of its own time; only those of OpenPGP do.
    """

    kind: AuthorisationKind
    outcome: AuthorisationOutcome
    key: str = ""
    form: SignatureForm | None = None
    made_at: datetime.datetime | None = None

    @property
    def told(self) -> str:
        """In one line, for the journal; a bare key's signature has no form to be told."""
        words = [self.kind, self.outcome, self.key]
        if self.form not in (None, "plain"):
            words.append(f"form {self.form}")
        if self.made_at is not None:
            words.append(f"made {self.made_at.isoformat()}")
        return " ".join(filter(None, words))
