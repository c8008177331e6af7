"""The second book: beside the journal, in the archive, what must not be forgotten when the journal is lost.

What came (many small files are one entry), what a person ordered, what a window settled and what began to leave is
each one small file under `archive/book/KIND/DAY/`, written once. A journal restored to an earlier point knows less than
this book. What it forgot may have left already, so nothing more is taken, judged, ordered or paid until it is caught up
(`sepa.pipeline.catch_up`).
"""

import datetime
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import msgspec

from sepa.model.broken import BrokenPromise
from sepa.model.journal import Delivery, Noted, Ordered, Publication, Sent
from sepa.model.payment import Bulk, Departure, Settlement
from sepa.pipeline.home import Home, utc
from sepa.pipeline.publish import Draft
from sepa.store.files import TEMPORARY, draft_in, make_folder, name_also, publish, publish_draft, sweep

PENDING = ".pending-"
MANY = "+"
KINDS: tuple[Noted, ...] = ("came", "ordered", "settled", "left", "sent")
STAMP = "%Y%m%dT%H%M%S.%fZ"
MARGIN = datetime.timedelta(days=7)
"""Only entries since so long before the last window are looked for: what is older, every backup knows."""
_SHORT = 12


class JournalBehind(Exception):
    """The journal was restored to an earlier point than the desk had reached; the text says what to do."""


def refuse_behind(home: Home) -> None:
    """JournalBehind when the second book knows of something that the journal forgot.

    Entries of which nobody wrote whether they came true, because the writer was killed, are settled on the way.
    """
    sweep(home.archive)
    forgotten = unknown(home)
    if forgotten:
        count, kinds = len(forgotten), sorted({path.parent.parent.name for path in forgotten})
        raise JournalBehind(
            f"The journal knows nothing of {count} entries of the second book ({', '.join(kinds)}; the first is "
            f"{forgotten[0].relative_to(home.root)}): it was restored to an earlier point, and what it forgot may have "
            "left already. Nothing is taken, judged or paid until it is caught up: sepa catch-up"
        )


def unknown(home: Home, *, whole: bool = False) -> list[Path]:
    """Entries that the journal knows nothing of, by kind and day; with `whole` however old they are."""
    last = None if whole else home.journal.last_window()
    since = str((last - MARGIN).date()) if last is not None else ""
    found = {kind: [*_entries(home, kind, since)] for kind in KINDS}
    names = {kind: {_id(kind, path) for path in paths} for kind, paths in found.items()}
    if not any(names.values()):
        return []
    known = home.journal.known(names)
    lost = []
    for kind, paths in found.items():
        for path in paths:
            is_known = _id(kind, path) in known[kind]
            if path.name.startswith(PENDING):
                if is_known:
                    _settle(home, path)
                else:
                    path.unlink(missing_ok=True)
            elif not is_known:
                lost.append(path)
    return lost


def note_deliveries(home: Home, came: Sequence[Delivery]) -> None:
    """Write down that files came; after the journal knows them, and before they leave the folder of taken ones.

    Several were written into the journal in one transaction. They are one entry under the name of the first: where the
    journal knows that one, it knows all of them.
    """
    first, many = came[0], len(came) > 1
    name = f"{first.id}{MANY}{len(came)}" if many else first.id
    _write(home, "came", first.received_at, name, came if many else first)


@contextmanager
def ordering(home: Home, ordered: Ordered) -> Iterator[None]:
    """Around the journal's writing of a decision: it is noted where that came to be."""
    with _pending(home, "ordered", ordered.decision.at, ordered.decision.id, msgspec.json.encode(ordered)):
        yield


Note = Callable[[Settlement], AbstractContextManager[Callable[[bytes], object]]]
"""Notes one part of a window: it takes the part's bytes, piece by piece, and the note lies there when all are told."""


@contextmanager
def settling(home: Home) -> Iterator[Note]:
    """Around the journal's writing of a window: each part that is noted inside stays where the whole came to be.

    What was noted is not kept in memory.
    """
    noted: list[tuple[Path, int, int]] = []
    with TemporaryFile(prefix=TEMPORARY, dir=home.archive) as kept:

        @contextmanager
        def note(part: Settlement) -> Iterator[Callable[[bytes], object]]:
            first = part.bulks[0].id if part.bulks else "none"
            name = f"{utc(part.window).strftime(STAMP)}_{first}"
            folder = _folder(home, "settled", part.window)
            says_something = bool(part.bulks or part.unpaid or part.ended)
            del part
            digest, start = hashlib.sha256(), kept.tell()
            with draft_in(home.archive) as (out, draft):

                def write(piece: bytes) -> None:
                    digest.update(piece)
                    out.write(piece)
                    kept.write(piece)

                yield write
                if not says_something:
                    return
                sha256 = digest.hexdigest()
                place = folder / f"{name}_{sha256[:_SHORT]}.json"
                if (pending := _begun(home, place, Draft(out, draft, sha256))) is not None:
                    noted.append((pending, start, kept.tell() - start))

        sweep(home.archive)
        yield note  # after an exception they stay pending: whether they came to be, the journal knows
        kept.flush()
        for pending, start, size in noted:
            _settle(home, pending, partial(os.pread, kept.fileno(), size, start))


@contextmanager
def departing(home: Home, bulk: Bulk, at: datetime.datetime) -> Iterator[None]:
    """Around the journal's word that a bulk begins to leave; noted before its first byte.

    BrokenPromise when it left before as another.
    """
    place = _folder(home, "left", bulk.window) / f"{bulk.id}.json"
    if place.exists() and msgspec.json.decode(place.read_bytes(), type=Departure).bulk.keys != bulk.keys:
        raise BrokenPromise(f"bulk {bulk.id} began to leave with other orders")
    with _pending(home, "left", bulk.window, bulk.id, msgspec.json.encode(Departure(utc(at), bulk))):
        yield


@contextmanager
def sending(home: Home, bulk: Bulk, files: Iterable[Publication]) -> Iterator[None]:
    """Around the journal's word that all files of a bulk lie there: from then on they are not laid there again."""
    sent = Sent(bulk.id, utc(bulk.window), tuple(files))
    with _pending(home, "sent", bulk.window, bulk.id, msgspec.json.encode(sent)):
        yield


def forget(home: Home, before: datetime.date) -> None:
    """Take away the entries of all days before `before`: they name accounts, and no backup is that old."""
    for kind in KINDS:
        for path in [*_entries(home, kind, "")]:
            if path.parent.name < str(before):
                path.unlink(missing_ok=True)


def _entries(home: Home, kind: Noted, since: str) -> Iterable[Path]:
    folder = home.archive / "book" / kind
    if folder.is_dir():
        for day in sorted(folder.iterdir()):
            if day.name >= since:
                yield from sorted(path for path in day.iterdir() if path.suffix == ".json")


def _id(kind: Noted, path: Path) -> str:
    """What the journal is asked for: an id (of many files the first's); of a settlement its first bulk or window."""
    stem = path.name.removeprefix(PENDING).removesuffix(".json")
    if kind != "settled":
        first, many, count = stem.rpartition(MANY)
        return first if many and count.isdigit() else stem
    window, first, _ = stem.split("_")
    if first != "none":
        return first
    return datetime.datetime.strptime(window, STAMP).replace(tzinfo=datetime.UTC).isoformat()


def _folder(home: Home, kind: Noted, at: datetime.datetime) -> Path:
    folder = home.archive / "book" / kind / str(utc(at).date())
    make_folder(folder)
    return folder


def _write(home: Home, kind: Noted, at: datetime.datetime, id: str, content: Any) -> None:
    sweep(home.archive)
    publish(_folder(home, kind, at), f"{id}.json", msgspec.json.encode(content), drafts=home.archive)


@contextmanager
def _pending(home: Home, kind: Noted, at: datetime.datetime, id: str, note: bytes) -> Iterator[None]:
    """Noted before as pending, after as done. Whoever is killed in between leaves it to the next who asks.

    What somebody noted already, or is about to, is theirs: of two who order the same, the first one's note counts.
    """
    sweep(home.archive)
    pending = _begun(home, _folder(home, kind, at) / f"{id}.json", note)
    yield  # after an exception it stays pending: whether it came to be, the journal knows
    if pending is not None:
        _settle(home, pending, lambda: note)


def _begun(home: Home, place: Path, content: bytes | Draft) -> Path | None:
    """Lay a note there as pending, and say where; None where one of that name, pending or done, is somebody else's."""
    pending = place.with_name(PENDING + place.name)
    if place.exists():
        return None
    try:
        if isinstance(content, Draft):
            publish_draft(pending.parent, pending.name, content.out, content.path, content.sha256)
        else:
            publish(pending.parent, pending.name, content, drafts=home.archive)
    except BrokenPromise:
        return None
    return pending


def _settle(home: Home, pending: Path, note: Callable[[], bytes] | None = None) -> None:
    """Give what came true its own name: it is not written again.

    It may have it by now, because somebody else settles it too; or be gone, because somebody asked before the journal
    knew. Then it is laid there anew, from `note`.
    """
    place = pending.with_name(pending.name.removeprefix(PENDING))
    if not place.exists():
        try:
            name_also(pending, place)
        except FileNotFoundError:
            if note is not None:
                publish(place.parent, place.name, note(), drafts=home.archive)
    pending.unlink(missing_ok=True)
