"""What a peer speaks, told from its first bytes.

The rule it keeps: only a TLS handshake is taken for TLS (RFC 8446, 5.1: a record of type 22 whose version
begins with 3). Everything else has a name, so that whoever runs the server can be told what to do about it.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

ENOUGH: Final = 64
"""Bytes that are worth looking at."""


class Spoken(StrEnum):
    """What the first bytes are the beginning of."""

    TLS = "tls"
    SIP2 = "sip2"
    HTTP = "http"
    PROXY = "proxy"
    OTHER = "other"


_SIP2: Final = re.compile(
    rb"(?:\xff(?:[\xfb-\xfe].|[^\xfb-\xfe]))*"  # commands of telnet (RFC 854), which some machines speak
    rb"[\x00\r\n ]*"  # ends of messages that were never sent
    rb"[0-9](?:[0-9]|$)",  # two digits say which message it is
    re.DOTALL,
)
_HTTP: Final = re.compile(rb"(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|TRACE|CONNECT|PRI) ")
_PROXY: Final = (b"PROXY ", b"\r\n\r\n\x00\r\nQUIT\n")


def spoken(data: bytes) -> Spoken:
    """What the bytes are the beginning of; there must be one at least."""
    if data[0] == 0x16 and data[1:2] in (b"\x03", b""):
        return Spoken.TLS
    if data.startswith(_PROXY):
        return Spoken.PROXY
    if _SIP2.match(data):
        return Spoken.SIP2
    if _HTTP.match(data):
        return Spoken.HTTP
    return Spoken.OTHER
