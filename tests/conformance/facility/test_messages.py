"""The messages of a facility are as the schema has them, and carry what Alma's do."""

from __future__ import annotations

import pytest

from conformance.facility import messages
from conformance.facility.orders import Order
from conformance.wire.ncip import NAMESPACE, V2_0, read
from protocols.ncip import codec
from protocols.ncip.repairs import Mode
from tests.conformance.facility.given import PARTY

ORDER = Order("240", "D1 & D2", "b7")

SENT = [
    (messages.check_in("D1", PARTY), "CheckInItem", "D1"),
    (messages.check_out("D1", PARTY), "CheckOutItem", "D1"),
    (messages.check_out("<D1>", PARTY, "240"), "CheckOutItem", "<D1>"),
    (messages.cancel(ORDER, PARTY), "CancelRequestItem", "D1 & D2"),
    (messages.cancel(Order("240", bib="b7"), PARTY), "CancelRequestItem", None),
]


@pytest.mark.parametrize(("body", "service", "barcode"), SENT)
def test_what_it_sends_is_valid_and_names_what_it_is_about(
    body: bytes, service: str, barcode: str | None
) -> None:
    received = codec.read(body, mode=Mode.STRICT)
    assert received.repairs == ()
    assert type(received.message).__name__ == service
    message = read(body)
    assert message.first("ItemId/ItemIdentifierValue") == barcode


@pytest.mark.parametrize(("body", "service", "barcode"), SENT)
def test_its_header_is_that_of_remote_storage(body: bytes, service: str, barcode: str | None) -> None:
    message = read(body)
    header = {
        "FromSystemId": "NCIP_REMOTE_STORAGE",
        "FromAgencyId/AgencyId": "TOWN",
        "FromAgencyAuthentication": PARTY.secret,
        "OnBehalfOfAgency/AgencyId": "MAIN.DEPOT_DESK",
        "ToAgencyId/AgencyId": "TOWN",
        "ApplicationProfileType": "DEPOT",
    }
    assert {name: message.first(f"InitiationHeader/{name}") for name in header} == header
    assert body.startswith(f'<ns1:NCIPMessage xmlns:ns1="{NAMESPACE}"'.encode())
    assert message.uri == V2_0.uri


def test_the_secret_is_not_printed() -> None:
    assert PARTY.secret not in repr(PARTY)


@pytest.mark.parametrize(
    "body",
    [
        messages.deleted("D1", messages.answering_header("STORE", "TOWN")),
        messages.deleted("D1", ""),
        messages.refused("DeleteItem", "", "Unknown Item", "//DeleteItem/ItemId", "D1"),
        messages.refused("LookupUser", messages.answering_header("A", "B"), "Unsupported Service"),
        messages.refused("", "", "Invalid Message Syntax Error"),
    ],
)
def test_what_it_answers_is_valid(body: bytes) -> None:
    assert read(body).faults() == ()
    assert codec.read_response(body, mode=Mode.STRICT).repairs == ()


def test_who_is_not_named_gets_no_header() -> None:
    assert messages.answering_header("", "TOWN") == messages.answering_header("TOWN", "") == ""
