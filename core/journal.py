"""The journal: what was decided becomes durable in groups, and only then do the answers go.

A unit of work is applied to memory at once and queued. One commit at a time takes everything that waits into
one batch of the store. When it is kept, the waiting answers are let go; when the store refuses, every pending
unit is undone, newest first, so that memory equals the store again, and each waiting caller is told. When the
store is broken the journal takes nothing more: the process must stop and recover from disk.

This is the one file of the core's middle that uses asyncio; nothing between deciding and queueing awaits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import Enum

from msgspec import Struct

from core.answered import AnsweredRequests, Memory, Name
from core.events import Event, Recorded
from core.library import Library, touched
from core.ports import Batch, Change, Store, StoreBroken, StoreRefused


class Settled(Enum):
    """How a unit of work ended."""

    KEPT = 0
    UNDONE = 1
    UNKNOWN = 2


Callback = Callable[[Settled], None]


class UnitOfWork(Struct, eq=False):
    """Changes on their way to the store, and who waits for them.

    ``seq`` is the number of its first event, and ``ended`` is what it made the answered requests forget.
    """

    seq: int
    at: datetime
    actor: str
    request: str
    events: tuple[Event, ...]
    changes: Sequence[Change]
    ended: Sequence[tuple[Name, Memory]]
    settled: Settled | None = None
    waiting: list[Callback] = []

    def __repr__(self) -> str:
        """Its number. Whom it is about is nobody's business in a traceback."""
        return f"UnitOfWork({self.seq})"

    def then(self, callback: Callback) -> None:
        """Call back when the unit is settled; at once if it is."""
        if self.settled is None:
            self.waiting.append(callback)
        else:
            callback(self.settled)

    def settle(self, how: Settled) -> None:
        """Tell everybody who waits, in the order they came."""
        self.settled = how
        waiting, self.waiting = self.waiting, []
        for callback in waiting:
            callback(how)


class Group(Struct, eq=False):
    """Units of work that go to the store together: by the record whose picture they are the latest to alter,
    and by the request that they answer.
    """

    units: list[UnitOfWork] = []
    latest: dict[int, UnitOfWork] = {}
    asked: dict[str, UnitOfWork] = {}


class Journal:
    """The queue of units of work and the one commit that is under way. ``limit`` bounds the queue.

    ``commits`` is how many batches were kept, ``seconds`` how long all of these took.
    """

    def __init__(
        self, store: Store, library: Library, answered: AnsweredRequests, *, limit: int = 1000
    ) -> None:
        self._store = store
        self._library = library
        self._answered = answered
        self._limit = limit
        self._seq = store.next_seq()
        self._queued = Group()
        self._committing = Group()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.broken = asyncio.Event()
        self.commits = 0
        self.seconds = 0.0

    @property
    def waiting(self) -> int:
        """How many units of work are on their way to the store."""
        return len(self._queued.units) + len(self._committing.units)

    @property
    def full(self) -> bool:
        """Whether nothing more may be queued now."""
        return len(self._queued.units) >= self._limit or self.broken.is_set()

    def record(self, at: datetime, actor: str, request: str, events: tuple[Event, ...]) -> UnitOfWork:
        """Apply events to memory and queue them. The caller has made sure that the journal is not `full`."""
        changes: tuple[Change, ...] = ()
        for event in events:
            changes += self._library.apply(event)
        ended = self._answered.remember(request, at, events, actor)
        unit = UnitOfWork(self._seq, at, actor, request, events, changes, ended)
        self._seq += len(events)
        queued = self._queued
        for key in touched(changes):
            queued.latest[key] = unit
        if request:
            queued.asked[request] = unit
        if not queued.units:
            self._wake.set()
        queued.units.append(unit)
        return unit

    def pending(self, *keys: int) -> UnitOfWork | None:
        """The newest unit of work on its way that touches one of these records; None if all of them are
        durable.
        """
        for latest in (self._queued.latest, self._committing.latest):
            if not latest:
                continue
            newest: UnitOfWork | None = None
            for key in keys:
                unit = latest.get(key)
                if unit is not None and (newest is None or unit.seq > newest.seq):
                    newest = unit
            if newest is not None:
                return newest
        return None

    def asked(self, request: str) -> UnitOfWork | None:
        """The unit of work on its way that answers this request; None if it is durable."""
        return self._queued.asked.get(request) or self._committing.asked.get(request)

    def start(self) -> None:
        """Begin to commit."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="journal")
        self._task.add_done_callback(self._ended)

    async def close(self) -> None:
        """Wait until everything queued is settled, then stop. The store stays open."""
        if self._task is None:
            return
        while self.waiting and not self.broken.is_set():
            last = (self._queued.units or self._committing.units)[-1]
            settled = asyncio.get_running_loop().create_future()
            last.then(settled.set_result)
            await settled
        task, self._task = self._task, None
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A mistake of ours in what follows a commit: nothing can be promised, so nothing more is taken."""
        if not task.cancelled() and task.exception() is not None:
            self.broken.set()

    async def _run(self) -> None:
        now = asyncio.get_running_loop().time
        while not self.broken.is_set():
            await self._wake.wait()
            self._wake.clear()
            self._committing, self._queued = self._queued, Group()
            if not self._committing.units:
                continue
            begun = now()
            try:
                await self._store.commit(_batch(self._committing.units))
            except StoreRefused:
                self._undo()
            except StoreBroken:
                self._break()
            else:
                self.commits += 1
                self.seconds += now() - begun
                self._keep()

    def _keep(self) -> None:
        units, self._committing, kept = self._committing.units, Group(), Settled.KEPT
        for unit in units:
            unit.settle(kept)

    def _undo(self) -> None:
        undone = self._committing.units + self._queued.units
        self._committing, self._queued = Group(), Group()
        for unit in reversed(undone):
            self._library.undo(unit.changes)
            self._answered.forget(unit.request, unit.events, unit.ended)
        self._seq = undone[0].seq
        for unit in undone:
            unit.settle(Settled.UNDONE)

    def _break(self) -> None:
        """Memory stays as it is: whoever looks at it is told of the unit whose end nobody knows."""
        self.broken.set()
        lost = self._committing.units + self._queued.units
        self._committing.units, self._queued.units = [], []
        for unit in lost:
            unit.settle(Settled.UNKNOWN)


def _batch(units: Sequence[UnitOfWork]) -> Batch:
    """One batch of many units: all events in order, each changed record once, as it was before and as it is
    last.
    """
    events: list[Recorded] = []
    merged: dict[tuple[type, int], Change] = {}
    for unit in units:
        for seq, event in enumerate(unit.events, unit.seq):
            events.append(Recorded(seq, unit.at, unit.actor, event, unit.request))
        for change in unit.changes:
            record = change.before if change.after is None else change.after
            assert record is not None, "a change without a record"
            key = (type(record), record.id)  # a bib and its body share their id
            first = merged.get(key)
            merged[key] = change if first is None else Change(first.before, change.after)
    return Batch(events, [change for change in merged.values() if change.before or change.after])
