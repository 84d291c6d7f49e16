"""The servlet: NCIP in, NCIP out, whatever comes."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace

from servers.configuration.settings import NcipMode, Settings
from servers.ncip.servlet import FIRST_PATH, PATH, XML, charset_of
from tests.fakes.world import BOOK, World
from tests.servers.ncip.speaking import BROKER, FIRST_VERSION, STORE, Speaker, item, problem, user

LOOKUP = f"<LookupUser>{user('P1')}</LookupUser>"
LEND = f"<CheckOutItem>{user('P1')}{item('I1')}</CheckOutItem>"


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


class TestModes:
    async def test_a_strict_partner_is_told_what_is_wrong(self, world: World) -> None:
        strict = replace(BROKER, mode=NcipMode.STRICT)
        broker = Speaker(world, strict, settings=Settings(ncip_agency=(strict,)))
        answer = await broker.ask(LOOKUP)
        assert answer.startswith("{LookupUserResponse {Problem ")
        qualified = broker.message(LOOKUP).replace("xmlns=", 'xmlns:n="http://www.niso.org/2008/ncip" xmlns=')
        qualified = qualified.replace(" version=", " n:version=")
        assert b"UserIdentifierValue>P1<" in (await broker.post(qualified.encode())).body

    @pytest.mark.parametrize("mode", [NcipMode.REPORT, NcipMode.LENIENT])
    async def test_others_are_served_all_the_same(self, world: World, mode: NcipMode) -> None:
        other = replace(BROKER, mode=mode)
        broker = Speaker(world, other, settings=Settings(ncip_agency=(other,)))
        assert "Problem" not in await broker.ask(LOOKUP)


class TestDurability:
    async def test_a_retry_waits_for_the_first_and_gets_the_same_answer(
        self, world: World, broker: Speaker
    ) -> None:
        world.store.hold()
        asked = [asyncio.ensure_future(broker.ask(LEND)) for _ in range(2)]
        await world.store.waiting()
        assert not any(task.done() for task in asked)
        world.store.release()
        first, second = await asyncio.gather(*asked)
        assert first == second
        assert "{DateDue " in first
        assert world.library.items[BOOK].version == 2, "it was lent once"

    async def test_what_the_store_refuses_may_be_tried_again(self, world: World, broker: Speaker) -> None:
        world.store.refuse_next()
        answer = await broker.ask(LEND)
        assert "{ProblemType Temporary Processing Failure}" in answer
        assert world.library.items[BOOK].loan is None
        assert "{DateDue " in await broker.ask(LEND)

    async def test_the_first_answer_outlives_a_restart(self, world: World, broker: Speaker) -> None:
        first = await broker.ask(LEND)
        reborn = await world.restart()
        assert await Speaker(reborn).ask(LEND) == first
        await reborn.stop()

    async def test_a_look_at_what_was_taken_back_looks_again(self, world: World, broker: Speaker) -> None:
        world.store.hold()
        lent = asyncio.ensure_future(broker.ask(LEND))
        await world.store.waiting()
        status = "<ItemElementType>Circulation Status</ItemElementType>"
        seen = asyncio.ensure_future(broker.ask(f"<LookupItem>{item('I1')}{status}</LookupItem>"))
        world.store.refuse_next()
        world.store.release()
        assert "Temporary Processing Failure" in await lent
        assert "{CirculationStatus Available On Shelf}" in await seen

    async def test_what_a_broken_store_may_have_lost_is_a_temporary_failure(
        self, world: World, broker: Speaker
    ) -> None:
        world.store.break_next()
        assert "{ProblemType Temporary Processing Failure}" in await broker.ask(LEND)
