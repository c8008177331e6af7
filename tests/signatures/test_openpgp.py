"""Signatures of OpenPGP with keys made here: only one good one, of the sender's own key as of the receipt, counts."""

import base64
import datetime
import os
import re
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import sepa.signatures.openpgp
from sepa.model.authorisation import Authorisation, SigningKey
from sepa.signatures import Unavailable, identify, verify
from sepa.signatures.packet import signature_packet
from tests.signatures.signers import Gnupg, gnupg

CONTENT = b"<Document>\r\n" + b"x \n" * 10_000 + b"\n</Document>"
RECEIVED = datetime.datetime(2026, 4, 2, 10, tzinfo=datetime.UTC)


@pytest.fixture(scope="module")
def pgp() -> Iterator[Gnupg]:
    with gnupg() as made:
        for name, kind in {
            "own": "ed25519",
            "other": "ed25519",
            "rsa": "rsa2048",
            "p256": "nistp256",
        }.items():
            made.key(name, kind)
        made.key("weak", "rsa1024")
        made.key("dsa", "dsa2048")
        made.key("short", until="1d")
        made.key("gone")
        yield made


def listed(pem: bytes, **more: object) -> SigningKey:
    return SigningKey("own.asc", pem=pem, digest=identify("openpgp", pem), **more)


def found(
    tmp_path: Path,
    signature: bytes | None,
    *own: bytes,
    content: bytes = CONTENT,
    received: datetime.datetime = RECEIVED,
    others: tuple[bytes, ...] = (),
) -> Authorisation:
    file = tmp_path / "-file.xml"  # a name that looks like an option
    file.write_bytes(content)
    return verify(
        file,
        signature,
        form="openpgp",
        own=[listed(each) for each in own],
        others=[listed(each) for each in others],
        received=received,
    )


@pytest.mark.parametrize("name", ["own", "rsa", "p256"])
@pytest.mark.parametrize(
    "how", [("--armor", "--detach-sign"), ("--detach-sign",)], ids=["armoured", "binary"]
)
def test_signed(pgp: Gnupg, tmp_path: Path, name: str, how: tuple[str, ...]) -> None:
    key = pgp.public(name)
    told = found(tmp_path, pgp.sign(name, CONTENT, *how), pgp.public("other"), key)
    assert told.outcome == "verified"
    assert told.key == f"own.asc {identify('openpgp', key)}"
    assert told.told.endswith("form openpgp made 2026-04-02T09:55:00+00:00")


def test_signed_by_a_subkey(pgp: Gnupg, tmp_path: Path) -> None:
    """The key is told by its primary fingerprint, as people know it."""
    pgp.key("branch")
    primary = identify("openpgp", pgp.public("branch"))
    pgp.run("--quick-add-key", primary, "ed25519", "sign", "2y")
    told = found(tmp_path, pgp.sign("branch", CONTENT), pgp.public("branch"))
    assert (told.outcome, told.key) == ("verified", f"own.asc {primary}")


@pytest.mark.parametrize("content", [CONTENT[:-1], CONTENT + b"\n", CONTENT.replace(b"\r\n", b"\n"), b""])
def test_other_bytes(pgp: Gnupg, tmp_path: Path, content: bytes) -> None:
    assert found(tmp_path, pgp.sign("own", CONTENT), pgp.public("own"), content=content).outcome == "wrong"


def test_an_empty_file_can_be_signed(pgp: Gnupg, tmp_path: Path) -> None:
    assert found(tmp_path, pgp.sign("own", b""), pgp.public("own"), content=b"").outcome == "verified"


def test_of_somebody_else(pgp: Gnupg, tmp_path: Path) -> None:
    signature = pgp.sign("other", CONTENT)
    assert found(tmp_path, signature, pgp.public("own")).outcome == "wrong"
    told = found(tmp_path, signature, pgp.public("own"), others=(pgp.public("other"),))
    assert (told.outcome, told.key) == ("other_signer", f"own.asc {identify('openpgp', pgp.public('other'))}")


def armoured(packets: bytes) -> bytes:
    body = base64.encodebytes(packets).decode()
    return f"-----BEGIN PGP SIGNATURE-----\n\n{body}-----END PGP SIGNATURE-----\n".encode()


def packets(signature: bytes) -> bytes:
    packet = signature_packet(signature)
    assert packet is not None
    return packet.content


@pytest.mark.parametrize("wrapped", [bytes, armoured], ids=["binary", "armoured"])
def test_exactly_one_signature_and_nothing_else(pgp: Gnupg, tmp_path: Path, wrapped: type) -> None:
    own, key = packets(pgp.sign("own", CONTENT)), pgp.public("own")
    other = packets(pgp.sign("other", CONTENT))
    assert found(tmp_path, wrapped(own), key).outcome == "verified"
    for several in (
        own + own,
        own + other,
        other + own,
        own + b"\xac\x00",
        own[:-1],
        own + b"\x00",
        b"\xcb\x01t" + own,
    ):
        assert found(tmp_path, wrapped(several), key).outcome == "wrong"


def test_a_message_that_brings_its_own_text(pgp: Gnupg, tmp_path: Path) -> None:
    """GnuPG would find the signature good, over other bytes than those of the file."""
    for how in ("--clearsign", "--sign", "--store"):
        message = pgp.sign("own", CONTENT, "--armor", how)
        assert found(tmp_path, message, pgp.public("own")).outcome == "wrong"
        assert found(tmp_path, message, pgp.public("own"), content=message).outcome == "wrong"


@pytest.mark.parametrize(
    "how",
    [("--digest-algo", "SHA1"), ("--digest-algo", "RIPEMD160"), ("--digest-algo", "SHA224"), ("--textmode",)],
    ids=str,
)
def test_made_in_a_way_that_we_do_not_accept(pgp: Gnupg, tmp_path: Path, how: tuple[str, ...]) -> None:
    """Signed as a text, line ends and blanks would be free to change."""
    signature = pgp.sign("rsa", CONTENT, *how, "--armor", "--detach-sign")
    assert found(tmp_path, signature, pgp.public("rsa")).outcome == "unfit"


def test_a_strong_hash_is_accepted(pgp: Gnupg, tmp_path: Path) -> None:
    signature = pgp.sign("rsa", CONTENT, "--digest-algo", "SHA512", "--armor", "--detach-sign")
    assert found(tmp_path, signature, pgp.public("rsa")).outcome == "verified"


def test_a_weak_subkey_of_a_strong_key(pgp: Gnupg, tmp_path: Path) -> None:
    pgp.key("mixed")
    pgp.run("--quick-add-key", identify("openpgp", pgp.public("mixed")), "rsa1024", "sign", "2y")
    assert found(tmp_path, pgp.sign("mixed", CONTENT), pgp.public("mixed")).outcome == "unfit"


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("received", "outcome"),
    [
        pytest.param("2026-01-02T00:00:00+00:00", "verified", id="in the last second of the key"),
        pytest.param("2026-01-02T00:00:01+00:00", "expired", id="when it has expired"),
        pytest.param("2026-04-02T10:00:00+02:00", "expired", id="long after"),
        pytest.param("2026-01-01T00:55:00+01:00", "wrong", id="before there was the key"),
    ],
)
def test_a_key_counts_by_the_instant_of_receipt(
    pgp: Gnupg, tmp_path: Path, received: str, outcome: str
) -> None:
    signature = pgp.sign("short", CONTENT, at="20260101T000000")
    assert found(tmp_path, signature, pgp.public("short"), received=at(received)).outcome == outcome


@pytest.mark.parametrize(
    ("received", "outcome"),
    [
        pytest.param("2026-04-02T09:50:00+00:00", "verified", id="made five minutes later, by another clock"),
        pytest.param("2026-04-02T09:49:59+00:00", "expired", id="made in days to come"),
        pytest.param("2026-04-03T09:54:59+00:00", "verified", id="in its last second"),
        pytest.param("2026-04-03T09:55:00+00:00", "expired", id="after its day"),
    ],
)
def test_a_signature_counts_by_the_instant_of_receipt(
    pgp: Gnupg, tmp_path: Path, received: str, outcome: str
) -> None:
    signature = pgp.sign("own", CONTENT, "--default-sig-expire", "1d", "--armor", "--detach-sign")
    assert found(tmp_path, signature, pgp.public("own"), received=at(received)).outcome == outcome


def test_a_revoked_key(pgp: Gnupg, tmp_path: Path) -> None:
    signature, before = pgp.sign("gone", CONTENT), pgp.public("gone")
    after = pgp.revoked("gone")
    assert identify("openpgp", after) == identify("openpgp", before)
    assert found(tmp_path, signature, before).outcome == "verified"
    assert found(tmp_path, signature, after).outcome == "revoked"


@pytest.mark.parametrize("name", ["weak", "dsa"])
def test_a_key_too_weak_is_none(pgp: Gnupg, name: str) -> None:
    with pytest.raises(ValueError, match="one armoured public key of OpenPGP that signs"):
        identify("openpgp", pgp.public(name))


def test_a_key_that_vouches_for_itself_by_a_weak_hash_is_none(pgp: Gnupg) -> None:
    pgp.run(
        "--cert-digest-algo", "SHA1", "--quick-generate-key", "sha <sha@example.org>", "rsa2048", "sign", "2y"
    )
    with pytest.raises(ValueError, match="one armoured public key of OpenPGP that signs"):
        identify("openpgp", pgp.public("sha"))


def test_what_is_no_key_is_none(pgp: Gnupg) -> None:
    own, other = pgp.public("own"), pgp.public("other")
    secret = pgp.run("--armor", "--export-secret-keys", "own@example.org")
    for content in (
        b"",
        b"no key",
        own[:200],
        own + other,
        secret,
        own + b"x" * 300_000,
        pgp.sign("own", b""),
    ):
        with pytest.raises(ValueError, match="one armoured public key of OpenPGP that signs"):
            identify("openpgp", content)


def test_a_key_is_known_whatever_our_clock_says(pgp: Gnupg) -> None:
    old, new = (
        pgp.key("old", until="1d", at="20100101T000000"),
        pgp.key("new", until="1d", at="20800101T000000"),
    )
    assert identify("openpgp", old) != identify("openpgp", new)


def test_nothing_stays_behind(pgp: Gnupg, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No folder, no agent; and while it works, nobody else may look into the home."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    modes = []
    real = sepa.signatures.openpgp._imported

    def watching(gpg: sepa.signatures.openpgp._Gnupg, keys: list[bytes]) -> object:
        modes.append(stat.S_IMODE(os.stat(gpg.gnupghome).st_mode))
        return real(gpg, keys)

    monkeypatch.setattr(sepa.signatures.openpgp, "_imported", watching)
    assert found(tmp_path, pgp.sign("own", CONTENT), pgp.public("own")).outcome == "verified"
    assert set(modes) == {0o700}
    assert list(scratch.iterdir()) == []
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert not re.search(r"(gpg-agent|dirmngr|keyboxd|scdaemon).*sepa-gnupg", running)


def test_the_users_own_keys_and_settings_do_not_count(
    pgp: Gnupg, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GNUPGHOME", str(pgp.home))
    monkeypatch.setenv("HOME", str(pgp.home.parent))
    assert found(tmp_path, pgp.sign("other", CONTENT), pgp.public("own")).outcome == "wrong"


def program(tmp_path: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a program in the place of gpg."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/gpg").write_text(f"#!/bin/sh\n{script}\n")
    (tmp_path / "bin/gpg").chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")


VALID = ("VALIDSIG", ["A" * 40, "2026-04-02", "1775116800", "0", "4", "0", "22", "8", "00", "F" * 40])


@pytest.mark.parametrize(
    ("status", "fits"),
    [
        pytest.param([("NEWSIG", []), ("GOODSIG", ["A"]), VALID], True, id="good"),
        pytest.param([("GOODSIG", ["A"]), VALID], False, id="no signature begun"),
        pytest.param([("NEWSIG", []), ("NEWSIG", []), ("GOODSIG", ["A"]), VALID], False, id="a second begun"),
        pytest.param([("NEWSIG", []), ("GOODSIG", ["A"])], False, id="not said to be valid"),
        pytest.param([("NEWSIG", []), VALID], False, id="not said to be good"),
        pytest.param([("NEWSIG", []), ("GOODSIG", ["A"]), VALID, VALID], False, id="valid twice"),
        pytest.param(
            [("NEWSIG", []), ("GOODSIG", ["A"]), ("REVKEYSIG", ["A"]), VALID], False, id="good and revoked"
        ),
        pytest.param(
            [("NEWSIG", []), ("GOODSIG", ["A"]), VALID, ("BADSIG", ["A"])], False, id="good and bad"
        ),
        pytest.param(
            [("NEWSIG", []), ("GOODSIG", ["A"]), VALID, ("UNEXPECTED", ["0"])], False, id="and something else"
        ),
        pytest.param(
            [("NEWSIG", []), ("GOODSIG", ["A"]), VALID, ("FAILURE", ["gpg-exit", "1"])],
            False,
            id="and failed",
        ),
        pytest.param(
            [("NEWSIG", []), ("EXPSIG", ["A"]), VALID, ("FAILURE", ["gpg-exit", "1"])],
            True,
            id="expired, and failed",
        ),
        pytest.param(
            [("NEWSIG", []), ("EXPSIG", ["A"]), VALID, ("FAILURE", ["verify", "1"])],
            False,
            id="failed at once",
        ),
    ],
)
def test_only_one_good_signature_with_nothing_beside_it_counts(
    status: list[tuple[str, list[str]]], fits: bool
) -> None:
    read = sepa.signatures.openpgp._read(status, frozenset(["A" * 40]), RECEIVED)
    assert (read is not None) == fits


def test_gnupg_that_hangs_is_ended_and_is_our_own_fault(
    pgp: Gnupg, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signature, key = pgp.sign("own", CONTENT), listed(pgp.public("own"))
    hanging = 'case "$*" in *--verify*) exec sleep 600;; esac; exec /usr/bin/gpg "$@"'
    program(tmp_path, hanging, monkeypatch)
    monkeypatch.setattr(sepa.signatures.openpgp, "SECONDS_MAX", 1)
    (tmp_path / "a.xml").write_bytes(CONTENT)
    with pytest.raises(TimeoutError, match="gpg did not end within 1 seconds"):
        verify(tmp_path / "a.xml", signature, form="openpgp", own=[key], others=[], received=RECEIVED)


def test_without_gnupg_on_this_machine(pgp: Gnupg, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = pgp.key("unseen")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match="apt-get install gnupg"):
        identify("openpgp", key)
