"""Connections before anything is said: who is let in, who is turned away, what the log says of it.

Over loopback sockets, on both event loops; 127.0.0.2 and 127.0.0.3 are other machines.
"""

from __future__ import annotations

import asyncio
import resource
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager, suppress
from typing import Any, Final

import pytest
import structlog
import trustme
import uvloop
from structlog.testing import capture_logs

from servers.lines import accept
from servers.lines.accept import CannotListen, Door, Entry, Peer, listening
from servers.lines.addresses import networks
from servers.lines.limits import Limits
from servers.lines.line import Line, LineListener
from servers.lines.proxy import SIGNATURE
from tests.matrix import proves

PATIENCE = 10.0
"""Seconds after which what should have happened has not."""

LOOPS: Final[Mapping[str, Callable[[], asyncio.AbstractEventLoop]]] = {
    "asyncio": asyncio.SelectorEventLoop,
    "uvloop": uvloop.new_event_loop,
}
AUTHORITY = trustme.CA()
CLIENT_HELLO = bytes.fromhex("16030100c8010000c40303")
FROM_A_KIOSK = SIGNATURE + bytes.fromhex("2111000c c0000207 c0000201 0400 192b")
HEALTH_CHECK = SIGNATURE + bytes.fromhex("20000000")
BALANCER = networks(["127.0.0.1"])

Entries = list[MutableMapping[str, Any]]
Client = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Parrot:
    """A conversation that says who called and what was said."""

    def __init__(self, line: Line) -> None:
        self.line = line

    def received(self, data: bytes) -> None:
        """Say it back, with the caller before it."""
        self.line.write(f"{self.line.peer}/{self.line.vouched}: ".encode() + data)

    def overdue(self) -> None:
        """Say nothing."""

    def renew(self) -> None:
        """There is nothing to go by."""

    def drain(self) -> None:
        """Close."""
        self.line.close()

    def ended(self) -> None:
        """There is nothing to let go of."""


class Scene:
    """A listener with one door, and who comes to it."""

    def __init__(self, door: Door, **limits: Any) -> None:
        self.listener = LineListener("parrot", Limits(**limits), Parrot)
        self.listener.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        AUTHORITY.issue_cert("127.0.0.1").configure_cert(self.listener.tls)
        self.trusting = ssl.create_default_context()
        AUTHORITY.configure_trust(self.trusting)
        self.address = self.listener.open(door)
        self._clients: list[asyncio.StreamWriter] = []

    async def client(self, first: bytes = b"", source: str = "127.0.0.1", **arguments: Any) -> Client:
        """Connect, and say something first."""
        reader, writer = await asyncio.open_connection(*self.address, local_addr=(source, 0), **arguments)
        self._clients.append(writer)
        writer.write(first)
        return reader, writer

    async def tls_client(self, source: str = "127.0.0.1") -> Client:
        """Connect with TLS."""
        return await self.client(source=source, ssl=self.trusting)

    async def answer_over_tls_after(self, first: bytes, said: bytes) -> bytes:
        """Say something, then begin TLS and say something more; what is answered to that."""

        def visit() -> bytes:
            with socket.create_connection(self.address, PATIENCE) as plain:
                plain.sendall(first)
                with self.trusting.wrap_socket(plain, server_hostname="127.0.0.1") as session:
                    session.sendall(said)
                    return session.recv(100)

        return await asyncio.to_thread(visit)

    async def close(self) -> None:
        """Let go of everything."""
        for client in self._clients:
            client.transport.abort()
        await self.listener.drain(PATIENCE)
        assert self.listener.seats.taken == 0, "every seat was given back"
        assert self.listener.handshakes.under_way == 0


async def answer(client: Client) -> bytes:
    """What comes, until the other side closes or falls silent after it; nothing for a reset."""
    async with asyncio.timeout(PATIENCE):
        try:
            return await client[0].read(100)
        except ConnectionResetError:
            return b"reset"


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop run until the condition is true."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0)


Act = Callable[[Scene], Awaitable[None]]
Play = Callable[..., None]

TLS = Door("127.0.0.1", 0)
PLAIN = Door("127.0.0.1", 0, Entry.PLAIN)


@pytest.fixture(params=LOOPS)
def play(request: pytest.FixtureRequest) -> Play:
    """Opens a scene on either event loop, plays an act in it, and closes it."""

    def played(act: Act, door: Door = TLS, **limits: Any) -> None:
        async def whole() -> None:
            scene = Scene(door, **limits)
            try:
                await act(scene)
            finally:
                await scene.close()

        with asyncio.Runner(loop_factory=LOOPS[request.param]) as runner:
            runner.run(whole())

    return played


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[Entries]:
    """What is logged."""
    monkeypatch.setattr(accept, "log", structlog.get_logger())
    with capture_logs() as entries:
        yield entries


class TestWhatIsSpoken:
    def test_whoever_speaks_tls_is_let_in(self, play: Play, log: Entries) -> None:
        async def act(scene: Scene) -> None:
            client = await scene.tls_client()
            client[1].write(b"hello")
            assert await answer(client) == b"127.0.0.1/: hello"
            assert scene.listener.seats.of_source == {"127.0.0.1": 1}

        play(act)
        assert log == []

    @pytest.mark.parametrize(
        ("said", "event"),
        [
            (b"9300CNkiosk|COCanaryWord|\r", "sip2-plain-on-tls-port"),
            (b"\xff\xfd\x03\r\n9900802.00\r", "sip2-plain-on-tls-port"),
            (b"GET / HTTP/1.0\r\n\r\n", "http-on-tls-port"),
            (b"PROXY TCP4 192.0.2.7 192.0.2.1 1024 6443\r\n", "proxy-header-unexpected"),
            (FROM_A_KIOSK + CLIENT_HELLO, "proxy-header-unexpected"),
            (b"SSH-2.0-OpenSSH_9.2\r\n", "not-tls-on-tls-port"),
        ],
    )
    def test_whoever_does_not_is_named_and_left_without_a_word(
        self, play: Play, log: Entries, said: bytes, event: str
    ) -> None:
        """The connection ends in order: what was sent was read, and nothing is answered."""

        async def act(scene: Scene) -> None:
            assert await answer(await scene.client(said)) == b""

        play(act)
        (told,) = log
        assert (told["event"], told["log_level"], told["peer"]) == (event, "warning", "127.0.0.1")
        assert told["advice"]
        assert "CanaryWord" not in str(log)

    def test_at_the_plain_door_everything_is_handed_over(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            assert await answer(await scene.client(b"9900802.00")) == b"127.0.0.1/: 9900802.00"

        play(act, PLAIN)

    def test_who_leaves_without_a_word_is_no_line_in_the_usual_log(self, play: Play, log: Entries) -> None:
        async def act(scene: Scene) -> None:
            _, writer = await scene.client()
            writer.close()
            await until(lambda: bool(log))

        play(act)
        assert [(told["event"], told["log_level"]) for told in log] == [("peer-left", "debug")]


class TestHandshakes:
    def test_who_says_nothing_is_cut_off(self, play: Play, log: Entries) -> None:
        async def act(scene: Scene) -> None:
            assert await answer(await scene.client()) == b""

        play(act, handshake_timeout=0.01)
        assert [(told["event"], told["peer"]) for told in log] == [("peer-silent", "127.0.0.1")]

    def test_who_does_not_go_on_is_cut_off(self, play: Play, log: Entries) -> None:
        async def act(scene: Scene) -> None:
            assert await answer(await scene.client(CLIENT_HELLO)) in (b"", b"reset")

        play(act, handshake_timeout=0.01)
        assert [(told["event"], told["reason"]) for told in log] == [("tls-handshake-failed", "TIMEOUT")]

    def test_who_leaves_in_the_middle_is_named(self, play: Play, log: Entries) -> None:
        async def act(scene: Scene) -> None:
            _, writer = await scene.client(CLIENT_HELLO)
            await until(lambda: scene.listener.handshakes.under_way == 1)
            writer.close()
            await until(lambda: bool(log))

        play(act)
        assert [(told["event"], told["reason"]) for told in log] == [("tls-handshake-failed", "PEER_LEFT")]

    def test_who_has_a_stranger_s_certificate_is_told_why_in_the_log(self, play: Play, log: Entries) -> None:
        async def act(scene: Scene) -> None:
            assert scene.listener.tls is not None
            AUTHORITY.configure_trust(scene.listener.tls)
            scene.listener.tls.verify_mode = ssl.CERT_OPTIONAL
            trustme.CA().issue_cert("kiosk-1").configure_cert(scene.trusting)
            with suppress(ssl.SSLError, ConnectionError):  # so it is told in TLS 1.2, and here or there later
                await answer(await scene.tls_client())
            await until(lambda: bool(log))

        play(act)
        assert log[0]["event"] == "tls-handshake-failed"
        assert log[0]["reason"] == "CERTIFICATE_VERIFY_FAILED"
        assert "issuer" in log[0]["why"]

    def test_so_many_are_under_way_and_the_others_wait_for_their_turn(self, play: Play) -> None:
        """One that waits is not refused; it is served as soon as another is done."""

        async def act(scene: Scene) -> None:
            _, slow = await scene.client(CLIENT_HELLO)
            await until(lambda: scene.listener.handshakes.under_way == 1)
            waiting = asyncio.create_task(scene.tls_client())
            await until(lambda: bool(scene.listener.handshakes.waiting))
            slow.close()
            client = await waiting
            client[1].write(b"hello")
            assert await answer(client) == b"127.0.0.1/: hello"

        play(act, handshakes=1)

    def test_a_source_whose_handshakes_are_slow_does_not_keep_others_waiting(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            for _ in range(3):
                await scene.client(CLIENT_HELLO, source="127.0.0.2")
            client = await scene.tls_client()
            client[1].write(b"hello")
            assert await answer(client) == b"127.0.0.1/: hello"
            assert scene.listener.handshakes.under_way == 1

        play(act, handshakes=2, handshakes_per_source=1)

    def test_who_comes_at_the_very_end_leaves_nothing_behind(self, play: Play) -> None:
        """It is accepted, and the listener closed before it was looked at."""

        async def act(scene: Scene) -> None:
            late, left = socket.socketpair(socket.AF_UNIX)
            with left:
                scene.listener._acceptors[0]._take_in(late, Peer("127.0.0.1"))
                await scene.listener.drain(PATIENCE)
                assert left.recv(1) == b""
            assert late.fileno() == -1

        play(act)

    def test_a_handshake_under_way_does_not_hold_up_the_end(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            silent, slow = await scene.client(), await scene.client(CLIENT_HELLO)
            await until(lambda: scene.listener.handshakes.under_way == 1)
            await scene.listener.drain(PATIENCE)
            assert [await answer(silent), await answer(slow)] in ([b"", b""], [b"", b"reset"])

        play(act)


class TestSeats:
    def test_connections_count_before_they_have_said_a_word(self, play: Play, log: Entries) -> None:
        async def act(scene: Scene) -> None:
            await scene.client()
            await until(lambda: scene.listener.seats.taken == 1)
            assert await answer(await scene.client()) in (b"", b"reset")

        play(act, connections=1)
        assert [(told["event"], told["limit"]) for told in log] == [("line-refused", "connections")]

    def test_those_of_one_source_do_not_count_for_another(self, play: Play, log: Entries) -> None:
        async def act(scene: Scene) -> None:
            await scene.client()
            await until(lambda: scene.listener.seats.taken == 1)
            assert await answer(await scene.client()) in (b"", b"reset")
            client = await scene.tls_client(source="127.0.0.2")
            client[1].write(b"hello")
            assert await answer(client) == b"127.0.0.2/: hello"

        play(act, connections_per_source=1)
        assert [(told["event"], told["limit"]) for told in log] == [
            ("line-refused", "connections_per_source")
        ]


class TestThePlainDoor:
    @proves("plain SIP2 for loopback or an allow list")
    def test_whoever_is_not_listed_is_refused_and_named(self, play: Play, log: Entries) -> None:
        async def act(scene: Scene) -> None:
            assert await answer(await scene.client(b"9900802.00", "127.0.0.2")) == b"127.0.0.2/: 9900802.00"
            assert await answer(await scene.client(b"9900802.00", "127.0.0.3")) == b""

        play(act, Door("127.0.0.1", 0, Entry.PLAIN, allow=networks(["127.0.0.2"])))
        assert [(told["event"], told["peer"]) for told in log] == [("peer-not-allowed", "127.0.0.3")]

    def test_a_balancer_s_callers_are_looked_up_not_the_balancer(self, play: Play, log: Entries) -> None:
        async def act(scene: Scene) -> None:
            assert await answer(await scene.client(FROM_A_KIOSK + b"hello")) == b"192.0.2.7/: hello"
            assert await answer(await scene.client(HEALTH_CHECK + b"hello")) == b""

        play(act, Door("127.0.0.1", 0, Entry.PLAIN, networks(["192.0.2.0/24"]), BALANCER))
        assert [(told["event"], told["peer"]) for told in log] == [("peer-not-allowed", "127.0.0.1")]


@proves("PROXY protocol")
class TestBehindABalancer:
    door = Door("127.0.0.1", 0, proxies=BALANCER)

    def test_the_peer_is_the_one_that_the_header_names(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            assert await scene.answer_over_tls_after(FROM_A_KIOSK, b"hello") == b"192.0.2.7/: hello"

        play(act, self.door)

    def test_a_health_check_is_the_balancer_s_own(self, play: Play, log: Entries) -> None:
        async def act(scene: Scene) -> None:
            assert await scene.answer_over_tls_after(HEALTH_CHECK, b"hello") == b"127.0.0.1/: hello"
            _, writer = await scene.client(HEALTH_CHECK)
            writer.close()
            await until(lambda: bool(log))

        play(act, self.door)
        assert [(told["event"], told["log_level"]) for told in log] == [("peer-left", "debug")]

    def test_the_header_may_come_byte_by_byte(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            reader, writer = await scene.client()
            for byte in b"PROXY TCP4 192.0.2.7 192.0.2.1 1024 6443\r\n9":
                writer.write(bytes([byte]))
                await asyncio.sleep(0)
            assert await answer((reader, writer)) == b"192.0.2.7/: 9"

        play(act, Door("127.0.0.1", 0, Entry.PLAIN, proxies=BALANCER))

    def test_the_certificate_that_it_has_verified_is_vouched_for(self, play: Play) -> None:
        header = SIGNATURE + bytes.fromhex(
            "2111001e c0000207 c0000201 0400 192b 20000f 05 00000000 220007 6b696f736b2d32"
        )

        async def act(scene: Scene) -> None:
            assert await answer(await scene.client(header + b"hello")) == b"192.0.2.7/kiosk-2: hello"

        play(act, Door("127.0.0.1", 0, Entry.PLAIN, proxies=BALANCER))

    @pytest.mark.parametrize("said", [CLIENT_HELLO, b"9900802.00\r", SIGNATURE + bytes.fromhex("2112 0000")])
    def test_without_a_header_nobody_comes_from_there(self, play: Play, log: Entries, said: bytes) -> None:
        async def act(scene: Scene) -> None:
            _, writer = client = await scene.client(said)
            writer.write(bytes(20))
            assert await answer(client) in (b"", b"reset")

        play(act, self.door)
        assert [told["event"] for told in log] == ["proxy-header-refused"]

    def test_half_a_header_is_not_waited_for_long(self, play: Play, log: Entries) -> None:
        async def act(scene: Scene) -> None:
            assert await answer(await scene.client(FROM_A_KIOSK[:20])) == b""

        play(act, self.door, handshake_timeout=0.01)
        assert [told["event"] for told in log] == ["peer-silent"]

    def test_it_may_hold_more_connections_than_one_source_and_its_callers_may_not(
        self, play: Play, log: Entries
    ) -> None:
        async def act(scene: Scene) -> None:
            assert await answer(await scene.client(FROM_A_KIOSK + b"hello")) == b"192.0.2.7/: hello"
            assert await answer(await scene.client(HEALTH_CHECK + b"hello")) == b"127.0.0.1/: hello"
            assert await answer(await scene.client(HEALTH_CHECK + b"hello")) == b"127.0.0.1/: hello"
            assert await answer(await scene.client(FROM_A_KIOSK + b"hello")) == b""

        play(act, Door("127.0.0.1", 0, Entry.PLAIN, proxies=BALANCER), connections_per_source=1)
        assert [(told["event"], told["peer"]) for told in log] == [("line-refused", "192.0.2.7")]

    def test_others_come_as_always(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            client = await scene.tls_client(source="127.0.0.2")
            client[1].write(b"hello")
            assert await answer(client) == b"127.0.0.2/: hello"

        play(act, self.door)


@contextmanager
def no_more_files() -> Iterator[None]:
    """Let the process open no more files."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    with socket.socket() as highest:
        resource.setrlimit(resource.RLIMIT_NOFILE, (highest.fileno(), limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


class TestAccepting:
    def test_without_file_descriptors_it_waits_and_goes_on(
        self, play: Play, log: Entries, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Told once; who is in is served all the while, and who knocked comes in later."""
        monkeypatch.setattr(accept, "BACK_OFF", 0.001)

        async def act(scene: Scene) -> None:
            inside = await scene.client(b"one")
            assert await answer(inside) == b"127.0.0.1/: one"
            knocking = socket.socket()
            knocking.setblocking(False)
            with no_more_files():
                await asyncio.get_running_loop().sock_connect(knocking, scene.address)
                await until(lambda: bool(log))
                inside[1].write(b"two")
                assert await answer(inside) == b"127.0.0.1/: two"
            await asyncio.get_running_loop().sock_sendall(knocking, b"three")
            async with asyncio.timeout(PATIENCE):
                said = await asyncio.get_running_loop().sock_recv(knocking, 100)
            knocking.close()
            assert said == b"127.0.0.1/: three"

        play(act, PLAIN)
        assert [(told["event"], told["reason"]) for told in log] == [("accept-failed", "Too many open files")]


class TestListening:
    def test_all_of_ipv6_is_all_of_ipv4_too(self) -> None:
        (sock,) = listening("::", 0, 1)
        with sock, socket.create_connection(("127.0.0.1", sock.getsockname()[1])) as client:
            assert client.getpeername()[0] == "127.0.0.1"

    def test_a_name_is_listened_on_at_all_its_addresses_on_one_port(self) -> None:
        sockets = listening("localhost", 0, 1)
        assert len({sock.getsockname()[1] for sock in sockets}) == 1
        for sock in sockets:
            sock.close()

    def test_an_address_in_use_is_named(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            with pytest.raises(CannotListen, match="Address already in use") as refused:
                listening("127.0.0.1", port, 1)
        assert refused.value.filename == f"127.0.0.1:{port}"
