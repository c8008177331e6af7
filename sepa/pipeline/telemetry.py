"""Counters and times for dashboards, by OpenTelemetry: off, and nothing imported, unless a collector is configured.

A task lives for seconds, so nothing is sent in the background: what was counted leaves when the home is closed, in one
request with a bounded wait. A collector that does not answer costs that wait and one line in the log. Whatever goes
wrong with figures, the desk's work goes on. No account, name or amount is ever a label; a partner's id is.
"""

import datetime
import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from sepa.model.journal import FileRow
from sepa.model.report import BlockStatus, DrawnStatuses, StatusReport

ENDPOINTS = ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
WAIT_SECONDS = 2.0
"""Longest wait for the collector's connection, and for its answer, unless the environment names a shorter one."""
_log = logging.getLogger("sepa")
_SENDER = "opentelemetry.exporter.otlp.proto.http"


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


def is_on() -> bool:
    """Whether the environment names a collector, in OpenTelemetry's own variables, and nothing that turns it off."""
    said = os.environ.get
    exporters = (said("OTEL_METRICS_EXPORTER") or "otlp").split(",")
    off = said("OTEL_SDK_DISABLED", "").lower() == "true" or "otlp" not in exporters
    return not off and any(said(name) for name in ENDPOINTS)


def count(metric: Metric, number: int, **labels: str) -> None:
    """Add `number` to a counter. Nothing while it is off, and nothing for 0."""
    if number and is_on() and (meter := _meter()) is not None:
        meter.instrument(metric).add(number, labels)


def measure(metric: Metric, value: float) -> None:
    """Say what a gauge shows now."""
    if is_on() and (meter := _meter()) is not None:
        meter.instrument(metric).set(value)


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
        if (meter := _meter()) is not None:
            meter.instrument(STAGE).record(time.perf_counter() - start, {"stage": name})


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
    """Let all that was counted leave this process; it never raises, and its waits are WAIT_SECONDS each at most."""
    global _kept
    with _lock:
        meter, _kept = _kept, None
    if isinstance(meter, _Meter):
        with _unharmed():
            meter.send()


@contextmanager
def _unharmed() -> Iterator[None]:
    """A fault with figures is a line in the log, of its kind alone: its text might hold a password."""
    try:
        yield
    except Exception as broken:
        _log.warning("Metrics were lost: %s", type(broken).__name__)


class _Meter:
    """What this process has counted since the last sending."""

    def __init__(self) -> None:
        from opentelemetry.sdk import metrics
        from opentelemetry.sdk.metrics.export import AggregationTemporality, InMemoryMetricReader
        from opentelemetry.sdk.metrics.view import ExplicitBucketHistogramAggregation, View
        from opentelemetry.sdk.resources import Resource

        # A process that ends after seconds tells what it adds; sums over processes are the collector's work.
        added = AggregationTemporality.DELTA
        self.reader = InMemoryMetricReader(
            preferred_temporality={metrics.Counter: added, metrics.Histogram: added}
        )
        name = os.environ.get("OTEL_SERVICE_NAME", "sepa-desk")
        buckets = View(instrument_name=STAGE.name, aggregation=ExplicitBucketHistogramAggregation(BUCKETS))
        self._provider = metrics.MeterProvider(
            [self.reader],
            resource=Resource.create({"service.name": name}),
            views=[buckets],
            shutdown_on_exit=False,
        )
        self._meter = self._provider.get_meter("sepa")
        self._instruments: dict[str, Any] = {}

    def instrument(self, metric: Metric) -> Any:
        made = self._instruments.get(metric.name)
        if made is None:
            make = getattr(self._meter, f"create_{metric.kind}")
            made = self._instruments[metric.name] = make(metric.name, metric.unit, metric.meaning)
        return made

    def send(self) -> None:
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter

        data = self.reader.get_metrics_data()
        self._provider.shutdown()
        exporter = OTLPMetricExporter(timeout=_wait())
        with _silent(_SENDER):
            taken = data is None or exporter.export(data).name == "SUCCESS"
        exporter.shutdown()
        if not taken:
            _log.warning("Metrics were lost: the collector did not take them")


@contextmanager
def _silent(name: str) -> Iterator[None]:
    """Keep back what a library would log of every attempt; we say it once."""
    logger, nowhere = logging.getLogger(name), logging.NullHandler()
    before, logger.propagate = logger.propagate, False
    logger.addHandler(nowhere)
    try:
        yield
    finally:
        logger.removeHandler(nowhere)
        logger.propagate = before


def _wait() -> float:
    """Seconds. OpenTelemetry's variables say milliseconds in its specification, and seconds in its Python library."""
    said = os.environ.get("OTEL_EXPORTER_OTLP_METRICS_TIMEOUT") or os.environ.get(
        "OTEL_EXPORTER_OTLP_TIMEOUT", ""
    )
    try:
        return min(float(said), WAIT_SECONDS)
    except ValueError:
        return WAIT_SECONDS


_lock = threading.Lock()
_kept: "_Meter | Literal['none'] | None" = None


def _meter() -> _Meter | None:
    """The meter of this process, made when something is counted first; None where it cannot be made, said once."""
    global _kept
    with _lock:
        if _kept is None:
            _kept = "none"
            with _unharmed():
                try:
                    _kept = _Meter()
                except ImportError:
                    _log.warning("Metrics need OpenTelemetry: install sepa[metrics]")
        return _kept if isinstance(_kept, _Meter) else None
