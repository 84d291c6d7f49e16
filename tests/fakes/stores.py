"""A store that fails or waits when a test says so, around any other store.

store = RefusingStore(MemoryStore())
store.refuse_next(2)     the next two commits are refused
store.refuse_memos()     the next memos are refused
store.break_memos()      the next memos break the store
store.break_next()       the next commit breaks the store: nothing is kept now or later
store.lose_next()        the next batch is kept, but its commit says that the store is broken
store.hold()             commits wait from here on ...
await store.waiting()    ... (returns as soon as one does) ...
store.release()          ... to here
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from core.events import Recorded
from core.model.records import BibId, Record
from core.ports import Batch, Store, StoreBroken, StoreRefused


class RefusingStore:
    """Every call goes to the store inside, commits through a gate. ``batches`` are those that were kept."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._refusals = 0
        self._memo_refusals = 0
        self._memos_break = False
        self._breaks = False
        self._loses = False
        self._broken = False
        self._open = asyncio.Event()
        self._open.set()
        self._arrived = asyncio.Event()
        self.batches: list[Batch] = []

    def refuse_next(self, commits: int = 1) -> None:
        """Refuse this many commits from the next on."""
        self._refusals = commits

    def refuse_memos(self, times: int = 1) -> None:
        """Refuse to keep memos this many times from the next on."""
        self._memo_refusals = times

    def break_memos(self) -> None:
        """Be broken when the next memos are to be kept."""
        self._memos_break = True

    def break_next(self) -> None:
        """Keep nothing of the next commit, and be broken from then on."""
        self._breaks = True

    def lose_next(self) -> None:
        """Keep the next batch, and be broken from then on: the outcome its caller cannot know."""
        self._loses = True

    def hold(self) -> None:
        """Let commits wait until `release`."""
        self._open.clear()
        self._arrived.clear()

    async def waiting(self) -> None:
        """Return when a commit waits for `release`."""
        await self._arrived.wait()

    def release(self) -> None:
        """Let the commits that wait, and those to come, go on."""
        self._open.set()

    async def commit(self, batch: Batch) -> None:
        """Wait while commits are held; then fail as was asked for, or commit."""
        self._arrived.set()
        await self._open.wait()
        if self._breaks or self._broken:
            self._broken = True
            raise StoreBroken("broken by the test")
        if self._refusals:
            self._refusals -= 1
            raise StoreRefused("refused by the test")
        await self._store.commit(batch)
        self.batches.append(batch)
        if self._loses:
            self._broken = True
            raise StoreBroken("broken by the test, but kept")

    def load(self) -> Iterator[Sequence[Record]]:
        """As the store inside."""
        return self._store.load()

    def recent(self, since: datetime) -> Iterable[Recorded]:
        """As the store inside."""
        return self._store.recent(since)

    def next_seq(self) -> int:
        """As the store inside."""
        return self._store.next_seq()

    def next_id(self) -> int:
        """As the store inside."""
        return self._store.next_id()

    def follow(self, after: int) -> AsyncIterator[Recorded]:
        """As the store inside."""
        return self._store.follow(after)

    async def bibs(self, ids: Sequence[BibId]) -> dict[BibId, bytes]:
        """As the store inside."""
        return await self._store.bibs(ids)

    async def memos(self, prefix: str) -> dict[str, bytes]:
        """As the store inside."""
        return await self._store.memos(prefix)

    async def keep_memos(self, memos: Mapping[str, bytes | None]) -> None:
        """Fail as was asked for, or as the store inside."""
        if self._memos_break:
            self._broken = True
            raise StoreBroken("broken by the test")
        if self._memo_refusals:
            self._memo_refusals -= 1
            raise StoreRefused("refused by the test")
        await self._store.keep_memos(memos)

    async def close(self) -> None:
        """As the store inside."""
        await self._store.close()
