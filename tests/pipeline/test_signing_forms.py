"""Partners that sign by OpenPGP and by XML: taken, refused with the right sentence, told to auditors, lived again."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from typer.testing import CliRunner

from sepa.cli import app
from sepa.model.authorisation import SignatureForm
from sepa.pipeline.day import end_of_day
from sepa.pipeline.replay import replay
from sepa.pipeline.undone import LeftUndone
from sepa.signatures import identify
from sepa.store.reference import ReferenceFault
from tests.pipeline.house import DAY, House
from tests.pipeline.test_signing import ONE, SIGNER, drop
from tests.signatures.signers import certificate, gnupg, xml_signature
from tools.sample_bank import B1, TRADER, order, transfers

OTHER = "mzdy"
MORE = transfers("ONE-2", TRADER, [order("MORE", "11.00", "Oceliareň", B1)]).encode()
RECEIVED = "2026-04-02T12:00"  # in Bratislava, five minutes after the signatures of GnuPG were made


class Signer(msgspec.Struct):
    """One form, with two people's keys: what is listed, and how each signs."""

    form: SignatureForm
    own: bytes
    other: bytes
    sign: Callable[[bytes], bytes]
    sign_as_other: Callable[[bytes], bytes]
    old: bytes
    sign_with_old: Callable[[bytes], bytes]


@pytest.fixture(scope="module", params=["openpgp", "xml"])
def signer(request: pytest.FixtureRequest) -> Iterator[Signer]:
    if request.param == "xml":
        own, other = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        yield Signer(
            "xml",
            certificate(own),
            certificate(other),
            lambda content: xml_signature(own, content),
            lambda content: xml_signature(other, content),
            certificate(own, "2025-01-01", "2026-04-02"),
            lambda content: xml_signature(own, content),
        )
        return
    with gnupg() as pgp:
        yield Signer(
            "openpgp",
            pgp.key("own"),
            pgp.key("other"),
            lambda content: pgp.sign("own", content),
            lambda content: pgp.sign("other", content),
            pgp.key("old", until="2026-01-02"),
            lambda content: pgp.sign("old", content, at="20260101T120000"),
        )


def give_key(house: House, partner: str, form: SignatureForm, key: bytes, **more: Any) -> None:
    folder = house.root / "reference" / "keys" / partner
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "own.asc").write_bytes(key)
    listed = [{"file": "own.asc", **more}]
    house.change_partner(partner, keys=listed, signature=form, authorisation="electronic_signature")


@pytest.fixture
def signing(house: House, signer: Signer) -> House:
    give_key(house, SIGNER, signer.form, signer.own)
    give_key(house, OTHER, signer.form, signer.other)
    return house


def test_signed(signing: House, signer: Signer) -> None:
    """Who signed, in which form and when stands in the journal, and in the story of the file and its orders."""
    key = drop(signing, signer.sign(ONE))
    signing.run(RECEIVED)
    assert signing.states(key) == {"PAY": "paid"}
    told = signing.file(key).authorised
    assert told.startswith(
        f"electronic_signature verified own.asc {identify(signer.form, signer.own)} form {signer.form}"
    )
    assert (" made 2026-04-02T09:55:00+00:00" in told) == (signer.form == "openpgp")
    for what in (key, f"{key[:24]}-1"):
        assert told in CliRunner().invoke(app, ["explain", what, "--home", str(signing.root)]).stdout


@pytest.mark.parametrize(
    ("fault", "code", "sentence"),
    [
        ("missing", "DS0A", "not signed"),
        ("of another file", "DS0B", "not one of yours"),
        ("of another partner", "DS0B", "somebody else"),
        ("of another form", "DS0B", "not one of yours"),
        ("key expired", "DS0B", "did not count when"),
        ("key revoked", "DS0B", "was revoked"),
    ],
)
def test_refused_whole(signing: House, signer: Signer, fault: str, code: str, sentence: str) -> None:
    signature: bytes | None = signer.sign(ONE)
    match fault:
        case "missing":
            signature = None
        case "of another file":
            signature = signer.sign(MORE)
        case "of another partner":
            signature = signer.sign_as_other(ONE)
        case "of another form":
            give_key(signing, SIGNER, signer.form, signer.own)
            signature = b"\x00" * 64
        case "key expired":
            give_key(signing, SIGNER, signer.form, signer.old)
            signature = signer.sign_with_old(ONE)
        case "key revoked":
            give_key(signing, SIGNER, signer.form, signer.own, revoked_at="2026-04-02T11:59:59+02:00")
    key = drop(signing, signature)
    signing.run(RECEIVED)
    assert signing.states(key) == {"PAY": "rejected"}
    assert (signing.status_report(key).group, signing.status_report(key).codes[0]) == ("RJCT", code)
    (finding,) = signing.file(key).findings
    assert sentence in str(finding.message)


def test_a_key_counts_by_the_receipt_and_not_by_the_hour_of_judging(signing: House, signer: Signer) -> None:
    give_key(signing, SIGNER, signer.form, signer.own, revoked_at="2026-04-02T12:00:01+02:00")
    key = drop(signing, signer.sign(ONE))
    signing.claim(RECEIVED)
    signing.run("2026-04-02T15:30")
    assert signing.states(key) == {"PAY": "paid"}


def test_a_signed_day_lived_again(signing: House, signer: Signer, tmp_path: Path) -> None:
    """By the keys as they were: afterwards the partner has another one."""
    drop(signing, signer.sign(ONE))
    drop(signing, signer.sign_as_other(MORE), MORE, "b.xml")
    signing.run(RECEIVED)
    with signing.open() as home:
        end_of_day(home, DAY, signing.at("2026-04-02T22:00"))
    give_key(signing, SIGNER, signer.form, signer.other)
    with signing.open() as home:
        assert replay(home, DAY, tmp_path / "again").difference is None


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("openpgp", "one armoured public key of OpenPGP that signs"),
        ("xml", "one certificate in PEM that may sign"),
        ("plain", "a public key in PEM"),
        ("pdf", "plain, openpgp, xml"),
    ],
)
def test_a_key_of_another_form_is_told_on_loading(house: House, form: Any, expected: str) -> None:
    with pytest.raises(ReferenceFault, match=expected):
        give_key_and_load(house, form, b"something else")


def give_key_and_load(house: House, form: SignatureForm, key: bytes) -> None:
    give_key(house, SIGNER, form, key)
    with house.open() as home:
        home.reference()


def test_without_gnupg_the_desk_says_so(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ReferenceFault, match=r"openpgp of stavebniny.*apt-get install gnupg"):
        give_key_and_load(house, "openpgp", b"unseen")


def test_what_we_cannot_verify_stays_for_later(
    signing: House, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is our own fault: nothing is refused for it, and the next run takes the file."""
    key = drop(signing, signer.sign(ONE))

    def hanging(*_: Any, **__: Any) -> None:
        raise TimeoutError("gpg did not end within 30 seconds")

    with monkeypatch.context() as patched:
        patched.setattr("sepa.pipeline.authorise.verify", hanging)
        with pytest.raises(LeftUndone, match="gpg did not end"):
            signing.run(RECEIVED)
    assert not signing.file(key).judged
    signing.run(RECEIVED)
    assert signing.states(key) == {"PAY": "paid"}
