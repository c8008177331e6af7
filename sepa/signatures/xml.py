"""Detached signatures of XML: a `ds:Signature` in a file of its own, over the bytes of the file beside it.

Only the certificates that the bank lists for a partner are trusted; what a signature says of its key is not read.
Its one reference is the file beside it, whatever name it gives, byte for byte, without any transform: so nothing is
fetched, no file is parsed before its gate, and nothing but the whole of the file can have been signed.
"""

import datetime
import hashlib
import re
from base64 import b64decode
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from lxml import etree
from signxml.algorithms import SignatureMethod
from signxml.exceptions import InvalidDigest, SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier

from sepa.model.authorisation import SigningKey
from sepa.signatures.made import UNFIT, Made

EXPECTED: Final = "one certificate in PEM that may sign, of RSA of 2048 bits and more, P-256, P-384 or P-521"
BYTES_MAX: Final = 1 << 16
TAGS_MAX: Final = 128
RSA_BITS_MIN: Final = 2048
_CURVES: Final = ("secp256r1", "secp384r1", "secp521r1")
_DS: Final = "{http://www.w3.org/2000/09/xmldsig#}"
_DECLARATION: Final = re.compile(
    rb"""\s*<\?xml\s+version\s*=\s*["']1\.[01]["'](\s+encoding\s*=\s*["'](?i:utf-8)["'])?"""
    rb"""(\s+standalone\s*=\s*["'](yes|no)["'])?\s*\?>"""
)
_REFERENCES: Final = re.compile(rb"&#(?:13|xD);")  # how some write the line ends inside base64
_CANONICAL: Final = (
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
    "http://www.w3.org/2006/12/xml-c14n11",
    "http://www.w3.org/2001/10/xml-exc-c14n#",
)
_METHODS: Final = frozenset(
    [
        SignatureMethod.RSA_SHA256,
        SignatureMethod.RSA_SHA384,
        SignatureMethod.RSA_SHA512,
        SignatureMethod.SHA256_RSA_MGF1,
        SignatureMethod.SHA384_RSA_MGF1,
        SignatureMethod.SHA512_RSA_MGF1,
        SignatureMethod.ECDSA_SHA256,
        SignatureMethod.ECDSA_SHA384,
        SignatureMethod.ECDSA_SHA512,
    ]
)
_DIGESTS: Final = {
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}
_PARTS: Final = (["SignedInfo", "SignatureValue"], ["SignedInfo", "SignatureValue", "KeyInfo"])
_OF_KEYS: Final = {"KeyName", "KeyValue", "X509Data"}


def identify(content: bytes) -> str:
    """The SHA-256 of a certificate. ValueError when it is none that we verify with."""
    return _certificate(content).fingerprint(SHA256()).hex()


def made_by(
    file: Path, signature: bytes, keys: Sequence[SigningKey], received: datetime.datetime
) -> Made | None:
    """Whose certificate verifies the signature; `expired` where the certificate was not valid when received."""
    root = _parsed(signature)
    if root is None:
        return None
    if not _is_fit(root):
        return UNFIT
    for key in keys:
        certificate = _certificate(key.pem)
        if _fits(signature, file, certificate):
            valid = certificate.not_valid_before_utc <= received <= certificate.not_valid_after_utc
            return Made(key.digest, "verified" if valid else "expired")
    return None


def _parsed(signature: bytes) -> etree._Element | None:
    """The document, where its bytes pass the gate: small, UTF-8, no document type, entity, comment or instruction."""
    bare = _DECLARATION.sub(b"", signature, count=1) if _DECLARATION.match(signature) else signature
    if len(signature) > BYTES_MAX or bare.count(b"<") > TAGS_MAX or b"\0" in bare:
        return None
    if b"<!" in bare or b"<?" in bare or b"&" in _REFERENCES.sub(b"", bare):
        return None
    try:
        bare.decode("utf-8")
        return etree.fromstring(signature.lstrip(), _parser())
    except (ValueError, etree.XMLSyntaxError):
        return None


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, collect_ids=False
    )


def _is_fit(root: etree._Element) -> bool:
    """Whether it is one signature of the shape and by the algorithms that we accept, and nothing else."""
    if root.tag != f"{_DS}Signature" or _names(root) not in _PARTS:
        return False
    signed, *_, last = root
    if _names(signed) != ["CanonicalizationMethod", "SignatureMethod", "Reference"]:
        return False
    canonical, method, reference = signed
    if _names(reference) != ["DigestMethod", "DigestValue"]:  # no transforms
        return False
    digest, value = reference
    told = reference.get("URI")
    return (
        not any(len(each) for each in (canonical, method, digest, value, root[1]))
        and canonical.get("Algorithm") in _CANONICAL
        and method.get("Algorithm") in {each.value for each in _METHODS}
        and digest.get("Algorithm") in _DIGESTS
        and set(map(str, reference.attrib)) <= {"Id", "URI"}
        and (told is None or (told != "" and not told.startswith("#")))  # those would be the signature itself
        and all(each.text for each in (value, root[1]))
        and (last is root[1] or set(_names(last)) <= _OF_KEYS)
    )


def _names(element: etree._Element) -> list[str]:
    """The children's names in the namespace of signatures; whole, and so known to nobody, in any other."""
    return [str(child.tag).removeprefix(_DS) for child in element]


def _fits(signature: bytes, file: Path, certificate: x509.Certificate) -> bool:
    """Whether the holder of `certificate` made the signature over the bytes of `file`, whenever that was."""
    expected = SignatureConfiguration(
        location="./",
        signature_methods=_METHODS,
        ignore_ambiguous_key_info=True,
        verification_time=certificate.not_valid_before_utc,
    )
    try:
        _OverFile(file).verify(
            signature.lstrip(), x509_cert=certificate, parser=_parser(), expect_config=expected
        )
    except (SignXMLException, ValueError, etree.LxmlError):
        return False
    return True


class _OverFile(XMLVerifier):
    """signxml, but for what a reference means: here it is always the file beside the signature, of any size.

    signxml would load what is signed, and parse it. Were this no longer asked, no reference could be followed, and
    no signature would be taken.
    """

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file

    def _c14n(self, nodes: Any, algorithm: Any, inclusive_ns_prefixes: Any = None) -> bytes:
        """As a document of its own: within another, libxml2 forgets a namespace without prefix in the third level."""
        alone = etree.fromstring(etree.tostring(nodes, with_tail=False), _parser())
        canonical: bytes = super()._c14n(alone, algorithm, inclusive_ns_prefixes)
        return canonical

    def _verify_reference(self, reference: Any, *_: Any) -> None:
        method, value = reference
        with self._file.open("rb") as signed:
            digest = hashlib.file_digest(signed, _DIGESTS[method.get("Algorithm")]).digest()
        if digest != b64decode(value.text or "", validate=False):
            raise InvalidDigest("other bytes were signed")


def _certificate(pem: bytes) -> x509.Certificate:
    try:
        (certificate,) = x509.load_pem_x509_certificates(pem)
        key = certificate.public_key()
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        usage = None
    except (ValueError, UnsupportedAlgorithm) as fault:
        raise ValueError(EXPECTED) from fault
    strong = (isinstance(key, rsa.RSAPublicKey) and key.key_size >= RSA_BITS_MIN) or (
        isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _CURVES
    )
    if strong and (usage is None or usage.digital_signature or usage.content_commitment):
        return certificate
    raise ValueError(EXPECTED)
