"""Files: bytes that come in are kept under their digest, files that go out appear once and whole.

Nothing is ever written in place: a temporary file in the same folder is filled, flushed to the disk and only
then given its name. Whoever is killed leaves at most a `.tmp-` file behind, which `sweep` removes;
a living writer holds a lock on its own, and no lock outlives its holder.
"""

import errno
import fcntl
import hashlib
import os
import shutil
import stat
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from sepa.model.broken import BrokenPromise
from sepa.store.together import group, settle_folder

TEMPORARY = ".tmp-"
NAME_CHARS = 100
NAME_BYTES = 200
_HARMFUL = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_PIECE_BYTES = 1024 * 1024
_GROUP_READS, _GROUP_ENTERS = 0o040, 0o050


class NotPlain(OSError):
    """Something lies there under the name of a file that is none: a link, a pipe, a folder."""


def copy_hashed(source: Path, into: Path) -> tuple[str, int]:
    """Copy `source` to `into/<first two hex digits>/<SHA-256>` and return (SHA-256 in hex, size in bytes).

    The copy is on the disk when this returns. The same bytes again change nothing. OSError as it comes, and as of
    `open_plain`.
    """
    make_folder(into)
    digest = hashlib.sha256()
    size = 0
    with open_plain(source) as incoming, draft_in(into) as (out, draft):
        while piece := incoming.read(_PIECE_BYTES):
            digest.update(piece)
            size += len(piece)
            out.write(piece)
        name = digest.hexdigest()
        folder = into / name[:2]
        make_folder(folder)
        _settle_and_appear(out, draft, folder / name)
    return name, size


def open_plain(path: Path) -> BufferedReader:
    """Open a file that strangers may have laid down, to read its bytes. NotPlain for whatever is no file.

    A link could lead anywhere, a pipe would let us wait for ever. What is asked is the very file that was opened:
    its name may be given to something else meanwhile.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as refused:
        if refused.errno in (errno.ELOOP, errno.ENXIO):
            raise NotPlain(f"{safe_name(path.name)} is no file") from refused
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotPlain(f"{safe_name(path.name)} is no file")
    return os.fdopen(descriptor, "rb")


def is_plain(path: Path) -> bool:
    """Whether a file lies there, and no link, pipe or folder; a name that is too long names nothing."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False


def make_folder(folder: Path) -> None:
    """Make a folder with all above it. What is there stays as it is.

    Only its owner may enter it, and the group where it may enter the folder above, whatever the umask says.
    """
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    if for_group := folder.parent.stat().st_mode & _GROUP_ENTERS:
        folder.chmod(stat.S_IMODE(folder.stat().st_mode) | for_group)
    settle_folder(folder.parent)


def publish(folder: Path, name: str, content: bytes | Path, *, drafts: Path | None = None) -> str:
    """Let a file appear in `folder` (which exists) under `name`, once and whole; return its SHA-256 in hex.

    `content` is the bytes, or a file that holds them and stays where it is. The same bytes again are fine;
    other bytes under that name are BrokenPromise. The owner may read it, and the group where it may read the folder:
    that is how a bank lets a partner fetch its files. A name that is not a plain file name is ValueError. Where
    `folder` is none that is swept, the draft lies in `drafts`, on the same disk.
    """
    with draft_in(folder if drafts is None else drafts) as (out, draft):
        if isinstance(content, Path):
            with content.open("rb") as finished:
                shutil.copyfileobj(finished, out, _PIECE_BYTES)
        else:
            out.write(content)
        out.flush()
        digest = digest_of(draft)
        publish_draft(folder, name, out, draft, digest)
    return digest


def publish_draft(folder: Path, name: str, out: BinaryIO, draft: Path, digest: str) -> None:
    """Let a finished draft of the same disk, whose bytes have that `digest`, appear in `folder`, as `publish` does."""
    if name in ("", ".", "..") or Path(name).name != name or name.startswith(TEMPORARY):
        raise ValueError(f"{name!r} is not the name of a file to publish")
    os.fchmod(out.fileno(), 0o600 | folder.stat().st_mode & _GROUP_READS)
    _settle_and_appear(out, draft, folder / name, digest)


def name_also(file: Path, place: Path) -> None:
    """Give a file that lies there for good a second name on the same disk, unless something has that name already.

    FileNotFoundError when the file is gone.
    """
    _appear(file, place, None)
    settle_folder(place.parent)


def move(source: Path, place: Path) -> None:
    """Rename `source` to `place`; both folders know it for good when this returns.

    The new one first: a power cut between the two may leave the file in both, and never in neither.
    """
    source.rename(place)
    if (together := group()) is not None:
        together.renamed(place.parent, source.parent)
        return
    settle_folder(place.parent)
    settle_folder(source.parent)


def safe_name(text: str) -> str:
    """A name from outside, made fit for our paths and reports: one line of at most 100 characters
    and 200 bytes.

    Separators, controls, marks that turn the direction of writing, and whatever cannot be encoded become
    `_`, as does a leading point. Never empty. For showing and looking up, not for telling two names apart.
    """
    kept = "".join(
        "_" if _harmful(character) else character for character in unicodedata.normalize("NFC", text)
    )
    kept = " ".join(kept.split())[:NAME_CHARS].encode()[:NAME_BYTES].decode("utf-8", "ignore").strip()
    if kept.startswith("."):
        kept = "_" + kept[1:]
    return kept or "_"


def sweep(folder: Path) -> list[Path]:
    """Remove the drafts that killed workers left in `folder` itself; return what was removed.

    A draft that somebody alive writes stays: its writer holds a lock on it.
    """
    left = sorted(path for path in folder.glob(f"{TEMPORARY}*") if path.is_file() and not path.is_symlink())
    return [path for path in left if _unlink_unless_held(path)]


def _harmful(letter: str) -> bool:
    return letter in '/\\:*?"<>|' or unicodedata.category(letter) in _HARMFUL


@contextmanager
def draft_in(folder: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """A temporary file, readable by its owner only and held by a lock; gone afterwards, in a group at its end."""
    with ExitStack() as own:
        together = group()
        stack = own if together is None else together.stack
        descriptor, draft = _held_draft(folder)
        stack.callback(draft.unlink, missing_ok=True)
        yield stack.enter_context(os.fdopen(descriptor, "wb")), draft


def finish(out: BinaryIO, draft: Path, place: Path, digest: str | None = None) -> bool:
    """Flush a draft to the disk and give it its name, unless something has it already; returns whether it got it.

    BrokenPromise where that something has not this `digest`.
    """
    _settle(out)
    given = _appear(draft, place, digest)
    settle_folder(place.parent)
    return given


def _held_draft(folder: Path) -> tuple[int, Path]:
    while True:
        descriptor, name = tempfile.mkstemp(prefix=TEMPORARY, dir=folder)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_nlink:
            return descriptor, Path(name)
        os.close(descriptor)  # swept away before it was held


def _unlink_unless_held(draft: Path) -> bool:
    try:
        # Network folders lock only what may be written.
        descriptor = os.open(draft, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:  # gone meanwhile, or somebody else's
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        draft.unlink(missing_ok=True)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def _settle_and_appear(out: BinaryIO, draft: Path, place: Path, digest: str | None = None) -> None:
    """Settle a draft and give it its name; BrokenPromise where something else than `digest` has it already."""
    if (together := group()) is not None:
        out.flush()
        together.add(out.fileno(), place.parent, partial(_appear, draft, place, digest))
        return
    finish(out, draft, place, digest)


def _settle(out: BinaryIO) -> None:
    out.flush()
    os.fsync(out.fileno())


def _appear(draft: Path, place: Path, digest: str | None) -> bool:
    try:
        os.link(draft, place)
    except FileExistsError:
        if digest is not None and digest_of(place) != digest:
            raise BrokenPromise(f"{place} is there already with other bytes") from None
        return False
    return True


def digest_of(path: Path) -> str:
    """SHA-256 in hex of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
