"""The town's catalogue for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.world import World
from tests.servers.sru.given import TOWN_RECORDS
from tests.servers.z3950.given import Origin


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """The small library, with what there is of it in MARC."""
    started = await World(records=TOWN_RECORDS).start()
    yield started
    await started.stop()


@pytest.fixture
def origin(world: World, tmp_path: Path) -> Origin:
    """Somebody who asks about it."""
    return Origin(world, tmp_path)
