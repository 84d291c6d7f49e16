"""Ours beside real answers of Alma: what these say, written in Alma's style, is the same by element."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from lxml import etree

from protocols.sru.diagnostics import Diagnostic
from protocols.sru.dialects import ALMA
from protocols.sru.request import Missing, Offer, RefusedRequest
from protocols.sru.response import Extra, Record, SearchRetrieveResponse, refusal
from protocols.sru.schemas import Schema
from protocols.sru.writing import write
from tests.matrix import proves
from tests.protocols.sru.given import DIAGNOSTIC_1, SRW, V1_2, ask, asked, attributes, check_order

XB = "{http://www.exlibris.com/repository/search/xmlbeans/}"
MARC = Schema(name="marcxml", identifier="http://www.loc.gov/standards/marcxml/schema/MARC21slim.xsd")
ANSWERS = [
    "berkeley-991054360089706532-sru.xml",
    "berkeley-C084093187-sru.xml",
    "berkeley-availability-sru-page-1.xml",
    "berkeley-availability-sru-page-2.xml",
    "berkeley-availability-sru.xml",
    "berkeley-b110824349-sru.xml",
    "slsp-records-1-to-50-of-122.xml",
    "slsp-records-1.xml",
    "slsp-records-101-to-122-of-122.xml",
    "slsp-records-12.xml",
    "slsp-records-151-to-end-of-122.xml",
    "slsp-records-51-to-100-of-122.xml",
]


def number(element: etree._Element, name: str) -> int | None:
    text = element.findtext(f"{SRW}{name}")
    return int(text) if text else None


def response_of(real: etree._Element) -> SearchRetrieveResponse:
    """What a real answer says, as a message."""
    records = real.findall(f"{SRW}records/{SRW}record")
    date = real.findtext(f"{SRW}extraResponseData/{XB}responseDate")
    return SearchRetrieveResponse(
        number_of_records=number(real, "numberOfRecords"),
        schema=MARC,
        records=tuple(
            Record(
                etree.tostring(each.find(f"{SRW}recordData")[0], encoding="utf-8", with_tail=False),  # type: ignore[index]
                each.findtext(f"{SRW}recordIdentifier") or "",
            )
            for each in records
        ),
        first=(number(records[0], "recordPosition") or 1) if records else 1,
        next_record_position=number(real, "nextRecordPosition"),
        extra=Extra(exact=True, response_date=datetime.fromisoformat(date)) if date else Extra(),
    )


def shape(root: etree._Element) -> Iterator[tuple[object, ...]]:
    for each in root.iter():
        yield each.tag, attributes(each), (each.text or "").strip()


@proves("SRU answers are shaped as Alma's real ones")
@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_written_as_alma_wrote_it(name: str, alma_answers: dict[str, etree._Element]) -> None:
    real = alma_answers[name]
    written = write(response_of(real), asked(V1_2), ALMA)
    ours = etree.fromstring(written)
    assert list(shape(ours)) == list(shape(real))
    assert ours.nsmap == real.nsmap
    assert written.startswith(
        b'<?xml version="1.0" encoding="UTF-8" standalone="no"?><searchRetrieveResponse '
    )


@proves("SRU answers are shaped as Alma's real ones")
@pytest.mark.parametrize("name", [name for name in ANSWERS if "151" not in name])
def test_the_order_that_is_checked_is_the_one_that_alma_keeps(
    name: str, alma_answers: dict[str, etree._Element]
) -> None:
    check_order(alma_answers[name], V1_2)


@proves("SRU answers are shaped as Alma's real ones")
def test_a_missing_version_is_refused_as_alma_does_but_with_a_uri(
    alma_answers: dict[str, etree._Element],
) -> None:
    real = alma_answers["diagnostic-alma.xml"]
    request = ask("operation=searchRetrieve&query=cat", Offer(missing=Missing.REFUSED))
    assert isinstance(request, RefusedRequest)
    ours = etree.fromstring(write(refusal(request), request.asked, ALMA))
    assert [each.tag for each in ours.iter()] == [each.tag for each in real.iter()]
    assert ours.nsmap == real.nsmap
    place = f".//{DIAGNOSTIC_1}"
    assert ours.findtext(f"{place}message") == real.findtext(f"{place}message")
    assert ours.findtext(f"{place}details") == real.findtext(f"{place}uri") == "200832"
    assert ours.findtext(f"{place}uri") == Diagnostic(7).uri
