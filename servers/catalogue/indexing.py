"""The catalogue follows the records: built when there is none that fits, then kept up from the event log. It
is the index, and the records made ready for answers, in XML and in ISO 2709.

The rule it keeps: neither is trusted further than the log that it has followed. What is beyond that is read
again from the records, so that following twice does no harm, and what is lost costs only the time to build
it. The event loop reads and waits here; the work is done in other processes while all is built, and in one
thread after that. A large catalogue can be searched before its records are ready: until then each is made
when it is asked for.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final, Literal, TextIO, TypeVar

import msgspec
from msgspec import Struct

from core.library import Library
from core.model.records import BibId
from core.ports import IndexBroken, IndexView, OpenIndex, SearchIndex, Store, StoreRefused
from servers.catalogue.affected import affected
from servers.catalogue.building import Finishing, Site, site
from servers.catalogue.entries import Subject
from servers.catalogue.forms import UNMADE, body_in, marc_in, xml_in
from servers.catalogue.making import Making, Readied, record
from servers.catalogue.ready import ReadyRecords
from servers.log import get_logger
from servers.progress import Advance, bar, lines

log = get_logger(__name__)
T = TypeVar("T")

LOTS: Final = 20
"""Lots between two commits while much is followed: what waits to be taken in must not fill its queue, as
whoever adds to a full one keeps the interpreter.
"""
LOT: Final = 250
"""Bibs that are read, worked on and added together."""
ROUND: Final = 4
"""Lots of records that are made ready between two looks at the log."""
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
    index where there is none of this format. If ``screen`` is a terminal it shows how far a build is.
    """

    def __init__(
        self,
        store: Store,
        library: Library,
        folder: Path,
        open_index: OpenIndex,
        screen: TextIO | None = None,
    ) -> None:
        self._store = store
        self._library = library
        self._folder = folder
        self._open_index = open_index
        self._screen = screen
        self._thread = ThreadPoolExecutor(1, "catalogue")
        self._making: Making | None = None
        self._index: SearchIndex | None = None
        self._ready: ReadyRecords | None = None
        self._state = _NOTHING
        self._built = asyncio.Event()
        self._finished = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.done = 0
        """How many bibs the build that is under way has taken in."""

    @property
    def view(self) -> IndexView | None:
        """The index as it is now; None until it is built."""
        return self._index.view if self._index is not None and self._built.is_set() else None

    def records(self, bibs: Sequence[BibId]) -> list[bytes | None]:
        """The record of each bib as MARCXML but for its end; None where there is none, or none yet."""
        return [xml_in(entry) if entry else None for entry in self._entries(bibs)]

    def marc_records(self, bibs: Sequence[BibId]) -> list[bytes | None]:
        """The record of each bib in ISO 2709, in UTF-8; None where there is none, or none yet."""
        return [marc_in(entry) if entry else None for entry in self._entries(bibs)]

    def _entries(self, bibs: Sequence[BibId]) -> list[bytes]:
        """Both forms of each record, made now where they are not ready; empty where there is none."""
        if self._ready is None:
            return [b""] * len(bibs)
        found = [entry or b"" for entry in self._ready.records(bibs)]
        return [entry if (body := body_in(entry)) is None else record(body) for entry in found]

    def start(self) -> None:
        """Begin, beside whatever else the loop does."""
        self._task = asyncio.get_running_loop().create_task(self._run())
        self._task.add_done_callback(_ended)

    async def built(self) -> None:
        """Return when there is an index. Raises whatever mistake of ours ended the work before."""
        await self._reached(self._built)

    async def finished(self) -> None:
        """Return when there is an index, and every record is ready. Raises like `built`."""
        await self._reached(self._finished)

    async def _reached(self, state: asyncio.Event) -> None:
        assert self._task is not None, "it was started"
        waiting = asyncio.ensure_future(state.wait())
        try:
            await asyncio.wait([waiting, self._task], return_when=asyncio.FIRST_COMPLETED)
            if self._task.done():
                self._task.result()
        finally:
            waiting.cancel()

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
                self._finished.clear()
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
        """Keep up with the log for ever; while it does not grow, make records ready."""
        assert self._ready is not None
        unmade = await self._in_thread(self._ready.beginning_with, UNMADE)
        waiting = lots(unmade)
        finishing = await self._in_thread(Finishing, len(unmade), self._thread)
        try:
            with self._told("Records", "catalogue-records", len(unmade)) as advance:
                while some := list(islice(waiting, ROUND)):
                    await self._finish(finishing, some)
                    advance(sum(map(len, some)))
                    await self._catch_up_if_behind(index)
        finally:
            await self._in_thread(finishing.close)
        await self._in_thread(self._keep, self._state.position)
        self._finished.set()
        while True:
            await self._catch_up_if_behind(index)
            await asyncio.sleep(PAUSE)

    async def _catch_up_if_behind(self, index: SearchIndex) -> None:
        if self._state.position < self._store.next_seq() - 1:
            await self._catch_up(index)

    async def _finish(self, finishing: Finishing, some: Sequence[Sequence[BibId]]) -> None:
        """Make records of bodies. Nothing is followed meanwhile, so none is written over a newer one."""
        assert self._ready is not None
        there = [[(bib, body) for bib, body in self._bodies(lot)] for lot in some]
        made = await finishing.records([[body for _, body in lot] for lot in there])
        await self._in_thread(
            self._write,
            [
                Readied(bib, self._ready.version(bib), record)
                for lot, records in zip(there, made, strict=True)
                for (bib, _), record in zip(lot, records, strict=True)
            ],
        )

    def _bodies(self, bibs: Sequence[BibId]) -> Iterator[tuple[BibId, bytes]]:
        """Of those bibs whose record is still to be made."""
        assert self._ready is not None
        for bib, entry in zip(bibs, self._ready.records(bibs), strict=True):
            if entry is not None and (body := body_in(entry)) is not None:
                yield bib, body

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
        made = [self._making.both(subject) for subject in subjects]
        index.put([prepared for prepared, _ in made])
        index.drop(gone)
        self._write([readied for _, readied in made] + [Readied(bib, 0, b"") for bib in gone])

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

    async def _build(self, index: SearchIndex) -> None:
        """Everything, as it is now. What happens meanwhile is in the log behind the position."""
        started, position = time.monotonic(), self._store.next_seq() - 1
        bibs, self.done = list(self._library.bibs), 0
        log.info("catalogue-building", bibs=len(bibs))
        await self._in_thread(self._begin)
        place = await site(len(bibs), index, self._thread)
        try:
            with self._told("Indexing", "catalogue-building", len(bibs)) as advance:
                await self._add_all(place, bibs, advance)
            await place.finish(position)
        finally:
            await self._in_thread(place.close)
        await self._in_thread(self._keep, position)
        seconds = time.monotonic() - started
        log.info("catalogue-built", bibs=len(bibs), seconds=round(seconds, 1))

    def _begin(self) -> None:
        """A new file of records: whoever still reads the old one may go on."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for old in (self._folder / STATE, *self._folder.glob(f"{RECORDS}*")):
            old.unlink(missing_ok=True)
        name = f"{RECORDS}-{time.time_ns()}"
        self._ready = ReadyRecords(self._folder / name, 0)
        self._state = msgspec.structs.replace(_NOTHING, file=name)

    async def _add_all(self, place: Site, bibs: Sequence[BibId], advance: Advance) -> None:
        """Some lots are worked on while others are read; never so many that memory fills."""
        waiting: list[asyncio.Task[list[Readied]]] = []
        try:
            for lot in lots(bibs):
                waiting.append(asyncio.ensure_future(place.take(await self._subjects(lot))))
                if len(waiting) > place.ahead:
                    await self._added(await waiting.pop(0), advance)
            while waiting:
                await self._added(await waiting.pop(0), advance)
        finally:
            for task in waiting:
                task.cancel()

    async def _added(self, readied: Sequence[Readied], advance: Advance) -> None:
        await self._in_thread(self._write, readied)
        self.done += len(readied)
        advance(len(readied))

    def _told(self, what: str, event: str, bibs: int) -> AbstractContextManager[Advance]:
        """How far the work is: a bar on a terminal, else a line of the log now and then."""
        if bibs and self._screen is not None and self._screen.isatty():
            return bar(self._screen, what, bibs)
        return lines(lambda done: log.info(event, done=done, of=bibs))

    def _write(self, readied: Sequence[Readied]) -> None:
        assert self._ready is not None
        self._ready.write([(one.bib, one.version, one.record) for one in readied])

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
