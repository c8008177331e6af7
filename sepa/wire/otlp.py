"""Metrics as a collector takes them: OpenTelemetry's ExportMetricsServiceRequest, spelled in protobuf.

Source: OpenTelemetry's protocol 1, `metrics.proto`, `common.proto`, `resource.proto`; numbers are those of its fields.
There are nine metrics and a few labels, so this page stands for two libraries that take a fifth of a second to load.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

_DELTA = 1
"""AGGREGATION_TEMPORALITY_DELTA: what this process adds."""
_VARINT, _EIGHT_BYTES, _COUNTED = 0, 1, 2


class Times(msgspec.Struct, frozen=True):
    """How many took up to each bound, and longer than all; the sum, the least and the largest of them, in seconds."""

    counts: tuple[int, ...]
    total: float
    least: float
    largest: float


Labels = tuple[tuple[str, str], ...]


class Series(msgspec.Struct, frozen=True):
    """A metric with a value for each of its labels' values: whole numbers, one number, or times."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    unit: str
    meaning: str
    points: Mapping[Labels, int | float | Times]


def metrics_request(
    resource: Mapping[str, str],
    scope: str,
    series: Iterable[Series],
    *,
    since: int,
    until: int,
    bounds: Sequence[float],
) -> bytes:
    """The request of a process with these attributes, for what it counted between two instants, in nanoseconds."""
    metrics = b"".join(_message(2, _metric(each, since, until, bounds)) for each in series)
    of_scope = _message(1, _text(1, scope)) + metrics
    return _message(1, _message(1, _attributes(1, resource.items())) + _message(2, of_scope))


def _metric(series: Series, since: int, until: int, bounds: Sequence[float]) -> bytes:
    points = b"".join(
        _message(1, _point(labels, value, since, until, bounds)) for labels, value in series.points.items()
    )
    said = _text(1, series.name) + _text(2, series.meaning) + _text(3, series.unit)
    if series.kind == "gauge":
        return said + _message(5, points)
    if series.kind == "counter":
        return said + _message(7, points + _number(2, _DELTA) + _number(3, 1))
    return said + _message(9, points + _number(2, _DELTA))


def _point(
    labels: Labels, value: int | float | Times, since: int, until: int, bounds: Sequence[float]
) -> bytes:
    when = _fixed(2, since) + _fixed(3, until)
    if isinstance(value, Times):
        many = struct.pack(f"<{len(value.counts)}Q", *value.counts)
        limits = struct.pack(f"<{len(bounds)}d", *bounds)
        found = _fixed(4, sum(value.counts)) + _double(5, value.total) + _message(6, many)
        found += _message(7, limits) + _double(11, value.least) + _double(12, value.largest)
        return _attributes(9, labels) + when + found
    number = _fixed(6, value) if isinstance(value, int) else _double(4, value)
    return _attributes(7, labels) + when + number


def _attributes(field: int, pairs: Iterable[tuple[str, str]]) -> bytes:
    return b"".join(_message(field, _text(1, key) + _message(2, _text(1, value))) for key, value in pairs)


# --- protobuf ---


def _message(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | _COUNTED) + _varint(len(content)) + content


def _text(field: int, text: str) -> bytes:
    return _message(field, text.encode())


def _number(field: int, number: int) -> bytes:
    return _varint(field << 3 | _VARINT) + _varint(number)


def _fixed(field: int, number: int) -> bytes:
    return _varint(field << 3 | _EIGHT_BYTES) + struct.pack("<q", number)


def _double(field: int, number: float) -> bytes:
    return _varint(field << 3 | _EIGHT_BYTES) + struct.pack("<d", number)


def _varint(number: int) -> bytes:
    parts = bytearray()
    while number > 127:
        parts.append(number & 127 | 128)
        number >>= 7
    parts.append(number)
    return bytes(parts)
