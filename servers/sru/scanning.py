"""scan: a stretch of an index around a value, each line with the number of records that it finds.

The rule it keeps: a term can be sent back as it stands, with the same index and relation, and finds as many
records as were told.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from core.catalogue import Catalogue, Scanned
from core.query import Clause, Match, SearchRefused
from protocols.cql import tree
from protocols.cql.errors import CqlError
from protocols.sru.diagnostics import Diagnostic
from protocols.sru.request import ScanRequest
from protocols.sru.response import ScanResponse, Term, WhereInList
from servers.catalogue.headings import WRITTEN, Headings
from servers.sru.profiles import Endpoint
from servers.sru.translate.diagnostics import of_catalogue, of_cql
from servers.sru.translate.queries import Part, QueryReader, SetRefused

ONE_CLAUSE: Final = Diagnostic(10, "character 1: one clause is expected: index, relation, term")


def scan(
    endpoint: Endpoint, catalogue: Catalogue, reader: QueryReader, headings: Headings, request: ScanRequest
) -> ScanResponse:
    """The response; never raises."""
    most = endpoint.terms if request.maximum_terms is None else request.maximum_terms
    if most > endpoint.terms_limit:
        return ScanResponse(diagnostics=(Diagnostic(121, str(endpoint.terms_limit)),))
    part = _clause(reader, request.scan_clause)
    if isinstance(part, Diagnostic):
        return ScanResponse(diagnostics=(part,))
    assert isinstance(part.part, Clause)
    found = _stretch(catalogue, part.part, request.response_position, most)
    if isinstance(found, SearchRefused):
        return ScanResponse(diagnostics=(of_catalogue(found, part),))
    of_whole = part.part.match is Match.HEADING
    point, values = catalogue.points[part.part.point], [term.value for term in found.terms]
    return ScanResponse(terms=_terms(found, headings.all_written(point, values, WRITTEN if of_whole else 0)))


def _clause(reader: QueryReader, text: str) -> Part | Diagnostic:
    """The one clause that a scan begins at. An empty term means the beginning of the index."""
    try:
        read = reader.read(text)
    except CqlError as error:
        return of_cql(error)
    except SetRefused as error:
        return error.diagnostic
    if (
        not isinstance(read.query, Clause)
        or read.written.sort
        or not isinstance(read.written.root, tree.Clause)
    ):
        return ONE_CLAUSE
    return read.parts[0]


def _stretch(catalogue: Catalogue, clause: Clause, position: int, most: int) -> Scanned | SearchRefused:
    """``most`` terms, with the clause's own at the ``position``; 0: the first one is the next after it."""
    if position:
        return catalogue.scan(clause, position - 1, most - position + 1)
    found = catalogue.scan(clause, 0, most + 1)
    if isinstance(found, SearchRefused):
        return found
    own = _own(clause, found)
    terms = found.terms[own : most + own]
    return Scanned(terms, 0, found.first and not own, found.last and len(found.terms) <= most + own)


def _own(clause: Clause, found: Scanned) -> int:
    """1 if the first of the terms is the clause's own, which is left out then."""
    typed = " ".join(map(str, clause.words))
    return int(bool(found.terms) and found.terms[0].value.casefold() == typed.casefold())


def _terms(found: Scanned, texts: Sequence[str]) -> tuple[Term, ...]:
    last = len(found.terms) - 1
    return tuple(
        [
            Term(term.value, term.count, display, _where(found, number == 0, number == last))
            for number, (term, display) in enumerate(zip(found.terms, texts, strict=True))
        ]
    )


def _where(found: Scanned, is_first: bool, is_last: bool) -> WhereInList:
    begins, ends = is_first and found.first, is_last and found.last
    if begins and ends:
        return WhereInList.ONLY
    if begins:
        return WhereInList.FIRST
    return WhereInList.LAST if ends else WhereInList.INNER
