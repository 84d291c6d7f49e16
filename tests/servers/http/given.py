"""An HTTPS listener with a few routes on loopback, and those who talk to it: bytes over TLS, as they come."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import trustme

from core.journal import Settled, UnitOfWork
from servers.configuration.settings import HttpsSettings, Settings
from servers.http.exchange import HttpAnswer, HttpRequest, Route, said
from servers.http.front import HttpsFront
from servers.http.limits import Gate, bounds_of
from servers.settling import Pending
from servers.settling import said as said_in_time

PATIENCE = 10.0
"""Seconds after which what should have happened has not."""

AUTHORITY = trustme.CA()
Client = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Reply(NamedTuple):
    """An answer as it came over the wire."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Place:
    """What answers in a `Scene`: it echoes, waits until it is let go, or fails."""

    def __init__(self) -> None:
        self.asked: list[HttpRequest] = []
        self.waiting = asyncio.Event()
        self.go = asyncio.Event()
        self.is_open = True
        self.unit = work()

    async def echo(self, request: HttpRequest) -> HttpAnswer:
        """Who asked, and what."""
        self.asked.append(request)
        return HttpAnswer(request.body or b"nothing", headers={"Peer": request.peer})

    def now(self, request: HttpRequest) -> HttpAnswer:
        """At once."""
        return HttpAnswer(request.body or b"now")

    def fail_now(self, request: HttpRequest) -> HttpAnswer:
        """Our own mistake, at once."""
        raise LookupError("CanaryWord")

    async def wait(self, request: HttpRequest) -> HttpAnswer:
        """Not yet."""
        self.waiting.set()
        await self.go.wait()
        return said("at last")

    async def fail(self, request: HttpRequest) -> HttpAnswer:
        """Our own mistake."""
        raise LookupError("CanaryWord")

    def promise(self, request: HttpRequest) -> Pending[HttpAnswer]:
        """Once the unit of work has ended; if it was undone, once another one has."""
        self.waiting.set()

        def otherwise(how: Settled) -> HttpAnswer | Pending[HttpAnswer]:
            if how is Settled.UNKNOWN:
                raise LookupError("CanaryWord")
            self.unit = work()
            return Pending(self.unit, durable, otherwise)

        durable = HttpAnswer(request.body or b"durable")
        return Pending(self.unit, durable, otherwise)

    def odd(self, request: HttpRequest) -> Pending[HttpAnswer]:
        """What is durable first, and then nothing that can be said in HTTP."""
        self.waiting.set()
        answer = HttpAnswer(b"odd", status=799)
        return Pending(self.unit, answer, lambda how: answer)

    async def late(self, request: HttpRequest) -> HttpAnswer:
        """Something that a front waits for itself is late."""
        raise TimeoutError("CanaryWord")

    def routes(self, settings: Settings) -> Iterable[Route]:
        """All of them at one gate, unless the place is closed."""
        if not self.is_open:
            return
        gate, bounds = Gate(), bounds_of(settings.https)

        def route(method: str, path: str, handler: Any, **more: Any) -> Route:
            return Route(method=method, path=path, handler=handler, gate=gate, bounds=bounds, **more)

        yield route("GET", "/echo", self.echo)
        yield route("POST", "/echo", self.echo, body=1000)
        yield route("POST", "/xml", self.echo, body=1000, takes=frozenset({"text/xml"}))
        yield route("GET", "/of/{name}", self.echo)
        yield route("GET", "/now", self.now)
        yield route("POST", "/now", self.now, body=1000)
        yield route("GET", "/fail-now", self.fail_now)
        yield route("GET", "/wait", self.wait)
        yield route("POST", "/promise", self.promise, body=1000)
        yield route("GET", "/odd", self.odd)
        yield route("GET", "/fail", self.fail)
        yield route("GET", "/late", self.late)
        yield route("GET", "/nobody", self.echo, allow=())
        yield route("GET", "/always", self.echo, draining=True)


def work() -> UnitOfWork:
    """A unit of work on its way to the store."""
    return UnitOfWork(1, datetime(2026, 3, 2, tzinfo=UTC), "", "", (), (), ())


def serving() -> ssl.SSLContext:
    """TLS for a listener, with a certificate of its own that clients trust; it takes theirs."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("127.0.0.1").configure_cert(context)
    AUTHORITY.configure_trust(context)
    context.verify_mode = ssl.CERT_OPTIONAL
    return context


class Scene:
    """A listener, and who comes to it."""

    def __init__(self, **settings: Any) -> None:
        self.place = Place()
        self.https = HttpsSettings(**{"host": "127.0.0.1", "port": 0, "rate_per_source": 0, **settings})
        self.front = HttpsFront(Settings(https=self.https), [self.place])
        self.listener, self.service = self.front.listener, self.front.service
        self.trusting = ssl.create_default_context()
        AUTHORITY.configure_trust(self.trusting)
        self.front.open(serving())
        assert self.front.address is not None, "it listens"
        self.address = self.front.address
        self._clients: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> Scene:
        return self

    async def __aexit__(self, *error: object) -> None:
        self.place.go.set()
        for client in self._clients:
            client.transport.abort()
        await self.front.drain(PATIENCE)
        assert self.listener.seats.taken == 0, "every seat was given back"
        assert not self.service.in_work
        assert not self.service.conversations

    async def client(self, source: str = "127.0.0.1") -> Client:
        """Connect with TLS."""
        client = await asyncio.open_connection(*self.address, ssl=self.trusting, local_addr=(source, 0))
        self._clients.append(client[1])
        return client

    async def said(self, *pieces: bytes, source: str = "127.0.0.1") -> bytes:
        """All that is answered until the connection ends, to bytes that are sent one piece after another."""
        reader, writer = await self.client(source)
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        return await everything(reader)

    async def ask(
        self, path: str, *headers: str, method: str = "GET", body: bytes = b"", source: str = "127.0.0.1"
    ) -> Reply:
        """One request on a connection of its own."""
        (reply,) = replies(await self.said(asked(path, *headers, method=method, body=body), source=source))
        return reply


async def answered(route: Route, request: HttpRequest) -> HttpAnswer:
    """What the route answers, at once or later."""
    answer = route.handler(request)
    return await (said_in_time(answer) if isinstance(answer, HttpAnswer | Pending) else answer)


def asked(path: str, *headers: str, method: str = "GET", body: bytes = b"", close: bool = True) -> bytes:
    """A request as bytes."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    if close:
        lines.append("Connection: close")
    return "\r\n".join((*lines, "", "")).encode() + body


async def everything(reader: asyncio.StreamReader) -> bytes:
    """What comes until the other side closes."""
    async with asyncio.timeout(PATIENCE):
        return await reader.read()


async def reply(reader: asyncio.StreamReader) -> Reply:
    """The next answer on a connection that stays open."""
    async with asyncio.timeout(PATIENCE):
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(_headers(head).get("content-length", "0"))
        (answer,) = replies(head + await reader.readexactly(length))
        return answer


def replies(data: bytes) -> list[Reply]:
    """The answers one after another, none of them in chunks."""
    found = []
    while data:
        head, _, data = data.partition(b"\r\n\r\n")
        headers = _headers(head)
        length = int(headers.get("content-length", "0"))
        found.append(Reply(int(head.split()[1]), headers, data[:length]))
        data = data[length:]
    return found


def _headers(head: bytes) -> Mapping[str, str]:
    pairs = (line.split(":", 1) for line in head.decode().split("\r\n")[1:] if line)
    return {name.lower(): value.strip() for name, value in pairs}


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop run until the condition is true."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0)
