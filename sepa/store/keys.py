"""The folder `reference/keys/`: the public keys with which partners sign, and who must sign at all."""

import hashlib
from pathlib import Path

import msgspec

from sepa.model.authorisation import SigningKey
from sepa.model.profile import Profile
from sepa.model.reference import Partner, Reference
from sepa.signatures import Unavailable, identify
from sepa.store.csv_table import ReferenceFault

_FILE = "partners.yaml"


def with_keys(folder: Path, partners: dict[str, Partner] | None) -> dict[str, Partner] | None:
    """The partners with the keys that `keys/PARTNER/` of the reference folder holds for them.

    ReferenceFault where a key is not there or is none, or where one who must sign has none.
    """
    if partners is None:
        return None
    return {
        id: msgspec.structs.replace(each, keys=tuple(_read(folder, each, key) for key in each.keys))
        if each.keys
        else _refuse_without_key(each)
        for id, each in partners.items()
    }


def keys_digest(partners: dict[str, Partner] | None) -> bytes:
    """A digest over every key that is in use; empty where nobody has one."""
    keys = [(id, key.file, key.pem) for id, each in (partners or {}).items() for key in each.keys]
    return hashlib.sha256(msgspec.json.encode(keys)).digest() if keys else b""


def refuse_unoffered(reference: Reference, profile: Profile) -> None:
    """ReferenceFault when a partner's files are authorised in a way that the profile does not list (CT-08)."""
    ways = profile.intake.authorisation
    for partner in (reference.partners or {}).values():
        if partner.authorisation not in ways:
            expected = "one of intake.authorisation of the profile: " + ", ".join(ways)
            raise ReferenceFault(
                _FILE, 0, "authorisation", f"{partner.authorisation} of {partner.id}", expected
            )


def _refuse_without_key(partner: Partner) -> Partner:
    if partner.authorisation == "electronic_signature":
        raise ReferenceFault(_FILE, 0, "keys", f"none of {partner.id}", "at least one key, to sign with")
    return partner


def _read(folder: Path, partner: Partner, key: SigningKey) -> SigningKey:
    if Path(key.file).name != key.file:
        raise ReferenceFault(_FILE, 0, "file", key.file, f"the name of a file in keys/{partner.id}")
    if key.since is not None and key.until is not None and key.until < key.since:
        raise ReferenceFault(_FILE, 0, "until", key.until.isoformat(), f"a day not before {key.since}")
    place = f"keys/{partner.id}/{key.file}"
    try:
        pem = (folder / place).read_bytes()
    except OSError as fault:
        raise ReferenceFault(place, 0, "", "nothing", "the public key that partners.yaml names") from fault
    try:
        return msgspec.structs.replace(key, pem=pem, digest=identify(partner.signature, pem))
    except ValueError as fault:
        raise ReferenceFault(place, 0, "", "something else", str(fault)) from fault
    except Unavailable as fault:
        raise ReferenceFault(
            _FILE, 0, "signature", f"{partner.signature} of {partner.id}", str(fault)
        ) from fault
