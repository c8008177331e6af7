"""Signatures of XML, made here with real keys and certificates: sound ones count, and none of the known tricks does."""

import base64
import datetime
import hashlib
import hmac
import shutil
import subprocess
import tracemalloc
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree
from signxml.verifier import SignatureConfiguration, XMLVerifier

from sepa.model.authorisation import Authorisation, SigningKey
from sepa.signatures import identify, verify
from sepa.signatures.xml import TAGS_MAX
from tests.signatures.signers import C14N, DS, MORE, certificate, xml_signature

CONTENT = b"<Document>\r\n" + b"x" * 100_000 + b"</Document>"
RECEIVED = datetime.datetime(2026, 4, 2, 10, tzinfo=datetime.UTC)
RSA = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())
OTHER = ec.generate_private_key(ec.SECP256R1())
OWN, OWN_EC, OTHERS = certificate(RSA), certificate(EC), certificate(OTHER)
RIGHT = xml_signature(RSA, CONTENT)
EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"


def listed(pem: bytes) -> SigningKey:
    return SigningKey("own.pem", pem=pem, digest=identify("xml", pem))


def found(
    tmp_path: Path,
    signature: bytes,
    *own: bytes,
    content: bytes = CONTENT,
    received: datetime.datetime = RECEIVED,
    others: tuple[bytes, ...] = (),
) -> Authorisation:
    file = tmp_path / "a.xml"
    file.write_bytes(content)
    keys = [listed(each) for each in own or (OWN_EC, OWN)]
    foreign = [listed(each) for each in others]
    return verify(file, signature, form="xml", own=keys, others=foreign, received=received)


def x509_data(pem: bytes) -> str:
    body = "".join(pem.decode().splitlines()[1:-1])
    return f"<KeyInfo><X509Data><X509Certificate>{body}</X509Certificate></X509Data></KeyInfo>"


@pytest.mark.parametrize(
    "signature",
    [
        pytest.param(RIGHT, id="RSA"),
        pytest.param(xml_signature(EC, CONTENT), id="P-256"),
        pytest.param(xml_signature(RSA, CONTENT, uri=""), id="a reference without a name"),
        pytest.param(
            xml_signature(RSA, CONTENT, uri=' URI="file:///etc/passwd"'), id="a name that is never followed"
        ),
        pytest.param(
            xml_signature(RSA, CONTENT, canonical="http://www.w3.org/2006/12/xml-c14n11"), id="canonical 1.1"
        ),
        pytest.param(xml_signature(RSA, CONTENT, canonical=EXC), id="exclusive"),
        pytest.param(xml_signature(RSA, CONTENT, key_info=x509_data(OWN)), id="with its certificate"),
        pytest.param(
            xml_signature(RSA, CONTENT, key_info=x509_data(OTHERS)),
            id="with another certificate, which nobody asks",
        ),
        pytest.param(
            xml_signature(RSA, CONTENT, key_info="<KeyInfo><KeyName>k</KeyName></KeyInfo>"),
            id="with a key's name",
        ),
        pytest.param(
            b'<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n' + RIGHT, id="with a declaration"
        ),
        pytest.param(b"\n  " + RIGHT + b"\n", id="blanks around it"),
        pytest.param(RIGHT.replace(b"\n", b"&#13;\n"), id="line ends as Java writes them"),
        pytest.param(
            xml_signature(
                RSA,
                CONTENT,
                digest_method="http://www.w3.org/2001/04/xmlenc#sha512",
                digest=base64.b64encode(hashlib.sha512(CONTENT).digest()).decode(),
            ),
            id="SHA-512",
        ),
    ],
)
def test_signed(tmp_path: Path, signature: bytes) -> None:
    told = found(tmp_path, signature)
    assert told.outcome == "verified"
    assert told.told.startswith("electronic_signature verified own.pem ")
    assert told.told.endswith(" form xml")


def test_of_an_empty_file(tmp_path: Path) -> None:
    assert found(tmp_path, xml_signature(RSA, b""), content=b"").outcome == "verified"


@pytest.mark.parametrize("content", [CONTENT[:-1], CONTENT + b"\n", CONTENT.replace(b"\r", b""), b""])
def test_other_bytes(tmp_path: Path, content: bytes) -> None:
    """Two of them are the same to a parser of XML; to us they are not."""
    assert found(tmp_path, RIGHT, content=content).outcome == "wrong"


def test_of_somebody_else(tmp_path: Path) -> None:
    """The certificate in the signature is the signer's own, and is not asked."""
    theirs = xml_signature(OTHER, CONTENT, key_info=x509_data(OTHERS))
    assert found(tmp_path, theirs).outcome == "wrong"
    told = found(tmp_path, theirs, others=(OTHERS,))
    assert (told.outcome, told.key) == ("other_signer", f"own.pem {identify('xml', OTHERS)}")


def test_a_certificate_that_only_looks_the_same(tmp_path: Path) -> None:
    """Same names, number and days, another key: what is pinned is the certificate, not what it says."""
    mine = rsa.generate_private_key(65537, 2048)
    forged = xml_signature(mine, CONTENT, key_info=x509_data(certificate(mine)))
    assert found(tmp_path, forged, OWN).outcome == "wrong"


def hmac_with_public_key() -> bytes:
    """Signed with what everybody knows: the public key or the certificate, taken for a shared secret."""
    method = MORE + "hmac-sha256"
    shaped = etree.fromstring(xml_signature(RSA, CONTENT, method=method))
    info = etree.tostring(shaped[0], method="c14n")
    key = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    shaped[1].text = base64.b64encode(hmac.digest(key, info, "sha256")).decode()
    return etree.tostring(shaped)


def changed(change: Callable[[etree._Element], object], signature: bytes = RIGHT) -> bytes:
    root = etree.fromstring(signature)
    change(root)
    return etree.tostring(root)


def with_object(inner: str) -> bytes:
    return RIGHT.replace(b"</Signature>", f"<Object>{inner}</Object></Signature>".encode())


DIGEST_OF_NOTHING = base64.b64encode(hashlib.sha256(b"").digest()).decode()
TRANSFORMS = "<Transforms>{}</Transforms>"
SECOND = (
    '<Reference URI="#o"><DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></DigestMethod>'
    "<DigestValue>AAAA</DigestValue></Reference>"
)


def transform(name: str, inner: str = "") -> bytes:
    return xml_signature(
        RSA, CONTENT, transforms=TRANSFORMS.format(f'<Transform Algorithm="{name}">{inner}</Transform>')
    )


@pytest.mark.parametrize(
    "signature",
    [
        pytest.param(hmac_with_public_key(), id="HMAC with the public key"),
        pytest.param(xml_signature(RSA, CONTENT, method=f"{DS}rsa-sha1"), id="SHA-1"),
        pytest.param(xml_signature(RSA, CONTENT, method=f"{DS}hmac-sha1"), id="HMAC"),
        pytest.param(xml_signature(RSA, CONTENT, method=f"{DS}dsa-sha1"), id="DSA"),
        pytest.param(xml_signature(RSA, CONTENT, method=MORE + "rsa-md5"), id="MD5"),
        pytest.param(xml_signature(RSA, CONTENT, method="none"), id="none at all"),
        pytest.param(xml_signature(RSA, CONTENT, digest_method=f"{DS}sha1"), id="a digest by SHA-1"),
        pytest.param(xml_signature(RSA, CONTENT, canonical=C14N + "#WithComments"), id="comments kept"),
        pytest.param(xml_signature(RSA, CONTENT, canonical=f"{DS}c14n2"), id="another canonical form"),
        pytest.param(transform(C14N), id="canonical before the digest"),
        pytest.param(transform(f"{DS}base64"), id="base64"),
        pytest.param(transform(f"{DS}enveloped-signature"), id="enveloped"),
        pytest.param(transform("http://www.w3.org/TR/1999/REC-xpath-19991116", "<XPath>//*</XPath>"), id="XPath"),
        pytest.param(
            transform(
                "http://www.w3.org/TR/1999/REC-xslt-19991116",
                '<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0"></xsl:stylesheet>',
            ),
            id="XSLT",
        ),
        pytest.param(xml_signature(RSA, CONTENT, uri=' URI=""'), id="over itself"),
        pytest.param(xml_signature(RSA, CONTENT, uri=' URI="#o"'), id="over a part of itself"),
        pytest.param(xml_signature(RSA, CONTENT, uri=f' Type="{DS}Manifest" URI="a.xml"'), id="over a list"),
        pytest.param(xml_signature(RSA, CONTENT, more=SECOND), id="two references"),
        pytest.param(with_object("<Document xmlns=''/>"), id="an object"),
        pytest.param(with_object(RIGHT.decode()), id="a signature within"),
        pytest.param(b"<wrap>" + RIGHT + b"</wrap>", id="wrapped"),
        pytest.param(b"<Document>" + RIGHT + b"</Document>", id="enveloped"),
        pytest.param(changed(lambda root: root.append(deepcopy(root[0]))), id="signed twice, behind"),
        pytest.param(changed(lambda root: root.insert(0, deepcopy(root[0]))), id="signed twice, before"),
        pytest.param(changed(lambda root: root.remove(root[0])), id="nothing signed"),
        pytest.param(changed(lambda root: root.remove(root[1])), id="no value"),
        pytest.param(changed(lambda root: setattr(root[1], "text", "")), id="an empty value"),
        pytest.param(changed(lambda root: root[0].remove(root[0][2])), id="no reference"),
        pytest.param(changed(lambda root: root[0][2].remove(root[0][2][1])), id="no digest"),
        pytest.param(RIGHT.replace(DS.encode(), b"http://example.org/"), id="another namespace"),
        pytest.param(
            xml_signature(RSA, CONTENT, key_info='<KeyInfo><RetrievalMethod URI="http://example.org/"/></KeyInfo>'),
            id="a key to be fetched",
        ),
        pytest.param(RIGHT.replace(b"<DigestValue>", b"<DigestValue><a/>"), id="a digest with children"),
        pytest.param(RIGHT.replace(b"<SignatureValue>", b"<SignatureValue><a/>"), id="a value with children"),
    ],
)  # fmt: skip
def test_made_in_a_way_that_we_do_not_accept(tmp_path: Path, signature: bytes) -> None:
    assert found(tmp_path, signature).outcome == "unfit"


@pytest.mark.parametrize(
    "signature",
    [
        pytest.param(RIGHT[:-1], id="cut"),
        pytest.param(RIGHT + b"<a/>", id="two documents"),
        pytest.param(RIGHT.decode().encode("utf-16"), id="UTF-16"),
        pytest.param(RIGHT.replace(b"a.xml", b"\xff.xml"), id="no UTF-8"),
        pytest.param(b'<?xml version="1.0" encoding="UTF-7"?>' + RIGHT, id="another encoding declared"),
        pytest.param(
            b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>" + RIGHT.replace(b"a.xml", b"&b;"),
            id="an entity of a file",
        ),
        pytest.param(b"<!DOCTYPE Signature>" + RIGHT, id="a document type"),
        pytest.param(
            b"<!DOCTYPE a [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;'>]>" + RIGHT.replace(b"a.xml", b"&b;"),
            id="entities of entities",
        ),
        pytest.param(RIGHT.replace(b"a.xml", b"&amp;"), id="an entity"),
        pytest.param(RIGHT.replace(b"<DigestValue>", b"<DigestValue><!-- -->"), id="a comment"),
        pytest.param(RIGHT.replace(b"<DigestValue>", b"<DigestValue><![CDATA[]]>"), id="CDATA"),
        pytest.param(RIGHT.replace(b"<DigestValue>", b"<DigestValue><?a?>"), id="an instruction"),
        pytest.param(b"<?xml-stylesheet href='a'?>" + RIGHT, id="a stylesheet"),
        pytest.param(RIGHT + b" " * (1 << 16), id="too long"),
        pytest.param(b"<a>" * (TAGS_MAX + 1) + b"</a>" * (TAGS_MAX + 1), id="too deep"),
        pytest.param(RIGHT.replace(b"<DigestValue>", b"<DigestValue>\0"), id="NUL"),
        pytest.param(base64.b64encode(RIGHT), id="in base64"),
        pytest.param(b"garbage", id="garbage"),
        pytest.param(changed(lambda root: setattr(root[1], "text", "AAAA")), id="another value"),
        
        pytest.param(changed(lambda root: setattr(root[1], "text", "ä!")), id="no base64"),
        pytest.param(
            changed(lambda root: setattr(root[0][2][1], "text", DIGEST_OF_NOTHING)),
            id="another digest",
        ),
        pytest.param(changed(lambda root: root[0][2].set("URI", "b.xml")), id="another name, which was signed"),
        pytest.param(xml_signature(RSA, CONTENT, digest="AAAA"), id="a digest of nothing"),
        pytest.param(xml_signature(EC, CONTENT, method=MORE + "rsa-sha256"), id="an algorithm of another key"),
        pytest.param(xml_signature(RSA, CONTENT, method=MORE + "ecdsa-sha256"), id="an algorithm of another curve"),
        pytest.param(xml_signature(RSA, CONTENT, method=MORE + "rsa-sha512"), id="another hash than said"),
    ],
)  # fmt: skip
def test_broken(tmp_path: Path, signature: bytes) -> None:
    assert found(tmp_path, signature).outcome == "wrong"


def test_signxml_alone_agrees() -> None:
    """What these tests write is sound by the library itself, where it follows the reference as it is meant to."""
    content = b"<Document>x</Document>"
    expected = SignatureConfiguration(location="./", verification_time=RECEIVED)
    for key, pem in ((RSA, OWN), (EC, OWN_EC)):
        signature = xml_signature(key, content, canonical=EXC)
        XMLVerifier().verify(
            signature, x509_cert=pem.decode(), uri_resolver={"a.xml": content}.get, expect_config=expected
        )


@pytest.mark.parametrize(
    ("received", "outcome"),
    [
        ("2025-12-31T23:59:59+00:00", "expired"),
        ("2026-01-01T00:00:00+00:00", "verified"),
        ("2027-01-01T01:00:00+01:00", "verified"),
        ("2027-01-01T01:00:01+01:00", "expired"),
    ],
)
def test_a_certificate_counts_by_the_instant_of_receipt(tmp_path: Path, received: str, outcome: str) -> None:
    assert found(tmp_path, RIGHT, received=datetime.datetime.fromisoformat(received)).outcome == outcome


def usage(**may: bool) -> x509.KeyUsage:
    none = dict.fromkeys(
        [
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ],
        False,
    )
    return x509.KeyUsage(**none | may)


@pytest.mark.parametrize("may", ["digital_signature", "content_commitment"])
def test_a_certificate_that_may_sign(tmp_path: Path, may: str) -> None:
    assert found(tmp_path, RIGHT, certificate(RSA, usage=usage(**{may: True}))).outcome == "verified"


@pytest.mark.parametrize(
    "pem",
    [
        pytest.param(certificate(RSA, usage=usage(key_encipherment=True)), id="for encryption alone"),
        pytest.param(certificate(rsa.generate_private_key(65537, 1024)), id="RSA too short"),
        pytest.param(certificate(ec.generate_private_key(ec.SECP192R1())), id="a curve too short"),
        pytest.param(OWN + OTHERS, id="two"),
        pytest.param(
            RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), id="a bare key"
        ),
        pytest.param(OWN[:-60], id="cut"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_a_certificate_we_cannot_verify_with(pem: bytes) -> None:
    with pytest.raises(ValueError, match="one certificate in PEM that may sign"):
        identify("xml", pem)


def test_the_fingerprint_is_that_of_openssl(tmp_path: Path) -> None:
    if not (openssl := shutil.which("openssl")):
        pytest.skip("no openssl on this machine")
    (tmp_path / "own.pem").write_bytes(OWN)
    told = subprocess.run(
        [openssl, "x509", "-in", tmp_path / "own.pem", "-noout", "-fingerprint", "-sha256"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert told.strip().rpartition("=")[2].replace(":", "").lower() == identify("xml", OWN)


def test_a_large_file_is_not_loaded(tmp_path: Path) -> None:
    """Nor parsed: it is no XML at all."""
    content = b"<" * (64 << 20)
    signature = xml_signature(EC, content)
    (tmp_path / "a.xml").write_bytes(content)
    own = [listed(OWN_EC)]
    tracemalloc.start()
    try:
        told = verify(tmp_path / "a.xml", signature, form="xml", own=own, others=[], received=RECEIVED)
        assert (told.outcome, tracemalloc.get_traced_memory()[1] < 4 << 20) == ("verified", True)
    finally:
        tracemalloc.stop()
