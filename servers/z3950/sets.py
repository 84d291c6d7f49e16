"""The result sets of one association.

The rule it keeps: a record keeps its position for as long as the set is there, whatever becomes of the
catalogue. The first ids are kept with the set; those behind them are looked up when somebody asks for them,
and are kept then, as far as there is room.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from core.catalogue import Catalogue
from core.model.records import BibId
from core.query import Query, SearchRefused, SortKey
from servers.z3950.databases import Database
from servers.z3950.refusal import Refused
from servers.z3950.translate.diagnostics import of_catalogue

FIRST: Final = 100
"""Ids that are kept of every set from the beginning."""
STEP: Final = 1_000
"""Ids that are looked up at least when those are not enough."""


class Limits(Struct, frozen=True):
    """How many sets there may be, how many ids are kept of all of them, and the last position that can be
    asked for.
    """

    sets: int = 32
    ids: int = 50_000
    depth: int = 10_000


class ResultSet(Struct):
    """What was searched for, in which order, how many records that were, and the ids of the first of them."""

    database: Database
    query: Query
    sort: tuple[SortKey, ...]
    count: int
    ids: tuple[BibId, ...]


class ResultSets:
    """The sets by their names."""

    def __init__(self, catalogue: Catalogue, limits: Limits) -> None:
        self._catalogue = catalogue
        self._limits = limits
        self._sets: dict[str, ResultSet] = {}

    def __len__(self) -> int:
        """How many there are."""
        return len(self._sets)

    def __iter__(self) -> Iterator[str]:
        """Their names."""
        return iter(self._sets)

    def find(self, name: str) -> ResultSet:
        """The set with this name. Raises `Refused` (30)."""
        found = self._sets.get(name)
        if found is None:
            raise Refused(30, name)
        return found

    def query(self, name: str) -> Query | None:
        """What a set was found by, for a query that it is a part of."""
        found = self._sets.get(name)
        return None if found is None else found.database.narrowed(found.query)

    def ids(self, name: str) -> Sequence[BibId]:
        """All records of a set. Raises `Refused` (12) if they are too many."""
        found = self.find(name)
        if found.count > self._limits.depth:
            raise Refused(12, self._limits.depth)
        return [bib for bib in self.bibs(found, 1, found.count) if bib is not None]

    def expect(self, name: str, *, replacing: bool) -> None:
        """Whether there may be a set of this name. Raises `Refused` (21, 112)."""
        if name in self._sets:
            if not replacing:
                raise Refused(21, name)
        elif len(self._sets) >= self._limits.sets:
            raise Refused(112, self._limits.sets)

    def make(
        self, name: str, database: Database, query: Query, sort: tuple[SortKey, ...]
    ) -> ResultSet | SearchRefused:
        """Search, and keep what is found under this name."""
        hits = self._catalogue.search(database.narrowed(query), sort, 0, FIRST)
        if isinstance(hits, SearchRefused):
            return hits
        made = self._sets[name] = ResultSet(database, query, sort, hits.count, hits.ids)
        return made

    def drop(self, name: str) -> bool:
        """Forget a set; whether there was one."""
        return self._sets.pop(name, None) is not None

    def clear(self) -> None:
        """Forget all sets."""
        self._sets.clear()

    def bibs(self, found: ResultSet, first: int, number: int) -> Sequence[BibId | None]:
        """The records at positions from ``first`` on, counted from 1; None for one that is no more.

        Raises `Refused` (13) beyond `Limits.depth`.
        """
        last = first + number - 1
        if last > len(found.ids) < found.count:
            self._deepen(found, last)
        ids: list[BibId | None] = list(found.ids[first - 1 : last])
        return ids + [None] * (number - len(ids))

    def _deepen(self, found: ResultSet, last: int) -> None:
        """Look up the ids up to a position. Those that are kept stay where they are."""
        depth = self._limits.depth
        if last > depth:
            raise Refused(13, f"no record beyond {depth} can be had")
        wanted = min(max(2 * last, STEP), depth)
        hits = self._catalogue.search(found.database.narrowed(found.query), found.sort, 0, wanted)
        if isinstance(hits, SearchRefused):
            raise of_catalogue(hits)
        kept = set(found.ids)
        self._make_room(len(hits.ids), found)
        found.ids += tuple([bib for bib in hits.ids if bib not in kept])

    def _make_room(self, wanted: int, wanted_by: ResultSet) -> None:
        """Of other sets no more is kept than of every one, if there are too many ids."""
        if wanted + sum(len(each.ids) for each in self._sets.values()) > self._limits.ids:
            for each in self._sets.values():
                if each is not wanted_by:
                    each.ids = each.ids[:FIRST]
