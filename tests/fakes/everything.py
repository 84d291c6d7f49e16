"""All that an act could change, to see that nothing has."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.fakes.world import World

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def everything(world: World) -> list[Any]:
    """Records with their versions, look-ups, answered requests, log and PINs, each in its order."""
    answered = world.answered
    return [
        [(name, _entries(table)) for name, table in vars(world.library).items()],
        [*answered._by_key.items()],
        [*answered._key_of.items()],
        [*world.memory.recent(LONG_AGO)],
        world.journal._seq,
        len(world.desk.pins),
    ]


def _entries(table: Any) -> list[Any]:
    """What a table of the library holds; a look-up of several tables is their entries."""
    if isinstance(table, dict):
        return [*table.items()]
    return [(name, [*part.items()]) for name, part in vars(table).items()]
