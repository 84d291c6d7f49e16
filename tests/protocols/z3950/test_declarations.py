"""What a declared type becomes, and which declarations are mistakes."""

from enum import Enum, IntEnum
from typing import Annotated, Any

import msgspec
import pytest

from protocols.secret import Secret
from protocols.z3950.ber import Limits, Source
from protocols.z3950.charset import UNNEGOTIATED
from protocols.z3950.declarations import (
    NULL,
    Alternative,
    BitString,
    GeneralizedTime,
    Null,
    ObjectDescriptor,
    Raw,
    Tag,
    Universal,
    VisibleString,
    codec_of,
)
from protocols.z3950.errors import Defect, LocalError, RemoteError
from protocols.z3950.oids import Oid


class Colour(IntEnum):
    RED = 0
    BLUE = 2


class Way(Enum):
    UP = 1
    DOWN = 40


class Pair(msgspec.Struct, frozen=True):
    number: int
    text: Annotated[str, Tag(1)] | None = None


class Wrapped(Alternative, frozen=True):
    inside: int


class WrappedChoice(Alternative, frozen=True):
    inside: int | bool


TABLE: list[tuple[Any, Any, str]] = [
    (bool, True, "01 01 01"),
    (int, -1, "02 01 ff"),
    (bytes, b"a", "04 01 61"),
    (str, "é", "1b 02 c3 a9"),
    (Secret, Secret("a"), "1b 01 61"),
    (Oid, Oid("1.2.3"), "06 02 2a 03"),
    (Null, NULL, "05 00"),
    (VisibleString, VisibleString("a"), "1a 01 61"),
    (ObjectDescriptor, ObjectDescriptor("a"), "07 01 61"),
    (GeneralizedTime, GeneralizedTime("2031"), "18 04 32 30 33 31"),
    (BitString, BitString(b"\x00\x80"), "03 02 00 80"),
    (Colour | int, Colour.BLUE, "02 01 02"),
    (Colour | int, 7, "02 01 07"),
    (Colour, Colour.RED, "02 01 00"),
    (frozenset[Colour], frozenset({Colour.BLUE}), "03 02 00 20"),
    (Way, Way.DOWN, "9f 28 00"),
    (tuple[int, ...], (1, 2), "30 06 02 01 01 02 01 02"),
    (tuple[int, ...], (), "30 00"),
    (Pair, Pair(5), "30 03 02 01 05"),
    (Pair, Pair(5, "a"), "30 06 02 01 05 81 01 61"),
    (int | bool, True, "01 01 01"),
    (int | bool, 1, "02 01 01"),
    (Wrapped, Wrapped(5), "02 01 05"),
    (Annotated[Wrapped, Tag(3)], Wrapped(5), "83 01 05"),
    (Annotated[WrappedChoice, Tag(3)], WrappedChoice(True), "a3 03 01 01 01"),
    (Annotated[int, Tag(3)], 5, "83 01 05"),
    (Annotated[int, Tag(3, explicit=True)], 5, "a3 03 02 01 05"),
    (Annotated[int, Tag(33), Tag(0)], 5, "80 01 05"),
    (Annotated[int, Tag(105), Tag(1, explicit=True)], 5, "a1 04 9f 69 01 05"),
    (Annotated[int | bool, Tag(3)], 5, "a3 03 02 01 05"),
    (Annotated[Pair, Tag(40)], Pair(5), "bf 28 03 02 01 05"),
    (Annotated[Pair, Universal(8)], Pair(5), "28 03 02 01 05"),
    (Annotated[Raw, Tag(0)], Raw(b"\x30\x00"), "a0 02 30 00"),
    (Annotated[int | Raw, Tag(0)], Raw(b"\x30\x00"), "a0 02 30 00"),
    (Annotated[int | Raw, Tag(0)], 5, "a0 03 02 01 05"),
]


def read(hint: Any, octets: str) -> Any:
    data = bytes.fromhex(octets)
    source = Source(data, UNNEGOTIATED.decode, Limits())
    identifier, start, end = source.only_element(0, len(data))
    return codec_of(hint).reads[identifier](source, start, end)


@pytest.mark.parametrize(("hint", "value", "octets"), TABLE)
def test_types_both_ways(hint: Any, value: Any, octets: str) -> None:
    assert codec_of(hint).write(value, str.encode) == bytes.fromhex(octets)
    found = read(hint, octets)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("hint", "octets", "defect"),
    [
        (Annotated[int, Tag(3, explicit=True)], "a3 03 01 01 01", Defect.UNKNOWN_CHOICE),
        (Annotated[int, Tag(3, explicit=True)], "a3 06 02 01 05 02 01 05", Defect.NOT_THE_END),
        (Annotated[int, Tag(3, explicit=True)], "a3 00", Defect.OVERRUN),
        (Annotated[Raw, Tag(0)], "a0 02 00 00", Defect.BAD_IDENTIFIER),
        (Pair, "30 00", Defect.MISSING),
        (Pair, "30 03 22 01 05", Defect.BAD_VALUE),
        (Pair, "30 06 81 01 61 02 01 05", Defect.OUT_OF_ORDER),
        (Pair, "30 06 02 01 05 04 01 61", Defect.UNKNOWN_CHOICE),
        (tuple[int, ...], "30 03 04 01 61", Defect.UNKNOWN_CHOICE),
        (Way, "9f 28 01 00", Defect.BAD_VALUE),
    ],
)
def test_what_is_not_of_the_type_is_an_error(hint: Any, octets: str, defect: Defect) -> None:
    with pytest.raises(RemoteError) as caught:
        read(hint, octets)
    assert caught.value.defect is defect


class SameTags(msgspec.Struct, frozen=True):
    one: Annotated[int, Tag(1)]
    other: Annotated[bytes, Tag(1)]


@pytest.mark.parametrize(
    "hint",
    [
        Annotated[int, Tag(1)] | Annotated[bytes, Tag(1)],
        Annotated[int, Tag(1)] | Annotated[int, Tag(2)],
        SameTags,
    ],
    ids=["tags", "types", "fields"],
)
def test_a_declaration_that_says_two_things_is_our_mistake(hint: Any) -> None:
    with pytest.raises(LocalError):
        codec_of(hint)
