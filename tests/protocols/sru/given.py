"""What the tests of SRU share: requests in a line, and a checker of the order of elements, made by hand.

The checker knows the schemas of SRU as text, and nothing of the code: no schema is at hand to validate with.
"""

import re
from typing import Final

from lxml import etree

from protocols.sru.dialects import Escaping, Operation, Packing, Version
from protocols.sru.request import Asked, Offer, Request, read_query_string

V1_1, V1_2, V2_0 = Version.V1_1, Version.V1_2, Version.V2_0
FIRST = (V1_1, V1_2)

SRW: Final = "{http://www.loc.gov/zing/srw/}"
SRU_2: Final = "{http://docs.oasis-open.org/ns/search-ws/sruResponse}"
SCAN_2: Final = "{http://docs.oasis-open.org/ns/search-ws/scan}"
DIAGNOSTIC_1: Final = "{http://www.loc.gov/zing/srw/diagnostic/}"
DIAGNOSTIC_2: Final = "{http://docs.oasis-open.org/ns/search-ws/diagnostic}"

BEGINNINGS: Final = {
    (Operation.SEARCH_RETRIEVE, V1_1): b"version=1.1&operation=searchRetrieve&query=cat",
    (Operation.SEARCH_RETRIEVE, V1_2): b"version=1.2&operation=searchRetrieve&query=cat",
    (Operation.SEARCH_RETRIEVE, V2_0): b"version=2.0&query=cat",
    (Operation.SCAN, V1_1): b"version=1.1&operation=scan&scanClause=cat",
    (Operation.SCAN, V1_2): b"version=1.2&operation=scan&scanClause=cat",
    (Operation.SCAN, V2_0): b"version=2.0&scanClause=cat",
    (Operation.EXPLAIN, V1_1): b"version=1.1&operation=explain",
    (Operation.EXPLAIN, V1_2): b"version=1.2&operation=explain",
    (Operation.EXPLAIN, V2_0): b"version=2.0",
}
"""The least that each operation needs in each version."""

OFFER: Final = Offer()


def ask(raw: bytes | str, offer: Offer = OFFER) -> Request:
    return read_query_string(raw.encode() if isinstance(raw, str) else raw, offer)


def asked(
    version: Version = V1_2,
    operation: Operation = Operation.SEARCH_RETRIEVE,
    escaping: Escaping = Escaping.XML,
    packing: Packing = Packing.PACKED,
) -> Asked:
    return Asked(version=version, operation=operation, parameters={}, escaping=escaping, packing=packing)


def told(request: Request) -> list[tuple[int, str]]:
    """All that is said against a request: number and details."""
    fatal = getattr(request, "diagnostics", ())
    return [(each.number, each.details) for each in (*fatal, *request.asked.warnings)]


# The order of elements ------------------------------------------------------------------------------------

_ECHOED_1 = (
    "version? query? xQuery? startRecord? maximumRecords? recordPacking? recordSchema? recordXPath? "
    "resultSetTTL? sortKeys? stylesheet? baseUrl? extraRequestData?"
)
_ECHOED_2 = (
    "version? queryType? query? xQuery? startRecord? maximumRecords? recordXMLEscaping? recordPacking? "
    "recordSchema? facetParameters? resultSetTTL? sortKeys? stylesheet? renderedBy? extraRequestParameter* "
    "httpAccept? responseType?"
)
_COMMON = {
    "records": "record+",
    "terms": "term+",
    "term": "value numberOfRecords? displayTerm? whereInList? extraTermData?",
    "diagnostics": "diagnostic+",
    "diagnostic": "uri details? message?",
}
_FIRST = {
    **_COMMON,
    "searchRetrieveResponse": (
        "version numberOfRecords? resultSetId? resultSetIdleTime? records? nextRecordPosition? "
        "echoedSearchRetrieveRequest? diagnostics? extraResponseData?"
    ),
    "scanResponse": "version terms? echoedScanRequest? diagnostics? extraResponseData?",
    "explainResponse": "version record echoedExplainRequest? diagnostics? extraResponseData?",
    "echoedSearchRetrieveRequest": _ECHOED_1,
    "echoedScanRequest": (
        "version? scanClause? responsePosition? maximumTerms? stylesheet? baseUrl? extraRequestData?"
    ),
    "echoedExplainRequest": "version? recordPacking? stylesheet? baseUrl? extraRequestData?",
}
ORDER: Final = {
    V1_1: {
        **_FIRST,
        "record": "recordSchema recordPacking recordData recordPosition? extraRecordData?",
    },
    V1_2: {
        **_FIRST,
        "record": "recordSchema recordPacking recordData recordIdentifier? recordPosition? extraRecordData?",
    },
    V2_0: {
        **_COMMON,
        "searchRetrieveResponse": (
            "numberOfRecords resultSetId? records? nextRecordPosition? echoedSearchRetrieveRequest? "
            "diagnostics? extraResponseData? resultSetTTL? resultCountPrecision? facetedResults? "
            "searchResultAnalysis?"
        ),
        "scanResponse": "terms? echoedScanRequest? diagnostics? extraResponseData?",
        "explainResponse": "record echoedExplainRequest? diagnostics? extraResponseData?",
        "echoedSearchRetrieveRequest": _ECHOED_2,
        "echoedScanRequest": (
            "scanClause? responsePosition? maximumTerms? httpAccept? stylesheet? extraRequestData?"
        ),
        "echoedExplainRequest": "version? recordXMLEscaping? recordPacking? stylesheet? extraRequestData?",
        "record": (
            "recordSchema recordPacking? recordXMLEscaping? recordData recordIdentifier? recordPosition? "
            "extraRecordData?"
        ),
        "facetedResults": "facet+",
        "facet": "facetDisplayLabel? index terms",
        "searchResultAnalysis": "subqueryResult+",
        "subqueryResult": "subQuery count",
    },
}
"""The children that an element has, in order: a regular expression over their names."""

_FACET_TERM = "actualTerm query? requestUrl? count"
_STRANGERS = (
    "recordData",
    "extraResponseData",
    "extraRecordData",
    "extraTermData",
    "xQuery",
    "extraRequestData",
)


def local(element: etree._Element) -> str:
    return etree.QName(element).localname


def attributes(element: etree._Element) -> dict[str, str]:
    return {str(name): str(value) for name, value in element.attrib.items()}


def check_order(root: etree._Element, version: Version) -> None:
    """Fail where an element has children that its schema does not have, or in another order."""
    name = local(root)
    rule = ORDER[version].get(name, "")
    if name == "term" and len(root) and local(root[0]) == "actualTerm":
        rule = _FACET_TERM
    pattern = "".join(f"(?:{word.rstrip('?*+')} ){word[len(word.rstrip('?*+')) :]}" for word in rule.split())
    children = "".join(f"{local(child)} " for child in root)
    assert re.fullmatch(pattern, children), f"{name}: {children}"
    for child in root:
        if local(child) not in _STRANGERS:
            check_order(child, version)
