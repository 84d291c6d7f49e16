"""Every service says itself that it did not do what was asked."""

from typing import get_args

import pytest

from protocols.z3950 import answers, codec
from protocols.z3950.answers import OPTIONS, RESPONSES, Request, Response
from protocols.z3950.apdus import (
    ExtendedServicesRequest,
    InitializeRequest,
    InitializeResponse,
    PresentResponse,
    ScanResponse,
    SearchResponse,
)
from protocols.z3950.structures import bib_1_diagnostic
from tests.matrix import proves


@proves("Z39.50: a service that is not offered says so itself")
@pytest.mark.parametrize("kind", get_args(Request))
def test_a_refusal_is_the_answer_of_its_service(kind: type[Request]) -> None:
    answer = answers.refused(kind, bib_1_diagnostic(2, "soon"))
    assert type(answer) is RESPONSES[kind]
    assert codec.decode(codec.encode(answer)) == answer


def test_requests_and_responses_are_all_there_are() -> None:
    assert RESPONSES.keys() == {*get_args(Request), InitializeRequest}
    assert set(RESPONSES.values()) == {*get_args(Response), InitializeResponse}
    assert OPTIONS.keys() == set(get_args(Request))


def test_a_refusal_carries_its_diagnostic() -> None:
    diagnostic = bib_1_diagnostic(235, "none")
    search, present, scan = (
        answers.refused(kind, diagnostic) for kind in get_args(Request) if kind.__name__[:4] in WITH_RECORDS
    )
    assert isinstance(search, SearchResponse)
    assert (search.records, search.search_status, search.result_count) == (diagnostic, False, 0)
    assert isinstance(present, PresentResponse)
    assert present.records == diagnostic
    assert isinstance(scan, ScanResponse)
    assert scan.entries
    assert scan.entries.nonsurrogate_diagnostics == (diagnostic,)


WITH_RECORDS = ("Sear", "Pres", "Scan")


def test_an_extended_service_that_is_not_offered_has_its_own_number() -> None:
    assert {kind: answers.not_offered(kind).condition for kind in get_args(Request)} == {
        kind: 221 if kind is ExtendedServicesRequest else 1025 for kind in get_args(Request)
    }
