"""A search index that looks at every bib for every question: slow, and plain enough to be believed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import assert_never

from core.model.records import BibId
from core.plan import (
    AllOf,
    AnyOf,
    Between,
    Edge,
    Entry,
    InRow,
    Known,
    Order,
    Pattern,
    Phrase,
    Plan,
    Present,
    Slot,
    Sortable,
    Term,
    Without,
)
from core.ports import Counted, Found, Neighbours, OpenIndex, Prepared
from core.query import Mask
from tests.fakes.collected import Collected

Held = str | Edge


class NaiveView:
    """A `core.ports.IndexView` of entries in a dictionary."""

    def __init__(self, entries: Mapping[BibId, Entry], position: int) -> None:
        self._entries = dict(sorted(entries.items()))
        self._position = position

    @property
    def position(self) -> int:
        """As it was committed."""
        return self._position

    def search(self, plan: Plan, order: Sequence[Order], offset: int, limit: int) -> Found:
        """All of them, sorted, and cut."""
        found = [entry for entry in self._entries.values() if _finds(plan, entry)]
        for one in reversed(order):
            there = [entry for entry in found if one.point in entry.order]
            missing = [entry for entry in found if one.point not in entry.order]
            there = _in_order(there, one)
            found = missing + there if one.missing_first else there + missing
        return Found(len(found), tuple(entry.id for entry in found[offset : offset + limit]))

    def count(self, plan: Plan) -> int:
        """How many it finds."""
        return sum(_finds(plan, entry) for entry in self._entries.values())

    def words(self, rows: Sequence[str], start: str, before: int, after: int) -> Neighbours:
        """Words, each bib counted once."""
        return _around(
            [
                {word for row in rows for text in entry.texts.get(row, ()) for word in text.split()}
                for entry in self._entries.values()
            ],
            start,
            before,
            after,
        )

    def terms(self, point: str, start: str, before: int, after: int) -> Neighbours:
        """Terms of the point, each bib counted once."""
        return _around(
            [set(entry.terms.get(point, ())) for entry in self._entries.values()], start, before, after
        )

    def facet(self, plan: Plan, point: str) -> list[Counted]:
        """Terms of the point, counted in the hits."""
        hits = [entry for entry in self._entries.values() if _finds(plan, entry)]
        counts = Counter(value for entry in hits for value in set(entry.terms.get(point, ())))
        return [
            Counted(value, count)
            for value, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
        ]


class NaiveIndex:
    """A `core.ports.SearchIndex` in memory."""

    def __init__(self) -> None:
        self._entries: dict[BibId, Entry] = {}
        self._shares: list[NaiveIndex] = []
        self.prepare = Collected()
        self.view = NaiveView({}, 0)

    def add(self, prepared: Sequence[Prepared]) -> None:
        """Take in."""
        for one in prepared:
            self._entries[one.id] = self.prepare.entries[one.document]

    put = add

    def drop(self, ids: Sequence[BibId]) -> None:
        """Forget some."""
        for bib in ids:
            self._entries.pop(bib, None)

    def clear(self) -> None:
        """Forget all."""
        self._entries.clear()

    def commit(self, position: int) -> None:
        """Let it be seen."""
        self.view = NaiveView(self._entries, position)
        self.prepare.entries.clear()

    def divided(self, shares: int) -> Sequence[OpenIndex]:
        """Others of its kind."""
        self._shares = [NaiveIndex() for _ in range(shares)]
        return [partial(_itself, share) for share in self._shares]

    def join(self, shares: int, position: int) -> None:
        """All that they have."""
        self._entries = {bib: entry for share in self._shares for bib, entry in share._entries.items()}
        self.commit(position)

    def close(self) -> None:
        """Nothing is held."""


def _itself(index: NaiveIndex) -> NaiveIndex:
    return index


def _in_order(entries: list[Entry], order: Order) -> list[Entry]:
    """Stable either way, so that what is equal stays in the order of the later keys."""
    if order.descending:
        return sorted(entries, key=lambda entry: _Backwards(_key(entry.order[order.point])))
    return sorted(entries, key=lambda entry: _key(entry.order[order.point]))


def _key(value: str | int) -> bytes:
    """A text by its first forty bytes."""
    return value.to_bytes(8, "big") if isinstance(value, int) else value.encode()[:40]


class _Backwards:
    """Compares the other way round."""

    def __init__(self, value: bytes) -> None:
        self.value = value

    def __lt__(self, other: _Backwards) -> bool:
        return other.value < self.value


def _around(of_bibs: Sequence[set[str]], start: str, before: int, after: int) -> Neighbours:
    counts = Counter(value for values in of_bibs for value in values)
    behind = sorted(value for value in counts if value < start)
    ahead = sorted(value for value in counts if value >= start)
    shown = (behind[-before:] if before else []) + ahead[:after]
    return Neighbours(
        tuple(Counted(value, counts[value]) for value in shown),
        min(len(behind), before),
        first=len(behind) <= before,
        last=len(ahead) <= after,
    )


def _finds(plan: Plan, entry: Entry) -> bool:
    match plan:
        case Phrase(row, slots):
            return _has_phrase(list(_row(entry.texts.get(row, ()))), slots)
        case Term(point, like):
            return any(_like(like, value) for value in entry.terms.get(point, ()))
        case Between():
            return any(_within(plan, value) for value in entry.terms.get(plan.point, ()))
        case InRow(row):
            return bool(entry.texts.get(row))
        case Present(point):
            return bool(entry.terms.get(point))
        case Sortable(point):
            return point in entry.order
        case Known(ids):
            return entry.id in ids
        case AllOf(parts):
            return all(_finds(part, entry) for part in parts)
        case AnyOf(parts):
            return any(_finds(part, entry) for part in parts)
        case Without(kept, taken):
            return _finds(kept, entry) and not _finds(taken, entry)
        case _:
            assert_never(plan)


def _row(texts: Iterable[str]) -> Iterator[Held]:
    for text in texts:
        yield Edge.START
        yield from text.split()
        yield Edge.END


def _has_phrase(row: Sequence[Held], slots: Sequence[Slot]) -> bool:
    first = slots[0].at
    return any(
        all(
            at + slot.at - first < len(row) and _holds(slot.holds, row[at + slot.at - first])
            for slot in slots
        )
        for at in range(len(row))
    )


def _holds(wanted: Pattern | Edge, there: Held) -> bool:
    if isinstance(wanted, Edge) or isinstance(there, Edge):
        return wanted is there
    return _like(wanted, there)


def _like(like: Pattern, value: str) -> bool:
    masks = {Mask.ONE: ".", Mask.RUN: ".*"}
    pattern = "".join(masks[piece] if isinstance(piece, Mask) else re.escape(piece) for piece in like)
    return re.fullmatch(pattern, value, re.DOTALL) is not None


def _within(plan: Between, value: str) -> bool:
    if plan.low is not None and (value < plan.low or (value == plan.low and not plan.low_included)):
        return False
    return plan.high is None or value < plan.high or (value == plan.high and plan.high_included)
