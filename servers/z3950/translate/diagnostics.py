"""Why a query is refused, in the numbers of Bib-1: what the catalogue says, and what CQL says.

The rule it keeps: both tables are total. What stands beside a number is the offending value alone, as it was
sent: a use attribute, a term, a limit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Final

from msgspec import Struct

from core.query import QueryFault, SearchRefused
from protocols.cql.errors import CqlError, Diagnostic, at
from servers.z3950.refusal import Refused


class Kind(Enum):
    """The attribute types of Bib-1."""

    USE = 1
    RELATION = 2
    POSITION = 3
    STRUCTURE = 4
    TRUNCATION = 5
    COMPLETENESS = 6


class Sent(Struct, frozen=True):
    """An operand as it was sent: its term, and its attributes by their types."""

    term: str
    values: Mapping[Kind, int | str]


class About(Struct, frozen=True):
    """What a fault is about: the catalogue's word for it, and the operand, where there is one."""

    value: str
    sent: Sent | None = None


def _value(about: About) -> str:
    return about.value


def _nothing(about: About) -> str:
    return ""


def _term(about: About) -> str:
    return about.value if about.sent is None else about.sent.term


def _of(kind: Kind) -> Callable[[About], str]:
    def told(about: About) -> str:
        return about.value if about.sent is None else str(about.sent.values.get(kind, about.value))

    return told


class Fault(Struct, frozen=True):
    """How a fault of the catalogue is told: its condition, and what stands beside it."""

    condition: int
    addinfo: Callable[[About], str]


FAULTS: Final[Mapping[QueryFault, Fault]] = {
    QueryFault.UNKNOWN_POINT: Fault(114, _of(Kind.USE)),
    QueryFault.MATCH_NOT_FOR_POINT: Fault(117, _of(Kind.RELATION)),
    QueryFault.EMPTY_TERM: Fault(125, _term),
    QueryFault.NOTHING_TO_SEEK: Fault(125, _term),
    QueryFault.NOT_A_NUMBER: Fault(126, _term),
    QueryFault.NOT_A_DATE: Fault(126, _term),
    QueryFault.NOT_ONE_VALUE: Fault(126, _term),
    QueryFault.NOT_A_RANGE: Fault(126, _term),
    QueryFault.TERM_TOO_LONG: Fault(11, _value),
    QueryFault.MASK_NOT_HERE: Fault(120, _of(Kind.TRUNCATION)),
    QueryFault.MASK_TOO_SHORT: Fault(9, _term),
    QueryFault.TOO_MANY_MASKS: Fault(7, _value),
    QueryFault.ANCHOR_NOT_HERE: Fault(119, _of(Kind.POSITION)),
    QueryFault.NEAR_NOT_THESE: Fault(201, _nothing),
    QueryFault.NEAR_MASKED: Fault(201, _nothing),
    QueryFault.NEAR_ANCHORED: Fault(201, _nothing),
    QueryFault.NEAR_UNIT: Fault(132, _value),
    QueryFault.NEAR_COMPARISON: Fault(131, _value),
    QueryFault.NEAR_DISTANCE: Fault(202, _value),
    QueryFault.TOO_MANY_OPERANDS: Fault(6, _value),
    QueryFault.TOO_MANY_TERMS: Fault(234, _value),
    QueryFault.NOT_SORTABLE: Fault(207, _value),
    QueryFault.TOO_MANY_SORT_KEYS: Fault(211, _value),
    QueryFault.SORT_KEY_TWICE: Fault(212, _value),
    QueryFault.SORT_KEY_MISSING: Fault(207, _value),
    QueryFault.TOO_MANY_TO_SORT: Fault(230, _value),
    QueryFault.NOT_SCANNABLE: Fault(232, _of(Kind.USE)),
    QueryFault.NO_FACETS: Fault(3, _value),
    QueryFault.UNKNOWN_SNAPSHOT: Fault(27, _value),
    QueryFault.NOT_READY: Fault(2, _nothing),
}
"""Every fault of the catalogue, in the numbers of Bib-1."""

CQL: Final[Mapping[Diagnostic, int]] = {
    Diagnostic.SYNTAX: 108,
    Diagnostic.QUERY_TOO_LONG: 11,
    Diagnostic.PARENTHESES: 108,
    Diagnostic.QUOTES: 108,
    Diagnostic.CONTEXT_SET: 121,
    Diagnostic.INDEX: 114,
    Diagnostic.INDEX_OF_SET: 114,
    Diagnostic.INDEXES: 123,
    Diagnostic.RELATION: 117,
    Diagnostic.RELATION_MODIFIER: 117,
    Diagnostic.RELATION_MODIFIERS: 117,
    Diagnostic.RELATION_AND_INDEX: 117,
    Diagnostic.TERM_TOO_LONG: 11,
    Diagnostic.RELATION_AND_TERM: 126,
    Diagnostic.NOT_QUOTED: 108,
    Diagnostic.ESCAPED_NEEDLESSLY: 108,
    Diagnostic.EMPTY_TERM: 125,
    Diagnostic.MASKING: 120,
    Diagnostic.MASKED_TOO_SHORT: 9,
    Diagnostic.MASKS_TOO_MANY: 7,
    Diagnostic.ANCHORING: 119,
    Diagnostic.ANCHOR_POSITION: 119,
    Diagnostic.PROXIMITY_AND_MASKING: 201,
    Diagnostic.PROXIMITY_AND_ANCHORING: 201,
    Diagnostic.STOP_WORDS: 4,
    Diagnostic.TERM_FORMAT: 126,
    Diagnostic.BOOLEAN: 110,
    Diagnostic.BOOLEANS_TOO_MANY: 6,
    Diagnostic.PROXIMITY: 110,
    Diagnostic.PROXIMITY_RELATION: 131,
    Diagnostic.PROXIMITY_DISTANCE: 202,
    Diagnostic.PROXIMITY_UNIT: 132,
    Diagnostic.PROXIMITY_ORDERING: 203,
    Diagnostic.PROXIMITY_MODIFIERS: 201,
    Diagnostic.PREFIX_TWICE: 108,
    Diagnostic.BOOLEAN_MODIFIER: 110,
    Diagnostic.CANNOT_PROCESS: 3,
    Diagnostic.FEATURE: 3,
    Diagnostic.MASK_POSITION: 120,
    Diagnostic.SORT: 207,
    Diagnostic.SORT_SEQUENCE: 207,
    Diagnostic.SORT_KEYS_TOO_MANY: 211,
    Diagnostic.SORT_KEY_TWICE: 212,
    Diagnostic.SORT_DIRECTION: 214,
    Diagnostic.SORT_CASE: 215,
    Diagnostic.SORT_MISSING_VALUE: 213,
}
"""What CQL can have against a query of type 104."""


def of_catalogue(refused: SearchRefused, sent: Sent | None = None) -> Refused:
    """Why the catalogue said no."""
    fault = FAULTS[refused.fault]
    return Refused(fault.condition, fault.addinfo(About(refused.value, sent)))


def of_cql(error: CqlError) -> Refused:
    """What CQL found wrong, where, and what would help."""
    where = "" if error.details.startswith(at(error.place)) else at(error.place)
    more = "; ".join(filter(None, (where, error.hint)))
    return Refused(CQL[error.diagnostic], f"{error.details} ({more})" if more else error.details)
