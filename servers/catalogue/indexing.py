"""The catalogue follows the records: built when there is none that fits, then kept up from the event log. It
is the index, and the records made ready for answers, in XML and in ISO 2709.

The rule it keeps: neither is trusted further than the log that it has followed. What is beyond that is read
again from the records, so that following twice does no harm, and what is lost costs only the time to build
it. The event loop reads and waits here; the work is done in other processes while all is built, and in one
thread after that.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, ThreadPoolExecutor
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final, Literal, TypeVar

import msgspec
from msgspec import Struct

from core.library import Library
from core.model.records import BibId
from core.ports import IndexBroken, IndexView, SearchIndex, Store, StoreRefused
from servers.catalogue.affected import affected
from servers.catalogue.building import OpenIndex, Site, site
from servers.catalogue.entries import Subject
from servers.catalogue.forms import marc_in, xml_in
from servers.catalogue.making import Made, Making
from servers.catalogue.ready import ReadyRecords
from servers.log import get_logger

log = get_logger(__name__)
T = TypeVar("T")

LOTS: Final = 20
"""Lots between two commits while much is followed: what waits to be taken in must not fill its queue, as
whoever adds to a full one keeps the interpreter.
"""
LOT: Final = 250
"""Bibs that are read, worked on and added together."""
EVERY: Final = 10_000
"""Bibs between two lines that tell how far a build is."""
PAUSE: Final = 0.25
"""Seconds between two looks at the log, which cost nothing while it does not grow."""
RETRY: Final = 5.0
"""Seconds until the store or the index is tried again after it failed."""
MOST_WASTE: Final = 0.5
"""Of the file of records, before all is built anew at a start."""
STATE: Final = "state.json"
RECORDS: Final = "records"


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

    def __init__(self, store: Store, library: Library, folder: Path, open_index: OpenIndex) -> None:
        self._store = store
        self._library = library
        self._folder = folder
        self._open_index = open_index
        self._thread = ThreadPoolExecutor(1, "catalogue")
        self._making: Making | None = None
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
        self._task.add_done_callback(_ended)

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
            await asyncio.wait([self._task])
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
            except (IndexBroken, BrokenExecutor, OSError) as error:
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
            index = await self._build(index)
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
        for number, lot in enumerate(lots(changed), 1):
            subjects = await self._subjects(lot)
            there = {subject.bib.id for subject in subjects}
            await self._in_thread(self._renew, index, subjects, [bib for bib in lot if bib not in there])
            if number % LOTS == 0:
                await self._in_thread(index.commit, self._state.position)
        if changed:
            await self._in_thread(self._commit, index, position)
        else:
            self._state = msgspec.structs.replace(self._state, position=position)

    def _renew(self, index: SearchIndex, subjects: Sequence[Subject], gone: Sequence[BibId]) -> None:
        if self._making is None:
            self._making = Making(index.prepare)
        made = [self._making(subject) for subject in subjects]
        index.put([one.prepared for one in made])
        index.drop(gone)
        self._write(made, gone)

    def _commit(self, index: SearchIndex, position: int) -> None:
        """Keep all of it, the index first."""
        index.commit(position)
        self._keep(position)

    def _keep(self, position: int) -> None:
        """Keep how far it is. This is written last: until then the next start follows from where it was."""
        assert self._ready is not None
        kept = self._ready.keep()
        self._state = msgspec.structs.replace(self._state, position=position, kept=kept)
        new = self._folder / f"{STATE}.new"
        new.write_bytes(msgspec.json.encode(self._state))
        os.replace(new, self._folder / STATE)

    async def _build(self, index: SearchIndex) -> SearchIndex:
        """Everything, as it is now. What happens meanwhile is in the log behind the position.

        Where that is done the index is opened anew; so it is let go of before, and opened again after.
        """
        started, position = time.monotonic(), self._store.next_seq() - 1
        bibs, self.done = list(self._library.bibs), 0
        log.info("catalogue-building", bibs=len(bibs))
        await self._in_thread(self._begin)
        place = await site(len(bibs), self._open_index, index.prepare, self._thread)
        try:
            await self._add_all(place, bibs)
            await place.finish(position)
        finally:
            await self._in_thread(place.close)
        built = await self._in_thread(self._open_index)
        self._index = built
        await self._in_thread(self._keep, position)
        seconds = time.monotonic() - started
        log.info("catalogue-built", bibs=len(bibs), seconds=round(seconds, 1))
        return built

    def _begin(self) -> None:
        """A new file of records: whoever still reads the old one may go on."""
        if self._index is not None:
            self._index.close()
        self._folder.mkdir(parents=True, exist_ok=True)
        for old in (self._folder / STATE, *self._folder.glob(f"{RECORDS}*")):
            old.unlink(missing_ok=True)
        name = f"{RECORDS}-{time.time_ns()}"
        self._ready = ReadyRecords(self._folder / name, 0)
        self._state = msgspec.structs.replace(_NOTHING, file=name)

    async def _add_all(self, place: Site, bibs: Sequence[BibId]) -> None:
        """Some lots are worked on while others are read or taken in; never so many that memory fills."""
        waiting: list[asyncio.Task[list[Made]]] = []
        try:
            for lot in lots(bibs):
                waiting.append(asyncio.ensure_future(place.make(await self._subjects(lot))))
                if len(waiting) > place.ahead:
                    await self._add(place, await waiting.pop(0), len(bibs))
            while waiting:
                await self._add(place, await waiting.pop(0), len(bibs))
        finally:
            for task in waiting:
                task.cancel()

    async def _add(self, place: Site, made: Sequence[Made], of: int) -> None:
        await place.add([one.prepared for one in made])
        await self._in_thread(self._write, made)
        before, self.done = self.done, self.done + len(made)
        if self.done // EVERY > before // EVERY:
            log.info("catalogue-building", done=self.done, of=of)

    def _write(self, made: Sequence[Made], gone: Sequence[BibId] = ()) -> None:
        """The records, ready for answers."""
        assert self._ready is not None
        self._ready.write([(one.prepared.id, one.version, one.record) for one in made])
        self._ready.write([(bib, 0, b"") for bib in gone])

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


def _ended(task: asyncio.Task[None]) -> None:
    """Nobody waits for it, so a mistake of ours is told here; circulation goes on."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("catalogue-stopped", exc_info=error, advice="restart the server, and report this")


def lots(bibs: Iterable[BibId]) -> Iterator[list[BibId]]:
    """Cut in lots of `LOT`."""
    rest = iter(bibs)
    while chunk := list(islice(rest, LOT)):
        yield chunk
