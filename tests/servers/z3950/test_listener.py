"""Z39.50 on a line: order, limits, patience, and how an association ends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from typing import TypeVar

import pytest
import structlog
from msgspec.structs import replace
from structlog.testing import capture_logs

from protocols.secret import Secret
from protocols.z3950 import codec
from protocols.z3950.apdus import (
    Apdu,
    Close,
    CloseReason,
    IdPass,
    InitializeRequest,
    InitializeResponse,
    Option,
    PresentResponse,
    RequestedAction,
    SearchResponse,
    TriggerResourceControlRequest,
    Version,
)
from protocols.z3950.ber import Limits
from protocols.z3950.charset import MARC_8, UTF_8
from protocols.z3950.framing import Framer
from protocols.z3950.negotiation import ALL_VERSIONS, SEARCH_OPTIONS, granted, propose, reasons_of
from protocols.z3950.oids import OPAC, USMARC
from protocols.z3950.structures import External, bib_1_diagnostic
from servers.configuration.settings import RecordCharset, SecretHash, Z3950Settings, Z3950User
from servers.lines.logins import LoginFailures
from servers.z3950 import listener
from servers.z3950.front import bounds, offer
from servers.z3950.listener import Z3950Service
from servers.z3950.target import Shared
from servers.z3950.users import Users
from tests.fakes.line import FakeLine
from tests.fakes.world import KIOSK, PlainCredentials, World
from tests.matrix import proves
from tests.servers.z3950.given import Origin, diagnostic, external, octets, present, search

T = TypeVar("T")
INIT = InitializeRequest(
    protocol_version=ALL_VERSIONS,
    options=SEARCH_OPTIONS,
    preferred_message_size=2**20,
    exceptional_record_size=2**20,
    implementation_name="tester",
)


class Caller(FakeLine):
    """An origin on a line that speaks in APDUs. ``unread`` answers wait until it `reads`."""

    def __init__(self) -> None:
        super().__init__()
        self.unread = False
        self._framer = Framer(Limits(size=2**24))
        self._taken = 0
        self._go_on: list[object] = []

    def when_read(self, go_on: object) -> bool:
        """Keep what is to be called."""
        if self.unread:
            self._go_on.append(go_on)
        return self.unread

    def reads(self) -> None:
        """Read everything."""
        self.unread = False
        waiting, self._go_on = self._go_on, []
        for go_on in waiting:
            assert callable(go_on)
            go_on()

    def says(self, *requests: Apdu | bytes) -> None:
        """Send these in one piece."""
        data = b"".join([each if isinstance(each, bytes) else codec.encode(each) for each in requests])
        self.conversation.received(data)

    def heard(self) -> list[Apdu]:
        """What has been answered since the last time."""
        self._framer.feed(bytes(self.written[self._taken :]))
        self._taken = len(self.written)
        return [codec.decode(data) for data in iter(self._framer.next, None)]

    async def hears(self, kind: type[T]) -> T:  # type: ignore[override]  # APDUs, not lines of SIP2
        """The next answer, which is the only one."""
        await asyncio.sleep(0)
        (apdu,) = self.heard()
        assert isinstance(apdu, kind), apdu
        return apdu


class House:
    """A service of the town's catalogue."""

    def __init__(self, origin: Origin, settings: Z3950Settings, *users: Z3950User) -> None:
        shared = replace(origin.target.shared, bounds=bounds(settings))
        assert isinstance(shared, Shared)
        self.credentials = PlainCredentials()
        known = Users(users, self.credentials, LoginFailures(3, 60.0, lambda: 0.0))
        self.service = Z3950Service(settings, offer(settings), shared, known)

    def calls(self) -> Caller:
        """An origin that has not said anything."""
        caller = Caller()
        caller.connect(self.service.converse)
        return caller

    async def lets_in(self, request: InitializeRequest = INIT) -> Caller:
        """An origin with an association."""
        caller = self.calls()
        caller.says(request)
        answer = await caller.hears(InitializeResponse)
        assert answer.result
        return caller


@pytest.fixture
def house(origin: Origin) -> House:
    """The service, without a limit to how fast one may ask."""
    return House(origin, Z3950Settings(rate_per_source=0))


def small(origin: Origin, **settings: object) -> House:
    """A service with other settings."""
    return House(origin, replace(Z3950Settings(rate_per_source=0), **settings))


# Requests and answers


async def test_an_association_from_init_to_close(house: House) -> None:
    caller = house.calls()
    caller.says(replace(INIT, reference_id=b"r1"))
    welcome = await caller.hears(InitializeResponse)
    assert (welcome.result, welcome.reference_id, welcome.implementation_name) == (True, b"r1", "circdesk")
    assert welcome.options == SEARCH_OPTIONS - {Option.NEGOTIATION_MODEL}
    caller.says(search("emma", reference_id=b"r2"))
    found = await caller.hears(SearchResponse)
    assert (found.result_count, found.reference_id) == (1, b"r2")
    caller.says(present())
    assert external(await caller.hears(PresentResponse)).direct_reference == USMARC
    caller.says(Close(close_reason=CloseReason.FINISHED))
    assert (await caller.hears(Close)).close_reason is CloseReason.FINISHED
    assert caller.closed


async def test_requests_that_are_sent_ahead_are_answered_in_their_order(house: House) -> None:
    caller = await house.lets_in()
    queries = [search("emma", reference_id=b"%d" % number) for number in range(50)]
    caller.says(*queries)
    for _ in range(50):
        await asyncio.sleep(0)
    answers = caller.heard()
    assert [each.reference_id for each in answers if isinstance(each, SearchResponse)] == [
        b"%d" % number for number in range(50)
    ]


async def test_where_the_stream_is_cut_does_not_matter(house: House) -> None:
    caller = house.calls()
    for byte in codec.encode(INIT) + codec.encode(search("emma")) + codec.encode(present()):
        caller.says(bytes([byte]))
    await asyncio.sleep(0)
    kinds = [type(each) for each in caller.heard()]
    assert kinds == [InitializeResponse, SearchResponse, PresentResponse]


@proves("a target that is asked too fast or not read holds back")
async def test_many_requests_of_one_origin_let_others_have_their_turn(house: House) -> None:
    busy, other = await house.lets_in(), await house.lets_in()
    busy.says(*[search("emma")] * 100)
    other.says(search("emma"))
    assert len(other.heard()) == 1
    assert len(busy.heard()) < 100


@proves("a target that is asked too fast or not read holds back")
async def test_an_origin_that_does_not_read_is_not_answered_further(house: House) -> None:
    caller = await house.lets_in()
    caller.unread = True
    caller.says(*[search("emma")] * 3)
    await asyncio.sleep(0)
    assert (caller.heard(), caller.held) == ([], True)
    caller.reads()
    for _ in range(9):
        await asyncio.sleep(0)
    assert (len(caller.heard()), caller.held) == (3, False)


@proves("a target that is asked too fast or not read holds back")
async def test_an_origin_that_asks_too_fast_has_to_wait(origin: Origin) -> None:
    house = small(origin, rate_per_source=20, burst_per_source=2)
    caller = await house.lets_in()
    caller.says(*[search("emma")] * 5)
    for _ in range(9):
        await asyncio.sleep(0)
    assert 0 < len(caller.heard()) < 5
    async with asyncio.timeout(10):
        heard = 3
        while heard < 5:
            heard += len(caller.heard())
            await asyncio.sleep(0)


# Character sets


@proves("MARC-8 or UTF-8 as agreed, with a leader that tells the truth")
@pytest.mark.parametrize(
    ("charset", "usual", "byte"),
    [
        (None, RecordCharset.UTF_8, b"a"),
        (None, RecordCharset.MARC_8, b" "),
        (UTF_8, RecordCharset.MARC_8, b"a"),
        (MARC_8, RecordCharset.UTF_8, b" "),
    ],
)
async def test_records_are_in_what_was_agreed_on(
    origin: Origin, charset: object, usual: RecordCharset, byte: bytes
) -> None:
    house = small(origin, record_charset=usual)
    wishes = None if charset is None else (propose(charset),)  # type: ignore[arg-type]
    caller = house.calls()
    caller.says(replace(INIT, other_info=wishes))
    welcome = await caller.hears(InitializeResponse)
    assert granted(welcome) is charset
    caller.says(search("sudoku"))
    await caller.hears(SearchResponse)
    caller.says(present())
    assert octets(external(await caller.hears(PresentResponse)))[9:10] == byte


# The end


@proves("an association ends with the right Close")
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (codec.encode(INIT), CloseReason.PROTOCOL_ERROR),
        (b"\xb6\x02\x01\x01", CloseReason.PROTOCOL_ERROR),
        (b"\xb6\x84\x7f\xff\xff\xff", CloseReason.RESOURCES),
        (b"\xb6\x80" + b"\xa1\x80" * 2000, CloseReason.RESOURCES),
        (b"\xb5\x00", CloseReason.PROTOCOL_ERROR),
    ],
)
async def test_what_cannot_be_understood_ends_it_with_a_reason(
    house: House, data: bytes, reason: CloseReason
) -> None:
    caller = await house.lets_in()
    caller.says(data)
    assert (await caller.hears(Close)).close_reason is reason
    assert caller.closed


@proves("an association ends with the right Close")
async def test_anything_before_init_ends_it(house: House) -> None:
    caller = house.calls()
    caller.says(search("emma"))
    await asyncio.sleep(0)
    assert caller.closed
    (close,) = caller.heard()
    assert isinstance(close, Close)
    assert close.close_reason is CloseReason.PROTOCOL_ERROR


async def test_what_is_no_z39_50_at_all_is_not_answered(house: House) -> None:
    caller = house.calls()
    caller.says(b"GET / HTTP/1.1\r\n\r\n")
    await asyncio.sleep(0)
    assert (caller.closed, bytes(caller.written)) == (True, b"")


@proves("an association ends with the right Close")
async def test_silence_ends_it_after_a_while(house: House) -> None:
    caller = house.calls()
    assert caller.limit == house.service.settings.message_deadline
    caller.says(INIT)
    assert caller.limit == house.service.settings.idle_limit
    caller.heard()
    caller.conversation.overdue()
    assert (await caller.hears(Close)).close_reason is CloseReason.LACK_OF_ACTIVITY


@proves("an association ends with the right Close")
async def test_half_a_request_ends_it_sooner(house: House) -> None:
    caller = await house.lets_in()
    caller.says(codec.encode(search("emma"))[:9])
    assert caller.limit == house.service.settings.message_deadline
    caller.conversation.overdue()
    assert (await caller.hears(Close)).close_reason is CloseReason.PROTOCOL_ERROR


@proves("an association ends with the right Close")
async def test_a_server_that_closes_down_says_so(house: House) -> None:
    caller = await house.lets_in()
    caller.conversation.drain()
    assert (await caller.hears(Close)).close_reason is CloseReason.SHUTDOWN
    assert caller.closed
    caller.says(search("emma"))
    assert caller.heard() == []


async def test_version_2_has_no_close(house: House) -> None:
    caller = await house.lets_in(replace(INIT, protocol_version=frozenset({Version.VERSION_2})))
    caller.conversation.drain()
    assert (caller.heard(), caller.closed) == ([], True)


async def test_a_line_that_is_lost_leaves_nothing_behind(house: House) -> None:
    caller = await house.lets_in()
    caller.says(search("emma"))
    caller.lose()
    caller.says(search("emma"))
    await asyncio.sleep(0)
    assert len(caller.heard()) == 1


# Users

UNION = Z3950User("union", SecretHash("word-1"))
WITH_WORD = replace(INIT, id_authentication=Secret("union/word-1"))
WITH_WRONG = replace(INIT, id_authentication=IdPass(user_id="union", password=Secret("word-9")))


@pytest.fixture
def closed_house(origin: Origin) -> House:
    """A service for one user; a wrong login is answered at once."""
    return House(origin, Z3950Settings(rate_per_source=0, login_failure_delay=0.0), UNION)


async def heard_at_last(caller: Caller) -> list[Apdu]:
    """What is answered when a password has been looked at."""
    async with asyncio.timeout(10):
        while not (heard := caller.heard()):
            await asyncio.sleep(0)
    return heard


@proves("who may search over Z39.50: everybody, or users by password or address")
async def test_a_user_is_let_in_and_what_was_sent_ahead_is_answered(closed_house: House) -> None:
    caller = closed_house.calls()
    caller.says(WITH_WORD, search("emma"))
    assert caller.heard() == []
    welcome, found = await heard_at_last(caller)
    assert isinstance(welcome, InitializeResponse)
    assert isinstance(found, SearchResponse)
    assert (welcome.result, found.result_count) == (True, 1)


@proves("who may search over Z39.50: everybody, or users by password or address")
@pytest.mark.parametrize(
    ("init", "number"),
    [
        (INIT, 1010),
        (WITH_WRONG, 1011),
        (replace(INIT, id_authentication=External(direct_reference=USMARC, encoding=b"x")), 1014),
        (replace(WITH_WRONG, protocol_version=frozenset({Version.VERSION_2})), 1011),
    ],
)
async def test_whoever_else_hears_why_and_the_line_ends(
    closed_house: House, init: InitializeRequest, number: int
) -> None:
    """The Init is answered, what was sent ahead is not."""
    caller = closed_house.calls()
    caller.says(replace(init, reference_id=b"r"), search("emma"))
    (answer,) = await heard_at_last(caller)
    assert isinstance(answer, InitializeResponse)
    assert (answer.result, answer.reference_id) == (False, b"r")
    assert [reason.condition for reason in reasons_of(answer)] == [number]
    assert caller.closed


@proves("who guesses a password over Z39.50 runs dry, and nobody else does")
async def test_a_guess_counts_even_if_its_line_is_gone_before_the_answer(closed_house: House) -> None:
    for _ in range(3):
        caller = closed_house.calls()
        caller.says(WITH_WRONG)
        caller.lose()
    while closed_house.service.tasks:
        await asyncio.sleep(0)
    caller = closed_house.calls()
    caller.says(WITH_WORD)
    (answer,) = await heard_at_last(caller)
    assert isinstance(answer, InitializeResponse)
    assert not answer.result
    assert closed_house.credentials.checks == 3


async def test_no_password_is_in_the_log(closed_house: House, told: list[dict[str, object]]) -> None:
    for init in (WITH_WORD, WITH_WRONG):
        caller = closed_house.calls()
        caller.says(init)
        await heard_at_last(caller)
    assert [each["event"] for each in told if "z3950" in str(each["event"])] == [
        *("z3950-init", "z3950-login-failed", "z3950-refused", "z3950-close"),
    ]
    assert told[0]["user"] == "union"
    assert "word" not in str(told)


# What is not durable yet


@proves("a Z39.50 answer waits until what it tells is durable")
async def test_an_answer_waits_for_the_store_and_the_others_do_not(world: World, house: House) -> None:
    caller, other = await house.lets_in(), await house.lets_in()
    for each in (caller, other):
        each.says(search("emma"))
        await each.hears(SearchResponse)
    world.store.hold()
    world.desk.check_out(KIOSK, "P1", "I1")
    caller.says(present(syntax=OPAC), search("austen"))
    other.says(present())
    await other.hears(PresentResponse)
    assert caller.heard() == []
    world.store.release()
    async with asyncio.timeout(10):
        heard: list[Apdu] = []
        while len(heard) < 2:
            await asyncio.sleep(0)
            heard += caller.heard()
    assert [type(each) for each in heard] == [PresentResponse, SearchResponse]


async def test_of_what_may_be_lost_nothing_is_told(world: World, house: House) -> None:
    caller = await house.lets_in()
    caller.says(search("emma"))
    await caller.hears(SearchResponse)
    world.store.hold()
    world.store.break_next()
    world.desk.check_out(KIOSK, "P1", "I1")
    caller.says(present(syntax=OPAC))
    world.store.release()
    async with asyncio.timeout(10):
        while not (heard := caller.heard()):
            await asyncio.sleep(0)
    (answer,) = heard
    assert isinstance(answer, PresentResponse)
    assert diagnostic(answer.records) == (2, "the store is broken")


async def test_an_operation_is_cancelled_while_it_waits(world: World, house: House) -> None:
    caller = await house.lets_in()
    caller.says(search("emma"))
    await caller.hears(SearchResponse)
    world.store.hold()
    world.desk.check_out(KIOSK, "P1", "I1")
    caller.says(present(syntax=OPAC, reference_id=b"x"))
    caller.says(TriggerResourceControlRequest(requested_action=RequestedAction.RESOURCE_REPORT))
    assert caller.heard() == []
    caller.says(TriggerResourceControlRequest(reference_id=b"x", requested_action=RequestedAction.CANCEL))
    answer = await caller.hears(PresentResponse)
    assert answer.records == bib_1_diagnostic(105)
    world.store.release()
    caller.says(search("austen"))
    await caller.hears(SearchResponse)


# The log


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, object]]]:
    """What the log is told."""
    monkeypatch.setattr(listener, "log", structlog.get_logger())
    with capture_logs() as logs:
        yield logs  # type: ignore[misc]


@proves("a readable trace of each association")
async def test_an_association_can_be_read_in_the_log(house: House, told: list[dict[str, object]]) -> None:
    caller = await house.lets_in()
    caller.says(
        search("@and @attr 1=1003 austen @attr 1=4 emma"), present(), search("@attr 1=9 @attr 2=102 x")
    )
    caller.says(Close(close_reason=CloseReason.FINISHED))
    await asyncio.sleep(0)
    shown = [{key: each[key] for key in each if key in _SHOWN} for each in told]
    assert shown == [
        {"event": "z3950-init", "client": "tester", "version": 3},
        {
            "event": "z3950-request",
            "service": "search",
            "database": "TOWN",
            "query": "@and @attr 1=1003 austen @attr 1=4 emma",
            "hits": 1,
        },
        {"event": "z3950-request", "service": "present", "database": "TOWN", "hits": 1},
        {
            "event": "z3950-request",
            "service": "search",
            "query": "@attr 1=9 @attr 2=102 x",
            "diagnostic": "117 102",
        },
        {"event": "z3950-close", "reason": "finished"},
    ]
    assert house.service.answers == {
        ("TOWN", "search", ""): 1,
        ("TOWN", "present", ""): 1,
        ("", "search", "117"): 1,
    }


async def test_what_the_log_does_not_want_is_counted_all_the_same(
    origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet = structlog.make_filtering_bound_logger(logging.WARNING)
    monkeypatch.setattr(listener, "log", structlog.wrap_logger(None, wrapper_class=quiet))
    house = House(origin, Z3950Settings(rate_per_source=0))
    caller = await house.lets_in()
    caller.says(search("emma"), search("@attr 1=9999 x"))
    assert house.service.answers == {("TOWN", "search", ""): 1, ("", "search", "114"): 1}


_SHOWN = {
    "event",
    "client",
    "version",
    "service",
    "database",
    "query",
    "hits",
    "diagnostic",
    "reason",
}
