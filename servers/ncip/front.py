"""NCIP straight over TCP in a running server: its doors, what its lines bear, and how all of it changes."""

from __future__ import annotations

import ssl

from servers.configuration.settings import NcipTcpSettings
from servers.lines.accept import Door, Entry
from servers.lines.addresses import Address, networks
from servers.lines.limits import Limits
from servers.lines.line import LineListener
from servers.ncip.listener import NcipTcpService
from servers.ncip.responder import NcipResponder


class NcipTcpFront:
    """Listens for NCIP over TLS at ``tls`` and without TLS at ``plain``; None: not at all."""

    def __init__(self, settings: NcipTcpSettings, responder: NcipResponder) -> None:
        self.tls: Address | None = None
        self.plain: Address | None = None
        self.service = NcipTcpService(settings, responder)
        self.listener = LineListener("ncip_tcp", line_limits(settings), self.service.converse)

    def open(self, context: ssl.SSLContext) -> None:
        """Listen at every door that the settings have. Raises `CannotListen`."""
        self.listener.tls = context
        for door in doors(self.service.settings):
            address = Address(*self.listener.open(door))
            if door.entry is Entry.TLS:
                self.tls = address
            else:
                self.plain = address

    def take_on(self, settings: NcipTcpSettings, context: ssl.SSLContext) -> None:
        """Go on by these settings, from the next message and handshake on. Who is in stays in."""
        self.listener.tls = context
        self.listener.bear(line_limits(settings), doors(settings))
        self.service.settings = settings

    async def drain(self, seconds: float) -> None:
        """Stop listening, and let what is in work be answered."""
        await self.listener.drain(seconds)


def doors(settings: NcipTcpSettings) -> tuple[Door, ...]:
    """Where NCIP comes in without HTTP: the door of TLS, the plain one, as far as they are open."""
    proxies, plain = networks(settings.proxy_from), settings.plain
    tls = Door(settings.host, settings.port, Entry.TLS, (), proxies)
    without = Door(plain.host, plain.port, Entry.PLAIN, networks(plain.allow), proxies)
    return (*((tls,) if settings.enabled else ()), *((without,) if plain.port else ()))


def line_limits(settings: NcipTcpSettings) -> Limits:
    """What a line of NCIP bears."""
    return Limits(
        connections=settings.connections,
        connections_per_source=settings.connections_per_source,
        handshakes=settings.handshakes,
        handshakes_per_source=settings.handshakes_per_source,
        answers_waiting=settings.answers_waiting,
        handshake_timeout=settings.handshake_timeout,
    )
