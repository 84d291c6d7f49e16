"""A file of ISO 2709 records, cut into the bytes of each.

The rule it keeps: one broken record never costs the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from msgspec import Struct

from protocols.marc.iso2709 import LARGEST_RECORD, RECORD_END

LARGEST_FRAME = 4 * LARGEST_RECORD
"""More bytes than this without a record terminator are no MARC record, however its lengths were
miscounted.
"""

_CHUNK = 1 << 16
_BETWEEN = b" \r\n\0"


class Frame(Struct, frozen=True):
    """The bytes up to a record terminator, without it, and where they begin. ``whole``: the terminator
    was there.
    """

    offset: int
    data: bytes
    whole: bool = True


def frames(stream: BinaryIO) -> Iterator[Frame]:
    """Cut the stream at record terminators, so that one broken record never costs the next. Memory
    stays bounded.
    """
    buffer = bytearray()
    offset = 0
    while chunk := stream.read(_CHUNK):
        buffer += chunk
        start = 0
        while (end := buffer.find(RECORD_END, start)) >= 0:
            yield _frame(buffer[start:end], offset + start)
            start = end + 1
        if len(buffer) - start > LARGEST_FRAME:
            yield Frame(offset + start, bytes(buffer[start:]), whole=False)
            start = len(buffer)
        del buffer[:start]
        offset += start
    if buffer.strip(_BETWEEN):
        last = _frame(buffer, offset)
        yield Frame(last.offset, last.data, whole=False)


def _frame(data: bytearray, offset: int) -> Frame:
    """Without the line ends that some systems put between records."""
    record = data.lstrip(_BETWEEN)
    return Frame(offset + len(data) - len(record), bytes(record))
