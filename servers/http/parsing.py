"""Bytes to requests: heads, pieces of bodies, ends. llhttp, through httptools, reads HTTP/1 as strictly as it
can; what it leaves to its users is looked at here.

The rule it keeps: where a request ends has one meaning (RFC 9112, 6.3). Whatever could have two is no HTTP,
and nothing behind it is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, Final
from urllib.parse import unquote

import httptools
from msgspec import Struct

from servers.http.refusals import Refusal


class Headers(Mapping[str, str]):
    """Headers by name, in any case; of one that came several times, the values with commas between."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def get(self, name: str, default: Any = None) -> Any:
        """The value, or ``default`` if there is none."""
        return self._values.get(name.lower(), default)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Headers({len(self._values)})"


class Head(Struct, frozen=True, eq=False):
    """What stands before the body; each is equal to itself alone. ``target`` is as it was sent, ``path`` and
    ``query`` are its parts, with their percent signs; ``size`` counts the bytes of the headers and ``count``
    the headers.

    ``length`` is what the head says of the body's: None if it does not, since it comes in chunks.
    ``is_coded`` tells that the body is compressed, or is on its way, ``expects`` what is to be said before it
    is sent, ``may_stay`` that the connection outlasts the answer.
    """

    method: str
    target: str
    path: str
    query: str
    version: str
    headers: Headers
    size: int
    count: int
    length: int | None
    is_coded: bool
    expects: str
    may_stay: bool

    @property
    def has_body(self) -> bool:
        """Whether anything comes behind it."""
        return self.length != 0

    @property
    def name(self) -> str:
        """The path as people read it."""
        return unquote(self.path) if "%" in self.path else self.path


Whole = tuple[Head, bytes]
"""A request that came in one piece: what stands before its body, and the body."""


class Mark(Enum):
    """What is no data: the end of a request."""

    END = 0


Event = Head | bytes | Mark | Refusal
"""What was read: a head, a piece of its body, its end; or why nothing more will be read."""

SINGLE: Final = frozenset((b"host", b"content-length", b"transfer-encoding"))
"""Headers of which two could mean two things."""

SHORT: Final = 1_024
KNOWN: Final = 4
"""The heads of a connection that are remembered: so many bytes, and so many of them."""

MOST: Final = 256
"""As many heads of requests that came in one piece are remembered for all connections."""

PRIVATE: Final = ("authorization", "proxy-authorization", "cookie")
"""Headers for which a head is not."""

ABSOLUTE: Final = re.compile(r"https?://[^/?]+(/[^?]*)?(?:\?(.*))?", re.IGNORECASE)
"""A target as proxies are sent it, which everybody must take."""


class Heads:
    """The heads of requests that came in one piece, byte for byte: what was read of one is true of its like.
    Partners that send message after message have the same few all day.
    """

    def __init__(self) -> None:
        self._known: dict[bytes, Head] = {}

    def __len__(self) -> int:
        """How many are known."""
        return len(self._known)

    def whole(self, data: bytes) -> Whole | None:
        """The request that these bytes are, if that is beyond doubt: its head is known, and its body is as
        long as that says.
        """
        end = data.find(b"\r\n\r\n") + 4
        head = self._known.get(data[:end])
        return None if head is None or len(data) - end != head.length else (head, data[end:])

    def keep(self, data: bytes, head: Head) -> None:
        """Remember a head by the bytes of its request, which are all that came, unless it is long, private,
        the last one of its connection, or without a body.
        """
        end = data.find(b"\r\n\r\n") + 4
        if not head.length or len(data) - end != head.length or end > SHORT or not head.may_stay:
            return
        if any(name in head.headers for name in PRIVATE):
            return
        if len(self._known) == MOST:
            del self._known[next(iter(self._known))]
        self._known[data[:end]] = head


class RequestReader:
    """Reads what comes on one connection. ``is_over`` tells that nothing more will be read; ``heads`` are
    those that all connections know.
    """

    def __init__(self, heads: Heads) -> None:
        self._heads = heads
        self._parser = httptools.HttpRequestParser(self)
        self._events: list[Event] = []
        self.is_over = False
        self._target = b""
        self._headers: list[tuple[bytes, bytes]] = []
        self._known: dict[tuple[Any, ...], Head] = {}
        self._is_head = False
        self._is_open = False
        self._begun = 0

    @property
    def pending(self) -> int:
        """How much has come of a head that is not whole: at least 1, if anything; that of the bytes in which
        the request before it ended is not known.
        """
        return self._begun if self._is_head else 0

    def whole(self, data: bytes) -> Whole | None:
        """The request that these bytes are, if they are one from its beginning to its end, and its head is
        known; they are then read. None: they are yet to be fed.
        """
        return None if self._is_open or self.is_over else self._heads.whole(data)

    def feed(self, data: bytes) -> list[Event]:
        """What these bytes complete. Behind a refusal nothing follows."""
        if self.is_over:
            return []
        was_open = self._is_open
        events: list[Event] = []
        self._events = events
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:  # another protocol, or a tunnel, might begin here
            self.is_over = True
            if self._is_open:
                events.append(Mark.END)
        except httptools.HttpParserError:
            self._refuse(Refusal.NOT_HTTP)
        if self._is_head:
            self._begun += 1 if events else len(data)
        if not was_open and len(events) == 3 and isinstance(head := events[0], Head) and not self._is_open:
            self._heads.keep(data, head)
        return events

    # What httptools calls

    def on_message_begin(self) -> None:
        """Something comes that is no empty line."""
        self._target, self._headers = b"", []
        self._is_head = self._is_open = True
        self._begun = 0

    def on_url(self, piece: bytes) -> None:
        """A piece of the target."""
        self._target += piece

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header; behind a body in chunks it is a trailer, of which nobody wants to know."""
        if self._is_head:
            self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._is_head = False
        head = None if self.is_over else self._read()
        if head is not None:
            self._events.append(head)
        else:
            self._refuse(Refusal.NOT_HTTP)

    def on_body(self, piece: bytes) -> None:
        """A piece of the body."""
        if not self.is_over:
            self._events.append(piece)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._is_open = False
        if not self.is_over:
            self._events.append(Mark.END)

    def _refuse(self, refusal: Refusal) -> None:
        if not self.is_over:
            self.is_over = True
            self._events.append(refusal)

    def _read(self) -> Head | None:
        """The head, None if its end, or what it asks for, is not beyond doubt. The same one comes again and
        again.
        """
        method, version = self._parser.get_method(), self._parser.get_http_version()
        sent = (method, version, self._target, *self._headers)
        head = self._known.get(sent)
        if head is None:
            head = _head(method.decode(), version, self._target, self._headers)
            if head is not None and head.size + len(head.target) <= SHORT:
                if len(self._known) == KNOWN:
                    self._known.clear()
                self._known[sent] = head
        return head


def _head(method: str, version: str, target: bytes, headers: Sequence[tuple[bytes, bytes]]) -> Head | None:
    """The head that these are, None if its end, or what it asks for, is not beyond doubt."""
    size, values = 0, dict[bytes, bytes]()
    for name, value in headers:
        size += len(name) + len(value) + 4
        lower = name.lower()
        if lower in values:
            if lower in SINGLE:
                return None
            value = values[lower] + b", " + value
        values[lower] = value
    if version not in ("1.0", "1.1") or (version == "1.1" and b"host" not in values):
        return None
    codings = [coding.strip().lower() for coding in values.get(b"transfer-encoding", b"").split(b",")]
    length: int | None = int(values.get(b"content-length", 0))
    if codings != [b""]:
        length = None
        clear = codings[-1] == b"chunked" and codings.count(b"chunked") == 1
        if not clear or version == "1.0" or b"content-length" in values:
            return None
    parts = _parts(target, method)
    if parts is None:
        return None
    connection = values.get(b"connection", b"").lower()
    stays = b"close" not in connection if version == "1.1" else b"keep-alive" in connection
    text = {name.decode(): value.decode("utf-8", "surrogateescape") for name, value in values.items()}
    return Head(
        method,
        target.decode(),
        *parts,
        version,
        Headers(text),
        size,
        len(headers),
        length,
        len(codings) > 1 or "content-encoding" in text,
        text.get("expect", "").lower(),
        stays and method != "CONNECT" and b"upgrade" not in values,
    )


def _parts(target: bytes, method: str) -> tuple[str, str] | None:
    """Path and query of a request's target (RFC 9112, 3.2); None if it is none."""
    if not target.isascii() or b"#" in target:
        return None
    text = target.decode()
    if text.startswith("/") or text == "*" or method == "CONNECT":
        path, _, query = text.partition("?")
        return path, query
    absolute = ABSOLUTE.fullmatch(text)
    return None if absolute is None else (absolute[1] or "/", absolute[2] or "")
