"""The outbox of one facility: follows the event log, and tells the facility of every item that left its care.

The rule it keeps: at least once, and in order. The place in the log moves on when the facility has answered,
not before; what it cannot be told now is told later, and holds back what comes after. Circulation never waits
for any of this, and notices nothing of it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Final, NamedTuple

from core.events import NoLongerStored
from core.model.records import Item, ItemStatus
from core.ports import Clock, Store, StoreBroken, StoreRefused
from servers.log import get_logger
from servers.ncip.outgoing.facility import Facility
from servers.ncip.outgoing.memory import Letter, Memory
from servers.ncip.outgoing.post import Post
from servers.ncip.outgoing.verdict import Outcome, Verdict

log = get_logger(__name__)

STRIDE: Final = 10_000
"""Events of no concern after which the place is written down: as many are read again after a restart."""


class Pace(NamedTuple):
    """Seconds: between two looks at the log, and until a message is tried again: at first, and at most."""

    look: float = 1.0
    first: float = 1.0
    most: float = 300.0

    def pause(self, tries: int, chance: float) -> float:
        """How long to wait after so many tries; ``chance``, from 0 to 1, keeps those who wait apart."""
        doubled = self.first * (1 << min(tries - 1, 60))
        return min(doubled, self.most) * (0.5 + chance / 2)


USUAL: Final = Pace()


class Surroundings(NamedTuple):
    """What an outbox works with. ``item`` finds what has a barcode now; ``chance`` is from 0 to 1."""

    store: Store
    clock: Clock
    item: Callable[[str], Item | None]
    post: Post
    chance: Callable[[], float]
    pace: Pace = USUAL


class Outbox:
    """What is to be told to one facility. ``counts`` are the outcomes so far, ``waiting`` is why the next
    message was not taken; empty if none waits.
    """

    def __init__(self, facility: Facility, around: Surroundings, counts: Counter[Outcome]) -> None:
        self.memory = Memory(around.store, facility.profile)
        self.waiting = ""
        self._facility = facility
        self._around = around
        self._counts = counts
        self._stirred = asyncio.Event()
        self._letters_wait = True

    def stir(self) -> None:
        """Look and try now, whatever the time; letters that are to be tried again, too."""
        self._letters_wait = True
        self._stirred.set()

    async def run(self) -> None:
        """Tell what is to be told, until this is cancelled or the store is broken."""
        refusals = 0
        while True:
            try:
                place = await self.memory.place()
                while True:
                    if self._letters_wait:
                        await self._try_letters()
                    place = await self._catch_up(place)
                    refusals = 0
                    await self._rest(self._around.pace.look)
            except StoreRefused as refused:
                refusals += 1
                log.warning("outgoing-store-refused", profile=self._facility.profile, reason=str(refused))
                await self._rest(self._around.pace.pause(refusals, self._around.chance()))
            except StoreBroken:
                return  # the server stops

    async def _catch_up(self, place: int) -> int:
        """Tell all that the log holds beyond the place; returns the place reached."""
        kept = place
        async for recorded in self._around.store.follow(place):
            place = recorded.seq
            if isinstance(recorded.event, NoLongerStored) and self._lets_go(recorded.event):
                await self.memory.keep(place, await self._told(place, recorded.event))
                kept = place
            elif place - kept >= STRIDE:
                await self.memory.keep(place)
                kept = place
        return place

    async def _try_letters(self) -> None:
        """Try once more what somebody wants to be tried."""
        self._letters_wait = False
        for letter in await self.memory.letters():
            if letter.again:
                left = await self._told(letter.seq, letter.event)
                await (self.memory.drop(letter.seq) if left is None else self.memory.put(left))

    async def _told(self, seq: int, event: NoLongerStored) -> Letter | None:
        """Tell the facility, however long it takes; returns the letter that is left if it refuses."""
        tries = 0
        while not self._is_back(event):
            tries += 1
            verdict = await self._delivered(event)
            match verdict.outcome:
                case Outcome.DONE:
                    log.info("storage-told", profile=self._facility.profile, item=event.barcode)
                    return None
                case Outcome.NEVER:
                    return self._given_up(seq, event, verdict)
                case Outcome.AGAIN:
                    await self._wait(tries, event, verdict)
        log.info("storage-not-told", profile=self._facility.profile, item=event.barcode, why="it is back")
        return None

    async def _delivered(self, event: NoLongerStored) -> Verdict:
        verdict = await self._around.post.deliver(self._facility, event)
        self._counts[verdict.outcome] += 1
        if verdict.outcome is not Outcome.AGAIN:
            self.waiting = ""
        return verdict

    def _given_up(self, seq: int, event: NoLongerStored, verdict: Verdict) -> Letter:
        log.error(
            "storage-letter",
            profile=self._facility.profile,
            number=seq,
            item=event.barcode,
            why=verdict.why,
            advice="circdesk storage letters",
        )
        return Letter(seq, event, self._around.clock.now(), verdict.why, verdict.detail)

    async def _wait(self, tries: int, event: NoLongerStored, verdict: Verdict) -> None:
        self.waiting = verdict.why
        pause = self._around.pace.pause(tries, self._around.chance())
        log.warning(
            "storage-waits",
            profile=self._facility.profile,
            item=event.barcode,
            why=verdict.why,
            tries=tries,
            seconds=round(pause, 1),
        )
        await self._rest(pause)

    def _lets_go(self, event: NoLongerStored) -> bool:
        """Whether the item has left this facility's care; it may have moved within it."""
        return self._facility.stores(event.location) and not self._facility.stores(event.now_at)

    def _is_back(self, event: NoLongerStored) -> bool:
        """Whether what has the barcode lives here again by now. To be told would lose it."""
        item = self._around.item(event.barcode)
        return (
            item is not None
            and item.status is not ItemStatus.WITHDRAWN
            and self._facility.stores(item.location)
        )

    async def _rest(self, seconds: float) -> None:
        """Wait so long, or until somebody stirs."""
        try:
            async with asyncio.timeout(seconds):
                await self._stirred.wait()
        except TimeoutError:
            return
        finally:
            self._stirred.clear()
