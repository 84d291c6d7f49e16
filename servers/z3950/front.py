"""Z39.50 in a running server: its doors, what its lines bear, what it offers, and how all of it changes."""

from __future__ import annotations

import ssl
import time
from importlib.metadata import version

from core.policy_table import PolicyTable
from core.ports import Credentials
from protocols.z3950.charset import unnegotiated
from protocols.z3950.negotiation import Offer
from servers.configuration.settings import Settings, Z3950Settings, policy_of
from servers.lines.accept import Door, Entry
from servers.lines.addresses import Address, networks
from servers.lines.limits import Limits
from servers.lines.line import LineListener
from servers.lines.logins import LoginFailures
from servers.z3950 import sets
from servers.z3950.house import House
from servers.z3950.listener import Z3950Service
from servers.z3950.target import Bounds, Shared
from servers.z3950.users import Users


class Z3950Front:
    """Listens for Z39.50 at ``address``, and for the same over TLS at ``tls``; None: not at all."""

    def __init__(self, settings: Settings, house: House, credentials: Credentials) -> None:
        self.address: Address | None = None
        self.tls: Address | None = None
        self._house = house
        self._credentials = credentials
        own = settings.z3950
        self._failures = LoginFailures(
            own.login_failures_per_source, own.login_failure_window, time.monotonic
        )
        self.service = Z3950Service(own, offer(own), self._shared(settings), self._users(settings))
        self.listener = LineListener("z3950", line_limits(own), self.service.converse)

    def open(self, context: ssl.SSLContext) -> None:
        """Listen at every door that the settings have. Raises `CannotListen`."""
        self.listener.tls = context
        for door in doors(self.service.settings):
            address = Address(*self.listener.open(door))
            if door.entry is Entry.TLS:
                self.tls = address
            else:
                self.address = address

    def take_on(self, settings: Settings, context: ssl.SSLContext) -> None:
        """Go on by these settings, from the next association and handshake on. Who is in stays in."""
        own = settings.z3950
        self.listener.tls = context
        self.listener.bear(line_limits(own), doors(own))
        self._failures.most = own.login_failures_per_source
        self._failures.window = own.login_failure_window
        self.service.take_on(own, offer(own), self._shared(settings), self._users(settings))

    async def drain(self, seconds: float) -> None:
        """Stop listening, and say Close to everybody."""
        await self.listener.drain(seconds)

    def _shared(self, settings: Settings) -> Shared:
        return Shared.of(
            self._house,
            PolicyTable(policy_of(settings)),
            bounds(settings.z3950),
            has_availability=settings.z3950.availability,
        )

    def _users(self, settings: Settings) -> Users:
        return Users(settings.z3950_user, self._credentials, self._failures)


def offer(settings: Z3950Settings) -> Offer:
    """What an association can have."""
    return Offer(
        preferred_message_size=settings.message_size,
        exceptional_record_size=settings.record_size,
        unnegotiated=unnegotiated(settings.term_charset),
        implementation_id="circdesk",
        implementation_name="circdesk",
        implementation_version=version("circdesk"),
    )


def bounds(settings: Z3950Settings) -> Bounds:
    """What a target bears."""
    return Bounds(
        sets.Limits(settings.result_sets, settings.result_set_records, settings.depth),
        settings.records_limit,
        settings.terms_limit,
    )


def doors(settings: Z3950Settings) -> tuple[Door, ...]:
    """Where Z39.50 comes in: the door without TLS, as it mostly is, and that of TLS."""
    proxies, tls = networks(settings.proxy_from), settings.tls
    plain = Door(settings.host, settings.port, Entry.PLAIN, (), proxies)
    secured = Door(tls.host, tls.port, Entry.TLS, (), proxies)
    return (*((plain,) if settings.enabled else ()), *((secured,) if tls.enabled else ()))


def line_limits(settings: Z3950Settings) -> Limits:
    """What a line of Z39.50 bears."""
    return Limits(
        connections=settings.connections,
        connections_per_source=settings.connections_per_source,
        handshakes=settings.handshakes,
        handshakes_per_source=settings.handshakes_per_source,
        handshake_timeout=settings.handshake_timeout,
        answers_waiting=settings.answers_waiting,
    )
