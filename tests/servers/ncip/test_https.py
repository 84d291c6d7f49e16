"""A message over HTTPS to a whole server, as a partner's machine sends it."""

from __future__ import annotations

import asyncio
import gc
import ssl
from http.client import HTTPSConnection
from pathlib import Path

from msgspec.structs import replace

from core.model.records import ItemStatus
from servers.app import Server
from servers.configuration.settings import SecretHash
from servers.ncip.servlet import PATH, XML
from tests.fakes.served import cheap_hash, fill, settings
from tests.fakes.world import BOOK, IN_DEPOT, WITH_DEPOT
from tests.servers.ncip.speaking import BROKER, DEPOT_STORAGE, NAMESPACE, STORE, VERSION, item, user


async def test_a_loan_over_https_is_kept(tmp_path: Path) -> None:
    await fill(tmp_path, IN_DEPOT)
    partners = (STORE, replace(BROKER, secret=SecretHash(cheap_hash("word-1"))))
    whole = replace(
        settings(), location=WITH_DEPOT.locations, ncip_agency=partners, remote_storage=(DEPOT_STORAGE,)
    )
    thresholds = gc.get_threshold()
    server = await Server.start(whole, tmp_path)
    try:
        body = await asyncio.to_thread(_post, server, _message("word-1"))
        assert b"<DateDue>" in body
        assert server.desk.library.items[BOOK].status is ItemStatus.ON_LOAN
        refused = await asyncio.to_thread(_post, server, _message("word-2"))
        assert b"Agency Authentication Failed" in refused
    finally:
        await server.stop()
        gc.unfreeze()
        gc.set_threshold(*thresholds)


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
