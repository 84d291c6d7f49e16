"""Answers in JSON: what the XML says, under the same names; and the schema that documents it."""

import msgspec
import pytest

from protocols.sru.diagnostics import Diagnostic
from protocols.sru.dialects import ALMA, OPEN, Operation
from protocols.sru.json_form import (
    JsonExplainResponse,
    JsonScanResponse,
    JsonSearchRetrieveResponse,
    json_schema,
    write_json,
)
from protocols.sru.response import SearchRetrieveResponse
from tests.matrix import proves
from tests.protocols.sru.given import V1_2, V2_0, ask, asked
from tests.protocols.sru.test_writing import DATA, EVERYTHING, EXPLAINED, TERMS


@proves("SRU answers in JSON, with a schema")
def test_a_search_says_in_json_what_it_says_in_xml() -> None:
    request = ask("version=2.0&query=cat&stylesheet=x")
    assert msgspec.json.decode(write_json(EVERYTHING, request.asked, OPEN)) == {
        "version": "2.0",
        "numberOfRecords": 12,
        "resultSetId": "set<1>",
        "records": [
            {
                "recordSchema": "info:srw/schema/1/marcxml-v1.1",
                "recordPosition": 4,
                "recordData": DATA.decode(),
                "recordIdentifier": "99<1",
            },
            {
                "recordSchema": "info:srw/schema/1/diagnostics-v1.1",
                "recordPosition": 5,
                "recordIdentifier": "99&2",
                "diagnostic": {
                    "uri": "info:srw/diagnostic/1/65",
                    "message": "Record does not exist",
                    "details": "99&2",
                },
            },
            {
                "recordSchema": "info:srw/schema/1/marcxml-v1.1",
                "recordPosition": 6,
                "recordData": DATA.decode(),
            },
        ],
        "nextRecordPosition": 7,
        "echoedSearchRetrieveRequest": {"version": "2.0", "query": "cat", "stylesheet": "x"},
        "diagnostics": [
            {
                "uri": "info:srw/diagnostic/1/58",
                "message": "Result set created with unpredictable partial results available",
            },
            {
                "uri": "info:srw/diagnostic/1/110",
                "message": "Stylesheets not supported",
                "details": "x",
            },
        ],
        "extraResponseData": {"exact": True, "responseDate": "2026-03-04T05:06:07+0000", "cursor": "a&b"},
        "resultSetTTL": 300,
        "resultCountPrecision": "info:srw/vocabulary/resultCountPrecision/1/exact",
        "facetedResults": [
            {
                "index": "dc.subject",
                "terms": [
                    {"actualTerm": "A&B", "count": 3, "query": "q<1", "requestUrl": "u?a&b"},
                    {"actualTerm": "C", "count": 1},
                ],
                "facetDisplayLabel": "Subject",
            }
        ],
        "searchResultAnalysis": [{"subQuery": "title=<a>", "count": 7}],
    }


def test_what_there_is_none_of_is_left_out() -> None:
    written = write_json(SearchRetrieveResponse(number_of_records=0), asked(), OPEN)
    assert msgspec.json.decode(written) == {"version": "1.2", "numberOfRecords": 0}


def test_a_failed_search_has_no_records_and_the_words_of_the_style() -> None:
    failed = SearchRetrieveResponse(diagnostics=(Diagnostic(7, "version"),))
    found = msgspec.json.decode(write_json(failed, asked(), ALMA))
    assert found["numberOfRecords"] == 0
    assert found["diagnostics"][0]["details"] == "200832"


@proves("SRU answers in JSON, with a schema")
def test_a_scan_says_in_json_what_it_says_in_xml() -> None:
    request = ask("version=1.2&operation=scan&scanClause=cat")
    assert msgspec.json.decode(write_json(TERMS, request.asked, OPEN)) == {
        "version": "1.2",
        "terms": [
            {"value": "a&b", "numberOfRecords": 3, "displayTerm": "A & B", "whereInList": "first"},
            {"value": "c"},
        ],
        "echoedScanRequest": {"version": "1.2", "scanClause": "cat"},
        "diagnostics": [
            {
                "uri": "info:srw/diagnostic/1/121",
                "message": "Too many terms requested",
                "details": "2",
            }
        ],
        "extraResponseData": {"cursor": "x"},
    }


def test_an_explain_is_the_description_itself() -> None:
    found = msgspec.json.decode(write_json(EXPLAINED, asked(V1_2, Operation.EXPLAIN), OPEN))
    assert found == {
        "version": "1.2",
        "explain": {"server": {"host": "h", "port": 443, "database": "d"}},
        "extraResponseData": {"cursor": "x"},
    }


@pytest.mark.parametrize(
    ("written", "form"),
    [
        (write_json(EVERYTHING, asked(V2_0), OPEN), JsonSearchRetrieveResponse),
        (write_json(TERMS, asked(V2_0, Operation.SCAN), OPEN), JsonScanResponse),
        (write_json(EXPLAINED, asked(V2_0, Operation.EXPLAIN), OPEN), JsonExplainResponse),
    ],
)
def test_every_answer_is_of_its_form(written: bytes, form: type[msgspec.Struct]) -> None:
    read = msgspec.json.decode(written, type=form)
    assert msgspec.json.encode(read) == written


@proves("SRU answers in JSON, with a schema")
def test_the_schema_names_every_answer_and_what_they_have() -> None:
    schema = json_schema()
    assert {each["$ref"] for each in schema["anyOf"]} == {
        f"#/$defs/{form}"
        for form in ("JsonSearchRetrieveResponse", "JsonScanResponse", "JsonExplainResponse")
    }
    search = schema["$defs"]["JsonSearchRetrieveResponse"]
    assert search["required"] == ["version", "numberOfRecords"]
    assert set(msgspec.json.decode(write_json(EVERYTHING, ask("query=a").asked, OPEN))) <= set(
        search["properties"]
    )
