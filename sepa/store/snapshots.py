"""What the bank told the desk, kept for good: every file of `reference/` and every profile, once, by its own digest.

A snapshot is a small manifest of such files, kept in the same way; its digest names it.
"""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from sepa.model.profile import Profile
from sepa.store.files import copy_hashed, make_folder, publish, sweep

_encode = msgspec.json.Encoder(order="sorted").encode


class Snapshot(msgspec.Struct, frozen=True):
    """One state of the reference folder: paths inside it with their digests, and the digests of all profiles in use."""

    files: dict[str, str]
    profiles: tuple[str, ...]


def kept_at(kept: Path, digest: str) -> Path:
    """Where the bytes with this digest lie."""
    return kept / digest[:2] / digest


def keep_snapshot(reference: Path, kept: Path, profiles: Sequence[Profile]) -> str:
    """Keep the folder as it is, and `profiles` as they are read; return the digest that names this state."""
    sweep(kept)
    files = {str(path.relative_to(reference)): _keep_file(path, kept) for path in _files(reference)}
    read = tuple(_keep(_encode(profile), kept) for profile in profiles)
    return _keep(_encode(Snapshot(files, read)), kept)


def stamp(reference: Path) -> list[tuple[str, int, int]]:
    """What changes when a file of the folder does: names, sizes, times of change."""
    return [
        (str(path), there.st_size, there.st_mtime_ns) for path in _files(reference) for there in [path.stat()]
    ]


def read_snapshot(kept: Path, digest: str) -> Snapshot:
    """A snapshot by its digest. OSError when it is not kept, ValueError when its bytes are others."""
    return msgspec.json.decode(_bytes_of(kept, digest), type=Snapshot)


def profiles_of(kept: Path, snapshot: Snapshot) -> tuple[Profile, ...]:
    """The profiles of a snapshot, in the order in which the desk had them."""
    return tuple(msgspec.json.decode(_bytes_of(kept, each), type=Profile) for each in snapshot.profiles)


def lay_out(kept: Path, snapshot: Snapshot, reference: Path) -> None:
    """Make the folder `reference` hold the files of a snapshot, and no others."""
    for path in _files(reference):
        if str(path.relative_to(reference)) not in snapshot.files:
            path.unlink()
    for name, digest in snapshot.files.items():
        place = reference / name
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        place.write_bytes(_bytes_of(kept, digest))


def _files(reference: Path) -> list[Path]:
    found = (Path(folder) / name for folder, _, names in os.walk(reference) for name in names)
    return sorted(path for path in found if path.name[0] != "." and path.is_file())


def _keep_file(path: Path, kept: Path) -> str:
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return digest if kept_at(kept, digest).exists() else copy_hashed(path, kept)[0]


def _keep(content: bytes, kept: Path) -> str:
    digest = hashlib.sha256(content).hexdigest()
    place = kept_at(kept, digest)
    if not place.exists():
        make_folder(place.parent)
        publish(place.parent, place.name, content, drafts=kept)
    return digest


def _bytes_of(kept: Path, digest: str) -> bytes:
    content = kept_at(kept, digest).read_bytes()
    if hashlib.sha256(content).hexdigest() != digest:
        raise ValueError(f"what is kept as {digest} has other bytes")
    return content
