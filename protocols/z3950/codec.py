"""One APDU, or one value of an EXTERNAL, between bytes and struct, in a character set.

The rule it keeps: bytes of a peer become a value or a `RemoteError`, and values are written with definite
lengths. What is remembered of bytes is what they say, whoever sends them.
"""

from functools import lru_cache
from typing import Final

from msgspec.structs import replace

from protocols.z3950 import ber
from protocols.z3950.apdus import Apdu, PresentRequest, SearchRequest
from protocols.z3950.ber import Limits, Source
from protocols.z3950.charset import UNNEGOTIATED, Charset
from protocols.z3950.declarations import codec_of
from protocols.z3950.errors import Defect, RemoteError

_APDU: Final = codec_of(Apdu)
_DEFAULT: Final = Limits()
_REFERENCE_ID: Final = 0x82


def decode(data: bytes, charset: Charset = UNNEGOTIATED, limits: Limits = _DEFAULT) -> Apdu:
    """The APDU that these bytes are, all of them. Raises `RemoteError`."""
    source = Source(data, charset.decode, limits)
    identifier, start, end = source.only_element(0, len(data))
    read = _APDU.reads.get(identifier)
    if read is None:
        raise RemoteError(Defect.NOT_AN_APDU)
    apdu: Apdu = read(source, start, end)
    return apdu


def encode(apdu: Apdu, charset: Charset = UNNEGOTIATED) -> bytes:
    """The bytes of an APDU. What the character set does not have becomes a question mark."""
    return _APDU.write(apdu, charset.encode)


def reference_id(data: bytes) -> bytes | None:
    """The reference id of an APDU that cannot be read as a whole, if it has one. Raises `RemoteError`."""
    source = Source(data, UNNEGOTIATED.decode, _DEFAULT)
    _, start, end = source.only_element(0, len(data))
    identifier, at, stop, _ = source.element(start, end)
    return data[at:stop] if identifier == _REFERENCE_ID else None


# What comes again

REMEMBERED: Final = 4096
SHORT: Final = 256
"""Bytes of an APDU that is remembered, at the most."""

_REPEATED: Final = frozenset((b"\xb6", b"\xb8"))
"""SearchRequest and PresentRequest: they come again as they were, and have nothing secret in them."""


class Readings:
    """Reads the APDUs of many associations, and a short search or present that comes again only once.

    The same bytes in the same character set are the same value, not just an equal one. Reference ids, which
    may differ from one request to the next, are put aside before.
    """

    def __init__(self, limits: Limits = _DEFAULT) -> None:
        self._limits = limits
        self._short = min(SHORT, limits.elements)  # none of these can have too many elements
        self._remembered = lru_cache(maxsize=REMEMBERED)(self._read)

    def decode(self, data: bytes, charset: Charset) -> Apdu:
        """What `decode` gives. Raises `RemoteError`."""
        if len(data) > self._short or data[:1] not in _REPEATED:
            return self._read(data, charset)
        try:
            reference_id, rest = _apart(data)
            apdu = self._remembered(rest, charset)
        except RemoteError:
            return self._read(data, charset)  # to say what is wrong with it as a whole
        if reference_id is None:
            return apdu
        assert isinstance(apdu, SearchRequest | PresentRequest)
        if apdu.reference_id is not None:
            return self._read(data, charset)  # it has two, and is refused for it
        return replace(apdu, reference_id=reference_id)

    def _read(self, data: bytes, charset: Charset) -> Apdu:
        return decode(data, charset, self._limits)


def _apart(data: bytes) -> tuple[bytes | None, bytes]:
    """The reference id of an APDU, and the APDU without it; it stays where it is if the length before it is
    in an uncommon form. Raises `RemoteError`.
    """
    if _REFERENCE_ID not in data[2:4]:
        return None, data
    source = Source(data, UNNEGOTIATED.decode, _DEFAULT)
    _, start, end = source.only_element(0, len(data))
    identifier, at, stop, after = source.element(start, end)
    if identifier != _REFERENCE_ID:
        return None, data
    return data[at:stop], ber.element(data[:1], data[after:end])
