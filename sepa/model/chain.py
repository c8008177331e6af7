"""The chain of the journal's lines: its links, the seals of days, and what an auditor finds."""

import datetime
from typing import Any, Literal

import msgspec

What = Literal["changed", "removed", "added", "broken"]


class Flaw(msgspec.Struct, frozen=True):
    """Something that is not as it was written. `place` is a table with a key, a link, a seal, or a path in the home.

    `link` is the number of the link that wrote it, where one is known.
    """

    place: str
    what: What
    sentence: str
    link: int | None = None


class Gone(msgspec.Struct, frozen=True):
    """A file whose texts were lawfully forgotten: by whose decision, when and why."""

    file_key: str
    by: str
    at: datetime.datetime
    reason: str


class Seal(msgspec.Struct, frozen=True):
    """How far the chain went when `day` was sealed at the instant `at`: its last link then, and that link's digest."""

    day: datetime.date
    at: datetime.datetime
    link: int
    digest: str


class Written(msgspec.Struct, frozen=True):
    """Rows of one table that one transaction wrote: their keys, and the digest of each over `columns`.

    `rewritten` rows are older, and a purge left them with less.
    """

    of: str
    columns: tuple[str, ...]
    rewritten: bool
    keys: tuple[Any, ...]
    digests: tuple[bytes, ...]


class Link(msgspec.Struct, frozen=True):
    """What one transaction wrote, and by which snapshot of the bank's reference data the desk worked then."""

    number: int
    digest: str
    snapshot: str | None
    written: tuple[Written, ...]
