"""Both forms of a record that is ready for answers, as one entry of the file: MARCXML, then ISO 2709."""

from __future__ import annotations

from struct import Struct
from typing import Final

_LENGTH: Final = Struct("<I")
"""Before both: how many bytes the first has."""


def joined(xml: bytes, marc: bytes) -> bytes:
    """The entry."""
    return b"".join((_LENGTH.pack(len(xml)), xml, marc))


def xml_in(entry: bytes) -> bytes:
    """The first of the two."""
    return entry[_LENGTH.size : _LENGTH.size + _LENGTH.unpack_from(entry)[0]]


def marc_in(entry: bytes) -> bytes:
    """The second."""
    return entry[_LENGTH.size + _LENGTH.unpack_from(entry)[0] :]
