"""Every ground on which the listener itself refuses a request, with its status and a sentence that says what
to do. What a front refuses, it says in words of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus
from typing import Final

from servers.http.exchange import TEXT, HttpAnswer, Route

SERVER: Final = "circdesk"
"""What we say of ourselves (RFC 9110, 10.2.4): no version, which helps nobody but attackers."""


class Refusal(StrEnum):
    """Why a request is not answered."""

    NOT_HTTP = "not-http"
    BROKEN_BODY = "broken-body"
    NOT_ALLOWED = "not-allowed"
    NOTHING_HERE = "nothing-here"
    METHOD = "method"
    SLOW_HEAD = "slow-head"
    SLOW_BODY = "slow-body"
    LONG_BODY = "long-body"
    LONG_ADDRESS = "long-address"
    MEDIA_TYPE = "media-type"
    COMPRESSED = "compressed"
    EXPECTATION = "expectation"
    TOO_OFTEN = "too-often"
    LONG_HEAD = "long-head"
    FAILED = "failed"
    BUSY = "busy"
    SLOW_ANSWER = "slow-answer"
    DRAINING = "draining"


WORDS: Final[Mapping[Refusal, tuple[HTTPStatus, str]]] = {
    Refusal.NOT_HTTP: (HTTPStatus.BAD_REQUEST, "This is no HTTP/1.1 request. Speak HTTP/1.1 here."),
    Refusal.BROKEN_BODY: (
        HTTPStatus.BAD_REQUEST,
        "The body is not as its headers say. Send it again, whole.",
    ),
    Refusal.NOT_ALLOWED: (
        HTTPStatus.FORBIDDEN,
        "This is not for your network. Whoever runs the server can name it in the configuration.",
    ),
    Refusal.NOTHING_HERE: (
        HTTPStatus.NOT_FOUND,
        "There is nothing at this path. See to its spelling and case.",
    ),
    Refusal.METHOD: (
        HTTPStatus.METHOD_NOT_ALLOWED,
        "This method is not for this path. Use one that Allow names.",
    ),
    Refusal.SLOW_HEAD: (
        HTTPStatus.REQUEST_TIMEOUT,
        "The request took too long to come. Send it again, at once.",
    ),
    Refusal.SLOW_BODY: (
        HTTPStatus.REQUEST_TIMEOUT,
        "The body took too long to come. Send it again, at once.",
    ),
    Refusal.LONG_BODY: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too long. Send less at a time."),
    Refusal.LONG_ADDRESS: (
        HTTPStatus.REQUEST_URI_TOO_LONG,
        "The address is too long. Use POST, or ask for less.",
    ),
    Refusal.MEDIA_TYPE: (
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "This Content-Type is not taken here. Send one that Accept names.",
    ),
    Refusal.COMPRESSED: (
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "Bodies with a Content-Encoding are not taken. Send it as it is.",
    ),
    Refusal.EXPECTATION: (
        HTTPStatus.EXPECTATION_FAILED,
        "Expect may only be 100-continue here. Leave it out.",
    ),
    Refusal.TOO_OFTEN: (
        HTTPStatus.TOO_MANY_REQUESTS,
        "Too many requests come from your address. Wait as long as Retry-After says.",
    ),
    Refusal.LONG_HEAD: (
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
        "The headers are too long or too many. Send fewer.",
    ),
    Refusal.FAILED: (
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "Something went wrong here, and is in the log. Tell whoever runs the server when it was.",
    ),
    Refusal.BUSY: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Too much is asked just now. Wait as long as Retry-After says.",
    ),
    Refusal.SLOW_ANSWER: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The answer took too long. Ask again after as many seconds as Retry-After says.",
    ),
    Refusal.DRAINING: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "This server is closing down. Ask again after as many seconds as Retry-After says.",
    ),
}


def refused(refusal: Refusal, **headers: str) -> HttpAnswer:
    """The answer; of a header's name the underscores are hyphens."""
    status, sentence = WORDS[refusal]
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        named.setdefault("Retry-After", "1")
    return HttpAnswer(f"{sentence}\n".encode(), TEXT, status, named, {"refused": refusal})


def refused_by(route: Route, refusal: Refusal, **headers: str) -> HttpAnswer:
    """The answer, in the words of the front that the request was for."""
    answer = refused(refusal, **headers)
    return answer if route.dress is None else route.dress(answer)


def last_word(refusal: Refusal) -> bytes:
    """The answer as bytes, for a peer whose request has not become one; the connection ends with it."""
    status, sentence = WORDS[refusal]
    body = f"{sentence}\n".encode()
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}",
        f"Content-Type: {TEXT}",
        f"Content-Length: {len(body)}",
        f"Server: {SERVER}",
        "Connection: close",
        "\r\n",
    )
    return "\r\n".join(head).encode() + body
