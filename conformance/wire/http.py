"""HTTP/1.1 answers as this kit reads them, and requests as it writes them; the rule: nothing is put right.

Requests are plain bytes, so that a case may spoil any of them; answers are read as RFC 9112 has them.
"""

import re
from collections.abc import Mapping

from msgspec import Struct

_END_OF_HEAD = b"\r\n\r\n"
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: [^\r\n]*)?\r\n")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[^\r\n]{0,200}\r\n")
_FIRST_FINAL = 200
_WITHOUT_BODY = (204, 304)


class NotHttpError(ValueError):
    """Bytes that are no HTTP answer; the text says why."""


class HttpAnswer(Struct, frozen=True):
    """One answer: `headers` have their names in lower case, several of one name joined by commas."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def request(method: str, path: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """Return the bytes of a request; a header whose value is "" is left out."""
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items() if value)]
    return "\r\n".join((*lines, "", "")).encode("latin-1") + body


def length_of_answer(buffer: bytes, ended: bool) -> int:
    """How many bytes at the start of `buffer` are an answer, interim ones (1xx) before it included.

    0: it is not whole yet. `ended` tells that nothing more comes. Raises NotHttpError.
    """
    at = 0
    while True:
        head = _head(buffer[at:])
        if head is None:
            return 0
        status, headers, length = head
        if status >= _FIRST_FINAL:
            break
        at += length
    body = _length_of_body(buffer[at + length :], status, headers, ended)
    return 0 if body is None else at + length + body


def read(raw: bytes) -> HttpAnswer:
    """Return the answer that `length_of_answer` found whole. Raises NotHttpError."""
    while True:
        head = _head(raw)
        if head is None:
            raise NotHttpError("the head has no end")
        status, headers, length = head
        raw = raw[length:]
        if status >= _FIRST_FINAL:
            break
    chunked = headers.get("transfer-encoding", "").lower() == "chunked"
    return HttpAnswer(status, headers, _joined(raw) if chunked else raw)


def _head(buffer: bytes) -> tuple[int, dict[str, str], int] | None:
    end = buffer.find(_END_OF_HEAD)
    if end < 0:
        if buffer and not b"HTTP/1.".startswith(buffer[:7]):
            raise NotHttpError(f"{buffer[:20]!r} is no HTTP/1.1")
        return None
    status = _STATUS_LINE.match(buffer)
    if status is None:
        raise NotHttpError(f"{buffer[:20]!r} is no status line")
    headers: dict[str, str] = {}
    for line in buffer[status.end() : end].decode("latin-1").split("\r\n"):
        name, colon, value = line.partition(":")
        if line and not (colon and name.strip() == name and name):
            raise NotHttpError(f"{line[:40]!r} is no header")
        if line:
            before = f"{headers[name.lower()]}, " if name.lower() in headers else ""
            headers[name.lower()] = before + value.strip()
    return int(status[1]), headers, end + len(_END_OF_HEAD)


def _length_of_body(body: bytes, status: int, headers: Mapping[str, str], ended: bool) -> int | None:
    """How long the body is, None if it is not whole yet (RFC 9112, 6.3)."""
    if status in _WITHOUT_BODY:
        return 0
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return _length_of_chunks(body)
    told = headers.get("content-length")
    if told is None:
        return len(body) if ended else None
    if not (told.isascii() and told.isdecimal()):
        raise NotHttpError(f"Content-Length is {told!r}")
    return int(told) if len(body) >= int(told) else None


def _length_of_chunks(body: bytes) -> int | None:
    at = 0
    while True:
        size = _CHUNK_SIZE.match(body, at)
        if size is None:
            if b"\r\n" in body[at:]:
                raise NotHttpError(f"{body[at : at + 20]!r} is no chunk")
            return None
        at = size.end() + int(size[1], 16)
        if int(size[1], 16) == 0:
            end = body.find(b"\r\n", at)
            return None if end < 0 else end + 2
        if body[at : at + 2] not in (b"\r\n", b"\r", b""):
            raise NotHttpError("a chunk is longer than it says")
        at += 2
        if at > len(body):
            return None


def _joined(body: bytes) -> bytes:
    pieces, at = [], 0
    while (size := _CHUNK_SIZE.match(body, at)) and (length := int(size[1], 16)):
        pieces.append(body[size.end() : size.end() + length])
        at = size.end() + length + 2
    return b"".join(pieces)
