"""The query of types 1 and 101, in Reverse Polish Notation, which is how it stands here: operands, then what
combines them, in one row.

The rule it keeps: a query is no tree in memory, so nothing that reads, writes, prints or compares one can be
made to recurse by it. Whoever evaluates one keeps a stack, or lets `fold` do it.
"""

from collections.abc import Callable, Iterable
from enum import Enum, IntEnum
from typing import Annotated, Any, Final, TypeVar

import msgspec

from protocols.z3950 import ber
from protocols.z3950.ber import Source
from protocols.z3950.declarations import (
    Alternative,
    Codec,
    Encode,
    Raw,
    Tag,
    codec_of,
)
from protocols.z3950.errors import Defect, LocalError, RemoteError
from protocols.z3950.oids import Oid
from protocols.z3950.structures import (
    AttributeElement,
    AttributeList,
    AttributesPlusTerm,
    External,
    ResultSetId,
)

T = TypeVar("T")


class ResultSetOperand(Alternative, frozen=True, gc=False):
    """What an earlier search has found."""

    result_set: ResultSetId


class ResultSetPlusAttributes(msgspec.Struct, frozen=True, gc=False):
    """What an earlier search has found, restricted by attributes."""

    result_set: ResultSetId
    attributes: AttributeList


Operand = (
    Annotated[AttributesPlusTerm, Tag(102)] | ResultSetOperand | Annotated[ResultSetPlusAttributes, Tag(214)]
)


class Boolean(Enum):
    """What combines two operands into one."""

    AND = 0
    OR = 1
    AND_NOT = 2


class ProximityRelation(IntEnum):
    """How the distance found must stand to the one given."""

    LESS = 1
    AT_MOST = 2
    EQUAL = 3
    AT_LEAST = 4
    GREATER = 5
    NOT_EQUAL = 6


class ProximityUnit(IntEnum):
    """What distance is counted in."""

    CHARACTER = 1
    WORD = 2
    SENTENCE = 3
    PARAGRAPH = 4
    SECTION = 5
    CHAPTER = 6
    DOCUMENT = 7
    ELEMENT = 8
    SUBELEMENT = 9
    ELEMENT_TYPE = 10
    BYTE = 11


class PrivateUnit(Alternative, frozen=True, gc=False):
    """A unit on which the two sides have agreed."""

    number: int


class Proximity(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Both operands, so far from each other; with `exclusion`, not so far from each other."""

    exclusion: Annotated[bool, Tag(1)] | None = None
    distance: Annotated[int, Tag(2)]
    ordered: Annotated[bool, Tag(3)]
    relation_type: Annotated[ProximityRelation | int, Tag(4)]
    proximity_unit_code: Annotated[
        Annotated[ProximityUnit | int, Tag(1)] | Annotated[PrivateUnit, Tag(2)], Tag(5)
    ]


Operator = Boolean | Annotated[Proximity, Tag(3)]
Leaf = AttributesPlusTerm | ResultSetOperand | ResultSetPlusAttributes
Node = Leaf | Boolean | Proximity
Structure = tuple[Node, ...]

_OPERAND, _PAIR = 0xA0, 0xA1
_OPERAND_CODEC: Final = codec_of(Annotated[Operand, Tag(0)])
_OPERATOR_CODEC: Final = codec_of(Annotated[Operator, Tag(46)])
[(_OPERATOR, _READ_OPERATOR)] = _OPERATOR_CODEC.reads.items()
_READ_OPERAND: Final = _OPERAND_CODEC.reads[_OPERAND]
_OPERATORS: Final = (Boolean, Proximity)


def _read_operand(source: Source, at: int, stop: int) -> Structure:
    return (_READ_OPERAND(source, at, stop),)


def _read_pair(source: Source, at: int, stop: int) -> Structure:
    """A pair is its left side, its right side and its operator: as they come, they are in our order.

    `pairs` has those that are open: where to go on, where they end, and how many sides they still want.
    """
    nodes: list[Node] = []
    pairs = [(at, stop, 2)]
    operands = 0
    while pairs:
        at, stop, wanted = pairs.pop()
        if not wanted:
            identifier, start, end = source.only_element(at, stop)
            if identifier != _OPERATOR:
                raise RemoteError(Defect.UNKNOWN_CHOICE, "op")
            nodes.append(_READ_OPERATOR(source, start, end))
            continue
        identifier, start, end, after = source.element(at, stop)
        pairs.append((after, stop, wanted - 1))
        if identifier == _OPERAND:
            operands += 1
            nodes.append(_READ_OPERAND(source, start, end))
        elif identifier == _PAIR:
            pairs.append((start, end, 2))
        else:
            raise RemoteError(Defect.UNKNOWN_CHOICE)
        if operands > source.limits.operands or len(pairs) > source.limits.operands:
            raise RemoteError(Defect.TOO_MANY_OPERANDS)
    return tuple(nodes)


def _write_structure(structure: Structure, encode: Encode) -> bytes:
    def operand(node: Any) -> bytes:
        return _OPERAND_CODEC.write(node, encode)

    def pair(node: Any, left: bytes, right: bytes) -> bytes:
        return ber.element(b"\xa1", left + right + _OPERATOR_CODEC.write(node, encode))

    return fold(structure, operand, pair)


RpnStructure = Annotated[Structure, Codec({_OPERAND: _read_operand, _PAIR: _read_pair}, _write_structure)]


class RpnQuery(msgspec.Struct, frozen=True, gc=False):
    """A query of type 1; its attributes are of `attribute_set` where they do not say another."""

    attribute_set: Oid
    rpn: RpnStructure


class ProximityQuery(RpnQuery, frozen=True, gc=False):
    """A query of type 101: the same; in version 2 it alone has proximity and restricted result sets."""


Query = (
    Annotated[RpnQuery, Tag(1)]
    | Annotated[bytes, Tag(2, explicit=True)]
    | Annotated[ProximityQuery, Tag(101)]
    | Annotated[External, Tag(104)]
    | Raw
)
"""Types 1, 2 (ISO 8777, as octets), 101 and 104 (CQL, as an EXTERNAL); any other as it came."""


def fold(
    structure: Iterable[Node],
    operand: Callable[[Leaf], T],
    operator: Callable[[Boolean | Proximity, T, T], T],
) -> T:
    """What a query amounts to, from its operands outwards; `operator` takes the left side, then the right.

    Raises `LocalError` for a row that is no query; none that was read is such a row.
    """
    stack: list[T] = []
    for node in structure:
        if isinstance(node, _OPERATORS):
            if len(stack) < 2:
                raise LocalError("an operator lacks an operand")
            right, left = stack.pop(), stack.pop()
            stack.append(operator(node, left, right))
        else:
            stack.append(operand(node))
    if len(stack) != 1:
        raise LocalError("operands without an operator")
    return stack[0]


def attribute(kind: int, value: int, attribute_set: Oid | None = None) -> AttributeElement:
    """A numeric attribute: `attribute(1, 4)` is use 4, title, in Bib-1."""
    return AttributeElement(attribute_set=attribute_set, attribute_type=kind, attribute_value=value)
