"""The HTTPS side of a running server: its door, the fronts behind it, and how all of it changes while it
runs.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Sequence
from typing import Protocol

from msgspec.structs import replace

from servers.configuration.settings import HttpsSettings, Settings
from servers.http.application import Application
from servers.http.exchange import Route
from servers.http.service import HttpService
from servers.lines.accept import Door, Entry
from servers.lines.addresses import Address, networks
from servers.lines.limits import Limits
from servers.lines.line import LineListener

HTTP1 = ["http/1.1"]
"""What we speak, for clients that choose in the handshake (RFC 7301)."""


class Front(Protocol):
    """Who answers some of the paths. Its gates last; its routes are made anew with the settings."""

    def routes(self, settings: Settings) -> Iterable[Route]:
        """Its routes under these settings."""
        ...


class HttpsFront:
    """Listens for HTTPS at ``address``, and for HTTP without TLS at ``plain``; None: not at all."""

    def __init__(self, settings: Settings, fronts: Sequence[Front]) -> None:
        self.address: Address | None = None
        self.plain: Address | None = None
        self._fronts = fronts
        self.service = HttpService(settings.https, self._application(settings))
        self.listener = LineListener("https", line_limits(settings.https), self.service.converse)

    def open(self, context: ssl.SSLContext) -> None:
        """Listen at every door that the settings have. Raises `CannotListen`."""
        self.listener.tls = _speaking_http(context)
        for door in doors(self.service.settings):
            address = Address(*self.listener.open(door))
            if door.entry is Entry.TLS:
                self.address = address
            else:
                self.plain = address

    def take_on(self, settings: Settings, context: ssl.SSLContext) -> None:
        """Go on by these settings, from the next request and handshake on. Who is in may stay."""
        self.service.take_on(settings.https, self._application(settings))
        self.listener.tls = _speaking_http(context)
        self.listener.bear(line_limits(settings.https), doors(settings.https))

    async def drain(self, seconds: float) -> None:
        """Stop listening, let what is in work be answered, then close; after ``seconds`` all are cut off."""
        self.service.draining = True
        self.service.settle()
        await self.listener.drain(seconds)
        await self.service.stop()

    def _application(self, settings: Settings) -> Application:
        return Application(route for front in self._fronts for route in front.routes(settings))


def files_of(settings: Settings) -> HttpsSettings:
    """The HTTPS settings, with SIP2's files where they name none of their own."""
    https, sip2 = settings.https, settings.sip2
    own = https.tls_certificate
    return replace(
        https,
        tls_certificate=own or sip2.tls_certificate,
        tls_key=https.tls_key if own else sip2.tls_key,
        tls_client_ca=https.tls_client_ca or sip2.tls_client_ca,
    )


def doors(settings: HttpsSettings) -> tuple[Door, ...]:
    """Where HTTP comes in: the door of TLS, the plain one, as far as they are open."""
    proxies, plain = networks(settings.proxy_from), settings.plain
    tls = Door(settings.host, settings.port, Entry.TLS, (), proxies)
    without = Door(plain.host, plain.port, Entry.PLAIN, networks(plain.allow), proxies)
    return (*((tls,) if settings.enabled else ()), *((without,) if plain.port else ()))


def line_limits(settings: HttpsSettings) -> Limits:
    """What connections bear before and beside HTTP."""
    return Limits(
        connections=settings.connections,
        connections_per_source=settings.connections_per_source,
        handshakes=settings.handshakes,
        handshakes_per_source=settings.handshakes_per_source,
        handshake_timeout=settings.handshake_timeout,
    )


def _speaking_http(context: ssl.SSLContext) -> ssl.SSLContext:
    context.set_alpn_protocols(HTTP1)
    return context
