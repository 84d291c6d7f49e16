"""The door of the catalogue: every search, whichever language it came in.

The rule it keeps: a caller sees no term and an index sees no word as it was typed. What a clause amounts to
is decided in `core.interpreting`; here is who may ask what, of which moment, and how it is answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from typing import Final

from msgspec import Struct

from core.analysis import fold, shown, term
from core.interpreting import Interpreter, Limits, Resolve
from core.model.records import BibId
from core.plan import NOTHING, AllOf, AnyOf, Known, Order, Plan, Sortable, Without
from core.points import AccessPoint, AccessPoints
from core.ports import Counted, IndexView, Neighbours
from core.query import (
    And,
    Clause,
    Ids,
    Match,
    Missing,
    Near,
    Not,
    Or,
    Query,
    QueryFault,
    SearchRefused,
    SortKey,
)


class Hits(Struct, frozen=True, gc=False):
    """What a search found: how many bibs in all, and the ids of one page of them.

    ``exact``: the count is no estimate. ``snapshot`` is the moment the page is of, where it was asked for.
    """

    count: int
    ids: tuple[BibId, ...]
    exact: bool = True
    snapshot: str = ""


class ScanTerm(Struct, frozen=True, gc=False):
    """A line of an index: a value that can be searched for as it stands, and in how many bibs that
    finds it.
    """

    value: str
    count: int


class Scanned(Struct, frozen=True, gc=False):
    """A part of an index in its order. ``before`` is how many of the terms stand before the one asked for.
    ``first`` and ``last``: the index begins or ends with this part.
    """

    terms: tuple[ScanTerm, ...]
    before: int
    first: bool
    last: bool


class Facet(Struct, frozen=True, gc=False):
    """The values of one access point in what a search found, with the number of hits that have them, the most
    frequent first.
    """

    point: str
    terms: tuple[ScanTerm, ...]


class PartHits(Struct, frozen=True, gc=False):
    """A part of a query, and how many bibs it finds alone."""

    part: Query
    count: int


class _Kept(Struct, gc=False):
    """A moment of the catalogue that somebody pages through, and when it was last asked."""

    view: IndexView
    used: float


_Asked = tuple[Query, tuple[SortKey, ...], int, int]
"""A search: query, order, offset and limit."""

_REMEMBERED: Final = 4096
"""Searches whose hits are kept for as long as the index is the same."""


class Catalogue:
    """Every search of the bibs. All calls are synchronous and take microseconds to a few milliseconds.

    The same search of the same index is looked up once. ``newest`` gives the index as it is now, None while
    it is being built; ``now`` are seconds of any clock.
    """

    def __init__(
        self,
        points: AccessPoints,
        newest: Callable[[], IndexView | None],
        now: Callable[[], float],
        resolvers: Mapping[str, Resolve] | None = None,
        limits: Limits = Limits(),  # noqa: B008 (frozen)
    ) -> None:
        self.points: Final = points
        self.limits: Final = limits
        self._newest = newest
        self._now = now
        self._interpreter = Interpreter(points, resolvers or {}, limits)
        self._in_memory = frozenset(resolvers or ())
        self._kept: dict[str, _Kept] = {}
        self._names = count(1)
        self._remembered: dict[_Asked, Hits] = {}
        self._remembered_of: IndexView | None = None

    @property
    def ready(self) -> bool:
        """Whether there is an index to search."""
        return self._newest() is not None

    def check(self, query: Query) -> SearchRefused | None:
        """What is wrong with a query, if anything; nothing is looked up."""
        plan = self._interpreter.plan(query)
        return plan if isinstance(plan, SearchRefused) else None

    def keep(self) -> str | SearchRefused:
        """Keep the catalogue as it is now, for a while, under the name that is returned
        (`Limits.snapshots`).
        """
        view = self._newest()
        if view is None:
            return _NOT_READY
        self._forget_old(self.limits.snapshots - 1)
        name = f"{next(self._names)}-{view.position}"
        self._kept[name] = _Kept(view, self._now())
        return name

    def search(
        self,
        query: Query,
        sort: Sequence[SortKey] = (),
        offset: int = 0,
        limit: int = 10,
        snapshot: str = "",
    ) -> Hits | SearchRefused:
        """``limit`` hits from ``offset`` on, of now or of a moment that was kept.

        Unsorted, they come in the order of their ids. An offset beyond the last hit gives none.
        """
        if snapshot:
            return self._search(query, sort, offset, limit, snapshot)
        view, asked = self._newest(), (query, tuple(sort), offset, limit)
        if view is not self._remembered_of or len(self._remembered) >= _REMEMBERED:
            self._remembered_of, self._remembered = view, {}
        hits = self._remembered.get(asked)
        if hits is not None:
            return hits
        found = self._search(query, sort, offset, limit, "")
        if isinstance(found, Hits) and self._is_of_index(query):
            self._remembered[asked] = found
        return found

    def _is_of_index(self, query: Query) -> bool:
        """Whether the index alone decides what is found, so that it stays the same while that does."""
        return not any(
            isinstance(part, Ids)
            or (isinstance(part, Clause) and self.points[part.point].key in self._in_memory)
            for part in _parts(query)
        )

    def _search(
        self, query: Query, sort: Sequence[SortKey], offset: int, limit: int, snapshot: str
    ) -> Hits | SearchRefused:
        plan = self._interpreter.plan(query)
        if isinstance(plan, SearchRefused):
            return plan
        if not sort and not snapshot and (ids := _known_alone(plan)) is not None:
            return Hits(len(ids), tuple(ids[offset : offset + limit]))
        view = self._view(snapshot)
        if isinstance(view, SearchRefused):
            return view
        sorting = self._sorting(view, plan, sort)
        if isinstance(sorting, SearchRefused):
            return sorting
        found = view.search(sorting.plan, sorting.order, offset, limit)
        if isinstance(found, SearchRefused):
            return found
        return Hits(found.count, found.ids, snapshot=snapshot)

    def scan(self, clause: Clause, before: int, after: int) -> Scanned | SearchRefused:
        """Lines of an index around the value of a clause: so many before it, and so many from it on.

        `Match.HEADING` scans whole values, and so does anything that has no words; all else scans words.
        """
        point = self._interpreter.point(clause)
        if isinstance(point, SearchRefused):
            return point
        of_words = bool(point.rows) and clause.match is not Match.HEADING
        if not (of_words or point.listed):
            return SearchRefused(QueryFault.NOT_SCANNABLE, clause.point)
        view = self._newest()
        if view is None:
            return _NOT_READY
        start = " ".join([str(word) for word in clause.words])
        value = fold(start) if of_words else term(point.kind, start)
        before, after = min(before, self.limits.scan_terms), min(after, self.limits.scan_terms)
        if of_words:
            return _scanned(point, view.words(point.rows, value, before, after))
        return _scanned(point, view.terms(point.key, value, before, after))

    def facets(self, query: Query, points: Sequence[str]) -> tuple[Facet, ...] | SearchRefused:
        """For each point, its values in what the query finds (at most `Limits.facet_terms` of each)."""
        plan = self._interpreter.plan(query)
        if isinstance(plan, SearchRefused):
            return plan
        view = self._newest()
        if view is None:
            return _NOT_READY
        found = []
        for name in points:
            point = self.points.get(name)
            if point is None:
                return SearchRefused(QueryFault.UNKNOWN_POINT, name)
            if not point.facet:
                return SearchRefused(QueryFault.NO_FACETS, name)
            counted = view.facet(plan, point.key)
            if isinstance(counted, SearchRefused):
                return counted
            found.append(Facet(name, _terms(point, counted[: self.limits.facet_terms])))
        return tuple(found)

    def analysis(self, query: Query) -> tuple[PartHits, ...] | SearchRefused:
        """How many bibs each part of a query finds alone: the whole first, then its operands, left before
        right.
        """
        view = self._newest()
        if view is None:
            return _NOT_READY
        found = []
        for part in _parts(query):
            plan = self._interpreter.plan(part)
            counted = plan if isinstance(plan, SearchRefused) else view.count(plan)
            if isinstance(counted, SearchRefused):
                return counted
            found.append(PartHits(part, counted))
        return tuple(found)

    def _view(self, snapshot: str) -> IndexView | SearchRefused:
        if not snapshot:
            return self._newest() or _NOT_READY
        self._forget_old(self.limits.snapshots)
        kept = self._kept.pop(snapshot, None)
        if kept is None:
            return SearchRefused(QueryFault.UNKNOWN_SNAPSHOT, snapshot)
        kept.used = self._now()
        self._kept[snapshot] = kept  # behind all others: the first is the one that was used the longest ago
        return kept.view

    def _forget_old(self, most: int) -> None:
        oldest = self._now() - self.limits.snapshot_seconds
        for name in [name for name, kept in self._kept.items() if kept.used < oldest]:
            del self._kept[name]
        while len(self._kept) > most:
            del self._kept[next(iter(self._kept))]

    def _sorting(self, view: IndexView, plan: Plan, sort: Sequence[SortKey]) -> _Sorting | SearchRefused:
        if len(sort) > self.limits.sort_keys:
            return SearchRefused(QueryFault.TOO_MANY_SORT_KEYS, str(self.limits.sort_keys))
        order: list[Order] = []
        for key in sort:
            point = self.points.get(key.point)
            if point is None:
                return SearchRefused(QueryFault.UNKNOWN_POINT, key.point)
            if not point.sortable:
                return SearchRefused(QueryFault.NOT_SORTABLE, key.point)
            if any(earlier.point == point.key for earlier in order):
                return SearchRefused(QueryFault.SORT_KEY_TWICE, key.point)
            if key.missing is Missing.FAIL and view.count(Without(plan, Sortable(point.key))):
                return SearchRefused(QueryFault.SORT_KEY_MISSING, key.point)
            if key.missing is Missing.OMIT:
                plan = AllOf((plan, Sortable(point.key)))
            order.append(Order(point.key, key.descending, key.missing is Missing.FIRST))
        return _Sorting(plan, tuple(order))


class _Sorting(Struct, frozen=True, gc=False):
    """What is sorted, and how."""

    plan: Plan
    order: tuple[Order, ...]


_NOT_READY: Final = SearchRefused(QueryFault.NOT_READY)


def _known_alone(plan: Plan) -> list[BibId] | None:
    """The ids of a plan that names nothing but bibs, in order; None if it needs an index."""
    match plan:
        case Known(ids):
            return sorted(ids)
        case AnyOf(parts) if plan != NOTHING and all(isinstance(part, Known) for part in parts):
            return sorted({bib for part in parts if isinstance(part, Known) for bib in part.ids})
        case _:
            return None


def _parts(query: Query) -> Iterator[Query]:
    """The query and its operands, the whole before its parts."""
    waiting = [query]
    while waiting:
        part = waiting.pop()
        yield part
        if isinstance(part, And | Or | Not | Near):
            waiting += (part.right, part.left)


def _scanned(point: AccessPoint, found: Neighbours) -> Scanned:
    return Scanned(_terms(point, found.terms), found.behind, found.first, found.last)


def _terms(point: AccessPoint, counted: Sequence[Counted]) -> tuple[ScanTerm, ...]:
    return tuple([ScanTerm(shown(point.kind, one.term), one.count) for one in counted])
