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
    kind = "" if answer.status in BODILESS else answer.content_type
    opening = _opening if answer.headers else _usual_opening
    opened = opening(int(time.time()), head.version, answer.status, kind, closes, answer.headers or None)
    body = b"" if head.method == "HEAD" else answer.body
    return b"%bContent-Length: %d\r\n\r\n%b" % (opened, len(answer.body), body) if kind else opened + b"\r\n"


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


def _opening(
    second: int, version: str, status: int, kind: str, closes: bool, headers: Mapping[str, str] | None
) -> bytes:
    """All that stands before the length of the body, whose media type is ``kind``; empty: there is none."""
    lines = {"Server": SERVER, "Date": _date(second), **ALWAYS, **(headers or {})}
    if kind:
        lines["Content-Type"] = kind
    if closes:
        lines["Connection"] = "close"
    elif version == "1.0":
        lines["Connection"] = "keep-alive"
    told = "".join([f"{name}: {value}\r\n" for name, value in lines.items()])
    return f"HTTP/{version} {int(status)} {HTTPStatus(status).phrase}\r\n{told}".encode()


_usual_opening: Final = lru_cache(maxsize=64)(_opening)
"""That of answers without headers of their own, which are the same for a second."""


@lru_cache(maxsize=4)
def _date(second: int) -> str:
    """A moment as HTTP has it (RFC 9110, 5.6.7)."""
    return formatdate(second, usegmt=True)
