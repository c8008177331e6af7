"""What lies beside the messages: broken signatures, and broken tables of the bank."""

import base64
import datetime
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sepa.model.authorisation import SigningKey
from sepa.pipeline.authorise import SIGNATURE_BYTES_MAX, read_signature
from sepa.signatures import identify, verify
from sepa.store.csv_table import ReferenceFault
from sepa.store.reference import COLUMNS, load_reference
from tests.fuzz.targets import PEM, TRUE_SIGNATURE

SIGNED = b"<Document/>"
RECEIVED = datetime.datetime(2026, 4, 2, 10, tzinfo=datetime.UTC)

Lay = Callable[[Path], object]


def bytes_of(content: bytes) -> Lay:
    return lambda place: place.write_bytes(content)


SIGNATURES = [
    pytest.param(bytes_of(TRUE_SIGNATURE), "verified", id="as it is"),
    pytest.param(bytes_of(base64.encodebytes(TRUE_SIGNATURE)), "verified", id="in base64, with a line end"),
    pytest.param(bytes_of(b""), "missing", id="empty"),
    pytest.param(bytes_of(b" \r\n\t"), "missing", id="blanks"),
    pytest.param(bytes_of(b"\0" * 64), "wrong", id="NULs"),
    pytest.param(bytes_of(TRUE_SIGNATURE[:-1]), "wrong", id="one byte short"),
    pytest.param(bytes_of(TRUE_SIGNATURE + b"\0"), "wrong", id="one byte long"),
    pytest.param(bytes_of(bytes([TRUE_SIGNATURE[0] ^ 1]) + TRUE_SIGNATURE[1:]), "wrong", id="one bit flipped"),
    pytest.param(bytes_of(base64.b64encode(TRUE_SIGNATURE)[:-4]), "wrong", id="base64 cut off"),
    pytest.param(bytes_of(base64.b64encode(TRUE_SIGNATURE) + b"!"), "wrong", id="base64 and more"),
    pytest.param(bytes_of(base64.b64encode(base64.b64encode(TRUE_SIGNATURE))), "wrong", id="base64 twice"),
    pytest.param(bytes_of(TRUE_SIGNATURE.hex().encode()), "wrong", id="in hexadecimal"),
    pytest.param(bytes_of(base64.b64encode(TRUE_SIGNATURE).decode().encode("utf-16")), "wrong", id="base64 in UTF-16"),
    pytest.param(bytes_of(PEM), "wrong", id="the key in place of the signature"),
    pytest.param(bytes_of(b"-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----\n"), "wrong", id="of PGP"),
    pytest.param(bytes_of(b"<Signature xmlns='http://www.w3.org/2000/09/xmldsig#'/>"), "wrong", id="of XML"),
    pytest.param(bytes_of(b"\x30\x82\xff\xff" * 16), "wrong", id="DER that lies about its length"),
    pytest.param(bytes_of(b"A" * (SIGNATURE_BYTES_MAX + 10)), "wrong", id="longer than any"),
    pytest.param(bytes_of(b"\n" * SIGNATURE_BYTES_MAX + TRUE_SIGNATURE), "missing", id="behind 16 KiB of blanks"),
    pytest.param(lambda place: place.mkdir(), "missing", id="a folder"),
    pytest.param(lambda place: place.symlink_to("/etc/passwd"), "missing", id="a link"),
    pytest.param(lambda place: place.symlink_to(place.name), "missing", id="a link to itself"),
    pytest.param(lambda place: os.mkfifo(place), "missing", id="a pipe"),
]  # fmt: skip


@pytest.mark.parametrize(("lay", "outcome"), SIGNATURES)
def test_a_broken_signature_is_never_one(lay: Lay, outcome: str, tmp_path: Path) -> None:
    file = tmp_path / "a.xml"
    file.write_bytes(SIGNED)
    lay(tmp_path / "a.xml.sig")
    own = SigningKey(file="own.pem", pem=PEM, digest=identify("plain", PEM))
    assert (
        verify(file, read_signature(file), form="plain", own=[own], others=[], received=RECEIVED).outcome
        == outcome
    )


KEYS = [
    pytest.param(b"", id="empty"),
    pytest.param(PEM[:-40], id="cut off"),
    pytest.param(PEM.replace(b"PUBLIC", b"PRIVATE"), id="called private"),
    pytest.param(b"-----BEGIN PUBLIC KEY-----\n\n-----END PUBLIC KEY-----\n", id="nothing in it"),
    pytest.param(
        b"-----BEGIN PUBLIC KEY-----\n" + b"A" * 100_000 + b"\n-----END PUBLIC KEY-----\n", id="long"
    ),
    pytest.param(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", id="a certificate"),
    pytest.param(b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA", id="of SSH"),
    pytest.param(b"\0" * 1_000, id="NULs"),
    pytest.param(PEM.decode().encode("utf-16"), id="in UTF-16"),
]


@pytest.mark.parametrize("pem", KEYS)
def test_a_broken_key_is_none(pem: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w+"):
        identify("plain", pem)


ACCOUNT = b"iban,owner,name,balance\n"
GOOD_ROW = b"SK6552000000000005566783,o,Meno,100.00\n"

TABLES = [
    pytest.param(b"", "a header row", id="empty"),
    pytest.param(b"\n\n\n", "a header row", id="blank lines"),
    pytest.param((ACCOUNT + GOOD_ROW).decode().encode("utf-16"), "UTF-8", id="UTF-16"),
    pytest.param(ACCOUNT + b"SK6552000000000005566783,o,M\xe9no,100.00\n", "UTF-8", id="Latin 1"),
    pytest.param(ACCOUNT.replace(b",", b";") + GOOD_ROW.replace(b",", b";"), "each once", id="semicolons"),
    pytest.param(ACCOUNT + b"SK6552000000000005566783,o,Meno\n", "as in the header", id="a cell too few"),
    pytest.param(ACCOUNT + GOOD_ROW[:-1] + b",x\n", "as in the header", id="a cell too many"),
    pytest.param(ACCOUNT + b'SK6552000000000005566783,o,"Meno,100.00\n', "line 2", id="a quote never closed"),
    pytest.param(ACCOUNT + b'SK6552000000000005566783,o,"Me"no,100.00\n', "commas", id="a quote inside"),
    pytest.param(ACCOUNT + b"SK6552000000000005566783,o,Me\0no,100.00\n", "line 2", id="NUL"),
    pytest.param(ACCOUNT + b"SK6552000000000005566783,o," + b"x" * 200_000 + b",1.00\n", "line 2", id="a huge cell"),
    pytest.param(b"iban,iban,owner,name,balance\n", "each once", id="a column twice"),
    pytest.param(b"iban,owner,name,balance,__class__\n", "each once", id="a column that nobody knows"),
    pytest.param(b"owner,name,balance\n", "a column iban", id="a column missing"),
    pytest.param(ACCOUNT + GOOD_ROW + GOOD_ROW, "each once", id="an account twice"),
    pytest.param(ACCOUNT + GOOD_ROW.replace(b"100.00", b"1e3"), "an amount", id="an exponent"),
    pytest.param(ACCOUNT + GOOD_ROW.replace(b"100.00", b"NaN"), "an amount", id="NaN"),
    pytest.param(ACCOUNT + GOOD_ROW.replace(b"100.00", b"1_000"), "an amount", id="an underscore"),
    pytest.param(ACCOUNT + GOOD_ROW.replace(b"100.00", b"--5"), "an amount", id="two signs"),
    pytest.param(ACCOUNT + GOOD_ROW.replace(b"100.00", "١٠٠".encode()), "an amount", id="other digits"),
    pytest.param(ACCOUNT + GOOD_ROW.replace(b"100.00", b"9" * 30), "an amount", id="thirty digits"),
    pytest.param(ACCOUNT + GOOD_ROW.replace(b"Meno", "Me\u202eno".encode()), "control", id="turned direction"),
    pytest.param(ACCOUNT + GOOD_ROW.replace(b"Meno", b'"Me\nno"'), "control", id="a line end in a cell"),
    pytest.param(ACCOUNT + GOOD_ROW.replace(b"6783", b"6784"), "line 2", id="a wrong check digit"),
    pytest.param(ACCOUNT + GOOD_ROW.replace(b"SK65", b"sk65"), "line 2", id="small letters"),
    pytest.param(b"iban,owner,name,balance,opened_on\n" + GOOD_ROW[:-1] + b",2026-02-30\n", "a date", id="no day"),
    pytest.param(b"iban,owner,name,balance,opened_on\n" + GOOD_ROW[:-1] + b",0000-01-01\n", "a date", id="year 0"),
    pytest.param(b"iban,owner,name,balance,opened_on\n" + GOOD_ROW[:-1] + b",10000-01-01\n", "a date", id="year 10000"),
    pytest.param(b"iban,owner,name,balance,retry_days\n" + GOOD_ROW[:-1] + b",-1\n", "whole number", id="minus one"),
    pytest.param(b"iban,owner,name,balance,consumer\n" + GOOD_ROW[:-1] + b",yes\n", "true or false", id="yes"),
    pytest.param(b"iban,owner,name,balance,ebanking_until\n" + GOOD_ROW[:-1] + b",2026-04-02\n", "offset", id="local"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "told"), TABLES)
def test_a_broken_table_is_refused_in_one_sentence(content: bytes, told: str, tmp_path: Path) -> None:
    (tmp_path / "accounts.csv").write_bytes(content)
    with pytest.raises(ReferenceFault, match=told) as refused:
        load_reference(tmp_path)
    assert "accounts.csv" in str(refused.value)


@pytest.mark.parametrize("name", sorted(COLUMNS))
@pytest.mark.parametrize(
    "content", [b"", b"\0", b"\xff\xfe", b'"', b"\xef\xbb\xbf", b"a", b"=cmd|' /C calc'!A1\n", b"," * 10_000]
)
def test_rubbish_is_no_table(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ReferenceFault, match=name):
        load_reference(tmp_path)
