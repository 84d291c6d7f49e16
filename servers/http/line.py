"""One HTTP connection: aiohttp reads and writes it, and here is what a peer could strain it by.

The rule it keeps: every state has its moment of end. The head of a request must be whole in time, counted
from its first byte and not renewed by drips; so must a silence end, and answers be read. What a peer did not
say in HTTP is answered in our own words: nothing of what it sent comes back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from enum import Enum
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING, Final, cast

from aiohttp import http_exceptions, web

from servers.configuration.settings import LogLevel
from servers.http.exchange import Route
from servers.http.refusals import WORDS, Refusal, last_word, refused
from servers.http.sending import response_of
from servers.lines.accept import Peer
from servers.lines.addresses import source
from servers.lines.crowd import Seat
from servers.lines.tls import PeerIdentity, TlsProblem, peer_identity
from servers.log import get_logger

if TYPE_CHECKING:
    from servers.http.listener import HttpListener

log = get_logger(__name__)

END: Final = b"\r\n\r\n"
"""What ends a head (RFC 9112, 2.1)."""

NEVER: Final = 1e9
"""Seconds that aiohttp lets a connection be silent: it is we who end it."""


class Stage(Enum):
    """Where a connection is: between two requests, in a head, before or in an answer, at its end."""

    IDLE = 0
    HEAD = 1
    ASKED = 2
    IN_WORK = 3
    OVER = 4


class HttpLine(web.RequestHandler):
    """One connection. ``due`` is the loop time at which it is `overdue`, ``cut_off`` the one at which a peer
    that does not let us write or close is left. Of the request in work, ``route`` answers, and ``told`` are
    fields for the access log.
    """

    def __init__(self, listener: HttpListener, peer: Peer, seat: Seat) -> None:
        settings = listener.settings
        super().__init__(
            listener.server,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=NEVER,
            tcp_keepalive=False,
            access_log=None,  # type: ignore[arg-type] # it is optional, whatever its type says
            # The true limits are those of `servers.http.reading`; these only bound what is kept until then.
            max_line_size=settings.head_limit,
            max_field_size=settings.head_limit,
            max_headers=settings.head_limit,
            lingering_time=listener.limits.shutdown_timeout,
            auto_decompress=False,
        )
        self._listener = listener
        self._seat = seat
        self._wire: asyncio.Transport | None = None
        self._head = 0
        self._tail = b""
        self._begun = 0.0
        self._left = settings.requests_per_connection
        self.peer = peer
        self.source = source(peer.host)
        self.route: Route | None = None
        self.told: Mapping[str, object] = {}
        self.stage = Stage.IDLE
        self.due = inf
        self.cut_off = inf

    @cached_property
    def identity(self) -> PeerIdentity | None:
        """Who the peer proved to be, or for whom a balancer vouches."""
        if self.peer.common_name:
            return PeerIdentity(self.peer.common_name, (), "")
        session = None if self._wire is None else self._wire.get_extra_info("ssl_object")
        try:
            return None if session is None else peer_identity(session)
        except TlsProblem:
            log.warning("https-certificate-unreadable", peer=self.peer.host)
            return None

    # Requests

    def begin(self) -> None:
        """A request is whole up to its body, and is being answered."""
        self.stage = Stage.IN_WORK
        self.due = inf
        self._begun = self._listener.time()
        self._left -= 1
        self.route, self.told = None, {}

    @property
    def is_asked(self) -> bool:
        """Whether an answer is owed."""
        return self.stage in (Stage.ASKED, Stage.IN_WORK)

    @property
    def is_last(self) -> bool:
        """Whether the connection has had all its requests."""
        return self._left <= 0

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what is no HTTP, or what a front failed at. aiohttp calls this, and closes afterwards."""
        if self.stage is not Stage.IN_WORK:
            self.begin()
            refusal = _of_error(exc)
        else:
            refusal = Refusal.FAILED
            log.error("https-failed", path=self._path, peer=self.peer.host, exc_info=exc)
        answer = refused(refusal)
        self.told = answer.told
        response = response_of(answer, "", self._listener.settings.compress_from)
        response.headers["Connection"] = "close"  # aiohttp answers in HTTP/1.0, which does not say it
        response.force_close()
        return response

    def log_access(self, request: web.BaseRequest, response: web.StreamResponse, time: float | None) -> None:
        """The request is answered, or nobody is there to hear it. aiohttp calls this."""
        now, listener = self._listener.time(), self._listener
        listener.answered(self._path, response.status)
        is_quiet = self.route is not None and self.route.level is LogLevel.DEBUG
        tell = log.debug if is_quiet else log.info
        tell(
            "https-request",
            method=request.method,
            path=request.rel_url.raw_path,
            status=response.status,
            ms=round((now - self._begun) * 1000, 1),
            bytes=response.body_length,
            peer=self.peer.host,
            **self.told,
        )
        self._head, self._tail = 0, b""
        if response.keep_alive:
            self.stage, self.due = Stage.IDLE, now + listener.settings.idle_limit
        else:
            self.stage = Stage.OVER
            self.cut_off = now + 2 * listener.limits.shutdown_timeout

    @property
    def _path(self) -> str:
        """The path of the route; empty: there is none."""
        return "" if self.route is None else self.route.path

    # The end

    def overdue(self) -> None:
        """`due` has passed."""
        self._end(Refusal.SLOW_HEAD if self.stage is not Stage.IDLE else None)

    def leave(self) -> None:
        """Close between two requests."""
        self._end(None)

    def abort(self) -> None:
        """Close at once; what is waiting is lost."""
        if self._wire is not None:
            self._wire.abort()

    def _end(self, refusal: Refusal | None) -> None:
        self.stage, self.due = Stage.OVER, inf
        self.cut_off = self._listener.time() + self._listener.limits.shutdown_timeout
        if refusal is not None and self._wire is not None:
            log.info("https-refused", refused=refusal, peer=self.peer.host)
            self._listener.answered("", WORDS[refusal][0])
            self._wire.write(last_word(refusal))
        self.force_close()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, unless the server is closing down meanwhile."""
        self._wire = cast("asyncio.Transport", transport)
        self._seat.handed_over = True
        if not self._listener.take_in(self):
            self._wire.abort()
            return
        self._wire.set_write_buffer_limits(high=self._listener.limits.answers_waiting)
        self.due = self._listener.time() + self._listener.settings.head_deadline
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Watch for the end of the head, and hand bytes on."""
        if self.stage in (Stage.IDLE, Stage.HEAD):
            self._watch(data)
        super().data_received(data)

    def pause_writing(self) -> None:
        """The peer does not read its answer: it has not for ever to do so."""
        super().pause_writing()
        self.cut_off = self._listener.time() + self._listener.limits.unread_seconds

    def resume_writing(self) -> None:
        """The peer reads again."""
        super().resume_writing()
        if self.stage is not Stage.OVER:
            self.cut_off = inf

    def connection_lost(self, exc: BaseException | None) -> None:
        """Let go of everything. What is being answered goes on: what it records stays recorded."""
        super().connection_lost(exc)
        self._wire = None
        self._seat.leave()
        self._listener.let_go(self)

    def _watch(self, data: bytes) -> None:
        if self.stage is Stage.IDLE:
            self.stage = Stage.HEAD
            self.due = min(self.due, self._listener.time() + self._listener.settings.head_deadline)
        seen = self._tail + data
        if END in seen:
            self.stage = Stage.ASKED
            return
        self._head += len(data)
        self._tail = seen[1 - len(END) :]
        if self._head > self._listener.settings.head_limit:
            self._end(Refusal.LONG_HEAD)


def _of_error(error: BaseException | None) -> Refusal:
    """What aiohttp's parser found wrong with a request, as a refusal."""
    return Refusal.LONG_HEAD if isinstance(error, http_exceptions.LineTooLong) else Refusal.NOT_HTTP
