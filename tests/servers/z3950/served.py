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
from servers.configuration.settings import SecretHash, Settings, Z3950Settings, Z3950User
from tests.fakes.served import cheap_hash, settings
from tests.servers.sru import served as sru
from tests.servers.sru.given import TOWN_RECORDS

HERE: Final = Z3950Settings(enabled=True, host="127.0.0.1", port=0, rate_per_source=0)
PATIENCE: Final = 30


USERS: Final = (
    Z3950User("union", SecretHash(cheap_hash("word-1"))),
    Z3950User("branch", SecretHash(cheap_hash("word-2")), group="town"),
)
"""Users of two kinds: one is in a group."""


def at_z3950(own: Z3950Settings = HERE, *users: Z3950User) -> Settings:
    """The small library's settings, with Z39.50 and SRU."""
    return replace(settings(), sru=sru.PROFILES, z3950=own, z3950_user=users)


@asynccontextmanager
async def serving(
    state: Path,
    records: Sequence[Record] = TOWN_RECORDS,
    own: Z3950Settings = HERE,
    users: Sequence[Z3950User] = (),
) -> AsyncIterator[Server]:
    """A server whose catalogue is built."""
    async with sru.serving(state, records, at_z3950(own, *users)) as server:
        yield server


def address(server: Server) -> str:
    """Where its Z39.50 is."""
    assert server.z3950.address is not None
    return f"127.0.0.1:{server.z3950.address.port}"


def yaz_client(at: str, *lines: str) -> str:
    """What yaz-client says to these lines, typed one after the other; ``at`` is opened first, unless it is
    empty.
    """
    typed = "\n".join([*lines, "quit", ""])
    ran = subprocess.run(
        ["yaz-client", *filter(None, (at,))],
        input=typed,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return ran.stdout + ran.stderr


def zoomsh(*lines: str) -> str:
    """What zoomsh says to these lines."""
    typed = "\n".join([*lines, "quit", ""])
    ran = subprocess.run(
        ["zoomsh"], input=typed, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    return ran.stdout + ran.stderr
