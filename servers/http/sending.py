"""An answer as bytes: with the headers that every answer has, and compressed where that pays."""

from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import Coroutine, Mapping
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Final

from msgspec.structs import replace

from servers.http.exchange import HttpAnswer
from servers.http.parsing import Head
from servers.http.refusals import SERVER

BODILESS: Final = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
"""What has no body, and says nothing of one (RFC 9110, 8.6)."""

ALWAYS: Final = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
"""What every answer says if it says nothing else."""

LONG: Final = 32_768
"""Bytes whose compression takes about a millisecond."""


def compressed(answer: HttpAnswer, accepted: str) -> HttpAnswer | Coroutine[Any, Any, HttpAnswer]:
    """A long answer, shorter if the client can read it so; what takes long is done beside the loop.
    ``accepted`` is its Accept-Encoding; gzip is all that we can do.

    A body that a front has compressed itself is the same to all; caches are told by Vary only where the
    answer depends on it.
    """
    if "Content-Encoding" in answer.headers:
        return answer
    headers = {**answer.headers, "Vary": "Accept-Encoding"}
    if not takes_gzip(accepted):
        return replace(answer, headers=headers)
    answer = replace(answer, headers={**headers, "Content-Encoding": "gzip"})
    return _gzipped(answer) if len(answer.body) < LONG else asyncio.to_thread(_gzipped, answer)


def response(answer: HttpAnswer, head: Head, *, closes: bool) -> bytes:
    """The answer to the request with this head."""
    beginning = _beginning(int(time.time()), head.version, answer.status)
    headers = _lines({**ALWAYS, **answer.headers}) if answer.headers else _ALWAYS_LINES
    if answer.status not in BODILESS:
        headers += f"Content-Type: {answer.content_type}\r\nContent-Length: {len(answer.body)}\r\n"
    if closes:
        headers += "Connection: close\r\n"
    elif head.version == "1.0":
        headers += "Connection: keep-alive\r\n"
    return f"{beginning}{headers}\r\n".encode() + (b"" if head.method == "HEAD" else answer.body)


def _lines(headers: Mapping[str, str]) -> str:
    return "".join([f"{name}: {value}\r\n" for name, value in headers.items()])


_ALWAYS_LINES: Final = _lines(ALWAYS)


@lru_cache(maxsize=64)
def takes_gzip(accepted: str) -> bool:
    """Whether Accept-Encoding names gzip, or anything, without forbidding it (RFC 9110, 12.5.3)."""
    weights = {}
    for coding in accepted.lower().split(","):
        name, _, weight = coding.partition(";")
        weights[name.strip()] = not weight or any(digit in weight for digit in "123456789")
    return weights.get("gzip", weights.get("*", False))


def _gzipped(answer: HttpAnswer) -> HttpAnswer:
    return replace(answer, body=gzip.compress(answer.body, 6, mtime=0))


@lru_cache(maxsize=64)
def _beginning(second: int, version: str, status: int) -> str:
    """What every answer of a second begins with; the date is as HTTP has it (RFC 9110, 5.6.7)."""
    line = f"HTTP/{version} {int(status)} {HTTPStatus(status).phrase}"
    return f"{line}\r\nServer: {SERVER}\r\nDate: {formatdate(second, usegmt=True)}\r\n"
