"""SRW: requests in envelopes, answers in envelopes, and a Fault for everything that is no request."""

import pytest
from lxml import etree

from protocols.sru.diagnostics import Diagnostic
from protocols.sru.dialects import ALMA, OPEN, Escaping, Style, Version
from protocols.sru.request import (
    ExplainRequest,
    Missing,
    Offer,
    RefusedRequest,
    ScanRequest,
    SearchRetrieveRequest,
)
from protocols.sru.response import SearchRetrieveResponse, refusal
from protocols.sru.soap import ENVELOPE, Fault, FaultCode, read_soap, write_fault, write_soap
from protocols.sru.writing import write
from tests.matrix import proves
from tests.protocols.sru.given import OFFER, SRW, asked, told

SOAP = f"{{{ENVELOPE}}}"


def envelope(content: str, header: str = "", namespace: str = ENVELOPE) -> bytes:
    return (f'<e:Envelope xmlns:e="{namespace}">{header}<e:Body>{content}</e:Body></e:Envelope>').encode()


def request(name: str, content: str) -> bytes:
    return envelope(f'<{name} xmlns="http://www.loc.gov/zing/srw/">{content}</{name}>')


@proves("SRU requests in SOAP, parsed without DTD, entities or much depth")
def test_a_search_is_read_with_all_its_parameters() -> None:
    body = request(
        "searchRetrieveRequest",
        "<version>1.1</version><query>title = \"a &amp; b\"</query><startRecord> 3 </startRecord>"
        "<maximumRecords>5</maximumRecords><recordPacking>string</recordPacking><sortKeys>title,,0</sortKeys>"
        '<extraRequestData><x:campus xmlns:x="urn:x">MAIN</x:campus></extraRequestData>',
    )  # fmt: skip
    found = read_soap(body, OFFER)
    assert isinstance(found, SearchRetrieveRequest)
    assert found.asked.version is Version.V1_1
    assert (found.query, found.start_record, found.maximum_records) == ('title = "a & b"', 3, 5)
    assert found.asked.escaping is Escaping.STRING
    assert found.asked.extra == (("campus", "MAIN"),)


def test_scan_and_explain_are_read_and_prefixes_are_free() -> None:
    scan = request("scanRequest", "<version>1.2</version><scanClause>cat</scanClause>")
    explain = envelope('<s:explainRequest xmlns:s="http://www.loc.gov/zing/srw/"/>')
    assert isinstance(read_soap(scan, OFFER), ScanRequest)
    assert isinstance(read_soap(explain, OFFER), ExplainRequest)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("<version>1.2</version>", [(7, "query")]),
        ("<query>a</query>", [(7, "version")]),
        ("<version>1.2</version><query>a</query><query>b</query>", [(6, "query")]),
        ("<version>1.2</version><query>a</query><startRecord>0</startRecord>", [(6, "startRecord=0")]),
        ("<version>1.2</version><query>a</query><stylesheet>/a</stylesheet>", [(110, "/a")]),
        ("<version>1.2</version><query>a</query><foo>b</foo>", [(8, "foo")]),
        ("<version>2.0</version><query>a</query>", []),
        ("<version>3.0</version><query>a</query>", [(5, "1.2")]),
    ],
)
def test_what_is_wrong_with_a_request_is_a_diagnostic_and_no_fault(
    content: str, expected: list[tuple[int, str]]
) -> None:
    offer = Offer(missing=Missing.REFUSED, stylesheets=("/a",))
    found = read_soap(request("searchRetrieveRequest", content), offer)
    assert not isinstance(found, Fault)
    assert (found.asked.version, told(found)) == (Version.V1_2, expected)


DEEP = request(
    "searchRetrieveRequest", "<extraRequestData>" + "<a>" * 20 + "</a>" * 20 + "</extraRequestData>"
)
GOOD = request("searchRetrieveRequest", "<version>1.2</version><query>a</query>")
ENTITY = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>' + request(
    "searchRetrieveRequest", "<version>1.2</version><query>&b;</query>"
)
LAUGHS = b'<!DOCTYPE a [<!ENTITY b "lol"><!ENTITY c "&b;&b;&b;&b;">]>' + request(
    "searchRetrieveRequest", "<query>&c;</query>"
)


@proves("SRU requests in SOAP, parsed without DTD, entities or much depth")
@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", FaultCode.CLIENT),
        (b"query=cat", FaultCode.CLIENT),
        (GOOD[:-3], FaultCode.CLIENT),
        (GOOD.replace(b"<query>a", b"<query>\xff"), FaultCode.CLIENT),
        (b"<Envelope/>", FaultCode.CLIENT),
        (b"<x:Envelope/>", FaultCode.CLIENT),
        (f'<a xmlns="{ENVELOPE}"/>'.encode(), FaultCode.CLIENT),
        (f'<Envelope xmlns="{ENVELOPE}"/>'.encode(), FaultCode.CLIENT),
        (envelope(""), FaultCode.CLIENT),
        (envelope("<explainRequest/>"), FaultCode.CLIENT),
        (envelope('<explainRequest xmlns="urn:x"/>'), FaultCode.CLIENT),
        (request("updateRequest", ""), FaultCode.CLIENT),
        (envelope('<a xmlns="http://www.loc.gov/zing/srw/"/>' * 2), FaultCode.CLIENT),
        (envelope("", namespace="http://www.w3.org/2003/05/soap-envelope"), FaultCode.VERSION_MISMATCH),
        (
            envelope("", f'<e:Header><a xmlns:f="{ENVELOPE}" f:mustUnderstand="1"/></e:Header>'),
            FaultCode.MUST_UNDERSTAND,
        ),
        (b"<!DOCTYPE a>" + GOOD, FaultCode.CLIENT),
        (b'<!DOCTYPE a SYSTEM "http://192.0.2.1/">' + GOOD, FaultCode.CLIENT),
        (ENTITY, FaultCode.CLIENT),
        (LAUGHS, FaultCode.CLIENT),
        (DEEP, FaultCode.CLIENT),
        (request("searchRetrieveRequest", "<a/>" * 300), FaultCode.CLIENT),
        (request("searchRetrieveRequest", f"<query>{'x' * 40_000}</query>"), FaultCode.CLIENT),
        (b" " * 70_000 + GOOD, FaultCode.CLIENT),
    ],
)
def test_what_is_no_request_is_a_fault(body: bytes, code: FaultCode) -> None:
    found = read_soap(body, OFFER)
    assert isinstance(found, Fault)
    assert found.code is code
    root = etree.fromstring(write_fault(found))
    assert root.findtext(f"{SOAP}Body/{SOAP}Fault/faultcode") == f"SOAP:{code.value}"
    assert root.findtext(f"{SOAP}Body/{SOAP}Fault/faultstring") == found.text
    assert root.nsmap["SOAP"] == ENVELOPE


def test_a_header_that_need_not_be_understood_is_passed_over() -> None:
    body = GOOD.replace(b"<e:Body>", b'<e:Header><a xmlns="urn:a" b="c"/></e:Header><e:Body>')
    assert isinstance(read_soap(body, OFFER), SearchRetrieveRequest)


def test_where_only_2_0_is_served_there_is_no_soap() -> None:
    found = read_soap(GOOD, Offer(versions=(Version.V2_0,), default=Version.V2_0))
    assert isinstance(found, Fault)


def test_a_default_of_2_0_is_the_highest_that_soap_has() -> None:
    body = request("explainRequest", "")
    found = read_soap(body, Offer(default=Version.V2_0))
    assert not isinstance(found, Fault)
    assert found.asked.version is Version.V1_2


@pytest.mark.parametrize("style", [OPEN, ALMA])
def test_an_answer_is_the_same_in_an_envelope(style: Style) -> None:
    response = SearchRetrieveResponse(number_of_records=1, diagnostics=(Diagnostic(58),))
    bare, wrapped = write(response, asked(), style), write_soap(response, asked(), style)
    inner = etree.fromstring(wrapped).find(f"{SOAP}Body/{SRW}searchRetrieveResponse")
    assert inner is not None
    assert [each.tag for each in inner.iter()] == [each.tag for each in etree.fromstring(bare).iter()]


def test_a_refused_request_is_answered_in_an_envelope() -> None:
    found = read_soap(request("searchRetrieveRequest", "<version>1.2</version>"), OFFER)
    assert isinstance(found, RefusedRequest)
    assert b"info:srw/diagnostic/1/7<" in write_soap(refusal(found), found.asked, OPEN)
