"""Answers in XML: each version's elements in order, packed and escaped as asked, in each style."""

from datetime import UTC, datetime

import pytest
from lxml import etree

from protocols.sru.diagnostics import Diagnostic
from protocols.sru.dialects import ALMA, OPEN, Escaping, Operation, Packing, Style, Version
from protocols.sru.explain import Description, Server, explain_record
from protocols.sru.facets import Facet, FacetTerm
from protocols.sru.request import Offer, RefusedRequest
from protocols.sru.response import (
    ExplainResponse,
    Extra,
    Precision,
    Record,
    Response,
    ResultSet,
    ScanResponse,
    SearchRetrieveResponse,
    Subquery,
    Surrogate,
    Term,
    WhereInList,
    refusal,
)
from protocols.sru.schemas import Schema
from protocols.sru.writing import write
from tests.matrix import proves
from tests.protocols.sru.given import (
    BEGINNINGS,
    DIAGNOSTIC_1,
    SRU_2,
    SRW,
    V1_1,
    V1_2,
    V2_0,
    ask,
    asked,
    check_order,
    local,
)

MARC = Schema(name="marcxml", identifier="info:srw/schema/1/marcxml-v1.1")
DATA = b'<r xmlns="urn:r"><a>x &amp; y &lt; \xc3\xa9</a></r>'
NOW = datetime(2026, 3, 4, 5, 6, 7, 89, tzinfo=UTC)
EVERYTHING = SearchRetrieveResponse(
    number_of_records=12,
    schema=MARC,
    records=(
        Record(DATA, "99<1", extra=b'<e xmlns="urn:e"/>'),
        Surrogate(Diagnostic(65, "99&2"), "99&2"),
        Record(DATA),
    ),
    first=4,
    next_record_position=7,
    result_set=ResultSet("set<1>", 300),
    diagnostics=(Diagnostic(58),),
    extra=Extra(exact=True, response_date=NOW, cursor="a&b", more=b'<m xmlns="urn:m"/>'),
    precision=Precision.EXACT,
    facets=(Facet("dc.subject", (FacetTerm("A&B", 3, "q<1", "u?a&b"), FacetTerm("C", 1)), "Subject"),),
    analysis=(Subquery("title=<a>", 7),),
)
TERMS = ScanResponse(
    terms=(
        Term("a&b", 3, "A & B", WhereInList.FIRST, b'<e xmlns="urn:e"/>'),
        Term("c"),
    ),
    diagnostics=(Diagnostic(121, "2"),),
    extra=Extra(cursor="x"),
)
DESCRIBED = Description(server=Server(host="h", port=443, database="d"))
EXPLAINED = ExplainResponse(
    record=explain_record(DESCRIBED, OPEN.explain), description=DESCRIBED, extra=Extra(cursor="x")
)
RESPONSES: dict[Operation, Response] = {
    Operation.SEARCH_RETRIEVE: EVERYTHING,
    Operation.SCAN: TERMS,
    Operation.EXPLAIN: EXPLAINED,
}
STYLES = [OPEN, ALMA, Style(prefix="zs"), Style(prefix="srw", diagnostic_prefix="d")]
CQL = "{http://www.loc.gov/zing/cql/xcql/}"
XCQL = b'<searchClause xmlns="http://www.loc.gov/zing/cql/xcql/"><index>a</index></searchClause>'


def read(written: bytes) -> etree._Element:
    return etree.fromstring(written)


def texts(root: etree._Element, name: str) -> list[str]:
    return [each.text or "" for each in root.iter(f"{{*}}{name}")]


# Order ----------------------------------------------------------------------------------------------------


@proves("SRU answers in the order of elements of each version")
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(("operation", "version"), BEGINNINGS)
def test_elements_are_in_the_order_of_the_version(
    operation: Operation, version: Version, style: Style
) -> None:
    more = b"&stylesheet=/a.xsl&x-a=b"
    if operation is Operation.SEARCH_RETRIEVE:
        more += b"&startRecord=4&maximumRecords=3&recordSchema=a&resultSetTTL=1&unknown=1"
        if version is V2_0:
            more += (
                b"&queryType=cql&facetLimit=5&facetSort=recordCount&recordXMLEscaping=xml&recordPacking=packed"
                b"&httpAccept=a&responseType=b&renderedBy=client&sortKeys=a"
            )
    request = ask(BEGINNINGS[operation, version] + more, Offer(stylesheets=("/a.xsl",)))
    root = read(write(RESPONSES[operation], request.asked, style, XCQL, "http://h/sru"))
    assert local(root) == f"{operation.value}Response"
    check_order(root, version)


def names(root: etree._Element) -> list[str]:
    return [local(child) for child in root]


def test_everything_that_1_2_can_say_is_said() -> None:
    root = read(write(EVERYTHING, ask(BEGINNINGS[Operation.SEARCH_RETRIEVE, V1_2]).asked, OPEN))
    assert names(root) == [
        "version", "numberOfRecords", "resultSetId", "resultSetIdleTime", "records", "nextRecordPosition",
        "echoedSearchRetrieveRequest", "diagnostics", "extraResponseData",
    ]  # fmt: skip
    assert names(root[4][0]) == [
        "recordSchema", "recordPacking", "recordData", "recordIdentifier", "recordPosition",
        "extraRecordData",
    ]  # fmt: skip


def test_1_1_has_no_record_identifier() -> None:
    root = read(write(EVERYTHING, asked(V1_1), OPEN))
    assert names(root[4][0]) == [
        "recordSchema", "recordPacking", "recordData", "recordPosition", "extraRecordData",
    ]  # fmt: skip


def test_everything_that_2_0_can_say_is_said_in_its_own_namespaces() -> None:
    root = read(write(EVERYTHING, asked(V2_0, packing=Packing.UNPACKED), OPEN))
    assert root.tag == f"{SRU_2}searchRetrieveResponse"
    assert names(root) == [
        "numberOfRecords", "resultSetId", "records", "nextRecordPosition", "echoedSearchRetrieveRequest",
        "diagnostics", "extraResponseData", "resultSetTTL", "resultCountPrecision", "facetedResults",
        "searchResultAnalysis",
    ]  # fmt: skip
    assert names(root[2][0])[:4] == ["recordSchema", "recordPacking", "recordXMLEscaping", "recordData"]
    assert texts(root[2][0], "recordPacking") == ["unpacked"]
    assert texts(root, "resultCountPrecision") == ["info:srw/vocabulary/resultCountPrecision/1/exact"]
    facet = "{http://docs.oasis-open.org/ns/search-ws/facetedResults}"
    assert [each.tag for each in root.iter(f"{facet}*")][:4] == [
        f"{facet}facet", f"{facet}facetDisplayLabel", f"{facet}index", f"{facet}terms",
    ]  # fmt: skip
    assert texts(root, "actualTerm") == ["A&B", "C"]
    assert texts(root, "subQuery") == ["title=<a>"]
    assert {each.tag.partition("}")[0] for each in root.iter("{*}diagnostic")} == {
        "{http://docs.oasis-open.org/ns/search-ws/diagnostic"
    }


def test_a_scan_of_2_0_is_in_the_namespace_of_scan() -> None:
    root = read(write(TERMS, asked(V2_0, Operation.SCAN), OPEN))
    assert {each.tag.partition("}")[0] for each in root.iter("{*}scanResponse", "{*}term", "{*}value")} == {
        "{http://docs.oasis-open.org/ns/search-ws/scan"
    }


# Text -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("version", Version)
def test_text_is_escaped_once_wherever_it_stands(version: Version, style: Style) -> None:
    root = read(write(EVERYTHING, asked(version), style))
    assert texts(root, "resultSetId") == ["set<1>"]
    assert texts(root, "cursor") == ["a&b"]
    assert "99&2" in texts(root, "details")
    if version is not V1_1:
        assert texts(root, "recordIdentifier") == ["99<1", "99&2"]
    terms = read(write(TERMS, asked(version, Operation.SCAN), style))
    assert (texts(terms, "value"), texts(terms, "displayTerm")) == (["a&b", "c"], ["A & B"])


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("version", Version)
def test_a_record_inline_is_what_it_was(version: Version, style: Style) -> None:
    root = read(write(EVERYTHING, asked(version), style))
    data = root.find(".//{*}recordData/{urn:r}r")
    assert data is not None
    original = read(DATA)
    assert [(each.tag, each.text) for each in data.iter()] == [
        (each.tag, each.text) for each in original.iter()
    ]


@pytest.mark.parametrize("version", Version)
def test_a_record_as_a_string_is_escaped_once(version: Version) -> None:
    root = read(write(EVERYTHING, asked(version, escaping=Escaping.STRING), OPEN))
    data = texts(root, "recordData")
    assert data[0].encode() == data[2].encode() == DATA
    name = "recordXMLEscaping" if version is V2_0 else "recordPacking"
    assert texts(root, name) == ["string"] * 3


@pytest.mark.parametrize("escaping", Escaping)
@pytest.mark.parametrize("version", Version)
def test_a_surrogate_stands_in_the_place_of_its_record(version: Version, escaping: Escaping) -> None:
    root = read(write(EVERYTHING, asked(version, escaping=escaping), OPEN))
    record = root.findall(".//{*}record")[1]
    assert texts(record, "recordSchema") == ["info:srw/schema/1/diagnostics-v1.1"]
    assert texts(record, "recordPosition") == ["5"]
    if escaping is Escaping.STRING:
        record = read(texts(record, "recordData")[0].encode())
    assert texts(record, "uri") == ["info:srw/diagnostic/1/65"]
    assert texts(record, "details") == ["99&2"]


def test_records_are_counted_from_the_first_one() -> None:
    assert texts(read(write(EVERYTHING, asked(), OPEN)), "recordPosition") == ["4", "5", "6"]


def test_an_explain_record_may_be_a_string_too() -> None:
    root = read(write(EXPLAINED, asked(V1_2, Operation.EXPLAIN, Escaping.STRING), OPEN))
    assert texts(root, "recordData")[0].encode() == EXPLAINED.record
    assert texts(root, "recordSchema") == ["http://explain.z3950.org/dtd/2.0/"]


# The echo -------------------------------------------------------------------------------------------------


def test_the_request_is_repeated_with_what_could_be_read_of_it() -> None:
    request = ask("version=1.2&operation=searchRetrieve&query=a%26b&startRecord=0&recordSchema=&x-a=1%3C")
    assert isinstance(request, RefusedRequest)
    root = read(write(refusal(request), request.asked, OPEN, XCQL, "http://h/sru?a&b"))
    echo = root.find(f"{SRW}echoedSearchRetrieveRequest")
    assert echo is not None
    assert names(echo) == ["version", "query", "xQuery", "baseUrl", "extraRequestData"]
    assert (echo[1].text, echo[3].text) == ("a&b", "http://h/sru?a&b")
    assert [each.tag for each in echo[2].iter(f"{CQL}*")] == [f"{CQL}searchClause", f"{CQL}index"]
    assert [(each.get("name"), each.text) for each in echo[4]] == [("x-a", "1<")]


def test_2_0_repeats_facets_in_one_element_and_strangers_one_by_one() -> None:
    request = ask("version=2.0&query=a&facetLimit=5:b&facetStart=2&x-a=1&x-b=2")
    root = read(write(SearchRetrieveResponse(number_of_records=0), request.asked, OPEN))
    assert texts(root, "facetParameters") == ["facetLimit=5:b facetStart=2"]
    assert texts(root, "extraRequestParameter") == ["x-a=1", "x-b=2"]


# Failure, and nothing found -------------------------------------------------------------------------------

FAILED = SearchRetrieveResponse(diagnostics=(Diagnostic(10, "at 3"),))
NOTHING = SearchRetrieveResponse(number_of_records=0)
PAST_THE_END = SearchRetrieveResponse(number_of_records=122)


@pytest.mark.parametrize("version", Version)
@pytest.mark.parametrize(
    ("response", "style", "number", "records"),
    [
        (FAILED, OPEN, ["0"], 0),
        (FAILED, ALMA, [], 0),
        (NOTHING, OPEN, ["0"], 0),
        (NOTHING, ALMA, ["0"], 1),
        (PAST_THE_END, OPEN, ["122"], 0),
        (PAST_THE_END, ALMA, ["122"], 1),
    ],
)
def test_without_records_each_style_has_its_way(
    response: SearchRetrieveResponse, style: Style, number: list[str], records: int, version: Version
) -> None:
    root = read(write(response, asked(version), style))
    assert texts(root, "numberOfRecords") == number
    assert len(root.findall("{*}records")) == records


def test_the_warnings_of_a_request_are_told_behind_what_is_found_later() -> None:
    request = ask("version=1.2&operation=searchRetrieve&query=a&stylesheet=x")
    root = read(write(FAILED, request.asked, OPEN))
    assert texts(root, "uri") == ["info:srw/diagnostic/1/10", "info:srw/diagnostic/1/110"]
    assert [local(each) for each in root.iter(f"{DIAGNOSTIC_1}*")][:4] == [
        "diagnostic", "uri", "details", "message",
    ]  # fmt: skip


def test_a_diagnostic_without_details_has_no_such_element() -> None:
    root = read(write(SearchRetrieveResponse(diagnostics=(Diagnostic(2),)), asked(), OPEN))
    assert [names(each) for each in root.iter(f"{DIAGNOSTIC_1}diagnostic")] == [["uri", "message"]]


# The head -------------------------------------------------------------------------------------------------


def test_a_stylesheet_is_named_before_the_root() -> None:
    sent = "version=1.2&operation=searchRetrieve&query=a&stylesheet=/a.xsl?b=%22%26"
    request = ask(sent, Offer(stylesheets=('/a.xsl?b="&',)))
    assert write(NOTHING, request.asked, OPEN).startswith(
        b'<?xml version="1.0" encoding="UTF-8"?>'
        b'<?xml-stylesheet type="text/xsl" href="/a.xsl?b=&quot;&amp;"?>'
        b'<searchRetrieveResponse xmlns="http://www.loc.gov/zing/srw/"><version>1.2</version>'
    )


@pytest.mark.parametrize(
    ("extra", "written"),
    [
        (
            Extra(exact=False),
            b'xmlns:xb="http://www.exlibris.com/repository/search/xmlbeans/"><xb:exact>false<',
        ),
        (Extra(response_date=NOW), b"<xb:responseDate>2026-03-04T05:06:07+0000</xb:responseDate>"),
        (Extra(cursor="c"), b'<extraResponseData><cursor xmlns="urn:circdesk:sru">c</cursor></extra'),
        (Extra(more=b"<a/>"), b"<extraResponseData><a/></extraResponseData>"),
    ],
)
def test_extra_data_holds_what_there_is_of_it(extra: Extra, written: bytes) -> None:
    assert written in write(SearchRetrieveResponse(number_of_records=0, extra=extra), asked(), OPEN)


def test_a_whole_answer_byte_for_byte() -> None:
    response = SearchRetrieveResponse(
        number_of_records=2, schema=MARC, records=(Record(DATA, "9900017"),), next_record_position=2
    )
    request = ask("version=1.2&operation=searchRetrieve&query=cat")
    assert write(response, request.asked, OPEN) == (
        b'<?xml version="1.0" encoding="UTF-8"?><searchRetrieveResponse xmlns="http://www.loc.gov/zing/srw/">'
        b"<version>1.2</version><numberOfRecords>2</numberOfRecords><records><record>"
        b"<recordSchema>info:srw/schema/1/marcxml-v1.1</recordSchema><recordPacking>xml</recordPacking>"
        b"<recordData>" + DATA + b"</recordData><recordIdentifier>9900017</recordIdentifier>"
        b"<recordPosition>1</recordPosition></record></records><nextRecordPosition>2</nextRecordPosition>"
        b"<echoedSearchRetrieveRequest><version>1.2</version><query>cat</query></echoedSearchRetrieveRequest>"
        b"</searchRetrieveResponse>"
    )
