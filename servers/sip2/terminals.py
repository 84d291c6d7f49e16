"""Which terminal is on the line: found by its certificate, then by its address, then by user and password.

The rule it keeps: nothing else lets anybody in. What a certificate leaves open, the login decides, and only
among those that it left; a terminal that has addresses is nowhere else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from zoneinfo import ZoneInfo

from core.desk import CirculationDesk
from core.ports import Credentials
from protocols.sip2.codec import ErrorDetection, LimitUnit, Wire
from protocols.sip2.framing import Terminator
from servers.configuration import settings
from servers.configuration.settings import Terminal, fingerprint
from servers.lines.addresses import Network, holds, networks
from servers.lines.tls import PeerIdentity
from servers.sip2.station import Station
from servers.words.languages import Language

NOWHERE = -1
ANYWHERE = 0


class Terminals:
    """The terminals of the configuration, and how to tell them apart.

    With ``address_login`` a terminal that has addresses, and neither user and password nor a certificate, is
    known by where it comes from. ``home`` is the library's language.
    """

    def __init__(
        self,
        terminals: Iterable[Terminal],
        desk: CirculationDesk,
        credentials: Credentials,
        address_login: bool = False,
        home: Language = Language.EN,
    ) -> None:
        self._desk = desk
        self._credentials = credentials
        self._home = home
        self._by_user: dict[str, Terminal] = {}
        self._by_fingerprint: dict[str, list[Terminal]] = {}
        self._by_name: dict[str, list[Terminal]] = {}
        self._by_address: list[Terminal] = []
        self._by_terminal_name: dict[str, Terminal] = {}
        self._networks: dict[str, tuple[Network, ...]] = {}
        self.unknown = self.station(Terminal(name="unknown"))
        for terminal in terminals:
            self._by_terminal_name[terminal.name] = terminal
            self._networks[terminal.name] = networks(terminal.addresses)
            if terminal.user:
                self._by_user[terminal.user] = terminal
            if digits := fingerprint(terminal.certificate):
                self._by_fingerprint.setdefault(digits, []).append(terminal)
            elif terminal.certificate:
                self._by_name.setdefault(terminal.certificate.casefold(), []).append(terminal)
            elif address_login and terminal.addresses and not (terminal.user and terminal.password):
                self._by_address.append(terminal)

    def certified(self, identity: PeerIdentity | None, address: str = "") -> tuple[Terminal, ...] | None:
        """Those that a client certificate may stand for, to whoever comes from this address: its fingerprint
        goes before its common name, that before its other names, in any case.

        One is known by it. Among several the login must choose. An empty tuple: its terminals are not there,
        so nobody can log in beside it. None: there is no certificate that we know.
        """
        if identity is None:
            return None
        sharing = self._by_fingerprint.get(identity.fingerprint)
        for name in (identity.common_name, *identity.dns_names):
            if sharing is None and name is not None:
                sharing = self._by_name.get(name.casefold())
        return None if sharing is None else self._nearest(sharing, address)

    def by_address(self, address: str) -> Station | None:
        """The terminal that is known by its address alone: that of the smallest network, if there is one."""
        nearest = self._nearest(self._by_address, address)
        return self.station(nearest[0]) if nearest else None

    def user(self, text: str) -> str | None:
        """A login user, if it is one of ours. Any other text may be a password in the wrong field."""
        user = text.strip()
        return user if user in self._by_user else None

    async def by_login(
        self,
        user: str,
        password: str,
        certified: Sequence[Terminal] | None = None,
        location: str = "",
        address: str = "",
    ) -> Station | None:
        """The terminal of a login: one of those that the certificate left open, where it is known; at one of
        its addresses, and naming one of its locations (CP) or none, where it has them.

        An unknown user takes as long as a wrong password.
        """
        terminal = self._by_user.get(user)
        hashed = "" if terminal is None else str(terminal.password)
        known = self._credentials.known(password, hashed)
        right = await self._credentials.verify(password, hashed) if known is None else known
        if terminal is None or not right:
            return None
        if certified is not None and terminal not in certified:
            return None
        if location and terminal.locations and location not in terminal.locations:
            return None
        return None if self._nearness(terminal, address) == NOWHERE else self.station(terminal)

    @property
    def names(self) -> Collection[str]:
        """What all of them are called."""
        return self._by_terminal_name.keys()

    def named(self, name: str) -> Terminal | None:
        """The terminal of this name."""
        return self._by_terminal_name.get(name)

    def again(self, terminal: Terminal, address: str) -> Terminal | None:
        """What an earlier configuration's terminal is now, to somebody who is in already, from this address.

        None if it is gone or may not be there, or if what let it in is another password or certificate now.
        """
        now = self._by_terminal_name.get(terminal.name)
        if now is None or self._nearness(now, address) == NOWHERE:
            return None
        same = all(getattr(now, key) == getattr(terminal, key) for key in ("user", "password", "certificate"))
        return now if same else None

    def station(self, terminal: Terminal) -> Station:
        """A terminal at work; where it names no agency it stands in the first one."""
        agencies = self._desk.policy.policy.agencies
        agency = terminal.agency or (agencies[0].code if agencies else "")
        zone = terminal.time_zone
        opening = self._desk.policy.opening(agency)
        return Station(terminal, agency, self._desk, ZoneInfo(zone) if zone else opening.zone, self._home)

    def _nearest(self, terminals: Iterable[Terminal], address: str) -> tuple[Terminal, ...]:
        """Those that may come from the address, and whose network of it is the smallest."""
        near = [(self._nearness(terminal, address), terminal) for terminal in terminals]
        nearest = max((nearness for nearness, _ in near), default=NOWHERE)
        return tuple(terminal for nearness, terminal in near if nearness == nearest != NOWHERE)

    def _nearness(self, terminal: Terminal, address: str) -> int:
        """How many bits of the address the terminal's networks name; `ANYWHERE` if it has none."""
        listed = self._networks[terminal.name]
        if not listed:
            return ANYWHERE
        return max((network.prefixlen for network in listed if holds((network,), address)), default=NOWHERE)


def wire(terminal: Terminal) -> Wire:
    """How a terminal writes SIP2; the same object for terminals that write alike."""
    return _wire(
        terminal.charset,
        terminal.fallback,
        terminal.delimiter,
        terminal.terminator,
        terminal.error_detection,
        terminal.field_limit_unit,
        terminal.screen_width,
        terminal.print_width,
    )


@lru_cache(1024)
def _wire(
    charset: str,
    fallback: str,
    delimiter: str,
    terminator: settings.Terminator,
    detection: settings.ErrorDetection,
    unit: settings.LimitUnit,
    screen_width: int,
    print_width: int,
) -> Wire:
    return Wire(
        charset=charset,
        fallback_charset=fallback,
        delimiter=delimiter,
        terminator=Terminator(terminator.value),
        error_detection=ErrorDetection(detection.value),
        field_limit_unit=LimitUnit(unit.value),
        screen_width=screen_width,
        print_width=print_width,
    )
