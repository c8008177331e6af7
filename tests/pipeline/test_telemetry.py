"""Telemetry: off it is not there, on it leaves before the task ends, and no collector ever holds the desk up."""

import datetime
import gzip
import http.server
import json
import logging
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from sepa.model.journal import FileRow
from sepa.pipeline import collector as collector_of
from sepa.pipeline import telemetry
from sepa.pipeline.claim import claim
from sepa.pipeline.telemetry import METRICS, Metric
from sepa.scheme.reasons import REASONS
from tests.pipeline.house import THURSDAY, House
from tools.sample_bank import B1, GOOD, TRADER, order, transfers

A = "stavebniny"
ROOT = Path(__file__).resolve().parents[2]
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
LOST = "Metrics were lost: the collector did not take them"
BAD = transfers(
    "BAD-1", TRADER, [order("BAD", "11.00", "X", B1[:-1] + "0"), order("OK", "10.00", "Oceliareň", B1)]
)


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in os.environ if each.startswith("OTEL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(telemetry, "_counted", telemetry._Counted())


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Every request that would be sent."""
    monkeypatch.setenv(ENDPOINT, "http://127.0.0.1:1")
    taken: list[bytes] = []
    monkeypatch.setattr(telemetry, "post", lambda content: (taken.append(content), True)[1])
    return taken


Told = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def metrics(taken: list[bytes]) -> list[Any]:
    """What a collector reads, by OpenTelemetry's own hand."""
    return [
        metric
        for content in taken
        for resource in ExportMetricsServiceRequest.FromString(content).resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    ]


def told(taken: list[bytes]) -> Told:
    """(metric, labels) → its sum, last value, or how often."""
    found: Told = {}
    for metric in metrics(taken):
        kind = metric.WhichOneof("data")
        for point in getattr(metric, kind).data_points:
            value = point.count if kind == "histogram" else getattr(point, point.WhichOneof("value"))
            key = (
                metric.name,
                tuple(sorted((each.key, each.value.string_value) for each in point.attributes)),
            )
            found[key] = value if kind == "gauge" else found.get(key, 0) + value
    return found


def a_day(house: House) -> None:
    house.drop(A, "good.xml", GOOD)
    house.drop(A, "bad.xml", BAD)
    house.run()


def test_a_day_is_counted(house: House, counted: list[bytes]) -> None:
    a_day(house)
    found = told(counted)
    partner = ("partner", A)
    assert found["sepa.files.claimed", (partner,)] == 2
    assert found["sepa.files.judged", (partner, ("status", "ACCP"))] == 1
    assert found["sepa.files.judged", (partner, ("status", "PART"))] == 1
    assert found["sepa.orders.judged", (("outcome", "accepted"), partner)] == 2
    assert found["sepa.orders.judged", (("outcome", "rejected"), partner)] == 1
    assert found["sepa.refusals", (("code", "AC03"), partner)] >= 1
    assert found["sepa.orders.settled", (("outcome", "paid"),)] == 2
    assert found["sepa.files.published", (("stage", "publish"),)] > 0
    assert found["sepa.files.published", (("stage", "report"),)] > 1
    for stage in ("claim", "judge", "seal", "publish", "report"):
        assert found["sepa.stage.duration", (("stage", stage),)] >= 1


def test_what_waits_is_shown_with_the_time_it_has(
    house: House, counted: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    from sepa.orchestration import steps

    monkeypatch.setenv("SEPA_HOME", str(house.root))
    house.drop(A, "good.xml", GOOD)
    steps.claim_files(house.at(THURSDAY))
    found = told(counted)
    assert found["sepa.files.waiting", ()] == 1
    with house.open() as home:
        cut_off = home.terms(house.at(THURSDAY)).cutoffs.sct.eur_account
    assert cut_off is not None
    assert found["sepa.cutoff.time", ()] == (cut_off.hour - 10) * 3600 + cut_off.minute * 60 + cut_off.second


def test_labels_are_those_that_are_promised_and_tell_nothing_of_customers(
    house: House, counted: list[bytes]
) -> None:
    a_day(house)
    promised = {metric.name: sorted(metric.labels) for metric in METRICS}
    for name, labels in told(counted):
        assert [label for label, _ in labels] == promised[name]
    assert {label for metric in METRICS for label in metric.labels} == {
        "partner", "status", "outcome", "code", "stage",
    }  # fmt: skip
    values = {value for _, labels in told(counted) for _, value in labels}
    outcomes = {"accepted", "rejected", "paid"}
    stages = {"claim", "judge", "seal", "publish", "report"}
    assert values <= {A, "ACCP", "PART", *outcomes, *stages, *REASONS}


@pytest.mark.parametrize("said", ["", "otlp", "console,otlp"], ids=["empty", "otlp", "two"])
def test_it_is_on_where_the_environment_says_otlp(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv(ENDPOINT, "http://127.0.0.1:1")
    monkeypatch.setenv("OTEL_METRICS_EXPORTER", said)
    assert telemetry.is_on()


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {ENDPOINT: ""},
        {ENDPOINT: "http://127.0.0.1:1", "OTEL_SDK_DISABLED": "true"},
        {ENDPOINT: "http://127.0.0.1:1", "OTEL_METRICS_EXPORTER": "none"},
    ],
    ids=["nothing", "empty", "disabled", "no metrics"],
)
def test_off_nothing_is_imported(settings: dict[str, str], tmp_path: Path) -> None:
    code = (
        "import sys; from sepa.pipeline import telemetry as t\n"
        "with t.stage('claim'): t.count(t.CLAIMED, 1, partner='a'); t.measure(t.WAITING, 1); t.send()\n"
        "assert not [name for name in sys.modules if name.startswith('opentelemetry')]"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": str(ROOT), **settings})


# --- a real collector ---


@pytest.fixture
def headers() -> list[dict[str, str]]:
    """The headers of each request, in small letters, and its path."""
    return []


@pytest.fixture
def collector(headers: list[dict[str, str]]) -> Iterator[tuple[str, list[bytes]]]:
    """Where it listens, and what it was told."""
    taken: list[bytes] = []

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            headers.append({name.lower(): said for name, said in self.headers.items()} | {"path": self.path})
            taken.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", taken
    server.shutdown()
    thread.join()
    server.server_close()


def test_it_leaves_before_a_short_lived_process_ends(
    house: House, collector: tuple[str, list[bytes]]
) -> None:
    url, taken = collector
    house.drop(A, "good.xml", GOOD)
    code = (
        "import datetime; from sepa.orchestration import steps\n"
        f"steps.claim_files(datetime.datetime.fromisoformat({house.at(THURSDAY).isoformat()!r}))"
    )
    set_up = {"PYTHONPATH": str(ROOT), "SEPA_HOME": str(house.root), ENDPOINT: url, "HOME": str(house.root)}
    subprocess.run([sys.executable, "-c", code], check=True, env=set_up, capture_output=True)
    names = {metric.name for metric in metrics(taken)}
    assert {"sepa.files.claimed", "sepa.files.waiting", "sepa.stage.duration"} <= names


def test_a_collector_that_is_not_there_costs_one_line(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(ENDPOINT, "http://127.0.0.1:1")
    monkeypatch.setattr(collector_of, "TIMEOUT_SECONDS_MAX", 0.2)
    with caplog.at_level(logging.DEBUG):
        telemetry.count(telemetry.CLAIMED, 1, partner="a")
        telemetry.send()
    assert lines(caplog) == [LOST]


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What we, or OpenTelemetry, said in the log."""
    ours = [each for each in caplog.records if each.name.startswith(("sepa", "opentelemetry"))]
    return [each.getMessage() for each in ours]


def test_a_collector_that_takes_the_connection_and_hangs_costs_one_line(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "0.2")
    house.drop(A, "good.xml", GOOD)
    with socket.create_server(("127.0.0.1", 0)) as mute, caplog.at_level(logging.DEBUG):
        monkeypatch.setenv(ENDPOINT, f"http://127.0.0.1:{mute.getsockname()[1]}")
        with house.open() as home:
            claim(home, house.at(THURSDAY))
        asked, _ = mute.accept()
        with asked:
            assert asked.recv(16) == b"POST /v1/metrics"
    assert lines(caplog) == [LOST]
    with house.open() as home:
        assert len(home.journal.unjudged()) == 1


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        ({ENDPOINT: "collector:4318"}, "ValueError"),
        (
            {ENDPOINT: "https://127.0.0.1:1", "OTEL_EXPORTER_OTLP_CERTIFICATE": "/nowhere"},
            "FileNotFoundError",
        ),
    ],
    ids=["no address", "no certificate"],
)
def test_a_wrong_setting_costs_one_line_and_nothing_else(
    house: House,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    wrong: dict[str, str],
    kind: str,
) -> None:
    for name, said in wrong.items():
        monkeypatch.setenv(name, said)
    house.drop(A, "good.xml", GOOD)
    with house.open() as home:
        assert len(claim(home, house.at(THURSDAY))) == 1
    assert lines(caplog) == [f"Metrics were lost: {kind}"]


def test_a_figure_that_cannot_be_had_costs_one_line_and_nothing_else(
    counted: list[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> Any:
        raise LookupError("SK3112000000198742637541")

    file = FileRow(
        "key", A, "good.xml", 1, datetime.datetime(2026, 4, 2, tzinfo=datetime.UTC), "", status="ACCP"
    )
    telemetry.count_judged(file, broken)
    telemetry.show_waiting(1, broken)
    telemetry.send()
    assert lines(caplog) == ["Metrics were lost: LookupError"] * 2
    assert [name for name, _ in told(counted)] == ["sepa.files.judged", "sepa.files.waiting"]


def test_what_is_said_for_metrics_goes_before_what_is_said_for_all(
    collector: tuple[str, list[bytes]], headers: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, taken = collector
    monkeypatch.setenv(ENDPOINT, "http://127.0.0.1:1")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", f"{url}/own")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=a%20bank, x-other=1")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")
    telemetry.count(telemetry.CLAIMED, 3, partner="a")
    telemetry.send()
    (sent,) = headers
    assert (sent["path"], sent["x-tenant"], sent["x-other"]) == ("/own", "a bank", "1")
    assert (sent["content-type"], sent["content-encoding"]) == ("application/x-protobuf", "gzip")
    assert told([gzip.decompress(taken[0])]) == {("sepa.files.claimed", (("partner", "a"),)): 3}


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({}, "sepa-desk"),
        ({"OTEL_RESOURCE_ATTRIBUTES": "service.name=b,host=h%2C1"}, "b"),
        ({"OTEL_RESOURCE_ATTRIBUTES": "service.name=b", "OTEL_SERVICE_NAME": "c"}, "c"),
    ],
    ids=["unsaid", "among others", "said"],
)
def test_a_process_says_what_it_is(
    counted: list[bytes], monkeypatch: pytest.MonkeyPatch, said: dict[str, str], name: str
) -> None:
    for variable, value in said.items():
        monkeypatch.setenv(variable, value)
    telemetry.measure(telemetry.WAITING, 1)
    telemetry.send()
    (resource,) = ExportMetricsServiceRequest.FromString(counted[0]).resource_metrics
    attributes = {each.key: each.value.string_value for each in resource.resource.attributes}
    assert attributes["service.name"] == name
    assert ("host" in attributes) == ("host" in str(said))
    assert attributes.get("host", "h,1") == "h,1"


def test_a_request_is_as_opentelemetry_reads_it(
    counted: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = time.time_ns()
    for seconds in (0.01, 0.02, 5000.0):
        telemetry._counted.time(telemetry.STAGE, {"stage": "judge"}, seconds)
    telemetry.count(telemetry.CLAIMED, 2, partner="é")
    telemetry.count(telemetry.CLAIMED, 1 << 40, partner="é")
    telemetry.measure(telemetry.CUT_OFF, -12.5)
    telemetry.measure(telemetry.WAITING, 0)
    telemetry.send()
    telemetry.send()
    assert len(counted) == 1, "what was sent is not sent again"
    times, claimed, cut_off, waiting = metrics(counted)
    (point,) = times.histogram.data_points
    assert (times.histogram.aggregation_temporality, claimed.sum.aggregation_temporality) == (1, 1)
    assert claimed.sum.is_monotonic
    assert list(point.explicit_bounds) == list(telemetry.BUCKETS)
    assert list(point.bucket_counts) == [1, 1, *[0] * 11, 1]
    assert (point.count, point.sum, point.min, point.max) == (3, 5000.03, 0.01, 5000.0)
    assert before <= point.start_time_unix_nano <= point.time_unix_nano <= time.time_ns()
    (claims,) = claimed.sum.data_points
    assert (claims.as_int, claims.attributes[0].value.string_value) == (2 + (1 << 40), "é")
    assert [each.gauge.data_points[0].WhichOneof("value") for each in (cut_off, waiting)] == [
        "as_double",
        "as_int",
    ]
    assert cut_off.gauge.data_points[0].as_double == -12.5
    for metric, promised in zip(
        (times, claimed, cut_off, waiting),
        (telemetry.STAGE, telemetry.CLAIMED, telemetry.CUT_OFF, telemetry.WAITING),
        strict=True,
    ):
        assert (metric.name, metric.unit, metric.description) == (
            promised.name,
            promised.unit,
            promised.meaning,
        )


@pytest.mark.parametrize(
    ("said", "wait"),
    [("", 2.0), ("1", 1.0), ("10000", 2.0), ("soon", 2.0)],
    ids=["unsaid", "1", "long", "no number"],
)
def test_the_wait_is_bounded(monkeypatch: pytest.MonkeyPatch, said: str, wait: float) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", said)
    assert collector_of.timeout() == wait


# --- what is written about it ---


def in_prometheus(metric: Metric) -> set[str]:
    """The names of a metric's series there: points become low lines, units and kinds are added."""
    name = metric.name.replace(".", "_") + ("_seconds" if metric.unit == "s" else "")
    ends = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}[metric.kind]
    return {name + end for end in ends}


def test_the_dashboard_asks_for_what_there_is() -> None:
    board = json.loads((ROOT / "deploy" / "dashboards" / "desk.json").read_text("utf-8"))
    asked = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    named = {name for text in asked for name in re.findall(r"sepa_[a-z_]+", text)}
    series = {name: metric for metric in METRICS for name in in_prometheus(metric)}
    assert named <= series.keys()
    assert {series[name] for name in named} == set(METRICS)
    for text in asked:
        (metric,) = {series[name] for name in re.findall(r"sepa_[a-z_]+", text)}
        for labels in re.findall(r"by \(([a-z, ]+)\)", text):
            assert set(labels.split(", ")) <= {*metric.labels, "le"}


def test_the_page_tells_each_metric_as_it_is() -> None:
    page = (ROOT / "docs" / "telemetry.md").read_text("utf-8")
    for metric in METRICS:
        labels = ", ".join(f"`{each}`" for each in metric.labels) or "none"
        assert f"| `{metric.name}` | {metric.kind} | `{metric.unit}` | {metric.meaning} | {labels} |" in page


def test_no_library_is_needed() -> None:
    found = [path for path in (ROOT / "sepa").rglob("*.py") if "opentelemetry" in path.read_text("utf-8")]
    assert found == []
