"""What is asked of the catalogue: one tree for every query language, as people typed it.

The rule it keeps: nothing here is normalised, checked or known to exist. The words are those that were typed,
the access points are names (`core.points`); what they amount to is decided by `core.catalogue` alone, so that
two languages that ask the same get the same hits.
"""

from __future__ import annotations

from enum import Enum, StrEnum
from typing import Final

from msgspec import Struct

from core.model.records import BibId


class Match(StrEnum):
    """How a clause's words must stand in the values of its access point. The value names it in logs.

    On text, `EQ` is `PHRASE`: the words next to one another, in order. On anything else (numbers, dates,
    codes, identifiers) it is equality. `HEADING` is the whole of one value. `BEGINS` is its first words; a
    mask at the end of the last one makes that its first characters. `WITHIN` takes two words, the least and
    the greatest value. `NO_VALUE` and `ANY_VALUE` take none: the records that have nothing there, or
    anything.
    """

    EQ = "eq"
    PHRASE = "phrase"
    ALL = "all"
    ANY = "any"
    HEADING = "heading"
    BEGINS = "begins"
    NE = "ne"
    LT = "lt"
    LE = "le"
    GT = "gt"
    GE = "ge"
    WITHIN = "within"
    NO_VALUE = "no-value"
    ANY_VALUE = "any-value"


class Mask(Enum):
    """A place in a word where something else may stand."""

    ONE = "?"
    """Exactly one character."""
    RUN = "*"
    """Any characters, or none."""


class Word(Struct, frozen=True, gc=False):
    """A word as typed: pieces of text and masks. ``starts`` and ``ends``: it is the first or the last of a
    value.

    Truncation to the right is a `Mask.RUN` at the end, truncation to the left one at the beginning.
    """

    pieces: tuple[str | Mask, ...]
    starts: bool = False
    ends: bool = False

    def __str__(self) -> str:
        """As it may be shown to people: masks as ``*`` and ``?``, anchors as ``^``."""
        inside = "".join([piece.value if isinstance(piece, Mask) else piece for piece in self.pieces])
        return f"{'^' * self.starts}{inside}{'^' * self.ends}"


class Clause(Struct, frozen=True, gc=False):
    """Words sought in one access point."""

    point: str
    match: Match
    words: tuple[Word, ...] = ()


class And(Struct, frozen=True, gc=False):
    """Both."""

    left: Query
    right: Query


class Or(Struct, frozen=True, gc=False):
    """Either, or both."""

    left: Query
    right: Query


class Not(Struct, frozen=True, gc=False):
    """The left, but not the right."""

    left: Query
    right: Query


class Unit(StrEnum):
    """What distances are counted in."""

    WORD = "word"
    SENTENCE = "sentence"
    PARAGRAPH = "paragraph"
    ELEMENT = "element"


class Near(Struct, frozen=True, gc=False):
    """The words of two clauses of one access point, so far from each other.

    The distance of neighbours is 1. ``compared`` is one of `Match`'s EQ, NE, LT, LE, GT and GE: how the
    distance must stand to ``distance``. ``ordered``: the left comes first.
    """

    left: Query
    right: Query
    distance: int = 1
    compared: Match = Match.LE
    ordered: bool = False
    unit: Unit = Unit.WORD


class Everything(Struct, frozen=True, gc=False):
    """Every record of the catalogue."""


class Ids(Struct, frozen=True, gc=False):
    """These records, so far as they are still there: what an earlier search has found."""

    ids: tuple[BibId, ...]


Query = Clause | And | Or | Not | Near | Everything | Ids


class Missing(StrEnum):
    """Where records go that have nothing to be sorted by: behind all others or before them, whichever the
    direction; out of the list; or nowhere, and then nothing is sorted.
    """

    LAST = "last"
    FIRST = "first"
    OMIT = "omit"
    FAIL = "fail"


class SortKey(Struct, frozen=True, gc=False):
    """What hits are sorted by. Records that are equal in every key come in the order of their ids."""

    point: str
    descending: bool = False
    missing: Missing = Missing.LAST


class QueryFault(StrEnum):
    """Every ground on which the catalogue says no. The value is the code that logs show; each protocol has a
    total table from here to its diagnostics.
    """

    UNKNOWN_POINT = "unknown-point"
    MATCH_NOT_FOR_POINT = "match-not-for-point"
    EMPTY_TERM = "empty-term"
    NOTHING_TO_SEEK = "nothing-to-seek"
    """The term has no letter and no digit."""
    NOT_A_NUMBER = "not-a-number"
    NOT_A_DATE = "not-a-date"
    NOT_ONE_VALUE = "not-one-value"
    """More than one value where one is compared."""
    NOT_A_RANGE = "not-a-range"
    """`Match.WITHIN` without exactly two values."""
    TERM_TOO_LONG = "term-too-long"
    MASK_NOT_HERE = "mask-not-here"
    MASK_TOO_SHORT = "mask-too-short"
    TOO_MANY_MASKS = "too-many-masks"
    ANCHOR_NOT_HERE = "anchor-not-here"
    NEAR_NOT_THESE = "near-not-these"
    """Operands that have no distance: not words of one access point."""
    NEAR_MASKED = "near-masked"
    NEAR_ANCHORED = "near-anchored"
    NEAR_UNIT = "near-unit"
    NEAR_COMPARISON = "near-comparison"
    NEAR_DISTANCE = "near-distance"
    TOO_MANY_OPERANDS = "too-many-operands"
    TOO_MANY_TERMS = "too-many-terms"
    """A mask stands for more terms than are looked through."""
    NOT_SORTABLE = "not-sortable"
    TOO_MANY_SORT_KEYS = "too-many-sort-keys"
    SORT_KEY_TWICE = "sort-key-twice"
    SORT_KEY_MISSING = "sort-key-missing"
    """`Missing.FAIL`, and there was such a record."""
    TOO_MANY_TO_SORT = "too-many-to-sort"
    NOT_SCANNABLE = "not-scannable"
    NO_FACETS = "no-facets"
    UNKNOWN_SNAPSHOT = "unknown-snapshot"
    """The state of the catalogue that a page goes on in is not kept any more."""
    NOT_READY = "not-ready"
    """The index is being built."""


class SearchRefused(Struct, frozen=True, gc=False):
    """Why there is no answer, and about what: a name, a term or a limit, as it may be told to people."""

    fault: QueryFault
    value: str = ""


EVERYTHING: Final = Everything()


def plain(text: str) -> tuple[Word, ...]:
    """The words of a text in which nothing is a mask or an anchor."""
    return tuple([Word((piece,)) for piece in text.split()])
