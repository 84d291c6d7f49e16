"""Records in ISO 2709 as they are sent to others: in UTF-8 or in MARC-8, whole or brief.

The rule it keeps: leader/09 tells the truth about the bytes behind it, and so do the lengths. What the system
they came from added about availability, and signs that only it could read, stay here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final
from unicodedata import normalize

from protocols.marc import marc8
from protocols.marc.iso2709 import Marc, pack, unpack
from protocols.marc.marcxml import LIVE

_UNSEEN: Final = re.compile("[\x80-\x84\x86-\x9f]")
"""C1: among it the marks around what is not sorted, which show as boxes elsewhere."""

_CHARSET: Final = 9
BRIEF: Final = frozenset(
    b"001 003 005 007 008 010 020 022 035 040 100 110 111 130 245 250 260 264 300 490 880".split()
)
"""The fields of a brief record: its numbers, and what identifies it to people."""


def to_be_sent(marc: Marc) -> bytes:
    """The record, whose fields are UTF-8, in ISO 2709. Raises `NotMarc` if it is too long for that."""
    fields = [(tag, data) for tag, data in marc.fields if tag not in LIVE]
    return pack(Marc(marc.leader, tuple([(tag, _each(data, _plain)) for tag, data in fields])))


def brief(data: bytes) -> bytes:
    """A record in ISO 2709 with the fields alone that tell what it is. Raises `NotMarc`."""
    marc = unpack(data)
    return pack(Marc(marc.leader, tuple([field for field in marc.fields if field[0] in BRIEF])))


def in_marc8(data: bytes) -> bytes:
    """A record in UTF-8 in ISO 2709 as one in MARC-8. Raises `NotMarc` if it grows too long for that."""
    marc = unpack(data)
    made = pack(Marc(marc.leader, tuple([(tag, _each(each, marc8.encode)) for tag, each in marc.fields])))
    return b"".join((made[:_CHARSET], b" ", made[_CHARSET + 1 :]))


def _each(data: bytes, change: Callable[[str], bytes]) -> bytes:
    return data if data.isascii() else change(data.decode("utf-8", "replace"))


def _plain(text: str) -> bytes:
    return normalize("NFC", _UNSEEN.sub("", text)).encode()
