"""What can be wrong with a query: the number SRU has for it, what it is about, and where it stands."""

import unicodedata
from enum import IntEnum
from typing import Final


class Diagnostic(IntEnum):
    """Those of SRU's diagnostics (info:srw/diagnostic/1) that a query or its sorting can earn."""

    SYNTAX = 10
    QUERY_TOO_LONG = 12
    PARENTHESES = 13
    QUOTES = 14
    CONTEXT_SET = 15
    INDEX = 16
    INDEX_OF_SET = 17
    INDEXES = 18
    RELATION = 19
    RELATION_MODIFIER = 20
    RELATION_MODIFIERS = 21
    RELATION_AND_INDEX = 22
    TERM_TOO_LONG = 23
    RELATION_AND_TERM = 24
    NOT_QUOTED = 25
    ESCAPED_NEEDLESSLY = 26
    EMPTY_TERM = 27
    MASKING = 28
    MASKED_TOO_SHORT = 29
    MASKS_TOO_MANY = 30
    ANCHORING = 31
    ANCHOR_POSITION = 32
    PROXIMITY_AND_MASKING = 33
    PROXIMITY_AND_ANCHORING = 34
    STOP_WORDS = 35
    TERM_FORMAT = 36
    BOOLEAN = 37
    BOOLEANS_TOO_MANY = 38
    PROXIMITY = 39
    PROXIMITY_RELATION = 40
    PROXIMITY_DISTANCE = 41
    PROXIMITY_UNIT = 42
    PROXIMITY_ORDERING = 43
    PROXIMITY_MODIFIERS = 44
    PREFIX_TWICE = 45
    BOOLEAN_MODIFIER = 46
    CANNOT_PROCESS = 47
    FEATURE = 48
    MASK_POSITION = 49
    SORT = 80
    SORT_SEQUENCE = 82
    SORT_KEYS_TOO_MANY = 84
    SORT_KEY_TWICE = 85
    SORT_DIRECTION = 90
    SORT_CASE = 91
    SORT_MISSING_VALUE = 92


class CqlError(Exception):
    """A query that cannot be taken as it stands.

    `details` are those that SRU's list of diagnostics asks for; `place` counts characters from 0; `hint` says
    to people what was expected, and may be empty.
    """

    def __init__(self, diagnostic: Diagnostic, details: str, place: int, hint: str = "") -> None:
        self.diagnostic = diagnostic
        self.details = details
        self.place = place
        self.hint = hint
        super().__init__(f"diagnostic {diagnostic} at {at(place)}: {hint or details}")


def at(place: int) -> str:
    """A place as people count."""
    return f"character {place + 1}"


def syntax_error(place: int, expected: str) -> CqlError:
    """Diagnostic 10, whose details say where, and what was expected there."""
    return CqlError(Diagnostic.SYNTAX, f"{at(place)}: {expected}", place, expected)


def misplaced(diagnostic: Diagnostic, place: int, hint: str) -> CqlError:
    """A diagnostic whose details say where, and nothing else."""
    return CqlError(diagnostic, at(place), place, hint)


_SHOWN: Final = 72
"""Columns of a query that are shown around its mistake."""


def pointed(query: str, place: int) -> str:
    """Two lines: the query, or as much of it as is near `place`, and a caret under that character."""
    begin = max(0, min(place - _SHOWN // 2, len(query) - _SHOWN))
    end = begin + _SHOWN
    shown = "".join(each if each.isprintable() else " " for each in query[begin:end])
    head, tail = "…" if begin else "", "…" if end < len(query) else ""
    before = sum(_columns(each) for each in head + shown[: place - begin])
    return f"{head}{shown}{tail}\n{' ' * before}^"


def _columns(character: str) -> int:
    """How many columns a terminal gives it."""
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
