"""How a sound file is spoilt: at random, but where it hurts. A plain flip of bits seldom gets past the parser."""

import random
import re
from collections.abc import Callable

_PARTS = re.compile(rb"<[^<>]*>|[^<>]+")
_TOKENS = (
    b"<!-- -->",
    b"<![CDATA[",
    b"]]>",
    b"<?a?>",
    b"&#65;",
    b"&amp;",
    b"&lt;",
    b"&#127;",
    b"&#x81;",
    b"\xc2\x81",
    b" ",
    b"\r\n",
    b"\r",
    b'xmlns:p="u"',
    b' xmlns=""',
    b"<p:a/>",
    b"<PmtInf>",
    b"</PmtInf>",
    b"<CdtTrfTxInf>",
    b"</CdtTrfTxInf>",
    b"<DrctDbtTxInf>",
    b"</DrctDbtTxInf>",
    b"</Document>",
    b"<SplmtryData><Envlp><a/></Envlp></SplmtryData>",
    b"0",
    b"-1",
    b"1e3",
    b"NaN",
    b"\xe2\x80\xae",
    b"</CdtTrfTxInf ",
    b"<CdtTrfTxInf ",
    b"<PmtInf >",
    b"<!DOCTYPE",
    b">",
    b"<",
    b'"',
    b"'",
    b"&",
    b"\xef\xbb\xbf",
)
_CELLS = (
    b",",
    b"\n",
    b"\r\n",
    b'"',
    b'""',
    b"\0",
    b";",
    b"true",
    b"false",
    b"2026-02-30",
    b"9999-12-31",
    b"0000-01-01",
    b"-1",
    b"1e3",
    b"=1+1",
    b"EUR",
    b"SK3112000000198742637541",
    b"2026-03-29T02:30:00+01:00",
    b"null",
    b": ",
    b"- ",
    b"&a ",
    b"*a",
    b"<<: ",
    b"!!python/name:os ",
    b"!!int ",
    b"!!timestamp ",
    b"[",
    b"{",
    b"}",
    b"]",
    b"|\n",
    b"? ",
    b"999999999999999999",
    b"\xef\xbb\xbf",
    b"\xff",
    b"0x1f",
    b"1_0",
    b"~",
)


def parts(content: bytes, chance: random.Random) -> bytes:
    """Tags and texts of a message taken away, doubled, swapped, or set beside one of the tokens that matter."""
    found = _PARTS.findall(content)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 5))):
        if not found:
            break
        place, other = chance.randrange(len(found)), chance.randrange(len(found))
        match chance.randrange(7):
            case 0:
                del found[place]
            case 1:
                found.insert(place, found[other])
            case 2:
                found[place], found[other] = found[other], found[place]
            case 3:
                found.insert(place, chance.choice(_TOKENS))
            case 4:
                cut = chance.randrange(len(found[place]) + 1)
                found[place] = found[place][:cut] + chance.choice(_TOKENS) + found[place][cut:]
            case 5:
                first, last = sorted((place, min(other, place + 40)))
                found[first:first] = found[first:last]
            case _:
                cut = chance.randrange(len(found[place]) + 1)
                found[place] = found[place][:cut] + bytes([chance.randrange(256)]) + found[place][cut + 1 :]
    return b"".join(found)


def cells(content: bytes, chance: random.Random) -> bytes:
    """Cells and lines of a table taken away, doubled, swapped, or filled with what matters there."""
    found = re.split(rb"([,\n:])", content)
    for _ in range(chance.choice((1, 1, 2, 3))):
        place, other = chance.randrange(len(found)), chance.randrange(len(found))
        match chance.randrange(4):
            case 0:
                del found[place : place + chance.randrange(1, 4)]
            case 1:
                found[place:place] = found[other : other + 6]
            case 2:
                found[place] = chance.choice(_CELLS)
            case _:
                cut = chance.randrange(len(found[place]) + 1)
                found[place] = found[place][:cut] + chance.choice(_CELLS) + found[place][cut:]
        if not found:
            return b""
    return b"".join(found)


MUTATIONS: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "gate": parts,
    "message": parts,
    "original": parts,
    "tables": cells,
    "profile": cells,
}
