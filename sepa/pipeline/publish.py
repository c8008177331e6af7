"""Publish: a file appears in a folder of the home once, whole, under a name computed from its content."""

import datetime
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from sepa.model.journal import Publication
from sepa.pipeline.home import Home, utc
from sepa.store.files import draft_in, make_folder, publish_draft, sweep
from sepa.store.files import publish as publish_file

DIGEST_CHARS = 16
_PARTNERS_OWN = 2
"""How deep in the home a partner's own folder lies: `outbox/PARTNER`."""


class Draft(NamedTuple):
    """A file written to its end, and the digest of what was written, taken while it was."""

    out: BinaryIO
    path: Path
    sha256: str


def publish_as(
    home: Home,
    folder: Path,
    name: str,
    content: "bytes | Path | Draft",
    *,
    kind: str,
    subject: str,
    occasion: str,
    at: datetime.datetime,
) -> Publication:
    """Publish under a given name. The same bytes again are fine; other bytes under that name are BrokenPromise.

    A Draft lies in `folder` already and only gets its name; of another file the bytes are copied.

    PermissionError where a link leads from the folder into another one of the home, or out of it.
    """
    make_folder(folder)
    _refuse_detour(home.root, folder)
    if isinstance(content, Draft):
        digest = content.sha256
        publish_draft(folder, name, content.out, content.path, digest)
    else:
        digest = publish_file(folder, name, content)
    return Publication(
        path=str((folder / name).relative_to(home.root)),
        sha256=digest,
        kind=kind,
        subject=subject,
        occasion=occasion,
        at=utc(at),
    )


def _refuse_detour(root: Path, folder: Path) -> None:
    """A partner's own folder may be a link that the bank has set, out of the home; nothing else may be one.

    Whoever may write into a folder that is fetched from could set a link there, and read what is another's.
    """
    steps = folder.relative_to(root).parts
    places = [root.joinpath(*steps[:depth]) for depth in range(1, len(steps) + 1)]
    for depth, place in enumerate(places, 1):
        set_by_bank = depth == _PARTNERS_OWN and not place.resolve().is_relative_to(root.resolve())
        if place.is_symlink() and not set_by_bank:
            raise PermissionError(f"{place} is a link; nothing is published through it")


def stem_of(file_name: str) -> str:
    """A file's own name made fit for ours: ASCII letters, digits, `-` and `_`, no ending, at most 40 characters."""
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", Path(file_name).stem, flags=re.ASCII).strip("-")
    return plain[:40] or "file"


def named_by_content(stem: str, extension: str, content: bytes) -> str:
    """`<stem>_<first 16 hex digits of the SHA-256>.<extension>`."""
    return f"{stem}_{hashlib.sha256(content).hexdigest()[:DIGEST_CHARS]}.{extension}"


@contextmanager
def draft(folder: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """A temporary file in `folder`, for content too large to hold; gone afterwards unless it was published."""
    make_folder(folder)
    with draft_in(folder) as draft:
        yield draft


def sweep_drafts(home: Home) -> None:
    """Remove what killed emitters left half written where files leave; what somebody alive writes stays."""
    outbox = home.root / "outbox"
    letters = (folder for folder in outbox.glob("*/notices") if not folder.is_symlink())
    for folder in (home.clearing_out, *outbox.glob("*"), *letters):
        sweep(folder)
