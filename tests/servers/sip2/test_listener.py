"""The conversation with a terminal: who may speak, what waits for what, and how it ends. No sockets.

Messages are written as terminals write them, without error detection unless a test is about it.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator, MutableMapping
from itertools import pairwise
from typing import Any, cast

import pytest
import pytest_asyncio
import structlog
import trustme
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from structlog.testing import capture_logs

from core.desk import CirculationDesk
from core.model.records import ItemStatus
from protocols.sip2.codec import checksum
from protocols.sip2.errors import Defect
from servers.configuration.settings import Dialect, PinCheck, SecretHash, Sip2Settings, Terminal
from servers.sip2.listener import Sip2Service
from servers.sip2.terminals import Terminals
from tests.fakes.line import FakeLine
from tests.fakes.world import ANN, BEN, BOOK, COPY, FILM, CountedIds, PlainCredentials, World
from tests.matrix import proves

MAIN = Terminal("kiosk-1", "user-1", SecretHash("word-1"), "kiosk-1", "MAIN")
EAST = Terminal("kiosk-2", "user-2", SecretHash("word-2"), "kiosk-2", "EAST", delimiter="^")
STATUS = b"9900802.00"
LOGIN, LOGIN_EAST = b"9300CNuser-1|COword-1|", b"9300CNuser-2|COword-2|"
WRONG_LOGIN = b"9300CNuser-1|COanother|"
IN = b"941"
OUT = b"940"
OFFLINE = b"98NNNNNN"
NOT_RECORDED = b"could not be recorded"


def checkout(patron: str, item: str, pin: str = "", at: str = "20260302    103000") -> bytes:
    """11: a check-out."""
    return f"11YN{at}{at}AOTOWN|AA{patron}|AB{item}|AC|AD{pin}|".encode()


def checkin(item: str, at: str = "20260302    103000") -> bytes:
    """09: a check-in."""
    return f"09N{at}{at}APdesk|AOTOWN|AB{item}|AC|".encode()


def item_information(item: str) -> bytes:
    """17: where is the item?"""
    return f"1720260302    103000AOTOWN|AB{item}|".encode()


def information(patron: str, pin: str = "") -> bytes:
    """63 of a patron."""
    return f"6300120260302    103000          AOTOWN|AA{patron}|AC|AD{pin}|".encode()


def patron_status(patron: str, pin: str = "") -> bytes:
    """23: may the patron borrow?"""
    return f"2300120260302    103000AOTOWN|AA{patron}|AC|AD{pin}|".encode()


def with_checksum(text: bytes, digit: int) -> bytes:
    """The message with sequence number and checksum."""
    counted = text + b"AY%dAZ" % digit
    return counted + checksum(counted)


class SlowCredentials(PlainCredentials):
    """Checks that last until `finish`."""

    def __init__(self) -> None:
        super().__init__()
        self._finished = asyncio.Event()
        self.under_way = asyncio.Event()

    async def verify(self, secret: str, hashed: str) -> bool:
        """Compare, when the test lets it."""
        self.under_way.set()
        await self._finished.wait()
        return await super().verify(secret, hashed)

    def finish(self) -> None:
        """Let every check end."""
        self._finished.set()


class BrokenCredentials(PlainCredentials):
    """Cannot check anything."""

    async def verify(self, secret: str, hashed: str) -> bool:
        """Fail in a way that nobody has foreseen."""
        raise RuntimeError("broken by the test")


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    """The small library, its desk open."""
    world = await World().start()
    yield world
    world.store.release()
    await world.stop()


def service(world: World, *terminals: Terminal, **settings: Any) -> Sip2Service:
    """The conversations of a server of the small library."""
    known = Terminals(terminals or (MAIN, EAST), world.desk, world.credentials)
    return Sip2Service(Sip2Settings(**{"login_failure_delay": 0.0, **settings}), known, world.desk)


async def logged_in(sip2: Sip2Service, login: bytes = LOGIN) -> FakeLine:
    """A line whose terminal has logged in."""
    line = FakeLine().connect(sip2.converse)
    line.say(login)
    assert await line.hears() == [IN]
    return line


async def slow_work(sip2: Sip2Service) -> None:
    """Let everything that was held up be done, with what it lets go on."""
    while sip2.tasks:
        await asyncio.gather(*sip2.tasks)
        await asyncio.sleep(0)  # a task leaves the set when the loop next turns


Log = list[MutableMapping[str, Any]]


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    """What the listener logs, at every level and before anything is masked."""
    monkeypatch.setattr("servers.sip2.listener.log", structlog.get_logger())
    with capture_logs() as entries:
        yield entries


def told(log: Log, event: str) -> Log:
    """The entries of one event, without what all of them have."""
    return [
        {name: value for name, value in entry.items() if name not in ("event", "log_level", "peer")}
        for entry in log
        if entry["event"] == event
    ]


class TestTheDialect:
    async def test_what_alma_does_not_know_gets_no_answer_and_the_next_its_own(self, world: World) -> None:
        alma = replace(MAIN, dialect=Dialect.ALMA)
        line = await logged_in(service(world, alma))
        line.say(b"15+20260302    093000AOTOWN|AAP1|ABI1|", item_information("I3"))
        [answer] = await line.hears()
        assert answer.startswith(b"18")

    async def test_printed_lines_are_as_wide_as_99_says(self, world: World) -> None:
        line = await logged_in(service(world, replace(MAIN, print_lines=True)))
        line.say(b"9900102.00", checkout("P1", "I1"))
        _, lent = await line.hears(2)
        printed = [field for field in lent.split(b"|") if field.startswith(b"AG")]
        assert len(printed) > 2
        assert all(len(field) <= len("AG") + 10 for field in printed)


class TestTheOrderOfAnswers:
    async def test_answers_leave_in_the_order_of_the_requests(self, world: World) -> None:
        line = await logged_in(service(world))
        world.store.hold()
        line.say(checkout("P1", "I1"), item_information("I3"), checkout("P1", "I2"))
        await world.store.waiting()
        assert line.unheard == []
        world.store.release()
        first, second, third = await line.hears(3)
        assert (first[:3], second[:2], third[:3]) == (b"121", b"18", b"121")
        assert (b"ABI1" in first, b"ABI3" in second, b"ABI2" in third) == (True, True, True)

    async def test_an_act_is_answered_only_when_it_is_durable(self, world: World) -> None:
        line = await logged_in(service(world))
        world.store.hold()
        line.say(checkout("P1", "I1"))
        await world.store.waiting()
        assert (line.unheard, world.store.batches) == ([], [])
        world.store.release()
        assert (await line.hears())[0].startswith(b"121")
        assert len(world.store.batches) == 1

    async def test_a_question_waits_only_for_what_it_has_seen(self, world: World) -> None:
        sip2 = service(world)
        kiosk, other = await logged_in(sip2), await logged_in(sip2)
        world.store.hold()
        kiosk.say(checkout("P1", "I1"))
        await world.store.waiting()
        other.say(item_information("I3"), patron_status("P2"))
        assert [answer[:2] for answer in await other.hears(2)] == [b"18", b"24"]
        other.say(item_information("I1"))
        assert other.unheard == []
        world.store.release()
        assert (await other.hears())[0].startswith(b"1804")

    async def test_what_waits_holds_up_answers_not_requests(self, world: World) -> None:
        line = await logged_in(service(world))
        world.store.hold()
        line.say(checkout("P1", "I1"))
        line.say(checkout("P1", "I2"))
        assert {item.id for item in world.library.loans_of(ANN)} == {BOOK, COPY}
        world.store.release()
        await line.hears(2)

    async def test_reading_stops_while_enough_is_in_work(self, world: World) -> None:
        line = await logged_in(service(world, in_flight=2))
        world.store.hold()
        line.say(checkout("P1", "I1"))
        assert not line.held
        line.say(checkout("P1", "I2"), STATUS)
        assert line.held
        world.store.release()
        assert [answer[:2] for answer in await line.hears(3)] == [b"12", b"12", b"98"]
        assert not line.held

    @given(st.lists(st.integers(1, 400), max_size=8))
    def test_cutting_the_stream_anywhere_changes_nothing(self, cuts: list[int]) -> None:
        async def answers() -> list[bytes]:
            world = await World().start()
            line = FakeLine().connect(service(world).converse)
            requests = (LOGIN, STATUS, checkout("P1", "I1"), item_information("I1"), checkin("I1"))
            stream = b"".join(request + b"\r" for request in requests)
            edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
            for begin, end in pairwise(edges):
                line.conversation.received(stream[begin:end])
            heard = await line.hears(len(requests))
            await world.stop()
            return heard

        assert [answer[:4] for answer in asyncio.run(answers())] == [
            b"941",
            b"98YY",
            b"121N",
            b"1804",
            b"101Y",
        ]


class TestWhatTheStoreDoesNotKeep:
    async def test_an_act_that_is_undone_is_refused_and_has_left_nothing(self, world: World) -> None:
        line = await logged_in(service(world))
        world.store.refuse_next()
        line.say(checkout("P1", "I1"))
        [answer] = await line.hears()
        assert answer.startswith(b"120")
        assert NOT_RECORDED in answer
        assert world.library.items[BOOK].status is ItemStatus.AVAILABLE

    async def test_a_question_about_what_was_undone_is_asked_again(self, world: World) -> None:
        sip2 = service(world)
        kiosk, other = await logged_in(sip2), await logged_in(sip2)
        world.store.hold()
        world.store.refuse_next()
        kiosk.say(checkout("P1", "I1"))
        other.say(item_information("I1"))
        world.store.release()
        assert NOT_RECORDED in (await kiosk.hears())[0]
        assert (await other.hears())[0].startswith(b"1803")

    async def test_an_act_refused_for_what_was_undone_is_tried_again(self, world: World) -> None:
        """Ben was told nothing yet when Ann's loan, which stood in his way, was undone."""
        sip2 = service(world)
        kiosk, other = await logged_in(sip2), await logged_in(sip2, LOGIN_EAST)
        world.store.hold()
        world.store.refuse_next()
        kiosk.say(checkout("P1", "I1"))
        other.say(checkout("P2", "I1").replace(b"|", b"^"))
        world.store.release()
        assert NOT_RECORDED in (await kiosk.hears())[0]
        assert (await other.hears())[0].startswith(b"121")
        assert [item.id for item in world.library.loans_of(BEN)] == [BOOK]
        assert [recorded.actor for recorded in world.store.batches[0].events] == ["kiosk-2"]

    async def test_what_waits_is_tried_again_for_the_terminal_that_asked(self, world: World) -> None:
        """Even if another terminal has logged in on the line since."""
        sip2 = service(world)
        kiosk, other = await logged_in(sip2), await logged_in(sip2)
        world.store.hold()
        world.store.refuse_next()
        kiosk.say(checkout("P1", "I1"))
        other.say(checkout("P2", "I1"))
        other.say(LOGIN_EAST)
        await slow_work(sip2)
        world.store.release()
        assert [answer[:3] for answer in await other.hears(2)] == [b"121", b"941"]
        assert [recorded.actor for recorded in world.store.batches[0].events] == ["kiosk-1"]

    @pytest.mark.parametrize("fails", ["break_next", "lose_next"])
    async def test_when_the_store_breaks_whoever_waits_is_told_offline(
        self, world: World, fails: str
    ) -> None:
        """Nobody can know whether the loan is kept, so nobody is told that it is, nor that it is not."""
        sip2 = service(world)
        kiosk, other = await logged_in(sip2), await logged_in(sip2)
        world.store.hold()
        getattr(world.store, fails)()
        kiosk.say(checkout("P1", "I1"), STATUS)
        other.say(item_information("I1"))
        world.store.release()
        offline, status = await kiosk.hears(2)
        assert offline.startswith(OFFLINE)
        assert status.startswith(b"98Y")
        assert (await other.hears())[0].startswith(OFFLINE)

    async def test_after_the_store_broke_nothing_it_lost_is_told(self, world: World) -> None:
        """However much is asked at once; what was never changed can still be looked at."""
        line = await logged_in(service(world))
        world.store.break_next()
        line.say(checkout("P1", "I1"))
        await line.hears()
        line.say(*[item_information("I1")] * 1000, item_information("I3"), checkout("P2", "I3"))
        *lost, known, refused = await line.hears(1002)
        assert all(answer.startswith(OFFLINE) for answer in lost)
        assert (known[:4], refused[:3]) == (b"1803", b"120")

    async def test_the_same_request_again_after_an_undone_one_is_done(self, world: World) -> None:
        line = await logged_in(service(world))
        world.store.refuse_next()
        line.say(checkout("P1", "I1"))
        assert NOT_RECORDED in (await line.hears())[0]
        line.say(checkout("P1", "I1"))
        assert (await line.hears())[0].startswith(b"121")


class TestWhoMaySpeak:
    async def test_a_stranger_is_refused_in_the_message_s_own_words(self, world: World) -> None:
        line = FakeLine().connect(service(world).converse)
        line.say(checkout("P1", "I1"), patron_status("P1", "pin-of-P1"), item_information("I1"))
        out, status, item = await line.hears(3)
        assert (out[:3], status[:2], item[:2]) == (b"120", b"24", b"18")
        assert all(b"not logged in" in answer for answer in (out, status, item))
        assert b"Ngata" not in status
        assert b"Emma" not in item
        assert world.library.items[BOOK].status is ItemStatus.AVAILABLE

    async def test_a_status_message_is_answered_before_the_login(self, world: World) -> None:
        line = FakeLine().connect(service(world).converse)
        line.say(STATUS)
        assert (await line.hears())[0].startswith(b"98Y")

    async def test_a_status_message_before_the_login_is_refused_where_the_settings_say_so(
        self, world: World
    ) -> None:
        line = FakeLine().connect(service(world, status_before_login=False).converse)
        line.say(STATUS)
        assert (await line.hears())[0].startswith(b"98N")

    async def test_a_stranger_has_so_many_messages(self, world: World) -> None:
        """What it sent ahead is not looked at any more, not even a good login."""
        sip2 = service(world, login_messages=2)
        line = FakeLine().connect(sip2.converse)
        line.say(STATUS)
        assert not line.closed
        line.say(STATUS, LOGIN, checkout("P1", "I1"))
        await slow_work(sip2)
        assert [answer[:2] for answer in await line.hears(2)] == [b"98", b"98"]
        assert line.closed
        assert world.library.items[BOOK].status is ItemStatus.AVAILABLE

    @pytest.mark.parametrize(
        "login",
        [
            WRONG_LOGIN,
            b"9300CNnobody|COword-1|",
            b"9300CN|CO|",
            b"9300CNuser-1|CO|",
            b"9301CNuser-1|COword-1|",
            b"9310CNuser-1|COword-1|",
        ],
        ids=["password", "user", "nothing", "no password", "encrypted password", "encrypted user"],
    )
    async def test_a_login_that_is_not_right_is_refused(self, world: World, login: bytes) -> None:
        line = FakeLine().connect(service(world).converse)
        line.say(login, checkout("P1", "I1"))
        out, refusal = await line.hears(2)
        assert (out, refusal[:3]) == (OUT, b"120")

    async def test_wrong_logins_close_the_line(self, world: World) -> None:
        """Whoever guesses sends all guesses at once: those after the last try are not even looked at."""
        sip2 = service(world, login_tries=3)
        line = FakeLine().connect(sip2.converse)
        line.say(WRONG_LOGIN, WRONG_LOGIN, WRONG_LOGIN, LOGIN, checkout("P1", "I1"))
        await slow_work(sip2)
        assert await line.hears(3) == [OUT, OUT, OUT]
        assert line.closed
        assert world.credentials.checks == 3
        assert world.library.items[BOOK].status is ItemStatus.AVAILABLE

    async def test_a_failed_login_ends_the_earlier_one(self, world: World) -> None:
        line = await logged_in(service(world, login_deadline=7.0))
        line.say(WRONG_LOGIN, checkout("P1", "I1"))
        out, refusal = await line.hears(2)
        assert (out, refusal[:3]) == (OUT, b"120")
        assert line.limit == 7.0
        line.say(LOGIN, checkout("P1", "I1"))
        assert [answer[:3] for answer in await line.hears(2)] == [IN, b"121"]

    async def test_what_was_asked_before_the_last_try_is_answered_before_the_line_closes(
        self, world: World
    ) -> None:
        sip2 = service(world, login_tries=1)
        line = await logged_in(sip2)
        world.store.hold()
        line.say(checkout("P1", "I1"), WRONG_LOGIN)
        await slow_work(sip2)
        assert not line.closed
        world.store.release()
        assert [answer[:3] for answer in await line.hears(2)] == [b"121", OUT]
        assert line.closed

    async def test_too_many_wrong_logins_from_one_address_end_each_further_one_at_once(
        self, world: World, log: Log
    ) -> None:
        """Over all its connections; the password is not even looked at any more, right or wrong."""
        sip2 = service(world, login_failures_per_source=2)
        lines = [FakeLine().connect(sip2.converse) for _ in range(3)]
        for line in lines:
            line.say(WRONG_LOGIN)
            assert await line.hears() == [OUT]
        assert [line.closed for line in lines] == [False, True, True]
        assert world.credentials.checks == 2
        lines[0].say(LOGIN)
        assert await lines[0].hears() == [OUT]
        assert (lines[0].closed, world.credentials.checks) == (True, 2)
        assert len(told(log, "sip2-logins-failing")) == 1
        assert len(told(log, "sip2-login-failed")) == 4

    async def test_another_machine_behind_the_same_address_gets_in_all_the_same(self, world: World) -> None:
        sip2 = service(world, login_failures_per_source=1)
        guesser = FakeLine().connect(sip2.converse)
        guesser.say(WRONG_LOGIN)
        assert await guesser.hears() == [OUT]
        await logged_in(sip2, LOGIN_EAST)

    async def test_another_address_is_not_concerned(self, world: World) -> None:
        sip2 = service(world, login_failures_per_source=1)
        guesser = FakeLine(peer="2001:db8::1").connect(sip2.converse)
        guesser.say(WRONG_LOGIN)
        assert await guesser.hears() == [OUT]
        other = FakeLine(peer="2001:db8:0:1::1").connect(sip2.converse)
        other.say(LOGIN)
        assert await other.hears() == [IN]

    async def test_a_wrong_login_waits_for_its_answer_and_a_right_one_does_not(self, world: World) -> None:
        """Whatever was wrong with it; requests behind it wait too."""
        sip2 = service(world, login_failure_delay=1000.0)
        for wrong in (WRONG_LOGIN, b"9300CNnobody|COword-1|", b"9311CNuser-1|COword-1|"):
            line = FakeLine().connect(sip2.converse)
            line.say(wrong, STATUS)
            for _ in range(10):
                await asyncio.sleep(0)
            assert line.unheard == []
        await logged_in(sip2)
        for task in sip2.tasks:
            task.cancel()

    @proves("connections know nothing of each other")
    async def test_two_terminals_on_two_lines_do_not_mix(self, world: World) -> None:
        """Each has its own agency, delimiter and answers, however their messages interleave."""
        sip2 = service(world)
        main, east = FakeLine().connect(sip2.converse), FakeLine().connect(sip2.converse)
        world.store.hold()
        main.say(LOGIN)
        east.say(LOGIN_EAST)
        await slow_work(sip2)
        main.say(checkout("P1", "I1"))
        east.say(checkout("P2", "I3").replace(b"|", b"^"))
        main.say(WRONG_LOGIN)
        await slow_work(sip2)
        east.say(checkin("I2").replace(b"|", b"^"))
        world.store.release()
        assert [answer[:3] for answer in await main.hears(3)] == [IN, b"121", OUT]
        _, film, back = await east.hears(3)
        assert (film[:3], b"^AAP2^ABI3^" in film, b"|" in film) == (b"121", True, False)
        assert back.startswith(b"10")
        actors = {recorded.actor for batch in world.store.batches for recorded in batch.events}
        assert actors == {"kiosk-1", "kiosk-2"}
        assert [item.id for item in world.library.loans_of(BEN)] == [FILM]


class FakeTls:
    """A TLS session whose peer has shown this certificate (DER), or none."""

    def __init__(self, der: bytes | None) -> None:
        self._der = der

    def getpeercert(self, binary_form: bool) -> bytes | None:
        """The certificate."""
        assert binary_form
        return self._der


def certified(common_name: str | None) -> FakeLine:
    """A line whose peer has shown a certificate with this common name."""
    der = None
    if common_name is not None:
        leaf = trustme.CA().issue_cert(f"{common_name}.example.org", common_name=common_name)
        der = ssl.PEM_cert_to_DER_cert(leaf.cert_chain_pems[0].bytes().decode())
    return FakeLine(cast("ssl.SSLObject", FakeTls(der)))


class TestCertificates:
    async def test_a_known_certificate_needs_no_login(self, world: World) -> None:
        line = certified("kiosk-1").connect(service(world).converse)
        line.say(checkout("P1", "I1"))
        assert (await line.hears())[0].startswith(b"121")

    async def test_a_login_on_top_must_be_the_certificate_s_own(self, world: World) -> None:
        line = certified("kiosk-1").connect(service(world).converse)
        line.say(LOGIN, LOGIN_EAST, checkout("P1", "I1"))
        assert [answer[:3] for answer in await line.hears(3)] == [IN, OUT, b"120"]

    async def test_a_balancer_s_word_for_a_certificate_is_as_good(self, world: World) -> None:
        line = FakeLine(vouched="kiosk-1").connect(service(world).converse)
        line.say(checkout("P1", "I1"))
        assert (await line.hears())[0].startswith(b"121")

    @pytest.mark.parametrize("common_name", ["somebody-else", None])
    async def test_another_certificate_or_none_leaves_the_login(
        self, world: World, common_name: str | None
    ) -> None:
        line = certified(common_name).connect(service(world).converse)
        line.say(checkout("P1", "I1"), LOGIN)
        assert [answer[:3] for answer in await line.hears(2)] == [b"120", IN]

    async def test_a_certificate_that_cannot_be_read_is_nobody_s(self, world: World, log: Log) -> None:
        line = FakeLine(cast("ssl.SSLObject", FakeTls(b"no DER"))).connect(service(world).converse)
        line.say(checkout("P1", "I1"), LOGIN)
        assert [answer[:3] for answer in await line.hears(2)] == [b"120", IN]
        assert told(log, "sip2-certificate-unreadable") == [{}]


@pytest_asyncio.fixture
async def slow() -> AsyncIterator[tuple[World, SlowCredentials]]:
    """The small library, where checks of PINs last until the test ends them."""
    world, credentials = World(), SlowCredentials()
    credentials.remembered = {("word-1", "word-1"), ("word-2", "word-2")}
    world.credentials = credentials
    await world.start()
    yield world, credentials
    credentials.finish()
    await world.stop()


Slow = tuple[World, SlowCredentials]


class TestPins:
    async def test_a_pin_that_is_being_checked_holds_up_its_own_line_only(self, slow: Slow) -> None:
        world, credentials = slow
        sip2 = service(world)
        kiosk, other = await logged_in(sip2), await logged_in(sip2)
        kiosk.say(checkout("P1", "I1", "pin-of-P1"), STATUS)
        await credentials.under_way.wait()
        other.say(checkout("P2", "I2"))
        assert (await other.hears())[0].startswith(b"121")
        assert kiosk.unheard == []
        credentials.finish()
        assert [answer[:3] for answer in await kiosk.hears(2)] == [b"121", b"98Y"]

    async def test_a_right_pin_is_not_checked_twice(self, world: World) -> None:
        line = await logged_in(service(world))
        line.say(patron_status("P1", "pin-of-P1"), patron_status("P1", "pin-of-P1"))
        assert all(b"|CQY|" in answer for answer in await line.hears(2))
        assert world.credentials.checks == 2  # the login's and the first

    async def test_a_wrong_pin_borrows_nothing(self, world: World) -> None:
        line = await logged_in(service(world))
        line.say(patron_status("P1", "wrong"), checkout("P1", "I1", "wrong"))
        status, refusal = await line.hears(2)
        assert (b"|CQN|" in status, refusal[:3]) == (True, b"120")

    @proves("unknown, wrong and throttled look alike")
    async def test_nobody_can_tell_a_wrong_pin_from_an_unknown_card_or_a_pause(self, world: World) -> None:
        """Byte by byte, and with one hash each; only the card that was shown differs."""
        sip2 = service(world)
        line = await logged_in(sip2)
        checks, heard = [], []
        for patron, pin in [("P1", "wrong"), ("P9", "wrong"), *[("P2", "wrong")] * 5, ("P2", "pin-of-P2")]:
            for message in (patron_status, information):
                before = world.credentials.checks
                line.say(message(patron, pin))
                heard.append((await line.hears())[0].replace(patron.encode(), b"P0"))
                checks.append(world.credentials.checks - before)
        assert len(set(heard)) == 2
        assert set(checks) == {1}

    @proves("five wrong PINs stop one terminal, not the patron")
    async def test_after_five_wrong_pins_the_terminal_pauses_for_that_patron_and_others_go_on(
        self, world: World, log: Log
    ) -> None:
        sip2 = service(world)
        line = await logged_in(sip2)
        line.say(*[patron_status("P1", "wrong")] * 6, patron_status("P1", "pin-of-P1"))
        assert all(b"|CQN|" in answer for answer in await line.hears(7))
        assert [(entry["terminal"], entry["patron"]) for entry in told(log, "pin-throttled")] == [
            ("kiosk-1", "P1")
        ]
        line.say(patron_status("P2", "pin-of-P2"))
        assert b"|CQY|" in (await line.hears())[0]
        world.clock.advance(minutes=30)
        line.say(patron_status("P1", "pin-of-P1"))
        assert b"|CQY|" in (await line.hears())[0]

    @proves("an empty PIN is no try")
    async def test_an_empty_pin_is_none(self, world: World) -> None:
        line = await logged_in(service(world))
        line.say(checkout("P1", "I1", ""))
        assert (await line.hears())[0].startswith(b"121")

    async def test_where_it_is_always_checked_no_pin_is_a_wrong_one(self, world: World) -> None:
        """Only of messages that a patron stands behind: items come back without one."""
        terminal = Terminal("kiosk-1", "user-1", SecretHash("word-1"), pin=PinCheck.ALWAYS)
        line = await logged_in(service(world, terminal))
        line.say(checkout("P1", "I1"), checkout("P1", "I1", "pin-of-P1"), checkin("I1"))
        assert [answer[:3] for answer in await line.hears(3)] == [b"120", b"121", b"101"]

    @proves("a PIN is checked never, if sent, or always")
    async def test_where_it_is_never_checked_a_wrong_pin_does_no_harm(self, world: World) -> None:
        terminal = Terminal("kiosk-1", "user-1", SecretHash("word-1"), pin=PinCheck.NEVER)
        line = await logged_in(service(world, terminal))
        line.say(checkout("P1", "I1", "wrong"))
        assert (await line.hears())[0].startswith(b"121")

    async def test_a_check_that_fails_in_an_unforeseen_way_ends_the_line(self, world: World) -> None:
        """The answer will never come, and those behind it would be taken for it."""
        world.desk = CirculationDesk(
            world.library,
            world.journal,
            world.answered,
            world.policy,
            world.clock,
            CountedIds(),
            BrokenCredentials(),
        )
        sip2 = service(world)
        line = await logged_in(sip2)
        before = set(sip2.tasks)
        line.say(checkout("P1", "I1", "pin-of-P1"))
        [task] = sip2.tasks - before
        with pytest.raises(RuntimeError, match="broken by the test"):
            await task
        assert line.aborted


class TestTheEnd:
    async def test_an_act_stays_when_its_line_is_lost_and_leaves_nothing_behind(self, world: World) -> None:
        sip2 = service(world)
        line = await logged_in(sip2)
        world.store.hold()
        line.say(checkout("P1", "I1"), STATUS)
        await world.store.waiting()
        line.lose()
        world.store.release()
        await world.stop()
        assert line.unheard == []
        assert sip2.tasks == set()
        assert world.library.items[BOOK].status is ItemStatus.ON_LOAN
        assert len(world.store.batches) == 1

    async def test_the_terminal_that_asks_again_on_a_new_line_gets_its_answer(self, world: World) -> None:
        sip2 = service(world)
        line = await logged_in(sip2)
        world.store.hold()
        line.say(checkout("P1", "I1"))
        line.lose()
        again = await logged_in(sip2)
        again.say(checkout("P1", "I1"))
        assert again.unheard == []
        world.store.release()
        assert (await again.hears())[0].startswith(b"121N")
        assert len(world.store.batches) == 1

    async def test_nothing_is_begun_for_a_line_that_was_lost_while_a_pin_was_checked(
        self, slow: Slow
    ) -> None:
        world, credentials = slow
        sip2 = service(world)
        line = await logged_in(sip2)
        line.say(checkout("P1", "I1", "pin-of-P1"), checkout("P1", "I2"))
        await credentials.under_way.wait()
        line.lose()
        credentials.finish()
        await slow_work(sip2)
        assert world.library.loans_of(ANN) == ()

    async def test_nobody_is_logged_in_on_a_line_that_was_lost(self, slow: Slow, log: Log) -> None:
        world, credentials = slow
        credentials.remembered.clear()
        sip2 = service(world)
        line = FakeLine().connect(sip2.converse)
        line.say(LOGIN)
        await credentials.under_way.wait()
        line.lose()
        credentials.finish()
        await slow_work(sip2)
        assert log == []

    @proves("draining answers 98 offline")
    async def test_while_draining_everything_is_answered_with_offline(self, world: World) -> None:
        sip2 = service(world)
        kiosk, idle = await logged_in(sip2), await logged_in(sip2)
        world.store.hold()
        kiosk.say(checkout("P1", "I1"))
        sip2.draining = True
        kiosk.conversation.drain()
        idle.conversation.drain()
        assert (kiosk.closed, idle.closed) == (False, True)
        kiosk.say(checkout("P1", "I2"), LOGIN)
        world.store.release()
        done, *offline = await kiosk.hears(3)
        assert done.startswith(b"121")
        assert all(answer.startswith(OFFLINE) for answer in offline)
        assert kiosk.closed

    async def test_while_draining_a_pin_is_checked_to_the_end(self, slow: Slow) -> None:
        world, credentials = slow
        sip2 = service(world)
        line = await logged_in(sip2)
        line.say(checkout("P1", "I1", "pin-of-P1"))
        sip2.draining = True
        line.conversation.drain()
        assert not line.closed
        credentials.finish()
        assert (await line.hears())[0].startswith(b"121")
        assert line.closed

    async def test_too_long_a_message_ends_the_conversation(self, world: World, log: Log) -> None:
        line = await logged_in(service(world, line_limit=256))
        line.say(b"09" + b"x" * 300, STATUS)
        assert line.closed
        assert line.unheard == []
        assert told(log, "sip2-closing") == [{"terminal": "kiosk-1", "reason": Defect.TOO_LONG}]

    async def test_the_end_of_a_session_is_logged_and_of_a_stranger_s_line_is_not(
        self, world: World, log: Log
    ) -> None:
        sip2 = service(world)
        line = await logged_in(sip2)
        line.lose()
        FakeLine().connect(sip2.converse).lose()
        assert [entry["event"] for entry in log] == ["sip2-login", "sip2-ended"]
        assert told(log, "sip2-ended") == [{"terminal": "kiosk-1"}]


class TestDeadlines:
    """With login 7 s, message 5 s, idle 90 s."""

    @staticmethod
    async def line(world: World, login: bytes = LOGIN) -> FakeLine:
        """A line whose terminal has logged in."""
        return await logged_in(
            service(world, login_deadline=7.0, message_deadline=5.0, idle_limit=90.0), login
        )

    async def test_a_stranger_s_time_is_not_renewed_by_what_it_says(self, world: World) -> None:
        line = FakeLine().connect(service(world, login_deadline=7.0).converse)
        line.say(STATUS)
        line.conversation.received(b"990")
        line.say(b"0802.00", WRONG_LOGIN)
        await line.hears(3)
        assert line.limits == [7.0]

    async def test_a_terminal_that_has_logged_in_may_be_silent_as_long_as_the_settings_say(
        self, world: World
    ) -> None:
        assert (await self.line(world)).limit == 90.0
        assert (await logged_in(service(world))).limit == 0

    async def test_every_message_begins_the_silence_anew(self, world: World) -> None:
        line = await self.line(world)
        line.limits.clear()
        line.say(STATUS)
        line.say(STATUS)
        assert line.limits == [90.0, 90.0]

    async def test_a_message_has_its_time_from_its_first_byte(self, world: World) -> None:
        """Further bytes do not renew it; its end ends it."""
        line = await self.line(world)
        line.limits.clear()
        line.conversation.received(b"99")
        line.conversation.received(b"0080")
        assert line.limits == [5.0]
        line.conversation.received(b"2.00\r")
        assert line.limits == [5.0, 90.0]

    async def test_the_next_message_has_a_time_of_its_own(self, world: World) -> None:
        """A terminal that is always half a message ahead is not cut off."""
        line = await self.line(world)
        line.limits.clear()
        line.conversation.received(b"9900")
        line.conversation.received(b"802.00\r9900")
        assert line.limits == [5.0, 5.0]

    async def test_half_a_message_behind_the_login_has_its_time_too(self, world: World) -> None:
        line = FakeLine().connect(service(world, message_deadline=5.0).converse)
        line.conversation.received(LOGIN + b"\r9900")
        await line.hears()
        assert line.limit == 5.0

    async def test_nothing_is_done_once_the_time_has_passed(self, slow: Slow, log: Log) -> None:
        world, credentials = slow
        sip2 = service(world)
        line = await logged_in(sip2)
        line.say(checkout("P1", "I1", "pin-of-P1"))
        line.conversation.received(b"99")
        await credentials.under_way.wait()
        line.conversation.overdue()
        credentials.finish()
        await slow_work(sip2)
        assert world.library.loans_of(ANN) == ()
        assert told(log, "sip2-overdue") == [{"terminal": "kiosk-1", "mid_message": True}]


class TestRenewing:
    """The settings change while terminals talk."""

    @staticmethod
    def change(sip2: Sip2Service, world: World, *terminals: Terminal, **settings: Any) -> None:
        """Let the service go on by other settings."""
        known = Terminals(terminals, world.desk, world.credentials)
        sip2.take_on(Sip2Settings(**{"login_failure_delay": 0.0, **settings}), known)

    async def test_a_terminal_that_stays_as_it_is_notices_nothing(self, world: World) -> None:
        sip2 = service(world)
        line = await logged_in(sip2)
        self.change(sip2, world, MAIN)
        line.conversation.renew()
        line.say(checkout("P1", "I1"))
        assert (await line.hears())[0].startswith(b"121")

    @proves("configuration reloads without dropping a session")
    async def test_it_takes_its_new_profile_between_two_messages(self, world: World, log: Log) -> None:
        sip2 = service(world)
        line = await logged_in(sip2)
        self.change(sip2, world, replace(MAIN, delimiter="^", checkout=False))
        line.conversation.renew()
        line.say(checkout("P1", "I1").replace(b"|", b"^"))
        (refusal,) = await line.hears()
        assert refusal.startswith(b"120")
        assert b"^AAP1^" in refusal
        assert told(log, "sip2-profile-changed") == [{"terminal": "kiosk-1"}]

    async def test_what_waits_is_answered_as_it_was_asked_and_what_came_behind_it_by_the_new_profile(
        self, world: World
    ) -> None:
        sip2 = service(world)
        line = await logged_in(sip2)
        world.store.hold()
        line.say(checkout("P1", "I1"))
        self.change(sip2, world, replace(MAIN, delimiter="^"))
        line.conversation.renew()
        line.say(checkout("P1", "I2").replace(b"|", b"^"))
        world.store.release()
        first, second = await line.hears(2)
        assert b"|AAP1|" in first
        assert b"^AAP1^" in second

    async def test_a_login_under_way_is_judged_by_the_new_terminals(self, slow: Slow) -> None:
        world, credentials = slow
        credentials.remembered.clear()
        sip2 = service(world)
        line = FakeLine().connect(sip2.converse)
        line.say(LOGIN)
        await credentials.under_way.wait()
        self.change(sip2, world, EAST)
        line.conversation.renew()
        credentials.finish()
        assert await line.hears() == [IN]
        await slow_work(sip2)
        assert line.closed

    @pytest.mark.parametrize(
        "now",
        [
            (),
            (replace(MAIN, password=SecretHash("word-3")),),
            (replace(MAIN, certificate="kiosk-3"),),
            (replace(MAIN, user="user-3"),),
            (replace(MAIN, addresses=("10.0.0.0/8",)),),
        ],
        ids=["gone", "password", "certificate", "user", "address"],
    )
    async def test_a_terminal_that_would_not_get_in_any_more_is_closed_once_it_is_answered(
        self, world: World, log: Log, now: tuple[Terminal, ...]
    ) -> None:
        sip2 = service(world)
        line = await logged_in(sip2)
        world.store.hold()
        line.say(checkout("P1", "I1"))
        self.change(sip2, world, *now)
        line.conversation.renew()
        line.say(checkout("P1", "I2"))
        assert not line.closed
        world.store.release()
        assert (await line.hears())[0].startswith(b"121")
        assert line.closed
        assert told(log, "sip2-terminal-withdrawn") == [{"terminal": "kiosk-1"}]
        assert world.library.items[COPY].status is ItemStatus.AVAILABLE

    async def test_a_stranger_goes_on_and_meets_the_new_terminals(self, world: World) -> None:
        sip2 = service(world, EAST)
        line = certified("kiosk-1").connect(sip2.converse)
        self.change(sip2, world, MAIN, EAST)
        line.conversation.renew()
        line.say(LOGIN_EAST, LOGIN)
        assert await line.hears(2) == [OUT, IN]

    async def test_limits_on_silence_are_the_new_ones(self, world: World) -> None:
        sip2 = service(world)
        line = await logged_in(sip2)
        self.change(sip2, world, MAIN, idle_limit=77.0)
        line.conversation.renew()
        line.say(item_information("I1"))
        await line.hears()
        assert line.limit == 77.0

    async def test_a_profile_s_own_limit_on_silence_goes_before_the_listener_s(self, world: World) -> None:
        line = await logged_in(service(world, replace(MAIN, idle_limit=5.0), idle_limit=77.0))
        assert line.limit == 5.0


class TestTheBoard:
    async def test_it_counts_what_a_terminal_asks_and_how_that_went(self, world: World, log: Log) -> None:
        sip2 = service(world)
        line = FakeLine(peer="192.0.2.9").connect(sip2.converse)
        line.say(STATUS, LOGIN, checkout("P1", "nothing"), STATUS.replace(b"990", b"991"))
        await line.hears(4)
        (state, other) = sip2.board.states(["kiosk-1", "kiosk-2"])
        assert (state.name, state.connections, state.address) == ("kiosk-1", 1, "192.0.2.9")
        assert (state.messages, state.last_code, state.status) == (2, "99", "out_of_paper")
        assert state.p50 is not None
        assert [(refusal.code, refusal.reason) for refusal in state.refusals] == [("11", "unknown-item")]
        assert state.quirks == ("sends a status message (99) before it logs in",)
        assert (other.name, other.connections) == ("kiosk-2", 0)
        assert told(log, "sip2-refused") == [{"terminal": "kiosk-1", "code": "11", "reason": "unknown-item"}]

    async def test_it_counts_what_had_to_be_asked_for_again_and_what_was_noticed(self, world: World) -> None:
        sip2 = service(world)
        line = await logged_in(sip2)
        line.say(checkout("P1", "I1") + b"AY1AZ0000", item_information("I1"))
        await line.hears(2)
        (state,) = sip2.board.states(["kiosk-1"])
        assert (state.messages, state.resends) == (1, 1)
        assert sip2.board.gauge("kiosk-1").habits.defects == {Defect.CHECKSUM_WRONG: 1}

    async def test_an_answer_that_waits_for_the_store_counts_from_its_request(self, world: World) -> None:
        sip2 = service(world)
        line = await logged_in(sip2)
        world.store.hold()
        line.say(checkout("P1", "I1"))
        assert sip2.board.states(["kiosk-1"])[0].p50 is None
        world.store.release()
        await line.hears()
        assert sip2.board.states(["kiosk-1"])[0].p50 is not None

    async def test_each_connection_counts_until_it_ends_or_logs_out(self, world: World) -> None:
        sip2 = service(world)
        lines = [await logged_in(sip2) for _ in range(3)]
        lines[0].lose()
        lines[1].say(WRONG_LOGIN)
        await lines[1].hears()
        lines[1].lose()
        assert sip2.board.states(["kiosk-1"])[0].connections == 1
        lines[2].say(LOGIN)
        await lines[2].hears()
        assert sip2.board.states(["kiosk-1"])[0].connections == 1


class TestErrorDetection:
    async def test_the_same_request_again_gets_the_same_answer_and_is_done_once(
        self, world: World, log: Log
    ) -> None:
        line = await logged_in(service(world))
        request = with_checksum(checkout("P1", "I1"), 3)
        line.say(request)
        [answer] = await line.hears()
        line.say(request)
        assert await line.hears() == [answer]
        assert answer.startswith(b"121")
        assert len(world.store.batches) == 1
        assert told(log, "sip2-noticed") == [
            {"terminal": "kiosk-1", "what": Defect.REPEATED, "code": "11", "field": ""}
        ]

    async def test_the_same_request_again_while_the_first_waits_is_answered_once(self, world: World) -> None:
        line = await logged_in(service(world))
        world.store.hold()
        request = with_checksum(checkout("P1", "I1"), 3)
        line.say(request, request)
        world.store.release()
        assert (await line.hears())[0].startswith(b"121")

    async def test_a_damaged_request_is_asked_for_again(self, world: World) -> None:
        line = await logged_in(service(world))
        line.say(with_checksum(checkout("P1", "I1"), 3).replace(b"I1", b"I2"))
        assert await line.hears() == [b"96AZFEF6"]
        assert world.library.loans_of(ANN) == ()

    async def test_the_last_answer_is_sent_again_when_asked_for(self, world: World) -> None:
        line = await logged_in(service(world))
        line.say(with_checksum(item_information("I1"), 4))
        [answer] = await line.hears()
        line.say(b"97AZFEF5")
        assert await line.hears() == [answer]


class TestTheLog:
    async def test_what_ails_a_terminal_is_logged(self, world: World, log: Log) -> None:
        """99 is the only alarm a terminal has: out of paper, about to shut down. Even before its login."""
        line = FakeLine().connect(service(world).converse)
        line.say(b"9910802.00", LOGIN, b"9920802.00")
        await line.hears(3)
        assert [entry["status"] for entry in told(log, "sip2-status")] == ["out_of_paper", "shutting_down"]
        assert [entry["terminal"] for entry in told(log, "sip2-status")] == ["", "kiosk-1"]

    async def test_no_pin_and_no_password_is_ever_logged(self, world: World, log: Log) -> None:
        """Right or wrong, in whole messages or damaged ones, before the log masks anything."""
        sip2 = service(world, login_tries=9, login_messages=99)
        line = FakeLine().connect(sip2.converse)
        line.say(
            b"9300CNuser-1|COcanary|",
            b"9301CNuser-1|COcanary|",
            b"9300CNuser-1|COcanary|AY1AZ0000",
            checkout("P1", "I1", "canary"),
            b"9300CNuser-1|COword-1|",
            checkout("P1", "I1", "canary"),
            patron_status("P1", "pin-of-P1"),
            checkout("P1", "I1", "canary") + b"ADcanary|XXcanary|canary",
            b"11YNcanary",
            b"canary",
        )
        line.conversation.received(b"23" + b"ADcanary|" * 4000)
        await slow_work(sip2)
        line.lose()
        assert len(log) > 5
        written = str(log)
        assert "sip2-login-failed" in written
        assert not any(secret in written for secret in ("canary", "word-1", "pin-of-P1"))
