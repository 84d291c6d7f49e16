"""A demonstration that is being served, for what has to be seen at work."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from servers.app import Server
from servers.configuration.reading import read_settings
from servers.demo.build import Wish, ensure_built
from servers.demo.built import CONFIGURATION, Built
from servers.demo.facts import facts_of
from tests.servers.demo.given import Running


@pytest.fixture
def demonstration(tmp_path: Path) -> tuple[Path, Built]:
    """A small demonstration, built just now, in a directory with a blank in its name."""
    state = tmp_path / "a demo"
    wish = Wish(bibs=150, items=300, patrons=40)
    built, _ = ensure_built(state, wish, fresh=False, now=datetime.now(UTC), progress=lambda records: None)
    return state, built


@pytest.fixture
async def running(demonstration: tuple[Path, Built]) -> AsyncIterator[Running]:
    """The demonstration, served until the end of the test."""
    state, built = demonstration
    settings = read_settings(state / CONFIGURATION)
    free = {name: replace(getattr(settings, name), port=0) for name in ("sip2", "https", "z3950")}
    server = await Server.start(replace(settings, **free), state)
    await server.indexing.built()
    yield Running(state, built, server, facts_of(server, built))
    await server.stop()
