"""The signature of a bare key: Ed25519, or RSA-PSS with SHA-256, raw or in base64."""

import base64
import datetime
import hashlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from sepa.model.authorisation import SigningKey
from sepa.signatures.made import Made, bytes_of

RSA_BITS_MIN = 2048
EXPECTED = "a public key in PEM, Ed25519 or RSA of 2048 bits and more"
_PSS = PSS(mgf=MGF1(SHA256()), salt_length=PSS.AUTO)


def identify(content: bytes) -> str:
    """The SHA-256 of the DER form of a public key. ValueError when it is no key that we can verify with."""
    return hashlib.sha256(
        _key(content).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    ).hexdigest()


def made_by(
    file: Path, signature: bytes, keys: Sequence[SigningKey], received: datetime.datetime
) -> Made | None:
    """Which key made the signature; a bare one says nothing of when, so that `received` plays no part."""
    forms = [signature]
    with suppress(ValueError):  # what is no base64 can only be raw
        forms.append(base64.b64decode(b"".join(signature.split()), validate=True))
    with bytes_of(file) as signed:
        digest = hashlib.sha256(signed).digest()
        for key in keys:
            if any(_fits(key, form, signed, digest) for form in forms):
                return Made(key.digest)
    return None


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
    except (ValueError, UnsupportedAlgorithm) as fault:
        raise ValueError(EXPECTED) from fault
    if isinstance(key, Ed25519PublicKey) or (isinstance(key, RSAPublicKey) and key.key_size >= RSA_BITS_MIN):
        return key
    raise ValueError(EXPECTED)
