"""Z39.50 as bytes: BER elements, written as a case has them and read as they come.

The rule it keeps: what is written may be as wrong as a case wants it; what is read is BER with definite or
indefinite lengths, or UnreadableError.
"""

from collections.abc import Callable, Iterator
from enum import IntEnum
from typing import Union

from msgspec import Struct


class UnreadableError(ValueError):
    """An answer that is no BER; the text says where."""


class Kind(IntEnum):
    """The class of a tag, as it stands in the first octet (X.690, 8.1.2.2)."""

    UNIVERSAL = 0x00
    APPLICATION = 0x40
    CONTEXT = 0x80
    PRIVATE = 0xC0


class Element(Struct, frozen=True):
    """One element: its tag, and elements, octets or a text in it. A text may have names in braces."""

    number: int
    content: tuple["Element", ...] | bytes | str
    kind: Kind = Kind.CONTEXT

    @property
    def parts(self) -> tuple["Element", ...]:
        """The elements in it; none if it holds octets."""
        return self.content if isinstance(self.content, tuple) else ()

    @property
    def octets(self) -> bytes:
        """Its octets; those of its parts if it came in parts."""
        match self.content:
            case bytes() as octets:
                return octets
            case str() as text:
                return text.encode()
            case parts:
                return b"".join(part.octets for part in parts)

    @property
    def integer(self) -> int:
        """Its octets as a number."""
        return int.from_bytes(self.octets, "big", signed=True)

    @property
    def text(self) -> str:
        """Its octets as text."""
        return self.octets.decode("utf-8", "replace")

    def every(self, number: int) -> tuple["Element", ...]:
        """The parts with this context-specific tag."""
        return tuple(part for part in self.parts if part.kind is Kind.CONTEXT and part.number == number)

    def at(self, *path: int) -> Union["Element", None]:
        """The first element at the end of a path of context-specific tags."""
        found: Element | None = self
        for number in path:
            found = next(iter(found.every(number)), None) if found is not None else None
        return found

    def number_at(self, *path: int) -> int | None:
        """The number there, None if there is none."""
        found = self.at(*path)
        return None if found is None else found.integer

    def walk(self) -> Iterator["Element"]:
        """This element and all in it, in their order."""
        yield self
        for part in self.parts:
            yield from part.walk()


class Diagnostic(Struct, frozen=True):
    """A diagnostic of Bib-1, as it stands anywhere in an answer."""

    number: int
    about: str


INTEGER, BIT_STRING, OCTETS, NULL, OBJECT_IDENTIFIER, EXTERNAL, SEQUENCE = 2, 3, 4, 5, 6, 8, 16
VISIBLE_STRING, GENERAL_STRING = 26, 27
BIB_1_DIAGNOSTICS = "1.2.840.10003.4.1"

_CONSTRUCTED, _LONG_TAG, _MORE = 0x20, 0x1F, 0x80
_INDEFINITE, _SHORT, _BYTE = 0x80, 0x80, 8
_DEEPEST = 60  # elements within each other in an answer
_LARGEST = 16  # octets of a length that we believe
_ROOTS = 40  # an object identifier's first two arcs are in one number


def context(number: int, *parts: Element) -> Element:
    """A constructed element with a context-specific tag."""
    return Element(number, parts)


def universal(number: int, content: tuple[Element, ...] | bytes | str) -> Element:
    """An element with a tag of its type."""
    return Element(number, content, Kind.UNIVERSAL)


def sequence(*parts: Element) -> Element:
    """A SEQUENCE."""
    return universal(SEQUENCE, parts)


def number(tag: int, value: int) -> Element:
    """An INTEGER behind an implicit tag."""
    return Element(tag, integer_octets(value))


def boolean(tag: int, *, is_so: bool) -> Element:
    """A BOOLEAN behind an implicit tag."""
    return Element(tag, b"\x01" if is_so else b"\x00")


def identifier(tag: int, dotted: str) -> Element:
    """An OBJECT IDENTIFIER behind an implicit tag."""
    return Element(tag, oid_octets(dotted))


def oid(dotted: str) -> Element:
    """An OBJECT IDENTIFIER."""
    return universal(OBJECT_IDENTIFIER, oid_octets(dotted))


def bits(tag: int, *numbers: int, length: int = 24) -> Element:
    """A BIT STRING behind an implicit tag; bit 0 comes first (X.690, 8.6)."""
    size = -(-length // _BYTE)
    value = sum(1 << (size * _BYTE - 1 - place) for place in numbers)
    return Element(tag, bytes([size * _BYTE - length]) + value.to_bytes(size, "big"))


def bits_of(element: Element | None) -> frozenset[int]:
    """The numbers of the bits that are set."""
    octets = b"" if element is None else element.octets[1:]
    return frozenset(
        place for place in range(len(octets) * _BYTE) if octets[place // _BYTE] & (_MORE >> place % _BYTE)
    )


def integer_octets(value: int) -> bytes:
    """A number in the fewest octets."""
    return value.to_bytes((value if value >= 0 else ~value).bit_length() // _BYTE + 1, "big", signed=True)


def oid_octets(dotted: str) -> bytes:
    """An object identifier's contents (X.690, 8.19)."""
    first, second, *rest = map(int, dotted.split("."))
    return b"".join(map(_base_128, (first * _ROOTS + second, *rest)))


def length_octets(length: int) -> bytes:
    """A definite length in the fewest octets."""
    if length < _SHORT:
        return bytes([length])
    octets = length.to_bytes(-(-length.bit_length() // _BYTE), "big")
    return bytes([_MORE | len(octets)]) + octets


def tag_octets(element: Element) -> bytes:
    """The identifier octets of an element (X.690, 8.1.2)."""
    first = element.kind | (_CONSTRUCTED if isinstance(element.content, tuple) else 0)
    if element.number < _LONG_TAG:
        return bytes([first | element.number])
    return bytes([first | _LONG_TAG]) + _base_128(element.number)


def write(element: Element, say: Callable[[str], str] = str) -> bytes:
    """Return the bytes of an element with definite lengths; `say` fills in the names of its texts."""
    match element.content:
        case bytes() as octets:
            body = octets
        case str() as text:
            body = say(text).encode()
        case parts:
            body = b"".join(write(part, say) for part in parts)
    return tag_octets(element) + length_octets(len(body)) + body


def write_indefinite(element: Element, say: Callable[[str], str] = str) -> bytes:
    """Return its bytes with an indefinite length wherever there may be one."""
    if not isinstance(element.content, tuple):
        return write(element, say)
    body = b"".join(write_indefinite(part, say) for part in element.content)
    return tag_octets(element) + bytes([_INDEFINITE]) + body + b"\0\0"


def length_of_apdu(data: bytes, ended: bool) -> int:
    """Tell how much of `data` is the first element, 0 if more is needed. Raises UnreadableError."""
    del ended  # an element says itself where it ends
    try:
        return _read(data, 0, 0)[1]
    except IndexError:
        return 0


def read(data: bytes) -> Element:
    """Return the one element that `data` is. Raises UnreadableError."""
    try:
        element, end = _read(data, 0, 0)
    except IndexError as short:
        raise UnreadableError("the element is cut off") from short
    if end != len(data):
        raise UnreadableError(f"{len(data) - end} octets behind the element")
    return element


def diagnostics(answer: Element) -> tuple[Diagnostic, ...]:
    """Return every diagnostic of Bib-1 in an answer: of all of it, of a record, of a term."""
    return tuple(
        Diagnostic(one.parts[1].integer, "".join(part.text for part in one.parts[2:]))
        for one in answer.walk()
        if len(one.parts) > 1
        and one.parts[0] == oid(BIB_1_DIAGNOSTICS)
        and (one.parts[1].kind, one.parts[1].number) == (Kind.UNIVERSAL, INTEGER)
    )


def _base_128(value: int) -> bytes:
    octets = [value & 0x7F]
    while value := value >> 7:
        octets.append(_MORE | value & 0x7F)
    return bytes(reversed(octets))


def _read(data: bytes, at: int, depth: int) -> tuple[Element, int]:
    """Read the element that begins there; say where it ends. IndexError: there is not enough."""
    if depth > _DEEPEST:
        raise UnreadableError(f"more than {_DEEPEST} elements within each other")
    first, tag, at = _tag(data, at)
    length, at = _length(data, at)
    kind = Kind(first & Kind.PRIVATE)
    if length is None and not first & _CONSTRUCTED:
        raise UnreadableError(f"octet {at}: a primitive element of indefinite length")
    if length is not None and at + length > len(data):
        raise IndexError(at + length)
    if not first & _CONSTRUCTED:
        end = at + (length or 0)
        return Element(tag, data[at:end], kind), end
    parts: list[Element] = []
    end = len(data) if length is None else at + length
    while at < end if length is not None else data[at] | data[at + 1]:
        part, at = _read(data, at, depth + 1)
        parts.append(part)
    if length is not None and at > end:
        raise UnreadableError(f"octet {end}: an element is longer than what it is in")
    return Element(tag, tuple(parts), kind), at if length is not None else at + 2


def _tag(data: bytes, at: int) -> tuple[int, int, int]:
    first, at = data[at], at + 1
    if first & _LONG_TAG != _LONG_TAG:
        return first, first & _LONG_TAG, at
    tag = 0
    while True:
        octet, at = data[at], at + 1
        tag = tag << 7 | octet & 0x7F
        if not octet & _MORE:
            return first, tag, at


def _length(data: bytes, at: int) -> tuple[int | None, int]:
    """Return a length, None if it is indefinite, and where the contents begin."""
    octet, at = data[at], at + 1
    if octet < _SHORT:
        return octet, at
    if octet == _INDEFINITE:
        return None, at
    size = octet & 0x7F
    if size > _LARGEST:
        raise UnreadableError(f"octet {at}: a length of {size} octets")
    if at + size > len(data):
        raise IndexError(at + size)
    return int.from_bytes(data[at : at + size], "big"), at + size
