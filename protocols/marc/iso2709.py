"""MARC 21 in ISO 2709: from bytes to fields, and back.

The rule it keeps: a record that can be understood in only one way is read, whatever its leader claims;
any other is refused. pymarc reads a third as many records a second, drops bytes behind damaged subfield
codes and stops at damaged leaders, so it only serves MARC-8 here (`protocols.marc.charset`).
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from protocols.marc.errors import NotMarc

LEADER = 24
ENTRY = 12
FIELD_END = b"\x1e"
RECORD_END = b"\x1d"
DELIMITER = b"\x1f"
LARGEST_FIELD = 9_999
LARGEST_RECORD = 99_999
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


def unpack(data: bytes) -> Marc:
    """The record in these bytes, with its terminator or without; in its own charset. Raises `NotMarc`.

    The lengths in the leader are not needed: the directory ends with the first field terminator (ISO
    2709, 4.4).
    """
    data = data.removesuffix(RECORD_END)
    directory_end = data.find(FIELD_END)
    if directory_end < LEADER + ENTRY:
        raise NotMarc("no directory")
    directory = data[LEADER:directory_end]
    if len(directory) % ENTRY:
        raise NotMarc("the directory is not made of entries of 12 bytes")
    body = data[directory_end + 1 :]
    fields = []
    for at in range(0, len(directory), ENTRY):
        tag, length, start = (
            directory[at : at + 3],
            directory[at + 3 : at + 7],
            directory[at + 7 : at + ENTRY],
        )
        if not (length.isdigit() and start.isdigit() and tag.isalnum()):
            raise NotMarc(
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
        raise NotMarc("the directory does not fit the fields", f"{len(entries)} entries, {len(datas)} fields")
    if any(not entry[7:].isdigit() for entry in entries):
        raise NotMarc("a directory entry is not a tag and two numbers")
    order = sorted(range(len(entries)), key=lambda index: int(entries[index][7:]))
    found = dict(zip(order, datas, strict=True))
    return tuple((entry[:3], found[index]) for index, entry in enumerate(entries))


def _leader(data: bytes) -> bytes:
    """The leader with blanks for what is no printable ASCII."""
    return bytes(byte if 0x20 <= byte < 0x7F else 0x20 for byte in data[:LEADER])


def pack(marc: Marc) -> bytes:
    """The record in ISO 2709 as MARC 21 has it, its fields being UTF-8. Raises `NotMarc` if it is too
    long for that.
    """
    directory = bytearray()
    body = bytearray()
    for tag, data in marc.fields:
        length = len(data) + 1
        if length > LARGEST_FIELD:
            raise NotMarc("a field is longer than ISO 2709 allows", f"{tag.decode()}: {length} bytes")
        directory += b"%b%04d%05d" % (tag, length, min(len(body), LARGEST_RECORD))
        body += data
        body += FIELD_END
    base = LEADER + len(directory) + 1
    size = base + len(body) + 1
    if size > LARGEST_RECORD:
        raise NotMarc("the record is longer than ISO 2709 allows", f"{size} bytes")
    # MARC 21 leader: 09 is "a" for UTF-8, 10-11 and 20-23 are constants.
    leader = b"%05d%ba22%05d%b4500" % (size, marc.leader[5:9], base, marc.leader[17:20])
    return b"".join((leader, directory, FIELD_END, body, RECORD_END))


def subfields(data: bytes) -> list[tuple[bytes, bytes]]:
    """The subfields of a data field, code and data, in order."""
    return [(part[:1], part[1:]) for part in data.split(DELIMITER)[1:]]


def _shown(data: bytes) -> str:
    return data.decode("ascii", "backslashreplace")
