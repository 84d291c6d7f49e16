"""What a request must be like before a front is asked: its head as short, and its body as small, as promised.

The rule it keeps: measured before it is read. A body that says it is too long is not read at all.
"""

from __future__ import annotations

from typing import Final

from servers.configuration.settings import HttpsSettings
from servers.http.exchange import Route
from servers.http.parsing import Head
from servers.http.refusals import Refusal

CONTINUE: Final = "100-continue"
"""The only thing to expect (RFC 9110, 10.1.1)."""


def head_fault(head: Head, settings: HttpsSettings) -> Refusal | None:
    """What is wrong with the head's size."""
    if len(head.target) > settings.line_limit:
        return Refusal.LONG_ADDRESS
    if head.count > settings.header_limit or head.size > settings.head_limit:
        return Refusal.LONG_HEAD
    return None


def body_fault(head: Head, route: Route) -> Refusal | None:
    """What is wrong with what the head says of the body."""
    if not head.has_body:
        return None
    if head.is_coded:
        return Refusal.COMPRESSED
    if head.length is not None and head.length > route.body:
        return Refusal.LONG_BODY
    if route.takes and media_type(head) not in route.takes:
        return Refusal.MEDIA_TYPE
    if head.expects and head.expects != CONTINUE:
        return Refusal.EXPECTATION
    return None


def media_type(head: Head) -> str:
    """The media type of the body, without its parameters."""
    content_type: str = head.headers.get("Content-Type", "")
    return content_type.partition(";")[0].strip().lower()
