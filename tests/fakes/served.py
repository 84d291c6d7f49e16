"""The small library of `tests.fakes.world`, truly served: TLS on a free port of loopback, records in SQLite.

async with served(tmp_path) as server:
    await asyncio.to_thread(…)      a client blocks, so it gets a thread of its own
"""

from __future__ import annotations

import gc
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec.structs import replace

from core.model.records import Patron, Record
from core.ports import Batch, Change
from core.storage.sqlite import SqliteStore
from servers.app import Server
from servers.configuration.settings import (
    HttpsSettings,
    Institution,
    SecretHash,
    Settings,
    Sip2Settings,
    Terminal,
)
from servers.credentials import Cost, ScryptCredentials
from servers.places import FACTS
from tests.fakes.world import POLICY, RECORDS

USER, PASSWORD = "user-1", "word-1"


def cheap_hash(secret: str) -> str:
    """A hash of the right form that costs next to nothing."""
    credentials = ScryptCredentials(lambda: 0.0, cost=Cost(n=2))
    credentials.close()
    return credentials.hash(secret)


TERMINAL = Terminal("kiosk-1", USER, SecretHash(cheap_hash(PASSWORD)), "kiosk-1", "MAIN")
ANYWHERE = Sip2Settings(host="127.0.0.1", port=0)
ANYWHERE_HTTPS = HttpsSettings(host="127.0.0.1", port=0)


def settings(
    sip2: Sip2Settings = ANYWHERE,
    terminals: tuple[Terminal, ...] = (TERMINAL,),
    https: HttpsSettings = ANYWHERE_HTTPS,
) -> Settings:
    """The small library's policy, on free ports."""
    institution = Institution(POLICY.institution, POLICY.name, POLICY.currency, POLICY.time_zone)
    return Settings(
        https=https,
        institution=institution,
        agency=POLICY.agencies,
        location=POLICY.locations,
        sip2=sip2,
        terminal=terminals,
    )


async def fill(state: Path, records: Iterable[Record] = RECORDS) -> None:
    """Put records in the store of a state directory; PINs are hashed."""
    state.mkdir(parents=True, exist_ok=True)
    store = SqliteStore.open(state / Settings().store.file)
    await store.commit(Batch([], [Change(None, _hashed(record)) for record in records]))
    await store.close()


@asynccontextmanager
async def served(
    state: Path, sip2: Sip2Settings = ANYWHERE, https: HttpsSettings = ANYWHERE_HTTPS
) -> AsyncIterator[Server]:
    """A server of the small library, and beside its records a facts file like that of the demonstration."""
    thresholds = gc.get_threshold()
    await fill(state)
    server = await Server.start(settings(sip2, https=https), state)
    try:
        (state / FACTS).write_text(json.dumps(facts(server)), "utf-8")
        yield server
    finally:
        await server.stop()
        gc.unfreeze()  # a server sets the collector up for itself; what it froze is the tests', too
        gc.set_threshold(*thresholds)


def facts(server: Server) -> dict[str, object]:
    """What a tool must know to talk to the server."""
    host, port = server.sip2_address
    sip2 = {"host": host, "port": port, "ca": str(server.tls.authority), "user": USER, "password": PASSWORD}
    return {"institution": POLICY.institution, "sip2": sip2}


def _hashed(record: Record) -> Record:
    if isinstance(record, Patron) and record.pin:
        return replace(record, pin=cheap_hash(record.pin))
    return record
