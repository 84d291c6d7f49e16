"""A connection cuts what comes into messages, and never waits longer than its deadline."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from conformance.wire.line import EndedError, LateError, Line


class Player(asyncio.Protocol):
    """Sends what it was given as soon as somebody speaks, and closes where it ends with a NUL."""

    def __init__(self, played: bytes, heard: bytearray) -> None:
        self.played = played
        self.heard = heard

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.heard += data
        self.transport.write(self.played.rstrip(b"\0"))
        if self.played.endswith(b"\0"):
            self.transport.close()


@asynccontextmanager
async def played(answers: bytes, deadline: float = 5.0) -> AsyncIterator[tuple[Line, bytearray]]:
    heard = bytearray()
    server = await asyncio.get_running_loop().create_server(lambda: Player(answers, heard), "127.0.0.1", 0)
    line = await Line.open("127.0.0.1", server.sockets[0].getsockname()[1], None, deadline)
    try:
        yield line, heard
    finally:
        await line.close()
        server.close()
        await server.wait_closed()


async def test_messages_are_cut_at_either_terminator_and_empty_ones_passed_over() -> None:
    async with played(b"96\r\n\r941\n\r\n36Y\r") as (line, _):
        await line.send(b"?")
        assert [await line.answer() for _ in range(3)] == [(b"96", b"\r"), (b"941", b"\n"), (b"36Y", b"\r")]


async def test_what_is_sent_in_pieces_arrives_whole() -> None:
    async with played(b"96\r") as (line, heard):
        await line.send(b"9900802.00\r", piece=3)
        await line.answer()
        while len(heard) < 11:
            await asyncio.sleep(0)
        assert bytes(heard) == b"9900802.00\r"


async def test_a_message_without_end_is_late() -> None:
    async with played(b"941", deadline=0.01) as (line, _):
        await line.send(b"?")
        with pytest.raises(LateError, match="nothing within"):
            await line.answer()


async def test_a_closed_connection_has_ended() -> None:
    async with played(b"96\r94\0") as (line, _):
        await line.send(b"?")
        assert await line.answer() == (b"96", b"\r")
        with pytest.raises(EndedError, match="closed the connection"):
            await line.answer()


async def test_a_message_without_a_terminator_ends_where_its_length_says() -> None:
    async with played(b"3abc2de\0") as (line, _):
        await line.send(b"?")

        def length(buffer: bytes, ended: bool) -> int:
            told = 1 + int(buffer[:1] or b"0")
            return told if told > 1 and len(buffer) >= told else 0

        assert [await line.take(length) for _ in range(2)] == [b"3abc", b"2de"]
        with pytest.raises(EndedError, match="closed the connection"):
            await line.take(length)


async def test_a_message_may_go_on_until_the_connection_ends() -> None:
    async with played(b"all of it\0") as (line, _):
        await line.send(b"?")
        assert await line.take(lambda buffer, ended: len(buffer) if ended else 0) == b"all of it"


async def test_a_port_where_nobody_listens_has_ended() -> None:
    server = await asyncio.get_running_loop().create_server(asyncio.Protocol, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    opening = Line.open("127.0.0.1", port, None, 5.0)
    with pytest.raises(EndedError):
        await opening
