"""One load, wired: which judge, which files, and what it needs to know of the store.

The rule it keeps: everything the load depends on is in `Work`; it reads no settings, no clock and no
environment of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import TextIO, TypeVar

from msgspec import Struct

from core.ports import Credentials, Store
from protocols.marc.charset import Charset
from servers.load.bibs import BibJudge, last_places
from servers.load.electronic import PortfolioJudge, RepresentationJudge
from servers.load.fields import ITEMS, LOANS, MARC, PATRONS, PORTFOLIOS, REPRESENTATIONS, TABLES, Kind
from servers.load.holds import HoldJudge
from servers.load.items import ItemJudge
from servers.load.known import Dealt, Known
from servers.load.loader import Judge, Keeper, Note, keep_nothing, load
from servers.load.loans import LoanJudge
from servers.load.mapping import Mapping
from servers.load.marc_files import KeyPlaces, read_marc
from servers.load.patrons import PatronJudge
from servers.load.tables import Row, count_rows, read_rows
from servers.load.verdict import Entry, Verdict
from servers.progress import progress

CONTROL_NUMBER = "control_number"
_START_OF_LOG = datetime(1970, 1, 1, tzinfo=UTC)
_Read = TypeVar("_Read", bound=Entry)


class Work(Struct, frozen=True):
    """What is to be loaded, and how.

    ``encoding`` is a charset of MARC, or any encoding for a table; empty means that the bytes decide.
    ``zone`` is where times without an offset belong. ``shelf_time`` is how long an item waits on the
    hold shelf where the file does not say.
    """

    kind: str
    files: tuple[Path, ...]
    credentials: Credentials
    now: Callable[[], datetime]
    mapping: Mapping = Mapping()
    zone: tzinfo = UTC
    encoding: str = ""
    shelf_time: timedelta = timedelta(days=7)
    dry_run: bool = False


async def do(work: Work, store: Store, note: Note, screen: TextIO) -> None:
    """Load into the store, which must have no other user; progress goes to ``screen``.

    Raises `LoadProblem` before anything is kept, and what the store raises.
    """
    known = Known(store.load(), store.next_id())
    if work.kind == MARC:
        await _load_marc(work, store, known, note, screen)
        return
    kind = TABLES[work.kind]
    rows = read_rows(work.files, work.mapping, kind, work.zone, work.encoding)
    total = count_rows(work.files, work.mapping, kind, work.zone, work.encoding)
    await _run(work, store, rows, _judge(work, store, known, kind), note, screen, total)


async def _load_marc(work: Work, store: Store, known: Known, note: Note, screen: TextIO) -> None:
    keys = KeyPlaces.parse(work.mapping.columns.get(CONTROL_NUMBER, "001"))
    total, last = last_places(read_marc(work.files), keys)
    charset = Charset(work.encoding) if work.encoding else Charset.AUTO
    judge = BibJudge(known, store.bibs, last, keys, charset)
    await _run(work, store, read_marc(work.files), judge, note, screen, total)


def _judge(work: Work, store: Store, known: Known, kind: Kind) -> Judge[Row]:
    if kind is ITEMS:
        return ItemJudge(known, store.bibs)
    if kind is PATRONS:
        return PatronJudge(known, work.credentials, work.now())
    if kind is PORTFOLIOS:
        return PortfolioJudge(known)
    if kind is REPRESENTATIONS:
        return RepresentationJudge(known)
    dealt = Dealt(store.recent(_START_OF_LOG))
    if kind is LOANS:
        return LoanJudge(known, dealt)
    return HoldJudge(known, dealt, work.shelf_time)


async def _run(
    work: Work,
    store: Store,
    entries: Iterable[_Read],
    judge: Judge[_Read],
    note: Note,
    screen: TextIO,
    total: int,
) -> None:
    keep = keep_nothing if work.dry_run else Keeper(store, work.now)
    with progress(screen, f"load {work.kind}", total) as advance:

        def noted(entry: Entry, verdict: Verdict) -> None:
            note(entry, verdict)
            advance()

        await load(entries, judge, keep, noted)
