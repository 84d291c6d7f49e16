"""Connections before anything is said on them: accepted, counted, looked at, and handed over.

The rule it keeps: no work before the count. A connection has its seat, and its TLS handshake its turn, before
either costs more than a socket; and whoever is turned away is named in the log, with what to do about it.
Accepting never ends by itself: where the system has nothing left to give, it waits and tries again.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections import Counter
from contextlib import suppress
from enum import StrEnum
from typing import Final, Literal, Protocol

from msgspec import Struct

from servers.lines.addresses import Network, holds, plain_address, source
from servers.lines.crowd import Full, Seat, Seats, Turns
from servers.lines.first_bytes import ENOUGH, Spoken, spoken
from servers.lines.limits import Limits
from servers.lines.proxy import ProxyProblem, header_length, read_header
from servers.log import get_logger

log = get_logger(__name__)

BACK_OFF = 1.0
"""Seconds before the next try after the system could not give us a connection."""

REMIND = 60.0
"""Seconds between two complaints about that."""

DISCARDED: Final = 65_536
"""Bytes that are taken off a connection before it is closed, so that it ends in order and not by a reset."""

NOT_TLS: Final = {
    Spoken.SIP2: (
        "sip2-plain-on-tls-port",
        "this machine speaks SIP2 without TLS: put stunnel in front of it, or open sip2.plain for it",
    ),
    Spoken.HTTP: ("http-on-tls-port", "a browser or a health check: let it check with TLS, or just connect"),
    Spoken.PROXY: (
        "proxy-header-unexpected",
        "if this is your balancer, name its address in {listener}.proxy_from",
    ),
    Spoken.OTHER: ("not-tls-on-tls-port", "nothing but TLS is spoken here"),
}
"""The event, and the advice of the listener, for each kind of peer that speaks no TLS where it should."""


HANDSHAKE: Final = "tls-handshake-failed"
NOT_ALLOWED: Final = "name its network in {listener}.plain.allow, or let it use TLS"


class Entry(StrEnum):
    """What is spoken at a door."""

    TLS = "tls"
    PLAIN = "plain"


class Door(Struct, frozen=True):
    """An address to listen on, and who may come in: everybody, unless ``allow`` names networks.

    From ``proxies`` every connection must begin with a PROXY header; from anywhere else none may.
    """

    host: str
    port: int
    entry: Entry = Entry.TLS
    allow: tuple[Network, ...] = ()
    proxies: tuple[Network, ...] = ()


class Peer(Struct, frozen=True):
    """Who is at the other end, and the common name of its certificate if a balancer has verified that."""

    host: str = ""
    port: int = 0
    common_name: str = ""


class House(Protocol):
    """Where the connections of a door go. All of it may change while the door is open.

    ``turned_away`` counts the connections that ended before they were handed over, by the event in the log.
    """

    name: str
    limits: Limits
    tls: ssl.SSLContext | None
    seats: Seats
    handshakes: Turns
    turned_away: Counter[str]

    def welcome(self, peer: Peer, seat: Seat) -> asyncio.Protocol:
        """What a connection is handed over to, which says so in the seat once the connection is made."""
        ...


class CannotListen(OSError):
    """An address that cannot be listened on; ``filename`` names it."""


class TurnedAway(Exception):
    """A connection ends before it was handed over: the event to log, and how important it is."""

    def __init__(
        self, event: str, peer: Peer, level: Literal["debug", "warning"] = "warning", **fields: object
    ) -> None:
        super().__init__(event)
        self.event = event
        self.peer = peer
        self.level = level
        self.fields = fields


class Acceptor:
    """Accepts what comes to one door, and hands over to the house what may come in."""

    def __init__(self, door: Door, house: House) -> None:
        self.door = door
        self._house = house
        self._log = log.bind(listener=house.name)
        self._sockets: list[socket.socket] = []
        self._accepting: list[asyncio.Task[None]] = []
        self._arriving: dict[asyncio.Task[None], Seat] = {}
        self._complain_from = 0.0

    def open(self) -> tuple[str, int]:
        """Listen; returns the address in use (port 0 takes any free one). Raises `CannotListen`."""
        self._sockets = listening(self.door.host, self.door.port, self._house.limits.backlog)
        loop = asyncio.get_running_loop()
        self._accepting = [loop.create_task(self._accept(sock)) for sock in self._sockets]
        name = self._sockets[0].getsockname()
        return str(name[0]), int(name[1])

    async def close(self) -> None:
        """Listen no more; connections that are not handed over yet are dropped."""
        for task in self._accepting:
            task.cancel()
        for arrival, seat in self._arriving.items():
            if not seat.handed_over:
                arrival.cancel()
        await asyncio.gather(*self._accepting, *self._arriving, return_exceptions=True)
        for sock in self._sockets:
            sock.close()

    async def _accept(self, sock: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                accepted, name = await loop.sock_accept(sock)
            except ConnectionAbortedError:  # it left before we came to it
                continue
            except OSError as error:
                await self._back_off(error)
                continue
            self._take_in(accepted, Peer(plain_address(name[0]), name[1]))

    async def _back_off(self, error: OSError) -> None:
        """Nothing can be accepted now, mostly for want of file descriptors; those who are in go on."""
        now = asyncio.get_running_loop().time()
        if now >= self._complain_from:
            self._complain_from = now + REMIND
            short = error.errno in (errno.EMFILE, errno.ENFILE)
            advice = "allow this process more open files" if short else "see to the system's resources"
            self._log.error("accept-failed", reason=error.strerror, advice=advice)
        await asyncio.sleep(BACK_OFF)

    def _take_in(self, sock: socket.socket, peer: Peer) -> None:
        """Give a connection its seat, or close it at once. A balancer's counts for whom it calls for."""
        proxied = holds(self.door.proxies, peer.host)
        seat = self._house.seats.take()
        full = seat if isinstance(seat, Full) else None if proxied else seat.claim(source(peer.host))
        if isinstance(seat, Full) or full is not None:
            self._tell(TurnedAway("line-refused", peer, limit=full))
            sock.close()
            return
        arrival = asyncio.get_running_loop().create_task(self._arrive(sock, peer, seat, proxied))
        self._arriving[arrival] = seat

        def arrived(arrival: asyncio.Task[None]) -> None:
            del self._arriving[arrival]
            _part(sock, seat)

        arrival.add_done_callback(arrived)

    async def _arrive(self, sock: socket.socket, peer: Peer, seat: Seat, proxied: bool) -> None:
        """Hand a connection over once it has shown what it is, or tell why not."""
        try:
            keep_alive(sock, self._house.limits.keepalive)
            async with asyncio.timeout(self._house.limits.handshake_timeout):
                if proxied:
                    peer = await _introduced(sock, peer, seat)
                if self.door.allow and not holds(self.door.allow, peer.host):
                    raise TurnedAway(
                        "peer-not-allowed", peer, advice=NOT_ALLOWED.format(listener=self._house.name)
                    )
                if self.door.entry is Entry.TLS:
                    await self._speaks_tls(sock, peer)
            await self._hand_over(sock, peer, seat)
        except TurnedAway as turned:
            self._tell(turned)
        except TimeoutError:
            self._tell(TurnedAway("peer-silent", peer))
        except OSError as error:
            self._tell(TurnedAway("peer-left", peer, "debug", reason=error.strerror))

    async def _hand_over(self, sock: socket.socket, peer: Peer, seat: Seat) -> None:
        loop, house = asyncio.get_running_loop(), self._house
        line = house.welcome(peer, seat)
        if self.door.entry is Entry.PLAIN:
            await loop.connect_accepted_socket(lambda: line, sock)
            return
        async with house.handshakes.turn(source(peer.host)):
            try:
                await loop.connect_accepted_socket(
                    lambda: line,
                    sock,
                    ssl=house.tls,
                    ssl_handshake_timeout=house.limits.handshake_timeout,
                    ssl_shutdown_timeout=house.limits.shutdown_timeout,
                )
            except ssl.SSLCertVerificationError as error:
                raise TurnedAway(HANDSHAKE, peer, reason=error.reason, why=error.verify_message) from error
            except ssl.SSLError as error:
                raise TurnedAway(HANDSHAKE, peer, reason=error.reason) from error
            except ConnectionAbortedError as error:  # asyncio's word for its time being over
                raise TurnedAway(HANDSHAKE, peer, reason="TIMEOUT") from error
            except OSError as error:
                raise TurnedAway(HANDSHAKE, peer, reason="PEER_LEFT") from error

    async def _speaks_tls(self, sock: socket.socket, peer: Peer) -> None:
        """Look at the first bytes, and leave them where they are."""
        first = await _received(sock, ENOUGH, socket.MSG_PEEK)
        if not first:
            raise TurnedAway("peer-left", peer, "debug")
        speaks = spoken(first)
        if speaks is not Spoken.TLS:
            event, advice = NOT_TLS[speaks]
            raise TurnedAway(event, peer, advice=advice.format(listener=self._house.name))

    def _tell(self, turned: TurnedAway) -> None:
        self._house.turned_away[turned.event] += 1
        tell = self._log.debug if turned.level == "debug" else self._log.warning
        tell(turned.event, peer=turned.peer.host, port=turned.peer.port, **turned.fields)


def listening(host: str, port: int, backlog: int) -> list[socket.socket]:
    """Sockets that listen on every address of the host, `::` on those of IPv4 too. Raises `CannotListen`."""
    sockets: list[socket.socket] = []
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, address in dict.fromkeys(found):
            sock = socket.socket(family, kind, protocol)
            sockets.append(sock)
            sock.setblocking(False)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, host != "::")
            sock.bind((address[0], port or sockets[0].getsockname()[1], *address[2:]))
            sock.listen(backlog)
    except OSError as error:
        for sock in sockets:
            sock.close()
        raise CannotListen(error.errno, error.strerror, f"{host}:{port}") from error
    return sockets


def keep_alive(sock: socket.socket, keepalive: tuple[int, int, int]) -> None:
    """Let TCP find out about peers that are gone without a word, and send answers without delay."""
    idle, interval, probes = keepalive
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, idle)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, interval)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, probes)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, (idle + interval * probes) * 1000)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _claim(seat: Seat, peer: Peer) -> None:
    full = seat.claim(source(peer.host))
    if full is not None:
        raise TurnedAway("line-refused", peer, limit=full)


async def _introduced(sock: socket.socket, balancer: Peer, seat: Seat) -> Peer:
    """For whom the balancer calls; itself, if it does not say. Takes the PROXY header off the connection."""
    data = b""
    try:
        while len(data) < (length := header_length(data)):
            received = await _received(sock, length - len(data))
            if not received:
                raise TurnedAway("peer-left", balancer, "debug")
            data += received
        proxied = read_header(data)
    except ProxyProblem as problem:
        raise TurnedAway("proxy-header-refused", balancer, fault=problem.fault) from problem
    if not proxied.host:
        return balancer
    peer = Peer(plain_address(proxied.host), proxied.port, proxied.common_name)
    _claim(seat, peer)
    return peer


async def _received(sock: socket.socket, size: int, flags: int = 0) -> bytes:
    """The next bytes of a connection that nobody reads yet; none at its end."""
    while True:
        try:
            return sock.recv(size, flags)
        except BlockingIOError:
            await _readable(sock)


async def _readable(sock: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(sock.fileno(), readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(sock.fileno())


def _part(sock: socket.socket, seat: Seat) -> None:
    """End a connection, if it was not handed over: in order, without a word. Nothing is left of it."""
    if seat.handed_over:
        return
    seat.leave()
    with suppress(OSError):
        sock.recv(DISCARDED, socket.MSG_DONTWAIT)
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
    sock.close()
