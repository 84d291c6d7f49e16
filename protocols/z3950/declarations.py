"""A declared type as the functions that read and write it.

The rule it keeps: a declaration says what the ASN.1 says, and both directions follow from it. A struct is a
SEQUENCE, its fields in their order; `Tag(5)` beside a type is `[5] IMPLICIT`; a union is a CHOICE, whose
alternatives have different Python types.

| Python | ASN.1 |
| --- | --- |
| `bool`, `int`, `bytes`, `Oid`, `Null` | BOOLEAN, INTEGER, OCTET STRING, OBJECT IDENTIFIER, NULL |
| `str`, `Secret` | InternationalString, which is GeneralString |
| `VisibleString`, `ObjectDescriptor`, `GeneralizedTime`, `BitString` | themselves |
| an `IntEnum`, or it and `int` | INTEGER, of which the numbers have names |
| `frozenset` of an `IntEnum` | BIT STRING, of which the bits have names |
| an `Enum` | CHOICE of NULLs, its values their tags |
| an `Alternative` | the type of its only field |
| any other struct | SEQUENCE |
| `tuple[X, ...]` | SEQUENCE OF X |
| `X \\| Y` | CHOICE; with None, OPTIONAL |
| `Raw` | ANY |

What is read may have elements that are not declared, where their tag is context-specific: they are stepped
over, for later editions add some. What is declared must be in its order, in its form, and there.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum, IntEnum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin, get_type_hints

import msgspec

from protocols.secret import Secret
from protocols.z3950 import ber
from protocols.z3950.ber import Source
from protocols.z3950.errors import Defect, LocalError, RemoteError
from protocols.z3950.oids import Oid

Encode = Callable[[str], bytes]
"""A character string as bytes, in the character set of the association."""

Read = Callable[[Source, int, int], Any]
"""Reads contents that begin and end there."""

Write = Callable[[Any, Encode], bytes]
"""Makes an element, or its contents."""

ANY: Final = 0
"""The identifier of `Raw`, which is read as a whole, with identifier and length."""

_FORM: Final = 0x20
_LONG: Final = len(ber.SHORT_LENGTHS)


class Null(Enum):
    """The value that says only that it is there."""

    NULL = "null"


NULL: Final = Null.NULL


class Raw(bytes):
    """One element as it came, whatever it is."""

    __slots__ = ()


class VisibleString(str):
    """A character string of ASCII alone."""

    __slots__ = ()


class ObjectDescriptor(str):
    """What people are told of a value of another register."""

    __slots__ = ()


class GeneralizedTime(str):
    """A date and time, in the digits of ISO 8601's basic form."""

    __slots__ = ()


class BitString(bytes):
    """Bits without names: how many of the last octet are not used, then the octets."""

    __slots__ = ()


class Alternative(msgspec.Struct, frozen=True, gc=False):
    """One alternative of a CHOICE, of which another has the same Python type: what is in its only field."""


class Codec(msgspec.Struct, frozen=True):
    """How one type is read and written.

    `reads` has what reads the contents, by identifier. `identifier` and `contents` are there if the type is
    no CHOICE and so can be tagged implicitly.
    """

    reads: Mapping[int, Read]
    write: Write
    identifier: int | None = None
    contents: Write | None = None


class Tag(msgspec.Struct, frozen=True):
    """A context-specific tag: in the place of the type's own, or around it where `explicit`, or a CHOICE."""

    number: int
    explicit: bool = False


EXPLICIT: Final = True


class Universal(msgspec.Struct, frozen=True):
    """The tag of a SEQUENCE that has one of its own."""

    number: int


def _tagged(codec: Codec, tag: Tag | Universal) -> Codec:
    if codec.identifier is None or codec.contents is None or (isinstance(tag, Tag) and tag.explicit):
        outer = ber.context(tag.number, constructed=True)
        return plain(outer, {outer: _reading_within(codec)}, codec.write)
    reads = {_retagged(identifier, tag): read for identifier, read in codec.reads.items()}
    return plain(_retagged(codec.identifier, tag), reads, codec.contents)


def _retagged(identifier: int, tag: Tag | Universal) -> int:
    form = ber.octets_of(identifier)[0] & _FORM
    if isinstance(tag, Universal):
        return form | tag.number
    return ber.context(tag.number, constructed=bool(form))


def plain(identifier: int, reads: Mapping[int, Read], contents: Write) -> Codec:
    """A type that is no CHOICE: its identifier as written, those that are read, and how its contents are."""
    octets = ber.octets_of(identifier)
    short, length_octets = ber.SHORT_LENGTHS, ber.length_octets

    def write(value: Any, encode: Encode) -> bytes:
        inside = contents(value, encode)
        length = len(inside)
        return octets + (short[length] if length < _LONG else length_octets(length)) + inside

    return Codec(reads, write, identifier, contents)


def _reading_within(codec: Codec) -> Read:
    """What reads an explicit tag: exactly one element, of this type."""
    reads = codec.reads
    whole = reads.get(ANY)

    def read(source: Source, at: int, stop: int) -> Any:
        identifier, start, end = source.only_element(at, stop)
        read_contents = reads.get(identifier)
        if read_contents is not None:
            return read_contents(source, start, end)
        if whole is None:
            raise RemoteError(Defect.UNKNOWN_CHOICE)
        return whole(source, at, stop)

    return read


# Types of Python


def _read_text(source: Source, at: int, stop: int) -> str:
    return source.text(source.data[at:stop])


def _read_text_in_parts(source: Source, at: int, stop: int) -> str:
    return source.text(source.octets(at, stop))


def string(identifier: int, made: Callable[[str], Any], contents: Write) -> Codec:
    """A character string with a Python type of its own."""
    reads: dict[int, Read] = {
        identifier: lambda source, at, stop: made(_read_text(source, at, stop)),
        identifier | _FORM: lambda source, at, stop: made(_read_text_in_parts(source, at, stop)),
    }
    return plain(identifier, reads, contents)


def _ascii(value: str, encode: Encode) -> bytes:
    return value.encode("ascii", "replace")


def _integer(value: int, encode: Encode) -> bytes:
    return ber.SHORT_LENGTHS[value] if 0 <= value < _LONG else ber.write_integer(value)


def _reading_null(member: Enum) -> Read:
    def read(source: Source, at: int, stop: int) -> Enum:
        ber.read_null(source, at, stop)
        return member

    return read


_PLAIN: Final[Mapping[type, Codec]] = {
    bool: plain(0x01, {0x01: ber.read_boolean}, lambda value, encode: b"\1" if value else b"\0"),
    int: plain(0x02, {0x02: ber.read_integer}, _integer),
    bytes: plain(
        0x04,
        {0x04: lambda source, at, stop: source.data[at:stop], 0x24: Source.octets},
        lambda value, encode: bytes(value),
    ),
    BitString: plain(
        0x03,
        {0x03: lambda source, at, stop: BitString(source.data[at:stop])},
        lambda value, encode: bytes(value),
    ),
    Null: plain(0x05, {0x05: _reading_null(NULL)}, lambda value, encode: b""),
    Oid: plain(0x06, {0x06: ber.read_oid}, lambda value, encode: ber.write_oid(value)),
    ObjectDescriptor: string(0x07, ObjectDescriptor, _ascii),
    GeneralizedTime: string(0x18, GeneralizedTime, _ascii),
    VisibleString: string(0x1A, VisibleString, _ascii),
    str: plain(0x1B, {0x1B: _read_text, 0x3B: _read_text_in_parts}, lambda value, encode: encode(value)),
    Secret: string(0x1B, Secret, lambda value, encode: encode(value.reveal())),
    Raw: Codec({ANY: lambda source, at, stop: Raw(source.data[at:stop])}, lambda value, encode: bytes(value)),
}


def codec_of(hint: Any) -> Codec:
    """How values of this declared type are read and written."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _marked(parts[0], parts[1:])
    if origin in (Union, UnionType):
        return _either([part for part in parts if part is not NoneType])
    if origin is tuple:
        return _list(codec_of(parts[0]))
    if origin is frozenset:
        return _bits(parts[0])
    if hint in _PLAIN:
        return _PLAIN[hint]
    if issubclass(hint, Alternative):
        return _alternative(hint)
    if issubclass(hint, msgspec.Struct):
        return _sequence(hint)
    if issubclass(hint, IntEnum):
        return _names(hint)
    return _choice_of_nulls(hint)


def _marked(hint: Any, marks: tuple[Any, ...]) -> Codec:
    """The type with the tags beside it; or the codec that is beside it, for what no declaration can say."""
    own = next((mark for mark in marks if isinstance(mark, Codec)), None)
    codec = own or codec_of(hint)
    for mark in marks:
        if isinstance(mark, Tag | Universal):
            codec = _tagged(codec, mark)
    return codec


def _names(kind: type[IntEnum]) -> Codec:
    """An INTEGER of which some numbers have names; the others stay numbers."""
    members: dict[int, IntEnum] = {int(member): member for member in kind}

    def read(source: Source, at: int, stop: int) -> int:
        number = ber.read_integer(source, at, stop)
        return members.get(number, number)

    return plain(0x02, {0x02: read}, _integer)


def _bits(kind: type[IntEnum]) -> Codec:
    """A BIT STRING; bits without a name are left out, as the standard wants it (3.2.1.1.1, 3.2.1.1.4)."""
    members = {int(member): member for member in kind}

    def read(source: Source, at: int, stop: int) -> frozenset[IntEnum]:
        return frozenset([members[bit] for bit in ber.read_bits(source, at, stop) if bit in members])

    return plain(0x03, {0x03: read}, lambda value, encode: ber.write_bits(value))


def _choice_of_nulls(kind: type[Enum]) -> Codec:
    octets = {
        member: ber.element(ber.octets_of(ber.context(member.value, constructed=False)), b"")
        for member in kind
    }
    reads: dict[int, Read] = {
        ber.context(member.value, constructed=False): _reading_null(member) for member in kind
    }
    return Codec(reads, lambda value, encode: octets[value])


def _either(parts: list[Any]) -> Codec:
    if len(parts) == 1:
        return codec_of(parts[0])
    if _named_numbers(parts):
        return _names(next(part for part in parts if part is not int))
    return _choice(parts)


def _named_numbers(parts: Iterable[Any]) -> bool:
    """Whether these are an IntEnum and `int`, which make one type."""
    others = [part for part in parts if part is not int]
    return len(others) == 1 and isinstance(others[0], type) and issubclass(others[0], IntEnum)


def _choice(parts: list[Any]) -> Codec:
    reads: dict[int, Read] = {}
    writes: dict[type, Write] = {}
    for part in parts:
        codec, kinds = codec_of(part), list(_python_types(part))
        if not (writes.keys().isdisjoint(kinds) and reads.keys().isdisjoint(codec.reads)):
            raise LocalError(f"two alternatives are alike: {part}")
        reads.update(codec.reads)
        writes.update(dict.fromkeys(kinds, codec.write))

    def write(value: Any, encode: Encode) -> bytes:
        return writes[type(value)](value, encode)

    return Codec(reads, write)


def _python_types(hint: Any) -> Iterator[type]:
    """What `type` may say of the values of this declared type."""
    origin = get_origin(hint)
    if origin is Annotated:
        yield from _python_types(get_args(hint)[0])
    elif origin in (Union, UnionType):
        for part in get_args(hint):
            yield from _python_types(part)
    else:
        yield origin or hint


def _alternative(kind: type[Alternative]) -> Codec:
    [field] = fields_of(kind)
    codec, name = field.codec, field.name
    reads = {identifier: _reading_into(kind, read) for identifier, read in codec.reads.items()}

    def write(value: Any, encode: Encode) -> bytes:
        return codec.write(getattr(value, name), encode)

    if codec.identifier is None or codec.contents is None:
        return Codec(reads, write)
    inner = codec.contents
    return plain(codec.identifier, reads, lambda value, encode: inner(getattr(value, name), encode))


def _reading_into(kind: Callable[[Any], Any], read: Read) -> Read:
    return lambda source, at, stop: kind(read(source, at, stop))


def _list(codec: Codec) -> Codec:
    """A SEQUENCE OF."""
    reads, write_one = codec.reads, codec.write

    def read(source: Source, at: int, stop: int) -> tuple[Any, ...]:
        values: list[Any] = []
        try:
            while at < stop:
                identifier, start, end, at = source.element(at, stop)
                read_one = reads.get(identifier)
                if read_one is None:
                    raise RemoteError(Defect.UNKNOWN_CHOICE)
                values.append(read_one(source, start, end))
        except RemoteError as error:
            raise error.within(str(len(values))) from None
        return tuple(values)

    def contents(values: tuple[Any, ...], encode: Encode) -> bytes:
        return b"".join([write_one(value, encode) for value in values])

    return plain(0x30, {0x30: read}, contents)


class Field(msgspec.Struct, frozen=True):
    """One field of a SEQUENCE: its name, its type, and whether it must be there."""

    name: str
    codec: Codec
    required: bool


@cache
def fields_of(struct: type[msgspec.Struct]) -> tuple[Field, ...]:
    """The table of a struct: its fields as the standard orders them."""
    hints = get_type_hints(struct, include_extras=True)
    return tuple(
        Field(info.name, codec_of(hints[info.name]), info.required) for info in msgspec.structs.fields(struct)
    )


@cache
def _sequence(struct: type[msgspec.Struct]) -> Codec:
    fields = fields_of(struct)
    return plain(0x30, {0x30: _reading_fields(struct, fields)}, _writing_fields(fields))


def _reading_fields(struct: type[msgspec.Struct], fields: tuple[Field, ...]) -> Read:
    slots: dict[int, list[tuple[int, str, Read]]] = {}
    for index, field in enumerate(fields):
        for identifier, read_field in field.codec.reads.items():
            slots.setdefault(identifier, []).append((index, field.name, read_field))
    required = [field.name for field in fields if field.required]
    if any(len(found) > 1 for found in slots.values()):
        raise LocalError(f"two fields of {struct.__name__} have the same tag")
    slot_of = {identifier: found[0] for identifier, found in slots.items()}
    needed = len(required)
    is_required = [field.required for field in fields]

    def read(source: Source, at: int, stop: int) -> Any:
        values: dict[str, Any] = {}
        last, missing = -1, needed
        element = source.element
        name = ""
        try:
            while at < stop:
                identifier, start, end, at = element(at, stop)
                slot = slot_of.get(identifier)
                if slot is None:
                    _expect_unknown(identifier, slot_of)
                    continue
                index, name, read_field = slot
                if index <= last:
                    raise RemoteError(Defect.OUT_OF_ORDER)
                last = index
                missing -= is_required[index]
                values[name] = read_field(source, start, end)
            if missing:
                name = next(name for name in required if name not in values)
                raise RemoteError(Defect.MISSING)
        except RemoteError as error:
            raise error.within(name) from None
        return struct(**values)

    return read


def _expect_unknown(identifier: int, known: Mapping[int, Any]) -> None:
    if ber.other_form(identifier) in known:
        raise RemoteError(Defect.BAD_VALUE)
    if not ber.is_context(identifier):
        raise RemoteError(Defect.UNKNOWN_CHOICE)


def _writing_fields(fields: tuple[Field, ...]) -> Write:
    writes = [field.codec.write for field in fields]
    parts_of = msgspec.structs.astuple

    def contents(value: Any, encode: Encode) -> bytes:
        parts = zip(writes, parts_of(value), strict=True)
        return b"".join([write(part, encode) for write, part in parts if part is not None])

    return contents
