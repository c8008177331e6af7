"""Audit: seal a day, and show that nothing of the past was changed, removed or added since it was written."""

import datetime
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from sepa.model.chain import Flaw, Gone, Seal
from sepa.pipeline.authorise import signature_of
from sepa.pipeline.home import DESK, Home, utc
from sepa.pipeline.publish import named_by_content, publish_as
from sepa.store.files import TEMPORARY, digest_of
from sepa.store.snapshots import kept_at, read_snapshot


class NoSeal(ValueError):
    """A file that somebody kept is no seal of a day; the text says what is wrong."""


class Sealed(msgspec.Struct, frozen=True):
    """The seal of a day, and the file in the desk's outbox that tells it."""

    seal: Seal
    path: str


class Audited(msgspec.Struct, frozen=True):
    """What an audit found. `flaws` come in the order of the chain; it is whole when there are none.

    `gone` was lawfully purged. `fetched` are published files that lie there no more: somebody took them away.
    """

    links: int
    seals: tuple[Seal, ...]
    flaws: tuple[Flaw, ...]
    gone: tuple[Gone, ...]
    fetched: tuple[str, ...]


def seal_day(home: Home, day: datetime.date, at: datetime.datetime) -> Sealed:
    """Seal the chain as it is, and publish the seal; again for the same day and instant it is the same seal.

    Whoever keeps that small file outside can prove later that nothing written before it was changed.
    """
    seal = home.journal.seal_day(day, utc(at))
    told = {"kind": "seal", "bank": home.profile.bank.bic, **msgspec.to_builtins(seal)}
    content = (json.dumps(told, indent=2) + "\n").encode()
    name = named_by_content(f"seal_{day}", "json", content)
    left = publish_as(
        home, home.outbox(DESK), name, content, kind="seal", subject=str(day), occasion="seal", at=at
    )
    home.journal.published([left])
    return Sealed(seal, left.path)


def read_seal(content: bytes) -> Seal:
    """The seal in a file of `seal_day`. NoSeal when it is none."""
    try:
        return msgspec.json.decode(content, type=Seal)
    except msgspec.DecodeError as fault:
        raise NoSeal(f"this is no seal of a day: {fault}") from fault


def audit(home: Home, *, seal: Seal | None = None, all_files: bool = False) -> Audited:
    """Follow the chain from its first link, and hold every row, seal and file of the home against it.

    `seal` is one that was kept outside: the chain must still say what it says. With `all_files` a published file that
    is no longer there is a flaw; else it is only named, for partners fetch theirs.
    """
    gone = home.journal.purges()
    flaws, fetched = list(home.journal.audit()), list[str]()
    flaws += _kept_seal(home, seal) if seal is not None else ()
    known = {each.file_key for each in gone}
    flaws += _archive(home, known)
    flaws += _snapshots(home)
    for flaw in _published(home):
        if flaw.what == "removed" and not all_files:
            fetched.append(flaw.place)
        else:
            flaws.append(flaw)
    flaws.sort(key=lambda flaw: flaw.link or LAST)
    return Audited(
        home.journal.head(), tuple(home.journal.seals()), tuple(flaws), tuple(gone), tuple(fetched)
    )


LAST = 2**63
"""Behind all that has the number of a link."""


def _kept_seal(home: Home, seal: Seal) -> Iterator[Flaw]:
    try:
        link = home.journal.link(seal.link)
    except ValueError:
        link = None
    if link is None or link.digest != seal.digest:
        there = f"link {seal.link} is not there" if link is None else f"link {seal.link} has another digest"
        told = f"The seal of {seal.day} was given at link {seal.link}; now {there}: the past was rewritten."
        yield Flaw(f"seal of {seal.day}", "broken", told, seal.link)


def _archive(home: Home, purged: set[str]) -> Iterator[Flaw]:
    """Every file as it came, and every signature beside it; and nothing else but parts of files being judged, and the
    second book, which is compared with the journal wherever the desk begins to work."""
    expected: dict[Path, str] = {}
    may_lack: set[Path] = set()
    signatures = home.journal.signatures()
    for file in home.journal.find_files():
        place = home.archived(file.key)
        shown = home.quarantine / file.key
        expected[place] = expected[shown] = file.sha256
        may_lack.add(shown)
        if file.key in signatures:
            expected[signature_of(place)] = signatures[file.key]
        if file.key in purged:
            may_lack |= {place, signature_of(place)}
    folder = home.archive
    others = {home.snapshots, home.parts, folder / "book"}
    there = (path for path in folder.rglob("*") if path.is_file() and not others & set(path.parents))
    yield from _hold(home, expected, there, "it came", may_lack)


def _snapshots(home: Home) -> Iterator[Flaw]:
    """Every state of the reference folder that a link names, whole; and nothing that is not named by its digest."""
    expected: dict[Path, str] = {}
    for name in home.journal.snapshots():
        expected[kept_at(home.snapshots, name)] = name
        try:
            snapshot = read_snapshot(home.snapshots, name)
        except (OSError, ValueError, msgspec.DecodeError):
            continue  # it is missing or changed, which is said of its file
        for digest in (*snapshot.files.values(), *snapshot.profiles):
            expected[kept_at(home.snapshots, digest)] = digest
    there = [path for path in home.snapshots.rglob("*") if path.is_file()]
    expected |= {
        path: path.name for path in there if kept_at(home.snapshots, path.name) == path
    }  # read, and no more
    yield from _hold(home, expected, there, "it was kept", set())


def _published(home: Home) -> Iterator[Flaw]:
    """Every file that left is as it left; and nothing else lies there."""
    expected = {home.root / each.path: each.sha256 for each in home.journal.published_files()}
    folders = (home.root / "outbox", home.clearing_out)
    there = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    yield from _hold(home, expected, there, "it was published", set())


def _hold(
    home: Home, expected: dict[Path, str], there: Iterable[Path], since: str, may_lack: set[Path]
) -> Iterator[Flaw]:
    """Hold what lies `there` against the digests that are `expected` of each path."""
    found = {path for path in there if not path.name.startswith(TEMPORARY)}
    for path in sorted({*expected, *found}):
        place = str(path.relative_to(home.root))
        if path not in expected:
            yield Flaw(place, "added", f"{place} is not known to the journal.")
        elif path not in found:
            if path not in may_lack:
                yield Flaw(place, "removed", f"{place} is no longer there.")
        elif digest_of(path) != expected[path]:
            yield Flaw(place, "changed", f"{place} was changed after {since}.")
