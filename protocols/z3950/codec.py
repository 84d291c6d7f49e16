"""One APDU, or one value of an EXTERNAL, between bytes and struct, in a character set.

The rule it keeps: bytes of a peer become a value or a `RemoteError`, and values are written with definite
lengths.
"""

from typing import Final

from protocols.z3950.apdus import Apdu
from protocols.z3950.ber import Limits, Source
from protocols.z3950.charset import UNNEGOTIATED, Charset
from protocols.z3950.declarations import codec_of
from protocols.z3950.errors import Defect, RemoteError

_APDU: Final = codec_of(Apdu)
_DEFAULT: Final = Limits()


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


_REFERENCE_ID: Final = 0x82


def reference_id(data: bytes) -> bytes | None:
    """The reference id of an APDU that cannot be read as a whole, if it has one. Raises `RemoteError`."""
    source = Source(data, UNNEGOTIATED.decode, _DEFAULT)
    _, start, end = source.only_element(0, len(data))
    identifier, at, stop, _ = source.element(start, end)
    return data[at:stop] if identifier == _REFERENCE_ID else None
