"""A library's system that answers as it is told to, and a facility that speaks to it. Over loopback."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from conformance.facility.caller import Caller, Pace
from conformance.facility.messages import Party
from conformance.facility.shelf import Shelf
from conformance.facility.store import Store
from conformance.wire.ncip import V2_0, Reply, read

PARTY = Party("TOWN", "TOWN", "DEPOT", "MAIN.DEPOT_DESK", "STORAGE", "CanaryWordOfTheStore")
QUICK = Pace(deadline=30.0, first=0.001, most=0.002)


class System:
    """Takes every message; ``script`` are the Problems or statuses that it answers with first.

    ``heard`` are the messages as they came; ``twice`` is set when there are two.
    """

    def __init__(self, *script: str | int) -> None:
        self.heard: list[bytes] = []
        self.url = ""
        self.twice = threading.Event()
        self._script = list(script)

    @property
    def services(self) -> list[tuple[str, str | None, str | None]]:
        """Each message as service, item and request."""
        return [
            (
                one.service,
                one.first("ItemId/ItemIdentifierValue"),
                one.first("RequestId/RequestIdentifierValue"),
            )
            for one in self.messages
        ]

    @property
    def messages(self) -> list[Reply]:
        """What came, read."""
        return [read(body) for body in self.heard]

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[System]:
        """Listen on a free port."""
        application = web.Application()
        application.router.add_post("/ncip", self._answer)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            ((host, port),) = runner.addresses
            self.url = f"http://{host}:{port}/ncip"
            yield self
        finally:
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        self.heard.append(await request.read())
        if len(self.heard) == 2:
            self.twice.set()
        said = self._script.pop(0) if self._script else ""
        if isinstance(said, int):
            return web.Response(status=said, text="Oh.")
        if said.startswith("!"):
            return web.Response(text=said)
        service = self.messages[-1].service
        problem = f"<Problem><ProblemType>{said}</ProblemType></Problem>" if said else ""
        return web.Response(text=V2_0.written(f"<{service}Response>{problem}</{service}Response>"))


class Floor:
    """Where a facility stands: its files, and what it said."""

    def __init__(self, folder: Path, items: Sequence[str] = ("D1", "D2", "D3")) -> None:
        self.said: list[str] = []
        self.inventory = folder / "inventory.txt"
        self.inventory.write_text("".join(f"{barcode}\n" for barcode in items))
        self.requests = folder / "requests"
        self.requests.mkdir()

    def store(self, system: System, missing: Collection[str] = (), pace: Pace = QUICK) -> Store:
        """The facility, as it starts."""
        caller = Caller(system.url, ssl.create_default_context(), pace, self.said.append)
        return Store(Shelf(self.inventory), caller, PARTY, self.said.append, missing)

    def ask(self, name: str, *requests: tuple[str, str]) -> Path:
        """Put a request file there, of numbers and barcodes."""
        inside = "".join(
            f"<xb:rsExport><xb:requestType>HOLD</xb:requestType><xb:requestId>{number}</xb:requestId>"
            f"<xb:pickup><xb:library>Main</xb:library></xb:pickup><xb:barcode>{barcode}</xb:barcode>"
            "<xb:mmsId>b7</xb:mmsId></xb:rsExport>"
            for number, barcode in requests
        )
        path = self.requests / name
        path.write_text(f'<xb:exportRequests xmlns:xb="urn:x">{inside}</xb:exportRequests>')
        return path

    @property
    def old(self) -> list[str]:
        """What rests in OLD/."""
        return sorted(path.name for path in (self.requests / "OLD").iterdir())


async def cancelled(task: asyncio.Task[object]) -> None:
    """End a task."""
    task.cancel()
    await asyncio.wait([task])
