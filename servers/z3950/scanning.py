"""Scan: a stretch of an index around a term, with the number of records that each term finds.

The rule it keeps: a term can be sent back as it stands, with the same attributes, and finds as many records
as were told. Words are listed, or whole values where the attributes say so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from core.catalogue import Catalogue, Scanned
from core.points import PointKind
from core.query import Clause, Match, SearchRefused, plain
from protocols.z3950.apdus import ListEntries, ScanRequest, ScanResponse, ScanStatus, TermInfo
from protocols.z3950.oids import BIB_1
from servers.z3950.refusal import Refused
from servers.z3950.translate import queries
from servers.z3950.translate.diagnostics import Kind, Sent, of_catalogue
from servers.z3950.translate.queries import COMPLETE_FIELD, FIRST_IN_FIELD, KEY, NAME, PHRASE, STRING, Manner

_WHOLE: Final[Mapping[Kind, frozenset[int]]] = {
    Kind.POSITION: frozenset({FIRST_IN_FIELD}),
    Kind.STRUCTURE: frozenset({PHRASE, NAME, STRING, KEY}),
    Kind.COMPLETENESS: frozenset({COMPLETE_FIELD}),
}
"""What asks for whole values: the first words of a field, phrases, complete fields (Bath, scan)."""

_USUAL: Final[Mapping[Kind, frozenset[int | str]]] = {
    Kind.RELATION: frozenset({queries.EQUAL}),
    Kind.TRUNCATION: frozenset({queries.NO_TRUNCATION, queries.RIGHT}),
}
"""What else attributes may say of a term where a list begins: that it is cut off does not matter there."""

_STEP, _MALFORMED, _TOO_MANY, _POSITION = 205, 228, 1029, 233


def scan(catalogue: Catalogue, request: ScanRequest, manner: Manner, limit: int) -> ScanResponse:
    """The response. Raises `Refused`."""
    if request.step_size:
        raise Refused(_STEP, request.step_size)
    wanted, position = request.number_of_terms_requested, request.preferred_position_in_response
    position = 1 if position is None else position
    if wanted < 1:
        raise Refused(_MALFORMED, wanted)
    if wanted > limit:
        raise Refused(_TOO_MANY, limit)
    if not 0 <= position <= wanted + 1:
        raise Refused(_POSITION, position)
    clause, sent = _clause(request, manner)
    found = _stretch(catalogue, clause, position, wanted)
    if isinstance(found, SearchRefused):
        raise of_catalogue(found, sent)
    entries = tuple(
        [
            TermInfo(term=manner.charset.encode(each.value), global_occurrences=each.count)
            for each in found.terms
        ]
    )
    return ScanResponse(
        step_size=0,
        scan_status=ScanStatus.SUCCESS if len(entries) == wanted else ScanStatus.PARTIAL_5,
        number_of_entries_returned=len(entries),
        position_of_term=found.before + 1 if position else 0,
        entries=ListEntries(entries=entries) if entries else None,
        attribute_set=BIB_1,
    )


def _clause(request: ScanRequest, manner: Manner) -> tuple[Clause, Sent]:
    """Where the list begins. An empty term is its beginning."""
    operand = request.term_list_and_start_point
    values = queries.attribute_values(operand.attributes, request.attribute_set or BIB_1, manner.version)
    sent = Sent(queries.term_of(operand, manner.charset), values)
    point = queries.point_of(values, manner.points)
    for kind in (Kind.RELATION, Kind.POSITION, Kind.STRUCTURE, Kind.TRUNCATION, Kind.COMPLETENESS):
        value = queries.served(values, kind)
        if value is not None and value not in _USUAL.get(kind, queries.SERVED[kind]):
            raise Refused(queries.REFUSALS[kind], value)
    structure = values.get(Kind.STRUCTURE)
    if structure is not None and structure not in queries.STRUCTURES[point.kind]:
        raise Refused(118, structure)
    is_whole = any(values.get(kind) in whole for kind, whole in _WHOLE.items())
    if is_whole and point.kind is PointKind.TEXT and not point.listed:
        raise Refused(232, values.get(Kind.USE, queries.ANYWHERE))
    return Clause(point.name, Match.HEADING if is_whole else Match.EQ, plain(sent.term)), sent


def _stretch(catalogue: Catalogue, clause: Clause, position: int, most: int) -> Scanned | SearchRefused:
    """``most`` terms, with the clause's own at the ``position``; 0: the first one is the next after it."""
    if position:
        return catalogue.scan(clause, position - 1, most - position + 1)
    found = catalogue.scan(clause, 0, most + 1)
    if isinstance(found, SearchRefused):
        return found
    typed = " ".join(map(str, clause.words)).casefold()
    own = int(bool(found.terms) and found.terms[0].value.casefold() == typed)
    return Scanned(found.terms[own : most + own], 0, found.first and not own, found.last)
