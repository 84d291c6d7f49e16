"""The character sets of MARC records, all made UTF-8.

The rule it keeps: the bytes decide, since leader/09 often lies. What is UTF-8 is UTF-8; MARC-8 with a
diacritic almost never is.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from protocols.marc import marc8
from protocols.marc.iso2709 import DELIMITER, Field, Marc

_Convert = Callable[[bytes], bytes]

ESCAPE = b"\x1b"
_UNICODE = ord("a")


class Charset(StrEnum):
    """What the bytes of a file of MARC records are taken for."""

    AUTO = "auto"
    UTF_8 = "utf-8"
    MARC_8 = "marc-8"
    LATIN_1 = "latin-1"


DAMAGED = "characters that are not UTF-8 were replaced by U+FFFD"


def to_utf8(marc: Marc, charset: Charset = Charset.AUTO) -> tuple[Marc, str]:
    """The record in UTF-8, and a warning or nothing. Raises `NotMarc` for escape sequences that MARC-8
    does not have.
    """
    data = b"".join(field for _, field in marc.fields)
    if data.isascii() and ESCAPE not in data:
        return marc, ""
    well_formed = _is_utf8(data)
    if charset is Charset.AUTO:
        says_unicode = marc.leader[9] == _UNICODE
        charset = Charset.UTF_8 if says_unicode or (well_formed and ESCAPE not in data) else Charset.MARC_8
    if charset is Charset.LATIN_1:
        return _mapped(marc, lambda piece: piece.decode("latin-1").encode()), ""
    if charset is Charset.MARC_8:
        return _mapped(marc, _from_marc8), ""
    if well_formed:
        return marc, ""
    return _mapped(marc, lambda piece: piece.decode(errors="replace").encode()), DAMAGED


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _from_marc8(data: bytes) -> bytes:
    """Subfield by subfield: each begins with the default sets again (MARC 21, Character Sets: MARC-8)."""
    return DELIMITER.join(_piece_from_marc8(piece) for piece in data.split(DELIMITER))


def _piece_from_marc8(piece: bytes) -> bytes:
    if piece.isascii() and ESCAPE not in piece:
        return piece
    return marc8.decode(piece).encode()


def _mapped(marc: Marc, convert: _Convert) -> Marc:
    fields: list[Field] = [
        (tag, data if data.isascii() and ESCAPE not in data else convert(data)) for tag, data in marc.fields
    ]
    return Marc(marc.leader, tuple(fields))
