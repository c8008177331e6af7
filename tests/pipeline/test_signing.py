"""A partner that signs: its file is taken with its signature, refused without, and judged again by the same one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from typer.testing import CliRunner

import sepa.pipeline.claim
from sepa.cli import app
from sepa.pipeline.purge import purge
from sepa.pipeline.undone import LeftUndone
from sepa.store.keys import refuse_unoffered
from sepa.store.reference import ReferenceFault
from tests.pipeline.house import House
from tools.sample_bank import B1, GOOD, TRADER, order, transfers

SIGNER = "stavebniny"
KEY = Ed25519PrivateKey.generate()
OTHER = Ed25519PrivateKey.generate()
ONE = transfers("ONE-1", TRADER, [order("PAY", "10.00", "Oceliareň", B1)]).encode()


def give_key(house: House, partner: str, key: Ed25519PrivateKey, **more: Any) -> None:
    folder = house.root / "reference" / "keys" / partner
    folder.mkdir(parents=True, exist_ok=True)
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / "own.pem").write_bytes(pem)
    house.change_partner(partner, keys=[{"file": "own.pem", **more}])


@pytest.fixture
def signing(house: House) -> House:
    give_key(house, SIGNER, KEY)
    house.change_partner(SIGNER, authorisation="electronic_signature")
    return house


def drop(house: House, signature: bytes | None, content: bytes = ONE, name: str = "a.xml") -> str:
    key = house.drop(SIGNER, name, content)
    if signature is not None:
        (house.root / "inbox" / SIGNER / f"{name}.sig").write_bytes(signature)
    return key


def kept(house: House, key: str) -> Path:
    return house.root / "archive" / key[:2] / f"{key}.sig"


def left(house: House) -> list[str]:
    inbox = house.root / "inbox" / SIGNER
    return sorted(each.name for each in (*inbox.iterdir(), *(inbox / ".taken").iterdir()))


def test_signed(signing: House) -> None:
    key = drop(signing, KEY.sign(ONE))
    signing.run()
    assert signing.states(key) == {"PAY": "paid"}
    assert kept(signing, key).read_bytes() == KEY.sign(ONE)
    assert left(signing) == [".taken"]
    assert signing.file(key).authorised.startswith("electronic_signature verified own.pem ")
    for what in (key, f"{key[:24]}-1"):
        told = CliRunner().invoke(app, ["explain", what, "--home", str(signing.root)]).stdout
        assert "electronic_signature verified own.pem" in told


def test_unsigned_is_refused_whole(signing: House) -> None:
    """CT-08: unsigned file → group RJCT DS0A; nothing is booked."""
    key = drop(signing, None)
    signing.run()
    report = signing.status_report(key)
    assert (report.group, report.codes[0]) == ("RJCT", "DS0A")
    assert signing.states(key) == {"PAY": "rejected"}
    assert signing.file(key).authorised == "electronic_signature missing"


@pytest.mark.parametrize(
    "signature",
    [
        pytest.param(OTHER.sign(ONE), id="of another partner"),
        pytest.param(KEY.sign(GOOD.encode()), id="of another file"),
        pytest.param(b"x" * 1_000_000, id="far too large"),
    ],
)
def test_wrongly_signed_is_refused_whole(signing: House, signature: bytes) -> None:
    give_key(signing, "mzdy", OTHER)
    key = drop(signing, signature)
    signing.run()
    assert (signing.status_report(key).group, signing.status_report(key).codes[0]) == ("RJCT", "DS0B")
    assert signing.states(key) == {"PAY": "rejected"}
    assert kept(signing, key).stat().st_size <= 16 * 1024


def test_a_link_is_no_signature(signing: House) -> None:
    key = drop(signing, None)
    elsewhere = signing.root / "elsewhere"
    elsewhere.write_bytes(KEY.sign(ONE))
    (signing.root / "inbox" / SIGNER / "a.xml.sig").symlink_to(elsewhere)
    signing.run()
    assert {each.code for each in signing.file(key).findings} == {"DS0A"}
    assert elsewhere.exists()


def test_a_file_waits_while_its_signature_is_unfinished(signing: House) -> None:
    drop(signing, KEY.sign(ONE))
    inbox = signing.root / "inbox" / SIGNER
    with (inbox / "a.xml.sig").open("r+b"):
        assert signing.claim() == []
    (inbox / "a.xml.sig").rename(inbox / "a.xml.sig.part")
    assert signing.claim() == []
    (inbox / "a.xml.sig.part").rename(inbox / "a.xml.sig")
    assert signing.claim() == [f"{SIGNER}/a.xml"]


def test_one_who_need_not_sign_may(house: House) -> None:
    key = drop(house, b"anything")
    house.run()
    assert (house.states(key), house.file(key).authorised) == ({"PAY": "paid"}, "channel_session verified")
    assert kept(house, key).read_bytes() == b"anything"


def test_a_key_that_we_lacked_and_judging_again(signing: House) -> None:
    give_key(signing, SIGNER, KEY, until="2026-04-01")
    key = drop(signing, KEY.sign(ONE))
    signing.run()
    assert signing.states(key) == {"PAY": "rejected"}
    assert signing.file(key).authorised.startswith("electronic_signature expired own.pem ")
    give_key(signing, SIGNER, KEY, until="2026-04-02")
    signing.reprocess("judge-again", "2026-04-07T09:00", key=key)
    assert signing.states(key)["PAY"].startswith("waiting")


def test_a_repeat_brings_no_signature(signing: House) -> None:
    key = drop(signing, None)
    signing.claim()
    drop(signing, KEY.sign(ONE))
    signing.run()
    assert signing.states(key) == {"PAY": "rejected"}
    assert not kept(signing, key).exists()
    assert left(signing) == [".taken"]


class Killed(BaseException):
    """The sweep is gone."""


STEPS = [("publish", 1), ("publish", 2), ("copy_hashed", 1), ("read_signature", 1), ("signature_of", 1)]


@pytest.fixture(params=STEPS, ids=str)
def killed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The sweep dies after a step, once."""
    step, last = request.param
    real, calls = getattr(sepa.pipeline.claim, step), []

    def deadly(*given: Any, **named: Any) -> Any:
        done = real(*given, **named)
        calls.append(step)
        if len(calls) == last:
            raise Killed
        return done

    with monkeypatch.context() as patched:
        patched.setattr(sepa.pipeline.claim, step, deadly)
        yield patched


def test_killed_in_between_the_file_keeps_its_signature(signing: House, killed: pytest.MonkeyPatch) -> None:
    key = drop(signing, KEY.sign(ONE))
    with pytest.raises(Killed):
        signing.claim()
    killed.undo()
    signing.run("2026-04-02T11:30")
    assert signing.states(key) == {"PAY": "paid"}
    assert left(signing) == [".taken"]


ANOTHER = transfers("NEW-1", TRADER, [order("NEW", "11.00", "Oceliareň", B1)]).encode()


def test_a_signature_that_a_kill_left_speaks_of_no_other_file(signing: House) -> None:
    """Killed between the taking of a file and that of its signature; the next file of its name comes unsigned."""
    key = drop(signing, KEY.sign(ONE))
    with pytest.MonkeyPatch.context() as patched:

        def killed(*marks: Path) -> None:
            if any(mark.suffix == ".sig" for mark in marks):
                raise Killed

        patched.setattr(sepa.pipeline.claim, "_remove", killed)
        with pytest.raises(Killed):
            signing.claim()
    assert "a.xml.sig" in left(signing)
    other = drop(signing, None, ANOTHER)
    signing.run("2026-04-02T11:30")
    assert signing.states(key) == {"PAY": "paid"}
    assert signing.status_report(other).codes[0] == "DS0A"


def test_the_next_files_own_signature_stays(signing: House) -> None:
    key = drop(signing, KEY.sign(ONE))
    with pytest.MonkeyPatch.context() as patched:

        def killed(*marks: Path) -> None:
            if any(mark.suffix == ".sig" for mark in marks):
                raise Killed

        patched.setattr(sepa.pipeline.claim, "_remove", killed)
        with pytest.raises(Killed):
            signing.claim()
    other = drop(signing, KEY.sign(ANOTHER), ANOTHER)
    signing.run("2026-04-02T11:30")
    assert signing.states(key) == {"PAY": "paid"}
    assert signing.states(other) == {"NEW": "paid"}


def test_a_signature_is_purged_with_its_file(signing: House) -> None:
    signing.set_profile(records={"transaction_years": 10})
    key = drop(signing, KEY.sign(ONE))
    signing.run()
    with signing.open() as home:
        before = signing.at("2026-06-01T00:00").date()
        purge(home, before, by="Eva", reason="ten years", at=signing.at("2036-06-01T10:00"), really=True)
    assert not kept(signing, key).exists()


def test_a_way_that_the_profile_does_not_offer_is_our_own_fault(signing: House) -> None:
    signing.set_profile(intake={"authorisation": ["channel_session"]})
    drop(signing, KEY.sign(ONE))
    with pytest.raises(LeftUndone, match="electronic_signature of stavebniny"):
        signing.run()
    with signing.open() as home:
        reference, profile = home.reference(), home.versions[0]
    with pytest.raises(ReferenceFault, match=r"one of intake\.authorisation of the profile: channel_session"):
        refuse_unoffered(reference, profile)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        pytest.param([], "none of stavebniny", id="no key"),
        pytest.param([{"file": "lost.pem"}], "keys/stavebniny/lost.pem", id="key not there"),
        pytest.param([{"file": "../own.pem"}], "the name of a file", id="elsewhere"),
        pytest.param([{"file": "bad.pem"}], "a public key in PEM", id="no public key"),
        pytest.param([{"since": "2026-01-01"}], "the key file", id="without a file"),
        pytest.param(["own.pem"], "such as file", id="no mapping"),
        pytest.param(
            [{"file": "own.pem", "revoked_at": "2026-02-01"}], "a moment", id="revoked on no moment"
        ),
        pytest.param(
            [{"file": "own.pem", "since": "2026-02-02", "until": "2026-02-01"}], "not before", id="ends first"
        ),
    ],
)
def test_keys_that_cannot_be_meant(signing: House, given: list[Any], words: str) -> None:
    (signing.root / "reference" / "keys" / SIGNER / "bad.pem").write_text("bad")
    signing.change_partner(SIGNER, keys=given)
    with signing.open() as home, pytest.raises(ReferenceFault, match=words):
        home.reference()


def test_another_key_is_other_reference_data(signing: House) -> None:
    with signing.open() as home:
        before = home.reference().digest
        give_key(signing, SIGNER, OTHER)
        assert home.reference().digest != before


@pytest.mark.parametrize(("signature", "code"), [(KEY.sign(ONE), 0), (None, 1)], ids=["signed", "unsigned"])
def test_a_check_for_a_partner_looks_at_the_signature_too(
    signing: House, tmp_path: Path, signature: bytes | None, code: int
) -> None:
    file = tmp_path / "a.xml"
    file.write_bytes(ONE)
    if signature is not None:
        (tmp_path / "a.xml.sig").write_bytes(signature)
    known = ["--data", str(signing.root / "reference"), "--partner", SIGNER]
    ran = CliRunner().invoke(app, ["check", str(file), *known, "--at", "2026-04-02T10:00"])
    assert ran.exit_code == code, ran.output
    alone = CliRunner().invoke(app, ["check", str(file), *known[:2], "--at", "2026-04-02T10:00"])
    assert alone.exit_code == 0, alone.output
