"""Text in MARC-8, the older of the two character sets of MARC 21, read and written.

The rule it keeps: nothing is lost in writing. What neither ASCII nor ANSEL has becomes a numeric character
reference (`&#x4E2D;`), as the Library of Congress converts from Unicode.

Source: MARC 21 Specifications for Record Structure, Character Sets, and Exchange Media: MARC-8 Encoding
Environment, and Unicode Encoding Environment. The tables are pymarc's.
"""

import unicodedata
from collections.abc import Iterator
from typing import Final

from pymarc.marc8 import MARC8ToUnicode
from pymarc.marc8_mapping import CODESETS

from protocols.marc.errors import NotMarc

_ESCAPE: Final = b"\x1b"
_ANSEL: Final = 0x45
_BYTES: Final = {chr(point): bytes([byte]) for byte, (point, _) in CODESETS[_ANSEL].items()}
_ASCII: Final = range(0x80)


def decode(data: bytes) -> str:
    """The text, in NFC. Raises `NotMarc` for an escape sequence that MARC-8 does not have."""
    if data.isascii() and _ESCAPE not in data:
        return data.decode("ascii")
    try:
        text: str = MARC8ToUnicode(quiet=True).translate(data)  # type: ignore[no-untyped-call]
    except (IndexError, TypeError) as error:  # what pymarc raises where an escape sequence is cut short
        raise NotMarc("an escape sequence that MARC-8 does not have") from error
    return text


def encode(text: str) -> bytes:
    """The bytes: diacritics stand before their letter."""
    if text.isascii():
        return text.encode("ascii")
    return b"".join(
        [b"".join(_written(cluster)) for cluster in _clusters(unicodedata.normalize("NFD", text))]
    )


def _clusters(text: str) -> Iterator[str]:
    """A letter and the diacritics behind it, one after the other."""
    begin = 0
    for place in range(1, len(text)):
        if not unicodedata.combining(text[place]):
            yield text[begin:place]
            begin = place
    yield text[begin:]


def _written(cluster: str) -> Iterator[bytes]:
    letter, marks = cluster[0], cluster[1:]
    behind = [mark for mark in marks if mark not in _BYTES]
    for mark in marks:
        if mark in _BYTES:
            yield _BYTES[mark]
    for character in (letter, *behind):
        yield _character(character)


def _character(character: str) -> bytes:
    if ord(character) in _ASCII:
        return character.encode("ascii")
    return _BYTES.get(character) or b"&#x%04X;" % ord(character)
