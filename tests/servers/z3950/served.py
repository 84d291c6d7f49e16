"""A whole server with the town's catalogue, over Z39.50, SRU and SIP2 on loopback, and how yaz asks it."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from core.model.records import Record
from servers.app import Server
from servers.configuration.settings import Settings, Z3950Settings
from tests.fakes.served import settings
from tests.servers.sru import served as sru
from tests.servers.sru.given import TOWN_RECORDS

HERE: Final = Z3950Settings(enabled=True, host="127.0.0.1", port=0, rate_per_source=0)
PATIENCE: Final = 30


def at_z3950(own: Z3950Settings = HERE) -> Settings:
    """The small library's settings, with Z39.50 and SRU."""
    return replace(settings(), sru=sru.PROFILES, z3950=own)


@asynccontextmanager
async def serving(
    state: Path, records: Sequence[Record] = TOWN_RECORDS, own: Z3950Settings = HERE
) -> AsyncIterator[Server]:
    """A server whose catalogue is built."""
    async with sru.serving(state, records, at_z3950(own)) as server:
        yield server


def address(server: Server) -> str:
    """Where its Z39.50 is."""
    assert server.z3950.address is not None
    return f"127.0.0.1:{server.z3950.address.port}"


def yaz_client(at: str, *lines: str) -> str:
    """What yaz-client says to these lines, typed one after the other."""
    typed = "\n".join([*lines, "quit", ""])
    ran = subprocess.run(
        ["yaz-client", at], input=typed, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    return ran.stdout + ran.stderr


def zoomsh(*lines: str) -> str:
    """What zoomsh says to these lines."""
    typed = "\n".join([*lines, "quit", ""])
    ran = subprocess.run(
        ["zoomsh"], input=typed, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    return ran.stdout + ran.stderr
