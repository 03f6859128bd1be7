"""Metrics for Prometheus: counts and durations by route template, never by anything a caller wrote."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

#: Reads the present value of a gauge, or one for each value of its label; None where it cannot be known now.
Gauge = Callable[[], float | Mapping[str, float] | None]


class _Gauges(Collector):
    """Asked at every scrape, so that all workers tell the same."""

    def __init__(self, gauges: dict[str, tuple[str, str, Gauge]]) -> None:
        self._gauges = gauges

    def collect(self) -> Iterable[Metric]:
        """Read the gauges."""
        for name, (text, label, read) in self._gauges.items():
            family = GaugeMetricFamily(name, text, labels=[label] if label else None)
            value = read()
            if isinstance(value, Mapping):
                for key, one in value.items():
                    family.add_metric([key], one)
            elif value is not None:
                family.add_metric([], value)
            yield family

    def describe(self) -> Iterable[Metric]:
        """Name the gauges without reading them."""
        return [GaugeMetricFamily(name, text) for name, (text, _, _) in self._gauges.items()]


class Metrics:
    """The metrics of one application; with several workers they are summed through `PROMETHEUS_MULTIPROC_DIR`."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._gauges: dict[str, tuple[str, str, Gauge]] = {}
        self.requests = Counter(
            "petition_risk_requests", "Requests answered.", ["method", "route", "status"], registry=self.registry
        )
        self.request_seconds = Histogram(
            "petition_risk_request_seconds", "Time to answer.", ["route"], buckets=_SECONDS, registry=self.registry
        )
        self.scoring_seconds = Histogram(
            "petition_risk_scoring_seconds", "Time to score a call.", buckets=_SECONDS, registry=self.registry
        )
        self.items = Counter("petition_risk_items", "Letters by outcome.", ["outcome"], registry=self.registry)
        self.bands = Counter("petition_risk_bands", "Letters by risk band.", ["band"], registry=self.registry)

    def gauge(self, name: str, text: str, read: Gauge, label: str = "") -> None:
        """Add a value, or with `label` one for each value of it, that is read at every scrape."""
        self._gauges[name] = (text, label, read)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        self.requests.labels(method, route, str(status)).inc()
        self.request_seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """Return everything in the text format of Prometheus."""
        registry = self.registry
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        own = CollectorRegistry()
        own.register(_Gauges(self._gauges))
        return generate_latest(registry) + generate_latest(own)
