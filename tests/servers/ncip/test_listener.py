"""NCIP straight over TCP: one message, one answer, whatever comes beside them. Real sockets."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, MutableMapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
import structlog
import trustme
from msgspec.structs import replace
from structlog.testing import capture_logs

from core.model.records import ItemStatus
from servers.configuration.settings import NcipTcpSettings, SecretHash, Settings
from servers.lines import line as lines
from servers.lines.accept import Door, Entry
from servers.ncip import listener
from servers.ncip.front import NcipTcpFront
from tests.fakes.world import BOOK, World
from tests.matrix import proves
from tests.servers.ncip.speaking import AT_ONCE, BROKER, Speaker, item, short, user

LOOKUP = f"<LookupUser>{user('P1')}</LookupUser>"
ANSWER = "{LookupUserResponse {UserId {AgencyId TOWN}{UserIdentifierValue P1}}}"
LEND = f"<CheckOutItem>{user('P1')}{item('I1')}</CheckOutItem>"
AUTHORITY = trustme.CA()
PATIENCE = 10.0
END = b"NCIPMessage>"


class Caller:
    """A partner's machine on one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def say(self, *pieces: bytes) -> None:
        """Send bytes."""
        for piece in pieces:
            self.writer.write(piece)

    async def hears(self) -> str:
        """The next answer, in short form."""
        async with asyncio.timeout(PATIENCE):
            begun = await self.reader.readuntil(b"</")
            rest = b""
            while not (begun + rest).endswith(END):
                rest += await self.reader.readuntil(b">")
        return short(begun + rest)

    async def is_left(self) -> bool:
        """Whether the connection ends with nothing more said."""
        async with asyncio.timeout(PATIENCE):
            try:
                return not await self.reader.read()
            except ConnectionResetError:
                return True

    async def leave(self) -> None:
        """End the connection."""
        self.writer.close()
        with suppress(OSError):  # it may have ended from the other side
            await self.writer.wait_closed()


class Scene:
    """A listener with a door of TLS and a plain one."""

    def __init__(self, broker: Speaker, settings: NcipTcpSettings) -> None:
        self.broker = broker
        self.callers: list[Caller] = []
        self.front = NcipTcpFront(settings, broker.responder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        AUTHORITY.issue_cert("127.0.0.1").configure_cert(context)
        AUTHORITY.configure_trust(context)
        context.verify_mode = ssl.CERT_OPTIONAL
        self.front.listener.tls = context
        self.tls = self.front.listener.open(Door("127.0.0.1", 0, Entry.TLS))
        self.plain = self.front.listener.open(Door("127.0.0.1", 0, Entry.PLAIN))

    async def caller(self) -> Caller:
        """Somebody on the plain door."""
        self.callers.append(Caller(*await asyncio.open_connection(*self.plain)))
        return self.callers[-1]

    async def secret_caller(self, certified: str = "") -> Caller:
        """Somebody on the door of TLS, with a certificate of this common name if one is given."""
        context = ssl.create_default_context()
        AUTHORITY.configure_trust(context)
        if certified:
            AUTHORITY.issue_cert(common_name=certified).configure_cert(context)
        self.callers.append(Caller(*await asyncio.open_connection(*self.tls, ssl=context)))
        return self.callers[-1]

    def message(self, content: str) -> bytes:
        """A whole message of the broker."""
        return self.broker.message(content).encode()


@asynccontextmanager
async def listening(broker: Speaker, **settings: Any) -> AsyncIterator[Scene]:
    """A listener with these settings, closed at the end."""
    scene = Scene(broker, NcipTcpSettings(**settings))
    try:
        yield scene
    finally:
        await scene.front.drain(PATIENCE)
        for caller in scene.callers:
            await caller.leave()


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> float:
    """Deadlines are looked at all the time; so short a one is over at once."""
    monkeypatch.setattr(lines, "SWEEP", 0.005)
    return 0.01


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What is logged of conversations."""
    monkeypatch.setattr(listener, "log", structlog.get_logger())
    with capture_logs() as entries:
        yield entries


Log = list[MutableMapping[str, Any]]


class TestMessages:
    @proves("NCIP over TCP, plain and with TLS")
    async def test_a_message_is_answered_on_either_door(self, broker: Speaker) -> None:
        async with listening(broker) as scene:
            for caller in (await scene.caller(), await scene.secret_caller()):
                for _ in range(2):
                    caller.say(scene.message(LOOKUP))
                    assert await caller.hears() == ANSWER

    async def test_a_message_in_pieces_is_one(self, broker: Speaker) -> None:
        async with listening(broker) as scene:
            caller = await scene.caller()
            message = scene.message(LOOKUP)
            for start in range(0, len(message), 7):
                caller.say(message[start : start + 7])
                await caller.writer.drain()
            assert await caller.hears() == ANSWER

    @pytest.mark.parametrize(
        "change",
        [
            lambda text: b"\xef\xbb\xbf" + text.encode(),
            lambda text: b"\r\n\0" + text.encode() + b"\r\n\0",
            lambda text: b'<?xml version="1.0" encoding="ISO-8859-1"?>' + text.encode("latin-1"),
            lambda text: b'<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE a SYSTEM "x">' + text.encode(),
        ],
        ids=["mark", "blanks", "latin-1", "doctype"],
    )
    async def test_what_may_stand_around_a_message(
        self, broker: Speaker, change: Callable[[str], bytes]
    ) -> None:
        asked = LOOKUP.replace("</UserId>", "</UserId><Ext><Note>ü</Note></Ext>")
        async with listening(broker) as scene:
            caller = await scene.caller()
            for _ in range(2):
                caller.say(change(broker.message(asked)))
                assert await caller.hears() == ANSWER

    async def test_a_loan_is_durable_before_it_is_told(self, world: World, broker: Speaker) -> None:
        world.store.hold()
        async with listening(broker) as scene:
            caller = await scene.caller()
            caller.say(scene.message(LEND))
            await world.store.waiting()
            assert not caller.reader._buffer  # type: ignore[attr-defined] # nothing has come
            world.store.release()
            assert "{DateDue " in await caller.hears()

    async def test_a_message_is_a_line_in_the_log(self, broker: Speaker, log: Log) -> None:
        async with listening(broker) as scene:
            caller = await scene.caller()
            caller.say(scene.message(LOOKUP))
            await caller.hears()
        (told,) = [entry for entry in log if entry["event"] == "ncip-request"]
        assert (told["peer"], told["agency"], told["service"]) == ("127.0.0.1", "BROKER", "LookupUser")
        assert "word-1" not in str(log)


class TestOneAtATime:
    @proves("one NCIP message at a time over TCP")
    async def test_two_at_once_is_a_protocol_error_behind_the_first_answer(self, broker: Speaker) -> None:
        async with listening(broker) as scene:
            caller = await scene.caller()
            caller.say(scene.message(LOOKUP) * 2)
            assert await caller.hears() == ANSWER
            assert (await caller.hears()).startswith("{Problem {ProblemType Protocol Error}")
            assert await caller.is_left()

    async def test_the_second_may_come_later_and_be_half(self, world: World, broker: Speaker) -> None:
        world.store.hold()
        async with listening(broker) as scene:
            caller = await scene.secret_caller()
            caller.say(scene.message(LEND))
            await world.store.waiting()
            caller.say(b"\r\n", scene.message(LOOKUP)[:40])
            while not any(line._held for line in scene.front.listener.lines):  # it is read no further
                await asyncio.sleep(0)
            world.store.release()
            assert "{DateDue " in await caller.hears()
            assert "Protocol Error" in await caller.hears()
            assert await caller.is_left()

    async def test_blanks_while_one_waits_are_no_message(self, world: World, broker: Speaker) -> None:
        world.store.hold()
        async with listening(broker) as scene:
            caller = await scene.caller()
            caller.say(scene.message(LEND))
            await world.store.waiting()
            caller.say(b"\r\n" * 9)
            await caller.writer.drain()
            world.store.release()
            assert "{DateDue " in await caller.hears()
            caller.say(scene.message(LOOKUP))
            assert await caller.hears() == ANSWER


class TestWhatIsNoMessage:
    @pytest.mark.parametrize(
        "data",
        [b"9900302.00\r", b"POST /view/NCIPServlet HTTP/1.1\r\n", b"\xff\xfe<\0", b"hello", b"\x16\x03\x01"],
    )
    async def test_it_is_told_at_its_first_byte_and_left(self, broker: Speaker, data: bytes) -> None:
        async with listening(broker) as scene:
            caller = await scene.caller()
            caller.say(data)
            assert (await caller.hears()).startswith("{Problem {ProblemType Invalid Message Syntax Error}")
            assert await caller.is_left()

    async def test_a_message_without_end_is_told_at_the_limit(self, broker: Speaker) -> None:
        async with listening(broker, message_limit=1024) as scene:
            caller = await scene.caller()
            caller.say(scene.message(LOOKUP)[:60], b"x" * 1000)
            assert "message too long" in (await caller.hears()).lower()
            assert await caller.is_left()

    async def test_a_message_that_is_not_well_formed_leaves_the_next_a_chance(self, broker: Speaker) -> None:
        async with listening(broker) as scene:
            caller = await scene.caller()
            caller.say(b"<NCIPMessage><a></NCIPMessage>")
            assert "Invalid Message Syntax Error" in await caller.hears()
            caller.say(scene.message(LOOKUP))
            assert await caller.hears() == ANSWER

    @proves("limits and deadlines of NCIP over TCP")
    async def test_three_of_them_in_a_row_end_the_line(self, broker: Speaker) -> None:
        async with listening(broker, unwelcome_messages=3) as scene:
            caller = await scene.caller()
            for message in (b"<a></NCIPMessage>", b"<a></NCIPMessage>", scene.message(LOOKUP)):
                caller.say(message)
                await caller.hears()
            broker.secret = "word-9"
            for _ in range(3):
                caller.say(scene.message(LOOKUP))
                assert "Agency Authentication Failed" in await caller.hears()
            assert await caller.is_left()

    async def test_a_mistake_of_ours_ends_the_line_without_a_word(
        self, broker: Speaker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def fail(asked: object) -> None:
            raise LookupError("CanaryWord")

        monkeypatch.setattr(broker.responder, "respond", fail)
        async with listening(broker) as scene:
            caller = await scene.caller()
            caller.say(scene.message(LOOKUP))
            assert await caller.is_left()


class TestDeadlines:
    @proves("limits and deadlines of NCIP over TCP")
    async def test_half_a_message_must_become_whole_in_time(self, broker: Speaker, soon: float) -> None:
        async with listening(broker, message_deadline=soon) as scene:
            caller = await scene.caller()
            caller.say(scene.message(LOOKUP)[:-3])
            assert "not whole in time" in await caller.hears()
            assert await caller.is_left()

    async def test_silence_ends_the_line_without_a_word(self, broker: Speaker, soon: float) -> None:
        async with listening(broker, idle_limit=soon) as scene:
            caller = await scene.caller()
            caller.say(b"\r\n")
            assert await caller.is_left()

    async def test_an_answer_that_takes_too_long_may_be_asked_for_again(
        self, world: World, broker: Speaker, soon: float
    ) -> None:
        world.store.hold()
        async with listening(broker, answer_deadline=soon) as scene:
            caller = await scene.caller()
            caller.say(scene.message(LEND))
            told = await caller.hears()
            assert told.startswith(
                "{CheckOutItemResponse {Problem {ProblemType Temporary Processing Failure}"
            )
            assert await caller.is_left()
            world.store.release()
            again = await scene.caller()
            again.say(scene.message(LOOKUP))
            assert await again.hears() == ANSWER


class TestEnds:
    async def test_who_leaves_before_the_answer_finds_it_when_asking_again(
        self, world: World, broker: Speaker
    ) -> None:
        world.store.hold()
        async with listening(broker) as scene:
            caller = await scene.caller()
            caller.say(scene.message(LEND))
            await world.store.waiting()
            caller.writer.write_eof()
            assert await caller.is_left()
            world.store.release()
            again = await scene.caller()
            again.say(scene.message(LEND))
            assert "{DateDue " in await again.hears()
        assert world.library.items[BOOK].status is ItemStatus.ON_LOAN
        assert world.library.items[BOOK].version == 2, "it was lent once"

    @proves("draining NCIP over TCP")
    async def test_what_is_in_work_is_answered_while_closing_down(
        self, world: World, broker: Speaker
    ) -> None:
        world.store.hold()
        async with listening(broker) as scene:
            busy, silent = await scene.caller(), await scene.secret_caller()
            busy.say(scene.message(LEND))
            await world.store.waiting()
            drained = asyncio.ensure_future(scene.front.drain(PATIENCE))
            assert await silent.is_left()
            assert not drained.done()
            world.store.release()
            assert "{DateDue " in await busy.hears()
            assert await busy.is_left()
            await drained

    async def test_a_reload_drops_nobody_and_holds_from_the_next_message(self, broker: Speaker) -> None:
        async with listening(broker) as scene:
            caller = await scene.caller()
            caller.say(scene.message(LOOKUP))
            assert await caller.hears() == ANSWER
            scene.front.listener.renew()
            scene.front.service.settings = NcipTcpSettings(unwelcome_messages=1)
            caller.say(b"<a></NCIPMessage>")
            await caller.hears()
            assert await caller.is_left()


class TestWho:
    async def test_a_certificate_names_a_partner_over_tls(self, world: World) -> None:
        broker = certified(world)
        async with listening(broker) as scene:
            caller = await scene.secret_caller("broker.example.org")
            caller.say(scene.message(LOOKUP))
            assert await caller.hears() == ANSWER
            other = await scene.secret_caller("moon.example.org")
            other.say(scene.message(LOOKUP))
            assert "Agency Authentication Failed" in await other.hears()


def certified(world: World) -> Speaker:
    """A broker that has nothing to show but its certificate."""
    agency = replace(BROKER, secret=SecretHash(), certificate="broker.example.org")
    return Speaker(world, agency, settings=Settings(ncip=AT_ONCE, ncip_agency=(agency,)))
