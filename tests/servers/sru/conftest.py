"""The town's catalogue for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.world import World
from tests.servers.sru.given import OPEN, TOWN_RECORDS, Town


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """The small library, with what there is of it in MARC."""
    started = await World(records=TOWN_RECORDS).start()
    yield started
    await started.stop()


@pytest.fixture
def alma(world: World, tmp_path: Path) -> Town:
    """The catalogue as Alma's would answer."""
    return Town(world, tmp_path)


@pytest.fixture
def town(world: World, tmp_path: Path) -> Town:
    """The catalogue with all that there is."""
    return Town(world, tmp_path, OPEN)
