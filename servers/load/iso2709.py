"""MARC 21 in ISO 2709: from bytes to fields, and back.

The rule it keeps: a record that can be understood in only one way is read, whatever its leader claims;
any other is refused. pymarc reads a third as many records a second, drops bytes behind damaged subfield
codes and stops at damaged leaders, so it only serves MARC-8 here (`servers.load.charset`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from msgspec import Struct

from servers.load.verdict import Unusable

LEADER = 24
ENTRY = 12
FIELD_END = b"\x1e"
RECORD_END = b"\x1d"
DELIMITER = b"\x1f"
LARGEST_FIELD = 9_999
LARGEST_RECORD = 99_999
LARGEST_FRAME = 4 * LARGEST_RECORD
"""More bytes than this without a record terminator are no MARC record, however its lengths were
miscounted.
"""

_CHUNK = 1 << 16
_BETWEEN = b" \r\n\0"

Field = tuple[bytes, bytes]
"""A tag, and what follows it up to the field terminator: indicators and subfields, or the data of a
control field.
"""


class Marc(Struct, frozen=True):
    """A record: its leader of 24 ASCII bytes, and its fields in order."""

    leader: bytes
    fields: tuple[Field, ...]

    def all(self, *tags: bytes) -> Iterator[bytes]:
        """The data of the fields with one of the tags, in the order of the record."""
        return (data for tag, data in self.fields if tag in tags)

    def first(self, tag: bytes) -> bytes:
        """The data of the first field with the tag, or nothing."""
        return next(self.all(tag), b"")


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


def unpack(frame: Frame) -> Marc:
    """The record in the frame, in its own charset. Raises `Unusable`.

    The lengths in the leader are not needed: the directory ends with the first field terminator (ISO
    2709, 4.4).
    """
    data = frame.data
    if not frame.whole:
        raise Unusable("no record terminator")
    directory_end = data.find(FIELD_END)
    if directory_end < LEADER + ENTRY:
        raise Unusable("no directory")
    directory = data[LEADER:directory_end]
    if len(directory) % ENTRY:
        raise Unusable("the directory is not made of entries of 12 bytes")
    body = data[directory_end + 1 :]
    fields = []
    for at in range(0, len(directory), ENTRY):
        tag, length, start = (
            directory[at : at + 3],
            directory[at + 3 : at + 7],
            directory[at + 7 : at + ENTRY],
        )
        if not (length.isdigit() and start.isdigit() and tag.isalnum()):
            raise Unusable(
                "a directory entry is not a tag and two numbers", _shown(directory[at : at + ENTRY])
            )
        end = int(start) + int(length) - 1
        if body[end : end + 1] != FIELD_END:
            return Marc(_leader(data), _by_terminators(directory, body))
        fields.append((tag, body[int(start) : end]))
    return Marc(_leader(data), tuple(fields))


def _by_terminators(directory: bytes, body: bytes) -> tuple[Field, ...]:
    """The fields of a record whose directory miscounts (characters for bytes, mostly): cut where they
    really end.
    """
    entries = [directory[at : at + ENTRY] for at in range(0, len(directory), ENTRY)]
    datas = body.removesuffix(FIELD_END).split(FIELD_END)
    if len(datas) != len(entries):
        raise Unusable(
            "the directory does not fit the fields", f"{len(entries)} entries, {len(datas)} fields"
        )
    if any(not entry[7:].isdigit() for entry in entries):
        raise Unusable("a directory entry is not a tag and two numbers")
    order = sorted(range(len(entries)), key=lambda index: int(entries[index][7:]))
    found = dict(zip(order, datas, strict=True))
    return tuple((entry[:3], found[index]) for index, entry in enumerate(entries))


def _leader(data: bytes) -> bytes:
    """The leader with blanks for what is no printable ASCII."""
    return bytes(byte if 0x20 <= byte < 0x7F else 0x20 for byte in data[:LEADER])


def pack(marc: Marc) -> bytes:
    """The record in ISO 2709 as MARC 21 has it, its fields being UTF-8. Raises `Unusable` if it is too
    long for that.
    """
    directory = bytearray()
    body = bytearray()
    for tag, data in marc.fields:
        length = len(data) + 1
        if length > LARGEST_FIELD:
            raise Unusable("a field is longer than ISO 2709 allows", f"{tag.decode()}: {length} bytes")
        directory += b"%b%04d%05d" % (tag, length, min(len(body), LARGEST_RECORD))
        body += data
        body += FIELD_END
    base = LEADER + len(directory) + 1
    size = base + len(body) + 1
    if size > LARGEST_RECORD:
        raise Unusable("the record is longer than ISO 2709 allows", f"{size} bytes")
    # MARC 21 leader: 09 is "a" for UTF-8, 10-11 and 20-23 are constants.
    leader = b"%05d%ba22%05d%b4500" % (size, marc.leader[5:9], base, marc.leader[17:20])
    return b"".join((leader, directory, FIELD_END, body, RECORD_END))


def subfields(data: bytes) -> list[tuple[bytes, bytes]]:
    """The subfields of a data field, code and data, in order."""
    return [(part[:1], part[1:]) for part in data.split(DELIMITER)[1:]]


def _shown(data: bytes) -> str:
    return data.decode("ascii", "backslashreplace")
