"""What the forms of signatures share: what they find out, and how they come to the bytes of a file."""

import datetime
import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import msgspec


class Made(msgspec.Struct, frozen=True):
    """A signature over the bytes of a file that the key with this digest made, and what it is worth in itself.

    An `unfit` one may name no key. `expired` and `revoked` is what signature, key or certificate say of themselves.
    """

    digest: str
    worth: Literal["verified", "unfit", "expired", "revoked"] = "verified"
    at: datetime.datetime | None = None


class Unavailable(Exception):
    """A program or a package that this form of signatures needs is not on this machine."""


UNFIT = Made("", "unfit")


@contextmanager
def bytes_of(file: Path) -> Iterator[memoryview]:
    """All bytes of a file, mapped and not loaded: it may be larger than our memory."""
    with file.open("rb") as source:
        size = os.fstat(source.fileno()).st_size
        if not size:  # nothing can be mapped
            yield memoryview(b"")
            return
        with (
            mmap.mmap(source.fileno(), size, access=mmap.ACCESS_READ) as mapped,
            memoryview(mapped) as signed,
        ):
            yield signed
