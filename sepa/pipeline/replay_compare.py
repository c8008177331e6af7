"""What a replay asks of the chain, and how it compares: links by their rows, files by their bytes."""

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from sepa.model.chain import Link, Written
from sepa.pipeline.home import Home
from sepa.pipeline.reprocess import day_bounds

Rows = dict[str, list[dict[str, Any]]]
"""What a transaction wrote: for each table its rows, values by column."""

_INSTANTS = {
    "deliveries": "received_at",
    "file_verdicts": "judged_at",
    "bulks": "window",
    "attempts": "window",
    "history": "at",
    "decisions": "at",
    "emissions": "at",
    "publications": "at",
    "withheld": "at",
    "charges": "at",
    "seals": "at",
}


class NothingToReplay(LookupError):
    """Nothing was written on that day."""


class Difference(msgspec.Struct, frozen=True):
    """The first thing that came out otherwise: in which file or row, where in it, and in which link of the chain."""

    place: str
    sentence: str
    link: int


class Differs(Exception):
    """Something came out otherwise; what, stands in `difference`."""

    def __init__(self, place: str, sentence: str, link: int) -> None:
        super().__init__(sentence)
        self.difference = Difference(place, sentence, link)


def last_link(home: Home, day: datetime.date) -> int:
    """The number of the last link that was written on `day`. NothingToReplay when there is none."""
    start, end = day_bounds(home, day)
    for number in range(home.journal.head(), 0, -1):
        if any(start <= at < end for at in instants_of(rows_of(home, link_of(home, number)))):
            return number
    raise NothingToReplay(f"Nothing was written on {day}.")


def link_of(home: Home, number: int) -> Link:
    """A link of the chain; Differs when it cannot be read."""
    try:
        link = home.journal.link(number)
    except ValueError:
        link = None
    if link is None:
        raise Differs("journal", f"Link {number} cannot be read; sepa audit verify says more.", number)
    return link


def rows_of(home: Home, link: Link) -> Rows:
    """The small rows of a link; orders, members and postings are not needed to know what was done."""
    found: Rows = {}
    for written in link.written:
        if written.of in ("orders", "bulk_members", "postings", "blocks"):
            continue
        if written.of in ("history", "attempts"):  # one tells enough, and there may be a million
            written = msgspec.structs.replace(written, keys=written.keys[-1:])
        lines = [line for line in home.journal.lines(written) if line is not None]
        found.setdefault(written.of, []).extend(
            dict(zip(written.columns, line, strict=True)) for line in lines
        )
    return found


def instants_of(rows: Rows) -> Iterator[datetime.datetime]:
    """The instants of the work that wrote `rows`."""
    for of, column in _INSTANTS.items():
        for row in rows.get(of, ()):
            yield datetime.datetime.fromisoformat(row[column])


# --- comparing ---


def compare_links(real: Home, again: Home, link: Link) -> None:
    """The same rows, in the same order, with the same values."""
    other = again.journal.link(link.number)
    if other is None:
        wrote = ", ".join(sorted({each.of for each in link.written}))
        told = f"Link {link.number} ({wrote}) did not come about again."
        raise Differs("journal", told, link.number)
    for one, two in zip(link.written, other.written, strict=False):
        if one != two:
            raise _first_difference(real, again, one, two, link.number)
    if len(link.written) != len(other.written):
        told = f"Link {link.number} wrote into {_tables(link)}, and again into {_tables(other)}."
        raise Differs("journal", told, link.number)


def _tables(link: Link) -> str:
    return ", ".join(each.of for each in link.written)


def _first_difference(real: Home, again: Home, one: Written, two: Written, number: int) -> Differs:
    if one.of == "publications" == two.of:
        for row, other in zip(_lines(real, one), _lines(again, two), strict=False):
            if row["sha256"] != other["sha256"]:
                _compare_bytes(real.root / row["path"], again.root / other["path"], row["path"], number)
    for key, digest, key_2, digest_2 in zip(one.keys, one.digests, two.keys, two.digests, strict=False):
        if (one.of, key) != (two.of, key_2):
            told = f"{one.of} {key} was written; again it was {two.of} {key_2}"
            return Differs(f"{one.of} {key}", f"{told} (link {number}).", number)
        if digest != digest_2:
            was_so, is_so = (_lines(home, _single(each, key)) for home, each in ((real, one), (again, two)))
            told_of = zip(was_so, is_so, strict=False)
            fields = [(name, was[name], now.get(name)) for was, now in told_of for name in one.columns]
            changed = [f"{name} {was!r}, again {now!r}" for name, was, now in fields if was != now]
            told = "; ".join(changed) or "its values as they were written are not those that come about again"
            return Differs(f"{one.of} {key}", f"{one.of} {key} differs (link {number}): {told}.", number)
    told = f"{one.of}: {len(one.keys)} rows were written, again {len(two.keys)} (link {number})."
    return Differs(one.of, told, number)


def _single(written: Written, key: Any) -> Written:
    return msgspec.structs.replace(written, keys=(key,))


def _lines(home: Home, written: Written) -> list[dict[str, Any]]:
    lines = home.journal.lines(written)
    return [dict(zip(written.columns, line, strict=True)) for line in lines if line is not None]


def compare_files(real: Home, again: Home, row: dict[str, Any], number: int) -> bool:
    """Whether the file still lies in the real home, and then it is the same to the byte."""
    path = row["path"]
    if not (real.root / path).exists() or not (again.root / path).exists():
        return False
    _compare_bytes(real.root / path, again.root / path, path, number)
    return True


def _compare_bytes(real: Path, again: Path, place: str, number: int) -> None:
    if not real.exists() or not again.exists():
        return
    one, two = real.read_bytes(), again.read_bytes()
    if one == two:
        return
    pairs = enumerate(zip(one, two, strict=False))
    at = next((place for place, (was, now) in pairs if was != now), min(len(one), len(two)))
    line = one.count(b"\n", 0, at) + 1
    told = (
        f"{place} differs at byte {at + 1} (line {line}): {one[at : at + 30]!r}, again {two[at : at + 30]!r}."
    )
    raise Differs(place, told, number)
