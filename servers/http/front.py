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
from servers.http.listener import HttpListener
from servers.lines.addresses import Address

HTTP1 = ["http/1.1"]
"""What we speak, for clients that choose in the handshake (RFC 7301)."""


class Front(Protocol):
    """Who answers some of the paths. Its gates last; its routes are made anew with the settings."""

    def routes(self, settings: Settings) -> Iterable[Route]:
        """Its routes under these settings."""
        ...


class HttpsFront:
    """Listens for HTTPS at ``address``; None: not at all."""

    def __init__(self, settings: Settings, fronts: Sequence[Front]) -> None:
        self.address: Address | None = None
        self._fronts = fronts
        self.listener = HttpListener(settings.https, self._application(settings))

    def open(self, context: ssl.SSLContext) -> None:
        """Listen, if the settings ask for it. Raises `CannotListen`."""
        if self.listener.settings.enabled:
            self.address = Address(*self.listener.open(_speaking_http(context)))

    def take_on(self, settings: Settings, context: ssl.SSLContext) -> None:
        """Go on by these settings, from the next request and handshake on."""
        self.listener.take_on(settings.https, self._application(settings), _speaking_http(context))

    async def drain(self, seconds: float) -> None:
        """Stop listening, and let what is in work finish."""
        await self.listener.drain(seconds)

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


def _speaking_http(context: ssl.SSLContext) -> ssl.SSLContext:
    context.set_alpn_protocols(HTTP1)
    return context
