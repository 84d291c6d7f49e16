"""What a search index is asked: terms that are normalised already, in a tree of few kinds of node.

The rule it keeps: a node means the same to every adapter, to the letter. `core.catalogue` makes these out of
`core.query`; an index looks them up and decides nothing. A *text* is words with one blank between them; a
*term* is a whole value (`Entry`).
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from core.model.records import BibId
from core.query import Mask


class Entry(Struct, frozen=True, gc=False):
    """What a bib is found by.

    ``texts`` are searched by their words, and each stands in one row, though several points may search it
    (`core.points.AccessPoint.rows`). ``terms`` are searched as wholes, and listed. ``order`` is what the bib
    is sorted by: at most one text or number each. Both are by point (`AccessPoint.key`).

    All of these are as `core.analysis` makes them: of ASCII they have small letters, digits, ``+``, ``#`` and
    full stops, with one blank between two words.
    """

    id: BibId
    texts: dict[str, list[str]]
    terms: dict[str, list[str]]
    order: dict[str, str | int]


Pattern = tuple[str | Mask, ...]
"""A word or a term: pieces of text and masks, in order."""


class Edge(Enum):
    """The two ends of a text, which hold a place of their own before its first word and behind its last."""

    START = "start"
    END = "end"


class Slot(Struct, frozen=True, gc=False):
    """What stands at a place of a phrase. Places are counted from any number upwards."""

    at: int
    holds: Pattern | Edge


class Phrase(Struct, frozen=True, gc=False):
    """All of these words in a row, each at its place.

    The texts of a bib in one row lie one behind the other: behind the last word of a text come its end, the
    start of the next, and its first word.
    """

    row: str
    slots: tuple[Slot, ...]


class Term(Struct, frozen=True, gc=False):
    """A term of the point that is like this."""

    point: str
    like: Pattern


class Between(Struct, frozen=True, gc=False):
    """A term of the point that is not less than ``low`` and not greater than ``high``, code point by code
    point. None is no bound; a bound that is not ``included`` must not be met itself.
    """

    point: str
    low: str | None
    high: str | None
    low_included: bool = True
    high_included: bool = True


class InRow(Struct, frozen=True, gc=False):
    """Any text at all in a row."""

    row: str


class Present(Struct, frozen=True, gc=False):
    """Any term at all of a point."""

    point: str


class Sortable(Struct, frozen=True, gc=False):
    """The bib has something to be sorted by at the point (`Entry.order`)."""

    point: str


class Known(Struct, frozen=True, gc=False):
    """The bibs with these ids, so far as they are in the index."""

    ids: tuple[BibId, ...]


class AllOf(Struct, frozen=True, gc=False):
    """What all the parts find; everything if there are none."""

    parts: tuple[Plan, ...]


class AnyOf(Struct, frozen=True, gc=False):
    """What any of the parts finds; nothing if there are none."""

    parts: tuple[Plan, ...]


class Without(Struct, frozen=True, gc=False):
    """What the one finds and the other does not."""

    kept: Plan
    taken: Plan


Plan = Phrase | Term | Between | InRow | Present | Sortable | Known | AllOf | AnyOf | Without

EVERYTHING = AllOf(())
NOTHING = AnyOf(())


class Order(Struct, frozen=True, gc=False):
    """Sort by what `Entry.order` has for a point; bibs that have nothing there come last, or
    ``missing_first``.
    """

    point: str
    descending: bool = False
    missing_first: bool = False
