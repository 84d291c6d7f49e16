"""Facets of SRU 2.0: how many are asked for, from where on, in which order; and those that are answered.

Rule: a parameter speaks of all facets, ``5``, or of some by their index, ``5:dc.subject,3:dc.creator``; what
is said of one index goes before what is said of all.
"""

import re
from enum import Enum, StrEnum
from typing import Final

import msgspec


class Facet(msgspec.Struct, frozen=True):
    """One facet as it is answered: its index, and its terms in order."""

    index: str
    terms: tuple["FacetTerm", ...]
    title: str = ""


class FacetTerm(msgspec.Struct, frozen=True):
    """A value and how many records of the result have it; `query` finds these."""

    term: str
    count: int
    query: str = ""
    url: str = ""


class SortBy(StrEnum):
    """What the terms of a facet are sorted by."""

    RECORD_COUNT = "recordCount"
    ALPHANUMERIC = "alphanumeric"


class Direction(Enum):
    """Which way the terms of a facet are sorted."""

    ASCENDING = "ascending"
    DESCENDING = "descending"


class Case(Enum):
    """Whether the case of letters counts in sorting the terms of a facet."""

    SENSITIVE = "caseSensitive"
    INSENSITIVE = "caseInsensitive"


class FacetOrder(msgspec.Struct, frozen=True):
    """How the terms of a facet are sorted."""

    by: SortBy = SortBy.RECORD_COUNT
    direction: Direction = Direction.DESCENDING
    case: Case = Case.INSENSITIVE


class FacetsAsked(msgspec.Struct, frozen=True):
    """What a request says of facets: of all of them under the index None, and of some under theirs."""

    limits: dict[str | None, int] = {}
    starts: dict[str | None, int] = {}
    orders: dict[str | None, FacetOrder] = {}

    def limit(self, index: str) -> int:
        """How many terms of this facet are asked for; 0 where it is not asked for."""
        return self.limits.get(index, self.limits.get(None, 0))

    def start(self, index: str) -> int:
        """The place, from 1, of the first term that is asked for."""
        return self.starts.get(index, self.starts.get(None, 1))

    def order(self, index: str) -> FacetOrder:
        """How the terms are to be sorted: by count, the most frequent first, where nothing is said."""
        return self.orders.get(index, self.orders.get(None, FacetOrder()))


_NUMBERED: Final = re.compile(r"([0-9]{1,9})(?::([^\s,:]+))?")


def read_numbers(text: str, least: int) -> dict[str | None, int] | None:
    """facetLimit or facetStart; None if it cannot be read, or says two things of one index."""
    numbers: dict[str | None, int] = {}
    for part in text.split(",") if text else ():
        found = _NUMBERED.fullmatch(part.strip())
        if found is None or found[2] in numbers or int(found[1]) < least:
            return None
        numbers[found[2]] = int(found[1])
    return numbers


_ORDER: Final = re.compile(
    r"(recordCount|alphanumeric)(?:,(ascending|descending))?(?:,(caseSensitive|caseInsensitive))?"
    r"(?::([^\s,:]+))?(?:,(?=.)|$)"
)
_USUAL: Final = {SortBy.RECORD_COUNT: Direction.DESCENDING, SortBy.ALPHANUMERIC: Direction.ASCENDING}


def read_orders(text: str) -> dict[str | None, FacetOrder] | None:
    """facetSort, as ``alphanumeric,descending:dc.subject,recordCount``; None if it cannot be read."""
    orders: dict[str | None, FacetOrder] = {}
    place = 0
    while place < len(text):
        found = _ORDER.match(text, place)
        if found is None or found[4] in orders:
            return None
        by = SortBy(found[1])
        direction = Direction(found[2]) if found[2] else _USUAL[by]
        orders[found[4]] = FacetOrder(by, direction, Case(found[3] or Case.INSENSITIVE))
        place = found.end()
    return orders
