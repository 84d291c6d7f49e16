"""What is answered, before it is written: refusals, pages, precision."""

import pytest

from protocols.sru.diagnostics import Diagnostic
from protocols.sru.request import RefusedRequest
from protocols.sru.response import Precision, ScanResponse, SearchRetrieveResponse, next_position, refusal
from tests.protocols.sru.given import ask


def test_a_refused_request_is_answered_as_its_operation_is() -> None:
    search, scan = ask("operation=searchRetrieve&version=1.2"), ask("operation=scan&version=1.2")
    assert isinstance(search, RefusedRequest)
    assert isinstance(scan, RefusedRequest)
    assert refusal(search) == SearchRetrieveResponse(diagnostics=(Diagnostic(7, "query"),))
    assert refusal(scan) == ScanResponse(diagnostics=(Diagnostic(7, "scanClause"),))


@pytest.mark.parametrize(
    ("first", "given", "hits", "position"),
    [
        (1, 10, 15, 11),
        (11, 5, 15, None),
        (1, 15, 15, None),
        (1, 14, 15, 15),
        (1, 0, 0, None),
        (20, 0, 15, None),
    ],
)
def test_there_is_a_next_record_or_there_is_none(
    first: int, given: int, hits: int, position: int | None
) -> None:
    assert next_position(first, given, hits) == position


def test_a_precision_is_a_uri() -> None:
    assert Precision.EXACT.uri == "info:srw/vocabulary/resultCountPrecision/1/exact"
    assert {each.value for each in Precision} == {
        "exact", "unknown", "estimate", "maximum", "minimum", "current",
    }  # fmt: skip
