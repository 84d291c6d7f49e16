"""The town's search page for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.world import World
from tests.servers.search.given import Page
from tests.servers.sru.given import TOWN_RECORDS, Town


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """The small library, with what there is of it in MARC."""
    started = await World(records=TOWN_RECORDS).start()
    yield started
    await started.stop()


@pytest.fixture
def page(world: World, tmp_path: Path) -> Page:
    """The page on which the town's catalogue is searched."""
    return Page(Town(world, tmp_path))
