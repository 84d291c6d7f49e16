"""Where the catalogue is built: in one thread of this process for a few bibs, in other processes for many.

The rule it keeps: the event loop waits for nothing but answers. Each of the other processes, one a core,
fills an index of its own with its share, and nothing but bibs goes to it; what they have written is joined in
the end. All run at a lower priority than circulation.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor
from functools import partial
from itertools import cycle
from multiprocessing import get_context
from typing import Final, Protocol, TypeVar

import msgspec

from core.ports import OpenIndex, SearchIndex
from servers.catalogue.entries import Subject
from servers.catalogue.forms import unmade
from servers.catalogue.making import Making, Readied, record
from servers.log import get_logger

log = get_logger(__name__)

T = TypeVar("T")

FEW: Final = 2_000
"""Bibs for which no other process is worth its start."""
NICE: Final = 5
AHEAD: Final = 3
"""Lots that a process may have before it: one in work, and others on their way."""


class Site(Protocol):
    """A place where a catalogue is built."""

    ahead: int
    """How many lots may be in work at a time."""

    async def take(self, subjects: Sequence[Subject]) -> list[Readied]:
        """Take bibs into the index; what it returns is for the file of records."""
        ...

    async def finish(self, position: int) -> None:
        """Keep all of it, as far as this number of the log."""
        ...

    def close(self) -> None:
        """End, finished or not."""
        ...


async def site(bibs: int, index: SearchIndex, thread: Executor) -> Site:
    """Where so many bibs are worked on, to be all that is in the index. ``thread`` is this process's own."""
    if bibs >= FEW:
        try:
            return await _run(thread, partial(_There, index, thread))
        except BrokenExecutor as error:
            log.warning("catalogue-built-here", reason=str(error), advice="it takes longer so")
    return await _run(thread, partial(_Here, index, thread))


async def _run(executor: Executor, work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(executor, work)


class _Here:
    """In one thread of this process."""

    ahead = 1

    def __init__(self, index: SearchIndex, thread: Executor) -> None:
        self._thread = thread
        self._index = index
        self._index.clear()
        self._making = Making(index.prepare)

    async def take(self, subjects: Sequence[Subject]) -> list[Readied]:
        """Take bibs in, and make their records, which few can wait for."""
        return await _run(self._thread, partial(self._take, subjects))

    def _take(self, subjects: Sequence[Subject]) -> list[Readied]:
        made = [self._making.both(subject) for subject in subjects]
        self._index.add([prepared for prepared, _ in made])
        return [readied for _, readied in made]

    async def finish(self, position: int) -> None:
        """Keep all of it."""
        await _run(self._thread, partial(self._index.commit, position))

    def close(self) -> None:
        """There is nothing to end."""


class _There:
    """In processes of their own. Records are made later (`Finishing`)."""

    def __init__(self, index: SearchIndex, thread: Executor) -> None:
        self._index = index
        self._thread = thread
        context, cores = get_context("spawn"), len(os.sched_getaffinity(0))
        self.ahead = AHEAD * cores
        self._builders = [
            ProcessPoolExecutor(1, context, _begin_building, (opens,)) for opens in index.divided(cores)
        ]
        self._next: Iterator[Executor] = cycle(self._builders)
        for started in [builder.submit(_take, _packed(())) for builder in self._builders]:
            started.result()  # a pool starts its process at the first work

    async def take(self, subjects: Sequence[Subject]) -> list[Readied]:
        """Take bibs in; their bodies are all that is known of their records."""
        await _run(next(self._next), partial(_take, _packed(subjects)))
        return [Readied(one.bib.id, one.bib.version, unmade(one.body)) for one in subjects]

    async def finish(self, position: int) -> None:
        """Keep all of it."""
        await asyncio.gather(*[_run(builder, partial(_commit, position)) for builder in self._builders])
        await _run(self._thread, self.close)
        await _run(self._thread, partial(self._index.join, len(self._builders), position))

    def close(self) -> None:
        """End the processes; what they have not kept is forgotten."""
        for builder in self._builders:
            builder.shutdown(cancel_futures=True)


class Finishing:
    """Makes records of bodies: in processes of their own, or in a thread of this one where those die."""

    def __init__(self, bodies: int, thread: Executor) -> None:
        """For so many in all."""
        self._thread = thread
        cores = len(os.sched_getaffinity(0))
        self._makers = ProcessPoolExecutor(cores, get_context("spawn"), _begin) if bodies >= FEW else None

    async def records(self, lots: Sequence[Sequence[bytes]]) -> list[list[bytes]]:
        """The records of some lots of bodies, at a time."""
        executor: Executor = self._makers or self._thread
        try:
            return await asyncio.gather(*[_run(executor, partial(_records, lot)) for lot in lots])
        except BrokenExecutor as error:
            log.warning("catalogue-built-here", reason=str(error), advice="it takes longer so")
            self.close()
            return await self.records(lots)

    def close(self) -> None:
        """End the processes."""
        makers, self._makers = self._makers, None
        if makers is not None:
            makers.shutdown(cancel_futures=True)


# In the other processes. Each does one thing all its life, and this is what it does it with.

_indexes: list[SearchIndex] = []
_making: list[Making] = []


def _begin() -> None:
    """Leave signals to the parent, and the processor to circulation."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    os.nice(NICE)
    gc.disable()  # what is made is in no cycle, and there is much of it


def _begin_building(opens: OpenIndex) -> None:
    _begin()
    index = opens()
    _indexes.append(index)
    _making.append(Making(index.prepare))


_packed: Final = msgspec.msgpack.Encoder().encode
_unpacked: Final = msgspec.msgpack.Decoder(list[Subject]).decode


def _take(packed: bytes) -> None:
    entry = _making[0].entry
    _indexes[0].add([entry(subject) for subject in _unpacked(packed)])


def _commit(position: int) -> None:
    _indexes[0].commit(position)
    _indexes[0].close()


def _records(bodies: Sequence[bytes]) -> list[bytes]:
    return [record(body) for body in bodies]
