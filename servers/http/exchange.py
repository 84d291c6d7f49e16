"""What a front of the HTTPS listener sees: requests, answers, and the routes by which one becomes the other.

The rule it keeps: a front has no socket. When it is asked the request is whole, as small as it must be, and
of a kind that the route takes; what it returns is sent as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from http import HTTPStatus
from typing import Any, Final

from msgspec import Struct

from servers.configuration.settings import LogLevel
from servers.http.limits import Bounds, Gate
from servers.lines.addresses import Network
from servers.lines.tls import PeerIdentity
from servers.settling import Pending

TEXT: Final = "text/plain; charset=utf-8"


class HttpRequest(Struct, frozen=True):
    """A request that is whole. ``headers`` are found in any case; ``query`` is as it was sent, with its
    percent signs; ``names`` are what stands in the path where the route has a name in braces.

    ``peer`` is the address of who asks, or for whom a balancer asks; ``identity`` what its certificate says.
    """

    method: str
    path: str
    names: Mapping[str, str]
    query: str
    headers: Mapping[str, str]
    body: bytes
    peer: str
    identity: PeerIdentity | None = None

    def __repr__(self) -> str:
        """What may be shown: secrets stand in the other fields."""
        return f"HttpRequest({self.method} {self.path})"


class HttpAnswer(Struct, frozen=True):
    """What is sent. ``told`` are fields for the line in the access log: no secrets."""

    body: bytes
    content_type: str = TEXT
    status: int = HTTPStatus.OK
    headers: Mapping[str, str] = {}
    told: Mapping[str, object] = {}

    def __post_init__(self) -> None:
        """Raises ValueError for a header in which a line ends: what follows would be another."""
        if not self.content_type.isprintable() or not "".join(self.headers.values()).isprintable():
            raise ValueError("a header with a control character in it")


Answering = HttpAnswer | Pending[HttpAnswer] | Coroutine[Any, Any, HttpAnswer]
"""What is answered at once or once something is durable, or how it comes to be. That may be cancelled at any
await, once the time for it is over.
"""

Handler = Callable[[HttpRequest], Answering]


class Route(Struct, frozen=True, kw_only=True):
    """Who answers one method at one path: ``/view/sru/{institution}`` has a name in place of a segment.

    HEAD is answered by the route of GET, and OPTIONS by itself. A body may have ``body`` bytes, and must be
    of one of the media types ``takes`` if any are named. Requests are counted at the ``gate``, which the
    routes of a front share. ``allow`` names the networks that may ask; None: everybody. ``level`` is that of
    its lines in the log. ``draining`` tells that it is answered, too, while the server closes down. ``dress``
    puts what the listener refuses into the words of the front.
    """

    method: str
    path: str
    handler: Handler
    gate: Gate
    bounds: Bounds
    body: int = 0
    takes: frozenset[str] = frozenset()
    allow: tuple[Network, ...] | None = None
    level: LogLevel = LogLevel.INFO
    draining: bool = False
    dress: Callable[[HttpAnswer], HttpAnswer] | None = None


def said(text: str, status: int = HTTPStatus.OK) -> HttpAnswer:
    """An answer in a line of plain text."""
    return HttpAnswer(f"{text}\n".encode(), TEXT, status)
