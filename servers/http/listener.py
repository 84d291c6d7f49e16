"""The door of HTTPS: who may come in is `servers.lines.accept`'s, and each connection is an `HttpLine`.

The rule it keeps: closing down is a promise kept. What is in work is answered, whoever asks meanwhile is told
to come again, and only then the silent connections are closed.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter
from collections.abc import Callable

from aiohttp import web

from servers.configuration.settings import HttpsSettings
from servers.http.application import Application
from servers.http.line import HttpLine
from servers.http.service import HttpService
from servers.lines.accept import Acceptor, Door, Peer
from servers.lines.addresses import networks
from servers.lines.crowd import Seat, Seats, Turns
from servers.lines.limits import Limits
from servers.lines.line import SWEEP
from servers.log import get_logger

log = get_logger(__name__)


def door(settings: HttpsSettings) -> Door:
    """Where HTTPS comes in."""
    return Door(settings.host, settings.port, proxies=networks(settings.proxy_from))


def limits(settings: HttpsSettings) -> Limits:
    """What connections bear before and beside HTTP."""
    return Limits(
        connections=settings.connections,
        connections_per_source=settings.connections_per_source,
        handshakes=settings.handshakes,
        handshakes_per_source=settings.handshakes_per_source,
        handshake_timeout=settings.handshake_timeout,
    )


class HttpListener:
    """Keeps the connections of HTTPS. See `servers.lines.accept.House`.

    ``answers`` counts answers by the path of their route and their status.
    """

    def __init__(self, settings: HttpsSettings, application: Application) -> None:
        self.name = "https"
        self.settings = settings
        self.limits = limits(settings)
        self.tls: ssl.SSLContext | None = None
        self.seats = Seats(settings.connections, settings.connections_per_source)
        self.handshakes = Turns(settings.handshakes, settings.handshakes_per_source)
        self.turned_away: Counter[str] = Counter()
        self.answers: Counter[tuple[str, int]] = Counter()
        self.service = HttpService(settings, application)
        self.server = web.Server(self.service.respond)
        self.lines: set[HttpLine] = set()
        self.time: Callable[[], float] = asyncio.get_running_loop().time
        self._acceptor = Acceptor(door(settings), self)
        self._sweeper: asyncio.TimerHandle | None = None
        self._changed = asyncio.Event()

    def open(self, context: ssl.SSLContext) -> tuple[str, int]:
        """Listen; returns the address in use (port 0 takes any free one). Raises `CannotListen`."""
        self.tls = context
        address = self._acceptor.open()
        self._sweeper = asyncio.get_running_loop().call_later(SWEEP, self._sweep)
        return address

    def take_on(self, settings: HttpsSettings, application: Application, context: ssl.SSLContext) -> None:
        """Go on by these settings and routes, from the next request on. Who is in may stay."""
        self.settings = self.service.settings = settings
        self.service.application = application
        self.limits = limits(settings)
        self.tls = context
        self.seats.in_all, self.seats.per_source = settings.connections, settings.connections_per_source
        self.handshakes.in_all = settings.handshakes
        self.handshakes.per_source = settings.handshakes_per_source
        self._acceptor.door = door(settings)

    def welcome(self, peer: Peer, seat: Seat) -> HttpLine:
        """A line for a connection that may come in."""
        return HttpLine(self, peer, seat)

    async def drain(self, seconds: float) -> None:
        """Stop listening, let what is in work be answered, then close; after ``seconds`` all are cut off."""
        self.service.draining = True
        await self._acceptor.close()
        try:
            async with asyncio.timeout(seconds):
                await self._until(lambda: not any(line.is_asked for line in self.lines))
                for line in list(self.lines):
                    line.leave()
                await self._until(lambda: not self.lines)
        except TimeoutError:
            log.warning("lines-cut-off", listener=self.name, lines=len(self.lines))
        for line in list(self.lines):
            line.abort()
        for task in list(self.service.in_work):
            task.cancel()
        await asyncio.gather(*self.service.in_work, return_exceptions=True)
        if self._sweeper is not None:
            self._sweeper.cancel()

    def take_in(self, line: HttpLine) -> bool:
        """Keep a line. A handshake may end after `drain` began: too late."""
        if self.service.draining:
            return False
        self.lines.add(line)
        return True

    def let_go(self, line: HttpLine) -> None:
        """Forget a line that has ended."""
        self.lines.discard(line)
        self._changed.set()

    def answered(self, path: str, status: int) -> None:
        """A request to the route of this path has its answer; empty: to none."""
        self.answers[path, status] += 1
        self._changed.set()

    async def _until(self, holds: Callable[[], bool]) -> None:
        """Wait for something that only ends of requests or connections can bring about."""
        while not holds():
            self._changed.clear()
            await self._changed.wait()

    def _sweep(self) -> None:
        now = self.time()
        for line in [line for line in self.lines if line.due <= now or line.cut_off <= now]:
            if line.cut_off <= now:
                line.abort()
            else:
                line.overdue()
        self._sweeper = asyncio.get_running_loop().call_later(SWEEP, self._sweep)
