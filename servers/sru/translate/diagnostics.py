"""What is wrong with a query, in SRU's diagnostics: what CQL found, and what the catalogue did.

The rule it keeps: `FAULTS` is total. Details are what the list of diagnostics wants there, in the words of
who asked; where in the query it is, and what would be right, stands behind the registered text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from core.interpreting import FEWEST_LETTERS
from core.query import Query, QueryFault, SearchRefused
from protocols.cql import tree
from protocols.cql.errors import CqlError, at
from protocols.sru.diagnostics import KINDS, Diagnostic
from servers.sru.translate.queries import MATCHES, Part

LONGEST: Final = 200
"""Characters of a stranger's text that come back in details."""


class About(Struct, frozen=True):
    """What a fault is about: the catalogue's word for it, and what was written there."""

    value: str
    written: tree.Clause | tree.Step | None = None
    sort_names: Mapping[str, str] = {}

    @property
    def clause(self) -> tree.Clause | None:
        """The clause, if it is one."""
        return self.written if isinstance(self.written, tree.Clause) else None


def _value(about: About) -> str:
    return about.value


def _nothing(about: About) -> str:
    return ""


def _index(about: About) -> str:
    return about.value if about.clause is None else about.clause.index


def _term(about: About) -> str:
    return about.value if about.clause is None else about.clause.term.raw


def _index_and_relation(about: About) -> str:
    clause = about.clause
    return about.value if clause is None else f"{clause.index} {clause.relation.name}"


def _relation_and_term(about: About) -> str:
    clause = about.clause
    return about.value if clause is None else f"{clause.relation.name} {clause.term.raw}"


def _mask(about: About) -> str:
    return next((sign for sign in _term(about) if sign in "*?"), "*")


def _fewest(about: About) -> str:
    return str(FEWEST_LETTERS)


def _relation(about: About) -> str:
    return _RELATIONS.get(about.value, about.value)


def _sort_key(about: About) -> str:
    return about.sort_names.get(about.value, about.value)


def _facet(about: About) -> str:
    return f"facetLimit={about.value}"


_RELATIONS: Final[Mapping[str, str]] = {match: relation for relation, match in MATCHES.items()}


class Fault(Struct, frozen=True):
    """How a fault of the catalogue is told: its number, its details, and what would help."""

    number: int
    details: Callable[[About], str]
    hint: str


FAULTS: Final[Mapping[QueryFault, Fault]] = {
    QueryFault.UNKNOWN_POINT: Fault(16, _index, "explain lists the indexes"),
    QueryFault.MATCH_NOT_FOR_POINT: Fault(
        22, _index_and_relation, "explain lists the relations of each index"
    ),
    QueryFault.EMPTY_TERM: Fault(27, _index, "this index has no empty term"),
    QueryFault.NOTHING_TO_SEEK: Fault(36, _term, "a letter or a digit is needed"),
    QueryFault.NOT_A_NUMBER: Fault(36, _term, "a number is expected"),
    QueryFault.NOT_A_DATE: Fault(36, _term, "a date is expected, as 2024, 2024-05 or 2024-05-31"),
    QueryFault.NOT_ONE_VALUE: Fault(24, _relation_and_term, "one value is expected"),
    QueryFault.NOT_A_RANGE: Fault(36, _term, 'two values are expected, as "1990 1999"'),
    QueryFault.TERM_TOO_LONG: Fault(23, _value, "ask for less at a time"),
    QueryFault.MASK_NOT_HERE: Fault(28, _mask, "this index takes no masks"),
    QueryFault.MASK_TOO_SHORT: Fault(29, _fewest, "more letters are needed beside the mask"),
    QueryFault.TOO_MANY_MASKS: Fault(30, _value, "use fewer masks"),
    QueryFault.ANCHOR_NOT_HERE: Fault(31, _nothing, "this index or relation takes no anchors"),
    QueryFault.NEAR_NOT_THESE: Fault(39, _value, "both operands of prox are words of one index"),
    QueryFault.NEAR_MASKED: Fault(33, _nothing, "leave out the masks"),
    QueryFault.NEAR_ANCHORED: Fault(34, _nothing, "leave out the anchors"),
    QueryFault.NEAR_UNIT: Fault(42, _value, "the unit is word"),
    QueryFault.NEAR_COMPARISON: Fault(40, _relation, "a distance is compared by = < <="),
    QueryFault.NEAR_DISTANCE: Fault(41, _value, "the distance is too small or too great"),
    QueryFault.TOO_MANY_OPERANDS: Fault(38, _value, "ask for less at a time, or use any"),
    QueryFault.TOO_MANY_TERMS: Fault(29, _nothing, "the mask stands for too many words; add letters"),
    QueryFault.NOT_SORTABLE: Fault(80, _sort_key, "explain lists the indexes that sort"),
    QueryFault.TOO_MANY_SORT_KEYS: Fault(84, _value, "leave out the last keys"),
    QueryFault.SORT_KEY_TWICE: Fault(85, _sort_key, "each key once"),
    QueryFault.SORT_KEY_MISSING: Fault(93, _sort_key, "a record has nothing to be sorted by"),
    QueryFault.TOO_MANY_TO_SORT: Fault(83, _value, "search for fewer, or leave out the order"),
    QueryFault.NOT_SCANNABLE: Fault(22, _index_and_relation, "whole values of this index are not listed"),
    QueryFault.NO_FACETS: Fault(6, _facet, "this index has no facets"),
    QueryFault.UNKNOWN_SNAPSHOT: Fault(51, _value, "it was not asked for in time; search anew"),
    QueryFault.NOT_READY: Fault(2, _nothing, "the index is being built; try again later"),
}
"""Every fault of the catalogue, in SRU's numbers."""


def of_cql(error: CqlError) -> Diagnostic:
    """What CQL found wrong, with its place."""
    number = int(error.diagnostic)
    where = "" if error.details.startswith(at(error.place)) else f" at {at(error.place)}"
    message = f"{KINDS[number].message}{where}"
    return Diagnostic(number, error.details[:LONGEST], f"{message}; {error.hint}" if error.hint else message)


def of_catalogue(
    refused: SearchRefused, part: Part | None = None, sort_names: Mapping[str, str] | None = None
) -> Diagnostic:
    """Why the catalogue said no, with the place of the part of the query that it was about."""
    fault = FAULTS[refused.fault]
    written = None if part is None else part.written
    details = fault.details(About(refused.value, written, sort_names or {}))
    where = "" if written is None else f" at {at(written.place)}"
    return Diagnostic(fault.number, details[:LONGEST], f"{KINDS[fault.number].message}{where}; {fault.hint}")


def culprit(
    parts: Sequence[Part], refused: SearchRefused, check: Callable[[Query], SearchRefused | None]
) -> Part | None:
    """The first of the parts that is refused alone, for the same reason."""
    for part in parts:
        alone = check(part.part)
        if alone is not None and alone.fault is refused.fault:
            return part
    return None
