"""The small library with its depot, truly served to partners, and `circdesk ncip` typed at it."""

from __future__ import annotations

import gc
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from servers.app import Server
from servers.configuration.settings import NcipTcpSettings, SecretHash
from servers.ncip.servlet import PATH
from servers.places import FACTS
from tests.fakes.served import cheap_hash, facts, fill, settings
from tests.fakes.world import IN_DEPOT, WITH_DEPOT
from tests.servers.ncip.client.typing_it import SECRET, Typed
from tests.servers.ncip.speaking import AT_ONCE, BROKER, DEPOT_STORAGE, STORE


@pytest.fixture
async def ncip(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> AsyncIterator[Typed]:
    """The command, and a server for it."""
    await fill(tmp_path, IN_DEPOT)
    whole = replace(
        settings(),
        location=WITH_DEPOT.locations,
        ncip_agency=(STORE, replace(BROKER, aliases=("TOWN",), secret=SecretHash(cheap_hash(SECRET)))),
        remote_storage=(DEPOT_STORAGE,),
        ncip=AT_ONCE,
        ncip_tcp=NcipTcpSettings(enabled=True, host="127.0.0.1", port=0),
    )
    thresholds = gc.get_threshold()
    with capture_logs():  # they would be written between the answers
        server = await Server.start(whole, tmp_path)
        try:
            (tmp_path / FACTS).write_text(json.dumps(_facts(server)), "utf-8")
            yield Typed(tmp_path, server, capsys)
        finally:
            await server.stop()
            gc.unfreeze()
            gc.set_threshold(*thresholds)


def _facts(server: Server) -> dict[str, object]:
    assert server.https.address is not None
    assert server.ncip_tcp.tls is not None
    https = {
        "ca": str(server.https_tls.authority),
        "ncip": f"https://127.0.0.1:{server.https.address.port}{PATH}",
        "ncip_tcp": f"tls://127.0.0.1:{server.ncip_tcp.tls.port}",
        "ncip_agency": "TOWN",
        "ncip_profile": "DEPOT",
        "ncip_desk": "MAIN.DEPOT_DESK",
        "ncip_partner": "ILL",
    }
    return {**facts(server), "https": https}
