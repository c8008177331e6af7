"""A bucket: files that lie in somebody's object storage, or in a folder, under names with slashes.

The one room of fsspec, which knows the storages by the beginning of a URL: `s3://`, `gs://`, `abfs://`, `file://`. Who
may enter is told where each storage's own library looks for it (for S3 `AWS_ACCESS_KEY_ID`, a role of the machine, and
so on), never in the URL.
"""

import datetime
import hashlib
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

_PIECE_BYTES = 1024 * 1024
_EXTRA = {
    "s3": "sepa[buckets]",
    "s3a": "sepa[buckets]",
    "gs": "gcsfs",
    "gcs": "gcsfs",
    "abfs": "adlfs",
    "az": "adlfs",
}


class NoBucket(Exception):
    """A URL names no bucket that can be opened from here; the text says what is missing."""


class Stored(NamedTuple):
    """An object: its size, since when it is as it is, in UTC, and all that the storage tells of it.

    Two that are equal are the same object, not written in between.
    """

    size_bytes: int
    since: datetime.datetime
    told: str


class Gone(Exception):
    """An object that was there a moment ago is not: its sender has taken it back."""


class Bucket:
    """What lies at `url`. Nothing is cached: each question is asked of the storage itself."""

    def __init__(self, url: str) -> None:
        import fsspec

        scheme = url.partition("://")[0] if "://" in url else ""
        if not scheme or "@" in url.partition("://")[2].partition("/")[0]:
            raise NoBucket("a bucket is named as in s3://NAME/FOLDER, without a key or a password in it")
        try:
            options: dict[str, Any] = {"auto_mkdir": True} if scheme in ("file", "local") else {}
            self._storage, root = fsspec.url_to_fs(
                url, skip_instance_cache=True, use_listings_cache=False, **options
            )
        except ImportError:
            raise NoBucket(
                f"{scheme}:// needs a library that is not installed: {_EXTRA.get(scheme, scheme)}"
            ) from None
        except ValueError:
            raise NoBucket(f"{scheme}:// is no storage that is known here") from None
        self._root = root.rstrip("/")

    def found(self, folder: str, *, deep: bool = False) -> list[str]:
        """Names of the objects in a folder, in order; with `deep` of those in folders below it as well."""
        try:
            if deep:
                paths = self._storage.find(self._path(folder))
            else:
                listed = self._storage.ls(self._path(folder), detail=True)
                paths = [each["name"] for each in listed if each["type"] == "file"]
        except FileNotFoundError:
            return []
        own = len(self._root) + 1
        return sorted(path[own:] for path in paths if not path.endswith("/"))

    def stored(self, name: str) -> Stored | None:
        """An object as it is now; None where there is none."""
        try:
            about = self._storage.info(self._path(name))
            since = self._storage.modified(self._path(name))
        except FileNotFoundError:
            return None
        if since.tzinfo is None:
            since = since.replace(tzinfo=datetime.UTC)
        return Stored(int(about["size"]), since.astimezone(datetime.UTC), str(about))

    def fetch(self, name: str, out: BinaryIO | None = None) -> str:
        """SHA-256 in hex of an object's bytes, which are written to `out`. Gone when there is none."""
        digest = hashlib.sha256()
        try:
            with self._storage.open(self._path(name), "rb") as source:
                while piece := source.read(_PIECE_BYTES):
                    digest.update(piece)
                    if out is not None:
                        out.write(piece)
        except FileNotFoundError:
            raise Gone("it was taken back while it was read") from None
        return digest.hexdigest()

    def put(self, name: str, content: Path) -> None:
        """Let an object hold the bytes of a file; what it held is gone."""
        self._storage.put_file(str(content), self._path(name))

    def remove(self, name: str) -> None:
        """Remove an object; one that is gone already is fine."""
        try:
            self._storage.rm_file(self._path(name))
        except FileNotFoundError:
            return

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}" if name else self._root
