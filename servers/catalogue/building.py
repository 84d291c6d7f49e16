"""Where the catalogue is built: in threads of this process for a few bibs, in other processes for many.

The rule it keeps: the event loop waits for nothing but answers. One process takes bibs into the index,
because that may hold its interpreter for seconds while a part of the index is written; the others, one a
core, make what is taken in. All run at a lower priority than circulation.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Final, Protocol, TypeVar

from core.ports import Prepare, Prepared, SearchIndex
from servers.catalogue.entries import Subject
from servers.catalogue.making import Made, Making
from servers.log import get_logger

log = get_logger(__name__)

T = TypeVar("T")
OpenIndex = Callable[[], SearchIndex]
"""Opens the index, and makes one where there is none of this format. Another process may be given it."""

FEW: Final = 2_000
"""Bibs for which no other process is worth its start."""
NICE: Final = 5


class Site(Protocol):
    """A place where a catalogue is built."""

    ahead: int
    """How many lots may be in the making at a time."""

    async def make(self, subjects: Sequence[Subject]) -> list[Made]:
        """Make what is to be taken in."""
        ...

    async def add(self, prepared: Sequence[Prepared]) -> None:
        """Take it in."""
        ...

    async def finish(self, position: int) -> None:
        """Keep all of it, as far as this number of the log."""
        ...

    def close(self) -> None:
        """End, finished or not."""
        ...


async def site(bibs: int, open_index: OpenIndex, prepare: Prepare, thread: Executor) -> Site:
    """Where so many bibs are worked on, with an empty index. Nobody else may have it open to write;
    ``thread`` is this process's own.
    """
    if bibs >= FEW:
        try:
            return await _run(thread, partial(_There, open_index, prepare))
        except BrokenExecutor as error:
            log.warning("catalogue-built-here", reason=str(error), advice="it takes longer so")
    return await _run(thread, partial(_Here, thread, open_index, prepare))


async def _run(executor: Executor, work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(executor, work)


class _Here:
    """In one thread of this process."""

    ahead = 1

    def __init__(self, thread: Executor, open_index: OpenIndex, prepare: Prepare) -> None:
        self._thread = thread
        self._index = open_index()
        self._index.clear()
        self._making = Making(prepare)

    async def make(self, subjects: Sequence[Subject]) -> list[Made]:
        """Make what is to be taken in."""
        return await _run(self._thread, lambda: [self._making(subject) for subject in subjects])

    async def add(self, prepared: Sequence[Prepared]) -> None:
        """Take it in."""
        await _run(self._thread, lambda: self._index.add(prepared))

    async def finish(self, position: int) -> None:
        """Keep all of it."""
        await _run(self._thread, lambda: self._index.commit(position))

    def close(self) -> None:
        """Let go of the index."""
        self._index.close()


class _There:
    """In processes of their own."""

    def __init__(self, open_index: OpenIndex, prepare: Prepare) -> None:
        cores = len(os.sched_getaffinity(0))
        self.ahead = 3 * cores
        context = get_context("spawn")
        self._makers = ProcessPoolExecutor(cores, context, _begin_making, (prepare,))
        self._indexer = ProcessPoolExecutor(1, context, _begin_indexing, (open_index,))
        self._indexer.submit(_add, ()).result()  # both pools start their processes at the first work
        self._makers.submit(_make, ()).result()

    async def make(self, subjects: Sequence[Subject]) -> list[Made]:
        """Make what is to be taken in."""
        return await _run(self._makers, partial(_make, subjects))

    async def add(self, prepared: Sequence[Prepared]) -> None:
        """Take it in."""
        await _run(self._indexer, partial(_add, prepared))

    async def finish(self, position: int) -> None:
        """Keep all of it."""
        await _run(self._indexer, partial(_commit, position))

    def close(self) -> None:
        """End the processes; what they have not kept is forgotten."""
        self._makers.shutdown(cancel_futures=True)
        self._indexer.shutdown(cancel_futures=True)


# In the other processes. Each does one thing all its life, and this is what it does it with.

_making: list[Making] = []
_indexes: list[SearchIndex] = []


def _begin() -> None:
    """Leave signals to the parent, and the processor to circulation."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    os.nice(NICE)
    gc.disable()  # what is made is in no cycle, and there is much of it


def _begin_making(prepare: Prepare) -> None:
    _begin()
    _making.append(Making(prepare))


def _begin_indexing(open_index: OpenIndex) -> None:
    _begin()
    index = open_index()
    index.clear()
    _indexes.append(index)


def _make(subjects: Sequence[Subject]) -> list[Made]:
    return [_making[0](subject) for subject in subjects]


def _add(prepared: Sequence[Prepared]) -> None:
    _indexes[0].add(prepared)


def _commit(position: int) -> None:
    _indexes[0].commit(position)
    _indexes[0].close()
