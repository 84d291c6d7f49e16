"""Metrics: what is counted is told to whoever looks, and looking is all that it costs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest_asyncio
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.parser import text_string_to_metric_families

from core.events import CheckedIn, CheckedOut, Recorded
from core.model.records import Loan
from core.ports import Batch
from core.storage.memory import MemoryStore
from servers.configuration.settings import HttpsSettings, Settings
from servers.http.exchange import HttpRequest
from servers.http.metrics import METRICS, Acts, Metrics
from servers.lines.addresses import networks
from tests.fakes.world import ANN, BOOK, COPY, NOW
from tests.servers.http.given import answered

LOAN = Loan(ANN, NOW, NOW + timedelta(days=28), agency="MAIN")


async def happened(store: MemoryStore, *events: CheckedOut | CheckedIn) -> None:
    """Write events into the log."""
    seq = store.next_seq()
    log = [Recorded(number, NOW, "kiosk-1", event, "") for number, event in enumerate(events, seq)]
    await store.commit(Batch(log, []))


@pytest_asyncio.fixture
async def store() -> AsyncIterator[MemoryStore]:
    """A store in which something has happened before."""
    store = MemoryStore()
    await happened(store, CheckedOut(BOOK, LOAN))
    yield store
    await store.close()


class TestActs:
    async def test_they_are_counted_by_agency_from_the_first_look_on(self, store: MemoryStore) -> None:
        acts = Acts(store)
        await acts.catch_up()
        assert (acts.loans, acts.returns) == ({}, {})
        await happened(
            store, CheckedOut(COPY, LOAN), CheckedIn(BOOK, "EAST", NOW, ANN), CheckedIn(COPY, "EAST", NOW)
        )
        await acts.catch_up()
        assert (acts.loans, acts.returns) == ({"MAIN": 1}, {"EAST": 2})

    async def test_nothing_is_counted_twice(self, store: MemoryStore) -> None:
        acts = Acts(store)
        await acts.catch_up()
        await happened(store, CheckedOut(COPY, LOAN))
        for _ in range(3):
            await acts.catch_up()
        assert acts.loans == {"MAIN": 1}

    async def test_a_log_that_cannot_be_read_is_read_the_next_time(self, store: MemoryStore) -> None:
        acts = Acts(store)
        await acts.catch_up()
        await store.close()
        await acts.catch_up()
        assert acts.loans == {}


class TestTheEndpoint:
    async def test_it_tells_what_is_there_now_and_of_the_process(self, store: MemoryStore) -> None:
        books = [3]

        def reading() -> Iterator[Metric]:
            yield GaugeMetricFamily("books", "On the table.", books[0])

        metrics = Metrics([reading], Acts(store))
        (route,) = metrics.routes(Settings())
        seen = []
        for _ in range(2):
            answer = await answered(route, HttpRequest("GET", METRICS, {}, "", {}, b"", "127.0.0.1"))
            families = text_string_to_metric_families(answer.body.decode())
            seen.append({sample.name: sample.value for family in families for sample in family.samples})
            books[0] += 1
        assert [values["books"] for values in seen] == [3, 4]
        assert seen[0]["process_resident_memory_bytes"] > 0
        assert seen[0]["process_open_fds"] > 0

    def test_only_the_networks_of_the_settings_may_look(self) -> None:
        metrics = Metrics([], Acts(MemoryStore()))
        (usual,) = metrics.routes(Settings())
        (other,) = metrics.routes(Settings(https=HttpsSettings(metrics_from=("192.0.2.0/24",))))
        assert (usual.path, usual.allow) == ("/metrics", networks(["127.0.0.0/8", "::1"]))
        assert other.allow == networks(["192.0.2.0/24"])
