"""Lines over loopback sockets: how many, how long, how much may wait; and none is left over at the end."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from math import inf
from typing import Any, cast

import pytest
import pytest_asyncio
import trustme

from servers.lines import line as line_module
from servers.lines.accept import Door, Entry, Peer
from servers.lines.crowd import Seat
from servers.lines.limits import Limits
from servers.lines.line import Line, LineListener
from tests.matrix import proves

PATIENCE = 10.0
"""Seconds after which a condition that never comes true fails its test."""


def door(tls: ssl.SSLContext | None = None, port: int = 0) -> Door:
    """A door on loopback."""
    return Door("127.0.0.1", port, Entry.PLAIN if tls is None else Entry.TLS)


class Echo:
    """A conversation that sends back what it receives, and notes what happens to it."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.happened: list[str] = []
        self.stays = False
        self.received_bytes = 0
        self.over = asyncio.Event()

    def received(self, data: bytes) -> None:
        """Send it back."""
        self.received_bytes += len(data)
        self.line.write(data)

    def overdue(self) -> None:
        """Say a last word."""
        self.happened.append("overdue")
        self.line.write(b"too late\r")

    def renew(self) -> None:
        """Note it."""
        self.happened.append("renew")

    def drain(self) -> None:
        """Close, unless the test wants a straggler."""
        self.happened.append("drain")
        if not self.stays:
            self.line.close()

    def ended(self) -> None:
        """Note it."""
        self.happened.append("ended")
        self.over.set()


class Bench:
    """A listener of echoes, and clients that are closed with it."""

    def __init__(self) -> None:
        self.echoes: list[Echo] = []
        self.clients: list[asyncio.StreamWriter] = []
        self.connected = asyncio.Event()

    async def open(self, tls: ssl.SSLContext | None = None, **limits: Any) -> Bench:
        """Listen on a free port."""
        self.listener = LineListener("echo", Limits(**limits), self._converse)
        self.listener.tls = tls
        self.address = self.listener.open(door(tls))
        return self

    def _converse(self, line: Line) -> Echo:
        echo = Echo(line)
        self.echoes.append(echo)
        self.connected.set()
        return echo

    async def client(self, **arguments: Any) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A new connection."""
        reader, writer = await asyncio.open_connection(*self.address, **arguments)
        self.clients.append(writer)
        return reader, writer

    async def line(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, Echo]:
        """A new connection with the conversation at its other end."""
        self.connected.clear()
        reader, writer = await self.client()
        await within_reason(self.connected.wait())
        return reader, writer, self.echoes[-1]

    async def close(self) -> None:
        """Let go of everything."""
        for client in self.clients:
            client.transport.abort()
        await self.listener.drain(0)


async def within_reason(condition: Awaitable[Any]) -> Any:
    """What the condition comes to, if it comes true in time."""
    async with asyncio.timeout(PATIENCE):
        return await condition


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop run until the condition is true."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0)


@pytest_asyncio.fixture
async def bench(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    """A listener to be opened; deadlines are looked at all the time."""
    monkeypatch.setattr(line_module, "SWEEP", 0.001)
    bench = Bench()
    yield bench
    await bench.close()


class TestConversing:
    async def test_any_free_port_can_be_asked_for(self, bench: Bench) -> None:
        await bench.open()
        host, port = bench.address
        assert (host, port > 0) == ("127.0.0.1", True)

    async def test_bytes_go_to_the_conversation_and_back(self, bench: Bench) -> None:
        await bench.open()
        reader, writer, echo = await bench.line()
        writer.write(b"99\r")
        assert await within_reason(reader.readexactly(3)) == b"99\r"
        assert (echo.line.peer, echo.line.ssl_object) == ("127.0.0.1", None)

    async def test_over_tls_the_session_is_there_from_the_beginning(self, bench: Bench) -> None:
        authority = trustme.CA()
        server_side, client_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
        authority.issue_cert("127.0.0.1").configure_cert(server_side)
        authority.configure_trust(client_side)
        await bench.open(server_side)
        reader, writer = await bench.client(ssl=client_side)
        writer.write(b"99\r")
        assert await within_reason(reader.readexactly(3)) == b"99\r"
        session = bench.echoes[0].line.ssl_object
        assert session is not None
        assert session.version() == "TLSv1.3"

    async def test_the_end_of_a_line_is_told_once_and_what_is_written_later_is_dropped(
        self, bench: Bench
    ) -> None:
        await bench.open()
        _, writer, echo = await bench.line()
        writer.close()
        await within_reason(echo.over.wait())
        echo.line.write(b"too late")
        echo.line.hold(True)
        echo.line.close()
        echo.line.abort()
        echo.line.data_received(b"a leftover")
        assert (echo.happened, echo.received_bytes, echo.line.ssl_object) == (["ended"], 0, None)
        assert bench.listener.lines == set()

    async def test_a_peer_that_resets_is_let_go_like_any_other(self, bench: Bench) -> None:
        await bench.open()
        _, writer, echo = await bench.line()
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()
        await within_reason(echo.over.wait())
        assert bench.listener.lines == set()

    async def test_nothing_is_read_while_the_line_is_held(self, bench: Bench) -> None:
        await bench.open()
        reader, writer, echo = await bench.line()
        echo.line.hold(True)
        writer.write(b"99\r")
        other_reader, other_writer, _ = await bench.line()
        other_writer.write(b"98\r")
        await within_reason(other_reader.readexactly(3))
        assert echo.received_bytes == 0
        echo.line.hold(True)
        echo.line.hold(False)
        assert await within_reason(reader.readexactly(3)) == b"99\r"

    @proves("peers that are gone are found, and answers leave at once")
    async def test_a_line_is_kept_alive_and_its_answers_are_not_delayed(self, bench: Bench) -> None:
        await bench.open(keepalive=(50, 7, 4))
        _, _, echo = await bench.line()
        assert echo.line._transport is not None
        sock = echo.line._transport.get_extra_info("socket")
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        wanted = {
            socket.TCP_KEEPIDLE: 50,
            socket.TCP_KEEPINTVL: 7,
            socket.TCP_KEEPCNT: 4,
            socket.TCP_USER_TIMEOUT: (50 + 7 * 4) * 1000,
            socket.TCP_NODELAY: 1,
        }
        assert {option: sock.getsockopt(socket.IPPROTO_TCP, option) for option in wanted} == wanted


class TestLimits:
    async def test_there_are_so_many_lines_in_all(self, bench: Bench) -> None:
        """One more is closed without a word; when one ends there is room again."""
        await bench.open(connections=2)
        _, first, _ = await bench.line()
        await bench.line()
        reader, _ = await bench.client()
        assert await within_reason(_read_or_reset(reader)) == b""
        assert len(bench.echoes) == 2
        first.close()
        await within_reason(bench.echoes[0].over.wait())
        reader, writer, _ = await bench.line()
        writer.write(b"99\r")
        assert await within_reason(reader.readexactly(3)) == b"99\r"

    async def test_there_are_so_many_lines_from_one_source(self, bench: Bench) -> None:
        """Another source is not affected, and room comes back for each line that ends."""
        await bench.open(connections_per_source=1)
        _, first, _ = await bench.line()
        reader, _ = await bench.client()
        assert await within_reason(_read_or_reset(reader)) == b""
        reader, writer = await bench.client(local_addr=("127.0.0.2", 0))
        writer.write(b"99\r")
        assert await within_reason(reader.readexactly(3)) == b"99\r"
        assert {line.peer for line in bench.listener.lines} == {"127.0.0.1", "127.0.0.2"}
        first.close()
        await within_reason(bench.echoes[0].over.wait())
        await bench.line()

    async def test_a_source_that_has_gone_is_forgotten(self, bench: Bench) -> None:
        await bench.open()
        lines = [await bench.line() for _ in range(2)]
        for _, writer, _ in lines:
            writer.close()
        await until(lambda: not bench.listener.lines)
        assert (bench.listener.seats.taken, bench.listener.seats.of_source) == (0, {})


class TestAPeerThatDoesNotRead:
    @staticmethod
    async def flooded(bench: Bench, **limits: Any) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, Echo]:
        """A line with more unread answers than may wait."""
        await bench.open(answers_waiting=1024, **limits)
        reader, writer, echo = await bench.line()
        writer.transport.set_write_buffer_limits(high=1 << 30)
        _receiving(writer).pause_reading()
        while not echo.line._unread:
            writer.write(b"x" * 65536)
            await asyncio.sleep(0)
        return reader, writer, echo

    async def test_no_more_is_read_from_it_and_a_time_is_set(self, bench: Bench) -> None:
        _, writer, echo = await self.flooded(bench, unread_seconds=1000.0)
        received = echo.received_bytes
        now = asyncio.get_running_loop().time()
        writer.write(b"x" * 65536)
        other_reader, other_writer, _ = await bench.line()
        other_writer.write(b"98\r")
        await within_reason(other_reader.readexactly(3))
        assert echo.received_bytes == received
        assert now < echo.line.cut_off <= now + 1000

    async def test_when_it_reads_again_so_do_we(self, bench: Bench) -> None:
        reader, writer, echo = await self.flooded(bench)
        _receiving(writer).resume_reading()
        received = 0
        async with asyncio.timeout(PATIENCE):
            while received < echo.received_bytes or writer.transport.get_write_buffer_size():
                received += len(await reader.read(1 << 20))
        assert not echo.line._unread
        assert echo.line.cut_off == inf

    async def test_it_is_left_when_its_time_is_over(self, bench: Bench) -> None:
        _, _, echo = await self.flooded(bench, unread_seconds=0.001)
        await within_reason(echo.over.wait())
        assert echo.happened == ["ended"]

    async def test_a_line_that_is_held_too_is_read_only_when_neither_stands_in_the_way(
        self, bench: Bench
    ) -> None:
        reader, writer, echo = await self.flooded(bench)
        echo.line.hold(True)
        writer.write(b"one more")
        _receiving(writer).resume_reading()
        received, before = 0, echo.received_bytes
        async with asyncio.timeout(PATIENCE):
            while received < before:
                received += len(await reader.read(1 << 20))
        assert echo.received_bytes == before
        echo.line.hold(False)
        await until(lambda: echo.received_bytes > before)

    async def test_closing_waits_for_it_a_little_and_then_cuts_it_off(self, bench: Bench) -> None:
        _, _, echo = await self.flooded(bench, shutdown_timeout=0.001)
        echo.line.close()
        await within_reason(echo.over.wait())
        assert echo.happened == ["ended"]

    async def test_reading_a_little_does_not_save_it_from_being_cut_off(self, bench: Bench) -> None:
        """Once the line is closing, the time set then stands."""
        reader, writer, echo = await self.flooded(bench, shutdown_timeout=1000.0)
        echo.line.close()
        cut_off = echo.line.cut_off
        _receiving(writer).resume_reading()
        async with asyncio.timeout(PATIENCE):
            while echo.line._unread:
                await reader.read(1024)
        assert echo.line.cut_off == cut_off < inf


class TestDeadlines:
    async def test_a_line_that_is_overdue_says_a_last_word_and_is_closed(self, bench: Bench) -> None:
        await bench.open()
        reader, _, echo = await bench.line()
        echo.line.within(0.001)
        assert await within_reason(reader.read()) == b"too late\r"
        await within_reason(echo.over.wait())
        assert echo.happened == ["overdue", "ended"]

    async def test_a_limit_can_be_taken_away(self, bench: Bench) -> None:
        await bench.open()
        _, _, echo = await bench.line()
        echo.line.within(1000)
        assert 0 < echo.line.due - bench.listener.time() <= 1000
        echo.line.within(0)
        assert echo.line.due == inf

    async def test_a_line_whose_peer_does_not_let_it_close_is_left(self, bench: Bench) -> None:
        await bench.open()
        _, _, echo = await bench.line()
        echo.line.cut_off = bench.listener.time()
        await within_reason(echo.over.wait())
        assert echo.happened == ["ended"]

    async def test_other_lines_are_left_alone(self, bench: Bench) -> None:
        await bench.open()
        reader, writer, _ = await bench.line()
        _, _, late = await bench.line()
        late.line.within(0.001)
        await within_reason(late.over.wait())
        writer.write(b"99\r")
        assert await within_reason(reader.readexactly(3)) == b"99\r"


class TestDraining:
    async def test_every_conversation_is_asked_to_finish(self, bench: Bench) -> None:
        await bench.open()
        readers = [(await bench.line())[0] for _ in range(2)]
        await within_reason(bench.listener.drain(PATIENCE))
        assert [echo.happened for echo in bench.echoes] == [["drain", "ended"]] * 2
        assert [await within_reason(reader.read()) for reader in readers] == [b"", b""]

    async def test_whoever_has_not_finished_in_time_is_cut_off(self, bench: Bench) -> None:
        await bench.open()
        _, _, prompt = await bench.line()
        _, _, straggler = await bench.line()
        straggler.stays = True
        await within_reason(bench.listener.drain(0.01))
        await within_reason(straggler.over.wait())
        assert (prompt.happened, straggler.happened) == (["drain", "ended"], ["drain", "ended"])
        assert bench.listener.lines == set()

    async def test_nobody_new_is_let_in(self, bench: Bench) -> None:
        await bench.open()
        await bench.listener.drain(PATIENCE)
        with pytest.raises(ConnectionRefusedError):
            await bench.client()

    async def test_a_handshake_that_ends_later_is_too_late(self, bench: Bench) -> None:
        """Its line was not there to be told that the server is closing down."""
        await bench.open()
        await bench.listener.drain(PATIENCE)
        seat = bench.listener.seats.take()
        assert isinstance(seat, Seat)
        assert not bench.listener.take_in(Line(bench.listener, Peer(), seat))

    async def test_deadlines_hold_as_long_as_lines_are_left(self, bench: Bench) -> None:
        await bench.open()
        _, _, straggler = await bench.line()
        straggler.stays = True
        straggler.line.within(0.001)
        await within_reason(bench.listener.drain(PATIENCE))
        assert straggler.happened == ["drain", "overdue", "ended"]


async def test_a_line_cannot_be_opened_where_somebody_listens(bench: Bench) -> None:
    await bench.open()
    other = LineListener("other", Limits(), Echo)
    with pytest.raises(OSError, match="Address already in use"):
        other.open(door(port=bench.address[1]))
    await other.drain(0)


async def _read_or_reset(reader: asyncio.StreamReader) -> bytes:
    """What the peer sends before it closes or resets."""
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""


def _receiving(writer: asyncio.StreamWriter) -> asyncio.ReadTransport:
    """The same transport, as what receives."""
    return cast("asyncio.ReadTransport", writer.transport)


class TestRounds:
    """What came in one turn of the loop is heard first, and answered then."""

    async def test_everybody_is_heard_before_anybody_is_answered(self, bench: Bench) -> None:
        await bench.open()
        heard: list[str] = []
        lines = [await bench.line() for _ in range(3)]
        for number, (_, _, echo) in enumerate(lines):
            sends = cast("Any", echo.line)._transport

            class Noting:
                """A transport that notes what is sent on it."""

                def __init__(self, name: int, transport: asyncio.Transport) -> None:
                    self.name = name
                    self.transport = transport

                def write(self, data: bytes) -> None:
                    """Note it, and send it."""
                    heard.append(f"sent {self.name}")
                    self.transport.write(data)

                def __getattr__(self, name: str) -> Any:
                    return getattr(self.transport, name)

            cast("Any", echo.line)._transport = Noting(number, sends)
            cast("Any", echo).received = _noting(heard, number, echo)
        for number, (_, _, echo) in enumerate(lines):
            echo.line.data_received(b"%d" % number)
        assert [await within_reason(reader.read(1)) for reader, _, _ in lines] == [b"0", b"1", b"2"]
        assert heard == ["heard 0", "heard 1", "heard 2", "sent 0", "sent 1", "sent 2"]

    async def test_what_is_said_twice_in_a_round_is_sent_in_one_piece(self, bench: Bench) -> None:
        await bench.open()
        reader, _, echo = await bench.line()
        echo.line.write(b"one, ")
        echo.line.write(b"two")
        assert await within_reason(reader.read(100)) == b"one, two"

    async def test_a_mistake_of_ours_ends_its_own_line_and_no_other(self, bench: Bench) -> None:
        await bench.open()
        loop, mistakes = asyncio.get_running_loop(), []
        loop.set_exception_handler(lambda _, context: mistakes.append(context["exception"]))
        broken, _, bad = await bench.line()
        whole, _, good = await bench.line()
        cast("Any", bad).received = _raising
        bad.line.data_received(b"boom")
        good.line.data_received(b"still here")
        assert await within_reason(whole.read(100)) == b"still here"
        with suppress(ConnectionResetError):
            assert await within_reason(broken.read(100)) == b""
        assert [str(mistake) for mistake in mistakes] == ["a mistake"]

    async def test_what_came_on_a_line_that_is_gone_is_not_heard(self, bench: Bench) -> None:
        await bench.open()
        _, _, echo = await bench.line()
        echo.line.data_received(b"late")
        echo.line.connection_lost(None)
        await asyncio.sleep(0)
        assert (echo.received_bytes, echo.happened) == (0, ["ended"])


def _noting(heard: list[str], number: int, echo: Echo) -> Callable[[bytes], None]:
    def received(data: bytes) -> None:
        heard.append(f"heard {number}")
        echo.line.write(data)

    return received


def _raising(data: bytes) -> None:
    raise RuntimeError("a mistake")
