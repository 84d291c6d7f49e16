"""The catalogue follows the records: built when there is none that fits, then kept up from the event log. It
is the index, and the records made ready for answers, in XML and in ISO 2709.

The rule it keeps: neither is trusted further than the log that it has followed. What is beyond that is read
again from the records, so that following twice does no harm, and what is lost costs only the time to build
it. The event loop reads and waits here; the work is done in other processes while all is built, and in one
thread after that.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Final, Literal, TypeVar

import msgspec
from msgspec import Struct

from core.library import Library
from core.model.records import BibId
from core.ports import IndexBroken, IndexView, Prepare, Prepared, SearchIndex, Store, StoreRefused
from protocols.marc.errors import NotMarc
from protocols.marc.exchange import to_be_sent
from protocols.marc.iso2709 import unpack
from protocols.marc.marcxml import marcxml
from servers.catalogue.access_points import table
from servers.catalogue.affected import affected
from servers.catalogue.entries import Entries, Subject
from servers.catalogue.forms import joined, marc_in, xml_in
from servers.catalogue.ready import ReadyRecords
from servers.log import get_logger

log = get_logger(__name__)
T = TypeVar("T")

CHUNK: Final = 250
"""Bibs that are read, worked on and added together."""
EVERY: Final = 10_000
"""Bibs between two lines that tell how far a build is."""
PAUSE: Final = 0.25
"""Seconds between two looks at the log, which cost nothing while it does not grow."""
RETRY: Final = 5.0
"""Seconds until the store or the index is tried again after it failed."""
MOST_WASTE: Final = 0.5
"""Of the file of records, before all is built anew at a start."""
NICE: Final = 5
STATE: Final = "state.json"
RECORDS: Final = "records"
FEW: Final = 2_000
"""Bibs for which no other process is worth its start."""


class Made(Struct, frozen=True):
    """What is made of a bib: its place in the index, and its record for answers in both forms (empty if there
    is none).
    """

    prepared: Prepared
    version: int
    record: bytes


class _State(Struct, frozen=True):
    """How far the log has been followed, and how much of which file of records that covers. ``made`` is how
    its records are made: those that are made otherwise are made anew.
    """

    made: Literal["xml, marc"]
    position: int
    file: str
    kept: int


_NOTHING: Final = _State("xml, marc", 0, "", 0)


class Indexing:
    """Builds the catalogue in a folder, and keeps it up. ``open_index`` is called in a thread; it makes an
    index where there is none of this format.
    """

    def __init__(
        self, store: Store, library: Library, folder: Path, open_index: Callable[[], SearchIndex]
    ) -> None:
        self._store = store
        self._library = library
        self._folder = folder
        self._open_index = open_index
        self._thread = ThreadPoolExecutor(1, "catalogue")
        self._making = _Making()
        self._index: SearchIndex | None = None
        self._ready: ReadyRecords | None = None
        self._state = _NOTHING
        self._built = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.done = 0
        """How many bibs the build that is under way has taken in."""

    @property
    def view(self) -> IndexView | None:
        """The index as it is now; None until it is built."""
        return self._index.view if self._index is not None and self._built.is_set() else None

    def records(self, bibs: Sequence[BibId]) -> list[bytes | None]:
        """The record of each bib as MARCXML but for its end; None where there is none, or none yet."""
        return [None if entry is None else xml_in(entry) for entry in self._entries(bibs)]

    def marc_records(self, bibs: Sequence[BibId]) -> list[bytes | None]:
        """The record of each bib in ISO 2709, in UTF-8; None where there is none, or none yet."""
        return [None if entry is None else marc_in(entry) for entry in self._entries(bibs)]

    def _entries(self, bibs: Sequence[BibId]) -> list[bytes | None]:
        return [None] * len(bibs) if self._ready is None else self._ready.records(bibs)

    def start(self) -> None:
        """Begin, beside whatever else the loop does."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def built(self) -> None:
        """Return when there is an index."""
        await self._built.wait()

    async def reached(self, position: int) -> None:
        """Return when the event with this number has been followed."""
        while self.view is None or self._state.position < position:
            await asyncio.sleep(PAUSE / 10)

    async def close(self) -> None:
        """Stop; what was not committed is done again at the next start."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await self._in_thread(self._let_go)
        self._thread.shutdown()

    def _let_go(self) -> None:
        index, self._index = self._index, None
        if index is not None:
            index.close()
        ready, self._ready = self._ready, None
        if ready is not None:
            ready.close()

    async def _run(self) -> None:
        while True:
            try:
                await self._follow(await self._opened())
            except (IndexBroken, OSError) as error:
                self._built.clear()
                await self._in_thread(self._let_go)
                self._state = _NOTHING
                log.error("catalogue-broken", reason=str(error), advice="it is built anew; see to the disk")
            except StoreRefused as error:
                log.warning("catalogue-waits", reason=str(error))
            await asyncio.sleep(RETRY)

    async def _opened(self) -> SearchIndex:
        """The index, built if it does not go with the log."""
        index = await self._in_thread(self._open_index) if self._index is None else self._index
        self._index = index
        if not self._state.position:
            self._state = await self._in_thread(self._read_state)
        if not 0 < self._state.position <= min(index.view.position, self._store.next_seq() - 1):
            await self._build(index)
        self._built.set()
        return index

    def _read_state(self) -> _State:
        """What was kept, with its file of records open; nothing if that is not there or mostly waste."""
        try:
            state = msgspec.json.decode((self._folder / STATE).read_bytes(), type=_State)
            self._ready = ReadyRecords(self._folder / state.file, state.kept)
        except (OSError, msgspec.MsgspecError):
            return _NOTHING
        return state if self._ready.waste < MOST_WASTE else _NOTHING

    async def _follow(self, index: SearchIndex) -> None:
        """Keep up with the log for ever."""
        while True:
            if self._state.position < self._store.next_seq() - 1:
                await self._catch_up(index)
            await asyncio.sleep(PAUSE)

    async def _catch_up(self, index: SearchIndex) -> None:
        """Take in what has happened since. A bib that many events are about is looked at once."""
        position = self._state.position
        changed: dict[BibId, None] = {}
        async for recorded in self._store.follow(position):
            position = recorded.seq
            changed.update(dict.fromkeys(affected(recorded.event, self._library)))
        for chunk in chunks(changed):
            subjects = await self._subjects(chunk)
            there = {subject.bib.id for subject in subjects}
            await self._in_thread(self._renew, index, subjects, [bib for bib in chunk if bib not in there])
        if changed:
            await self._in_thread(self._commit, index, position)
        else:
            self._state = msgspec.structs.replace(self._state, position=position)

    def _renew(self, index: SearchIndex, subjects: Sequence[Subject], gone: Sequence[BibId]) -> None:
        made = [self._making(subject, index.prepare) for subject in subjects]
        index.put([one.prepared for one in made])
        index.drop(gone)
        assert self._ready is not None
        self._ready.write([(one.prepared.id, one.version, one.record) for one in made])
        self._ready.write([(bib, 0, b"") for bib in gone])

    def _commit(self, index: SearchIndex, position: int) -> None:
        """Keep all of it. The state is written last: until then the next start follows from where it was."""
        assert self._ready is not None
        kept = self._ready.keep()
        index.commit(position)
        self._state = msgspec.structs.replace(self._state, position=position, kept=kept)
        new = self._folder / f"{STATE}.new"
        new.write_bytes(msgspec.json.encode(self._state))
        os.replace(new, self._folder / STATE)

    async def _build(self, index: SearchIndex) -> None:
        """Everything, as it is now. What happens meanwhile is in the log behind the position."""
        started, position = time.monotonic(), self._store.next_seq() - 1
        bibs, self.done = list(self._library.bibs), 0
        log.info("catalogue-building", bibs=len(bibs))
        await self._in_thread(self._begin, index)
        with await self._in_thread(_workers, len(bibs), index.prepare) as workers:
            await self._add_all(index, bibs, workers)
        await self._in_thread(self._commit, index, position)
        seconds = time.monotonic() - started
        log.info("catalogue-built", bibs=len(bibs), seconds=round(seconds, 1))

    def _begin(self, index: SearchIndex) -> None:
        """An empty index, and a new file of records: whoever still reads the old one may go on."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for old in (self._folder / STATE, *self._folder.glob(f"{RECORDS}*")):
            old.unlink(missing_ok=True)
        name = f"{RECORDS}-{time.time_ns()}"
        self._ready = ReadyRecords(self._folder / name, 0)
        self._state = msgspec.structs.replace(_NOTHING, file=name)
        index.clear()

    async def _add_all(self, index: SearchIndex, bibs: Sequence[BibId], workers: _Workers) -> None:
        """Some chunks are worked on while others are read or added; never so many that memory fills."""
        loop = asyncio.get_running_loop()
        waiting: list[asyncio.Future[list[Made]]] = []
        for chunk in chunks(bibs):
            subjects = await self._subjects(chunk)
            waiting.append(loop.run_in_executor(workers.executor, workers.make, subjects))
            if len(waiting) > workers.ahead:
                await self._add(index, await waiting.pop(0), len(bibs))
        for made in waiting:
            await self._add(index, await made, len(bibs))

    async def _add(self, index: SearchIndex, made: Sequence[Made], of: int) -> None:
        await self._in_thread(self._take_in, index, made)
        before, self.done = self.done, self.done + len(made)
        if self.done // EVERY > before // EVERY:
            log.info("catalogue-building", done=self.done, of=of)

    def _take_in(self, index: SearchIndex, made: Sequence[Made]) -> None:
        index.add([one.prepared for one in made])
        assert self._ready is not None
        self._ready.write([(one.prepared.id, one.version, one.record) for one in made])

    async def _subjects(self, bibs: Sequence[BibId]) -> list[Subject]:
        bodies = await self._store.bibs(bibs)
        library = self._library
        return [
            Subject(
                library.bibs[bib],
                bodies.get(bib, b""),
                tuple(library.items_of(bib)),
                tuple(library.portfolios.of(bib)),
                tuple(library.representations.of(bib)),
            )
            for bib in bibs
            if bib in library.bibs
        ]

    async def _in_thread(self, work: Callable[..., T], *args: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, partial(work, *args))


def chunks(bibs: Iterable[BibId]) -> Iterator[list[BibId]]:
    """Cut in pieces of `CHUNK`."""
    rest = iter(bibs)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


class _Making:
    """Makes of bibs what is kept of them."""

    def __init__(self) -> None:
        self._entries = Entries(table())

    def __call__(self, subject: Subject, prepare: Prepare) -> Made:
        """A body that cannot be read is found by its card alone, and has no record."""
        try:
            marc = unpack(subject.body)
            record = joined(marcxml(marc), to_be_sent(marc))
        except NotMarc:
            record = b""
        return Made(prepare(self._entries(subject)), subject.bib.version, record)


class _Workers:
    """Who makes all of it while the catalogue is built, and how many chunks they may have in hand."""

    def __init__(
        self, executor: Executor, make: Callable[[Sequence[Subject]], list[Made]], ahead: int
    ) -> None:
        self.executor = executor
        self.make = make
        self.ahead = ahead

    def __enter__(self) -> _Workers:
        return self

    def __exit__(self, *error: object) -> None:
        self.executor.shutdown(cancel_futures=True)


def _workers(bibs: int, prepare: Prepare) -> _Workers:
    """Other processes, one a core; for a few bibs a thread."""
    if bibs < FEW:
        making = _Making()
        return _Workers(
            ThreadPoolExecutor(1), lambda subjects: [making(subject, prepare) for subject in subjects], 1
        )
    cores = len(os.sched_getaffinity(0))
    pool = ProcessPoolExecutor(cores, get_context("spawn"), _begin, (prepare,))
    pool.submit(_make, ()).result()  # starts them all, which takes a while
    return _Workers(pool, _make, 3 * cores)


_working: list[tuple[_Making, Prepare]] = []
"""In a process of a build, what it works with."""


def _begin(prepare: Prepare) -> None:
    """Another process begins. It leaves signals to its parent, and circulation goes first."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    os.nice(NICE)
    gc.disable()  # what is made is no cycle, and there is much of it
    _working.append((_Making(), prepare))


def _make(subjects: Sequence[Subject]) -> list[Made]:
    making, prepare = _working[0]
    return [making(subject, prepare) for subject in subjects]
