"""Sending metrics to the collector that OpenTelemetry's own variables name, over HTTP, with a bounded wait."""

import gzip
import os
from urllib.parse import unquote

TIMEOUT_SECONDS_MAX = 2.0
"""Longest wait for the collector's connection, and for its answer, unless the environment names a shorter one."""
_PREFIX = "OTEL_EXPORTER_OTLP_"
_PATH = "/v1/metrics"


def is_on() -> bool:
    """Whether the environment names a collector, and nothing that turns it off."""
    exporters = (os.environ.get("OTEL_METRICS_EXPORTER") or "otlp").split(",")
    off = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true" or "otlp" not in exporters
    return not off and bool(_said("ENDPOINT"))


def resource() -> dict[str, str]:
    """What the environment says that this process is."""
    told = _pairs(os.environ.get("OTEL_RESOURCE_ATTRIBUTES", ""))
    name = os.environ.get("OTEL_SERVICE_NAME") or told.get("service.name") or "sepa-desk"
    return told | {"service.name": name}


def post(content: bytes) -> bool:
    """Send a request and return whether the collector took it. OSError, ValueError as it comes."""
    import ssl  # only who tells a collector pays for them
    import urllib.error
    import urllib.request

    headers = {"Content-Type": "application/x-protobuf", "User-Agent": "sepa-desk"}
    if _said("COMPRESSION") == "gzip":
        content, headers["Content-Encoding"] = gzip.compress(content), "gzip"
    trusted = None
    if _endpoint().startswith("https:"):
        trusted = ssl.create_default_context(cafile=_said("CERTIFICATE") or None)
        if _said("CLIENT_CERTIFICATE"):
            trusted.load_cert_chain(_said("CLIENT_CERTIFICATE"), _said("CLIENT_KEY") or None)
    request = urllib.request.Request(_endpoint(), content, headers | _pairs(_said("HEADERS")))  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=timeout(), context=trusted) as answer:  # noqa: S310
            return bool(200 <= answer.status < 300)
    except (TimeoutError, urllib.error.URLError):
        return False


def timeout() -> float:
    """Seconds. OpenTelemetry's variables say milliseconds in its specification, and seconds in its Python library."""
    try:
        return min(float(_said("TIMEOUT")), TIMEOUT_SECONDS_MAX)
    except ValueError:
        return TIMEOUT_SECONDS_MAX


def _endpoint() -> str:
    """Where metrics are taken: as said for them, or under what is said for all signals. ValueError for no address."""
    of_metrics = os.environ.get(f"{_PREFIX}METRICS_ENDPOINT", "")
    address = of_metrics or os.environ[f"{_PREFIX}ENDPOINT"].rstrip("/") + _PATH
    if not address.startswith(("http://", "https://")):
        raise ValueError("the collector's address begins neither with http:// nor with https://")
    return address


def _said(name: str) -> str:
    """A variable as said for metrics, else for all signals, else empty."""
    return os.environ.get(f"{_PREFIX}METRICS_{name}") or os.environ.get(_PREFIX + name) or ""


def _pairs(text: str) -> dict[str, str]:
    """`a=b,c=d`, where signs may be percent-encoded."""
    found = (each.split("=", 1) for each in text.split(",") if "=" in each)
    return {unquote(key).strip(): unquote(value).strip() for key, value in found}
