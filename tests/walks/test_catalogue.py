"""A catalogue too large to be built beside circulation: the command builds it in other processes."""

from __future__ import annotations

import asyncio
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.events import Recorded, RecordsLoaded
from core.model.records import Bib, BibBody, BibId
from core.ports import Batch, Change
from core.storage.sqlite import SqliteStore
from protocols.marc.iso2709 import Marc, pack
from servers.catalogue.building import FEW
from tests.matrix import proves
from tests.walks.given import PATIENCE, Server, prepare

LEADER = b"00000nam a2200000   4500"
FIRST = 1_000_000
BUILDING = 503
ALL = "?version=1.2&operation=searchRetrieve&query=alma.title%3Dtie&maximumRecords=1"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state directory with one bib more than is built in the server's own process."""
    state = prepare(tmp_path / "state")

    async def fill() -> None:
        store = SqliteStore.open(state / "circdesk.db")
        changes: list[Change] = []
        for number in range(FIRST, FIRST + FEW + 1):
            title = f"00\x1faTie {number}".encode()
            body = pack(Marc(LEADER, ((b"001", str(number).encode()), (b"245", title))))
            changes.append(Change(None, Bib(BibId(number), 1, str(number), f"Tie {number}")))
            changes.append(Change(None, BibBody(BibId(number), 1, body)))
        loaded = RecordsLoaded("Bib", tuple(range(FIRST, FIRST + FEW + 1)))
        await store.commit(Batch([Recorded(1, datetime.now(UTC), "load", loaded)], changes))
        await store.close()

    asyncio.run(fill())
    return state


def asked(server: Server) -> str:
    """The answer of the catalogue, once it is built."""
    url = f"https://127.0.0.1:{server.https_port}/view/sru/TOWN{ALL}"
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(url, context=server.context(), timeout=PATIENCE) as answer:
                return str(answer.read(), "utf-8")
        except urllib.error.HTTPError as error:
            if error.code != BUILDING or time.monotonic() > deadline:
                raise AssertionError(server.log) from error
            time.sleep(float(error.headers["Retry-After"]) / 10)


@proves("the index is built in processes of its own, by the installed command")
def test_a_large_catalogue_is_built_and_opened_again(state: Path) -> None:
    server = Server(state).start()
    try:
        assert f"<numberOfRecords>{FEW + 1}</numberOfRecords>" in asked(server)
        assert server.stop() == 0
        assert "catalogue-built-here" not in server.log
        server.start()
        assert f"<numberOfRecords>{FEW + 1}</numberOfRecords>" in asked(server)
        assert server.stop() == 0
        assert server.log.count("catalogue-built ") == 1
    finally:
        server.kill()
