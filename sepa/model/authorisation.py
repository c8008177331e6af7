"""How a file was authorised, and the keys that a sender signs with."""

import datetime
from typing import Literal

import msgspec

AuthorisationKind = Literal["electronic_signature", "channel_session"]
"""By a signature beside the file, or by the sender's own folder that it was put into."""

AuthorisationOutcome = Literal["verified", "missing", "wrong", "expired", "other_signer"]


class SigningKey(msgspec.Struct, frozen=True):
    """A public key of a sender in PEM, with its first and last day; `digest` is the SHA-256 of its DER form in hex."""

    file: str
    since: datetime.date | None = None
    until: datetime.date | None = None
    pem: bytes = b""
    digest: str = ""

    def counts_on(self, day: datetime.date) -> bool:
        """Whether the key may sign what comes on `day`."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


class Authorisation(msgspec.Struct, frozen=True):
    """What is known of the authorisation of one file, and the key that signed it (its file and digest).

    `expired`: the key is the sender's, but did not count on the day of receipt, before as after its days.
    `other_signer`: the key is another sender's. `wrong`: no key we know made this signature over these bytes.
    """

    kind: AuthorisationKind
    outcome: AuthorisationOutcome
    key: str = ""

    @property
    def told(self) -> str:
        """In one line, for the journal."""
        return " ".join(filter(None, (self.kind, self.outcome, self.key)))
