"""TCP conversations with their limits: how many, how long, how much may wait. What is said is the
conversation's business.

A `Line` is one connection. It hands received bytes to its `Conversation`, and keeps every limit that a peer
could strain: connections in all and per source, a moment by which something must have happened (`Line.due`),
and answers that the peer does not read. Deadlines are checked once a second for all lines together, so a
message costs no timer.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import Counter
from collections.abc import Callable
from math import inf
from typing import Any, Protocol, cast

from msgspec import Struct

from servers.log import get_logger

log = get_logger(__name__)

SWEEP = 1.0
"""Seconds between two looks at the deadlines."""


class Limits(Struct, frozen=True):
    """What a listener bears. Seconds and bytes; `keepalive` is idle seconds, seconds between probes, and
    probes.
    """

    connections: int = 12_000
    connections_per_source: int = 256
    answers_waiting: int = 65_536
    unread_seconds: float = 60.0
    handshake_timeout: float = 10.0
    shutdown_timeout: float = 5.0
    keepalive: tuple[int, int, int] = (120, 10, 3)
    backlog: int = 4096


class Conversation(Protocol):
    """What is said on one line."""

    def received(self, data: bytes) -> None:
        """Bytes came. Answers go to `Line.write`."""

    def overdue(self) -> None:
        """`Line.due` has passed. A last word may be written; the line closes after it."""

    def drain(self) -> None:
        """The server is closing down: answer what was asked, then call `Line.close`."""

    def ended(self) -> None:
        """The line is gone; nothing can be written any more."""


class Line(asyncio.Protocol):
    """One TCP connection. ``due`` is the loop time at which `Conversation.overdue` is called, ``cut_off`` the
    one at which a peer that does not let us write or close is left.
    """

    __slots__ = ("_held", "_listener", "_transport", "_unread", "conversation", "cut_off", "due", "peer")

    def __init__(self, listener: LineListener) -> None:
        self._listener = listener
        self._transport: asyncio.Transport | None = None
        self.conversation: Conversation | None = None
        self._held = False
        self._unread = False
        self.due = inf
        self.cut_off = inf
        self.peer = ""

    @property
    def ssl_object(self) -> ssl.SSLObject | None:
        """The TLS session of the line, if it has one."""
        transport = self._transport
        return None if transport is None else transport.get_extra_info("ssl_object")

    def within(self, seconds: float) -> None:
        """Something must have happened ``seconds`` from now; 0 takes the limit away."""
        self.due = self._listener.time() + seconds if seconds else inf

    def write(self, data: bytes) -> None:
        """Send bytes in one piece. After the end of the line they are dropped."""
        transport = self._transport
        if transport is not None:
            transport.write(data)

    def hold(self, held: bool) -> None:
        """Stop reading while ``held``: the conversation has enough to do."""
        if held != self._held:
            self._held = held
            self._read_or_not()

    def close(self) -> None:
        """Send what is waiting, then close."""
        if self._transport is not None and not self._transport.is_closing():
            self.cut_off = self._listener.time() + self._listener.limits.shutdown_timeout
            self._transport.close()

    def abort(self) -> None:
        """Close at once; what is waiting is lost."""
        if self._transport is not None:
            self._transport.abort()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the line in, or close it when the listener is full."""
        self._transport = cast("asyncio.Transport", transport)
        name = transport.get_extra_info("peername")
        self.peer = str(name[0]) if name else ""
        if not self._listener.take_in(self):
            self._transport.abort()
            self._transport = None
            return
        self._transport.set_write_buffer_limits(high=self._listener.limits.answers_waiting)
        _keep_alive(transport.get_extra_info("socket"), self._listener.limits.keepalive)
        self.conversation = self._listener.converse(self)

    def data_received(self, data: bytes) -> None:
        """Hand bytes on."""
        if self.conversation is not None:
            self.conversation.received(data)

    def pause_writing(self) -> None:
        """The peer does not read its answers: take no more questions, and not for ever."""
        self._unread = True
        self.cut_off = self._listener.time() + self._listener.limits.unread_seconds
        self._read_or_not()

    def resume_writing(self) -> None:
        """The peer reads again."""
        self._unread = False
        if self._transport is not None and not self._transport.is_closing():
            self.cut_off = inf
        self._read_or_not()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of the line."""
        self._transport = None
        self._listener.let_go(self)
        if self.conversation is not None:
            self.conversation.ended()
            self.conversation = None

    def _read_or_not(self) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        if self._held or self._unread:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()


class LineListener:
    """Listens on one address, and keeps its lines."""

    def __init__(self, name: str, limits: Limits, converse: Callable[[Line], Conversation]) -> None:
        self.name = name
        self.limits = limits
        self.converse = converse
        self.lines: set[Line] = set()
        self.time: Callable[[], float] = lambda: 0.0
        self._draining = False
        self._sources: Counter[str] = Counter()
        self._server: asyncio.Server | None = None
        self._sweeper: asyncio.TimerHandle | None = None
        self._empty = asyncio.Event()

    async def open(self, host: str, port: int, tls: ssl.SSLContext | None) -> tuple[str, int]:
        """Listen; returns the address in use (port 0 takes any free one). Raises OSError."""
        loop = asyncio.get_running_loop()
        self.time = loop.time
        arguments: dict[str, Any] = {}
        if tls is not None:
            arguments = {
                "ssl": tls,
                "ssl_handshake_timeout": self.limits.handshake_timeout,
                "ssl_shutdown_timeout": self.limits.shutdown_timeout,
            }
        self._server = await loop.create_server(
            lambda: Line(self), host, port, backlog=self.limits.backlog, reuse_address=True, **arguments
        )
        self._sweeper = loop.call_later(SWEEP, self._sweep)
        address = self._server.sockets[0].getsockname()
        return str(address[0]), int(address[1])

    async def drain(self, seconds: float) -> None:
        """Stop listening, let every conversation finish, and cut off whoever has not after ``seconds``."""
        self._draining = True
        if self._server is not None:
            self._server.close()
        for line in list(self.lines):
            if line.conversation is not None:
                line.conversation.drain()
        if self.lines:
            self._empty.clear()
            try:
                async with asyncio.timeout(seconds):
                    await self._empty.wait()
            except TimeoutError:
                log.warning("lines-cut-off", listener=self.name, lines=len(self.lines))
                for line in list(self.lines):
                    line.abort()
        if self._sweeper is not None:
            self._sweeper.cancel()

    def take_in(self, line: Line) -> bool:
        """Whether there is room for one more line from this source. A handshake may end after `drain` began:
        too late.
        """
        if self._draining:
            return False
        full = len(self.lines) >= self.limits.connections
        if full or self._sources[line.peer] >= self.limits.connections_per_source:
            log.warning("line-refused", listener=self.name, peer=line.peer, full=full)
            return False
        self.lines.add(line)
        self._sources[line.peer] += 1
        return True

    def let_go(self, line: Line) -> None:
        """Forget a line that has ended."""
        if line not in self.lines:
            return
        self.lines.remove(line)
        self._sources[line.peer] -= 1
        if not self._sources[line.peer]:
            del self._sources[line.peer]
        if not self.lines:
            self._empty.set()

    def _sweep(self) -> None:
        now = self.time()
        for line in [line for line in self.lines if line.due <= now or line.cut_off <= now]:
            if line.cut_off <= now or line.conversation is None:
                line.abort()
            else:
                line.due = inf
                line.conversation.overdue()
                line.close()
        self._sweeper = asyncio.get_running_loop().call_later(SWEEP, self._sweep)


def _keep_alive(sock: socket.socket | None, keepalive: tuple[int, int, int]) -> None:
    """TCP keepalive finds peers that are gone without a word; Linux may refuse nothing here, other sockets
    have none.
    """
    if sock is None or sock.family not in (socket.AF_INET, socket.AF_INET6):
        return
    idle, interval, probes = keepalive
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, idle)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, interval)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, probes)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, (idle + interval * probes) * 1000)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
