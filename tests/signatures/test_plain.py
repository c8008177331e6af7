"""Signatures with real keys made here: only the sender's own, over the very bytes, by a key of that day, counts."""

import base64
import datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sepa.model.authorisation import SigningKey
from sepa.signatures import identify, verify

CONTENT = b"<Document>" + b"x" * 100_000
OWN, OTHER = ed25519.Ed25519PrivateKey.generate(), ed25519.Ed25519PrivateKey.generate()
RSA = rsa.generate_private_key(65537, 2048)
RECEIVED = datetime.datetime(2026, 4, 2, 10, tzinfo=datetime.UTC)
RIGHT = OWN.sign(CONTENT)


def pem(key: ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def pss(content: bytes, salt: int = 32) -> bytes:
    return RSA.sign(content, padding.PSS(padding.MGF1(SHA256()), salt), SHA256())


def listed(
    key: ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey, since: str = "", until: str = "", revoked: str = ""
) -> SigningKey:
    days = [datetime.date.fromisoformat(day) if day else None for day in (since, until)]
    at = datetime.datetime.fromisoformat(revoked) if revoked else None
    return SigningKey("a.pem", *days, at, pem=pem(key), digest=identify("plain", pem(key)))


def outcome(tmp_path: Path, signature: bytes | None, *own: SigningKey, content: bytes = CONTENT) -> str:
    file = tmp_path / "file.xml"
    file.write_bytes(content)
    found = verify(file, signature, form="plain", own=own, others=(listed(OTHER),), received=RECEIVED)
    assert (found.key != "") == (found.outcome in ("verified", "expired", "revoked", "other_signer"))
    return found.outcome


@pytest.mark.parametrize(
    ("signature", "expected"),
    [
        pytest.param(RIGHT, "verified", id="right"),
        pytest.param(base64.b64encode(RIGHT), "verified", id="base64"),
        pytest.param(base64.encodebytes(RIGHT), "verified", id="base64 in lines"),
        pytest.param(pss(CONTENT), "verified", id="RSA-PSS"),
        pytest.param(base64.b64encode(pss(CONTENT, 222)), "verified", id="RSA-PSS, longest salt, base64"),
        pytest.param(None, "missing", id="none"),
        pytest.param(b"", "missing", id="empty"),
        pytest.param(b" \n", "missing", id="blank"),
        pytest.param(b"garbage", "wrong", id="garbage"),
        pytest.param(b"\xff" * 64, "wrong", id="garbage as long as a signature"),
        pytest.param(RIGHT[:-1], "wrong", id="cut"),
        pytest.param(RIGHT + b"\x00" * 20_000, "wrong", id="much too long"),
        pytest.param(bytes([RIGHT[0] ^ 1]) + RIGHT[1:], "wrong", id="one bit changed"),
        pytest.param(OWN.sign(CONTENT[:-1]), "wrong", id="of another file"),
        pytest.param(pss(CONTENT[:-1]), "wrong", id="RSA-PSS of another file"),
        pytest.param(
            RSA.sign(CONTENT, padding.PKCS1v15(), SHA256()), "wrong", id="RSA, but not PSS"
        ),
        pytest.param(OTHER.sign(CONTENT), "other_signer", id="of another partner"),
        pytest.param(ed25519.Ed25519PrivateKey.generate().sign(CONTENT), "wrong", id="of nobody we know"),
    ],
)  # fmt: skip
def test_a_signature_is_worth(tmp_path: Path, signature: bytes | None, expected: str) -> None:
    assert outcome(tmp_path, signature, listed(RSA), listed(OWN)) == expected


def test_one_byte_of_the_file_changed(tmp_path: Path) -> None:
    assert outcome(tmp_path, RIGHT, listed(OWN), content=CONTENT[:-1] + b"y") == "wrong"


def test_an_empty_file_can_be_signed(tmp_path: Path) -> None:
    assert outcome(tmp_path, OWN.sign(b""), listed(OWN), content=b"") == "verified"
    assert outcome(tmp_path, RIGHT, listed(OWN), content=b"") == "wrong"


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        ("2026-04-02", "2026-04-02", "verified"),
        ("2026-04-03", "", "expired"),
        ("", "2026-04-01", "expired"),
    ],
)
def test_a_key_counts_on_its_days(tmp_path: Path, since: str, until: str, expected: str) -> None:
    assert outcome(tmp_path, RIGHT, listed(OWN, since, until)) == expected


def test_a_key_listed_twice_counts_where_one_line_does(tmp_path: Path) -> None:
    assert outcome(tmp_path, RIGHT, listed(OWN, until="2026-04-01"), listed(OWN, "2026-04-02")) == "verified"


@pytest.mark.parametrize(
    ("revoked", "expected"),
    [
        ("2026-04-02T09:59:59+00:00", "revoked"),
        ("2026-04-02T10:00:00+00:00", "revoked"),
        ("2026-04-02T10:00:01+00:00", "verified"),
    ],
)
def test_a_key_counts_until_it_is_revoked(tmp_path: Path, revoked: str, expected: str) -> None:
    assert outcome(tmp_path, RIGHT, listed(OWN, revoked=revoked)) == expected


def test_a_key_revoked_in_one_line_is_revoked_in_all(tmp_path: Path) -> None:
    assert (
        outcome(tmp_path, RIGHT, listed(OWN), listed(OWN, revoked="2026-04-01T00:00:00+00:00")) == "revoked"
    )


def test_without_a_key_nothing_is_verified(tmp_path: Path) -> None:
    assert outcome(tmp_path, RIGHT) == "wrong"


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(b"no key", id="no key"),
        pytest.param(pem(ec.generate_private_key(ec.SECP256R1())), id="another kind"),
        pytest.param(pem(rsa.generate_private_key(65537, 1024)), id="RSA too short"),
    ],
)
def test_a_key_we_cannot_verify_with(key: bytes) -> None:
    with pytest.raises(ValueError, match="a public key in PEM, Ed25519 or RSA of 2048 bits and more"):
        identify("plain", key)
