"""Beside each file we emit: its name, computed from its content, and a manifest anyone can check."""

import datetime
import hashlib
import json
from collections.abc import Mapping
from typing import BinaryIO

import msgspec

from sepa.model.payment import Bulk
from sepa.scheme.money import amount_text

NAME_DIGEST_CHARS = 16


class Written(msgspec.Struct, frozen=True):
    """What a writer wrote: count and sum (in cents) of its orders, the bytes and their SHA-256 in hex."""

    count: int
    sum_cents: int
    bytes: int
    sha256: str


class Counted:
    """A binary stream that knows how much went through it, and the digest of that."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._digest = hashlib.sha256()
        self.bytes = 0

    def write(self, text: str) -> None:
        """Write `text` as UTF-8."""
        self.write_encoded(text.encode())

    def write_encoded(self, encoded: bytes) -> None:
        """Write a text that is UTF-8 already."""
        self._out.write(encoded)
        self._digest.update(encoded)
        self.bytes += len(encoded)

    def written(self, count: int, sum_cents: int) -> Written:
        return Written(count=count, sum_cents=sum_cents, bytes=self.bytes, sha256=self._digest.hexdigest())


def file_name(kind: str, day: datetime.date, sha256: str, extension: str = "xml") -> str:
    """Name a file by what it is, its day and its content: `pacs.008_2026-04-02_<16 hex digits>.xml`."""
    return f"{kind}_{day.isoformat()}_{sha256[:NAME_DIGEST_CHARS]}.{extension}"


def manifest(
    name: str,
    kind: str,
    written: Written,
    *,
    schema: str | None,
    settlement_date: datetime.date | None = None,
    bulk_id: str | None = None,
    window: datetime.datetime | None = None,
    currency: str = "EUR",
    control: Mapping[str, str | int] | None = None,
) -> bytes:
    """The manifest of one emitted file as canonical JSON: keys sorted, ASCII, one newline at the end.

    `schema` names the XSD the file was checked against (None: it is no XML); `control` holds further totals,
    money as text ("12.30"). Same arguments, same bytes.
    """
    content = {
        "bulk": bulk_id,
        "bytes": written.bytes,
        "control": dict(control or {}),
        "count": written.count,
        "currency": currency,
        "file": name,
        "kind": kind,
        "schema": schema,
        "settlement_date": settlement_date.isoformat() if settlement_date else None,
        "sha256": written.sha256,
        "sum": amount_text(written.sum_cents),
        "window": window.isoformat() if window else None,
    }
    return json.dumps(content, sort_keys=True, indent=2).encode() + b"\n"


def bulk_manifest(
    name: str,
    kind: str,
    bulk: Bulk,
    written: Written,
    *,
    schema: str | None,
    control: Mapping[str, str | int] | None = None,
    currency: str = "EUR",
) -> bytes:
    """The manifest of a file that carries `bulk`."""
    return manifest(
        name,
        kind,
        written,
        schema=schema,
        settlement_date=bulk.settlement_date,
        bulk_id=bulk.id,
        window=bulk.window,
        currency=currency,
        control=control,
    )
