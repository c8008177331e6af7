"""Carry: files that lie in a bucket come into the inboxes, and what has left the desk goes into the bucket.

In the bucket lie `inbox/PARTNER/NAME`, which senders fill and the desk empties, and `outbox/...` and
`clearing/out/...`, which the desk fills and others empty. To carry is to move: a file is gone from where it was once it
is safe where it shall be. Whoever is killed in between leaves it in both places, and the next carrier sees that it is
the same.
"""

import datetime
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from sepa.model.broken import BrokenPromise
from sepa.pipeline.arrival import MARKS, UNFINISHED
from sepa.pipeline.claim import alone
from sepa.pipeline.home import Home
from sepa.pipeline.undone import each_of
from sepa.store.bucket import Bucket, Gone
from sepa.store.files import TEMPORARY, digest_of, draft_in, finish, is_plain, safe_name, sweep
from sepa.store.together import settle_folder

INBOX = "inbox"
_LEAVES_FROM = ("outbox", "clearing/out")


class Carried(msgspec.Struct, frozen=True):
    """Names that were carried, as in the bucket, and those that were left there, each with the reason why."""

    carried: tuple[str, ...] = ()
    left: tuple[tuple[str, str], ...] = ()


class _Left(Exception):
    """An object stays where it is for now; the text says why."""


def carry_in(home: Home, bucket: Bucket) -> Carried:
    """Move what lies in the bucket under `inbox/PARTNER/` into that partner's inbox.

    Only partners that have an inbox here are asked for. A mark (`.ok`, `.sha256`, `.sig`) goes before its file, and
    waits for it. A name that is taken waits until the file of that name is claimed. An object that a killed carrier
    had brought already is only removed; one that its sender laid down anew comes as a repeat does, and is answered.
    One failure keeps no other object back; LeftUndone says so at the end.
    """
    carried: list[str] = []
    left: list[tuple[str, str]] = []

    def bring(names: Sequence[str]) -> None:
        for name in names:
            try:
                _bring(home, bucket, name)
            except (_Left, Gone) as why:
                left.append((name, str(why)))
                return
            carried.append(name)

    def partner_of(partner: str) -> None:
        sweep(home.inbox(partner))
        each_of(_with_marks(bucket.found(f"{INBOX}/{partner}")), bring, lambda names: safe_name(names[-1]))

    each_of(home.partners(), partner_of, "inbox {}".format)
    return Carried(tuple(carried), tuple(left))


def carry_out(home: Home, bucket: Bucket) -> Carried:
    """Move what has left the desk into the bucket under its own path, oldest first.

    Only what the journal knows as published, in the very bytes. What lies in a folder that is a link was led
    elsewhere by the bank, and stays. One failure keeps no other file back; LeftUndone says so at the end.
    """
    carried: list[str] = []
    left: list[tuple[str, str]] = []
    with alone(home.root / "outbox"):
        paths = [path.relative_to(home.root).as_posix() for _, path in sorted(_leaving(home))]
        known = home.journal.published_as(paths)

        def send(path: str) -> None:
            if path not in known:
                left.append((path, "the journal does not know it yet; the next run of the desk tells it"))
                return
            if _send(home.root / path, known[path], bucket, path):
                carried.append(path)

        each_of(paths, send, safe_name)
    return Carried(tuple(carried), tuple(left))


def _with_marks(names: Sequence[str]) -> Iterator[list[str]]:
    """Each file's name behind those of its marks; a mark without its file waits, and is not among them."""
    there = set(names)
    for name in names:
        if not name.lower().endswith(MARKS):
            yield [*(name + mark for mark in MARKS if name + mark in there), name]


def _bring(home: Home, bucket: Bucket, name: str) -> None:
    _, partner, own = name.split("/", 2)
    inbox = home.inbox(partner)
    if own.lower().endswith(UNFINISHED):
        raise _Left("its name says that it is not finished; rename it when it is")
    if own.startswith(".") or own != safe_name(own):
        raise _Left(
            "its name cannot be a file's here; use letters, digits, '-', '_' and '.', at most 100 of them"
        )
    before = bucket.stored(name)
    if before is None:
        raise _Left("it was taken back")
    with draft_in(inbox) as (out, draft):
        sha256 = bucket.fetch(name, out)
        with alone(home.root / INBOX):
            if bucket.stored(name) != before:
                raise _Left("it was written, or carried by another, while it was read")
            if not _is_here(home, partner, own, sha256, before.since) and not finish(out, draft, inbox / own):
                raise _Left("another file of this name waits in the inbox to be claimed")
            bucket.remove(name)


def _is_here(home: Home, partner: str, own: str, sha256: str, since: datetime.datetime) -> bool:
    """Whether a killed carrier had brought this very object: it waits in the inbox, is half claimed, or was received
    since it came into the bucket."""
    inbox = home.inbox(partner)
    received = home.journal.last_brought(partner, own, sha256)
    half_claimed = (place for place in (inbox / ".taken").glob("*") if place.name.endswith(f"-{own}"))
    return (received is not None and received >= since) or any(
        is_plain(place) and digest_of(place) == sha256 for place in (inbox / own, *half_claimed)
    )


def _leaving(home: Home) -> Iterator[tuple[int, Path]]:
    """Finished files in the folders from which files leave, and when each was written; no link is followed."""
    for start in _LEAVES_FROM:
        for folder, _, names in os.walk(home.root / start):
            for name in names:
                path = Path(folder, name)
                if is_plain(path) and not name.startswith(TEMPORARY):
                    with suppress(FileNotFoundError):  # fetched by somebody else
                        yield path.stat().st_mtime_ns, path


def _send(path: Path, sha256: str, bucket: Bucket, name: str) -> bool:
    """Move a file into the bucket; False when somebody else fetched it before."""
    try:
        if digest_of(path) != sha256:
            raise BrokenPromise(f"{name} was changed after it was published")
        size_bytes = path.stat().st_size
        there = bucket.stored(name)
        if there is None or there.size_bytes != size_bytes or bucket.fetch(name) != sha256:
            bucket.put(name, path)
            there = bucket.stored(name)
            if there is None or there.size_bytes != size_bytes:
                raise BrokenPromise(f"{name} did not come into the bucket whole")
    except FileNotFoundError:
        return False
    path.unlink(missing_ok=True)
    settle_folder(path.parent)
    return True
