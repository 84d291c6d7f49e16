"""Which terminal is on the line: found by its certificate, or by login user and password. Nothing else lets
anybody in.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from zoneinfo import ZoneInfo

from core.desk import CirculationDesk
from core.ports import Credentials
from protocols.sip2.codec import ErrorDetection, Wire
from protocols.sip2.framing import Terminator
from servers.settings import Terminal, fingerprint
from servers.sip2.station import Station
from servers.tls import PeerIdentity


class Terminals:
    """The terminals of the configuration, and how to tell them apart."""

    def __init__(
        self, terminals: Iterable[Terminal], desk: CirculationDesk, credentials: Credentials
    ) -> None:
        self._desk = desk
        self._credentials = credentials
        self._by_user: dict[str, Terminal] = {}
        self._by_fingerprint: dict[str, Terminal] = {}
        self._by_name: dict[str, Terminal] = {}
        self.unknown = self.station(Terminal(name="unknown"))
        for terminal in terminals:
            if terminal.user:
                self._by_user[terminal.user] = terminal
            if digits := fingerprint(terminal.certificate):
                self._by_fingerprint[digits] = terminal
            elif terminal.certificate:
                self._by_name[terminal.certificate.casefold()] = terminal

    def by_certificate(self, identity: PeerIdentity | None) -> Station | None:
        """The terminal that a client certificate stands for: its fingerprint goes before its names, in any
        case.
        """
        if identity is None:
            return None
        terminal = self._by_fingerprint.get(identity.fingerprint)
        for name in (identity.common_name, *identity.dns_names):
            if terminal is None and name is not None:
                terminal = self._by_name.get(name.casefold())
        return None if terminal is None else self.station(terminal)

    def user(self, text: str) -> str | None:
        """A login user, if it is one of ours. Any other text may be a password in the wrong field."""
        user = text.strip()
        return user if user in self._by_user else None

    async def by_login(self, user: str, password: str, certified: Station | None) -> Station | None:
        """The terminal of a login; it must be the certificate's own where there is one.

        An unknown user takes as long as a wrong password.
        """
        terminal = self._by_user.get(user)
        hashed = "" if terminal is None else str(terminal.password)
        known = self._credentials.known(password, hashed)
        right = await self._credentials.verify(password, hashed) if known is None else known
        if terminal is None or not right:
            return None
        if certified is not None and certified.terminal is not terminal:
            return None
        return self.station(terminal)

    def station(self, terminal: Terminal) -> Station:
        """A terminal at work; where it names no agency it stands in the first one."""
        agencies = self._desk.policy.policy.agencies
        agency = terminal.agency or (agencies[0].code if agencies else "")
        zone = terminal.time_zone
        opening = self._desk.policy.opening(agency)
        return Station(terminal, agency, self._desk, ZoneInfo(zone) if zone else opening.zone)


@lru_cache(1024)
def wire(terminal: Terminal) -> Wire:
    """How a terminal writes SIP2."""
    return Wire(
        charset=terminal.charset,
        fallback_charset=terminal.fallback,
        delimiter=terminal.delimiter,
        terminator=Terminator(terminal.terminator.value),
        error_detection=ErrorDetection(terminal.error_detection.value),
    )
