"""When a file in an inbox is complete, and since when it has been there."""

import datetime
import hashlib
import os
from pathlib import Path

import msgspec

from sepa.pipeline.authorise import SIGNATURE, is_signature, signature_of
from sepa.store.files import is_plain, open_plain, safe_name
from sepa.store.leases import is_open_for_writing

UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload")
MARKS = (".ok", ".sha256", SIGNATURE)
CHECKSUM_BYTES_MAX = 4096
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


class Disagreement(msgspec.Struct, frozen=True):
    """A file's own SHA-256 in hex, and what was sent beside it instead, made fit to be shown."""

    sha256: str
    told: str


def is_complete(file: Path) -> bool:
    """Whether its sender says that the file is complete. A quiet size is no proof and is never looked at.

    The name must not be an unfinished one, nor may an unfinished twin lie beside it; nobody may have it open for
    writing; it must have no second name, under which somebody could go on with it; its signature must not be
    unfinished in one of these ways; and where a checksum lies beside it, the checksum must agree.
    """
    if not _is_finished(file):
        return False
    told = _told(file)
    return told is None or (told != "" and _sha256(file) == told)


def disagreement(file: Path) -> Disagreement | None:
    """What is wrong with a finished file that lies there with another checksum than its own; None for all others."""
    told = _told(file) if _is_finished(file) else None
    if not told or (sha256 := _sha256(file)) == told:
        return None
    return Disagreement(sha256, safe_name(told))


def _is_finished(file: Path) -> bool:
    if not is_plain(file) or file.lstat().st_nlink > 1:  # a link could lead into another partner's folder
        return False
    if file.name.startswith(".") or file.suffix.lower() in (*UNFINISHED, *MARKS):
        return False
    signature = signature_of(file)
    if any(os.path.lexists(beside(each, suffix)) for each in (file, signature) for suffix in UNFINISHED):
        return False
    if is_open_for_writing(file):
        return False
    return not is_signature(signature) or not is_open_for_writing(signature)


def _told(file: Path) -> str | None:
    """The checksum that lies beside a file, in small letters; empty while it is being written, None without one.

    A link or a pipe is none: the sender is told its first word, and that could be of another partner's file.
    """
    checksum = beside(file, ".sha256")
    if not is_plain(checksum):
        return None
    with open_plain(checksum) as source:
        words = source.read(CHECKSUM_BYTES_MAX).decode("utf-8", "replace").split()
    return words[0].lower() if words else ""


def _sha256(file: Path) -> str:
    with open_plain(file) as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def beside(file: Path, suffix: str) -> Path:
    return file.with_name(file.name + suffix)


def arrived_at(file: Path) -> datetime.datetime:
    """The instant since which a complete file, with the marks that lie beside it, has been as it is; in UTC.

    It is the kernel's time of the last change (ctime), of the bytes as of the name: a sender can set the time of
    writing back (mtime), but not this one, and giving a file its final name renews it. A mark that came after its
    file counts, for only then did the sender call it complete.
    """
    changed = file.lstat().st_ctime_ns
    for mark in MARKS:
        if os.path.lexists(there := beside(file, mark)):
            changed = max(changed, there.lstat().st_ctime_ns)
    return EPOCH + datetime.timedelta(microseconds=changed // 1000)
