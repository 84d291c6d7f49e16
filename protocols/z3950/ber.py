"""BER, the Basic Encoding Rules of ASN.1 (ITU-T X.690): elements found in bytes, and made of them.

The rule it keeps: what a peer sends decides neither how deep we recurse nor how often a byte is looked at.
Lengths are read in both forms and written definite. An identifier is the number that its octets make, read
big-endian: 0xB6 is [22] constructed, 0x9F2D is [45] primitive.
"""

from collections.abc import Callable
from functools import lru_cache
from struct import Struct
from typing import Final

import msgspec

from protocols.z3950.errors import Defect, LocalError, RemoteError
from protocols.z3950.oids import Oid

INDEFINITE: Final = -1
END_OF_CONTENTS: Final = 0x00

_CONSTRUCTED: Final = 0x20
_HIGH: Final = 0x1F
_MORE: Final = 0x80
_MOST_IDENTIFIER_OCTETS: Final = 5
_MOST_LENGTH_OCTETS: Final = 8
_MOST_INTEGER_OCTETS: Final = 8
_MOST_OID_OCTETS: Final = 64
_SEGMENTS: Final = (0x04, 0x24)


class Limits(msgspec.Struct, frozen=True):
    """The most that one APDU may have: bytes, elements, elements within each other, operands of its query.

    Nothing here recurses on any of them; `depth` has room for an RPN query that leans to one side.
    """

    size: int = 1024 * 1024
    elements: int = 50_000
    depth: int = 1_100
    operands: int = 1_000


class Source:
    """The bytes of one APDU, or of one value in it, while they are read.

    `text` makes a character string of bytes. Places are offsets in `data`.
    """

    __slots__ = ("_ends", "_left", "data", "limits", "text")

    def __init__(self, data: bytes, text: Callable[[bytes], str], limits: Limits) -> None:
        self.data = data
        self.text = text
        self.limits = limits
        self._left = limits.elements
        self._ends: dict[int, int] = {}

    def element(self, at: int, stop: int) -> tuple[int, int, int, int]:
        """The element at `at`, in what ends at `stop`.

        Its identifier, where its contents begin and end, and where the next element begins. Raises
        `RemoteError` where there is none, and when there have been too many.
        """
        self._left -= 1
        if self._left < 0:
            raise RemoteError(Defect.TOO_MANY_ELEMENTS)
        data = self.data
        try:
            # The identifiers and lengths that are short, as most are; `measure` knows them all.
            identifier, length, start = data[at], data[at + 1], at + 2
            if identifier & _HIGH == _HIGH:
                if _HIGH <= length < _MORE:
                    identifier, length, start = identifier << 8 | length, data[start], start + 1
                else:
                    length = _MORE
            if length < _MORE:
                end = start + length
            else:
                identifier, start, end = measure(data, at)
        except IndexError:
            raise RemoteError(Defect.OVERRUN) from None
        after = end
        if end == INDEFINITE:
            end = self._ends.get(start) or self._find_end(start)
            after = end + 2
        if after > stop:
            raise RemoteError(Defect.OVERRUN)
        if not identifier:
            raise RemoteError(Defect.BAD_IDENTIFIER)
        return identifier, start, end, after

    def only_element(self, at: int, stop: int) -> tuple[int, int, int]:
        """The element that fills `at` to `stop`, without where the next one would begin."""
        identifier, start, end, after = self.element(at, stop)
        if after != stop:
            raise RemoteError(Defect.NOT_THE_END)
        return identifier, start, end

    def octets(self, at: int, stop: int) -> bytes:
        """The contents of a string that comes in parts, which may be in parts themselves (X.690, 8.7.3)."""
        parts: list[bytes] = []
        outside: list[tuple[int, int]] = []
        while True:
            if at == stop:
                if not outside:
                    return b"".join(parts)
                at, stop = outside.pop()
                continue
            identifier, start, end, after = self.element(at, stop)
            if identifier not in _SEGMENTS:
                raise RemoteError(Defect.BAD_VALUE)
            if identifier & _CONSTRUCTED:
                if len(outside) == self.limits.depth:
                    raise RemoteError(Defect.TOO_DEEP)
                outside.append((after, stop))
                at, stop = start, end
            else:
                parts.append(self.data[start:end])
                at = after

    def _find_end(self, start: int) -> int:
        """Where the contents that begin at `start` end; and, found on the way, those of what lies within."""
        data, ends = self.data, self._ends
        at, opened = start, [start]
        try:
            while opened:
                identifier, inside, end = measure(data, at)
                if end == INDEFINITE:
                    if len(opened) >= self.limits.depth:
                        raise RemoteError(Defect.TOO_DEEP)
                    opened.append(inside)
                    at = inside
                elif identifier == END_OF_CONTENTS:
                    ends[opened.pop()] = at
                    at = end
                else:
                    at = end
        except IndexError:
            raise RemoteError(Defect.OVERRUN) from None
        return ends[start]


def measure(data: bytes | bytearray, at: int) -> tuple[int, int, int]:
    """The element at `at`: its identifier, where its contents begin, and where they end or `INDEFINITE`.

    Contents may end beyond the data. Raises `IndexError` if identifier and length are not whole, and
    `RemoteError` if they are none.
    """
    identifier = first = data[at]
    at += 1
    if first & _HIGH == _HIGH:
        octet = data[at]
        at += 1
        identifier = first << 8 | octet
        if octet < _HIGH or octet == _MORE:
            raise RemoteError(Defect.BAD_IDENTIFIER)  # X.690, 8.1.2.4: the fewest octets
        if octet & _MORE:
            most = at + _MOST_IDENTIFIER_OCTETS - 2
            while octet & _MORE:
                if at == most:
                    raise RemoteError(Defect.BAD_IDENTIFIER)
                octet = data[at]
                at += 1
                identifier = identifier << 8 | octet
    length = data[at]
    at += 1
    if length & _MORE:
        if length == _MORE:
            if not first & _CONSTRUCTED:
                raise RemoteError(Defect.BAD_LENGTH)
            return identifier, at, INDEFINITE
        octets = length & ~_MORE
        if octets > _MOST_LENGTH_OCTETS:
            raise RemoteError(Defect.BAD_LENGTH)
        after = at + octets
        if after > len(data):
            raise IndexError
        length = int.from_bytes(data[at:after])
        at = after
    if identifier == END_OF_CONTENTS and length:
        raise RemoteError(Defect.BAD_LENGTH)
    return identifier, at, at + length


# Identifiers


def context(number: int, *, constructed: bool) -> int:
    """The identifier of a context-specific tag."""
    first = 0xA0 if constructed else 0x80
    if number < _HIGH:
        return first | number
    octets = [number & 0x7F]
    while number := number >> 7:
        octets.append(number & 0x7F | _MORE)
    return int.from_bytes(bytes([first | _HIGH, *reversed(octets)]))


def octets_of(identifier: int) -> bytes:
    """An identifier as it is written."""
    return identifier.to_bytes((identifier.bit_length() + 7) // 8)


def is_context(identifier: int) -> bool:
    """Whether the tag is context-specific, as all that later versions add will be."""
    return octets_of(identifier)[:1] >= b"\x80" and octets_of(identifier)[:1] < b"\xc0"


def other_form(identifier: int) -> int:
    """The same tag, primitive for constructed and the other way round."""
    octets = octets_of(identifier)
    return int.from_bytes(bytes([octets[0] ^ _CONSTRUCTED]) + octets[1:])


# Contents


def read_integer(source: Source, at: int, stop: int) -> int:
    """An INTEGER of at most 64 bits."""
    if not 0 < stop - at <= _MOST_INTEGER_OCTETS:
        raise RemoteError(Defect.BAD_VALUE)
    return int.from_bytes(source.data[at:stop], signed=True)


def write_integer(value: int) -> bytes:
    """The contents of an INTEGER, in the fewest octets."""
    return value.to_bytes((value if value >= 0 else ~value).bit_length() // 8 + 1, signed=True)


def read_boolean(source: Source, at: int, stop: int) -> bool:
    """A BOOLEAN: anything but 0 is true (X.690, 8.2.2)."""
    if stop - at != 1:
        raise RemoteError(Defect.BAD_VALUE)
    return source.data[at] != 0


def read_null(source: Source, at: int, stop: int) -> None:
    """A NULL, which has no contents."""
    if at != stop:
        raise RemoteError(Defect.BAD_VALUE)


def read_bits(source: Source, at: int, stop: int) -> list[int]:
    """A BIT STRING, as the numbers of the bits that are set; those beyond 64 are left out."""
    if at == stop or source.data[at] > 7 or (stop - at == 1 and source.data[at]):
        raise RemoteError(Defect.BAD_VALUE)
    count = 8 * (stop - at - 1) - source.data[at]
    octets = source.data[at + 1 : min(stop, at + 9)]
    return [bit for bit in range(min(count, 64)) if octets[bit >> 3] & 0x80 >> (bit & 7)]


def write_bits(bits: set[int] | frozenset[int]) -> bytes:
    """The contents of a BIT STRING in whole octets, which is how everybody writes them."""
    octets = bytearray(max(bits, default=0) // 8 + 1)
    for bit in bits:
        octets[bit >> 3] |= 0x80 >> (bit & 7)
    return b"\0" + octets


def read_oid(source: Source, at: int, stop: int) -> Oid:
    """An OBJECT IDENTIFIER."""
    return _oid(source.data[at:stop])


@lru_cache(maxsize=512)
def _oid(octets: bytes) -> Oid:
    if not octets or octets[-1] & _MORE or len(octets) > _MOST_OID_OCTETS:
        raise RemoteError(Defect.BAD_VALUE)
    arcs: list[int] = []
    arc = 0
    for octet in octets:
        if octet == _MORE and not arc:
            raise RemoteError(Defect.BAD_VALUE)  # X.690, 8.19.2: the fewest octets
        arc = arc << 7 | octet & 0x7F
        if not octet & _MORE:
            arcs.append(arc)
            arc = 0
    first = min(arcs[0] // 40, 2)
    return Oid(".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:]))))


@lru_cache(maxsize=512)
def write_oid(oid: Oid) -> bytes:
    """The contents of an OBJECT IDENTIFIER. Raises `LocalError` for what is none."""
    try:
        first, second, *rest = map(int, oid.split("."))
    except ValueError:
        raise LocalError(f"no object identifier: {oid}") from None
    if not 0 <= first <= 2 or min(second, *rest, 0) < 0 or (first < 2 and second > 39):
        raise LocalError(f"no object identifier: {oid}")
    octets = bytearray()
    for arc in (40 * first + second, *rest):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(arc & 0x7F | _MORE)
        octets += bytes(reversed(groups))
    return bytes(octets)


# Elements

SHORT_LENGTHS: Final = tuple([bytes([length]) for length in range(_MORE)])
"""Lengths that are one octet, as they are written; which is how small integers are written, too."""

_TWO_OCTETS: Final = Struct(">BH").pack


def length_octets(length: int) -> bytes:
    """A length as it is written: definite, in the fewest octets."""
    if length < _MORE:
        return SHORT_LENGTHS[length]
    if 0xFF < length <= 0xFFFF:
        return _TWO_OCTETS(_MORE | 2, length)  # as that of nearly every record
    octets = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes([_MORE | len(octets)]) + octets


def element(identifier: bytes, contents: bytes) -> bytes:
    """An element; `identifier` is that of `octets_of`."""
    return identifier + length_octets(len(contents)) + contents
