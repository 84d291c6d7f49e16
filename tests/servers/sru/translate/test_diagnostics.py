"""Whatever the catalogue says no to has its number in SRU, with the details that the list wants."""

from __future__ import annotations

import pytest

from core.query import QueryFault, SearchRefused
from protocols.cql.errors import CqlError, Diagnostic
from protocols.sru.diagnostics import KINDS
from servers.catalogue.access_points import table
from servers.sru.translate.diagnostics import FAULTS, LONGEST, culprit, of_catalogue, of_cql
from servers.sru.translate.queries import QueryReader
from tests.matrix import proves

READER = QueryReader(table().points)
(CLAUSE,) = READER.read('dc.title within "c*t"').parts
NEAR = READER.read("title=cat and title=dog prox/distance>3 title=cow").parts[-1]


def test_every_fault_of_the_catalogue_is_told() -> None:
    assert FAULTS.keys() == set(QueryFault)
    assert {fault.number for fault in FAULTS.values()} <= KINDS.keys()


@proves("every fault of the catalogue has its SRU diagnostic, with its place")
@pytest.mark.parametrize(
    ("fault", "value", "number", "details"),
    [
        (QueryFault.UNKNOWN_POINT, "title", 16, "dc.title"),
        (QueryFault.MATCH_NOT_FOR_POINT, "within title", 22, "dc.title within"),
        (QueryFault.EMPTY_TERM, "title", 27, "dc.title"),
        (QueryFault.NOTHING_TO_SEEK, "c*t", 36, "c*t"),
        (QueryFault.NOT_A_NUMBER, "c*t", 36, "c*t"),
        (QueryFault.NOT_A_DATE, "c*t", 36, "c*t"),
        (QueryFault.NOT_ONE_VALUE, "c*t", 24, "within c*t"),
        (QueryFault.NOT_A_RANGE, "c*t", 36, "c*t"),
        (QueryFault.TERM_TOO_LONG, "1000", 23, "1000"),
        (QueryFault.MASK_NOT_HERE, "c*t", 28, "*"),
        (QueryFault.MASK_TOO_SHORT, "c*t", 29, "2"),
        (QueryFault.TOO_MANY_MASKS, "10", 30, "10"),
        (QueryFault.ANCHOR_NOT_HERE, "c*t", 31, ""),
        (QueryFault.TOO_MANY_OPERANDS, "256", 38, "256"),
        (QueryFault.TOO_MANY_TERMS, "", 29, ""),
        (QueryFault.NOT_SORTABLE, "isbn", 80, "isbn"),
        (QueryFault.TOO_MANY_SORT_KEYS, "3", 84, "3"),
        (QueryFault.SORT_KEY_TWICE, "title", 85, "dc.title"),
        (QueryFault.SORT_KEY_MISSING, "title", 93, "dc.title"),
        (QueryFault.TOO_MANY_TO_SORT, "10000", 83, "10000"),
        (QueryFault.NOT_SCANNABLE, "title", 22, "dc.title within"),
        (QueryFault.NO_FACETS, "isbn", 6, "facetLimit=isbn"),
        (QueryFault.UNKNOWN_SNAPSHOT, "1-5", 51, "1-5"),
        (QueryFault.NOT_READY, "", 2, ""),
    ],
)
def test_details_are_in_the_words_of_who_asked(
    fault: QueryFault, value: str, number: int, details: str
) -> None:
    told = of_catalogue(SearchRefused(fault, value), CLAUSE, {"title": "dc.title"})
    assert (told.number, told.details) == (number, details)
    assert told.text.startswith(f"{KINDS[number].message} at character 1; ")


@pytest.mark.parametrize(
    ("fault", "value", "number", "details"),
    [
        (QueryFault.NEAR_NOT_THESE, "title isbn", 39, "title isbn"),
        (QueryFault.NEAR_MASKED, "", 33, ""),
        (QueryFault.NEAR_ANCHORED, "", 34, ""),
        (QueryFault.NEAR_UNIT, "sentence", 42, "sentence"),
        (QueryFault.NEAR_COMPARISON, "gt", 40, ">"),
        (QueryFault.NEAR_DISTANCE, "99", 41, "99"),
    ],
)
def test_what_is_wrong_with_prox_is_told_at_the_operator(
    fault: QueryFault, value: str, number: int, details: str
) -> None:
    told = of_catalogue(SearchRefused(fault, value), NEAR)
    assert (told.number, told.details) == (number, details)
    assert f"at character {NEAR.written.place + 1}; " in told.text


def test_of_what_was_not_written_there_is_no_place() -> None:
    told = of_catalogue(SearchRefused(QueryFault.UNKNOWN_POINT, "x"))
    assert (told.number, told.details) == (16, "x")
    assert "character" not in told.text


def test_what_cql_found_wrong_keeps_its_details_and_gains_its_place() -> None:
    told = of_cql(CqlError(Diagnostic.INDEX, "a.b", 4, "there is none"))
    assert (told.number, told.details) == (16, "a.b")
    assert told.text == "Unsupported index at character 5; there is none"


def test_a_place_is_told_once() -> None:
    told = of_cql(CqlError(Diagnostic.SYNTAX, "character 5: a term was expected", 4))
    assert told.text == "Query syntax error"


def test_a_stranger_s_text_does_not_fill_the_answer() -> None:
    assert len(of_cql(CqlError(Diagnostic.INDEX, "x" * 9000, 0)).details) == LONGEST


def test_the_part_to_blame_is_the_first_that_fails_alone_for_the_same_reason() -> None:
    parts = READER.read("title=cat and isbn=1 or title=dog").parts
    refused = SearchRefused(QueryFault.NOT_A_NUMBER, "1")
    blamed = culprit(parts, refused, lambda part: refused if part is parts[1].part else None)
    assert blamed is parts[1]
    assert culprit(parts, refused, lambda _: None) is None
    assert culprit(parts, refused, lambda _: SearchRefused(QueryFault.EMPTY_TERM)) is None
