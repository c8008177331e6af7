"""The gate of OpenPGP: one signature over bytes and nothing else, before GnuPG sees any of it (RFC 9580).

A message that carries its own text, several signatures, or packets of other kinds never reach it, so that what it
says can only be about the one signature over the one file.
"""

import base64
import re
from collections.abc import Mapping

import msgspec

_ARMOUR = re.compile(
    rb"-----BEGIN PGP SIGNATURE-----[ \t]*\r?\n"
    rb"(?:[A-Za-z]+: [^\r\n]*\r?\n)*"  # what some programs say of themselves
    rb"[ \t]*\r?\n"
    rb"(?P<body>(?:[A-Za-z0-9+/]+={0,2}[ \t]*\r?\n)+)"
    rb"(?:=[A-Za-z0-9+/]{4}[ \t]*\r?\n)?"  # a checksum against bad lines, which guards nothing
    rb"-----END PGP SIGNATURE-----\s*",
)
_OVER_BYTES = 0x00
_VERSION = 4
_SIGNATURE = 2
HASHES: Mapping[int, str] = {8: "SHA-256", 9: "SHA-384", 10: "SHA-512"}


class SignaturePacket(msgspec.Struct, frozen=True):
    """The one packet of a detached signature; `fit` when it is over bytes, of version 4, by a hash that we accept."""

    content: bytes
    fit: bool


def signature_packet(signature: bytes) -> SignaturePacket | None:
    """The packet in a signature, armoured or not; None when it is anything but one whole signature packet."""
    armoured = _ARMOUR.fullmatch(signature.lstrip()) if signature.lstrip().startswith(b"-----") else None
    if armoured is not None:
        try:
            signature = base64.b64decode(b"".join(armoured["body"].split()), validate=True)
        except ValueError:
            return None
    body = _body(signature)
    if body is None or len(body) < 4:
        return None
    version, kind, _, hashed_by = body[:4]
    return SignaturePacket(signature, (version, kind) == (_VERSION, _OVER_BYTES) and hashed_by in HASHES)


def _body(packet: bytes) -> bytes | None:
    """What a packet holds; None where it is no signature, or does not end with the bytes."""
    if len(packet) < 2 or not packet[0] & 0x80:
        return None
    if packet[0] & 0x40:  # of the new format: one, two or five bytes of length
        tag, first = packet[0] & 0x3F, packet[1]
        if first < 192:
            start, size = 2, first
        elif first < 224 and len(packet) > 2:
            start, size = 3, ((first - 192) << 8) + packet[2] + 192
        elif first == 255:
            start, size = 6, int.from_bytes(packet[2:6])
        else:
            return None
    else:  # of the old one, which GnuPG writes: one, two or four
        tag, width = (packet[0] >> 2) & 0x0F, (1, 2, 4, 0)[packet[0] & 0x03]
        start, size = 1 + width, int.from_bytes(packet[1 : 1 + width])
    whole = tag == _SIGNATURE and start + size == len(packet)
    return packet[start:] if whole else None
