"""Signers with real keys made for a test: GnuPG with a home of its own, and certificates with their keys."""

import base64
import datetime
import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from lxml import etree

BORN = "20260101T000000"
NOON = "20260402T095500"


class Gnupg:
    """GnuPG as a partner has it; its clock stands wherever it is told."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def run(self, *given: str, at: str = BORN, content: bytes = b"") -> bytes:
        command = [
            "gpg",
            "--homedir",
            str(self.home),
            "--batch",
            "--quiet",
            "--no-permission-warning",
            "--yes",
        ]
        ran = subprocess.run(
            [
                *command,
                "--faked-system-time",
                f"{at}!",
                "--pinentry-mode",
                "loopback",
                "--passphrase",
                "",
                *given,
            ],
            input=content,
            capture_output=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr.decode()
        return ran.stdout

    def key(self, name: str, kind: str = "ed25519", until: str = "2y", at: str = BORN) -> bytes:
        """Make a key and return its public part, armoured."""
        self.run("--quick-generate-key", f"{name} <{name}@example.org>", kind, "sign", until, at=at)
        return self.public(name)

    def public(self, name: str) -> bytes:
        return self.run("--armor", "--export", f"{name}@example.org")

    def revoked(self, name: str) -> bytes:
        """The public part with the revocation that GnuPG wrote when the key was made; the key is lost to us then."""
        (line,) = [
            each
            for each in self.run("--with-colons", "--list-keys", f"{name}@example.org").decode().split()
            if each.startswith("fpr:")
        ][:1]
        certificate = (self.home / "openpgp-revocs.d" / f"{line.strip(':').split(':')[-1]}.rev").read_text()
        self.run("--import", content=certificate.replace("\n:-----", "\n-----").encode())
        return self.public(name)

    def sign(self, name: str, content: bytes, *more: str, at: str = NOON) -> bytes:
        how = more or ("--armor", "--detach-sign")
        return self.run("--local-user", f"{name}@example.org", *how, "--output", "-", at=at, content=content)


@contextmanager
def gnupg() -> Iterator[Gnupg]:
    """A home with a short name, for the socket of the agent that holds the secret keys."""
    if not shutil.which("gpg"):
        pytest.skip("no gpg on this machine")
    home = Path(tempfile.mkdtemp(prefix="gpg-"))
    try:
        yield Gnupg(home)
    finally:
        subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False, capture_output=True)
        shutil.rmtree(home, ignore_errors=True)


Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def certificate(
    key: Key, since: str = "2026-01-01", until: str = "2027-01-01", usage: x509.KeyUsage | None = None
) -> bytes:
    """A certificate in PEM that a key gives to itself."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "partner")])
    days = [datetime.datetime.fromisoformat(day).replace(tzinfo=datetime.UTC) for day in (since, until)]
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, *days)
    if usage is not None:
        builder = builder.add_extension(usage, critical=True)
    return builder.sign(key, SHA256()).public_bytes(Encoding.PEM)


DS = "http://www.w3.org/2000/09/xmldsig#"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
SHA_256 = "http://www.w3.org/2001/04/xmlenc#sha256"
SIGNED_INFO = (
    f'<SignedInfo xmlns="{DS}"><CanonicalizationMethod Algorithm="{{canonical}}"></CanonicalizationMethod>'
    '<SignatureMethod Algorithm="{method}"></SignatureMethod>'
    '<Reference{uri}>{transforms}<DigestMethod Algorithm="{digest_method}"></DigestMethod>'
    "<DigestValue>{digest}</DigestValue></Reference>{more}</SignedInfo>"
)


def xml_signature(
    key: Key,
    content: bytes,
    *,
    method: str = "",
    canonical: str = C14N,
    digest_method: str = SHA_256,
    digest: str = "",
    uri: str = ' URI="a.xml"',
    transforms: str = "",
    more: str = "",
    key_info: str = "",
) -> bytes:
    """A detached signature over bytes, written without the library that verifies it. It is as it says, sound or not."""
    info = SIGNED_INFO.format(
        canonical=canonical,
        method=method or MORE + ("rsa-sha256" if isinstance(key, rsa.RSAPrivateKey) else "ecdsa-sha256"),
        uri=uri,
        transforms=transforms,
        digest_method=digest_method,
        digest=digest or base64.b64encode(hashlib.sha256(content).digest()).decode(),
        more=more,
    )
    signed = etree.tostring(etree.fromstring(info), method="c14n", exclusive="exc" in canonical)
    value = base64.encodebytes(_signed(key, signed)).decode()
    inner = info.replace(f' xmlns="{DS}"', "", 1)
    return f'<Signature xmlns="{DS}">{inner}<SignatureValue>{value}</SignatureValue>{key_info}</Signature>'.encode()


def _signed(key: Key, content: bytes) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(content, padding.PKCS1v15(), SHA256())
    size = (key.key_size + 7) // 8
    return b"".join(
        each.to_bytes(size) for each in decode_dss_signature(key.sign(content, ec.ECDSA(SHA256())))
    )
