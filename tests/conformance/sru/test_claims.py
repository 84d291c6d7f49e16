"""Claims about SRU answers hold of what they should and of nothing else."""

import pytest

from conformance.case import ResponseClaim, Scene
from conformance.sru import claims
from conformance.wire.records import SLIM
from conformance.wire.sru import FIRST, OASIS, SOAP, Response, read

NAMES = {"before": "7", "with_it": "3", "most": "2", "word": "sea"}
MARC = (
    f'<record xmlns="{SLIM}"><leader>00000nam a2200000 a 4500</leader>'
    '<controlfield tag="001">17</controlfield>'
    '<datafield tag="245" ind1="1" ind2=" "><subfield code="a">Sea</subfield></datafield>'
    '<datafield tag="AVA" ind1=" " ind2=" "><subfield code="0">17</subfield><subfield code="a">X</subfield>'
    '<subfield code="b">M</subfield><subfield code="e">available</subfield><subfield code="f">3</subfield>'
    '<subfield code="g">1</subfield></datafield></record>'
)


def record(position: int = 1, data: str = MARC, schema: str = "info:m") -> str:
    return (
        f"<record><recordSchema>{schema}</recordSchema><recordPacking>xml</recordPacking><recordData>{data}"
        f"</recordData><recordPosition>{position}</recordPosition></record>"
    )


def found(
    count: int | None = 7, *records: str, after: str = "", status: int = 200, **headers: str
) -> Response:
    told = "" if count is None else f"<numberOfRecords>{count}</numberOfRecords>"
    listed = f"<records>{''.join(records)}</records>" if records else ""
    body = f"<version>1.2</version>{told}{listed}{after}"
    text = f'<searchRetrieveResponse xmlns="{FIRST}">{body}</searchRetrieveResponse>'
    return read(status, {name.replace("_", "-"): value for name, value in headers.items()}, text.encode())


def said(number: int, details: str = "") -> str:
    return (
        f'<diagnostics><diagnostic xmlns="{FIRST}diagnostic/"><uri>info:srw/diagnostic/1/{number}</uri>'
        f"<details>{details}</details></diagnostic></diagnostics>"
    )


def refusal(number: int = 10, details: str = "", count: int | None = 0) -> Response:
    return found(count, after=said(number, details))


SURROGATE = record(data=said(66).removeprefix("<diagnostics>").removesuffix("</diagnostics>"))
PAGE = read(200, {}, b"<html>It works!</html>")
SAYS_NO = "<e:Fault><faultcode>e:C</faultcode></e:Fault>"
FAULT = read(500, {}, f'<e:Envelope xmlns:e="{SOAP}"><e:Body>{SAYS_NO}</e:Body></e:Envelope>'.encode())


@pytest.mark.parametrize(
    ("claim", "right", "wrong"),
    [
        (claims.refused(10), refusal(), refusal(16)),
        (claims.refused(10), refusal(count=None), found(7, record(), after=said(10))),
        (claims.refused(10), refusal(), found(0)),
        (claims.refused(), refusal(99), found(0)),
        (claims.warned(8), found(7, record(), after=said(8)), found(7, record())),
        (claims.details("{word}"), refusal(16, "no Sea here"), refusal(16, "land")),
        (claims.details_like(r"\d", "a place"), refusal(10, "at 7"), refusal(10, "somewhere")),
        (claims.surrogate_or_refused(66), found(7, SURROGATE), found(7, record())),
        (claims.surrogate_or_refused(66), refusal(66), found(7, SURROGATE, record())),
        (claims.hits(7), found(7), found(8)),
        (claims.hits(1, 7), found(7), found(0)),
        (claims.as_many_as("before"), found(7), found(6)),
        (claims.as_many_as("before"), found(7), found(7, after=said(8))),
        (claims.more_or_as_many("before"), found(8), found(6)),
        (claims.fewer_or_as_many("before"), found(6), found(8)),
        (claims.makes_up("before", "with_it"), found(4), found(5)),
        (claims.records(1), found(7, record()), found(7)),
        (claims.records(0), found(7), found(7, record())),
        (claims.records_up_to("most"), found(7, record(), record(2)), found(7, record())),
        (claims.records_up_to("most"), found(1, record()), found(3, record(), record(2), record(3))),
        (claims.next_position(2), found(7, after="<nextRecordPosition>2</nextRecordPosition>"), found(7)),
        (claims.next_position(None), found(7), found(7, after="<nextRecordPosition>2</nextRecordPosition>")),
        (claims.positions_from(2), found(7, record(2), record(3)), found(7, record(2), record(4))),
        (claims.positions_from(1), found(7, record(1)), found(7)),
        (claims.in_version("1.2"), found(), read(200, {}, f'<explainResponse xmlns="{FIRST}"/>'.encode())),
        (claims.in_version("2.0"), read(200, {}, f'<scanResponse xmlns="{OASIS}scan"/>'.encode()), found()),
        (claims.is_response("scanResponse"), read(200, {}, b"<scanResponse/>"), found()),
        (claims.there("numberOfRecords"), found(), found(None)),
        (claims.status(200, 304), found(), found(status=500)),
        (claims.header("ETag", '".+"'), found(etag='"a"'), found()),
        (claims.quiet_about("evil"), found(), found(7, schema_says="evil")),
        (claims.quiet_about("evil"), found(), found(7, record(schema="evil"))),
        (claims.LAYOUT, found(), found(None)),
        (claims.ANSWERED, found(0), refusal()),
        (claims.SOME, found(), found(0)),
        (claims.NONE, found(0), refusal()),
        (claims.NO_TRACE, found(), PAGE),
        (claims.NO_TRACE, found(), found(7, record(schema="Traceback (most recent call last)"))),
        (claims.NOT_BUSY, refusal(), refusal(2)),
        (claims.REFUSED_CLEANLY[0], refusal(), found()),
        (claims.REFUSED_CLEANLY[0], read(413, {}, b""), read(500, {}, b"")),
        (claims.REFUSED_CLEANLY[0], FAULT, PAGE),
        (claims.TAKEN_OR_REFUSED[0], found(), PAGE),
        (claims.MARC, found(7, record()), found(7, record(data=MARC.replace(' ind1="1"', "")))),
        (claims.MARC, found(7, record()), found(7)),
        (claims.CLEAN_TEXT, found(7, record()), found(7, record(data=MARC.replace("Sea", "e\u0301")))),
        (claims.IS_SLIM, found(7, record()), found(7, record(data="<dc/>"))),
        (claims.HAS_AVA, found(7, record()), found(7, record(data=MARC.replace("AVA", "AVE")))),
        (claims.AVA_RIGHT, found(7, record()), found(7, record(data=MARC.replace(">1<", ">3<")))),
        (claims.COMPOSED_ECHO, found(after="caf\u00e9"), found(after="cafe\u0301")),
    ],
)
def test_a_claim_holds_of_the_right_answer_only(
    claim: ResponseClaim, right: Response, wrong: Response
) -> None:
    assert claim.holds(right, Scene(NAMES))
    assert not claim.holds(wrong, Scene(NAMES))
    assert claim.words.format_map(NAMES)


def test_items_that_are_away_are_counted_from_before() -> None:
    assert claims.ava_of("away")(found(1, record())) == "1"
    assert claims.ava_of("items")(found(1, record())) == "3"
    assert claims.ava_of("away")(found(0)) is None
    lent = found(1, record(data=MARC.replace('code="g">1<', 'code="g">2<')))
    scene = Scene({"before": "1", "before_items": "3"})
    assert claims.away(+1, "before").holds(lent, scene)
    assert not claims.away(+1, "before").holds(found(1, record()), scene)
    assert not claims.away(0, "before").holds(lent, scene)
    gone = found(
        1, record(data=MARC.replace('code="f">3<', 'code="f">2<').replace('code="g">1<', 'code="g">2<'))
    )
    assert not claims.away(+1, "before").holds(gone, scene)


def test_records_are_compared_with_those_of_a_named_answer() -> None:
    scene = Scene({})
    scene.found["before"] = found(2, record(1), record(2, MARC.replace("17", "18").replace("Sea", "Air")))
    assert claims.same_records_as("before").holds(scene.found["before"], scene)
    assert not claims.same_records_as("before").holds(found(2, record()), scene)
    assert claims.begins_as_ends("before").holds(found(1, record(1, MARC.replace("Sea", "Air"))), scene)
    assert not claims.begins_as_ends("before").holds(found(1, record()), scene)


def test_a_fault_of_a_record_is_told_with_the_claim() -> None:
    assert "indicators" in claims.MARC.why(found(7, record(data=MARC.replace(' ind1="1"', ""))))
    assert claims.MARC.why(found(7, record())) == ""
