"""The character sets of an association: how its names, messages and terms are bytes.

The rule it keeps: reading never fails, for most peers say nothing of their character set, and some are wrong.
What a set does not have becomes a question mark in Latin-1, and a numeric character reference in MARC-8.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import msgspec

from protocols.marc import marc8
from protocols.marc.errors import NotMarc


class Charset(msgspec.Struct, frozen=True, eq=False):
    """A character set by the name people use, and how text in it is read and written. Each is one of its
    own.
    """

    name: str
    decode: Callable[[bytes], str]
    encode: Callable[[str], bytes]


def _utf8_or(fallback: str) -> Callable[[bytes], str]:
    def decode(data: bytes) -> str:
        try:
            return data.decode()
        except UnicodeDecodeError:
            return data.decode(fallback, "replace")

    return decode


def unnegotiated(fallback: str = "latin-1") -> Charset:
    """That of a peer who has not said: UTF-8 where the bytes are, else `fallback`, a name of Python's."""
    return Charset("", _utf8_or(fallback), str.encode)


def _from_marc8(data: bytes) -> str:
    try:
        return marc8.decode(data)
    except NotMarc:
        return data.decode("latin-1")


UNNEGOTIATED: Final = unnegotiated()
UTF_8: Final = Charset("UTF-8", _utf8_or("latin-1"), str.encode)
LATIN_1: Final = Charset(
    "ISO-8859-1", lambda data: data.decode("latin-1"), lambda text: text.encode("latin-1", "replace")
)
MARC_8: Final = Charset("MARC-8", _from_marc8, marc8.encode)

BY_NAME: Final[Mapping[str, Charset]] = MappingProxyType(
    {
        "utf8": UTF_8,
        "iso88591": LATIN_1,
        "latin1": LATIN_1,
        "marc8": MARC_8,
    }
)
"""By the names that peers write, small and without punctuation."""


def named(name: str) -> Charset | None:
    """The character set of this name, however it is written; None if we do not have it."""
    return BY_NAME.get("".join(filter(str.isalnum, name.lower())))
