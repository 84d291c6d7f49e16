"""The outboxes of all facilities, how they change with the settings, and the dead letters of each."""

from __future__ import annotations

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from core.desk import CirculationDesk
from core.ports import Clock, Store
from servers.ncip.outgoing.facility import Facility
from servers.ncip.outgoing.memory import Letter
from servers.ncip.outgoing.outbox import USUAL, Outbox, Pace, Surroundings
from servers.ncip.outgoing.post import HttpPost
from servers.ncip.outgoing.verdict import Outcome


class Running(NamedTuple):
    """An outbox at work."""

    outbox: Outbox
    task: asyncio.Task[None]


class Outgoing:
    """All that is to be told. ``counts`` are the outcomes of each facility since the start."""

    def __init__(self, store: Store, clock: Clock, desk: CirculationDesk, pace: Pace = USUAL) -> None:
        self.counts: defaultdict[str, Counter[Outcome]] = defaultdict(Counter)
        self._store = store
        self._clock = clock
        self._desk = desk
        self._pace = pace
        self._post: HttpPost | None = None
        self._running: dict[str, Running] = {}

    def take_on(self, facilities: Iterable[Facility]) -> None:
        """Tell these from now on, and no others. Whatever is on its way to one is sent again."""
        if self._post is None:
            self._post = HttpPost()
        around = Surroundings(
            self._store, self._clock, self._desk.library.item, self._post, random.random, self._pace
        )
        before, self._running = self._running, {}
        for facility in facilities:
            outbox = Outbox(facility, around, self.counts[facility.profile])
            task = asyncio.create_task(_after(before.pop(facility.profile, None), outbox))
            self._running[facility.profile] = Running(outbox, task)
        for running in before.values():
            running.task.cancel()

    async def close(self) -> None:
        """Tell nobody any more. What is on its way is sent again after the next start."""
        for running in self._running.values():
            running.task.cancel()
        await asyncio.gather(*(running.task for running in self._running.values()), return_exceptions=True)
        if self._post is not None:
            await self._post.close()

    def waiting(self) -> Mapping[str, str]:
        """By profile, why its next message was not taken yet; empty if none waits."""
        return {profile: running.outbox.waiting for profile, running in self._running.items()}

    async def letters(self) -> Mapping[str, list[Letter]]:
        """The dead letters by profile. Raises `StoreRefused`."""
        return {name: await running.outbox.memory.letters() for name, running in self._running.items()}

    async def send_again(self, profile: str, letters: Iterable[Letter]) -> None:
        """Try these once more, and soon. Raises `StoreRefused`, `StoreBroken`."""
        outbox = self._running[profile].outbox
        await outbox.memory.put(*(replace(letter, again=True) for letter in letters))
        outbox.stir()

    async def drop(self, profile: str, letters: Iterable[Letter]) -> None:
        """Forget these: somebody has dealt with them. Raises `StoreRefused`, `StoreBroken`."""
        await self._running[profile].outbox.memory.drop(*(letter.seq for letter in letters))


async def _after(before: Running | None, outbox: Outbox) -> None:
    """Run the outbox when the one before it has let go: a facility never hears two at once."""
    if before is not None:
        before.task.cancel()
        await asyncio.wait([before.task])
    await outbox.run()
