"""Write what fuzzing starts from: `python -m tests.fuzz.seeds`. Small, sound, and a few of each kind."""

import base64
import functools
import re
import shutil
from pathlib import Path

from tests.fuzz.targets import ACCOUNTS, KEY, PEM, TABLES, TRUE_SIGNATURE
from tests.hostile.attacks import GOOD, ORDER, attacks
from tests.signatures.signers import xml_signature
from tools.sample_bank import SUPPLIERS, TRADER, transfers

HERE = Path(__file__).resolve().parent
BANK = HERE.parents[1] / "fixtures" / "sample-bank"
SMALL = 4_000
OPENPGP = b"""\
-----BEGIN PGP SIGNATURE-----

iHUEABYIAB0WIQQVjhrXyCjn/6UR699EO4YqnbeegwUCac4iAAAKCRBEO4Yqnbee
g44eAQCcR2i5i0WTHb+yfBJy/dcdvGh06jqQUYKZYJokkhbQ1wEAq2iUlZPgwEhu
vzF3vc8lbM1JvlXqv30N4grYALFF3g0=
=FVEs
-----END PGP SIGNATURE-----
"""
XML = re.sub(b"(?s)<SignatureValue>.*<", b"<SignatureValue>AAAA</SignatureValue><", xml_signature(KEY, b""))
"""Of the right shape; its value would be another each time."""


@functools.cache
def messages() -> tuple[bytes, ...]:
    """Two roads' worth of messages: plain, with disguises, of several blocks, collections."""
    plain = GOOD.encode()
    several = transfers("SEED-1", TRADER, SUPPLIERS).encode()
    dressed = GOOD.replace(ORDER, f"<!-- a -->{ORDER}<![CDATA[ ]]>{ORDER}<?b?>").encode()
    collections = min((BANK / "drops" / "vzorova-banka").glob("*.xml"), key=lambda file: file.stat().st_size)
    odd = [
        attack.content
        for attack in attacks()
        if len(attack.content) < SMALL and attack.end.startswith("accepted")
    ]
    return plain, several[:20_000], dressed, collections.read_bytes(), *odd[:40:4]


def seeds() -> dict[str, list[bytes]]:
    """What each target starts from."""
    tables = BANK / "reference"
    lines = [
        bytes([number]) + b"\n".join((tables / name).read_bytes().split(b"\n")[:3]) + b"\n"
        for number, name in enumerate(TABLES)
        if (tables / name).exists()
    ]
    lines.append(
        bytes([TABLES.index("blocks.csv")])
        + b"iban,since\n"
        + ACCOUNTS.split(b"\n")[1][:24]
        + b",2026-03-01T10:00:00+01:00\n"
    )
    lines.append(bytes([len(TABLES)]) + (tables / "partners.yaml").read_bytes()[:1_500].rpartition(b"  -")[0])
    words = (
        "SK3112000000198742637541 100.00 0.01 1.0925 TATRSKBXXXX SK36ZZZ70000000007 RF18539007547034 2026-04-02 "
        "2026-04-02T10:00:00+02:00 /VS123/SS456/KS0308 Oceliareň ßÆ\u202e a//b -12.30 AT61ZZZ01234567890"
    )
    return {
        "gate": list(messages()),
        "message": [b"\x20" + each for each in messages()],
        "original": list(messages()),
        "lexers": [word.encode() for word in words.split()],
        "tables": lines,
        "profile": [
            b"extends: otp-sk\n",
            b"extends: otp-sk\nintake:\n  size_bytes_max: 1000\n",
            b"schema_version: 1\n",
        ],
        "signatures": [
            TRUE_SIGNATURE,
            base64.b64encode(TRUE_SIGNATURE),
            PEM,
            OPENPGP,
            base64.b64decode("".join(OPENPGP.decode().splitlines()[2:-1])),
            XML,
        ],
        "told": [
            b"=cmd|' /C calc'!A1",
            "../../é\u202e\n.xml".encode(),
            b"SK31 1200 0000 1987 4263 7541",
            b"850101/1234",
            b"\xff\x00",
        ],
    }


def main() -> None:
    """Write every seed; other files of the corpus are taken away."""
    for target, contents in seeds().items():
        folder = HERE / "corpus" / target
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for number, content in enumerate(contents):
            (folder / f"{number:02d}").write_bytes(content)


if __name__ == "__main__":
    main()
