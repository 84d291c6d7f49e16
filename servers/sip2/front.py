"""The SIP2 side of a running server: its doors, its terminals, what its lines bear; and how all of it changes
while terminals go on talking.
"""

from __future__ import annotations

import ssl

from core.desk import CirculationDesk
from core.ports import Credentials
from servers.configuration.settings import Settings, Sip2Settings
from servers.lines.accept import Door, Entry
from servers.lines.addresses import Address, networks
from servers.lines.limits import Limits
from servers.lines.line import LineListener
from servers.sip2.board.gauges import TerminalState
from servers.sip2.board.suggestion import suggestion
from servers.sip2.listener import Sip2Service
from servers.sip2.terminals import Terminals
from servers.words.languages import Language, language


class Sip2Front:
    """Listens for SIP2, over TLS at ``tls``, and without TLS at ``plain`` unless that is None."""

    def __init__(self, settings: Settings, desk: CirculationDesk, credentials: Credentials) -> None:
        self.tls = Address("", 0)
        self.plain: Address | None = None
        self._desk = desk
        self._credentials = credentials
        self.service = Sip2Service(settings.sip2, self._terminals(settings), desk)
        self.listener = LineListener("sip2", line_limits(settings.sip2), self.service.converse)

    def open(self, settings: Sip2Settings, context: ssl.SSLContext) -> None:
        """Listen at every door. Raises `CannotListen`."""
        self.listener.tls = context
        self.tls, *plain = (Address(*self.listener.open(door)) for door in doors(settings))
        self.plain = plain[0] if plain else None

    def take_on(self, settings: Settings, context: ssl.SSLContext) -> None:
        """Go on by these settings. Handshakes from now on are the context's, with tickets of its own, so that
        nobody resumes what another authority vouched for. Who is in stays in: see `Sip2Conversation.renew`.
        """
        self.listener.tls = context
        self.listener.bear(line_limits(settings.sip2), doors(settings.sip2))
        self.service.take_on(settings.sip2, self._terminals(settings))
        self.listener.renew()

    def states(self) -> list[TerminalState]:
        """How every terminal is."""
        return self.service.board.states(self.service.terminals.names)

    def suggestion(self, name: str) -> str | None:
        """A profile for a terminal as it was seen; None if there is none of this name."""
        terminal = self.service.terminals.named(name)
        if terminal is None:
            return None
        gauge = self.service.board.gauge(name)
        return suggestion(terminal, gauge.habits.quirks(), gauge.messages)

    async def drain(self, seconds: float) -> None:
        """Stop listening, answer whoever asks with *offline*, and let what is in work finish."""
        self.service.draining = True
        await self.listener.drain(seconds)

    def _terminals(self, settings: Settings) -> Terminals:
        return Terminals(
            settings.terminal,
            self._desk,
            self._credentials,
            settings.sip2.address_login,
            language(settings.institution.language) or Language.EN,
        )


def doors(settings: Sip2Settings) -> tuple[Door, ...]:
    """Where SIP2 comes in: the door of TLS, then the plain one if it is open."""
    proxies, plain = networks(settings.proxy_from), settings.plain
    tls = Door(settings.host, settings.port, Entry.TLS, (), proxies)
    if not plain.port:
        return (tls,)
    return tls, Door(plain.host, plain.port, Entry.PLAIN, networks(plain.allow), proxies)


def line_limits(settings: Sip2Settings) -> Limits:
    """What a SIP2 line bears."""
    return Limits(
        connections=settings.connections,
        connections_per_source=settings.connections_per_source,
        handshakes=settings.handshakes,
        handshakes_per_source=settings.handshakes_per_source,
        answers_waiting=settings.answers_waiting,
        handshake_timeout=settings.handshake_timeout,
        shutdown_timeout=settings.ssl_shutdown_timeout,
        keepalive=settings.keepalive,
    )
