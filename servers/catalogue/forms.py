"""Both forms of a record that is ready for answers, as one entry of the file: MARCXML, then ISO 2709. Or the
body that they are still to be made of.
"""

from __future__ import annotations

from struct import Struct
from typing import Final

_LENGTH: Final = Struct("<I")
"""Before both: how many bytes the first has."""

UNMADE: Final = _LENGTH.pack(0)
"""How an entry begins that is a body, and no more as yet: no MARCXML is empty."""


def joined(xml: bytes, marc: bytes) -> bytes:
    """The entry."""
    return b"".join((_LENGTH.pack(len(xml)), xml, marc))


def unmade(body: bytes) -> bytes:
    """The entry of a body; empty if there is none."""
    return UNMADE + body if body else b""


def body_in(entry: bytes) -> bytes | None:
    """The body in an entry that is nothing else; None if it is both forms."""
    return entry[_LENGTH.size :] if entry.startswith(UNMADE) else None


def xml_in(entry: bytes) -> bytes:
    """The first of the two."""
    return entry[_LENGTH.size : _LENGTH.size + _LENGTH.unpack_from(entry)[0]]


def marc_in(entry: bytes) -> bytes:
    """The second."""
    return entry[_LENGTH.size + _LENGTH.unpack_from(entry)[0] :]
