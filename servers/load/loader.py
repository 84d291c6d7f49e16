"""The load itself: entries in groups to a judge, and what it decides to the store, one unit of work for
each group.

The rule it keeps: a group is in the store as a whole or not at all, and everything counted as loaded is
in the store.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import count, islice
from typing import Final, Protocol, TypeVar

from core.events import Recorded, RecordsLoaded
from core.model.records import BibBody, BibId, Item, Portfolio, Representation
from core.ports import Batch, Change, Store
from servers.load.verdict import ACTOR, Entry, Verdict

GROUP = 1000
"""Entries in one unit of work. More cost memory, fewer cost writes to disk."""

_Read = TypeVar("_Read", bound=Entry)
_Judged = TypeVar("_Judged", contravariant=True)

_PARTS: Final = (Item, Portfolio, Representation)
"""What is part of a bib."""

Keep = Callable[[Sequence[Change]], Awaitable[None]]
"""Makes changes durable."""

Note = Callable[[Entry, Verdict], None]
"""Takes note of what became of an entry."""


class Judge(Protocol[_Judged]):
    """Decides what becomes of entries. Each record changes at most once in a group."""

    async def judge(self, entries: Sequence[_Judged], /) -> list[Verdict]:
        """A verdict for each entry, in order."""


async def load(entries: Iterable[_Read], judge: Judge[_Read], keep: Keep, note: Note) -> None:
    """Load everything. Raises what the store raises; what was noted until then is in the store."""
    for group in groups(entries, GROUP):
        verdicts = await judge.judge(group)
        if changes := [change for verdict in verdicts for change in verdict.changes]:
            await keep(changes)
        for entry, verdict in zip(group, verdicts, strict=True):
            note(entry, verdict)


def groups(entries: Iterable[_Read], size: int) -> Iterator[list[_Read]]:
    """The entries in groups of ``size``, the last one maybe smaller."""
    remaining = iter(entries)
    while group := list(islice(remaining, size)):
        yield group


class Keeper:
    """Writes changes to the store, with events that tell which records were loaded."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        """``store`` must have no other writer."""
        self._store = store
        self._now = now
        self._seqs = count(store.next_seq())

    async def __call__(self, changes: Sequence[Change]) -> None:
        """Make the changes durable together. Raises `core.ports.StoreRefused` or `StoreBroken`."""
        at = self._now()
        events = [Recorded(next(self._seqs), at, ACTOR, event) for event in _events(changes)]
        await self._store.commit(Batch(events, changes))


def _events(changes: Sequence[Change]) -> list[RecordsLoaded]:
    """One event for each kind of record. A body has the id of its bib and goes without saying."""
    ids: dict[str, list[int]] = {}
    left: dict[str, list[BibId]] = {}
    for change in changes:
        before, after = change.before, change.after
        record = before if after is None else after
        if record is None or isinstance(record, BibBody):
            continue
        kind = type(record).__name__
        of_kind = ids.setdefault(kind, [])
        if after is not None:
            of_kind.append(after.id)
        if isinstance(before, _PARTS) and not (isinstance(after, _PARTS) and after.bib == before.bib):
            left.setdefault(kind, []).append(before.bib)
    return [RecordsLoaded(kind, tuple(found), tuple(left.get(kind, ()))) for kind, found in ids.items()]


async def keep_nothing(changes: Sequence[Change]) -> None:
    """What a dry run keeps."""
