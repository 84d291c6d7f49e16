"""A store that lasts as long as its process: every promise of the port but that one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from core.events import Recorded
from core.model.records import (
    Bib,
    BibBody,
    BibId,
    Discrepancy,
    Fee,
    Hold,
    Item,
    Patron,
    Payment,
    Portfolio,
    Record,
    Representation,
)
from core.ports import Batch, StoreRefused
from core.storage.numbering import check_numbers, highest_id

_LOADED = (Bib, Item, Patron, Hold, Fee, Payment, Discrepancy, Portfolio, Representation)
"""The kinds of record that `MemoryStore.load` yields, in its order."""


class MemoryStore:
    """A `core.ports.Store` in dictionaries."""

    def __init__(self) -> None:
        self._records: dict[type[Record], dict[int, Record]] = {kind: {} for kind in _LOADED}
        self._bodies: dict[int, bytes] = {}
        self._log: list[Recorded] = []
        self._memos: dict[str, bytes] = {}
        self._last_id = 0
        self._closed = False

    def load(self) -> Iterator[Sequence[Record]]:
        """Every record but bib bodies: one chunk for each kind that has any."""
        return (list(records.values()) for records in self._records.values() if records)

    def recent(self, since: datetime) -> Iterable[Recorded]:
        """The events of the log from ``since`` on, in order."""
        return [recorded for recorded in self._log if recorded.at >= since]

    def next_seq(self) -> int:
        """One more than the events there are."""
        return len(self._log) + 1

    def next_id(self) -> int:
        """One more than the highest id there was."""
        return self._last_id + 1

    async def commit(self, batch: Batch) -> None:
        """Keep the batch. Raises `StoreRefused` if its events do not go on where the log ends."""
        self._check_open()
        check_numbers(batch, self.next_seq())
        for change in batch.changes:
            if change.after is not None:
                self._put(change.after)
            elif change.before is not None:
                self._end(change.before)
        self._log.extend(batch.events)
        self._last_id = max(self._last_id, highest_id(batch))

    def _put(self, record: Record) -> None:
        if isinstance(record, BibBody):
            self._bodies[record.id] = record.marc
        else:
            self._records[type(record)][record.id] = record

    def _end(self, record: Record) -> None:
        if isinstance(record, Bib | BibBody):
            self._bodies.pop(record.id, None)
        if not isinstance(record, BibBody):
            self._records[type(record)].pop(record.id, None)

    async def follow(self, after: int) -> AsyncIterator[Recorded]:
        """The events with a number above ``after``, as far as the log goes now."""
        self._check_open()
        for recorded in self._log[max(after, 0) :]:
            yield recorded

    async def bibs(self, ids: Sequence[BibId]) -> dict[BibId, bytes]:
        """The MARC bodies of the bibs, those that exist."""
        self._check_open()
        return {bib: self._bodies[bib] for bib in ids if bib in self._bodies}

    async def memos(self, prefix: str) -> dict[str, bytes]:
        """The memos whose names begin so."""
        self._check_open()
        return {name: body for name, body in sorted(self._memos.items()) if name.startswith(prefix)}

    async def keep_memos(self, memos: Mapping[str, bytes | None]) -> None:
        """Keep these memos; None ends one."""
        self._check_open()
        for name, body in memos.items():
            if body is None:
                self._memos.pop(name, None)
            else:
                self._memos[name] = body

    async def close(self) -> None:
        """Take nothing more."""
        self._closed = True

    def _check_open(self) -> None:
        if self._closed:
            raise StoreRefused("the store is closed")
