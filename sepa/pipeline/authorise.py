"""What a file's signature is worth. The signature lies beside the file, in an inbox as in the archive."""

import datetime
from pathlib import Path

from sepa.model.authorisation import Authorisation
from sepa.model.reference import Partner, Reference
from sepa.signatures import verify
from sepa.store.files import is_plain, open_plain

SIGNATURE = ".sig"
SIGNATURE_BYTES_MAX = 16 * 1024


def signature_of(file: Path) -> Path:
    """Where the signature of a file lies."""
    return file.with_name(file.name + SIGNATURE)


def is_signature(place: Path) -> bool:
    """Whether a file lies there that can be read as a signature; a link could lead into another partner's folder."""
    return is_plain(place)


def read_signature(file: Path) -> bytes | None:
    """The signature beside a file, cut where it is too long for any; None without one."""
    place = signature_of(file)
    if not is_signature(place):
        return None
    with open_plain(place) as source:
        return source.read(SIGNATURE_BYTES_MAX)


def authorisation_of(
    file: Path, partner: Partner | None, reference: Reference, received: datetime.datetime
) -> Authorisation | None:
    """How a file was authorised that came from `partner`, received then in the bank's zone; None without a partner.

    Unavailable and TimeoutError where our own machine cannot verify.
    """
    if partner is None:
        return None
    if partner.authorisation == "channel_session":
        return Authorisation("channel_session", "verified")
    form = partner.signature
    alike = [each for each in (reference.partners or {}).values() if each.signature == form]
    return verify(
        file,
        read_signature(file),
        form=form,
        own=partner.keys,
        others=[key for each in alike if each.id != partner.id for key in each.keys],
        received=received,
    )


def told_of(authorisation: Authorisation | None) -> str:
    """How a file was authorised, as the journal keeps it; empty without a partner."""
    return authorisation.told if authorisation is not None else ""
