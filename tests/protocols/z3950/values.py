"""Strategies for values of declared types, made from the declarations."""

from enum import Enum, IntEnum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec
from hypothesis import strategies as st

from protocols.secret import Secret
from protocols.z3950 import ber, rpn
from protocols.z3950.apdus import KINDS, Apdu
from protocols.z3950.declarations import (
    BitString,
    GeneralizedTime,
    Null,
    ObjectDescriptor,
    Raw,
    VisibleString,
)
from protocols.z3950.oids import BIB_1, NAMES, Oid
from protocols.z3950.structures import AttributesPlusTerm


def bib_1(*nodes: rpn.Node) -> rpn.RpnQuery:
    """A query of type 1 whose attributes are of Bib-1."""
    return rpn.RpnQuery(BIB_1, nodes)


TEXTS = st.text("AaZz09 ./'éüÿ", max_size=12)
ASCII = st.text("AaZz09 ./'", max_size=12)
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.integers(-300, 300)
OIDS = st.sampled_from(sorted(NAMES)) | st.builds(
    lambda first, second, rest: Oid(".".join(map(str, (first, second, *rest)))),
    st.integers(0, 2),
    st.integers(0, 39),
    st.lists(st.integers(0, 2**40), max_size=4),
)
ELEMENTS = st.builds(
    lambda data, around: Raw(ber.element(b"\xa3", ber.element(b"\x04", data)) if around else b"\x1b\0"),
    st.binary(max_size=200),
    st.booleans(),
)

_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    bool: st.booleans(),
    int: NUMBERS,
    bytes: st.binary(max_size=20) | st.binary(min_size=128, max_size=300),
    str: TEXTS,
    Oid: OIDS,
    Null: st.sampled_from(Null),
    Raw: ELEMENTS,
    BitString: st.binary(max_size=4).map(lambda octets: BitString(b"\0" + octets)),
    Secret: ASCII.map(Secret),
    VisibleString: ASCII.map(VisibleString),
    ObjectDescriptor: ASCII.map(ObjectDescriptor),
    GeneralizedTime: st.just(GeneralizedTime("20310506120000Z")),
}


@cache
def operands() -> st.SearchStrategy[rpn.Structure]:
    kinds = (AttributesPlusTerm, rpn.ResultSetOperand, rpn.ResultSetPlusAttributes)
    return st.one_of([values(kind) for kind in kinds]).map(lambda node: (node,))


@cache
def structures() -> st.SearchStrategy[rpn.Structure]:
    """RPN of up to six operands."""
    operators = st.sampled_from(rpn.Boolean) | values(rpn.Proximity)
    return st.recursive(
        operands(),
        lambda inner: st.tuples(inner, inner, operators).map(lambda pair: (*pair[0], *pair[1], pair[2])),
        max_leaves=6,
    )


# A query of an unknown type must not look like a known one: type 0 does not.
_OTHER_QUERIES = ELEMENTS.map(lambda inside: Raw(ber.element(b"\xa0", inside)))


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a declared type."""
    origin, parts = get_origin(hint), get_args(hint)
    if hint == rpn.Query:
        return st.one_of([values(part) for part in parts if part is not Raw]) | _OTHER_QUERIES
    if origin is Annotated:
        return structures() if parts[0] == rpn.Structure else values(parts[0])
    if origin in (Union, UnionType):
        return st.one_of([st.none() if part is NoneType else values(part) for part in parts])
    if origin is tuple:
        return st.lists(values(parts[0]), max_size=2).map(tuple)
    if origin is frozenset:
        return st.frozensets(st.sampled_from(parts[0]))
    if hint in _PLAIN:
        return _PLAIN[hint]
    if issubclass(hint, IntEnum | Enum):
        return st.sampled_from(hint)
    return _structs(hint)


@cache
def _structs(kind: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind, include_extras=True)
    return st.deferred(lambda: st.builds(kind, **{name: values(hint) for name, hint in hints.items()}))


def apdus() -> st.SearchStrategy[Apdu]:
    """Any APDU."""
    return st.sampled_from(KINDS).flatmap(values)
