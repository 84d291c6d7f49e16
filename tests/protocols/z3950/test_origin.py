"""The origin's side, against a target in memory."""

import pytest

from protocols.z3950 import codec, oids, pqf
from protocols.z3950.answers import Request
from protocols.z3950.apdus import (
    Close,
    CloseReason,
    InitializeRequest,
    InitializeResponse,
    PresentRequest,
    PresentResponse,
    RequestedAction,
    SearchRequest,
    SearchResponse,
    TriggerResourceControlRequest,
    Version,
)
from protocols.z3950.charset import MARC_8, UNNEGOTIATED, UTF_8, Charset
from protocols.z3950.errors import Defect, LocalError
from protocols.z3950.origin import NEED_DATA, Answered, Ended, Origin, initialization
from protocols.z3950.structures import External
from tests.protocols.z3950.catalogue import Catalogue, marc


def search(text: str) -> SearchRequest:
    return SearchRequest(
        small_set_upper_bound=0,
        large_set_lower_bound=1,
        medium_set_present_number=0,
        replace_indicator=True,
        result_set_name="1",
        database_names=("Default",),
        query=pqf.parse(text),
    )


PRESENT = PresentRequest(result_set_id="1", result_set_start_point=2, number_of_records_requested=2)


def joined(origin: Origin, catalogue: Catalogue, data: bytes) -> list[Answered | Ended]:
    """What the origin hears after this was sent."""
    origin.receive_data(catalogue.talk(data))
    heard = []
    while (event := origin.next_event()) is not NEED_DATA:
        assert isinstance(event, Answered | Ended)
        heard.append(event)
    return heard


def test_requests_sent_ahead_are_answered_in_order() -> None:
    origin, catalogue = Origin(), Catalogue()
    requests: list[InitializeRequest | Request] = [
        initialization(),
        search("23"),
        PRESENT,
        search("0"),
    ]
    heard = joined(origin, catalogue, b"".join([origin.send(request) for request in requests]))
    answers = [event.answer for event in heard if isinstance(event, Answered)]
    assert [event.request for event in heard if isinstance(event, Answered)] == requests
    init, found, presented, nothing = answers
    assert isinstance(init, InitializeResponse)
    assert isinstance(found, SearchResponse)
    assert isinstance(presented, PresentResponse)
    assert isinstance(nothing, SearchResponse)
    assert init.result
    assert origin.version == 3
    assert (found.result_count, nothing.result_count) == (23, 0)
    assert isinstance(presented.records, tuple)
    assert [each.record for each in presented.records] == [
        External(direct_reference=oids.USMARC, encoding=marc(number)) for number in (2, 3)
    ]


@pytest.mark.parametrize(("charset", "agreed"), [(UTF_8, UTF_8), (MARC_8, MARC_8), (None, UNNEGOTIATED)])
def test_the_character_set_is_what_was_agreed_on(charset: Charset | None, agreed: Charset) -> None:
    origin, catalogue = Origin(), Catalogue()
    joined(origin, catalogue, origin.send(initialization(charset=charset)))
    assert origin.charset is agreed


def test_a_close_is_answered_and_nothing_more_can_be_sent() -> None:
    origin, catalogue = Origin(), Catalogue()
    joined(origin, catalogue, origin.send(initialization()))
    assert joined(origin, catalogue, origin.close()) == [Ended(reason=CloseReason.FINISHED)]
    assert catalogue.over
    with pytest.raises(LocalError):
        origin.send(search("1"))
    assert origin.close() == b""


def test_in_version_2_there_is_no_close() -> None:
    origin, catalogue = Origin(), Catalogue()
    versions = frozenset({Version.VERSION_1, Version.VERSION_2})
    joined(origin, catalogue, origin.send(initialization(versions=versions)))
    assert origin.version == 2
    assert origin.close() == b""
    assert origin.next_event() is NEED_DATA


def test_the_target_may_close() -> None:
    origin, catalogue = Origin(), Catalogue()
    joined(origin, catalogue, origin.send(initialization()))
    origin.receive_data(catalogue.association.close(CloseReason.SHUTDOWN, "bye"))
    ended = origin.next_event()
    assert isinstance(ended, Ended)
    assert (ended.reason, ended.text, ended.defect) == (CloseReason.SHUTDOWN, "bye", None)
    assert codec.decode(ended.data) == Close(close_reason=CloseReason.FINISHED)


def test_what_comes_after_our_close_is_passed_over() -> None:
    origin, catalogue = Origin(), Catalogue()
    joined(origin, catalogue, origin.send(initialization()))
    late = catalogue.talk(origin.send(search("1")))
    data = origin.close()
    origin.receive_data(late + catalogue.talk(data))
    assert origin.next_event() == Ended(reason=CloseReason.FINISHED)


@pytest.mark.parametrize(
    ("answer", "defect"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n", Defect.NOT_AN_APDU),
        (b"\xb7\x00", Defect.MISSING),
        (b"\xb9\x09\x98\x01\x00\x99\x01\x00\x9b\x01\x00", Defect.OUT_OF_PLACE),
    ],
)
def test_a_target_that_breaks_the_standard_is_told_so(answer: bytes, defect: Defect) -> None:
    origin, catalogue = Origin(), Catalogue()
    joined(origin, catalogue, origin.send(initialization()))
    origin.send(search("1"))
    origin.receive_data(answer)
    ended = origin.next_event()
    assert isinstance(ended, Ended)
    assert ended.defect is defect
    assert codec.decode(ended.data) == Close(close_reason=CloseReason.PROTOCOL_ERROR)
    assert origin.next_event() is NEED_DATA


def test_an_answer_to_no_request_breaks_the_standard() -> None:
    origin = Origin()
    origin.receive_data(b"\xb9\x09\x98\x01\x00\x99\x01\x00\x9b\x01\x00")
    assert isinstance(origin.next_event(), Ended)


def test_an_operation_can_be_cancelled() -> None:
    request = TriggerResourceControlRequest(requested_action=RequestedAction.CANCEL)
    assert codec.decode(Origin().trigger(request)) == request
