"""What can be searched: access points, their names in every language, and how they may be asked.

The rule it keeps: a point is data. Whoever offers an explain record, checks a relation or translates a number
reads it here; which MARC fields fill a point is known to `servers/catalogue` alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct

from core.query import Match


class PointKind(StrEnum):
    """What the values of a point are, and so how they are normalised and compared (`core.analysis`)."""

    TEXT = "text"
    """Words in order: titles, names, subjects, notes."""
    CODE = "code"
    """One of a list, equal or not: languages, locations, kinds of material."""
    NUMBER = "number"
    """Digits, in the order of their value: years, levels."""
    DATE = "date"
    """A day of the calendar; asked for by the day, the month or the year."""
    RECORD_NUMBER = "record-number"
    """In the order of their value; what is no number follows, in the order of its letters."""
    IDENTIFIER = "identifier"
    """A number without its punctuation: barcodes, DOIs, publishers' numbers."""
    ISBN = "isbn"
    ISSN = "issn"
    LCCN = "lccn"
    OCLC = "oclc"
    CALL_NUMBER = "call-number"
    """In the order of the shelf, so far as numbers go."""


class Name(Struct, frozen=True, gc=False):
    """A point's name in a context set: ``alma`` and ``title``."""

    set: str
    index: str

    def __str__(self) -> str:
        """As people write it."""
        return f"{self.set}.{self.index}"


class AccessPoint(Struct, frozen=True):
    """One thing that can be searched.

    ``names``: its names, the one to show first. ``relations`` are as an explain record lists them;
    ``matches`` are those that are answered, which are all of these and more. ``empty``: an empty term asks
    for records without a value. ``listed``: its whole values can be scanned; ``facet``: and counted in hits.
    ``use`` are its numbers among the Bib-1 use attributes. ``key`` is the point whose terms are looked up for
    it (itself, or one with the same values), ``rows`` are where its texts stand.
    """

    name: str
    title: str
    kind: PointKind
    names: tuple[Name, ...]
    relations: tuple[str, ...]
    matches: frozenset[Match]
    key: str
    rows: tuple[str, ...] = ()
    empty: bool = False
    sortable: bool = False
    listed: bool = False
    facet: bool = False
    use: tuple[int, ...] = ()

    @property
    def scannable(self) -> bool:
        """Whether its words or its values can be listed in their order."""
        return self.listed or bool(self.rows)


class AccessPoints(Mapping[str, AccessPoint]):
    """The points of the running catalogue, in the order in which they are listed."""

    def __init__(self, points: Iterable[AccessPoint]) -> None:
        self._points: Final = {point.name: point for point in points}
        self._by_name: Final = {
            (name.set.casefold(), name.index.casefold()): point
            for point in self._points.values()
            for name in point.names
        }
        self._by_use: Final = {use: point for point in self._points.values() for use in point.use}

    def __getitem__(self, name: str) -> AccessPoint:
        """The point with this name of its own (the one that `core.query.Clause` carries)."""
        return self._points[name]

    def __iter__(self) -> Iterator[str]:
        """Their names, in order."""
        return iter(self._points)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._points)

    def named(self, context_set: str, index: str) -> AccessPoint | None:
        """The point with this name in the context set, in any case of letters."""
        return self._by_name.get((context_set.casefold(), index.casefold()))

    def used(self, use: int) -> AccessPoint | None:
        """The point with this Bib-1 use attribute."""
        return self._by_use.get(use)
