"""Options are elements, what is usual goes without saying, what comes out is a message of the standard."""

from __future__ import annotations

import argparse

import pytest

from protocols.ncip import messages as m
from protocols.ncip.codec import read
from protocols.ncip.declarations import declaration_of
from protocols.ncip.dialects import DIALECTS, Version
from protocols.ncip.repairs import Mode
from protocols.ncip.values import SchemeValuePair
from protocols.secret import Secret
from servers.ncip.client.command import add_arguments
from servers.ncip.client.composing import OPTIONS, Composed, compose
from servers.ncip.client.destination import Caller
from servers.ncip.client.drafting import Mistyped
from servers.ncip.client.outline import outline

RECORD = "BibliographicId/BibliographicRecordId"
CALLER = Caller(agency="BROKER", to="TOWN", profile="ILL")


def composed(service: str, *words: str, pin: str = "", secret: str = "", caller: Caller = CALLER) -> Composed:
    """What is composed of what was typed."""
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    args = parser.parse_args([service, *words])
    found = next(known for known in m.SERVICES if known.__name__ == service)
    return compose(found, args, caller, Secret(pin) if pin else None, Secret(secret) if secret else None)


def elements(message: m.Initiation) -> dict[str, str]:
    """The values of a message by their paths."""
    return {line.path: line.value for line in outline(message) if line.value}


@pytest.mark.parametrize(
    ("service", "words", "said"),
    [
        ("CheckInItem", "--item I1", {"/ItemId/AgencyId": "TOWN", "/ItemId/ItemIdentifierValue": "I1"}),
        (
            "RequestItem",
            "--user P1 --bib b1 --pickup EAST",
            {
                "/UserId/AgencyId": "TOWN",
                "/UserId/UserIdentifierValue": "P1",
                "/BibliographicId/BibliographicRecordId/BibliographicRecordIdentifier": "b1",
                "/BibliographicId/BibliographicRecordId/AgencyId": "TOWN",
                "/RequestType": "Hold",
                "/RequestScopeType": "Bibliographic Item",
                "/PickupLocation": "EAST",
            },
        ),
        (
            "RequestItem",
            "--user P1 --item I1 --type Page --set UserId/AgencyId=EAST",
            {
                "/UserId/AgencyId": "EAST",
                "/UserId/UserIdentifierValue": "P1",
                "/ItemId/AgencyId": "TOWN",
                "/ItemId/ItemIdentifierValue": "I1",
                "/RequestType": "Page",
                "/RequestScopeType": "Item",
            },
        ),
        (
            "LookupRequest",
            "--request 7 --bare",
            {"/RequestId/AgencyId": "TOWN", "/RequestId/RequestIdentifierValue": "7"},
        ),
        ("LookupVersion", "", {"/FromAgencyId/AgencyId": "BROKER", "/ToAgencyId/AgencyId": "TOWN"}),
        (
            "RenewItem",
            "--user P1 --item I1 --due 2026-12-31",
            {
                "/UserId/AgencyId": "TOWN",
                "/UserId/UserIdentifierValue": "P1",
                "/ItemId/AgencyId": "TOWN",
                "/ItemId/ItemIdentifierValue": "I1",
                "/DesiredDateDue": "2026-12-31T00:00:00",
            },
        ),
        (
            "RequestItem",
            f"--user P1 --set {RECORD}/BibliographicRecordIdentifierCode=OCLC --bib 1",
            {
                "/UserId/AgencyId": "TOWN",
                "/UserId/UserIdentifierValue": "P1",
                "/BibliographicId/BibliographicRecordId/BibliographicRecordIdentifier": "1",
                "/BibliographicId/BibliographicRecordId/BibliographicRecordIdentifierCode": "OCLC",
                "/RequestType": "Hold",
                "/RequestScopeType": "Bibliographic Item",
            },
        ),
    ],
)
def test_options_are_elements(service: str, words: str, said: dict[str, str]) -> None:
    assert elements(composed(service, *words.split()).message) == said


def test_an_accepted_item_has_its_title_in_its_description() -> None:
    message = composed("AcceptItem", "--request", "R1", "--user", "P1", "--title", "Emma").message
    assert elements(message)["/ItemOptionalFields/BibliographicDescription/Title"] == "Emma"
    assert elements(message)["/RequestedActionType"] == "Hold For Pickup And Notify"


def test_a_lookup_asks_for_all_that_can_be_asked_for_unless_it_is_to_be_bare() -> None:
    asked = composed("LookupUser", "--user", "P1").message
    assert isinstance(asked, m.LookupUser)
    assert {"Name Information", "Block Or Trap"} <= {kind.value for kind in asked.user_element_type}
    assert "Authentication Input" not in {kind.value for kind in asked.user_element_type}
    assert (asked.loaned_items_desired, asked.requested_items_desired) == (True, True)
    assert set(elements(composed("LookupUser", "--user", "P1", "--bare").message)) == {
        "/UserId/AgencyId",
        "/UserId/UserIdentifierValue",
    }


def test_what_is_asked_for_by_name_is_all_that_is_asked_for() -> None:
    asked = composed("LookupItem", "--item", "I1", "--set", "ItemElementType=circulation status").message
    assert isinstance(asked, m.LookupItem)
    assert [kind.value for kind in asked.item_element_type] == ["Circulation Status"]


def test_a_pin_makes_barcode_and_pin_of_the_user() -> None:
    message = composed("LookupUser", "--user", "P1", "--bare", pin="1234").message
    assert isinstance(message, m.LookupUser)
    assert message.user_id is None
    proofs = message.authentication_input
    assert [proof.authentication_input_data.reveal() for proof in proofs] == ["P1", "1234"]
    assert [proof.authentication_input_type for proof in proofs] == [
        SchemeValuePair("Barcode Id"),
        SchemeValuePair("PIN"),
    ]


@pytest.mark.parametrize(
    ("service", "words", "pin", "said"),
    [
        ("AcceptItem", ("--user", "P1"), "1", "AcceptItem takes no --pin"),
        ("LookupUser", (), "1", "--pin goes with one --user"),
        ("LookupItem", ("--user", "P1"), "", "LookupItem takes no --user"),
        ("LookupItem", ("--item", "I1", "--item", "I2"), "", "LookupItem/ItemId may stand there once"),
    ],
)
def test_what_does_not_go_together_is_a_sentence(
    service: str, words: tuple[str, ...], pin: str, said: str
) -> None:
    with pytest.raises(Mistyped, match=said):
        composed(service, *words, pin=pin)


@pytest.mark.parametrize(
    ("service", "version", "said"),
    [
        ("LookupItem", "2.02", r"LookupItem takes ItemId \| RequestId"),
        ("RequestItem", "2.02", r"UserId \| AuthenticationInput\+"),
        ("LookupItemSet", "2.01", "LookupItemSet is there from version 2.02 on"),
    ],
)
def test_a_message_that_lacks_something_says_what_the_service_takes(
    service: str, version: str, said: str
) -> None:
    with pytest.raises(Mistyped, match=said):
        composed(service).written(DIALECTS[Version(version)])


def test_the_header_says_who_asks() -> None:
    caller = Caller(agency="TOWN", to="TOWN", profile="DEPOT", desk="MAIN.DEPOT_DESK", system="ASRS")
    words = ("--item", "I1", "--set", "InitiationHeader/ToSystemId=ILS")
    header = composed("CheckInItem", *words, caller=caller, secret="canary").header
    assert header is not None
    assert header.from_agency_authentication == Secret("canary")
    assert {line.path: line.value for line in outline(header) if line.value} == {
        "/FromSystemId": "ASRS",
        "/FromAgencyId/AgencyId": "TOWN",
        "/FromAgencyAuthentication": "***",
        "/OnBehalfOfAgency/AgencyId": "MAIN.DEPOT_DESK",
        "/ToSystemId": "ILS",
        "/ToAgencyId/AgencyId": "TOWN",
        "/ApplicationProfileType": "DEPOT",
    }


def test_whoever_gives_no_name_sends_no_header() -> None:
    assert composed("CheckInItem", "--item", "I1", caller=Caller()).header is None


def test_a_store_names_a_stop_as_the_user() -> None:
    caller = Caller(agency="TOWN", to="TOWN", profile="DEPOT", desk="MAIN.DEPOT_DESK")
    message = composed("CheckOutItem", "--as", "store", "--item", "I1", caller=caller).message
    assert elements(message)["/UserId/UserIdentifierValue"] == "MAIN.DEPOT_DESK"


@pytest.mark.parametrize("version", Version)
@pytest.mark.parametrize(
    ("service", "words"),
    [
        ("LookupUser", "--user P1"),
        ("CheckOutItem", "--user P1 --item I1 --happened 2026-03-02T10:00:00Z"),
        ("RequestItem", "--user P1 --item I1"),
        ("CancelRequestItem", "--user P1 --request 7"),
        ("ItemReceived", "--item I1"),
    ],
)
def test_what_is_written_is_read_back_strictly(version: Version, service: str, words: str) -> None:
    made = composed(service, *words.split())
    received = read(made.written(DIALECTS[version]), mode=Mode.STRICT)
    assert (received.message, received.dialect.version) == (_in(version, made.message), version)


def _in(version: Version, message: m.Initiation) -> m.Initiation:
    """The message as a version can say it: values have schemes in version 1."""
    written = Composed(message, None).written(DIALECTS[version])
    return read(written).message


def test_every_option_stands_for_an_element_of_some_service() -> None:
    known = {slot.name for service in m.SERVICES for slot in declaration_of(service).slots}
    for option in OPTIONS:
        assert {path.partition("/")[0] for path in option.paths} <= known
