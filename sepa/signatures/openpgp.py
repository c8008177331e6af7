"""Detached signatures of OpenPGP, verified by GnuPG in a home of their own that lives as long as one question.

GnuPG gets the public keys of one partner and nothing else: no keys of this machine's users, no settings, no agent, no
network, no web of trust. It works by the instant at which the file was received. What it says is read line by line,
and only one good signature with nothing beside it counts.
"""

import datetime
import os
import re
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from subprocess import Popen
from typing import Any, Final

import gnupg

from sepa.model.authorisation import SigningKey
from sepa.signatures.made import UNFIT, Made, Unavailable
from sepa.signatures.packet import HASHES, signature_packet

EXPECTED: Final = (
    "one armoured public key of OpenPGP that signs: RSA of 2048 bits and more, ECDSA or EdDSA of 255 and more"
)
PROGRAM: Final = "the program gpg on this machine (GnuPG; apt-get install gnupg)"
KEY_BYTES_MAX: Final = 1 << 18
SECONDS_MAX: Final = 30
BYTES_PER_SECOND_MIN: Final = 5_000_000
CLOCKS_APART: Final = datetime.timedelta(minutes=5)
_OPTIONS: Final = (
    "--no-options",
    "--no-autostart",
    "--disable-dirmngr",
    "--no-auto-key-retrieve",
    "--no-auto-key-locate",
    "--no-auto-check-trustdb",
    "--trust-model=always",
    "--weak-digest=SHA1",
    "--weak-digest=RIPEMD160",
)
# Keys are read as if at a time when all were made, whatever our clock says.
_NO_CLOCK: Final = "20991231T000000"
_BITS_MIN: Final = {1: 2048, 3: 2048, 19: 256, 22: 255}  # RSA, RSA for signing alone, ECDSA, EdDSA
_GOOD: Final = re.compile(r"GOODSIG|EXPSIG|EXPKEYSIG|REVKEYSIG")
_BAD: Final = re.compile(r"BADSIG|ERRSIG|NO_PUBKEY|NODATA|UNEXPECTED|FAILURE|ERROR")
_WORTH: Final = {"GOODSIG": "verified", "EXPSIG": "expired", "EXPKEYSIG": "expired", "REVKEYSIG": "revoked"}


@lru_cache(maxsize=1024)
def identify(content: bytes) -> str:
    """The fingerprint of the one primary key in `content`. ValueError without one that signs; Unavailable."""
    with _gnupg() as gpg:
        if len(content) > KEY_BYTES_MAX or b"-----BEGIN PGP PUBLIC KEY BLOCK-----" not in content:
            raise ValueError(EXPECTED)
        primary, signers = _imported(gpg, [content])
    if len(primary) != 1 or not signers:
        raise ValueError(EXPECTED)
    return next(iter(primary))


def made_by(
    file: Path, signature: bytes, keys: Sequence[SigningKey], received: datetime.datetime
) -> Made | None:
    """Which key made the signature, and what GnuPG says of it as of the instant of receipt; TimeoutError."""
    packet = signature_packet(signature)
    if packet is None:
        return None
    if not packet.fit:
        return UNFIT
    seconds = SECONDS_MAX + file.stat().st_size // BYTES_PER_SECOND_MIN
    with _gnupg(seconds) as gpg:
        _, signers = _imported(gpg, [each.pem for each in keys])
        moment = received.astimezone(datetime.UTC)
        gpg.works_at(f"{moment:%Y%m%dT%H%M%S}")
        told = gpg.verify_file(BytesIO(packet.content), os.fspath(file.absolute()))
    return _read(_status(told.stderr), signers, moment)


def _read(
    status: Sequence[tuple[str, list[str]]], signers: frozenset[str], received: datetime.datetime
) -> Made | None:
    """What GnuPG's status lines say of the signature; None unless they are about one that fits the bytes."""
    words = [word for word, rest in status if (word, rest[:1]) != ("FAILURE", ["gpg-exit"])]
    good = [word for word in words if _GOOD.fullmatch(word)]
    valid = [rest for word, rest in status if word == "VALIDSIG"]
    if good == ["GOODSIG"] and len(words) != len(status):  # it ends in failure only for an expired one
        return None
    if words.count("NEWSIG") != 1 or len(good) != 1 or len(valid) != 1 or any(map(_BAD.fullmatch, words)):
        return None
    signer, made, hashed_by, primary = (valid[0][place] for place in (0, 2, 7, 9))
    at = datetime.datetime.fromtimestamp(int(made), datetime.UTC)
    worth: Any = _WORTH[good[0]]
    if signer not in signers or int(hashed_by) not in HASHES:
        worth = "unfit"
    elif worth == "verified" and at > received + CLOCKS_APART:
        worth = "expired"
    return Made(primary, worth, at)


class _Gnupg(gnupg.GPG):  # type: ignore[misc]  # has no types
    """GnuPG, each run of which is ended after some seconds."""

    def __init__(self, home: str, seconds: int) -> None:
        self.timed_out = False
        self._seconds = seconds
        self._watches: list[threading.Timer] = []
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "HOME": home}
        super().__init__(gnupghome=home, env=environment)
        self.works_at(_NO_CLOCK)

    def works_at(self, moment: str) -> None:
        """Take this for the time, from now on and standing still."""
        self.options = [*_OPTIONS, f"--faked-system-time={moment}!"]

    def watch_no_more(self) -> None:
        for watch in self._watches:
            watch.cancel()

    def _open_subprocess(self, args: list[str], passphrase: bool = False) -> Popen[bytes]:
        started: Popen[bytes] = super()._open_subprocess(args, passphrase)
        watch = threading.Timer(self._seconds, self._end, [started])
        watch.daemon = True
        watch.start()
        self._watches.append(watch)
        return started

    def _end(self, started: Popen[bytes]) -> None:
        if started.poll() is None:
            self.timed_out = True
            started.kill()


@contextmanager
def _gnupg(seconds: int = SECONDS_MAX) -> Iterator[_Gnupg]:
    """GnuPG in an empty home that nobody else may enter, and that goes with the question.

    Unavailable where there is none, TimeoutError where it did not end in time.
    """
    with tempfile.TemporaryDirectory(prefix="sepa-gnupg-") as home:
        try:
            gpg = _Gnupg(home, seconds)
        except OSError as fault:
            raise Unavailable(PROGRAM) from fault
        try:
            yield gpg
        finally:
            gpg.watch_no_more()
        if gpg.timed_out:
            raise TimeoutError(f"gpg did not end within {seconds} seconds")


def _imported(gpg: _Gnupg, keys: Sequence[bytes]) -> tuple[frozenset[str], frozenset[str]]:
    """The fingerprints of the primary keys in `keys`, and of all that may sign and are strong enough."""
    for each in dict.fromkeys(keys):
        gpg.import_keys(each)
    primary, signers = set(), set()
    for key in gpg.list_keys():
        primary.add(key["fingerprint"])
        for each in (key, *key.get("subkey_info", {}).values()):
            if "s" in each["cap"] and int(each["length"]) >= _BITS_MIN.get(int(each["algo"]), 1 << 30):
                signers.add(each["fingerprint"])
    return frozenset(primary), frozenset(signers)


def _status(told: str) -> list[tuple[str, list[str]]]:
    """The status lines of GnuPG, each a word and what follows; its words for people are left out."""
    lines = (
        line.removeprefix("[GNUPG:] ").split() for line in told.splitlines() if line.startswith("[GNUPG:] ")
    )
    return [(words[0], words[1:]) for words in lines if words]
