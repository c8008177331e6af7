"""Detached signatures: Ed25519, or RSA-PSS with SHA-256, over the bytes of a file."""

import base64
import datetime
import hashlib
import mmap
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from sepa.model.authorisation import Authorisation, AuthorisationOutcome, SigningKey

RSA_BITS_MIN = 2048
_PSS = PSS(mgf=MGF1(SHA256()), salt_length=PSS.AUTO)


def key_digest(pem: bytes) -> str:
    """The SHA-256, in hex, of a public key's DER form. ValueError when it is no key that we can verify with."""
    return hashlib.sha256(_key(pem).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def verify(
    file: Path,
    signature: bytes | None,
    *,
    own: Iterable[SigningKey],
    others: Iterable[SigningKey],
    day: datetime.date,
) -> Authorisation:
    """Say what a signature, raw or in base64, is worth for the bytes of `file` on the day of receipt.

    Only a key of `own` that counts on `day` makes it `verified`; the other keys only tell what is wrong.
    None and an empty signature are `missing`.
    """
    if not signature or not signature.strip():
        return Authorisation("electronic_signature", "missing")
    forms = [signature]
    with suppress(ValueError):  # what is no base64 can only be raw
        forms.append(base64.b64decode(b"".join(signature.split()), validate=True))
    own = tuple(own)
    asked: tuple[tuple[AuthorisationOutcome, Iterable[SigningKey]], ...] = (
        ("verified", [key for key in own if key.counts_on(day)]),
        ("expired", [key for key in own if not key.counts_on(day)]),
        ("other_signer", others),
    )
    with _bytes_of(file) as signed:
        digest = hashlib.sha256(signed).digest()
        for outcome, keys in asked:
            for key in keys:
                if any(_fits(key, form, signed, digest) for form in forms):
                    return Authorisation("electronic_signature", outcome, f"{key.file} {key.digest}")
    return Authorisation("electronic_signature", "wrong")


@contextmanager
def _bytes_of(file: Path) -> Iterator[memoryview]:
    """All bytes of a file, mapped and not loaded: it may be larger than our memory."""
    with file.open("rb") as source:
        size = os.fstat(source.fileno()).st_size
        if not size:  # nothing can be mapped
            yield memoryview(b"")
            return
        with (
            mmap.mmap(source.fileno(), size, access=mmap.ACCESS_READ) as mapped,
            memoryview(mapped) as signed,
        ):
            yield signed


def _fits(key: SigningKey, signature: bytes, signed: memoryview, digest: bytes) -> bool:
    """Whether `key` made the signature over `signed`, whose SHA-256 is `digest`."""
    public = _key(key.pem)
    try:
        if isinstance(public, RSAPublicKey):
            public.verify(signature, digest, _PSS, Prehashed(SHA256()))
        else:
            public.verify(signature, signed)
    except InvalidSignature:
        return False
    return True


def _key(pem: bytes) -> Ed25519PublicKey | RSAPublicKey:
    try:
        key = load_pem_public_key(pem)
    except UnsupportedAlgorithm as fault:
        raise ValueError("a key of another kind") from fault
    if isinstance(key, Ed25519PublicKey) or (isinstance(key, RSAPublicKey) and key.key_size >= RSA_BITS_MIN):
        return key
    raise ValueError("a key of another kind")
