"""SRU is written as the specification has it and read as it stands; what departs from the schema is said."""

import gzip

import pytest

from conformance.wire.sru import (
    FIRST,
    OASIS,
    SOAP,
    Diagnostic,
    Response,
    Term,
    envelope,
    query_string,
    read,
)

RECORD = (
    "<record><recordSchema>info:x</recordSchema><recordPacking>xml</recordPacking><recordData><a/></recordData>"
    "<recordPosition>1</recordPosition></record>"
)
FOUND = (
    f'<searchRetrieveResponse xmlns="{FIRST}"><version>1.2</version><numberOfRecords>7</numberOfRecords>'
    f"<records>{RECORD}</records><nextRecordPosition>2</nextRecordPosition></searchRetrieveResponse>"
)
SAID = (
    f'<diagnostic xmlns="{FIRST}diagnostic/"><uri>info:srw/diagnostic/1/10</uri><details>7</details>'
    "</diagnostic>"
)
REFUSED = (
    f'<searchRetrieveResponse xmlns="{FIRST}"><version>1.1</version><numberOfRecords>0</numberOfRecords>'
    f"<diagnostics>{SAID}</diagnostics></searchRetrieveResponse>"
)
SECOND = (
    f'<searchRetrieveResponse xmlns="{OASIS}sruResponse"><numberOfRecords>0</numberOfRecords>'
    "</searchRetrieveResponse>"
)
SCANNED = (
    f'<scanResponse xmlns="{FIRST}"><version>1.2</version><terms><term><value>sea</value>'
    "<numberOfRecords>3</numberOfRecords><whereInList>last</whereInList></term></terms></scanResponse>"
)


def answer(text: str, **headers: str) -> Response:
    return read(200, headers, text.encode())


def test_parameters_are_encoded_each_and_kept_in_their_order() -> None:
    assert query_string((("query", 'a = "é&b"'), ("x-+", ""))) == b"query=a%20%3D%20%22%C3%A9%26b%22&x-%2B="


def test_an_envelope_has_a_child_for_each_parameter() -> None:
    written = envelope("searchRetrieveRequest", (("version", "1.2"), ("query", "a < b")))
    assert written.startswith(f'<e:Envelope xmlns:e="{SOAP}"><e:Body>'.encode())
    assert b"<version>1.2</version><query>a &lt; b</query></searchRetrieveRequest>" in written


def test_what_was_found_is_told() -> None:
    found = answer(FOUND)
    assert (found.kind, found.version, found.count, found.next_position) == (
        "searchRetrieveResponse",
        "1.2",
        7,
        2,
    )
    (record,) = found.records
    assert (record.schema, record.packing, record.position, record.identifier) == ("info:x", "xml", "1", "")
    assert record.data is not None
    assert record.diagnostic is None
    assert found.faults() == ()
    assert answer(SECOND).version == "2.0"


def test_a_record_that_is_text_is_read_out_of_it() -> None:
    text = FOUND.replace("<recordPacking>xml", "<recordPacking>string")
    (record,) = answer(text.replace("<a/>", "&lt;a/&gt;")).records
    assert record.data is not None
    (record,) = answer(text.replace("<a/>", "&lt;a&gt;")).records
    assert (record.data, record.text) == (None, "<a>")


def test_diagnostics_have_numbers_where_their_uri_is_one_of_srus() -> None:
    assert answer(REFUSED).diagnostics == (Diagnostic("info:srw/diagnostic/1/10", "7", ""),)
    assert answer(REFUSED).diagnostics[0].number == 10
    assert Diagnostic("200832", "", "").number == 0


def test_a_record_may_be_a_diagnostic() -> None:
    (record,) = answer(FOUND.replace("<a/>", SAID)).records
    assert record.diagnostic is not None
    assert record.diagnostic.number == 10


def test_terms_are_told_with_counts_and_places() -> None:
    assert answer(SCANNED).terms == (Term("sea", 3, "last"),)
    assert answer(SCANNED).faults() == ()


def test_what_is_packed_with_gzip_is_unpacked() -> None:
    assert read(200, {"content-encoding": "gzip"}, gzip.compress(FOUND.encode())).count == 7


def test_the_stylesheet_of_an_answer_is_told() -> None:
    assert answer(f'<?xml-stylesheet href="/a.xsl"?>{FOUND}').stylesheet == 'href="/a.xsl"'


def test_an_envelope_is_opened_and_a_fault_is_told() -> None:
    around = f'<e:Envelope xmlns:e="{SOAP}"><e:Body>{{}}</e:Body></e:Envelope>'
    assert answer(around.format(FOUND)).in_soap
    assert answer(around.format(FOUND)).count == 7
    fault = "<e:Fault><faultcode>e:Client</faultcode><faultstring>no</faultstring></e:Fault>"
    assert answer(around.format(fault)).fault == "e:Client: no"
    assert answer(around.format("")).unreadable


@pytest.mark.parametrize(
    "text", ["", "<html", "<html/>", '{"a": 1}', f"<!DOCTYPE a [<!ENTITY b 'c'>]>{FOUND}", FOUND + "<more/>"]
)
def test_what_is_no_answer_of_sru_is_said_to_be_none(text: str) -> None:
    assert answer(text).unreadable
    assert answer(text).faults()
    assert (answer(text).kind, answer(text).version, answer(text).count) == ("", "", None)


@pytest.mark.parametrize(
    ("right", "old", "new"),
    [
        (FOUND, "<version>1.2</version>", ""),
        (FOUND, "<version>1.2", "<version>2.5"),
        (FOUND, "<numberOfRecords>7</numberOfRecords>", ""),
        (FOUND, "<numberOfRecords>7", "<numberOfRecords>many"),
        (FOUND, RECORD, ""),
        (FOUND, "<recordSchema>info:x</recordSchema>", ""),
        (FOUND, "<recordPosition>1</recordPosition>", "<recordPosition>first</recordPosition>"),
        (FOUND, "<records>", '<records xmlns="urn:other">'),
        (FOUND, FIRST, "urn:other"),
        (REFUSED, f"{FIRST}diagnostic/", FIRST),
        (REFUSED, "<uri>info:srw/diagnostic/1/10</uri>", ""),
        (REFUSED, "<uri>info:srw/diagnostic/1/10</uri>", "<uri>10</uri>"),
        (REFUSED, SAID, ""),
        (SECOND, "<numberOfRecords>0</numberOfRecords>", ""),
        (SCANNED, "<value>sea</value>", ""),
        (SCANNED, ">last<", ">end<"),
    ],
)
def test_a_departure_from_the_schema_is_a_fault(right: str, old: str, new: str) -> None:
    assert answer(right).faults() == ()
    assert old in right
    assert answer(right.replace(old, new, 1)).faults()
