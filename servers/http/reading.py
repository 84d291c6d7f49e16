"""What a request must be like before a front is asked: its head as short, and its body as small, as promised.

The rule it keeps: measured before it is read. A body that says it is too long is not read at all, and one
that does not say is read no further than it may be.
"""

from __future__ import annotations

import asyncio

from aiohttp import HttpVersion11, StreamReader, web

from servers.configuration.settings import HttpsSettings
from servers.http.exchange import Route
from servers.http.refusals import Refusal


def head_fault(request: web.BaseRequest, settings: HttpsSettings) -> Refusal | None:
    """What is wrong with the head's size."""
    if len(request.path_qs) > settings.line_limit:
        return Refusal.LONG_ADDRESS
    headers = request.raw_headers
    size = sum(len(name) + len(value) for name, value in headers)
    if len(headers) > settings.header_limit or size + 4 * len(headers) > settings.head_limit:
        return Refusal.LONG_HEAD
    return None


def body_fault(request: web.BaseRequest, route: Route) -> Refusal | None:
    """What is wrong with what the head says of the body."""
    if not request.body_exists:
        return None
    coded = request.headers.get("Transfer-Encoding", "chunked").lower() != "chunked"
    if coded or "Content-Encoding" in request.headers:
        return Refusal.COMPRESSED
    if request.content_length is not None and request.content_length > route.body:
        return Refusal.LONG_BODY
    if route.takes and request.content_type not in route.takes:
        return Refusal.MEDIA_TYPE
    if request.headers.get("Expect", "100-continue").lower() != "100-continue":
        return Refusal.EXPECTATION
    return None


async def body_of(request: web.BaseRequest, limit: int, deadline: float) -> bytes | Refusal:
    """The body, once it is whole; whoever wants to hear first that it is welcome is told so."""
    if not request.body_exists:
        return b""
    if "Expect" in request.headers and request.version >= HttpVersion11:
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # RFC 9110, 15.2: the answer itself has not begun
    try:
        if request.content.is_eof():  # it came with its head, as most do: no timer is needed
            return await _read(request.content, limit)
        async with asyncio.timeout(deadline):
            return await _read(request.content, limit)
    except TimeoutError:
        return Refusal.SLOW_BODY
    except (web.RequestPayloadError, ConnectionError):
        return Refusal.BROKEN_BODY


async def _read(content: StreamReader, limit: int) -> bytes | Refusal:
    body = bytearray()
    while chunk := await content.readany():
        body += chunk
        if len(body) > limit:
            return Refusal.LONG_BODY
    return bytes(body)
