"""The responder: one answer in NCIP to whatever comes, durable before it goes, and what the log is told."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from protocols.ncip.errors import RemoteError
from protocols.ncip.problems import ProblemType
from servers.configuration.settings import NcipAgency, NcipMode, Settings
from servers.ncip.responder import REMIND, Asked, Telling, Told
from servers.settling import Pending, said
from tests.fakes.world import BOOK, World
from tests.matrix import proves
from tests.servers.ncip.speaking import AT_ONCE, BROKER, Speaker, item, short, user

LOOKUP = f"<LookupUser>{user('P1')}</LookupUser>"
LEND = f"<CheckOutItem>{user('P1')}{item('I1')}</CheckOutItem>"


def asked(broker: Speaker, content: str) -> Asked:
    """The message as it would come by any way."""
    return Asked(broker.message(content).encode(), broker.peer)


async def answered(telling: Telling) -> Told:
    """What is told, at once or later."""
    return await (said(telling) if isinstance(telling, Told | Pending) else telling)


def speaker(world: World, agency: NcipAgency, **given: str) -> Speaker:
    return Speaker(world, agency, settings=Settings(ncip=AT_ONCE, ncip_agency=(agency,)), **given)


class TestLog:
    async def test_it_is_told_who_asked_what_and_what_came_of_it(self, broker: Speaker) -> None:
        told = await answered(broker.responder.respond(asked(broker, LOOKUP)))
        assert (told.fields, told.is_welcome) == (
            {"agency": "BROKER", "service": "LookupUser", "repairs": 1},
            True,
        )

    async def test_a_refusal_has_its_reason_and_its_problem(self, broker: Speaker) -> None:
        told = await answered(broker.responder.respond(asked(broker, LOOKUP.replace("P1", "P9"))))
        assert told.is_welcome
        assert (told.fields["reason"], told.fields["problem"]) == ("unknown-patron", "Unknown User")

    async def test_a_stranger_is_not_named_and_not_welcome(self, world: World) -> None:
        stranger = speaker(world, BROKER, sender="MOON")
        told = await answered(stranger.responder.respond(asked(stranger, LOOKUP)))
        assert not told.is_welcome
        assert "agency" not in told.fields
        assert told.fields["problem"] == "Unknown Agency"

    @pytest.mark.parametrize("body", [b"", b"hello", b"<NCIPMessage><MakeCoffee/></NCIPMessage>"])
    async def test_what_is_no_message_is_not_welcome(self, broker: Speaker, body: bytes) -> None:
        told = await answered(broker.responder.respond(Asked(body, broker.peer)))
        assert not told.is_welcome
        assert told.fields.keys() == {"problem"}

    async def test_answers_are_counted_by_agency_service_and_problem(self, broker: Speaker) -> None:
        for content in (LOOKUP, LOOKUP, LOOKUP.replace("P1", "P9")):
            await broker.ask(content)
        await broker.post(b"hello")
        assert broker.responder.answers == {
            ("BROKER", "LookupUser", ""): 2,
            ("BROKER", "LookupUser", "Unknown User"): 1,
            ("", "", "Invalid Message Syntax Error"): 1,
        }

    async def test_a_body_is_never_shown(self, broker: Speaker) -> None:
        assert "word-1" not in repr(asked(broker, LOOKUP))


class TestRepairs:
    @proves("repairs of a partner's messages are told once an hour")
    async def test_the_same_repair_of_the_same_partner_is_told_once_an_hour(self, broker: Speaker) -> None:
        with capture_logs() as lines:
            for _ in range(3):
                await broker.ask(LOOKUP)
            broker.seconds.now += REMIND
            await broker.ask(LOOKUP)
        told = [line for line in lines if line["event"] == "ncip-repaired"]
        assert [line["agency"] for line in told] == ["BROKER", "BROKER"]
        assert told[0]["repairs"] == ["attribute without the namespace: //NCIPMessage/@version"]

    async def test_another_repair_is_told_at_once(self, broker: Speaker) -> None:
        await broker.ask(LOOKUP)
        with capture_logs() as lines:
            await broker.post(broker.message(LOOKUP).replace("<UserId>", "<UserId><Colour/>").encode())
        (told,) = [line for line in lines if line["event"] == "ncip-repaired"]
        assert told["repairs"] == ["element left out: //LookupUser/UserId/Colour"]


class TestLater:
    async def test_what_takes_too_long_may_be_tried_again(self, broker: Speaker) -> None:
        answer = short(broker.responder.later(asked(broker, LEND)).body)
        assert answer.startswith("{CheckOutItemResponse {Problem {ProblemType Temporary Processing Failure}")

    async def test_what_is_no_message_never_gets_better(self, broker: Speaker) -> None:
        assert b"Invalid Message Syntax Error" in broker.responder.later(Asked(b"hello", "")).body

    async def test_what_is_not_even_bytes_of_a_message_is_a_bare_problem(self, broker: Speaker) -> None:
        told = broker.responder.refuse(RemoteError(ProblemType.PROTOCOL_ERROR, "two at once"))
        assert b"<ns1:Problem><ns1:ProblemType>Protocol Error</ns1:ProblemType>" in told.body


class TestModes:
    @proves("strict, report and lenient by partner")
    async def test_a_strict_partner_is_told_what_is_wrong(self, world: World) -> None:
        strict = replace(BROKER, mode=NcipMode.STRICT)
        broker = Speaker(world, strict, settings=Settings(ncip_agency=(strict,)))
        answer = await broker.ask(LOOKUP)
        assert answer.startswith("{LookupUserResponse {Problem ")
        qualified = broker.message(LOOKUP).replace("xmlns=", 'xmlns:n="http://www.niso.org/2008/ncip" xmlns=')
        qualified = qualified.replace(" version=", " n:version=")
        assert b"UserIdentifierValue>P1<" in (await broker.post(qualified.encode())).body

    @pytest.mark.parametrize("mode", [NcipMode.REPORT, NcipMode.LENIENT])
    @proves("strict, report and lenient by partner")
    async def test_others_are_served_all_the_same(self, world: World, mode: NcipMode) -> None:
        other = replace(BROKER, mode=mode)
        broker = Speaker(world, other, settings=Settings(ncip_agency=(other,)))
        assert "Problem" not in await broker.ask(LOOKUP)


class TestDurability:
    @proves("the same message again is answered the same, over restarts")
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

    @proves("the same message again is answered the same, over restarts")
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
