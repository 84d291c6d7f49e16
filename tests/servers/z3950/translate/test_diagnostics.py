"""Every fault of the catalogue and of CQL has its number in Bib-1, which is registered."""

from __future__ import annotations

import pytest

from core.query import QueryFault, SearchRefused
from protocols.cql.errors import CqlError, Diagnostic
from protocols.z3950.diagnostics import CONDITIONS
from servers.z3950.translate.diagnostics import CQL, FAULTS, Kind, Sent, of_catalogue, of_cql
from tests.matrix import proves


@proves("every fault of the catalogue and of CQL has its Bib-1 diagnostic")
def test_the_tables_are_total() -> None:
    assert FAULTS.keys() == set(QueryFault)
    assert CQL.keys() == set(Diagnostic)
    assert {fault.condition for fault in FAULTS.values()} | set(CQL.values()) <= CONDITIONS.keys()


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (QueryFault.UNKNOWN_POINT, (114, "4")),
        (QueryFault.MATCH_NOT_FOR_POINT, (117, "1")),
        (QueryFault.NOT_A_NUMBER, (126, "cat")),
        (QueryFault.MASK_NOT_HERE, (120, "101")),
        (QueryFault.ANCHOR_NOT_HERE, (119, "value")),
        (QueryFault.TOO_MANY_OPERANDS, (6, "value")),
        (QueryFault.NOT_READY, (2, "")),
    ],
)
def test_beside_a_number_stands_what_was_sent(fault: QueryFault, expected: tuple[int, str]) -> None:
    sent = Sent("cat", {Kind.USE: 4, Kind.RELATION: 1, Kind.TRUNCATION: 101})
    diagnostic = of_catalogue(SearchRefused(fault, "value"), sent).diagnostic
    assert (diagnostic.condition, diagnostic.text) == expected


@pytest.mark.parametrize("fault", QueryFault)
def test_what_is_about_no_operand_has_the_words_of_the_catalogue(fault: QueryFault) -> None:
    diagnostic = of_catalogue(SearchRefused(fault, "value")).diagnostic
    assert diagnostic.text in ("value", "")


def test_a_fault_of_cql_tells_where_and_what_helps() -> None:
    diagnostic = of_cql(CqlError(Diagnostic.INDEX, "titel", 4, "there is no such index")).diagnostic
    assert diagnostic.condition == 114
    assert diagnostic.text == "titel (character 5; there is no such index)"


def test_a_strangers_text_comes_back_cut_off() -> None:
    diagnostic = of_catalogue(SearchRefused(QueryFault.NOT_A_DATE, "x" * 999)).diagnostic
    assert len(diagnostic.text) == 200
