"""What clients, middlemen and attackers do to a finished message or request before it arrives."""

import re
from collections.abc import Callable

Shape = Callable[[bytes], bytes]


def led_by(before: bytes) -> Shape:
    """Return a shape that puts bytes before the message."""
    return lambda message: before + message


def followed_by(after: bytes) -> Shape:
    """Return a shape that puts bytes after the message."""
    return lambda message: message + after


def replacing(old: bytes, new: bytes) -> Shape:
    """Return a shape that writes something else in one place."""
    return lambda message: message.replace(old, new, 1)


def first_half(message: bytes) -> bytes:
    """Break off in the middle."""
    return message[: len(message) // 2]


def all_but_the_end(message: bytes) -> bytes:
    """Leave out the last closing tag."""
    return message[: message.rindex(b"</")]


def indented(message: bytes) -> bytes:
    """Put every element on a line of its own, as programs that print XML do."""
    return re.sub(rb">(?=<)", b">\r\n\t ", message)


def with_comments(message: bytes) -> bytes:
    """Put a comment and a processing instruction between all elements."""
    return re.sub(rb">(?=<[^/])", b"><!-- kit --><?kit here?>", message)


def again(message: bytes) -> bytes:
    """Write the message twice, one after the other."""
    return message + message


def in_chunks(request: bytes) -> bytes:
    """Send the body in chunks of ten bytes (RFC 9112, 7.1)."""
    head, _, body = request.partition(b"\r\n\r\n")
    chunks = [body[at : at + 10] for at in range(0, len(body), 10)]
    written = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    return _without_length(head) + b"\r\nTransfer-Encoding: chunked\r\n\r\n" + written + b"0\r\n\r\n"


def with_header(line: bytes) -> Shape:
    """Return a shape that adds a line to the head of a request."""
    return lambda request: request.replace(b"\r\n\r\n", b"\r\n" + line + b"\r\n\r\n", 1)


def chunked_and_measured(request: bytes) -> bytes:
    """Send a body in chunks and say how long it is, too: the two readings differ (RFC 9112, 6.3)."""
    head, _, body = request.partition(b"\r\n\r\n")
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    return head + b"\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks


def with_broken_chunks(request: bytes) -> bytes:
    """Say that a chunk is as long as no number says."""
    head, _, body = request.partition(b"\r\n\r\n")
    return _without_length(head) + b"\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n" + body + b"\r\n0\r\n\r\n"


def broken_off(request: bytes) -> bytes:
    """Send the head, and half of the body."""
    head, _, body = request.partition(b"\r\n\r\n")
    return head + b"\r\n\r\n" + first_half(body)


def _without_length(head: bytes) -> bytes:
    return re.sub(rb"\r\nContent-Length: \d+", b"", head)
