"""A whole server with the town's catalogue, over HTTPS and SIP2 on loopback, and how it is asked."""

from __future__ import annotations

import gc
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from http.client import HTTPSConnection
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from msgspec.structs import replace

from core.model.records import Record
from servers.app import Server
from servers.configuration.settings import Settings, SruProfile
from servers.http.exchange import HttpAnswer
from tests.fakes.served import fill, settings
from tests.servers.sru.given import OPEN, TOWN_RECORDS, Reply

PATIENCE = 30
PROFILES = (SruProfile(), replace(OPEN, database="TOWN_OPEN"))


@asynccontextmanager
async def serving(
    state: Path, records: Sequence[Record] = TOWN_RECORDS, written: Settings | None = None
) -> AsyncIterator[Server]:
    """A server whose catalogue is built, with a profile of each style."""
    await fill(state, records)
    thresholds = gc.get_threshold()
    server = await Server.start(written or replace(settings(), sru=PROFILES), state)
    try:
        await server.indexing.built()
        yield server
    finally:
        await server.stop()
        gc.unfreeze()
        gc.set_threshold(*thresholds)


class Wire(NamedTuple):
    """Where a server's SRU is, for clients that block."""

    host: str
    port: int
    authority: Path

    @property
    def url(self) -> str:
        """Where databases are."""
        return f"https://{self.host}:{self.port}/view/sru/"

    @property
    def context(self) -> ssl.SSLContext:
        """TLS that trusts the server."""
        return ssl.create_default_context(cafile=str(self.authority))

    def ask(
        self,
        query: str = "",
        database: str = "TOWN",
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] = {},
    ) -> Reply:
        """What a request is answered."""
        connection = HTTPSConnection(self.host, self.port, context=self.context, timeout=PATIENCE)
        try:
            path = f"/view/sru/{database}"
            connection.request(method, f"{path}?{query}" if query else path, body, dict(headers))
            response = connection.getresponse()
            kind = response.getheader("Content-Type") or ""
            return Reply(HttpAnswer(response.read(), kind, response.status, dict(response.getheaders())))
        finally:
            connection.close()

    def search(self, query: str, database: str = "TOWN", **more: str | int) -> Reply:
        """searchRetrieve in version 1.2."""
        asked: dict[str, str | int] = {"version": "1.2", "operation": "searchRetrieve", "query": query}
        return self.ask(urlencode({**asked, **more}), database)


def wire(server: Server) -> Wire:
    """Where its SRU is."""
    address = server.https.address
    authority = server.https_tls.authority
    assert address is not None, "HTTPS listens"
    assert authority is not None, "it has an authority of its own"
    return Wire(*address, authority)
