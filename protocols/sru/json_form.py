"""The same answers in JSON, for pages that ask the catalogue themselves.

Rule: names and order are those of the XML, in every version alike; what the XML would leave out is left out.
A record is its XML in a string; XML that stands beside the standard is not told. `json_schema` is the form's
documentation, made from the types below.
"""

from typing import Any, Final, get_args

import msgspec

from protocols.sru.diagnostics import SURROGATE_SCHEMA, Diagnostic
from protocols.sru.dialects import Style, spoken
from protocols.sru.explain import Description
from protocols.sru.facets import Facet
from protocols.sru.request import Asked
from protocols.sru.response import (
    NO_EXTRA,
    ExplainResponse,
    Extra,
    Record,
    Response,
    ScanResponse,
    SearchRetrieveResponse,
    Surrogate,
    Term,
)


class _Form(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """How all of it is written."""


class JsonDiagnostic(_Form, frozen=True):
    """A diagnostic."""

    uri: str
    message: str
    details: str = ""


class JsonRecord(_Form, frozen=True):
    """A record: its XML in `recordData`, or the diagnostic that stands in its place."""

    record_schema: str
    record_position: int
    record_data: str = ""
    record_identifier: str = ""
    diagnostic: JsonDiagnostic | None = None


class JsonFacetTerm(_Form, frozen=True):
    """A value of a facet."""

    actual_term: str
    count: int
    query: str = ""
    request_url: str = ""


class JsonFacet(_Form, frozen=True):
    """A facet."""

    index: str
    terms: list[JsonFacetTerm]
    facet_display_label: str = ""


class JsonSubquery(_Form, frozen=True):
    """A part of the query, and what it finds alone."""

    sub_query: str
    count: int


class JsonExtra(_Form, frozen=True):
    """What is said beside the standard."""

    exact: bool | None = None
    response_date: str = ""
    cursor: str = ""


class JsonSearchRetrieveResponse(_Form, frozen=True):
    """The answer to searchRetrieve."""

    version: str
    number_of_records: int
    result_set_id: str = ""
    records: list[JsonRecord] = []
    next_record_position: int | None = None
    echoed_search_retrieve_request: dict[str, str] = {}
    diagnostics: list[JsonDiagnostic] = []
    extra_response_data: JsonExtra | None = None
    result_set_ttl: int | None = msgspec.field(name="resultSetTTL", default=None)
    result_count_precision: str = ""
    faceted_results: list[JsonFacet] = []
    search_result_analysis: list[JsonSubquery] = []


class JsonTerm(_Form, frozen=True):
    """A term of a list."""

    value: str
    number_of_records: int | None = None
    display_term: str = ""
    where_in_list: str = ""


class JsonScanResponse(_Form, frozen=True):
    """The answer to scan."""

    version: str
    terms: list[JsonTerm] = []
    echoed_scan_request: dict[str, str] = {}
    diagnostics: list[JsonDiagnostic] = []
    extra_response_data: JsonExtra | None = None


class JsonExplainResponse(_Form, frozen=True):
    """The answer to explain: the description itself."""

    version: str
    explain: Description
    echoed_explain_request: dict[str, str] = {}
    diagnostics: list[JsonDiagnostic] = []
    extra_response_data: JsonExtra | None = None


_JSON_SCHEMA: Final = "https://json-schema.org/draft/2020-12/schema"

JsonResponse = JsonSearchRetrieveResponse | JsonScanResponse | JsonExplainResponse


def write_json(response: Response, asked: Asked, style: Style) -> bytes:
    """The whole answer. The request's warnings are told beside the response's own diagnostics."""
    return msgspec.json.encode(_form(response, asked, style))


def json_schema() -> dict[str, Any]:
    """The JSON Schema of all three answers."""
    forms, definitions = msgspec.json.schema_components(get_args(JsonResponse), ref_template="#/$defs/{name}")
    return {"$schema": _JSON_SCHEMA, "anyOf": list(forms), "$defs": definitions}


def _form(response: Response, asked: Asked, style: Style) -> JsonResponse:
    version, sent = asked.version.value, asked.parameters
    diagnostics = [_diagnostic(each, style) for each in (*response.diagnostics, *asked.warnings)]
    extra = _extra(response.extra)
    match response:
        case SearchRetrieveResponse():
            return _search_retrieve(response, asked, diagnostics, extra, style)
        case ScanResponse():
            return JsonScanResponse(
                version=version,
                terms=[_term(each) for each in response.terms],
                echoed_scan_request=sent,
                diagnostics=diagnostics,
                extra_response_data=extra,
            )
        case ExplainResponse():
            return JsonExplainResponse(
                version=version,
                explain=response.description,
                echoed_explain_request=sent,
                diagnostics=diagnostics,
                extra_response_data=extra,
            )


def _search_retrieve(
    response: SearchRetrieveResponse,
    asked: Asked,
    diagnostics: list[JsonDiagnostic],
    extra: JsonExtra | None,
    style: Style,
) -> JsonSearchRetrieveResponse:
    schema = response.schema.identifier if response.schema else ""
    result_set = response.result_set
    return JsonSearchRetrieveResponse(
        version=asked.version.value,
        number_of_records=response.number_of_records or 0,
        result_set_id=result_set.id if result_set else "",
        records=[
            _record(each, position, schema, style)
            for position, each in enumerate(response.records, response.first)
        ],
        next_record_position=response.next_record_position,
        echoed_search_retrieve_request=asked.parameters,
        diagnostics=diagnostics,
        extra_response_data=extra,
        result_set_ttl=result_set.seconds if result_set else None,
        result_count_precision=response.precision.uri if response.precision else "",
        faceted_results=[_facet(each) for each in response.facets],
        search_result_analysis=[
            JsonSubquery(sub_query=each.query, count=each.count) for each in response.analysis
        ],
    )


def _diagnostic(diagnostic: Diagnostic, style: Style) -> JsonDiagnostic:
    details, message = spoken(diagnostic, style)
    return JsonDiagnostic(uri=diagnostic.uri, message=message, details=details)


def _record(record: Record | Surrogate, position: int, schema: str, style: Style) -> JsonRecord:
    match record:
        case Record():
            return JsonRecord(
                record_schema=schema,
                record_position=position,
                record_data=record.data.decode(),
                record_identifier=record.identifier,
            )
        case Surrogate():
            return JsonRecord(
                record_schema=SURROGATE_SCHEMA,
                record_position=position,
                record_identifier=record.identifier,
                diagnostic=_diagnostic(record.diagnostic, style),
            )


def _term(term: Term) -> JsonTerm:
    return JsonTerm(
        value=term.value,
        number_of_records=term.count,
        display_term=term.display,
        where_in_list=term.where.value if term.where else "",
    )


def _facet(facet: Facet) -> JsonFacet:
    terms = [
        JsonFacetTerm(actual_term=each.term, count=each.count, query=each.query, request_url=each.url)
        for each in facet.terms
    ]
    return JsonFacet(index=facet.index, terms=terms, facet_display_label=facet.title)


def _extra(extra: Extra) -> JsonExtra | None:
    if extra == NO_EXTRA:
        return None
    return JsonExtra(exact=extra.exact, response_date=extra.date_text, cursor=extra.cursor)
