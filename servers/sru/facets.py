"""Facets and the analysis of a query (SRU 2.0): what the catalogue counts beside the hits.

The rule it keeps: what cannot be counted is told, and takes nothing from the records.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from core import catalogue as counted
from core.catalogue import Catalogue, ScanTerm
from core.points import AccessPoint
from core.query import Query, SearchRefused
from protocols.cql import tree
from protocols.cql.errors import CqlError
from protocols.cql.terms import raw_of
from protocols.cql.writing import write_clause
from protocols.sru.diagnostics import Diagnostic
from protocols.sru.facets import Case, Direction, Facet, FacetOrder, FacetsAsked, FacetTerm, SortBy
from protocols.sru.response import Subquery
from servers.catalogue.headings import WRITTEN, Headings
from servers.sru.translate.diagnostics import of_catalogue, of_cql
from servers.sru.translate.queries import QueryReader, Read


def facets(
    catalogue: Catalogue, reader: QueryReader, headings: Headings, query: Query, asked: FacetsAsked
) -> tuple[tuple[Facet, ...], tuple[Diagnostic, ...]]:
    """The facets that are asked for, and why there is none of some."""
    named, problems = _points(catalogue, reader, asked)
    found = catalogue.facets(query, list(dict.fromkeys(point.name for point in named.values())))
    if isinstance(found, SearchRefused):
        return (), (*problems, of_catalogue(found))
    by_point = {facet.point: facet for facet in found}
    left = WRITTEN
    made = []
    for name, point in named.items():
        terms = _given(name, by_point[point.name], asked)
        texts = headings.all_written(point, [one.value for one in terms], left)
        left -= len(terms)
        made.append(_facet(name, point, terms, texts))
    return tuple(made), tuple(problems)


def _points(
    catalogue: Catalogue, reader: QueryReader, asked: FacetsAsked
) -> tuple[Mapping[str, AccessPoint], list[Diagnostic]]:
    """The points asked for, by the names that they were asked by."""
    named: dict[str, AccessPoint] = {}
    problems: list[Diagnostic] = []
    if None in asked.limits:
        for point in catalogue.points.values():
            if point.facet and asked.limit(str(point.names[0])):
                named[str(point.names[0])] = point
    for index in filter(None, asked.limits):
        try:
            point = reader.point(index, 0)
        except CqlError as error:
            problems.append(of_cql(error))
            continue
        if not point.facet:
            problems.append(Diagnostic(6, f"facetLimit={asked.limits[index]}:{index}"))
        elif asked.limit(index):
            named[index] = point
    return named, problems


def _given(name: str, facet: counted.Facet, asked: FacetsAsked) -> Sequence[ScanTerm]:
    start = asked.start(name) - 1
    return _ordered(facet.terms, asked.order(name))[start : start + asked.limit(name)]


def _facet(name: str, point: AccessPoint, terms: Sequence[ScanTerm], texts: Sequence[str]) -> Facet:
    """A facet whose first values are told as they are written: sought so, they find the same."""
    made = [
        FacetTerm(text or one.value, one.count, _finding(name, one.value))
        for one, text in zip(terms, texts, strict=True)
    ]
    return Facet(name, tuple(made), point.title)


def _finding(index: str, value: str) -> str:
    """The query that finds the records with this value."""
    return write_clause(tree.Clause(tree.Term(raw_of(value)), index, tree.Relation("==")))


def _ordered(terms: Sequence[ScanTerm], order: FacetOrder) -> list[ScanTerm]:
    def text(term: ScanTerm) -> str:
        return term.value if order.case is Case.SENSITIVE else term.value.casefold()

    descending = order.direction is Direction.DESCENDING
    if order.by is SortBy.ALPHANUMERIC:
        return sorted(terms, key=text, reverse=descending)
    return sorted(sorted(terms, key=text), key=lambda term: term.count, reverse=descending)


def analysis(catalogue: Catalogue, read: Read, text: str) -> tuple[Subquery, ...]:
    """How many records the whole query finds, and each of its clauses alone."""
    found = catalogue.analysis(read.query)
    if isinstance(found, SearchRefused):
        return ()
    return tuple(_subqueries(found, read, text))


def _subqueries(found: Sequence[counted.PartHits], read: Read, text: str) -> Iterator[Subquery]:
    written = {id(part.part): part.written for part in read.parts}
    for number, one in enumerate(found):
        clause = written.get(id(one.part))
        if isinstance(clause, tree.Clause):
            yield Subquery(write_clause(clause), one.count)
        elif not number:
            yield Subquery(text, one.count)
