"""Counters and times for dashboards, in OpenTelemetry's words: off unless a collector is configured.

A task lives for seconds, so nothing is sent in the background: what was counted leaves when the home is closed, in one
request with a bounded wait. A collector that does not answer costs that wait and one line in the log. Whatever goes
wrong with figures, the desk's work goes on. No account, name or amount is ever a label; a partner's id is.
"""

import datetime
import logging
import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from sepa.model.journal import FileRow
from sepa.model.report import BlockStatus, DrawnStatuses, StatusReport
from sepa.pipeline.collector import is_on, post, resource
from sepa.wire.otlp import Labels, Series, Times, metrics_request

_log = logging.getLogger("sepa")
_SCOPE = "sepa"


class Metric(msgspec.Struct, frozen=True):
    """One metric: its name, what kind it is, its unit (UCUM), what it means, and its labels."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    unit: str
    meaning: str
    labels: tuple[str, ...] = ()


CLAIMED = Metric("sepa.files.claimed", "counter", "{file}", "Files taken from the inboxes", ("partner",))
JUDGED = Metric(
    "sepa.files.judged", "counter", "{file}", "Files judged, by their status", ("partner", "status")
)
ORDERS = Metric(
    "sepa.orders.judged", "counter", "{order}", "Orders judged, by outcome", ("partner", "outcome")
)
REFUSALS = Metric(
    "sepa.refusals",
    "counter",
    "{refusal}",
    "Reasons told for refusals in status reports",
    ("partner", "code"),
)
SETTLED = Metric("sepa.orders.settled", "counter", "{order}", "Orders that a window looked at", ("outcome",))
PUBLISHED = Metric("sepa.files.published", "counter", "{file}", "Files that left the desk", ("stage",))
WAITING = Metric("sepa.files.waiting", "gauge", "{file}", "Files claimed and not yet judged")
CUT_OFF = Metric(
    "sepa.cutoff.time", "gauge", "s", "Time until the cut-off for transfers in euro, of what waits"
)
STAGE = Metric("sepa.stage.duration", "histogram", "s", "How long a stage of the work took", ("stage",))
METRICS = (CLAIMED, JUDGED, ORDERS, REFUSALS, SETTLED, PUBLISHED, WAITING, CUT_OFF, STAGE)

BUCKETS = (0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600, 1800)


def count(metric: Metric, number: int, **labels: str) -> None:
    """Add `number` to a counter. Nothing while it is off, and nothing for 0."""
    if number and is_on():
        _counted.add(metric, labels, number)


def measure(metric: Metric, value: float) -> None:
    """Say what a gauge shows now."""
    if is_on():
        _counted.show(metric, value)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Measure how long a stage takes, whatever becomes of it."""
    if not is_on():
        yield
        return
    start = time.perf_counter()
    try:
        yield
    finally:
        _counted.time(STAGE, {"stage": name}, time.perf_counter() - start)


def count_judged(file: FileRow, outcomes: Callable[[], Mapping[tuple[int, str], tuple[int, int]]]) -> None:
    """One file judged, and its orders by outcome; `outcomes` is asked only while it is on."""
    if is_on():
        count(JUDGED, 1, partner=file.partner, status=file.status or "")
        with _unharmed():
            for (_, outcome), (number, _) in outcomes().items():
                count(ORDERS, number, partner=file.partner, outcome=outcome)


def counting_refusals(report: StatusReport, partner: str) -> StatusReport:
    """The same report; while it is written, the reasons of what it refuses are counted."""
    if not is_on():
        return report
    codes = Counter(reason.code for reason in report.reasons if report.status == "RJCT")
    return replace(report, blocks=_blocks_counted(report.blocks, codes, partner))


def _blocks_counted(
    blocks: Iterable[BlockStatus], codes: "Counter[str]", partner: str
) -> Iterator[BlockStatus]:
    for block in blocks:
        if block.status == "RJCT":
            codes.update(reason.code for reason in block.reasons)
        yield replace(block, transactions=_orders_counted(block.transactions, codes))
    for code, number in codes.items():
        count(REFUSALS, number, partner=partner, code=code)


def _orders_counted(orders: Iterable[DrawnStatuses], codes: "Counter[str]") -> Iterator[DrawnStatuses]:
    for drawn in orders:
        codes.update(drawn.refused)
        yield drawn


def show_waiting(files: int, to_cut_off: Callable[[], datetime.timedelta]) -> None:
    """How many files wait, and how long they may."""
    if is_on():
        measure(WAITING, files)
        if files:
            with _unharmed():
                measure(CUT_OFF, to_cut_off().total_seconds())


def send() -> None:
    """Let all that was counted leave this process; it never raises, and its waits are bounded."""
    if not is_on() or not (series := _counted.taken()):
        return
    with _unharmed():
        since, until = _counted.since, time.time_ns()
        said = metrics_request(resource(), _SCOPE, series, since=since, until=until, bounds=BUCKETS)
        if not post(said):
            _log.warning("Metrics were lost: the collector did not take them")


@contextmanager
def _unharmed() -> Iterator[None]:
    """A fault with figures is a line in the log, of its kind alone: its text might hold a password."""
    try:
        yield
    except Exception as broken:
        _log.warning("Metrics were lost: %s", type(broken).__name__)


class _Counted:
    """What this process has counted since the last sending. One that ends after seconds tells what it adds."""

    def __init__(self) -> None:
        self.since = 0
        self._lock = threading.Lock()
        self._points: dict[Metric, dict[Labels, Any]] = {}

    def add(self, metric: Metric, labels: Mapping[str, str], number: int) -> None:
        with self._lock:
            points, key = self._at(metric), tuple(labels.items())
            points[key] = points.get(key, 0) + number

    def show(self, metric: Metric, value: float) -> None:
        with self._lock:
            self._at(metric)[()] = value

    def time(self, metric: Metric, labels: Mapping[str, str], seconds: float) -> None:
        with self._lock:
            self._at(metric).setdefault(tuple(labels.items()), []).append(seconds)

    def taken(self) -> list[Series]:
        """All of it, once."""
        with self._lock:
            points, self._points = self._points, {}
        return [
            Series(each.name, each.kind, each.unit, each.meaning, _summed(found))
            for each, found in points.items()
        ]

    def _at(self, metric: Metric) -> dict[Labels, Any]:
        if not self._points:
            self.since = time.time_ns()
        return self._points.setdefault(metric, {})


def _summed(points: Mapping[Labels, Any]) -> dict[Labels, int | float | Times]:
    return {labels: _times(value) if isinstance(value, list) else value for labels, value in points.items()}


def _times(seconds: Sequence[float]) -> Times:
    counts = [0] * (len(BUCKETS) + 1)
    for each in seconds:
        counts[bisect_left(BUCKETS, each)] += 1
    return Times(tuple(counts), sum(seconds), min(seconds), max(seconds))


_counted = _Counted()
