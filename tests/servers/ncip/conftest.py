"""A library and its partners for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.fakes.world import World
from tests.servers.ncip.speaking import BROKER, STORE, Speaker, town


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """The small library with its depot."""
    started = await town()
    yield started
    await started.stop()


@pytest.fixture
def store(world: World) -> Speaker:
    """The system of the depot, which speaks in the name of the institution, as Alma wants it."""
    return Speaker(world, STORE, sender="TOWN")


@pytest.fixture
def broker(world: World) -> Speaker:
    """A broker of interlibrary lending."""
    return Speaker(world, BROKER)
