"""The target's side: what comes when, what is answered, and how it ends."""

import msgspec
import pytest

from protocols.secret import Secret
from protocols.z3950 import ber, codec, negotiation, rpn
from protocols.z3950.answers import Response
from protocols.z3950.apdus import (
    Apdu,
    Close,
    CloseReason,
    DeleteFunction,
    DeleteResultSetRequest,
    ExtendedServicesRequest,
    ExtendedServicesResponse,
    IdAuthentication,
    IdPass,
    InitializeResponse,
    OperationStatus,
    Option,
    PresentResponse,
    PresentStatus,
    RequestedAction,
    SearchResponse,
    Segment,
    TriggerResourceControlRequest,
    Version,
)
from protocols.z3950.association import (
    NEED_DATA,
    Asked,
    Association,
    Awaited,
    Closing,
    Event,
    Limits,
    NeedData,
    Operation,
    Reply,
    Triggered,
)
from protocols.z3950.charset import MARC_8, UTF_8, Charset
from protocols.z3950.declarations import NULL
from protocols.z3950.errors import Defect, LocalError
from protocols.z3950.negotiation import Offer
from protocols.z3950.oids import ITEM_ORDER
from protocols.z3950.structures import AttributesPlusTerm, OtherInformationItem, bib_1_diagnostic
from tests.matrix import proves
from tests.protocols.z3950.golden import CLOSE, GOLDEN, INIT, PRESENT, SEARCH
from tests.protocols.z3950.values import bib_1

OFFER = Offer(implementation_name="tests")
TRIGGERS = Option.TRIGGER_RESOURCE_CONTROL
FOUND = SearchResponse(
    result_count=1, number_of_records_returned=0, next_result_set_position=1, search_status=True
)
VERSION_2 = msgspec.structs.replace(INIT, protocol_version=frozenset({Version.VERSION_1, Version.VERSION_2}))


def octets(*apdus: Apdu) -> bytes:
    return b"".join(map(codec.encode, apdus))


def begun(init: Apdu = INIT, offer: Offer = OFFER, limits: Limits | None = None) -> Association:
    """An association that is open."""
    association = Association(offer, limits or Limits())
    association.receive_data(octets(init))
    assert isinstance(association.next_event(), Asked)
    association.accept()
    return association


def events_of(association: Association, data: bytes = b"") -> list[Event]:
    association.receive_data(data)
    found: list[Event] = []
    while (event := association.next_event()) is not NEED_DATA:
        assert not isinstance(event, NeedData)
        found.append(event)
    return found


def only(association: Association, data: bytes = b"") -> Event:
    [event] = events_of(association, data)
    return event


def closed_with(event: Event) -> Close:
    assert isinstance(event, Closing)
    close = codec.decode(event.data)
    assert isinstance(close, Close)
    return close


@proves("Z39.50: Init first, versions, options and sizes negotiated honestly")
def test_init_is_decided_by_the_server_and_answered_with_what_is_in_force() -> None:
    association = Association(OFFER)
    assert association.agreed is None
    asked = only(association, octets(msgspec.structs.replace(INIT, reference_id=b"\x00\xff")))
    assert isinstance(asked, Asked)
    assert asked.agreed is association.agreed
    assert asked.agreed.version == 3
    answer = codec.decode(association.accept((OtherInformationItem(information="hello"),)))
    assert isinstance(answer, InitializeResponse)
    assert answer.result
    assert answer.reference_id == b"\x00\xff"
    assert answer.options == asked.agreed.options
    assert answer.implementation_name == "tests"
    assert answer.other_info == (OtherInformationItem(information="hello"),)
    assert association.awaited is Awaited.MESSAGE


@proves("Z39.50: open, idPass and anonymous, decided by the server")
@pytest.mark.parametrize(
    "authentication", [Secret("u/p"), IdPass(user_id="u", password=Secret("p")), NULL, None]
)
def test_who_it_is_is_handed_on_and_may_be_refused(authentication: IdAuthentication | None) -> None:
    association = Association(OFFER)
    init = msgspec.structs.replace(INIT, id_authentication=authentication)
    asked = only(association, octets(init, SEARCH))
    assert isinstance(asked, Asked)
    assert asked.request.id_authentication == authentication
    diagnostic = bib_1_diagnostic(1011)
    answer = codec.decode(association.refuse(diagnostic))
    assert isinstance(answer, InitializeResponse)
    assert not answer.result
    assert negotiation.reasons_of(answer) == [diagnostic]
    closing = only(association)
    assert isinstance(closing, Closing)
    assert closing.data == b""
    assert association.awaited is Awaited.NOTHING


@proves("Z39.50: Init first, versions, options and sizes negotiated honestly")
@pytest.mark.parametrize("name", [name for name in GOLDEN if name not in ("init", "close")])
def test_anything_before_init_is_a_protocol_error(name: str) -> None:
    close = closed_with(only(Association(OFFER), octets(GOLDEN[name][0])))
    assert close.close_reason is CloseReason.PROTOCOL_ERROR


def test_a_close_before_init_is_no_more_than_the_end() -> None:
    assert only(Association(OFFER), octets(CLOSE)) == Closing(reason=CloseReason.FINISHED)


def test_a_second_init_is_a_protocol_error() -> None:
    assert closed_with(only(begun(), octets(INIT))).close_reason is CloseReason.PROTOCOL_ERROR


def test_without_a_version_in_common_there_is_no_association() -> None:
    association = Association(OFFER)
    event = only(association, octets(msgspec.structs.replace(INIT, protocol_version=frozenset())))
    assert isinstance(event, Closing)
    assert event.defect is Defect.NO_COMMON_VERSION
    answer = codec.decode(event.data)
    assert isinstance(answer, InitializeResponse)
    assert not answer.result


@proves("Z39.50: one operation at a time, in order, reference ids echoed")
def test_requests_sent_ahead_are_handed_out_one_by_one_in_order() -> None:
    association = Association(OFFER)
    requests = [msgspec.structs.replace(SEARCH, reference_id=b"%d" % number) for number in range(5)]
    assert isinstance(only(association, octets(INIT, *requests)), Asked)
    association.accept()
    for request in requests:
        assert only(association) == Operation(request)
        assert association.under_way == request
        answer = codec.decode(association.send(FOUND))
        assert answer == msgspec.structs.replace(FOUND, reference_id=request.reference_id)
    assert events_of(association) == []
    assert not association.has_more


@proves("Z39.50: one operation at a time, in order, reference ids echoed")
def test_a_reference_id_that_was_not_given_is_not_invented() -> None:
    association = begun()
    only(association, octets(SEARCH))
    answer = codec.decode(association.send(msgspec.structs.replace(FOUND, reference_id=b"ours")))
    assert answer == FOUND


def test_more_ahead_than_the_limit_is_not_read_until_there_are_answers() -> None:
    association = begun(limits=Limits(ahead=3))
    events_of(association, octets(*[SEARCH] * 10))
    assert association.awaited is Awaited.ANSWERS
    for _ in range(10):
        assert association.has_more or association.under_way
        association.send(FOUND)
        events_of(association)
    assert association.under_way is None
    assert not association.has_more


def test_more_bytes_ahead_than_the_limit_end_it() -> None:
    association = begun(limits=Limits(buffered=500))
    event = events_of(association, octets(*[SEARCH] * 10))[-1]
    assert isinstance(event, Closing)
    assert event.reason is CloseReason.RESOURCES


@proves("Z39.50: an operation is cancelled while it runs")
@pytest.mark.parametrize(("reference_id", "hit"), [(None, True), (b"7", True), (b"8", False)])
def test_the_operation_under_way_can_be_cancelled(reference_id: bytes | None, hit: bool) -> None:
    """Even if other requests were sent before the wish; it has no answer, the search has."""
    association = begun()
    search = msgspec.structs.replace(SEARCH, reference_id=b"7")
    assert only(association, octets(search)) == Operation(search)
    cancel = TriggerResourceControlRequest(reference_id=reference_id, requested_action=RequestedAction.CANCEL)
    assert events_of(association, octets(PRESENT, cancel)) == ([Triggered(cancel)] if hit else [])
    assert codec.decode(association.send(FOUND)) == msgspec.structs.replace(FOUND, reference_id=b"7")
    assert only(association) == Operation(PRESENT)


def test_a_wish_for_no_operation_is_passed_over() -> None:
    association = begun()
    cancel = TriggerResourceControlRequest(requested_action=RequestedAction.CANCEL)
    assert events_of(association, octets(cancel)) == []
    without = begun(offer=Offer(options=OFFER.options - {TRIGGERS}))
    only(without, octets(SEARCH))
    assert events_of(without, octets(cancel)) == []


@proves("Z39.50: a service that is not offered says so itself")
def test_a_service_that_is_not_offered_is_refused_in_its_turn() -> None:
    association = begun()
    order = ExtendedServicesRequest(reference_id=b"x", function=1, package_type=ITEM_ORDER, wait_action=1)
    assert only(association, octets(SEARCH, order)) == Operation(SEARCH)
    association.send(FOUND)
    reply = only(association)
    assert isinstance(reply, Reply)
    assert reply.kind is ExtendedServicesRequest
    assert codec.decode(reply.data) == ExtendedServicesResponse(
        reference_id=b"x", operation_status=OperationStatus.FAILURE, diagnostics=(bib_1_diagnostic(221),)
    )
    assert only(association, octets(SEARCH)) == Operation(SEARCH)


@proves("Z39.50: a query of a thousand operands, and no more")
def test_too_many_operands_are_a_diagnostic_and_the_association_goes_on() -> None:
    association = begun()
    operands = [AttributesPlusTerm((), b"x")] * 1001
    query = bib_1(*operands, *[rpn.Boolean.OR] * 1000)
    reply = only(association, octets(msgspec.structs.replace(SEARCH, reference_id=b"9", query=query)))
    assert isinstance(reply, Reply)
    answer = codec.decode(reply.data)
    assert isinstance(answer, SearchResponse)
    assert (answer.reference_id, answer.search_status) == (b"9", False)
    assert answer.records == bib_1_diagnostic(6)
    assert only(association, octets(SEARCH)) == Operation(SEARCH)


@proves("Z39.50: Close from both sides, and none in version 2")
def test_a_close_is_answered_at_once_whatever_is_under_way() -> None:
    association = begun()
    only(association, octets(SEARCH))
    event = only(association, octets(PRESENT, Close(reference_id=b"5", close_reason=CloseReason.PEER_ABORT)))
    assert closed_with(event) == Close(reference_id=b"5", close_reason=CloseReason.FINISHED)
    assert isinstance(event, Closing)
    assert event.reason is CloseReason.PEER_ABORT
    assert association.awaited is Awaited.NOTHING
    assert association.send(FOUND) == b""
    assert events_of(association, octets(SEARCH)) == []


@proves("Z39.50: Close from both sides, and none in version 2")
def test_our_close_waits_for_the_other_and_hears_nothing_else() -> None:
    association = begun()
    only(association, octets(SEARCH, SEARCH))
    close = codec.decode(association.close(CloseReason.LACK_OF_ACTIVITY, "idle"))
    assert close == Close(close_reason=CloseReason.LACK_OF_ACTIVITY, diagnostic_information="idle")
    assert association.close(CloseReason.SHUTDOWN) == b""
    assert events_of(association, octets(SEARCH)) == []
    assert association.send(FOUND) == b""
    assert only(association, octets(CLOSE)) == Closing(reason=CloseReason.FINISHED)
    assert association.awaited is Awaited.NOTHING
    assert association.close(CloseReason.SHUTDOWN) == b""


def test_noise_after_our_close_is_the_end_without_another_close() -> None:
    association = begun()
    association.close(CloseReason.SHUTDOWN)
    event = only(association, b"\xb6\xff")
    assert isinstance(event, Closing)
    assert event.data == b""


@proves("Z39.50: Close from both sides, and none in version 2")
def test_version_2_has_no_close() -> None:
    association = begun(VERSION_2)
    assert association.close(CloseReason.SHUTDOWN) == b""
    assert only(association) == Closing(reason=CloseReason.SHUTDOWN)
    damaged = only(begun(VERSION_2), octets(SEARCH)[:-1] + b"\xff" + b"\xb6\x00")
    assert isinstance(damaged, Operation)
    event = only(begun(VERSION_2), b"\xb6\x00")
    assert isinstance(event, Closing)
    assert (event.data, event.defect) == (b"", Defect.MISSING)


def test_before_init_there_is_nothing_to_close() -> None:
    association = Association(OFFER)
    assert association.close(CloseReason.LACK_OF_ACTIVITY) == b""
    assert only(association) == Closing(reason=CloseReason.LACK_OF_ACTIVITY)


@pytest.mark.parametrize(
    ("data", "reason", "defect"),
    [
        (b"\xb6\x00", CloseReason.PROTOCOL_ERROR, Defect.MISSING),
        (b"\xb6\xff", CloseReason.PROTOCOL_ERROR, Defect.BAD_LENGTH),
        (b"\xbf\x30\x00", CloseReason.PROTOCOL_ERROR, Defect.MISSING),
        (b"\xbf\x33\x00", CloseReason.PROTOCOL_ERROR, Defect.NOT_AN_APDU),
        (b"\xb6\x84\x7f\xff\xff\xff", CloseReason.RESOURCES, Defect.TOO_LONG),
        (b"\xb6\x80" * 2000, CloseReason.RESOURCES, Defect.TOO_DEEP),
        (octets(FOUND), CloseReason.PROTOCOL_ERROR, Defect.OUT_OF_PLACE),
        (
            octets(Segment(number_of_records_returned=0, segment_records=())),
            CloseReason.PROTOCOL_ERROR,
            Defect.OUT_OF_PLACE,
        ),
        (b"GET / HTTP/1.1\r\n\r\n", CloseReason.PROTOCOL_ERROR, Defect.NOT_AN_APDU),
    ],
)
def test_what_cannot_be_understood_ends_it_with_the_right_reason(
    data: bytes, reason: CloseReason, defect: Defect
) -> None:
    """In its turn: what was asked before is answered first."""
    association = begun()
    assert only(association, octets(SEARCH) + data) == Operation(SEARCH)
    assert association.send(FOUND)
    event = only(association)
    assert isinstance(event, Closing)
    assert (event.reason, event.defect) == (reason, defect)
    if defect is not Defect.NOT_AN_APDU:
        close = closed_with(event)
        assert close.close_reason is reason
        assert close.diagnostic_information


def test_elements_are_limited() -> None:
    limits = Limits(apdu=ber.Limits(elements=30))
    request = DeleteResultSetRequest(delete_function=DeleteFunction.LIST, result_set_list=("x",) * 40)
    event = only(begun(limits=limits), octets(request))
    assert isinstance(event, Closing)
    assert event.defect is Defect.TOO_MANY_ELEMENTS
    assert event.place == "result_set_list.27"


@proves("Z39.50: UTF-8, MARC-8 and Latin-1 negotiated")
@pytest.mark.parametrize(("charset", "octet"), [(UTF_8, b"\xc3\xa9"), (MARC_8, b"\xe2e")])
def test_names_and_messages_are_in_the_character_set_agreed_on(charset: Charset, octet: bytes) -> None:
    association = begun(msgspec.structs.replace(INIT, other_info=(negotiation.propose(charset),)))
    search = msgspec.structs.replace(SEARCH, result_set_name="é")
    assert only(association, codec.encode(search, charset)) == Operation(search)
    answer = association.send(msgspec.structs.replace(FOUND, records=bib_1_diagnostic(100, "é")))
    assert octet in answer


def test_a_message_in_pieces_is_awaited() -> None:
    association = begun()
    assert events_of(association, octets(SEARCH)[:10]) == []
    assert association.awaited is Awaited.REST
    assert association.has_more
    assert only(association, octets(SEARCH)[10:]) == Operation(SEARCH)


PRESENTED = PresentResponse(
    number_of_records_returned=0, next_result_set_position=0, present_status=PresentStatus.SUCCESS
)


@pytest.mark.parametrize("answer", [PRESENTED, FOUND])
def test_an_answer_to_nothing_is_our_mistake(answer: Response) -> None:
    association = begun()
    if answer is PRESENTED:
        only(association, octets(SEARCH))
    with pytest.raises(LocalError):
        association.send(answer)
    with pytest.raises(LocalError):
        association.accept()
    with pytest.raises(LocalError):
        association.refuse(bib_1_diagnostic(1014))
