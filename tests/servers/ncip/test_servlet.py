"""The servlet: whatever is posted is answered with 200, in NCIP."""

from __future__ import annotations

import pytest

from servers.ncip.servlet import FIRST_PATH, PATH, XML, charset_of
from tests.fakes.world import World
from tests.matrix import proves
from tests.servers.ncip.speaking import BROKER, FIRST_VERSION, STORE, Speaker, problem, user

LOOKUP = f"<LookupUser>{user('P1')}</LookupUser>"


async def test_the_answer_is_in_the_version_and_prefix_of_the_question(broker: Speaker) -> None:
    answer = await broker.post(broker.message(LOOKUP).encode())
    assert (answer.status, answer.content_type) == (200, XML)
    assert answer.body.startswith(b'<?xml version="1.0" encoding="UTF-8"?><NCIPMessage xmlns=')
    prefixed = broker.message(LOOKUP).replace("<", "<ns1:").replace("<ns1:/", "</ns1:")
    prefixed = prefixed.replace("xmlns=", "xmlns:ns1=").replace(" version=", " ns1:version=")
    assert b"<ns1:LookupUserResponse>" in (await broker.post(prefixed.encode())).body


async def test_header_agencies_change_places_and_secrets_stay_away(broker: Speaker) -> None:
    body = (await broker.post(broker.message(LOOKUP).encode())).body.decode()
    assert "<FromAgencyId><AgencyId>TOWN</AgencyId></FromAgencyId>" in body
    assert "<ToAgencyId><AgencyId>BROKER</AgencyId></ToAgencyId>" in body
    assert "word-1" not in body


async def test_version_1_is_answered_in_version_1(world: World) -> None:
    store = Speaker(world, STORE)
    message = (
        f'<NCIPMessage version="{FIRST_VERSION}"><CheckInItem><InitiationHeader><FromAgencyId>'
        "<UniqueAgencyId><Scheme>s</Scheme><Value>STORE</Value></UniqueAgencyId></FromAgencyId><ToAgencyId>"
        "<UniqueAgencyId><Scheme>s</Scheme><Value>TOWN</Value></UniqueAgencyId></ToAgencyId>"
        "<ApplicationProfileType><Scheme>s</Scheme><Value>DEPOT</Value></ApplicationProfileType>"
        "</InitiationHeader><UniqueItemId><UniqueAgencyId><Scheme>s</Scheme><Value>TOWN</Value>"
        "</UniqueAgencyId><ItemIdentifierValue>D9</ItemIdentifierValue></UniqueItemId></CheckInItem>"
        "</NCIPMessage>"
    )
    for path in (PATH, FIRST_PATH):
        body = (await store.post(message.encode(), path)).body.decode()
        assert body.startswith(f'<NCIPMessage version="{FIRST_VERSION}"><CheckInItemResponse>')
        assert "<Value>Unknown Item</Value></ProcessingErrorType>" in body


async def test_everybody_may_ask_for_the_versions(world: World) -> None:
    stranger = Speaker(world, BROKER, sender="MOON")
    pair = (
        "<FromAgencyId><AgencyId>{}</AgencyId></FromAgencyId><ToAgencyId><AgencyId>{}</AgencyId></ToAgencyId>"
    )
    message = stranger.message(f"<LookupVersion>{pair.format('MOON', 'TOWN')}</LookupVersion>")
    body = (await stranger.post(message.replace(stranger.header(), "").encode())).body.decode()
    assert f"<LookupVersionResponse>{pair.format('TOWN', 'MOON')}<VersionSupported>" in body
    assert body.count("<VersionSupported>") == 5


@pytest.mark.parametrize("content_type", ["", "text/xml", "application/xml; charset=utf-8", "x/y; charset="])
@proves("any Content-Type, or none; status 200 for every answer")
async def test_any_content_type_is_taken(broker: Speaker, content_type: str) -> None:
    answer = await broker.post(broker.message(LOOKUP).encode(), content_type=content_type)
    assert b"UserIdentifierValue>P1<" in answer.body


@pytest.mark.parametrize(
    ("content_type", "charset"),
    [("", None), ("text/xml", None), ('application/xml; charset="UTF-8"', "utf-8"), ("; charset=x", "x")],
)
def test_the_charset_of_a_content_type(content_type: str, charset: str | None) -> None:
    assert charset_of(content_type) == charset


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", b"Invalid Message Syntax Error"),
        (b"hello", b"Invalid Message Syntax Error"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><NCIPMessage>&b;</NCIPMessage>", b"Invalid Message Syntax Error"),
        (b'<NCIPMessage version="2.02"><MakeCoffee/></NCIPMessage>', b"Unknown Service"),
    ],
)
async def test_what_is_no_message_is_a_bare_problem(broker: Speaker, body: bytes, kind: bytes) -> None:
    answer = await broker.post(body)
    assert (answer.status, answer.content_type) == (200, XML)
    assert b"ProblemType>" + kind in answer.body
    assert b"Response>" not in answer.body


async def test_a_service_without_meaning_here_is_unsupported(broker: Speaker) -> None:
    kind = "Unsupported Service"
    asked = "<UpdateAgency><AgencyId>TOWN</AgencyId></UpdateAgency>"
    assert await broker.ask(asked) == problem("UpdateAgencyResponse", kind, kind)
