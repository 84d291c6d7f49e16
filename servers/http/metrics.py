"""The metrics endpoint: what the server counts, in the text that Prometheus reads.

The rule it keeps: whoever looks pays. Nothing is counted twice for this; the registry is made once, and its
collectors read what is there when they are asked. Loans and returns come from the event log.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Final

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from core.events import CheckedIn, CheckedOut
from core.ports import Store, StoreRefused
from servers.configuration.settings import LogLevel, Settings
from servers.http.exchange import HttpAnswer, HttpRequest, Route
from servers.http.limits import Gate, bounds_of
from servers.lines.addresses import networks

METRICS: Final = "/metrics"

Reading = Callable[[], Iterable[Metric]]
"""Reads what is there, when it is called."""


class Readings(Collector):
    """A collector of several readings."""

    def __init__(self, readings: Iterable[Reading]) -> None:
        self._readings = tuple(readings)

    def collect(self) -> Iterator[Metric]:
        """All of them."""
        for reading in self._readings:
            yield from reading()

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand: reading is for who asks."""
        return ()


class Acts:
    """Counts loans and returns by agency, from the event log on from where it was first looked at."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen: int | None = None
        self._reading = asyncio.Lock()
        self.loans: Counter[str] = Counter()
        self.returns: Counter[str] = Counter()

    async def catch_up(self) -> None:
        """Read what has happened since. A log that cannot be read now is read the next time."""
        async with self._reading:
            if self._seen is None:
                self._seen = self._store.next_seq() - 1
            with suppress(StoreRefused):
                async for recorded in self._store.follow(self._seen):
                    self._seen = recorded.seq
                    match recorded.event:
                        case CheckedOut(loan=loan):
                            self.loans[loan.agency] += 1
                        case CheckedIn(agency=agency):
                            self.returns[agency] += 1


class Metrics:
    """Answers whoever may look."""

    def __init__(self, readings: Iterable[Reading], acts: Acts) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(Readings(readings))
        ProcessCollector(registry=self._registry)
        self._acts = acts
        self._gate = Gate()

    def routes(self, settings: Settings) -> Iterator[Route]:
        """The one place to look."""
        yield Route(
            method="GET",
            path=METRICS,
            handler=self._answer,
            gate=self._gate,
            bounds=bounds_of(settings.https),
            allow=networks(settings.https.metrics_from),
            level=LogLevel.DEBUG,
            draining=True,
        )

    async def _answer(self, request: HttpRequest) -> HttpAnswer:
        await self._acts.catch_up()
        return HttpAnswer(generate_latest(self._registry), CONTENT_TYPE_PLAIN_0_0_4)
