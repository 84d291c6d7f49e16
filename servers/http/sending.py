"""An answer as aiohttp sends it: with the headers that every answer has, and compressed where that pays."""

from __future__ import annotations

from aiohttp import web

from servers.http.exchange import HttpAnswer
from servers.http.refusals import SERVER


def response_of(answer: HttpAnswer, accepted: str, compress_from: int) -> web.Response:
    """The response. ``accepted`` is the Accept-Encoding of the request; gzip is all that we can do.

    A body that a front has compressed itself, or that is as long by chance as not, is the same to all: caches
    are told by Vary only where the answer depends on it.
    """
    headers = {
        "Server": SERVER,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
        "Content-Type": answer.content_type,
        **answer.headers,
    }
    response = web.Response(body=answer.body, status=answer.status, headers=headers)
    if len(answer.body) >= compress_from and "Content-Encoding" not in response.headers:
        response.headers["Vary"] = "Accept-Encoding"
        if takes_gzip(accepted):
            response.enable_compression(web.ContentCoding.gzip)
    return response


def takes_gzip(accepted: str) -> bool:
    """Whether Accept-Encoding names gzip, or anything, without forbidding it (RFC 9110, 12.5.3)."""
    weights = {}
    for coding in accepted.lower().split(","):
        name, _, weight = coding.partition(";")
        weights[name.strip()] = not weight or any(digit in weight for digit in "123456789")
    return weights.get("gzip", weights.get("*", False))
