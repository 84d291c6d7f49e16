"""TCP conversations with their limits: how long, how much may wait. What is said is the conversation's
business, and who may come in is `servers.lines.accept`'s.

A `Line` is one connection. It hands received bytes to its `Conversation`, and keeps every limit that a peer
could strain: a moment by which something must have happened (`Line.due`), and answers that the peer does not
read. Deadlines are checked once a second for all lines together, so a message costs no timer.

Lines are heard in rounds: what came on all of them in one turn of the loop is taken in first, then worked
through, and then the answers are sent. TLS, the system's network and our own code would else drive each other
out of the processor's caches with every message, which costs more than half as much again.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter, deque
from collections.abc import Callable, Sequence
from math import inf
from typing import Protocol, cast

from servers.lines.accept import Acceptor, Door, Peer
from servers.lines.crowd import Seat, Seats, Turns
from servers.lines.limits import Limits
from servers.log import get_logger

log = get_logger(__name__)

SWEEP = 1.0
"""Seconds between two looks at the deadlines."""


class Conversation(Protocol):
    """What is said on one line."""

    def received(self, data: bytes) -> None:
        """Bytes came. Answers go to `Line.write`."""

    def overdue(self) -> None:
        """`Line.due` has passed. A last word may be written; the line closes after it."""

    def renew(self) -> None:
        """The settings have changed: go on by the new ones as soon as that does no harm."""

    def drain(self) -> None:
        """The server is closing down: answer what was asked, then call `Line.close`."""

    def ended(self) -> None:
        """The line is gone; nothing can be written any more."""


class Line(asyncio.Protocol):
    """One TCP connection. ``due`` is the loop time at which `Conversation.overdue` is called, ``cut_off`` the
    one at which a peer that does not let us write or close is left. ``vouched`` is the common name
    for which a balancer vouches, empty: none.
    """

    __slots__ = (
        "_go_on",
        "_held",
        "_listener",
        "_out",
        "_seat",
        "_transport",
        "_unread",
        "conversation",
        "cut_off",
        "due",
        "peer",
        "vouched",
    )

    def __init__(self, listener: LineListener, peer: Peer, seat: Seat) -> None:
        self._listener = listener
        self._seat = seat
        self._transport: asyncio.Transport | None = None
        self._out = b""
        self.conversation: Conversation | None = None
        self._held = False
        self._unread = False
        self._go_on: Callable[[], None] | None = None
        self.due = inf
        self.cut_off = inf
        self.peer = peer.host
        self.vouched = peer.common_name

    @property
    def ssl_object(self) -> ssl.SSLObject | None:
        """The TLS session of the line, if it has one."""
        transport = self._transport
        return None if transport is None else transport.get_extra_info("ssl_object")

    def within(self, seconds: float) -> None:
        """Something must have happened ``seconds`` from now; 0 takes the limit away."""
        self.due = self._listener.time() + seconds if seconds else inf

    def write(self, data: bytes) -> None:
        """Send bytes at the end of the round, in one piece. After the end of the line they are dropped."""
        if self._out:
            self._out += data
        elif self._transport is not None:
            self._out = data
            self._listener.has_written(self)

    def flush(self) -> None:
        """Send what was written."""
        out, self._out = self._out, b""
        if out and self._transport is not None:
            self._transport.write(out)

    def when_read(self, go_on: Callable[[], None]) -> bool:
        """If answers wait for the peer to read them, call this once when it has; whether they do."""
        if self._unread:
            self._go_on = go_on
        return self._unread

    def hold(self, held: bool) -> None:
        """Stop reading while ``held``: the conversation has enough to do."""
        if held != self._held:
            self._held = held
            self._read_or_not()

    def close(self) -> None:
        """Send what is waiting, then close."""
        if self._transport is not None and not self._transport.is_closing():
            self.cut_off = self._listener.time() + self._listener.limits.shutdown_timeout
            self.flush()
            self._transport.close()

    def abort(self) -> None:
        """Close at once; what is waiting is lost."""
        if self._transport is not None:
            self._transport.abort()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin the conversation, unless the server is closing down meanwhile."""
        self._transport = cast("asyncio.Transport", transport)
        self._seat.handed_over = True
        if not self._listener.take_in(self):
            self._transport.abort()
            self._transport = None
            return
        self._transport.set_write_buffer_limits(high=self._listener.limits.answers_waiting)
        self.conversation = self._listener.converse(self)

    def data_received(self, data: bytes) -> None:
        """Keep bytes for the round."""
        self._listener.came(self, data)

    def hear(self, data: bytes) -> None:
        """Hand bytes on, if the line is not gone meanwhile. A mistake of ours ends it."""
        if self.conversation is None:
            return
        try:
            self.conversation.received(data)
        except BaseException:
            self.abort()
            raise

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
        go_on, self._go_on = self._go_on, None
        if go_on is not None:
            go_on()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of the line."""
        self._transport = None
        self._seat.leave()
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
    """Keeps the lines of every door through which one protocol comes in. See `servers.lines.accept.House`.

    ``tls`` is the context of the handshakes to come.
    """

    def __init__(self, name: str, limits: Limits, converse: Callable[[Line], Conversation]) -> None:
        self.name = name
        self.limits = limits
        self.tls: ssl.SSLContext | None = None
        self.seats = Seats(limits.connections, limits.connections_per_source)
        self.handshakes = Turns(limits.handshakes, limits.handshakes_per_source)
        self.turned_away: Counter[str] = Counter()
        self.converse = converse
        self.lines: set[Line] = set()
        self.time: Callable[[], float] = lambda: 0.0
        self._draining = False
        self._came: deque[tuple[Line, bytes]] = deque()
        self._written: deque[Line] = deque()
        self._soon: Callable[[Callable[[], None]], object] = lambda _: None
        self._round_is_near = False
        self._acceptors: list[Acceptor] = []
        self._sweeper: asyncio.TimerHandle | None = None
        self._empty = asyncio.Event()

    def open(self, door: Door) -> tuple[str, int]:
        """Listen at a door; returns the address in use (port 0 takes any free one). Raises `CannotListen`."""
        loop = asyncio.get_running_loop()
        self.time = loop.time
        self._soon = loop.call_soon
        acceptor = Acceptor(door, self)
        address = acceptor.open()
        self._acceptors.append(acceptor)
        if self._sweeper is None:
            self._sweeper = loop.call_later(SWEEP, self._sweep)
        return address

    def came(self, line: Line, data: bytes) -> None:
        """Bytes came on a line: they are heard in the round that is near."""
        self._came.append((line, data))
        if not self._round_is_near:
            self._call_round()

    def has_written(self, line: Line) -> None:
        """There is something to be sent on a line, at the end of the round."""
        self._written.append(line)
        if not self._round_is_near:
            self._call_round()

    def bear(self, limits: Limits, doors: Sequence[Door]) -> None:
        """Keep these limits, and these rules at the doors that are open, from now on. Who is in may stay."""
        for acceptor, door in zip(self._acceptors, doors, strict=True):
            acceptor.door = door
        self.limits = limits
        self.seats.in_all, self.seats.per_source = limits.connections, limits.connections_per_source
        self.handshakes.in_all, self.handshakes.per_source = limits.handshakes, limits.handshakes_per_source

    def renew(self) -> None:
        """Tell every conversation that what it goes by has changed."""
        for line in list(self.lines):
            if line.conversation is not None:
                line.conversation.renew()

    def welcome(self, peer: Peer, seat: Seat) -> Line:
        """A line for a connection that may come in."""
        return Line(self, peer, seat)

    async def drain(self, seconds: float) -> None:
        """Stop listening, let every conversation finish, and cut off whoever has not after ``seconds``."""
        self._draining = True
        for acceptor in self._acceptors:
            await acceptor.close()
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
        """Keep a line. A handshake may end after `drain` began: too late."""
        if self._draining:
            return False
        self.lines.add(line)
        return True

    def let_go(self, line: Line) -> None:
        """Forget a line that has ended."""
        self.lines.discard(line)
        if not self.lines:
            self._empty.set()

    def _call_round(self) -> None:
        self._round_is_near = True
        self._soon(self._round)

    def _round(self) -> None:
        """Hear everything that came, then send everything that was said to it."""
        came, written = self._came, self._written
        try:
            while came:
                line, data = came.popleft()
                line.hear(data)
            while written:
                written.popleft().flush()
        finally:
            self._round_is_near = False
            if came or written:  # a mistake of ours ended this round: the others go on
                self._call_round()

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
