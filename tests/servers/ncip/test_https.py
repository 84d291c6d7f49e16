"""Messages to a whole server over HTTPS and straight over TCP, as a partner's machine sends them."""

from __future__ import annotations

import asyncio
import gc
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.client import HTTPSConnection
from pathlib import Path

from msgspec.structs import replace

from core.model.records import ItemStatus
from servers.app import Server
from servers.configuration.settings import NcipTcpSettings, SecretHash, Settings
from servers.ncip.servlet import PATH, XML
from tests.fakes.served import cheap_hash, fill, settings
from tests.fakes.world import BOOK, IN_DEPOT, WITH_DEPOT
from tests.matrix import proves
from tests.servers.ncip.speaking import AT_ONCE, BROKER, DEPOT_STORAGE, NAMESPACE, STORE, VERSION, item, user


@asynccontextmanager
async def running(state: Path, ncip_tcp: NcipTcpSettings) -> AsyncIterator[tuple[Server, list[Settings]]]:
    """A server with its partners; what it reads at a reload is the last of the settings."""
    await fill(state, IN_DEPOT)
    partners = (STORE, replace(BROKER, secret=SecretHash(cheap_hash("word-1"))))
    written = [
        replace(
            settings(),
            location=WITH_DEPOT.locations,
            ncip=AT_ONCE,
            ncip_tcp=ncip_tcp,
            ncip_agency=partners,
            remote_storage=(DEPOT_STORAGE,),
        )
    ]
    thresholds = gc.get_threshold()
    server = await Server.start(written[0], state, lambda: written[-1])
    try:
        yield server, written
    finally:
        await server.stop()
        gc.unfreeze()
        gc.set_threshold(*thresholds)


@proves("NCIP over HTTPS, durable before it is answered")
async def test_a_loan_over_https_is_kept(tmp_path: Path) -> None:
    async with running(tmp_path, NcipTcpSettings()) as (server, _):
        body = await asyncio.to_thread(_post, server, _message("word-1"))
        assert b"<DateDue>" in body
        assert server.desk.library.items[BOOK].status is ItemStatus.ON_LOAN
        refused = await asyncio.to_thread(_post, server, _message("word-2"))
        assert b"Agency Authentication Failed" in refused
        assert server.ncip_tcp.tls is None


@proves("NCIP over TCP, plain and with TLS", "NCIP over TCP reloads without dropping a connection")
async def test_the_same_act_over_either_binding_is_done_once_and_a_reload_drops_nobody(
    tmp_path: Path,
) -> None:
    tcp = NcipTcpSettings(enabled=True, host="127.0.0.1", port=0)
    async with running(tmp_path, tcp) as (server, written):
        assert server.ncip_tcp.tls is not None
        trusting = ssl.create_default_context(cafile=str(server.https_tls.authority))
        reader, writer = await asyncio.open_connection(*server.ncip_tcp.tls, ssl=trusting)
        writer.write(_message("word-1"))
        first = await reader.readuntil(b"</NCIPMessage>")
        assert b"<DateDue>" in first
        assert await asyncio.to_thread(_post, server, _message("word-1")) == first
        written.append(replace(written[0], ncip_agency=()))
        await server.reload()
        writer.write(_message("word-1"))
        assert b"Unknown Agency" in await reader.readuntil(b"</NCIPMessage>")
        writer.close()
        await writer.wait_closed()


def _message(secret: str) -> bytes:
    header = (
        "<InitiationHeader><FromAgencyId><AgencyId>BROKER</AgencyId></FromAgencyId>"
        f"<FromAgencyAuthentication>{secret}</FromAgencyAuthentication><ToAgencyId>"
        "<AgencyId>TOWN</AgencyId></ToAgencyId><ApplicationProfileType>ILL</ApplicationProfileType>"
        "</InitiationHeader>"
    )
    asked = f"<CheckOutItem>{header}{user('P1')}{item('I1')}</CheckOutItem>"
    return f'<NCIPMessage xmlns="{NAMESPACE}" version="{VERSION}">{asked}</NCIPMessage>'.encode()


def _post(server: Server, message: bytes) -> bytes:
    address = server.https.address
    assert address is not None
    trusting = ssl.create_default_context(cafile=str(server.https_tls.authority))
    connection = HTTPSConnection(address.host, address.port, context=trusting, timeout=30)
    connection.request("POST", PATH, message, {"Content-Type": "text/xml"})
    response = connection.getresponse()
    body = response.read()
    assert (response.status, response.getheader("Content-Type")) == (200, XML)
    connection.close()
    return body
