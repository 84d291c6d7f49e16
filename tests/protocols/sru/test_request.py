"""Requests: every parameter in every version, right and wrong, and which version is spoken."""

from typing import Any

import pytest

from protocols.sru.diagnostics import Diagnostic
from protocols.sru.dialects import Escaping, Operation, Packing, Version
from protocols.sru.facets import FacetOrder, FacetsAsked
from protocols.sru.parameters import PARAMETERS
from protocols.sru.request import (
    ExplainRequest,
    Missing,
    Offer,
    RefusedRequest,
    RenderedBy,
    ScanRequest,
    SearchRetrieveRequest,
    Unknown,
)
from protocols.sru.sorting import SortKey
from tests.matrix import proves
from tests.protocols.sru.given import BEGINNINGS, FIRST, V1_1, V1_2, V2_0, ask, told

SEARCH, SCAN, EXPLAIN = Operation.SEARCH_RETRIEVE, Operation.SCAN, Operation.EXPLAIN
ALL = (V1_1, V1_2, V2_0)
STYLED = Offer(stylesheets=("/sru.xsl",), rendered_by=(RenderedBy.CLIENT, RenderedBy.SERVER))

RIGHT: list[tuple[Operation, tuple[Version, ...], str, str, Any]] = [
    (SEARCH, ALL, "startRecord=7", "start_record", 7),
    (SEARCH, ALL, "startRecord=007", "start_record", 7),
    (SEARCH, ALL, "startRecord=9223372036854775807", "start_record", 2**63 - 1),
    (SEARCH, ALL, "startRecord=", "start_record", 1),
    (SEARCH, ALL, "maximumRecords=0", "maximum_records", 0),
    (SEARCH, ALL, "maximumRecords=100000", "maximum_records", 100_000),
    (SEARCH, ALL, "recordSchema=marcxml", "record_schema", "marcxml"),
    (SEARCH, ALL, "resultSetTTL=300", "result_set_ttl", 300),
    (SEARCH, (V1_1, V2_0), "sortKeys=title,,0", "sort_keys", (SortKey("title", ascending=False),)),
    (SEARCH, FIRST, "recordPacking=xml", "asked.escaping", Escaping.XML),
    (SEARCH, FIRST, "recordPacking=string", "asked.escaping", Escaping.STRING),
    (SEARCH, (V2_0,), "recordXMLEscaping=string", "asked.escaping", Escaping.STRING),
    (SEARCH, (V2_0,), "recordPacking=unpacked", "asked.packing", Packing.UNPACKED),
    (SEARCH, (V2_0,), "queryType=cql", "query_type", "cql"),
    (SEARCH, (V2_0,), "renderedBy=server", "rendered_by", RenderedBy.SERVER),
    (SEARCH, (V2_0,), "httpAccept=application/json", "http_accept", "application/json"),
    (SEARCH, (V2_0,), "responseType=x", "response_type", "x"),
    (SEARCH, (V2_0,), "facetLimit=5", "facets", FacetsAsked({None: 5})),
    (SEARCH, (V2_0,), "facetStart=6:a", "facets", FacetsAsked(starts={"a": 6})),
    (SEARCH, (V2_0,), "facetSort=recordCount", "facets", FacetsAsked(orders={None: FacetOrder()})),
    (SEARCH, ALL, "stylesheet=/sru.xsl", "asked.stylesheet", "/sru.xsl"),
    (SCAN, ALL, "stylesheet=/sru.xsl", "asked.stylesheet", "/sru.xsl"),
    (EXPLAIN, ALL, "stylesheet=/sru.xsl", "asked.stylesheet", "/sru.xsl"),
    (EXPLAIN, FIRST, "recordPacking=string", "asked.escaping", Escaping.STRING),
    (EXPLAIN, (V2_0,), "recordXMLEscaping=string", "asked.escaping", Escaping.STRING),
    (EXPLAIN, (V2_0,), "recordPacking=unpacked", "asked.packing", Packing.UNPACKED),
    (EXPLAIN, (V2_0,), "httpAccept=text/html", "http_accept", "text/html"),
    (SCAN, ALL, "responsePosition=0", "response_position", 0),
    (SCAN, ALL, "responsePosition=21", "response_position", 21),
    (SCAN, ALL, "maximumTerms=3&responsePosition=4", "response_position", 4),
    (SCAN, ALL, "maximumTerms=3", "maximum_terms", 3),
    (SCAN, (V2_0,), "httpAccept=text/xml", "http_accept", "text/xml"),
    (SEARCH, ALL, "x-a=b&x-a=c&x-=", "asked.extra", (("x-a", "b"), ("x-a", "c"), ("x-", ""))),
]  # fmt: skip


@proves("every SRU parameter of 1.1, 1.2 and 2.0 is read")
@pytest.mark.parametrize(("operation", "versions", "sent", "path", "value"), RIGHT)
def test_a_parameter_is_read_in_the_versions_that_have_it(
    operation: Operation, versions: tuple[Version, ...], sent: str, path: str, value: Any
) -> None:
    for version in versions:
        request: Any = ask(BEGINNINGS[operation, version] + b"&" + sent.encode(), STYLED)
        assert told(request) == []
        assert request.asked.version is version
        assert request.asked.operation is operation
        found = request
        for name in path.split("."):
            found = getattr(found, name)
        assert found == value


LONG = "9223372036854775808"
NUMBERS = ["0", "-1", "%2B5", "1.0", "0x1", "x", LONG, "1e3", "%D9%A1", "1" * 5_000]
WRONG: list[tuple[Operation, tuple[Version, ...], str, str, int]] = [
    *((SEARCH, ALL, "startRecord", value, 6) for value in NUMBERS),
    *((SEARCH, ALL, "maximumRecords", value, 6) for value in NUMBERS[1:]),
    *((SEARCH, ALL, "resultSetTTL", value, 6) for value in NUMBERS[1:]),
    *((SCAN, ALL, "responsePosition", value, 6) for value in NUMBERS[1:]),
    *((SCAN, ALL, "maximumTerms", value, 6) for value in NUMBERS),
    (SCAN, ALL, "responsePosition", "22", 120),
    (SEARCH, FIRST, "recordPacking", "XML", 71),
    (SEARCH, FIRST, "recordPacking", "packed", 71),
    (SEARCH, (V2_0,), "recordPacking", "xml", 71),
    (SEARCH, (V2_0,), "recordXMLEscaping", "none", 71),
    (SEARCH, (V1_1,), "recordXPath", "/dc/title", 72),
    (SEARCH, (V1_1, V2_0), "sortKeys", "title,,2", 90),
    (SEARCH, (V1_1, V2_0), "sortKeys", "title,,1,x", 91),
    (SEARCH, (V1_1, V2_0), "sortKeys", "title,,1,0,x", 92),
    (SEARCH, (V1_1, V2_0), "sortKeys", "a a", 85),
    (SEARCH, (V2_0,), "queryType", "xquery", 11),
    (SEARCH, (V2_0,), "renderedBy", "server", 6),
    (SEARCH, (V2_0,), "renderedBy", "me", 6),
    (SEARCH, (V2_0,), "facetLimit", "x", 6),
    (SEARCH, (V2_0,), "facetStart", "0", 6),
    (SEARCH, (V2_0,), "facetSort", "size", 6),
    (SEARCH, (V1_2,), "sortKeys", "title", 8),
    (SEARCH, (V1_2, V2_0), "recordXPath", "/a", 8),
    (SEARCH, FIRST, "queryType", "cql", 8),
    (SEARCH, FIRST, "recordXMLEscaping", "xml", 8),
    (SEARCH, FIRST, "renderedBy", "client", 8),
    (SEARCH, FIRST, "httpAccept", "text/xml", 8),
    (SEARCH, FIRST, "responseType", "x", 8),
    (SEARCH, FIRST, "facetLimit", "5", 8),
    (SEARCH, ALL, "scanClause", "cat", 8),
    (SEARCH, ALL, "Query", "cat", 8),
    (SEARCH, ALL, "_", "1", 8),
    (SCAN, ALL, "startRecord", "1", 8),
    (SCAN, ALL, "recordPacking", "xml", 8),
]  # fmt: skip


@proves("every wrong value of an SRU parameter has its diagnostic")
@pytest.mark.parametrize(("operation", "versions", "name", "value", "number"), WRONG)
def test_a_wrong_value_is_refused_with_its_number_and_name(
    operation: Operation, versions: tuple[Version, ...], name: str, value: str, number: int
) -> None:
    for version in versions:
        request = ask(BEGINNINGS[operation, version] + f"&{name}={value}".encode())
        assert isinstance(request, RefusedRequest)
        assert request.asked.version is version
        assert [each.number for each in request.diagnostics] == [number]
        details = request.diagnostics[0].details
        expected = {6: details.startswith(f"{name}="), 8: details == name}
        assert expected.get(number, value.endswith(details))
        assert len(details) <= 200
        assert name not in request.asked.parameters


def test_a_wrong_value_is_told_with_what_was_expected() -> None:
    request = ask("version=1.2&operation=searchRetrieve&query=cat&startRecord=0")
    assert isinstance(request, RefusedRequest)
    assert request.diagnostics == (
        Diagnostic(
            6, "startRecord=0", "Unsupported parameter value; a whole number of at least 1 is expected"
        ),
    )


def test_all_that_is_wrong_is_told_at_once() -> None:
    request = ask("version=1.2&operation=searchRetrieve&startRecord=0&maximumRecords=x&recordPacking=y&z=1")
    assert [number for number, _ in told(request)] == [8, 71, 7, 6, 6]


def test_no_more_than_ten_unknown_parameters_are_told() -> None:
    sent = "&".join(f"p{n}=1" for n in range(1_000))
    assert len(told(ask(f"version=1.2&operation=searchRetrieve&query=cat&{sent}"))) == 10


@pytest.mark.parametrize(("operation", "version"), BEGINNINGS)
def test_a_parameter_that_comes_twice_or_is_no_utf_8_is_refused_by_its_name(
    operation: Operation, version: Version
) -> None:
    for name in PARAMETERS[operation, version]:
        beginning = b"&".join(
            part for part in BEGINNINGS[operation, version].split(b"&") if not part.startswith(name.encode())
        )
        if name == "version" and version is V1_1:
            continue  # it is then told by nothing, and the server's own is spoken
        for sent in (f"{name}=1&{name}=1", f"{name}=%ff"):
            request = ask(beginning + b"&" + sent.encode(), Offer(default=version))
            assert told(request) == [(6, name)], sent
            assert isinstance(request, ExplainRequest if operation is EXPLAIN else RefusedRequest)


def test_an_operation_that_comes_twice_is_refused() -> None:
    request = ask("version=1.2&operation=scan&operation=scan&query=cat")
    assert (told(request), request.asked.operation) == ([(6, "operation")], SEARCH)


# What must be there ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("empty", ["", "&query="])
@pytest.mark.parametrize("version", ALL)
def test_a_search_must_have_a_query_and_an_empty_one_is_none(version: Version, empty: str) -> None:
    request = ask(f"version={version}&operation=searchRetrieve{empty}")
    assert told(request) == [(7, "query")]


@pytest.mark.parametrize("empty", ["", "&scanClause="])
@pytest.mark.parametrize("version", ALL)
def test_a_scan_must_have_a_clause_and_an_empty_one_is_none(version: Version, empty: str) -> None:
    assert told(ask(f"version={version}&operation=scan{empty}")) == [(7, "scanClause")]


@pytest.mark.parametrize(
    ("sent", "operation", "missing"),
    [
        ("version=1.2&query=cat", SEARCH, ["operation"]),
        ("version=1.1&scanClause=cat", SCAN, ["operation"]),
        ("operation=searchRetrieve&query=cat", SEARCH, ["version"]),
        ("operation=scan&scanClause=cat", SCAN, ["version"]),
        ("query=cat", SEARCH, ["operation", "version"]),
        ("version=2.0&query=cat", SEARCH, []),
        ("queryType=cql&query=cat", SEARCH, []),
        ("operation=explain", EXPLAIN, []),
        ("version=1.1", EXPLAIN, []),
        ("", EXPLAIN, []),
    ],
)
def test_operation_and_version_are_missed_or_told_by_the_rest(
    sent: str, operation: Operation, missing: list[str]
) -> None:
    lenient, strict = ask(sent), ask(sent, Offer(missing=Missing.REFUSED))
    assert (lenient.asked.operation, told(lenient)) == (operation, [])
    assert (strict.asked.operation, told(strict)) == (operation, [(7, name) for name in missing])


def test_what_a_server_of_2_0_is_sent_needs_neither_operation_nor_version() -> None:
    offer = Offer(default=V2_0, missing=Missing.REFUSED)
    assert told(ask("query=cat", offer)) == told(ask("scanClause=cat", offer)) == []
    assert ask("query=cat", offer).asked.version is V2_0


# Which version --------------------------------------------------------------------------------------------


@proves("the SRU version is negotiated as 1.1 says")
@pytest.mark.parametrize(
    ("sent", "served", "spoken"),
    [
        ("1.1", ALL, V1_1),
        ("1.2", ALL, V1_2),
        ("2.0", ALL, V2_0),
        ("1.3", ALL, V1_2),
        ("1.10", ALL, V1_2),
        ("1.2", (V1_1,), V1_1),
        ("2.0", FIRST, V1_2),
        ("2.0", (V1_1, V2_0), V2_0),
        ("1.2", (V1_1, V2_0), V1_1),
    ],
)
def test_a_client_gets_the_version_it_asks_for_or_the_next_one_below(
    sent: str, served: tuple[Version, ...], spoken: Version
) -> None:
    request = ask(f"version={sent}&operation=searchRetrieve&query=cat", Offer(versions=served))
    assert (request.asked.version, told(request)) == (spoken, [])


@proves("the SRU version is negotiated as 1.1 says")
@pytest.mark.parametrize(
    "sent", ["1.0", "0.9", "3.0", "9.9", "1", "2", "x", "1.2.1", "-1.2", "1.2 ", "%D9%A1.1"]
)
def test_a_version_that_never_was_or_is_too_old_is_told_the_highest_served(sent: str) -> None:
    request = ask(f"version={sent}&operation=searchRetrieve&query=cat")
    assert isinstance(request, RefusedRequest)
    assert (request.diagnostics, request.asked.version) == ((Diagnostic(5, "2.0"),), V1_2)


@pytest.mark.parametrize(
    ("sent", "spoken"),
    [
        ("query=cat", V1_2),
        ("query=cat&recordXMLEscaping=xml", V2_0),
        ("query=cat&facetLimit=5", V2_0),
        ("scanClause=cat&httpAccept=text/xml", V2_0),
        ("operation=searchRetrieve&query=cat", V1_2),
        ("operation=explain", V1_2),
        ("", V1_2),
    ],
)
def test_who_names_no_version_is_known_by_the_parameters_of_2_0(sent: str, spoken: Version) -> None:
    assert ask(sent).asked.version is spoken


def test_what_only_2_0_has_is_unknown_where_2_0_is_not_served() -> None:
    assert told(ask("query=cat&facetLimit=5", Offer(versions=FIRST))) == [(8, "facetLimit")]


def test_an_operation_is_understood_in_2_0_too() -> None:
    request = ask("version=2.0&operation=scan&scanClause=cat")
    assert isinstance(request, ScanRequest)


# Which operation ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ALL)
@pytest.mark.parametrize("name", ["searchretrieve", "update", "Explain", "x" * 1_000])
def test_an_operation_that_is_none_is_refused_as_a_search(version: Version, name: str) -> None:
    request = ask(f"version={version}&operation={name}&query=cat")
    assert isinstance(request, RefusedRequest)
    assert (request.diagnostics, request.asked.operation) == ((Diagnostic(4, name[:200]),), SEARCH)


@pytest.mark.parametrize("sent", ["version=1.2&operation=scan&scanClause=cat", "scanClause=cat"])
def test_a_scan_where_none_is_served_is_refused_as_a_scan(sent: str) -> None:
    request = ask(sent, Offer(operations=frozenset({SEARCH, EXPLAIN})))
    assert isinstance(request, RefusedRequest)
    assert (request.diagnostics, request.asked.operation) == ((Diagnostic(4, "scan"),), SCAN)


@pytest.mark.parametrize("sent", ["recordPacking=x", "startRecord=1", "version=3.0", "recordPacking=xml" * 2])
def test_an_explain_is_always_given_and_what_was_wrong_is_a_warning(sent: str) -> None:
    request = ask(f"operation=explain&{sent}")
    assert isinstance(request, ExplainRequest)
    assert len(request.asked.warnings) == 1


# Fatal or not ---------------------------------------------------------------------------------------------


def test_unknown_parameters_are_refused_warned_of_or_ignored() -> None:
    sent = "version=1.2&operation=searchRetrieve&query=cat&_=1"
    warned, ignored = ask(sent, Offer(unknown=Unknown.WARNED)), ask(sent, Offer(unknown=Unknown.IGNORED))
    assert isinstance(ask(sent), RefusedRequest)
    assert isinstance(warned, SearchRetrieveRequest)
    assert warned.asked.warnings == (Diagnostic(8, "_"),)
    assert isinstance(ignored, SearchRetrieveRequest)
    assert ignored.asked.warnings == ()


def test_what_a_version_does_not_have_is_not_done_where_it_is_ignored() -> None:
    request = ask(
        "version=1.2&operation=searchRetrieve&query=cat&sortKeys=title", Offer(unknown=Unknown.IGNORED)
    )
    assert isinstance(request, SearchRetrieveRequest)
    assert request.sort_keys == ()
    assert "sortKeys" not in request.asked.parameters


@pytest.mark.parametrize(("offer", "number"), [(Offer(), 110), (STYLED, 111)])
def test_a_stylesheet_that_may_not_be_named_is_a_warning_and_is_not_named(offer: Offer, number: int) -> None:
    request = ask("version=1.2&operation=searchRetrieve&query=cat&stylesheet=//evil.example/x.xsl", offer)
    assert isinstance(request, SearchRetrieveRequest)
    assert request.asked.warnings == (Diagnostic(number, "//evil.example/x.xsl"),)
    assert request.asked.stylesheet is None


def test_a_warning_is_kept_beside_what_is_fatal() -> None:
    request = ask("version=1.2&operation=searchRetrieve&stylesheet=x")
    assert isinstance(request, RefusedRequest)
    assert request.diagnostics == (Diagnostic(7, "query"),)
    assert request.asked.warnings == (Diagnostic(110, "x"),)


def test_extra_parameters_are_kept_and_never_wrong() -> None:
    request = ask("version=1.2&operation=searchRetrieve&query=cat&x-a=1&x-a=%ff&x-filterHoldings=MAIN")
    assert told(request) == []
    assert request.asked.extra == (("x-a", "1"), ("x-a", ""), ("x-filterHoldings", "MAIN"))
