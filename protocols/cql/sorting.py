"""What a sort key of a query asks for, by the context set sort, version 1.0."""

from collections.abc import Sequence
from enum import Enum
from typing import Final

import msgspec

from protocols.cql.context_sets import base_modifier
from protocols.cql.errors import CqlError, Diagnostic
from protocols.cql.tree import Comparison, Modifier, SortKey


class Direction(Enum):
    """Which end comes first."""

    ASCENDING = "ascending"
    DESCENDING = "descending"


class Missing(Enum):
    """Where a record without a value for the key goes."""

    OMIT = "left out"
    FAIL = "no sorting at all"
    LOW = "before all others"
    HIGH = "behind all others"
    VALUE = "where a given value would go"


class SortOrder(msgspec.Struct, frozen=True):
    """A key: what was not told is as the standard has it, or None where that is the server's choice."""

    index: str
    direction: Direction = Direction.ASCENDING
    respects_case: bool = False
    respects_accents: bool | None = None
    missing: Missing | None = None
    missing_value: str = ""
    locale: str = ""
    place: int = 0


MOST_KEYS: Final = 8

_SIMPLE: Final[dict[str, tuple[str, object]]] = {
    "ascending": ("direction", Direction.ASCENDING),
    "descending": ("direction", Direction.DESCENDING),
    "ignorecase": ("respects_case", False),
    "respectcase": ("respects_case", True),
    "ignoreaccents": ("respects_accents", False),
    "respectaccents": ("respects_accents", True),
    "missingomit": ("missing", Missing.OMIT),
    "missingfail": ("missing", Missing.FAIL),
    "missinglow": ("missing", Missing.LOW),
    "missinghigh": ("missing", Missing.HIGH),
}
"""Modifiers without a value (set sort, version 1.0): what each of them settles."""


def read_sort(keys: Sequence[SortKey], most: int = MOST_KEYS) -> tuple[SortOrder, ...]:
    """The keys of a query, most important first.

    Raises CqlError for too many keys (84), one that is there twice (85), modifiers that are unknown or at
    odds with each other (82).
    """
    _refuse_too_many(keys, most)
    return tuple(map(_order, keys))


def _order(key: SortKey) -> SortOrder:
    settled: dict[str, object] = {}
    for modifier in key.modifiers:
        for what, value in _settles(modifier):
            if what in settled:
                raise _refused(modifier, f"{modifier.name} contradicts or repeats what was told before it")
            settled[what] = value
    return msgspec.structs.replace(SortOrder(key.index, place=key.place), **settled)


def _settles(modifier: Modifier) -> Sequence[tuple[str, object]]:
    name = base_modifier(modifier.name, "sort")
    if name in _SIMPLE:
        if modifier.comparison is not None:
            raise _refused(modifier, f"{modifier.name} has no value")
        return (_SIMPLE[name],)
    if name not in _VALUED:
        raise _refused(modifier, f"there is no such modifier; there are {', '.join((*_SIMPLE, *_VALUED))}")
    if modifier.comparison is not Comparison.EQUAL or not modifier.value:
        raise _refused(modifier, f"{modifier.name} needs a value, {modifier.name}=…")
    match name:
        case "missingvalue":
            return (("missing", Missing.VALUE), ("missing_value", modifier.value))
        case "locale":
            return (("locale", modifier.value),)
        case _:
            return ()  # unicodeCollate: which level is used is the server's choice


_VALUED: Final = ("missingvalue", "locale", "unicodecollate")


def _refused(modifier: Modifier, hint: str) -> CqlError:
    return CqlError(Diagnostic.SORT_SEQUENCE, modifier.name, modifier.place, hint)


def _refuse_too_many(keys: Sequence[SortKey], most: int) -> None:
    seen: set[str] = set()
    for key in keys:
        if key.index.lower() in seen:
            raise CqlError(Diagnostic.SORT_KEY_TWICE, key.index, key.place, "this key is there twice")
        seen.add(key.index.lower())
    if len(keys) > most:
        raise CqlError(
            Diagnostic.SORT_KEYS_TOO_MANY, str(most), keys[most].place, f"there may be {most} sort keys"
        )
